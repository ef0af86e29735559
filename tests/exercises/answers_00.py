"""Lesson 00: answers that are right, however they are written."""

from types import MappingProxyType

import numpy as np
import torch
from torch import nn

OUTPUT, (H_N, C_N) = nn.LSTM(100, 16)(torch.zeros(5, 7, 100))
SHAPES = {"output": (5, 7, 16), "h_n": (1, 7, 16), "c_n": (1, 7, 16)}

RIGHT = {
    "00.1": {
        "lists": {key: list(shape) for key, shape in SHAPES.items()},
        "torch's own": {"output": OUTPUT.shape, "h_n": H_N.shape, "c_n": C_N.size()},
        "numpy's": {key: np.zeros(shape).shape for key, shape in SHAPES.items()},
        "numpy's numbers": {key: tuple(np.array(shape)) for key, shape in SHAPES.items()},
        "in another order": dict(reversed(SHAPES.items())),
        "a view of a dict": MappingProxyType(SHAPES),
    },
}
