"""Matrix memory and sLSTM, held against each other, against torch and against another's code."""

import importlib.util
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from lstm_lessons.lstm.compare import compare
from lstm_lessons.lstm.exponential import slstm_step, stable_gates
from lstm_lessons.lstm.matrix import attention, left_of, matrix_at_once, matrix_loop
from lstm_lessons.lstm.minimal import scan


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(3)


def double(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def drawn(T, D):
    return double(T, D), double(T, D), double(T, D), double(T), double(T)


def new_states():
    """Return h, c, n and m before the first step: nothing is stored, so m is minus infinity."""
    zeros = torch.zeros(2, 3, dtype=torch.float64)
    return zeros, zeros, zeros, zeros - torch.inf


@pytest.mark.parametrize(("T", "D"), [(1, 3), (7, 4), (24, 16)])
def test_step_by_step_and_all_at_once_are_the_same_with_all_gradients(T, D):
    q, k, v, z_i, z_f = drawn(T, D)
    assert compare(matrix_at_once, matrix_loop, q, k, v, z_i.exp(), z_f.sigmoid())


def test_over_a_long_text_no_gradient_comes_from_pairs_that_are_still_to_come():
    """With f = 0.5 the exponentials above the diagonal are infinite from some 1,100 steps on."""
    q, k, v, z_i, _ = drawn(1500, 2)
    i, f = z_i.exp().requires_grad_(), torch.full((1500,), 0.5).double().requires_grad_()
    matrix_at_once(q, k, v, i, f).square().sum().backward()
    assert i.grad.isfinite().all() and f.grad.isfinite().all()
    assert left_of(i, f)[0, 1] == 0


def test_what_is_left_is_counted_by_hand():
    left = left_of(torch.tensor([1.0, 2, 3]), torch.tensor([0.9, 0.5, 0.1]))
    wanted = torch.tensor([[1, 0, 0], [0.5, 2, 0], [0.05, 0.2, 3]])
    torch.testing.assert_close(left, wanted)


def test_attention_is_torchs_with_all_gradients():
    def theirs(q, k, v):
        return F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True)[0]

    assert compare(attention, theirs, *drawn(9, 4)[:3])


def test_the_stabiliser_changes_nothing_that_is_shown_and_nothing_overflows():
    z_i, z_f, g = double(20, 3), double(20, 3), double(20, 3)
    c = n = plain_c = plain_n = torch.zeros(3, dtype=torch.float64)
    m = c - torch.inf
    for t in range(20):
        i, f, m = stable_gates(z_i[t], z_f[t], m)
        assert (i <= 1).all() and (f <= 1).all()
        c, n = f * c + i * g[t], f * n + i
        assert (n >= 1).all()
        plain_i, plain_f = z_i[t].exp(), z_f[t].sigmoid()
        plain_c, plain_n = plain_f * plain_c + plain_i * g[t], plain_f * plain_n + plain_i
    torch.testing.assert_close(c / n, plain_c / plain_n, rtol=0, atol=1e-12)
    weights = [1000 * double(12, 4), 1000 * double(12, 3), double(12)]
    states = new_states()
    for x in double(30, 2, 4):
        states = slstm_step(x, *states, *weights)
        assert all(state.isfinite().all() for state in states)
        assert (states[0].abs() <= 1).all()


def published(path, name):
    """Return a module of the xlstm package (Apache 2.0), without running the package's own init."""
    found = importlib.util.find_spec("xlstm")
    if found is None or found.origin is None:
        pytest.skip("xlstm is not installed; it is no dependency of the course")
    spec = importlib.util.spec_from_file_location(name, Path(found.origin).parent / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_mlstm_is_that_of_the_authors():
    theirs = published("blocks/mlstm/backends.py", "xlstm_mlstm_backends")
    q, k, v, z_i, z_f = drawn(11, 4)
    shaped = [each[None, None] for each in (q, k * 4**0.5, v, z_i[:, None], z_f[:, None])]
    wanted = theirs.parallel_stabilized_simple(*shaped, eps=0.0)[0, 0]
    ours = matrix_at_once(q, k, v, z_i.exp(), z_f.sigmoid())
    torch.testing.assert_close(ours, wanted, rtol=0, atol=1e-12)


def test_the_slstm_is_that_of_the_authors():
    theirs = published("blocks/slstm/src/vanilla/slstm.py", "xlstm_slstm_vanilla")
    weight_ih, weight_hh, bias = double(12, 4), double(12, 3), double(12)
    states = new_states()
    wanted = torch.zeros(4, 2, 3, dtype=torch.float64)
    for x in double(9, 2, 4):
        of_h = wanted[0] @ weight_hh.T
        wanted, _ = theirs.slstm_forward_pointwise(x @ weight_ih.T, of_h, bias, wanted, {})
        states = slstm_step(x, *states, weight_ih, weight_hh, bias)
        torch.testing.assert_close(states[0], wanted[0], rtol=0, atol=1e-12)


def test_mambas_recurrence_is_that_of_a_published_package():
    """mambapy (MIT licence) runs it by a scan of its own."""
    if importlib.util.find_spec("mambapy") is None:
        pytest.skip("mambapy is not installed; it is no dependency of the course")
    from mambapy.pscan import pscan

    f, let_in = double(1, 8, 3, 2).sigmoid(), double(1, 8, 3, 2)
    torch.testing.assert_close(scan(f[0], let_in[0]), pscan(f, let_in)[0], rtol=0, atol=1e-12)
