"""Exercises of lesson 03: write one step of an LSTM, mend a broken one, split weights."""

from collections.abc import Callable
from itertools import permutations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own habit

from first_edition.base import Wrong, several
from first_edition.forms import TensorDict, Tensors
from first_edition.functions import Case, FunctionExercise, Probe
from first_edition.wrong_cells import CELL_WRONGS, torch_cell

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
    Probe("we set x to zero", _with(x=_ZERO)),
    Probe("we set the old h to zero", _with(h=_ZERO)),
    Probe("we set the old c to zero", _with(c=_ZERO)),
    Probe("we set bias_ih to zero", _with(bias_ih=_ZERO)),
    Probe("we set bias_hh to zero", _with(bias_hh=_ZERO)),
    Probe(
        "there is one sentence only", _with(x=lambda v: v[:1], h=lambda v: v[:1], c=lambda v: v[:1])
    ),
    *(Probe(f"we set gate {gate} to 1", _held(gate)) for gate in "ifgo"),
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
    new_c = i * c + f * g
    new_h = o * torch.tanh(new_c)
    return new_h, new_c
"""

_ORDER = ("z_i, z_f, z_o, z_g", "z_i, z_f, z_g, z_o")
_MEMORY = ("i * c + f * g", "f * c + i * g")


def _changed(*changes: tuple[str, str]) -> Callable:
    """Return the broken cell with some of its text replaced."""
    code = _BROKEN
    for old, new in changes:
        code = code.replace(old, new)
    namespace = {"torch": torch, "F": F}
    exec(code, namespace)  # noqa: S102 - the text above, which the notebook shows too
    return namespace["broken_cell"]


_HALF_MENDED = (
    Wrong(
        "nothing mended",
        _changed(),
        "This computes the same as the broken cell. Two lines of it are wrong.",
    ),
    Wrong(
        "gate order mended, one to go",
        _changed(_ORDER),
        "One of the two mistakes is mended: the gates are cut in torch's order now. The other one "
        "comes later: what does each gate act on?",
    ),
    Wrong(
        "memory mended, one to go",
        _changed(_MEMORY),
        "One of the two mistakes is mended: f acts on the old memory, and i on the news. The other "
        "one comes earlier: your gates are stacked i, f, o, g; torch stacks i, f, g, o.",
    ),
)


def _was_right(old: str, new: str, reason: str) -> tuple[Wrong, ...]:
    """Return what comes of changing a line that was right, before and after other mending."""
    line = next(line.strip() for line in _BROKEN.split("\n") if old in line)
    stages = (
        ("none mended", "", "the two mistakes are in other lines.", ((),)),
        (
            "one mended",
            "One of the two mistakes is mended. But ",
            "the other mistake is in another line.",
            ((_ORDER,), (_MEMORY,)),
        ),
        (
            "both mended",
            "Both mistakes are mended. But ",
            "then the cell is right.",
            ((_ORDER, _MEMORY),),
        ),
    )
    return tuple(
        wrong
        for stage, before, after, ways in stages
        for wrong in several(
            f"changed what was right: {new} ({stage})",
            f"{before}{'you' if before else 'You'} have changed a line that was right: `{line}`. "
            f"{reason} Put it back: {after}",
            *(_changed((old, new), *mended) for mended in ways),
        )
    )


_RIGHT_BEFORE = (
    *_was_right(
        "torch.tanh(z_g)",
        "torch.sigmoid(z_g)",
        "g is the news, which may be below zero: it goes through tanh.",
    ),
    *(
        wrong
        for gate in "ifo"
        for wrong in _was_right(
            f"torch.sigmoid(z_{gate})",
            f"torch.tanh(z_{gate})",
            f"{gate} says how much passes, between 0 and 1: it goes through sigmoid.",
        )
    ),
    *_was_right("o * torch.tanh(new_c)", "o * torch.tanh(c)", "h is made from the new memory."),
    *_was_right("o * torch.tanh(new_c)", "o * new_c", "On the way to h, c goes through tanh."),
    *_was_right("new_h, new_c", "new_c, new_h", "PyTorch's order is h, c."),
)

# What some mistakes of 03.1 do is told here in other words: the first that fits is named.
_MET_ABOVE = {
    "gate order i, f, o, g",
    "gate order f, i, g, o",
    "gate order f, i, o, g",
    "sigmoid on g",
    "tanh on i",
    "tanh on f",
    "tanh on o",
    "h from the old c",
    "no tanh on c in h",
    "returned c, h",
}

MEND_THE_CELL = FunctionExercise(
    number="03.2",
    title="Mend a broken cell",
    function="mended_cell",
    given=_BROKEN,
    make_cases=_cell_cases,
    reference=torch_cell,
    form=Tensors(("h", "c"), axes=("sentence", "unit")),
    gradients=True,
    wrongs=(
        *_HALF_MENDED,
        *_RIGHT_BEFORE,
        *(each for each in CELL_WRONGS if each.name not in _MET_ABOVE),
    ),
    words=_CELL_WORDS,
    made_in_order=("c", "h"),
    probes=_CELL_PROBES,
    praise=(
        "Both mistakes are mended: the order in which the gates are cut, and which of them acts on "
        "the old memory and which on the news. Neither would ever have raised an error."
    ),
    hints=(
        "Lay the six equations beside the code and go through it line by line. Which line is which "
        "equation, and does each name stand where it stands there?",
        "One mistake is in how z is cut into gates, the other in one of the two equations behind "
        "the gates.",
        "In which order does torch stack the four gates? And which gate answers the question: how "
        "much of the old do I keep?",
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


_ORDERS_DIFFER = (
    "Only the order is another one. Right for some orders: does your code name an order, instead "
    "of reading `order`? Its first letter is the gate of the first block, whichever that is."
)


def _split_cases() -> tuple[Case, ...]:
    """Return a weight_ih in three orders, a weight_hh and a bias for H=8, then one for H=3.

    First only the order changes, then only the shape: so it is known what a mistake hangs on.
    """
    generator = torch.Generator().manual_seed(3)

    def case(order: str, *shape: int, special: str = "") -> Case:
        values = torch.randn(shape, generator=generator, dtype=torch.float64, device="cpu")
        label = f'a tensor of shape {shape} and order "{order}"'
        return Case({"weight": values, "order": order}, label, special=special)

    return (
        case("ifgo", 32, 12),
        case("iofg", 32, 12, special=_ORDERS_DIFFER),
        case("ogif", 32, 12, special=_ORDERS_DIFFER),
        case("iofg", 32, 8),
        case("ifgo", 32, special="A bias has one axis, (4H,); its parts are of shape (H,)."),
        case("ogif", 12, 16),
    )


def _split(weight: Tensor, order: str) -> dict[str, Tensor]:
    return dict(zip(order, weight.chunk(4), strict=True))


def _each_block(change: Callable[[Tensor, str], Tensor]) -> Callable:
    """Return a split that does something more to each block."""
    return lambda weight, order: {
        gate: change(block, gate) for gate, block in _split(weight, order).items()
    }


def _blocks(cut: Callable[[Tensor, int], Tensor]) -> Callable:
    """Return a split that gives the gate at place k what ``cut`` makes of the weight and k."""
    return lambda weight, order: {gate: cut(weight, k) for k, gate in enumerate(order)}


def _slices(size: Callable[[Tensor], int], end: int = 0) -> Callable:
    """Return a split that gives the gate at place k the rows kH to (k + 1)H + end."""
    return _blocks(lambda weight, k: weight[k * size(weight) : (k + 1) * size(weight) + end])


def _zipped(cut: Callable[[Tensor], object]) -> Callable:
    """Return a split that gives the gates what ``cut`` returns, one by one, as far as it goes."""
    return lambda weight, order: dict(zip(order, cut(weight), strict=False))


def _unpacked(cut: Callable[[Tensor], object]) -> Callable:
    """Return a split that expects ``cut`` to return four pieces."""

    def split(weight: Tensor, order: str) -> dict[str, Tensor]:
        first, second, third, fourth = cut(weight)
        return dict(zip(order, (first, second, third, fourth), strict=True))

    return split


def _wrong_order(order: str) -> Wrong:
    listed = ", ".join(order)
    return Wrong(
        f"gate order {listed}",
        lambda weight, _: dict(zip(order, weight.chunk(4), strict=True)),
        f"You read the blocks as {listed}, whatever `order` says. The first letter of `order` is "
        "the gate of the first block.",
    )


_SPLIT_WRONGS = (
    *(_wrong_order("".join(o)) for o in permutations("ifgo") if "".join(o) != "ifgo"),
    Wrong(
        "order not used",
        lambda weight, order: _split(weight, "ifgo"),
        'Right as long as the order is "ifgo", PyTorch\'s. Your function does not look at `order`: '
        "another program may have put the gates in another one.",
    ),
    Wrong(
        "order the wrong way round",
        lambda weight, order: {
            gate: _split(weight, "ifgo")[order[k]] for k, gate in enumerate("ifgo")
        },
        'Right for "ifgo", but for other orders it goes the wrong way: as if the blocks lay i, f, '
        "g, o and were wanted in `order`. They lie in `order`.",
    ),
    Wrong(
        "order from the back",
        lambda weight, order: _split(weight, order[::-1]),
        "You go through `order` or the blocks from the back. The first letter goes with the first "
        "block.",
    ),
    Wrong(
        "every fourth row",
        _blocks(lambda weight, k: weight[k::4]),
        "You take every fourth row. The rows are not dealt out like cards: those of one gate lie "
        "together, a block of H rows.",
    ),
    *several(
        "columns for rows",
        "You cut along the columns. The gates are stacked on top of each other: cut the rows, "
        "axis 0. (The last axis is for z, the result.) A bias has no other axis.",
        _zipped(lambda weight: weight.chunk(4, dim=-1)),
        _zipped(lambda weight: weight.chunk(4, dim=1)),
        _blocks(lambda w, k: w[:, k * w.shape[1] // 4 : (k + 1) * w.shape[1] // 4]),
    ),
    *several(
        "pieces of 4",
        "`split(4)` makes pieces *of* 4 rows. `chunk(n)` makes n pieces, so "
        " `chunk(H)` makes H pieces of 4 rows. Four pieces are wanted, of H rows each.",
        _zipped(lambda weight: weight.split(4)),
        _unpacked(lambda weight: weight.split(4)),
    ),
    *several(
        "a size with a fraction",
        "A size is a whole number, and `/` gives a float: 32 / 4 is 8.0. Write `//`.",
        _slices(lambda weight: weight.shape[0] / 4),
        _zipped(lambda weight: weight.split(weight.shape[0] / 4)),
    ),
    *several(
        "H read from the columns",
        "You take H from the number of columns. That is H for `weight_hh` only; `weight_ih` has I "
        "columns, and a bias has none. The number of rows is 4H for all of them.",
        _slices(lambda weight: weight.shape[1]),
        _slices(lambda weight: weight.shape[-1]),
    ),
    *several(
        "16 for H",
        "You cut blocks of 16 rows: the lesson's H. Here H is another; the number of rows is 4H.",
        _slices(lambda weight: 16),
        _unpacked(lambda weight: weight.split(16)),
    ),
    Wrong(
        "last row missing",
        _slices(lambda weight: weight.shape[0] // 4, end=-1),
        "Each block lacks its last row. A slice a:b stops before b, so the next one starts at b.",
    ),
    *several(
        "matrices only",
        "Right for the two matrices, but not for a bias: it has one axis, (4H,), and should give "
        "four tensors of shape (H,).",
        _blocks(lambda w, k: w[k * len(w) // 4 : (k + 1) * len(w) // 4, :]),
        _zipped(lambda weight: weight.view(4, len(weight) // 4, -1)),
        _zipped(lambda weight: weight.view(4, -1, weight.shape[1])),
        lambda weight, order: [rows for rows, columns in [weight.shape]] and _split(weight, order),
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
        lambda weight, order: dict.fromkeys("ifgo", weight.chunk(4)[0]),
        "All four gates get the first block.",
    ),
)

SPLIT_THE_GATES = FunctionExercise(
    number="03.3",
    title="Split weights by gate",
    function="split_gates",
    make_cases=_split_cases,
    reference=_split,
    form=TensorDict(("i", "f", "g", "o"), axes=("row", "column")),
    wrongs=_SPLIT_WRONGS,
    praise=(
        "Your function finds the four gates in a matrix and in a bias, for any H, in any order. "
        "With it you can bring weights from another library to PyTorch."
    ),
    hints=(
        "What have (4H, I), (4H, H) and (4H,) in common? Use only that to cut.",
        "`chunk` cuts a tensor into equal parts along axis 0 unless told otherwise. That gives "
        "four blocks. Which letter of `order` belongs to the first of them?",
        "The letters of `order` and the blocks go in step: `zip` pairs them, and a loop over the "
        "places 0 to 3 does too.",
    ),
    solution_code="""
def split_gates(weight, order):
    blocks = weight.chunk(4)
    return {order[k]: blocks[k] for k in range(4)}
""",
)

EXERCISES = (WRITE_THE_CELL, MEND_THE_CELL, SPLIT_THE_GATES)
