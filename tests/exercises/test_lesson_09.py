"""Lesson 09: what is asked is true, and its inputs are such that no mistake can hide."""

import threading
from itertools import permutations
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import (
    pack_padded_sequence,
    pack_sequence,
    pad_packed_sequence,
    unpad_sequence,
)

from lstm_lessons import exercise
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
    "place": 6,
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
        | {"data": torch.Size((12, 3)), "place": torch.tensor(6), "h_n": torch.Size((1, 4, 6))}
        | {"step": torch.tensor(1), "zeros": torch.tensor([8]), "same": torch.tensor(1.0)},
        "other numbers": PACKING
        | {"batch_sizes": (4.0, 3, torch.tensor(2), 2, 1), "place": 6.0, "zeros": "8"},
        "from the back": PACKING | {"step": -4},
    },
}

EQUIVALENT = {
    "09.3": {"line 4: 0 -> -1": "one layer that reads forward has one h_n, the first and the last"},
}


SOURCE = Path(__file__).parents[2] / "exercises" / "source" / "09_ragged_sequences.py"


def cases(*numbers):
    return [case for number in numbers for case in exercise(number).calls]


def test_the_packing_is_torchs():
    for case, wanted in zip(cases("09.1"), exercise("09.1").wanted, strict=True):
        packed = pack_padded_sequence(*case.inputs.values(), batch_first=True, enforce_sorted=False)
        for name in wanted:
            assert torch.equal(wanted[name], getattr(packed, name).double())


@pytest.mark.parametrize("number", ["09.1", "09.2", "09.3"])
def test_all_sizes_of_a_call_differ_and_so_do_its_lengths(number):
    for case in cases(number):
        sizes = [size for size in case.sizes.values() if size > 1]
        lengths = case.inputs["lengths"].tolist()
        assert len(set(sizes)) == len(sizes)
        if not case.special:
            assert len(set(lengths)) == len(lengths)
            assert lengths != sorted(lengths, reverse=True)


def test_no_order_can_be_taken_for_its_own_way_back():
    for case in cases("09.1", "09.3"):
        if case.special:
            continue
        order = case.inputs["lengths"].argsort(descending=True)
        assert not torch.equal(order, order.argsort())
        if len(order) > 3:  # of three sentences, it has to be
            assert not torch.equal(order[order], order.argsort())


def test_padding_cannot_be_told_by_its_numbers_though_some_of_it_is_zero():
    for case in cases("09.1", "09.2"):
        block, lengths = case.inputs.values()
        padding = block[torch.arange(block.shape[1]) >= lengths[:, None]]
        zero = (padding == 0).all(dim=-1)
        assert zero.sum() == min(len(padding), 1)
        assert (padding[~zero] != 0).all()
        assert len(padding) or case.special


def by_another_name(x, lengths):
    pack = pack_padded_sequence
    packed = pack(x, lengths, batch_first=True, enforce_sorted=False)
    return packed.data, packed.batch_sizes, packed.sorted_indices


def in_a_function_of_its_own(x, lengths):
    def rows():
        sentences = [sentence[:n] for sentence, n in zip(x, lengths, strict=True)]
        return pack_sequence(sentences, enforce_sorted=False)

    return rows()[:3]


def from_below(x, lengths):
    lengths, order = lengths.sort(descending=True)
    return *torch._VF._pack_padded_sequence(x[order], lengths, True), order


def as_an_operator(x, lengths):
    lengths, order = lengths.sort(descending=True)
    packed = torch.ops.aten._pack_padded_sequence.default(x[order], lengths, True)
    return *packed, order


def in_another_thread(x, lengths):
    found = []
    thread = threading.Thread(target=lambda: found.extend(by_another_name(x, lengths)))
    thread.start()
    thread.join()
    return found


@pytest.mark.parametrize(
    "answer",
    [by_another_name, in_a_function_of_its_own, from_below, as_an_operator, in_another_thread],
)
def test_what_is_to_be_done_by_hand_is_not_called_by_any_way(answer):
    result = exercise("09.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "not by hand")
    assert "Your function calls `pack_" in result.message


def packed_with(change):
    return lambda x, lengths: change(x, *pack_with_a_mask(x, lengths))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda x, rows, *rest: (rows.flip(0), *rest), "Row 0 is word 4 of sentence 2. Word 0 of"),
        (lambda x, rows, *rest: (x[1, 1:].flip(0), *rest), "Row 0 is padding: step 4 of sent"),
        (lambda x, rows, *rest: (rows[:-2], *rest), "it holds 8 of 10 rows"),
        (lambda x, rows, sizes, order: (rows.flip(0), sizes + 1, order), "says 4. Of the se"),
        (lambda x, rows, sizes, order: (rows, sizes, 0 * order), "says 0, 0 and 0. It should hold"),
        (lambda x, rows, sizes, order: (rows, order, sizes), "its three results in another order"),
        (lambda x, rows, sizes, order: (order, sizes, rows), "Your third result alone holds numb"),
        (lambda x, rows, sizes, order: (sizes, rows, order), "Your second result alone holds"),
        (lambda x, rows, sizes, order: (sizes, sizes, order), "data that you return holds whole n"),
        (lambda x, rows, sizes, order: (rows, sizes, sizes), "these are the numbers of batch_s"),
        (lambda x, rows, *rest: (list(rows), *rest), "`torch.cat` makes one tensor of them"),
    ],
)  # fmt: skip
def test_a_wrong_packing_is_told_by_what_stands_in_it(change, said):
    result = exercise("09.1").check(packed_with(change))
    assert result.outcome == "incorrect"
    assert said in result.message


def test_only_lists_hear_of_tensors():
    praise = exercise("09.1").praise
    assert exercise("09.1").check(pack_with_a_mask).message == praise
    listed = exercise("09.1").check(
        packed_with(lambda x, rows, sizes, order: (rows, sizes.tolist(), order))
    )
    assert listed.message.startswith(praise)
    assert listed.message.endswith("(With `pack_padded_sequence`, all three are tensors.)")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            lambda states, n: states[:n].sum(0) / (n + 1),
            "0 to 4, divided by 6 (the longest). The number of these steps is 5",
        ),
        (lambda states, n: states[2:n].mean(0), "Row 0 is the mean of the steps 2 to 4. The words"),
        (lambda states, n: states[1:].sum(0), "Row 0 is the sum of the steps 1 to 6. The words of"),
        (
            lambda states, n: states[2],
            "Row 0 is step 2, one state and not a mean. The words of sentence 0",
        ),
    ],
)
def test_a_wrong_mean_is_told_by_what_it_adds_up(row, said):
    def answer(output, lengths):
        return torch.stack([row(*each) for each in zip(output, lengths.tolist(), strict=True)])

    result = exercise("09.2").check(answer)
    assert result.outcome == "incorrect"
    assert said in result.message


@pytest.mark.parametrize(
    "answer",
    [
        lambda output, lengths: output.mean(1),
        lambda output, lengths: output.sum(1) / len(output[0]),
    ],
)
def test_a_mean_over_all_steps_is_told_of_the_padding(answer):
    result = exercise("09.2").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "a mean over all steps")
    assert "so you average the padding, too" in result.message


def test_who_divides_rightly_is_not_told_to_divide_otherwise():
    result = exercise("09.2").check(lambda output, lengths: output.sum(1) / lengths[:, None])
    assert (result.outcome, result.misconception) == ("incorrect", "padding in the sum")
    assert result.message.endswith("What you divide by is right.")


@pytest.mark.parametrize("order", sorted({*permutations((1, 4, 6))} - {(1, 4, 6)}))
def test_a_state_in_another_order_is_told_what_stands_first(order):
    result = exercise("09.4").check(PACKING | {"h_n": order})
    assert (result.outcome, result.misconception) == ("incorrect", "axes in another order")
    assert "First in a state stand the layers, because each layer keeps a block" in result.message


def test_a_mean_made_by_numpy_is_told_why_it_has_no_gradient():
    def answer(output, lengths):
        rows = zip(output, lengths, strict=True)
        return torch.stack([torch.tensor(states[:n].numpy().mean(0)) for states, n in rows])

    result = exercise("09.2").check(answer)
    assert (result.outcome, result.misconception) == ("error", "numpy in a graph")
    assert "`.numpy()` leaves torch's graph" in result.message


def test_a_row_for_each_sentence_is_not_called_one_mean_over_all():
    def answer(output, lengths):
        mask = torch.arange(output.shape[1]) < lengths[:, None]
        return (output * mask[:, :, None]).sum(dim=1) / lengths.sum()

    result = exercise("09.2").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "another divisor")


def test_the_broken_function_is_right_for_equal_lengths_and_never_raises():
    space = exercise("09.3").text.namespace()
    x, lengths, lstm = exercise("09.3").calls[0].inputs.values()
    x = x.repeat(1, 20, 1)  # so many that an unstable sort would mix them up
    equal = torch.full((x.shape[1],), len(x))
    broken = space["broken_last_states"]
    wanted = last_without_packing(x, equal, lstm)
    torch.testing.assert_close(broken(x, equal, lstm), wanted, rtol=0, atol=1e-12)
    result = exercise("09.3").check(broken)
    assert (result.outcome, result.misconception) == ("incorrect", "as it was")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda output, right: output[2], "Row 0 is the state of sentence 0 at step 2. Asked for"),
        (lambda output, right: right.roll(1, 0), "the state of sentence 2 at step 5. Asked for is"),
        (
            lambda output, right: output[5].roll(-1, 0),
            "sentence 1 at step 5, where it has padding.",
        ),
        (lambda output, right: 0 * right, "Row 0 is zero, as `pad_packed_sequence` leaves"),
        (
            lambda output, right: output.sum(0),
            "is the sum of the states of sentence 0 at the steps",
        ),
        (
            lambda output, right: output.mean(0).roll(1, 0),
            "the mean of the states of sentence 2 at",
        ),
        (lambda output, right: 2 * right, "every number is 2 times what it should be"),
    ],
)
def test_a_wrong_state_is_told_by_its_sentence_and_step(change, said):
    def answer(x, lengths, lstm):
        return change(lstm(x)[0], last_without_packing(x, lengths, lstm))

    result = exercise("09.3").check(answer)
    assert result.outcome == "incorrect"
    assert said in result.message


def test_nothing_that_comes_back_may_be_a_part_of_the_packed_output():
    def answer(x, lengths, lstm):
        lengths, order = lengths.sort(descending=True)
        return lstm(pack_padded_sequence(x[:, order], lengths))[0][-1]

    result = exercise("09.3").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "nothing returned")
    assert "`unsorted_indices`, is None where you sort yourself." in result.message


@pytest.mark.parametrize("batch_first", [False, True])
def test_nobody_is_told_that_he_says_batch_first(batch_first):
    def answer(x, lengths, lstm):
        x = x if batch_first else x[lengths.argsort(descending=True)]
        options = {"batch_first": batch_first, "enforce_sorted": False}
        return lstm(pack_padded_sequence(x, lengths, **options))[1][0][0]

    result = exercise("09.3").check(answer)
    assert (result.outcome, result.misconception) == ("error", "steps for sentences")
    assert "You say" not in result.message


def test_torch_says_what_is_to_be_predicted():
    right, program = exercise("09.4").right, SOURCE.read_text("utf-8")
    given = program[program.index("x = torch.randn(5, 4, 3)") :]
    space = {each.__name__: each for each in (torch, pack_padded_sequence, pad_packed_sequence)}
    torch.manual_seed(0)
    exec(given[: given.index("# %%")], space | {"nn": nn}, space)
    x, packed, output, h_n = (space[name] for name in ("x", "packed", "output", "h_n"))
    assert tuple(packed.sorted_indices.tolist()) == right["sorted_indices"]
    assert tuple(packed.batch_sizes.tolist()) == right["batch_sizes"]
    assert packed.data.shape == right["data"]
    assert h_n.shape == right["h_n"]
    assert torch.equal(packed.data[int(right["place"])], x[1, 0])
    assert torch.equal(output[int(right["step"]), 0], h_n[0, 0])
    assert (output == 0).all(dim=-1).sum() == right["zeros"]
    gaps = (h_n - space["h_padded"]).abs().amax(dim=(0, 2))
    assert (gaps < 1e-6).nonzero().tolist() == [[right["same"]]]
