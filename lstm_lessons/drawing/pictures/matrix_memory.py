"""A matrix that keeps pairs of a key and a value, and what a query gets from it."""

from __future__ import annotations

from collections.abc import Sequence

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.picture import Picture

WIDTH, HEIGHT, CELL, MOST = 760, 250, 46, 3
MIDDLE, FIRST_X, APART, QUERY_X, END_X = 128, 78, 176, 604, 706
Vector = Sequence[float]


def matrix_memory(keys: Sequence[Vector], values: Sequence[Vector], query: Vector) -> Picture:
    """Return the picture: a matrix of products for each pair, their sum C, and C times the query.

    Raises:
        ValueError: there are no pairs or more than two, not as many values as keys, or a vector
            has not two numbers.
    """
    if not 1 <= len(keys) < MOST or len(keys) != len(values):
        raise ValueError(f"expected 1 or 2 pairs, got {len(keys)} keys, {len(values)} values")
    if {len(each) for each in (*keys, *values, query)} != {2}:
        raise ValueError("each key, each value and the query must have two numbers")
    pieces = [_outer(value, key) for key, value in zip(keys, values, strict=True)]
    memory = [[sum(each[row][column] for each in pieces) for column in (0, 1)] for row in (0, 1)]
    shown = [sum(a * b for a, b in zip(row, query, strict=True)) for row in memory]
    root = svg.panel(WIDTH, HEIGHT)
    for place, piece in enumerate(pieces):
        x = FIRST_X + APART * place
        _block(root, x, piece, f"pair {place + 1}", keys[place], values[place])
        last = place + 1 == len(pieces)
        sign_x = x + APART / 2 + CELL / 2 + (8 if last else -14)  # a value needs room beside it
        svg.label(root, sign_x, MIDDLE + 8, "=" if last else "+", 24)
    x = FIRST_X + APART * len(pieces)
    _block(root, x, memory, "C")
    svg.label(root, (x + CELL + QUERY_X) / 2 + 14, MIDDLE + 8, "·", 28)
    _column(root, QUERY_X, query, "q")
    arrow(root, "ink", (QUERY_X + CELL / 2 + 6, MIDDLE), (END_X - CELL / 2, MIDDLE), gap=4)
    _column(root, END_X, shown, "C q")
    return Picture(svg.write(root), _alt(keys, values, query, memory, shown))


def _outer(value: Vector, key: Vector) -> list[list[float]]:
    return [[a * b for b in key] for a in value]


def _text(number: float) -> str:
    return svg.number(number, 0 if float(number).is_integer() else 1)


def _cell(root: svg.Element, x: float, y: float, number: float) -> None:
    style = {"fill": "ink", "fill_opacity": 0.06, "stroke": "ink", "stroke_width": 2}
    svg.rect(root, x - CELL / 2 + 2, y - CELL / 2 + 2, CELL - 4, CELL - 4, rx=4, **style)
    svg.label(root, x, y + 6, _text(number), 17)


def _block(
    root: svg.Element,
    x: float,
    matrix: Sequence[Vector],
    name: str,
    key: Vector | None = None,
    value: Vector | None = None,
) -> None:
    """Draw a matrix of two by two, with its key above and its value beside it where it has them."""
    svg.label(root, x + CELL / 2, 34, name, 16, font_weight="bold")
    for row in (0, 1):
        for column in (0, 1):
            place = x + CELL * column, MIDDLE + CELL * (row - 0.5)
            _cell(root, *place, matrix[row][column])
    if key is not None and value is not None:
        for column in (0, 1):
            at = x + CELL * column, MIDDLE - CELL - 10
            svg.label(root, *at, _text(key[column]), 16, fill="muted")
        for row in (0, 1):
            at = x - CELL / 2 - 8, MIDDLE + CELL * (row - 0.5) + 6
            svg.label(root, *at, _text(value[row]), 16, "end", fill="muted")
        svg.label(root, x + CELL / 2, MIDDLE + CELL + 26, "key above", 13, fill="muted")
        svg.label(root, x + CELL / 2, MIDDLE + CELL + 44, "value beside", 13, fill="muted")


def _column(root: svg.Element, x: float, numbers: Vector, name: str) -> None:
    svg.label(root, x, 34, name, 16, font_weight="bold")
    for row in (0, 1):
        _cell(root, x, MIDDLE + CELL * (row - 0.5), numbers[row])


def _alt(
    keys: Sequence[Vector],
    values: Sequence[Vector],
    query: Vector,
    memory: Sequence[Vector],
    shown: Vector,
) -> str:
    def said(numbers: Vector) -> str:
        return "(" + ", ".join(map(_text, numbers)) + ")"

    pairs = " and ".join(
        f"the value {said(value)} under the key {said(key)}"
        for key, value in zip(keys, values, strict=True)
    )
    rows = " and ".join(map(said, memory))
    return (
        f"A matrix C that keeps {pairs}: each pair is a matrix of products, and C is their sum, "
        f"with the rows {rows}. C times the query {said(query)} gives {said(shown)}."
    )
