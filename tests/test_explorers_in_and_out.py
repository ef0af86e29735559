"""What the picture of lesson 00 says is what nn.LSTM does, over the whole range of each slider."""

from itertools import product
from xml.etree import ElementTree

import pytest
import torch
from drawn import SVG, corners, marked
from torch import nn

from lstm_lessons import shapes
from lstm_lessons.explorers import in_and_out
from lstm_lessons.explorers.base import parameters
from lstm_lessons.explorers.in_and_out import (
    DEPTH,
    FEATURE,
    THINNEST,
    TIME,
    numbers,
    view,
)

PARAMETERS = parameters(view)

DEFAULTS = {name: each.default for name, each in PARAMETERS.items()}
ENDS = list(product(*((allowed.low, allowed.high) for allowed, *_ in PARAMETERS.values())))
MOVES = [
    tuple((DEFAULTS | {name: value}).values())
    for name, (allowed, *_) in PARAMETERS.items()
    for value in range(allowed.low, allowed.high + 1)
]


def texts(svg: str) -> list[str]:
    return [
        "".join(each.itertext())
        for each in ElementTree.fromstring(svg).iter()
        if "text" in each.tag
    ]


@pytest.mark.parametrize("sizes", [ENDS, MOVES], ids=["both ends together", "each slider alone"])
def test_shapes_are_those_of_torch(sizes: list[tuple[int, ...]]) -> None:
    for seq_len, batch, input_size, hidden_size in sizes:
        x = torch.zeros(seq_len, batch, input_size)
        output, (h_n, c_n) = nn.LSTM(input_size, hidden_size)(x)
        drawn = numbers(seq_len, batch, input_size, hidden_size)
        real = {"x": x, "output": output, "h_n": h_n, "c_n": c_n}
        assert drawn == {name: tuple(tensor.shape) for name, tensor in real.items()}


@pytest.mark.parametrize("sizes", [*ENDS, tuple(DEFAULTS.values())])
def test_picture_and_its_words_say_the_shapes(sizes: tuple[int, ...]) -> None:
    values = dict(zip(PARAMETERS, sizes, strict=True))
    picture = view(**values)
    drawn = " ".join(texts(picture.svg))
    for name, shape in numbers(**values).items():
        assert f"= {shape}" in drawn
        assert f"{name} of shape {shape}" in picture.alt
    assert f"nn.LSTM({values['input_size']}, {values['hidden_size']})" in drawn


def test_blocks_stay_inside_the_panel() -> None:
    widest = view(**{name: allowed.high for name, (allowed, *_) in PARAMETERS.items()})
    root = ElementTree.fromstring(widest.svg)
    width, height = float(root.get("width")), float(root.get("height"))
    for polygon in root.iter("{http://www.w3.org/2000/svg}polygon"):
        for point in polygon.get("points").split():
            x, y = map(float, point.split(","))
            assert 0 < x < width and 0 < y < height


@pytest.mark.parametrize("sizes", [*ENDS, tuple(DEFAULTS.values())])
def test_blocks_have_the_sizes_of_torch_and_no_side_is_a_dot(sizes: tuple[int, ...]) -> None:
    seq_len, batch, input_size, hidden_size = sizes
    x = torch.zeros(seq_len, batch, input_size)
    output, (h_n, c_n) = nn.LSTM(input_size, hidden_size)(x)
    fronts = marked(view(**dict(zip(PARAMETERS, sizes, strict=True))).svg, "tensor")
    real = {"x": x, "output": output, "h_n": h_n, "c_n": c_n}
    assert set(fronts) == set(real)
    for name, tensor in real.items():
        steps, _, features = tensor.shape
        (left, top), _, (right, bottom), _ = corners(fronts[name])
        assert right - left == pytest.approx(max(THINNEST, features * FEATURE), abs=0.02)
        assert bottom - top == pytest.approx(max(THINNEST, steps * TIME), abs=0.02)


@pytest.mark.parametrize("sizes", [*ENDS, tuple(DEFAULTS.values())])
def test_arrows_lead_into_the_layer_and_to_each_result(sizes: tuple[int, ...]) -> None:
    picture = view(**dict(zip(PARAMETERS, sizes, strict=True)))
    root = ElementTree.fromstring(picture.svg)
    tips = [corners(each)[0] for each in root.iter(f"{SVG}polygon") if len(corners(each)) == 3]
    assert len(tips) == 4
    boxes = {name: corners(front) for name, front in marked(picture.svg, "tensor").items()}
    for name in ("h_n", "c_n"):  # from above
        (left, top), _, (right, _), _ = boxes[name]
        assert any(left <= x <= right and 0 < top - y < 12 for x, y in tips), name
    left = boxes["output"][0][0]
    assert any(0 < left - x < 12 for x, _ in tips)
    batch = max(THINNEST, dict(zip(PARAMETERS, sizes, strict=True))["batch"] * DEPTH)
    starts = [
        float(each.get("d")[1:].split()[0])
        for each in root.iter(f"{SVG}path")
        if each.get("d").startswith("M")
    ]
    # x ends 8 pixels before its arrow, whatever its size.
    assert min(starts) - (boxes["x"][1][0] + batch) == pytest.approx(8, abs=0.02)


def test_words_name_the_axes() -> None:
    alt = view(**DEFAULTS).alt
    for words in ("Height: words T", "L = 1 layer", "Depth: sentences B", "Width: numbers"):
        assert words in alt


def test_moving_a_slider_changes_the_picture() -> None:
    explorer = in_and_out()
    before = explorer.picture
    explorer.sliders["hidden_size"].value = 7
    assert explorer.picture != before
    assert "(24, 10, 7)" in explorer.picture.alt


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_size_out_of_range_gets_a_clear_line(name: str) -> None:
    for wrong in (0, PARAMETERS[name][0].high + 1, 2.5, "4"):
        with pytest.raises(ValueError, match=f"{name} must be a whole number from 1 to"):
            view(**DEFAULTS | {name: wrong})


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("proj_size", [0, 2])
@pytest.mark.parametrize("num_layers", [1, 3])
def test_ledger_of_tensors_against_torch(
    batch_first: bool, bidirectional: bool, proj_size: int, num_layers: int
) -> None:
    seq_len, batch, input_size, hidden_size = 7, 4, 3, 5
    options = {
        "num_layers": num_layers,
        "batch_first": batch_first,
        "bidirectional": bidirectional,
        "proj_size": proj_size,
    }
    ledger = shapes.lstm_tensors(seq_len, batch, input_size, hidden_size, **options)
    x = torch.zeros(ledger["input"].shape)
    states = torch.zeros(ledger["h_0"].shape), torch.zeros(ledger["c_0"].shape)
    layer = nn.LSTM(input_size, hidden_size, **options)
    output, (h_n, c_n) = layer(x, states)
    assert ledger["output"].shape == output.shape
    assert ledger["h_n"].shape == h_n.shape
    assert ledger["c_n"].shape == c_n.shape
