"""What lesson 16 says in prose of its own figures, and of a move to a GPU that fails."""

from copy import deepcopy

import pytest
import torch
from torch import nn

from lstm_lessons.data.speed import ladder

SMALL = (24, 10, 100, 16)
UNIT = 0.89 / 1000  # seconds of a training step of nn.LSTM at this size, from figures.md


def test_a_minute_of_compiling_is_won_back_late():
    """After about 40,000 training steps of hoisted, and 800,000 of own backward."""
    steps = {name: pair[1] for name, pair in ladder()[SMALL].items() if pair}
    saved = (steps["hoisted"] - steps["compiled"]) * UNIT
    assert round(60 / saved, -4) == 40_000
    assert round(1000 * saved, 2) == 1.52
    saved = (steps["own backward"] - steps["compiled"]) * UNIT
    assert 800_000 < 60 / saved < 900_000
    assert round(1000 * saved, 2) == 0.07


@pytest.mark.parametrize("size", [(35, 20, 200, 200), (128, 32, 128, 256)])
def test_at_the_wide_sizes_a_compiler_gains_little_and_own_backward_trains_faster(size):
    rungs = ladder()[size]
    for compiled, hoisted in zip(rungs["compiled"], rungs["hoisted"], strict=True):
        assert compiled > 5 / 6 * hoisted
    assert rungs["own backward"][1] < 0.8 * rungs["compiled"][1]


@pytest.mark.skipif(torch.cuda.device_count() > 99, reason="there is a hundredth GPU")
def test_a_move_that_fails_may_leave_a_layer_that_cannot_be_called():
    layer, x = nn.LSTM(2, 3), torch.randn(4, 5, 2)
    copy = deepcopy(layer)
    with pytest.raises((AssertionError, RuntimeError)):
        copy.to("cuda:99")
    with pytest.raises(ValueError):
        copy(x)
    layer(x)
