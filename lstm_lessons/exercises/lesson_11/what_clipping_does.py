"""11.4: predict what clipping by norm and by value do to a gradient."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf, Quantity
from lstm_lessons.exercises.engine.question import row

_QUESTIONS = (
    Quantity("long", "The length of (6, 8) is 10. By which factor does it become 5?", (
        row("cut off", "That is 6 cut off at 5. Clipping by norm multiplies both numbers by one "
            "factor.", 5),
        row("left as it is", "The length of (6, 8) is 10, and that is above the limit.", 6),
        row("to the length 1", "That is the length 1. The limit is 5.", 0.6),
        row("the second number", "That is the second number. Asked for is the first.", 4),
        row("by the limit", "You divide by the limit. The factor is limit / length.", 1.2),
        row("by the sum", "You take 14, the sum of the two numbers, for the length. It is the root "
            "of 36 + 64.", 15 / 7),
        row("multiplied by the limit", "You multiply by the limit. The factor is limit / length, "
            "which is 5 / 10.", 30),
    )),
    Quantity("short", "Is the length of (0.3, 0.4) above the limit?", (
        row("made longer", "A gradient that is shorter than the limit stays as it is. Yours is "
            "made longer.", 3, 5),
        row("shortened", "The length of (0.3, 0.4) is 0.5, far below the limit. It stays as it is.",
            0.15, 0.06, 0.03),
        row("to the length 1", "That is the length 1. The length of (0.3, 0.4) is 0.5, below the "
            "limit: it stays as it is.", 0.6),
        row("the second number", "That is the second number. Asked for is the first.", 0.4),
    )),
    Quantity("by_value", "By value, each number is cut off for itself. What becomes of 6?", (
        row("by norm", "That is (6, 4) shortened by norm, to the length 5. By value, each number "
            "is cut off for itself.", 6 * 5 / 52**0.5),
        row("left as it is", "6 is above the limit for a single number, and is cut off.", 6),
        row("the second number", "That is the second number, which stays. Asked for is the first.",
            4),
    )),
    OneOf("turned", "Which one multiplies all numbers by the same factor?", (
        row("by norm", "By norm, all numbers are multiplied by one factor: (6, 8) becomes (3, 4), "
            "which points where it pointed.", "A"),
        row("both", "One of the two keeps the direction: by norm, all numbers are multiplied by "
            "one factor.", "C"),
    ), options=("A", "B", "C")),
    OneOf("line", "When is the gradient there, and when is it used?", (
        row("before there is a gradient", "Before `backward()` the new gradient is not there yet: "
            "what would be shortened is an old one, or none.", "A"),
        row("after it was used", "`step()` uses the gradient. What comes after it shortens what "
            "has been used already.", "C"),
    ), options=("A", "B", "C")),
    OneOf("nan", "What is the length of (3, nan), and what is 3 times limit / length?", (
        row("3 as it is", "The length of (3, nan) is `nan`, and *all* numbers are multiplied by "
            "limit / length. What is 3 times `nan`?", "A"),
        row("cut off at the limit", "By norm, nothing is cut off. All numbers are multiplied by "
            "limit / length, and the length is `nan`.", "C"),
    ), options=("A", "B", "C")),
)  # fmt: skip

EXERCISE = DictExercise(
    "11.4",
    questions=_QUESTIONS,
    praise="By norm the direction stays. Both have to come after `backward()`, before `step()`, "
    "and before the first `nan`.",
)
