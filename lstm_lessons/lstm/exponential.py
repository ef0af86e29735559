"""The sLSTM: an LSTM whose input gate is an exponential, with a normaliser and a stabiliser.

Exercise 20.1 derives the gates. Shapes: x (B, I) or (I,); the states h, c, n, m (B, H) or (H,);
weight_ih (4H, I), weight_hh (4H, H) and bias (4H,), with the blocks i, f, g, o. Before the first
step h, c and n are zeros, and m is minus infinity.

Source: Beck and others, xLSTM: Extended Long Short-Term Memory (2024), arXiv 2405.04517.
"""

import torch
from torch import Tensor
from torch.nn import functional as F


def stable_gates(z_i: Tensor, z_f: Tensor, m: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return i and f as they are with the stabiliser, and the new m."""
    log_f = F.logsigmoid(z_f)
    new_m = torch.maximum(log_f + m, z_i)
    return torch.exp(z_i - new_m), torch.exp(log_f + m - new_m), new_m


def slstm_step(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    n: Tensor,
    m: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the new (h, c, n, m)."""
    z = F.linear(x, weight_ih, bias) + F.linear(h, weight_hh)
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    i, f, m = stable_gates(z_i, z_f, m)
    c = f * c + i * torch.tanh(z_g)
    n = f * n + i
    h = torch.sigmoid(z_o) * c / n
    return h, c, n, m
