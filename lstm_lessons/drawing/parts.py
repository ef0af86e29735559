"""What several diagrams are made of: the belt, operations, formulas with gates in colour.

In every diagram h is a thin line and c is a belt, three times as thick. What a diagram does not
speak of yet is drawn in the colour of grid lines, and its text is muted.
"""

from __future__ import annotations

import re

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.svg import Element

BELT = 6
"""How thick the line of c is, in pixels; the line of h has 2."""
NODE, TANH = 17, 27
"""Half the width of an operation's circle, and of the longer one that tanh needs."""

_TOKEN = re.compile(r"_\{[^}]*\}|_\w+|(?<!\w)[ifgo](?![\w(])|.", re.DOTALL)


def belt(parent: Element, colour: str, start: float, end: float, y: float, **mark: str) -> None:
    """Draw the level line of c from ``start`` to ``end``, with a head at the end."""
    way = 1 if end > start else -1
    neck = end - 15 * way
    line = {"fill": "none", "stroke": colour, "stroke_width": BELT}
    svg.add(parent, "path", d=f"M{start} {y}H{neck + way}", **line, **mark)
    head = f"{end},{y} {neck},{y - 10} {neck},{y + 10}"
    svg.add(parent, "polygon", points=head, fill=colour)


def operation(parent: Element, x: float, y: float, sign: str, lit: bool, **mark: str) -> None:
    """Draw ×, + or tanh in a circle; muted where it is not lit."""
    half = TANH if sign == "tanh" else NODE
    style = {"rx": NODE, "fill": "paper", "stroke": "ink" if lit else "edge"}
    style |= {"stroke_width": 2.5 if lit else 1.5}
    svg.rect(parent, x - half, y - NODE, 2 * half, 2 * NODE, **style, **mark)
    size, drop = (15, 5) if sign == "tanh" else (24, 8)
    weight = "bold" if lit else "normal"
    fill = "ink" if lit else "muted"
    svg.label(parent, x, y + drop, sign, size, font_weight=weight, fill=fill)


def line(parent: Element, colour: str, *points: tuple[float, float]) -> None:
    """Draw a line through the points, without a head."""
    path = "L".join(f"{x} {y}" for x, y in points)
    svg.add(parent, "path", d="M" + path, fill="none", stroke=colour, stroke_width=2)


def gate_formula(
    parent: Element, x: float, y: float, text: str, size: float = 18, anchor: str = "start"
) -> Element:
    """Append a formula as ``svg.formula`` does, with i, f, g and o bold and in their colours."""
    whole = svg.label(parent, x, y, "", size, anchor)
    low = False
    for plain, token in _joined(text):
        if token.startswith("_"):
            svg.add(whole, "tspan", token[1:].strip("{}"), dy=size / 4, font_size=0.75 * size)
            low = True
            continue
        style = {"dy": -size / 4} if low else {}
        if not plain:
            style |= {"fill": token, "font_weight": "bold"}
        svg.add(whole, "tspan", token, **style)
        low = False
    return whole


def _joined(text: str) -> list[tuple[bool, str]]:
    """Return the pieces of a formula: subscripts, gates, and all else (plain) in one piece."""
    pieces: list[tuple[bool, str]] = []
    for token in _TOKEN.findall(text):
        plain = not (token.startswith("_") or token in "ifgo")
        if plain and pieces and pieces[-1][0]:
            pieces[-1] = (True, pieces[-1][1] + token)
        else:
            pieces.append((plain, token))
    return pieces
