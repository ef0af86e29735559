"""What a wrong argument or input is told: what was expected, what came, what was probably meant.

The kinds of error are those of torch.nn.LSTM and torch.nn.LSTMCell for the same mistake.
"""

import warnings
from numbers import Number

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence


def check_sizes(**sizes: object) -> None:
    """Let sizes pass that are whole numbers above 0.

    Raises:
        TypeError: a size is no int (a bool, a float, a numpy number).
        ValueError: a size is 0 or less.
    """
    for name, size in sizes.items():
        if not isinstance(size, int):
            raise TypeError(f"{name} should be of type int, got: {type(size).__name__} ({size!r})")
        if size <= 0:
            raise ValueError(f"{name} must be greater than zero, got {size}")


def check_arguments(
    input_size: int,
    hidden_size: int,
    num_layers: int,
    bias: bool,
    batch_first: bool,
    dropout: float,
    proj_size: int,
) -> None:
    """Let the constructor's arguments pass that torch.nn.LSTM takes.

    Warns where dropout can have no effect.

    Raises:
        TypeError: bias, batch_first or a size is of the wrong type.
        ValueError: a size is 0 or less, dropout is no number from 0 to 1, or proj_size is negative
            or not smaller than hidden_size.
    """
    if not isinstance(dropout, Number) or isinstance(dropout, bool) or not 0 <= dropout <= 1:
        raise ValueError(f"dropout should be a number in range [0, 1], got {dropout!r}")
    for name, value in (("bias", bias), ("batch_first", batch_first)):
        if not isinstance(value, bool):
            kind = type(value).__name__
            raise TypeError(f"{name} should be of type bool, got: {kind} ({value!r})")
    check_sizes(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
    if not isinstance(proj_size, int):
        kind = type(proj_size).__name__
        raise TypeError(f"proj_size should be of type int, got: {kind} ({proj_size!r})")
    if not 0 <= proj_size < hidden_size:
        raise ValueError(
            f"proj_size has to be smaller than hidden_size ({hidden_size}), and 0 or more, "
            f"got {proj_size}"
        )
    if dropout > 0 and num_layers == 1:
        warnings.warn(
            "dropout falls between layers, on what each hands up but the last: with num_layers=1 "
            f"it has no effect, got dropout={dropout} and num_layers={num_layers}",
            stacklevel=3,
        )


def check_input(
    input: object,  # noqa: A002 - torch's own name
    input_size: int,
    weight: Tensor,
    batch_first: bool,
) -> None:
    """Let an input pass that fits the layer.

    Raises:
        TypeError: the input is no tensor and no PackedSequence.
        ValueError: it has neither 2 nor 3 axes, or another dtype than the weights.
        RuntimeError: its last axis is not input_size, it has no time step, or it is on another
            device than the weights.
    """
    if not isinstance(input, Tensor | PackedSequence):
        hint = " (an LSTM gives back a pair: take the first of it)" if _is_pair(input) else ""
        raise TypeError(
            f"input should be a tensor or a PackedSequence, got: {type(input).__name__}{hint}"
        )
    data = input.data if isinstance(input, PackedSequence) else input
    _check_dimensions(input, data)
    _check_dtype("input", data, weight)
    if data.size(-1) != input_size:
        raise RuntimeError(_wrong_last_axis(input, input_size))
    if not isinstance(input, PackedSequence):
        axis = 1 if batch_first and input.dim() == 3 else 0
        if input.size(axis) == 0:
            raise RuntimeError(
                "Expected sequence length to be larger than 0 in RNN: "
                f"input has shape {tuple(input.shape)}, and its axis {axis} counts time steps"
            )


def check_states(hx: object, expected_h: tuple, expected_c: tuple, weight: Tensor) -> None:
    """Let a pair of initial states pass that fits the input.

    Raises:
        TypeError: hx is no pair of tensors: h without c, for one.
        RuntimeError: a state has the wrong shape.
        ValueError: a state has another dtype than the weights.
    """
    if isinstance(hx, Tensor) or not _is_pair(hx):
        raise TypeError(
            f"hx should be a pair of tensors (h_0, c_0), got: {_describe(hx)}. "
            "An LSTM has two states: give both, or neither"
        )
    for number, (state, expected) in enumerate(zip(hx, (expected_h, expected_c), strict=True)):
        if tuple(state.shape) != expected:
            raise RuntimeError(
                f"Expected hidden[{number}] size {expected}, got {list(state.shape)}"
                + _states_hint(tuple(state.shape), expected)
            )
        _check_dtype(("h_0", "c_0")[number], state, weight)


def check_cell_call(
    input: object,  # noqa: A002 - torch's own name
    hx: object,
    input_size: int,
    hidden_size: int,
    weight: Tensor,
) -> None:
    """Let a call of a cell pass whose input and states fit.

    Raises:
        TypeError: input or a state is no tensor.
        ValueError: the input has neither 1 nor 2 axes, or a dtype is not that of the weights.
        RuntimeError: a shape does not fit.
    """
    if not isinstance(input, Tensor):
        raise TypeError(f"input should be a tensor, got: {_describe(input)}")
    if input.dim() not in (1, 2):
        raise ValueError(
            f"LSTMCell: Expected input to be 1D or 2D, got {input.dim()}D instead: "
            "a cell takes one time step, (B, I) or (I,)"
        )
    if input.size(-1) != input_size:
        raise RuntimeError(
            f"input has inconsistent input_size: got {input.size(-1)} expected {input_size}"
        )
    _check_dtype("input", input, weight)
    if hx is not None:
        expected = (*input.shape[:-1], hidden_size)
        check_states(hx, expected, expected, weight)


def _check_dimensions(input: Tensor | PackedSequence, data: Tensor) -> None:  # noqa: A002
    packed = isinstance(input, PackedSequence)
    if packed and data.dim() != 2:
        raise RuntimeError(f"input must have 2 dimensions in a PackedSequence, got {data.dim()}")
    if data.dim() not in (2, 3):
        missing = ": is the axis of features missing? x.unsqueeze(-1) adds one"
        hint = missing if data.dim() == 1 else ""
        raise ValueError(f"LSTM: Expected input to be 2D or 3D, got {data.dim()}D instead{hint}")


def _check_dtype(name: str, tensor: Tensor, weight: Tensor) -> None:
    if tensor.dtype == weight.dtype or torch._C._is_any_autocast_enabled():
        return
    if not (tensor.is_floating_point() or tensor.is_complex()):
        hint = "whole numbers (word ids?) go through nn.Embedding first, or .to(...)"
    else:
        hint = f"convert it: {name}.to({weight.dtype}), or the model: model.to({tensor.dtype})"
    raise ValueError(
        f"RNN {name} dtype ({tensor.dtype}) does not match weight dtype ({weight.dtype}): {hint}"
    )


def _wrong_last_axis(input: Tensor | PackedSequence, input_size: int) -> str:  # noqa: A002
    data = input.data if isinstance(input, PackedSequence) else input
    text = (
        "input.size(-1) must be equal to input_size. "
        f"Expected {input_size}, got {data.size(-1)} in shape {tuple(data.shape)}"
    )
    for axis, size in enumerate(data.shape[:-1]):
        if size == input_size:
            return f"{text}: axis {axis} has that size; were axes swapped?"
    if data.dim() == 2 and input_size == 1:
        return f"{text}: is the axis of features missing? x.unsqueeze(-1) adds one"
    return text


def _states_hint(got: tuple, expected: tuple) -> str:
    if len(got) == 2 and len(expected) == 3:
        return ": with a batch the states have 3 axes, (layers and directions, batch, features)"
    if len(got) == 3 and len(expected) == 2:
        return ": without a batch the states have 2 axes, (layers and directions, features)"
    if len(got) == len(expected) == 3 and got != expected:
        if (got[1], got[0], got[2]) == expected:
            return ": the states have no time axis, so batch_first does not apply to them"
        if got[0] == expected[0] and got[2] == expected[2]:
            return ": the batch differs from the input's; a last, smaller batch?"
    return ""


def _is_pair(value: object) -> bool:
    pair = isinstance(value, tuple | list) and len(value) == 2
    return pair and isinstance(value[0], Tensor) and isinstance(value[1], Tensor)


def _describe(value: object) -> str:
    if isinstance(value, Tensor):
        return f"one tensor of shape {tuple(value.shape)}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    return type(value).__name__
