"""The reset gate behind the product and before it, with the numbers of two units."""

from __future__ import annotations

from collections.abc import Sequence

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.parts import operation
from lstm_lessons.drawing.picture import Picture

WIDTH, HEIGHT = 760, 300
CELL = 46
ROWS = {"torch": 92, "paper": 226}
H_X, FIRST_X, MIDDLE_X, SECOND_X, END_X = 150, 272, 380, 502, 610


def reset_orders(
    h: Sequence[float],
    r: Sequence[float],
    weight: Sequence[Sequence[float]] = ((1, 1), (1, 1)),
) -> Picture:
    """Return the picture of r · (W_hn h), torch's order, above that of W_hn (r · h), the paper's.

    Raises:
        ValueError: there are not two units, or ``weight`` is not 2 × 2.
    """
    if {len(h), len(r), len(weight), *map(len, weight)} != {2}:
        raise ValueError(f"expected two units and a weight of 2 × 2, got {h!r}, {r!r}, {weight!r}")
    after, before = _product(weight, h), _times(r, h)
    found = {
        "torch": (after, _times(r, after)),
        "paper": (before, _product(weight, before)),
    }
    root = svg.panel(WIDTH, HEIGHT)
    for name, (middle, end) in found.items():
        y = ROWS[name]
        svg.label(root, 24, y + 7, name, 20, "start", font_weight="bold")
        names = ("W_{hn} h", "r · (W_{hn} h)")
        if name == "paper":
            names = ("r · h", "W_{hn} (r · h)")
        for x, values, text in (
            (H_X, h, "h"),
            (MIDDLE_X, middle, names[0]),
            (END_X, end, names[1]),
        ):
            svg.formula(root, x, y - CELL - 12, text, 16)
            _column(root, x, y, values, f"{name} {text}")
        steps = (FIRST_X, SECOND_X) if name == "torch" else (SECOND_X, FIRST_X)
        for start, x, end_x in ((H_X, FIRST_X, MIDDLE_X), (MIDDLE_X, SECOND_X, END_X)):
            arrow(root, "ink", (start + CELL / 2, y), (x, y), gap=36)
            arrow(root, "ink", (x + 34, y), (end_x - CELL / 2, y), gap=2)
        _matrix(root, steps[0], y)
        operation(root, steps[1], y, "×", True, data_operation=name)
        text = ", ".join(svg.number(each, 0) for each in r)
        svg.label(root, steps[1], y + 40, f"r = ({text})", 15)
    return Picture(svg.write(root), _alt(h, r, weight, found))


def _product(weight: Sequence[Sequence[float]], h: Sequence[float]) -> list[float]:
    return [sum(w * each for w, each in zip(row, h, strict=True)) for row in weight]


def _times(r: Sequence[float], h: Sequence[float]) -> list[float]:
    return [a * b for a, b in zip(r, h, strict=True)]


def _column(root: svg.Element, x: float, y: float, values: Sequence[float], mark: str) -> None:
    for row, value in enumerate(values):
        top = y + (row - 1) * CELL
        style = {"fill": "ink", "fill_opacity": 0.06, "stroke": "ink", "stroke_width": 2}
        svg.rect(root, x - CELL / 2 + 2, top + 2, CELL - 4, CELL - 4, rx=4, **style)
        text, key = svg.number(value, 0), {"data_number": f"{mark} {row}"}
        svg.label(root, x, top + CELL / 2 + 6, text, 18, **key)


def _matrix(root: svg.Element, x: float, y: float) -> None:
    style = {"rx": 3, "fill": "paper", "stroke": "ink", "stroke_width": 2.5}
    svg.rect(root, x - 28, y - 22, 56, 44, **style)
    svg.formula(root, x, y + 5, "W_{hn}", 17, font_weight="bold")


def _alt(
    h: Sequence[float],
    r: Sequence[float],
    weight: Sequence[Sequence[float]],
    found: dict[str, tuple[list[float], list[float]]],
) -> str:
    def said(values: Sequence[float]) -> str:
        return "(" + ", ".join(svg.number(each, 0) for each in values) + ")"

    (first, second), (third, fourth) = found["torch"], found["paper"]
    rows = " and ".join(said(row) for row in weight)
    return (
        f"Two units with h = {said(h)} and r = {said(r)}, and a matrix W_hn with the rows {rows}. "
        f"In torch's order the matrix comes first and gives {said(first)}, and r then makes "
        f"{said(second)} of it. In the paper's order r comes first and gives {said(third)}, and "
        f"the matrix then makes {said(fourth)} of it."
    )
