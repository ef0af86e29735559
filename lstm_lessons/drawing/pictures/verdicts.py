"""How sure the trained reader is, after each character of a line or two, that it is code."""

from __future__ import annotations

from lstm_lessons.data import plain_reader
from lstm_lessons.drawing import svg
from lstm_lessons.drawing.picture import Picture

LONGEST = 24
WIDTH, HEIGHT = 760, 360
LEFT, RIGHT, TOP, BOTTOM = 96, 730, 74, 292  # of the plot: certainty 1 at its top, 0 below
COLOURS, DASHES = ("ink", "muted"), ("none", "7 5")
ASIDE = (-12, 22)  # from a point to its character: above the first line, below the second
STEEP, CLEAR = 40, 9  # where the line turns so far to a character, it moves so far out of the way


def verdicts(*lines: str) -> Picture:
    """Return the picture: a curve for each line, with the character that was read at each point.

    Of two lines the first has its characters above its curve, the second below: it looks best if
    the first is the surer one.

    Raises:
        ValueError: there are not one or two lines of 2 to 24 characters.
    """
    if not 1 <= len(lines) <= 2 or any(not 2 <= len(line) <= LONGEST for line in lines):
        raise ValueError(f"expected 1 or 2 lines of 2 to {LONGEST} characters, got {lines!r}")
    root = svg.panel(WIDTH, HEIGHT)
    for certainty, text in ((0, "prose  0"), (0.5, "0.5"), (1, "code  1")):
        y = _y(certainty)
        svg.add(root, "path", d=f"M{LEFT} {y}H{RIGHT}", stroke="edge")
        svg.label(root, LEFT - 12, y + 5, text, 15, "end")
    svg.label(root, 20, HEIGHT - 16, "sure that the line is code", 15, "start", fill="muted")
    svg.label(root, RIGHT, HEIGHT - 16, "characters read →", 15, "end", fill="muted")
    apart = (RIGHT - LEFT - 40) / (max(map(len, lines)) - 1)
    for number, line in enumerate(lines):
        points = [(LEFT + 20 + t * apart, _y(sure)) for t, sure in enumerate(_certainties(line))]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        style = {"fill": "none", "stroke": COLOURS[number], "stroke_width": 3}
        style["stroke_dasharray"] = DASHES[number]
        svg.add(root, "path", d=path, **style)
        x = LEFT + 20 + number * (RIGHT - LEFT) / 2
        svg.add(root, "path", d=f"M{x} 24H{x + 40}", **style)
        svg.label(root, x + 50, 29, line, 16, "start", fill=COLOURS[number])
        for t, (x, y) in enumerate(points):
            character = "␣" if line[t] == " " else line[t]
            bold = {"fill": COLOURS[number], "font_weight": "bold", "data_point": f"{number},{t}"}
            x += _out_of_the_way([y for _, y in points], t, ASIDE[number])
            svg.label(root, x, y + ASIDE[number], character, 17, **bold)
    return Picture(svg.write(root), _alt(lines))


def _out_of_the_way(heights: list[float], t: int, aside: float) -> float:
    """Return how far a character moves to the side that a steep line leaves free."""
    before, after = heights[max(t - 1, 0)], heights[min(t + 1, len(heights) - 1)]
    side = -1 if aside < 0 else 1
    comes, goes = side * (before - heights[t]) > STEEP, side * (after - heights[t]) > STEEP
    return CLEAR * (comes - goes)


def _certainties(line: str) -> list[float]:
    return [round(step.certainty, 2) for step in plain_reader.read(line)]


def _y(certainty: float) -> float:
    return BOTTOM - certainty * (BOTTOM - TOP)


def _alt(lines: tuple[str, ...]) -> str:
    texts = ["How sure the reader is, after each character, that a line is code."]
    for line in lines:
        said = (f"{c} {sure:.2f}" for c, sure in zip(line, _certainties(line), strict=True))
        texts.append(f"“{line}”: " + ", ".join(said) + ".")
    return " ".join(texts)
