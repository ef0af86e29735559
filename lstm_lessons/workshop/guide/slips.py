"""What the checker knows of wrong answers: names and sentences, from the exercises' own data."""

from __future__ import annotations

import re
from functools import cache

from lstm_lessons.exercises import exercise
from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.slips import Place
from lstm_lessons.exercises.engine.words import listed
from lstm_lessons.exercises.lesson_15.falsify_a_story import LineThat

_HOLES = re.compile(r"\{(keys|are)\}")


@cache
def of(number: str) -> dict[str, str]:
    """Return each slip's name and sentence, each name once, in the order of the exercise's file."""
    found: dict[str, str] = {}
    for name, says in _rows(number):
        found.setdefault(name, says)
    return found


def _rows(number: str) -> list[tuple[str, str]]:
    made = exercise(number)
    if isinstance(made, FunctionExercise):
        places = [
            each for way in ((*made.slips,), *(w.places for w in made.another_way)) for each in way
        ]
        slips = [
            slip for each in places for slip in (each.slips if isinstance(each, Place) else (each,))
        ]
        return [(each.name, each.says) for each in (*slips, *made.others)]
    if isinstance(made, DictExercise):
        rows = [(each.name, _filled(each.says, *each.entries)) for each in made.stories]
        for question in made.questions:
            rows += [(each.name, _filled(each.says, question.key)) for each in question.rows]
            if isinstance(question, LineThat):
                rows += [(name, says) for name, _, says in question.tells]
        return rows
    raise TypeError(f"expected an exercise that asks for a function or a dict, got {made!r}")


def _filled(sentence: str, *keys: str) -> str:
    """Return a sentence about entries, with their keys in the place that is left for them."""
    words = {"keys": listed([f"`{each}`" for each in keys]), "are": "are" if keys[1:] else "is"}
    return _HOLES.sub(lambda hole: words[hole[1]], sentence)
