"""Readers that know no wrong answer: what an answer shows of itself, found by looking and trying.

Each file is one reader, a function from what was seen (`Seen`) to a name and a sentence, or to
nothing. Those of ``FIRST`` are asked first, then an exercise's own, then those of ``ORDER``; the
first that has something to say is heard. A sentence is true of every answer that gets it: a reader
says what it has seen, and a cause only where it is sure.
"""

from collections.abc import Callable

from lstm_lessons.exercises.engine.readers.chance import drawn_at_random
from lstm_lessons.exercises.engine.readers.changes import changed_inputs
from lstm_lessons.exercises.engine.readers.dependence import moved_by_inputs
from lstm_lessons.exercises.engine.readers.numbers import always_the_same, related_numbers
from lstm_lessons.exercises.engine.readers.reach import moved_along_axes
from lstm_lessons.exercises.engine.readers.relations import partly_right, related_results
from lstm_lessons.exercises.engine.readers.rounding import rounded_to_float32
from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.readers.shape_words import told_by_shape

Reader = Callable[[Seen], Told | None]

FIRST: tuple[Reader, ...] = (
    changed_inputs,
    drawn_at_random,
    rounded_to_float32,
    always_the_same,
)
"""What these say goes for all numbers of an answer, so nothing is to be read from single ones."""

ORDER: tuple[Reader, ...] = (
    related_numbers,
    related_results,
    told_by_shape,
    moved_by_inputs,
    moved_along_axes,
    partly_right,
)

__all__ = ["FIRST", "ORDER", "Reader", "Seen", "Told"]
