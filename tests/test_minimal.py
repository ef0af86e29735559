"""The minimal LSTM and its scan, held against a loop, against pen and paper, and another's code."""

import importlib.util

import pytest
import torch
from torch.autograd import gradcheck

from lstm_lessons.lstm.compare import compare
from lstm_lessons.lstm.minimal import MinimalLSTM, minimal_gates, minimal_step, scan
from lstm_lessons.lstm.relatives import unroll_step


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(5)


def double(*shape):
    return torch.randn(*shape, dtype=torch.float64)


@pytest.mark.parametrize("T", [2, 3, 4, 7, 8, 9, 31, 64])
def test_the_scan_is_the_loop_and_so_are_all_gradients(T):
    def loop(f, let_in):
        c, seen = torch.zeros_like(let_in[0]), []
        for f_t, news_t in zip(f, let_in, strict=True):
            c = f_t * c + news_t
            seen.append(c)
        return torch.stack(seen)

    assert compare(scan, loop, double(T, 3, 2).sigmoid(), double(T, 3, 2))


def test_the_scan_takes_any_factor_and_passes_gradcheck():
    f, let_in = double(5, 2, 3).requires_grad_(), double(5, 2, 3).requires_grad_()
    assert gradcheck(scan, (f, let_in))


@pytest.mark.parametrize("given", [False, True])
def test_the_layer_is_its_step_over_time_and_goes_on_from_a_state(given):
    layer = MinimalLSTM(4, 3, dtype=torch.float64)
    x, c = double(9, 2, 4), double(2, 3)
    start = c if given else torch.zeros_like(c)
    wanted, (last,) = unroll_step(minimal_step, x, (start,), (layer.weight, layer.bias))
    output, (c_n,) = layer(x, (c,) if given else None)
    torch.testing.assert_close(output, wanted, rtol=0, atol=1e-12)
    torch.testing.assert_close(c_n, last, rtol=0, atol=1e-12)
    first, states = layer(x[:4], (start,))
    second, _ = layer(x[4:], states)
    torch.testing.assert_close(torch.cat([first, second]), wanted, rtol=0, atol=1e-12)


def test_f_and_i_add_up_to_1():
    weight = double(6, 4)
    f, let_in = minimal_gates(double(5, 4), weight, None)
    assert (f > 0).all() and (f < 1).all()
    g = torch.ones(5, 2, dtype=torch.float64)
    weight = torch.cat([weight[:4], torch.zeros(2, 4, dtype=torch.float64)])
    bias = torch.tensor([0.3, -1, 2, 0, 1, 1], dtype=torch.float64)
    f, let_in = minimal_gates(double(5, 4), weight, bias)
    torch.testing.assert_close(f + let_in, g, rtol=0, atol=1e-12)


def test_from_one_word_again_and_again_c_never_turns_round():
    """What lesson 19 says of parity: the change of c is multiplied by f, which is positive."""
    layer = MinimalLSTM(2, 50, dtype=torch.float64)
    with torch.no_grad():
        output, _ = layer(double(1, 1, 2).expand(40, 1, 2), (double(1, 50),))
    signs = output.diff(dim=0)[:20].sign()
    assert (signs == signs[0]).all()


def test_the_layer_is_that_of_a_published_package():
    """minGRU-pytorch (MIT licence), whose g is another function of the same weighted sum."""
    if importlib.util.find_spec("minGRU_pytorch") is None:
        pytest.skip("minGRU-pytorch is not installed; it is no dependency of the course")
    from minGRU_pytorch.minGRU import g as positive
    from minGRU_pytorch.minLSTM import minLSTM

    theirs = minLSTM(4).double()
    x = double(2, 7, 4)  # sentences first
    z_g, z_f, z_i = theirs.to_hidden_and_f_i_gate.weight.chunk(3)
    words = x.transpose(0, 1)
    f, _ = minimal_gates(words, torch.cat([z_i, z_f, z_g]), None)
    c = scan(f, (1 - f) * positive(words @ z_g.T))
    stepwise, state = [], None
    for t in range(7):
        shown, state = theirs(x[:, t : t + 1], state, return_next_prev_hidden=True)
        stepwise.append(shown[:, 0])
    torch.testing.assert_close(c, torch.stack(stepwise), rtol=0, atol=1e-12)
