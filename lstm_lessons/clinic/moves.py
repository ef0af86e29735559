"""Which entries of a result have moved, and how far."""

from __future__ import annotations

import torch
from torch import Tensor


def gaps(before: Tensor, after: Tensor, allowed: float) -> Tensor:
    """Return how far each entry has moved; 0 where no farther than rounding goes.

    ``allowed`` is what is put down to rounding, for numbers of size 1 and below.
    """
    if not before.is_floating_point() and not before.is_complex():
        return (before != after).double()
    gap = (before - after).abs().double()
    same = (before == after) | (before.isnan() & after.isnan())
    gap = gap.masked_fill(same, 0.0).nan_to_num(nan=torch.inf)
    finite = before[before.isfinite()].abs()
    size = max(1.0, finite.max().item()) if len(finite) else 1.0
    return gap.masked_fill(gap <= allowed * size, 0.0)


def moved(before: Tensor, after: Tensor, axis: int, allowed: float) -> list[int]:
    """Return the places along an axis at which something has moved."""
    gap = gaps(before, after, allowed).movedim(axis, 0).reshape(before.shape[axis], -1)
    return gap.any(1).nonzero()[:, 0].tolist()


def largest(before: Tensor, after: Tensor, allowed: float) -> float:
    """Return the largest move of all; 0 where nothing has moved."""
    gap = gaps(before, after, allowed)
    return gap.max().item() if gap.numel() else 0.0


def places(found: list[int]) -> str:
    """Return places in words: ``3``, ``0 and 4``, ``1 to 9``, ``0, 2 and 5``."""
    if len(found) > 2 and found == list(range(found[0], found[-1] + 1)):
        return f"{found[0]} to {found[-1]}"
    if len(found) > 6:
        return f"{len(found)} of {found[0]} to {found[-1]}"
    return listed(list(map(str, found)))


def listed(words: list[str]) -> str:
    """Return words in a row: ``a``, ``a and b``, ``a, b and c``."""
    *front, last = words
    return f"{', '.join(front)} and {last}" if front else last


def by(gap: float) -> str:
    """Return how far in words of two digits."""
    return f"up to {gap:.2g}" if gap < torch.inf else "up to nan or inf"
