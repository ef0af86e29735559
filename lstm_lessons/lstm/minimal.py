"""An LSTM whose gates read the word alone, and the scan that runs all its steps together.

Lesson 19 derives it. Shapes: x (T, B, I) or (T, I), also of one step, without the T; f, let_in and
c like x, with H in the place of I; weight (3H, I) and bias (3H,), whose blocks are i, f, g.

Sources: Feng and others, Were RNNs All We Needed? (2024), arXiv 2410.01201, for the layer; Martin
and Cundy, Parallelizing Linear Recurrent Neural Nets Over Sequence Length (2017), arXiv
1709.04057, for the scan.
"""

from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def minimal_gates(x: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return f, and what is let in, i * g, of one word or all words at once; f + i is 1."""
    z_i, z_f, g = F.linear(x, weight, bias).chunk(3, dim=-1)
    i, f = torch.sigmoid(z_i), torch.sigmoid(z_f)
    whole = i + f
    return f / whole, i / whole * g


def minimal_step(x: Tensor, c: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[Tensor]:
    """Return the new (c,), which is also what the layer shows."""
    f, let_in = minimal_gates(x, weight, bias)
    return (f * c + let_in,)


def scan(f: Tensor, let_in: Tensor) -> Tensor:
    """Return c after every step, where a step makes f * c + let_in, from a c of zeros."""
    reach = 1
    while reach < len(f):
        let_in = torch.cat([let_in[:reach], f[reach:] * let_in[:-reach] + let_in[reach:]])
        f = torch.cat([f[:reach], f[reach:] * f[:-reach]])
        reach = 2 * reach
    return let_in


class MinimalLSTM(nn.Module):
    """One layer, run by the scan; its parameters are drawn as torch's are."""

    def __init__(self, input_size: int, hidden_size: int, dtype: torch.dtype | None = None) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        rows, bound = 3 * hidden_size, 1 / sqrt(hidden_size)
        self.weight = nn.Parameter(torch.empty(rows, input_size, dtype=dtype))
        self.bias = nn.Parameter(torch.empty(rows, dtype=dtype))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(
        self, x: Tensor, states: tuple[Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor]]:
        """Return output (T, B, H) and the last (c,), (B, H); without ``states`` it is zeros."""
        f, let_in = minimal_gates(x, self.weight, self.bias)
        if states is not None:
            # The c to start from is let in by the first step, after the first forget gate.
            first = f[0] * states[0] + let_in[0]
            let_in = torch.cat([first[None], let_in[1:]])
        output = scan(f, let_in)
        return output, (output[-1],)
