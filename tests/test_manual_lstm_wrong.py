"""Wrong arguments and inputs: the kind of error that torch gives, and words that say more.

Each row of the tables is a mistake: what it is, what torch does with it, what our message must
say (the argument, what was expected, what came, and a hint for the classic mistakes). Torch runs
beside ours, so that the column about it stays true. `None` there is silence: torch returns
numbers. Where ours is of another kind than torch's, the row says which and why.
"""

import re
import warnings
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from lstm_lessons import ManualLSTM, ManualLSTMCell

T, B, I, H = 7, 3, 5, 4  # noqa: E741 - the field's own symbols, all different
F64 = torch.float64

# Why ours differs in kind, where it does.
SILENT = "torch takes it without a word, and it is not what was meant"
NUMBERS = "torch computes numbers with it, and they mean nothing"
TRIPS = "torch does not check this: it trips over the wrong thing a few lines on"


class Wrong(NamedTuple):
    """A mistake, made by ``call`` with the arguments of a layer or with a layer."""

    what: str
    call: Callable
    torch: type[Exception] | None
    says: str  # pieces that the message holds, between bars
    ours: type[Exception] | None = None  # None: torch's own kind
    why: str = ""


def x(*shape, dtype=F64):
    return torch.randn(*shape, dtype=dtype)


def pair(*shape):
    return x(*shape), x(*shape)


def ids(*shape):
    return torch.ones(*shape, dtype=torch.long)


def pack(data, *lengths, **options):
    return pack_padded_sequence(data, torch.tensor(lengths), **options)


def packed(*sizes, rows):
    return PackedSequence(x(rows, I), torch.tensor(sizes, dtype=torch.long))


# --- Arguments of the layer: call(layer's class) --------------------------------------------------

ARGUMENTS = [
    Wrong("input_size a float", lambda M: M(3.0, H), TypeError, "input_size|int|float (3.0)"),
    Wrong("input_size a string", lambda M: M("3", H), TypeError, "input_size|int|str ('3')"),
    Wrong("input_size of numpy", lambda M: M(np.int64(3), H), TypeError, "input_size|int|int64"),
    Wrong("input_size None", lambda M: M(None, H), TypeError, "input_size|int|NoneType"),
    Wrong("input_size a shape", lambda M: M((3,), H), TypeError, "input_size|int|tuple ((3,))"),
    Wrong("input_size 0", lambda M: M(0, H), ValueError, "input_size|greater than zero|got 0"),
    Wrong("input_size below 0", lambda M: M(-1, H), ValueError, "input_size|than zero|got -1"),
    Wrong("input_size True", lambda M: M(True, H), None, "input_size|int|bool (True)",
          TypeError, SILENT),
    Wrong("hidden_size a float", lambda M: M(3, 4.0), TypeError, "hidden_size|int|float (4.0)"),
    Wrong("hidden_size a string", lambda M: M(3, "4"), TypeError, "hidden_size|int|str ('4')"),
    Wrong("hidden_size of layers", lambda M: M(3, [4, 4]), TypeError, "hidden_size|int|list"),
    Wrong("hidden_size 0", lambda M: M(3, 0), ValueError, "hidden_size|than zero|got 0"),
    Wrong("hidden_size below 0", lambda M: M(3, -4), ValueError, "hidden_size|than zero|got -4"),
    Wrong("no hidden_size", lambda M: M(3), TypeError, "hidden_size|missing"),
    Wrong("num_layers a float", lambda M: M(3, H, 2.0), TypeError, "num_layers|int|float (2.0)"),
    Wrong("num_layers a string", lambda M: M(3, H, "2"), TypeError, "num_layers|int|str ('2')"),
    Wrong("num_layers None", lambda M: M(3, H, None), TypeError, "num_layers|int|NoneType"),
    Wrong("num_layers 0", lambda M: M(3, H, 0), ValueError, "num_layers|than zero|got 0"),
    Wrong("num_layers below 0", lambda M: M(3, H, -1), ValueError, "num_layers|than zero|got -1"),
    Wrong("bias in num_layers' place", lambda M: M(3, H, True), None, "num_layers|int|bool (True)",
          TypeError, SILENT),
    Wrong("bias 1", lambda M: M(3, H, bias=1), TypeError, "bias|bool|int (1)"),
    Wrong("bias 'no'", lambda M: M(3, H, bias="no"), TypeError, "bias|bool|str ('no')"),
    Wrong("batch_first 1", lambda M: M(3, H, batch_first=1), TypeError, "batch_first|bool|int (1)"),
    Wrong("batch_first None", lambda M: M(3, H, batch_first=None), TypeError,
          "batch_first|bool|NoneType"),
    Wrong("bidirectional 'no'", lambda M: M(3, H, bidirectional="no"), None,
          "bidirectional|bool|str ('no')", TypeError, SILENT),
    Wrong("bidirectional 2", lambda M: M(3, H, bidirectional=2), None,
          "bidirectional|bool|int (2)", TypeError, SILENT),
    Wrong("dropout below 0", lambda M: M(3, H, 2, dropout=-0.1), ValueError,
          "dropout|in range [0, 1]|got -0.1"),
    Wrong("dropout in percent", lambda M: M(3, H, 2, dropout=50), ValueError,
          "dropout|in range [0, 1]|got 50"),
    Wrong("dropout nan", lambda M: M(3, H, 2, dropout=float("nan")), ValueError,
          "dropout|in range [0, 1]|got nan"),
    Wrong("dropout a string", lambda M: M(3, H, 2, dropout="0.5"), ValueError,
          "dropout|number|got '0.5'"),
    Wrong("dropout True", lambda M: M(3, H, 2, dropout=True), ValueError,
          "dropout|number|got True"),
    Wrong("dropout a tensor", lambda M: M(3, H, 2, dropout=torch.tensor(0.5)), ValueError,
          "dropout|number|got tensor(0.5"),
    Wrong("dropout None", lambda M: M(3, H, 2, dropout=None), TypeError,
          "dropout|number|got None"),
    Wrong("dropout of layers", lambda M: M(3, H, 2, dropout=[0.5]), TypeError,
          "dropout|number|got [0.5]"),
    Wrong("dropout complex", lambda M: M(3, H, 2, dropout=1j), TypeError, "dropout|number|got 1j"),
    Wrong("proj_size below 0", lambda M: M(3, H, proj_size=-1), ValueError,
          "proj_size|0 or more|got -1"),
    Wrong("proj_size hidden_size", lambda M: M(3, H, proj_size=H), ValueError,
          "proj_size|smaller than hidden_size (4)|got 4"),
    Wrong("proj_size a float", lambda M: M(3, H, proj_size=2.0), TypeError,
          "proj_size|int|float (2.0)"),
    Wrong("proj_size None", lambda M: M(3, H, proj_size=None), TypeError, "proj_size|int|NoneType"),
    Wrong("proj_size True", lambda M: M(3, H, proj_size=True), TypeError,
          "proj_size|int|bool (True)"),
    Wrong("dtype of whole numbers", lambda M: M(3, H, dtype=torch.int64), RuntimeError,
          "dtype|floating point or complex|torch.int64"),
    Wrong("dtype a string", lambda M: M(3, H, dtype="float64"), TypeError, "dtype|str ('float64')"),
    Wrong("no such device", lambda M: M(3, H, device="gpu"), RuntimeError, "device|cuda|gpu"),
    Wrong("an unknown argument", lambda M: M(3, H, hidden=4), TypeError, "unexpected|hidden"),
]  # fmt: skip

# --- Inputs: call(maker), where make(**options) gives a layer with input_size I and hidden_size H

MISSING = "axis of features missing|unsqueeze(-1)"
SWAPPED = "were axes swapped?"
STATES_FIRST = "the states have no time axis, so batch_first does not apply"
BOTH = "hx|pair of tensors (h_0, c_0)|two states: give both, or neither"
SMALLER = "another batch than the input's|last, smaller batch"
EMBEDDING = "whole numbers|nn.Embedding"

INPUTS = [
    Wrong("feature axis missing", lambda make: make()(x(T)), ValueError, f"2D or 3D|1D|{MISSING}"),
    Wrong("feature axis missing, one feature", lambda make: make(input_size=1)(x(B, T)),
          RuntimeError, f"input_size|Expected 1, got 7|{MISSING}"),
    Wrong("an image", lambda make: make()(x(T, B, I, 1)), ValueError,
          "input|2D or 3D|got 4D|(7, 3, 5, 1)"),
    Wrong("no axis", lambda make: make()(torch.tensor(1.0, dtype=F64)), ValueError,
          "input|2D or 3D|got 0D"),
    Wrong("None", lambda make: make()(None), AttributeError, "input|tensor|got: NoneType",
          TypeError, TRIPS),
    Wrong("nested lists", lambda make: make()([[0.5] * I]), AttributeError,
          "input|tensor|got: a list|torch.tensor", TypeError, TRIPS),
    Wrong("of numpy", lambda make: make()(np.ones((T, B, I))), AttributeError,
          "input|tensor|got: ndarray|torch.tensor", TypeError, TRIPS),
    Wrong("a list of tensors", lambda make: make()([x(B, I)] * T), AttributeError,
          "input|tensor|got: a list of 7|torch.stack", TypeError, TRIPS),
    Wrong("all that a layer gave", lambda make: make()((x(T, B, I), pair(1, B, H))),
          AttributeError, "input|tensor|a tuple of 2|take the first", TypeError, TRIPS),
    Wrong("a word", lambda make: make()("word"), AttributeError, "input|tensor|got: str",
          TypeError, TRIPS),
    Wrong("word ids", lambda make: make()(ids(T, B)), ValueError,
          f"input|torch.int64|torch.float64|{EMBEDDING}"),
    Wrong("one-hot whole numbers", lambda make: make()(ids(T, B, I)), ValueError,
          f"input|torch.int64|torch.float64|{EMBEDDING}"),
    Wrong("bools", lambda make: make()(ids(T, B, I).bool()), ValueError,
          "input|torch.bool|torch.float64"),
    Wrong("float32 into float64", lambda make: make()(x(T, B, I).float()), ValueError,
          "input|torch.float32|torch.float64|.to(torch.float64)"),
    Wrong("float64 of numpy into float32", lambda make: make(dtype=torch.float32)(x(T, B, I)),
          ValueError, "input|torch.float64|torch.float32|.to(torch.float32)"),
    Wrong("complex into real", lambda make: make()(x(T, B, I).cfloat()), ValueError,
          "input|torch.complex64|torch.float64"),
    Wrong("another input_size", lambda make: make()(x(T, B, 9)), RuntimeError,
          "input|input_size|Expected 5, got 9|(7, 3, 9)"),
    Wrong("features before the batch", lambda make: make()(x(T, I, B)), RuntimeError,
          f"input|Expected 5, got 3|axis 1|{SWAPPED}"),
    Wrong("features first", lambda make: make()(x(I, T, B)), RuntimeError,
          f"input|Expected 5, got 3|axis 0|{SWAPPED}"),
    Wrong("one sequence, axes swapped", lambda make: make()(x(I, T)), RuntimeError,
          f"input|Expected 5, got 7|axis 0|{SWAPPED}"),
    Wrong("no features", lambda make: make()(x(T, B, 0)), RuntimeError, "input|Expected 5, got 0"),
    Wrong("no steps", lambda make: make()(x(0, B, I)), RuntimeError,
          "input|larger than 0|(0, 3, 5)|axis 0 counts time steps"),
    Wrong("no steps, batch first", lambda make: make(batch_first=True)(x(B, 0, I)), RuntimeError,
          "input|larger than 0|(3, 0, 5)|axis 1 counts time steps"),
    Wrong("no steps, one sequence", lambda make: make(batch_first=True)(x(0, I)), RuntimeError,
          "input|larger than 0|(0, 5)|axis 0 counts time steps"),
    Wrong("on another device", lambda make: make()(x(T, B, I).to("meta")), RuntimeError,
          "input|device|cpu|meta"),
    Wrong("sparse", lambda make: make()(x(T, B, I).to_sparse()), RuntimeError,
          "input|dense|torch.sparse_coo|to_dense"),
    Wrong("no input", lambda make: make()(), TypeError, "input|missing"),
]  # fmt: skip

STATES = [
    Wrong("h without c", lambda make: make()(x(T, B, I), x(1, B, H)), IndexError,
          f"{BOTH}|one tensor of shape (1, 3, 4)", TypeError, TRIPS),
    Wrong("h without c, two layers", lambda make: make(num_layers=2)(x(T, B, I), x(2, B, H)),
          RuntimeError, f"{BOTH}|one tensor of shape (2, 3, 4)", TypeError,
          "torch takes the two layers of h for h and c, and complains of their axes"),
    Wrong("h without c, packed", lambda make: make()(pack(x(T, B, I), 7, 5, 2), x(1, B, H)),
          TypeError, BOTH),
    Wrong("h in a tuple", lambda make: make()(x(T, B, I), (x(1, B, H),)), IndexError,
          f"{BOTH}|a tuple of 1", RuntimeError, "as torch says it of three"),
    Wrong("three states", lambda make: make()(x(T, B, I), (*pair(1, B, H), x(1, B, H))),
          RuntimeError, f"{BOTH}|a tuple of 3"),
    Wrong("h and None", lambda make: make()(x(T, B, I), (x(1, B, H), None)), AttributeError,
          f"{BOTH}|not all of them tensors", TypeError, TRIPS),
    Wrong("None and None", lambda make: make()(x(T, B, I), (None, None)), AttributeError,
          f"{BOTH}|not all of them tensors", TypeError, TRIPS),
    Wrong("numbers", lambda make: make()(x(T, B, I), (0.0, 0.0)), AttributeError,
          f"{BOTH}|not all of them tensors", TypeError, TRIPS),
    Wrong("zero", lambda make: make()(x(T, B, I), 0), TypeError, f"{BOTH}|got: int"),
    Wrong("a dict", lambda make: make()(x(T, B, I), dict(zip("hc", pair(1, B, H), strict=True))),
          KeyError, f"{BOTH}|got: dict", TypeError, TRIPS),
    Wrong("a layer's whole result", lambda make: make()(x(T, B, I), (x(T, B, H), pair(1, B, H))),
          AttributeError, f"{BOTH}|not all of them tensors", TypeError, TRIPS),
    Wrong("h and c apart", lambda make: make()(x(T, B, I), *pair(1, B, H)), TypeError,
          "takes from 2 to 3 positional arguments but 4"),
    Wrong("no axis for layers", lambda make: make()(x(T, B, I), pair(B, H)), RuntimeError,
          "hidden[0]|hx|(1, 3, 4)|[3, 4]|(layers times directions, batch, features)"),
    Wrong("an axis for a batch that is none", lambda make: make()(x(T, I), pair(1, 1, H)),
          RuntimeError, "hidden[0]|hx|(1, 4)|[1, 1, 4]|(layers times directions, features)"),
    Wrong("c without an axis for layers",
          lambda make: make()(x(T, B, I), (x(1, B, H), x(B, H))), RuntimeError,
          "hidden[1]|c_0 of hx|(1, 3, 4)|[3, 4]"),
    Wrong("states with batch first",
          lambda make: make(num_layers=2, batch_first=True)(x(B, T, I), pair(B, 2, H)),
          RuntimeError, f"hidden[0]|hx|(2, 3, 4)|[3, 2, 4]|{STATES_FIRST}"),
    Wrong("c with batch first",
          lambda make: make(num_layers=2, batch_first=True)(x(B, T, I), (x(2, B, H), x(B, 2, H))),
          RuntimeError, f"hidden[1]|hx|(2, 3, 4)|[3, 2, 4]|{STATES_FIRST}"),
    Wrong("states of a larger batch", lambda make: make()(x(T, B, I), pair(1, 8, H)),
          RuntimeError, f"hidden[0]|hx|(1, 3, 4)|[1, 8, 4]|{SMALLER}"),
    Wrong("states of one sequence", lambda make: make()(x(T, B, I), pair(1, 1, H)),
          RuntimeError, f"hidden[0]|hx|(1, 3, 4)|[1, 1, 4]|{SMALLER}"),
    Wrong("batch_first forgotten", lambda make: make()(x(B, T, I), pair(1, B, H)),
          RuntimeError, "hidden[0]|hx|(1, 7, 4)|[1, 3, 4]|batch_first?"),
    Wrong("c of a larger batch", lambda make: make()(x(T, B, I), (x(1, B, H), x(1, 8, H))),
          RuntimeError, f"hidden[1]|c_0 of hx|(1, 3, 4)|[1, 8, 4]|{SMALLER}"),
    Wrong("states of one layer of two", lambda make: make(num_layers=2)(x(T, B, I), pair(1, B, H)),
          RuntimeError, "hidden[0]|hx|(2, 3, 4)|[1, 3, 4]|counts layers"),
    Wrong("states of one direction of two",
          lambda make: make(bidirectional=True)(x(T, B, I), pair(1, B, H)),
          RuntimeError, "hidden[0]|hx|(2, 3, 4)|[1, 3, 4]|bidirectional"),
    Wrong("another hidden_size", lambda make: make()(x(T, B, I), pair(1, B, 9)), RuntimeError,
          "hidden[0]|hx|(1, 3, 4)|[1, 3, 9]|hidden_size"),
    Wrong("h not projected", lambda make: make(proj_size=2)(x(T, B, I), pair(1, B, H)),
          RuntimeError, "hidden[0]|h_0 of hx|(1, 3, 2)|[1, 3, 4]|proj_size"),
    Wrong("c projected", lambda make: make(proj_size=2)(x(T, B, I), pair(1, B, 2)),
          RuntimeError, "hidden[1]|c_0 of hx|(1, 3, 4)|[1, 3, 2]|hidden_size, as c has"),
    Wrong("h in float32", lambda make: make()(x(T, B, I), (x(1, B, H).float(), x(1, B, H))),
          RuntimeError, "hx[0]|torch.float32|torch.float64|.to(torch.float64)"),
    Wrong("c in float32", lambda make: make()(x(T, B, I), (x(1, B, H), x(1, B, H).float())),
          None, "hx[1]|torch.float32|torch.float64|.to(torch.float64)", RuntimeError,
          "torch goes on with c at half its precision; for h it has an error"),
    Wrong("whole numbers", lambda make: make()(x(T, B, I), (ids(1, B, H), ids(1, B, H))),
          RuntimeError, f"hx[0]|torch.int64|torch.float64|{EMBEDDING}"),
    Wrong("on another device",
          lambda make: make()(x(T, B, I), (x(1, B, H).to("meta"), x(1, B, H))),
          RuntimeError, "hx[0]|device|cpu|meta"),
]  # fmt: skip

PACKED = [
    Wrong("another input_size", lambda make: make()(pack(x(T, B, 9), 7, 5, 2)), RuntimeError,
          "input|input_size|Expected 5, got 9"),
    Wrong("float32 into float64", lambda make: make()(pack(x(T, B, I).float(), 7, 5, 2)),
          RuntimeError, "input|torch.float32|torch.float64|.to(torch.float64)"),
    Wrong("word ids", lambda make: make()(pack(ids(T, B), 7, 5, 2)), RuntimeError,
          "input|2 dimensions|got data of shape (14,)"),
    Wrong("whole numbers", lambda make: make()(pack(ids(T, B, I), 7, 5, 2)), RuntimeError,
          f"input|torch.int64|torch.float64|{EMBEDDING}"),
    Wrong("images", lambda make: make()(pack(x(T, B, I, 2), 7, 5, 2)), RuntimeError,
          "input|2 dimensions|got data of shape (14, 5, 2)"),
    Wrong("a length above T", lambda make: make()(pack(x(T, B, I), 8, 5, 2)), RuntimeError,
          "input|batch_sizes|14 rows|Was a length longer than its sequence?"),
    Wrong("a batch that grows", lambda make: make()(packed(2, 3, rows=5)), RuntimeError,
          "input|batch_sizes that never rise|[2, 3]"),
    Wrong("a step without rows", lambda make: make()(packed(2, 0, rows=2)), None,
          "input|batch_sizes|end above 0|[2, 0]", RuntimeError, NUMBERS),
    Wrong("rows left over", lambda make: make()(packed(2, 1, rows=9)), None,
          "input|batch_sizes|[2, 1]|9 rows", RuntimeError, NUMBERS),
    Wrong("no steps", lambda make: make()(packed(rows=0)), IndexError,
          "input|larger than 0|no batch_sizes", RuntimeError, "as torch says it of a tensor"),
    Wrong("its parts in a tuple", lambda make: make()((x(9, I), torch.tensor([2, 1]))),
          AttributeError, "input|PackedSequence|a tuple of 2", TypeError, TRIPS),
    Wrong("states of a larger batch",
          lambda make: make()(pack(x(T, B, I), 7, 5, 2), pair(1, 8, H)), RuntimeError,
          f"hidden[0]|hx|(1, 3, 4)|[1, 8, 4]|{SMALLER}"),
    Wrong("states of a larger batch, unsorted",
          lambda make: make()(pack(x(T, B, I), 2, 5, 7, enforce_sorted=False), pair(1, 8, H)),
          None, f"hidden[0]|hx|(1, 3, 4)|[1, 8, 4]|{SMALLER}", RuntimeError,
          "torch leaves out the states that it has no row for"),
    Wrong("states of a smaller batch, unsorted",
          lambda make: make()(pack(x(T, B, I), 2, 5, 7, enforce_sorted=False), pair(1, 2, H)),
          RuntimeError, f"hidden[0]|hx|(1, 3, 4)|[1, 2, 4]|{SMALLER}"),
    Wrong("states of one layer of two",
          lambda make: make(num_layers=2)(pack(x(T, B, I), 7, 5, 2), pair(1, B, H)),
          RuntimeError, "hidden[0]|hx|(2, 3, 4)|[1, 3, 4]|counts layers"),
    Wrong("states with batch first",
          lambda make: make(num_layers=2, batch_first=True)(
              pack(x(B, T, I), 7, 5, 2, batch_first=True), pair(B, 2, H)),
          RuntimeError, f"hidden[0]|hx|(2, 3, 4)|[3, 2, 4]|{STATES_FIRST}"),
    Wrong("no axis for layers", lambda make: make()(pack(x(T, B, I), 7, 5, 2), pair(B, H)),
          IndexError, "hidden[0]|hx|(1, 3, 4)|[3, 4]", RuntimeError,
          "as torch says it of a tensor"),
    Wrong("states in float32",
          lambda make: make()(pack(x(T, B, I), 7, 5, 2), tuple(s.float() for s in pair(1, B, H))),
          RuntimeError, "hx[0]|torch.float32|torch.float64"),
]  # fmt: skip

# --- The cell: its arguments, and call(cell's class) with what is wrong in a call ----------------

LAYERS_KIND = "as nn.LSTM says it: the cell of torch does not check its arguments"

CELL_ARGUMENTS = [
    Wrong("input_size 0", lambda M: M(0, H), None, "input_size|than zero|got 0",
          ValueError, LAYERS_KIND),
    Wrong("input_size below 0", lambda M: M(-1, H), RuntimeError, "input_size|than zero|got -1",
          ValueError, LAYERS_KIND),
    Wrong("input_size a float", lambda M: M(3.0, H), TypeError, "input_size|int|float (3.0)"),
    Wrong("input_size True", lambda M: M(True, H), None, "input_size|int|bool (True)",
          TypeError, SILENT),
    Wrong("hidden_size 0", lambda M: M(3, 0), None, "hidden_size|than zero|got 0",
          ValueError, LAYERS_KIND),
    Wrong("hidden_size below 0", lambda M: M(3, -4), RuntimeError, "hidden_size|than zero|got -4",
          ValueError, LAYERS_KIND),
    Wrong("hidden_size a string", lambda M: M(3, "4"), TypeError, "hidden_size|int|str ('4')"),
    Wrong("hidden_size None", lambda M: M(3, None), TypeError, "hidden_size|int|NoneType"),
    Wrong("num_layers in bias' place", lambda M: M(3, H, 2), None, "bias|bool|int (2)",
          TypeError, SILENT),
    Wrong("bias 'no'", lambda M: M(3, H, "no"), None, "bias|bool|str ('no')", TypeError, SILENT),
    Wrong("dtype of whole numbers", lambda M: M(3, H, dtype=torch.int64), RuntimeError,
          "dtype|floating point or complex|torch.int64"),
    Wrong("proj_size", lambda M: M(3, H, proj_size=2), TypeError, "unexpected|proj_size"),
]  # fmt: skip

ONE_STEP = "one time step, (B, I) or (I,)"

CELL_CALLS = [
    Wrong("a whole sequence", lambda make: make()(x(T, B, I)), ValueError,
          f"input|1D or 2D|got 3D|{ONE_STEP}"),
    Wrong("a packed sequence", lambda make: make()(pack(x(T, B, I), 7, 5, 2)), AttributeError,
          f"input|tensor|PackedSequence|{ONE_STEP}", TypeError, TRIPS),
    Wrong("None", lambda make: make()(None), AttributeError, "input|tensor|got: NoneType",
          TypeError, TRIPS),
    Wrong("another input_size", lambda make: make()(x(B, 9)), RuntimeError,
          "input|input_size|Expected 5, got 9"),
    Wrong("axes swapped", lambda make: make()(x(I, B)), RuntimeError,
          f"input|Expected 5, got 3|axis 0|{SWAPPED}"),
    Wrong("word ids", lambda make: make()(ids(B, I)), RuntimeError,
          f"input|torch.int64|torch.float64|{EMBEDDING}"),
    Wrong("float32 into float64", lambda make: make()(x(B, I).float()), RuntimeError,
          "input|torch.float32|torch.float64|.to(torch.float64)"),
    Wrong("h without c", lambda make: make()(x(B, I), x(B, H)), TypeError,
          f"{BOTH}|one tensor of shape (3, 4)"),
    Wrong("h of two rows without c", lambda make: make()(x(2, I), x(2, H)), TypeError,
          f"{BOTH}|one tensor of shape (2, 4)"),
    Wrong("h in a tuple", lambda make: make()(x(B, I), (x(B, H),)), RuntimeError,
          f"{BOTH}|a tuple of 1"),
    Wrong("three states", lambda make: make()(x(B, I), (*pair(B, H), x(B, H))), RuntimeError,
          f"{BOTH}|a tuple of 3"),
    Wrong("h and None", lambda make: make()(x(B, I), (x(B, H), None)), AttributeError,
          f"{BOTH}|not all of them tensors", TypeError, TRIPS),
    Wrong("an axis for layers", lambda make: make()(x(B, I), pair(1, B, H)), ValueError,
          "hx[0]|1D or 2D|got 3D|no axis for layers"),
    Wrong("one h for all rows", lambda make: make()(x(B, I), pair(1, H)), RuntimeError,
          "hidden[0]|hx|(3, 4)|[1, 4]"),
    Wrong("one c for all rows", lambda make: make()(x(B, I), (x(B, H), x(1, H))), RuntimeError,
          "hidden[1]|c_0 of hx|(3, 4)|[1, 4]"),
    Wrong("states without a batch", lambda make: make()(x(B, I), pair(H)), RuntimeError,
          "hidden[0]|hx|(3, 4)|[4]"),
    Wrong("a batch of states for one row", lambda make: make()(x(I), pair(1, H)), RuntimeError,
          "hidden[0]|hx|(4,)|[1, 4]"),
    Wrong("another hidden_size", lambda make: make()(x(B, I), pair(B, 9)), RuntimeError,
          "hidden[0]|hx|(3, 4)|[3, 9]|hidden_size"),
    Wrong("c of one column", lambda make: make()(x(B, I), (x(B, H), x(B, 1))), RuntimeError,
          "hidden[1]|c_0 of hx|(3, 4)|[3, 1]|hidden_size"),
    Wrong("c in float32", lambda make: make()(x(B, I), (x(B, H), x(B, H).float())), None,
          "hx[1]|torch.float32|torch.float64", RuntimeError,
          "torch goes on with c at half its precision; for h it has an error"),
]  # fmt: skip

ABOUT_CALLS = {"inputs": INPUTS, "states": STATES, "packed": PACKED, "cell calls": CELL_CALLS}
ABOUT_ARGUMENTS = {"arguments": ARGUMENTS, "cell arguments": CELL_ARGUMENTS}
EVERY = {**ABOUT_ARGUMENTS, **ABOUT_CALLS}


def rows(tables):
    return [
        pytest.param(table, wrong, id=f"{table}: {wrong.what}")
        for table, wrongs in tables.items()
        for wrong in wrongs
    ]


def maker(kind):
    def make(input_size=I, dtype=F64, **options):
        torch.manual_seed(0)
        return kind(input_size, H, dtype=dtype, **options)

    return make


@pytest.mark.parametrize(("table", "wrong"), rows(EVERY))
def test_a_mistake_gets_torchs_kind_of_error_and_clear_words(table, wrong):
    cell = table.startswith("cell")
    theirs, ours = (nn.LSTMCell, ManualLSTMCell) if cell else (nn.LSTM, ManualLSTM)
    if table in ABOUT_CALLS:
        theirs, ours = maker(theirs), maker(ours)
    assert raised(wrong.call, theirs)[0] is wrong.torch, "torch does something else now"
    kind, message = raised(wrong.call, ours)
    assert kind is (wrong.ours or wrong.torch), message
    for piece in wrong.says.split("|"):
        assert piece in message
    assert message.count("\n") == 0


def raised(call, module):
    """Return the kind of error and its words; None and none if there is no error."""
    torch.manual_seed(1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call(module)
    except Exception as error:
        return type(error), str(error)
    return None, ""


@pytest.mark.parametrize(("table", "wrong"), rows(EVERY))
def test_a_row_says_why_ours_is_of_another_kind(table, wrong):
    assert (wrong.ours is None) == (not wrong.why), wrong.what
    assert wrong.ours is not wrong.torch or wrong.ours is None
    if wrong.torch is None:
        assert wrong.ours is not None
    # Only an error that torch did not mean may be answered with one of another kind.
    if wrong.ours and wrong.torch in (ValueError, TypeError):
        pytest.fail(f"torch checks this one with {wrong.torch.__name__}")


def test_the_tables_are_long_and_have_no_row_twice():
    assert sum(len(wrongs) for wrongs in EVERY.values()) >= 100
    for wrongs in EVERY.values():
        names = Counter(wrong.what for wrong in wrongs)
        assert max(names.values()) == 1, names.most_common(1)


def test_nothing_changes_in_a_layer_that_refused():
    """An error comes before anything is computed: no gradient, no other parameters, no state."""
    layer = maker(ManualLSTM)()
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    with pytest.raises(RuntimeError, match=re.escape("Expected 5, got 9")):
        layer(x(T, B, 9))
    assert all(torch.equal(value, before[name]) for name, value in layer.state_dict().items())
    assert all(parameter.grad is None for parameter in layer.parameters())
    assert layer(x(T, B, I))[0].shape == (T, B, H)


def test_a_batch_of_none_is_no_mistake():
    """Torch takes 0 sequences, so ours does."""
    for kind in (nn.LSTM, ManualLSTM):
        output, (h_n, c_n) = maker(kind)()(x(T, 0, I))
        assert (output.shape, h_n.shape, c_n.shape) == ((T, 0, H), (1, 0, H), (1, 0, H))
    for kind in (nn.LSTMCell, ManualLSTMCell):
        h, c = maker(kind)()(x(0, I))
        assert h.shape == c.shape == (0, H)
