"""What earlier editions of lesson 03 proved and no page proves any more."""

from itertools import permutations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lstm_lessons import ManualLSTMCell, same
from lstm_lessons.explorers.cell_gates import PRESETS, numbers
from lstm_lessons.lstm.cell import lstm_step
from lstm_lessons.lstm.compare import compare

B, I, H = 10, 100, 16  # noqa: E741 - the field's own symbols


def random(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64)


@pytest.fixture
def cell() -> nn.LSTMCell:
    torch.manual_seed(0)
    return nn.LSTMCell(I, H, dtype=torch.float64)


def test_sentences_side_by_side_are_sentences_one_by_one(cell):
    """For rows, W x is x @ W.T: (10, 100) times (100, 16) gives (10, 16), a row a sentence."""
    W_ig, words = cell.weight_ih.chunk(4)[2], random(B, I)
    assert same(words @ W_ig.T, torch.stack([W_ig @ word for word in words]))


def test_four_gates_one_by_one_are_torchs_step(cell):
    """Eight products, a gate at a time, give what nn.LSTMCell gives; each gate is (B, H)."""
    x, h, c = random(B, I), random(B, H), random(B, H)
    squash = (torch.sigmoid, torch.sigmoid, torch.tanh, torch.sigmoid)
    parts = (each.chunk(4) for each in cell.parameters())
    i, f, g, o = (
        squeeze(x @ W_x.T + b_x + h @ W_h.T + b_h)
        for squeeze, W_x, W_h, b_x, b_h in zip(squash, *parts, strict=True)
    )
    assert i.shape == (B, H)
    new = f * c + i * g
    h_torch, c_torch = cell(x, (h, c))
    assert same(new, c_torch)
    assert same(o * torch.tanh(new), h_torch)


def test_only_one_of_24_orders_is_torchs(cell):
    """Of the 24 orders in which four gates can be stacked, i, f, g, o alone gives torch's h."""
    x, h, c = random(B, I), random(B, H), random(B, H)
    h_torch, _ = cell(x, (h, c))
    found = []
    for order in permutations("ifgo"):
        places = [order.index(gate) for gate in "ifgo"]
        parts = (each.chunk(4) for each in cell.parameters())
        stacks = [torch.cat([each[place] for place in places]) for each in parts]
        if same(lstm_step(x, h, c, *stacks)[0], h_torch):
            found.append("".join(order))
    assert found == ["ifgo"]


def test_a_memory_near_2_may_be_shown_as_nothing():
    """With z_f, z_i and z_g at 6, z_o at -6 and an old memory of 1, c is 1.995 and h is 0.002."""
    made = numbers(z_f=6, z_i=6, z_g=6, z_o=-6, c_prev=1)
    assert (round(made["c"], 3), round(made["h"], 3)) == (1.995, 0.002)


def test_unit_0_of_the_lesson_grows_beyond_1():
    """z = 1, 2, 0.5, 0 and an old memory of 1: c is 1.22 and h is 0.42; unit 1 has -1.09, -0.70."""
    zero, one = (numbers(**PRESETS[name]) for name in ("unit 0", "unit 1"))
    assert (round(zero["c"], 2), round(zero["h"], 2)) == (1.22, 0.42)
    assert (round(one["c"], 2), round(one["h"], 2)) == (-1.09, -0.70)


def test_without_c_the_gradient_of_a_new_lstm_vanishes_faster_too():
    """With its own biases: a factor of 0.61 a step along c and h, of 0.12 through h alone."""
    torch.manual_seed(4)
    words, lstm = random(61, 8), nn.LSTM(8, H, dtype=torch.float64)
    factors = []
    for cut in (False, True):
        x, h, c = words.clone().requires_grad_(), random(H) * 0, random(H) * 0
        for x_t in x:
            h, c = lstm_step(x_t, h, c.detach() if cut else c, *lstm.parameters())
        (gradient,) = torch.autograd.grad(h.sum(), x)
        norms = gradient.norm(dim=-1).flip(0)
        factors.append((norms[60] / norms[10]).item() ** (1 / 50))
    assert 0.5 < factors[0] < 0.75
    assert 0.08 < factors[1] < 0.2


def test_a_test_from_zeros_sees_a_wrong_order_and_no_mistake_behind_a_state(cell):
    """From states of zero: i, o, f, g differs; f = 1 or weight_hh turned round does not."""
    x, zeros = random(B, I), random(B, H) * 0
    h_torch, c_torch = cell(x, (zeros, zeros))
    weights = dict(cell.named_parameters())
    moved = {}
    for name, each in weights.items():
        i, f, g, o = each.chunk(4)
        moved[name] = torch.cat([i, o, f, g])
    assert not same(lstm_step(x, zeros, zeros, **moved)[0], h_torch)
    stuck = weights["bias_ih"].clone()
    stuck[H : 2 * H] = 50
    turned = torch.cat([each.T for each in weights["weight_hh"].chunk(4)])
    for wrong in ({"bias_ih": stuck}, {"weight_hh": turned}):
        h, c = lstm_step(x, zeros, zeros, **{**weights, **wrong})
        assert same(h, h_torch)
        assert same(c, c_torch)
        assert not same(lstm_step(x, zeros + 1, zeros + 1, **{**weights, **wrong})[0], h_torch)


def test_from_one_seed_our_cell_draws_the_very_same_numbers():
    """As many, in the same order and from the same range as nn.LSTMCell: no difference at all."""
    torch.manual_seed(1)
    ours = ManualLSTMCell(I, H)
    torch.manual_seed(1)
    reference = nn.LSTMCell(I, H)
    for name, parameter in reference.named_parameters():
        assert same(ours.get_parameter(name), parameter, tolerance=0)


def test_half_of_a_memory_is_left_after_50_steps_at_a_bias_of_4_27():
    """sigmoid(4.27) is 0.986, and 0.986 to the power of 50 is one half."""
    kept = torch.sigmoid(torch.tensor(4.27)).item()
    assert round(kept, 3) == 0.986
    assert round(kept**50, 2) == 0.5


def test_two_settings_of_one_unit():
    """f open, i and o shut: the memory stays and is not shown. f shut, i and g high: it is new."""
    made = numbers(z_f=6, z_i=-6, z_g=0.5, z_o=-6, c_prev=1)
    assert abs(made["c"] - 1) < 0.005 and abs(made["h"]) < 0.005
    news = [numbers(z_f=-6, z_i=6, z_g=6, z_o=0, c_prev=c_prev)["c"] for c_prev in (-1, 1)]
    assert all(abs(each - 1) < 0.01 for each in news)


def test_one_stacked_product_for_ten_sentences_is_cut_along_the_last_axis(cell):
    """F.linear is x @ W.T + b; z is (10, 64), each gate (10, 16); axis 0 would cut sentences."""
    x, h = random(B, I), random(B, H)
    assert same(F.linear(x, cell.weight_ih, cell.bias_ih), x @ cell.weight_ih.T + cell.bias_ih)
    assert same(F.linear(x, cell.weight_ih, None), x @ cell.weight_ih.T)
    z = F.linear(x, cell.weight_ih, cell.bias_ih) + F.linear(h, cell.weight_hh, cell.bias_hh)
    assert z.shape == (B, 4 * H)
    assert [tuple(each.shape) for each in z.chunk(4, dim=-1)] == 4 * [(B, H)]
    assert z.chunk(4)[0].shape == (3, 4 * H)


def test_a_detached_memory_leaves_all_right_but_the_gradient_of_c_0(cell):
    """Of nine tensors one differs, and both results are right."""
    weights = dict(cell.named_parameters())
    found = compare(
        lambda x, hx: lstm_step(x, hx[0], hx[1].detach(), **weights),
        cell, random(B, I), (random(B, H), random(B, H)),
    ).differences  # fmt: skip
    assert len(found) == 9
    assert [each.name for each in found if not each.equal] == ["gradient of c_0"]


def test_compare_allows_1e_10_where_gradients_are_compared(cell):
    """It allows 1e-12 for results and 1e-10 for gradients, if it is not told otherwise."""
    report = compare(cell, cell, random(B, I), (random(B, H), random(B, H)))
    allowed = {each.name: each.tolerance for each in report.differences}
    assert allowed.pop("h") == allowed.pop("c") == 1e-12
    assert len(allowed) == 7 and set(allowed.values()) == {1e-10}


def test_h_made_from_the_old_c_can_be_told_by_its_symptoms(cell):
    """c is right, h is wrong, and with a memory of zero h is zero."""
    x, h = random(B, I), random(B, H)
    for c in (random(B, H), random(B, H) * 0):
        h_torch, c_torch = cell(x, (h, c))
        z = F.linear(x, cell.weight_ih, cell.bias_ih) + F.linear(h, cell.weight_hh, cell.bias_hh)
        i, f, g, o = z.chunk(4, dim=-1)
        new_c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        new_h = torch.sigmoid(o) * torch.tanh(c)
        assert same(new_c, c_torch)
        assert not same(new_h, h_torch)
    assert same(new_h, c)
