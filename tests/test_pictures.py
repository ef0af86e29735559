"""The still pictures: none is crowded, each says in words what it shows, and it shows the truth."""

import importlib
import inspect
from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import torch
from drawn import SVG, crowded, marked, texts, tree, words
from torch import nn

from lstm_lessons import pictures, shapes, trained_reader
from lstm_lessons.drawing import Picture, svg, theme

WIDEST = 760
TWO_WORDS = ("green trees", "brown birds")
RUNS = {"one": [[0.2, 0.9, 0.5]] * 2, "two": [[0, 1, 0.5], [1, 0, 0.5]], "3": [[0, 0, 0.5]]}
KINDS = (
    "sample independence",
    "batch composition",
    "causality",
    "chunk consistency",
    "eval determinism",
    "parameter gradients",
)
CODE = ["if x:", "a = 1", "print()", "return", "0"]
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
    "grid": [
        {},
        {"lit": "output"},
        {"lit": "h_n"},
        {"lit": "c_n"},
        {"labels": ["−0.25", "0.75", "0.50"]},
        {"num_layers": 2, "lit": "layer 1"},
        {"num_layers": 2, "dropout": True},
        {"num_layers": 3, "steps": ["closing"] * 5, "dropout": True, "labels": ["−0.25"] * 5},
        {"bidirectional": True, "steps": "abcd", "labels": [("−0.25", "−0.75")] * 4},
        {"bidirectional": True, "lit": "reverse"},
        {"bidirectional": True, "lit": "forward", "num_layers": 2},
        {"bidirectional": True, "num_layers": 2, "dropout": True},
        {"bidirectional": True, "num_layers": 3, "steps": ["closing"] * 4},
        {"bidirectional": True, "steps": "x", "num_layers": 2, "labels": [("a", "b")]},
    ],
    "weights": [
        *({"stage": stage} for stage in ("one gate", "four gates", "stacked", "product")),
        {"input_size": 4, "hidden_size": 4},
        {"input_size": 1, "hidden_size": 1},
        {"hidden_size": 4, "weight": "hh"},
        {"stage": "one gate", "gate": "f"},
        {"stage": "one gate", "gate": "o", "weight": "hh"},
    ],
    "padded": [
        *({"stage": stage} for stage in ("padded", "sorted", "packed")),
        *({"lines": CODE, "stage": stage} for stage in ("padded", "sorted", "packed")),
        {"lines": ["a"], "stage": "packed"},
    ],
    "block": [
        *({"stage": stage} for stage in ("block", "transpose", "view")),
        *({"stage": stage, "sentences": TWO_WORDS} for stage in ("block", "transpose", "view")),
        {"input_size": 1},
        {"input_size": 5},
    ],
    "what_moves": [
        *({"kind": kind, "program": p} for kind in KINDS for p in ("right", "broken")),
        {"kind": "batch composition", "sample": 3},
    ],
    "verdicts": [
        {"lines": ("print(x, y)", "See section Calls")},
        {"lines": ("x = [0, 1]",)},
        {"lines": ("x == [0, 1, 2, 3, 4, 5]", "the value is not a name")},
    ],
    "runs": [
        {"settings": RUNS, "rounds": "rounds", "measured": "loss"},
        {"settings": RUNS, "rounds": "batches", "measured": "loss", "every": 10},
        {
            "settings": {"alone": [[0.4, 0.45]]},
            "rounds": "r",
            "measured": "m",
            "bounds": (0.4, 0.8),
        },
        {
            "settings": {"in three places ": [[1, 1]] * 2, "lines trained on": [[1, 1]]},
            "rounds": "r",
            "measured": "m",
        },
        {"settings": RUNS, "rounds": "rounds", "measured": "loss", "apart": True},
    ],
    "unit": [
        {"line": "we print the sum (see below) here"},
        {"line": "we print the sum (see below) here", "gates": "f i"},
        {"line": "(((((((", "gates": "f"},
        {"line": "print(x, y)", "gates": "f i o", "number": 3},
        {"line": "if x"},
        {"line": "m" * 50, "gates": "o", "number": 15},
    ],
    "along": [
        {"line": "f(x)", "curves": {"h": [0.0, 0.7, 0.7, -0.01]}},
        {"line": "f(x)", "curves": {"h": [0.0, 0.7, -0.7, 0]}, "title": "h of one unit"},
        {
            "line": "m" * 44,
            "curves": {"state handed on": [0.5] * 44, "zeros each time": [0.5] * 44},
            "title": "is a bracket open?",
            "cuts": (10, 20),
        },
    ],
    "walk": [
        *({"axis": axis} for axis in (None, 0, 1)),
        *({"axis": axis, "lines": ("ab cd", "efgh!")} for axis in (None, 0, 1)),
    ],
    "gate_orders": [
        {},
        {"source": "TensorFlow 1", "target": "ONNX", "units": 4, "moved": True},
        {"source": "Keras", "target": "PyTorch", "units": 1},
        {"source": "ONNX", "target": "TensorFlow 1", "units": 1},
        {"source": "ONNX", "target": "Keras", "units": 3},
    ],
    "relative": [
        *({"forget": forget} for forget in ("own gate", "none", "1 − i")),
        {"peepholes": True},
        {"peepholes": True, "forget": "none"},
        {"projection": True},
        {"projection": True, "peepholes": True, "forget": "1 − i"},
        {"cell": "GRU, torch"},
        {"cell": "GRU, paper"},
    ],
    "projection": [
        {},
        {"result": True},
        {"shown": (0.5, -0.2), "weight": ((-1.5, 0.25),), "result": True},
        {"shown": (0.5, 0.1, -0.2), "weight": [(1.0, 2.0, 3.0)] * 3, "result": True},
    ],
    "mixture": [
        {"old": 0.8, "news": -0.4, "z": 0.25},
        {"old": -1, "news": 1, "z": 0.5},
        {"old": -0.6, "news": 0.2, "z": 0.9},
    ],
    "reset_orders": [
        {"h": (1, -1), "r": (0, 1)},
        {"h": (-3, 2), "r": (1, 0), "weight": ((1, -2), (0, 3))},
    ],
    "whole_layer": [{}, *({"lit": lit} for lit in ("layout", "direction", "sums steps h"))],
    "matrix_memory": [
        {"keys": ((1, 0), (0, 1)), "values": ((3, 5), (-2, 4)), "query": (1, 0)},
        {"keys": [(0.6, 0.8)], "values": [(-10, 0.5)], "query": (0.6, 0.8)},
    ],
    "what_is_left": [
        {"i": (1, 1, 1, 1), "f": (0.5, 0.5, 0.5, 0.5)},
        {"i": (1, 148.4), "f": (0.1, 0.987)},
        {"i": (0.2, 1, 3, 0, 1, 2), "f": (1, 0, 0.25, 0.999, 0.5, 1)},
    ],
    "scan_rounds": [{}, *({"steps": n} for n in (2, 5, 7)), {"rounds": 1}, {"rounds": 0}],
    "chunks": [
        *({"between": between} for between in ("detach", "carry", "reset")),
        *({"text": "m" * 34, "chunk": 7, "between": each} for each in ("detach", "carry", "reset")),
        {"text": "whole", "chunk": 9},
        {"text": "abc", "chunk": 1},
    ],
    "two_orders": [{}, {"lines": CODE}, {"lines": ("abcdefg",) * 5}],
    "echo": [{}, {"chunk": 3}, {"signs": "+−", "chunk": 1, "lag": 1}, {"signs": "+" * 10}],
    "way_back": [{"stage": stage} for stage in ("forward", "h", "c", "gates", "sums")],
    "rung": [
        *(
            {"name": name}
            for name in (
                "per sample",
                "whole batch",
                "one product",
                "hoisted",
                "autograd",
                "own backward",
            )
        )
    ],
    "back_in_time": [{}, {"steps": "ab"}, {"steps": ("words", "of a", "second")}],
}
"""The pictures that several lessons share, each with the arguments to try: all show another."""

WAY_BACK = importlib.import_module("lstm_lessons.drawing.pictures.way_back")
NUMBERS = {"f": 0.9, "i": 0.5, "g": -1.0, "o": 0.73, "c_before": 2.0}


CASES = [
    pytest.param(name, given, id=f"{name} {list(given.values())}")
    for name, every in SHARED.items()
    for given in every
]


def drawn(name: str, given: dict[str, Any]) -> Picture:
    if name == "verdicts":
        return pictures.verdicts(*given["lines"])
    return getattr(pictures, name)(**given)


@pytest.mark.parametrize(
    "name", ["grid", "loop", "walk", "block", "verdicts", "runs", "two_ways", "dropout_places"]
)
def test_what_is_no_gate_has_no_colour_of_a_gate(name):
    for given in SHARED.get(name, [{}]):
        assert not any(f":var(--ll-{gate})" in drawn(name, given).svg for gate in shapes.GATES)


def test_every_file_of_the_room_is_found_by_its_name():
    assert {"course_map", "dropout_places", "wirings", "two_ways", *SHARED} <= set(pictures.__all__)
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


@pytest.mark.parametrize(
    ("lit", "said", "unsaid"),
    [
        ("", "c passes as it is", "c_t ="),
        ("f", "so far: c_t = f · c_t−1.", "+"),
        ("i g", "so far: c_t = c_t−1 + i · g.", "h_t ="),
        ("g", "g = tanh(W_ig x_t + W_hg h_t−1 + b_g).", "c_t ="),
        ("o", "h_t = o · tanh(c_t).", "c_t ="),
        ("all", "g. c_t = f · c_t−1 + i · g; h_t =", "so far"),
    ],
)
def test_the_cell_states_no_equation_that_is_not_whole(lit, said, unsaid):
    """A part of an equation says so, and what is not lit has none."""
    alt = pictures.cell(lit).alt
    assert said.removeprefix("g. ") in alt
    assert unsaid not in alt
    assert crowded(pictures.cell(lit).svg) == []


def test_a_letter_of_a_word_below_the_cell_is_no_gate():
    """In "so far" the o and the f have no colour of their own."""
    coloured = [
        each.text
        for each in tree(pictures.cell("f").svg).iter()
        if each.tag.endswith("tspan") and "fill" in each.get("style", "")
    ]
    assert coloured == ["f"]


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


# --- grid --------------------------------------------------------------------------------------

GRIDS = [(layers, both) for layers in (1, 2, 3) for both in (False, True)]


def place(element: Element) -> tuple[float, float]:
    """Return the middle of a rectangle."""
    x, y, width, height = (float(element.get(name)) for name in ("x", "y", "width", "height"))
    return x + width / 2, y + height / 2


def torch_run(layers: int, both: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Return output (T, D) and h_n (L·D,) of a layer with one unit, over four steps."""
    torch.manual_seed(6)
    lstm = nn.LSTM(3, 1, layers, bidirectional=both, dtype=torch.float64)
    with torch.no_grad():
        output, (h_n, _) = lstm(torch.randn(4, 3, dtype=torch.float64) * 2)
    return output, h_n[:, 0]


@pytest.mark.parametrize(("layers", "both"), GRIDS)
def test_the_grid_has_the_slots_of_torch(layers, both):
    output, h_n = torch_run(layers, both)
    svg = pictures.grid("abcd", layers, both).svg
    slots = [each for each in marked(svg, "slot") if each.startswith(f"{layers},")]
    assert len(slots) == output.numel()
    boxes, states = marked(svg, "box"), marked(svg, "state")
    assert len(boxes) == layers * (1 + both) * 4
    assert len(states) == 2 * len(h_n)
    for row in range(len(h_n)):
        layer, direction = divmod(row, 1 + both)
        x, y = place(boxes[f"{layer},{direction},{0 if direction else 3}"])
        for tensor in ("h_n", "c_n"):
            state_x, state_y = place(states[f"{tensor},{row}"])
            assert abs(state_y - y) < 20  # at the end of its own row
            assert (state_x < x) == bool(direction)
            between = [
                name
                for name, box in boxes.items()
                if name.startswith(f"{layer},{direction},")
                and min(x, state_x) < place(box)[0] < max(x, state_x)
            ]
            assert between == []


@pytest.mark.parametrize(("layers", "both"), GRIDS)
def test_the_labels_found_again_in_h_n_are_those_of_torch(layers, both):
    output, h_n = torch_run(layers, both)

    def said(value: torch.Tensor) -> str:
        return f"{value.item():.2f}".replace("-", "−")

    labels = [tuple(map(said, row)) if both else said(row[0]) for row in output]
    found = list(marked(pictures.grid("abcd", layers, both, labels=labels).svg, "same"))
    top = [said(value) for value in h_n[-1 - both :]]
    assert sorted(found) == sorted(top)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_each_pass_reads_both_halves_of_the_layer_below(layers):
    svg = pictures.grid("abc", layers, True).svg
    slots, reads = marked(svg, "slot"), marked(svg, "reads")
    for layer in range(1, layers):
        for step in range(3):
            halves = [place(slots[f"{layer},{step},{half}"]) for half in range(2)]
            between = sum(x for x, _ in halves) / 2
            for direction in range(2):
                x, y = map(float, reads[f"{layer},{direction},{step}"].get("data-from").split(","))
                assert x == pytest.approx(between, abs=0.01)
                assert y == pytest.approx(halves[0][1] - 16, abs=0.01)


@pytest.mark.parametrize(("layers", "both"), GRIDS)
def test_dropout_acts_between_layers_alone(layers, both):
    svg = pictures.grid("abc", layers, both, dropout=True).svg
    marks = [each for each in tree(svg).iter() if each.get("data-dropout")]
    assert len(marks) == 3 * (layers - 1)
    boxes = marked(svg, "box")
    for mark in marks:
        layer, y = int(mark.get("data-dropout")), place(mark)[1]
        above = place(boxes[f"{layer},0,0"])[1]
        below = place(boxes[f"{layer - 1},{int(both)},0"])[1]
        assert above < y < below


def test_what_is_lit_in_the_grid_is_lit_by_more_than_colour():
    boxes = marked(pictures.grid("abc", 2, True, lit="h_n").svg, "box")
    lit = {name for name, box in boxes.items() if box.get("data-lit") == "True"}
    assert lit == {"0,0,2", "0,1,0", "1,0,2", "1,1,0"}  # where each pass ends
    assert all(
        (float(box.get("stroke-width")) == 2) == (name in lit) for name, box in boxes.items()
    )


def test_the_grid_refuses_what_it_cannot_draw():
    for given, message in (
        ({"steps": "abcde", "bidirectional": True}, "1 to 4 words or characters, got 5"),
        ({"num_layers": 4}, "num_layers must be 1, 2 or 3, got 4"),
        ({"lit": "layer 1"}, "lit must be .* layer 0, forward; got 'layer 1'"),
        ({"labels": ["a"]}, "labels must give one for each of 3 steps"),
        ({"labels": ["abcdefg"] * 3}, "at most 6 letters"),
    ):
        with pytest.raises(ValueError, match=message):
            pictures.grid(**given)


# --- weights -----------------------------------------------------------------------------------


@pytest.mark.parametrize("weight", ["ih", "hh"])
@pytest.mark.parametrize("sizes", [(3, 2), (4, 1), (1, 3)])
def test_the_stacked_gates_are_the_rows_of_torchs_weight(sizes, weight):
    input_size, hidden_size = sizes
    theirs = getattr(nn.LSTM(input_size, hidden_size), f"weight_{weight}_l0")
    svg = pictures.weights(*sizes, weight=weight).svg
    cells = {name: place(cell) for name, cell in marked(svg, "weight").items()}
    rows = sorted({y for _, y in cells.values()})
    assert (len(rows), len({x for x, _ in cells.values()})) == theirs.shape
    gates = "".join(dict((y, name[0]) for name, (_, y) in cells.items())[y] for y in rows)
    assert gates == "".join(gate * hidden_size for gate in "ifgo")
    assert len(marked(svg, "input")) == theirs.shape[1]
    with torch.no_grad():
        sums = (theirs @ torch.randn(theirs.shape[1])).chunk(4)
    drawn_sums = [name[0] for name in marked(svg, "sum")]
    assert [drawn_sums.count(gate) for gate in "ifgo"] == [len(each) for each in sums]


@pytest.mark.parametrize("gate", "ifgo")
def test_one_gate_alone_stands_where_it_stands_among_the_four(gate):
    alone, four = (
        {name: place(cell) for name, cell in marked(picture.svg, "weight").items()}
        for picture in (
            pictures.weights(stage="one gate", gate=gate),
            pictures.weights(stage="four gates"),
        )
    )
    assert alone == {name: at for name, at in four.items() if name[0] == gate}
    assert f"W_i{gate}" in pictures.weights(stage="one gate", gate=gate).alt


def test_weights_refuse_what_they_cannot_draw():
    for given, message in (
        ({"hidden_size": 5}, "hidden_size must be 1 to 4, got 5"),
        ({"input_size": 0}, "input_size must be 1 to 4, got 0"),
        ({"stage": "two"}, "stage must be one of one gate, .*; got 'two'"),
        ({"weight": "ho"}, "weight must be"),
        ({"gate": "x"}, "gate must be one of i, f, g, o; got 'x'"),
    ):
        with pytest.raises(ValueError, match=message):
            pictures.weights(**given)


# --- padded ------------------------------------------------------------------------------------

LINES = [("cat", "x=10", "hello", "to", "a"), ("hello",), ("a", "bcd"), ("abcdefg", "abc")]


def torch_packed(lines: tuple[str, ...]) -> nn.utils.rnn.PackedSequence:
    codes = [torch.tensor([ord(letter) for letter in line]) for line in lines]
    return nn.utils.rnn.pack_sequence(codes, enforce_sorted=False)


@pytest.mark.parametrize("lines", LINES)
def test_the_staircase_is_the_packed_sequence_of_torch(lines):
    packed = torch_packed(lines)
    picture = pictures.padded(lines, "packed")
    sizes = [words(each) for each in marked(picture.svg, "size").values()]
    assert sizes == [str(size) for size in packed.batch_sizes.tolist()]
    rows = dict(name.split(",", 1) for name in marked(picture.svg, "row"))
    data = [rows[str(number)] for number in range(len(rows))]
    assert data == [chr(code) for code in packed.data.tolist()]
    assert f"step by step: {', '.join(data)}." in picture.alt
    order = [text for text in texts(picture.svg) if text.startswith("line ")]
    assert order == [f"line {place}" for place in packed.sorted_indices.tolist()]


@pytest.mark.parametrize("lines", LINES)
def test_the_dots_are_where_torch_pads(lines):
    codes = [torch.tensor([ord(letter) for letter in line]) for line in lines]
    block = nn.utils.rnn.pad_sequence(codes, batch_first=True)
    dots = {f"{row},{step}" for row, step in (block == 0).nonzero().tolist()}
    picture = pictures.padded(lines)
    assert set(marked(picture.svg, "padding")) == dots
    assert f"and {len(dots)} dots" in picture.alt


@pytest.mark.parametrize("lines", LINES)
def test_no_box_of_a_letter_is_empty_and_packed_two_tints_tell_steps_apart(lines):
    for stage in ("padded", "sorted", "packed"):
        boxes = [
            each
            for each in tree(pictures.padded(lines, stage).svg).iter(f"{SVG}rect")
            if each.get("data-letter")
        ]
        letters = sum(map(len, lines))
        assert len(boxes) == letters * (2 if stage == "packed" else 1)
        tints = {float(each.get("fill-opacity")) for each in boxes}
        assert min(tints) >= 0.08
        more_than_a_step = max(map(len, lines)) > 1
        assert len(tints) == 1 + (stage == "packed" and more_than_a_step)


def test_padded_ends_a_little_below_what_it_shows():
    for lines in (*LINES, ("f(x)", "x = 1", "cat"), ("a",)):
        for stage in ("padded", "sorted", "packed"):
            root = tree(pictures.padded(lines, stage).svg)
            height = float(root.get("viewBox").split()[3])
            ends = [float(each.get("y")) for each in root.iter(f"{SVG}text")]
            assert 18 <= height - max(ends) <= 40, (lines, stage)


def test_padded_refuses_what_it_cannot_draw():
    for lines in (["a"] * 6, ["abcdefgh"], [""], ["abcde"] * 5, []):
        with pytest.raises(ValueError, match="must"):
            pictures.padded(lines)
    with pytest.raises(ValueError, match="stage must be one of padded, sorted, packed"):
        pictures.padded(stage="block")


@pytest.mark.parametrize("lines", LINES)
def test_the_two_orders_are_the_indices_of_torch(lines):
    packed, picture = torch_packed(lines), pictures.two_orders(lines)
    for mark, wanted in (("order", packed.sorted_indices), ("back", packed.unsorted_indices)):
        assert [words(each) for each in marked(picture.svg, mark).values()] == [
            str(place) for place in wanted.tolist()
        ]
    ways = {f"{line},{stair}" for line, stair in enumerate(packed.unsorted_indices.tolist())}
    assert set(marked(picture.svg, "way")) == ways
    with pytest.raises(ValueError, match="lines must be"):
        pictures.two_orders([*lines, ""])


# --- block -------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["transpose", "view"])
@pytest.mark.parametrize("sentences", [("the cat sat", "a dog ran"), TWO_WORDS])
def test_the_new_table_is_what_torch_makes(stage, sentences):
    steps = len(sentences[0].split())
    x = torch.arange(2 * steps).view(2, steps, 1)
    theirs = x.transpose(0, 1) if stage == "transpose" else x.view(steps, 2, 1)
    right = x.transpose(0, 1)
    picture = pictures.block(stage, sentences)
    made = theirs[..., 0].flatten().tolist()
    names = [f"{'AB'[entry // steps]}{entry % steps}" for entry in made]
    shown = [text for text in texts(picture.svg) if text in names]
    assert shown[2 * steps :] == names  # after those of x
    entries = list(marked(picture.svg, "entry").values())[2 * steps :]
    wrong = [each.get("data-wrong") == "True" for each in entries]
    assert wrong == (theirs != right).flatten().tolist()


def test_the_block_has_the_axes_of_torch():
    axes = {
        name: words(each) for name, each in marked(pictures.block(input_size=5).svg, "axis").items()
    }
    shape = torch.zeros(3, 2, 5).shape
    assert axes == {name: f"{name} = {size}" for name, size in zip("TBI", shape, strict=True)}


def test_block_refuses_what_it_cannot_draw():
    for given in (
        {"sentences": ("one", "two")},
        {"sentences": ("a b c", "d e")},
        {"sentences": ("a lizards", "b c")},
        {"input_size": 6},
        {"stage": "reshape"},
    ):
        with pytest.raises(ValueError, match="must"):
            pictures.block(**given)


# --- chunks ------------------------------------------------------------------------------------


def reached(between: str, count: int) -> tuple[list[bool], list[bool]]:
    """Return for each chunk but the last: does it move the last output, and has it a gradient?"""
    torch.manual_seed(8)
    lstm = nn.LSTM(2, 3, dtype=torch.float64)
    parts = [torch.randn(4, 2, dtype=torch.float64, requires_grad=True) for _ in range(count)]

    def run(parts: list[torch.Tensor]) -> torch.Tensor:
        state = None
        for part in parts:
            if between == "reset" or state is None:
                output, state = lstm(part)
            else:
                kept = state if between == "carry" else tuple(each.detach() for each in state)
                output, state = lstm(part, kept)
        return output[-1].sum()

    last = run(parts)
    last.backward()
    with torch.no_grad():
        moved = [
            not torch.equal(run([*parts[:place], parts[place] + 1, *parts[place + 1 :]]), last)
            for place in range(count - 1)
        ]
    return moved, [part.grad is not None and bool(part.grad.any()) for part in parts[:-1]]


@pytest.mark.parametrize("between", ["detach", "carry", "reset"])
def test_state_and_gradient_pass_a_cut_where_torchs_do(between):
    moved, graded = reached(between, 3)
    picture = pictures.chunks("abcdefghi", 3, between)
    assert len(marked(picture.svg, "chunk")) == 3
    assert len(marked(picture.svg, "stop")) == graded.count(False)
    assert texts(picture.svg).count("0") == (0 if all(moved) else 3)
    assert ("starts at 0" in picture.alt) == (not any(moved))
    assert ("stops at each cut" in picture.alt) == (not any(graded))


def test_chunks_refuse_what_they_cannot_draw():
    for given in (
        {"text": "a"},
        {"text": "m" * 35},
        {"chunk": 0},
        {"chunk": 2},
        {"between": "stop"},
    ):
        with pytest.raises(ValueError, match="must"):
            pictures.chunks(**given)


# --- echo --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("chunk", "lag"), [(4, 3), (3, 3), (2, 1), (8, 3)])
def test_a_line_is_full_where_autograd_reaches_the_sign(chunk, lag):
    torch.manual_seed(8)
    lstm, state = nn.LSTM(1, 3, dtype=torch.float64), None
    signs = torch.randn(8, 1, dtype=torch.float64, requires_grad=True)
    outputs = []
    for part in signs.split(chunk):
        output, state = lstm(part, state)
        state = tuple(each.detach() for each in state)
        outputs.extend(output)
    wanted = set()
    for t in range(8 - lag):
        answer = outputs[t + lag].sum()
        (gradient,) = torch.autograd.grad(answer, signs, retain_graph=True)
        wanted.add(f"{t},{bool(gradient[t])}")
    picture = pictures.echo(chunk=chunk, lag=lag)
    assert set(marked(picture.svg, "pair")) == wanted
    assert ("one chunk: none" in picture.alt) == (chunk <= lag)


def test_echo_refuses_what_it_cannot_draw():
    for given in ({"signs": "+"}, {"signs": "+" * 11}, {"chunk": 0}, {"lag": 9}):
        with pytest.raises(ValueError, match="must be"):
            pictures.echo(**given)


# --- walk --------------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", [0, 1])
def test_a_step_of_the_walk_is_what_the_loop_finds(axis):
    lines = ("f(x)", "a=[]", "some")
    codes = torch.tensor([[ord(character) for character in line] for line in lines])
    turns = list(codes if axis == 0 else codes.transpose(0, 1))
    svg = pictures.walk(axis, lines).svg
    shown = marked(svg, "read")
    assert len(marked(svg, "step")) == len(turns)
    for step, turn in enumerate(turns):
        read = [words(shown[f"{step},{place}"]) for place in range(len(turn))]
        assert read == [chr(code) for code in turn]
    assert f"{len(turns)} steps of {len(turns[0])} samples" in pictures.walk(axis, lines).alt


def test_a_walk_wants_lines_of_one_length():
    for given in ({"lines": ("ab", "abc")}, {"lines": ("ab",)}, {"lines": ("a", "b")}, {"axis": 2}):
        with pytest.raises(ValueError, match="must be"):
            pictures.walk(**given)


# --- verdicts ----------------------------------------------------------------------------------


def test_verdicts_are_the_trained_readers():
    reader, number = trained_reader()
    lines = ("print(x, y)", "See section Calls")
    picture = pictures.verdicts(*lines)
    points = marked(picture.svg, "point")
    scale = {}
    for which, line in enumerate(lines):
        numbers = torch.tensor([number[character] for character in line])
        output, _ = reader.lstm(reader.embedding(numbers))
        for t, sure in enumerate(torch.sigmoid(reader.head(output))[:, 0].tolist()):
            assert f"{line[t]} {sure:.2f}" in picture.alt
            assert words(points[f"{which},{t}"]) == line[t].replace(" ", "␣")
            scale.setdefault(which, []).append((sure, float(points[f"{which},{t}"].get("y"))))
    for pairs in scale.values():  # the surer, the higher, on one scale
        (low, y_low), (high, y_high) = min(pairs), max(pairs)
        slope = (y_high - y_low) / (high - low)
        assert slope < 0
        for sure, y in pairs:
            assert y == pytest.approx(y_low + slope * (sure - low), abs=4)


def test_verdicts_want_one_or_two_lines():
    for lines in ((), ("a b",) * 3, ("x",), ("x" * 25,)):
        with pytest.raises(ValueError, match="expected 1 or 2 lines"):
            pictures.verdicts(*lines)


# --- runs --------------------------------------------------------------------------------------


def test_a_line_is_the_mean_of_the_runs_and_the_band_holds_all():
    picture = pictures.runs(RUNS, "rounds", "loss")
    means, bands = marked(picture.svg, "mean"), marked(picture.svg, "band")

    def heights(path: Element) -> list[float]:
        return [float(each.split()[1]) for each in path.get("d")[1:].rstrip("Z").split("L")]

    top, bottom = heights(bands["two"])[:2]  # 1 and 1 are the highest, then 0.5
    assert heights(means["two"]) == pytest.approx([heights(means["two"])[2]] * 3)
    assert heights(bands["two"]) == pytest.approx(
        [top, top, heights(means["two"])[2], heights(means["two"])[2], *heights(bands["two"])[4:]]
    )
    assert top == bottom < heights(means["two"])[0] < heights(bands["two"])[5]
    assert "one: the mean begins at 0.20, is lowest, 0.20, after 1, highest, 0.90" in picture.alt
    assert "two: the mean begins at 0.50" in picture.alt
    assert "the runs end between 0.50 and 0.50" in picture.alt


def test_apart_each_run_has_a_line_of_its_own():
    picture = pictures.runs(RUNS, "rounds", "loss", apart=True)
    drawn = Counter(path.get("data-run") for path in tree(picture.svg).iter(SVG + "path"))
    assert {name: drawn[name] for name in RUNS} == {"one": 2, "two": 2, "3": 1}
    assert not marked(picture.svg, "mean") and not marked(picture.svg, "band")
    assert "a line for each run" in picture.alt and "band" not in picture.alt


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "1 to 3 settings"),
        ({"m" * 17: [[0, 0]]}, "at most 16 letters"),
        ({"one": [[0, 0], [0, 0, 0]]}, "equally long"),
        ({"one": [[0, 2]]}, "outside 0 to 1"),
    ],
)
def test_runs_refuse_what_they_cannot_draw(given, said):
    with pytest.raises(ValueError, match=said):
        pictures.runs(given, "rounds", "loss")


def test_the_two_ways_are_not_crowded():
    assert crowded(pictures.two_ways().svg) == []


# --- unit --------------------------------------------------------------------------------------


def heights(svg: str, curve: str) -> list[float]:
    return [float(point.split()[1]) for point in curves_of(svg)[curve]]


def curves_of(svg: str) -> dict[str, list[str]]:
    """Return the points of each curve, as they stand in its path."""
    return {name: each.get("d")[1:].split("L") for name, each in marked(svg, "curve").items()}


def test_a_unit_is_the_trained_readers():
    reader, number = trained_reader()
    line = "f(a, (b, c), d)"
    picture = pictures.unit(line, "f i")
    vectors = reader.embedding(torch.tensor([number[character] for character in line]))
    h = c = torch.zeros(1, 16)
    rows = {"c": [], "f": [], "i": []}
    lstm = reader.lstm
    for x in vectors:
        sums = x @ lstm.weight_ih_l0.T + lstm.bias_ih_l0 + h @ lstm.weight_hh_l0.T + lstm.bias_hh_l0
        i, f, g, o = sums.chunk(4, dim=1)
        i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
        c = f * c + i * g
        h = o * torch.tanh(c)
        for name, values in (("c", c), ("f", f), ("i", i)):
            rows[name].append(values[0, 5].item())
    assert torch.allclose(h, lstm(vectors)[0][-1], atol=1e-6)
    for name, values in rows.items():
        said = (f"{each} {value:z.2f}" for each, value in zip(line, values, strict=True))
        assert ", ".join(said).replace("-", "−") in picture.alt
        ys = heights(picture.svg, name)
        low, high = min(values), max(values)
        y_low, y_high = ys[values.index(low)], ys[values.index(high)]
        for value, y in zip(values, ys, strict=True):  # the more, the higher, on one scale
            expected = y_low + (y_high - y_low) * (value - low) / (high - low)
            assert y == pytest.approx(expected, abs=0.02)
        assert y_high < y_low


def test_nothing_moves_when_the_gates_of_a_unit_are_added():
    line = "print(x, y)"
    alone, gated = (pictures.unit(line, gates).svg for gates in ("", "f i"))
    assert curves_of(alone)["c"] == curves_of(gated)["c"]
    assert set(curves_of(gated)) - set(curves_of(alone)) == {"f", "i"}


def test_a_unit_wants_a_line_gates_and_a_number():
    for given, said in (
        ({"line": "x"}, "line must have 2 to 50"),
        ({"line": "x" * 51}, "line must have 2 to 50"),
        ({"line": "a b", "gates": "f g"}, "gates must hold letters of f, i and o"),
        ({"line": "a b", "gates": "f f"}, "gates must hold letters of f, i and o"),
        ({"line": "a b", "number": 16}, "number must be 0 to 15"),
    ):
        with pytest.raises(ValueError, match=said):
            pictures.unit(**given)


# --- relative ----------------------------------------------------------------------------------


def test_a_relative_has_the_boxes_of_its_blocks():
    for given, gates in (
        ({}, "ifgo"),
        ({"forget": "none"}, "igo"),
        ({"forget": "1 − i"}, "igo"),
        ({"peepholes": True, "projection": True}, "ifgo"),
        ({"cell": "GRU, torch"}, "rzn"),
        ({"cell": "GRU, paper"}, "rzn"),
    ):
        assert set(marked(pictures.relative(**given).svg, "gate")) == set(gates)
    for forget, looking in (("own gate", "ifo"), ("none", "io"), ("1 − i", "io")):
        svg = pictures.relative(forget=forget, peepholes=True).svg
        assert set(marked(svg, "peephole")) == set(looking)
        kept = {"own gate": {"kept"}, "none": set(), "1 − i": {"kept", "1 − i"}}[forget]
        assert set(marked(svg, "operation")) == {"product", "sum", "tanh", "o"} | kept


def test_the_two_grus_have_r_and_the_product_the_other_way_round():
    """On the way of h to n, which runs from the right: the farther right, the sooner."""
    sooner = {}
    for cell in ("GRU, torch", "GRU, paper"):
        svg = pictures.relative(cell).svg
        product, matrix = marked(svg, "operation")["r"], marked(svg, "matrix")["hn"]
        sooner[cell] = float(product.get("x")) > float(matrix.get("x"))
    assert sooner == {"GRU, torch": False, "GRU, paper": True}


def test_in_a_gru_the_line_of_h_has_a_gap_where_x_passes_over_it():
    """And a dot where a way leaves a line: to z, n, r, 1 − z, and to the line of h itself."""
    svg = pictures.relative("GRU, torch").svg
    gaps, dots = marked(svg, "gap"), marked(svg, "dot")
    assert len(gaps) == 3 and len(dots) == 6
    assert not set(gaps) & {x for x, dot in dots.items() if dot.get("y") == "325"}


def test_a_relative_has_a_cell_and_a_forget_gate():
    for given in ({"cell": "GRU"}, {"forget": "off"}):
        with pytest.raises(ValueError, match="must be one of"):
            pictures.relative(**given)


# --- way_back, back_in_time ----------------------------------------------------------------------


def test_the_way_back_has_the_numbers_of_autograd():
    sums = {f"z_{gate}": torch.tensor(z, dtype=torch.float64) for gate, z in WAY_BACK.SUMS.items()}
    held = sums | {"c_before": torch.tensor(WAY_BACK.C_BEFORE, dtype=torch.float64)}
    for each in held.values():
        each.requires_grad_()
    held |= {gate: torch.sigmoid(held[f"z_{gate}"]) for gate in "ifo"}
    held["g"] = torch.tanh(held["z_g"])
    held["c"] = held["f"] * held["c_before"] + held["i"] * held["g"]
    held["h"] = held["o"] * torch.tanh(held["c"])
    for each in held.values():
        each.retain_grad()
    arriving = torch.tensor(WAY_BACK.D_H), torch.tensor(WAY_BACK.FROM_NEXT)
    ((arriving[0] * held["h"]).sum() + (arriving[1] * held["c"]).sum()).backward()
    picture = pictures.way_back("sums").svg
    for mark in ("value", "gradient"):
        found = {name: words(each) for name, each in marked(picture, mark).items()}
        assert set(found) == set(held)
        for name, tensor in held.items():
            numbers = tensor.tolist() if mark == "value" else tensor.grad.tolist()
            assert found[name].endswith(", ".join(svg.number(each, 2) for each in numbers)), name


def test_the_way_back_grows_and_no_number_changes():
    come: set[str] = set()
    values = []
    for stage in WAY_BACK.STAGES:
        picture = pictures.way_back(stage).svg
        found = set(marked(picture, "gradient"))
        assert come < found or stage == "forward"
        edges = marked(picture, "edge")
        lit = {name for name, edge in edges.items() if edge.get("data-lit") == "True"}
        assert set(marked(picture, "slope")) == lit - {"h score", "c later"}
        come = found
        values.append({name: words(each) for name, each in marked(picture, "value").items()})
    assert all(each == values[0] for each in values)
    assert "No gradient has come back yet" in pictures.way_back("forward").alt
    with pytest.raises(ValueError, match="stage must be one of forward, h, c, gates, sums"):
        pictures.way_back("all")


def test_the_way_back_in_time_has_two_arrows_between_steps():
    picture = pictures.back_in_time("abcd").svg
    assert set(marked(picture, "step")) == set("0123")
    assert set(marked(picture, "back")) == {"c 0", "c 1", "c 2", "c 3", "c out"}
    for wrong in ("a", "abcde"):
        with pytest.raises(ValueError, match="words or characters"):
            pictures.back_in_time(wrong)


# --- projection and the whole layer ---------------------------------------------------------------


@pytest.mark.parametrize("given", SHARED["projection"][1:])
def test_the_numbers_of_a_projection_are_those_of_the_product(given):
    own = given if "shown" in given else {"shown": (0.5, -0.2, 0.8)}
    weight = given.get("weight", ((1.0, 0.0, 2.0), (0.0, 1.0, -0.5)))
    made = (torch.tensor(weight) @ torch.tensor(own["shown"])).tolist()
    picture = pictures.projection(**given).svg
    drawn = {key: words(each) for key, each in marked(picture, "h").items()}
    assert drawn == {f"{row},0": svg.number(value, 1) for row, value in enumerate(made)}
    shown = [words(each) for each in marked(picture, "shown").values()]
    assert shown == [svg.number(each, 1) for each in own["shown"]]


def test_a_projection_without_its_result_has_empty_places():
    assert {words(each) for each in marked(pictures.projection().svg, "h").values()} == {"?"}
    for given, said in (
        ({"shown": ()}, "H must be 1 to 3, got 0"),
        ({"weight": [(1.0, 1.0, 1.0)] * 4}, "P must be 1 to 3, got 4"),
        ({"weight": [(1.0, 1.0)]}, "each row of weight must have H = 3"),
    ):
        with pytest.raises(ValueError, match=said):
            pictures.projection(**given)


@pytest.mark.parametrize("given", SHARED["mixture"])
def test_a_mixture_lies_where_the_gru_puts_it(given):
    new = (1 - given["z"]) * given["news"] + given["z"] * given["old"]
    dots = marked(pictures.mixture(**given).svg, "point")
    at = {name: float(dot.get("cx")) for name, dot in dots.items()}
    share = (at["new"] - at["news"]) / (at["old"] - at["news"])
    assert share == pytest.approx(given["z"], abs=1e-3)
    assert f"The new h is at {svg.number(new, 2)}:" in pictures.mixture(**given).alt


def test_a_mixture_refuses_what_it_cannot_draw():
    for given, said in (
        ({"old": 2, "news": 0, "z": 0.5}, "old must be from -1 to 1, got 2"),
        ({"old": 1, "news": 0, "z": -0.5}, "z must be from 0 to 1, got -0.5"),
        ({"old": 0.2, "news": 0, "z": 0.5}, "old and news must be 0.4 apart"),
    ):
        with pytest.raises(ValueError, match=said):
            pictures.mixture(**given)


@pytest.mark.parametrize("given", SHARED["reset_orders"])
def test_the_two_orders_have_the_numbers_of_torch(given):
    h, r = (torch.tensor(given[each], dtype=torch.float32) for each in "hr")
    weight = torch.tensor(given.get("weight", ((1, 1), (1, 1))), dtype=torch.float32)
    wanted = {"torch": r * (weight @ h), "paper": weight @ (r * h)}
    drawn = marked(pictures.reset_orders(**given).svg, "number")
    for name, last in (("torch", "r · (W_{hn} h)"), ("paper", "W_{hn} (r · h)")):
        found = [words(drawn[f"{name} {last} {row}"]) for row in range(2)]
        assert found == [svg.number(each, 0) for each in wanted[name].tolist()]
    with pytest.raises(ValueError, match="expected two units and a weight of 2 × 2"):
        pictures.reset_orders(given["h"], (1, 1, 1))


def test_the_whole_layer_has_every_argument_and_functions_that_exist():
    parts = importlib.import_module("lstm_lessons.drawing.pictures.whole_layer").PARTS
    arguments = ", ".join(part.arguments for part in parts.values() if part.arguments)
    from lstm_lessons import ManualLSTM

    assert sorted(arguments.split(", ")) == sorted(inspect.signature(ManualLSTM).parameters)
    rooms = [importlib.import_module(f"lstm_lessons.lstm.{room}") for room in ("ragged", "layouts")]
    for part in parts.values():
        # The loop over directions stands in run_stack, the one over time in run_direction.
        here = part.code in ("", "F.linear", "torch.addmm", "torch.empty")
        assert here or any(hasattr(room, part.code) for room in rooms)
    boxes = marked(pictures.whole_layer("gates").svg, "part")
    assert float(boxes["gates"].get("stroke-width")) > float(boxes["sums"].get("stroke-width"))
    with pytest.raises(ValueError, match="some of weights, layout, layers, .*got 'loop'"):
        pictures.whole_layer("loop")


# --- along -------------------------------------------------------------------------------------


def test_curves_along_a_line_are_the_numbers_given():
    values = torch.tensor([0.0, 0.7, 0.25, -0.01])
    picture = pictures.along("f(x)", {"h": values}, cuts=[2])
    ys = heights(picture.svg, "h")
    assert [round((ys[0] - y) / (ys[0] - ys[1]) * 0.7, 2) for y in ys] == [0, 0.7, 0.25, -0.01]
    assert "h: f 0.00, ( 0.70, x 0.25, ) −0.01. Cut before character 2" in picture.alt
    below = pictures.along("f(x)", {"h": [0, 0.7, -0.5, 0]}).svg
    assert heights(below, "h")[2] > heights(below, "h")[3]


def test_curves_along_a_line_want_a_value_a_character():
    for given, said in (
        ({"line": "x", "curves": {"h": [0]}}, "line must have 2 to 44"),
        ({"line": "ab", "curves": {}}, "one curve or two, got 0"),
        ({"line": "ab", "curves": {"h": [0]}}, "h must have 2 values, got 1"),
        ({"line": "ab", "curves": {"h": [0, 0]}, "cuts": [2]}, "cuts must be 1 to 1"),
    ):
        with pytest.raises(ValueError, match=said):
            pictures.along(**given)


# --- rung --------------------------------------------------------------------------------------


def test_the_products_of_a_rung_fit_and_are_those_of_the_loop():
    """Rows and columns that meet have one letter, and the letters are torch's own shapes."""
    from lstm_lessons.drawing.pictures.rung import RUNGS

    for name, zones in RUNGS.items():
        assert marked(pictures.rung(name).svg, "block")
        for zone in zones:
            for left, right, result in zone.products:
                assert left.columns == right.rows
                assert (result.rows, result.columns) == (left.rows, right.columns)
    assert [len(zone.products) for zone in RUNGS["hoisted"]] == [1, 1]
    assert [len(zone.products) for zone in RUNGS["whole batch"]] == [2]


def test_a_rung_that_is_none_is_refused():
    with pytest.raises(ValueError, match="per sample, whole batch"):
        pictures.rung("fused")
