"""A matrix for a memory: the mLSTM step by step and all at once, and what is kin to it (lesson 20).

Shapes, of one sequence: queries q, keys k and values v (T, D), gates i and f (T,), h (T, D). The
memory C is (D, D), with a row for each number of a value and a column for each of a key.

Sources: Beck and others, xLSTM: Extended Long Short-Term Memory (2024), arXiv 2405.04517;
Katharopoulos and others, Transformers are RNNs (2020), arXiv 2006.16236; Vaswani and others,
Attention Is All You Need (2017), arXiv 1706.03762.
"""

import torch
from torch import Tensor
from torch.nn import functional as F


def matrix_step(
    q: Tensor, k: Tensor, v: Tensor, i: Tensor, f: Tensor, C: Tensor, n: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return h, and the new memory C (D, D) and normaliser n (D,), after one step."""
    C = f * C + i * torch.outer(v, k)
    n = f * n + i * k
    h = C @ q / (n @ q).abs().clamp(min=1)
    return h, C, n


def matrix_loop(q: Tensor, k: Tensor, v: Tensor, i: Tensor, f: Tensor) -> Tensor:
    """Return h (T, D) of all steps, one after the other."""
    D = k.shape[1]
    C, n, seen = q.new_zeros(D, D), q.new_zeros(D), []
    for t in range(len(q)):
        h, C, n = matrix_step(q[t], k[t], v[t], i[t], f[t], C, n)
        seen.append(h)
    return torch.stack(seen)


def left_of(i: Tensor, f: Tensor) -> Tensor:
    """Return what is left of each step at each later one, (T, T): row t, column s; else 0.

    f has to be above 0.
    """
    kept = torch.log(f).cumsum(dim=0)
    later = torch.ones(len(f), len(f), dtype=torch.bool).triu(1)  # pairs still to come
    return torch.exp((kept[:, None] - kept).masked_fill(later, -torch.inf)) * i


def matrix_at_once(q: Tensor, k: Tensor, v: Tensor, i: Tensor, f: Tensor) -> Tensor:
    """Return h (T, D) of all steps, without a loop and without a memory."""
    weights = (q @ k.T) * left_of(i, f)
    whole = weights.sum(dim=1).abs().clamp(min=1)
    return weights @ v / whole[:, None]


def attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Return what each step finds (T, D) by looking back at all steps up to its own."""
    T, D = q.shape
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    scores = (q @ k.T / D**0.5).masked_fill(later, -torch.inf)
    return F.softmax(scores, dim=1) @ v
