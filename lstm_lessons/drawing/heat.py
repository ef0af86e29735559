"""A block of units by steps with a sign: squares, whose size says how far from 0 a number is.

A full square is positive, an empty one negative, both in ink, since the colours are for gates. What
is so near to 0 that its square has no inside is a dot, of either sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.steps import Steps

INK = "ink"
PEN = 1.5  # pixels, of an empty square


def heat(
    root: svg.Element,
    steps: Steps,
    top: float,
    row: float,
    units: Sequence[Sequence[float]],
    bound: float = 1,
    names: Sequence[str] | None = None,
    now: int | None = None,
    lit: int | None = None,
) -> None:
    """Draw a row of squares for each unit, ``row`` pixels high, the first at ``top``.

    ``units[u][t]`` is the number of unit u at step t; rows may have fewer numbers than there are
    steps: those read so far. A square's area is its share of ``bound``, and is full from there on.
    Left of the rows stand their ``names``, or their numbers; one row may be ``lit``, and the
    column of the step ``now`` is marked. Under the pointer a column says its numbers.

    Raises:
        ValueError: a row has more numbers than there are steps.
    """
    for unit, values in enumerate(units):
        if len(values) > steps.count:
            raise ValueError(f"unit {unit} has {len(values)} values for {steps.count} steps")
    width, height = steps.right - steps.left, row * len(units)
    if now is not None:
        steps.mark(root, now, top, top + height)
    svg.rect(root, steps.left, top, width, height, fill="none", stroke="edge")
    if lit is not None:
        style = {"fill": "none", "stroke": "ink", "stroke_width": 1.5, "rx": 2}
        svg.rect(root, steps.left, top + lit * row, width, row, **style, data_lit=str(lit))
    for unit in range(len(units)):
        bold = {"font_weight": "bold"} if unit == lit else {"fill": "muted"}
        said = names[unit] if names else str(unit)
        svg.label(root, steps.left - 6, top + (unit + 0.5) * row + 4, said, 12, "end", **bold)
    full, empty = _squares(steps, top, row, units, bound)
    svg.add(root, "path", d=full, fill=INK, data_sign="+")
    style = {"fill": "none", "stroke": INK, "stroke_width": PEN}
    svg.add(root, "path", d=empty, **style, data_sign="-")
    said = names or [f"unit {unit}" for unit in range(len(units))]
    _titles(root, steps, top, height, units, said)


def heat_key(root: svg.Element, x: float, y: float) -> None:
    """Write how squares are read, in one line that begins at (x, y) and is 330 pixels long."""
    svg.rect(root, x, y - 10, 10, 10, fill=INK)
    svg.label(root, x + 16, y, "positive", 12, "start", fill="muted")
    pen = {"fill": "none", "stroke": INK, "stroke_width": PEN}
    svg.rect(root, x + 86.75, y - 9.25, 8.5, 8.5, **pen)
    svg.label(root, x + 102, y, "negative", 12, "start", fill="muted")
    svg.label(root, x + 176, y, "larger: further from 0", 12, "start", fill="muted")


def _squares(
    steps: Steps, top: float, row: float, units: Sequence[Sequence[float]], bound: float
) -> tuple[str, str]:
    """Return two paths, of all full and of all empty squares: two elements draw fast."""
    most = min(steps.column, row) - 2
    full, empty = [], []
    for unit, values in enumerate(units):
        y = top + (unit + 0.5) * row
        for step, value in enumerate(values):
            side = max(1.0, most * sqrt(min(1.0, abs(value) / bound)))
            if value < 0 and side > 2 * PEN:
                side -= PEN  # the pen goes along the middle of its line
                paths = empty
            else:
                paths = full
            x = steps.x(step) - side / 2
            paths.append(f"M{x:.1f} {y - side / 2:.1f}h{side:.1f}v{side:.1f}h{-side:.1f}z")
    return "".join(full), "".join(empty)


def _titles(
    root: svg.Element,
    steps: Steps,
    top: float,
    height: float,
    units: Sequence[Sequence[float]],
    names: Sequence[str],
) -> None:
    """Lay over each column a clear pane that says its numbers under the pointer."""
    for step in range(max(map(len, units), default=0)):
        place = (steps.left + step * steps.column, top, steps.column, height)
        said = "\n".join(
            f"{name}: {svg.number(values[step], 2)}"
            for name, values in zip(names, units, strict=True)
            if step < len(values)
        )
        svg.sheet(root, *place, f"step {step}\n{said}")
