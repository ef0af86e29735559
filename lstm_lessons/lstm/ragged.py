"""From one step to a whole stack: over time, in both directions, layer upon layer.

The loop is that of `unroll`, for sequences of different lengths. A batch is one flat tensor here,
(N, features), with the rows of the first time step first, and ``sizes`` says how many rows each
step has. Without packing every size is B, and the numbers are those of `unroll`. In a packed batch
the longest sequence comes first and the sizes only fall: the rows that go missing are sequences
that have ended. One loop serves both.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_lessons.lstm.cell import apply_gates
from lstm_lessons.lstm.unroll import OutputAndStates


@dataclass(frozen=True)
class Weights:
    """The parameters of one direction of one layer, under torch's names.

    Shapes: weight_ih (4H, n) for a layer that reads n numbers, weight_hh (4H, R), bias_ih and
    bias_hh (4H,) or None, weight_hr (P, H) under projection, else None.
    """

    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor | None = None
    bias_hh: Tensor | None = None
    weight_hr: Tensor | None = None

    def __add__(self, other: "Weights") -> "Weights":
        """Return the sums, tensor by tensor, as gradients add; what one has not stays None."""

        def each(a: Tensor | None, b: Tensor | None) -> Tensor | None:
            return None if a is None or b is None else a + b

        return Weights(
            self.weight_ih + other.weight_ih,
            self.weight_hh + other.weight_hh,
            each(self.bias_ih, other.bias_ih),
            each(self.bias_hh, other.bias_hh),
            each(self.weight_hr, other.weight_hr),
        )


def run_direction(
    x: Tensor, sizes: tuple[int, ...], h: Tensor, c: Tensor, weights: Weights, reverse: bool = False
) -> OutputAndStates:
    """Run one direction of one layer over all time steps; return output, h_n, c_n.

    Shapes: x (N, n) with N the sum of ``sizes``; h (B, R) and c (B, H), before and after; output
    (N, R). Each sequence's h_n is its state after its own last step, which for ``reverse`` is
    step 0.
    """
    outputs = []
    steps = input_sums(x, weights).split(sizes)
    in_order = reversed(steps) if reverse else steps
    for z_x in in_order:
        running = z_x.shape[0]
        z = torch.addmm(z_x, first_rows(h, running), weights.weight_hh.T)
        new_h, new_c = apply_gates(z, first_rows(c, running))
        if weights.weight_hr is not None:
            new_h = F.linear(new_h, weights.weight_hr)
        h, c = replace_first_rows(h, new_h), replace_first_rows(c, new_c)
        outputs.append(new_h)
    return torch.cat(outputs[::-1] if reverse else outputs), h, c


def input_sums(x: Tensor, weights: Weights) -> Tensor:
    """Return what x and the biases add to every gate at every step, (N, 4H).

    None of it needs the step before, so that one product does for all steps. A bias that is None
    adds nothing.
    """
    sums = F.linear(x, weights.weight_ih, weights.bias_ih)
    if weights.bias_hh is not None:
        sums = sums + weights.bias_hh
    return sums


def first_rows(state: Tensor, count: int) -> Tensor:
    """Return the rows of the sequences that are still running."""
    return state if count == state.shape[0] else state[:count]


def replace_first_rows(old: Tensor, new: Tensor) -> Tensor:
    """Return the state with its first rows renewed; the others wait.

    Where none wait, nothing is copied: to cut and to join at every step took a small layer 1.2 to
    1.4 times as long.
    """
    count = new.shape[0]
    return new if count == old.shape[0] else torch.cat((new, old[count:]))


def run_stack(
    x: Tensor,
    sizes: tuple[int, ...],
    h_0: Tensor,
    c_0: Tensor,
    layers: list[list[Weights]],
    dropout: float = 0.0,
) -> OutputAndStates:
    """Run all layers, each in its one or two directions; return output, h_n, c_n.

    It is lesson 06's loop over the layers, with lesson 07's two directions and with dropout.

    Shapes: x (N, I); h_0 (L*D, B, R) and c_0 (L*D, B, H), layer by layer and in each layer forward
    before reverse, before and after; output (N, D*R). Dropout falls on what a layer hands up,
    that is not on the top layer's output, with a fresh mask for every step.
    """
    h_n, c_n = [], []
    for depth, directions in enumerate(layers):
        if depth > 0 and dropout > 0:
            x = F.dropout(x, dropout)
        outputs = []
        for direction, weights in enumerate(directions):
            row = depth * len(directions) + direction
            hx = h_0[row], c_0[row]
            output, h, c = run_direction(x, sizes, *hx, weights, direction == 1)
            outputs.append(output)
            h_n.append(h)
            c_n.append(c)
        x = torch.cat(outputs, dim=-1)
    return x, torch.stack(h_n), torch.stack(c_n)
