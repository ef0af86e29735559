"""The kinds of questions that a dict answers: how an answer is read, and when it is right."""

import ast
import contextlib
import math
import numbers
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from lstm_lessons.exercises.engine.arrays import is_array, is_single
from lstm_lessons.exercises.engine.question import Question
from lstm_lessons.exercises.engine.symbols import about_shape
from lstm_lessons.exercises.engine.words import Misformed, a_kind_of
from lstm_lessons.shapes import Configuration

_MOST = 1000
"""Numbers that an entry may hold: whoever hands in ``range(10**9)`` is not made to wait."""


def _refuse_many(key: str, value: Sequence) -> None:
    if len(value) > _MOST:
        raise Misformed(f"`{key}` holds {len(value)} numbers, far more than are asked for.")


@dataclass(frozen=True)
class ShapeOf(Question):
    """A shape: a tuple, a list or a torch.Size of whole numbers, or the text of one.

    ``of`` is the layer and the batch that it belongs to: from their sizes a shape that no row knows
    is read.
    """

    of: Configuration | None = field(default=None, kw_only=True)

    def read(self, value: Any) -> tuple[int, ...]:
        """Return the value in plain Python; raise Misformed where it is of another kind."""
        if is_array(value):
            raise Misformed(
                f"`{self.key}` is {a_kind_of(value)}; give its shape, such as `(2, 3)`."
            )
        if isinstance(value, str):
            value = _plain(value)
        if isinstance(value, numbers.Integral) and not isinstance(value, bool):
            raise Misformed(
                f"`{self.key}` is the number {int(value)}, not a shape. A shape is a tuple, with a "
                "comma even when it holds one number: `(7,)` is a tuple, `(7)` is only 7.",
                "a number for a shape",
            )
        if isinstance(value, str):
            raise Misformed(f"`{self.key}` is a string; a shape was expected: `(2, 3)`.")
        if not isinstance(value, Sequence):
            raise Misformed(f"`{self.key}` is {a_kind_of(value)}; a shape was expected: `(2, 3)`.")
        _refuse_many(self.key, value)
        if not all(_is_whole(n) for n in value):
            raise Misformed(f"`{self.key}` should hold whole numbers only, such as `(2, 3)`.")
        return tuple(int(n) for n in value)

    def about(
        self, value: tuple[int, ...], right: tuple[int, ...], asked: Collection[Any] = ()
    ) -> tuple[str, str] | None:
        """Return what a wrong shape says, read from the ledger's symbols."""
        return about_shape(value, right, self.of, asked) if self.of else None


def _plain(text: str) -> Any:
    """Return what a short text says in Python, ``"(2, 3)"`` a tuple; the text where it is none."""
    if len(text) > _MOST:
        return text
    with contextlib.suppress(ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return ast.literal_eval(text.strip())
    return text


@dataclass(frozen=True)
class OneOf(Question):
    """One of several words or letters, in capitals or not; ``ending`` may stand behind it.

    ``same_as`` are other names of options.
    """

    options: tuple[str, ...] = ()
    ending: str = ""
    same_as: Mapping[str, str] = field(default_factory=dict)

    def read(self, value: Any) -> str:
        """Return the value in plain Python; raise Misformed where it is of another kind."""
        listed = ", ".join(f'"{option}"' for option in self.options)
        if isinstance(value, numbers.Integral) and not isinstance(value, bool):
            value = str(value) if str(value) in self.options else value
        if not isinstance(value, str):
            raise Misformed(f"`{self.key}` is {a_kind_of(value)}; expected one of {listed}.")
        found = _squeezed(value).strip("().").removesuffix(_squeezed(self.ending))
        for name, option in {**{each: each for each in self.options}, **self.same_as}.items():
            if found == _squeezed(name):
                return option
        raise Misformed(f'`{self.key}` is "{value[:40]}"; expected one of {listed}.')


def _squeezed(text: str) -> str:
    """Return a text without its blanks and capitals: ``"output[0,:,5:]"`` is as good as any."""
    return "".join(text.split()).casefold()


@dataclass(frozen=True)
class TrueOrFalse(Question):
    """True or False: Python's, numpy's or torch's, or the word for it."""

    def read(self, value: Any) -> bool:
        """Return the value in plain Python; raise Misformed where it is of another kind."""
        if is_single(value):
            value = value.item()
        words = {"true": True, "false": False}
        if isinstance(value, str) and value.strip().casefold() in words:
            return words[value.strip().casefold()]
        if not isinstance(value, bool):
            raise Misformed(f"`{self.key}` is {a_kind_of(value)}; expected True or False.")
        return value


@dataclass(frozen=True)
class Quantity(Question):
    """A number that is right within a factor; ``factor`` 10 takes a tenth to ten times.

    A text that is a number or a fraction, such as "4/3", is read as one.
    """

    factor: float = 1.0001

    def read(self, value: Any) -> float:
        """Return the value in plain Python; raise Misformed where it is of another kind."""
        if is_single(value):
            value = value.item()
        if isinstance(value, str):
            if value.strip().endswith("%"):
                raise Misformed(f"`{self.key}` is in per cent. Give a number: 30 % is 0.3.")
            with contextlib.suppress(ValueError, ZeroDivisionError):
                value = float(Fraction(value))
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise Misformed(f"`{self.key}` is {a_kind_of(value)}; a number was expected.")
        with contextlib.suppress(OverflowError):
            value = float(value)
        if not isinstance(value, float) or not math.isfinite(value):
            said = value if isinstance(value, float) else "too large"
            raise Misformed(f"`{self.key}` is {said}; a number was expected that can be compared.")
        return value

    def accepts(self, value: float, right: float) -> bool:
        """Say whether the value is within the factor of the right one."""
        return right / self.factor <= value <= right * self.factor

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
class WholeNumbers(Question):
    """Several whole numbers in an order: a list, a tuple, or a tensor of one axis."""

    def read(self, value: Any) -> tuple[int, ...]:
        """Return the value in plain Python; raise Misformed where it is of another kind."""
        if is_array(value) and value.ndim == 1:
            value = value.tolist()
        if isinstance(value, Sequence) and not isinstance(value, str):
            _refuse_many(self.key, value)
            found = [each.item() if is_single(each) else each for each in value]
            if all(_is_whole(n) for n in found):
                return tuple(int(n) for n in found)
        raise Misformed(
            f"`{self.key}` should be whole numbers in a list, such as `[3, 1]`. "
            f"Yours is {a_kind_of(value)}."
        )


def _is_whole(value: Any) -> bool:
    """Say whether a value is a whole number; NaN, infinity and True are none."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and value % 1 == 0


@dataclass(frozen=True)
class FirstAndLast(Question):
    """The numbers of the first and of the last of several things, counted from 0."""

    def read(self, value: Any) -> tuple[int, int]:
        """Return the value in plain Python; raise Misformed where it is of another kind."""
        yours = f"Yours is {a_kind_of(value)}."
        if isinstance(value, Sequence) and not isinstance(value, str):
            _refuse_many(self.key, value)
            whole = all(_is_whole(n) for n in value)
            if whole and len(value) == 2:
                return int(value[0]), int(value[1])
            held = f"{len(value)} number{'' if len(value) == 1 else 's'}"
            yours = f"Yours holds {held if whole else 'something else'}."
        raise Misformed(
            f"`{self.key}` should be two whole numbers, the first and the last: `(2, 3)`. {yours}"
        )
