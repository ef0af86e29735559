"""What every exercise has: a number, hints, a solution, and a check that never fails itself."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from first_edition.result import Note, Outcome, Result
from first_edition.running import OutOfTime, Raised, Runner, describe, isolated

MATCH = 1e-9
"""An answer does what a known mistake does when no number differs by more than this."""


@dataclass(frozen=True)
class Wrong:
    """A misconception: its short name, the wrong answer it leads to, the message it earns.

    ``answer`` is code where the exercise asks for a function, and a dict with the wrong entries
    where it asks for a dict. The checker names the misconception only when a learner's answer
    does exactly what ``answer`` does. Two mistakes that no input can tell apart share one
    `Wrong`, whose message says so. Where the answer is a rough number, ``within`` is the factor
    up to which another number counts as the same.
    """

    name: str
    answer: Any
    message: str
    within: float = 1.01


def several(name: str, message: str, *answers: Any) -> tuple[Wrong, ...]:
    """Return one misconception with several wrong answers, which end differently."""
    return tuple(Wrong(name, answer, message) for answer in answers)


class Misformed(Exception):  # noqa: N818 - a mistake of the learner's, not a fault
    """An answer that cannot be read as what was asked for; ``name`` is its misconception."""

    def __init__(self, message: str, name: str | None = None) -> None:
        super().__init__(message)
        self.message, self.name = message, name


@dataclass(eq=False, repr=False, kw_only=True)
class Exercise(ABC):
    """One exercise. A subclass says how an answer is judged.

    ``number`` is the lesson's number, a point, and the exercise's: "03.1". ``hints`` go from a
    nudge to nearly the answer. ``solution`` is the code that `solution` shows, the same as
    between the markers in exercises/source. ``given`` is code that the notebook gives the
    learner to work on. ``praise`` follows the word "Correct".
    """

    number: str
    title: str
    hints: tuple[str, ...]
    solution_code: str
    wrongs: tuple[Wrong, ...]
    given: str = ""
    praise: str = ""
    _hints_shown: int = field(default=0, init=False)
    _asked: bool = field(default=False, init=False)

    def check(self, answer: Any = ..., *more: Any) -> Result:
        """Judge an answer. The answer is run with a time limit and on copies; nothing changes."""
        if more:
            return self._incorrect("Hand in one thing: the answer alone.")
        with isolated():
            try:
                runner = Runner()
                looked = runner.call(a_kind_of, answer)
                if type(looked) is Raised:
                    return self._result("error", _SHY + describe(looked.error))
                return self._judge(answer, runner)
            except OutOfTime as late:
                return self._result("error", _too_late(late), "does not end")
            except Misformed as problem:
                return self._incorrect(problem.message, problem.name)

    def hint(self) -> Note:
        """Return the next hint; after the last one, all of them."""
        total = len(self.hints)
        if self._hints_shown == total:
            listed = (f"{number}. {text}" for number, text in enumerate(self.hints, 1))
            return self._note("all hints", "\n\n".join(listed))
        self._hints_shown += 1
        return self._note(f"hint {self._hints_shown} of {total}", self.hints[self._hints_shown - 1])

    def solution(self) -> Note:
        """Ask first; return the solution when called a second time."""
        if not self._asked:
            self._asked = True
            return self._note(
                "solution",
                "Are you sure? You learn more from a wrong answer that you have checked than from "
                f"a right one that you have read. `{self._call('hint')}` helps further. To see the "
                f"solution, call `{self._call('solution')}` once more.",
            )
        return self._note("solution", "One way to write it:", self.solution_code.strip())

    def __repr__(self) -> str:
        """Return number, title and what can be called."""
        return f"Exercise {self.number}: {self.title}. Call .check(answer), .hint() or .solution()."

    @abstractmethod
    def _judge(self, answer: Any, runner: Runner) -> Result:
        """Return the result; may raise `Misformed` or `OutOfTime`, nothing else."""

    def _call(self, method: str) -> str:
        return f'exercise("{self.number}").{method}()'

    def _note(self, title: str, message: str, code: str = "") -> Note:
        return Note(f"Exercise {self.number} · {title}", message, code)

    def _result(self, outcome: Outcome, message: str, misconception: str | None = None) -> Result:
        return Result(outcome, misconception, message, self.number)

    def _correct(self) -> Result:
        return self._result("correct", self.praise or "Well done.")

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


def a_kind_of(value: Any) -> str:
    """Say in a few words what a value is, without asking the value itself."""
    if isinstance(value, type):
        return f"the class `{value.__name__}`"
    if isinstance(value, str):
        return "a string"
    if callable(value):
        return "a function (were its parentheses forgotten?)"
    known = {"NoneType": "nothing (None)", "ellipsis": "`...`", "bool": "True or False"}
    name = type(value).__name__
    known |= {"generator": "a generator (`return` rather than `yield` gives the values)"}
    known |= {"coroutine": "a coroutine (leave out `async`)", "ndarray": "a numpy array"}
    return known.get(name, f"a value of type `{name}`")


def listed(words: list[str] | tuple[str, ...]) -> str:
    """Return the words as a list in a sentence: a, b and c."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


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
