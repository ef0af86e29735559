"""Lesson 09: answers that are right, however they are written, and edits that change nothing."""

import torch
from torch.nn.utils.rnn import (
    pack_padded_sequence,
    pack_sequence,
    pad_packed_sequence,
    unpad_sequence,
)

from lstm_lessons.lstm.cell import lstm_step


def pack_with_lists(x, lengths):
    order = sorted(range(len(lengths)), key=lambda b: -int(lengths[b]))
    rows, sizes = [], []
    for t in range(int(max(lengths))):
        running = [b for b in order if lengths[b] > t]
        rows += [x[b, t] for b in running]
        sizes.append(len(running))
    return torch.stack(rows), sizes, order


def pack_with_a_mask(x, lengths):
    values, order = torch.sort(lengths, descending=True)
    mask = torch.arange(int(values[0])) < values[:, None]
    data = x[order].transpose(0, 1)[mask.T]
    return [data, mask.sum(0), order]


def pack_in_place(x, lengths):
    order = lengths.argsort(descending=True)
    sizes = [int((lengths > t).sum()) for t in range(x.shape[1])]
    data = x.new_empty(sum(sizes), x.shape[2])
    for t, n in enumerate(sizes):
        data[sum(sizes[:t]) : sum(sizes[: t + 1])] = x[order[:n], t]
    return data, sizes, order


def pack_with_other_numbers(x, lengths):
    data, sizes, order = pack_with_a_mask(x, lengths)
    return data, sizes.double(), order.int()


def pack_by_one_index(x, lengths):
    """Each word gets a number by which the words are sorted: first by step, then by row."""
    B, T = x.shape[:2]
    rank = lengths.argsort(descending=True).argsort()
    key = torch.arange(T) * B + rank[:, None]
    key = key.masked_fill(torch.arange(T) >= lengths[:, None], B * T)
    chosen = key.flatten().argsort()[: int(lengths.sum())]
    sizes = torch.bincount(key.flatten()[chosen] // B)
    return x.flatten(0, 1)[chosen], sizes, rank.argsort()


def pack_by_recursion(x, lengths):
    order = lengths.argsort(descending=True)

    def rest(step):
        rows = x[[b for b in order.tolist() if lengths[b] > step], step]
        return [rows, *rest(step + 1)] if step + 1 < x.shape[1] else [rows]

    pieces = rest(0)
    return torch.cat(pieces), torch.tensor([len(each) for each in pieces]), order


class Packer:
    """A helper of its own with a name of torch's."""

    def __call__(self, x, lengths):
        return self.pack_sequence(list(x[lengths.argsort(descending=True)]), lengths)

    def pack_sequence(self, sentences, lengths):
        lengths, order = lengths.topk(len(lengths))
        sizes = (lengths[:, None] > torch.arange(max(lengths))).sum(0)
        rows = [torch.stack(sentences[:n])[:, t] for t, n in enumerate(sizes)]
        return torch.vstack(rows), sizes, order


def mean_one_by_one(output, lengths):
    return torch.stack([output[b, :n].mean(0) for b, n in enumerate(lengths.tolist())])


def mean_by_cumulation(output, lengths):
    sums = output.cumsum(dim=1)
    return sums[torch.arange(len(lengths)), lengths - 1] / lengths.unsqueeze(1)


def mean_with_einsum(output, lengths):
    weights = (torch.arange(output.shape[1]) < lengths[:, None]).double() / lengths[:, None]
    return torch.einsum("bt,bth->bh", weights, output)


def mean_with_fill(output, lengths):
    outside = torch.arange(output.shape[1]) >= lengths[:, None]
    return output.masked_fill(outside[..., None], 0).sum(1).div(lengths[:, None])


def mean_of_packed(output, lengths):
    packed = pack_padded_sequence(output, lengths, batch_first=True, enforce_sorted=False)
    padded, counts = pad_packed_sequence(packed, batch_first=True)
    return padded.sum(1) / counts[:, None]


def mean_step_by_step(output, lengths):
    mean = torch.zeros_like(output[:, 0])
    for t in range(max(lengths)):
        runs = (t < lengths).double()[:, None]
        mean = mean + runs * (output[:, t] - mean) / (t + 1)
    return mean


def mean_without_the_padding(output, lengths):
    padded = torch.where(
        (torch.arange(output.shape[1])[:, None] < lengths).T.unsqueeze(2), output, torch.nan
    )
    return padded.nanmean(dim=1)


def both_lines_mended(x, lengths, lstm):
    lengths, order = lengths.sort(descending=True)
    output, _ = lstm(pack_padded_sequence(x[:, order], lengths))
    output, _ = pad_packed_sequence(output)
    return output[lengths - 1, torch.arange(len(lengths))][order.argsort()]


def last_without_packing(x, lengths, lstm):
    return lstm(x)[0][lengths - 1, range(len(lengths))]


def last_with_gather(x, lengths, lstm):
    output, _ = lstm(x)
    place = (lengths - 1).view(1, -1, 1).expand(1, -1, output.shape[-1])
    return output.gather(0, place).squeeze(0)


def last_batch_first(x, lengths, lstm):
    turned = x.transpose(0, 1)
    packed = pack_padded_sequence(turned, lengths, batch_first=True, enforce_sorted=False)
    return lstm(packed)[1][0].squeeze(0)


def last_one_by_one(x, lengths, lstm):
    alone = unpad_sequence(x.transpose(0, 1), lengths, batch_first=True)
    return torch.cat([lstm(sentence)[1][0] for sentence in alone])


def last_with_a_loop(x, lengths, lstm):
    h = c = torch.zeros(len(lengths), lstm.hidden_size, dtype=x.dtype)
    for t, x_t in enumerate(x):
        new_h, new_c = lstm_step(x_t, h, c, *lstm.all_weights[0])
        runs = (t < lengths)[:, None]
        h, c = torch.where(runs, new_h, h), torch.where(runs, new_c, c)
    return h


def last_of_sorted_states(x, lengths, lstm):
    values, order = lengths.sort(descending=True)
    _, (h_n, _) = lstm(pack_padded_sequence(x.index_select(1, order), values))
    states = torch.empty_like(h_n[-1])
    states[order] = h_n[-1]
    return states


def last_of_a_list(x, lengths, lstm):
    sentences = [x[:n, b] for b, n in enumerate(lengths)]
    return lstm(pack_sequence(sentences, enforce_sorted=False))[1][0].flatten(0, 1)


PACKING = {
    "sorted_indices": (1, 2, 0, 3),
    "batch_sizes": (4, 3, 2, 2, 1),
    "data": (12, 3),
    "row": 6,
    "h_n": (1, 4, 6),
    "step": 1,
    "zeros": 8,
    "same": 1,
}

RIGHT = {
    "09.1": {
        "with lists": pack_with_lists,
        "with a mask": pack_with_a_mask,
        "in place": pack_in_place,
        "with other numbers": pack_with_other_numbers,
        "by one index": pack_by_one_index,
        "by recursion": pack_by_recursion,
        "an object": Packer(),
    },
    "09.2": {
        "one by one": mean_one_by_one,
        "by cumulation": mean_by_cumulation,
        "with einsum": mean_with_einsum,
        "with fill": mean_with_fill,
        "of a packing": mean_of_packed,
        "step by step": mean_step_by_step,
        "without the padding": mean_without_the_padding,
    },
    "09.3": {
        "both lines mended": both_lines_mended,
        "without packing": last_without_packing,
        "with gather": last_with_gather,
        "batch first": last_batch_first,
        "one by one": last_one_by_one,
        "with a loop": last_with_a_loop,
        "sorted states": last_of_sorted_states,
        "of a list": last_of_a_list,
    },
    "09.4": {
        "tuples": PACKING,
        "lists": {key: list(v) if isinstance(v, tuple) else v for key, v in PACKING.items()},
        "tensors": {key: torch.tensor(PACKING[key]) for key in ("sorted_indices", "batch_sizes")}
        | {"data": torch.Size((12, 3)), "row": torch.tensor(6), "h_n": torch.Size((1, 4, 6))}
        | {"step": torch.tensor(1), "zeros": torch.tensor([8]), "same": torch.tensor(1.0)},
        "other numbers": PACKING
        | {"batch_sizes": (4.0, 3, torch.tensor(2), 2, 1), "row": 6.0, "zeros": "8"},
        "from the back": PACKING | {"step": -4},
    },
}

EQUIVALENT = {
    "09.3": {"line 4: 0 -> -1": "one layer that reads forward has one h_n, the first and the last"},
}
