"""The relatives of the LSTM, held against torch, against each other, and against pen and paper."""

from math import exp, tanh

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck

from lstm_lessons.lstm.cell import lstm_step
from lstm_lessons.lstm.compare import compare
from lstm_lessons.lstm.relatives import (
    RELATIVES,
    Relative,
    count_parameters,
    coupled_step,
    gru_step,
    papers_gru_step,
    parameter_shapes,
    peephole_step,
    projected_step,
    step_of_1997,
    unroll_step,
)

T, B, I, H, P = 7, 3, 5, 6, 4  # noqa: E741 - the field's own symbols, all different


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(11)


def double(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def sigmoid(z):
    return 1 / (1 + exp(-z))


@pytest.mark.parametrize("bias", [True, False])
def test_projected_steps_are_torchs_layer_and_so_are_all_gradients(bias):
    lstm = nn.LSTM(I, H, proj_size=P, bias=bias, dtype=torch.float64)
    weights = list(lstm.all_weights[0])
    if not bias:
        weights = [*weights[:2], None, None, weights[2]]

    def by_hand(x, hx):
        states = (hx[0][0], hx[1][0])
        output, (h, c) = unroll_step(projected_step, x, states, weights)
        return output, (h[None], c[None])

    assert compare(by_hand, lstm, double(T, B, I), (double(1, B, P), double(1, B, H)))


@pytest.mark.parametrize("bias", [True, False])
def test_gru_steps_are_torchs_and_so_are_all_gradients(bias):
    gru, cell = (kind(I, H, bias=bias, dtype=torch.float64) for kind in (nn.GRU, nn.GRUCell))

    def layer(x, h_0):
        output, (h,) = unroll_step(gru_step, x, (h_0[0],), gru.all_weights[0])
        return output, h[None]

    assert compare(layer, gru, double(T, B, I), double(1, B, H))
    assert compare(
        lambda x, h: gru_step(x, h, *cell.parameters()), cell, double(B, I), double(B, H)
    )


def test_the_grus_differ_but_where_h_has_nothing_to_say():
    gru = nn.GRU(I, H, bias=False, dtype=torch.float64)
    x, zeros = double(T, B, I), torch.zeros(B, H, dtype=torch.float64)
    weights = gru.all_weights[0]
    paper, _ = unroll_step(papers_gru_step, x, (zeros,), weights)
    wanted, _ = gru(x)
    assert torch.allclose(paper[0], wanted[0], rtol=0, atol=1e-12)
    assert (paper[1:] - wanted[1:]).abs().amax(dim=(1, 2)).min() > 1e-3


def test_the_gru_of_the_paper_with_r_open_is_torchs():
    weights = [double(3 * H, I), double(3 * H, H), double(3 * H), double(3 * H)]
    with torch.no_grad():
        weights[2][:H] = 1000  # the bias of r
    x, h = double(B, I), double(B, H)
    (ours,), (torchs,) = papers_gru_step(x, h, *weights), gru_step(x, h, *weights)
    assert torch.allclose(ours, torchs, rtol=0, atol=1e-12)


def test_the_gru_of_the_paper_by_pocket_calculator():
    """Two units, one number in: each sum is written out from the paper's equations."""
    x, h = double(1), double(2)
    w, u = double(6, 1), double(6, 2)
    (found,) = papers_gru_step(x, h, w, u)
    old, reset = h.tolist(), []
    for k in range(2):
        reset.append(sigmoid(w[k, 0] * x[0] + u[k, 0] * old[0] + u[k, 1] * old[1]))
    for k in range(2):
        z = sigmoid(w[2 + k, 0] * x[0] + u[2 + k, 0] * old[0] + u[2 + k, 1] * old[1])
        from_h = u[4 + k, 0] * reset[0] * old[0] + u[4 + k, 1] * reset[1] * old[1]
        n = tanh(w[4 + k, 0] * x[0] + from_h)
        assert found[k].item() == pytest.approx((1 - z) * n + z * old[k], abs=1e-12)


@pytest.mark.parametrize(("step", "f"), [(step_of_1997, 1), (coupled_step, None)])
def test_three_blocks_are_the_lstm_with_f_given(step, f):
    """The LSTM's own step, with a bias that opens f, or with z_f = -z_i: 1 - i is sigmoid(-z_i)."""
    w, u, b, d = double(3 * H, I), double(3 * H, H), double(3 * H), double(3 * H)

    def with_f(rows):
        first = torch.zeros_like(rows[:H]) if f else -rows[:H]
        return torch.cat([rows[:H], first, rows[H:]])

    bias = with_f(b)
    if f:
        bias[H : 2 * H] = 1000
    x, h, c = double(B, I), double(B, H), double(B, H)
    wanted = lstm_step(x, h, c, with_f(w), with_f(u), bias, with_f(d))
    for ours, theirs in zip(step(x, h, c, w, u, b, d), wanted, strict=True):
        assert torch.allclose(ours, theirs, rtol=0, atol=1e-12)


def test_peepholes_by_pocket_calculator():
    x, h, c = double(I), double(H), double(H)
    w, u, b, d, p = double(4 * H, I), double(4 * H, H), double(4 * H), double(4 * H), double(3, H)
    new_h, new_c = peephole_step(x, h, c, w, u, b, d, p)
    z = (w @ x + u @ h + b + d).tolist()
    for k in range(H):
        i, f = sigmoid(z[k] + p[0, k] * c[k]), sigmoid(z[H + k] + p[1, k] * c[k])
        memory = f * c[k].item() + i * tanh(z[2 * H + k])
        assert new_c[k].item() == pytest.approx(memory, abs=1e-12)
        shown = sigmoid(z[3 * H + k] + p[2, k] * memory) * tanh(memory)
        assert new_h[k].item() == pytest.approx(shown, abs=1e-12)


def test_peepholes_of_zero_are_the_lstm():
    given = double(B, I), double(B, H), double(B, H)
    weights = [double(4 * H, I), double(4 * H, H), double(4 * H), double(4 * H)]
    ours = peephole_step(*given, *weights, torch.zeros(3, H, dtype=torch.float64))
    for mine, theirs in zip(ours, lstm_step(*given, *weights), strict=True):
        assert torch.allclose(mine, theirs, rtol=0, atol=1e-12)


def projection(name):
    return P if name == "projection" else 0


@pytest.mark.parametrize("name", RELATIVES)
def test_every_relative_has_the_gradients_of_its_numbers(name):
    layer = Relative(name, 2, 3, 2 if name == "projection" else 0, dtype=torch.float64)
    x = double(3, 2, 2).requires_grad_()
    assert gradcheck(lambda x, *_: layer(x)[0], (x, *layer.parameters()))


@pytest.mark.parametrize("name", RELATIVES)
def test_a_layer_has_the_parameters_that_are_counted(name):
    layer = Relative(name, I, H, projection(name), dtype=torch.float64)
    shapes = {key: tuple(value.shape) for key, value in layer.named_parameters()}
    assert shapes == parameter_shapes(name, I, H, projection(name))
    count = sum(value.numel() for value in layer.parameters())
    assert count == count_parameters(name, I, H, projection(name))
    assert all(value.abs().max() <= H**-0.5 for value in layer.parameters())
    output, states = layer(double(T, B, I))
    assert output.shape == (T, B, projection(name) or H)
    assert torch.equal(output[-1], states[0]) and len(states) == 1 + RELATIVES[name].has_c
    first, middle = layer(double(2, B, I))
    again, _ = layer(double(2, B, I), middle)
    assert again.shape == first.shape


@pytest.mark.parametrize(
    ("name", "torchs"),
    [
        ("LSTM", nn.LSTM(I, H)),
        ("projection", nn.LSTM(I, H, proj_size=P)),
        ("GRU, torch", nn.GRU(I, H)),
        ("GRU, paper", nn.GRU(I, H)),
    ],
)
def test_what_is_counted_is_torchs(name, torchs):
    assert count_parameters(name, I, H, projection(name)) == sum(
        value.numel() for value in torchs.parameters()
    )


def test_a_projection_has_a_size_and_nothing_else_has():
    for name, size in (("projection", 0), ("LSTM", 3)):
        with pytest.raises(ValueError, match="proj_size belongs to the projection"):
            parameter_shapes(name, I, H, size)


def test_a_gru_with_z_and_1_minus_z_exchanged_takes_weights_with_the_sign_of_z_turned():
    gru = nn.GRUCell(I, H, dtype=torch.float64)
    x, h, turned = double(B, I), double(B, H), torch.ones(3 * H, 1, dtype=torch.float64)
    turned[H : 2 * H] = -1
    weights = [each * (turned if each.ndim == 2 else turned[:, 0]) for each in gru.parameters()]
    from_x, from_h = (
        (v @ w.T + b).chunk(3, dim=-1)
        for v, w, b in ((x, weights[0], weights[2]), (h, weights[1], weights[3]))
    )
    r, z = ((from_x[n] + from_h[n]).sigmoid() for n in (0, 1))
    exchanged = z * (from_x[2] + r * from_h[2]).tanh() + (1 - z) * h
    torch.testing.assert_close(exchanged, gru(x, h), atol=1e-12, rtol=0)
