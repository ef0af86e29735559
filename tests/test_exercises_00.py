"""Lesson 00: answers that are right, however they are written."""

import torch
from torch import nn

_output, (_h_n, _c_n) = nn.LSTM(100, 16)(torch.zeros(5, 7, 100))

RIGHT = {
    "00.1": {
        "lists": {"output": [5, 7, 16], "h_n": [1, 7, 16], "c_n": [1, 7, 16]},
        "torch's own": {"output": _output.shape, "h_n": _h_n.shape, "c_n": _c_n.size()},
    },
}
