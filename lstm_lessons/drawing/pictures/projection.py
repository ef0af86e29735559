"""A projection with numbers: H of them go into a matrix, and P come out."""

from __future__ import annotations

from collections.abc import Sequence

from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.parts import belt
from lstm_lessons.drawing.picture import Picture

MOST = 3
WIDTH, HEIGHT = 760, 316
CELL = 54
BELT_Y, MIDDLE = 52, 192
MATRIX_X, SHOWN_X, H_X = 148, 384, 500
DIGITS = 1


def projection(
    shown: Sequence[float] = (0.5, -0.2, 0.8),
    weight: Sequence[Sequence[float]] = ((1.0, 0.0, 2.0), (0.0, 1.0, -0.5)),
    result: bool = False,
) -> Picture:
    """Return the picture of ``weight`` (P × H) times what o shows (H), which makes h (P).

    The numbers of h are drawn with ``result``; without it their places are empty.

    Raises:
        ValueError: a size is not 1 to 3, or the rows of ``weight`` have not H numbers each.
    """
    H, P = len(shown), len(weight)
    for name, size in (("H", H), ("P", P)):
        if size not in range(1, MOST + 1):
            raise ValueError(f"{name} must be 1 to {MOST}, got {size}")
    if any(len(row) != H for row in weight):
        raise ValueError(f"each row of weight must have H = {H} numbers, got {weight!r}")
    made = [sum(w * s for w, s in zip(row, shown, strict=True)) for row in weight]
    root = svg.panel(WIDTH, HEIGHT)
    _memory(root, H)
    _numbers(root, MATRIX_X, weight, "weight", "ink")
    _numbers(root, SHOWN_X, [[each] for each in shown], "shown", "o")
    _numbers(root, H_X, [[each if result else None] for each in made], "h", "ink")
    _words(root, H, P)
    return Picture(svg.write(root), _alt(shown, weight, made if result else None))


def _memory(root: svg.Element, H: int) -> None:
    """Draw the belt of c, and the way down from it to what o shows."""
    svg.formula(root, 20, BELT_Y + 6, "c_t", 20, "start", font_weight="bold")
    belt(root, "ink", (56, BELT_Y), (WIDTH - 24, BELT_Y))
    middle = SHOWN_X + CELL / 2
    svg.label(root, 76, BELT_Y - 14, f"the memory keeps its H = {H} numbers", 16, "start")
    arrow(root, "o", (middle, BELT_Y + 3), (middle, MIDDLE - H * CELL / 2 - 2))
    svg.formula(root, middle + 12, BELT_Y + 30, "o · tanh(c_t)", 17, "start", fill="o")


def _numbers(
    root: svg.Element, x: float, rows: Sequence[Sequence[float | None]], mark: str, colour: str
) -> None:
    top = MIDDLE - len(rows) * CELL / 2
    for r, row in enumerate(rows):
        for column, value in enumerate(row):
            left, y = x + column * CELL, top + r * CELL
            style = {"fill": colour, "stroke": colour, "stroke_width": 2}
            style |= {"fill_opacity": theme.TINT if colour != "ink" else 0.06}
            svg.rect(root, left + 2, y + 2, CELL - 4, CELL - 4, rx=4, **style)
            text = "?" if value is None else svg.number(value, DIGITS)
            key = {f"data_{mark}": f"{r},{column}"}
            svg.label(root, left + CELL / 2, y + CELL / 2 + 6, text, 18, **key)


def _words(root: svg.Element, H: int, P: int) -> None:
    """Write the names and shapes below, and where h goes."""
    tall = max(H, P) * CELL / 2
    svg.label(root, (MATRIX_X + H * CELL + SHOWN_X) / 2, MIDDLE + 8, "@", 22)
    svg.label(root, (SHOWN_X + CELL + H_X) / 2, MIDDLE + 9, "=", 26)
    for x, columns, name, shape in (
        (MATRIX_X, H, "W_{hr}", f"P × H = {P} × {H}"),
        (SHOWN_X, 1, "", f"H = {H}"),
        (H_X, 1, "h_t", f"P = {P}"),
    ):
        middle = x + columns * CELL / 2
        svg.label(root, middle, MIDDLE + tall + 30, shape, 17, fill="muted")
        if name:
            size = P * CELL / 2
            svg.formula(root, middle, MIDDLE - size - 14, name, 20, font_weight="bold")
    start = H_X + CELL + 4
    arrow(root, "ink", (start, MIDDLE), (start + 36, MIDDLE))
    for row, text in enumerate(("into output, and", "to the gates of", "the next step")):
        svg.label(root, start + 46, MIDDLE - 14 + 22 * row, text, 16, "start")


def _alt(
    shown: Sequence[float], weight: Sequence[Sequence[float]], made: Sequence[float] | None
) -> str:
    def said(values: Sequence[float]) -> str:
        return "(" + ", ".join(svg.number(each, DIGITS) for each in values) + ")"

    H, P = len(shown), len(weight)
    rows = " and ".join(said(row) for row in weight)
    h = said(made) if made is not None else f"h, with {P} empty places"
    return (
        f"The memory c runs along the top and keeps its H = {H} numbers. What o · tanh(c) shows, "
        f"{said(shown)}, is multiplied by the matrix W_hr of P × H = {P} × {H} numbers, with the "
        f"rows {rows}. The result is {h}. It goes into output, and to the gates of the next step."
    )
