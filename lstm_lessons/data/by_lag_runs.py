"""Measures what ``by_lag.json`` keeps: gradient by lag of a plain RNN and of an LSTM.

``python -m lstm_lessons.data.by_lag_runs > by_lag.json`` takes some seconds. The explorer of the
forget gate draws what is kept: it needs no numpy, and no move waits for 150 steps and back.

How much does the last output still depend on an input k steps back? The measure is the norm of
the gradient of a fixed weighting of h_T with regard to x_{T-k}, here in numpy and by hand.
Lesson 01 measures it with torch's autograd; the tests hold these functions against that.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

INPUT_SIZE = 8
HIDDEN_SIZE = 16
LONGEST_LAG = 100
WARM_UP = 50
"""Steps before the longest lag, so that no lag falls on the first steps, where c is still 0."""
SEED = 0

BIASES = [-2 + quarter / 4 for quarter in range(33)]
"""The forget biases that are kept, -2 to 6."""
DIGITS = 7
"""What is kept of a number: a curve has 16 pixels for a power of ten, so 4 would draw the same."""


@dataclass(frozen=True)
class Network:
    """Weights of one layer, as torch starts them: U(-1/sqrt(H), 1/sqrt(H)), biases too.

    Shapes: weight_ih (nH, I), weight_hh (nH, H), bias_ih and bias_hh (nH,), with n = 4 for an
    LSTM (rows stacked i, f, g, o) and n = 1 for a plain RNN.
    """

    weight_ih: Array
    weight_hh: Array
    bias_ih: Array
    bias_hh: Array

    def with_forget_bias(self, bias: float) -> Network:
        """Return this LSTM with the two forget biases of every unit adding up to ``bias``."""
        forget = slice(HIDDEN_SIZE, 2 * HIDDEN_SIZE)
        bias_ih, bias_hh = self.bias_ih.copy(), self.bias_hh.copy()
        bias_ih[forget], bias_hh[forget] = bias, 0
        return Network(self.weight_ih, self.weight_hh, bias_ih, bias_hh)


@dataclass(frozen=True)
class Fixed:
    """What stays the same at every move of a slider.

    ``x`` (T, I) are the inputs, ``weighting`` (H,) says which sum of h_T is looked at.
    """

    rnn: Network
    lstm: Network
    x: Array
    weighting: Array


@cache
def setting() -> Fixed:
    """Return the networks and inputs, drawn once from a seeded generator."""
    draw = np.random.default_rng(SEED)
    return Fixed(
        rnn=_start(draw, HIDDEN_SIZE),
        lstm=_start(draw, 4 * HIDDEN_SIZE),
        x=draw.standard_normal((WARM_UP + LONGEST_LAG + 1, INPUT_SIZE)),
        weighting=draw.standard_normal(HIDDEN_SIZE),
    )


def rnn_gradient_by_lag(network: Network, x: Array, weighting: Array) -> Array:
    """Return the gradient's norm at lags 0 to T-1, shape (T,), for a tanh layer.

    Shapes: x (T, I), weighting (H,). The first state is zero.
    """
    z_x = x @ network.weight_ih.T + network.bias_ih + network.bias_hh
    h = np.zeros((len(x) + 1, len(weighting)))
    for t, z in enumerate(z_x):
        h[t + 1] = np.tanh(z + network.weight_hh @ h[t])
    dz = np.empty_like(z_x)
    dh = weighting
    for t in reversed(range(len(x))):
        dz[t] = dh * (1 - h[t + 1] ** 2)
        dh = dz[t] @ network.weight_hh
    return _norm_by_lag(dz @ network.weight_ih)


def lstm_gradient_by_lag(
    network: Network, x: Array, weighting: Array, of_memory: bool = False
) -> Array:
    """Return the gradient's norm at lags 0 to T-1, shape (T,), of torch's LSTM equations.

    It is the gradient of the weighted sum of h_T, or of c_T with ``of_memory``. Shapes: x (T, I),
    weighting (H,). The first states are zero.
    """
    H = len(weighting)
    z_x = x @ network.weight_ih.T + network.bias_ih + network.bias_hh
    steps = []
    h, c = np.zeros(H), np.zeros(H)
    for z in z_x:
        z = z + network.weight_hh @ h
        i, f, _, o = (1 / (1 + np.exp(-z))).reshape(4, H)
        g = np.tanh(z[2 * H : 3 * H])
        steps.append((i, f, g, o, c))
        c = f * c + i * g
        h = o * np.tanh(c)
    dz = np.empty_like(z_x)
    nothing = np.zeros(H)
    dh, dc = (nothing, weighting) if of_memory else (weighting, nothing)
    for t in reversed(range(len(x))):
        i, f, g, o, c_prev = steps[t]
        tanh_c = np.tanh(f * c_prev + i * g)
        dc = dc + dh * o * (1 - tanh_c**2)
        dz[t, :H] = dc * g * i * (1 - i)
        dz[t, H : 2 * H] = dc * c_prev * f * (1 - f)
        dz[t, 2 * H : 3 * H] = dc * i * (1 - g**2)
        dz[t, 3 * H :] = dh * tanh_c * o * (1 - o)
        dh = dz[t] @ network.weight_hh
        dc = dc * f
    return _norm_by_lag(dz @ network.weight_ih)


def _start(draw: np.random.Generator, rows: int) -> Network:
    bound = 1 / np.sqrt(HIDDEN_SIZE)
    shapes = (rows, INPUT_SIZE), (rows, HIDDEN_SIZE), (rows,), (rows,)
    return Network(*(draw.uniform(-bound, bound, shape) for shape in shapes))


def _norm_by_lag(gradient: Array) -> Array:
    return np.linalg.norm(gradient, axis=1)[::-1]


def runs() -> dict[str, dict[str, list[float]]]:
    """Return all that is kept: for h and for c the curves by name, 1 at lag 0.

    ``rnn`` has no c. ``new`` is the LSTM as torch starts it; the others are named by their bias.
    """
    fixed = setting()
    found: dict[str, dict[str, list[float]]] = {}
    for state in "hc":
        networks = {"new": fixed.lstm}
        networks |= {str(bias): fixed.lstm.with_forget_bias(bias) for bias in BIASES}
        found[state] = {
            name: _kept(lstm_gradient_by_lag(each, fixed.x, fixed.weighting, state == "c"))
            for name, each in networks.items()
        }
    found["h"]["rnn"] = _kept(rnn_gradient_by_lag(fixed.rnn, fixed.x, fixed.weighting))
    return found


def _kept(gradient: Array) -> list[float]:
    shares = gradient[: LONGEST_LAG + 1] / gradient[0]
    return [float(f"{share:.{DIGITS}g}") for share in shares]


def as_text(found: dict[str, dict[str, list[float]]]) -> str:
    """Return the file's text: one line a curve."""
    blocks = []
    for state, curves in found.items():
        rows = ",\n".join(
            f"{json.dumps(name)}: {json.dumps(each, separators=(',', ':'))}"
            for name, each in curves.items()
        )
        blocks.append(f'"{state}": {{\n{rows}\n}}')
    return "{\n" + ",\n".join(blocks) + "\n}\n"


if __name__ == "__main__":
    sys.stdout.write(as_text(runs()))
