"""What lesson 11 says of clipping with plain gradient descent, and with other optimisers."""

import pytest
import torch
from torch import nn

from lstm_lessons import trained_reader
from lstm_lessons.lstm.backprop import Weights, direction_forward, gates_backward, step_backward


def longest_step(make, limit=0.5):
    """Return the longest of three steps with the gradient (3, 4), clipped to a limit."""
    parameter = nn.Parameter(torch.zeros(2, dtype=torch.float64))
    optimiser, lengths = make([parameter]), []
    for _ in range(3):
        before = parameter.detach().clone()
        parameter.grad = torch.tensor([3.0, 4.0], dtype=torch.float64)
        nn.utils.clip_grad_norm_([parameter], limit)
        optimiser.step()
        lengths.append((parameter.detach() - before).norm().item())
    return max(lengths)


def test_with_plain_gradient_descent_limit_times_rate_is_the_longest_step():
    """With a limit of 0.5 and a rate of 0.01 it is 0.005."""
    longest = longest_step(lambda parameters: torch.optim.SGD(parameters, lr=0.01))
    assert longest == pytest.approx(0.005, abs=1e-7)


@pytest.mark.parametrize(
    ("make", "limit"),
    [
        (lambda parameters: torch.optim.Adam(parameters, lr=0.01), 0.005),
        (lambda parameters: torch.optim.SGD(parameters, lr=0.01, momentum=0.9), 0.5),
    ],
    ids=["Adam", "momentum"],
)
def test_adam_and_momentum_can_make_longer_steps(make, limit):
    """Adam makes a step of about the rate for each number, whatever the limit is."""
    assert longest_step(make, limit) > 2 * 0.01 * limit


def test_of_what_goes_on_from_the_gates_to_the_h_before_f_has_little():
    """In the reader, on its line: the lengths of what each gate gives, added up over the steps."""
    reader, number = trained_reader()
    reader = reader.double().requires_grad_(False)
    line, zeros = "for k in range(", torch.zeros(1, 16, dtype=torch.float64)
    x = reader.embedding(torch.tensor([[number[character]] for character in line]))
    weights = Weights(*reader.lstm.parameters())
    *_, steps = direction_forward(x, zeros, zeros, weights)
    d_h, d_c, given = reader.head.weight, zeros, torch.zeros(4)
    for step in reversed(steps):
        dz, _ = gates_backward(d_h, d_c, step)
        parts = zip(dz.split(16, dim=1), weights.weight_hh.split(16), strict=True)
        given += torch.tensor([(part @ weight).norm() for part, weight in parts])
        _, d_h, d_c, _ = step_backward(d_h, d_c, step, weights)
    assert given[1] < 0.1 * given[[0, 2, 3]].min()
