"""Lesson 02: what its exercises take for true is true."""

# ruff: noqa: E741 - I is the input size, as everywhere in the course

from collections import OrderedDict
from types import MappingProxyType

import numpy as np

# ruff: noqa: E741 - I is the input size, as everywhere in the course
import pytest
import torch
from torch import nn

from lstm_lessons import exercise, shapes
from lstm_lessons.exercises.engine.sources import SOURCES

LAYER = nn.LSTM(6, 5)

SHAPES = {
    "W_ig": (5, 6),
    "x_t": (6,),
    "W_hg": (5, 5),
    "h": (5,),
    "b_ig": (5,),
    "weight_ih": (20, 6),
    "weight_hh": (20, 5),
    "bias_ih": (20,),
    "rows of W_io": (15, 19),
}


def by_gate(I, H, bias=True):
    total = 0
    for _gate in "ifgo":
        total += H * I + H * H
        if bias:
            total += H + H
    return total


def one_unit_at_a_time(I, H, bias=True):
    def of_the_rest(units):
        return 0 if units == 0 else 4 * (I + H + 2 * bool(bias)) + of_the_rest(units - 1)

    return of_the_rest(H)


class Counter:
    def __call__(self, input_size, hidden_size, **options):
        layer = nn.LSTM(input_size, hidden_size, **options)
        return sum(parameter.numel() for parameter in layer.parameters())


RIGHT = {
    "02.1": {
        "lists": {key: list(value) for key, value in SHAPES.items()},
        "torch.Size, numpy integers": OrderedDict(
            SHAPES,
            W_ig=LAYER.weight_ih_l0.chunk(4)[2].shape,
            x_t=(np.int64(6),),
            weight_ih=LAYER.weight_ih_l0.size(),
            bias_ih=LAYER.bias_ih_l0.shape,
        ),
        "from 4 times 5": {**SHAPES, "weight_hh": (4 * 5, 5), "bias_ih": tuple([4 * 5])},
        "rows of many types": {**SHAPES, "rows of W_io": [np.int64(15), 19.0]},
        "a view of a dict": MappingProxyType(SHAPES),
    },
    "02.2": {
        "gate by gate": by_gate,
        "unit by unit": one_unit_at_a_time,
        "asks PyTorch": Counter(),
        "the ledger": lambda input_size, hidden_size, bias=True: sum(
            entry.size for entry in shapes.cell_parameters(input_size, hidden_size, bias)
        ),
        "a float": lambda I, H, bias=1: 4.0 * H * (I + H + 2 * bias),
        "a tensor": lambda I, H, bias=True: torch.tensor(4 * H) * (I + H + (2 if bias else 0)),
        "numpy": lambda I, H, bias=True: np.prod([4, H, I + H + 2 * bias]),
    },
    "02.3": {
        "the names that PyTorch prints": {
            "layer": "C",
            "tensor": "weight_hh_l0",
            "shape": (32, 8),
        },
        "small letters, a list": {"layer": "c", "tensor": "WEIGHT_HH", "shape": [32, 8]},
        "torch": {"layer": "C ", "tensor": "weight_hh", "shape": nn.LSTM(6, 8).weight_hh_l0.shape},
        "in brackets": {"layer": "(C)", "tensor": "Weight_hh", "shape": (4 * 8, 8)},
        "numpy": {"layer": "C", "tensor": "weight_hh", "shape": np.zeros((32, 8)).shape},
    },
}

EQUIVALENT = {}


FILL_IN, COUNT, SPOT = (exercise(f"02.{n}") for n in (1, 2, 3))


def test_the_shapes_and_rows_are_those_of_a_real_layer():
    right = FILL_IN.right
    for name in ("weight_ih", "weight_hh", "bias_ih"):
        assert right[name] == tuple(getattr(LAYER, f"{name}_l0").shape)
    first, last = right["rows of W_io"]
    assert torch.equal(LAYER.weight_ih_l0[first : last + 1], LAYER.weight_ih_l0.chunk(4)[3])
    W_ig, W_hg = (getattr(LAYER, f"weight_{x}_l0").chunk(4)[2] for x in ("ih", "hh"))
    assert (W_ig.shape, W_hg.shape) == (right["W_ig"], right["W_hg"])


def test_the_count_is_torchs():
    for case in COUNT.calls:
        layer = nn.LSTM(*case.inputs.values(), **case.keywords)
        count = sum(parameter.numel() for parameter in layer.parameters())
        assert COUNT.solved(*case.inputs.values(), **case.keywords) == count
    assert COUNT.solved(100, 16) == shapes.count_parameters(100, 16) == 7552


def test_three_of_the_layers_can_be_made_and_the_fourth_is_mended():
    source = (SOURCES[1] / "02_gates_and_shapes.py").read_text("utf-8")
    start = source.index("layers = {")
    space = {}
    exec(source[start : source.index("\n}\n", start) + 2], space)
    written, right = space["layers"], SPOT.right
    assert written[right["layer"]][right["tensor"]] != right["shape"]
    written[right["layer"]][right["tensor"]] = right["shape"]
    sizes = {"A": (1, 5), "B": (12, 3), "C": (6, 8), "D": (7, 1)}
    for letter, (I, H) in sizes.items():
        layer = nn.LSTM(I, H, bias=letter != "B")
        parameters = layer.named_parameters()
        assert written[letter] == {n.removesuffix("_l0"): tuple(p.shape) for n, p in parameters}


@pytest.mark.parametrize(
    ("entries", "name", "said"),
    [
        ({"weight_ih": (4, 5, 6)}, "too many axes", "It counts gates"),
        ({"weight_ih": (15, 6)}, "another size", "Yours is (3H, I)."),
        ({"b_ig": (5, 1)}, "too many axes", "along one axis"),
        ({"weight_hh": (5, 20)}, "axes in another order", "on top of each other"),
        ({"W_hg": (5, 6)}, "another size", "Yours is (H, I)."),
        ({"W_hg": (17, 5)}, None, "`W_hg` takes h to gate g. Rows are what comes out"),
        ({"x_t": (3, 6)}, "too many axes", "It counts sentences and numbers of a word."),
        ({"rows of W_io": (10, 15)}, None, "In which order are the four blocks"),
        ({"x_t": np.zeros(6)}, None, "`x_t` is a numpy array; give its shape"),
        ({"x_t": torch.zeros(6)}, None, "`x_t` is a tensor; give its shape"),
        ({"x_t": 6, "h": np.int64(5)}, "a number for a shape", "The same goes for `h`."),
    ],
)
def test_a_wrong_entry_is_told(entries, name, said):
    result = FILL_IN.check({**SHAPES, **entries})
    assert (result.outcome, result.misconception) == ("incorrect", name)
    assert said in result.message


def test_the_shape_of_another_entry_is_not_given_away():
    answer = {**dict.fromkeys(SHAPES, ...), "weight_hh": (20, 6)}
    assert "weight_ih" not in FILL_IN.check(answer).message.replace("Still", "")
    assert "the shape of `weight_ih_l0`" in FILL_IN.check({**SHAPES, "weight_hh": (20, 6)}).message


@pytest.mark.parametrize(("I", "H"), [(5, 6), (100, 16)])
def test_other_sizes_throughout_are_told_once(I, H):
    layer = nn.LSTM(I, H)
    answer = {"W_ig": (H, I), "x_t": (I,), "W_hg": (H, H), "h": (H,), "b_ig": (H,)}
    answer |= {key: getattr(layer, f"{key}_l0").shape for key in list(SHAPES)[5:8]}
    result = FILL_IN.check({**SHAPES, **answer})
    assert "\n\nRight so far: `rows of W_io`." in result.message
    assert result.message.count("\n\n") == 1


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (
            lambda I, H, bias: 4 * 16 * (I + H) + 8 * H * bias,
            "Does a 16 stand where `hidden_size` should",
        ),
        (
            lambda I, H, bias: 4 * H * (I + 16) + 8 * H * bias,
            "Does a 16 stand where `hidden_size` should",
        ),
        (lambda I, H, bias: 4 * 16 * (I + 16) + 8 * 16 * bias, "is right, with others it is not"),
        (
            lambda I, H, bias: 4 * H * (I + H) + 7 * H * bias,
            "7·H more. Look again at the biases",
        ),
        (lambda I, H, bias: 4 * H * (I + I) + 8 * H * bias, "Look again at `weight_hh`"),
        (lambda I, H, bias: 4 * H * (H + H) + 8 * H * bias, "Look again at `weight_ih`"),
        (lambda I, H, bias: 9 * H * (I + H) + 7 * H * bias, "your count is 9·H·I + 9·H·H with"),
        (lambda I, H, bias: 4 * H * (I + H + 2) if bias else 4 * H * I, "`weight_hh` is still"),
        (lambda I, H, bias: 4 * (I * H + H * H + H), "counts them still"),
        (lambda I, H, bias: 7552, "whatever it is given"),
        (lambda I, H, bias: 4 * H * I + 4 * H ^ 2 + 8 * H * bias, "a power is `**`"),
        (lambda I, H, bias: H(I + H), "Is a `*` missing"),
        (lambda I, H, bias: 4 * hidden * I, "There is no `hidden` in this notebook."),  # noqa: F821
    ],
)
def test_a_wrong_count_is_told(formula, said):
    result = COUNT.check(
        lambda input_size, hidden_size, bias=True: formula(input_size, hidden_size, bias)
    )
    assert result.outcome in ("incorrect", "error")
    assert said in result.message


@pytest.mark.parametrize(
    ("entries", "name", "right"),
    [
        (("D", "weight_hh", (4, 4)), "one unit", ""),
        (("A", "weight_ih", (32, 8)), "a word of one number", ""),
        (("C", "weight_ih", (32, 32)), "the wrong tensor", "`layer`"),
        (("C", "bias_hh", (32, 32)), "the other bias", "`layer`"),
        (("C", "weight_hh", (32, 32)), "left as it is", "`layer`, `tensor`"),
    ],
)
def test_nothing_is_said_of_what_hangs_on_a_wrong_entry(entries, name, right):
    result = SPOT.check(dict(zip(("layer", "tensor", "shape"), entries, strict=True)))
    assert result.misconception == name
    assert result.message.endswith(f"Right so far: {right}." if right else "")
    assert ("Right so far" in result.message) == bool(right)
    assert "Look again" not in result.message


def test_a_default_that_is_missing_is_named():
    def count_parameters(input_size, hidden_size, bias):
        return 0

    message = exercise("02.2").check(count_parameters).message
    assert "In the first line of your function `bias` has no default" in message
    other = exercise("02.2").check(lambda input_size: 0).message
    assert "Your function takes other arguments: `(input_size)`." in other


def test_rows_counted_with_the_word_are_told():
    result = exercise("02.2").check(lambda I, H, bias=True: 4 * I * (I + H) + 8 * H * bool(bias))
    assert result.misconception == "rows counted with I"
