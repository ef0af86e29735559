"""What the picture of lesson 06 says is what nn.LSTM does, over the whole range."""

import re
from itertools import combinations, pairwise, product

import pytest
import torch
from drawn import marked, texts
from torch import nn
from torch.nn import functional as F

from lstm_lessons.explorers import stack_and_dropout
from lstm_lessons.explorers.base import parameters
from lstm_lessons.explorers.stack_and_dropout import (
    BATCH,
    HIDDEN_SIZE,
    INPUT_SIZE,
    PRESETS,
    SEQ_LEN,
    numbers,
    view,
)

PARAMETERS = parameters(view)
DROPOUT = PARAMETERS["dropout"].allowed
NUM_LAYERS = PARAMETERS["num_layers"].allowed
SEED = PARAMETERS["seed"].allowed

LAYERS = range(NUM_LAYERS.low, NUM_LAYERS.high + 1)
STEPS = round((DROPOUT.high - DROPOUT.low) / DROPOUT.step)
RATES = [round(DROPOUT.low + DROPOUT.step * step, 2) for step in range(STEPS + 1)]
EVERY = list(product((SEED.low, SEED.high), RATES, LAYERS, ("False", "True")))


def torch_layer(num_layers: int, dropout: float = 0.0) -> nn.LSTM:
    torch.manual_seed(0)
    return nn.LSTM(INPUT_SIZE, HIDDEN_SIZE, num_layers, dropout=dropout, dtype=torch.float64)


@pytest.mark.parametrize("num_layers", LAYERS)
def test_shapes_are_those_of_torch_and_stand_in_the_picture(num_layers):
    layer = torch_layer(num_layers)
    x = torch.zeros(SEQ_LEN, BATCH, INPUT_SIZE, dtype=torch.float64)
    output, (h_n, c_n) = layer(x)
    real = {"input": x, "output": output, "h_n": h_n, "c_n": c_n, "h_0": h_n, "c_0": c_n}
    real |= dict(layer.named_parameters())
    wanted = {name: tuple(tensor.shape) for name, tensor in real.items()}
    assert numbers(0, 0.5, num_layers, "True")["shapes"] == wanted
    said = " ".join(texts(view(num_layers=num_layers).svg))
    for name in ("input", "output", "h_n", *(f"weight_ih_l{k}" for k in range(num_layers))):
        assert str(wanted[name]) in said
    for name in ("h_n", "c_n"):
        assert [f"{name}[{k}]" in said for k in LAYERS] == [k < num_layers for k in LAYERS]


@pytest.mark.filterwarnings("ignore:dropout option adds dropout")
@pytest.mark.parametrize("dropout", [0.0, 0.05, 0.5, 1.0])
def test_there_are_masks_where_torch_draws_any(dropout):
    x = torch.randn(SEQ_LEN, BATCH, INPUT_SIZE, dtype=torch.float64)
    for num_layers, training in product(LAYERS, ("False", "True")):
        layer = torch_layer(num_layers, dropout).train(training == "True")
        plain = torch_layer(num_layers)
        touched = not torch.equal(layer(x)[0], plain(x)[0])
        masks = numbers(1, dropout, num_layers, training)["masks"]
        assert bool(masks) == touched
        assert len(masks) in (0, num_layers - 1)
        picture = view(1, dropout, num_layers, training)
        assert ("No mask anywhere" in picture.alt) == (not touched)
        assert len(marked(picture.svg, "kept")) == len(masks)


@pytest.mark.parametrize("dropout", RATES[1:])
def test_survivors_are_multiplied_as_torch_does(dropout):
    values = F.dropout(torch.ones(1000, dtype=torch.float64), dropout)
    scale = numbers(0, dropout, 2, "True")["scale"]
    if dropout == 1:
        assert scale is None
        assert values.max() == 0
        assert "none survives" in view(0, dropout, 2, "True").alt
    else:
        assert scale == pytest.approx(values.max().item(), rel=1e-12)


def test_as_many_are_kept_as_torch_keeps():
    """Over all seeds together; and each step, layer and seed has a mask of its own."""
    for dropout in (0.1, 0.5, 0.8):
        made = [numbers(seed, dropout, 3, "True") for seed in range(SEED.low, SEED.high + 1)]
        mean = sum(each["kept"] for each in made) / len(made)
        assert mean == pytest.approx(1 - dropout, abs=0.03)
    steps = [step for each in made for mask in each["masks"] for step in mask]
    assert len(set(steps)) > 0.8 * len(steps)
    half = numbers(3, 0.5, 2, "True")["masks"][0]
    agree = [a == b for one, two in pairwise(half) for a, b in zip(one, two, strict=True)]
    assert 0.3 < sum(agree) / len(agree) < 0.7


@pytest.mark.parametrize("seed", [SEED.low, SEED.high])
def test_the_squares_drawn_are_those_of_the_masks(seed):
    for dropout, num_layers in product((0.05, 0.5, 1.0), (2, 3)):
        made, picture = numbers(seed, dropout, num_layers, "True"), view(seed, dropout, num_layers)
        drawn = {what: marked(picture.svg, what) for what in ("kept", "zeroed")}
        for k, mask in enumerate(made["masks"]):
            kept = sum(map(sum, mask))
            for what, count in (("kept", kept), ("zeroed", SEQ_LEN * HIDDEN_SIZE - kept)):
                assert len(re.findall("M", drawn[what][f"{k},{k + 1}"].get("d"))) == count
            listed = ", ".join(str(sum(step)) for step in mask)
            assert f"between layers {k} and {k + 1}" in picture.alt
            assert f"at each step: {listed}." in picture.alt


def test_every_layer_and_step_has_a_box():
    for num_layers in LAYERS:
        boxes = marked(view(num_layers=num_layers).svg, "box")
        assert set(boxes) == {f"{k},{t}" for k in range(num_layers) for t in range(SEQ_LEN)}


def test_no_setting_fails_and_each_says_what_it_is():
    pictures = {view(*values).alt for values in EVERY}
    assert len(pictures) > len(EVERY) / 2


def test_more_dropout_at_one_seed_zeroes_more_of_the_same():
    for low, high in pairwise(RATES):
        few, many = (numbers(7, p, 2, "True")["masks"] for p in (low or 0.001, high))
        for one, two in zip(few[0], many[0], strict=True):
            assert all(a or not b for a, b in zip(one, two, strict=True))


def test_moving_a_slider_changes_the_picture():
    explorer = stack_and_dropout()
    before = explorer.picture
    explorer.sliders["num_layers"].value = 3
    assert explorer.picture != before
    assert "(3, 10, 16)" in explorer.picture.alt
    assert set(explorer.sliders) == set(PARAMETERS)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ((0, 0.5, 2, "False"), "No mask anywhere: not training (dropout = 0.50)"),
        ((0, 0.0, 2, "True"), "No mask anywhere: dropout = 0.00"),
        ((0, 0.5, 1, "True"), "No mask anywhere: one layer has no layer to hand up to"),
    ],
)
def test_without_masks_the_picture_says_why(values, reason):
    picture = view(*values)
    assert picture.alt.startswith(reason)
    assert any(text.startswith(reason) for text in texts(picture.svg))


def test_squares_of_a_mask_stand_apart_and_are_explained_where_there_are_any():
    path = marked(view(dropout=1.0).svg, "zeroed")["0,1"].get("d")
    places = [tuple(map(float, each)) for each in re.findall(r"M(\S+) (\d+)h6v6", path)]
    assert len(set(places)) == SEQ_LEN * HIDDEN_SIZE
    for (x, y), (left, top) in combinations(places, 2):
        assert max(abs(x - left), abs(y - top)) >= 8
    for num_layers in LAYERS:
        said = " ".join(texts(view(num_layers=num_layers).svg))
        assert ("hollow if zeroed" in said) == (num_layers > 1)


def test_the_presets_show_what_their_names_say():
    masks = {name: numbers(1, **preset)["masks"] for name, preset in PRESETS.items()}
    assert [len(each) for each in masks.values()] == [1, 0, 2, 0, 1]
    assert not any(kept for step in masks["nothing goes up"][0] for kept in step)
