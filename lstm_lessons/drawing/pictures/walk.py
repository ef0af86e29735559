"""Lines as the rows of a batch, and the two axes along which the loop may walk."""

from __future__ import annotations

from collections.abc import Sequence

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.picture import Picture

LINES = ("f(x)", "a=[]", "some")
TINTS = (0, 0.16, 0.34)  # of the lines: white, grey, dark
MOST, LONGEST = 3, 5

WIDTH = 760
LEFT, TOP = 118, 92  # of the first character of line A
CELL_WIDTH, CELL_HEIGHT, GAP_X, GAP_Y = 48, 48, 26, 28
AROUND = 6  # from a character to the frame round its step
LIST_X, LIST_CELL = 560, 26


def walk(axis: int | None = None, lines: Sequence[str] = LINES) -> Picture:
    """Return the picture of lines of one length, a row each, a character a column.

    Without ``axis`` the two axes are named. With 0 or 1, the loop takes that axis for time: a
    frame stands round each of its steps, arrows show how h and c are handed on, and a list says
    what each step reads.

    Raises:
        ValueError: there are not 2 or 3 lines of 2 to 5 characters, or no such axis.
    """
    lengths = {len(line) for line in lines}
    fit = len(lengths) == 1 and lengths <= set(range(2, LONGEST + 1))
    if len(lines) not in (2, MOST) or not fit:
        raise ValueError(
            f"lines must be 2 or 3, all of one length, 2 to 5 characters; got {tuple(lines)!r}"
        )
    if axis not in (None, 0, 1):
        raise ValueError(f"axis must be None, 0 or 1, got {axis!r}")
    rows = [line.replace(" ", "␣") for line in lines]
    bottom = TOP + len(rows) * (CELL_HEIGHT + GAP_Y) - GAP_Y
    root = svg.panel(WIDTH, bottom + 62)
    svg.label(root, 20, 34, _title(rows, axis), 18, "start", font_weight="bold")
    if axis is None:
        _axes(root, rows)
    else:
        _steps(root, rows, axis)
        _list(root, rows, axis)
        svg.label(root, 20, bottom + 42, _foot(axis), 16, "start")
    for row, line in enumerate(rows):
        for column, character in enumerate(line):
            _character(root, row, column, character)
    return Picture(svg.write(root), _alt(rows, axis))


def read_at(rows: Sequence[str], axis: int) -> list[list[tuple[int, int]]]:
    """Return for each step the places, line and character, that it reads."""
    places = [[(row, column) for column in range(len(rows[0]))] for row in range(len(rows))]
    return places if axis == 0 else [list(step) for step in zip(*places, strict=True)]


def _x(column: int) -> float:
    return LEFT + column * (CELL_WIDTH + GAP_X)


def _y(row: int) -> float:
    return TOP + row * (CELL_HEIGHT + GAP_Y)


def _character(root: svg.Element, row: int, column: int, character: str) -> None:
    name = f"{'ABC'[row]}{column}"
    style = {"rx": 5, "fill": "ink", "fill_opacity": TINTS[row], "stroke": "ink"}
    place = (_x(column), _y(row), CELL_WIDTH, CELL_HEIGHT)
    svg.rect(root, *place, fill="paper", rx=5)  # no frame shines through
    svg.rect(root, *place, **style, data_place=f"{row},{column}")
    middle = _x(column) + CELL_WIDTH / 2
    svg.label(root, middle, _y(row) + 18, name, 13)
    svg.label(root, middle, _y(row) + 39, character, 19, font_weight="bold")


def _axes(root: svg.Element, rows: list[str]) -> None:
    """Name the two axes, with an arrow along each."""
    bottom, right = _y(len(rows) - 1) + CELL_HEIGHT, _x(len(rows[0]) - 1) + CELL_WIDTH
    arrow(root, "ink", (LEFT - 18, TOP), (LEFT - 18, bottom))
    svg.label(root, 20, (TOP + bottom) / 2 - 6, "axis 0", 16, "start", font_weight="bold")
    svg.label(root, 20, (TOP + bottom) / 2 + 16, "lines", 16, "start")
    arrow(root, "ink", (LEFT, bottom + 18), (right, bottom + 18))
    svg.label(root, (LEFT + right) / 2 - 4, bottom + 44, "axis 1", 16, "end", font_weight="bold")
    svg.label(root, (LEFT + right) / 2 + 6, bottom + 44, "characters", 16, "start")


def _steps(root: svg.Element, rows: list[str], axis: int) -> None:
    """Draw a frame round each step, and what is handed on from each to the next."""
    count = (len(rows), len(rows[0]))
    right, bottom = _x(count[1] - 1) + CELL_WIDTH, _y(count[0] - 1) + CELL_HEIGHT
    for step in range(count[axis]):
        x, y = (LEFT, _y(step)) if axis == 0 else (_x(step), TOP)
        width = right - LEFT if axis == 0 else CELL_WIDTH
        height = CELL_HEIGHT if axis == 0 else bottom - TOP
        place = (x - AROUND, y - AROUND, width + 2 * AROUND, height + 2 * AROUND)
        svg.rect(root, *place, rx=9, fill="none", stroke="ink", stroke_width=2, data_step=str(step))
        label = {"font_weight": "bold"}
        if axis == 0:
            svg.label(root, LEFT - 18, y + CELL_HEIGHT / 2 + 6, f"step {step}", 16, "end", **label)
        else:
            svg.label(root, x + CELL_WIDTH / 2, TOP - 16, f"step {step}", 16, **label)
    for row in range(count[0]):
        for column in range(count[1]):
            if axis == 0 and row + 1 < count[0]:
                x, y = _x(column) + CELL_WIDTH / 2, _y(row) + CELL_HEIGHT
                arrow(root, "ink", (x, y), (x, y + GAP_Y), gap=1)
            if axis == 1 and column + 1 < count[1]:
                x, y = _x(column) + CELL_WIDTH, _y(row) + CELL_HEIGHT / 2
                arrow(root, "ink", (x, y), (x + GAP_X, y), gap=1)


def _list(root: svg.Element, rows: list[str], axis: int) -> None:
    svg.label(root, LIST_X - 74, TOP - 16, "each step reads", 16, "start", fill="muted")
    for step, places in enumerate(read_at(rows, axis)):
        y = TOP + 22 + step * 34
        svg.label(root, LIST_X - 74, y, f"step {step}", 16, "start")
        for place, (row, column) in enumerate(places):
            x = LIST_X + (place + 0.5) * LIST_CELL
            tint = {"fill": "ink", "fill_opacity": TINTS[row], "stroke": "ink"}
            svg.rect(root, x - LIST_CELL / 2, y - 20, LIST_CELL, LIST_CELL + 2, **tint)
            style = {"font_weight": "bold", "data_read": f"{step},{place}"}
            svg.label(root, x, y, rows[row][column], 19, **style)


def _title(rows: list[str], axis: int | None) -> str:
    shape = (len(rows), len(rows[0]))
    if axis is None:
        return f"a batch of lines: (B, T) = {shape}"
    return f"axis {axis} taken for time: {shape[axis]} steps of {shape[1 - axis]} samples"


def _foot(axis: int) -> str:
    if axis == 0:
        return "h and c are handed down, from line to line: the lines mix."
    return "h and c are handed to the right: each line keeps to itself."


def _alt(rows: list[str], axis: int | None) -> str:
    lines = ", ".join(f"{'ABC'[row]} “{line}”" for row, line in enumerate(rows))
    text = f"A table of characters, a row for each line: {lines}. {_title(rows, axis)}."
    if axis is None:
        return text + " Axis 0 goes down, over the lines; axis 1 to the right, over the characters."
    steps = (
        f"step {step} reads " + " ".join(rows[row][column] for row, column in places)
        for step, places in enumerate(read_at(rows, axis))
    )
    return f"{text} {'; '.join(steps)}. {_foot(axis)}"
