"""Lesson 00: answers that are right, however they are written."""

import pytest
import torch
from torch import nn

from lstm_lessons import exercise

_output, (_h_n, _c_n) = nn.LSTM(100, 16)(torch.zeros(5, 7, 100))

RIGHT = {
    "00.1": {
        "lists": {"output": [5, 7, 16], "h_n": [1, 7, 16], "c_n": [1, 7, 16]},
        "torch's own": {"output": _output.shape, "h_n": _h_n.shape, "c_n": _c_n.size()},
    },
}


@pytest.mark.parametrize("keys", [("h_n",), ("c_n",), ("h_n", "c_n")])
@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((7, 1, 16), "the right numbers in another order"),
        ((7, 16, 1), "the right numbers in another order"),
        ((1, 1, 16), "it does not stand for the last word"),
        ((2, 7, 16), "this LSTM has one"),
        ((5, 16), "5 is the number of words. Three axes"),
        ((16,), "those of a single sentence"),
        ((1, 10, 16), "10 sentences were in the call above"),
        ((5, 7, 16), "Only `output` has an entry for every word"),
        ((7, 16), "an axis is missing"),
    ],
)
def test_each_wrong_shape_of_a_state_has_words_of_its_own(keys, shape, said):
    right = {"output": (5, 7, 16), "h_n": (1, 7, 16), "c_n": (1, 7, 16)}
    result = exercise("00.1").check(right | dict.fromkeys(keys, shape))
    assert result.outcome == "incorrect"
    assert said in result.message
    assert result.message.startswith(" and ".join(f"`{key}`" for key in keys))
