"""Random inputs of an exercise: the same ones each time, and none of torch's own generator."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


def randoms(seed: int) -> Callable[..., Tensor]:
    """Return a function from a shape to a float64 tensor, with a generator of its own."""
    generator = torch.Generator().manual_seed(seed)
    return lambda *shape: torch.randn(shape, generator=generator, dtype=torch.float64, device="cpu")


class SameMasks(nn.LSTM):
    """An nn.LSTM whose first call always draws the same masks, and whose second draws others."""

    calls = 0

    def forward(self, *inputs: Any, **keywords: Any) -> Any:
        """Return what nn.LSTM returns, with the masks of this call."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.calls)
            self.calls += 1
            return super().forward(*inputs, **keywords)


def random_layer(
    random: Callable[..., Tensor],
    I: int,  # noqa: E741 - the field's own symbols
    H: int,
    L: int = 1,
    scale: float = 1.0,
    **options: bool | float,
) -> nn.LSTM:
    """Return ``nn.LSTM(I, H, L, **options)`` with ``scale * random(*shape)`` in all parameters."""
    with torch.random.fork_rng(devices=[]):
        layer = nn.LSTM(I, H, L, **options, dtype=torch.float64, device="cpu")
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(scale * random(*parameter.shape))
    return layer
