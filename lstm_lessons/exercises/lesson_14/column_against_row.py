"""14.2: what a loss of (N, 1) against (N) is, and what it teaches."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf, Quantity, ShapeOf
from lstm_lessons.exercises.engine.question import row, story

_PAIRS = "Each guess is subtracted from each number: write the nine differences down."
_TWO_DECIMALS = 1.003
_ROUNDED = "Rounded to one decimal, that is right. Write a fraction, or two decimals."

EXERCISE = DictExercise(
    "14.2",
    questions=(
        ShapeOf("shape", "Lay the last axes over each other: 1 over 3. Then 3 over nothing.", (
            row("shapes as they should be", "That is what one would wish. An axis 1 long is "
                "repeated, and one that is missing is put in front.", (3,)),
            row("a column", "The last axis of `p` is 1 long, and that of `y` is 3 long. The 1 is "
                "repeated.", (3, 1)),
            row("a row of one", "The first axis comes from `p`, which has 3 rows.", (1, 3)),
        )),
        Quantity("loss", _PAIRS, (
            row("the loss one would wish", "That would be so if each guess met its own number.", 0),
            row("sum, not mean", "That is the sum of the squares. The loss is their mean.", 28),
            row("by three", "You divide by 3. The table has 9 places.", 28 / 3),
            row("by six", "You divide by 6. The three zeros on the diagonal count, too: 9 places.",
                28 / 6),
            row("absolute differences", "That is the mean of the differences without their signs. "
                "They are squared.", 12 / 9),
            row("loss, rounded", _ROUNDED, 3.1),
        ), factor=_TWO_DECIMALS),
        Quantity("best guess", "All three guesses meet the same three numbers. Which one number is "
                 "nearest to all, in squares?", (
            row("the median", "That is the median. Squares are smallest at the mean.", 2),
            row("zero", "Why zero? Each guess is pulled to 1, to 2 and to 4.", 0),
            row("best guess, rounded", _ROUNDED, 2.3),
            row("the middle of the ends", "That is the middle between 1 and 4. The 2 pulls as "
                "well.", 2.5),
        ), factor=_TWO_DECIMALS),
        Quantity("best loss", "Put your best guess into the loss, for all three.", (
            row("no loss left", "A guess cannot be 1 and 2 and 4 at once, so something is left.",
                0),
            row("best loss, rounded", _ROUNDED, 1.6),
            row("the sum left", "That is a sum. The loss is the mean.", 14 / 3, 14),
            row("divided by N - 1", "You divide by 2, as a variance of a sample does. The loss is "
                "a plain mean.", 7 / 3),
        ), factor=_TWO_DECIMALS),
        OneOf("mended by", "Which of them gives three differences?", (
            row("mended by A", "`y[None]` is (1, 3). Against (3, 1) that is a table again.", "A"),
            row("mended by C", "Two means are compared then. Wrong guesses of the right mean have "
                "no loss.", "C"),
        ), options=("A", "B", "C")),
    ),
    stories=(
        story("as one would wish", "You have answered as if each guess met its own number. But "
              "`p` is (3, 1) and `y` is (3): what does PyTorch do with the axis that is 1 long?",
              {"shape": (3,), "loss": 0}),
    ),
    praise="The loss runs, and teaches every forecast to be the mean of all numbers.",
)  # fmt: skip
