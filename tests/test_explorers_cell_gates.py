"""The numbers of one unit are those of nn.LSTMCell, over the whole range of each slider."""

from itertools import product
from xml.etree import ElementTree

import pytest
import torch
from drawn import SVG, marked, points, texts, tree, words
from settings import settings
from torch import nn

from lstm_lessons.data.plain_reader import read
from lstm_lessons.drawing import svg
from lstm_lessons.drawing.parts import BELT
from lstm_lessons.explorers.base import parameters
from lstm_lessons.explorers.cell_gates import (
    COLUMNS,
    DIAL_HEIGHT,
    DIAL_TOP,
    DIAL_WIDTH,
    PRESETS,
    numbers,
    view,
)

PARAMETERS = parameters(view)

DEFAULTS = {name: each.default for name, each in PARAMETERS.items()}


def steps(allowed):
    count = round((allowed.high - allowed.low) / allowed.step)
    return [allowed.low + allowed.step * step for step in range(count + 1)]


def cases():
    ends = ((allowed.low, 0.0, allowed.high) for allowed, *_ in PARAMETERS.values())
    for values in product(*ends):
        yield dict(zip(PARAMETERS, values, strict=True))
    for name, (allowed, *_) in PARAMETERS.items():
        for value in steps(allowed):
            yield DEFAULTS | {name: value}


def torch_numbers(z_i, z_f, z_g, z_o, c_prev):
    """Return what nn.LSTMCell makes of these pre-activations, and torch's own gates."""
    cell = nn.LSTMCell(1, 1, dtype=torch.float64)
    z = torch.tensor([z_i, z_f, z_g, z_o], dtype=torch.float64)
    split = torch.rand(4, dtype=torch.float64)
    with torch.no_grad():
        # x = 1 and h = 0, so that z is what the input weights and both biases add up to.
        cell.weight_ih.copy_(((z * split) / 2).unsqueeze(1))
        cell.bias_ih.copy_((z * split) / 2)
        cell.bias_hh.copy_(z * (1 - split))
        one, zero = torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, 1, dtype=torch.float64)
        h, c = cell(one, (zero, c_prev * one))
        i, f, g, o = torch.sigmoid(z[0]), torch.sigmoid(z[1]), torch.tanh(z[2]), torch.sigmoid(z[3])
    made = {"i": i, "f": f, "g": g, "o": o, "kept": f * c_prev, "added": i * g}
    made |= {"c": c, "tanh_c": torch.tanh(c), "h": h}
    return {name: value.item() for name, value in made.items()}


def test_the_ranges_are_those_of_the_sliders():
    ranges = {name: (each.low, each.high, each.step) for name, (each, *_) in PARAMETERS.items()}
    z = (-6, 6, 0.25)
    assert ranges == {"z_i": z, "z_f": z, "z_g": z, "z_o": z, "c_prev": (-3, 3, 0.25)}


def test_the_sliders_stand_in_the_order_of_the_picture():
    assert list(PARAMETERS) == [*(f"z_{gate}" for gate in COLUMNS), "c_prev"]


def test_c_is_a_straight_belt_from_the_old_memory_to_the_next_step():
    """Three times as thick as the way of h, as in all pictures, with both memories at its ends."""
    root = ElementTree.fromstring(view().svg)
    (belt,) = marked(view().svg, "belt").values()
    (x0, y0), (x1, y1) = points(belt)
    assert y0 == y1
    assert x0 < min(COLUMNS.values()) < max(COLUMNS.values()) < x1
    assert float(belt.get("stroke-width")) == BELT
    ends = marked(view().svg, "number")
    for name, before in (("c_prev", True), ("c", False)):
        x, y = (float(ends[name].get(axis)) for axis in "xy")
        assert abs(y - y0) < 10
        assert x < x0 if before else x > x1
    assert "to the next step" in [words(each) for each in root.iter(f"{SVG}text")]
    assert "the new memory c, which goes on to the next step" in view().alt


def test_each_curve_has_numbers_on_both_axes():
    said = texts(view().svg)
    assert [said.count(each) for each in ("−6", "6", "−1", "0", "1")] == [4, 4, 1, 3, 4]


def test_numbers_are_those_of_torch():
    torch.manual_seed(3)
    for given in cases():
        theirs = torch_numbers(**given)
        assert numbers(**given) == pytest.approx(theirs, rel=1e-12, abs=1e-12), given


def test_the_picture_says_these_numbers():
    for given in settings(view):
        made = numbers(**given)
        picture = view(**given)
        drawn = {name: words(each) for name, each in marked(picture.svg, "number").items()}
        assert drawn.pop("c_prev") == svg.number(given["c_prev"], 2)
        for gate in "ifgo":
            assert drawn.pop(f"z_{gate}") == f"z{gate} = {svg.number(given[f'z_{gate}'], 2)}"
            assert drawn.pop(gate) == f"{gate} = {svg.number(made[gate], 3)}"
        assert drawn == {
            name: svg.number(made[name], 3) for name in ("kept", "added", "c", "tanh_c", "h")
        }
        assert f"= {svg.number(made['c'], 3)}. h = " in picture.alt
        assert picture.alt.endswith(f"= {svg.number(made['h'], 3)}.")


def test_each_dot_stands_on_its_curve_where_the_number_is():
    for given in settings(view):
        dots = marked(view(**given).svg, "dot")
        made = numbers(**given)
        for gate, centre in COLUMNS.items():
            low = -1 if gate == "g" else 0
            x = centre + DIAL_WIDTH * given[f"z_{gate}"] / 12
            y = DIAL_TOP + DIAL_HEIGHT * (1 - made[gate]) / (1 - low)
            assert float(dots[gate].get("cx")) == pytest.approx(x, abs=0.01)
            assert float(dots[gate].get("cy")) == pytest.approx(y, abs=0.01)


def test_words_for_the_default():
    assert view().alt == (
        "One unit of an LSTM, one step. f multiplies the old memory c_prev, and i the news g. "
        "Their sum is the new memory c, which goes on to the next step. o multiplies tanh(c), "
        "which gives h. f = sigmoid(2.00) = 0.881, i = sigmoid(1.00) = 0.731, "
        "g = tanh(0.50) = 0.462, o = sigmoid(0.00) = 0.500. "
        "c = f·c_prev + i·g = 0.881·1.00 + 0.731·0.462 = 0.881 + 0.338 = 1.219. "
        "h = o·tanh(c) = 0.500·0.839 = 0.420."
    )


def test_a_number_says_under_the_pointer_which_numbers_made_it():
    svg = view(z_f=2.0, z_i=1.0, z_g=0.5, z_o=0.0, c_prev=-1.0).svg
    titles = [each.text for each in tree(svg).iter(f"{SVG}title")]
    assert titles == [
        "f · c_prev = 0.881 · −1.00 = −0.881",
        "c = f · c_prev + i · g = 0.881 · −1.00 + 0.731 · 0.462 = −0.543",
        "tanh(c) = tanh(−0.543) = −0.495",
        "h = o · tanh(c) = 0.500 · −0.495 = −0.248",
        "i · g = 0.731 · 0.462 = 0.338",
    ]
    assert not set(titles) & set(texts(svg))  # it is no line of the picture


@pytest.mark.parametrize(
    ("name", "place"), [("a bracket opens", 5), ("inside it", 8), ("it closes", 10)]
)
def test_the_buttons_show_the_readers_unit_at_a_bracket(name, place):
    """Each value is the reader's own in `print(x, y)`, at the nearest step within the range."""
    steps = read("print(x, y)")
    gates = {gate: torch.tensor(getattr(steps[place], gate)[5]).double() for gate in "ifgo"}
    sums = {f"z_{gate}": torch.logit(value) for gate, value in gates.items() if gate != "g"}
    sums |= {"z_g": torch.atanh(gates["g"]), "c_prev": torch.tensor(steps[place - 1].c[5])}
    for parameter, value in PRESETS[name].items():
        wanted = 0.25 * torch.round(sums[parameter].clamp(-6, 6) / 0.25)
        assert value == wanted.item(), parameter
