"""What a check has seen of an answer that is not right: what every reader looks at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from lstm_lessons.exercises.engine.attempts import Attempt, Results, attempt, wrong_names
from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.raised import call_directly
from lstm_lessons.exercises.engine.returns import Returns

Told = tuple[str | None, str]
"""The short name of the mistake, if it has one, and what is said of it."""


@dataclass(frozen=True)
class Seen:
    """An answer, a right one, and what came of calling the answer.

    ``number`` is the first case that goes wrong and ``name`` the result of it that is told of.
    ``axes`` are the words for the axes of the inputs, by name. ``call`` runs the answer.
    """

    answer: Callable
    solution: Callable
    call: Callable
    cases: Sequence[Case]
    returns: Returns
    attempts: Sequence[Attempt]
    wanted: Sequence[Results]
    number: int
    name: str
    axes: dict[str, tuple[str, ...]]

    @property
    def case(self) -> Case:
        """The first case that goes wrong."""
        return self.cases[self.number]

    @property
    def ours(self) -> Tensor:
        """The wrong result."""
        return self.attempts[self.number].results[self.name]

    @property
    def right(self) -> Tensor:
        """What it should be."""
        return self.wanted[self.number][self.name]

    @property
    def wrong(self) -> tuple[str, ...]:
        """The names of all results that are wrong in this case."""
        return wrong_names(self.attempts[self.number], self.wanted[self.number], self.returns)

    def of_answer(self, case: Case) -> Attempt:
        """Call the answer on another case."""
        return attempt(self.answer, case, self.returns, self.call)

    def of_solution(self, case: Case) -> Attempt:
        """Call the solution on another case."""
        return attempt(self.solution, case, self.returns, call_directly)
