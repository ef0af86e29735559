"""17.2: from the sizes of four exports, what each of them can read."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf, Quantity, ShapeOf
from lstm_lessons.exercises.engine.question import row

_EXPORTS = ("1", "2", "3", "4")
_ONE_STEP = "{keys}: export 4 takes one character of each line per call. It needs several calls."
_BOTH_FIXED = "{keys}: in export 1 both sizes are numbers, so both are fixed."

EXERCISE = DictExercise(
    "17.2",
    questions=(
        ShapeOf("example", "A size that is a number was the example's.", (
            row("characters first", "{keys}: the lines come first, then the characters.", (8, 2)),
            row("the table of another size", "{keys}: 16 is the width of a state.", (2, 16),
                (16,)),
        )),
        OneOf("five lines", "Which export leaves the lines free, and reads them whole?", (
            row("five lines into a fixed batch", _BOTH_FIXED, "1"),
            row("five lines into one", "{keys}: in export 3 the batch is fixed at 1.", "3"),
            row("five lines by the step", _ONE_STEP, "4"),
        ), options=_EXPORTS, ending="."),
        OneOf("one long line", "Which export leaves the number of characters free?", (
            row("a long line into fixed sizes", _BOTH_FIXED, "1"),
            row("a long line into 8", "{keys}: in export 2 the length is fixed at 8.", "2"),
            row("a long line by the step", _ONE_STEP, "4"),
        ), options=_EXPORTS),
        OneOf("anything", "Which export fixes neither the lines nor the characters?", (
            row("anything into fixed sizes", _BOTH_FIXED, "1"),
            row("anything into 8 characters", "{keys}: export 2 reads lines of 8 characters alone. "
                "Its states are not handed out, so it cannot go on where it stopped.", "2"),
            row("anything into one line", "{keys}: export 3 reads one line at a time. Asked for is "
                "the one that reads 7 lines side by side.", "3"),
        ), options=_EXPORTS),
        Quantity("calls", "What does one call of export 4 read?", (
            row("a call for each character of each line", "{keys}: that is a call for each "
                "character of each line. The lines stand side by side: one call reads a character "
                "of all of them.", 210),
            row("a call for each line", "{keys}: that is a call for each line. One call reads one "
                "character, of all lines.", 7),
            row("one call", "{keys}: one call reads one character of each line.", 1),
            row("steps of eight", "{keys}: 8 is the length of export 2.", 4, 3.75),
            row("a call to begin with", "{keys}: the states of zeros need no call.", 31),
        )),
        ShapeOf("h", "Put the number of lines in the place of B.", (
            row("the batch first", "{keys}: the axis for layers stands in front, also here.",
                (7, 1, 16)),
            row("no axis for layers", "{keys}: the 1 in front counts layers. It stays.", (7, 16)),
            row("an axis for characters", "{keys}: a state has no axis for characters.",
                (30, 7, 16), (7, 30, 16)),
            row("the example's batch", "{keys}: 2 was the example's batch. B is free.",
                (1, 2, 16)),
            row("the letter's width", "{keys}: a state has 16 numbers per line.", (1, 7, 8)),
        )),
        OneOf("test", "What was the same in the example and in the test?", (
            row("another batch", "{keys}: the batch is free in export 2. This test passes.", "A"),
            row("other characters", "{keys}: other characters of the same length pass.", "B"),
            row("random weights", "{keys}: weights do not change a length.", "D"),
        ), options=("A", "B", "C", "D")),
    ),
    praise="Look at the sizes: a number is a law, and a letter is free.",
)  # fmt: skip
