"""Lesson 05: answers that are right, however they are written, and edits that change nothing."""

import numpy as np
import torch

from lstm_lessons.lstm.cell import lstm_step

PRINT_OUT = {"steps": 7, "samples": 30, "note": 7, "line": "C", "shape": (1, 30, 5), "repair": "2"}


def with_permute(x, h_0, c_0, lstm):
    output, states = lstm(x.permute(1, 0, 2).contiguous(), (h_0, c_0))
    return output.permute(1, 0, 2).contiguous(), states


def sentence_by_sentence(x, h_0, c_0, lstm):
    outputs, ends = [], []
    for b, sentence in enumerate(x):
        output, states = lstm(sentence, (h_0[:, b], c_0[:, b]))
        outputs.append(output)
        ends.append(states)
    h_n, c_n = (torch.stack(each, dim=1) for each in zip(*ends, strict=True))
    return torch.stack(outputs), h_n, c_n


def with_a_loop(x, h_0, c_0, lstm):
    h, c, outputs = h_0[0], c_0[0], []
    for x_t in x.unbind(1):
        h, c = lstm_step(x_t, h, c, *lstm.all_weights[0])
        outputs.append(h)
    return [torch.stack(outputs, 1), [h[None], c[None]]]


def with_torchs_function(x, h_0, c_0, lstm):
    output, h_n, c_n = torch.lstm(
        x, (h_0, c_0), lstm._flat_weights, True, 1, 0.0, lstm.training, False, batch_first=True
    )
    return output, (h_n, c_n)


class ByCall:
    def __call__(self, x, h_0, c_0, lstm):
        output, states = lstm(torch.stack(x.unbind(1)), (h_0.clone(), c_0.clone()))
        return torch.stack(output.unbind(1)), states


def by_recursion(x, h_0, c_0, lstm):
    output, states = lstm(x[:, :1].movedim(0, 1), (h_0, c_0))
    output = output.movedim(1, 0)
    if x.shape[1] == 1:
        return output, states
    rest, states = by_recursion(x[:, 1:], *states, lstm)
    return torch.cat([output, rest], dim=1), states


def hour_by_hour(x, lstm):
    states = None
    for hour in x.T:
        output, states = lstm(hour.reshape(-1, 1, 1), states)
    return output[:, 0]


def with_the_step(x, lstm):
    h = c = x.new_zeros(len(x), lstm.hidden_size)
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t : t + 1], h, c, *lstm.parameters())
    return h


RIGHT = {
    "05.1": {
        "lists and other numbers": PRINT_OUT | {"steps": 7.0, "line": "c", "shape": [1, 30, 5]},
        "tensors": PRINT_OUT | {"samples": torch.tensor(30), "note": torch.tensor([7])},
        "torch's shape": PRINT_OUT | {"line": "(C)", "shape": torch.Size((1, 30, 5))},
        "numpy's": PRINT_OUT | {"steps": np.int64(7), "samples": np.float32(30)},
        "text": PRINT_OUT | {"steps": "7", "repair": " 2. "},
    },
    "05.2": {
        "with permute": with_permute,
        "sentence by sentence": sentence_by_sentence,
        "with a loop": with_a_loop,
        "torch's function": with_torchs_function,
        "a class": ByCall(),
        "by recursion": by_recursion,
    },
    "05.3": {
        "h_n": lambda x, lstm: lstm(x[..., None])[1][0][-1],
        "squeezed": lambda x, lstm: lstm(x.view(*x.shape, 1))[1][0].squeeze(0),
        "patient by patient": lambda x, lstm: torch.stack([lstm(p[:, None])[0][-1] for p in x]),
        "hour by hour": hour_by_hour,
        "with the step": with_the_step,
    },
}

EQUIVALENT = {}
