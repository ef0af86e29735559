"""The wrong answers that an exercise knows, each run once, and which of them an answer is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lstm_lessons.exercises.engine.attempts import Attempt, Results, attempt
from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.gradients import Gradients, gradients, same_gradients
from lstm_lessons.exercises.engine.raised import Raised, call_directly
from lstm_lessons.exercises.engine.returns import Returns
from lstm_lessons.exercises.engine.slips import (
    AnotherWay,
    Other,
    Slip,
    WrongText,
    compiled,
    pairs,
    singles,
)
from lstm_lessons.exercises.engine.text import Text
from lstm_lessons.exercises.engine.values import leaves
from lstm_lessons.exercises.engine.words import paragraphs

Named = Slip | Other


class _Inputs:
    """The inputs of all cases, shared by the known answers until one of them changes some.

    A gradient that is left in a layer is such a change: the next answer would add to it.
    """

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = cases
        self._made: dict[int, dict[str, Any]] = {}

    def attempt(self, function: Callable, number: int, returns: Returns) -> Attempt:
        """Call a function of the course's own on a case."""
        case = self.cases[number]
        inputs = self._made.pop(number, None) or case.fresh()
        done = attempt(function, case, returns, call_directly, inputs)
        # What is kept is small: no graph behind the results, no frames behind an error.
        done.results = {name: each.detach() for name, each in done.results.items()}
        if done.problem is not None:
            done.problem.__traceback__ = None
        used = case.remember or any(each.grad is not None for each in leaves(inputs).values())
        if not done.changed and not used:
            self._made[number] = inputs
        return done


@dataclass(eq=False)
class Suspect:
    """One known wrong answer: its slips, how to make it, and what it does, case by case."""

    slips: tuple[Named, ...]
    make: Callable[[], Callable]
    inputs: _Inputs
    returns: Returns
    _done: list[Attempt] = field(default_factory=list)
    _function: Callable | None = None

    @property
    def function(self) -> Callable:
        """The wrong answer itself, made when first asked for."""
        if self._function is None:
            self._function = self.make()
        return self._function

    def at(self, number: int) -> Attempt | None:
        """Return what it does in a case; nothing where an earlier case had a problem."""
        while len(self._done) <= number:
            if self._done and self._done[-1].problem is not None:
                return None
            self._done.append(self.inputs.attempt(self.function, len(self._done), self.returns))
        return self._done[number]

    def does(self, ours: Sequence[Attempt]) -> bool:
        """Say whether it does in every case what these attempts did."""
        return all(
            (theirs := self.at(number)) is not None and each.same(theirs, self.returns)
            for number, each in enumerate(ours)
        )


class Known:
    """All wrong answers of an exercise: those with one slip, then those with two."""

    def __init__(
        self,
        text: Text,
        ways: Sequence[AnotherWay],
        others: Sequence[Other],
        cases: Sequence[Case],
        returns: Returns,
    ) -> None:
        self._text, self._cases, self._returns = text, cases, returns
        self._inputs = _Inputs(cases)
        self._namespace = text.namespace()
        first = [self._from_text(each) for way in ways for each in singles(way.code, way.places)]
        first += [
            self._suspect((each,), lambda made=function: made)
            for each in others
            for function in each.functions
        ]
        second = [self._from_text(each) for way in ways for each in pairs(way.code, way.places)]
        self.levels: tuple[list[Suspect], ...] = (first, second)

    def _from_text(self, wrong: WrongText) -> Suspect:
        name = self._text.name
        return self._suspect(wrong.slips, lambda: compiled(wrong.code, name, self._namespace))

    def _suspect(self, slips: tuple[Named, ...], make: Callable[[], Callable]) -> Suspect:
        return Suspect(slips, make, self._inputs, self._returns)

    def __iter__(self) -> Iterator[Suspect]:
        """Give every wrong answer, those with the fewest slips first."""
        for level in self.levels:
            yield from level

    def doing(self, ours: Sequence[Attempt]) -> list[tuple[Named, ...]]:
        """Return the sets of slips that do what an answer did, the fewest slips only.

        A wrong answer that leaves its inputs alone is no match for one whose results come of
        inputs that it changed: then the change is the mistake.
        """
        changed = set() if ours[-1].problem else set(ours[0].changed)
        return self._first_level(
            lambda each: each.does(ours) and changed <= set((each.at(0) or ours[0]).changed)
        )

    def with_gradients(
        self, ours: Sequence[Gradients], wanted: Sequence[Results]
    ) -> list[tuple[Named, ...]]:
        """Return the sets of slips whose numbers are right and whose gradients are these."""
        right = [Attempt(each) for each in wanted]

        def has_these(suspect: Suspect, case: Case, these: Gradients) -> bool:
            theirs = gradients(suspect.function, case, self._returns, call_directly)
            if isinstance(theirs, Raised):
                return False
            return same_gradients(these, {key: theirs.get(key) for key in these})

        return self._first_level(
            lambda each: (
                each.does(right)
                and all(has_these(each, *both) for both in zip(self._cases, ours, strict=True))
            )
        )

    def _first_level(self, fits: Callable[[Suspect], bool]) -> list[tuple[Named, ...]]:
        for level in self.levels:
            found = {tuple(s.name for s in each.slips): each.slips for each in level if fits(each)}
            if found:
                return list(found.values())
        return []


_MOST = 3
"""Causes that fit the same numbers, of which all are told; of more, none is."""


def told(found: Sequence[tuple[Named, ...]]) -> tuple[str, str] | None:
    """Return the name and the message of the slips that fit, or nothing where too many do.

    What all of them share is told for certain; of the rest it is said that any may be so.
    """
    if not found:
        return None
    certain = [each for each in found[0] if all(_among(each, slips) for slips in found)]
    left = [tuple(each for each in slips if not _among(each, certain)) for slips in found]
    said = [each.says for each in certain]
    names = [each.name for each in certain]
    if any(left):
        if len(left) > _MOST:
            return (" + ".join(names), paragraphs(*said)) if certain else None
        also = "Besides, more than one thing" if certain else "More than one thing"
        told_apart = [" ".join(each.says for each in slips) for slips in left]
        said += [f"{also} leads to this. It may be this:"]
        said += [told_apart[0], *(f"Or this: {each}" for each in told_apart[1:])]
        names += [" or ".join(" + ".join(each.name for each in slips) for slips in left)]
    return " + ".join(names), paragraphs(*said)


def _among(slip: Named, slips: Sequence[Named]) -> bool:
    return any(slip.name == each.name for each in slips)
