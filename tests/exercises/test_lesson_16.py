"""Lesson 16: answers that are right, edits that change nothing, and that what is asked is true."""

import numpy as np
import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

from lstm_lessons import exercise
from lstm_lessons.ladder import eight_products, hoisted, one_product, per_sample
from lstm_lessons.ladder.counting import count
from lstm_lessons.lstm.unroll import unroll


def lifted_by_parts(x, weight_ih, bias_ih, bias_hh):
    hh_r, hh_z, hh_n = bias_hh.chunk(3)
    ih_r, ih_z, ih_n = bias_ih.chunk(3)
    bias = torch.cat([ih_r + hh_r, ih_z + hh_z, ih_n])
    return F.linear(x, weight_ih, bias), hh_n


def lifted_behind_the_product(x, weight_ih, bias_ih, bias_hh):
    H = len(bias_hh) // 3
    sums = x @ weight_ih.T + bias_ih
    sums = torch.cat([sums[..., : 2 * H] + bias_hh[: 2 * H], sums[..., 2 * H :]], dim=-1)
    return [sums, bias_hh[2 * H :]]


def lifted_with_a_mask(x, weight_ih, bias_ih, bias_hh):
    H = len(bias_hh) // 3
    mask = torch.tensor([1.0] * (2 * H) + [0.0] * H, dtype=x.dtype)
    return F.linear(x, weight_ih, bias_ih + mask * bias_hh), bias_hh[-H:]


def lifted_and_taken_back(x, weight_ih, bias_ih, bias_hh):
    bias_n = bias_hh.chunk(3)[2]
    sums = F.linear(x, weight_ih, bias_ih + bias_hh)
    r_and_z, n = sums.split((2 * len(bias_n), len(bias_n)), dim=-1)
    return torch.cat([r_and_z, n - bias_n], dim=-1), bias_n


def lifted_step_by_step(x, weight_ih, bias_ih, bias_hh):
    bias = bias_ih + torch.cat([bias_hh[: len(bias_hh) // 3 * 2], bias_hh[: len(bias_hh) // 3] * 0])
    return torch.stack([F.linear(x_t, weight_ih, bias) for x_t in x]), bias_hh.chunk(3)[-1]


def as_layer(rung):
    def layer(x, h, c, *weights):
        output, h, c = rung(x, h, c, *weights)
        return output, (h, c)

    return layer


def with_nn_lstm(x, h, c, *weights):
    layer = nn.LSTM(x.shape[2], h.shape[1], dtype=x.dtype)
    given = dict(zip(dict(layer.named_parameters()), weights, strict=True))
    output, (h_n, c_n) = functional_call(layer, given, (x, (h[None], c[None])))
    return output, (h_n[0], c_n[0])


def with_h_first(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    from lstm_lessons.lstm.cell import apply_gates

    weight, outputs = torch.cat([weight_hh, weight_ih], dim=1), []
    for x_t in x:
        z = torch.cat([h, x_t], dim=1) @ weight.T + bias_hh + bias_ih
        h, c = apply_gates(z, c)
        outputs.append(h)
    return torch.stack(outputs), (h, c)


def unrolled(x, h, c, *weights):
    return unroll(x, h, c, weights)


def by_loop(dz, h_0, output):
    total, h = 0, h_0
    for t in range(len(dz)):
        total = total + dz[t].T @ h
        h = output[t]
    return total


def by_einsum(dz, h_0, output):
    return torch.einsum("tbz,tbh->zh", dz, torch.cat((h_0[None], output[:-1])))


def by_two_parts(dz, h_0, output):
    rest = dz[1:].flatten(0, 1).T @ output[:-1].flatten(0, 1)
    return dz[0].T @ h_0 + rest


def by_sum_of_shares(dz, h_0, output):
    before = torch.cat([h_0.unsqueeze(0), output])[:-1]
    return (dz.transpose(1, 2) @ before).sum(0)


def by_reshape(dz, h_0, output):
    before = torch.cat([h_0.unsqueeze(0), output[: len(output) - 1]])
    return torch.matmul(
        dz.reshape(-1, dz.shape[2]).t(), before.reshape(-1, h_0.shape[1])
    ).contiguous()


COUNTS = {
    "multiplications": 300_000,
    "waiting": 180_000,
    "products, eight": 80,
    "products, hoisted": 11,
    "H doubled": 3.2,
    "B doubled": 1,
}
FAULTS = {"A": "cold", "B": "does not wait", "C": "one run", "D": "unequal work", "E": "none"}

RIGHT = {
    "16.1": {
        "by parts": lifted_by_parts,
        "behind the product": lifted_behind_the_product,
        "with a mask": lifted_with_a_mask,
        "taken back": lifted_and_taken_back,
        "step by step": lifted_step_by_step,
    },
    "16.2": {
        "plain": COUNTS,
        "text": {key: str(value) for key, value in COUNTS.items()},
        "floats": {key: float(value) for key, value in COUNTS.items()},
        "tensors": COUNTS | {"waiting": torch.tensor(180_000), "B doubled": torch.tensor(1.0)},
        "numpy": COUNTS | {"H doubled": np.float64(16) / 5, "multiplications": np.int64(300_000)},
    },
    "16.3": {
        "plain": FAULTS,
        "capitals": {key: value.upper() for key, value in FAULTS.items()},
        "blanks": {key: f" {value} " for key, value in FAULTS.items()},
        "full stops": {key: f"{value}." for key, value in FAULTS.items()},
        "in words": FAULTS | {"A": "the first call is measured"},
    },
    "16.4": {
        "hoisted": as_layer(hoisted),
        "nn.LSTM": with_nn_lstm,
        "h first": with_h_first,
        "eight products": as_layer(eight_products),
        "unrolled": unrolled,
    },
    "16.5": {
        "a loop": by_loop,
        "einsum": by_einsum,
        "two parts": by_two_parts,
        "shares": by_sum_of_shares,
        "reshape": by_reshape,
    },
}

# Small random edits of the solution that are right as well: what was changed, and why it is the
# same. The tests print an edit that is accepted and not listed here.
EQUIVALENT: dict[str, dict[str, str]] = {
    "16.1": {
        "line 3: bias_n -> hh_r": "zeros of the same size",
    },
    "16.4": {},
    "16.5": {},
}


def random(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def test_the_given_loop_of_16_1_behind_the_answer_is_torchs_gru():
    given = exercise("16.1").text.namespace()
    gru = nn.GRU(3, 4).double()
    x, h, (w_ih, w_hh, b_ih, b_hh) = random(5, 2, 3), random(2, 4), gru.all_weights[0]
    wanted, h_n = gru(x, h[None])
    for ours in (
        given["plain_gru"](x, h, w_ih, w_hh, b_ih, b_hh),
        given["loop"](*lifted_by_parts(x, w_ih, b_ih, b_hh), h, w_hh),
    ):
        torch.testing.assert_close(ours, (wanted, h_n[0]), rtol=0, atol=1e-12)


def test_the_counts_of_16_2_are_those_of_the_programs():
    def counted(rung, T, B, I, H):  # noqa: E741
        weights = [random(4 * H, I), random(4 * H, H), random(4 * H), random(4 * H)]
        return count(rung, random(T, B, I), random(B, H), random(B, H), *weights)

    plain = counted(hoisted, 10, 5, 20, 30)
    for rung in (per_sample, eight_products, one_product, hoisted):
        assert counted(rung, 10, 5, 20, 30).multiplications == COUNTS["multiplications"]
    from_x = count(F.linear, random(10, 5, 20), random(120, 20)).multiplications
    assert plain.multiplications - from_x == COUNTS["waiting"]
    wide = counted(hoisted, 10, 5, 20, 60).multiplications
    assert wide / plain.multiplications == COUNTS["H doubled"]
    assert counted(hoisted, 10, 10, 20, 30).calls / plain.calls == COUNTS["B doubled"]


def test_the_broken_rung_of_16_4_has_the_right_shapes_and_both_faults():
    broken = exercise("16.4").text.namespace()["broken_rung"]
    given = [random(5, 2, 3), random(2, 4), random(2, 4), random(16, 3), random(16, 4)]
    given += [random(16), random(16)]
    found, wanted = broken(*given), with_nn_lstm(*given)
    assert found[0].shape == wanted[0].shape and not torch.allclose(found[0], wanted[0])
    said = exercise("16.4").check(broken)
    assert "`bias_hh` is added nowhere" in str(said) and "columns of `weight_hh`" in str(said)


def test_16_4_says_which_shapes_its_states_have_and_names_the_axis_that_nn_lstm_has_more():
    def with_layers(*given):
        output, h, c = one_product(*given)
        return output, (h[None], c[None])

    task = exercise("16.4").text.task
    assert "`h_n` and `c_n` are (B, H)" in task
    said = str(exercise("16.4").check(with_layers))
    assert "there is an axis too many, axis 0" in said and "should be (2, 4)" in said


def test_the_gradient_of_16_5_is_autograds():
    lstm, x = nn.LSTM(3, 4).double(), random(5, 2, 3)
    h_0, c_0 = random(1, 2, 4), random(1, 2, 4)
    lstm(x, (h_0, c_0))[0].square().sum().backward()
    # dz step by step: the gradient of a bias that each step has for itself
    biases = random(5, 2, 16).mul_(0).requires_grad_()
    h, c, shown = h_0[0], c_0[0], []
    from lstm_lessons.lstm.cell import apply_gates

    w_ih, w_hh, b_ih, b_hh = lstm.all_weights[0]
    for x_t, more in zip(x, biases, strict=True):
        h, c = apply_gates(F.linear(x_t, w_ih, b_ih) + F.linear(h, w_hh, b_hh) + more, c)
        shown.append(h)
    output = torch.stack(shown)
    (dz,) = torch.autograd.grad(output.square().sum(), biases)
    found = by_reshape(dz, h_0[0], output.detach())
    torch.testing.assert_close(found, lstm.weight_hh_l0.grad, rtol=0, atol=1e-10)
