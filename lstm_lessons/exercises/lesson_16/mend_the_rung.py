"""16.4: one product a step, with columns in a wrong order and a bias too few."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import LikeLSTM
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, I: int, H: int, special: str = "") -> Case:  # noqa: E741
        random = randoms(10 * T + B)
        inputs = {"x": random(T, B, I), "h": random(B, H), "c": random(B, H)}
        inputs |= {"weight_ih": random(4 * H, I), "weight_hh": random(4 * H, H)}
        inputs |= {"bias_ih": random(4 * H), "bias_hh": random(4 * H)}
        return Case(inputs, {"T": T, "B": B, "I": I, "H": H}, special=special)

    return (
        case(5, 2, 3, 4),
        case(4, 6, 7, 5),
        case(1, 3, 2, 5, "There is one step only: T = 1. Its axis stays, 1 long."),
        case(4, 1, 3, 5, "There is one line only: B = 1. Its axis stays, 1 long."),
        case(3, 2, 1, 5, "A character is one number: I = 1."),
        case(3, 4, 5, 1, "There is one unit only: H = 1. Its axis stays, 1 long."),
    )


_SLIPS = (
    place(
        "torch.cat([weight_ih, weight_hh], dim=1)",
        ("the columns in the wrong order", "The numbers of x meet columns of `weight_hh`: x stands "
         "first in the one `cat`, and `weight_hh` in the other.",
         "torch.cat([weight_hh, weight_ih], dim=1)"),
    ),
    place(
        "bias_ih + bias_hh",
        ("one bias forgotten", "`bias_hh` is added nowhere.", "bias_ih"),
        ("the other bias forgotten", "`bias_ih` is added nowhere.", "bias_hh"),
        ("no bias", "No bias is added. There are two.", "torch.zeros_like(bias_ih)"),
        ("one bias twice", "You add `bias_ih` twice, and `bias_hh` nowhere.", "2 * bias_ih"),
        ("the other bias twice", "You add `bias_hh` twice, and `bias_ih` nowhere.", "2 * bias_hh"),
        ("the biases subtracted", "You take one bias away from the other. They are added.",
         "bias_ih - bias_hh", "bias_hh - bias_ih"),
        ("the biases multiplied", "You multiply the two biases. They are added.",
         "bias_ih * bias_hh"),
        ("their mean", "You add the mean of the two biases. They are both added whole.",
         "(bias_ih + bias_hh) / 2"),
        also_right=("bias_hh + bias_ih",),
    ),
    place(
        "(h, c)",
        ("c, h returned", "You return (c, h). The order is h, then c.", "(c, h)"),
    ),
    place(
        "torch.stack(outputs)",
        alone=(
            ("return inside the loop", "`output` has step 0 alone. Does `return` stand inside the "
             "loop? Then it ends the first turn.", "torch.stack(outputs[:1])"),
            ("the last step only", "Your output is the h of the last step. It should hold all of "
             "them, (T, B, H).", "outputs[-1]"),
            ("steps beside each other", "The steps are joined along the lines: `torch.stack` makes "
             "a new axis for time, `torch.cat` does not.", "torch.cat(outputs)"),
        ),
    ),
    together("a bias at the first step alone", "`bias_hh` is added at step 0 alone. The bias "
             "belongs to every step.",
             {"dim=1), weight, bias)": "dim=1), weight, bias)\n        bias = bias_ih"},
             paired=False),
    together("a bias added again at every step", "`bias_hh` is added again at each step, on top of "
             "what was added before: at step t your sums hold it t times too often.",
             {"dim=1), weight, bias)":
              "dim=1), weight, bias)\n        bias = bias + bias_hh"}, paired=False),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "16.4",
    cases=_cases,
    returns=LikeLSTM(axes=("step", "line", "unit"), state_axes=("line", "unit")),
    slips=_SLIPS,
    axes={"x": ("step", "line", "number"), "h": ("line",), "c": ("line",)},
    made_in_order=("c_n", "h_n", "output"),
    praise="Whatever is put side by side has to be in one order on both sides, and both biases "
    "count.",
)
