"""Claims of lesson 01's first edition that no page carries; the clinic may need them."""

import pytest
import torch
from torch import nn

LAGS, INPUT, H = 60, 8, 16


@pytest.fixture(autouse=True)
def double():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(4)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def x():
    return torch.randn(LAGS + 1, INPUT)


def factor(layer, x, first=10, last=60):
    """Return the mean factor a step of the gradient of the last state, from lag to lag."""
    words = x.clone().requires_grad_()
    layer(words)[0][-1].sum().backward()
    by_lag = words.grad.norm(dim=1).flip(0)
    return (by_lag[last] / by_lag[first]).item() ** (1 / (last - first))


def with_forget_bias(bias):
    torch.manual_seed(4)
    lstm = nn.LSTM(INPUT, H)
    with torch.no_grad():
        lstm.bias_ih_l0[H : 2 * H] = bias
        lstm.bias_hh_l0[H : 2 * H] = 0
    return lstm


def test_a_new_lstm_forgets_more_slowly_than_an_rnn_but_far_from_1(x):
    rnn, lstm = factor(nn.RNN(INPUT, H), x), factor(nn.LSTM(INPUT, H), x)
    assert 0.35 < rnn < 0.5 < lstm < 0.75


def test_the_factor_grows_with_the_forget_bias(x):
    factors = [factor(with_forget_bias(bias), x) for bias in (-2.0, 0.0, 1.0, 3.0)]
    assert factors == sorted(factors)
    assert factors[0] < 0.45
    assert factors[-1] > 0.9


def test_within_a_factor_of_twenty_over_sixty_steps_at_a_half_life_of_fifty(x):
    words = x.clone().requires_grad_()
    with_forget_bias(4.27)(words)[0][-1].sum().backward()
    by_lag = words.grad.norm(dim=1)
    assert by_lag.max() < 20 * by_lag.min()


def test_the_factor_is_the_largest_eigenvalue_times_the_mean_slope(x):
    rnn = nn.RNN(INPUT, H)
    largest = torch.linalg.eigvals(rnn.weight_hh_l0).abs().max().item()
    slope = (1 - rnn(x)[0] ** 2).mean().item()
    assert round(largest, 2) == 0.55
    assert round(slope, 2) == 0.80
    assert factor(rnn, x) == pytest.approx(largest * slope, abs=0.02)


def test_a_plain_rnn_can_hold_a_fact_and_its_gradient_vanishes_because_it_does():
    """One unit with tanh(3x + 2h) is a latch: it holds, flips, and passes 0.17 a step."""
    h = torch.tensor(0.0)
    for word, wanted in ((1, 0.957), (0, 0.957), (0, 0.957), (-1, -0.957), (0, -0.957)):
        for _ in range(5):
            h = torch.tanh(3.0 * word + 2 * h)
            word = 0
        assert h.item() == pytest.approx(wanted, abs=0.01)
    assert 2 * (1 - h.item() ** 2) == pytest.approx(0.17, abs=0.01)
