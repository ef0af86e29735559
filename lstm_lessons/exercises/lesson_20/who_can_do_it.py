"""20.4: which layer fits which wish."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf
from lstm_lessons.exercises.engine.question import row

_OPTIONS = ("LSTM", "minimal LSTM", "matrix memory", "attention")
_ONLY_X = "{keys}: its gates read the word alone, and ten or five seeds stayed at one half."

EXERCISE = DictExercise(
    "20.4",
    questions=(
        OneOf("parity", "Which of them has gates that know what is in the memory?", (
            row("parity without h", _ONLY_X, "minimal LSTM", "matrix memory"),
            row("parity by attention", "{keys}: attention keeps all bits, but it makes a mean of "
                "what it finds. In the lesson five seeds stayed at one half.", "attention"),
        ), options=_OPTIONS),
        OneOf("100 pairs", "Which of them keeps every pair?", (
            row("100 pairs in a matrix", "{keys}: it adds all 100 up in one matrix. Of keys of "
                "16 numbers, at most 16 need not mix.", "matrix memory"),
            row("100 pairs in a vector", "{keys}: it has one number per unit, and no place of "
                "its own for each pair.", "LSTM"),
            row("100 pairs in a minimal LSTM", "{keys}: it has one number per unit, and no way to "
                "ask by a key.", "minimal LSTM"),
        ), options=_OPTIONS),
        OneOf("8 pairs", "Which of them keeps pairs, in a state of a fixed size?", (
            row("8 pairs by attention", "{keys}: attention finds them, but it keeps more with "
                "every step.", "attention"),
            row("8 pairs in a vector", "{keys}: in the lesson, at the best of four rates, "
                "the LSTM found it in 64 to 77 of 100 lists.", "LSTM"),
            row("8 pairs in a minimal LSTM", "{keys}: it has one number per unit, and no way to "
                "ask by a key.", "minimal LSTM"),
        ), options=_OPTIONS),
        OneOf("a scan", "Whose step is linear in a memory of one number per unit?", (
            row("an LSTM scanned", "{keys}: its gates read h, so that its step is not linear in c.",
                "LSTM"),
            row("a matrix for one number", "{keys}: its step is linear as well, but its memory "
                "is a matrix.", "matrix memory"),
            row("attention scanned", "{keys}: attention has no memory that goes from step to step.",
                "attention"),
        ), options=_OPTIONS),
        OneOf("waits", "Whose gates read h?", (
            row("waits without h", "{keys}: nothing in it reads the h of the step before.",
                "minimal LSTM", "matrix memory", "attention"),
        ), options=_OPTIONS),
        OneOf("grows", "Which of them keeps keys and values?", (
            row("a state that grows", "{keys}: what it hands on has the same size at every step.",
                "LSTM", "minimal LSTM", "matrix memory"),
        ), options=_OPTIONS),
    ),
    praise="None of the four fits every wish.",
)  # fmt: skip
