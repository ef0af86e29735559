"""The tree of a scan: which steps are joined in which round, for a picture and an explorer.

Row 0 has a dot for each step. In round r each step is joined with the one 2 to the power r - 1
before it. A dot is full when it stands for all steps from the first one on.
"""

from __future__ import annotations

from lstm_lessons.drawing import svg

PILL = 22
"""Half the width of a dot with a label in it."""


def joins(steps: int) -> list[int]:
    """Return how many pairs are joined in each round."""
    reach, found = 1, []
    while reach < steps:
        found.append(steps - reach)
        reach *= 2
    return found


def covered(step: int, row: int) -> tuple[int, int]:
    """Return the first and the last step that a dot of a row stands for."""
    return max(0, step - 2**row + 1), step


def tree(
    root: svg.Element,
    steps: int,
    left: float,
    width: float,
    top: float,
    height: float,
    shown: int,
    lit: int | None = None,
    labels: bool = False,
) -> None:
    """Draw the first ``shown`` rounds, a row each, with ``height`` from row to row.

    The lines of round ``lit``, or of all rounds where it is None, are in ink. With ``labels``
    each dot is as wide as the steps that it stands for, which are written in it.
    """

    def x(step: int) -> float:
        return left + width * step / max(1, steps - 1)

    for row in range(1, shown + 1):
        reach, y = 2 ** (row - 1), top + height * row
        ink = lit is None or lit == row
        for step in range(steps):
            down = {"stroke": "edge", "stroke_width": 1.5, "fill": "none"}
            svg.add(root, "path", d=f"M{x(step):.1f} {y - height}V{y}", **down)
        for step in range(reach, steps):
            pen = {"stroke": "ink" if ink else "edge", "stroke_width": 2 if ink else 1.2}
            line = f"M{x(step - reach):.1f} {y - height}L{x(step):.1f} {y}"
            mark = {"data_join": f"{row},{step - reach},{step}"}
            svg.add(root, "path", d=line, fill="none", **pen, **mark)
    radius = 7 if steps <= 16 else 5
    for row in range(shown + 1):
        for step in range(steps):
            first, last = covered(step, row)
            done = first == 0
            style = {"fill": "ink" if done else "paper", "stroke": "ink", "stroke_width": 1.8}
            y = top + height * row
            wide, high = (PILL, 13) if labels else (radius, radius)
            box = (x(step) - wide, y - high, 2 * wide, 2 * high)
            dot = svg.rect(root, *box, rx=high, **style, data_dot=f"{row},{step}")
            said = str(last) if first == last else f"{first}–{last}"
            svg.tell(dot, f"steps {said}" if first < last else f"step {said}")
            if labels:
                svg.label(root, x(step), y + 5, said, 14, fill="paper" if done else "ink")
