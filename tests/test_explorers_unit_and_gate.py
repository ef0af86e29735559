"""The explorer of lesson 15 is held against torch: gates, states, brackets, and what it counts."""

from functools import cache

import numpy as np
import pytest
import torch
from drawn import marked

from lstm_lessons import trained_reader
from lstm_lessons.data.plain_reader import HIDDEN_SIZE
from lstm_lessons.data.train_reader import open_brackets
from lstm_lessons.drawing import svg
from lstm_lessons.explorers.unit_and_gate import (
    LEFT,
    MOST,
    PRESETS,
    ROOM,
    open_behind,
    unit_and_gate,
    view,
)

LINES = ["f(x)", 'if x == "a(b":', "(((((((", "a) b", "x", "W" * MOST]


@cache
def torchs(line):
    """Return i, f, g, o, c and h of nn.LSTMCell along a line, (T, 16) each."""
    reader, number = trained_reader()
    reader = reader.double()
    cell = torch.nn.LSTMCell(8, HIDDEN_SIZE, dtype=torch.float64)
    weights = {key.removesuffix("_l0"): value for key, value in reader.lstm.state_dict().items()}
    cell.load_state_dict(weights)
    h = c = torch.zeros(1, HIDDEN_SIZE, dtype=torch.float64)
    found = {name: [] for name in "ifgoch"}
    with torch.no_grad():
        for character in line:
            x = reader.embedding(torch.tensor([number.get(character, 0)]))
            z = x @ cell.weight_ih.T + cell.bias_ih + h @ cell.weight_hh.T + cell.bias_hh
            i, f, g, o = z.chunk(4, dim=1)
            h, c = cell(x, (h, c))
            gates = (i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid(), c, h)
            for name, value in zip("ifgoch", gates, strict=True):
                found[name].append(value[0])
    return {name: torch.stack(values).numpy() for name, values in found.items()}


def drawn_values(svg_text, name, bounds, top, tall):
    """Return the numbers of a curve, read from the heights of its points."""
    low, high = bounds
    (path,) = [each.get("d") for key, each in marked(svg_text, "curve").items() if key == name]
    heights = [float(point.split()[1]) for point in path.removeprefix("M").split("L")]
    return [high - (y - top - 22) * (high - low) / tall for y in heights]


@pytest.mark.parametrize("gate", "ifgo")
@pytest.mark.parametrize("line", [each for each in LINES if len(each) > 1])
def test_the_curves_are_torchs(line, gate):
    wanted = torchs(line)
    for unit in (0, 5, 15):
        picture = view(line, unit, gate).svg
        bounds = (-1, 1) if gate == "g" else (0, 1)
        found = drawn_values(picture, gate, bounds, 100, 72)
        np.testing.assert_allclose(found, wanted[gate][:, unit], atol=1e-3)


@pytest.mark.parametrize("given", PRESETS.values(), ids=list(PRESETS))
def test_the_words_say_torchs_numbers(given):
    picture, wanted = view(**given), torchs(given["line"])
    unit, gate = given["unit"], given["gate"]
    for step, character in enumerate(given["line"]):
        shown = "␣" if character == " " else character
        for name in {gate, "c", "h"}:
            assert f"{shown} {svg.number(float(wanted[name][step, unit]), 2)}" in picture.alt


@pytest.mark.parametrize("line", LINES)
def test_a_bar_stands_below_what_is_inside_brackets(line):
    drawn = marked(view(line).svg, "open")
    assert sorted(map(int, drawn)) == [t for t, each in enumerate(open_behind(line)) if each]
    column = min(ROOM / len(line), 40)
    for step, bar in drawn.items():
        assert float(bar.get("x")) == pytest.approx(LEFT + int(step) * column, abs=0.01)


@pytest.mark.parametrize("line", [*LINES, "a(b(c)d)e", "a) (b]", 'f("(", x) "', '("a)", b)'])
def test_brackets_are_those_of_the_lesson(line):
    assert open_behind(line) == open_brackets(line)


def test_it_opens_with_the_story_of_the_lesson():
    assert "unit 5 and its gate f over the line 'the value is" in unit_and_gate().picture.alt
