"""What came of calling a function on the cases of an exercise: results, or why there are none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import CoroutineType
from typing import Any

from torch import Tensor

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.raised import Raised, call_directly, describe
from lstm_lessons.exercises.engine.returns import Returns
from lstm_lessons.exercises.engine.values import MATCH, unchanged
from lstm_lessons.exercises.engine.words import Misformed

Results = dict[str, Tensor]
"""The results of one call, by name."""


@dataclass
class Attempt:
    """What came of one call: results, or the problem; which inputs it changed; a remark."""

    results: Results = field(default_factory=dict)
    problem: BaseException | None = None
    changed: tuple[str, ...] = ()
    remark: str = ""

    def same(self, other: "Attempt", returns: Returns) -> bool:
        """Say whether another call gave the same numbers, or ended in the same problem."""
        if self.problem is not None or other.problem is not None:
            return _same_problem(self.problem, other.problem)
        return all(
            returns.distance(each, other.results[name]) <= MATCH
            for name, each in self.results.items()
        )


def attempt(
    function: Callable,
    case: Case,
    returns: Returns,
    call: Callable,
    inputs: dict[str, Any] | None = None,
) -> Attempt:
    """Call a function on a case; ``call`` is how, and gives what came back or `Raised`.

    ``inputs`` are the case's own, if they have been made already.
    """
    inputs = case.fresh() if inputs is None else inputs
    returned = call(function, *inputs.values(), **case.keywords)
    read = returned
    if type(returned) is not Raised:
        read = (call_directly if _is_plain(returned) else call)(returns.read, returned)
    if type(returned) is CoroutineType:
        returned.close()  # or Python would warn that nobody awaited it
    changed = tuple(name for name in inputs if not unchanged(inputs[name], case.inputs[name]))
    if isinstance(read, Raised):
        return Attempt(problem=read.error, changed=changed)
    return Attempt(read, changed=changed, remark=returns.remark(returned))


def _is_plain(value: Any, depth: int = 2) -> bool:
    """Say whether a value can be read without the clock: no code of the learner's is in it."""
    if type(value) in (tuple, list):
        return depth > 0 and all(_is_plain(each, depth - 1) for each in value)
    return type(value) in (Tensor, int, float)


def attempts(
    function: Callable, cases: Sequence[Case], returns: Returns, call: Callable
) -> list[Attempt]:
    """Call a function on each case until one gives no results."""
    found: list[Attempt] = []
    for case in cases:
        found.append(attempt(function, case, returns, call))
        if found[-1].problem is not None:
            break
    return found


def wrong_names(ours: Attempt, wanted: Results, returns: Returns) -> tuple[str, ...]:
    """Return the names of the results that are not right."""
    return tuple(
        name
        for name in returns.names
        if not returns.distance(ours.results[name], wanted[name]) <= returns.tolerance
    )


def right(ours: Sequence[Attempt], wanted: Sequence[Results], returns: Returns) -> bool:
    """Say whether all calls that were made gave what is wanted."""
    return all(
        each.problem is None and not wrong_names(each, results, returns)
        for each, results in zip(ours, wanted, strict=False)
    )


def _same_problem(a: BaseException | None, b: BaseException | None) -> bool:
    if a is None or b is None or type(a) is not type(b):
        return False
    if isinstance(a, Misformed) and isinstance(b, Misformed):
        return a.message == b.message
    return describe(a).split("\n")[0] == describe(b).split("\n")[0]
