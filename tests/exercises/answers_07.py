"""Lesson 07: answers that are right, however they are written, and edits that change nothing."""

import numpy as np
import torch
from torch import nn

# --- 07.1 ---------------------------------------------------------------------------------------


def sentence_by_sentence(output):
    H = output.size(2) // 2
    rows = [torch.cat((sentence[-1][:H], sentence[0][H:])) for sentence in output]
    return torch.stack(rows)


def by_flip(output):
    forward, reverse = output.chunk(2, -1)
    return torch.cat([forward, reverse.flip(1)], -1)[:, -1]


def by_unflatten(output):
    both = output.unflatten(-1, (2, -1))
    return torch.stack([both[:, -1, 0], both[:, 0, 1]], dim=1).flatten(1)


def into_a_copy(output):
    vector = output[:, -1].clone()
    half = vector.shape[-1] // 2
    vector[:, half:] = output[:, 0, half:]
    return vector


def by_recursion(output):
    return output[:, 0] if output.shape[1] == 1 else by_recursion(shorter(output))


def shorter(output):
    """Take word 1 out: its forward half moves to word 0, which keeps its own reverse half."""
    H = output.shape[-1] // 2
    first = torch.cat([output[:, 1:2, :H], output[:, :1, H:]], dim=-1)
    return torch.cat([first, output[:, 2:]], dim=1)


class ByAMask:
    """A class that chooses with `torch.where`."""

    def __call__(self, output):
        first = torch.arange(output.shape[-1]) < output.shape[-1] / 2
        return torch.where(first, output[:, -1], output[:, 0])


# --- 07.2 ---------------------------------------------------------------------------------------


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


def prefix_by_prefix(lstm, x):
    last = lstm(x)[0][-1:]
    return last if len(x) == 1 else torch.cat([prefix_by_prefix(lstm, x[:-1]), last])


def packed(lstm, x):
    """Read all prefixes as one packed batch, one layer call in all."""
    prefixes = [x[: t + 1] for t in range(len(x))]
    block = nn.utils.rnn.pad_sequence(prefixes).flatten(1, 2)
    lengths = torch.arange(1, len(x) + 1).repeat_interleave(x.shape[1])
    read = nn.utils.rnn.pack_padded_sequence(block, lengths, enforce_sorted=False)
    output, _ = nn.utils.rnn.pad_packed_sequence(lstm(read)[0])
    return output[lengths - 1, torch.arange(len(lengths))].unflatten(0, x.shape[:2])


# --- 07.3 ---------------------------------------------------------------------------------------

SLOTS = {
    "h_n": (6, 4, 5),
    "weight_ih_l1_reverse": (20, 10),
    "top forward": 4,
    "middle reverse": 3,
    "h_n[5] in output": "output[0, :, 5:]",
    "steps": 1,
    "words, one layer": 1,
    "words, three layers": 7,
    "causal": "no",
}

# --- 07.4 ---------------------------------------------------------------------------------------


def by_chunk(lstm, x):
    return lstm(x)[1][0].chunk(lstm.num_layers)[-1].permute(1, 0, 2).flatten(1)


def by_view(lstm, x):
    _, (h_n, _) = lstm(x)
    D = 1 + int(lstm.bidirectional)
    top = h_n.view(lstm.num_layers, D, x.shape[1], -1)[-1]
    return top.permute(1, 0, 2).reshape(x.shape[1], -1)


def with_an_if(lstm, x):
    h_n = lstm(x)[1][0]
    if lstm.bidirectional:
        return torch.cat((h_n[-2], h_n[-1]), 1)
    return h_n[-1]


def from_output(lstm, x):
    output, _ = lstm(x)
    H = lstm.hidden_size
    return torch.cat([output[-1, :, :H], output[0, :, H:]], dim=-1)


def sentence_by_itself(lstm, x):
    rows = []
    for sentence in x.unbind(1):
        h_n = lstm(sentence)[1][0]
        rows.append(h_n[len(h_n) - len(h_n) // lstm.num_layers :].flatten())
    return torch.stack(rows)


RIGHT = {
    "07.1": {
        "sentence by sentence": sentence_by_sentence,
        "by flip": by_flip,
        "by unflatten": by_unflatten,
        "into a copy": into_a_copy,
        "by recursion": by_recursion,
        "a class with a mask": ByAMask(),
        "hstack": lambda o: torch.hstack([o[:, -1, : o.shape[2] // 2], o[:, 0, o.shape[2] // 2 :]]),
    },
    "07.2": {
        "into an empty tensor": into_an_empty_tensor,
        "by flips": both_halves_by_flips,
        "each sample alone": each_sample_alone,
        "joined": joined_slots,
        "by recursion": prefix_by_prefix,
        "packed": packed,
    },
    "07.3": {
        "lists and numpy": SLOTS
        | {"h_n": [6, 4, 5], "top forward": np.int64(4), "steps": torch.tensor(1)},
        "counted from the end": SLOTS | {"top forward": -2, "middle reverse": torch.tensor(-3)},
        "without blanks": SLOTS | {"h_n[5] in output": "output[0,:,5:]"},
        "capitals": SLOTS | {"causal": "No", "h_n": torch.Size([6, 4, 5]), "steps": 1.0},
        "text": SLOTS | {"steps": "1", "causal": " no ", "words, three layers": "7"},
    },
    "07.4": {
        "by view": by_view,
        "by chunk": by_chunk,
        "with an if": with_an_if,
        "from output": from_output,
        "sentence by itself": sentence_by_itself,
    },
}

EQUIVALENT = {
    "07.1": {"line 5: minus gone": "the last axis of two is axis 1"},
    "07.4": {"line 4: minus gone": "the last axis of two is axis 1"},
}
