"""One time step of an LSTM in plain Python: for pictures, which are drawn without torch.

The equations are those of `cell.py`, for one sample, as lists of numbers.
"""

from collections.abc import Sequence
from math import exp, tanh
from typing import NamedTuple

Vector = Sequence[float]


class PlainStep(NamedTuple):
    """The gates of a step and its new states, with H numbers each."""

    i: list[float]
    f: list[float]
    g: list[float]
    o: list[float]
    c: list[float]
    h: list[float]


def plain_step(
    x: Vector,
    h: Vector,
    c: Vector,
    weight_ih: Sequence[Vector],
    weight_hh: Sequence[Vector],
    bias: Vector,
) -> PlainStep:
    """Return the gates and the new states after one time step.

    Lengths: x I; h and c H; weight_ih 4H rows of I, weight_hh 4H rows of H; ``bias`` 4H, the sum of
    torch's two. The rows are stacked i, f, g, o.

    Source: the equations in the documentation of torch.nn.LSTMCell.
    """
    H = len(h)
    z = [
        dot(row_x, x) + dot(row_h, h) + b
        for row_x, row_h, b in zip(weight_ih, weight_hh, bias, strict=True)
    ]
    z_i, z_f, z_g, z_o = (z[H * k : H * (k + 1)] for k in range(4))
    i, f, o = ([sigmoid(each) for each in gate] for gate in (z_i, z_f, z_o))
    g = [tanh(each) for each in z_g]
    new_c = [f[k] * c[k] + i[k] * g[k] for k in range(H)]
    return PlainStep(i, f, g, o, new_c, [o[k] * tanh(new_c[k]) for k in range(H)])


def dot(row: Vector, column: Vector) -> float:
    """Return the sum of the products, number by number, of two rows of one length."""
    return sum(a * b for a, b in zip(row, column, strict=True))


def sigmoid(z: float) -> float:
    """Return 1 / (1 + exp(-z))."""
    return 1 / (1 + exp(-z))
