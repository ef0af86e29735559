"""Lesson 07: answers that are right, however they are written; the truth of what is asked."""

import numpy as np
import pytest
import torch
from torch import nn

from lstm_lessons import exercise

_ANSWER = {
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


def into_an_empty_tensor(lstm, x):
    result = torch.empty(*x.shape[:2], 2 * lstm.hidden_size)
    for t in range(x.shape[0]):
        result[t] = lstm(x[: t + 1])[0][t]
    return result


def both_halves_by_flips(lstm, x):
    """The last slot of each prefix is slot 0 of the prefix read backwards, halves exchanged."""
    swapped = nn.LSTM(lstm.input_size, lstm.hidden_size, lstm.num_layers, bidirectional=True)
    weights = {}
    for name, value in lstm.state_dict().items():
        other = name.removesuffix("_reverse") if "_reverse" in name else f"{name}_reverse"
        if name.startswith("weight_ih") and "_l0" not in name:
            value = torch.cat(value.chunk(2, 1)[::-1], 1)
        weights[other] = value
    swapped.load_state_dict(weights)
    slots = [swapped(x[: t + 1].flip(0))[0][0] for t in range(len(x))]
    return torch.stack([torch.cat(slot.chunk(2, -1)[::-1], -1) for slot in slots])


def each_sample_alone(lstm, x):
    samples = [
        torch.stack([lstm(sample[: t + 1])[0][t] for t in range(len(sample))])
        for sample in x.unbind(1)
    ]
    return torch.stack(samples, dim=1)


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


def known_with(lstm, x, length):
    """Read a window of the last values at each step, as many as there are at first."""
    return torch.stack([lstm(x[max(0, t + 1 - length) : t + 1])[0][-1] for t in range(len(x))])


RIGHT = {
    "07.1": {
        "sentence by sentence": sentence_by_sentence,
        "by flip": by_flip,
        "by unflatten": by_unflatten,
        "into a copy": into_a_copy,
        "hstack": lambda o: torch.hstack([o[:, -1, : o.shape[2] // 2], o[:, 0, o.shape[2] // 2 :]]),
    },
    "07.2": {
        "into an empty tensor": into_an_empty_tensor,
        "by flips": both_halves_by_flips,
        "in one line": lambda lstm, x: torch.stack(
            [lstm(x[:n])[0][n - 1] for n in range(1, len(x) + 1)]
        ),
        "each sample alone": each_sample_alone,
        "cat of slices": lambda lstm, x: torch.cat(
            [lstm(x[: t + 1])[0][-1:] for t in range(len(x))]
        ),
    },
    "07.3": {
        "lists and numpy": _ANSWER
        | {"h_n": [6, 4, 5], "top forward": np.int64(4), "steps": torch.tensor(1)},
        "counted from the end": _ANSWER | {"top forward": -2, "middle reverse": torch.tensor(-3)},
        "without blanks": _ANSWER | {"h_n[5] in output": "output[0,:,5:]"},
        "capitals": _ANSWER | {"causal": "No", "h_n": torch.Size([6, 4, 5]), "steps": 1.0},
    },
    "07.4": {
        "by view": by_view,
        "by chunk": by_chunk,
        "with an if": with_an_if,
        "from output": from_output,
    },
}


@pytest.fixture(scope="module")
def lstm():
    torch.manual_seed(0)
    return nn.LSTM(8, 5, num_layers=3, bidirectional=True, dtype=torch.float64)


def moved(read, x, word):
    other = x.clone()
    other[word] += 1
    return not torch.allclose(read(x), read(other), rtol=0, atol=1e-12)


def test_the_truth_about_the_slots(lstm):
    x = torch.randn(7, 4, 8, dtype=torch.float64)
    output, (h_n, _) = lstm(x)
    truth = {"h_n": tuple(h_n.shape)}
    truth["weight_ih_l1_reverse"] = tuple(lstm.weight_ih_l1_reverse.shape)
    for key, layer, direction in (("top forward", 2, 0), ("middle reverse", 1, 1)):
        wanted = h_n.view(3, 2, 4, 5)[layer, direction]
        (truth[key],) = (n for n in range(6) if torch.equal(h_n[n], wanted))
    slots = exercise("07.3").parts[4].options
    (truth["h_n[5] in output"],) = (
        slot
        for slot in slots
        if torch.allclose(eval(slot, {"output": output}), h_n[5])  # noqa: S307 - our own options
    )
    truth["steps"] = 1  # the reverse pass begins at the last word
    single = nn.LSTM(8, 5, bidirectional=True, dtype=torch.float64)
    for key, layer in (("words, one layer", single), ("words, three layers", lstm)):
        truth[key] = sum(
            moved(lambda x, layer=layer: layer(x)[0][-1, :, 5:], x, word) for word in range(7)
        )
    leaks = moved(lambda x: lstm(x)[0][:-1, :, :5], x, 6)
    truth["causal"] = "no" if leaks else "yes"
    assert truth == _ANSWER
    assert exercise("07.3").check(truth).outcome == "correct"


def test_what_was_known_at_t_has_no_leak_and_the_given_function_has_one(lstm):
    exercise_2 = exercise("07.2")
    x = torch.randn(5, 2, 8, dtype=torch.float64)
    assert not moved(lambda x: exercise_2.reference(lstm, x)[:-1], x, 4)
    assert moved(lambda x: lstm(x)[0][:-1], x, 4)
    assert torch.allclose(exercise_2.reference(lstm, x)[-1], lstm(x)[0][-1], rtol=0, atol=1e-12)


def test_the_vector_of_a_sentence_is_in_h_n():
    torch.manual_seed(0)
    layer = nn.LSTM(2, 4, bidirectional=True, batch_first=True, dtype=torch.float64)
    output, (h_n, _) = layer(torch.randn(3, 6, 2, dtype=torch.float64))
    vector = exercise("07.1").reference(output)
    assert torch.allclose(vector, torch.cat([h_n[-2], h_n[-1]], dim=-1), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("number", "answer", "name", "said"),
    [
        ("07.1", lambda output: output, None, "The shape of vector should be (3, 8)"),
        ("07.1", lambda output: (output[:, -1], output[:, 0]), "several results", "one tensor"),
        ("07.2", lambda lstm, x: lstm(x), "several results", "tuple of 2 things"),
        ("07.2", lambda lstm, x: 2 * lstm(x)[0], None, "result differs first at step 0"),
        ("07.2", lambda lstm, x: 2 * lstm(x)[0], None, "Your slots 0, 1, 2 and 3 have read what"),
        ("07.2", lambda lstm, x: known_with(lstm, x, 37), None, "Do you show the layer a window"),
        ("07.2", lambda lstm, x: known_with(lstm, x, 25), "a window", "*all* values up to t"),
        ("07.4", lambda lstm, x: lstm(x)[1][0][-1] + 1, None, "summary"),
    ],
)
def test_an_unknown_mistake_is_described(number, answer, name, said):
    result = exercise(number).check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", name)
    assert said in result.message


def test_a_layer_that_is_changed_is_told():
    def answer(lstm, x):
        right = exercise("07.4").reference(lstm, x)
        with torch.no_grad():
            lstm.weight_ih_l0.zero_()
        return right

    assert exercise("07.4").check(answer).misconception == "changes the layer"


def test_a_row_counted_from_the_end_is_told_like_the_one_from_the_front():
    for row, name in ((-1, "the last row"), (5, "the last row"), (-4, "all forward rows first")):
        result = exercise("07.3").check({"top forward": row})
        assert result.misconception.startswith(name), row
    both = exercise("07.3").check({"top forward": -1, "middle reverse": -2})
    assert both.misconception == "rows counted from 1"
    assert "Look again" not in both.message
    assert exercise("07.3").check(_ANSWER | {"top forward": -7}).outcome == "incorrect"


def test_what_is_right_with_one_layer_alone_is_asked_about_the_second():
    def forward_of_a_full_run(lstm, x):
        slots = exercise("07.2").reference(lstm, x)
        if lstm.num_layers > 1:
            slots[0] += 1
        return slots

    message = exercise("07.2").check(forward_of_a_full_run).message
    assert "What does layer 1 read" in message
    assert "should be an argument" not in message


def prefix(lstm, x, t):
    return lstm(x[: t + 1])[0][-1]


def slots_of(look):
    return lambda lstm, x: torch.stack([look(lstm, x, t) for t in range(len(x))])


def only_with_five_steps(lstm, x):
    slots = slots_of(prefix)(lstm, x)
    slots[3] = lstm(x)[0][3]
    return slots


def in_chunks_of_three(lstm, x):
    return torch.cat([lstm(x[start : start + 3])[0] for start in range(0, len(x), 3)])


def one_value_more_in_the_middle(lstm, x, t):
    return lstm(x[max(0, t - 1) : t + 2])[0][min(t, 1)]


def mean_for_the_future(lstm, x, t):
    hidden = x.clone()
    hidden[t + 1 :] = x.mean(dim=0)
    return lstm(hidden)[0][t]


def half_from_the_value_before(lstm, x, t):
    """Take the reverse half right, the forward half from a prefix that is too short."""
    H = lstm.hidden_size
    return torch.cat([prefix(lstm, x, max(0, t - 1))[:, :H], prefix(lstm, x, t)[:, H:]], dim=-1)


def one_step_late(lstm, x):
    right = slots_of(prefix)(lstm, x)
    return torch.cat([torch.zeros_like(right[:1]), right[:-1]])


def the_batch_for_time(lstm, x):
    return lstm(x.transpose(0, 1))[0].transpose(0, 1)


def of_a_layer_of_one_direction(lstm, x, halves):
    """Copy the forward weights of the lowest layer into another layer."""
    weights = lstm.state_dict()
    other = nn.LSTM(lstm.input_size, lstm.hidden_size, dtype=x.dtype)
    other.load_state_dict({name: weights[name] for name in other.state_dict()})
    return torch.cat([other(x)[0]] * halves, dim=-1)


NO_LEAK = "There is no leak"


@pytest.mark.parametrize(
    ("answer", "said", "not_said"),
    [
        (only_with_five_steps, "Your slot 3 has read what comes after it. That is a leak", NO_LEAK),
        (in_chunks_of_three, "Your slots 0, 1 and 3 have read what comes after them.", NO_LEAK),
        (
            slots_of(one_value_more_in_the_middle),
            "Your slot t has read one value too many: value t + 1. That is a leak.",
            NO_LEAK,
        ),
        (slots_of(mean_for_the_future), "have read what comes after them", NO_LEAK),
        (
            slots_of(half_from_the_value_before),
            "The reverse half is right. The forward half is wrong in slots 1, 2, 3 and 4.",
            "That is a leak",
        ),
        (
            lambda lstm, x: (
                torch.cat([slots_of(prefix)(lstm, x)[..., : lstm.hidden_size]] * 2, -1)
                * torch.tensor([[1.0], [2.0]]).repeat(1, lstm.hidden_size).flatten()
            ),
            "The forward half is right. The reverse half is wrong in every slot.",
            "once more",
        ),
        (
            lambda lstm, x: of_a_layer_of_one_direction(lstm, x, 2),
            "Yours has the forward half once more. (There is no leak",
            "That is a leak",
        ),
        (
            lambda lstm, x: of_a_layer_of_one_direction(lstm, x, 1),
            "That is the forward half alone, and right.",
            "leak",
        ),
        (
            lambda lstm, x: slots_of(prefix)(lstm, 2 * x),
            "Both halves are wrong in every slot. (There is no leak",
            "That is a leak",
        ),
        (one_step_late, "slot t holds what belongs in slot t − 1", "leak"),
        (the_batch_for_time, "Samples 0 and 5 of this `x` are the same series", "leak"),
    ],
)
def test_it_is_told_whether_the_future_is_read_and_else_which_half_is_wrong(answer, said, not_said):
    result = exercise("07.2").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert result.message.startswith(said) or said in result.message.split("\n\n")[0]
    assert not_said not in result.message


def test_a_leak_of_the_second_layer_alone_is_a_leak_too():
    def answer(lstm, x):
        H = lstm.hidden_size
        slots = slots_of(prefix)(lstm, x)
        return torch.cat([lstm(x)[0][..., :H], slots[..., H:]], dim=-1)

    message = exercise("07.2").check(answer).message
    assert message.startswith("Your slots 0, 1, 2, 3 and 4 have read what comes after them.")
    assert "What does layer 1 read" in message


def test_the_series_of_07_2_are_alike_up_to_every_value():
    *short, long = exercise("07.2").cases
    for case in (*short, long):
        x = case.inputs["x"]
        assert torch.equal(x[:, 0], x[:, -1])
    for case in short:
        x = case.inputs["x"]
        for sample in range(1, len(x)):
            unlike = (x[:, sample] != x[:, 0]).any(dim=-1)
            assert unlike.tolist() == [False] * sample + [True] * (len(x) - sample)


def test_a_copy_that_is_none_is_told():
    def alias(lstm, x):
        slots = []
        for t in range(len(x)):
            hidden = x
            hidden[t + 1 :] = 0
            slots.append(lstm(hidden)[0][t])
        return torch.stack(slots)

    def into_output(output):
        H = output.shape[-1] // 2
        output[:, -1, H:] = output[:, 0, H:]
        return output[:, -1]

    for number, answer in (("07.2", alias), ("07.1", into_output)):
        result = exercise(number).check(answer)
        assert result.misconception == "changes its inputs"
        assert "`x[...] = ...`" in result.message


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            lambda f, r: [f[:, -1], f[:, -1]],
            "Your first H numbers are right. Your other H numbers are the forward half in the slot "
            "of the last word.",
        ),
        (
            lambda f, r: [f[:, -2], r[:, 1]],
            "Your first H numbers are the forward half in the slot of word 4. Your other H numbers "
            "are the reverse half in the slot of word 1.",
        ),
        (
            lambda f, r: [f[:, -1], 2 * r[:, 0]],
            "Your first H numbers are right. Your other H numbers are not right.",
        ),
        (
            lambda f, r: [r[:, -1]],
            "Your numbers are the reverse half in the slot of the last word. The vector has two "
            "parts: 2H numbers.",
        ),
        (lambda f, r: [f[:, -1], r[:, 0], r[:, 0]], "The shape of vector should be (3, 8)"),
        (lambda f, r: [2 * f[:, -1], 2 * r[:, 0]], "vector differs first at sentence 0, number 0"),
    ],
)
def test_it_is_told_what_each_part_of_the_vector_is(answer, said):
    result = exercise("07.1").check(lambda output: torch.cat(answer(*output.chunk(2, -1)), -1))
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert result.message.startswith(said)


def test_an_h_that_is_the_whole_axis_is_told():
    def answer(output):
        H = output.shape[-1]
        return torch.cat([output[:, -1, :H], output[:, 0, H:]], dim=-1)

    assert "your H is the whole last axis" in exercise("07.1").check(answer).message


@pytest.mark.parametrize("shape", [(8, 4, 5), (6, 4, 8), (6, 10), (4, 4, 5), (7, 4, 5)])
def test_what_is_said_of_another_shape_of_h_n_is_true_of_all(shape):
    result = exercise("07.3").check(_ANSWER | {"h_n": shape})
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "`h_n` is not right yet. It has three axes" in result.message


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            lambda h_n: torch.cat([h_n[1], h_n[3]], dim=-1),
            "For each sentence you have `h_n[1]` (layer 0, reverse) and `h_n[3]` (layer 1, "
            "reverse), side by side.",
        ),
        (lambda h_n: h_n[2], "For each sentence you have `h_n[2]` (layer 1, forward)."),
        (
            lambda h_n: torch.cat([h_n[-2], h_n[-1].flip(1)], dim=-1),
            "Each sentence has the right numbers, in another order.",
        ),
        (
            lambda h_n: torch.cat([h_n[-2], h_n[-1].flip(0)], dim=-1),
            "All numbers are the right ones, but some stand in the row of another sentence.",
        ),
        (lambda h_n: 2 * torch.cat([h_n[-2], h_n[-1]], dim=-1), "summary differs first"),
        (lambda h_n: h_n[0, 0], "The shape of summary should be (3, 10)"),
    ],
)
def test_it_is_told_what_a_summary_is_made_of(answer, said):
    result = exercise("07.4").check(lambda lstm, x: answer(lstm(x)[1][0]))
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert result.message.startswith(said)


@pytest.mark.parametrize("number", ["07.2", "07.4"])
def test_no_two_sizes_of_a_call_are_equal(number):
    for case in exercise(number).cases:
        lstm, x = case.inputs["lstm"], case.inputs["x"]
        D = 1 + lstm.bidirectional
        H, L = lstm.hidden_size, lstm.num_layers
        sizes = [*x.shape, H, D * H]
        assert len(set(sizes[: 3 + D])) == 3 + D, case.label
        assert not set(sizes) & {1, 2, L, L - 1, D, D * L}, case.label


def test_a_layer_that_has_nothing_to_read_is_not_told_which_slice_it_was():
    for answer in (
        lambda lstm, x, t: lstm(x[t - 1 : t + 1])[0][-1],
        lambda lstm, x, t: lstm(x[t + 1 :])[0][-1],
    ):
        result = exercise("07.2").check(slots_of(answer))
        assert (result.outcome, result.misconception) == ("error", "an empty slice")
        assert "you let the layer read `x[:0]`" not in result.message


def test_a_mistake_of_one_axis_is_told_together_with_pytorchs_error():
    for answer, name in (
        (lambda lstm, x, t: lstm(x[: t + 1])[0], "whole outputs"),
        (lambda lstm, x, t: lstm(x[: t + 1])[0][:, t], "time on the second axis"),
        (lambda lstm, x, t: lstm(x[:, : t + 1])[0][t], "time on the second axis"),
        (lambda lstm, x, t: lstm(x[: t + 1])[1], "tuples stacked"),
    ):
        result = exercise("07.2").check(slots_of(answer))
        assert (result.outcome, result.misconception) == ("error", name)
        assert "Error: " in result.message


def test_right_slots_in_which_the_batch_comes_first_are_not_taken_for_whole_series():
    def turned(lstm, x):
        return slots_of(prefix)(lstm, x).transpose(0, 1)

    assert exercise("07.2").check(turned).misconception == "time behind the batch"


@pytest.mark.parametrize(
    ("alone", "said"),
    [
        (lambda output: output[1], "For each sentence you have `output[1]`."),
        (lambda output: 2 * output[-1], "summary differs first"),
        (lambda output: output[-1].T, "The shape of summary should be (4, 3)"),
    ],
)
def test_what_is_right_with_both_directions_alone_is_told_what_the_other_layer_lacks(alone, said):
    def answer(lstm, x):
        return from_output(lstm, x) if lstm.bidirectional else alone(lstm(x)[0])

    result = exercise("07.4").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert result.message.startswith(said)
    assert result.message.endswith(
        "With one direction there is one pass at the top. Its last step is the last word."
    )
    assert "(B, H)" not in result.message


def test_the_slots_of_which_a_summary_is_made_are_told():
    def answer(lstm, x):
        output, H = lstm(x)[0], lstm.hidden_size
        return torch.cat([output[2, :, :H], output[-1, :, H:]], dim=-1)

    assert (
        exercise("07.4")
        .check(answer)
        .message.startswith(
            "For each sentence you have the forward half of `output[2]` and the reverse half of "
            "`output[-1]`, side by side."
        )
    )


def test_the_vector_of_07_1_is_told_that_time_is_another_axis_in_07_4():
    result = exercise("07.4").check(lambda lstm, x: exercise("07.1").reference(lstm(x)[0]))
    assert result.misconception == "time on the second axis"
