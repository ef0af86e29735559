"""One line of proof: are two tensors the same, but for rounding?"""

from dataclasses import dataclass

import numpy
import torch
from torch import Tensor

TOLERANCES = {torch.float64: 1e-12, torch.float32: 1e-5}
"""The largest difference that is put down to rounding, by dtype."""


@dataclass(frozen=True)
class Same:
    """What `same` saw; true in a condition when the two are the same."""

    verdict: str
    holds: bool

    def __bool__(self) -> bool:
        """Return whether the two are the same."""
        return self.holds

    def __repr__(self) -> str:
        """Return the verdict."""
        return self.verdict


def same(ours: Tensor, theirs: Tensor, tolerance: float | None = None) -> Same:
    """Say whether two tensors have one shape and the same numbers, up to rounding.

    Without a ``tolerance`` it is 1e-12 for float64 and 1e-5 for float32, the coarser of the two
    where the dtypes differ; whole numbers and truth values have to be equal. Neither tensor is
    changed, and no gradient is asked for.

    Raises:
        TypeError: one of the two is no tensor.
    """
    for each in (ours, theirs):
        if not isinstance(each, Tensor):
            raise TypeError(f"expected two tensors, got {type(each).__name__}: {each!r}")
    if ours.shape != theirs.shape:
        return Same(f"different: shapes {tuple(ours.shape)} and {tuple(theirs.shape)}", False)
    if tolerance is None:
        tolerance = max(TOLERANCES.get(each.dtype, 0.0) for each in (ours, theirs))
    if ours.numel() == 0:
        return Same("same: both are empty", True)
    a, b = (each.detach().cpu().double() for each in (ours, theirs))
    gaps = (a - b).abs().masked_fill(a == b, 0.0)
    largest = gaps.max().item()  # NaN counts as most
    if largest <= tolerance:
        return Same(
            "same" if tolerance == 0 else f"same: no two differ by more than {tolerance:.0e}", True
        )
    place = [int(each) for each in numpy.unravel_index(int(gaps.argmax()), gaps.shape)]
    seen = "NaN" if largest != largest else f"{largest:.2g}"
    return Same(f"different: by up to {seen}, at {place}", False)
