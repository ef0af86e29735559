"""A new state as a mixture: a point on a line between the news and the old state."""

from __future__ import annotations

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.picture import Picture

WIDTH, HEIGHT = 760, 196
LEFT, RIGHT, AXIS_Y = 100, 660, 106


def mixture(old: float, news: float, z: float) -> Picture:
    """Return the picture of (1 - z) · news + z · old, on a line from -1 to 1.

    Raises:
        ValueError: a state is not from -1 to 1, z is not from 0 to 1, or old and news are closer
            than 0.4, so that their names would have no room.
    """
    for name, value, low in (("old", old, -1), ("news", news, -1), ("z", z, 0)):
        if not low <= value <= 1:
            raise ValueError(f"{name} must be from {low} to 1, got {value!r}")
    if abs(old - news) < 0.4:
        raise ValueError(f"old and news must be 0.4 apart, got {old!r} and {news!r}")
    new = (1 - z) * news + z * old
    root = svg.panel(WIDTH, HEIGHT)
    svg.add(root, "path", d=f"M{LEFT} {AXIS_Y}H{RIGHT}", stroke="muted", stroke_width=2)
    for tick in (-1, 0, 1):
        x = _at(tick)
        svg.add(root, "path", d=f"M{x} {AXIS_Y - 6}V{AXIS_Y + 6}", stroke="muted", stroke_width=2)
        svg.label(root, x, AXIS_Y + 70, svg.number(tick, 0), 14, fill="muted")
    arrow(root, "ink", (_at(news), AXIS_Y + 44), (_at(new), AXIS_Y + 44))
    line = {"stroke": "muted", "stroke_dasharray": "4 4"}
    for value in (news, new):
        svg.add(root, "path", d=f"M{_at(value)} {AXIS_Y + 12}V{AXIS_Y + 52}", **line)
    middle, share = (_at(news) + _at(new)) / 2, svg.number(z, 2)
    svg.label(root, middle, AXIS_Y + 38, f"z = {share}", 15)
    for mark, value, name, y in (
        ("news", news, "the news n", AXIS_Y - 24),
        ("old", old, "the old h", AXIS_Y - 24),
        ("new", new, "the new h", AXIS_Y - 58),
    ):
        style = {"fill": "ink" if mark == "new" else "paper", "stroke": "ink", "stroke_width": 2.5}
        svg.add(root, "circle", cx=_at(value), cy=AXIS_Y, r=9, **style, data_point=mark)
        weight = "bold" if mark == "new" else "normal"
        text = f"{name}: {svg.number(value, 2)}"
        svg.label(root, _at(value), y, text, 16, font_weight=weight)
    said = svg.number
    return Picture(
        svg.write(root),
        f"A line from −1 to 1. The news n is at {said(news, 2)}, the old h at {said(old, 2)}. The "
        f"new h is at {said(new, 2)}: from n, it is {share} of the way to the old h.",
    )


def _at(value: float) -> float:
    return LEFT + (RIGHT - LEFT) * (value + 1) / 2
