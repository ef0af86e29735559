"""Which axis is which: how a batch lies, and what nn.LSTM takes its axes for."""

from __future__ import annotations

from typing import Annotated

from lstm_lessons import shapes
from lstm_lessons.drawing import Picture, svg
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.explorers.base import Choice, Explorer, Range, checked

_SIZES = {"seq_len": 24, "batch": 10, "input_size": 100, "hidden_size": 16}
_LINES_FIRST, _TIME_FIRST = {"order": "(B, T, I)"}, {"order": "(T, B, I)"}
PRESETS = {
    "as it lies": {**_LINES_FIRST, "batch_first": "False", **_SIZES},
    "transposed": {**_TIME_FIRST, "batch_first": "False", **_SIZES},
    "batch_first": {**_LINES_FIRST, "batch_first": "True", **_SIZES},
    "both at once": {**_TIME_FIRST, "batch_first": "True", **_SIZES},
    "ten words each": {"seq_len": 10, "batch": 10},
}

WIDTH, HEIGHT = 760, 484
LARGEST, WIDEST_CELL = 192, 14  # pixels of a table's longer side, and of a word at most
LEVEL = 166  # the middle of x, of the layer and of output
X_LEFT, OUTPUT_LEFT = 136, 546
BOX_X, BOX_WIDTH, BOX_HEIGHT = 372, 136, 56
STATES_Y = 224
TABLE_Y, ROW = 352, 24
TABLE_X = (24, 190, 372, 412)
PALE, FULL = 0.14, 0.78  # opacity of a table, and of what sentence 0 reaches
WORDS = {"T": ("word", "words"), "B": ("sentence", "sentences"), "I": ("number", "numbers")}
AXES = ("axis 0, down", "axis 1, to the right", "axis 2, not drawn")


def three_axes() -> Explorer:
    """Return the explorer: how x lies, the layer's batch_first, and four sizes."""
    return Explorer(view, presets=PRESETS)


def numbers(
    order: str, batch_first: str, seq_len: int, batch: int, input_size: int, hidden_size: int
) -> dict[str, tuple[int, ...] | int | bool]:
    """Return the shape of each tensor, how many steps and samples the layer sees, if they mix."""
    sizes = {"T": seq_len, "B": batch, "I": input_size}
    x = tuple(sizes[symbol] for symbol in _symbols(order))
    first = batch_first == "True"
    steps, samples = (x[1], x[0]) if first else (x[0], x[1])
    ledger = shapes.lstm_tensors(steps, samples, input_size, hidden_size, batch_first=first)
    made = {name: ledger[name].shape for name in ("output", "h_n", "c_n")}
    mixed = _symbols(order)[_loop_axis(batch_first)] != "T"
    return {"x": x, **made, "steps": steps, "samples": samples, "mixed": mixed}


@checked
def view(
    order: Annotated[str, Choice(("(B, T, I)", "(T, B, I)")), "your x lies as"] = "(B, T, I)",
    batch_first: Annotated[str, Choice(("False", "True")), "batch_first"] = "False",
    # From 2, as with one sentence or one word there is nothing to mix.
    seq_len: Annotated[int, Range(2, 32, 1), "words T"] = 24,
    batch: Annotated[int, Range(2, 32, 1), "sentences B"] = 10,
    input_size: Annotated[int, Range(1, 200, 1), "input_size I"] = 100,
    hidden_size: Annotated[int, Range(1, 64, 1), "hidden_size H"] = 16,
) -> Picture:
    """Return the picture: x as it lies, the layer, what comes out, and a row for each axis.

    Raises:
        ValueError: a parameter is outside its range.
    """
    given = {
        "order": order,
        "batch_first": batch_first,
        "seq_len": seq_len,
        "batch": batch,
        "input_size": input_size,
        "hidden_size": hidden_size,
    }
    made = numbers(**given)
    root = svg.panel(WIDTH, HEIGHT)
    _tensors(root, given, made)
    _layer(root, given, made)
    _table(root, given, made)
    _footer(root, made)
    return Picture(svg.write(root), _alt(given, made))


def _symbols(order: str) -> list[str]:
    return order.strip("()").split(", ")


def _loop_axis(batch_first: str) -> int:
    return 1 if batch_first == "True" else 0


def _size(given: dict) -> float:
    """Return how wide a word is drawn, in x and in output."""
    return min(WIDEST_CELL, LARGEST / max(given["seq_len"], given["batch"]))


def _tensors(root: svg.Element, given: dict, made: dict) -> None:
    """Draw x, output and the states; fill sentence 0 of x and all that it reaches."""
    loop, cell = _loop_axis(given["batch_first"]), _size(given)
    sentences = _symbols(given["order"]).index("B")
    reached = None if made["mixed"] else sentences
    rows, columns = made["x"][:2]
    top = LEVEL - rows * cell / 2
    _table_of_words(root, "x", (X_LEFT, top), made["x"][:2], cell, loop, sentences)
    _table_of_words(root, "output", (OUTPUT_LEFT, top), made["output"][:2], cell, loop, reached)
    states = (BOX_X + (BOX_WIDTH - made["samples"] * cell) / 2, STATES_Y)
    in_states = None if made["mixed"] else 1
    _table_of_words(root, "h_n", states, made["h_n"][:2], cell, None, in_states)
    _walk(root, loop, made, (top, top + rows * cell), columns * cell)
    svg.label(root, 24, 34, f"x {given['order']} = {made['x']}", 14, "start", data_shape="x")
    shape = f"output {made['output']}"
    svg.label(root, WIDTH - 24, 34, shape, 14, "end", data_shape="output")
    text = f"h_n and c_n, each {made['h_n']}"
    middle = BOX_X + BOX_WIDTH / 2
    svg.label(root, middle, STATES_Y + cell + 20, text, 13, data_shape="h_n")


def _table_of_words(
    root: svg.Element,
    name: str,
    corner: tuple[float, float],
    shape: tuple[int, ...],
    cell: float,
    loop: int | None,
    reached: int | None,
) -> None:
    """Draw axis 0 and axis 1 of a tensor, a strip for each step along ``loop``.

    Slice 0 of axis ``reached`` is filled, all for None.
    """
    (left, top), (rows, columns) = corner, shape
    width, height = columns * cell, rows * cell
    svg.rect(root, left, top, width, height, fill="ink", fill_opacity=PALE, data_tensor=name)
    wide, high = (cell if reached == 1 else width), (cell if reached == 0 else height)
    svg.rect(root, left, top, wide, high, fill="ink", fill_opacity=FULL, data_reach=name)
    if loop is not None:
        down = [f"M{left - 1:.1f} {top + k * cell:.1f}h{width + 2:.1f}" for k in range(1, rows)]
        right = [
            f"M{left + k * cell:.1f} {top - 1:.1f}v{height + 2:.1f}" for k in range(1, columns)
        ]
        gaps = {"stroke": "paper", "stroke_width": min(2.5, cell / 3)}
        svg.add(root, "path", d="".join((down, right)[loop]), **gaps, data_cuts=name)
    svg.rect(root, left, top, width, height, fill="none", stroke="ink")


def _walk(
    root: svg.Element, loop: int, made: dict, height: tuple[float, float], width: float
) -> None:
    """Name the two axes of x, and draw the way of the loop along one of them."""
    (top, bottom), steps = height, f"steps 0 to {made['steps'] - 1}"
    bold = {"font_weight": "bold"}
    svg.label(root, X_LEFT - 22, LEVEL - 4, "axis 0", 13, "end", **(bold if loop == 0 else {}))
    svg.label(root, X_LEFT, top - 10, "axis 1", 13, "start", **(bold if loop == 1 else {}))
    if loop == 0:
        arrow(root, "ink", (X_LEFT - 12, top), (X_LEFT - 12, bottom))
        svg.label(root, X_LEFT - 22, LEVEL + 14, steps, 13, "end", data_walk="0")
    else:
        arrow(root, "ink", (X_LEFT, bottom + 12), (X_LEFT + width, bottom + 12))
        svg.label(root, X_LEFT, bottom + 34, steps, 13, "start", data_walk="1")


def _layer(root: svg.Element, given: dict, made: dict) -> None:
    box = {"rx": 8, "fill": "paper", "stroke": "ink", "stroke_width": 1.5}
    svg.rect(root, BOX_X, LEVEL - BOX_HEIGHT / 2, BOX_WIDTH, BOX_HEIGHT, **box)
    x, bottom = BOX_X + BOX_WIDTH / 2, LEVEL + BOX_HEIGHT / 2
    sizes = f"nn.LSTM({given['input_size']}, {given['hidden_size']},"
    svg.label(root, x, LEVEL - 5, sizes, 13)
    svg.label(root, x, LEVEL + 15, f"batch_first={given['batch_first']})", 13)
    wide = made["x"][1] * _size(given)
    arrow(root, "ink", (X_LEFT + wide + 14, LEVEL), (BOX_X - 2, LEVEL))
    arrow(root, "ink", (BOX_X + BOX_WIDTH, LEVEL), (OUTPUT_LEFT - 8, LEVEL))
    arrow(root, "ink", (x, bottom), (x, STATES_Y - 4))


def _table(root: svg.Element, given: dict, made: dict) -> None:
    """Write for each axis what it is in x, and what nn.LSTM takes it for."""
    heads = ("axis", "in your x", "", "nn.LSTM takes it for")
    for x, text in zip(TABLE_X, heads, strict=True):
        svg.label(root, x, TABLE_Y - 22, text, 13, "start", fill="muted")
    svg.add(root, "path", d=f"M24 {TABLE_Y - 14}H{WIDTH - 24}", stroke="edge")
    for axis, (yours, taken, agree) in enumerate(_rows(given, made)):
        y = TABLE_Y + 4 + axis * ROW
        weight = "bold" if axis == _loop_axis(given["batch_first"]) else "normal"
        cells = (AXES[axis], yours, "✓" if agree else "✗", taken)
        for x, text in zip(TABLE_X, cells, strict=True):
            svg.label(root, x, y, text, 14, "start", font_weight=weight)


def _rows(given: dict, made: dict) -> list[tuple[str, str, bool]]:
    """Return for each axis: what it is, what it is taken for, and whether the two agree."""
    loop, rows = _loop_axis(given["batch_first"]), []
    for axis, symbol in enumerate(_symbols(given["order"])):
        size = made["x"][axis]
        taken = "features" if axis == 2 else "steps: the loop" if axis == loop else "samples"
        right = "I" if axis == 2 else "T" if axis == loop else "B"
        taken = "feature" if taken == "features" and size == 1 else taken
        name = WORDS[symbol][size != 1]
        rows.append((f"{symbol} = {size} {name}", f"{size} {taken}", symbol == right))
    return rows


def _footer(root: svg.Element, made: dict) -> None:
    line = {"font_weight": "bold", "data_verdict": "yes"}
    svg.label(root, 24, HEIGHT - 48, _verdict(made), 14, "start", **line)
    svg.rect(root, 24, HEIGHT - 29, 18, 13, fill="ink", fill_opacity=FULL)
    note = "filled: sentence 0 of your x, and all that it reaches. A strip is a step of the loop."
    svg.label(root, 50, HEIGHT - 18, note, 13, "start", fill="muted")


def _verdict(made: dict) -> str:
    seen = f"{made['steps']} steps, {made['samples']} samples."
    if made["mixed"]:
        return f"Swapped, no error: {seen} Sentence 0 reaches every sentence."
    return f"Right: {seen} Sentence 0 reaches no other sentence."


def _alt(given: dict, made: dict) -> str:
    rows = "; ".join(
        f"{name}: {yours} {'taken for' if agree else 'wrongly taken for'} {taken}"
        for name, (yours, taken, agree) in zip(AXES, _rows(given, made), strict=True)
    )
    way = "to the right" if _loop_axis(given["batch_first"]) else "down"
    return (
        f"Tables of words, with axis 0 down and axis 1 to the right. "
        f"x {given['order']} = {made['x']} "
        f"goes into nn.LSTM({given['input_size']}, {given['hidden_size']}, "
        f"batch_first={given['batch_first']}). The loop cuts x {way} into steps 0 to "
        f"{made['steps'] - 1}. {rows}. Out come output {made['output']} and h_n and c_n, each "
        f"{made['h_n']}. Verdict: {_verdict(made)}"
    )
