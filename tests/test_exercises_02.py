"""Lesson 02: answers that are right, however they are written."""

# ruff: noqa: E741

from collections import OrderedDict, defaultdict

import numpy as np
import torch
from torch import nn

from lstm_lessons import exercise, shapes

_layer = nn.LSTM(100, 16)

_SHAPES = {
    "W_ig": (16, 100),
    "x_t": (100,),
    "W_hg": (16, 16),
    "h": (16,),
    "b_ig": (16,),
    "weight_ih": (64, 100),
    "weight_hh": (64, 16),
    "bias_ih": (64,),
}


def by_gate(I, H, bias=True):
    total = 0
    for _gate in "ifgo":
        total += H * I + H * H
        if bias:
            total += H + H
    return total


class Counter:
    def __call__(self, input_size, hidden_size, **options):
        layer = nn.LSTM(input_size, hidden_size, **options)
        return sum(parameter.numel() for parameter in layer.parameters())


RIGHT = {
    "02.1": {
        "lists": {name: list(shape) for name, shape in _SHAPES.items()},
        "torch.Size, numpy integers": OrderedDict(
            _SHAPES,
            W_ig=_layer.weight_ih_l0.chunk(4)[2].shape,
            x_t=np.array([1, 2]).shape[:0] + (np.int64(100),),
            weight_ih=_layer.weight_ih_l0.size(),
            bias_ih=_layer.bias_ih_l0.shape,
        ),
        "from 4 times 16": {**_SHAPES, "weight_hh": (4 * 16, 16), "bias_ih": tuple([4 * 16])},
    },
    "02.2": {
        "gate by gate": by_gate,
        "asks PyTorch": Counter(),
        "the ledger": lambda input_size, hidden_size, bias=True: sum(
            entry.size for entry in shapes.cell_parameters(input_size, hidden_size, bias)
        ),
        "a float": lambda I, H, bias=1: 4.0 * H * (I + H + 2 * bias),
        "a tensor": lambda I, H, bias=True: torch.tensor(4 * H) * (I + H + (2 if bias else 0)),
    },
    "02.3": {
        "small letters, a list": {"layer": "c", "tensor": "WEIGHT_HH", "shape": [32, 8]},
        "torch": {"layer": "C ", "tensor": "weight_hh", "shape": nn.LSTM(6, 8).weight_hh_l0.shape},
    },
}


def test_a_number_for_a_tuple_of_one_is_explained():
    for value in (100, np.int64(100)):
        result = exercise("02.1").check({**_SHAPES, "x_t": value})
        assert (result.outcome, result.misconception) == ("incorrect", "a number for a shape")
        assert "`x_t` is the number 100, not a shape" in result.message
        assert "`(7,)` is a tuple" in result.message


def test_what_is_filled_in_so_far_is_judged():
    result = exercise("02.1").check({**dict.fromkeys(_SHAPES, ...), "W_ig": (16, 100)})
    assert result.outcome == "incorrect"
    assert "Right so far: `W_ig`." in result.message
    assert "Still to fill in: `x_t`, `W_hg`, `h`" in result.message


def test_an_unknown_wrong_shape_is_told_the_rule():
    result = exercise("02.1").check({**_SHAPES, "W_hg": (17, 16), "h": (3,)})
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "`W_hg` is not right yet. It takes the state to gate g." in result.message
    assert "Not right either: `h`." in result.message


def test_a_misspelt_key_is_found():
    answer = {**_SHAPES, "weigth_hh": (64, 16)}
    del answer["weight_hh"]
    assert "Did you mean `weight_hh`?" in exercise("02.1").check(answer).message


def test_a_defaultdict_does_not_grow():
    answer = defaultdict(lambda: (1, 2), W_ig=(16, 100))
    assert exercise("02.1").check(answer).outcome == "incorrect"
    assert dict(answer) == {"W_ig": (16, 100)}


def test_the_count_of_the_lesson_is_the_truth():
    assert exercise("02.2").reference(100, 16) == shapes.count_parameters(100, 16) == 7552
