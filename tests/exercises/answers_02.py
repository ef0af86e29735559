"""Lesson 02: answers that are right, however they are written, and edits that change nothing."""

# ruff: noqa: E741 - I is the input size, as everywhere in the course

from collections import OrderedDict
from types import MappingProxyType

import numpy as np
import torch
from torch import nn

from lstm_lessons import shapes

LAYER = nn.LSTM(6, 5)

SHAPES = {
    "W_ig": (5, 6),
    "x_t": (6,),
    "W_hg": (5, 5),
    "h": (5,),
    "b_ig": (5,),
    "weight_ih": (20, 6),
    "weight_hh": (20, 5),
    "bias_ih": (20,),
    "rows of W_io": (15, 19),
}


def by_gate(I, H, bias=True):
    total = 0
    for _gate in "ifgo":
        total += H * I + H * H
        if bias:
            total += H + H
    return total


def one_unit_at_a_time(I, H, bias=True):
    def of_the_rest(units):
        return 0 if units == 0 else 4 * (I + H + 2 * bool(bias)) + of_the_rest(units - 1)

    return of_the_rest(H)


class Counter:
    def __call__(self, input_size, hidden_size, **options):
        layer = nn.LSTM(input_size, hidden_size, **options)
        return sum(parameter.numel() for parameter in layer.parameters())


RIGHT = {
    "02.1": {
        "lists": {key: list(value) for key, value in SHAPES.items()},
        "torch.Size, numpy integers": OrderedDict(
            SHAPES,
            W_ig=LAYER.weight_ih_l0.chunk(4)[2].shape,
            x_t=(np.int64(6),),
            weight_ih=LAYER.weight_ih_l0.size(),
            bias_ih=LAYER.bias_ih_l0.shape,
        ),
        "from 4 times 5": {**SHAPES, "weight_hh": (4 * 5, 5), "bias_ih": tuple([4 * 5])},
        "rows of many types": {**SHAPES, "rows of W_io": [np.int64(15), 19.0]},
        "a view of a dict": MappingProxyType(SHAPES),
    },
    "02.2": {
        "gate by gate": by_gate,
        "unit by unit": one_unit_at_a_time,
        "asks PyTorch": Counter(),
        "the ledger": lambda input_size, hidden_size, bias=True: sum(
            entry.size for entry in shapes.cell_parameters(input_size, hidden_size, bias)
        ),
        "a float": lambda I, H, bias=1: 4.0 * H * (I + H + 2 * bias),
        "a tensor": lambda I, H, bias=True: torch.tensor(4 * H) * (I + H + (2 if bias else 0)),
        "numpy": lambda I, H, bias=True: np.prod([4, H, I + H + 2 * bias]),
    },
    "02.3": {
        "the names that PyTorch prints": {
            "layer": "C",
            "tensor": "weight_hh_l0",
            "shape": (32, 8),
        },
        "small letters, a list": {"layer": "c", "tensor": "WEIGHT_HH", "shape": [32, 8]},
        "torch": {"layer": "C ", "tensor": "weight_hh", "shape": nn.LSTM(6, 8).weight_hh_l0.shape},
        "in brackets": {"layer": "(C)", "tensor": "Weight_hh", "shape": (4 * 8, 8)},
        "numpy": {"layer": "C", "tensor": "weight_hh", "shape": np.zeros((32, 8)).shape},
    },
}

EQUIVALENT = {}
