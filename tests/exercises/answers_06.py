"""Lesson 06: answers that are right, however they are written, and edits that change nothing."""

import numpy as np
import torch
from torch import nn

from lstm_lessons.lstm.cell import lstm_step
from lstm_lessons.lstm.unroll import unroll

DROPOUT = {
    "A read": 0.25,
    "A factor": 4 / 3,
    "A output": 0.0,
    "A two calls": "differ",
    "B two calls": "same",
    "C two calls": "same",
    "C warning": "yes",
    "D h_n[0]": "yes",
    "D h_n[1]": "no",
}
PICTURES = {
    "nn.LSTM": "C",
    "nn.Dropout behind": "B",
    "nn.Dropout before": "D",
    "top state": "h_n[-1]",
}


def step_by_step(x, h_0, c_0, layers, masks):
    """All layers take each step together: time outside, layers inside."""
    h, c, outputs = list(h_0), list(c_0), []
    for t, read in enumerate(x):
        for k, weights in enumerate(layers):
            h[k], c[k] = lstm_step(read, h[k], c[k], *weights)
            read = h[k] * masks[k, t] if k < len(masks) else h[k]
        outputs.append(read)
    return torch.stack(outputs), (torch.stack(h), torch.stack(c))


def with_modules(x, h_0, c_0, layers, masks):
    states = []
    for k, weights in enumerate(layers):
        single = nn.LSTM(weights[0].shape[1], weights[1].shape[1], dtype=x.dtype)
        names = [name for name, _ in single.named_parameters()]
        given = dict(zip(names, weights, strict=True))
        start = (h_0[k : k + 1], c_0[k : k + 1])
        x, (h, c) = torch.func.functional_call(single, given, (x, start))
        states.append((h, c))
        if k + 1 < len(layers):
            x = masks[k] * x
    return x, torch.cat([h for h, _ in states]), torch.cat([c for _, c in states])


def with_a_whole_mask(x, h_0, c_0, layers, masks):
    """Ones for the top layer, so that every layer has a mask."""
    masks = torch.cat([masks, masks.new_ones(1, *x.shape[:2], h_0.shape[-1])])
    ends = []
    for h, c, weights, mask in zip(h_0, c_0, layers, masks, strict=True):
        x, *states = unroll(x, h, c, weights)
        x = x * mask
        ends.append(states)
    h_n, c_n = zip(*ends, strict=True)
    return [x, [torch.stack(h_n), torch.stack(c_n)]]


def with_holes_by(holes):
    """The layers one by one; ``holes(x, mask)`` makes the holes."""

    def stack(x, h_0, c_0, layers, masks):
        h_n, c_n = [], []
        for k, weights in enumerate(layers):
            x = holes(x, masks[k - 1]) if k > 0 else x
            x, h, c = unroll(x, h_0[k], c_0[k], weights)
            h_n.append(h)
            c_n.append(c)
        return x, (torch.stack(h_n), torch.stack(c_n))

    return stack


def by_recursion(x, h_0, c_0, layers, masks):
    x, h, c = unroll(x, h_0[0], c_0[0], layers[0])
    if len(layers) == 1:
        return x, (h[None], c[None])
    x, (h_n, c_n) = by_recursion(x * masks[0], h_0[1:], c_0[1:], layers[1:], masks[1:])
    return x, (torch.cat([h[None], h_n]), torch.cat([c[None], c_n]))


def from_output(lstm, x):
    output, (_, c_n) = lstm(x)
    last = output[:, -1] if lstm.batch_first else output[-1]
    return torch.hstack((last, c_n[lstm.num_layers - 1]))


def from_a_functional_call(lstm, x):
    _, states = torch.func.functional_call(lstm, dict(lstm.named_parameters()), (x,))
    return torch.cat([state[-1] for state in states], dim=1)


class ByCall:
    def __call__(self, lstm, x):
        (h_n, c_n) = lstm(x)[1]
        result = x.new_empty(h_n.shape[1], 2 * lstm.hidden_size)
        result[:, : lstm.hidden_size], result[:, lstm.hidden_size :] = h_n[-1], c_n[-1]
        return result


RIGHT = {
    "06.1": {
        "step by step": step_by_step,
        "modules of one layer": with_modules,
        "a mask for every layer": with_a_whole_mask,
        "masked_fill": with_holes_by(lambda x, mask: (2 * x).masked_fill(mask == 0, 0)),
        "where": with_holes_by(lambda x, mask: torch.where(mask == 0, 0, 2 * x)),
        "masks detached": with_holes_by(lambda x, mask: x * mask.detach()),
        "by recursion": by_recursion,
    },
    "06.2": {
        "numpy and capitals": DROPOUT | {"A read": np.float32(0.25), "C warning": "Yes"},
        "a fraction in quotes": DROPOUT | {"A factor": "4/3", "A read": "0.25"},
        "rounded, tensors": DROPOUT | {"A factor": torch.tensor(1.333), "A output": 0},
        "two decimals": DROPOUT | {"A factor": 1.33},
        "text": DROPOUT | {"A output": "0", "B two calls": " Same "},
    },
    "06.3": {
        "small letters": {key: value.lower() for key, value in PICTURES.items()},
        "brackets": PICTURES | {"nn.LSTM": "(C)", "nn.Dropout before": " d "},
        "counted from below": PICTURES | {"top state": "h_n[1]"},
        "the same from output": PICTURES | {"top state": "output[-1]"},
        "a blank": PICTURES | {"top state": "h_n[ -1 ]"},
    },
    "06.4": {
        "from output": from_output,
        "counted": lambda lstm, x: torch.hstack([s[lstm.num_layers - 1] for s in lstm(x)[1]]),
        "stacked and flattened": lambda lstm, x: torch.stack(lstm(x)[1], 2)[-1].flatten(1),
        "functional": from_a_functional_call,
        "a class": ByCall(),
    },
}

EQUIVALENT = {
    "06.1": {"line 7: Lt -> NotEq": "k is below the number of masks, or equal to it"},
    "06.4": {"line 3: minus gone": "of dim=-1: the summary has two axes, so the last one is 1"},
}
