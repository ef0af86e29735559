"""Lesson 07: answers that are right, however they are written, and edits that change nothing."""

import torch
from torch import nn


def into_an_empty_tensor(lstm, x):
    result = torch.empty(*x.shape[:2], 2 * lstm.hidden_size)
    for t in range(x.shape[0]):
        result[t] = lstm(x[: t + 1])[0][t]
    return result


def both_halves_by_flips(lstm, x):
    """The last slot of each prefix is slot 0 of the prefix read backwards, halves exchanged."""
    swapped = nn.LSTM(lstm.input_size, lstm.hidden_size, lstm.num_layers, bidirectional=True)
    weights = {}
    for name, value in lstm.named_parameters():
        other = name.removesuffix("_reverse") if "_reverse" in name else f"{name}_reverse"
        if name.startswith("weight_ih") and "_l0" not in name:
            value = torch.cat(value.chunk(2, 1)[::-1], 1)
        weights[other] = value

    def run(part):
        return torch.func.functional_call(swapped, weights, (part,))[0]

    slots = [run(x[: t + 1].flip(0))[0] for t in range(len(x))]
    return torch.stack([torch.cat(slot.chunk(2, -1)[::-1], -1) for slot in slots])


def each_sample_alone(lstm, x):
    samples = [
        torch.stack([lstm(sample[: t + 1])[0][t] for t in range(len(sample))])
        for sample in x.unbind(1)
    ]
    return torch.stack(samples, dim=1)


def joined_slots(lstm, x):
    return torch.cat([lstm(x[:end])[0][-1:] for end in range(1, len(x) + 1)])


def by_recursion(lstm, x):
    last = lstm(x)[0][-1:]
    return last if len(x) == 1 else torch.cat([by_recursion(lstm, x[:-1]), last])


RIGHT = {
    "07.2": {
        "into an empty tensor": into_an_empty_tensor,
        "by flips": both_halves_by_flips,
        "each sample alone": each_sample_alone,
        "joined": joined_slots,
        "by recursion": by_recursion,
    },
}

EQUIVALENT = {}
