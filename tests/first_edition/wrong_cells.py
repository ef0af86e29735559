"""Wrong LSTM cells, each with its name and the message it earns.

One cell with a knob at each place where a hand can slip, and every knob turned once. All take
and return what the cell of exercise 03.1 does: x (B, I), h and c (B, H), weight_ih (4H, I),
weight_hh (4H, H), bias_ih and bias_hh (4H,); the new h and c, (B, H) each.
"""

from collections.abc import Callable
from itertools import combinations, permutations

import torch
from torch import Tensor

from first_edition.base import Wrong, listed, several


def torch_cell(*tensors: Tensor) -> tuple[Tensor, Tensor]:
    """Return the new ``(h, c)`` as torch itself computes it: the truth for all cells."""
    x, h, c, weight_ih, weight_hh, bias_ih, bias_hh = tensors
    return torch.lstm_cell(x, (h, c), weight_ih, weight_hh, bias_ih, bias_hh)


def _sum(*tensors: Tensor) -> Tensor:
    """Return what the gates squeeze, for all four at once: (B, 4H)."""
    x, h, c, w_ih, w_hh, b_ih, b_hh = tensors
    return x @ w_ih.T + b_ih + h @ w_hh.T + b_hh


def _same(value: Tensor) -> Tensor:
    return value


_SQUEEZE = {"i": torch.sigmoid, "f": torch.sigmoid, "g": torch.tanh, "o": torch.sigmoid}


def _cell(
    z: Callable = _sum,
    order: str = "ifgo",
    squeeze: dict[str, Callable] | None = None,
    new_c: Callable = lambda i, f, g, o, c: f * c + i * g,
    new_h: Callable = lambda o, new_c, old_c: o * torch.tanh(new_c),
    give: Callable = lambda new_h, new_c, h, c: (new_h, new_c),
) -> Callable:
    """Return a cell in which one step or more is replaced; without arguments it is right."""
    squeezees = _SQUEEZE | (squeeze or {})

    def cell(*tensors: Tensor) -> tuple[Tensor, Tensor]:
        _, h, c, *_ = tensors
        blocks = dict(zip(order, z(*tensors).chunk(4, dim=1), strict=True))
        i, f, g, o = (squeezees[gate](blocks[gate]) for gate in "ifgo")
        updated = new_c(i, f, g, o, c)
        return give(new_h(o, updated, c), updated, h, c)

    return cell


def _order_message(order: str) -> str:
    text = f"Your gates are stacked {', '.join(order)}; torch stacks i, f, g, o."
    if order.index("g") == 2:
        moved = [right for gate, right in zip(order, "ifgo", strict=True) if gate != right]
        where = "equation for c" if moved == ["i", "f"] else "equations for c and h"
        return (
            f"{listed(moved)} have changed places. Either where the gates are cut: y{text[1:]} "
            f"Or in the {where}. The numbers are the same."
        )
    if order == "gfio":
        return text + (
            " Or the blocks are right and i and g have changed their squeezing: sigmoid belongs "
            "to i, tanh to g. The numbers are the same."
        )
    return text


_ORDERS = tuple(
    Wrong(
        f"gate order {', '.join(order)}",
        _cell(order="".join(order)),
        _order_message("".join(order)),
    )
    for order in permutations("ifgo")
    if "".join(order) != "ifgo"
)


def _wrong_sum(name: str, z: Callable, message: str) -> Wrong:
    return Wrong(name, _cell(z=z), message)


_BIASES = (
    _wrong_sum(
        "bias_ih dropped",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + h @ wh.T + bh,
        "`bias_ih` is missing. PyTorch keeps two biases and adds both.",
    ),
    _wrong_sum(
        "bias_hh dropped",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + bi + h @ wh.T,
        "`bias_hh` is missing. PyTorch keeps two biases and adds both.",
    ),
    _wrong_sum(
        "both biases dropped",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + h @ wh.T,
        "Both biases are missing: `bias_ih` and `bias_hh` are added to the two products.",
    ),
    _wrong_sum(
        "bias_ih used twice",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + bi + h @ wh.T + bi,
        "`bias_ih` is added twice and `bias_hh` not at all.",
    ),
    _wrong_sum(
        "bias_hh used twice",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + bh + h @ wh.T + bh,
        "`bias_hh` is added twice and `bias_ih` not at all.",
    ),
    _wrong_sum(
        "both biases doubled",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + h @ wh.T + 2 * (bi + bh),
        "Both biases are added twice. Each is added once; does a function that adds them already "
        "do so for you?",
    ),
    _wrong_sum(
        "bias_ih doubled",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + h @ wh.T + 2 * bi + bh,
        "`bias_ih` is added twice. Each bias is added once.",
    ),
    _wrong_sum(
        "bias_hh doubled",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + h @ wh.T + bi + 2 * bh,
        "`bias_hh` is added twice. Each bias is added once.",
    ),
    _wrong_sum(
        "biases subtracted",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + h @ wh.T - bi - bh,
        "The biases are subtracted; they are added.",
    ),
    _wrong_sum(
        "biases averaged",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + h @ wh.T + (bi + bh) / 2,
        "You take the mean of the two biases. torch takes their sum.",
    ),
)


def _rows_for_columns(*tensors: Tensor) -> Tensor:
    x, h, c, wi, wh, bi, bh = tensors
    H = h.shape[1]  # noqa: N806
    turned = torch.cat([block.T for block in wh.split(H)])
    return x @ wi.T + bi + h @ turned.T + bh


_SUMS = (
    _wrong_sum(
        "x left out",
        lambda x, h, c, wi, wh, bi, bh: bi + h @ wh.T + bh,
        "The word x is left out: the product of `x` and `weight_ih` is missing.",
    ),
    _wrong_sum(
        "h left out",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + bi + bh,
        "The state h is left out: the product of `h` and `weight_hh` is missing.",
    ),
    _wrong_sum(
        "all that comes from h left out",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + bi,
        "Half of the sum is missing: `h` with `weight_hh`, and `bias_hh`. A gate reads the word "
        "and the state.",
    ),
    _wrong_sum(
        "all that comes from x left out",
        lambda x, h, c, wi, wh, bi, bh: h @ wh.T + bh,
        "Half of the sum is missing: `x` with `weight_ih`, and `bias_ih`. A gate reads the word "
        "and the state.",
    ),
    _wrong_sum(
        "products multiplied",
        lambda x, h, c, wi, wh, bi, bh: (x @ wi.T + bi) * (h @ wh.T + bh),
        "What comes from x and what comes from h are multiplied; they are added.",
    ),
    _wrong_sum(
        "products subtracted",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + bi - (h @ wh.T + bh),
        "What comes from h is subtracted from what comes from x; the two are added.",
    ),
    _wrong_sum(
        "gates read c",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + bi + c @ wh.T + bh,
        "Your gates read c: `weight_hh` is multiplied with `c`. In this LSTM the gates see x and h "
        "only; c is what they act on.",
    ),
    _wrong_sum(
        "weight_ih reshaped",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.reshape(wi.shape[::-1]) + bi + h @ wh.T + bh,
        "`weight_ih` was brought to shape (I, 4H) with reshape or view. These read the numbers row "
        "by row and tear the rows apart; `.T` turns the matrix.",
    ),
    _wrong_sum(
        "weight_hh reshaped",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + bi + h @ wh.reshape(wh.shape[::-1]) + bh,
        "`weight_hh` was brought to shape (H, 4H) with reshape or view. These read the numbers row "
        "by row and tear the rows apart; `.T` turns the matrix.",
    ),
    _wrong_sum(
        "both weights reshaped",
        lambda x, h, c, wi, wh, bi, bh: (
            x @ wi.reshape(wi.shape[::-1]) + bi + h @ wh.reshape(wh.shape[::-1]) + bh
        ),
        "The weights were brought to shape (I, 4H) and (H, 4H) with reshape or view. These read "
        "the numbers row by row and tear the rows apart; `.T` turns a matrix.",
    ),
    _wrong_sum(
        "W_h of each gate not transposed",
        _rows_for_columns,
        "The blocks of `weight_hh` are used without turning them. As W_hi, W_hf, W_hg and W_ho are "
        "square (H, H), torch cannot notice. A row holds the weights of one unit: `h @ W_hi.T`.",
    ),
)


def _stopped(name: str, z: Callable, message: str) -> Wrong:
    """Return a misconception that ends in an error of torch's."""
    return Wrong(name, _cell(z=z), message)


_WRONG_WAY = (
    "`{name}` is the wrong way round: {x} of shape {shape} meets {stored}. With `@` the matrix has "
    "to be {wanted}, so turn it: `{x} @ {name}.T`. `F.linear` turns it by itself: leave `.T` out "
    "there."
)


def _four(blocks: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    i, f, g, o = blocks
    return i, f, g, o


def _asks_a_function(name: str) -> Callable:
    """Return a cell that asks a function for a weight, as if it were a module."""
    return lambda *tensors: getattr(torch_cell, name)


def _asks_for(name: str) -> Callable:
    """Return a cell that uses a name that there is not."""
    return lambda *tensors: eval(name, {})  # noqa: S307 - only to raise what Python raises


def _meets_four_gates(product: str) -> Callable:
    """Return a cell that cuts ``z[:H]``, ``z[H:2 * H]`` ... and begins with this product."""

    def cell(*tensors: Tensor) -> Tensor:
        _, h, c, *_ = tensors
        i, f, g, o = (_sum(*tensors)[k * h.shape[1] : (k + 1) * h.shape[1]] for k in range(4))
        first, second = ({"i": i, "f": f, "g": g, "o": o, "c": c}[w] for w in product.split(" * "))
        return first * second

    return cell


_ERRORS = (
    _stopped(
        "weights swapped",
        lambda x, h, c, wi, wh, bi, bh: x @ wh.T + bi + h @ wi.T + bh,
        "x meets `weight_hh`. x belongs to `weight_ih` (ih: from the input to the hidden state), "
        "h to `weight_hh` (from hidden state to hidden state).",
    ),
    _stopped(
        "h with weight_ih",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + bi + h @ wi.T + bh,
        "h or c, with its H numbers for each sentence, meets `weight_ih`, which has I columns. h "
        "belongs to `weight_hh`.",
    ),
    _stopped(
        "weight_ih the wrong way round",
        lambda x, h, c, wi, wh, bi, bh: x @ wi + bi + h @ wh.T + bh,
        _WRONG_WAY.format(
            name="weight_ih", x="x", shape="(B, I)", stored="(4H, I)", wanted="(I, 4H)"
        ),
    ),
    _stopped(
        "weight_hh the wrong way round",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + bi + h @ wh + bh,
        _WRONG_WAY.format(
            name="weight_hh", x="h", shape="(B, H)", stored="(4H, H)", wanted="(H, 4H)"
        ),
    ),
    _stopped(
        "one gate's W_i the wrong way round",
        lambda x, h, c, wi, wh, bi, bh: x @ wi.chunk(4)[0],
        _WRONG_WAY.format(name="W_ii", x="x", shape="(B, I)", stored="(H, I)", wanted="(I, H)"),
    ),
    *several(
        "W in front of x",
        "The lesson's equation has W in front of x, for one word. Here x is a batch with a word in "
        "each row: write `x @ W.T`, so that each row becomes a row of gates. (For h likewise.)",
        _cell(z=lambda x, h, c, wi, wh, bi, bh: wi @ x + bi + h @ wh.T + bh),
        _cell(z=lambda x, h, c, wi, wh, bi, bh: wi.chunk(4)[0] @ x),
        _cell(z=lambda x, h, c, wi, wh, bi, bh: x @ wi.T + wh @ h),
        _cell(z=lambda x, h, c, wi, wh, bi, bh: wh.chunk(4)[0] @ h),
    ),
    *several(
        "W @ x.T and a bias",
        "The product is turned: `W @ x.T` is (4H, B), with a column for each sentence, and a bias "
        "of 4H numbers cannot be added to that. Write `x @ W.T`, which is (B, 4H). (For h "
        "likewise.)",
        lambda x, h, c, wi, wh, bi, bh: wi @ x.T + bi,
        lambda x, h, c, wi, wh, bi, bh: bi + wi @ x.T,
        lambda x, h, c, wi, wh, bi, bh: x @ wi.T + bi + wh @ h.T,
        lambda x, h, c, wi, wh, bi, bh: wh @ h.T + (x @ wi.T + bi),
    ),
    *several(
        "slices along the sentences",
        "A cut along the wrong axis, or none: what should be one gate still has 4H numbers in each "
        "row, those of all four. If you cut with `z[:H]`: that takes rows, and a row is a "
        "sentence. The gates lie side by side in the last axis: `z[:, :H]`.",
        *(_meets_four_gates(form) for form in ("f * c", "c * f", "i * g", "g * i")),
    ),
    *several(
        "B for H",
        "B numbers meet H numbers. Did you read H from `h.shape[0]`? That is B, the number of "
        "sentences; H is `h.shape[-1]`. Or did you multiply one gate's weights the other way "
        "round? `W_ii @ x.T` is (H, B); `x @ W_ii.T` is (B, H).",
        lambda *tensors: _sum(*tensors)[:, : tensors[1].shape[0]] * tensors[2],
        lambda *tensors: tensors[2] * _sum(*tensors)[:, : tensors[1].shape[0]],
    ),
    *several(
        "weights cut along the columns",
        "You cut a stack of weights along its columns. The gates are stacked on top of each other: "
        "cut the rows of a weight, `weight_ih.chunk(4)`. (`dim=-1` is for the result, where the "
        "gates lie side by side.)",
        lambda x, h, c, wi, wh, bi, bh: _four(wi.chunk(4, dim=-1)),
        lambda x, h, c, wi, wh, bi, bh: _four(bi.chunk(4, dim=1)),
    ),
    _stopped(
        "* for @",
        lambda x, h, c, wi, wh, bi, bh: x * wi + bi + h @ wh.T + bh,
        "A tensor with B rows and one with 4H rows are put together number by number. If that is "
        "`x * weight_ih`: the product of rows and a matrix is `@`, and the matrix turned, `.T`.",
    ),
    Wrong(
        "chunk along the sentences",
        lambda *tensors: _four(_sum(*tensors).chunk(4)),
        "Four gates were expected, two came: as many as there are sentences. `chunk(4)` cuts along "
        "axis 0, the sentences. The gates lie side by side in the last axis: `chunk(4, dim=-1)`.",
    ),
    *several(
        "pieces of 4",
        "`split(4)` makes pieces *of* 4 numbers or rows. `chunk(4)` makes 4 pieces.",
        lambda *tensors: _four(_sum(*tensors).split(4, dim=-1)),
        lambda *tensors: _four(_sum(*tensors).split(4)),
    ),
    *several(
        "blocks of 16",
        "You cut blocks of 16: the lesson's H. Here H is another. `chunk(4, dim=-1)` finds it by "
        "itself, and `h.shape[-1]` is H.",
        lambda *tensors: _sum(*tensors)[:, 16:32] * tensors[2],
        lambda *tensors: tensors[2] * _sum(*tensors)[:, 16:32],
    ),
    *several(
        "a size with a fraction",
        "A size is a whole number, and `/` gives a float: 20 / 4 is 5.0. Write `//`.",
        lambda x, h, c, wi, wh, bi, bh: _sum(x, h, c, wi, wh, bi, bh)[:, : wi.shape[0] / 4],
        lambda x, h, c, wi, wh, bi, bh: _sum(x, h, c, wi, wh, bi, bh).split(wi.shape[0] / 4, -1),
    ),
    *several(
        "the lesson's names",
        "That line is the lesson's, with the lesson's names. There `cell` was a module that held "
        "the weights; here `cell` is a function of yours. Use the arguments: `weight_ih` for "
        "`cell.weight_ih`, `h` for `h_0`, `c` for `c_0`.",
        *(_asks_a_function(name) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")),
        *(_asks_for(name) for name in ("h_0", "c_0", "c_prev")),
    ),
)


def _wrong_squeeze(name: str, squeeze: dict[str, Callable], message: str) -> Wrong:
    return Wrong(name, _cell(squeeze=squeeze), message)


_SQUEEZEES = (
    _wrong_squeeze(
        "sigmoid on g",
        {"g": torch.sigmoid},
        "g goes through sigmoid. g is what may be written into c, below or above zero: it goes "
        "through tanh. Only i, f and o are taps between 0 and 1.",
    ),
    *(
        _wrong_squeeze(
            f"tanh on {gate}",
            {gate: torch.tanh},
            f"{gate} goes through tanh. A gate that says how much passes lies between 0 and 1: "
            "sigmoid.",
        )
        for gate in "ifo"
    ),
    *(
        _wrong_squeeze(
            f"tanh on {listed(gates)}",
            dict.fromkeys(gates, torch.tanh),
            f"{listed(gates)} go through tanh. They say how much passes, between 0 and 1: sigmoid. "
            "Only g goes through tanh.",
        )
        for gates in (*combinations("ifo", 2), tuple("ifo"))
    ),
    _wrong_squeeze(
        "sigmoid and tanh exchanged",
        {"i": torch.tanh, "f": torch.tanh, "g": torch.sigmoid, "o": torch.tanh},
        "sigmoid and tanh have changed places: i, f and o go through sigmoid, g through tanh.",
    ),
    *(
        _wrong_squeeze(
            f"{gate} not squeezed",
            {gate: _same},
            f"{gate} is used as it comes out of the sum (z_{gate}); it has to go through "
            f"{'tanh' if gate == 'g' else 'sigmoid'} first.",
        )
        for gate in "ifgo"
    ),
    *(
        _wrong_squeeze(
            f"{listed(gates)} not squeezed",
            dict.fromkeys(gates, _same),
            f"{listed(gates)} are used as they come out of the sum, not squeezed. If they are: use "
            f"{listed(gates)} in the equations for c and h, not "
            f"{listed([f'z_{gate}' for gate in gates])}.",
        )
        for count in (2, 3)
        for gates in combinations("ifgo", count)
    ),
    _wrong_squeeze(
        "no gate squeezed",
        dict.fromkeys("ifgo", _same),
        "No gate is squeezed: i, f and o go through sigmoid, g through tanh. If you have done so: "
        "use i, f, g and o in the equations for c and h, not z_i, z_f, z_g and z_o.",
    ),
    _wrong_squeeze(
        "relu on g",
        {"g": torch.relu},
        "g goes through relu. In torch's LSTM it goes through tanh, so that c can also go down.",
    ),
)


def _wrong_c(name: str, new_c: Callable, message: str) -> Wrong:
    return Wrong(name, _cell(new_c=new_c), message)


_C_EQUATION = "c is made of two terms: what is kept of the old c, and what is newly written."

_MEMORIES = (
    *several(
        "a matrix product for ⊙",
        "Two tensors of shape (B, H) meet in a matrix product. In the equations for c and h, ⊙ "
        "multiplies number by number: in Python that is `*`.",
        _cell(new_c=lambda i, f, g, o, c: f @ c + i * g),
        _cell(new_c=lambda i, f, g, o, c: torch.dot(f, c) + i * g),
    ),
    _wrong_c(
        "i left out",
        lambda i, f, g, o, c: f * c + g,
        f"i is left out. {_C_EQUATION} g is let in by i.",
    ),
    _wrong_c(
        "f left out",
        lambda i, f, g, o, c: c + i * g,
        f"f is left out: all of the old c stays. {_C_EQUATION}",
    ),
    _wrong_c(
        "old c left out", lambda i, f, g, o, c: i * g, f"The old c is left out. {_C_EQUATION}"
    ),
    _wrong_c(
        "f without c",
        lambda i, f, g, o, c: f + i * g,
        f"f stands alone; it says how much of the old c is kept. {_C_EQUATION}",
    ),
    _wrong_c(
        "nothing written",
        lambda i, f, g, o, c: f * c,
        f"Nothing new is written: i and g are missing. {_C_EQUATION}",
    ),
    _wrong_c(
        "g subtracted",
        lambda i, f, g, o, c: f * c - i * g,
        "The new part of c is subtracted; it is added. g itself may be below zero.",
    ),
    _wrong_c(
        "terms multiplied",
        lambda i, f, g, o, c: f * c * i * g,
        "The two terms of c are multiplied; they are added.",
    ),
    _wrong_c(
        "i and g added",
        lambda i, f, g, o, c: f * c + i + g,
        "i and g are added to c; i has to multiply g: it says how much of g is let in.",
    ),
    _wrong_c(
        "f over the whole sum",
        lambda i, f, g, o, c: f * (c + i * g),
        "f multiplies the whole sum. It belongs to the old c alone: mind the parentheses.",
    ),
    _wrong_c(
        "i over the whole sum",
        lambda i, f, g, o, c: i * (f * c + g),
        "i multiplies the whole sum. It belongs to g alone: mind the parentheses.",
    ),
    _wrong_c(
        "coupled gates",
        lambda i, f, g, o, c: f * c + (1 - f) * g,
        "You use 1 - f in place of i. There are LSTMs like this (coupled gates); torch's has an i "
        "of its own.",
    ),
    _wrong_c(
        "1 - f kept",
        lambda i, f, g, o, c: (1 - f) * c + i * g,
        "You keep 1 - f of the old c. f is named after forgetting, but it is the share that is "
        "kept.",
    ),
    _wrong_c(
        "tanh on the new c",
        lambda i, f, g, o, c: torch.tanh(f * c + i * g),
        "The new c goes through tanh before it is kept. c itself is not squeezed; tanh is taken "
        "only for h.",
    ),
    _wrong_c(
        "o applied to c",
        lambda i, f, g, o, c: o * (f * c + i * g),
        "o multiplies c. The output gate acts on h alone; c goes on untouched.",
    ),
    Wrong(
        "o applied to the c returned",
        _cell(give=lambda new_h, new_c, h, c: (new_h, new_h / torch.tanh(new_c) * new_c)),
        "h is right, but the c that you return was multiplied by o. c goes on untouched.",
    ),
    Wrong(
        "tanh on the c returned",
        _cell(give=lambda new_h, new_c, h, c: (new_h, torch.tanh(new_c))),
        "h is right, but the c that you return went through tanh. tanh is taken on the way to h "
        "only; c itself is not squeezed.",
    ),
    Wrong(
        "h in place of the old c",
        lambda x, h, c, wi, wh, bi, bh: torch_cell(x, h, h, wi, wh, bi, bh),
        "The new c is made from the old h; f multiplies the old c.",
    ),
    Wrong(
        "h and c swapped as inputs",
        lambda x, h, c, wi, wh, bi, bh: torch_cell(x, c, h, wi, wh, bi, bh),
        "h and c have changed roles: the gates read h, and f multiplies c. Did their names change "
        "places where they come in?",
    ),
)


def _wrong_h(name: str, new_h: Callable, message: str) -> Wrong:
    return Wrong(name, _cell(new_h=new_h), message)


_STATES = (
    _wrong_h(
        "no tanh on c in h",
        lambda o, c, old: o * c,
        "A tanh is missing in h: c goes through tanh before o lets it out.",
    ),
    _wrong_h(
        "sigmoid on c in h",
        lambda o, c, old: o * torch.sigmoid(c),
        "On the way to h, c goes through sigmoid; it should be tanh.",
    ),
    _wrong_h(
        "o left out",
        lambda o, c, old: torch.tanh(c),
        "o is left out: it says how much of tanh(c) is let out as h.",
    ),
    _wrong_h(
        "c left out of h",
        lambda o, c, old: o,
        "Your h is o alone; o says how much of tanh(c) is let out.",
    ),
    _wrong_h(
        "o added",
        lambda o, c, old: o + torch.tanh(c),
        "o is added to tanh(c); it has to multiply it.",
    ),
    _wrong_h(
        "o inside tanh",
        lambda o, c, old: torch.tanh(o * c),
        "o sits inside tanh. First tanh of c, then times o: mind the parentheses.",
    ),
    _wrong_h(
        "tanh of o", lambda o, c, old: torch.tanh(o) * c, "tanh is taken of o; it belongs to c."
    ),
    _wrong_h(
        "h from the old c",
        lambda o, c, old: o * torch.tanh(old),
        "h is made from the old c. First renew c, then make h from the new one.",
    ),
)


def _wrong_return(name: str, give: Callable, message: str) -> Wrong:
    return Wrong(name, _cell(give=give), message)


_RETURNS = (
    _wrong_return(
        "returned c, h",
        lambda nh, nc, h, c: (nc, nh),
        "Both are right, but you return c, h; torch's order is h, c.",
    ),
    _wrong_return(
        "old c returned",
        lambda nh, nc, h, c: (nh, c),
        "h is right, but the c that you return is the old one, as it came in.",
    ),
    _wrong_return(
        "old h returned",
        lambda nh, nc, h, c: (h, nc),
        "c is right, but the h that you return is the old one, as it came in.",
    ),
    _wrong_return(
        "both h and c old",
        lambda nh, nc, h, c: (h, c),
        "You return h and c as they came in: nothing is renewed.",
    ),
    _wrong_return(
        "old h and c swapped",
        lambda nh, nc, h, c: (c, h),
        "You return the old c and the old h: nothing is renewed, and the order is h, c.",
    ),
    _wrong_return(
        "h returned twice",
        lambda nh, nc, h, c: (nh, nh),
        "You return h twice; the second is the new c.",
    ),
    _wrong_return(
        "c returned twice",
        lambda nh, nc, h, c: (nc, nc),
        "You return c twice; the first is the new h.",
    ),
    _wrong_return(
        "averaged over the sentences",
        lambda nh, nc, h, c: (nh.mean(0), nc.mean(0)),
        "Your results are averaged over the sentences. Each sentence keeps its own h and c, (B, "
        "H).",
    ),
    _wrong_return(
        "summed over the sentences",
        lambda nh, nc, h, c: (nh.sum(0), nc.sum(0)),
        "Your results are summed over the sentences. Each sentence keeps its own h and c, (B, H).",
    ),
    _wrong_return(
        "summed over the units",
        lambda nh, nc, h, c: (nh.sum(1), nc.sum(1)),
        "Your results are summed over the units: the gates, h and c are multiplied with `*`, "
        "number by number, and nothing is summed.",
    ),
    *several(
        "one axis too many",
        "The numbers are right, but h and c have one axis too many. They are (B, H) each: one row "
        "per sentence. (The axis for layers belongs to `nn.LSTM`, not to one step.)",
        _cell(give=lambda nh, nc, h, c: (nh[None], nc[None])),
        _cell(give=lambda nh, nc, h, c: (nh[:, None], nc[:, None])),
        _cell(give=lambda nh, nc, h, c: (nh[..., None], nc[..., None])),
    ),
    _wrong_return(
        "transposed results",
        lambda nh, nc, h, c: (nh.T, nc.T),
        "The numbers are right, but lie the other way round: (H, B) for (B, H).",
    ),
    _wrong_return(
        "first sentence only",
        lambda nh, nc, h, c: (nh[0], nc[0]),
        "Only the first sentence is returned; all B were asked for.",
    ),
)


def _without_graph(*tensors: Tensor) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        return torch_cell(*tensors)


_LOOK_FOR = "Look for `.detach()`, `.data`, `.item()`, `.numpy()` or `torch.no_grad()`."

_GRAPHS = (
    Wrong(
        "detached graph",
        _without_graph,
        f"The numbers are right, but the graph is cut: no gradient comes through your cell, so it "
        f"could not learn. {_LOOK_FOR}",
    ),
    _wrong_return(
        "h detached",
        lambda nh, nc, h, c: (nh.detach(), nc),
        f"The numbers are right, but h is cut off the graph; only c has a gradient. {_LOOK_FOR}",
    ),
    _wrong_return(
        "c detached",
        lambda nh, nc, h, c: (nh, nc.detach()),
        f"The numbers are right, but the c that you return is cut off the graph; only h has a "
        f"gradient. {_LOOK_FOR}",
    ),
    _wrong_h(
        "c detached on the way to h",
        lambda o, c, old: o * torch.tanh(c.detach()),
        f"The numbers are right, but on the way from c to h the graph is cut: h learns only "
        f"through o. {_LOOK_FOR}",
    ),
    _wrong_c(
        "old c detached",
        lambda i, f, g, o, c: f * c.detach() + i * g,
        f"The numbers are right, but the old c is cut off the graph: no gradient flows back along "
        f"c to the steps before. {_LOOK_FOR}",
    ),
    _wrong_sum(
        "old h detached",
        lambda x, h, c, wi, wh, bi, bh: _sum(x, h.detach(), c, wi, wh, bi, bh),
        f"The numbers are right, but the old h is cut off the graph. {_LOOK_FOR}",
    ),
    _wrong_sum(
        "parameters detached",
        lambda x, h, c, *rest: _sum(x, h, c, *(p.detach() for p in rest)),
        f"The numbers are right, but weights and biases are cut off the graph: nothing could be "
        f"learned. {_LOOK_FOR} Parameters that are copied into a new module are cut off too.",
    ),
)

CELL_WRONGS = (
    *_ORDERS,
    *_BIASES,
    *_SUMS,
    *_ERRORS,
    *_SQUEEZEES,
    *_MEMORIES,
    *_STATES,
    *_RETURNS,
    *_GRAPHS,
)
