"""Lesson 01: answers that are right, however they are written."""

import math

import numpy as np
import torch

from lstm_lessons import exercise


def loop(f, steps):
    left = 1
    for _ in range(steps):
        left *= f
    return left


def recursion(f, steps):
    return 1.0 if steps == 0 else f * recursion(f, steps - 1)


def bisection(steps):
    low, high = -20.0, 20.0
    for _ in range(200):
        b = (low + high) / 2
        low, high = (b, high) if (1 / (1 + math.exp(-b))) ** steps < 0.5 else (low, b)
    return b


RIGHT = {
    "01.1": {
        "loop": loop,
        "recursion": recursion,
        "logarithm": lambda f, steps: math.exp(steps * math.log(f)),
        "numpy": lambda f, steps: np.prod(np.full(steps, f)),
        "tensor of one": lambda f, steps: torch.tensor([f]).pow(steps),
        "half-life": lambda f, steps: 0.5 ** (steps / (math.log(0.5) / math.log(f))),
        "other names": lambda gate, n=0: gate**n,
    },
    "01.2": {
        "closed form": lambda steps: -math.log(2 ** (1 / steps) - 1),
        "expm1": lambda steps: -math.log(math.expm1(math.log(2) / steps)),
        "torch.logit": lambda steps: torch.logit(torch.tensor(0.5) ** (1 / steps)),
        "float32": lambda steps: torch.logit(torch.tensor(0.5 ** (1 / steps), dtype=torch.float32)),
        "numpy": lambda steps: np.log(0.5 ** (1 / steps)) - np.log1p(-(0.5 ** (1 / steps))),
        "bisection": bisection,
    },
    "01.3": {
        "capital and 1e-15": {"reason": "B", "share": 1e-15},
        "parentheses and a tensor": {"reason": " (b) ", "share": torch.tensor(0.5) ** 50},
        "numpy": {"reason": "b)", "share": np.float64(8.88e-16)},
    },
}


def test_the_message_shows_the_call_that_went_wrong():
    result = exercise("01.1").check(lambda f, steps: f**steps + (steps == 50))
    assert result.misconception is None
    assert "memory_left(0.9, 50) should give 0.005154; yours gives 1.005" in result.message
    assert "Yet with memory_left(0.5, 3) all is right" in result.message


def test_a_wrong_reason_and_a_wrong_share_are_both_mentioned():
    result = exercise("01.3").check({"reason": "a", "share": 0.123})
    assert result.misconception == "a gate at 0 by default"
    assert "Look again at `share` too." in result.message
    result = exercise("01.3").check({"reason": "b", "share": 0.5})
    assert result.misconception == "one step for fifty"
    assert "Right so far: `reason`." in result.message
