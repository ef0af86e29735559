"""12.1: a layer with a projection and without biases, over time."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import LikeLSTM
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, I: int, H: int, P: int, special: str = "") -> Case:  # noqa: E741
        random = randoms(10 * T + B)
        inputs = {"x": random(T, B, I), "h": random(B, P), "c": random(B, H)}
        inputs |= {"weight_ih": random(4 * H, I), "weight_hh": random(4 * H, P)}
        inputs |= {"weight_hr": random(P, H)}
        return Case(inputs, {"T": T, "B": B, "I": I, "H": H, "P": P}, special=special)

    return (
        case(5, 2, 3, 6, 4),
        case(4, 6, 7, 5, 2),
        case(1, 3, 2, 5, 4, "There is one step only: T = 1. Its axis stays, 1 long."),
        case(4, 1, 3, 5, 2, "There is one sentence only: B = 1. Its axis stays, 1 long."),
        case(3, 2, 1, 5, 4, "A word is one number: I = 1."),
        case(3, 4, 5, 2, 1, "h is one number: P = 1. Its axis stays, 1 long."),
    )


_PROJECT, _KEEP = "h = F.linear(h, weight_hr)", "outputs.append(h)"
_LINES = f"{_PROJECT}\n        {_KEEP}"

_SLIPS = (
    place(
        "F.linear(h, weight_hr)",
        ("squeezed again", "You squeeze what comes out of W_hr. The projection is the last "
         "thing that happens to h: it is not bounded by 1 any more.",
         "torch.tanh(F.linear(h, weight_hr))",
         "torch.sigmoid(F.linear(h, weight_hr))"),
        ("cut, not projected", "You keep P of the H numbers and drop the others. A projection "
         "mixes all H of them: it is a product with `weight_hr`.", "h[:, : len(weight_hr)]",
         "h[:, -len(weight_hr) :]"),
        ("the memory projected", "Your h is W_hr times the memory c. What is projected is what o "
         "lets through: the h that `lstm_step` returns.", "F.linear(c, weight_hr)"),
        ("o left out", "Your h is W_hr times tanh(c). o is missing: take the h that `lstm_step` "
         "returns.", "F.linear(torch.tanh(c), weight_hr)"),
        ("squeezed before", "You put one more tanh before the projection. The h that `lstm_step` "
         "returns has been through tanh already.", "F.linear(torch.tanh(h), weight_hr)"),
        also_right=("h @ weight_hr.T", "torch.matmul(h, weight_hr.t())"),
        alone=(("weight_hr not turned", "You multiply H numbers by `weight_hr` as it stands, "
                "(P, H). They have to meet its columns, so turn it by `.T`. The H numbers to take "
                "are those of the h that `lstm_step` returns.", "h @ weight_hr"),),
    ),
    place(
        "in x:",
        ("read from the end", "You read from the last word to the first. Step 0 reads word 0.",
         "in x.flip(0):"),
        ("first word left out", "The first word is not read. At step 0 word 0 meets the states "
         "that you were given.", "in x[1:]:"),
        ("last word left out", "The last word is not read.", "in x[:-1]:"),
        ("word 0 at every step", "Every step reads word 0. Step t reads word t.",
         "in [x[0]] * len(x):"),
    ),
    place(
        "lstm_step(x_t, h, c, weight_ih, weight_hh)",
        ("states not carried", "Every step starts from the same memory of zeros. A step goes on "
         "with the h and c of the step before.",
         "lstm_step(x_t, h, torch.zeros_like(c), weight_ih, weight_hh)"),
        ("h not carried", "No step reads the h of the step before: yours reads zeros each time.",
         "lstm_step(x_t, torch.zeros_like(h), c, weight_ih, weight_hh)"),
        alone=(("weight_hr for a bias", "What `lstm_step` takes behind `weight_hh` is a bias, and "
                "you hand it `weight_hr`. It knows no projection: that comes after it, and "
                "multiplies the h that it returns.",
                "lstm_step(x_t, h, c, weight_ih, weight_hh, weight_hr)"),),
    ),
    together("output not projected", "h goes on projected, and yet `output` holds what o lets "
             "through, H numbers. `output` is the projected h of every step: put it away after the "
             "projection.", {_LINES: f"{_KEEP}\n        {_PROJECT}"}, paired=False),
    together("h carried unprojected", "The h that you carry to the next step has H numbers, and "
             "`weight_hh` has P columns. The projection is part of the step: the projected h is "
             "what the next step reads.",
             {f"        {_PROJECT}\n": "", "return torch.stack(outputs), (h, c)":
              "h = F.linear(h, weight_hr)\n    return F.linear(torch.stack(outputs), weight_hr), "
              "(h, c)"}, paired=False),
    together("the memory projected as well", "You project c as well. c keeps its H numbers: only "
             "the h that `lstm_step` returns is projected.",
             {_PROJECT: f"{_PROJECT}\n        c = F.linear(c, weight_hr)"}, paired=False),
    together("the gates read another h", "`output` is made well at step 0, but the gates of the "
             "next step read P numbers of the unprojected h. They read the projected one.",
             {_LINES: "outputs.append(F.linear(h, weight_hr))\n        h = h[:, : len(weight_hr)]"},
             paired=False),
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
             "them, (T, B, P).", "outputs[-1]"),
            ("steps beside each other", "The steps are joined along the sentences: `torch.stack` "
             "makes a new axis for time, `torch.cat` does not.", "torch.cat(outputs)"),
        ),
    ),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "12.1",
    cases=_cases,
    returns=LikeLSTM(axes=("step", "sentence", "number"), state_axes=("sentence", "number")),
    slips=_SLIPS,
    axes={"x": ("step", "sentence", "number"), "h": ("sentence",), "c": ("sentence",)},
    made_in_order=("c_n", "h_n", "output"),
    praise="That is nn.LSTM with proj_size and bias=False, gradients included.",
)
