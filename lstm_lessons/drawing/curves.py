"""Curves over the steps of a line: gates, c and h, or a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import NamedTuple

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.steps import Steps


class Style(NamedTuple):
    """How a curve looks: a name of the theme's colours, dashes, and the width of the pen."""

    colour: str = "ink"
    dashes: str = "none"
    width: float = 2


STYLES = {
    "i": Style("i"),
    "f": Style("f", "9 4"),
    "g": Style("g", "9 3 2 3"),
    "o": Style("o", "2 3", 2.5),
    "c": Style(width=3.5),  # as in the diagrams: a belt
    "h": Style(width=1.5),
}
"""Of a gate or a state; what has another name is a plain line in ink."""


def span(*curves: Sequence[float]) -> tuple[float, float]:
    """Return whole bounds that hold all values: -n to n, or 0 to n where none is below 0."""
    values = [value for curve in curves for value in curve]
    bound = max(1, ceil(max(map(abs, values), default=0)))
    return (-bound if min(values, default=0) < 0 else 0, bound)


def curves(
    root: svg.Element,
    steps: Steps,
    top: float,
    height: float,
    values: Mapping[str, Sequence[float]],
    bounds: tuple[float, float] = (0, 1),
    now: int | None = None,
    title: str = "",
    styles: Mapping[str, Style] | None = None,
    below: float = 0,
) -> None:
    """Draw curves in a box of ``height`` pixels below a line of text at ``top``.

    The line of text, 22 pixels high, has the title and the numbers at the step ``now``. Left of
    the box stand its bounds, right of it the curves' names, which need 40 pixels, 24 for a gate.
    A curve may have fewer values than there are steps: those read so far.

    ``values`` are the curves by name, one value a step. ``c[3]`` is drawn as ``c`` is; ``styles``
    says how others look. Values up to ``below`` under the lower bound are drawn under the box.

    Raises:
        ValueError: another value lies outside the bounds, or a curve has more values than steps.
    """
    low, high = bounds
    box = top + 22
    _check(steps, values, bounds, below)
    if now is not None:
        steps.mark(root, now, box, box + height)
    _frame(root, steps, box, height, bounds)
    _head(root, steps, top + 13, values, now, title, styles or {})

    def y(value: float) -> float:
        return box + height * (high - value) / (high - low)

    ends = {name: y(curve[-1]) for name, curve in values.items() if curve}
    for name, curve in values.items():
        points = [(steps.x(step), y(value)) for step, value in enumerate(curve)]
        look = _style(name, styles or {})
        path = "M" + "L".join(f"{a:.2f} {b:.2f}" for a, b in points)
        pen = {"stroke": look.colour, "stroke_width": look.width}
        if len(points) > 1:
            pen |= {"stroke_dasharray": look.dashes, "stroke_linejoin": "round"}
            svg.add(root, "path", d=path, fill="none", **pen, data_curve=name)
        if points and (now is not None or len(points) == 1):
            a, b = points[min(now or 0, len(points) - 1)]
            dot = {"fill": look.colour, "stroke": "paper"}
            svg.add(root, "circle", cx=a, cy=b, r=4.5, **dot, data_dot=name)
    for name, place in _apart(ends, box, box + height).items():
        colour, weight = _style(name, styles or {}).colour, {"font_weight": "bold"}
        x = steps.x(len(values[name]) - 1) + max(11, steps.column / 2 + 4)
        if len(values[name]) == steps.count:  # else the way of the curve goes on there
            svg.label(
                root, x, place + 4.5, name, 13, "start", fill=colour, **weight, data_name=name
            )


def _check(
    steps: Steps,
    values: Mapping[str, Sequence[float]],
    bounds: tuple[float, float],
    below: float,
) -> None:
    low, high = bounds
    for name, curve in values.items():
        if len(curve) > steps.count:
            raise ValueError(f"{name} has {len(curve)} values for {steps.count} steps")
        for value in curve:
            if not low - below <= value <= high:
                raise ValueError(f"{name} must be from {low} to {high}, got {value!r}")


def _frame(
    root: svg.Element, steps: Steps, top: float, height: float, bounds: tuple[float, float]
) -> None:
    """Draw the box, its bounds, and the line at 0."""
    low, high = bounds
    svg.rect(root, steps.left, top, steps.right - steps.left, height, fill="none", stroke="edge")
    marks = [low, high] + [0] * (low < 0 < high)
    for value in marks:
        y = top + height * (high - value) / (high - low)
        said = svg.number(value, 0 if value == int(value) else 1)
        svg.label(root, steps.left - 6, y + 4.5, said, 12, "end", fill="muted")
        if value == 0:
            path = f"M{steps.left} {y:.2f}H{steps.right:.2f}"
            svg.add(root, "path", d=path, fill="none", stroke="muted")


def _head(
    root: svg.Element,
    steps: Steps,
    y: float,
    values: Mapping[str, Sequence[float]],
    now: int | None,
    title: str,
    styles: Mapping[str, Style],
) -> None:
    """Write the title, and behind it the numbers at the current step."""
    line = svg.label(root, steps.left, y, "", 13, "start")
    if title:
        svg.add(line, "tspan", title + "\N{EN SPACE}", font_weight="bold")
    for name, curve in values.items():
        if now is not None and now < len(curve):
            said = f"{name} = {svg.number(curve[now], 2)}\N{EN SPACE}"
            svg.add(line, "tspan", said, fill=_style(name, styles).colour, data_at_now=name)


def _style(name: str, styles: Mapping[str, Style]) -> Style:
    known = {**STYLES, **styles}
    return known.get(name) or known.get(name.partition("[")[0], Style())


def _apart(ends: Mapping[str, float], top: float, bottom: float) -> dict[str, float]:
    """Return heights near the ends of the curves at which their names do not meet."""
    order, gap = sorted(ends, key=lambda name: ends[name]), 14
    placed: dict[str, float] = {}
    lowest = top - gap
    for name in order:
        lowest = placed[name] = max(ends[name], lowest + gap)
    highest = max(bottom, top + gap * (len(order) - 1)) + gap
    for name in reversed(order):
        highest = placed[name] = min(placed[name], highest - gap)
    return placed
