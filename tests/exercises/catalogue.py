"""What the tests of the exercises go through: exercises, right answers, mutants."""

import importlib
import random
from itertools import islice

from lstm_lessons import exercise
from lstm_lessons.exercises import numbers
from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.slips import compiled, edited

ALL = [exercise(number) for number in numbers()]
FUNCTIONS = [each for each in ALL if isinstance(each, FunctionExercise)]
DICTS = [each for each in ALL if isinstance(each, DictExercise)]


def told_of(number: str, what: str) -> dict:
    """Return what the lesson's own file says of an exercise: RIGHT answers, EQUIVALENT mutants."""
    lesson = importlib.import_module(f"test_lesson_{number[:2]}")
    return getattr(lesson, what, {}).get(number, {})


def random_pairs(each: FunctionExercise, count: int, seed: int = 0):
    """Give up to ``count`` answers with two slips of an exercise, in any of their ways."""
    generator = random.Random(seed)
    pairs = list(each.known.levels[1])
    ways = [
        (suspect.slips, code)
        for suspect in generator.sample(pairs, min(count, len(pairs)))
        for code in islice(_texts(each, suspect.slips, generator), 1)
    ]
    for slips, code in ways:
        yield slips, compiled(code, each.function, each.text.namespace())


def _texts(each: FunctionExercise, slips, generator: random.Random):
    """Give the texts of these slips, each in a random way, in whichever right answer has them."""
    for code in (each.text.solution, *(way.code for way in each.another_way)):
        chosen = [generator.choice(slip.ways) for slip in slips]
        edits = {snippet: written for way in chosen for snippet, written in way.items()}
        if all(snippet in code for snippet in edits):
            yield edited(code, edits)
