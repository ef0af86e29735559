"""The forget gate's curves are kept; what makes them finds what torch's autograd does."""

import json
from functools import cache
from random import Random
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from drawn import SVG, corners, marked, points, texts, words
from settings import settings
from torch import nn

from lstm_lessons.data import by_lag, by_lag_runs
from lstm_lessons.data.by_lag_runs import HIDDEN_SIZE, INPUT_SIZE, setting
from lstm_lessons.drawing import svg
from lstm_lessons.explorers.base import parameters
from lstm_lessons.explorers.forget_gate import (
    AXES,
    CURVES,
    HEIGHT,
    HIGHEST,
    LOWEST,
    MEMORY,
    STATE,
    WIDTH,
    curves,
    memory,
    view,
)

PARAMETERS = parameters(view)
FORGET_BIAS = PARAMETERS["forget_bias"].allowed
LAGS = PARAMETERS["lags"].allowed

BIASES = [float(each) for each in np.arange(-2, 6.01, 0.25)]
ALL_LAGS = list(range(10, 101, 10))
SETTINGS = [tuple(given.values()) for given in settings(view)]


def load(module, network):
    with torch.no_grad():
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            getattr(module, f"{name}_l0").copy_(torch.from_numpy(getattr(network, name)))
    return module


def gradient_by_lag(module, of=STATE):
    """Return torch's gradient norms, (T,), lag 0 first, as shares of that at lag 0."""
    x = torch.from_numpy(setting().x).requires_grad_()
    output, last = module(x)
    result = last[1][0] if of == MEMORY else output[-1]
    (result @ torch.from_numpy(setting().weighting)).backward()
    norms = x.grad.norm(dim=1).flip(0)
    return (norms / norms[0]).numpy()


@cache
def torch_fixed(of):
    rnn = nn.RNN(INPUT_SIZE, HIDDEN_SIZE, dtype=torch.float64)
    lstm = nn.LSTM(INPUT_SIZE, HIDDEN_SIZE, dtype=torch.float64)
    fixed = setting()
    return gradient_by_lag(load(rnn, fixed.rnn)), gradient_by_lag(load(lstm, fixed.lstm), of)


@cache
def torch_curves(forget_bias, lags, of=STATE):
    lstm = load(nn.LSTM(INPUT_SIZE, HIDDEN_SIZE, dtype=torch.float64), setting().lstm)
    with torch.no_grad():
        lstm.bias_ih_l0[HIDDEN_SIZE : 2 * HIDDEN_SIZE] = forget_bias / 4
        lstm.bias_hh_l0[HIDDEN_SIZE : 2 * HIDDEN_SIZE] = 3 * forget_bias / 4
    f = torch.sigmoid(torch.tensor(forget_bias, dtype=torch.float64))
    rnn, new = torch_fixed(of)
    power = torch.cumprod(torch.cat([torch.ones(1), f.repeat(lags)]).double(), 0).numpy()
    drawn = {"rnn": rnn, "new": new, "chosen": gradient_by_lag(lstm, of)}
    return {name: values[: lags + 1] for name, values in drawn.items()} | {"power": power}


def test_the_ranges_are_those_of_the_sliders_and_include_both_ends():
    assert (FORGET_BIAS.low, FORGET_BIAS.high, FORGET_BIAS.step) == (-2, 6, 0.25)
    assert (LAGS.low, LAGS.high, LAGS.step) == (10, 100, 10)
    assert (BIASES[0], BIASES[-1], len(BIASES)) == (-2, 6, 33)


def test_weights_are_as_torch_starts_them():
    bound = 1 / HIDDEN_SIZE**0.5
    for rows, network in ((1, setting().rnn), (4, setting().lstm)):
        assert network.weight_ih.shape == (rows * HIDDEN_SIZE, INPUT_SIZE)
        assert network.weight_hh.shape == (rows * HIDDEN_SIZE, HIDDEN_SIZE)
        for values in (network.weight_ih, network.weight_hh, network.bias_ih, network.bias_hh):
            assert np.abs(values).max() <= bound
            # A uniform draw this wide has a spread of bound / sqrt(3).
            assert values.std() == pytest.approx(bound / 3**0.5, rel=0.35)


@pytest.mark.slow
@pytest.mark.parametrize("of", [STATE, MEMORY])
@pytest.mark.parametrize("forget_bias", BIASES)
def test_curves_are_the_gradients_of_autograd(forget_bias, of):
    ours, theirs = curves(forget_bias, 100, of), torch_curves(forget_bias, 100, of)
    assert list(ours) == list(theirs)
    for name in ours:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-6, atol=0, err_msg=name)


@pytest.mark.parametrize("of", [STATE, MEMORY])
@pytest.mark.parametrize("forget_bias", Random(1).sample(BIASES, 6))
def test_what_made_the_curves_finds_the_gradients_of_autograd(forget_bias, of):
    """To all digits; what is kept of them is rounded."""
    fixed, of_memory = setting(), of == MEMORY
    made = {
        "rnn": by_lag_runs.rnn_gradient_by_lag(fixed.rnn, fixed.x, fixed.weighting),
        "new": by_lag_runs.lstm_gradient_by_lag(fixed.lstm, fixed.x, fixed.weighting, of_memory),
        "chosen": by_lag_runs.lstm_gradient_by_lag(
            fixed.lstm.with_forget_bias(forget_bias), fixed.x, fixed.weighting, of_memory
        ),
    }
    kept, theirs = curves(forget_bias, 100, of), torch_curves(forget_bias, 100, of)
    for name, values in made.items():
        shares = values[:101] / values[0]
        np.testing.assert_allclose(shares, theirs[name], rtol=1e-9, atol=0, err_msg=name)
        np.testing.assert_allclose(kept[name], shares, rtol=1e-6, atol=0, err_msg=name)


def test_the_file_has_every_curve_and_no_other():
    stored = json.loads(by_lag.FILE.read_text(encoding="utf-8"))
    names = ["new", *map(str, BIASES)]
    assert {state: list(each) for state, each in stored.items()} == {
        "h": [*names, "rnn"], "c": names,
    }  # fmt: skip
    assert {len(values) for each in stored.values() for values in each.values()} == {101}
    assert by_lag_runs.as_text(stored) == by_lag.FILE.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="must be a multiple of 0.25 from -2 to 6, got 0.1"):
        view(0.1)


def test_the_forget_bias_makes_a_difference_that_can_be_seen():
    assert torch_curves(6.0, 100)["chosen"][-1] > 1e10 * torch_curves(-2.0, 100)["chosen"][-1]


@pytest.mark.slow
def test_memory_is_what_the_gate_keeps():
    for forget_bias, lags, _ in SETTINGS:
        f, half_life, left = memory(forget_bias, lags)
        theirs = torch.sigmoid(torch.tensor(forget_bias, dtype=torch.float64)).item()
        assert f == pytest.approx(theirs, rel=1e-12)
        assert f**half_life == pytest.approx(0.5, rel=1e-12)
        assert left == pytest.approx(torch_curves(forget_bias, lags)["power"][-1], rel=1e-9)


@pytest.mark.slow
def test_the_picture_says_these_numbers():
    for forget_bias, lags, of in SETTINGS:
        picture = view(forget_bias, lags, of)
        said = texts(picture.svg)
        f, half_life, left = memory(forget_bias, lags)
        steps = svg.number(half_life, 2 if half_life < 10 else 1)
        assert f"f = sigmoid({svg.number(forget_bias, 2)})" in said
        for text in (svg.number(f, 4), f"{steps} steps", svg.scientific(left)):
            assert text in said
            assert text in picture.alt
        assert f"f = {svg.number(f, 4)}" in picture.alt
        assert picture.alt.startswith(f"Gradient of {of} by lag")
        key = marked(picture.svg, "left")
        for name, values in torch_curves(forget_bias, lags, of).items():
            assert words(key[name]) == svg.scientific(values[-1])
            assert svg.scientific(values[-1]) in picture.alt


def test_the_curves_lie_where_the_numbers_are():
    left, bottom, width, height = AXES
    decades = np.log10(HIGHEST / LOWEST)
    for forget_bias, lags, of in SETTINGS:
        drawn = marked(view(forget_bias, lags, of).svg, "curve")
        for name, values in torch_curves(forget_bias, lags, of).items():
            x, y = np.array(points(drawn[name])).T
            np.testing.assert_allclose(
                x, WIDTH * (left + width * np.arange(lags + 1) / lags), atol=0.02
            )
            share = np.log10(values / LOWEST) / decades
            np.testing.assert_allclose(y, HEIGHT * (1 - bottom - height * share), atol=0.02)


def first_below(values):
    return next((lag for lag, value in enumerate(values) if value < LOWEST), None)


def test_where_a_curve_leaves_the_picture_is_marked_and_said():
    left, bottom, width, _ = AXES
    for forget_bias, lags, of in SETTINGS:
        picture = view(forget_bias, lags, of)
        marks = marked(picture.svg, "cut")
        drawn = torch_curves(forget_bias, lags, of)
        leaves = {name: first_below(each) for name, each in drawn.items()}
        leaves = {name: lag for name, lag in leaves.items() if lag is not None}
        assert set(marks) == set(leaves)
        assert ("falls on below 10⁻¹⁶" in texts(picture.svg)) == bool(leaves)
        said = dict(zip(CURVES, picture.alt.split("steps. ")[1].split("; "), strict=True))
        for name, text in said.items():
            assert text.startswith(CURVES[name][0])
            assert ("below the end of the axis" in text) == (name in leaves)
        for name, lag in leaves.items():
            assert f"below the end of the axis from lag {lag} on" in said[name]
            *_, (x, y) = corners(marks[name])
            steps = (x / WIDTH - left) / width * lags
            assert lag - 1 - 0.1 <= steps <= lag + 0.1
            assert y == pytest.approx(HEIGHT * (1 - bottom) + 5, abs=0.02)


@pytest.mark.parametrize("forget_bias", BIASES)
def test_the_words_say_how_each_curve_runs(forget_bias):
    said = view(forget_bias, 50, STATE).alt.split("steps. ")[1].split("; ")
    for text, values in zip(said, torch_curves(forget_bias, 50).values(), strict=True):
        factor = (values[50] / values[1]) ** (1 / 49)
        assert f"{svg.scientific(values[1])} at lag 1, " in text
        assert f"times {svg.number(factor, 3)} a step, " in text
        assert f"{svg.scientific(values[50])} at lag 50" in text


def test_curves_differ_in_more_than_colour():
    drawn = marked(view().svg, "curve").values()
    assert len({each.get("stroke-dasharray") for each in drawn}) == 4


@pytest.mark.parametrize("lags", ALL_LAGS)
def test_the_axis_is_labelled_in_powers_of_ten_and_in_lags(lags):
    drawn = ElementTree.fromstring(view(0.0, lags).svg)
    said = {words(each): each for each in drawn.iter(f"{SVG}text")}
    assert {"10⁰", "10⁻⁴", "10⁻⁸", "10⁻¹²", "10⁻¹⁶", "lag k: the word k steps back"} <= set(said)
    left, _, width, _ = AXES
    for lag in range(0, lags + 1, lags // 5):
        x = WIDTH * (left + width * lag / lags)
        assert float(said[str(lag)].get("x")) == pytest.approx(x, abs=0.01)
