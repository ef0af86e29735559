"""Tensors inside tuples, lists, dicts and packed sequences: find them, and put others there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

Path = tuple[Any, ...]
"""The keys and places that lead to a leaf."""


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each tensor, packed sequence and row of whole numbers, with the path to it."""
    if isinstance(value, Tensor | PackedSequence) or is_counts(value):
        yield path, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, tuple | list):
        for place, each in enumerate(value):
            yield from leaves(each, (*path, place))


def is_counts(value: Any) -> bool:
    """Return whether this is a list, tuple or array of whole numbers, such as lengths."""
    if isinstance(value, numpy.ndarray):
        return value.ndim == 1 and len(value) > 0 and value.dtype.kind in "iu"
    return isinstance(value, list | tuple) and bool(value) and all(type(n) is int for n in value)


def counts_like(value: Any, numbers: Iterable[int]) -> Any:
    """Return other whole numbers in a list, tuple or array such as this one."""
    if isinstance(value, numpy.ndarray):
        return numpy.array(list(numbers), dtype=value.dtype)
    return type(value)(*numbers) if hasattr(value, "_fields") else type(value)(numbers)


def replaced(value: Any, made: Callable[[Path, Any], Any], path: Path = ()) -> Any:
    """Return a copy in which each leaf is what ``made(path, leaf)`` gives."""
    if isinstance(value, Tensor | PackedSequence) or is_counts(value):
        return made(path, value)
    if isinstance(value, Mapping):
        return {key: replaced(each, made, (*path, key)) for key, each in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        parts = (replaced(each, made, (*path, place)) for place, each in enumerate(value))
        return type(value)(*parts)
    if isinstance(value, tuple | list):
        parts = [replaced(each, made, (*path, place)) for place, each in enumerate(value)]
        return parts if isinstance(value, list) else tuple(parts)
    return value


def named_results(result: Any) -> dict[str, Tensor]:
    """Return every tensor of a result under a name such as ``output[1][0]``.

    A packed sequence becomes a block (B, T, ...), with zeros behind the ends.
    """
    named = {}
    for path, leaf in leaves(result):
        name = "output" + "".join(f"[{key!r}]" for key in path)
        if isinstance(leaf, PackedSequence):
            leaf, _ = pad_packed_sequence(leaf, batch_first=True)
        if isinstance(leaf, Tensor):
            named[name] = leaf
    return named
