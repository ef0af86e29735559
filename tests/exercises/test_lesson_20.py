"""Lesson 20: answers that are right, edits that change nothing, and that what is asked is true."""

import numpy as np
import torch
from torch.nn import functional as F

from lstm_lessons import exercise
from lstm_lessons.lstm.exponential import stable_gates
from lstm_lessons.lstm.matrix import left_of


def with_the_lessons_gates(z_i, z_f, g):
    c = n = torch.zeros_like(g[0])
    m, seen = c - torch.inf, []
    for t in range(len(g)):
        i, f, m = stable_gates(z_i[t], z_f[t], m)
        c, n = f * c + i * g[t], f * n + i
        seen.append(c / n)
    return torch.stack(seen)


def as_softmax(z_i, z_f, g):
    """c / n is a mean of all g, whose weights are a softmax."""
    kept = F.logsigmoid(z_f).cumsum(dim=0)
    later = torch.ones(len(g), len(g), dtype=torch.bool).triu(1)[..., None]
    scores = (kept[:, None] - kept + z_i).masked_fill(later, -torch.inf)
    return (scores.softmax(dim=1) * g).sum(dim=1)


def in_logarithms(z_i, z_f, g):
    """The normaliser alone is kept, as its logarithm, and c / n is mixed."""
    log_n, mean, seen = z_i[0], g[0], [g[0]]
    for t in range(1, len(g)):
        old = F.logsigmoid(z_f[t]) + log_n
        log_n = torch.logaddexp(old, z_i[t])
        mean = (old - log_n).exp() * mean + (z_i[t] - log_n).exp() * g[t]
        seen.append(mean)
    return torch.stack(seen)


def with_a_sigmoid(z_i, z_f, g):
    log_n, mean, seen = z_i[0], g[0], [g[0]]
    for t in range(1, len(g)):
        old = F.logsigmoid(z_f[t]) + log_n
        share = torch.sigmoid(z_i[t] - old)
        mean = (1 - share) * mean + share * g[t]
        log_n = torch.logaddexp(old, z_i[t])
        seen.append(mean)
    return torch.stack(seen)


def one_m_for_all(z_i, z_f, g):
    """The softmax over all steps so far, anew at each step."""
    kept = F.logsigmoid(z_f).cumsum(dim=0)
    found = []
    for t in range(1, len(g) + 1):
        weights = (kept[t - 1] - kept[:t] + z_i[:t]).softmax(dim=0)
        found.append((weights * g[:t]).sum(dim=0))
    return torch.stack(found)


def delta_loop(q, k, v, i):
    C, seen = v.new_zeros(v.shape[1], k.shape[1]), []
    for t in range(len(q)):
        C = C - i[t] * torch.outer(C @ k[t] - v[t], k[t])
        seen.append(C @ q[t])
    return torch.stack(seen)


def delta_turned(q, k, v, i):
    """The matrix lies on its side."""
    C, seen = v.new_zeros(k.shape[1], v.shape[1]), []
    for q_t, k_t, v_t, i_t in zip(q, k, v, i, strict=True):
        C = C + i_t * k_t[:, None] * (v_t - k_t @ C)
        seen.append(q_t @ C)
    return torch.stack(seen)


def delta_with_a_product(q, k, v, i):
    C, seen, eye = v.new_zeros(v.shape[1], k.shape[1]), [], torch.eye(k.shape[1]).to(v)
    for t in range(len(q)):
        C = C @ (eye - i[t] * torch.outer(k[t], k[t])) + i[t] * torch.outer(v[t], k[t])
        seen.append(C @ q[t])
    return torch.stack(seen)


def delta_without_a_matrix(q, k, v, i):
    """Only the differences are kept, and C is never made."""
    kept, seen = [], []
    for t in range(len(q)):
        found = sum((i[s] * kept[s] * (k[s] @ k[t]) for s in range(t)), torch.zeros_like(v[0]))
        kept.append(v[t] - found)
        seen.append(sum(i[s] * kept[s] * (k[s] @ q[t]) for s in range(t + 1)))
    return torch.stack(seen)


def delta_solved(q, k, v, i):
    """All differences at once: a triangle of equations."""
    table = torch.eye(len(k)).to(v) + torch.tril(k @ k.T, -1) * i
    kept = torch.linalg.solve_triangular(table, v, upper=False)
    return (torch.tril(q @ k.T) * i) @ kept


COUNTS = {"LSTM": 128, "mLSTM": 1056, "attention": 6400, "crossing": 17, "scores": 1_000_000}
FITS = {
    "parity": "LSTM",
    "100 pairs": "attention",
    "8 pairs": "matrix memory",
    "a scan": "minimal LSTM",
    "waits": "LSTM",
    "grows": "attention",
}

RIGHT = {
    "20.1": {
        "the lesson's gates": with_the_lessons_gates,
        "as softmax": as_softmax,
        "in logarithms": in_logarithms,
        "with a sigmoid": with_a_sigmoid,
        "one softmax a step": one_m_for_all,
    },
    "20.2": {
        "a loop": delta_loop,
        "turned": delta_turned,
        "with a product": delta_with_a_product,
        "without a matrix": delta_without_a_matrix,
        "solved": delta_solved,
    },
    "20.3": {
        "plain": COUNTS,
        "text": {key: str(value) for key, value in COUNTS.items()},
        "floats": {key: float(value) for key, value in COUNTS.items()},
        "numpy": {key: np.int64(value) for key, value in COUNTS.items()},
        "tensors": {key: torch.tensor(value) for key, value in COUNTS.items()},
    },
    "20.4": {
        "plain": FITS,
        "capitals": {key: value.upper() for key, value in FITS.items()},
        "with blanks": {key: f" {value} " for key, value in FITS.items()},
        "with full stops": {key: f"{value}." for key, value in FITS.items()},
        "numpy": {key: np.str_(value) for key, value in FITS.items()},
    },
}

# Small random edits of the solution that are right as well: what was changed, and why it is the
# same. The tests print an edit that is accepted and not listed here.
EQUIVALENT: dict[str, dict[str, str]] = {
    "20.1": {},
    "20.2": {"line 2: k -> q": "queries and keys are equally long"},
}


def test_the_counts_of_20_3_are_those_of_tensors():
    _, states = torch.nn.LSTM(32, 64)(torch.zeros(5, 32))
    assert COUNTS["LSTM"] == sum(state.numel() for state in states)
    assert COUNTS["scores"] == left_of(torch.ones(1000), torch.ones(1000)).numel()
    kept = [2 * 32 * steps > COUNTS["mLSTM"] for steps in range(40)]
    assert kept.index(True) == COUNTS["crossing"]


def test_the_broken_memory_of_20_1_is_right_with_small_numbers_and_has_both_faults():
    broken = exercise("20.1").text.namespace()["broken_memory"]
    z_i, z_f, g = (torch.randn(6, 3).double() for _ in range(3))
    torch.testing.assert_close(broken(z_i, z_f, g), as_softmax(z_i, z_f, g))
    assert broken(z_i - 2000, z_f, g)[0].isnan().all()
    falling = torch.tensor([900.0, 0.0])[:, None].expand(2, 3).double()
    assert broken(falling, z_f[:2], g[:2])[1].isnan().all()
    assert exercise("20.1").check(broken).misconception == "old m left out of the larger"


def test_the_logarithm_of_a_sigmoid_is_told_of_by_its_gradient():
    def by_the_sigmoid(z_i, z_f, g):
        c = n = torch.zeros_like(g[0])
        m, seen = torch.full_like(g[0], -torch.inf), []
        for t in range(len(g)):
            log_f = torch.log(torch.sigmoid(z_f[t]))
            new_m = torch.maximum(log_f + m, z_i[t])
            i, f = torch.exp(z_i[t] - new_m), torch.exp(log_f + m - new_m)
            c, n, m = f * c + i * g[t], f * n + i, new_m
            seen.append(c / n)
        return torch.stack(seen)

    message = exercise("20.1").check(by_the_sigmoid).message
    assert "has `nan` in it" in message and "logsigmoid" in message


def test_with_i_of_1_and_a_key_of_length_1_a_value_is_written_over():
    k = torch.tensor([[0.6, 0.8], [0.6, 0.8]]).double()
    v = torch.tensor([[3.0, 5], [1, 2]]).double()
    shown = delta_loop(k, k, v, torch.ones(2).double())
    torch.testing.assert_close(shown, v)
