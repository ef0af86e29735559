"""15.1: how closely each unit is tied to something: correlations, all at once."""

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(N: int, H: int, special: str = "", **changed: float) -> Case:
        random = randoms(10 * N + H)
        states = random(N, H) + 0.5
        wanted = (states[:, 0] + random(N) > 0.9).double()
        if "unit" in changed:
            states[:, 0] = changed["unit"]
        if "wanted" in changed:
            wanted = torch.full_like(wanted, changed["wanted"])
        return Case({"states": states, "wanted": wanted}, {"N": N, "H": H}, special=special)

    return (
        case(7, 3),
        case(40, 16),
        case(9, 1, "There is one unit only: H = 1. Its axis stays, 1 long."),
        case(
            8,
            4,
            "Here unit 0 shows 0.5 at every character. It goes with nothing: its answer is 0.",
            unit=0.5,
        ),
        case(
            8,
            3,
            "Here `wanted` is 0 for every character. No unit goes with that: all answers are 0.",
            wanted=0.0,
        ),
    )


_LENGTHS = "rows.norm(dim=0) * row.norm()"
_SHARE = "product / lengths.clamp(min=1e-9)"

_SLIPS = (
    together("no mean taken off", "You take no mean off, neither from the units nor from `wanted`. "
             "Each row loses its own mean first.",
             {"states - states.mean(dim=0)": "states", "wanted - wanted.mean()": "wanted"}),
    place(
        "states - states.mean(dim=0)",
        ("means of units left in", "You do not take from each unit its own mean. A unit that "
         "always shows much would have a long row, whatever it follows.", "states"),
        ("one mean for all units", "You take one mean from all units. Each unit has its own.",
         "states - states.mean()"),
        ("means of characters", "You take the mean over the units, one for each character. The row "
         "of a unit runs over the characters, and so does its mean.",
         "states - states.mean(dim=1, keepdim=True)"),
    ),
    place(
        "wanted - wanted.mean()",
        ("mean of wanted left in", "You leave the mean in `wanted`. Both rows lose their mean.",
         "wanted"),
        ("one half for the mean", "You take 0.5 from `wanted`. That is its mean only if half of it "
         "is 1.", "wanted - 0.5"),
    ),
    place(
        _LENGTHS,
        ("squares without root", "You divide by sums of squares. A length is the root of it.",
         "rows.square().sum(dim=0) * row.square().sum()"),
        ("spreads for lengths", "You divide by the spreads (`std`). They have the number of "
         "characters in them, and a length has not: it is `norm`.",
         "rows.std(dim=0) * row.std()"),
        ("length of wanted left out", "You divide by the lengths of the units alone. The one of "
         "`wanted` belongs there, too.", "rows.norm(dim=0)"),
        ("one length for all units", "You divide all units by one length, that of the whole "
         "table. Each unit has its own.", "rows.norm() * row.norm()"),
        also_right=("rows.square().sum(dim=0).sqrt() * row.square().sum().sqrt()",),
        alone=(
            ("lengths of units left out", "You divide by the length of `wanted` alone. The units "
             "have lengths, too.", "row.norm().expand(rows.shape[1])"),
        ),
    ),
    place(
        _SHARE,
        ("not divided", "You do not divide by the lengths of the two rows. Without that a unit "
         "that shows larger numbers looks more closely tied.", "product"),
        ("divided by the number of characters", "You divide by the number of characters. Divide "
         "by the lengths of both rows: a length is the root of the sum of the squares.",
         "product / len(wanted)"),
        ("divided by 0", "A row that is the same everywhere has the length 0, and 0 / 0 is "
         "`nan`. Its answer is 0.", "product / lengths"),
        alone=(
            ("a small number added", "You add a small number to the lengths, against a division by "
             "0. It makes every answer a little too small. A length of 0 alone needs care: "
             "`clamp`.",
             *(f"product / (lengths + {small})" for small in ("1e-6", "1e-7", "1e-8"))),
        ),
    ),
    place(
        ".abs()",
        ("signs kept", "You keep the signs: `.abs()` is missing. A unit that falls where the "
         "others rise is tied as closely.", ""),
        ("squared", "You square what comes out. Asked for is its size, without the sign.",
         ".square()"),
        alone=(
            ("the unit alone", "You return the number of the unit. Asked for are the sizes for all "
             "units, (H,).", ".abs().argmax()"),
            ("the largest alone", "You return the largest alone. Asked for are the sizes for all "
             "units, (H,).", ".abs().max()"),
        ),
    ),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "15.1",
    cases=_cases,
    returns=OneTensor(("ties",), axes=("unit",)),
    slips=_SLIPS,
    axes={"states": ("character", "unit"), "wanted": ("character",)},
    constants=("states", "wanted"),
    praise="These are the correlations of `torch.corrcoef`, without their signs. They say what "
    "goes together, and not what is used.",
)
