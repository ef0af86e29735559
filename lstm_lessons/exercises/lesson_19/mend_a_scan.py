"""19.4: a scan with roll, which wraps round, and with its two lines in the wrong order."""

from collections.abc import Callable

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import other, place, together


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, H: int, special: str = "") -> Case:
        random = randoms(10 * T + H)
        inputs = {"f": random(T, B, H).sigmoid(), "let_in": random(T, B, H)}
        return Case(inputs, {"T": T, "B": B, "H": H}, special=special)

    return (
        case(9, 2, 3),  # T - 1 and T + 1 are no multiple of another size
        case(18, 3, 2),
        case(4, 3, 2, "T = 4 is a power of two."),
        case(1, 3, 2, "There is one step only: T = 1. Nothing is to be joined. Its axis stays."),
        case(5, 1, 2, "There is one sentence only: B = 1. Its axis stays, 1 long."),
        case(6, 3, 1, "There is one unit only: H = 1. Its axis stays, 1 long."),
    )


_EARLIER, _NOTHING = "earlier = let_in.roll(reach, 0)", "earlier[:reach] = 0"
_JOIN_LINE, _F_LINE = "let_in = f * earlier + let_in", "f = f * f.roll(reach, 0)"

_LATER = "joins the first steps with the last ones, so that they know what comes later"
_ORDER = "f is joined first. What is let in is joined with the f from *before* the round"

_SLIPS = (
    together("both faults left", f"Both faults are still there: `roll` {_LATER}; and {_ORDER}.",
             {_NOTHING: "pass", _JOIN_LINE: _F_LINE, _F_LINE: _JOIN_LINE}, paired=False),
    together("rolled", f"`roll` still {_LATER}.", {_NOTHING: "pass"}, paired=False),
    together("wrong order", f"In your scan {_ORDER}.",
             {_JOIN_LINE: _F_LINE, _F_LINE: _JOIN_LINE}, paired=False),
    place(
        _NOTHING,
        ("joined with themselves", "The first steps of a round are joined with themselves: they "
         "take in their own a second time. They have nothing before them.",
         "earlier[:reach] = let_in[:reach]"),
        ("ones in front", "In front you put ones. A step that changes nothing lets in 0.",
         "earlier[:reach] = 1"),
        ("the last ones emptied", "You put the zeros at the end. It is in front that `roll` puts "
         "what does not belong there.", "earlier[-reach:] = 0"),
    ),
    place(
        "2 * reach",
        ("reach grows by one", "Your reach grows by 1 from round to round. It doubles.",
         "reach + 1"),
        also_right=("reach + reach",),
    ),
    place(
        "f * f.roll(reach, 0)",
        ("f not joined", "You do not join the f any more. Two steps together forget by the product "
         "of both.", "f"),
    ),
    place(
        "f * earlier + let_in",
        ("not forgotten", "You add what came earlier without f, by which it is forgotten.",
         "earlier + let_in"),
        ("the later step lost", "What the later step lets in is lost when you join.",
         "f * earlier"),
    ),
    place(
        "return let_in",
        alone=(("the last step only", "You return c after the last step. Asked for is c after "
                "every step.", "return let_in[-1]"),),
    ),
)  # fmt: skip


def _f_joined_first(in_front: float) -> Callable:
    """Return a scan that does not wrap round; ``in_front`` times f stays of the first steps."""

    def run(f: Tensor, let_in: Tensor) -> Tensor:
        reach = 1
        while reach < len(f):
            f = torch.cat([in_front * f[:reach], f[reach:] * f[:-reach]])
            joined = f[reach:] * let_in[:-reach] + let_in[reach:]
            let_in = torch.cat([let_in[:reach], joined])
            reach = 2 * reach
        return let_in

    return run


_OTHERS = (
    other("wrong order, nothing wraps round", f"In your scan {_ORDER}.", _f_joined_first(1.0),
          _f_joined_first(0.0)),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "19.4",
    cases=_cases,
    returns=OneTensor(("c",), axes=("step", "sentence", "unit")),
    slips=_SLIPS,
    others=_OTHERS,
    axes={name: ("step", "sentence", "unit") for name in ("f", "let_in")},
    praise="No step knows what comes later, and each is joined with what came before.",
)
