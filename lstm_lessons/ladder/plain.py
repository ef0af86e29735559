"""The lower rungs: four ways to write the same loop over time, each with fewer calls of torch.

A call costs about a microsecond before it computes anything, and a product of two small matrices
uses little of what a processor can do. So fewer and larger products win.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_lessons.lstm.cell import apply_gates, lstm_step
from lstm_lessons.lstm.ragged import Weights, run_direction
from lstm_lessons.lstm.unroll import OutputAndStates


def per_sample(
    x: Tensor, h: Tensor, c: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> OutputAndStates:
    """Run each sequence of the batch by itself: T*B small steps."""
    samples = []
    for x_b, h_b, c_b in zip(x.unbind(1), h, c, strict=True):
        outputs = []
        for x_t in x_b:
            h_b, c_b = lstm_step(x_t, h_b, c_b, w_ih, w_hh, b_ih, b_hh)
            outputs.append(h_b)
        samples.append((torch.stack(outputs), h_b, c_b))
    output, h_n, c_n = zip(*samples, strict=True)
    return torch.stack(output, dim=1), torch.stack(h_n), torch.stack(c_n)


def eight_products(
    x: Tensor, h: Tensor, c: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> OutputAndStates:
    """Run the batch at once, with a product for x and one for h in each of the four gates."""
    gates = list(zip(*(w.chunk(4) for w in (w_ih, w_hh, b_ih, b_hh)), strict=True))
    outputs = []
    for x_t in x:
        z_i, z_f, z_g, z_o = (
            F.linear(x_t, w_i, b_i) + F.linear(h, w_h, b_h) for w_i, w_h, b_i, b_h in gates
        )
        i, f, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.sigmoid(z_o)
        c = f * c + i * torch.tanh(z_g)
        h = o * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), h, c


def one_product(
    x: Tensor, h: Tensor, c: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> OutputAndStates:
    """Put x and h side by side, and all weights: one product a step."""
    weight, bias = torch.cat((w_ih, w_hh), dim=1), b_ih + b_hh
    outputs = []
    for x_t in x:
        z = F.linear(torch.cat((x_t, h), dim=1), weight, bias)
        h, c = apply_gates(z, c)
        outputs.append(h)
    return torch.stack(outputs), h, c


def hoisted(
    x: Tensor, h: Tensor, c: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> OutputAndStates:
    """Take what x adds out of the loop, as one product for all steps: the way of ManualLSTM."""
    steps, batch, _ = x.shape
    weights = Weights(w_ih, w_hh, b_ih, b_hh)
    output, h, c = run_direction(x.flatten(0, 1), (batch,) * steps, h, c, weights)
    return output.view(steps, batch, -1), h, c
