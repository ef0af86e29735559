"""One layer over time: the loop that lesson 04 derives, line by line."""

from collections.abc import Sequence

import torch
from torch import Tensor

from lstm_lessons.lstm.cell import lstm_step

OutputAndStates = tuple[Tensor, Tensor, Tensor]
"""What a run over time returns: output, h_n, c_n."""


def unroll(x: Tensor, h: Tensor, c: Tensor, weights: Sequence[Tensor]) -> OutputAndStates:
    """Run one layer over all steps; return output and the last h and c.

    Shapes: x (T, B, I) or (T, I); h and c, before and after, (B, H) or (H,); output (T, B, H) or
    (T, H). ``weights`` are those of `lstm_step`, in its order, as ``nn.LSTM.all_weights`` has them
    for each layer.

    Raises:
        RuntimeError: shapes do not fit, or T is 0; the message is torch's.
    """
    outputs = []
    for x_t in x:
        h, c = lstm_step(x_t, h, c, *weights)
        outputs.append(h)
    return torch.stack(outputs), h, c
