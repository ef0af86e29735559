"""Lesson 06: what is asked is true, and what was found by trying is told in true words."""

import re

import numpy as np
import pytest
import torch
from drawn import crowded
from torch import nn
from torch.nn import functional as F

from lstm_lessons import exercise
from lstm_lessons.drawing.pictures.dropout_places import PLACES, dropout_places
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


@pytest.mark.parametrize("number", ["06.1", "06.4"])
def test_all_sizes_of_a_call_differ(number):
    for case in exercise(number).calls:
        sizes = list(case.sizes.values())
        assert case.special or len(set(sizes)) == len(sizes)


# --- What is true of dropout ----------------------------------------------------------------------


def test_with_masks_of_fdropout_the_stack_is_nn_lstm_in_training():
    torch.manual_seed(0)
    lstm = nn.LSTM(3, 5, num_layers=4, dropout=0.5, dtype=torch.float64)
    x = torch.randn(6, 2, 3, dtype=torch.float64)
    h_0, c_0 = torch.randn(2, 4, 2, 5, dtype=torch.float64)
    torch.manual_seed(1)
    masks = torch.stack([F.dropout(torch.ones(6, 2, 5, dtype=torch.float64)) for _ in range(3)])
    ours = exercise("06.1").solved(x, h_0, c_0, lstm.all_weights, masks)
    torch.manual_seed(1)
    theirs = lstm(x, (h_0, c_0))
    for a, b in zip((ours[0], *ours[1]), (theirs[0], *theirs[1]), strict=True):
        assert torch.allclose(a, b, rtol=0, atol=1e-12)


def layer(num_layers, dropout, training=True):
    torch.manual_seed(2)
    return nn.LSTM(3, 5, num_layers, dropout=dropout, dtype=torch.float64).train(training)


def test_what_06_2_says_is_so():
    x, other = torch.randn(2, 6, 4, 3, dtype=torch.float64)
    found = {}
    for name, made in {"A": layer(2, 0.25), "B": layer(2, 0.25, training=False)}.items():
        found[f"{name} two calls"] = made(x)[0], made(x)[0]
    with pytest.warns(UserWarning, match="num_layers greater than 1"):
        C = layer(1, 0.25)
    found["C two calls"] = C(x)[0], C(x)[0]
    said = {key: "same" if torch.equal(*pair) else "differ" for key, pair in found.items()}
    solved = exercise("06.2").text.made()
    assert {key: solved[key] for key in said} == said
    assert (layer(2, 0.25)(x)[0] == 0).double().mean() == solved["A output"]
    dropped = F.dropout(torch.ones(10**6, dtype=torch.float64), 0.25)
    assert dropped.max().item() == pytest.approx(solved["A factor"])
    assert (dropped == 0).double().mean().item() == pytest.approx(solved["A read"], abs=0.01)
    D = layer(3, 1.0)
    h_n, h_n_2 = D(x)[1][0], D(other)[1][0]
    for k in (0, 1):
        assert torch.equal(h_n[k], h_n_2[k]) == (solved[f"D h_n[{k}]"] == "no")


def test_the_four_pictures_have_their_masks_and_say_so():
    picture = dropout_places()
    counts = {letter: len(re.findall(f'data-mask="{letter}"', picture.svg)) for letter in PLACES}
    assert counts == {"A": 6, "B": 3, "C": 3, "D": 3}
    for letter, place in PLACES.items():
        assert f"{letter}: {place}" in picture.alt
    assert "nn.LSTM" not in picture.alt
    assert crowded(picture.svg) == []


@pytest.mark.parametrize("share", [0.2307, 0.2487, 0.2499, "0.2501", 0.2694])
def test_a_share_that_was_measured_is_told_so(share):
    result = exercise("06.2").check(DROPOUT | {"A read": share})
    assert result.misconception == "measured in a call"
    assert "on average" in result.message


@pytest.mark.parametrize("share", [0.22, 0.28, 0.3])
def test_a_share_farther_off_is_not_taken_for_a_measured_one(share):
    assert exercise("06.2").check(DROPOUT | {"A read": share}).misconception is None


def test_one_kind_of_mistake_in_two_entries_is_told_once():
    result = exercise("06.2").check(DROPOUT | {"A read": 25, "A output": 25})
    assert result.misconception == "per cent"
    assert result.message.startswith("`A read`, `A output`: A share lies between 0 and 1")


# --- 06.1 -----------------------------------------------------------------------------------------

right = with_holes_by(lambda x, mask: x * mask)


def test_an_answer_that_empties_its_list_spoils_no_later_one():
    def popping(x, h_0, c_0, layers, masks):
        h_n, c_n = [], []
        for k in range(len(layers)):
            x, h, c = unroll(x, h_0[k], c_0[k], layers.pop(0))
            h_n.append(h)
            c_n.append(c)
            x = x * masks[k] if k < len(masks) else x
        return x, (torch.stack(h_n), torch.stack(c_n))

    for _ in range(2):
        result = exercise("06.1").check(popping)
        assert (result.outcome, result.misconception) == ("incorrect", "changes its inputs")
        assert "The numbers are right, but your function changes its inputs: layers" in (
            result.message
        )
        assert exercise("06.1").check(right).outcome == "correct"
        unmasked = exercise("06.1").check(with_holes_by(lambda x, mask: x))
        assert unmasked.misconception == "no mask"


def test_masks_of_ones_own_are_told_apart_from_other_mistakes():
    result = exercise("06.1").check(with_holes_by(lambda x, mask: F.dropout(x, 0.5)))
    assert (result.outcome, result.misconception) == ("incorrect", "drawn at random")


@pytest.mark.parametrize("cut", ["x", "h_0", "c_0"])
def test_a_stack_whose_graph_is_cut_is_told(cut):
    def answer(x, h_0, c_0, layers, masks):
        given = {"x": x, "h_0": h_0, "c_0": c_0}
        given[cut] = given[cut].detach()
        return right(**given, layers=layers, masks=masks)

    result = exercise("06.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "detached graph")
    assert f"reaches {cut}." in result.message


def test_an_axis_is_called_what_it_is():
    def shifted(*given):
        output, (h_n, c_n) = right(*given)
        return output, (h_n.exp(), c_n)

    assert "h_n differs first at layer 0, sentence 0" in exercise("06.1").check(shifted).message


def test_a_layer_that_is_not_asked_for_its_mask_is_found_by_trying():
    def answer(x, h_0, c_0, layers, masks):
        return right(x, h_0, c_0, layers, masks.flip(0))

    message = exercise("06.1").check(answer).message
    assert "layer 1 of your h_n changes with layer 1 alone of `masks`" in message
    assert "It should change with layer 0 alone" in message


# --- 06.4 -----------------------------------------------------------------------------------------


def test_the_broken_summary_is_told_its_two_mistakes():
    broken = exercise("06.4").text.namespace()["broken_summary"]
    result = exercise("06.4").check(broken)
    assert result.misconception == "the last row of output + c of layer 0"


def of_the_layer(choose):
    def summary(lstm, x):
        output, (h_n, c_n) = lstm(x)
        return choose(lstm, output, h_n, c_n)

    return summary


def by_error(lstm, output, h_n, c_n):
    try:
        return torch.cat([output[-1], c_n[-1]], -1)
    except RuntimeError:
        return torch.cat([output[:, -1], c_n[-1]], -1)


def by_shape(lstm, output, h_n, c_n):
    time_first = output.shape[1] == h_n.shape[1]
    return torch.cat([output[-1] if time_first else output[:, -1], c_n[-1]], -1)


@pytest.mark.parametrize("choose", [by_error, by_shape])
def test_the_summary_cannot_be_told_by_shapes_or_by_an_error(choose):
    result = exercise("06.4").check(of_the_layer(choose))
    assert result.outcome == "incorrect"
    assert "no shape and no error tells how x lies" in result.message


@pytest.mark.parametrize(
    "summary",
    [
        lambda lstm, x: torch.cat([lstm(x)[1][0][-1], lstm(x)[1][1][-1]], -1),
        lambda lstm, x: torch.cat([lstm(x)[1][1][-1], lstm(x)[1][0][-1]][::-1], -1),
    ],
)
def test_two_calls_in_training_are_told(summary):
    for _ in range(2):
        assert exercise("06.4").check(summary).misconception == "h and c of two calls"
        assert exercise("06.4").check(exercise("06.4").solved).outcome == "correct"


def test_one_call_is_what_the_task_asks_for():
    assert "with one call of `lstm`" in exercise("06.4").text.task

    def twice(lstm, x):
        lstm(x)
        return torch.cat([state[-1] for state in lstm(x)[1]], -1)

    result = exercise("06.4").check(twice)
    assert result.outcome == "incorrect"
    assert "Asked for are h and c of one call, the first" in result.message


@pytest.mark.parametrize(
    ("choose", "name"),
    [
        (lambda lstm, output, h_n, c_n: torch.cat([h_n[-1], c_n[-1].tanh()], -1), "half wrong"),
        (lambda lstm, output, h_n, c_n: torch.cat([h_n[-1], 2 * c_n[-1]], -1), "half wrong"),
        (lambda lstm, output, h_n, c_n: torch.cat([output.mean(0), c_n[-1]], -1), "half wrong"),
        (lambda lstm, output, h_n, c_n: h_n[-1], "the last missing"),
        (lambda lstm, output, h_n, c_n: torch.cat([h_n[-1], c_n[-1]], -1).flip(-1), "turned round"),
        (lambda lstm, output, h_n, c_n: torch.cat([h_n[-1], c_n[-1]], -1).squeeze(), "squeezed"),
        (
            lambda lstm, output, h_n, c_n: torch.cat([h_n[-1], c_n[-1].detach()], -1),
            "",
        ),
    ],
)
def test_a_summary_is_told_what_its_halves_are(choose, name):
    result = exercise("06.4").check(of_the_layer(choose))
    assert result.outcome == "incorrect"
    assert name in (result.misconception or "")


def with_time_first(lstm, x):
    x = x.transpose(0, 1) if lstm.batch_first else x
    lstm.batch_first = False
    return torch.cat([state[-1] for state in lstm(x)[1]], -1)


def without_dropout(lstm, x):
    return torch.cat([state[-1] for state in lstm.eval()(x)[1]], -1)


@pytest.mark.parametrize(
    ("summary", "name"),
    [(with_time_first, "changes the layer"), (without_dropout, "dropout switched off")],
)
def test_a_layer_that_is_changed_is_told(summary, name):
    result = exercise("06.4").check(summary)
    assert (result.outcome, result.misconception) == ("incorrect", name)
