"""Exercises whose answer is a function: run it, compare it, and say what differs and where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lstm_lessons.exercises.engine.attempts import (
    Attempt,
    Results,
    attempts,
    right,
    wrong_names,
)
from lstm_lessons.exercises.engine.base import Exercise
from lstm_lessons.exercises.engine.calling import Caller
from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.gradients import Gradients, gradients, same_gradients
from lstm_lessons.exercises.engine.isolation import isolated
from lstm_lessons.exercises.engine.known import Known, told
from lstm_lessons.exercises.engine.raised import OutOfTime, Raised, call_directly, describe
from lstm_lessons.exercises.engine.readers import FIRST, ORDER, Reader, Seen
from lstm_lessons.exercises.engine.readers.changes import changed_words
from lstm_lessons.exercises.engine.readers.cut_graph import cut_graph
from lstm_lessons.exercises.engine.readers.difference import first_difference
from lstm_lessons.exercises.engine.readers.names import about_name
from lstm_lessons.exercises.engine.readers.simpler import right_when_simpler
from lstm_lessons.exercises.engine.readers.torch_words import meaning
from lstm_lessons.exercises.engine.refusals import (
    is_empty,
    left_over,
    refuse_other_arguments,
    refuse_what_is_no_function,
    refuse_what_is_not_by_hand,
)
from lstm_lessons.exercises.engine.result import Result
from lstm_lessons.exercises.engine.returns import Returns
from lstm_lessons.exercises.engine.running import Clock
from lstm_lessons.exercises.engine.slips import AnotherWay, Other, Place, Slip
from lstm_lessons.exercises.engine.words import Misformed, listed, paragraphs

_NO_GRADIENTS = "The numbers are right, but gradients cannot be taken through your function."


@dataclass(eq=False, repr=False, kw_only=True)
class FunctionExercise(Exercise):
    """An exercise that asks for a function.

    ``cases`` gives the calls to try: the first has all sizes distinct and is what messages speak
    of; the last ones are the degenerate ones. ``returns`` is what the function gives back.
    ``slips`` are made in the solution's text, those of ``another_way`` in other right texts;
    ``others`` are ways of thinking that are no edit.

    ``axes`` are words for the axes of inputs, the same as those of the results: by them the readers
    find what a result has read. ``constants`` are inputs with regard to which no gradients are
    asked for: they are drawn and not learned, or the answer itself takes the gradients. ``looks``
    are readers of this exercise alone, asked before most of those that serve all; ``words`` says
    where to look when just these results are wrong. Of several wrong results, the first of
    ``made_in_order`` is told of: the others come of it. ``by_hand`` are functions of torch that are
    to be done by hand, ``advice`` is for names that this notebook does not have.
    """

    cases: Callable[[], tuple[Case, ...]]
    returns: Returns
    slips: tuple[Place | Slip, ...] = ()
    another_way: tuple[AnotherWay, ...] = ()
    others: tuple[Other, ...] = ()
    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: tuple[str, ...] = ()
    looks: tuple[Reader, ...] = ()
    words: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    made_in_order: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    advice: Mapping[str, str] = field(default_factory=dict)

    @property
    def function(self) -> str:
        """The name of the function that is asked for."""
        return self.text.name

    @cached_property
    def calls(self) -> tuple[Case, ...]:
        """The cases, made once; each call gets its inputs fresh."""
        return self.cases()

    @cached_property
    def solved(self) -> Callable:
        """The solution, as a function."""
        return self.text.made()

    @cached_property
    def wanted(self) -> list[Results]:
        """The right results, case by case, whatever torch's default dtype is."""
        with isolated():
            return [each.results for each in self.attempts(self.solved)]

    @cached_property
    def known(self) -> Known:
        """The wrong answers that are known."""
        ways = (AnotherWay(self.text.solution, self.slips), *self.another_way)
        return Known(self.text, ways, self.others, self.calls, self.returns)

    def attempts(self, function: Callable, call: Callable = call_directly) -> list[Attempt]:
        """Call the function on each case until one gives no results; ``call`` is how."""
        return attempts(function, self.calls, self.returns, call)

    def _judge(self, answer: Any, clock: Clock) -> Result:
        if answer is ... or answer is None or is_empty(answer):
            return self._not_attempted(f"`{self.function}` is still empty")
        refuse_what_is_no_function(
            answer, f"{self._call('check')[:-1]}{self.function})", self.function
        )
        refuse_other_arguments(answer, clock, self.calls, self.function)
        _ = self.wanted, self.wanted_gradients  # made with torch as it is, before the answer runs
        call = Caller(clock, self.by_hand)
        ours = self.attempts(answer, call)
        if call.replaced:
            return self._replaces(sorted(call.replaced))
        refuse_what_is_not_by_hand(call.used)
        problem = ours[-1].problem
        if isinstance(problem, NotImplementedError):
            if said := left_over(answer, problem):
                return self._incorrect(said, "a line left over")
            if not problem.args:
                return self._not_attempted(f"`{self.function}` has no body yet")
        if right(ours, self.wanted, self.returns):
            return self._judge_the_rest(answer, ours, call)
        if problem is not None and right(ours[:-1], self.wanted, self.returns):
            return self._judge_problem(ours)
        return self._judge_numbers(answer, ours)

    def _replaces(self, names: list[str]) -> Result:
        replaced = listed([f"`{each}`" for each in names])
        return self._incorrect(
            f"Your answer puts something else in the place of {replaced}. All other code that uses "
            "it would change as well. It has been put back; write your answer so that it leaves "
            "torch and Python as they are.",
            "replaces what is torch's",
        )

    def _judge_the_rest(self, answer: Callable, ours: list[Attempt], call: Callable) -> Result:
        """Judge an answer whose numbers are right: what it does to inputs and gradients."""
        for case, each in zip(self.calls, ours, strict=True):
            if each.changed:
                who = "The numbers are right, but your function"
                name, said = changed_words(each.changed, case.inputs, who)
                return self._incorrect(said, name)
        found: list[Gradients] = []
        for case in self.calls:
            taken = gradients(answer, case, self.returns, call, self.constants)
            if isinstance(taken, Raised):
                name, words = meaning(taken.error, case) or (None, "")
                said = paragraphs(_NO_GRADIENTS, words, describe(taken.error))
                return self._result("error", said, name)
            found.append(taken)
        wanted = self.wanted_gradients
        wrong = [k for k, each in enumerate(wanted) if not same_gradients(found[k], each)]
        if wrong:
            if said := told(self.known.with_gradients(found, self.wanted)):
                return self._incorrect(said[1], said[0])
            name, message = cut_graph(found[wrong[0]], wanted[wrong[0]])
            special = self.calls[wrong[0]].special
            return self._incorrect(paragraphs(message, special), name)
        return self._correct(ours[0].remark)

    @cached_property
    def wanted_gradients(self) -> list[Gradients]:
        """The right gradients, case by case."""
        how = (self.returns, call_directly, self.constants)
        found = [gradients(self.solved, case, *how) for case in self.calls]
        if raised := next((each for each in found if isinstance(each, Raised)), None):
            raise raised.error
        return [each for each in found if not isinstance(each, Raised)]

    def _judge_problem(self, ours: list[Attempt]) -> Result:
        """Judge an answer that gives no results in some case, and right ones before it."""
        problem, case = ours[-1].problem, self.calls[len(ours) - 1]
        assert problem is not None
        earlier = f"Before, {self.calls[0].label} was right." if len(ours) > 1 else ""
        named = told(self.known.doing(ours))
        if isinstance(problem, Misformed):
            name, message = named or (problem.name, problem.message)
            where = (
                f"That was with {case.label}. {earlier} {case.special}".rstrip() if earlier else ""
            )
            return self._incorrect(paragraphs(message, where), name)
        how = "as" if case.label.startswith(self.function) else "with"
        said = (describe(problem), f"It was called {how} {case.label}. {earlier}".rstrip())
        defined = {*self.text.namespace(), *case.inputs}
        name, message = (
            named
            or about_name(problem, defined, self.advice)
            or meaning(problem, case.beside(self.calls[0]))
            or (None, "")
        )
        special = "" if named else case.special
        start = message if named else paragraphs("Your function stopped with an error.", message)
        return self._result("error", paragraphs(start, *said, special), name)

    def _judge_numbers(self, answer: Callable, ours: list[Attempt]) -> Result:
        """Judge an answer of which some results are wrong: by name, or by what it shows."""
        if said := told(self.known.doing(ours)):
            return self._incorrect(said[1], said[0])
        seen = self._seen(answer, ours)
        name, message = self._read(seen)
        same_shape = seen.ours.shape == seen.right.shape
        hint = self.words.get(seen.wrong, "") if same_shape and name is None else ""
        later = ""
        if seen.number:
            later = paragraphs(
                f"Yet with {self.calls[0].label} all is right. {seen.case.special}".rstrip()
            )
        elif same_shape and name is None:
            message = self._in_time(right_when_simpler, seen) or ""
        return self._incorrect(paragraphs(hint, message, first_difference(seen), later), name)

    def _seen(self, answer: Callable, ours: list[Attempt]) -> Seen:
        number = next(
            at
            for at, (each, wanted) in enumerate(zip(ours, self.wanted, strict=False))
            if wrong_names(each, wanted, self.returns)
        )
        names = wrong_names(ours[number], self.wanted[number], self.returns)
        return Seen(
            answer=answer,
            solution=self.solved,
            call=Caller(Clock()),
            cases=self.calls,
            returns=self.returns,
            attempts=ours,
            wanted=self.wanted,
            number=number,
            name=next((each for each in self.made_in_order if each in names), names[0]),
            axes=dict(self.axes),
        )

    def _read(self, seen: Seen) -> tuple[str | None, str]:
        """Return what the first reader says that has something to say."""
        for reader in (*FIRST, *self.looks, *ORDER):
            if said := self._in_time(reader, seen):
                return said
        return None, ""

    def _in_time(self, reader: Callable[[Seen], Any], seen: Seen) -> Any:
        """Ask a reader; one whose tries take too long of a slow answer says nothing."""
        try:
            return reader(seen)
        except OutOfTime:
            return None
