"""12.4: a step that projects in the wrong place, with shapes that are all right."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(B: int, I: int, H: int, P: int, special: str = "") -> Case:  # noqa: E741
        random = randoms(10 * B + H)
        inputs = {"x": random(B, I), "h": random(B, P), "c": random(B, H)}
        inputs |= {"weight_ih": random(4 * H, I), "weight_hh": random(4 * H, P)}
        inputs |= {"weight_hr": random(P, H)}
        return Case(inputs, {"B": B, "I": I, "H": H, "P": P}, special=special)

    return (
        case(2, 3, 5, 4),
        case(6, 7, 3, 2),
        case(1, 3, 4, 2, "There is one sentence only: B = 1. Its axis stays, 1 long."),
        case(4, 1, 5, 3, "A word is one number: I = 1."),
        case(3, 4, 5, 1, "h is one number: P = 1. Its axis stays, 1 long."),
    )


_H = "F.linear(o * torch.tanh(c), weight_hr)"
_CUT = "o[:, : len(weight_hr)]"
_C = "c = f * c + i * torch.tanh(z_g)"

_SLIPS = (
    place(
        _H,
        ("both faults left", "Both faults are still there: the memory is projected before it goes "
         "through tanh, and o has lost its last units.",
         f"{_CUT} * torch.tanh(F.linear(c, weight_hr))"),
        ("o cut", "o has lost its last units: you take P of its H numbers. It multiplies tanh(c), "
         "unit by unit, and the projection comes after that.",
         f"{_CUT} * F.linear(torch.tanh(c), weight_hr)"),
        ("tanh after the projection", "tanh comes after the projection in your h. c goes through "
         "tanh first, and what comes out of `weight_hr` is not squeezed.",
         "torch.tanh(F.linear(o * c, weight_hr))"),
        ("tanh left out", "c does not go through tanh in your h.", "F.linear(o * c, weight_hr)"),
        ("o left out", "Your h does not use o, which lets the memory through.",
         "F.linear(torch.tanh(c), weight_hr)"),
        ("squeezed once more", "What comes out of `weight_hr` goes through one more tanh. The "
         "projection is the last thing that happens to h.",
         "torch.tanh(F.linear(o * torch.tanh(c), weight_hr))"),
        ("o projected as well", "You project o as well. o multiplies tanh(c), H numbers each, and "
         "what comes out of that is projected, once.",
         "F.linear(o, weight_hr) * F.linear(torch.tanh(c), weight_hr)",
         "F.linear(o, weight_hr) * torch.tanh(F.linear(c, weight_hr))"),
        ("cut, not projected", "You keep P of the H numbers and drop the others. A projection "
         "mixes all H of them: it is a product with `weight_hr`.",
         "(o * torch.tanh(c))[:, : len(weight_hr)]"),
        ("o inside tanh", "o is inside tanh. It multiplies what comes out of tanh.",
         "F.linear(torch.tanh(o * c), weight_hr)"),
        also_right=("(o * torch.tanh(c)) @ weight_hr.T",),
    ),
    place(
        "f * c + i * torch.tanh(z_g)",
        ("i and f exchanged", "i and f have changed places. f keeps the old c, i takes in the "
         "news.", "i * c + f * torch.tanh(z_g)"),
        ("sigmoid on the news", "The news goes through sigmoid. It goes through tanh.",
         "f * c + i * torch.sigmoid(z_g)"),
    ),
    together("h from the old c", "c is right, and h is made from the c *before* the step. It shows "
             "the new one.", {f"{_C}\n    h = {_H}": f"h = {_H}\n    {_C}"}, paired=False),
    place("return h, c", ("returned c, h", "You return c, h. The order is h, c.", "return c, h")),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "12.4",
    cases=_cases,
    returns=SeveralTensors(("h", "c"), axes=("sentence", "number")),
    slips=_SLIPS,
    axes={"x": ("sentence", "number"), "h": ("sentence",), "c": ("sentence",)},
    made_in_order=("c", "h"),
    words={
        ("h",): "c is right, h is not. From which c is it made, and in which order do tanh, o and "
        "the matrix come?"
    },
    praise="First tanh, then o, and the matrix last: only then is it nn.LSTM's.",
)
