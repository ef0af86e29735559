"""Values across the pipe from the learner's process: written down as numbers and words, no code.

Nothing that comes from there is ever unpickled. A message is a head (JSON) and a body (the numbers
of the tensors). What is none of the plain kinds arrives as a `stand_in`: an empty object whose type
has the same name, so that a check can say what it was.
"""

import json
import math
import select
import socket
import struct
import time
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy
import torch
from torch import Tensor

MOST_BYTES = 64 * 2**20
"""Bytes that one message may have, head and body together."""
_MOST_VALUES = 20_000
_MOST_DEPTH = 20
_MOST_LETTERS = 20_000
_MOST_BITS = 4096

_SIZES = struct.Struct(">QQ")
_DTYPES = {
    str(each).removeprefix("torch."): each
    for each in (
        *(torch.float64, torch.float32, torch.float16, torch.bfloat16),
        *(torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool),
        *(torch.complex128, torch.complex64),
    )
}


class TooMuch(Exception):
    """A value that is larger than what may be sent."""


class Garbled(Exception):
    """What came is no message as agreed."""


class Ended(Exception):
    """The process at the other end is gone."""


class Writer:
    """Writes values down; ``tensors`` are those of the message, in their order."""

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self.body: list[bytes] = []
        self._bytes = self._values = 0

    def write(self, value: Any, depth: int = 0) -> list[Any]:
        """Return what JSON can hold of a value.

        Raises:
            TooMuch: it holds too many things, or nests too deep.
        """
        self._values += 1
        if self._values > _MOST_VALUES or depth > _MOST_DEPTH:
            raise TooMuch("it holds too many things, or things in things without end")
        if value is None:
            return ["none"]
        if value is ...:
            return ["dots"]
        if type(value) is bool:
            return ["bool", value]
        kind = type(value)
        if issubclass(kind, Tensor):
            return self._tensor(value)
        if issubclass(kind, numpy.ndarray | numpy.generic):
            return self._array(value)
        if issubclass(kind, str):
            return ["str", str.__str__(value)[:_MOST_LETTERS]]
        if issubclass(kind, int):
            return self._whole(int.__index__(value))
        if issubclass(kind, float):
            return ["float", float.__repr__(value)]
        if issubclass(kind, complex):
            return ["complex", repr(value.real), repr(value.imag)]
        if kind is Fraction:
            return ["fraction", self._whole(value.numerator), self._whole(value.denominator)]
        if kind is range:
            return ["range", *(self._whole(each) for each in (value.start, value.stop, value.step))]
        if issubclass(kind, list | tuple):
            name = "list" if issubclass(kind, list) else "tuple"
            return [name, [self.write(each, depth + 1) for each in value]]
        if issubclass(kind, Mapping):
            pairs = [
                [self.write(key, depth + 1), self.write(each, depth + 1)]
                for key, each in dict(value).items()
            ]
            return ["dict", pairs]
        return self._other(value)

    def _whole(self, value: int) -> list[Any]:
        if value.bit_length() > _MOST_BITS:
            return ["other", "value", "int"]
        return ["int", hex(value)]

    def _other(self, value: Any) -> list[Any]:
        if isinstance(value, type):
            return ["other", "class", type.__getattribute__(value, "__name__")[:60]]
        kind = type(value)
        name = type.__getattribute__(kind, "__name__")[:60]
        if any(each.__name__ == "Module" for each in kind.__mro__):
            return ["other", "layer", name]
        return ["other", "callable" if callable(value) else "value", name]

    def _array(self, value: Any) -> list[Any]:
        single = isinstance(value, numpy.generic)
        try:
            found = self._tensor(torch.from_numpy(numpy.array(value)))
        except TypeError:  # strings, dates, objects
            return ["other", "value", "ndarray"]
        return ["number" if single else "array", found]

    def _tensor(self, value: Tensor) -> list[Any]:
        with torch._C.DisableTorchFunctionSubclass():
            plain = Tensor.detach(value)
            if value.is_nested or value.layout != torch.strided or value.device.type != "cpu":
                return ["sparse"]
            dtype = str(plain.dtype).removeprefix("torch.")
            if dtype not in _DTYPES:
                return ["sparse"]
            size = plain.numel() * plain.element_size()
            self._bytes += size
            if self._bytes > MOST_BYTES // 2:
                raise TooMuch(f"its tensors hold more than {MOST_BYTES // 2**21} MiB")
            self.tensors.append(value)
            self.body.append(_bytes_of(plain))
            asks = bool(value.requires_grad)
            return ["tensor", dtype, list(plain.shape), size, asks, len(self.tensors) - 1]


def _bytes_of(plain: Tensor) -> bytes:
    flat = plain.resolve_conj().resolve_neg().contiguous().flatten()
    if flat.is_complex():
        flat = torch.view_as_real(flat).flatten()
    return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""


class Reader:
    """Reads values that were written down; every line of it expects a liar at the other end."""

    def __init__(self, body: bytes) -> None:
        self._body = memoryview(body)
        self._at = 0
        self.asking: list[bool] = []
        self.tensors: list[Tensor] = []
        self._others: list[Tensor] | None = None

    def read(self, written: Any, depth: int = 0) -> Any:
        """Return the value.

        Raises:
            Garbled: it is none that a writer would write.
        """
        try:
            return self._read(written, depth)
        except (TypeError, ValueError, KeyError, IndexError, RuntimeError, OverflowError) as error:
            raise Garbled(f"{type(error).__name__} in what came") from None

    def read_with(self, written: Any, others: list[Tensor]) -> Any:
        """Return the value once more, with other tensors in the places of its own."""
        self._at, self.tensors, self._others = 0, [], others
        return self.read(written)

    def _read(self, written: Any, depth: int) -> Any:
        if type(written) is not list or not written or depth > _MOST_DEPTH + 5:
            raise Garbled("a value is not written as agreed")
        kind, *rest = written
        if kind in _LEAVES:
            return _LEAVES[kind](*rest)
        if kind == "tensor":
            return self._tensor(*rest)
        if kind == "array":
            return self._read(rest[0], depth + 1).numpy()
        if kind == "number":
            return self._read(rest[0], depth + 1).numpy()[()]
        if kind == "fraction":
            return Fraction(self._read(rest[0], depth + 1), self._read(rest[1], depth + 1))
        if kind == "range":
            return range(*(self._read(each, depth + 1) for each in rest))
        if kind in ("list", "tuple"):
            found = [self._read(each, depth + 1) for each in rest[0]]
            return found if kind == "list" else tuple(found)
        if kind == "dict":
            pairs = [(self._read(k, depth + 1), self._read(v, depth + 1)) for k, v in rest[0]]
            return dict(pairs)
        raise Garbled("a value of no known kind")

    def _tensor(self, name: str, shape: list[int], size: int, asks: bool, number: int) -> Tensor:
        dtype = _DTYPES[name]
        if any(type(each) is not int or each < 0 for each in shape) or len(shape) > 25:
            raise Garbled("a tensor without a shape")
        wanted = math.prod(shape) * dtype.itemsize
        if size != wanted or self._at + size > len(self._body) or number != len(self.tensors):
            raise Garbled("a tensor of another size")
        if size:
            part = self._body[self._at : self._at + size]
            found = torch.frombuffer(bytearray(part), dtype=dtype).reshape(shape)
        else:
            found = torch.empty(shape, dtype=dtype, device="cpu")
        self._at += size
        self.tensors.append(found)
        self.asking.append(bool(asks) and (found.is_floating_point() or found.is_complex()))
        return found if self._others is None else self._others[number]


def _text(value: Any) -> str:
    if type(value) is not str:
        raise Garbled("a text that is none")
    return value


def stand_in(what: str, name: str) -> Any:
    """Return an empty class, layer, function or value whose type has this name."""
    plain = name if type(name) is str and name.isidentifier() else "object"
    holds: dict[str, Any] = {"__call__": lambda self, *a, **k: None} if what == "callable" else {}
    module = type("Module", (), {})
    made = type(plain[:60], (module,) if what == "layer" else (), holds)
    return made if what == "class" else made()


def _sparse() -> Tensor:
    return torch.zeros(1, device="cpu").to_sparse()


_LEAVES: dict[Any, Any] = {
    "none": lambda: None,
    "dots": lambda: ...,
    "bool": bool,
    "str": _text,
    "int": lambda text: int(_text(text)[:2000], 16),
    "float": lambda text: float(_text(text)),
    "complex": lambda real, imag: complex(float(real), float(imag)),
    "sparse": _sparse,
    "other": stand_in,
}


def send(pipe: socket.socket, head: Any, body: bytes = b"") -> None:
    """Send a message.

    Raises:
        Ended: nobody reads it.
    """
    text = json.dumps(head).encode()
    try:
        pipe.sendall(_SIZES.pack(len(text), len(body)) + text + body)
    except OSError as error:
        raise Ended(str(error)) from None


def receive(pipe: socket.socket, until: float | None = None) -> tuple[Any, bytes]:
    """Return the head and the body of the next message; wait ``until`` a monotonic time.

    Raises:
        Ended: the other end is closed.
        Garbled: it is no message.
        TimeoutError: the time has come.
    """
    sizes = _SIZES.unpack(_exactly(pipe, _SIZES.size, until))
    if sum(sizes) > MOST_BYTES:
        raise Garbled("a message that is too large")
    text, body = _exactly(pipe, sizes[0], until), _exactly(pipe, sizes[1], until)
    try:
        return json.loads(text), body
    except (ValueError, RecursionError):
        raise Garbled("a message that is no JSON") from None


def _exactly(pipe: socket.socket, count: int, until: float | None) -> bytes:
    found = bytearray()
    while len(found) < count:
        # Short waits, so that a thread that is told to end hears it.
        while until is not None and not select.select([pipe], [], [], 0.02)[0]:
            if time.monotonic() > until:
                raise TimeoutError
        try:
            part = pipe.recv(min(count - len(found), 2**20))
        except OSError as error:
            raise Ended(str(error)) from None
        if not part:
            raise Ended("the process is gone")
        found += part
    return bytes(found)
