"""What lesson 16 says in prose of calls, of own_backward's class, and of a move that fails."""

from copy import deepcopy
from inspect import getsource, signature

import pytest
import torch
from torch import nn

from lstm_lessons.ladder import backward, eight_products
from lstm_lessons.ladder.counting import count
from lstm_lessons.lstm.unroll import unroll


def test_a_step_of_unroll_has_13_calls_where_eight_products_have_21():
    def calls(run, steps, *batch):
        x, h, c = torch.randn(steps, *batch, 8), torch.randn(*batch, 16), torch.randn(*batch, 16)
        return count(run, x, h, c, *weights).calls

    weights = [weight.detach() for weight in nn.LSTM(8, 16).parameters()]
    one_line = lambda x, h, c, *weights: unroll(x, h, c, weights)  # noqa: E731
    assert calls(one_line, 33) - calls(one_line, 32) == 13
    assert calls(eight_products, 33, 20) - calls(eight_products, 32, 20) == 21


def test_the_class_of_own_backward_is_made_as_the_page_outlines_it():
    """Six arguments, three results, and one gradient for each argument."""
    arguments = list(signature(backward._AllSteps.forward).parameters)
    assert arguments == ["ctx", "x", "h", "c", "weight_ih", "weight_hh", "bias"]
    assert issubclass(backward._AllSteps, torch.autograd.Function)
    ends = getsource(backward._AllSteps.backward).splitlines()[-1].strip()
    assert ends == "return dx, dh, dc, *behind_the_loop(dz, x, hs[:-1])"


@pytest.mark.skipif(torch.cuda.device_count() > 99, reason="there is a hundredth GPU")
def test_a_move_that_fails_may_leave_a_layer_that_cannot_be_called():
    layer, x = nn.LSTM(2, 3), torch.randn(4, 5, 2)
    copy = deepcopy(layer)
    with pytest.raises((AssertionError, RuntimeError)):
        copy.to("cuda:99")
    with pytest.raises(ValueError):
        copy(x)
    layer(x)
