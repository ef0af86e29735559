"""What every exercise has: a text, hints, a solution, and a check that never fails itself."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from lstm_lessons.exercises.engine import diary, sources
from lstm_lessons.exercises.engine.isolation import isolated
from lstm_lessons.exercises.engine.raised import OutOfTime, Raised, describe
from lstm_lessons.exercises.engine.result import Note, Outcome, Result
from lstm_lessons.exercises.engine.running import Clock
from lstm_lessons.exercises.engine.text import Text, text
from lstm_lessons.exercises.engine.words import Misformed, a_kind_of

OUR_FAULT = "This check itself has failed"
"""How the message begins that no learner should ever see; the tests look for it."""


@dataclass(eq=False, repr=False)
class Exercise(ABC):
    """One exercise. A subclass says how an answer is judged.

    ``number`` is the lesson's number, a point, and the exercise's: "03.1". All that learners read
    of it, and its solution, stand in its text in exercises/source. ``praise`` follows the word
    "Correct".
    """

    number: str
    praise: str = field(default="Well done.", kw_only=True)
    _hints_shown: int = field(default=0, init=False)
    _asked: bool = field(default=False, init=False)

    @cached_property
    def text(self) -> Text:
        """The exercise as it is written in exercises/source."""
        return text(self.number)

    @property
    def title(self) -> str:
        """The exercise's title."""
        return self.text.title

    @property
    def hints(self) -> tuple[str, ...]:
        """The hints, from a nudge to nearly the answer."""
        return self.text.hints

    def check(self, answer: Any = ..., *more: Any) -> Result:
        """Judge an answer. The answer is run with a time limit and on copies; nothing changes.

        That an exercise is solved is noted for `progress`.
        """
        result = self.judged(answer, *more)
        if result.outcome == "correct":
            try:
                diary.note(diary.SOLVED, self.number)
            except OSError as error:
                remark = f"\n\nThis could not be noted in `{diary.FILE}`: {error}"
                return replace(result, message=result.message + remark)
        return result

    def judged(self, answer: Any = ..., *more: Any, seconds: float | None = None) -> Result:
        """Judge an answer as `check` does, and note nothing; ``seconds`` are for all its calls."""
        if more:
            return self._incorrect("Hand in one thing: the answer alone.")
        with isolated():
            try:
                clock = Clock(seconds)
                looked = clock.call(a_kind_of, answer)
                if type(looked) is Raised:
                    return self._result("error", _SHY + describe(looked.error))
                return self._judge(answer, clock)
            except OutOfTime as late:
                return self._result("error", _too_late(late), "does not end")
            except Misformed as problem:
                return self._incorrect(problem.message, problem.name)
            except Exception as error:
                return self._result("error", _our_fault(error))

    def hint(self) -> Note:
        """Return the next hint; after the last one, all of them."""
        total = len(self.hints)
        if self._hints_shown == total:
            listed = (f"{number}. {text}" for number, text in enumerate(self.hints, 1))
            return self._note("all hints", "\n\n".join(listed))
        self._hints_shown += 1
        return self._note(f"hint {self._hints_shown} of {total}", self.hints[self._hints_shown - 1])

    def solution(self) -> Note:
        """Ask first; return the solution when called a second time.

        In a release without solutions, say who has it.
        """
        release = sources.facts()
        if release is not None and not release.solutions:
            return self._note(
                "solution",
                "Your instructor has it, and shows it when it is time. Until then, "
                f"`{self._call('hint')}` helps further, and so does a wrong answer that you check.",
            )
        if not self._asked:
            self._asked = True
            return self._note(
                "solution",
                "Are you sure? You learn more from a wrong answer that you have checked than from "
                f"a right one that you have read. `{self._call('hint')}` helps further. To see the "
                f"solution, call `{self._call('solution')}` once more.",
            )
        return self._note("solution", "One way to write it:", self.text.solution)

    def __repr__(self) -> str:
        """Return number, title and what can be called."""
        return f"Exercise {self.number}: {self.title}. Call .check(answer), .hint() or .solution()."

    @abstractmethod
    def _judge(self, answer: Any, clock: Clock) -> Result:
        """Return the result; may raise `Misformed` or `OutOfTime`, nothing else."""

    def _call(self, method: str) -> str:
        return f'exercise("{self.number}").{method}()'

    def _note(self, title: str, message: str, code: str = "") -> Note:
        return Note(f"Exercise {self.number} · {title}", message, code)

    def _result(self, outcome: Outcome, message: str, misconception: str | None = None) -> Result:
        return Result(outcome, misconception, message, self.number)

    def _correct(self, remark: str = "") -> Result:
        return self._result("correct", "\n\n".join(filter(None, (self.praise, remark))))

    def _incorrect(self, message: str, misconception: str | None = None) -> Result:
        return self._result("incorrect", message, misconception)

    def _incomplete(self, message: str) -> Result:
        return Result("incorrect", None, message, self.number, complete=False)

    def _not_attempted(self, what: str) -> Result:
        return self._result(
            "not attempted",
            f"Nothing to check yet: {what}. Write your answer, run its cell, then run this one "
            f"again. If you are stuck: `{self._call('hint')}`",
        )


_SHY = "Your answer raises an error when it is only looked at.\n\n"


def _our_fault(error: Exception) -> str:
    return (
        f"{OUR_FAULT}, which is no fault of yours: your answer may be right or wrong. Please "
        f"report it with your answer.\n\n{describe(error)}"
    )


def _too_late(late: OutOfTime) -> str:
    text = (
        f"Your code was still running after {late.seconds:.0f} seconds. "
        "Look for a loop that never ends: what should stop it, and does that ever happen?"
    )
    if late.stopped:
        return text + "\n\nIt has been stopped; you can go on working."
    return text + (
        "\n\nIt could not be stopped and still runs in the background, which can slow down all "
        "else: save your work, then choose Restart Kernel from the Kernel menu."
    )
