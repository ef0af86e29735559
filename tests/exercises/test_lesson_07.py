"""Lesson 07: what is asked is true, and what was found by trying is told in true words."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from lstm_lessons import exercise

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


def moved(read, x, word):
    other = x.clone()
    other[word] += 1
    return not torch.allclose(read(x), read(other), rtol=0, atol=1e-12)


def two_ways(**options):
    torch.manual_seed(0)
    return nn.LSTM(8, 5, bidirectional=True, dtype=torch.float64, **options)


def sentences():
    torch.manual_seed(1)
    return torch.randn(7, 4, 8, dtype=torch.float64)


def test_the_vector_of_a_sentence_is_in_h_n():
    output, (h_n, _) = two_ways(batch_first=True)(sentences())
    vector = exercise("07.1").solved(output)
    assert torch.allclose(vector, torch.cat([h_n[-2], h_n[-1]], dim=-1), rtol=0, atol=1e-12)


def test_what_was_known_at_t_has_no_leak_and_the_given_function_has_one():
    known_at_t, lstm, x = exercise("07.2").solved, two_ways(num_layers=2), sentences()
    leaking = exercise("07.2").text.namespace()["leaking"]
    assert not moved(lambda x: known_at_t(lstm, x)[:-1], x, 6)
    assert moved(lambda x: leaking(lstm, x)[:-1], x, 6)
    assert torch.allclose(known_at_t(lstm, x)[-1], leaking(lstm, x)[-1], rtol=0, atol=1e-12)
    assert exercise("07.2").check(leaking).misconception == "all of x"


def test_the_truth_about_the_slots():
    lstm, single, x = two_ways(num_layers=3), two_ways(), sentences()
    output, (h_n, _) = lstm(x)
    truth = {"h_n": tuple(h_n.shape)}
    truth["weight_ih_l1_reverse"] = tuple(lstm.weight_ih_l1_reverse.shape)
    for key, layer, direction in (("top forward", 2, 0), ("middle reverse", 1, 1)):
        wanted = h_n.view(3, 2, 4, 5)[layer, direction]
        (truth[key],) = (n for n in range(6) if torch.equal(h_n[n], wanted))
    asked = {each.key: each for each in exercise("07.3").questions}
    (truth["h_n[5] in output"],) = (
        slot
        for slot in asked["h_n[5] in output"].options
        if torch.allclose(eval(slot, {"output": output}), h_n[5])
    )
    truth["steps"] = 1  # the reverse pass begins at the last word
    for key, layer in (("words, one layer", single), ("words, three layers", lstm)):
        truth[key] = sum(
            moved(lambda x, layer=layer: layer(x)[0][-1, :, 5:], x, word) for word in range(7)
        )
    truth["causal"] = "no" if moved(lambda x: lstm(x)[0][:-1, :, :5], x, 6) else "yes"
    assert truth == SLOTS == exercise("07.3").text.made()


def test_one_entry_of_another_kind_silences_no_other():
    answer = SLOTS | {"causal": False, "steps": 7, "top forward": -1}
    message = exercise("07.3").check(answer).message
    assert "`causal` is True or False; expected one of" in message
    assert "7 steps it has made at word 0" in message and "Row 5 is the top layer" in message


def test_no_look_at_the_slots_gives_another_entry_away():
    wrong = SLOTS | {"words, one layer": 2, "words, three layers": 4}
    message = exercise("07.3").check(wrong).message
    assert "made one step" not in message and "1 word" not in message


@pytest.mark.parametrize("number", ["07.1", "07.2", "07.4"])
def test_all_sizes_of_the_first_call_differ_and_all_degenerate_ones_are_there(number):
    first, *others = exercise(number).calls
    sizes = [size for name, size in first.sizes.items() if name not in "LD"]
    assert len(set(sizes)) == len(sizes)
    for name in first.sizes:
        if name not in "LD":
            assert any(case.sizes[name] == 1 and case.special for case in others), name


# --- 07.1 and 07.4: of what a vector is made -----------------------------------------------------


def halves(make):
    return lambda output: torch.cat(make(*output.chunk(2, -1)), -1)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            halves(lambda f, r: [f[:, 0], r[:, -1]]),
            "Your first H numbers are the forward half in the slot of the first word (that pass "
            "has made one step there). Your other H numbers are the reverse half in the slot of "
            "the last word (that pass has made one step there).",
        ),
        (
            halves(lambda f, r: [f[:, -1], 2 * r[:, 0]]),
            "Your first H numbers are right. Your other H numbers are not right.",
        ),
        (
            halves(lambda f, r: [r[:, -1]]),
            "Your numbers are the reverse half in the slot of the last word (that pass has made "
            "one step there). The vector has two parts",
        ),
        (halves(lambda f, r: [f[:, -1].squeeze(), r[:, 0].squeeze()]), "the axis of the sentences"),
        (lambda output: torch.stack([*halves_at_their_ends(output)], 1), "lie on two axes"),
    ],
)  # fmt: skip
def test_it_is_told_what_each_part_of_the_vector_is(answer, said):
    result = exercise("07.1").check(answer)
    assert result.outcome == "incorrect"
    assert said in result.message


def halves_at_their_ends(output):
    forward, reverse = output.chunk(2, -1)
    return forward[:, -1], reverse[:, 0]


def test_a_vector_without_a_graph_is_not_right():
    result = exercise("07.1").check(
        lambda output: torch.cat(halves_at_their_ends(output), -1).detach()
    )
    assert (result.outcome, result.misconception) == ("incorrect", "detached graph")


def test_a_vector_written_into_output_changes_it():
    def answer(output):
        H = output.shape[-1] // 2
        output[:, -1, H:] = output[:, 0, H:]
        return output[:, -1]

    assert exercise("07.1").check(answer).misconception == "changes its inputs"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            lambda h_n: torch.cat([h_n[1], h_n[3]], dim=-1),
            "`h_n[1]` (layer 0, reverse) and `h_n[3]` (layer 1, reverse).",
        ),
        (lambda h_n: h_n[2], "For each sentence you have `h_n[2]` (layer 1, forward)."),
        (lambda h_n: torch.cat([h_n[-2], h_n[-1].flip(0)], -1), "they stand in other places"),
        (lambda h_n: torch.cat([h_n[-2], h_n[-1].flip(1)], -1), "in another order: [0, 1, 2"),
        (lambda h_n: torch.stack([h_n[-2], h_n[-1]], 2), "the numbers lie on two axes"),
    ],
)
def test_it_is_told_what_a_summary_is_made_of(answer, said):
    result = exercise("07.4").check(lambda lstm, x: answer(lstm(x)[1][0]))
    assert result.outcome == "incorrect"
    assert said in result.message


def test_what_is_right_with_both_directions_alone_is_told_what_the_other_layer_lacks():
    def answer(lstm, x):
        return from_output(lstm, x) if lstm.bidirectional else lstm(x)[0][1]

    message = exercise("07.4").check(answer).message
    assert message.startswith("For each sentence you have the slot of word 1 (that pass has made")
    assert message.endswith("With one direction there is one pass at the top. Its last step is the "
                            "last word.")  # fmt: skip


def test_the_vector_of_07_1_is_told_that_time_is_another_axis_in_07_4():
    result = exercise("07.4").check(lambda lstm, x: exercise("07.1").solved(lstm(x)[0]))
    assert "time on the second axis" in result.misconception


# --- 07.2: who has read what ---------------------------------------------------------------------


def prefix(lstm, x, t):
    return lstm(x[: t + 1])[0][-1]


def slots_of(look):
    return lambda lstm, x: torch.stack([look(lstm, x, t) for t in range(len(x))])


def half_from_the_value_before(lstm, x, t):
    H = lstm.hidden_size
    return torch.cat([prefix(lstm, x, max(0, t - 1))[:, :H], prefix(lstm, x, t)[:, H:]], dim=-1)


def a_leak_of_the_second_layer_alone(lstm, x):
    H = lstm.hidden_size
    return torch.cat([lstm(x)[0][..., :H], slots_of(prefix)(lstm, x)[..., H:]], dim=-1)


def at_their_ends(lstm, x, t):
    _, (h_n, _) = lstm(x[: t + 1])
    return torch.cat([h_n[-2], h_n[-1]], dim=-1)


def from_the_first_slot(lstm, x, t):
    output, H = lstm(x[: t + 1])[0], lstm.hidden_size
    return torch.cat([output[-1][:, :H], output[0][:, H:]], dim=-1)


def in_chunks_of_three(lstm, x):
    return torch.cat([lstm(x[start : start + 3])[0] for start in range(0, len(x), 3)])


def alias(lstm, x):
    x[1:] = 0
    return lstm(x)[0]


def nested(lstm, x):
    return torch.nested.nested_tensor(list(slots_of(prefix)(lstm, x)))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (in_chunks_of_three, "step 0 of your result changes with steps 0 to 2 of `x`. That is a"),
        (slots_of(half_from_the_value_before), "second half of the numbers is right, the first is"),
        (a_leak_of_the_second_layer_alone, "What does layer 1 read, in both of its passes?"),
        (slots_of(at_their_ends), "as it stands in `output[0]` and in h_n."),
        (slots_of(from_the_first_slot), "as it stands in `output[0]` and in h_n."),
        (slots_of(lambda lstm, x, t: lstm(x[:t])[0][-1]), "it begins at −1, which counts from"),
        (slots_of(lambda lstm, x, t: lstm(x[max(0, t - 8) : t + 1])[0][-1]), "*all* values up to"),
        (lambda lstm, x: slots_of(prefix)(lstm, x).squeeze(), "Here there is one value only"),
        (lambda lstm, x: slots_of(prefix)(copy.deepcopy(lstm), x), "the graph is cut"),
        (alias, "Your function changes x"),
        (nested, "expected an ordinary tensor"),
    ],
)
@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
def test_it_is_told_what_a_slot_has_read(answer, said):
    result = exercise("07.2").check(answer)
    assert result.outcome in ("incorrect", "error")
    assert said in result.message


def test_a_layer_whose_forward_is_replaced_is_put_back():
    before = nn.LSTM.forward

    def answer(lstm, x):
        nn.LSTM.forward = lambda self, *inputs: before(self, *inputs)
        return slots_of(prefix)(lstm, x)

    assert exercise("07.2").check(answer).misconception == "replaces what is torch's"
    assert nn.LSTM.forward is before


@pytest.mark.parametrize("length", [9, 11])
def test_a_window_of_many_values_is_not_all_of_them(length):
    def window(lstm, x):
        ends = range(1, len(x) + 1)
        return torch.stack([lstm(x[max(0, end - length) : end])[0][-1] for end in ends])

    assert exercise("07.2").check(window).outcome == "incorrect"
