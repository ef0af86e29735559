"""19.1: a scan that begins with any c."""

from collections.abc import Callable

from torch import Tensor

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import other, place, together
from lstm_lessons.lstm.minimal import scan


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, H: int, special: str = "", shift: float = 0.0) -> Case:
        random = randoms(10 * T + B)
        inputs = {
            "f": (random(T, B, H) + shift).sigmoid(),
            "let_in": random(T, B, H),
            "c": random(B, H),
        }
        return Case(inputs, {"T": T, "B": B, "H": H}, special=special)

    return (
        case(9, 2, 3),  # T - 1 and T + 1 are no multiple of another size
        case(17, 3, 2),
        case(8, 3, 2, "T = 8 is a power of two."),
        case(40, 2, 3, "The f are near 0 here, and so is their product.", shift=-30.0),
        case(2, 3, 4, "There are two steps only: one round."),
        case(1, 3, 2, "There is one step only: T = 1. Nothing is to be joined. Its axis stays."),
        case(5, 1, 2, "There is one sentence only: B = 1. Its axis stays, 1 long."),
        case(6, 3, 1, "There is one unit only: H = 1. Its axis stays, 1 long."),
    )


_JOIN = "let_in = torch.cat([let_in[:reach], joined])"
_F = "f = torch.cat([f[:reach], f[reach:] * f[:-reach]])"
_JOINED = "joined = f[reach:] * let_in[:-reach] + let_in[reach:]"

_SLIPS = (
    place(
        "f[0] * c + let_in[0]",
        ("c not forgotten", "You add c as it is. Step 0 multiplies it by its f first.",
         "c + let_in[0]"),
        ("c left out", "You never use c: your scan begins with zeros.", "let_in[0]"),
        ("step 0 lost", "What step 0 lets in is lost. After step 0, c is f · c *plus* that.",
         "f[0] * c"),
        also_right=("let_in[0] + c * f[0]",),
    ),
    place(
        "f[reach:] * let_in[:-reach] + let_in[reach:]",
        ("let in, not forgotten", "You join what is let in without f. What came before is "
         "multiplied by the f of the later step.", "let_in[:-reach] + let_in[reach:]"),
        ("f of the earlier step", "You multiply what the earlier step lets in by the f of the "
         "*earlier* step. It is the later step that forgets.",
         "f[:-reach] * let_in[:-reach] + let_in[reach:]"),
        ("the later one forgotten", "You multiply by f what the *later* step lets in, not the "
         "earlier.",
         "f[reach:] * let_in[reach:] + let_in[:-reach]"),
        ("the later step lost", "What the later step lets in is lost when two are joined.",
         "f[reach:] * let_in[:-reach]"),
    ),
    place(
        "f[reach:] * f[:-reach]",
        ("f not joined", "You do not join the f. Two steps together forget by the product of both.",
         "f[reach:]"),
        ("f added", "You add up the f of two steps. Together they forget by the *product*.",
         "f[reach:] + f[:-reach]"),
    ),
    place(
        "2 * reach",
        ("reach grows by one", "Your reach grows by 1 from round to round. After a round a dot "
         "stands for twice as many steps, so it doubles.", "reach + 1"),
        ("reach times three", "Your reach becomes three times as large from round to round. It "
         "doubles: a dot stands for twice as many steps.", "3 * reach"),
        also_right=("reach + reach",),
    ),
    place(
        "while reach < len(f):",
        ("one round only", "You make one round. There are as many as it takes until the reach is "
         "T.",
         "if reach < len(f):"),
        ("a round too few", "You stop a round too early: the last dot does not yet stand for all "
         "steps.", "while 2 * reach < len(f):", "while reach < len(f) // 2:"),
    ),
    together("f joined first", "You join the f first. What is let in is joined with the f "
             "from *before* that round.",
             {_JOINED: _F, _F: "pass", _JOIN: f"{_JOIN}".replace(
                 "joined", "f[reach:] * let_in[:-reach] + let_in[reach:]")}, paired=False),
    place(
        "return let_in",
        alone=(
            ("the last step only", "You return c after the last step. Asked for is c after every "
             "step.", "return let_in[-1]"),
            ("f returned", "You return the f of all steps. c after every step stands in `let_in`.",
             "return f"),
        ),
    ),
)  # fmt: skip


def _shortcut(f: Tensor, let_in: Tensor, c: Tensor) -> Tensor:
    P = f.cumprod(dim=0)
    return P * ((let_in / P).cumsum(dim=0) + c)


def _shortcut_added(f: Tensor, let_in: Tensor, c: Tensor) -> Tensor:
    P = f.cumprod(dim=0)
    return P * (let_in / P).cumsum(dim=0) + P * c


def _shortcut_in_logarithms(f: Tensor, let_in: Tensor, c: Tensor) -> Tensor:
    log_P = f.log().cumsum(dim=0)
    return log_P.exp() * ((let_in * (-log_P).exp()).cumsum(dim=0) + c)


def _shortcut_held(least: float) -> Callable:
    def run(f: Tensor, let_in: Tensor, c: Tensor) -> Tensor:
        P = f.cumprod(dim=0)
        return P * ((let_in / P.clamp(min=least)).cumsum(dim=0) + c)

    return run


def _c_added(f: Tensor, let_in: Tensor, c: Tensor) -> Tensor:
    return scan(f, let_in) + c


def _c_added_once_forgotten(f: Tensor, let_in: Tensor, c: Tensor) -> Tensor:
    return scan(f, let_in) + f * c


def _c_added_first_forgotten(f: Tensor, let_in: Tensor, c: Tensor) -> Tensor:
    return scan(f, let_in) + f[0] * c


_OTHERS = (
    other("the shortcut", "You divide by the product of all f, which is right on paper. Where that "
          "product is too small for a float64, what comes out is wrong.",
          _shortcut, _shortcut_added, _shortcut_in_logarithms, _shortcut_held(1e-300),
          _shortcut_held(1e-30), _shortcut_held(1e-12)),
    other("c added at the end", "You scan from zeros, and then add what is left of c, but too much "
          "of it: by step t, c has been multiplied by the f of *every* step up to t.",
          _c_added, _c_added_once_forgotten, _c_added_first_forgotten),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "19.1",
    cases=_cases,
    returns=OneTensor(("c",), axes=("step", "sentence", "unit")),
    slips=_SLIPS,
    others=_OTHERS,
    axes={name: ("step", "sentence", "unit") for name in ("f", "let_in")}
    | {"c": ("sentence", "unit")},
    praise="With it a long text can be read in chunks, each by a scan.",
)
