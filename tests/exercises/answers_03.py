"""Lesson 03: answers that are right, however they are written, and edits that change nothing."""

import torch
from torch import nn
from torch.func import functional_call


def with_split(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    from_x, from_h = (
        torch.addmm(bias_ih, x, weight_ih.t()),
        torch.addmm(bias_hh, h, weight_hh.t()),
    )
    i, f, g, o = torch.split(from_x + from_h, h.shape[1], 1)
    c = c * f.sigmoid() + i.sigmoid() * g.tanh()
    return [c.tanh() * o.sigmoid(), c]


def gate_by_gate(x, h, c, *stacked):
    squeezes = torch.sigmoid, torch.sigmoid, torch.tanh, torch.sigmoid
    parts = zip(squeezes, *(each.chunk(4) for each in stacked), strict=True)
    i, f, g, o = (s((w @ x.T).T + b + (u @ h.T).T + d) for s, w, u, b, d in parts)
    c = torch.addcmul(f * c, i, g)
    return o * torch.tanh(c), c


def with_einsum(x, h, c, wi, wh, bi, bh):
    W, U = wi.view(4, -1, wi.shape[1]), wh.view(4, -1, wh.shape[1])
    z = torch.einsum("bi,ghi->gbh", x, W) + torch.einsum("bi,ghi->gbh", h, U)
    z = z + (bi + bh).view(4, 1, -1)
    i, f, o = torch.sigmoid(z[[0, 1, 3]])
    c = f * c + i * z[2].tanh()
    return o * c.tanh(), c


def one_matrix(x, h, c, wi, wh, bi, bh):
    W = torch.cat([wi, wh, bi[:, None], bh[:, None]], dim=1)
    z = torch.cat([x, h, torch.ones(len(x), 2)], dim=1) @ W.T
    i, f, g, o = z.tensor_split(4, dim=-1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def sentence_by_sentence(x, h, c, wi, wh, bi, bh):
    new_h, new_c = [], []
    for b in range(x.shape[0]):
        z_i, z_f, z_g, z_o = (wi @ x[b] + bi + wh @ h[b] + bh).chunk(4)
        new_c.append(torch.sigmoid(z_f) * c[b] + torch.sigmoid(z_i) * torch.tanh(z_g))
        new_h.append(torch.sigmoid(z_o) * torch.tanh(new_c[-1]))
    return torch.stack(new_h), torch.stack(new_c)


def into_an_empty_tensor(x, h, c, wi, wh, bi, bh):
    z = torch.empty(x.shape[0], 4 * h.shape[1])
    z[:] = x @ wi.T
    z += h @ wh.T + bi + bh
    i, f, g, o = z.unflatten(1, (4, -1)).unbind(1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def sigmoid_by_hand(x, h, c, wi, wh, bi, bh):
    def s(z):
        return 1 / (1 + torch.exp(-z))

    i, f, g, o = (x @ wi.T + bi + h @ wh.T + bh).chunk(4, 1)
    new_c = s(f) * c + s(i) * (2 * s(2 * g) - 1)
    return s(o) * (2 * s(2 * new_c) - 1), new_c


def whole_layer(x, h, c, *weights):
    layer = nn.LSTM(x.shape[1], h.shape[1])
    parameters = dict(zip(dict(layer.named_parameters()), weights, strict=True))
    _, (h, c) = functional_call(layer, parameters, (x[None], (h[None], c[None])))
    return h[0], c[0]


class Cell(nn.Module):
    def forward(self, x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        return with_split(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh)


def names_exchanged_twice(x, h, c, wi, wh, bi, bh):
    """The cut and the equation for c both call i what the lesson calls f."""
    z_f, z_i, z_g, z_o = (x @ wi.T + bi + h @ wh.T + bh).chunk(4, dim=-1)
    i, f, g, o = z_i.sigmoid(), z_f.sigmoid(), z_g.tanh(), z_o.sigmoid()
    new_c = i * c + f * g
    return o * new_c.tanh(), new_c


def by_a_loop(weight, order="ifgo"):
    H, parts = weight.size(0) // 4, {}
    for letter in order:
        parts[letter], weight = weight[:H], weight[H:]
    return parts


def by_recursion(weight, order):
    if not order:
        return {}
    size = len(weight) // len(order)
    return {order[0]: weight[:size], **by_recursion(weight[size:], order[1:])}


CELLS = {
    "split, a list": with_split,
    "gate by gate": gate_by_gate,
    "einsum": with_einsum,
    "one matrix": one_matrix,
    "sentence by sentence": sentence_by_sentence,
    "an empty tensor, filled": into_an_empty_tensor,
    "sigmoid by hand": sigmoid_by_hand,
    "torch.lstm_cell": lambda x, h, c, *weights: torch.lstm_cell(x, (h, c), *weights),
    "LSTM, functional_call": whole_layer,
    "a module": Cell(),
    "names exchanged twice": names_exchanged_twice,
}

RIGHT = {
    "03.1": CELLS,
    "03.2": CELLS,
    "03.3": {
        "zip and chunk": lambda w, order: dict(zip(order, w.chunk(4), strict=True)),
        "slices": lambda w, order: {
            gate: w[k * len(w) // 4 : (k + 1) * len(w) // 4] for k, gate in enumerate(order)
        },
        "split": lambda w, order: dict(zip(order, torch.split(w, w.shape[0] // 4), strict=True)),
        "reshape": lambda w, order: dict(
            zip(order, w.reshape(4, w.shape[0] // 4, *w.shape[1:]), strict=True)
        ),
        "other order of keys": lambda w, order: {
            gate: w.tensor_split(4, dim=0)[order.index(gate)].clone() for gate in "ogif"
        },
        "a loop": by_a_loop,
        "recursion": by_recursion,
    },
}

EQUIVALENT = {
    "03.2": {"line 3: minus gone": "the last axis of z is axis 1: z has two"},
}
