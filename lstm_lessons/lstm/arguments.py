"""What a wrong argument or input is told: what was expected, what came, what was probably meant.

The kinds of error are those of torch.nn.LSTM and torch.nn.LSTMCell for the same mistake. Where
torch checks nothing and trips over the mistake later, or computes something all the same, the
kind is the one that its own checks have for such a thing.
"""

import warnings
from numbers import Real

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence


def check_sizes(**sizes: int) -> None:
    """Let sizes pass that are whole numbers above 0.

    Raises:
        TypeError: a size is no int (a float, a numpy number), or a bool: LSTM(3, 4, True) does not
            set ``bias``, but num_layers to 1.
        ValueError: a size is 0 or less.
    """
    for name, size in sizes.items():
        _check_type(name, size, int)
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
    bidirectional: bool = False,
) -> None:
    """Let the constructor's arguments pass that torch.nn.LSTM takes.

    Warns where dropout can have no effect.

    Raises:
        TypeError: an argument is of the wrong type.
        ValueError: a size is 0 or less, dropout is not from 0 to 1 or looks like a number without
            being one, or proj_size is negative or not smaller than hidden_size.
    """
    _check_dropout(dropout)
    _check_type("bias", bias, bool)
    _check_type("batch_first", batch_first, bool)
    _check_type("bidirectional", bidirectional, bool)
    check_sizes(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
    _check_type("proj_size", proj_size, int)
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


def check_cell_arguments(
    input_size: int, hidden_size: int, bias: bool, dtype: torch.dtype | None
) -> None:
    """Let the constructor's arguments pass that torch.nn.LSTMCell takes.

    Raises:
        TypeError: an argument is of the wrong type.
        ValueError: a size is 0 or less.
        RuntimeError: dtype is one of whole numbers.
    """
    check_sizes(input_size=input_size, hidden_size=hidden_size)
    _check_type("bias", bias, bool)
    check_dtype(dtype)


def check_dtype(dtype: torch.dtype | None) -> None:
    """Let a dtype pass that parameters can have; None is torch's default.

    Raises:
        TypeError: it is no torch.dtype.
        RuntimeError: it is one of whole numbers, through which no gradient flows.
    """
    if dtype is None:
        return
    _check_type("dtype", dtype, torch.dtype)
    if not (dtype.is_floating_point or dtype.is_complex):
        raise RuntimeError(
            f"dtype should be of floating point or complex, got: {dtype}. "
            "Only these can require gradients"
        )


def check_input(
    input: object,  # torch's own name
    input_size: int,
    weight: Tensor,
    batch_first: bool,
) -> None:
    """Let an input pass that fits the layer.

    Raises:
        TypeError: the input is no tensor and no PackedSequence.
        ValueError: it has neither 2 nor 3 axes, or another dtype than the weights.
        RuntimeError: it is nested, its last axis is not input_size, it has no time step, it is not
            dense or on another device than the weights; or it is packed, and its data have not 2
            axes, another dtype than the weights, or do not fit its batch_sizes.
    """
    if isinstance(input, PackedSequence):
        _check_packed(input, input_size, weight)
        return
    if not isinstance(input, Tensor):
        raise TypeError(
            f"input should be a tensor or a PackedSequence, got: {_describe(input)}"
            + _no_tensor_hint(input)
        )
    if input.is_nested:
        raise RuntimeError(
            "nested tensors are not supported: pad the sequences, or pack them (pack_sequence)"
        )
    if input.dim() not in (2, 3):
        missing = ": is the axis of features missing? x.unsqueeze(-1) adds one"
        raise ValueError(
            f"LSTM: Expected input to be 2D or 3D, got {input.dim()}D instead, of shape "
            f"{tuple(input.shape)}" + (missing if input.dim() == 1 else "")
        )
    _check_numbers("input", input, weight, ValueError)
    if input.size(-1) != input_size:
        raise RuntimeError(_wrong_last_axis(input, input_size))
    axis = 1 if batch_first and input.dim() == 3 else 0
    if input.size(axis) == 0:
        raise RuntimeError(
            "Expected sequence length to be larger than 0 in RNN: "
            f"input has shape {tuple(input.shape)}, and its axis {axis} counts time steps"
        )


def _check_packed(input: PackedSequence, input_size: int, weight: Tensor) -> None:
    data, sizes = input.data, input.batch_sizes.tolist()
    if data.dim() != 2:
        raise RuntimeError(
            "input must have 2 dimensions in a PackedSequence, rows and features: "
            f"got data of shape {tuple(data.shape)}"
        )
    _check_numbers("input", data, weight)
    if data.size(-1) != input_size:
        raise RuntimeError(_wrong_last_axis(data, input_size))
    if not sizes:
        raise RuntimeError(
            "Expected sequence length to be larger than 0 in RNN: "
            "input is packed and has got no batch_sizes, so no time step"
        )
    falling = all(before >= after for before, after in zip(sizes, sizes[1:], strict=False))
    if not falling or sizes[-1] < 1 or sum(sizes) != len(data):
        raise RuntimeError(
            "input should be packed with batch_sizes that never rise, end above 0 and add up to "
            f"the rows of its data, got: batch_sizes {sizes}, {len(data)} rows. "
            "Was a length longer than its sequence? pack_padded_sequence does not say"
        )


def check_states(hx: object, expected_h: tuple, expected_c: tuple, weight: Tensor) -> None:
    """Let a pair of initial states pass that fits the input.

    Raises:
        TypeError: hx is no tuple or list of tensors: h without c, for one.
        RuntimeError: these are not two, or one has the wrong shape, or another dtype or device
            than the weights.
    """
    pair = _checked_pair(hx)
    names = ("h_0", "c_0")
    for number, (state, expected) in enumerate(zip(pair, (expected_h, expected_c), strict=True)):
        if tuple(state.shape) != expected:
            raise RuntimeError(
                f"Expected hidden[{number}] size {expected}, got {list(state.shape)} for "
                f"{names[number]} of hx" + _states_hint(tuple(state.shape), expected)
            )
        _check_numbers(f"hx[{number}]", state, weight)


def _checked_pair(hx: object) -> tuple[Tensor, Tensor]:
    """Return h and c where hx is a pair of tensors; see `check_states`."""
    text = f"hx should be a pair of tensors (h_0, c_0), got: {_describe(hx)}"
    hint = ". An LSTM has two states: give both, or neither"
    if not isinstance(hx, tuple | list):
        raise TypeError(text + hint)
    if not all(isinstance(state, Tensor) for state in hx):
        raise TypeError(f"{text}, and not all of them tensors{hint}")
    if len(hx) != 2:
        raise RuntimeError(text + hint)
    h, c = hx
    return h, c


def check_cell_call(
    input: object,  # torch's own name
    hx: object,
    input_size: int,
    hidden_size: int,
    weight: Tensor,
) -> None:
    """Let a call of a cell pass whose input and states fit.

    Raises:
        TypeError: input or a state is no tensor.
        ValueError: the input or a state has neither 1 nor 2 axes.
        RuntimeError: there are not two states, or a shape, a dtype or a device does not fit.
    """
    if not isinstance(input, Tensor):
        hint = _no_tensor_hint(input)
        raise TypeError(f"input should be a tensor, got: {_describe(input)}{hint}")
    if input.dim() not in (1, 2):
        raise ValueError(
            f"LSTMCell: Expected input to be 1D or 2D, got {input.dim()}D instead: "
            "a cell takes one time step, (B, I) or (I,)"
        )
    _check_numbers("input", input, weight)
    if input.size(-1) != input_size:
        raise RuntimeError(_wrong_last_axis(input, input_size))
    if hx is None:
        return
    for number, state in enumerate(_checked_pair(hx)):
        if state.dim() not in (1, 2):
            raise ValueError(
                f"LSTMCell: Expected hx[{number}] to be 1D or 2D, got {state.dim()}D instead: "
                "the states of a cell have no axis for layers"
            )
    expected = (*input.shape[:-1], hidden_size)
    check_states(hx, expected, expected, weight)


def _check_type(name: str, value: object, kind: type) -> None:
    """Let a value of this type pass; a bool is no int here."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        got = type(value).__name__
        raise TypeError(f"{name} should be of type {kind.__name__}, got: {got} ({value!r})")


def _check_dropout(dropout: object) -> None:
    text = f"dropout should be a number in range [0, 1], got {dropout!r}"
    if not isinstance(dropout, Real | str | Tensor):
        raise TypeError(text)
    if isinstance(dropout, bool | str | Tensor) or not 0 <= float(dropout) <= 1:
        raise ValueError(text)


def _check_numbers(
    name: str, tensor: Tensor, weight: Tensor, kind: type[Exception] = RuntimeError
) -> None:
    """Let a tensor pass that lies where the weights do and holds such numbers as they do."""
    if tensor.layout != weight.layout:
        raise RuntimeError(
            f"{name} should be dense ({weight.layout}), got: {tensor.layout}. Try .to_dense()"
        )
    if tensor.device != weight.device:
        raise RuntimeError(
            f"{name} should be on the device of the weights, {weight.device}, got: "
            f"{tensor.device}. Move it: .to({str(weight.device)!r})"
        )
    if tensor.dtype == weight.dtype or torch._C._is_any_autocast_enabled():
        return
    if tensor.is_floating_point() or tensor.is_complex():
        hint = f"convert it: .to({weight.dtype}), or the model: model.to({tensor.dtype})"
    else:
        hint = f"whole numbers (word ids?) go through nn.Embedding first, or .to({weight.dtype})"
    raise kind(
        f"RNN {name} dtype ({tensor.dtype}) does not match weight dtype ({weight.dtype}): {hint}"
    )


def _wrong_last_axis(data: Tensor, input_size: int) -> str:
    text = (
        "input.size(-1) must be equal to input_size. "
        f"Expected {input_size}, got {data.size(-1)} in shape {tuple(data.shape)}"
    )
    for axis, size in enumerate(data.shape[:-1]):
        if size == input_size > 1:
            return f"{text}: axis {axis} has that size; were axes swapped?"
    if input_size == 1:
        return f"{text}: is the axis of features missing? x.unsqueeze(-1) adds one"
    return text


def _states_hint(got: tuple, expected: tuple) -> str:
    if len(got) != len(expected):
        return f": its axes here are {_STATE_AXES[len(expected)]}"
    if len(expected) == 3 and (got[1], got[0], got[2]) == expected:
        return ": the states have no time axis, so batch_first does not apply to them"
    wrong = [axis for axis, size in enumerate(expected) if got[axis] != size]
    if wrong == [len(expected) - 1]:
        return ": h has proj_size features where there is a projection, else hidden_size, as c has"
    if len(expected) == 3 and wrong == [1]:
        return ": another batch than the input's; is this a last, smaller batch, or batch_first?"
    if len(expected) == 3 and wrong == [0]:
        return ": the first axis counts layers, twice over when bidirectional"
    return ""


_STATE_AXES = {
    3: "(layers times directions, batch, features)",
    2: "(layers times directions, features), or for a cell (batch, features)",
    1: "(features,)",
}


def _no_tensor_hint(value: object) -> str:
    if type(value).__module__.startswith("torch.fx"):
        return ": torch.fx is not supported, since the loop hangs on the input's sizes"
    if isinstance(value, tuple | list) and value and isinstance(value[0], Tensor):
        if isinstance(value, PackedSequence):
            return ": a cell takes one time step, (B, I) or (I,)"
        if len(value) == 2:
            return ": an LSTM gives back a pair, output and states; take the first of it"
        return ": torch.stack makes one tensor of many"
    if isinstance(value, list) or hasattr(value, "__array__"):
        return ": torch.tensor(...) makes one of it"
    return ""


def _describe(value: object) -> str:
    if isinstance(value, Tensor):
        return f"one tensor of shape {tuple(value.shape)}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    return type(value).__name__
