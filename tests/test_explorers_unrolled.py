"""Every number of the unrolled layer is that of nn.LSTM, at every setting."""

from itertools import product
from xml.etree import ElementTree

import pytest
import torch
from drawn import SVG, corners, marked, texts, words
from settings import settings
from torch import nn

from lstm_lessons.drawing import svg
from lstm_lessons.explorers import unrolled as make
from lstm_lessons.explorers.base import parameters
from lstm_lessons.explorers.unrolled import (
    INPUT_SIZE,
    NOTES,
    OUTPUT_Y,
    ROW,
    numbers,
    view,
    weights,
)
from lstm_lessons.explorers.unrolled import words as the_words

PARAMETERS = parameters(view)
HIDDEN_SIZE = PARAMETERS["hidden_size"].allowed
HX = PARAMETERS["hx"].allowed
SEQ_LEN = PARAMETERS["seq_len"].allowed

SIZES = [
    (seq_len, hidden_size, hx)
    for seq_len in range(SEQ_LEN.low, SEQ_LEN.high + 1)
    for hidden_size in range(HIDDEN_SIZE.low, HIDDEN_SIZE.high + 1)
    for hx in HX.options
]
SETTINGS = [tuple(given.values()) for given in settings(view)]


def torch_layer(hidden_size):
    layer = nn.LSTM(INPUT_SIZE, hidden_size, dtype=torch.float64)
    with torch.no_grad():
        layer.bias_hh_l0.zero_()
        for name, values in weights(hidden_size).items():
            parameter = getattr(layer, f"{name}_l0")
            values = torch.tensor(values, dtype=torch.float64)
            assert parameter.shape == values.shape
            parameter.copy_(values)
    return layer


def torch_results(seq_len, hidden_size, hx):
    x = torch.tensor(the_words(), dtype=torch.float64)[:seq_len]
    if hx == "None":
        return torch_layer(hidden_size)(x)
    made = numbers(seq_len, hidden_size, hx)
    start = tuple(torch.tensor(made[name][:1], dtype=torch.float64) for name in "hc")
    return torch_layer(hidden_size)(x, start)


@pytest.mark.parametrize(("seq_len", "hidden_size", "hx"), SIZES)
def test_numbers_are_those_of_torch(seq_len, hidden_size, hx):
    output, (h_n, c_n) = torch_results(seq_len, hidden_size, hx)
    made = {
        key: torch.tensor(v, dtype=torch.float64)
        for key, v in numbers(seq_len, hidden_size, hx).items()
    }
    for ours, theirs in (
        (made["h"][1:], output),
        (made["h"][-1:], h_n),
        (made["c"][-1:], c_n),
    ):
        assert ours.shape == theirs.shape
        assert torch.allclose(ours, theirs, rtol=0, atol=1e-12)
    assert (made["h"][0].abs().max() == 0) == (made["c"][0].abs().max() == 0) == (hx == "None")


def test_every_c_on_the_way_is_that_of_a_shorter_sequence():
    for hidden_size, hx in product((1, 4), HX.options):
        made = numbers(SEQ_LEN.high, hidden_size, hx)["c"]
        for seq_len in range(1, SEQ_LEN.high + 1):
            _, (_, c_n) = torch_results(seq_len, hidden_size, hx)
            assert c_n[0].tolist() == pytest.approx(made[seq_len], abs=1e-12)


def test_what_the_lesson_asks_to_look_at_is_there():
    made = numbers(5, 3, "None")
    after = {name: [abs(value) for value in made[name][4]] for name in "hc"}
    assert after["c"][1] == max(map(abs, (c for row in made["c"][:5] for c in row))) > 1.9
    assert after["h"][1] == min(after["h"]) < 0.2
    assert max(after["c"]) > 1 > max(after["h"])


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_picture_says_these_numbers_and_no_others(setting):
    steps, seq_len, hidden_size, hx = setting
    output, (h_n, c_n) = torch_results(seq_len, hidden_size, hx)
    made, done = numbers(seq_len, hidden_size, hx), min(steps, seq_len)
    picture = view(*setting)
    wanted = {"h_0": made["h"][0], "c_0": made["c"][0]}
    wanted |= {f"output[{t}]": output[t].tolist() for t in range(done)}
    if done:
        wanted |= {"h": output[done - 1].tolist(), "c": made["c"][done]}
    if done == seq_len:
        wanted |= {"h_n": h_n[0].tolist(), "c_n": c_n[0].tolist()}
    drawn = {name: words(each) for name, each in marked(picture.svg, "number").items()}
    assert drawn == {
        f"{name} {unit}": svg.number(value, 2)
        for name, values in wanted.items()
        for unit, value in enumerate(values)
    }
    shapes = {name: words(each) for name, each in marked(picture.svg, "shape").items()}
    assert shapes.pop("output") == str(tuple(output.shape))
    assert shapes.pop("h_n") == shapes.pop("h_0") == str(tuple(h_n.shape))
    assert shapes.pop("c_n") == shapes.pop("c_0") == str(tuple(c_n.shape))
    state = str(tuple(output[0].shape))
    assert shapes == ({"h": state, "c": state} if done else {})


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_words_say_what_is_filled_and_what_is_not(setting):
    steps, seq_len, _, hx = setting
    alt, done = view(*setting).alt, min(steps, seq_len)
    assert f"{done} of {seq_len} step" in alt
    assert [f"output[{t}] (" in alt for t in range(6)] == [t < done for t in range(6)]
    assert ("still empty" in alt) == (done < seq_len)
    assert ("zero, as no states are given" in alt) == (hx == "None")
    units = setting[2]
    assert alt.startswith(f"A layer with {units} unit{'s' if units > 1 else ''} reads ")


def test_there_is_a_step_for_each_word_and_a_hint_in_each_box():
    for steps, seq_len in ((0, 1), (2, 5), (6, 6)):
        root = ElementTree.fromstring(view(steps, seq_len, 3, "None").svg)
        assert len(marked(ElementTree.tostring(root, encoding="unicode"), "step")) == seq_len
        hints = [each.text for each in root.iter(f"{SVG}title")]
        pairs = 2 + (min(steps, seq_len) > 0)  # the start, the end, and what was made last
        assert len(hints) == 3 * (2 * pairs + seq_len)
        assert len(set(hints)) == len(hints)


def test_an_arrow_goes_from_h_into_the_slot_it_fills_and_none_from_c():
    for steps in (1, 3, 5):
        picture = view(steps, 5, 3, "None").svg
        root = ElementTree.fromstring(picture)
        heads = [corners(each)[0] for each in root.iter(f"{SVG}polygon")]
        below = OUTPUT_Y + 3 * ROW + 15
        into = [x for x, y in heads if 0 < y - below < 10]
        boxes = marked(picture, "number")
        assert into == [pytest.approx(float(boxes["h 0"].get("x")), abs=0.1)]
        assert into == [pytest.approx(float(boxes[f"output[{steps - 1}] 0"].get("x")), abs=0.1)]


def test_what_is_kept_is_said_in_the_picture_and_in_its_words():
    for steps in (1, 4):
        picture = view(steps, 5, 3, "None")
        assert texts(picture.svg).count(NOTES[1]) == 1
        assert NOTES[1] in picture.alt


def test_more_steps_than_words_are_as_good_as_all():
    assert view(6, 3, 2, "None") == view(3, 3, 2, "None")
    assert view(6, 3, 2, "None") != view(2, 3, 2, "None")


def test_the_sliders_stand_in_the_order_of_the_lesson():
    assert list(make().sliders) == list(PARAMETERS) == ["steps", "seq_len", "hidden_size", "hx"]
