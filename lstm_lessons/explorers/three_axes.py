"""Which axis is which: how a batch lies, and what nn.LSTM takes its axes for."""

from __future__ import annotations

from typing import Annotated

from lstm_lessons import shapes
from lstm_lessons.drawing import Picture, svg
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.block import SLANT, block
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

WIDTH, HEIGHT = 720, 484
DOWN, BACK, ACROSS = 5.0, 3.4, 0.5  # pixels for one slice of axis 0, 1 and 2
THINNEST = 4
LEVEL = 150  # the middle of x, of the layer and of output
STATES_BASE = 272  # the line on which the states stand
X_LEFT, OUTPUT_LEFT, STATES_MIDDLE = 118, 570, 456
BOX_X, BOX_WIDTH, BOX_HEIGHT = 382, 148, 56
IN_GAP = 24  # from the right end of x to the arrow into the layer; the way back lies in it
LABEL_GAP = 14  # from the top of a block up to its label
TABLE_Y, ROW = 344, 24
TABLE_X = (32, 178, 372, 412)
FILLED = 0.32  # opacity of what sentence 0 changes
WORDS = {"T": ("word", "words"), "B": ("sentence", "sentences"), "I": ("number", "numbers")}
AXES = ("axis 0, down", "axis 1, back", "axis 2, across")


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


def _pixels(shape: tuple[int, ...]) -> tuple[float, float, float]:
    """Return width, height and depth of a block whose axes go down, back and across."""
    down, back, across = shape
    return max(THINNEST, across * ACROSS), down * DOWN, back * BACK


def _top(shape: tuple[int, ...]) -> float:
    """Return where the front face of a block begins whose middle lies on LEVEL."""
    _, height, depth = _pixels(shape)
    return LEVEL - (height - depth * SLANT) / 2


def _label_y(shape: tuple[int, ...]) -> float:
    """Return the line of a text above a block whose middle lies on LEVEL."""
    return _top(shape) - _pixels(shape)[2] * SLANT - LABEL_GAP


def _tensors(root: svg.Element, given: dict, made: dict) -> None:
    """Draw x, output and the states; fill sentence 0 of x and all that it reaches."""
    loop = _loop_axis(given["batch_first"])
    sentences = _symbols(given["order"]).index("B")
    reached = None if made["mixed"] else sentences
    states = STATES_MIDDLE - sum(_pixels(made["h_n"])[::2]) / 2
    x_at, output_at = (X_LEFT, _top(made["x"])), (OUTPUT_LEFT, _top(made["output"]))
    states_at = (states, STATES_BASE - _pixels(made["h_n"])[1])
    _block(root, "x", x_at, made["x"], "ink", loop, sentences)
    _block(root, "output", output_at, made["output"], "i", loop, reached)
    _block(root, "h_n", states_at, made["h_n"], "g", None, None if made["mixed"] else 1)
    _walk(root, loop, made)
    y, shape = _label_y(made["x"]), f"{given['order']} = {made['x']}"
    svg.label(root, 106, y, "x", 15, "start", font_weight="bold")
    svg.label(root, 122, y, shape, 13, "start", data_shape="x")
    y, shape = _label_y(made["output"]), f"output {made['output']}"
    svg.label(root, WIDTH - 24, y, shape, 13, "end", data_shape="output")
    text = f"h_n and c_n, each {made['h_n']}"
    svg.label(root, STATES_MIDDLE, STATES_BASE + 22, text, 13, data_shape="h_n")


def _block(
    root: svg.Element,
    name: str,
    corner: tuple[float, float],
    shape: tuple[int, ...],
    colour: str,
    loop: int | None,
    reached: int | None,
) -> None:
    """Draw a block and its cuts along ``loop``; fill slice 0 of axis ``reached``, all for None."""
    (left, top), (width, height, depth) = corner, _pixels(shape)
    block(root, left, top, width, height, depth, colour, data_tensor=name)
    thick: dict[int | None, tuple[float, float]] = {
        0: (height / shape[0], depth),
        1: (height, depth / shape[1]),
    }
    high, deep = thick.get(reached, (height, depth))
    block(root, left, top, width, high, deep, "f", FILLED, data_reach=name)
    if loop is not None:
        path = _cuts(left, top, (width, height, depth), shape[loop], loop)
        line = {"fill": "none", "stroke": "ink", "stroke_width": 0.6}
        svg.add(root, "path", d=path, **line, data_cuts=name)


def _cuts(left: float, top: float, size: tuple[float, ...], count: int, loop: int) -> str:
    """Return the lines between the slices of one axis, on the faces that are seen."""
    width, height, depth = size
    lines = []
    for k in range(1, count):
        if loop == 0:
            start, y = left, top + k * height / count
            turn = f"l{depth:.1f} {-depth * SLANT:.1f}"
        else:
            back = k * depth / count
            start, y, turn = left + back, top - back * SLANT, f"v{height:.1f}"
        lines.append(f"M{start:.1f} {y:.1f}h{width:.1f}{turn}")
    return "".join(lines)


def _walk(root: svg.Element, loop: int, made: dict) -> None:
    """Draw the way of the loop beside x, and number its steps."""
    width, height, depth = _pixels(made["x"])
    text = f"steps 0 to {made['steps'] - 1}"
    if loop == 0:
        x, top = X_LEFT - 12, _top(made["x"])
        arrow(root, "ink", (x, top - 4), (x, top + height + 4))
        svg.label(root, x - 10, top + height / 2 + 5, text, 13, "end", data_walk="0")
        return
    bottom = _top(made["x"]) + height
    x, y, rise = X_LEFT + width + 10, bottom + 6, depth * SLANT
    end_x, end_y = x + depth, y - rise
    line = f"M{x:.1f} {y:.1f}L{end_x:.1f} {end_y:.1f}"
    svg.add(root, "path", d=line, stroke="ink", stroke_width=2)
    # The head: its tip, then two corners 9 pixels back along the slope.
    corners = ((6, -3.6), (-4.3, -2.9), (0.9, 5.7))
    head = " ".join(f"{end_x + a:.1f},{end_y + b:.1f}" for a, b in corners)
    svg.add(root, "polygon", points=head, fill="ink")
    svg.label(root, X_LEFT, bottom + 24, text + " go to the back", 13, "start", data_walk="1")


def _layer(root: svg.Element, given: dict, made: dict) -> None:
    box = {"rx": 8, "fill": "paper", "stroke": "ink", "stroke_width": 1.5}
    svg.rect(root, BOX_X, LEVEL - BOX_HEIGHT / 2, BOX_WIDTH, BOX_HEIGHT, **box)
    x, bottom = BOX_X + BOX_WIDTH / 2, LEVEL + BOX_HEIGHT / 2
    sizes = f"nn.LSTM({given['input_size']}, {given['hidden_size']},"
    svg.label(root, x, LEVEL - 5, sizes, 13)
    svg.label(root, x, LEVEL + 15, f"batch_first={given['batch_first']})", 13)
    width, _, depth = _pixels(made["x"])
    arrow(root, "ink", (X_LEFT + width + depth + IN_GAP, LEVEL), (BOX_X - 2, LEVEL))
    arrow(root, "ink", (BOX_X + BOX_WIDTH, LEVEL), (OUTPUT_LEFT - 10, LEVEL))
    arrow(root, "ink", (x, bottom), (x, bottom + 20))


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
    colour = "f" if made["mixed"] else "ink"
    line = {"font_weight": "bold", "fill": colour, "data_verdict": "yes"}
    svg.label(root, 24, HEIGHT - 48, _verdict(made), 14, "start", **line)
    fill = {"fill": "f", "fill_opacity": FILLED, "stroke": "f"}
    svg.rect(root, 24, HEIGHT - 29, 18, 13, **fill)
    note = "orange: sentence 0 of your x, and all that it reaches. Each axis has its own scale."
    svg.label(root, 50, HEIGHT - 18, note, 12, "start", fill="muted")


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
    way = "to the back" if _loop_axis(given["batch_first"]) else "down"
    return (
        f"Blocks with axis 0 down, axis 1 back and axis 2 across. x {given['order']} = {made['x']} "
        f"goes into nn.LSTM({given['input_size']}, {given['hidden_size']}, "
        f"batch_first={given['batch_first']}). The loop cuts x {way} into steps 0 to "
        f"{made['steps'] - 1}. {rows}. Out come output {made['output']} and h_n and c_n, each "
        f"{made['h_n']}. Verdict: {_verdict(made)}"
    )
