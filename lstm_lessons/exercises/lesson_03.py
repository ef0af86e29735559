"""Exercises of lesson 03: write one step of an LSTM, mend a broken one, split the weights."""

from collections.abc import Callable
from itertools import permutations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own habit

from lstm_lessons.exercises.base import Wrong
from lstm_lessons.exercises.forms import TensorDict, Tensors
from lstm_lessons.exercises.functions import Case, FunctionExercise, Probe
from lstm_lessons.exercises.wrong_cells import CELL_WRONGS, torch_cell

# Every size differs from every other and from 4, the number of gates, so that no mistake in an
# axis can hide.
SIZES = ((2, 3, 5), (3, 7, 2))


def _cell_cases() -> tuple[Case, ...]:
    return tuple(_cell_case(*sizes) for sizes in SIZES)


def _cell_case(B: int, I: int, H: int) -> Case:  # noqa: E741, N803 - the field's own symbols
    generator = torch.Generator().manual_seed(B)

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64, device="cpu")

    inputs = {
        "x": random(B, I),
        "h": random(B, H),
        "c": random(B, H),
        "weight_ih": random(4 * H, I),
        "weight_hh": random(4 * H, H),
        "bias_ih": random(4 * H),
        "bias_hh": random(4 * H),
    }
    return Case(inputs, f"B={B}, I={I}, H={H}")


def _with(**changes: Callable[[Tensor], Tensor]) -> Callable[[dict], dict]:
    """Return a change of a case: some of its inputs go through a function."""
    return lambda inputs: inputs | {name: change(inputs[name]) for name, change in changes.items()}


def _held(gate: str) -> Callable[[dict], dict]:
    """Return a change that pushes one gate to 1, for every weight and input there is."""

    def push(bias: Tensor) -> Tensor:
        blocks = dict(zip("ifgo", bias.chunk(4), strict=True))
        blocks[gate] = blocks[gate] + 200
        return torch.cat(list(blocks.values()))

    return _with(bias_ih=push, bias_hh=push)


_ZERO = torch.zeros_like

_CELL_PROBES = (
    Probe("x is zero", _with(x=_ZERO)),
    Probe("the old h is zero", _with(h=_ZERO)),
    Probe("the old c is zero", _with(c=_ZERO)),
    Probe("bias_ih is zero", _with(bias_ih=_ZERO)),
    Probe("bias_hh is zero", _with(bias_hh=_ZERO)),
    Probe(
        "there is one sentence only", _with(x=lambda v: v[:1], h=lambda v: v[:1], c=lambda v: v[:1])
    ),
    *(Probe(f"gate {gate} is forced to 1", _held(gate)) for gate in "ifgo"),
)

_CELL_WORDS = {
    ("h",): "The new c is right, the new h is not: look at gate o and at the last equation, h.",
    ("c",): "The new h is right, so the c inside it is too. The c that you return is another one.",
    ("h", "c"): "Neither the new h nor the new c is right. h is made from c, so begin with c.",
}

# --- 03.1 -----------------------------------------------------------------------------------------

WRITE_THE_CELL = FunctionExercise(
    number="03.1",
    title="Write the cell",
    function="cell",
    make_cases=_cell_cases,
    reference=torch_cell,
    form=Tensors(("h", "c"), axes=("sentence", "unit")),
    gradients=True,
    wrongs=CELL_WRONGS,
    words=_CELL_WORDS,
    made_in_order=("c", "h"),
    probes=_CELL_PROBES,
    praise=(
        "Your cell gives the same h and c as torch's, and the same gradients for every input, "
        "weight and bias."
    ),
    hints=(
        "Work in three steps: one sum of shape (B, 4H) for all four gates; cut it into four; then "
        "the equations for c and h.",
        "The sum has four terms: x with `weight_ih`, h with `weight_hh`, and both biases. With a "
        "word in each row of x, the product is `x @ weight_ih.T`, of shape (B, 4H).",
        "`z.chunk(4, dim=-1)` gives the four blocks in torch's order. Three go through "
        "`torch.sigmoid`, one through `torch.tanh`. Make the new c before the new h.",
    ),
    solution_code="""
def cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    z = x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    i = torch.sigmoid(z_i)
    f = torch.sigmoid(z_f)
    g = torch.tanh(z_g)
    o = torch.sigmoid(z_o)
    c = f * c + i * g
    h = o * torch.tanh(c)
    return h, c
""",
)

# --- 03.2 -----------------------------------------------------------------------------------------

_BROKEN = """
def broken_cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    z = F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)
    z_i, z_f, z_o, z_g = z.chunk(4, dim=-1)
    i = torch.sigmoid(z_i)
    f = torch.sigmoid(z_f)
    g = torch.tanh(z_g)
    o = torch.sigmoid(z_o)
    new_c = f * c + i * g
    new_h = o * torch.tanh(c)
    return new_h, new_c
"""


def _given(code: str, function: str) -> Callable:
    namespace = {"torch": torch, "F": F}
    exec(code, namespace)  # noqa: S102 - the text above, which the notebook shows too
    return namespace[function]


_ORDER_MENDED = _BROKEN.replace("z_i, z_f, z_o, z_g", "z_i, z_f, z_g, z_o")
_STATE_MENDED = _BROKEN.replace("torch.tanh(c)", "torch.tanh(new_c)")

_HALF_MENDED = (
    Wrong(
        "nothing mended",
        _given(_BROKEN, "broken_cell"),
        "This computes the same as the broken cell. Two lines of it are wrong.",
    ),
    Wrong(
        "gate order mended, one to go",
        _given(_ORDER_MENDED, "broken_cell"),
        "One of the two mistakes is mended: the gates are cut in torch's order now, and c is "
        "right. The other one is in h: which c is it made from?",
    ),
    Wrong(
        "h mended, one to go",
        _given(_STATE_MENDED, "broken_cell"),
        "One of the two mistakes is mended: h is made from the new c. The other one comes "
        "earlier: your gates are stacked i, f, o, g; torch stacks i, f, g, o.",
    ),
)

# Some mistakes of 03.1 are, number for number, what a half-mended cell does; they are left out.
_MET_ABOVE = {"h from the old c", "gate order i, f, o, g"}

MEND_THE_CELL = FunctionExercise(
    number="03.2",
    title="Mend a broken cell",
    function="mended_cell",
    given=_BROKEN,
    make_cases=_cell_cases,
    reference=torch_cell,
    form=Tensors(("h", "c"), axes=("sentence", "unit")),
    gradients=True,
    wrongs=(*_HALF_MENDED, *(each for each in CELL_WRONGS if each.name not in _MET_ABOVE)),
    words=_CELL_WORDS,
    made_in_order=("c", "h"),
    probes=_CELL_PROBES,
    praise=(
        "Both mistakes are mended: the order in which the gates are cut, and the c that h is made "
        "from. Neither would ever have raised an error."
    ),
    hints=(
        "Both mistakes are silent: every shape is right. Read line by line with the six equations "
        "beside it.",
        "One mistake is in how z is cut into gates, the other in one of the last lines.",
        "In which order does torch stack the four gates? And h is made from tanh of which c, the "
        "old one or the new one?",
    ),
    solution_code="""
def mended_cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    z = F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    i = torch.sigmoid(z_i)
    f = torch.sigmoid(z_f)
    g = torch.tanh(z_g)
    o = torch.sigmoid(z_o)
    new_c = f * c + i * g
    new_h = o * torch.tanh(new_c)
    return new_h, new_c
""",
)

# --- 03.3 -----------------------------------------------------------------------------------------


def _split_cases() -> tuple[Case, ...]:
    """Return weight_ih, weight_hh and a bias for I=12, H=8, then a weight_ih for I=16, H=3."""
    generator = torch.Generator().manual_seed(3)

    def case(*shape: int) -> Case:
        values = torch.randn(shape, generator=generator, dtype=torch.float64, device="cpu")
        return Case({"weight": values}, f"a tensor of shape {shape}")

    return case(32, 12), case(32, 8), case(32), case(12, 16)


def _split(weight: Tensor) -> dict[str, Tensor]:
    return dict(zip("ifgo", weight.chunk(4), strict=True))


def _each_block(change: Callable[[Tensor, str], Tensor]) -> Callable:
    """Return a split that does something more to each block."""
    return lambda weight: {gate: change(block, gate) for gate, block in _split(weight).items()}


def _slices(size: Callable[[Tensor], int], end: int = 0) -> Callable:
    """Return a split that gives gate number k the rows kH to (k + 1)H + end."""

    def split(weight: Tensor) -> dict[str, Tensor]:
        H = size(weight)  # noqa: N806
        return {gate: weight[k * H : (k + 1) * H + end] for k, gate in enumerate("ifgo")}

    return split


def _wrong_order(order: str) -> Wrong:
    listed = ", ".join(order)
    message = f"You read the blocks as {listed}; torch stacks i, f, g, o."
    if order == "iofg":
        message += " (The ONNX file format has your order; a weight that moves there is re-sorted.)"
    return Wrong(
        f"gate order {listed}",
        lambda weight: dict(zip(order, weight.chunk(4), strict=True)),
        message,
    )


def _several(name: str, message: str, *answers: Callable) -> tuple[Wrong, ...]:
    """Return one misconception in several ways of writing that end differently."""
    return tuple(Wrong(name, answer, message) for answer in answers)


_SPLIT_WRONGS = (
    *(_wrong_order("".join(o)) for o in permutations("ifgo") if "".join(o) != "ifgo"),
    Wrong(
        "every fourth row",
        lambda weight: {gate: weight[k::4] for k, gate in enumerate("ifgo")},
        "You take every fourth row. The rows are not dealt out like cards: those of one gate lie "
        "together, a block of H rows.",
    ),
    *_several(
        "columns for rows",
        "You cut along the columns. The gates are stacked on top of each other: cut the rows, "
        "axis 0. A bias has no other axis.",
        lambda weight: dict(zip("ifgo", weight.chunk(4, dim=-1), strict=True)),
        lambda weight: dict(zip("ifgo", weight.chunk(4, dim=1), strict=True)),
        lambda weight: {
            gate: weight[:, k * weight.shape[1] // 4 : (k + 1) * weight.shape[1] // 4]
            for k, gate in enumerate("ifgo")
        },
    ),
    *_several(
        "H read from the columns",
        "You take H from the number of columns. That is H for `weight_hh` only; `weight_ih` has I "
        "columns, and a bias has none. The number of rows is 4H for all of them.",
        _slices(lambda weight: weight.shape[1]),
        _slices(lambda weight: weight.shape[-1]),
    ),
    Wrong(
        "16 for H",
        _slices(lambda weight: 16),
        "You cut blocks of 16 rows: the lesson's H. Here H is another; the number of rows is 4H.",
    ),
    Wrong(
        "last row missing",
        _slices(lambda weight: weight.shape[0] // 4, end=-1),
        "Each block lacks its last row. A slice a:b stops before b, so the next one starts at b.",
    ),
    *_several(
        "matrices only",
        "Right for the two matrices, but not for a bias: it has one axis, (4H,), and should give "
        "four tensors of shape (H,).",
        lambda weight: {
            gate: weight[k * len(weight) // 4 : (k + 1) * len(weight) // 4, :]
            for k, gate in enumerate("ifgo")
        },
        lambda weight: dict(zip("ifgo", weight.view(4, len(weight) // 4, -1), strict=True)),
        lambda weight: dict(zip("ifgo", weight.view(4, -1, weight.shape[1]), strict=True)),
        lambda weight: [rows for rows, columns in [weight.shape]] and _split(weight),
    ),
    Wrong(
        "blocks transposed",
        _each_block(lambda block, gate: block.t()),
        "The blocks are right, but turned. Leave them as they are stored: H rows each.",
    ),
    Wrong(
        "weights squeezed",
        _each_block(lambda block, gate: (torch.tanh if gate == "g" else torch.sigmoid)(block)),
        "You squeeze the weights. sigmoid and tanh act on the sum of products and biases, later; "
        "here the numbers stay as they are.",
    ),
    Wrong(
        "same block four times",
        lambda weight: dict.fromkeys("ifgo", weight.chunk(4)[0]),
        "All four gates get the first block, which is i's.",
    ),
)

SPLIT_THE_GATES = FunctionExercise(
    number="03.3",
    title="Split torch's weights by gate",
    function="split_gates",
    make_cases=_split_cases,
    reference=_split,
    form=TensorDict(("i", "f", "g", "o"), axes=("row", "column")),
    wrongs=_SPLIT_WRONGS,
    praise="Your function finds the four gates in a matrix and in a bias, for any H.",
    hints=(
        "What have (4H, I), (4H, H) and (4H,) in common? Use only that.",
        "The first H rows are i's, the next H are f's, then g, then o. `chunk` cuts a tensor into "
        "equal parts along axis 0 unless told otherwise.",
        "`i, f, g, o = weight.chunk(4)`, then put the four into a dict.",
    ),
    solution_code="""
def split_gates(weight):
    i, f, g, o = weight.chunk(4)
    return {"i": i, "f": f, "g": g, "o": o}
""",
)

EXERCISES = (WRITE_THE_CELL, MEND_THE_CELL, SPLIT_THE_GATES)
