"""13.3: four traces of one unit; which relatives can have made them."""

from dataclasses import dataclass
from typing import Any

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf, Quantity
from lstm_lessons.exercises.engine.question import row, story

NEVER = 99
_CELLS = ("1997", "coupled", "LSTM", "none")
_TRY = "Try the three equations for c on the first step, and then on the others."


@dataclass(frozen=True)
class _ToOneDigit(Quantity):
    """A number that is right to one digit behind the point."""

    def accepts(self, value: float, right: float) -> bool:
        """Say whether the value is the right one when it is rounded."""
        return abs(value - right) <= 0.05


@dataclass(frozen=True)
class _Steps(Quantity):
    """A number of steps; "never" is read as a number that is far too large."""

    def read(self, value: Any) -> float:
        """Return the number; raise Misformed where it is of another kind."""
        if isinstance(value, str) and value.strip().casefold() in ("never", "inf", "infinity"):
            return NEVER
        return super().read(value)


EXERCISE = DictExercise(
    "13.3",
    questions=(
        OneOf("A", _TRY, (
            row("A is no plain LSTM first", "An LSTM could make A, with f near 1 at every step. "
                "But asked for is the cell with the fewest gates that can: does c ever change by "
                "anything but i · g?", "LSTM"),
            row("A coupled", "Coupled, the first step of A would give (1 − 0.8) · 0.5 + 0.8 · 1 = "
                "0.9.", "coupled"),
            row("A possible", "A follows one of the equations at every step.", "none"),
        ), options=_CELLS),
        OneOf("B", _TRY, (
            row("B of 1997", "With the cell of 1997 the first step of B would give "
                "0.5 + 0.8 · 1 = 1.3.", "1997"),
            row("B is no plain LSTM first", "An LSTM could make B, with f = 0.2, 0.5, 0.9 and "
                "near 1. These are 1 − i, each time. Asked for is the cell with the fewest gates.",
                "LSTM"),
            row("B possible", "B follows one of the equations at every step.", "none"),
        ), options=_CELLS),
        OneOf("C", _TRY, (
            row("C of 1997", "Look at the third step of C. With nothing but i · g = −0.1 added, "
                "1.35 could not fall to −0.1.", "1997"),
            row("C coupled", "Look at the second step of C: coupled, it would give (1 − 0.5) · "
                "1.05 + 0.5 · 0.6 = 0.825.", "coupled"),
            row("C possible", "Solve for f at each step: (c − i · g) divided by the old c. Is any "
                "of them outside 0 to 1?", "none"),
        ), options=_CELLS),
        OneOf("D", _TRY, (
            row("D by an LSTM", "Solve for f at the second step of D: (2.8 − 0.3) / 1.25 = 2. A "
                "tap is between 0 and 1.", "LSTM"),
            row("D of 1997", "With the cell of 1997 the first step of D would give "
                "0.5 + 0.8 · 1 = 1.3.", "1997"),
            row("D coupled", "Coupled, the first step of D would give 0.2 · 0.5 + 0.8 · 1 = 0.9.",
                "coupled"),
        ), options=_CELLS),
        _ToOneDigit("f in C, step 3", "c = f · (the old c) + i · g, and you know all but f.", (
            row("1 - i for f in C", "{keys}: 0.9 is 1 − i. C does not have coupled gates.", 0.9),
            row("f of 1 in C", "{keys}: with f = 1, c would have become 1.35 − 0.1 = 1.25.", 1),
            row("i for f in C", "{keys}: 0.1 is i, which lets the news in.", 0.1),
        )),
        _Steps("steps to empty A", "i · g is between −1 and 1. How far is 0 away?", (
            row("one step for A", "{keys}: in one step A can lose less than 1, since i · g stays "
                "above −1. It holds 1.5.", 1),
            row("A at once", "{keys}: A has no gate that empties it. It has to write the opposite, "
                "and that takes steps.", 0),
            row("A never", "{keys}: it can be emptied: i · g may be as low as nearly −1.", NEVER),
            row("A with the i of its third step", "{keys}: asked is how few steps it can take, "
                "with any i and g. i need not be 0.1.", 15),
        )),
    ),
    stories=(
        story("A and B exchanged", "You have exchanged A and B. Which of them can leave the range "
              "from −1 to 1?", {"A": "coupled", "B": "1997"}),
        story("C and D exchanged", "You have exchanged C and D. Solve for f at the second step of "
              "each.", {"C": "none", "D": "LSTM"}),
    ),
    praise="A trace shows which gates a cell needs, and one number that no tap could have made.",
)  # fmt: skip
