"""The matrices drawn have the sizes of torch's own, over the whole range of each slider."""

from itertools import product
from xml.etree import ElementTree

import pytest
import torch
from drawn import SVG, marked, texts, tree, words
from settings import settings
from torch import nn

from lstm_lessons.explorers.base import parameters
from lstm_lessons.explorers.gates_and_shapes import (
    SCALE,
    THINNEST,
    numbers,
    view,
)

PARAMETERS = parameters(view)
HIDDEN_SIZE = PARAMETERS["hidden_size"].allowed
INPUT_SIZE = PARAMETERS["input_size"].allowed

GATES = ("i", "f", "g", "o")
ENDS = list(product((1, 128), (1, 32)))
SQUARES = [(size, size) for size in range(1, 33, 3)]
TRIED = [tuple(given.values()) for given in settings(view)]
each_gate = pytest.mark.parametrize(
    ("gate", "sizes"),
    [(gate, [sizes for *sizes, own in TRIED if own == gate] + SQUARES) for gate in GATES],
    ids=GATES,
)


def torch_shapes(input_size, hidden_size, gate):
    """Return the shapes of what torch makes, by the names in the picture."""
    layer = nn.LSTM(input_size, hidden_size, device="meta")
    place = GATES.index(gate)
    tensors = dict(layer.named_parameters())
    for letter in "ih":
        tensors[f"W_{letter}{gate}"] = tensors[f"weight_{letter}h_l0"].chunk(4)[place]
        tensors[f"b_{letter}{gate}"] = tensors[f"bias_{letter}h_l0"].chunk(4)[place]
    x = torch.empty(1, input_size, device="meta")
    output, (h_n, _) = layer(x)
    tensors |= {"x_t": x[0], "h_{t-1}": h_n[0], f"{gate}_t": output[0]}
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def test_the_ranges_are_those_of_the_sliders():
    assert (INPUT_SIZE.low, INPUT_SIZE.high) == (1, 128)
    assert (HIDDEN_SIZE.low, HIDDEN_SIZE.high) == (1, 32)


@pytest.mark.slow
@each_gate
def test_shapes_rows_and_count_are_those_of_torch(gate, sizes):
    for input_size, hidden_size in sizes:
        theirs = torch_shapes(input_size, hidden_size, gate)
        assert numbers(input_size, hidden_size, gate) == theirs
        picture = view(input_size, hidden_size, gate)
        drawn = marked(picture.svg, "shape")
        assert {name: words(each) for name, each in drawn.items()} == {
            name: str(shape) for name, shape in theirs.items()
        }
        for name, shape in theirs.items():
            assert f"{name} {shape}" in picture.alt
        check_matrices(picture, theirs)
        check_rows(picture, hidden_size, gate)
        layer = nn.LSTM(input_size, hidden_size, device="meta")
        count = sum(each.numel() for each in layer.parameters())
        assert any(text.endswith(f" = {count} parameters") for text in texts(picture.svg))
        assert f" = {count} parameters" in picture.alt


def check_matrices(picture, theirs):
    """Require under each matrix, and in the words, how many numbers it holds; and its form."""
    drawn = marked(picture.svg, "count")
    assert set(drawn) == {name for name, shape in theirs.items() if len(shape) == 2}
    for name, each in drawn.items():
        rows, columns = theirs[name]
        count = torch.empty(rows, columns, device="meta").numel()
        text = "1 number" if count == 1 else f"{count} numbers"
        assert words(each) == text
        form = "wide" if columns > rows else "tall" if rows > columns else "square"
        assert f"{name} {(rows, columns)}, {form}, {text}" in picture.alt


def check_rows(picture, hidden_size, gate):
    drawn = marked(picture.svg, "rows")
    for each, rows in zip(GATES, torch.arange(4 * hidden_size).chunk(4), strict=True):
        first, last = rows[0].item(), rows[-1].item()
        text = f"{each}: row {first}" if first == last else f"{each}: rows {first} to {last}"
        assert words(drawn[each]) == text
        assert (drawn[each].get("font-weight") == "bold") == (each == gate)
        if each == gate:
            assert f"the band of {gate} marked. {text}." in picture.alt


@pytest.mark.slow
@each_gate
def test_everything_is_drawn_to_one_scale(gate, sizes):
    for input_size, hidden_size in sizes:
        drawn = marked(view(input_size, hidden_size, gate).svg, "tensor")
        theirs = torch_shapes(input_size, hidden_size, gate)
        assert set(drawn) == set(theirs)
        for name, shape in theirs.items():
            rows, columns = (*shape, 1)[:2]
            high, wide = max(THINNEST, rows * SCALE), max(THINNEST, columns * SCALE)
            if name.endswith("_l0"):  # each of its four bands is at least that thick
                high = 4 * max(THINNEST, hidden_size * SCALE)
            assert float(drawn[name].get("width")) == pytest.approx(wide, abs=0.01), name
            assert float(drawn[name].get("height")) == pytest.approx(high, abs=0.01), name


def area(box):
    return float(box.get("width")) * float(box.get("height"))


def test_twice_the_hidden_size_is_twice_and_four_times_the_area():
    one, two = (marked(view(100, size, "g").svg, "tensor") for size in (16, 32))
    factors = {name: area(two[name]) / area(one[name]) for name in one}
    wanted = {"W_ig": 2, "W_hg": 4, "weight_ih_l0": 2, "weight_hh_l0": 4, "x_t": 1, "g_t": 2}
    assert {name: factors[name] for name in wanted} == pytest.approx(wanted)


def test_no_box_moves():
    def middles(picture):
        drawn = marked(picture.svg, "tensor")
        return [
            (float(box.get("x")) + float(box.get("width")) / 2, float(box.get("y")))
            for box in drawn.values()
        ]

    at_first = middles(view())
    for input_size, hidden_size in ENDS:
        for mine, first in zip(middles(view(input_size, hidden_size)), at_first, strict=True):
            assert mine == pytest.approx(first, abs=0.01)


def boxes(root):
    for each in root.iter(f"{SVG}rect"):
        x, y, width, height = (float(each.get(name)) for name in ("x", "y", "width", "height"))
        yield each, (x, y, x + width, y + height)


def test_no_box_leaves_the_panel_or_lies_on_another_tensor():
    for (input_size, hidden_size), gate in product(
        [*ENDS, *SQUARES, *(sizes for *sizes, _ in TRIED[::3])], "go"
    ):
        root = tree(view(input_size, hidden_size, gate).svg)
        width, height = float(root.get("width")), float(root.get("height"))
        found = list(boxes(root))
        for _, (left, top, right, bottom) in found:
            assert 0 <= left < right <= width and 0 <= top < bottom <= height
        tensors = [box for each, box in found if each.get("data-tensor")]
        for place, one in enumerate(tensors):
            for other in tensors[place + 1 :]:
                apart = one[2] < other[0] or other[2] < one[0]
                assert apart or one[3] < other[1] or other[3] < one[1]


def test_only_the_chosen_band_is_marked():
    root = ElementTree.fromstring(view(30, 20, "f").svg)
    strong = [each for each, _ in boxes(root) if float(each.get("fill-opacity", 0)) > 0.5]
    assert len(strong) == 4  # one in each stacked tensor
    drawn = marked(view(30, 20, "f").svg, "tensor")
    for each, name in zip(
        strong, ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"), strict=True
    ):
        assert "--ll-f" in each.get("style")
        whole = drawn[name]
        band = float(whole.get("height")) / 4
        second = float(whole.get("y")) + band  # f is the second of i, f, g, o
        assert float(each.get("y")) == pytest.approx(second, abs=0.02)
        assert float(each.get("height")) == pytest.approx(band, abs=0.02)


@pytest.mark.parametrize(
    ("gate", "squash"), [("i", "sigmoid"), ("f", "sigmoid"), ("g", "tanh"), ("o", "sigmoid")]
)
def test_the_equation_is_the_gates_own(gate, squash):
    picture = view(gate=gate)
    equation = f"{gate}_t = {squash}(W_i{gate} x_t + b_i{gate} + W_h{gate} h_{{t-1}} + b_h{gate})"
    assert equation in picture.alt
    said = texts(picture.svg)
    order = [
        f"{gate}t",
        f"= {squash}(",
        f"Wi{gate}",
        "xt",
        f"bi{gate}",
        f"Wh{gate}",
        "ht-1",
        f"bh{gate}",
        ")",
    ]
    assert [text for text in said if text in order] == order
