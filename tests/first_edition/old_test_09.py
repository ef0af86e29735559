"""Lesson 09: answers that are right, however they are written; where unknown mistakes are seen."""

import pytest
import torch
from lstm_lessons.exercises.base import Misformed
from lstm_lessons.exercises.forms import Tensors
from torch import nn
from torch.nn.utils.rnn import (
    pack_padded_sequence,
    pack_sequence,
    pad_packed_sequence,
    unpad_sequence,
)

from lstm_lessons import exercise
from lstm_lessons.lstm.cell import lstm_step

# --- Right answers -------------------------------------------------------------------------------


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


RIGHT = {
    "09.1": {
        "with lists": pack_with_lists,
        "with a mask": pack_with_a_mask,
        "in place": pack_in_place,
        "with other numbers": pack_with_other_numbers,
    },
    "09.2": {
        "one by one": mean_one_by_one,
        "by cumulation": mean_by_cumulation,
        "with einsum": mean_with_einsum,
        "with fill": mean_with_fill,
    },
    "09.3": {
        "both lines mended": both_lines_mended,
        "without packing": last_without_packing,
        "with gather": last_with_gather,
        "batch first": last_batch_first,
        "one by one": last_one_by_one,
        "with a loop": last_with_a_loop,
    },
    "09.4": {
        "tuples and tensors": {
            "sorted_indices": torch.tensor([1, 2, 0, 3]),
            "batch_sizes": (4.0, 3, torch.tensor(2), 2, 1),
            "data": [12, 3],
            "row": 6.0,
            "h_n": torch.Size((1, 4, 6)),
            "step": torch.tensor(1),
            "zeros": "8",
            "same": 1,
        },
        "from the back": {
            "sorted_indices": (1, 2, 0, 3),
            "batch_sizes": torch.tensor([4, 3, 2, 2, 1]),
            "data": (12, 3),
            "row": 6,
            "h_n": (1, 4, 6),
            "step": -4,
            "zeros": 8,
            "same": torch.tensor([1]),
        },
    },
}


# --- The exercises are what they say -------------------------------------------------------------


def test_the_broken_function_is_right_for_equal_lengths_and_never_raises():
    space = {
        "pack_padded_sequence": pack_padded_sequence,
        "pad_packed_sequence": pad_packed_sequence,
    }
    exec(exercise("09.3").given, space)
    broken = space["broken_last_states"]
    x, _, lstm = exercise("09.3").cases[0].inputs.values()
    x = x.repeat(1, 20, 1)  # so many that an unstable sort would mix them up
    equal = torch.full((x.shape[1],), len(x))
    wanted = last_without_packing(x, equal, lstm)
    assert torch.allclose(broken(x, equal, lstm), wanted, rtol=0, atol=1e-12)
    result = exercise("09.3").check(broken)
    assert (result.outcome, result.misconception) == ("incorrect", "as it was")


@pytest.mark.parametrize("number", ["09.1", "09.2", "09.3"])
def test_all_sizes_of_a_call_differ_and_so_do_its_lengths(number):
    for case in exercise(number).cases:
        sizes = [int(each.split("=")[1]) for each in case.label.split(", lengths")[0].split(", ")]
        assert len(set(sizes)) == len(sizes)
        lengths = case.inputs["lengths"].tolist()
        assert len(set(lengths)) == len(lengths)
        assert lengths != sorted(lengths, reverse=True) or len(lengths) == 1


@pytest.mark.parametrize("number", ["09.1", "09.2", "09.3"])
def test_an_axis_of_one_is_tried_behind_larger_ones(number):
    cases = exercise(number).cases
    batches = [len(case.inputs["lengths"]) for case in cases]
    assert batches[-1] == 1 and 1 not in batches[:-1]
    if number == "09.1":
        assert [case.inputs["x"].shape[2] for case in cases].count(1) == 1
    assert "one sentence only" in cases[-1].special and not cases[0].special


@pytest.mark.parametrize("number", ["09.1", "09.3"])
def test_no_order_can_be_taken_for_its_own_way_back(number):
    orders = [case.inputs["lengths"].argsort(descending=True) for case in exercise(number).cases]
    for order in orders:
        assert len(order) == 1 or not torch.equal(order, order.argsort())
        if len(order) > 3:  # of three sentences, it has to be
            assert not torch.equal(order[order], order.argsort())


def test_padding_cannot_be_told_by_its_numbers_though_some_of_it_is_zero():
    for number in ("09.1", "09.2"):
        for case in exercise(number).cases:
            block, lengths = case.inputs.values()
            padding = block[torch.arange(block.shape[1]) >= lengths[:, None]]
            zero = (padding == 0).all(dim=-1)
            assert zero.sum() == min(len(padding), 1) and bool((padding[~zero] != 0).all())
            assert len(padding) or len(lengths) == 1


def test_torch_says_what_is_to_be_predicted():
    torch.manual_seed(0)
    space = {"torch": torch, "nn": nn}
    space |= {each.__name__: each for each in (pack_padded_sequence, pad_packed_sequence)}
    exec(exercise("09.4").given, space)
    x, packed, output = space["x"], space["packed"], space["output"]
    h_n, h_padded = space["h_n"], space["h_padded"]
    right = {part.key: part.right for part in exercise("09.4").parts}
    assert tuple(packed.sorted_indices.tolist()) == right["sorted_indices"]
    assert tuple(packed.batch_sizes.tolist()) == right["batch_sizes"]
    assert packed.data.shape == right["data"] and h_n.shape == right["h_n"]
    assert torch.equal(packed.data[right["row"]], x[1, 0])
    assert torch.equal(output[right["step"], 0], h_n[0, 0])
    assert (output == 0).all(dim=-1).sum() == right["zeros"]
    same = [b for b in range(4) if torch.allclose(h_n[0, b], h_padded[0, b], atol=1e-6)]
    assert same == [right["same"]]


@pytest.mark.parametrize("name", ["pack_padded_sequence", "pack_sequence"])
def test_what_is_to_be_done_by_hand_is_not_called(name):
    def with_padding(x, lengths):
        return [pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)]

    def in_a_function_of_its_own(x, lengths):
        def rows():
            return pack_sequence([s[:n] for s, n in zip(x, lengths, strict=True)])

        return rows()

    answer = {"pack_padded_sequence": with_padding, "pack_sequence": in_a_function_of_its_own}
    result = exercise("09.1").check(answer[name])
    assert (result.outcome, result.misconception) == ("incorrect", "not by hand")
    assert f"calls `{name}`" in result.message


@pytest.mark.parametrize("value", ["1203", [1, "2"], [1.5], {1, 2}, torch.zeros(2, 2), 3])
def test_what_is_no_list_of_whole_numbers_is_told(value):
    result = exercise("09.4").check({"sorted_indices": value})
    assert result.outcome == "incorrect"
    assert "`sorted_indices` should be whole numbers in a list" in result.message


# --- Whole numbers -------------------------------------------------------------------------------

FORM = Tensors(("data", "sizes"), whole=("sizes",))


@pytest.mark.parametrize(
    "sizes",
    [[3, 1], (3, 1), torch.tensor([3, 1]), torch.tensor([3.0, 1.0]), [torch.tensor(3), 1]],
    ids=["list", "tuple", "whole tensor", "float tensor", "mixed list"],
)
def test_whole_numbers_may_be_written_in_many_ways(sizes):
    read = FORM.read((torch.zeros(4, dtype=torch.float64), sizes))
    assert read["sizes"].tolist() == [3, 1]
    assert read["sizes"].dtype.is_floating_point


@pytest.mark.parametrize("sizes", ["31", ["3", "1"], [[3], [1]], 3, None, {3, 1}])
def test_what_is_no_list_of_numbers_is_refused_in_a_line(sizes):
    with pytest.raises(Misformed, match="The sizes that you return") as caught:
        FORM.read((torch.zeros(4), sizes))
    assert "\n" not in caught.value.message


def test_data_of_whole_numbers_is_refused_still():
    with pytest.raises(Misformed, match="torch.int64 numbers"):
        FORM.read((torch.zeros(4, dtype=torch.long), [3, 1]))


def test_a_result_too_few_is_not_taken_for_nn_lstms():
    result = exercise("09.1").check(lambda x, lengths: pack_with_lists(x, lengths)[:2])
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "returns 2 things. Expected: `return data, batch_sizes" in result.message


# --- Unknown mistakes ----------------------------------------------------------------------------


def test_an_unknown_mistake_in_data_alone_is_found_there():
    def answer(x, lengths):
        data, sizes, order = pack_with_a_mask(x, lengths)
        return data.flip(0), sizes, order

    result = exercise("09.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "batch_sizes and sorted_indices are right, data is not. Row 0 is word" in result.message


def packed_with(rows):
    """Return a packer whose data are these rows, made from the right ones, x, and the order."""

    def answer(x, lengths):
        data, sizes, order = pack_with_a_mask(x, lengths)
        return rows(data, x, order), sizes, order

    return answer


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (lambda data, x, by: x[by].flip(1).flatten(0, 1)[: len(data)], "Row 0 is word 4 of"),
        (lambda data, x, by: x[1, 1:].flip(0), "Row 0 is padding: step 4 of sentence 1, behind"),
        (lambda data, x, by: data[[0, 2, 1]], "Row 1 is word 0 of sentence 1. Word 0 of sentence"),
        (lambda data, x, by: 2 * data, "Row 0 is no row of x."),
        (lambda data, x, by: data[:-2], "The rows that it has are right, but some are missing"),
        (lambda data, x, by: torch.cat([data, x[0]]), "begins with all the right rows, and more"),
        (lambda data, x, by: data[:, :1], "data is not.\n\nThe shape of data should be (10, 2)"),
        (lambda data, x, by: data[:0], "data is not.\n\nThe shape of data should be (10, 2)"),
        (lambda data, x, by: data.flatten(), "data is not.\n\nThe shape of data should be (10, 2)"),
    ],
    ids=["turned", "padding", "swapped", "doubled", "short", "long", "narrow", "empty", "flat"],
)
def test_the_rows_of_data_are_told_by_their_words(rows, said):
    result = exercise("09.1").check(packed_with(rows))
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert said in result.message


def test_nothing_is_said_of_data_where_something_before_it_is_wrong():
    def answer(x, lengths):
        data, sizes, order = pack_with_a_mask(x, lengths)
        return data.flip(0), sizes + 1, order

    result = exercise("09.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "batch_sizes differs first at step 0" in result.message
    assert "Row" not in result.message


def test_a_list_of_pieces_is_told_to_be_joined_with_cat():
    def answer(x, lengths):
        data, sizes, order = pack_with_a_mask(x, lengths)
        return list(data.split(sizes.tolist())), sizes, order

    result = exercise("09.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "not stacked")
    assert "a list of 5 tensors. `torch.cat` makes one tensor" in result.message


def test_whole_numbers_in_front_are_not_called_right():
    result = exercise("09.1").check(lambda x, n: (n, x, n))
    assert (result.outcome, result.misconception) == ("incorrect", "whole numbers first")
    assert "ight" not in result.message


def test_the_numbers_are_praised_and_only_lists_hear_of_tensors():
    praise = "Your numbers are those of `pack_padded_sequence`."
    for answer in (pack_with_a_mask, pack_with_other_numbers):
        assert exercise("09.1").check(answer).message == praise
    listed = exercise("09.1").check(pack_with_lists)
    assert (listed.outcome, listed.message.split("\n\n")[0]) == ("correct", praise)
    assert listed.message.endswith("(With `pack_padded_sequence`, all three are tensors.)")


@pytest.mark.parametrize(
    ("number", "answer", "cut"),
    [
        ("09.1", lambda x, n: pack_with_a_mask(x.detach(), n), "data reaches x"),
        ("09.3", lambda *given: last_without_packing(*given).detach(), "states reaches x, lstm.w"),
        ("09.3", lambda x, *rest: last_without_packing(x.detach(), *rest), "states reaches x."),
    ],
    ids=["data", "states", "words"],
)
def test_a_cut_graph_is_told(number, answer, cut):
    result = exercise(number).check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "detached graph")
    assert f"no gradient of {cut}" in result.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda b: b[:2], "Your batch_sizes are right as far as they go, but there are 5 steps."),
        (lambda b: [*b, 0, 0], "begin with the right ones, but there are 5 steps only."),
        (lambda b: [*b[1:], 0], "begin one step too late. The first one is for step 0."),
        (lambda b: [*b[1:], 1], "batch_sizes differs first at step 0"),
        (lambda b: b[None], "The shape of batch_sizes should be (5,)"),
    ],
    ids=["short", "long", "late", "unknown", "two axes"],
)
def test_shifted_sizes_are_told_whatever_the_rows_are(change, said):
    def answer(x, lengths):
        data, sizes, order = pack_with_a_mask(x, lengths)
        return data.flip(0), change(sizes), order

    result = exercise("09.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert said in result.message


@pytest.mark.parametrize("number", ["09.1", "09.2", "09.3"])
def test_where_one_sentence_alone_goes_wrong_that_is_said(number):
    right = next(iter(RIGHT[number].values()))

    def answer(block, lengths, *layer):
        return right(block, lengths, *layer) if len(lengths) > 1 else 1 / 0

    result = exercise(number).check(answer)
    assert (result.outcome, result.misconception) == ("error", None)
    assert "Here there is one sentence only. The axis of the batch stays, 1 long." in result.message


def test_one_number_a_word_is_told_where_it_goes_wrong():
    result = exercise("09.1").check(
        lambda x, n: pack_with_a_mask(x, n) if x.shape[2] > 1 else 1 / 0
    )
    assert "Here I is 1. data stays (rows, I)." in result.message


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            lambda states, n: states[:n].sum(0) / (n + 1),
            "of the right steps, 0 to 4, divided by 6. But 5",
        ),
        (lambda states, n: states[1:n].mean(0), "Row 0 is the sum of the steps 1 to 4, divided by"),
        (lambda states, n: states[1:].sum(0), "Row 0 is the sum of the steps 1 to 6. The words"),
        (lambda states, n: states[2], "Row 0 is step 2. The words of sentence 0 are at the steps"),
    ],
    ids=["divisor", "steps", "sum", "state"],
)
def test_a_wrong_mean_is_told_by_what_it_adds_up(row, said):
    def answer(output, lengths):
        return torch.stack([row(*each) for each in zip(output, lengths.tolist(), strict=True)])

    result = exercise("09.2").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert said in result.message


def test_the_mean_of_another_sentence_is_told():
    result = exercise("09.2").check(lambda output, n: mean_one_by_one(output, n).roll(1, dims=0))
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert result.message.startswith("Row 0 is the mean of sentence 2.")


def test_a_mean_of_another_shape_is_told_by_its_shape():
    result = exercise("09.2").check(lambda output, n: mean_one_by_one(output, n).T)
    assert result.message.startswith("The shape of mean should be (3, 4)")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda output, right: output[2], "Row 0 is the state of sentence 0 at step 2. Asked for"),
        (lambda output, right: right.roll(1, dims=0), "state of sentence 2 at step 5. Asked for"),
        (
            lambda output, right: output[5].roll(-1, dims=0),
            "sentence 1 at step 5, where it has pad",
        ),
        (lambda output, right: 0 * right, "Row 0 is zero, as `pad_packed_sequence` leaves"),
        (lambda output, right: 2 * right, "states differs first at sentence 0, unit 0"),
        (lambda output, right: right.T, "The shape of states should be (3, 4)"),
    ],
    ids=["early", "another", "padding", "zero", "unknown", "shape"],
)
def test_a_wrong_state_is_told_by_its_sentence_and_step(change, said):
    def answer(x, lengths, lstm):
        return change(lstm(x)[0], last_without_packing(x, lengths, lstm))

    result = exercise("09.3").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert said in result.message


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            lambda output: output.sum(0),
            "Row 0 is the sum of the states of sentence 0 at the steps 0 to 5.",
        ),
        (
            lambda output: output.mean(0),
            "Row 0 is the mean of the states of sentence 0 at the steps 0",
        ),
        (lambda output: output.sum(0).roll(1, 0), "Row 0 is the sum of the states of sentence 2"),
    ],
    ids=["sum", "mean", "another"],
)
def test_states_that_are_added_up_are_told(row, said):
    result = exercise("09.3").check(lambda x, n, lstm: row(lstm(x)[0]))
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert said in result.message
    assert "Asked for is the state of sentence 0 at step 4, its last word." in result.message


def test_nothing_that_comes_back_may_be_a_part_of_the_packed_output():
    def answer(x, lengths, lstm):
        lengths, order = lengths.sort(descending=True)
        return lstm(pack_padded_sequence(x[:, order], lengths))[0][-1]

    result = exercise("09.3").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "nothing returned")
    assert result.message.startswith("Your function gives back nothing (None). Is the `return`")
    assert "That is `unsorted_indices`, and None where you sort yourself." in result.message


@pytest.mark.parametrize("batch_first", [False, True])
def test_nobody_is_told_that_he_says_batch_first(batch_first):
    def answer(x, lengths, lstm):
        x = x if batch_first else x[lengths.argsort(descending=True)]
        options = {"batch_first": batch_first, "enforce_sorted": False}
        return lstm(pack_padded_sequence(x, lengths, **options))[1][0][0]

    result = exercise("09.3").check(answer)
    assert (result.outcome, result.misconception) == ("error", "steps for sentences")
    assert "You say" not in result.message


def test_every_message_on_a_packing_begins_with_its_key():
    for wrong in exercise("09.4").wrongs:
        (key,) = wrong.answer
        assert wrong.message.startswith(f"`{key}`")


def test_a_mean_that_leaves_out_the_first_word_is_wrong_and_not_named():
    def answer(output, lengths):
        return (lengths[:, None] * mean_with_fill(output, lengths) - output[:, 0]) / lengths[
            :, None
        ]

    result = exercise("09.2").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "mean differs first at sentence 0, unit 0" in result.message


def test_a_mean_that_cuts_the_gradient_is_told():
    result = exercise("09.2").check(lambda output, n: mean_with_fill(output.detach(), n))
    assert result.outcome == "incorrect"
    assert "gradient" in result.message
