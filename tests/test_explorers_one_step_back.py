"""The explorer of lesson 10: every number that comes back is autograd's, and is made as it says."""

from itertools import product

import pytest
import torch
from drawn import marked, texts, words

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.step_graph import ORDER
from lstm_lessons.explorers.base import parameters
from lstm_lessons.explorers.one_step_back import PRESETS, one_step_back, view

TABLE = parameters(view)
DEFAULTS = {name: each.default for name, each in TABLE.items() if name != "place"}


def ends():
    """Yield every setting in which each slider stands at one of its ends."""
    bounds = [(TABLE[name].allowed.low, TABLE[name].allowed.high) for name in DEFAULTS]
    for values in product(*bounds):
        yield dict(zip(DEFAULTS, values, strict=True))


def torchs(z_i, z_f, z_g, z_o, c_before, d_h, from_next):
    """Return the numbers of the step by name, with autograd's gradient in each."""
    given = {"z_i": z_i, "z_f": z_f, "z_g": z_g, "z_o": z_o, "c_before": c_before}
    held = {name: torch.tensor(value, dtype=torch.float64) for name, value in given.items()}
    for each in held.values():
        each.requires_grad_()
    held |= {gate: torch.sigmoid(held[f"z_{gate}"]) for gate in "ifo"}
    held["g"] = torch.tanh(held["z_g"])
    held["c"] = held["f"] * held["c_before"] + held["i"] * held["g"]
    held["h"] = held["o"] * torch.tanh(held["c"])
    for each in held.values():
        each.retain_grad()
    (d_h * held["h"] + from_next * held["c"]).backward()
    return held


def test_every_number_is_autograds():
    tried = [DEFAULTS, *(DEFAULTS | each for each in PRESETS.values()), *ends()]
    for given in tried:
        drawn = view(place=len(ORDER), **given).svg
        held = torchs(**given)
        for mark in ("value", "gradient"):
            found = {name: words(each) for name, each in marked(drawn, mark).items()}
            assert set(found) == set(held)
            for name, tensor in held.items():
                wanted = tensor if mark == "value" else tensor.grad
                assert found[name].split()[-1] == svg.number(wanted.item(), 2), (given, name)


@pytest.mark.parametrize("place", range(len(ORDER) + 1))
def test_it_comes_one_number_further_at_a_time_and_says_how(place):
    picture = view(place=place)
    assert list(marked(picture.svg, "gradient")) == [
        name for name in marked(picture.svg, "value") if name in ORDER[:place]
    ]
    assert set(marked(picture.svg, "here")) == set(ORDER[max(place - 1, 0) : place])
    said = " ".join(words(each) for each in marked(picture.svg, "said").values())
    assert said in picture.alt
    if place:
        found = words(marked(picture.svg, "gradient")[ORDER[place - 1]])
        name, value = found.split()
        assert said.startswith(f"{name} = ")
        last = said.partition(", from the result")[0].split(" ")[-1]
        assert abs(_number(last) - _number(value)) <= 0.0056


def _number(text):
    return float(text.replace("−", "-"))


def test_it_opens_before_anything_has_come_back_and_two_ways_meet_in_c():
    assert "No gradient has come back yet." in texts(one_step_back().picture.svg)
    said = texts(view(place=3).svg)
    assert "d_c = d_h · o · (1 − tanh(c)²) + from the next step" in said
    assert "= 1.000 · 0.148 + 0.500 = 0.648" in said


@pytest.mark.parametrize("place", range(len(ORDER) + 1))
def test_the_alternative_text_ends_in_one_full_stop(place):
    alt = view(place=place).alt
    assert alt.endswith(".") and ".." not in alt
