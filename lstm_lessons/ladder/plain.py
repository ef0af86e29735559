"""The lower rungs: four ways to write the same loop over time, each with fewer calls of torch.

A call costs about a microsecond before it computes anything, and a product of two small matrices
uses little of what a processor can do. So fewer and larger products win.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_lessons.lstm.cell import apply_gates
from lstm_lessons.lstm.unroll import OutputAndStates, unroll


def per_sample(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
) -> OutputAndStates:
    """Run each sequence of the batch by itself: T*B small steps."""
    weights = (weight_ih, weight_hh, bias_ih, bias_hh)
    outputs, last_h, last_c = [], [], []
    for b in range(x.shape[1]):
        output, h_b, c_b = unroll(x[:, b], h[b], c[b], weights)
        outputs.append(output)
        last_h.append(h_b)
        last_c.append(c_b)
    return torch.stack(outputs, dim=1), torch.stack(last_h), torch.stack(last_c)


def eight_products(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
) -> OutputAndStates:
    """Run the batch at once, with a product for x and one for h in each of the four gates."""
    W_ii, W_if, W_ig, W_io = weight_ih.chunk(4)
    W_hi, W_hf, W_hg, W_ho = weight_hh.chunk(4)
    b_i, b_f, b_g, b_o = (bias_ih + bias_hh).chunk(4)
    outputs = []
    for x_t in x:
        i = torch.sigmoid(F.linear(x_t, W_ii, b_i) + F.linear(h, W_hi))
        f = torch.sigmoid(F.linear(x_t, W_if, b_f) + F.linear(h, W_hf))
        g = torch.tanh(F.linear(x_t, W_ig, b_g) + F.linear(h, W_hg))
        o = torch.sigmoid(F.linear(x_t, W_io, b_o) + F.linear(h, W_ho))
        c = f * c + i * g
        h = o * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), h, c


def one_product(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
) -> OutputAndStates:
    """Put x and h side by side, and all weights: one product a step."""
    weight = torch.cat([weight_ih, weight_hh], dim=1)
    bias = bias_ih + bias_hh
    outputs = []
    for x_t in x:
        z = F.linear(torch.cat([x_t, h], dim=1), weight, bias)
        h, c = apply_gates(z, c)
        outputs.append(h)
    return torch.stack(outputs), h, c


def hoisted(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
) -> OutputAndStates:
    """Take what x adds out of the loop, as one product for all steps: the way of ManualLSTM."""
    z_x = F.linear(x, weight_ih, bias_ih + bias_hh)
    turned, outputs = weight_hh.T, []
    for z_t in z_x:
        z = torch.addmm(z_t, h, turned)
        h, c = apply_gates(z, c)
        outputs.append(h)
    return torch.stack(outputs), h, c
