"""Lesson 12: answers that are right, edits that change nothing, and that what is asked is true."""

import numpy as np
import torch
from torch import nn
from torch.func import functional_call

from lstm_lessons import exercise
from lstm_lessons.environment.clone import Clone
from lstm_lessons.lstm.cell import apply_gates, lstm_step
from lstm_lessons.lstm.ragged import Weights, run_direction
from lstm_lessons.lstm.relatives import projected_step, unroll_step


def with_the_lessons_loop(x, h, c, weight_ih, weight_hh, weight_hr):
    weights = (weight_ih, weight_hh, None, None, weight_hr)
    return unroll_step(projected_step, x, (h, c), weights)


def with_nn_lstm(x, h, c, *weights):
    P, H = weights[2].shape
    layer = nn.LSTM(x.shape[2], H, bias=False, proj_size=P, dtype=x.dtype)
    given = dict(zip(dict(layer.named_parameters()), weights, strict=True))
    output, (h_n, c_n) = functional_call(layer, given, (x, (h[None], c[None])))
    return output, (h_n[0], c_n[0])


def words_first(x, h, c, weight_ih, weight_hh, weight_hr):
    """All words are multiplied before the loop, and three tensors are returned in a row."""
    output = x.new_empty(*x.shape[:2], len(weight_hr))
    for t, from_x in enumerate(x @ weight_ih.T):
        shown, c = apply_gates(from_x + h @ weight_hh.T, c)
        h = shown @ weight_hr.T
        output[t] = h
    return output, h, c


def by_recursion(x, h, c, weight_ih, weight_hh, weight_hr):
    h, c = lstm_step(x[0], h, c, weight_ih, weight_hh)
    h = torch.einsum("ph,bh->bp", weight_hr, h)
    if len(x) == 1:
        return h[None], (h, c)
    output, states = by_recursion(x[1:], h, c, weight_ih, weight_hh, weight_hr)
    return torch.cat([h[None], output]), states


def projected_into_the_gates(x, h, c, weight_ih, weight_hh, weight_hr):
    """The gates read W_hh W_hr times the wide h, but for the first step."""
    from_h, shown = h @ weight_hh.T, []
    for x_t in x:
        wide, c = apply_gates(x_t @ weight_ih.T + from_h, c)
        from_h = wide @ (weight_hh @ weight_hr).T
        shown.append(wide)
    output = torch.stack(shown) @ weight_hr.T
    return [output, [output[-1], c]]


def step_of_the_lesson(x, h, c, weight_ih, weight_hh, weight_hr):
    return projected_step(x, h, c, weight_ih, weight_hh, None, None, weight_hr)


def step_with_apply_gates(x, h, c, weight_ih, weight_hh, weight_hr):
    wide, c = apply_gates(x @ weight_ih.T + h @ weight_hh.T, c)
    return [torch.einsum("ph,bh->bp", weight_hr, wide), c]


def step_of_the_package(x, h, c, weight_ih, weight_hh, weight_hr):
    weights = Weights(weight_ih, weight_hh, weight_hr=weight_hr)
    _, *states = run_direction(x, (len(x),), h, c, weights)
    return tuple(states)


def step_with_nn_lstm(x, h, c, *weights):
    return with_nn_lstm(x[None], h, c, *weights)[1]


def step_by_sentence(x, h, c, *weights):
    pairs = [step_of_the_lesson(*each, *weights) for each in zip(x, h, c, strict=True)]
    return tuple(map(torch.stack, zip(*pairs, strict=True)))


SHAPES = {
    "output": (9, 8, 6),
    "h_n": (4, 8, 3),
    "c_n": (4, 8, 5),
    "weight_hh_l0": (20, 3),
    "weight_ih_l1": (20, 6),
    "weight_hr_l1_reverse": (3, 5),
    "tensors": 20,
}
ARGUMENTS = {
    "input_size": 9,
    "hidden_size": 12,
    "num_layers": 2,
    "bias": False,
    "bidirectional": True,
    "proj_size": 5,
    "batch_first": "no trace",
    "dropout": "no trace",
}
TENSORS = {key for key in SHAPES if key != "tensors"}

RIGHT = {
    "12.1": {
        "the lesson's loop": with_the_lessons_loop,
        "nn.LSTM": with_nn_lstm,
        "words first": words_first,
        "by recursion": by_recursion,
        "projected into the gates": projected_into_the_gates,
    },
    "12.2": {
        "tuples": SHAPES,
        "lists": SHAPES | {key: list(SHAPES[key]) for key in TENSORS},
        "sizes of torch": SHAPES | {key: torch.Size(SHAPES[key]) for key in TENSORS},
        "text": {key: str(value) for key, value in SHAPES.items()},
        "numpy": SHAPES | {"tensors": np.int64(20)},
    },
    "12.3": {
        "plain": ARGUMENTS,
        "text": {key: str(value) for key, value in ARGUMENTS.items()},
        "tensors": ARGUMENTS | {"input_size": torch.tensor(9), "bias": torch.tensor(False)},
        "floats": ARGUMENTS | {"hidden_size": 12.0, "proj_size": 5.0},
        "capitals": ARGUMENTS | {"batch_first": "No trace.", "dropout": " NO TRACE"},
    },
    "12.4": {
        "the lesson's step": step_of_the_lesson,
        "apply_gates": step_with_apply_gates,
        "the package's": step_of_the_package,
        "nn.LSTM": step_with_nn_lstm,
        "sentence by sentence": step_by_sentence,
    },
}

# Small random edits of the solution that are right as well: what was changed, and why it is the
# same. The tests print an edit that is accepted and not listed here.
EQUIVALENT: dict[str, dict[str, str]] = {"12.1": {}, "12.4": {}}


def test_the_shapes_of_12_2_are_those_of_a_call():
    layer = nn.LSTM(7, 5, num_layers=2, bidirectional=True, proj_size=3)
    output, (h_n, c_n) = layer(torch.randn(9, 8, 7))
    named = dict(layer.named_parameters()) | {"output": output, "h_n": h_n, "c_n": c_n}
    assert SHAPES == {key: tuple(named[key].shape) for key in TENSORS} | {
        "tensors": len(layer.state_dict())
    }
    assert exercise("12.2").right == SHAPES


def test_the_print_out_of_12_3_is_that_of_a_layer_and_two_arguments_leave_no_trace():
    given = {key: value for key, value in ARGUMENTS.items() if value != "no trace"}
    for batch_first in (False, True):
        for dropout in (0.0, 0.5):
            layer = nn.LSTM(**given, batch_first=batch_first, dropout=dropout)
            lines = [f"{name:<22}{tuple(v.shape)}" for name, v in layer.state_dict().items()]
            source = Clone.here().root / "exercises/source/12_projections.py"
            shown = [each for each in source.read_text("utf-8").split("\n") if "print(" in each]
            assert shown == [f'print("{line}")' for line in lines]


def test_a_false_without_quotes_in_12_3_is_told_that_shapes_do_not_tell_it():
    given = exercise("12.3").check(ARGUMENTS | {"batch_first": False})
    assert given.misconception == "batch_first seen"


def test_the_broken_step_of_12_4_has_the_right_shapes_and_both_faults():
    broken = exercise("12.4").text.namespace()["broken_step"]
    inputs = [torch.randn(*size).double() for size in ((2, 3), (2, 4), (2, 5))]
    weights = [torch.randn(*size).double() for size in ((20, 3), (20, 4), (4, 5))]
    found, wanted = broken(*inputs, *weights), step_of_the_lesson(*inputs, *weights)
    assert found[0].shape == wanted[0].shape and not torch.allclose(found[0], wanted[0])
    assert torch.allclose(found[1], wanted[1], rtol=0, atol=1e-12)
    assert exercise("12.4").check(broken).misconception == "both faults left"
