"""What a function is asked to return, and how it is read: a number, tensors, or nothing."""

import numbers
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy
import torch
from torch import Tensor

from lstm_lessons.exercises.engine.values import gap
from lstm_lessons.exercises.engine.words import Misformed, a_kind_of, counted


@dataclass(frozen=True)
class Returns(ABC):
    """What a function is asked to return: the names of its results.

    Every kind reads a value into a dict of named tensors, so that one checker serves all.
    ``tolerance`` is the largest distance of a right answer.
    """

    names: tuple[str, ...] = ()
    tolerance: float = field(default=1e-9, kw_only=True)

    def read(self, value: Any) -> dict[str, Tensor]:
        """Return the named tensors.

        Raises:
            Misformed: the value is of another form; the message says which.
        """
        if value is None:
            raise Misformed(
                "Your function gives back nothing (None). Is the `return` missing, or sometimes "
                "not reached?",
                "nothing returned",
            )
        return self._read(value)

    @abstractmethod
    def _read(self, value: Any) -> dict[str, Tensor]: ...

    def remark(self, value: Any) -> str:
        """Return what there is to say of the form of a value that was read, if anything."""
        return ""

    def axes_of(self, name: str) -> tuple[str, ...]:
        """Return the words for the axes of a result, if there are any."""
        axes = getattr(self, "axes", ())
        return axes.get(name, ()) if isinstance(axes, Mapping) else axes

    def distance(self, ours: Tensor, wanted: Tensor) -> float:
        """Return the largest difference; infinite where the shapes differ or a NaN stands."""
        if ours.shape != wanted.shape:
            return float("inf")
        return float(self.gaps(ours, wanted).max()) if ours.numel() else 0.0

    def gaps(self, ours: Tensor, wanted: Tensor) -> Tensor:
        """Return the differences, place by place, for tensors of one shape (any)."""
        return gap(ours, wanted)


@dataclass(frozen=True)
class ANumber(Returns):
    """One number: Python's, numpy's, or a tensor that holds a single one.

    Distances are relative; below ``smallest`` they are measured as if the number were that.
    """

    names: tuple[str, ...] = ("number",)
    smallest: float = field(default=1e-6, kw_only=True)
    tolerance: float = field(default=1e-6, kw_only=True)

    def _read(self, value: Any) -> dict[str, Tensor]:
        if isinstance(value, Tensor | numpy.ndarray | numpy.generic):
            value = _single(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Misformed(f"Your function returns {a_kind_of(value)}; a number was expected.")
        try:
            return {"number": torch.tensor(float(value), dtype=torch.float64)}
        except OverflowError:
            raise Misformed("Your function returns a number too large to compare.") from None

    def gaps(self, ours: Tensor, wanted: Tensor) -> Tensor:
        """Return the relative differences, as tensors of shape ()."""
        gaps = super().gaps(ours, wanted)
        return (gaps / wanted.abs().clamp(min=self.smallest)).where(gaps != 0, 0)


def _single(value: Tensor | numpy.ndarray | numpy.generic) -> Any:
    size = value.numel() if isinstance(value, Tensor) else value.size
    if size != 1:
        raise Misformed(f"Your function returns {size} numbers; one was expected.")
    return value.item()


@dataclass(frozen=True)
class OneTensor(Returns):
    """One tensor, under its name; ``axes`` are the words for its axes."""

    axes: tuple[str, ...] = ()

    def _read(self, value: Any) -> dict[str, Tensor]:
        (name,) = self.names
        if isinstance(value, tuple | list):
            held = "1 thing" if len(value) == 1 else f"{len(value)} things"
            raise Misformed(
                f"Your function returns a {type(value).__name__} of {held}. It should return one "
                f"tensor, {name}.",
                "several results",
            )
        return {name: _tensor("What you return", value)}


@dataclass(frozen=True)
class SeveralTensors(Returns):
    """Several tensors in an order; ``axes`` are the words for their axes, for all or by name.

    ``not_nested`` says why they do not come as nn.LSTM's results do. ``whole`` are the names of
    those that hold whole numbers, such as lengths: a list of numbers is as good there. ``single``
    are those of single numbers: Python's own are as good. ``joined_by`` is what makes one tensor of
    a list of pieces.
    """

    axes: tuple[str, ...] | Mapping[str, tuple[str, ...]] = ()
    not_nested: str = "One step is what nn.LSTMCell does, and that is simpler:"
    whole: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    joined_by: str = "torch.stack"

    @property
    def _wanted(self) -> str:
        return f"return {', '.join(self.names)}"

    def _read(self, value: Any) -> dict[str, Tensor]:
        wanted = self._wanted
        if isinstance(value, Tensor):
            raise Misformed(
                f"Your function returns one tensor, of shape {tuple(value.shape)}. It should "
                f"return {len(self.names)} tensors, in this order: `{wanted}`.",
                "one tensor",
            )
        if not isinstance(value, tuple | list):
            raise Misformed(f"Your function returns {a_kind_of(value)}. Expected: `{wanted}`.")
        value = self._flat(value)
        if len(value) != len(self.names):
            raise Misformed(
                f"Your function returns {counted(len(value), 'thing')}. Expected: `{wanted}`.",
                "another number of results",
            )
        return {
            name: _counts(f"The {name} that you return", each)
            if name in self.whole
            else _tensor(f"The {name} that you return", self._plain(name, each), self.joined_by)
            for name, each in zip(self.names, value, strict=True)
        }

    def _plain(self, name: str, value: Any) -> Any:
        """Return a number as a tensor, where a single number is asked for."""
        if name in self.single and isinstance(value, float | int) and not isinstance(value, bool):
            return torch.tensor(float(value), dtype=torch.float64)
        return value

    def _flat(self, value: tuple | list) -> tuple | list:
        """Return the parts side by side.

        A pair behind a tensor is taken for ``(h, c)``; a longer list is that of all steps, so
        exercises have more than two.
        """
        nested = len(value) == 2 and isinstance(value[1], tuple | list)
        if nested and len(value[1]) == 2 and isinstance(value[0], Tensor) and not self.whole:
            raise Misformed(
                "Your function returns `output, (h, c)`, as nn.LSTM does. "
                f"{self.not_nested} `{self._wanted}`.",
                "returned like nn.LSTM",
            )
        return value


@dataclass(frozen=True)
class LikeLSTM(SeveralTensors):
    """What nn.LSTM returns, ``output, (h_n, c_n)``; three tensors in a row are as good.

    ``axes`` are the words for the axes of output, ``state_axes`` for those of h_n and c_n.
    """

    names: tuple[str, ...] = ("output", "h_n", "c_n")
    state_axes: tuple[str, ...] = ()

    def axes_of(self, name: str) -> tuple[str, ...]:
        """Return the words for the axes of a result, if there are any."""
        return super().axes_of(name) if name == self.names[0] else self.state_axes

    @property
    def _wanted(self) -> str:
        output, *states = self.names
        return f"return {output}, ({', '.join(states)})"

    def _flat(self, value: tuple | list) -> tuple | list:
        output, *states = self.names
        if len(value) != 2:
            return value
        if isinstance(value[1], tuple | list):
            return (value[0], *value[1])
        held = a_kind_of(value[1])
        if isinstance(value[1], Tensor):
            held = f"one tensor, of shape {tuple(value[1].shape)}"
        raise Misformed(
            f"The second thing that you return should be the pair ({', '.join(states)}); yours is "
            f"{held}. Expected: `{self._wanted}`.",
            "no pair of states",
        )

    def remark(self, value: Any) -> str:
        """Return that three in a row are not how nn.LSTM returns them."""
        if isinstance(value, tuple | list) and len(value) == len(self.names):
            return f"(nn.LSTM returns its states as a pair: `{self._wanted}`.)"
        return ""


@dataclass(frozen=True)
class DictOfTensors(Returns):
    """A dict of tensors with these keys; ``axes`` are the words for the tensors' axes."""

    axes: tuple[str, ...] = ()

    def _read(self, value: Any) -> dict[str, Tensor]:
        keys = ", ".join(f'"{name}"' for name in self.names)
        if isinstance(value, tuple | list | Tensor):
            raise Misformed(
                "Your function returns the parts without their names. It should return a dict "
                f"with the keys {keys}.",
                "not a dict",
            )
        if not isinstance(value, Mapping):
            raise Misformed(
                f"Your function returns {a_kind_of(value)}. Expected: a dict with keys {keys}."
            )
        found = dict(value)
        if any(isinstance(key, Tensor) for key in found):
            raise Misformed(
                "The keys of your dict are tensors. A key is a letter in quotation marks: "
                f'`{{"{self.names[0]}": ...}}`.',
                "keys without quotes",
            )
        if set(found) != set(self.names):
            missing = [f'"{name}"' for name in self.names if name not in found]
            extra = [repr(key) for key in found if key not in self.names and type(key) is str]
            said = [f"missing: {', '.join(missing)}"] if missing else []
            said += [f"not asked for: {', '.join(extra)}"] if extra else []
            raise Misformed(
                f"Your dict should have exactly the keys {keys}; {'; '.join(said) or 'no other'}.",
                "other keys",
            )
        return {name: _tensor(f'The value for "{name}"', found[name]) for name in self.names}


def _tensor(what: str, value: Any, joined_by: str = "torch.stack") -> Tensor:
    if isinstance(value, tuple | list) and value and all(isinstance(v, Tensor) for v in value):
        held = "1 tensor" if len(value) == 1 else f"{len(value)} tensors"
        raise Misformed(
            f"{what} is a {type(value).__name__} of {held}. `{joined_by}` makes one tensor of "
            "them.",
            "not stacked",
        )
    if not isinstance(value, Tensor):
        raise Misformed(f"{what} is {a_kind_of(value)}; a tensor was expected.", "not a tensor")
    if value.device.type != "cpu" or value.layout != torch.strided or value.is_nested:
        raise Misformed(
            f"{what} is nested, sparse or on another device; expected an ordinary tensor."
        )
    if not value.is_floating_point():
        kind = "whole numbers, as lengths and places are" if _is_whole(value) else f"{value.dtype}"
        raise Misformed(
            f"{what} holds {kind}; numbers like those of the inputs were expected.",
            "another kind of numbers",
        )
    return value


def _is_whole(value: Tensor) -> bool:
    return value.dtype in (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)


def _counts(what: str, value: Any) -> Tensor:
    """Return numbers that may come as a list or as a tensor, of whole numbers or not."""
    if isinstance(value, tuple | list):
        if not all(_is_count(each) for each in value):
            raise Misformed(f"{what} is a list of other things than numbers.", "not a tensor")
        value = torch.tensor([float(each) for each in value], dtype=torch.float64)
    if isinstance(value, Tensor) and not (value.is_floating_point() or value.is_complex()):
        value = value.double()
    return _tensor(what, value)


def _is_count(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.numel() == 1 and not value.is_complex()
    return isinstance(value, numbers.Real)
