"""The still pictures: none is crowded, each says in words what it shows, and it shows the truth."""

import importlib
import inspect
from typing import Any

import pytest
import torch
from drawn import crowded, marked, texts, tree, words
from torch import nn

from lstm_lessons import pictures
from lstm_lessons.drawing import Picture, theme

WIDEST = 760
SHARED: dict[str, list[dict[str, Any]]] = {
    "cell": [{"lit": lit} for lit in ("", "f", "i g", "o", "f i g", "i", "all")],
    "loop": [
        {},
        {"states": ("h", "c")},
        {"steps": ("the", "dogs", "barked", "loudly"), "states": ("h", "c")},
        {"steps": ("the", "dogs", "barked", "loudly"), "states": ("h", "c"), "upto": 2},
        {"steps": ["sentence"] * 4, "upto": 0},
        {"steps": "a b"},
        {"steps": "x"},
    ],
}
"""The pictures that several lessons share, each with the arguments to try: all show another."""

NUMBERS = {"f": 0.9, "i": 0.5, "g": -1.0, "o": 0.73, "c_before": 2.0}


CASES = [
    pytest.param(name, given, id=f"{name} {list(given.values())}")
    for name, every in SHARED.items()
    for given in every
]


def drawn(name: str, given: dict[str, Any]) -> Picture:
    return getattr(pictures, name)(**given)


def test_every_file_of_the_room_is_found_by_its_name():
    assert {"course_map", "dropout_places", "wirings", *SHARED} <= set(pictures.__all__)
    for name in pictures.__all__:
        assert inspect.isfunction(getattr(pictures, name))
        assert importlib.import_module(f"lstm_lessons.drawing.pictures.{name}").__doc__


@pytest.mark.parametrize(("name", "given"), CASES)
def test_nothing_is_crowded_and_it_fits_a_page(name, given):
    picture = drawn(name, given)
    assert crowded(picture.svg) == []
    assert float(tree(picture.svg).get("width")) <= WIDEST
    sizes = [float(each.get("font-size", 12)) for each in tree(picture.svg).iter()]
    assert min(sizes) >= 12


@pytest.mark.parametrize("name", SHARED)
def test_words_and_picture_change_together(name):
    made = [drawn(name, given) for given in SHARED[name]]
    assert len({each.svg for each in made}) == len({each.alt for each in made}) == len(made)
    assert drawn(name, SHARED[name][0]) == made[0]  # the same every time


# --- cell --------------------------------------------------------------------------------------


def places(svg: str) -> list[tuple[str, str, str]]:
    """Return where each gate's box and each text that is no number stands."""
    return [(each.get("data-gate"), each.get("x"), each.get("y")) for each in tree(svg).iter()
            if each.get("data-gate")]  # fmt: skip


def test_what_is_lit_in_the_cell_is_lit_by_more_than_colour():
    for lit in ("", "f", "i g", "o", "all"):
        boxes = marked(pictures.cell(lit).svg, "gate")
        for gate, box in boxes.items():
            is_lit = gate in lit or lit == "all"
            assert box.get("data-lit") == str(is_lit)
            assert (theme.variable(gate) in box.get("style")) == is_lit
            assert (float(box.get("stroke-width")) > 2) == is_lit


def test_nothing_in_the_cell_moves_between_stages():
    where = {tuple(places(pictures.cell(lit).svg)) for lit in ("", "f", "i g", "o", "all")}
    assert len(where) == 1


def torch_step(**forced: float) -> tuple[float, float]:
    """Return c and h of a torch cell of one unit whose gates have these values."""
    values = NUMBERS | forced
    step = nn.LSTMCell(1, 1, dtype=torch.float64)
    gates = torch.tensor([values[gate] for gate in "ifgo"], dtype=torch.float64)
    before = torch.logit(gates, eps=1e-12)
    before[2] = torch.atanh(gates[2].clamp(-1 + 1e-12, 1 - 1e-12))
    with torch.no_grad():
        for parameter in step.parameters():
            parameter.zero_()
        step.bias_ih.copy_(before)
        start = torch.zeros(1, dtype=torch.float64), torch.tensor([values["c_before"]]).double()
        h, c = step(torch.zeros(1, dtype=torch.float64), start)
    return c.item(), h.item()


@pytest.mark.parametrize(
    ("lit", "as_if"),
    [
        ("all", {}),
        ("f", {"i": 0.0}),
        ("f i g", {}),
        ("i g", {"f": 1.0}),
        ("o", {"f": 1.0, "i": 0.0}),
        ("", {"f": 1.0, "i": 0.0}),
    ],
)
def test_the_numbers_of_the_cell_are_those_of_torch(lit, as_if):
    """A gate that is not lit does nothing: as if f were 1, or i were 0."""
    c, h = torch_step(**as_if)
    picture = pictures.cell(lit, NUMBERS)
    found = {name: words(each) for name, each in marked(picture.svg, "number").items()}
    assert found["c"] == f"{c:.2f}".replace("-", "−")
    assert ("h" in found) == ("o" in lit or lit == "all")
    if "h" in found:
        assert found["h"] == f"{h:.2f}"
        assert f"h = {h:.2f}" in picture.alt
    assert f"to {c:.2f}" in picture.alt
    assert crowded(picture.svg) == []


@pytest.mark.parametrize("c_before", [-10.0, -0.004, 10.0])
def test_long_numbers_find_room_in_the_cell(c_before):
    numbers = {"f": 1.0, "i": 1.0, "g": -1.0, "o": 1.0, "c_before": c_before}
    assert crowded(pictures.cell("all", numbers).svg) == []


def test_the_cell_refuses_what_it_cannot_draw():
    with pytest.raises(ValueError, match="letters of f, i, g and o, got 'fx'"):
        pictures.cell("fx")
    with pytest.raises(ValueError, match="missing: c_before"):
        pictures.cell("f", {"f": 0.9})
    with pytest.raises(ValueError, match=r"c must be 1\.300 by the others, got 1\.4"):
        pictures.cell("all", NUMBERS | {"c": 1.4})
    assert pictures.cell("all", NUMBERS | {"c": 1.3}) == pictures.cell("all", NUMBERS)


# --- loop --------------------------------------------------------------------------------------


def test_the_loop_hands_on_what_it_is_told_to():
    def texts_of(**given: Any) -> list[str]:
        return texts(pictures.loop(**given).svg)

    plain, gated = texts_of(), texts_of(states=("h", "c"))
    assert plain.count("RNN") == gated.count("LSTM") == 1 + 3  # the loop, and a box for each word
    assert plain.count("c") == 0 and gated.count("c") == 1 + 3  # the last one leaves the picture
    assert plain.count("h") == gated.count("h") == 2 + 2 * 3  # handed on, and out above each box
    assert plain.count("0") == 1 and gated.count("0") == 2
    assert [each for each in plain if each in ("the", "cat", "sat")] == ["the", "cat", "sat"]
    assert "␣" in texts_of(steps="a b")


def test_the_loop_refuses_what_it_cannot_draw():
    with pytest.raises(ValueError, match="1 to 4 words or characters, got 5"):
        pictures.loop("horse")
    with pytest.raises(ValueError, match="1 to 8 letters, got 'brontosaurus'"):
        pictures.loop(["brontosaurus"])
    with pytest.raises(ValueError, match=r"states must be .* got \('c',\)"):
        pictures.loop(states=("c",))
    with pytest.raises(ValueError, match="upto must be 0 to 3, got 4"):
        pictures.loop(upto=4)
