"""18.4: four programs and their bugs by name; one has none."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf
from lstm_lessons.exercises.engine.question import row

_LETTERS = ("A", "B", "C", "D", "E", "F", "G", "H")
_SWAPPED = "has `batch_first=True`, and gets the batch first."

_QUESTIONS = (
    OneOf("Hal", "What is it asked to guess, and what has each slot read?", (
        row("a property taken for nothing", "Hal's report has no fault, but a property: a step "
            "moves earlier ones. Hal is asked for the *next* character. What has its reverse half "
            "read?", "H"),
        row("Hal: axes", "Hal's layer " + _SWAPPED, "A"),
        row("Hal: gradients", "In Hal, all parameters get a gradient.", "G"),
        row("Hal: padding", "Hal's x has no padding.", "B"),
    ), options=_LETTERS),
    OneOf("Ida", "Over which axis do its shares sum to 1?", (
        row("Ida: axes", "Ida's layer " + _SWAPPED + " Its lines mix behind the layer.", "A"),
        row("mixed samples taken for nothing", "Ask Ida's report for sample independence: one line "
            "moves the others.", "H"),
        row("Ida: a leak", "No answer comes into Ida's x. It is the *lines* that reach each "
            "other.", "D"),
    ), options=_LETTERS),
    OneOf("Jon", "Call it twice with the same x.", (
        row("a kept state taken for dropout", "Jon has no dropout. What is different in the second "
            "call? Look for what it keeps.", "F"),
        row("a kept state taken for nothing", "Ask Jon's report for eval determinism. It is only a "
            "suspicion, since one who reads a stream wants it so. Jon gets new lines each time.",
            "H"),
        row("Jon: axes", "Jon's layer " + _SWAPPED, "A"),
        row("Jon: gradients", "In Jon all parameters get a gradient. `detach` cuts between two "
            "calls, which is right where states are handed on.", "G"),
    ), options=_LETTERS),
    OneOf("Kim", "Does the report have a fault, and may Kim read both ways?", (
        row("both ways taken for a leak", "Kim reads both ways, and gives one verdict on a whole "
            "line. Nothing is to be guessed that stands in the line.", "D"),
        row("packing taken for padding", "Kim packs, so that its layer reads no padding. Ask its "
            "report for batch composition.", "B"),
        row("both ends taken for no gradient", "Kim takes `h_n[1]`, the end of the reverse pass, "
            "and not its last slot. All its parameters get a gradient.", "G"),
        row("Kim: axes", "Kim packs with `batch_first=True`, and its layer reads that packed "
            "batch.", "A"),
    ), options=_LETTERS),
)  # fmt: skip

EXERCISE = DictExercise(
    "18.4",
    questions=_QUESTIONS,
    praise="Three bugs, and a program without one. Hal's bug stands in no fault of the report: the "
    "fact is a property, and the use makes it a bug.",
)
