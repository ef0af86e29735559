"""Every matrix of a gate's equation drawn to scale, and the stacked weights that hold them."""

from __future__ import annotations

from typing import Annotated

from lstm_lessons import shapes
from lstm_lessons.drawing import Picture, svg, theme
from lstm_lessons.explorers.base import Choice, Explorer, Range, checked

WIDTH, HEIGHT = 720, 584
# One scale for all sizes, and places that never move: what looks twice as large is so.
SCALE = 1.25
THINNEST = 4
CHOSEN_TINT = 0.75
EQUATION_Y, STACK_Y = 42, 282  # of the names; the boxes begin below
BELOW_NAME = 12
EQUATION_X = (44, 242, 354, 428, 519, 592, 664)
SIGNS_X = (156, None, 391, 461, None, 628, 688)
STACK_X = (262, 412, 526, 634)
ROWS_X = 160
LINE = 19  # least distance between two lines of text


PRESETS = {
    "the example": {"input_size": 100, "hidden_size": 16},
    "twice the units": {"input_size": 100, "hidden_size": 32},
    "the reader": {"input_size": 8, "hidden_size": 16},
    "I equals H": {"input_size": 32, "hidden_size": 32},
    "one number, one unit": {"input_size": 1, "hidden_size": 1},
}


def gates_and_shapes() -> Explorer:
    """Return the explorer: sliders for the two sizes, a choice of gate, and sizes to try."""
    return Explorer(view, presets=PRESETS)


def numbers(input_size: int, hidden_size: int, gate: str) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor that is drawn, by its name in the picture."""
    return {name: entry.shape for name, entry in _entries(input_size, hidden_size, gate).items()}


@checked
def view(
    input_size: Annotated[int, Range(1, 128, 1), "input_size I"] = 100,
    hidden_size: Annotated[int, Range(1, 32, 1), "hidden_size H"] = 16,
    gate: Annotated[str, Choice(shapes.GATES), "gate"] = "f",
) -> Picture:
    """Return the picture: one gate's equation in matrices, the stacked weights, the count.

    Raises:
        ValueError: a parameter is outside its range.
    """
    given = {"input_size": input_size, "hidden_size": hidden_size, "gate": gate}
    entries = _entries(**given)
    root = svg.panel(WIDTH, HEIGHT)
    _equation(root, entries, gate)
    _stack(root, entries, gate)
    _footer(root, input_size, hidden_size)
    return Picture(svg.write(root), _alt(given, entries))


def _entries(input_size: int, hidden_size: int, gate: str) -> dict[str, shapes.Entry]:
    ledger = (
        *shapes.gate_entries(input_size, hidden_size, gate),
        *shapes.lstm_parameters(input_size, hidden_size),
    )
    return {entry.name: entry for entry in ledger}


def _size(entry: shapes.Entry) -> tuple[float, float]:
    """Return width and height in pixels; a vector stands upright, one number wide."""
    rows, columns = (*entry.shape, 1)[:2]
    return max(THINNEST, columns * SCALE), max(THINNEST, rows * SCALE)


def _equation(root: svg.Element, entries: dict[str, shapes.Entry], gate: str) -> None:
    """Draw one gate's equation: names in the order of the product, tensors and shapes below."""
    squash = "= tanh(" if gate == "g" else "= sigmoid("
    parts = (
        (f"{gate}_t", squash),
        (f"W_i{gate}", ""),
        ("x_t", "+"),
        (f"b_i{gate}", "+"),
        (f"W_h{gate}", ""),
        ("h_{t-1}", "+"),
        (f"b_h{gate}", ")"),
    )
    for (name, sign), x, sign_x in zip(parts, EQUATION_X, SIGNS_X, strict=True):
        _tensor(root, entries[name], x, "ink" if name in ("x_t", "h_{t-1}") else gate)
        if sign_x is not None:
            anchor = {"+": "middle", ")": "start"}.get(sign, "end")
            svg.label(root, sign_x, EQUATION_Y, sign, 15, anchor)


def _tensor(root: svg.Element, entry: shapes.Entry, centre: float, colour: str) -> None:
    width, height = _size(entry)
    svg.formula(root, centre, EQUATION_Y, entry.name, 18, font_weight="bold")
    style = {"fill": colour, "fill_opacity": theme.TINT, "stroke": colour}
    top = EQUATION_Y + BELOW_NAME
    svg.rect(root, centre - width / 2, top, width, height, **style, data_tensor=entry.name)
    _shape(root, entry, centre, top + height)


def _shape(root: svg.Element, entry: shapes.Entry, centre: float, bottom: float) -> None:
    svg.label(root, centre, bottom + 19, str(entry.shape), 15, data_shape=entry.name)
    svg.label(root, centre, bottom + 37, _symbols(entry), 14, fill="muted")
    if len(entry.shape) == 2:
        svg.label(root, centre, bottom + 55, _holds(entry), 14, data_count=entry.name)


def _stack(root: svg.Element, entries: dict[str, shapes.Entry], gate: str) -> None:
    """Draw torch's stacked weights and biases: four bands, the chosen gate's marked."""
    hidden_size = entries[f"{gate}_t"].shape[0]
    band, top = max(THINNEST, SCALE * hidden_size), STACK_Y + BELOW_NAME
    stacked = _stacked(entries)
    for entry, centre in zip(stacked, STACK_X, strict=True):
        width, _ = _size(entry)
        x = centre - width / 2
        svg.label(root, centre, STACK_Y, entry.name, 15, font_weight="bold")
        for position, each in enumerate(shapes.GATES):
            style = {"fill": each, "fill_opacity": CHOSEN_TINT if each == gate else theme.TINT}
            y = top + position * band
            svg.rect(root, x, y, width, band, **style, stroke=each, stroke_width=0.75)
        frame = {"fill": "none", "stroke": "ink", "data_tensor": entry.name}
        svg.rect(root, x, top, width, 4 * band, **frame)
        _shape(root, entry, centre, top + 4 * band)
    _rows(root, gate, hidden_size, STACK_X[0] - _size(stacked[0])[0] / 2, band)


def _stacked(entries: dict[str, shapes.Entry]) -> list[shapes.Entry]:
    return [entry for name, entry in entries.items() if name.endswith("_l0")]


def _rows(root: svg.Element, gate: str, hidden_size: int, right: float, band: float) -> None:
    """Write the rows of each band left of the stack, and join them to it."""
    spacing, top = max(band, LINE), STACK_Y + BELOW_NAME
    first = max(top + 2 * band - 1.5 * spacing, top - 6)  # below the name of the stack
    for position, each in enumerate(shapes.GATES):
        y = first + position * spacing
        middle = top + (position + 0.5) * band
        weight, width = ("bold", 2.5) if each == gate else ("normal", 1)
        text = _row_text(each, shapes.gate_rows(each, hidden_size))
        svg.label(root, ROWS_X, y + 5, text, 15, "end", font_weight=weight, data_rows=each)
        leader = f"M{ROWS_X + 6} {y:.2f}L{right - 4:.2f} {middle:.2f}"
        svg.add(root, "path", d=leader, stroke=each, stroke_width=width)


def _footer(root: svg.Element, input_size: int, hidden_size: int) -> None:
    middle, count = WIDTH / 2, _count(input_size, hidden_size)
    svg.label(root, middle, HEIGHT - 42, count, 17, font_weight="bold")
    note = (
        f"One scale for all: {SCALE} pixels a number. No side is drawn thinner than {THINNEST}, "
        "so vectors look too thick."
    )
    svg.label(root, middle, HEIGHT - 18, note, 13, fill="muted")


def _count(input_size: int, hidden_size: int) -> str:
    I, H = input_size, hidden_size  # noqa: E741 - the field's own symbols
    total = shapes.count_parameters(I, H)
    return f"4H(I + H) + 8H = 4·{H}·({I} + {H}) + 8·{H} = {total} parameters"


def _row_text(gate: str, rows: slice) -> str:
    last = rows.stop - 1
    return f"{gate}: row {last}" if rows.start == last else f"{gate}: rows {rows.start} to {last}"


def _symbols(entry: shapes.Entry) -> str:
    return str(tuple(entry.symbols)).replace("'", "")


def _holds(entry: shapes.Entry) -> str:
    return f"{entry.size} number{'s' if entry.size > 1 else ''}"


def _form(entry: shapes.Entry) -> str:
    rows, columns = entry.shape
    return "square" if rows == columns else "wide" if columns > rows else "tall"


def _said(entry: shapes.Entry) -> str:
    text = f"{entry.name} {entry.shape}"
    return f"{text}, {_form(entry)}, {_holds(entry)}" if len(entry.shape) == 2 else text


def _alt(given: dict, entries: dict[str, shapes.Entry]) -> str:
    gate, H = given["gate"], given["hidden_size"]
    I = given["input_size"]  # noqa: E741
    stacked = _stacked(entries)
    above = "; ".join(_said(entry) for entry in entries.values() if entry not in stacked)
    below = "; ".join(map(_said, stacked))
    squash = "tanh" if gate == "g" else "sigmoid"
    return (
        f"Two rows of boxes, all to one scale, for input_size {I} and hidden_size {H}. "
        f"Above, the {shapes.GATE_NAMES[gate]}: "
        f"{gate}_t = {squash}(W_i{gate} x_t + b_i{gate} + W_h{gate} h_{{t-1}} + b_h{gate}), "
        f"with a box for each tensor. {above}. "
        f"Below, the stacks of all four gates, {', '.join(shapes.GATES)} from the top, with the "
        f"band of {gate} marked. {_row_text(gate, shapes.gate_rows(gate, H))}. {below}. "
        f"{_count(I, H)}."
    )
