"""One time step of an LSTM: the gate equations. Lesson 03 derives this file line by line."""

from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional as F


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


class ManualLSTMCell(nn.Module):
    """A twin of torch.nn.LSTMCell, which takes its arguments and inputs on trust.

    Its parameters are drawn from U(-1/sqrt(H), 1/sqrt(H)): weight_ih (4H, I), weight_hh (4H, H),
    bias_ih (4H,), bias_hh (4H,), their rows stacked i, f, g, o. Sizes are whole numbers above 0.
    `lstm_lessons.ManualLSTMCell` is this class with torch's other arguments, and with its checks
    before it.

    Source: the documentation of torch.nn.LSTMCell.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        rows, bound = 4 * hidden_size, 1 / sqrt(hidden_size)
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(rows))
        self.bias_hh = nn.Parameter(torch.empty(rows))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, x: Tensor, hx: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Return the new ``(h, c)``.

        Shapes: x (B, I) or (I,); h and c, given and returned, (B, H) or (H,).
        """
        h, c = hx
        weights = self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh
        return lstm_step(x, h, c, *weights)
