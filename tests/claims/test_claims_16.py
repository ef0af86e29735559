"""What lesson 16 says in prose of calls, clocks, the way back, and a move that fails."""

from copy import deepcopy
from inspect import signature
from time import process_time, sleep, thread_time

import pytest
import torch
from torch import nn

from lstm_lessons.data.speed import ladder
from lstm_lessons.explorers.speed_ladder import SIZES
from lstm_lessons.ladder import (
    backward,
    eight_products,
    hoisted,
    one_product,
    own_backward,
)
from lstm_lessons.ladder.counting import _Watch, calls_inside, count
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


def test_what_the_text_reads_off_the_explorer_for_a_training_step():
    """Of the time of hoisted."""

    def shares(rung):
        return [round(at[rung][1] / at["hoisted"][1], 2) for at in ladder().values()]

    assert list(ladder()) == [
        SIZES[name] for name in ("small", "wide", "long and wide", "one line")
    ]
    assert shares("compiled") == [0.51, 0.85, 1.06, 0.39]
    assert min(shares("own backward")) == 0.35 and max(shares("own backward")) == 0.72


def test_the_class_of_own_backward_is_what_the_page_says():
    kind = backward._AllSteps
    assert issubclass(kind, torch.autograd.Function)
    for name in ("forward", "backward"):
        assert next(iter(signature(getattr(kind, name)).parameters)) == "ctx"


def test_the_five_calls_of_own_backward_in_a_step_back_are_those_of_the_page():
    """By name, with the shape of what each one writes; the slopes come before them."""

    class Names(_Watch):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            result = func(*args, **(kwargs or {}))
            if not func.is_view:
                names.append((func.overloadpacket.__name__, tuple(result.shape)))
            return result

    T, B, H = 5, 3, 4
    names, weights = [], list(nn.LSTM(2, H).parameters())
    given = [torch.randn(T, B, 2), torch.randn(B, H), torch.randn(B, H), *weights]
    output = own_backward(*given)[0].sum()
    with Names():
        output.backward()
    step = [("addcmul_", (B, H)), ("mul_", (B, 3, H)), ("mul_", (B, H)), ("addmm", (B, H))]
    step += [("mul_", (B, H))]
    at = names.index(step[0])
    assert names[at : at + 5 * T] == step * T
    rest = names[:at] + names[at + 5 * T :]
    assert all(len(shape) == 3 for name, shape in rest if name.startswith(("mul", "addcmul")))
    slopes = [shape for name, shape in names[:at] if name.startswith("addcmul")]
    assert slopes == [(T, B, H)] * 5


def test_what_count_finds_outside_and_inside_the_loop_of_one_product():
    """In front of and behind the loop cat, +, for and stack; a for over x is one call."""
    weights = [weight.detach() for weight in nn.LSTM(8, 16).parameters()]
    states = [torch.randn(20, 16), torch.randn(20, 16)]
    for T in (1, 2, 32):
        x = torch.randn(T, 20, 8)
        assert count(one_product, x, *states, *weights).calls == 12 * T + 4
        assert count(lambda x: [None for _ in x], x).calls == 1
        whole = count(lambda x, h, c, *weights: unroll(x, h, c, weights), x, *states, *weights)
        assert whole.calls == 13 * T + 2


@torch.no_grad()
def test_nn_lstm_is_four_calls_inside_and_392_without_onednn():
    """With the x of the page, which lies batch first in the memory."""
    lstm, (h, c) = nn.LSTM(8, 16), torch.randn(2, 20, 16)
    x = torch.randn(20, 32, 8).transpose(0, 1)
    if torch.backends.mkldnn.is_available():
        assert calls_inside(lstm, x, (h[None], c[None])) == 4
    with torch.backends.mkldnn.flags(enabled=False):
        assert calls_inside(lstm, x, (h[None], c[None])) == 392
    weights = [weight.detach() for weight in lstm.parameters()]
    assert calls_inside(hoisted, x, h, c, *weights) == 325


def test_thread_time_stands_still_in_a_pause_and_does_not_see_the_work_of_a_second_core():
    began = thread_time()
    sleep(0.2)
    assert thread_time() - began < 0.1
    a = torch.randn(1000, 1000)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        a @ a
        ours, of_all = thread_time(), process_time()
        for _ in range(10):
            a @ a
        ours, of_all = thread_time() - ours, process_time() - of_all
    finally:
        torch.set_num_threads(before)
    assert of_all > 1.2 * ours


@pytest.mark.skipif(torch.cuda.device_count() > 99, reason="there is a hundredth GPU")
def test_a_move_that_fails_may_leave_a_layer_that_cannot_be_called():
    layer, x = nn.LSTM(2, 3), torch.randn(4, 5, 2)
    copy = deepcopy(layer)
    with pytest.raises((AssertionError, RuntimeError)):
        copy.to("cuda:99")
    with pytest.raises(ValueError):
        copy(x)
    layer(x)
