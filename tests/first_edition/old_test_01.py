"""Lesson 01: answers that are right, however they are written; mistakes that people make."""

import math

import numpy as np
import pytest
import torch

from lstm_lessons import exercise


def loop(f, steps):
    left = 1
    for _ in range(steps):
        left *= f
    return left


def recursion(f, steps):
    return 1.0 if steps == 0 else f * recursion(f, steps - 1)


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


RIGHT = {
    "01.1": {
        "loop": loop,
        "recursion": recursion,
        "logarithm": lambda f, steps: math.exp(steps * math.log(f)) if f else float(steps == 0),
        "numpy": lambda f, steps: np.prod(np.full(steps, f)),
        "tensor of one": lambda f, steps: torch.tensor([f]).pow(steps),
        "logarithm of a tensor": lambda f, steps: (steps * torch.tensor(f).log()).exp(),
        "other names": lambda gate, n=0: gate**n,
    },
    "01.2": {
        "closed form": lambda share, steps: -math.log(share ** (-1 / steps) - 1),
        "expm1": lambda share, steps: -math.log(math.expm1(-math.log(share) / steps)),
        "torch.logit": lambda share, steps: torch.logit(torch.tensor(share) ** (1 / steps)),
        "numpy": lambda p, n: np.log(p ** (1 / n)) - np.log1p(-(p ** (1 / n))),
        "bisection": bisection,
        "half-life first": half_life_first,
    },
    "01.3": {
        "capital and 1e-15": {"reason": "B", "share": 1e-15},
        "parentheses and a tensor": {"reason": " (b) ", "share": torch.tensor(0.5) ** 50},
        "numpy": {"reason": "b)", "share": np.float64(8.88e-16)},
        "the gate that was measured": {"reason": "b", "share": 0.49**50},
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


def no_step_is_nothing(f, steps):
    left = 0
    for step in range(steps):
        left = f if step == 0 else left * f
    return left


def product_of_ratios(f, steps):
    left = 1.0
    for _ in range(steps):
        left = left * f / f * f
    return left


@pytest.mark.parametrize(
    ("answer", "outcome", "name", "said"),
    [
        (lambda f, steps: f ^ steps, "error", "^ for a power", "a power is `**`"),
        (
            lambda f, steps: np.log(0.5) / np.log(f),
            "incorrect",
            None,  # numpy divides by ln 1 without an error, so it is another answer
            "memory_left(0.5, 3) should give 0.125; yours gives 1.",
        ),
        (
            lambda f, steps: math.log(0.5) / math.log(f),
            "incorrect",
            "half-life in place of the share",
            "Asked for is the share",
        ),
        (no_step_is_nothing, "incorrect", "nothing left after no step", "nothing is lost"),
        (
            lambda f, steps: f**steps + 0.5 * (steps == 0),
            "incorrect",
            None,
            "Before the first step nothing is lost",
        ),
        (product_of_ratios, "error", "f = 0 left out", "A gate may be shut"),
        (lambda f, steps: f**steps / (1 - f) * (1 - f), "error", "f = 1 left out", "fully open"),
        (lambda f, steps: f**steps if f else 0.5, "incorrect", None, "f = 0 keeps nothing"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_wrong_share_is_explained(answer, outcome, name, said):
    result = exercise("01.1").check(answer)
    assert (result.outcome, result.misconception) == (outcome, name)
    assert said in result.message
    assert "should be an argument" not in result.message


def test_both_ends_of_the_gate_are_tried():
    gates = {case.inputs["f"] for case in exercise("01.1").cases}
    assert {0.0, 1.0} < gates


def steps_to_the_root(share, steps):
    f = share**1 / steps
    return math.log(f / (1 - f))


def two_brackets_missing(share, steps):
    f = share ** (1 / steps)
    return math.log(f / 1 - f)


@pytest.mark.parametrize(
    ("answer", "outcome", "name", "said"),
    [
        (lambda share, n: share**1 / n, "incorrect", "divided, and no bias", "needs brackets"),
        (steps_to_the_root, "incorrect", "divided, not rooted", "the exponent needs brackets"),
        (two_brackets_missing, "error", "a logarithm of 0 or less", "Put 1 - f into brackets"),
        (lambda share, steps: 4.27, "incorrect", "always the same", "whatever it is given"),
        (
            lambda share, steps: math.log(0.5 ** (1 / steps) / (1 - 0.5 ** (1 / steps))),
            "incorrect",
            "half-life for every share",
            "`share` is not used",
        ),
    ],
)
def test_a_wrong_bias_is_explained(answer, outcome, name, said):
    result = exercise("01.2").check(answer)
    assert (result.outcome, result.misconception) == (outcome, name)
    assert said in result.message


def test_the_biases_that_the_praise_names_are_right():
    bias = exercise("01.2").reference
    assert f"{bias(0.5, 50):.2f}" == "4.27"
    assert f"{bias(0.9, 200):.2f}" == "7.55"
    assert all(text in exercise("01.2").praise for text in ("4.27", "7.55"))


@pytest.mark.parametrize(
    ("share", "name"),
    [
        (0.61**50, "the gradient, not the memory"),
        (2e-11, "the gradient, not the memory"),
        (3e-14, "the gradient at lag 60"),
        (5e-13, "the largest of one network"),
        (2.9e-12, "the gradient in the explorer"),
        (0.45, "one step for fifty"),
        (0.49, "one step for fifty"),
        (0.55, "one step for fifty"),
        (0.02, "one fiftieth"),
        (0.01, "one half divided by fifty"),
        (0, "nothing at all"),
        (1e-5, None),
    ],
)
def test_a_wrong_share_after_fifty_steps_is_named(share, name):
    result = exercise("01.3").check({"reason": "b", "share": share})
    assert (result.outcome, result.misconception) == ("incorrect", name)


def test_no_message_about_a_reason_gives_the_share_away():
    for reason in "acd":
        message = exercise("01.3").check({"reason": reason, "share": ...}).message
        assert "0.5" not in message
        assert "half" not in message


def squares_f(f, steps):
    for _ in range(steps):
        f = f * f
    return f


def returns_too_early(f, steps):
    left = 1
    for _ in range(steps):
        left = left * f
        return left


def starts_with_nothing(f, steps):
    left = 0
    for _ in range(steps):
        left = left * f
    return left


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (squares_f, "f squared at each step"),
        (returns_too_early, "return inside the loop"),
    ],
)
def test_a_slip_in_the_loop_is_named(answer, name):
    result = exercise("01.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", name)


def test_a_product_that_starts_with_0_is_asked_about():
    result = exercise("01.1").check(starts_with_nothing)
    assert "A product that starts with 0 stays 0" in result.message


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda share, steps: log(share), "`math.log` here"),  # noqa: F821 - the mistake itself
        (lambda share, steps: math.ln(share), "`math.log` here"),
        (lambda share, steps: half_life(share), "start from f ** steps = share"),  # noqa: F821
        (lambda share, steps: share ^ (1 / steps), "a power is `**`"),
    ],
)
def test_a_name_that_there_is_not_is_explained(answer, said):
    result = exercise("01.2").check(answer)
    assert result.outcome == "error"
    assert said in result.message
