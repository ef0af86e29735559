"""Lesson 00: what its exercise takes for true is true."""

from types import MappingProxyType

import numpy as np
import pytest
import torch
from torch import nn

from lstm_lessons import exercise

OUTPUT, (H_N, C_N) = nn.LSTM(100, 16)(torch.zeros(5, 7, 100))
SHAPES = {"output": (5, 7, 16), "h_n": (1, 7, 16), "c_n": (1, 7, 16)}

RIGHT = {
    "00.1": {
        "lists": {key: list(shape) for key, shape in SHAPES.items()},
        "torch's own": {"output": OUTPUT.shape, "h_n": H_N.shape, "c_n": C_N.size()},
        "numpy's": {key: np.zeros(shape).shape for key, shape in SHAPES.items()},
        "numpy's numbers": {key: tuple(np.array(shape)) for key, shape in SHAPES.items()},
        "texts": {key: str(shape) for key, shape in SHAPES.items()},
        "in another order": dict(reversed(SHAPES.items())),
        "a view of a dict": MappingProxyType(SHAPES),
    },
}


WHAT_COMES_OUT = exercise("00.1")


def test_the_shapes_are_torchs():
    assert WHAT_COMES_OUT.right == {
        "output": tuple(OUTPUT.shape),
        "h_n": tuple(H_N.shape),
        "c_n": tuple(C_N.shape),
    }


@pytest.mark.parametrize("keys", [("h_n",), ("c_n",), ("h_n", "c_n")])
@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((1, 1, 16), "Yours is (1, 1, H)"),
        ((2, 7, 16), "this LSTM has one"),
        ((5, 16), "Yours is (T, H)"),
        ((16,), "It has too few axes"),
        ((1, 10, 16), "10 sentences were in the call above"),
        ((5, 7, 16), "Only `output` has an entry for every word"),
        ((7, 16), "an axis is missing"),
    ],
)
def test_a_wrong_shape_of_a_state_is_told_once(keys, shape, said):
    result = WHAT_COMES_OUT.check({**SHAPES, **dict.fromkeys(keys, shape)})
    assert result.message.count(said) == 1
    assert result.message.startswith(" and ".join(f"`{key}`" for key in keys))


@pytest.mark.parametrize("shape", [(7, 1, 16), (7, 16, 1), (1, 16, 7), (16, 7, 1), (16, 1, 7)])
def test_axes_in_another_order_are_told_and_the_right_one_is_not_given_away(shape):
    result = WHAT_COMES_OUT.check({**SHAPES, "h_n": shape})
    assert result.misconception == "axes in another order"
    assert "(1, 7, 16)" not in result.message


@pytest.mark.parametrize("text", ["no shape", ""])
def test_text_that_is_no_shape_is_told(text):
    result = WHAT_COMES_OUT.check({**SHAPES, "output": text})
    assert result.outcome == "incorrect"
    assert result.message.startswith("`output` is a string; a shape was expected")


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"output": (24, 7, 16)}, "24 words were in the call above; here there are 5."),
        ({"output": (5, 10, 16)}, "10 sentences were in the call above; here there are 7."),
        ({"h_n": (10, 16), "c_n": (10, 16)}, "10 sentences were in the call above"),
        ({"output": (5, 7, 100)}, "`output`: 16 numbers come out for each word."),
        ({"h_n": (1, 7, 100)}, "`h_n`: 16 numbers are left of each sentence."),
        ({"output": (1, 7, 16)}, "that is h after the last word only."),
        ({"h_n": (1, 24, 16)}, "Yours has a number of words there."),
        ({"output": (5, 7, 116)}, "Nothing is counted here of which there are 116."),
        ({"c_n": (1, 7, 17)}, "Nothing is counted here of which there are 17."),
    ],
)
def test_each_entry_is_told_the_cause_of_its_size(entries, said):
    message = WHAT_COMES_OUT.check({**SHAPES, **entries}).message
    assert message.count(said) == 1
    assert str(SHAPES["h_n"]) not in message and str(SHAPES["output"]) not in message


def test_an_output_like_a_state_does_not_give_the_state_away():
    answer = {"output": (1, 7, 16), "h_n": ..., "c_n": ...}
    assert "h_n" not in WHAT_COMES_OUT.check(answer).message
