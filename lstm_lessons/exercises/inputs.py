"""Random inputs of an exercise: the same ones each time, and none of torch's own generator."""

from collections.abc import Callable

import torch
from torch import Tensor


def randoms(seed: int) -> Callable[..., Tensor]:
    """Return a function from a shape to a float64 tensor, with a generator of its own."""
    generator = torch.Generator().manual_seed(seed)
    return lambda *shape: torch.randn(shape, generator=generator, dtype=torch.float64, device="cpu")
