"""What lesson 16 says in prose of calls, of own_backward's class, and of a move that fails."""

from copy import deepcopy
from inspect import getsource, signature

import pytest
import torch
from torch import nn

from lstm_lessons.data.speed import ladder
from lstm_lessons.ladder import backward, eight_products, hoisted, own_backward
from lstm_lessons.ladder.counting import calls_inside, count
from lstm_lessons.lstm.unroll import unroll


def test_a_step_of_unroll_has_13_calls_where_eight_products_have_21():
    def calls(run, steps, *batch):
        x, h, c = torch.randn(steps, *batch, 8), torch.randn(*batch, 16), torch.randn(*batch, 16)
        return count(run, x, h, c, *weights).calls

    weights = [weight.detach() for weight in nn.LSTM(8, 16).parameters()]
    one_line = lambda x, h, c, *weights: unroll(x, h, c, weights)  # noqa: E731
    assert calls(one_line, 33) - calls(one_line, 32) == 13
    assert calls(eight_products, 33, 20) - calls(eight_products, 32, 20) == 21


def test_the_move_saves_two_of_the_14_calls_that_own_backward_saves_in_a_step():
    """Forward 10 and 8, back 17 and 5; without a gradient of weight_hh autograd makes 15."""

    def per_step(run, without=()):
        def step(steps, back):
            x, h, c = torch.randn(steps, 20, 8), torch.randn(20, 16), torch.randn(20, 16)
            given = [x, h, c, *(weight.detach().clone() for weight in weights)]
            leaves = [a.requires_grad_(at not in without) for at, a in enumerate(given)]
            output = run(*leaves)[0]
            if back:
                output.square().sum().backward()

        totals = [
            calls_inside(step, 17, back) - calls_inside(step, 16, back) for back in (False, True)
        ]
        return totals[0], totals[1] - totals[0]

    weights = list(nn.LSTM(8, 16).parameters())
    assert per_step(hoisted) == (10, 17)
    assert per_step(hoisted, without=(4,)) == (10, 15)
    assert per_step(own_backward) == (8, 5)


def test_the_gradient_of_the_sum_of_the_biases_goes_to_both():
    weights = [weight.detach().clone().requires_grad_() for weight in nn.LSTM(2, 3).parameters()]
    x, h, c = torch.randn(4, 5, 2), torch.randn(5, 3), torch.randn(5, 3)
    own_backward(x, h, c, *weights)[0].square().sum().backward()
    assert weights[2].grad.any() and torch.equal(weights[2].grad, weights[3].grad)


def test_hoisting_saved_a_seventh_in_one_wide_layer_and_nothing_in_the_other():
    def forward(size, rung):
        return ladder()[size][rung][0]

    wide, long_and_wide = (35, 20, 200, 200), (128, 32, 128, 256)
    assert forward(wide, "hoisted") / forward(wide, "one product") == pytest.approx(6 / 7, abs=0.01)
    assert abs(forward(long_and_wide, "hoisted") - forward(long_and_wide, "one product")) < 0.02


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
