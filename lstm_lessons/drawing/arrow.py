"""Arrows along level and upright lines."""

from __future__ import annotations

from lstm_lessons.drawing import svg


def arrow(
    parent: svg.Element,
    colour: str,
    *points: tuple[float, float],
    gap: float = 0,
    dashes: str = "none",
) -> None:
    """Draw a line through the points, with a head that ends ``gap`` pixels before the last.

    ``colour`` is one of the theme's names, ``dashes`` those of SVG. Each line is level or upright.
    """
    (x0, y0), (x1, y1) = points[-2:]
    length = abs(x1 - x0) + abs(y1 - y0)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    x, y = x1 - gap * dx, y1 - gap * dy
    path = "L".join(f"{a} {b}" for a, b in (*points[:-1], (x - 6 * dx, y - 6 * dy)))
    pen = {"fill": "none", "stroke": colour, "stroke_width": 2}
    if dashes != "none":
        pen["stroke_dasharray"] = dashes
    svg.add(parent, "path", d="M" + path, **pen)
    back_x, back_y = x - 9 * dx, y - 9 * dy
    head = f"{x},{y} {back_x + 5 * dy},{back_y + 5 * dx} {back_x - 5 * dy},{back_y - 5 * dx}"
    svg.add(parent, "polygon", points=head, fill=colour)
