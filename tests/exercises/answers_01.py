"""Lesson 01: answers that are right, however they are written, and edits that change nothing."""

import math
from functools import reduce

import numpy as np
import torch


def loop(f, steps):
    left = 1
    for _ in range(steps):
        left *= f
    return left


def recursion(f, steps):
    return 1.0 if steps == 0 else f * recursion(f, steps - 1)


class Memory:
    """A gate's memory, called like a function."""

    def __call__(self, f, steps):
        return reduce(lambda left, gate: left * gate, [f] * steps, 1.0)


def bisection(share, steps):
    low, high = -20.0, 20.0
    for _ in range(200):
        b = (low + high) / 2
        low, high = (b, high) if (1 / (1 + math.exp(-b))) ** steps < share else (low, b)
    return b


def half_life_first(share, steps):
    half_life = steps * math.log(0.5) / math.log(share)
    f = 0.5 ** (1 / half_life)
    return math.log(f / (1 - f))


def by_newton(share, steps):
    b = 0.0
    for _ in range(500):
        f = 1 / (1 + math.exp(-b))
        b -= (steps * math.log(f) - math.log(share)) / (steps * (1 - f))
    return b


RIGHT = {
    "01.1": {
        "loop": loop,
        "recursion": recursion,
        "a class": Memory(),
        "logarithm": lambda f, steps: math.exp(steps * math.log(f)) if f else float(steps == 0),
        "numpy": lambda f, steps: np.prod(np.full(steps, float(f))),
        "tensor of one": lambda f, steps: torch.tensor([f]).pow(steps),
        "logarithm of a tensor": lambda f, steps: (
            (steps * torch.tensor(float(f)).log()).exp() if steps else 1
        ),
        "other names": lambda gate, n=0: gate**n,
    },
    "01.2": {
        "closed form": lambda share, steps: -math.log(share ** (-1 / steps) - 1),
        "expm1": lambda share, steps: -math.log(math.expm1(-math.log(share) / steps)),
        "torch.logit": lambda share, steps: torch.logit(torch.tensor(share) ** (1 / steps)),
        "numpy": lambda p, n: np.log(p ** (1 / n)) - np.log1p(-(p ** (1 / n))),
        "bisection": bisection,
        "half-life first": half_life_first,
        "Newton's method": by_newton,
    },
    "01.3": {
        "capital and 1e-15": {"reason": "B", "share": 1e-15},
        "parentheses and a tensor": {"reason": " (b) ", "share": torch.tensor(0.5) ** 50},
        "numpy": {"reason": "b)", "share": np.float64(8.88e-16)},
        "the gate that was measured": {"reason": "b", "share": 0.49**50},
        "a fraction": {"reason": "b", "share": f"1/{2**50}"},
        "a text": {"reason": "B", "share": "9e-16"},
    },
}

EQUIVALENT = {}
