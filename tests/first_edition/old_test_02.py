"""Lesson 02: answers that are right, however they are written; mistakes that people make."""

# ruff: noqa: E741

from collections import OrderedDict, defaultdict

import numpy as np
import pytest
import torch
from torch import nn

from lstm_lessons import exercise, shapes

_layer = nn.LSTM(6, 5)

_SHAPES = {
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


class Counter:
    def __call__(self, input_size, hidden_size, **options):
        layer = nn.LSTM(input_size, hidden_size, **options)
        return sum(parameter.numel() for parameter in layer.parameters())


RIGHT = {
    "02.1": {
        "lists": {k: list(v) if isinstance(v, tuple) else v for k, v in _SHAPES.items()},
        "torch.Size, numpy integers": OrderedDict(
            _SHAPES,
            W_ig=_layer.weight_ih_l0.chunk(4)[2].shape,
            x_t=np.array([1, 2]).shape[:0] + (np.int64(6),),
            weight_ih=_layer.weight_ih_l0.size(),
            bias_ih=_layer.bias_ih_l0.shape,
        ),
        "from 4 times 5": {**_SHAPES, "weight_hh": (4 * 5, 5), "bias_ih": tuple([4 * 5])},
        "rows of many types": {
            **_SHAPES,
            "rows of W_io": [np.int64(15), 19.0],
        },
    },
    "02.2": {
        "gate by gate": by_gate,
        "asks PyTorch": Counter(),
        "the ledger": lambda input_size, hidden_size, bias=True: sum(
            entry.size for entry in shapes.cell_parameters(input_size, hidden_size, bias)
        ),
        "a float": lambda I, H, bias=1: 4.0 * H * (I + H + 2 * bias),
        "a tensor": lambda I, H, bias=True: torch.tensor(4 * H) * (I + H + (2 if bias else 0)),
    },
    "02.3": {
        "the names that PyTorch prints": {
            "layer": "C",
            "tensor": "weight_hh_l0",
            "shape": (32, 8),
        },
        "small letters, a list": {"layer": "c", "tensor": "WEIGHT_HH", "shape": [32, 8]},
        "torch": {"layer": "C ", "tensor": "weight_hh", "shape": nn.LSTM(6, 8).weight_hh_l0.shape},
    },
}


def test_a_number_for_a_tuple_of_one_is_explained():
    for value in (6, np.int64(6)):
        result = exercise("02.1").check({**_SHAPES, "x_t": value})
        assert (result.outcome, result.misconception) == ("incorrect", "a number for a shape")
        assert "`x_t` is the number 6, not a shape" in result.message
        assert "`(7,)` is a tuple" in result.message


def test_what_is_filled_in_so_far_is_judged():
    result = exercise("02.1").check({**dict.fromkeys(_SHAPES, ...), "W_ig": (5, 6)})
    assert result.outcome == "incorrect"
    assert "Right so far: `W_ig`." in result.message
    assert "Still to fill in: `x_t`, `W_hg`, `h`" in result.message


def test_an_unknown_wrong_shape_is_told_the_rule():
    result = exercise("02.1").check({**_SHAPES, "W_hg": (17, 5), "h": (4,)})
    assert (result.outcome, result.misconception) == ("incorrect", None)
    assert "`W_hg` is not right yet. It takes the state to gate g." in result.message
    assert "Not right either: `h`." in result.message


def test_a_misspelt_key_is_found():
    answer = {**_SHAPES, "weigth_hh": (20, 5)}
    del answer["weight_hh"]
    assert "Did you mean `weight_hh`?" in exercise("02.1").check(answer).message


def test_a_defaultdict_does_not_grow():
    answer = defaultdict(lambda: (1, 2), W_ig=(5, 6))
    assert exercise("02.1").check(answer).outcome == "incorrect"
    assert dict(answer) == {"W_ig": (5, 6)}


def test_the_count_of_the_lesson_is_the_truth():
    assert exercise("02.2").reference(100, 16) == shapes.count_parameters(100, 16) == 7552


def test_the_shapes_and_rows_are_those_of_a_real_layer():
    right = {name.removesuffix("_l0"): tuple(p.shape) for name, p in _layer.named_parameters()}
    assert all(_SHAPES[name] == right[name] for name in ("weight_ih", "weight_hh", "bias_ih"))
    first, last = _SHAPES["rows of W_io"]
    assert torch.equal(_layer.weight_ih_l0[first : last + 1], _layer.weight_ih_l0.chunk(4)[3])


@pytest.mark.parametrize("key", ["h_t", "h_t-1", "h_0", "h_prev"])
def test_another_name_for_h_is_understood(key):
    result = exercise("02.1").check({**_SHAPES, key: (5,)})
    assert result.misconception == "another key"
    assert result.message == f"`{key}` is not asked for. Did you mean `h`?"


def test_all_bare_numbers_are_named():
    result = exercise("02.1").check({**_SHAPES, "x_t": 6, "h": 5, "bias_ih": 20})
    assert result.misconception == "a number for a shape"
    assert "`x_t` is the number 6, not a shape" in result.message
    assert result.message.endswith("The same goes for `h`, `bias_ih`.")


@pytest.mark.parametrize(
    ("entries", "name", "said"),
    [
        ({"weight_ih": (5, 6)}, "one gate only in weight_ih", "`weight_ih` holds one gate"),
        ({"weight_hh": (5, 5)}, "one gate only in weight_hh", "`weight_hh` holds one gate"),
        ({"bias_ih": (5,)}, "one gate only in bias_ih", "`bias_ih` holds one gate"),
        ({"weight_ih": (10, 6)}, "two gates only in weight_ih", "holds two gates"),
        ({"bias_ih": (15,)}, "three gates only in bias_ih", "the candidate g has weights"),
        (
            {"weight_ih": (15, 6), "weight_hh": (15, 5), "bias_ih": (15,)},
            "three gates only",
            "`weight_ih`, `weight_hh` and `bias_ih` hold three gates",
        ),
        ({"b_ig": (5, 1)}, "two axes for b_ig", "in PyTorch it has one axis"),
        ({"b_ig": (1, 5)}, "two axes for b_ig", "in PyTorch it has one axis"),
        (
            {"W_ig": (6, 5), "weight_ih": (6, 20), "weight_hh": (5, 20)},
            "all matrices turned round",
            "`W_hg` is square, so its shape cannot tell",
        ),
        (
            {"rows of W_io": (10, 15)},
            None,
            "In which order are the four blocks",
        ),
    ],
)
def test_a_wrong_shape_is_explained(entries, name, said):
    result = exercise("02.1").check({**_SHAPES, **entries})
    assert (result.outcome, result.misconception) == ("incorrect", name)
    assert said in result.message


def test_rows_are_two_whole_numbers():
    for value in ((15.5, 19), 15, "15", (15, 16, 17, 18, 19), ("15", "19"), slice(15, 20), True):
        result = exercise("02.1").check({**_SHAPES, "rows of W_io": value})
        assert (result.outcome, result.misconception) == ("incorrect", None)
        assert "`rows of W_io` should be two whole numbers" in result.message


def returns_with_a_bias_only(input_size, hidden_size, bias=True):
    if bias:
        return 4 * hidden_size * (input_size + hidden_size + 2)


@pytest.mark.parametrize(
    ("answer", "name", "said"),
    [
        (returns_with_a_bias_only, "nothing returned", "count_parameters(7, 3, bias=False)"),
        (
            lambda I, H, bias=True: 4 * H * (I + H) + 8 * H if bias else 0,
            "nothing without biases",
            "`(a + b) if bias else 0`",
        ),
        (
            lambda I, H, bias=True: 4 * H * (I + H + 2) if bias else 4 * H * I,
            None,
            "only the two weights are there",
        ),
        (
            lambda I, H, bias=True: 4 * (H * I + H * H + H),
            "one bias vector, counted always",
            "with `bias=False` as well",
        ),
        (
            lambda I, H, bias=True: 4 * H * I + H * H + 8 * H * bias,
            "weight_hh for one gate",
            "four",
        ),
        (
            lambda I, H, bias=True: H * I + 4 * H * H + 8 * H * bias,
            "weight_ih for one gate",
            "four",
        ),
    ],
)
def test_a_wrong_count_is_explained(answer, name, said):
    answer = _with_the_names_of_the_task(answer)
    result = exercise("02.2").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", name)
    assert said in result.message
    assert "should be an argument" not in result.message


def _with_the_names_of_the_task(answer):
    return lambda input_size, hidden_size, bias=True: answer(input_size, hidden_size, bias)


@pytest.mark.parametrize(
    ("entries", "name", "right"),
    [
        (("D", "weight_hh", (4, 4)), "one unit", ""),
        (("A", "weight_ih", (32, 8)), "a word of one number", ""),
        (("C", "weight_ih", (32, 32)), "the wrong tensor", "`layer`"),
        (("C", "weight_ih", (32, 6)), "the wrong tensor", "`layer`"),
        (("C", "bias_hh", (32, 32)), "the other bias", "`layer`"),
        (("C", "weight_hh", (32, 32)), "left as it is", "`layer`, `tensor`"),
        (("C", "weight_hh", (8,)), "one axis", "`layer`, `tensor`"),
        (("C", "weight_hh", (32,)), "one axis", "`layer`, `tensor`"),
    ],
)
def test_nothing_is_said_of_what_hangs_on_a_wrong_entry(entries, name, right):
    result = exercise("02.3").check(dict(zip(("layer", "tensor", "shape"), entries, strict=True)))
    assert (result.outcome, result.misconception) == ("incorrect", name)
    assert result.message.endswith(f"Right so far: {right}." if right else "")
    assert ("Right so far" in result.message) == bool(right)
    assert "Look again" not in result.message
    assert "Not right either" not in result.message


def test_the_layer_comes_first():
    result = exercise("02.3").check({"layer": ..., "tensor": "weight_hh", "shape": (32, 8)})
    assert not result.complete
    assert result.message == "Still to fill in: `layer`."


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((3,), "Yours holds 1 number."),
        ((15, 16, 17, 18, 19), "Yours holds 5 numbers."),
        (range(15, 20), "Yours holds 5 numbers."),
        (("15", "19"), "Yours holds something else."),
        (15, "Yours is a value of type `int`."),
    ],
)
def test_rows_of_another_form_are_told_what_they_hold(rows, said):
    result = exercise("02.1").check({**_SHAPES, "rows of W_io": rows})
    assert result.outcome == "incorrect"
    assert result.message.endswith(said)


def test_the_letters_of_the_lesson_are_explained():
    def answer(input_size, hidden_size, bias=True):
        return 4 * H * (I + H)  # noqa: F821 - the mistake itself

    result = exercise("02.2").check(answer)
    assert result.outcome == "error"
    assert "H is called `hidden_size`" in result.message


def test_a_missing_sign_of_multiplication_is_explained():
    def answer(input_size, hidden_size, bias=True):
        gates = 4
        return gates(hidden_size + input_size)

    result = exercise("02.2").check(answer)
    assert (result.outcome, result.misconception) == ("error", "a factor without *")


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (lambda I, H, bias=True: 4 * (I * H + H ^ 2) + 8 * H * bias, "^ for a power"),
        (lambda I, H, bias=True: 4 * H * I + 4 * H ^ 2 + 8 * H * bias, "^ for a power"),
        (
            lambda I, H, bias=True: 8 * (H * I + H * H + H * bias),
            "eight matrices for each input",
        ),
        (
            lambda I, H, bias=True: 4 * H * (I + H) + (4 * I + 4 * H if bias else 0),
            "a bias as long as the word",
        ),
    ],
)
def test_another_count_is_named(answer, name):
    result = exercise("02.2").check(_with_the_names_of_the_task(answer))
    assert (result.outcome, result.misconception) == ("incorrect", name)


@pytest.mark.parametrize(
    ("I", "H", "name"),
    [(5, 6, "I and H exchanged throughout"), (100, 16, "the sizes of the lesson")],
)
@pytest.mark.parametrize("rows", [True, False])
def test_other_sizes_throughout_are_named_once(I, H, name, rows):
    layer = nn.LSTM(I, H)
    answer = {"W_ig": (H, I), "x_t": (I,), "W_hg": (H, H), "h": (H,), "b_ig": (H,)}
    answer |= {key: getattr(layer, f"{key}_l0").shape for key in list(_SHAPES)[5:8]}
    answer["rows of W_io"] = (3 * H, 4 * H - 1) if rows else (15, 19)
    result = exercise("02.1").check(answer)
    assert (result.outcome, result.misconception) == ("incorrect", name)
    assert "Look again" not in result.message
