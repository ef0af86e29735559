"""Lesson 10: right answers, and the solutions held against autograd."""

import numpy
import pytest
import torch

from lstm_lessons import exercise
from lstm_lessons.lstm import backprop

# --- Right answers --------------------------------------------------------------------------------


def in_one_product(d_h, from_next, i, f, g, o, c_before, c):
    d_c = from_next + d_h * o * (1 - c.tanh().pow(2))
    slopes = i * (1 - i), f * (1 - f), 1 - g * g, o * (1 - o)
    reach = d_c * g, d_c * c_before, d_c * i, d_h * c.tanh()
    parts = [s * r for s, r in zip(slopes, reach, strict=True)]
    return torch.hstack(parts), f * d_c


def with_the_package(d_h, from_next, i, f, g, o, c_before, c):
    step = backprop.Step(None, None, c_before, i, f, g, o, torch.tanh(c))
    return list(backprop.gates_backward(d_h, from_next, step))


def with_autograd(d_h, from_next, i, f, g, o, c_before, c):
    with torch.enable_grad():
        z = torch.cat((i.logit(), f.logit(), g.atanh(), o.logit()), 1).detach().requires_grad_()
        before = c_before.detach().clone().requires_grad_()
        i, f, g, o = z.chunk(4, 1)
        new = f.sigmoid() * before + i.sigmoid() * g.tanh()
        return torch.autograd.grad((o.sigmoid() * new.tanh(), new), (z, before), (d_h, from_next))


def unit_by_unit(d_h, from_next, i, f, g, o, c_before, c):
    dz, back = torch.empty(4, *i.shape), torch.empty(i.shape)
    for unit in range(i.shape[1]):
        at = (slice(None), unit)
        whole = from_next[at] + d_h[at] * o[at] / torch.cosh(c[at]) ** 2
        dz[0][at] = whole * g[at] * (i[at] - i[at] ** 2)
        dz[1][at] = whole * c_before[at] * (f[at] - f[at] ** 2)
        dz[2][at] = whole * i[at] * (1 - g[at]) * (1 + g[at])
        dz[3][at] = d_h[at] * torch.tanh(c[at]) * o[at] * (1 - o[at])
        back[at] = whole * f[at]
    return torch.cat(tuple(dz), dim=-1), back


def recomputed(d_h, from_next, i, f, g, o, c_before, c):
    h = o * torch.tanh(f * c_before + i * g)
    d_c = from_next + d_h * (o - h * h / o)
    dz = (
        d_c * g * i * (1 - i),
        d_c * c_before * f * (1 - f),
        d_c * i * (1 - g**2),
        d_h * h * (1 - o),
    )
    return torch.concat(dz, 1), d_c * f


def from_the_end(d_output, output, weight_hh):
    back, dz = 0, torch.empty_like(output)
    for step in range(1, len(output) + 1):
        dz[-step] = (back + d_output[-step]) * (1 - output[-step].square())
        back = torch.einsum("bh,hk->bk", dz[-step], weight_hh)
    return dz, back


def by_flips(d_output, output, weight_hh):
    found, d_h = [], torch.zeros(output.shape[1:])
    for arrived, h in zip(d_output.flip(0), output.flip(0), strict=True):
        found.insert(0, (d_h + arrived) * (1 - h) * (1 + h))
        d_h = found[0] @ weight_hh
    return torch.stack(found), d_h


def by_recursion(d_output, output, weight_hh):
    if len(output) == 1:
        dz = d_output * (1 - output**2)
        return dz, dz[0] @ weight_hh
    later, d_h = by_recursion(d_output[1:], output[1:], weight_hh)
    dz = (d_output[0] + d_h) * (1 - output[0] ** 2)
    return torch.cat((dz[None], later)), dz @ weight_hh


def by_autograd(d_output, output, weight_hh):
    with torch.enable_grad():
        start = torch.zeros_like(output[0], requires_grad=True)
        given = torch.atanh(output)
        z, states, h = [], [], start
        before = start.detach()
        for t in range(len(output)):
            part = given[t] - before @ weight_hh.T
            z.append(part.detach() + h @ weight_hh.T)
            z[-1].retain_grad()
            h = torch.tanh(z[-1])
            states.append(h)
            before = output[t]
        torch.stack(states).backward(d_output)
        return torch.stack([each.grad for each in z]), start.grad


class Back:
    """An object that is called."""

    def __call__(self, d_output, output, weight_hh):
        return list(from_the_end(d_output, output, weight_hh))


def states_before(output, h_0):
    return torch.cat((h_0[None], output))[:-1]


def in_one_sum(dz, x, output, h_0):
    before = states_before(output, h_0)
    at_once = "tbr,tbk->rk"
    return torch.einsum(at_once, dz, x), torch.einsum(at_once, dz, before), dz.sum((0, 1))


def as_one_batch(dz, x, output, h_0):
    rows = dz.reshape(-1, dz.shape[-1])
    x, before = x.flatten(0, 1), states_before(output, h_0).flatten(0, 1)
    return [rows.T @ x, (before.T @ rows).T, rows.sum(dim=0)]


def sentence_by_sentence(dz, x, output, h_0):
    H = output.shape[2]
    found = dz.new_zeros(4 * H, x.shape[2]), dz.new_zeros(4 * H, H), dz.new_zeros(4 * H)
    for t in range(len(x)):
        for b in range(x.shape[1]):
            h = output[t - 1, b] if t else h_0[b]
            found[0].add_(torch.outer(dz[t, b], x[t, b]))
            found[1].add_(torch.outer(dz[t, b], h))
            found[2].add_(dz[t, b])
    return found


def from_the_end_of_time(dz, x, output, h_0):
    w_ih, w_hh, bias = 0, 0, 0
    for t in reversed(range(len(x))):
        h = h_0 if t == 0 else output[t - 1]
        w_ih, w_hh, bias = w_ih + dz[t].T @ x[t], w_hh + dz[t].T @ h, bias + dz[t].sum(0)
    return w_ih, w_hh, bias


def weights_by_autograd(dz, x, output, h_0):
    with torch.enable_grad():
        H = output.shape[2]
        shapes = (4 * H, x.shape[2]), (4 * H, H), (4 * H,)
        weights = [dz.new_zeros(shape).requires_grad_() for shape in shapes]
        z = x @ weights[0].T + states_before(output, h_0) @ weights[1].T + weights[2]
        return torch.autograd.grad(z, weights, dz)


SOLVED = {
    "d_c_0": 0.4,
    "dz_i": 0.09,
    "at its end": "C",
    "two_ways": 0.52,
    "d_w": 0.5,
}

RIGHT = {
    "10.1": {
        "slopes and reaches": in_one_product,
        "the package": with_the_package,
        "autograd": with_autograd,
        "unit by unit": unit_by_unit,
        "h made anew": recomputed,
    },
    "10.2": {
        "from the end": from_the_end,
        "flips": by_flips,
        "recursion": by_recursion,
        "autograd": by_autograd,
        "an object": Back(),
    },
    "10.3": {
        "in one sum": in_one_sum,
        "one batch": as_one_batch,
        "sentence by sentence": sentence_by_sentence,
        "from the end": from_the_end_of_time,
        "autograd": weights_by_autograd,
    },
    "10.4": {
        "small letters": SOLVED | {"at its end": "(c)"},
        "fractions": SOLVED | {"d_c_0": "2/5", "two_ways": "13/25"},
        "tensors": SOLVED | {"dz_i": torch.tensor(0.09), "d_w": torch.tensor([0.5])},
        "numpy's own": SOLVED | {"d_c_0": numpy.float64(0.4), "d_w": numpy.float32(0.5)},
        "as computed": SOLVED | {"d_c_0": 2 * 0.5 * 0.8 * 1.0 * 0.5, "dz_i": 2 * 0.5 * 0.9 * 0.1},
    },
}

# Small random edits of the solution that are right as well: what was changed, and why it is the
# same. The tests print an edit that is accepted and not listed here.
EQUIVALENT: dict[str, dict[str, str]] = {"10.1": {}, "10.2": {}, "10.3": {}}

# --- What is asked is true ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "theirs"),
    [("10.1", with_autograd), ("10.2", by_autograd), ("10.3", weights_by_autograd)],
)
def test_the_solution_is_torchs_in_every_call(number, theirs):
    asked = exercise(number)
    for case, wanted in zip(asked.calls, asked.wanted, strict=True):
        found = theirs(*case.fresh().values())
        for value, right in zip(found, wanted.values(), strict=True):
            torch.testing.assert_close(value, right, rtol=0, atol=1e-10)


def test_the_numbers_of_10_4_are_autograds():
    f = [torch.tensor(value) for value in (0.9, 0.5, 1.0, 0.8, 0.5)]
    first = torch.tensor(1.0, requires_grad=True)
    c = first
    for gate in f[1:]:
        c = gate * c
    (2 * c).backward()
    assert first.grad.item() == pytest.approx(SOLVED["d_c_0"])
    for i, wanted in ((0.9, SOLVED["dz_i"]), (0.999, SOLVED["dz_i"] / 90.09)):
        z = torch.tensor(i, dtype=torch.float64).logit().requires_grad_()
        (2 * torch.sigmoid(z) * 0.5).backward()
        assert z.grad.item() == pytest.approx(wanted, rel=1e-3)
    c = torch.tensor(0.6, dtype=torch.float64).atanh().requires_grad_()
    (0.5 * torch.tanh(c) + 0.2 * c).backward()
    assert c.grad.item() == pytest.approx(SOLVED["two_ways"])
    weight = torch.tensor(0.7, requires_grad=True)
    (0.3 * (2 * weight) + 0.1 * (-1 * weight)).backward()
    assert weight.grad.item() == pytest.approx(SOLVED["d_w"])


# --- What is told ---------------------------------------------------------------------------------


def test_the_broken_way_back_has_both_mistakes_and_each_is_told_when_it_is_left():
    asked = exercise("10.2")
    result = asked.check(asked.text.namespace()["broken_back"])
    assert (result.outcome, result.misconception) == ("incorrect", "nothing mended")
    code = asked.text.solution
    for old, new, name in (
        ("1 - output", "1 + output", "a plus in the slope"),
        ("d_h + d_output[t]", "d_output[t]", "what the next step hands back is thrown away"),
    ):
        space = {"torch": torch}
        exec(code.replace(old, new), space)
        assert asked.check(space["mended_back"]).misconception == name


@pytest.mark.parametrize("gate", ["i", "f", "o"])
@pytest.mark.parametrize("wrong", ["({0} - 1)", "(1 + {0})"])
def test_a_wrong_sign_in_a_gate_is_told_with_the_gates_name(gate, wrong):
    asked, space = exercise("10.1"), {"torch": torch}
    slope = f"{gate} * (1 - {gate})"
    exec(asked.text.solution.replace(slope, f"{gate} * {wrong.format(gate)}"), space)
    message = asked.check(space["step_back"]).message
    assert f"`dz_{gate}`" in message and "More than one" not in message
