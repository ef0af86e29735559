"""Every matrix of a gate's equation drawn to scale, and the stacked weights that hold them."""

from __future__ import annotations

from .. import shapes
from ..drawing import Picture, svg, theme
from .base import Choice, Explorer, Range

INPUT_SIZE = Range(1, 200, 1, 100)
HIDDEN_SIZE = Range(1, 64, 1, 16)
GATE = Choice(shapes.GATES, "g")

PARAMETERS = {
    "input_size": (INPUT_SIZE, "input_size I"),
    "hidden_size": (HIDDEN_SIZE, "hidden_size H"),
    "gate": (GATE, "gate"),
}

WIDTH, HEIGHT = 720, 520
# Both rows of the drawing share one scale. It is limited by the width of an equation's two
# matrices, by the height of the taller vector above and the stack below, and by one number.
WIDEST, TALLEST, LARGEST = 225, 280, 16
THINNEST = 4
CHOSEN_TINT = 0.75
EQUATION_Y, EQUATION_TOP = 42, 54
ROWS_WIDTH, COLUMN_GAP = 152, 20
LINE = 17  # least distance between two lines of text


def gates_and_shapes() -> Explorer:
    """Return the explorer: sliders for the two sizes, and a choice of gate."""
    return Explorer(view, PARAMETERS)


def numbers(input_size: int, hidden_size: int, gate: str) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor that is drawn, by its name in the picture."""
    return {name: entry.shape for name, entry in _entries(input_size, hidden_size, gate).items()}


def pixels_per_number(input_size: int, hidden_size: int) -> float:
    """Return the scale at which both rows of the drawing fit."""
    wide = WIDEST / (input_size + hidden_size)
    tall = TALLEST / (max(input_size, hidden_size) + 4 * hidden_size)
    return min(wide, tall, LARGEST)


def view(
    input_size: int = INPUT_SIZE.default,
    hidden_size: int = HIDDEN_SIZE.default,
    gate: str = GATE.default,
) -> Picture:
    """Return the picture: one gate's equation in matrices, the stacked weights, the count.

    Raises:
        ValueError: a parameter is outside its range.
    """
    given = {"input_size": input_size, "hidden_size": hidden_size, "gate": gate}
    for name, value in given.items():
        PARAMETERS[name][0].check(name, value)
    entries = _entries(**given)
    scale = pixels_per_number(input_size, hidden_size)
    root = svg.panel(WIDTH, HEIGHT)
    _equation(root, entries, gate, scale)
    tallest = max(THINNEST, scale * max(input_size, hidden_size))
    _stack(root, entries, gate, scale, EQUATION_TOP + tallest + 84)
    _footer(root, input_size, hidden_size, scale)
    return Picture(svg.write(root), _alt(given, entries))


def _entries(input_size: int, hidden_size: int, gate: str) -> dict[str, shapes.Entry]:
    ledger = (
        *shapes.gate_entries(input_size, hidden_size, gate),
        *shapes.lstm_parameters(input_size, hidden_size),
    )
    return {entry.name: entry for entry in ledger}


def _size(entry: shapes.Entry, scale: float) -> tuple[float, float]:
    """Return width and height in pixels; a vector stands upright, one number wide."""
    rows, columns = (*entry.shape, 1)[:2]
    return max(THINNEST, columns * scale), max(THINNEST, rows * scale)


def _equation(root: svg.Element, entries: dict[str, shapes.Entry], gate: str, scale: float) -> None:
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
    widths = [max(_size(entries[name], scale)[0], _text_width(entries[name])) for name, _ in parts]
    signs = [{"": 8, "+": 22, ")": 12, "= tanh(": 62}.get(sign, 84) for _, sign in parts]
    x = (WIDTH - sum(widths) - sum(signs)) / 2
    for (name, sign), width, gap in zip(parts, widths, signs, strict=True):
        colour = "ink" if name in ("x_t", "h_{t-1}") else gate
        _tensor(root, entries[name], x + width / 2, scale, colour)
        if sign:
            svg.label(root, x + width + gap / 2, EQUATION_Y, sign, 15)
        x += width + gap


def _tensor(
    root: svg.Element, entry: shapes.Entry, centre: float, scale: float, colour: str
) -> None:
    width, height = _size(entry, scale)
    svg.formula(root, centre, EQUATION_Y, entry.name, 16, font_weight="bold")
    style = {"fill": colour, "fill_opacity": theme.TINT, "stroke": colour}
    x = centre - width / 2
    svg.rect(root, x, EQUATION_TOP, width, height, **style, data_tensor=entry.name)
    _shape(root, entry, centre, EQUATION_TOP + height)


def _shape(root: svg.Element, entry: shapes.Entry, centre: float, bottom: float) -> None:
    svg.label(root, centre, bottom + 18, str(entry.shape), 13, data_shape=entry.name)
    svg.label(root, centre, bottom + 34, _symbols(entry), 12, fill="muted")


def _stack(
    root: svg.Element, entries: dict[str, shapes.Entry], gate: str, scale: float, top: float
) -> None:
    """Draw torch's stacked weights and biases: four bands, the chosen gate's marked."""
    stacked = [entry for name, entry in entries.items() if name.endswith("_l0")]
    widths = [_size(entry, scale)[0] for entry in stacked]
    cells = [max(width, 8.2 * len(e.name)) for width, e in zip(widths, stacked, strict=True)]
    left = (WIDTH + ROWS_WIDTH - sum(cells) - COLUMN_GAP * (len(cells) - 1)) / 2
    hidden_size = entries[f"{gate}_t"].shape[0]
    band = max(THINNEST, scale * hidden_size)
    centres = []
    for entry, width, cell in zip(stacked, widths, cells, strict=True):
        centre = left + cell / 2
        centres.append(centre)
        x = centre - width / 2
        svg.label(root, centre, top - 10, entry.name, 13, font_weight="bold")
        for position, each in enumerate(shapes.GATES):
            style = {"fill": each, "fill_opacity": CHOSEN_TINT if each == gate else theme.TINT}
            y = top + position * band
            svg.rect(root, x, y, width, band, **style, stroke=each, stroke_width=0.75)
        frame = {"fill": "none", "stroke": "ink", "data_tensor": entry.name}
        svg.rect(root, x, top, width, 4 * band, **frame)
        _shape(root, entry, centre, top + 4 * band)
        left += cell + COLUMN_GAP
    _rows(root, gate, hidden_size, centres[0] - widths[0] / 2, top, band)


def _rows(
    root: svg.Element, gate: str, hidden_size: int, right: float, top: float, band: float
) -> None:
    """Write the rows of each band left of the stack, joined to it where the bands are thin."""
    spacing = max(band, LINE)
    for position, each in enumerate(shapes.GATES):
        y = top + 2 * band + (position - 1.5) * spacing
        middle = top + (position + 0.5) * band
        weight, width = ("bold", 2.5) if each == gate else ("normal", 1)
        text = _row_text(each, shapes.gate_rows(each, hidden_size))
        svg.label(root, right - 26, y + 5, text, 13, "end", font_weight=weight, data_rows=each)
        leader = f"M{right - 22:.2f} {y:.2f}L{right - 4:.2f} {middle:.2f}"
        svg.add(root, "path", d=leader, stroke=each, stroke_width=width)


def _footer(root: svg.Element, input_size: int, hidden_size: int, scale: float) -> None:
    middle, count = WIDTH / 2, _count(input_size, hidden_size)
    svg.label(root, middle, HEIGHT - 44, count, 15, font_weight="bold")
    size = svg.number(scale, 2)
    note = f"To scale: one number is {size} pixels; no side is drawn thinner than {THINNEST}."
    svg.label(root, middle, HEIGHT - 18, note, 13, fill="muted")


def _count(input_size: int, hidden_size: int) -> str:
    I, H = input_size, hidden_size  # noqa: E741, N806 - the field's own symbols
    total = shapes.count_parameters(I, H)
    return f"4H(I + H) + 8H = 4·{H}·({I} + {H}) + 8·{H} = {total} parameters"


def _row_text(gate: str, rows: slice) -> str:
    last = rows.stop - 1
    return f"{gate}: row {last}" if rows.start == last else f"{gate}: rows {rows.start} to {last}"


def _symbols(entry: shapes.Entry) -> str:
    return str(tuple(entry.symbols)).replace("'", "")


def _text_width(entry: shapes.Entry) -> float:
    return 7.2 * max(len(str(entry.shape)), 5)


def _alt(given: dict, entries: dict[str, shapes.Entry]) -> str:
    gate, H = given["gate"], given["hidden_size"]  # noqa: N806
    I = given["input_size"]  # noqa: E741, N806
    said = ", ".join(f"{name} {entry.shape}" for name, entry in entries.items())
    squash = "tanh" if gate == "g" else "sigmoid"
    return (
        f"The {shapes.GATE_NAMES[gate]} for input_size {I} and hidden_size {H}, drawn to scale: "
        f"{gate}_t = {squash}(W_i{gate} x_t + b_i{gate} + W_h{gate} h_{{t-1}} + b_h{gate}). "
        f"Shapes: {said}. In the stacked tensors, {_row_text(gate, shapes.gate_rows(gate, H))}. "
        f"{_count(I, H)}."
    )
