"""What several diagrams are made of: the belt, operations, formulas with gates in colour.

In every diagram h is a thin line and c is a belt, three times as thick. What a diagram does not
speak of yet is drawn in the colour of grid lines, and its text is muted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.svg import Element

BELT = 6
"""How thick the line of c is, in pixels; the line of h has 2."""
NODE, TANH = 17, 27
"""Half the width of an operation's circle, and of the longer one that tanh needs."""

_TOKEN = re.compile(r"_\{[^}]*\}|_\w+|(?<!\w)([ifgo])(?![\w(])|.", re.DOTALL)


def belt(
    parent: Element, colour: str, *points: tuple[float, float], gap: float = 0, **mark: str
) -> None:
    """Draw the line of c through the points as ``arrow`` does, three times as thick."""
    (x0, y0), (x1, y1) = points[-2:]
    length = abs(x1 - x0) + abs(y1 - y0)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    x, y = x1 - gap * dx, y1 - gap * dy
    neck_x, neck_y = x - 13 * dx, y - 13 * dy
    path = "L".join(f"{a} {b}" for a, b in (*points[:-1], (neck_x + dx, neck_y + dy)))
    line = {"fill": "none", "stroke": colour, "stroke_width": BELT}
    svg.add(parent, "path", d="M" + path, **line, **mark)
    head = f"{x},{y} {neck_x + 9 * dy},{neck_y + 9 * dx} {neck_x - 9 * dy},{neck_y - 9 * dx}"
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
    for found in _TOKEN.finditer(text):
        token = found[0]
        plain = not (token.startswith("_") or found[1])
        if plain and pieces and pieces[-1][0]:
            pieces[-1] = (True, pieces[-1][1] + token)
        else:
            pieces.append((plain, token))
    return pieces


def pill(
    parent: Element, x: float, y: float, text: str, width: float, lit: bool = True, **mark: str
) -> None:
    """Draw a word that is read, in a box with round ends, with its middle at (x, y)."""
    style = {"rx": 14, "fill": "none", "stroke": "muted" if lit else "edge"}
    svg.rect(parent, x - width / 2, y - 15, width, 30, **style, **mark)
    svg.label(parent, x, y + 5, text, 16, fill="ink" if lit else "muted")


def words_for(steps: Sequence[str], most: int, letters: int) -> tuple[str, ...]:
    """Return the words or characters of a diagram; a space is shown as ␣.

    Raises:
        ValueError: there are none or more than ``most``, or one has more than ``letters`` letters.
    """
    words = tuple("␣" if word == " " else word for word in steps)
    if not 1 <= len(words) <= most:
        raise ValueError(f"steps must be 1 to {most} words or characters, got {len(words)}")
    for word in words:
        if not 1 <= len(word) <= letters:
            raise ValueError(f"a step must be a word of 1 to {letters} letters, got {word!r}")
    return words
