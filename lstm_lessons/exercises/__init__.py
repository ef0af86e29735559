"""The exercises of the course and the checker that says what went wrong.

For a learner::

    from lstm_lessons import exercise

    exercise("03.1").check(cell)    # what is right, what is not, and where
    exercise("03.1").hint()         # one hint at a time, from a nudge to nearly all
    exercise("03.1").solution()     # asks first; shows when called a second time

For an author: what a learner reads of an exercise, and its solution, stand in
``exercises/source/NN_name.py``; how it is checked stands in ``lesson_NN/name_of_it.py``, which
defines ``EXERCISE``. Both are found by their names. CONTRIBUTING.md says how one is made. What
learners get has both in one archive (``engine/sources.py``).
"""

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from lstm_lessons.exercises.engine import sources, text
from lstm_lessons.exercises.engine.base import Exercise

__all__ = ["Exercise", "exercise", "numbers"]

if sources.ARCHIVE.is_file():  # in what learners get, lessons are imported from there
    __path__.append(str(sources.ARCHIVE))


def exercise(number: str) -> Exercise:
    """Return the exercise with this number, such as ``"03.1"``: the same object each time.

    Raises:
        ValueError: there is no such exercise; the message lists those there are.
    """
    if not isinstance(number, str) or number not in numbers():
        raise ValueError(f"there is no exercise {number!r}; there are {', '.join(numbers())}")
    return _of_lesson(number[:2])[number]


def numbers() -> tuple[str, ...]:
    """Return the numbers of all exercises, in order."""
    return text.numbers()


@cache
def _of_lesson(lesson: str) -> dict[str, Exercise]:
    """Collect ``EXERCISE`` from every file of a lesson's folder, and import no other lesson's."""
    folder = importlib.import_module(f"{__name__}.lesson_{lesson}")
    found = (module.EXERCISE for module in _files(folder) if hasattr(module, "EXERCISE"))
    return {each.number: each for each in found}


def _files(folder: ModuleType) -> list[ModuleType]:
    names = sorted(each.name for each in pkgutil.iter_modules(folder.__path__))
    return [importlib.import_module(f"{folder.__name__}.{name}") for name in names]
