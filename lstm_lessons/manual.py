"""Twins of torch's recurrent modules, written from the gate equations."""

from math import sqrt

import torch
from torch import Tensor, nn

from lstm_lessons.cell import lstm_step


class ManualLSTMCell(nn.Module):
    """A twin of torch.nn.LSTMCell: same names, shapes, order and initial values for a seed.

    Parameters: weight_ih (4H, I), weight_hh (4H, H), bias_ih (4H,), bias_hh (4H,), drawn
    from U(-1/sqrt(H), 1/sqrt(H)). Without ``bias`` the two biases are None.

    Source: the documentation of torch.nn.LSTMCell.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        """Make the parameters. Sizes are whole numbers above 0."""
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        bound = 1 / sqrt(hidden_size)

        def parameter(*shape: int) -> nn.Parameter:
            values = torch.empty(shape, device=device, dtype=dtype)
            return nn.Parameter(values.uniform_(-bound, bound))

        self.weight_ih = parameter(4 * hidden_size, input_size)
        self.weight_hh = parameter(4 * hidden_size, hidden_size)
        self.bias_ih = parameter(4 * hidden_size) if bias else None
        self.bias_hh = parameter(4 * hidden_size) if bias else None

    def forward(self, x: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        """Return the new ``(h, c)``.

        Shapes: x (B, I) or (I,); h and c, given and returned, (B, H) or (H,). Without
        ``hx`` both states are zero.

        Raises:
            RuntimeError: shapes do not fit; the message is torch's.
        """
        if hx is None:
            zeros = x.new_zeros(*x.shape[:-1], self.hidden_size)
            hx = (zeros, zeros)
        return lstm_step(x, *hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
