"""Exercises whose answer is a dict of short things: shapes, letters, numbers."""

import contextlib
import difflib
import math
import numbers
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy
from torch import Tensor

from first_edition.base import Exercise, Misformed, Wrong, a_kind_of
from first_edition.result import Result
from first_edition.running import Raised, Runner, describe


@dataclass(frozen=True)
class Part(ABC):
    """One entry of the dict: its key, the right value, and where to look when it is wrong.

    ``also`` are other names that people have for the key.
    """

    key: str
    right: Any
    look: str
    also: tuple[str, ...] = field(default=(), kw_only=True)

    @abstractmethod
    def read(self, value: Any) -> Any:
        """Return the value in plain Python.

        Raises:
            Misformed: the value is of another kind; the message says which.
        """

    def accepts(self, value: Any) -> bool:
        """Say whether a value that was read is right."""
        return value == self.right

    def same(self, value: Any, wrong: Any, within: float) -> bool:
        """Say whether a value that was read is what a misconception gives, within a factor."""
        return value == wrong


@dataclass(frozen=True)
class ShapeOf(Part):
    """A shape: a tuple, a list or a torch.Size of whole numbers."""

    def read(self, value: Any) -> tuple[int, ...]:
        """Return the value in plain Python; raise Misformed where it is of another kind."""
        if isinstance(value, Tensor | numpy.ndarray):
            raise Misformed(f"`{self.key}` is a tensor; give its shape, such as `(2, 3)`.")
        if isinstance(value, numbers.Integral) and not isinstance(value, bool):
            raise Misformed(
                f"`{self.key}` is the number {int(value)}, not a shape. A shape is a tuple, with a "
                "comma even when it holds one number: `(7,)` is a tuple, `(7)` is only 7.",
                "a number for a shape",
            )
        if isinstance(value, str):
            raise Misformed(f"`{self.key}` is a string. Leave out the quotation marks: `(2, 3)`.")
        if not isinstance(value, Sequence):
            raise Misformed(f"`{self.key}` is {a_kind_of(value)}; a shape was expected: `(2, 3)`.")
        if not all(isinstance(n, numbers.Real) and n == int(n) for n in value):
            raise Misformed(f"`{self.key}` should hold whole numbers only, such as `(2, 3)`.")
        return tuple(int(n) for n in value)


@dataclass(frozen=True)
class Choice(Part):
    """One of several words or letters, in capitals or not; ``ending`` may stand behind it.

    ``same_as`` are other names of options.
    """

    options: tuple[str, ...] = ()
    ending: str = ""
    same_as: Mapping[str, str] = field(default_factory=dict)

    def read(self, value: Any) -> str:
        """Return the value in plain Python; raise Misformed where it is of another kind."""
        listed = ", ".join(f'"{option}"' for option in self.options)
        if not isinstance(value, str):
            marks = " Put it in quotation marks." if str(value) in self.options else ""
            raise Misformed(f"`{self.key}` is {a_kind_of(value)}; expected one of {listed}.{marks}")
        found = _squeezed(value).strip("().").removesuffix(_squeezed(self.ending))
        for name, option in {**{each: each for each in self.options}, **self.same_as}.items():
            if found == _squeezed(name):
                return option
        raise Misformed(f'`{self.key}` is "{value[:40]}"; expected one of {listed}.')


def _squeezed(text: str) -> str:
    """Return a text without its blanks and capitals: ``"output[0,:,5:]"`` is as good as any."""
    return "".join(text.split()).casefold()


@dataclass(frozen=True)
class Verdict(Part):
    """True or False: Python's, numpy's or torch's, or the word for it."""

    def read(self, value: Any) -> bool:
        """Return the value in plain Python; raise Misformed where it is of another kind."""
        if (
            isinstance(value, Tensor | numpy.ndarray | numpy.generic)
            and math.prod(value.shape) == 1
        ):
            value = value.item()
        words = {"true": True, "false": False}
        if isinstance(value, str) and value.strip().casefold() in words:
            return words[value.strip().casefold()]
        if not isinstance(value, bool):
            raise Misformed(f"`{self.key}` is {a_kind_of(value)}; expected True or False.")
        return value


@dataclass(frozen=True)
class Quantity(Part):
    """A number that is right within a factor; ``factor`` 10 takes a tenth to ten times.

    A text that is a number or a fraction, such as "4/3", is read as one.
    """

    factor: float = 1.0001

    def read(self, value: Any) -> float:
        """Return the value in plain Python; raise Misformed where it is of another kind."""
        if _is_single(value):
            value = value.item()
        if isinstance(value, str):
            with contextlib.suppress(ValueError, ZeroDivisionError):
                value = float(Fraction(value))
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise Misformed(f"`{self.key}` is {a_kind_of(value)}; a number was expected.")
        return float(value)

    def accepts(self, value: float) -> bool:
        """Say whether the value is within the factor of the right one."""
        return self.right / self.factor <= value <= self.right * self.factor

    def same(self, value: float, wrong: float, within: float) -> bool:
        """Say whether a value is what a misconception gives, within a factor."""
        return wrong / within <= value <= wrong * within


@dataclass(frozen=True)
class Index(Quantity):
    """An index into ``length`` things; -1 is the last one, as in Python."""

    length: int = field(kw_only=True)

    def read(self, value: Any) -> float:
        """Return the index from the front; raise Misformed where it is no number."""
        index = super().read(value)
        return index + self.length if -self.length <= index < 0 else index


@dataclass(frozen=True)
class WholeNumbers(Part):
    """Several whole numbers in an order: a list, a tuple, or a tensor of one axis."""

    def read(self, value: Any) -> tuple[int, ...]:
        """Return the value in plain Python; raise Misformed where it is of another kind."""
        if isinstance(value, Tensor | numpy.ndarray) and value.ndim == 1:
            value = value.tolist()
        if isinstance(value, Sequence) and not isinstance(value, str):
            found = [each.item() if _is_single(each) else each for each in value]
            if all(isinstance(n, numbers.Real) and n % 1 == 0 for n in found):
                return tuple(int(n) for n in found)
        raise Misformed(
            f"`{self.key}` should be whole numbers in a list, such as `[3, 1]`. "
            f"Yours is {a_kind_of(value)}."
        )


def _is_single(value: Any) -> bool:
    return isinstance(value, Tensor | numpy.ndarray) and math.prod(value.shape) == 1


@dataclass(frozen=True)
class FirstAndLast(Part):
    """The numbers of the first and of the last of several things, counted from 0."""

    def read(self, value: Any) -> tuple[int, int]:
        """Return the value in plain Python; raise Misformed where it is of another kind."""
        yours = f"Yours is {a_kind_of(value)}."
        if isinstance(value, Sequence) and not isinstance(value, str):
            whole = all(isinstance(n, numbers.Real) and n % 1 == 0 for n in value)
            if whole and len(value) == 2:
                return int(value[0]), int(value[1])
            held = f"{len(value)} number{'' if len(value) == 1 else 's'}"
            yours = f"Yours holds {held if whole else 'something else'}."
        raise Misformed(
            f"`{self.key}` should be two whole numbers, the first and the last: `(2, 3)`. {yours}"
        )


@dataclass(eq=False, repr=False, kw_only=True)
class DictExercise(Exercise):
    """An exercise that asks for a dict with the keys of ``parts``.

    The ``answer`` of a misconception is a dict of the entries that it gets wrong; it is named
    when all of these are in the learner's answer. Of several that fit, the one that explains
    most entries is named. With ``in_order``, an entry means something only if those before it
    are right: entries behind the first wrong or missing one are not judged.
    """

    parts: tuple[Part, ...]
    in_order: bool = False

    def _judge(self, answer: Any, runner: Runner) -> Result:
        if answer is ... or answer is None:
            return self._not_attempted("`answer` is still empty")
        if not isinstance(answer, Mapping):
            raise Misformed(
                f"Your answer is {a_kind_of(answer)}. Expected: a dict, such as "
                f'`{{"{self.parts[0].key}": ...}}`.',
                "not a dict",
            )
        found = runner.call(self._read, answer)
        if type(found) is Raised:
            if isinstance(found.error, Misformed):
                raise found.error
            return self._result("error", "Your dict cannot be read.\n\n" + describe(found.error))
        if not found:
            return self._not_attempted("every entry is still `...`")
        return self._judge_entries(found)

    def _read(self, answer: Mapping) -> dict[str, Any]:
        """Return the entries that are filled in, in plain Python."""
        entries = dict(answer)
        keys = [part.key for part in self.parts]
        for key in entries:
            if key not in keys:
                raise Misformed(
                    f"`{str(key)[:40]}` is not asked for.{self._meant(key)}", "another key"
                )
        filled = {key: value for key, value in entries.items() if value is not ...}
        filled = {key: value for key, value in filled.items() if value is not None}
        return self._read_entries(filled)

    def _read_entries(self, filled: dict[str, Any]) -> dict[str, Any]:
        """Return what the parts read; several entries with one fault are told together."""
        found: dict[str, Any] = {}
        problems: dict[str, Misformed] = {}
        for part in self.parts:
            if part.key in filled:
                try:
                    found[part.key] = part.read(filled[part.key])
                except Misformed as problem:
                    problems[part.key] = problem
        if not problems:
            return found
        (_, first), *others = problems.items()
        same = [key for key, each in others if each.name is not None and each.name == first.name]
        also = f" The same goes for {_keys(same)}." if same else ""
        raise Misformed(first.message + also, first.name)

    def _meant(self, key: Any) -> str:
        """Return a question that names the key that was probably meant; may be empty."""
        given = str(key)[:40]
        keys = [part.key for part in self.parts]
        known = [part.key for part in self.parts if given in part.also]
        close = known or difflib.get_close_matches(given, keys, n=1)
        return f" Did you mean `{close[0]}`?" if close else ""

    def _to_the_first_wrong(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return the entries that can be judged: up to the first that is missing or wrong."""
        judged: dict[str, Any] = {}
        for part in self.parts:
            if part.key not in found:
                break
            judged[part.key] = found[part.key]
            if not part.accepts(found[part.key]):
                break
        return judged

    def _judge_entries(self, found: dict[str, Any]) -> Result:
        missing = [part.key for part in self.parts if part.key not in found]
        if self.in_order:
            found = self._to_the_first_wrong(found)
        filled = [part for part in self.parts if part.key in found]
        wrong = [part for part in filled if not part.accepts(found[part.key])]
        right = [part.key for part in filled if part not in wrong]
        if not wrong and not missing:
            return self._correct()
        so_far = [f"Right so far: {_keys(right)}."] if right else []
        if not wrong:
            return self._incomplete("\n\n".join([*so_far, f"Still to fill in: {_keys(missing)}."]))
        match = self._match(found)
        if match is not None:
            explained = match.answer
            others = [part.key for part in wrong if part.key not in explained]
            also = [f"Look again at {_keys(others)} too."] if others else []
            return self._incorrect("\n\n".join([match.message, *also, *so_far]), match.name)
        first = wrong[0]
        also = (
            [f"Not right either: {_keys([part.key for part in wrong[1:]])}."] if wrong[1:] else []
        )
        said = f"`{first.key}` is not right yet. {first.look}"
        return self._incorrect("\n\n".join([said, *also, *so_far]))

    def _match(self, found: dict[str, Any]) -> Wrong | None:
        """Return the misconception that is in the answer and explains most of its entries."""
        parts = {part.key: part for part in self.parts}
        fitting = [
            wrong
            for wrong in self.wrongs
            if all(
                key in found and parts[key].same(found[key], value, wrong.within)
                for key, value in wrong.answer.items()
            )
        ]
        return max(fitting, key=lambda wrong: len(wrong.answer), default=None)


def _keys(keys: list[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)
