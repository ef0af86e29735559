"""One time step of an LSTM: the gate equations. Lesson 03 derives this file line by line."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own habit


def apply_gates(z: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """Return the new ``(h, c)`` from the weighted sums of the four gates and the old c.

    Shapes: z (B, 4H) or (4H,), the gates side by side in the order i, f, g, o; c (B, H) or (H,).
    Both results have the shape of c.

    Source: the equations in the documentation of torch.nn.LSTMCell.
    """
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    i, f, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.sigmoid(z_o)
    g = torch.tanh(z_g)
    c = f * c + i * g
    h = o * torch.tanh(c)
    return h, c


def lstm_step(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Return the new ``(h, c)`` after one time step.

    Shapes: x (B, I) or (I,); h and c (B, H) or (H,); weight_ih (4H, I); weight_hh (4H, H);
    bias_ih and bias_hh (4H,) or None. The rows of the weights are stacked i, f, g, o.
    Both results have the shape of c.

    Raises:
        RuntimeError: shapes do not fit; the message is torch's.

    Source: the equations in the documentation of torch.nn.LSTMCell.
    """
    z = F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)
    return apply_gates(z, c)
