"""Lesson 01: what its exercises take for true is true."""

import math
from functools import reduce

import numpy as np
import pytest
import torch
from torch import nn

from lstm_lessons import exercise
from lstm_lessons.explorers.forget_gate import MEMORY, STATE, curves


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


def test_a_gate_that_stays_leaves_what_the_exercise_says():
    left = exercise("01.1").solved
    c = torch.tensor(1.0, dtype=torch.float64)
    for _ in range(50):
        c = 0.9 * c
    assert left(0.9, 50) == pytest.approx(float(c), rel=1e-12)
    assert f"{left(0.9, 50):.3f}" == "0.005"


def test_the_biases_leave_their_share_in_a_layer_of_torchs():
    bias, praise = exercise("01.2").solved, exercise("01.2").praise
    for share, steps in ((0.5, 50), (0.9, 200), (0.04, 2)):
        cell = nn.LSTMCell(1, 1, dtype=torch.float64)
        with torch.no_grad():
            for parameter in cell.parameters():
                parameter.zero_()
            cell.bias_ih[1], cell.bias_hh[1] = 0.3, bias(share, steps) - 0.3
            c = torch.ones(1, 1, dtype=torch.float64)
            for _ in range(steps):
                _, c = cell(torch.zeros(1, 1, dtype=torch.float64), (torch.zeros_like(c), c))
        assert float(c) == pytest.approx(share, rel=1e-9)
    assert f"{bias(0.5, 30):.2f}" == "3.76" in praise
    assert f"{bias(0.9, 200):.2f}" == "7.55" in praise


def test_a_new_layer_leaves_as_little_as_the_exercise_says():
    torch.manual_seed(0)
    layer = nn.LSTM(10, 16)
    f = torch.sigmoid(layer.bias_ih_l0.chunk(4)[1] + layer.bias_hh_l0.chunk(4)[1]).mean().item()
    assert 0.1 < f**50 / exercise("01.3").right["share"] < 10


def test_both_ends_and_every_degenerate_case_are_tried():
    tried = [tuple(each.inputs.values()) for each in exercise("01.1").calls]
    assert {(0.0, 0), (0.0, 2), (1.0, 7), (0.8, 0), (0.8, 1)} < set(tried)
    solved = exercise("01.2").solved
    biases = [solved(*each.inputs.values()) for each in exercise("01.2").calls]
    assert any(b < 0 for b in biases)
    assert 0 in biases


@pytest.mark.parametrize(
    ("number", "answer", "said"),
    [
        ("01.1", lambda f, steps: round(f**steps, 3), "rounded to 3 decimals"),
        ("01.1", lambda f, steps: f**steps + (steps == 50), "With f = 0.9 it is right up to 49"),
        ("01.1", lambda f, steps: f**steps if f else 0.5 * (steps > 0), "f = 0 keeps nothing"),
        ("01.1", lambda f, steps: f ** max(steps, 1), "Before the first step nothing is lost"),
        ("01.2", lambda share, n: n * share, "After 20 steps"),
        ("01.2", lambda share, n: math.log(share) / n, "the b with exp(b) = f"),
        ("01.2", lambda share, n: -math.log(share) / n, "the b with exp(-b) = f"),
        ("01.2", lambda share, n: max(0, exercise("01.2").solved(share, n)), "bias is below 0"),
        ("01.2", lambda share, n: math.ln(share), "`math` has no `ln`"),
        ("01.2", lambda share, n: half_life(share), "start from f ** steps = share"),  # noqa: F821
    ],
)
def test_an_answer_that_nobody_wrote_down_is_told(number, answer, said):
    result = exercise(number).check(answer)
    assert result.outcome in ("incorrect", "error")
    assert said in result.message


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.01, "far too much"), (0.9**50, "exercise 01.1"), (0.731**50, "a forget bias of 1")],
)
def test_a_share_that_is_wrong_is_told_what_it_is(share, said):
    assert said in exercise("01.3").check({"reason": "b", "share": share}).message


def test_the_gradient_in_the_praise_is_the_explorers():
    left = curves(0.0, 50, MEMORY)["new"][-1]
    assert f"{left:.0e}" == "1e-12"
    assert "1e-12" in exercise("01.3").praise
    assert 900 < left / 0.5**50 < 1300


@pytest.mark.parametrize("of", [STATE, MEMORY])
@pytest.mark.parametrize("curve", ["new", "chosen"])
def test_a_gradient_that_is_read_off_the_explorer_is_named(curve, of):
    share = curves(0.0, 50, of)[curve][-1]
    assert (
        "gradient in the explorer"
        in exercise("01.3").check({"reason": "b", "share": share}).message
    )


def test_no_message_about_a_reason_gives_the_share_away():
    for reason in "acd":
        message = exercise("01.3").check({"reason": reason}).message
        assert "0.5" not in message
        assert "half" not in message


def test_a_share_above_one_and_a_whole_division_are_named():
    right = exercise("01.3").text.made()
    message = exercise("01.3").check({**right, "share": 0.49 * 50}).message
    assert "never above 1" in message and "multiplied by 50" in message

    def bias_for(share, steps):
        f = share ** (1 // steps)
        return math.log(f / (1 - f))

    assert "`1 // steps`" in exercise("01.2").check(bias_for).message
