"""Lesson 06: answers that are right, however they are written; dropout by hand against torch's."""

import re

import numpy as np
import pytest
import torch
from drawn import crowded
from torch import nn
from torch.nn import functional as F

from lstm_lessons import exercise
from lstm_lessons.drawing.pictures.dropout_places import PLACES, dropout_places
from lstm_lessons.exercises.lesson_06 import SIZES
from lstm_lessons.lstm.cell import lstm_step


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
        wi, wh, bi, bh = weights
        single = nn.LSTM(wi.shape[1], wh.shape[1], dtype=wi.dtype)
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
        with torch.no_grad():
            for name, value in zip(names, (wi, wh, bi, bh), strict=True):
                getattr(single, name).copy_(value)
        x, (h, c) = single(x, (h_0[k : k + 1], c_0[k : k + 1]))
        states.append((h, c))
        if k + 1 < len(layers):
            x = masks[k] * x
    return x, torch.cat([h for h, _ in states]), torch.cat([c for _, c in states])


def with_a_whole_mask(x, h_0, c_0, layers, masks):
    """Ones for the top layer, so that every layer has a mask."""
    masks = torch.cat([masks, masks.new_ones(1, *x.shape[:2], h_0.shape[-1])])
    ends = []
    for h, c, weights, mask in zip(h_0, c_0, layers, masks, strict=True):
        outputs = []
        for x_t in x:
            h, c = lstm_step(x_t, h, c, *weights)
            outputs.append(h)
        x = torch.stack(outputs) * mask
        ends.append([h, c])
    h_n, c_n = zip(*ends, strict=True)
    return [x, [torch.stack(h_n), torch.stack(c_n)]]


def with_holes_by(holes):
    """The layers one by one; ``holes(x, mask)`` makes the holes without a product."""

    def stack(x, h_0, c_0, layers, masks):
        h_n, c_n = [], []
        for k, weights in enumerate(layers):
            if k > 0:
                x = holes(x, masks[k - 1])
            h, c, outputs = h_0[k], c_0[k], []
            for x_t in x:
                h, c = lstm_step(x_t, h, c, *weights)
                outputs.append(h)
            x = torch.stack(outputs)
            h_n.append(h)
            c_n.append(c)
        return x, (torch.stack(h_n), torch.stack(c_n))

    return stack


def summary_from_output(lstm, x):
    output, (_, c_n) = lstm(x)
    last = output[:, -1] if lstm.batch_first else output[-1]
    return torch.hstack((last, c_n[lstm.num_layers - 1]))


def test_the_summary_cannot_be_told_by_shapes_or_by_an_error():
    def by_error(lstm, x):
        output, (_, c_n) = lstm(x)
        try:
            return torch.cat([output[-1], c_n[-1]], -1)
        except RuntimeError:
            return torch.cat([output[:, -1], c_n[-1]], -1)

    def by_shape(lstm, x):
        output, (h_n, c_n) = lstm(x)
        time_first = output.shape[1] == h_n.shape[1]
        return torch.cat([output[-1] if time_first else output[:, -1], c_n[-1]], -1)

    for answer in (by_error, by_shape):
        result = exercise("06.4").check(answer)
        assert result.outcome == "incorrect"
        assert "no shape and no error tells how x lies" in result.message


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

RIGHT = {
    "06.1": {
        "step by step": step_by_step,
        "modules of one layer": with_modules,
        "a mask for every layer": with_a_whole_mask,
        "masked_fill": with_holes_by(lambda x, mask: (2 * x).masked_fill(mask == 0, 0)),
        "where": with_holes_by(lambda x, mask: torch.where(mask == 0, 0, 2 * x)),
        "masks detached": with_holes_by(lambda x, mask: x * mask.detach()),
    },
    "06.2": {
        "numpy and capitals": DROPOUT | {"A read": np.float32(0.25), "C warning": "Yes"},
        "a fraction in quotes": DROPOUT | {"A factor": "4/3", "A read": "0.25"},
        "rounded, tensors": DROPOUT | {"A factor": torch.tensor(1.333), "A output": 0},
    },
    "06.3": {
        "small letters": {key: value.lower() for key, value in PICTURES.items()},
        "brackets": PICTURES | {"nn.LSTM": "(C)", "nn.Dropout before": " d "},
        "counted from below": PICTURES | {"top state": "h_n[1]"},
        "the same from output": PICTURES | {"top state": "output[-1]"},
    },
    "06.4": {
        "from output": summary_from_output,
        "counted": lambda lstm, x: torch.hstack([s[lstm.num_layers - 1] for s in lstm(x)[1]]),
        "stacked and flattened": lambda lstm, x: torch.stack(lstm(x)[1], dim=2)[-1].flatten(
            start_dim=1
        ),
    },
}


def test_every_size_is_another():
    for sizes in SIZES:
        assert len(set(sizes)) == len(sizes)


def test_with_masks_of_fdropout_the_stack_is_nn_lstm_in_training():
    torch.manual_seed(0)
    lstm = nn.LSTM(3, 5, num_layers=4, dropout=0.5, dtype=torch.float64)
    x = torch.randn(6, 2, 3, dtype=torch.float64)
    h_0, c_0 = torch.randn(2, 4, 2, 5, dtype=torch.float64)
    torch.manual_seed(1)
    masks = torch.stack([F.dropout(torch.ones(6, 2, 5, dtype=torch.float64)) for _ in range(3)])
    ours = exercise("06.1").reference(x, h_0, c_0, lstm.all_weights, masks)
    torch.manual_seed(1)
    theirs = lstm(x, (h_0, c_0))
    assert torch.allclose(ours[0], theirs[0], rtol=0, atol=1e-12)
    for a, b in zip(ours[1], theirs[1], strict=True):
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
    assert {key: DROPOUT[key] for key in said} == said
    assert (layer(2, 0.25)(x)[0] == 0).double().mean() == DROPOUT["A output"]
    dropped = F.dropout(torch.ones(10**6, dtype=torch.float64), 0.25)
    assert dropped.max().item() == pytest.approx(DROPOUT["A factor"])
    assert (dropped == 0).double().mean().item() == pytest.approx(DROPOUT["A read"], abs=0.01)
    D = layer(3, 1.0)
    h_n, h_n_2 = D(x)[1][0], D(other)[1][0]
    for k in (0, 1):
        assert torch.equal(h_n[k], h_n_2[k]) == (DROPOUT[f"D h_n[{k}]"] == "no")


def test_the_four_pictures_have_their_masks_and_say_so():
    picture = dropout_places()
    counts = {letter: len(re.findall(f'data-mask="{letter}"', picture.svg)) for letter in PLACES}
    assert counts == {"A": 6, "B": 3, "C": 3, "D": 3}
    for letter, place in PLACES.items():
        assert f"{letter}: {place}" in picture.alt
    assert "nn.LSTM" not in picture.alt
    assert crowded(picture.svg) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x, h_0, c_0, layers, masks: x, "one tensor"),
        (lambda x, h_0, c_0, layers, masks: (x, h_0, c_0), "h_n differs first"),
        (lambda x, layers: x, "takes other arguments"),
    ],
)
def test_unknown_mistakes_get_a_clear_line(answer, said):
    assert said in exercise("06.1").check(answer).message


def test_masks_of_ones_own_are_told_apart_from_other_mistakes():
    result = exercise("06.1").check(with_holes_by(lambda x, mask: F.dropout(x, 0.5)))
    assert (result.outcome, result.misconception) == ("incorrect", "drawn at random")
    assert "The masks are drawn already" in result.message


@pytest.mark.parametrize("graph_cut", ["x", "h_0", "c_0"])
def test_a_stack_whose_graph_is_cut_is_told(graph_cut):
    def answer(x, h_0, c_0, layers, masks):
        given = {"x": x, "h_0": h_0, "c_0": c_0}
        given[graph_cut] = given[graph_cut].detach()
        return step_by_step(**given, layers=layers, masks=masks)

    result = exercise("06.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", "detached graph")
    assert f"reaches {graph_cut}." in result.message


def test_an_axis_is_called_what_it_is():
    right = with_holes_by(lambda x, mask: x * mask)

    def shifted(*given):
        output, (h_n, c_n) = right(*given)
        return output, (h_n + 1, c_n)

    assert "h_n differs first at layer 0, sentence 0" in exercise("06.1").check(shifted).message

    def late(*given):
        output, states = right(*given)
        return output + 1, states

    assert "output differs first at step 0, sentence 0" in exercise("06.1").check(late).message


def test_a_mistake_with_masks_is_sought_where_there_are_some():
    result = exercise("06.1").check(with_holes_by(lambda x, mask: x * mask**3))
    assert "no mask drops anything; there is one layer only. So look at what" in result.message


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda lstm, x: torch.cat([s[-1] for s in lstm.eval()(x)[1]], -1), "changes the layer"),
        (lambda lstm, x: torch.cat([s[-1].detach() for s in lstm(x)[1]], -1), "detached graph"),
    ],
)
def test_a_summary_that_does_harm_is_told(answer, name):
    result = exercise("06.4").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", name)


def layers_by(behind, keep=lambda k: True):
    """The layers one by one; ``behind(x, masks, k)`` is handed up, ``keep`` says whose states."""

    def stack(x, h_0, c_0, layers, masks):
        h_n, c_n = [], []
        for k, weights in enumerate(layers):
            h, c, outputs = h_0[k], c_0[k], []
            for x_t in x:
                h, c = lstm_step(x_t, h, c, *weights)
                outputs.append(h)
            x = behind(torch.stack(outputs), masks, k)
            if keep(k) or len(layers) == 1:
                h_n.append(h)
                c_n.append(c)
        return x, (torch.stack(h_n), torch.stack(c_n))

    return stack


def right_mask(x, masks, k):
    return x * masks[k] if k < len(masks) else x


def test_layers_by_is_right_before_anything_is_changed():
    assert exercise("06.1").check(layers_by(right_mask)).outcome == "correct"


def without_a_step(x, masks, k):
    """Output of the top layer with nothing in its last step: zeros that no mask has made."""
    return right_mask(x, masks, k) if k < 2 else torch.cat([x[:-1], torch.zeros_like(x[:1])])


@pytest.mark.parametrize(
    ("behind", "keep", "said"),
    [
        (right_mask, lambda k: k < 2, "output is right. h_n and c_n lack the top layer's row."),
        (
            lambda x, masks, k: right_mask(x, masks, k) * (3 if k == 2 else 1),
            lambda k: k < 2,
            "h_n and c_n lack the top layer's row; the others are right. Does the top layer",
        ),
        (
            lambda x, masks, k: right_mask(x, masks, k) if k < 2 else x * (masks[0] > 0),
            lambda k: True,
            "h_n and c_n are right. Your output has zeros. Masks are for what is handed up.",
        ),
        (without_a_step, lambda k: True, "h_n and c_n are right. output is the top layer's h"),
    ],
)
def test_a_stack_is_told_what_its_numbers_show(behind, keep, said):
    result = exercise("06.1").check(layers_by(behind, keep))
    assert result.misconception is None
    assert result.message.startswith(said)


@pytest.mark.parametrize("share", [0.2307, 0.2487, 0.2499, "0.2501", 0.2694])
def test_a_share_that_was_measured_is_told_so(share):
    result = exercise("06.2").check(DROPOUT | {"A read": share})
    assert result.misconception == "measured in a call"
    assert "on average" in result.message


@pytest.mark.parametrize("share", [0.22, 0.28, 0.3])
def test_a_share_farther_off_is_not_taken_for_a_measured_one(share):
    assert exercise("06.2").check(DROPOUT | {"A read": share}).misconception is None


def test_a_right_share_is_no_measured_one():
    result = exercise("06.2").check(DROPOUT | {"C warning": "no"})
    assert result.misconception == "no warning"


def of_the_layer(choose):
    """A summary of output with time first, of h_n and of c_n, and of the batch."""

    def summary(lstm, x):
        output, (h_n, c_n) = lstm(x)
        return choose(output.transpose(0, 1) if lstm.batch_first else output, h_n, c_n)

    return summary


@pytest.mark.parametrize(
    ("choose", "said"),
    [
        (
            lambda output, h_n, c_n: torch.cat([output[-1], c_n[-1].tanh()], -1),
            "The first half is right. The second is tanh of c of layer 2, and should be c of the",
        ),
        (
            lambda output, h_n, c_n: torch.cat([h_n[-1], 2 * c_n[-1]], -1),
            "The first half is right. The second is not c of the top layer.",
        ),
        (
            lambda output, h_n, c_n: torch.cat([output.mean(0), c_n[-1]], -1),
            "The second half is right. The first is h of the top layer, the mean over all steps",
        ),
        (
            lambda output, h_n, c_n: torch.cat([2 * h_n[-1], c_n[-1]], -1),
            "The second half is right. The first is not h of the top layer after the last step.",
        ),
        (
            lambda output, h_n, c_n: torch.cat([output[0], c_n[0]], -1),
            "The first half is h of the top layer after step 0, the second c of layer 0.",
        ),
        (
            lambda output, h_n, c_n: h_n[-1],
            "Your numbers are h of layer 2 after the last step. Two halves are asked for",
        ),
        (
            lambda output, h_n, c_n: torch.cat([h_n[-1], c_n[-1]], -1).flip(-1),
            "Each sentence has the right numbers, in another order.",
        ),
        (
            lambda output, h_n, c_n: torch.stack([h_n[-1], c_n[-1]]).reshape(h_n.shape[1], -1),
            "All numbers are the right ones, but some stand in the row of another sentence.",
        ),
    ],
)
def test_a_summary_is_told_what_its_halves_are(choose, said):
    result = exercise("06.4").check(of_the_layer(choose))
    assert result.misconception is None
    assert result.message.startswith(said)


def test_a_layer_changed_in_a_later_call_only_is_told():
    def summary(lstm, x):
        if lstm.batch_first:
            lstm.batch_first, x = False, x.transpose(0, 1)
        output, (_, c_n) = lstm(x)
        return torch.cat([output[-1], c_n[-1]], -1)

    result = exercise("06.4").check(summary)
    assert (result.outcome, result.misconception) == ("incorrect", "changes the layer")


def test_another_error_with_the_batch_first_is_not_taken_for_a_known_one():
    def summary(lstm, x):
        output, (h_n, c_n) = lstm(x)
        last = output[:, -1, None] if lstm.batch_first else output[-1]
        return torch.cat([last, c_n[-1]], -1)

    result = exercise("06.4").check(summary)
    assert (result.outcome, result.misconception) == ("error", None)
    assert "h_n and c_n are (L, B, H), as without it." in result.message


@pytest.mark.parametrize("layer_is_set", [False, True])
def test_x_read_the_wrong_way_round_is_told_whoever_does_it(layer_is_set):
    def summary(lstm, x):
        if layer_is_set:
            lstm.batch_first = False
        elif lstm.batch_first:
            x = x.transpose(0, 1)
        return torch.cat([state[-1] for state in lstm(x)[1]], -1)

    result = exercise("06.4").check(summary)
    assert result.misconception == "x turned round"
    assert "or set `lstm.batch_first`?" in result.message
