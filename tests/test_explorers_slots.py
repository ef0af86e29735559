"""What the picture of lesson 07 says of every slot is what nn.LSTM does, at every setting."""

from functools import cache
from itertools import pairwise, product

import pytest
import torch
from drawn import SVG, marked, points, texts, tree, words
from settings import settings
from torch import nn

from lstm_lessons.explorers.base import parameters
from lstm_lessons.explorers.slots import (
    BATCH,
    HIDDEN_SIZE,
    INPUT_SIZE,
    PRESETS,
    numbers,
    view,
)
from lstm_lessons.lstm.cell import lstm_step

PARAMETERS = parameters(view)

VALUES = {
    name: getattr(allowed, "options", None) or tuple(range(allowed.low, allowed.high + 1))
    for name, (allowed, *_) in PARAMETERS.items()
}
EVERY = [dict(zip(VALUES, values, strict=True)) for values in product(*VALUES.values())]
LAYOUTS = list(product(VALUES["num_layers"], VALUES["bidirectional"], VALUES["seq_len"]))


def picks(num_layers, bidirectional, seq_len):
    """Return every pick in one layout."""
    layout = {"num_layers": num_layers, "bidirectional": bidirectional, "seq_len": seq_len}
    return [given for given in EVERY if given | layout == given]


@cache
def torch_layer(num_layers, bidirectional):
    torch.manual_seed(num_layers)
    layer = nn.LSTM(
        INPUT_SIZE,
        HIDDEN_SIZE,
        num_layers,
        bidirectional=bidirectional == "True",
        dtype=torch.float64,
    )
    return layer.requires_grad_(False)


def by_hand(layer, x, h_0, c_0):
    """Return h and c of every box, by (layer, direction, step): nothing but single steps."""
    steps, directions = range(len(x)), 1 + layer.bidirectional
    boxes, read = {}, list(x)
    for k in range(layer.num_layers):
        for d in range(directions):
            row = k * directions + d
            h, c = h_0[row], c_0[row]
            for t in reversed(steps) if d else steps:
                h, c = lstm_step(read[t], h, c, *layer.all_weights[row])
                boxes[k, d, t] = h, c
        read = [torch.cat([boxes[k, d, t][0] for d in range(directions)], -1) for t in steps]
    return boxes


@cache
def run(num_layers, bidirectional, seq_len):
    """Return a layer of torch's, its results by name, and the states of every box by hand."""
    layer = torch_layer(num_layers, bidirectional)
    rows = num_layers * (1 + layer.bidirectional)
    x = torch.randn(seq_len, BATCH, INPUT_SIZE, dtype=torch.float64)
    states = [torch.randn(rows, BATCH, HIDDEN_SIZE, dtype=torch.float64) for _ in "hc"]
    output, (h_n, c_n) = layer(x, tuple(states))
    return {"output": output, "h_n": h_n, "c_n": c_n}, by_hand(layer, x, *states)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_each_line_of_python_fetches_the_state_of_its_boxes(layout):
    results, boxes = run(*layout)
    directions = 1 + (layout[1] == "True")
    names = {"L": layout[0], "D": directions, "T": layout[2], "B": BATCH, "H": HIDDEN_SIZE}
    for given in picks(*layout):
        pick = numbers(**given)["pick"]
        part = 1 if given["tensor"] == "c_n" else 0
        wanted = torch.cat([boxes[box][part] for box in pick.boxes], dim=-1)
        assert tuple(wanted.shape) == pick.shape, given
        assert 1 <= len(pick.lines) <= 2
        for line in pick.lines:
            fetched = eval(line, {}, results | names)  # the line that the picture shows
            assert fetched.shape == wanted.shape, (given, line)
            assert torch.allclose(fetched, wanted, rtol=0, atol=1e-12), (given, line)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_each_box_has_seen_what_it_says(layout):
    num_layers, bidirectional, seq_len = layout
    layer = torch_layer(num_layers, bidirectional)
    rows = num_layers * (1 + layer.bidirectional)
    x = torch.randn(seq_len, BATCH, INPUT_SIZE, dtype=torch.float64)
    zeros = torch.zeros(rows, BATCH, HIDDEN_SIZE, dtype=torch.float64)
    before = by_hand(layer, x, zeros, zeros)
    seen = {box: [] for box in before}
    for word in range(seq_len):
        other = x.clone()
        other[word] += 1
        for box, (h, _) in by_hand(layer, other, zeros, zeros).items():
            if not torch.allclose(h, before[box][0], rtol=0, atol=1e-12):
                seen[box].append(word)
    said = numbers("output", 0, "both", *layout)["seen"]
    assert {box: list(range(a, b + 1)) for box, (a, b) in said.items()} == seen


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_shapes_are_those_of_torch_and_stand_in_the_picture(layout):
    results, _ = run(*layout)
    made = numbers("h_n", 0, "both", *layout)["shapes"]
    said = " ".join(texts(view("h_n", 0, "both", *layout).svg))
    for name, tensor in results.items():
        assert made[name] == tuple(tensor.shape)
        assert str(made[name]) in said


def hint(element):
    """Return what a box or slot says under the pointer."""
    return element.findtext(f"{SVG}title")


def test_the_presets_pick_what_their_names_say():
    picks = {
        name: numbers(**{key: row.default for key, row in PARAMETERS.items()} | preset)["pick"]
        for name, preset in PRESETS.items()
    }
    assert picks["the last slot"].boxes == ((0, 0, 5), (0, 1, 5))
    assert picks["where reverse ends"].boxes == ((0, 1, 0),)
    assert picks["one direction"].boxes == ((0, 0, 2),)
    assert picks["two layers"].boxes == ((1, 1, 5),)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_each_row_of_the_states_stands_at_the_end_where_its_pass_ends(layout):
    picture = view("h_n", 0, "both", *layout)
    boxes, slots = marked(picture.svg, "box"), marked(picture.svg, "slot")
    directions = 1 + (layout[1] == "True")
    for row in range(layout[0] * directions):
        k, d = divmod(row, directions)
        left, _, right, _ = corners_of(boxes[f"{k},{d},{0 if d else layout[2] - 1}"])
        for tensor in ("h_n", "c_n"):
            from_x, _, to_x, _ = corners_of(slots[f"{tensor},{row}"])
            assert to_x < left if d else right < from_x


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_every_slot_and_box_is_drawn_once_and_says_what_it_is_under_the_pointer(layout):
    num_layers, bidirectional, seq_len = layout
    directions = 1 + (bidirectional == "True")
    picture = view("output", 0, "both", *layout)
    boxes = marked(picture.svg, "box")
    drawn = numbers("output", 0, "both", *layout)["seen"]
    assert set(boxes) == {",".join(map(str, box)) for box in drawn}
    slots = marked(picture.svg, "slot")
    states = {f"{t},{n}" for t in ("h_n", "c_n") for n in range(num_layers * directions)}
    output = {f"output,{t},{d}" for t in range(seq_len) for d in range(directions)}
    assert set(slots) == states | output
    for element in (*boxes.values(), *slots.values()):
        assert len(hint(element)) > 20 and "has seen word" in hint(element)
    said = texts(picture.svg)
    for (layer, direction, step), (first, last) in drawn.items():
        name = f"layer {layer}, {('forward', 'reverse')[direction]}, word {step}: "
        assert hint(boxes[f"{layer},{direction},{step}"]).startswith(name)
        assert (f"{first}" if first == last else f"{first}–{last}") in said


def corners_of(rect):
    x, y, width, height = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def inside(point, rect, slack=3.0):
    left, top, right, bottom = corners_of(rect)
    x, y = point
    return left - slack <= x <= right + slack and top - slack <= y <= bottom + slack


def crosses(start, end, rect):
    """Say whether a level or upright line goes through a rectangle."""
    left, top, right, bottom = corners_of(rect)
    (x0, x1), (y0, y1) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    return x0 < right and left < x1 and y0 < bottom and top < y1


@pytest.mark.slow
def test_a_line_leads_from_each_picked_box_to_the_picked_slot():
    for given in EVERY[::7]:
        pick = numbers(**given)["pick"]
        svg = view(**given).svg
        picked, chosen = marked(svg, "picked"), marked(svg, "chosen")
        assert set(chosen) == {str(box) for box in pick.boxes}, given
        if pick.tensor == "output":
            directions = {box[1] for box in pick.boxes}
            assert set(picked) == {f"output,{pick.slot},{d}" for d in directions}, given
        else:
            assert set(picked) == {f"{pick.tensor},{pick.slot}"}, given
        root = tree(svg)
        lines = [
            points(path)
            for path in root.iter(f"{SVG}path")
            if "--ll-ink" in (path.get("style") or "")
        ]
        assert len(lines) == len(pick.boxes), given
        for box, line in zip(pick.boxes, lines, strict=True):
            assert inside(line[0], chosen[str(box)]), given
            ends = [inside(line[-1], slot, 12) for slot in picked.values()]
            assert any(ends), given
            for mark, other in marked(svg, "box").items():
                if mark == ",".join(map(str, box)):
                    continue
                assert not any(crosses(*part, other) for part in pairwise(line)), (given, mark)


@pytest.mark.slow
def test_the_words_that_the_pick_has_seen_are_marked():
    for given in EVERY[::7]:
        made = numbers(**given)
        seen = set()
        for box in made["pick"].boxes:
            first, last = made["seen"][box]
            seen |= set(range(first, last + 1))
        drawn = set(marked(view(**given).svg, "word"))
        assert drawn == {f"{word},{word in seen}" for word in range(given["seq_len"])}, given
        root = tree(view(**given).svg)
        names = {words(text): text.get("font-weight") for text in root.iter(f"{SVG}text")}
        assert "bold: seen there" in names
        bold = {word for word in range(given["seq_len"]) if names[f"x{word}"] == "bold"}
        assert bold == seen, given


def test_every_setting_has_a_meaning_and_says_it():
    for given in EVERY:
        made = numbers(**given)
        pick = made["pick"]
        count = made["shapes"][given["tensor"]][0]
        assert pick.slot == min(given["slot"], count - 1)
        kind = "slot" if given["tensor"] == "output" else "row"
        assert (f"There is no {kind} {given['slot']}" in pick.note) == (given["slot"] >= count)
        halved = given["tensor"] == "output" and given["bidirectional"] == "True"
        assert ("no halves" in pick.note) == (given["half"] != "both" and not halved)
        assert pick.half == (given["half"] if halved else "both")


@pytest.mark.slow
def test_picture_and_words_say_the_line_of_python():
    for given in EVERY[::7] + settings(view):
        pick = numbers(**given)["pick"]
        picture = view(**given)
        assert words(marked(picture.svg, "line")["python"]) == "  or  ".join(pick.lines)
        assert picture.alt.startswith(
            f"{pick.lines[0]} is the {'c' if pick.tensor == 'c_n' else 'h'}"
        )
        assert str(pick.shape) in picture.alt
        if pick.note:
            assert pick.note in texts(picture.svg)
            assert pick.note in picture.alt


def test_words_for_the_reverse_half_of_the_last_slot():
    alt = view("output", 3, "reverse", 1, "True", 4).alt
    assert alt.startswith("output[3, :, H:] is the h of layer 0, reverse, word 3. ")
    assert "Reverse: step 1 of 4 of its pass; has seen word 3 alone." in alt
