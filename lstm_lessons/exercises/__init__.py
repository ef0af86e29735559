"""The exercises of the course and the checker that says what went wrong.

For a learner::

    from lstm_lessons import exercise

    exercise("03.1").check(cell)    # what is right, what is not, and where
    exercise("03.1").hint()         # one hint at a time, from a nudge to nearly all
    exercise("03.1").solution()     # asks first; shows when called a second time

How to add an exercise
----------------------

1. In ``lesson_NN.py`` write one object and add it to ``EXERCISES``. A new file is found by its
   name; nothing else has to be told. Two kinds are there:

   * `FunctionExercise`: the learner writes a function. Give ``make_cases`` (the calls: random
     float64 numbers from a generator of your own, all sizes distinct), ``reference`` (torch
     itself, wherever it can be), ``form`` (`Number`, `OneTensor`, `Tensors`,
     `LikeLSTM` or `TensorDict`), ``words``
     (which results are wrong together, and where to look then), ``probes`` (simpler calls that
     narrow down an unknown mistake) and ``gradients``. A right answer may be slow or odd, but
     each call of it is followed by others: keep the cases few and small.
   * `DictExercise`: the learner fills in a dict. Give ``parts``: `ShapeOf`, `Choice`,
     `Verdict`, `Quantity`, `FirstAndLast`; and ``in_order`` where an entry means nothing unless
     those before it are right.

   An exercise of another kind is a new subclass of `Exercise`, in a file of its own.

2. Write the misconceptions before the solution: at least five `Wrong`, each a short name, a
   wrong answer that runs, and the message it earns. The message says what the answer does and
   what is so instead, in the lesson's words; it does not give the solution away. The checker
   names a mistake only when an answer does exactly what the `Wrong` does (within 1e-9).

3. ``hints``: three, from a nudge to nearly the answer. ``solution_code``: the code that
   `solution` shows, the same as between the markers in ``exercises/source/NN_name.py``.

4. In ``tests/test_exercises_NN.py`` add at least two other right answers to ``RIGHT``. The tests
   feed every exercise its solution, those answers and every `Wrong`, and ask for the right
   outcome, name and message. Two `Wrong` that no input tells apart fail: make them one. One
   mistake that ends differently, depending on how it is written, is `several` of one name.

The files, from the ground up: `result` (what comes back), `running` (time limit, isolation),
`base` (what all exercises share), `forms` (reading what a function returns), `gradients`, `inputs`,
`functions` and `answers` (the two kinds), `wrong_cells`, then the lessons.
"""

import importlib
import pkgutil
from functools import cache

from lstm_lessons.exercises.base import Exercise

__all__ = ["Exercise", "exercise", "numbers"]


def exercise(number: str) -> Exercise:
    """Return the exercise with this number, such as ``"03.1"``: the same object each time.

    Raises:
        ValueError: there is no such exercise; the message lists those there are.
    """
    found = _all().get(number if isinstance(number, str) else None)
    if found is None:
        raise ValueError(f"there is no exercise {number!r}; there are {', '.join(numbers())}")
    return found


def numbers() -> tuple[str, ...]:
    """Return the numbers of all exercises, in order."""
    return tuple(_all())


@cache
def _all() -> dict[str, Exercise]:
    """Collect ``EXERCISES`` from every file of this folder that is called lesson_NN."""
    names = sorted(each.name for each in pkgutil.iter_modules(__path__))
    modules = [
        importlib.import_module(f"{__name__}.{name}")
        for name in names
        if name.startswith("lesson_")
    ]
    return {each.number: each for module in modules for each in module.EXERCISES}
