"""Lesson 11: right answers; what is asked is torch's own, and the four sick runs are real."""

import numpy
import pytest
import torch
from torch import nn

from lstm_lessons import exercise

# --- Right answers --------------------------------------------------------------------------------


def by_logarithms(z_f):
    return nn.functional.logsigmoid(z_f).mean(0).exp()


def factor_by_a_loop(z_f):
    f = z_f.sigmoid()
    left = f.new_ones(f.shape[1])
    for gates in f:
        left = left * gates ** (1 / len(f))
    return left


def by_cumprod(z_f):
    f = z_f.sigmoid()
    return torch.cumprod(f, 0)[-1].pow(1 / f.shape[0])


def unit_by_unit(z_f):
    f = z_f.sigmoid()
    return torch.stack([gates.prod() ** (1 / gates.numel()) for gates in f.T])


def by_half_lives(z_f):
    f = z_f.sigmoid()
    half_life = -len(f) / torch.log2(f).sum(0)
    return 0.5 ** (1 / half_life)


def by_torch(d_weight, d_bias, limit):
    both = [nn.Parameter(torch.zeros_like(each)) for each in (d_weight, d_bias)]
    for parameter, gradient in zip(both, (d_weight, d_bias), strict=True):
        parameter.grad = gradient.clone()
    nn.utils.clip_grad_norm_(both, limit)
    return [each.grad for each in both]


def in_one_list(d_weight, d_bias, limit):
    length = torch.cat((d_weight.flatten(), d_bias)).norm()
    if length > limit:
        return d_weight * limit / length, d_bias * limit / length
    return d_weight.clone(), d_bias.clone()


def by_clamp(d_weight, d_bias, limit):
    length = torch.hypot(torch.linalg.norm(d_weight), torch.linalg.norm(d_bias))
    factor = (limit / (length + 1e-12)).clamp(max=1)
    return d_weight * factor, d_bias * factor


def by_a_loop(d_weight, d_bias, limit):
    total = sum(each.item() ** 2 for each in [*d_weight.flatten(), *d_bias])
    factor = 1 if total <= limit**2 else limit / total**0.5
    return factor * d_weight, factor * d_bias


def by_division(d_weight, d_bias, limit):
    length = torch.sqrt((d_weight**2).sum() + (d_bias**2).sum())
    by = max(1, (length / limit).item())
    return d_weight / by, d_bias / by


SICK = {"first": "B", "second": "A", "third": "D", "fourth": "C"}
CLIPPED = {"long": 3, "short": 0.3, "by_value": 5, "turned": "B", "line": "B", "nan": "B"}

RIGHT = {
    "11.1": {
        "logarithms": by_logarithms,
        "a loop": factor_by_a_loop,
        "cumprod": by_cumprod,
        "unit by unit": unit_by_unit,
        "half-lives": by_half_lives,
    },
    "11.2": {
        "torch's own": by_torch,
        "one list": in_one_list,
        "clamp": by_clamp,
        "a loop": by_a_loop,
        "division": by_division,
    },
    "11.3": {
        "small letters": {key: letter.lower() for key, letter in SICK.items()},
        "in brackets": {key: f"({letter})" for key, letter in SICK.items()},
        "another order": dict(reversed(SICK.items())),
        "mixed": SICK | {"first": "b", "fourth": "(c)"},
        "with spaces": SICK | {"second": " A "},
    },
    "11.4": {
        "small letters": CLIPPED | {"turned": "b", "line": "(b)"},
        "fractions": CLIPPED | {"short": "3/10"},
        "tensors": CLIPPED | {"long": torch.tensor([3]), "by_value": torch.tensor(5.0)},
        "numpy's own": CLIPPED | {"short": numpy.float64(0.3), "long": numpy.int64(3)},
        "as computed": CLIPPED | {"long": 6 * 5 / 10, "by_value": min(6, 5)},
    },
}

# Small random edits of the solution that are right as well: what was changed, and why it is the
# same. The tests print an edit that is accepted and not listed here.
EQUIVALENT: dict[str, dict[str, str]] = {
    "11.1": {"line 4: f -> z_f": "the gates have as many steps as their sums"},
    "11.2": {},
}

# --- What is asked is true ------------------------------------------------------------------------


def test_the_factor_a_step_leaves_as_much_of_a_gradient_as_the_gates():
    asked = exercise("11.1")
    for case, wanted in zip(asked.calls, asked.wanted, strict=True):
        f = torch.sigmoid(case.fresh()["z_f"])
        first = f.new_ones(f.shape[1]).requires_grad_()
        with torch.enable_grad():
            c = first
            for gates in f:
                c = gates * c
            c.sum().backward()
        torch.testing.assert_close(first.grad, wanted["factor"] ** len(f), rtol=0, atol=1e-12)


def test_the_solution_clips_as_torch_does():
    asked = exercise("11.2")
    for case, wanted in zip(asked.calls, asked.wanted, strict=True):
        found = by_torch(**case.fresh())
        for value, right in zip(found, wanted.values(), strict=True):
            # torch adds 1e-6 to the length
            torch.testing.assert_close(value, right, rtol=0, atol=1e-5)


def test_the_numbers_of_11_4_are_torchs():
    def clipped(gradient, clip):
        parameter = nn.Parameter(torch.zeros(2))
        parameter.grad = torch.tensor(gradient)
        clip([parameter], 5.0)
        return parameter.grad

    by_norm, by_value = nn.utils.clip_grad_norm_, nn.utils.clip_grad_value_
    assert clipped((6.0, 8.0), by_norm)[0].item() == pytest.approx(CLIPPED["long"], rel=1e-5)
    assert clipped((0.3, 0.4), by_norm)[0].item() == pytest.approx(CLIPPED["short"], rel=1e-5)
    assert clipped((6.0, 4.0), by_value).tolist() == [CLIPPED["by_value"], 4]
    assert clipped((3.0, torch.nan), by_norm).isnan().all()


def plain(seed, factor):
    torch.manual_seed(seed)
    rnn, head = nn.RNN(1, 16, nonlinearity="relu", bias=False), nn.Linear(16, 1)
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(factor * torch.eye(16))
    return rnn, head


def rows(network, lr, updates, T=60, limit=torch.inf, broken=None, noise=0.0):
    """Return loss, length, length of the head's part and factor per step at each update."""
    rnn, head = network
    parameters, found = [*rnn.parameters(), *head.parameters()], []
    optimiser = torch.optim.SGD(parameters, lr=lr)
    for update in range(updates):
        sign = torch.randint(0, 2, (16,)) * 2.0 - 1
        x = noise * torch.randn(T, 16, 1)
        x[0, :, 0] = sign
        if update == broken:
            x[30, 5, 0] = torch.nan
        probe = torch.zeros(T, 1, 1).index_fill(0, torch.tensor([0]), 1).requires_grad_()
        (back,) = torch.autograd.grad(rnn(probe)[0][-1].sum(), probe)
        factor = (back[0] / back[-1]).abs().item() ** (1 / (T - 1))
        loss = (head(rnn(x)[0][-1])[:, 0] - sign).square().mean()
        optimiser.zero_grad()
        loss.backward()
        of_head = torch.cat([each.grad.flatten() for each in head.parameters()]).norm().item()
        length = nn.utils.clip_grad_norm_(parameters, limit).item()
        optimiser.step()
        found.append([loss.item(), length, of_head, factor])
    return found


@pytest.fixture
def double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("double")
def test_the_runs_of_11_3_are_real_and_as_sick_as_it_says():
    first = rows(plain(1, 1.05), 0.01, 3)
    assert first[0] == pytest.approx([2.10, 485, 16.9, 1.05], rel=0.01)
    assert first[1][0] > 1e40 and first[1][3] == pytest.approx(1.22, abs=0.01)
    second = rows(plain(0, 0.8), 0.01, 2)
    assert [each[1] for each in second] == pytest.approx([0.658, 0.144], rel=0.01)
    assert all(each[3] == pytest.approx(0.8, abs=1e-3) for each in second)
    third = rows(plain(0, 0.97), 0.01, 42, limit=0.5, broken=41)
    assert third[20] == pytest.approx([0.203, 17.4, 1.19, 1.0], rel=0.01)
    assert third[40] == pytest.approx([0.0047, 4.67, 0.356, 1.04], rel=0.02)
    assert torch.tensor(third[41][:3]).isnan().all() and third[41][3] == pytest.approx(1.04, 0.01)
    torch.manual_seed(0)
    fourth = rows((nn.RNN(1, 16), nn.Linear(16, 1)), 1.0, 5, T=20, noise=0.1)
    assert [each[1] for each in fourth] == pytest.approx([0.236, 0.247, 0.916, 3.45, 10.1], 0.01)
    assert [each[3] for each in fourth] == pytest.approx([0.58, 0.55, 0.57, 0.55, 0.49], abs=0.01)
