"""What the switchboard counts is what torch's modules and the package's relatives have."""

from itertools import product

import pytest
from drawn import corners, marked, tree, words
from torch import nn

from lstm_lessons.drawing.relatives import CELLS, FORGET, Switches
from lstm_lessons.explorers.relatives import BAR_WIDTH, BAR_X, INPUT_SIZE, PRESETS, numbers, view
from lstm_lessons.lstm.relatives import count_parameters, parameter_shapes

SIZES = ("16", "128", "1024")


def shown(**given):
    svg = view(**given).svg
    counts = {
        name: int(words(each).replace(",", "")) for name, each in marked(svg, "count").items()
    }
    (total,) = marked(svg, "total")
    return counts, int(total), svg


def torchs(module):
    named = module.named_parameters()
    return {name.removesuffix("_l0"): value.numel() for name, value in named}


@pytest.mark.parametrize("size", SIZES)
def test_what_torch_has_is_counted_as_torch_has_it(size):
    H = int(size)
    for given, module in (
        ({}, nn.LSTM(INPUT_SIZE, H, device="meta")),
        ({"projection": "on"}, nn.LSTM(INPUT_SIZE, H, proj_size=H // 4, device="meta")),
        ({"cell": "GRU, torch"}, nn.GRU(INPUT_SIZE, H, device="meta")),
        ({"cell": "GRU, paper"}, nn.GRU(INPUT_SIZE, H, device="meta")),
    ):
        counts, total, _ = shown(hidden_size=size, **given)
        assert counts == torchs(module) and total == sum(counts.values())


@pytest.mark.parametrize("size", SIZES)
def test_the_other_relatives_are_counted_as_the_package_has_them(size):
    H = int(size)
    for given, name in (
        ({"forget": "none"}, "no forget gate"),
        ({"forget": "1 − i"}, "coupled gates"),
        ({"peepholes": "on"}, "peepholes"),
    ):
        _, total, _ = shown(hidden_size=size, **given)
        assert total == count_parameters(name, INPUT_SIZE, H)
        switches = Switches(forget=given.get("forget", "own gate"), peepholes="peepholes" in given)
        assert numbers(switches, H) == parameter_shapes(name, INPUT_SIZE, H)


def test_switches_add_up():
    """Two switches at once: what each takes away or adds, on its own block or matrix."""
    counts, _, _ = shown(forget="1 − i", peepholes="on", projection="on")
    assert counts == {
        "weight_ih": 3 * 16 * 8,
        "weight_hh": 3 * 16 * 4,
        "bias_ih": 48,
        "bias_hh": 48,
        "peepholes": 2 * 16,
        "weight_hr": 4 * 16,
    }


def test_switches_of_the_lstm_do_nothing_to_a_gru_and_it_says_so():
    names = {"1 − i": "forget gate “1 − i”", "none": "forget gate “none”", "own gate": ""}
    for cell in CELLS[1:]:
        plain = shown(cell=cell)
        for forget, peepholes, projection in product(FORGET, ("off", "on"), ("off", "on")):
            given = {"forget": forget, "peepholes": peepholes, "projection": projection}
            counts, total, svg = shown(cell=cell, **given)
            assert (counts, total) == plain[:2]
            listed = [names[forget], "peepholes" * (peepholes == "on")]
            listed.append("projection" * (projection == "on"))
            said = ", ".join(filter(None, listed))
            line = f"Set, but of no use to a GRU: {said}." if said else ""
            found = marked(svg, "unused").values()
            assert [words(each) for each in found] == ([line] if line else [])
            assert view(cell=cell, **given).alt.endswith(line)
    assert not marked(view(forget="none", peepholes="on").svg, "unused")


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_a_bar_is_as_long_as_its_share_of_the_plain_lstm(preset):
    counts, total, svg = shown(**preset)
    H = int(preset["hidden_size"])
    whole = 4 * H * (INPUT_SIZE + H) + 8 * H
    for name, bar in marked(svg, "bar").items():
        wanted = max(1, BAR_WIDTH * counts[name] / whole)
        assert float(bar.get("width")) == pytest.approx(wanted, abs=0.01)
    assert f"{total:,} parameters, {total / whole:.1%} of the plain LSTM's" in view(**preset).alt


def test_bars_stand_end_to_end_and_the_plain_lstms_reach_the_line():
    for preset in PRESETS.values():
        counts, _, svg = shown(**preset)
        ((whole, line),) = marked(svg, "whole").items()
        end = BAR_X + BAR_WIDTH
        assert line.get("d").startswith(f"M{end} ")
        before = 0
        for name, bar in marked(svg, "bar").items():
            wanted = BAR_X + BAR_WIDTH * before / int(whole)
            assert float(bar.get("x")) == pytest.approx(wanted, abs=0.01)
            before += counts[name]
    assert int(whole) == shown()[1]


def test_peepholes_end_at_the_gates_that_look():
    svg = view(peepholes="on").svg
    heads = [each for each in tree(svg).iter() if each.tag.endswith("polygon")]
    tips = {corners(each)[0] for each in heads}
    for gate, way in marked(svg, "peephole").items():
        x, y = map(float, way.get("d").split("L")[-1].split())
        assert (x, y) in tips
        box = marked(svg, "gate")[gate]
        left = float(box.get("x"))
        assert left < x < left + float(box.get("width")) and y == float(box.get("y"))
