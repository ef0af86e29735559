"""What is left of each pair in a memory after each step: a table of all steps by all pairs."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.picture import Picture

MOST = 6
WIDTH, LEFT, TOP, COLUMN, ROW = 760, 210, 84, 84, 44


def what_is_left(i: Sequence[float], f: Sequence[float]) -> Picture:
    """Return the picture: a row after each step, a column for each pair, and what is left of it.

    A square's area is the number in it, against the largest of the table. A cross marks a pair
    that is still to come.

    Raises:
        ValueError: there are not 2 to 6 steps, as many f as i, or a number is below 0.
    """
    if len(i) != len(f) or not 2 <= len(i) <= MOST:
        raise ValueError(f"expected 2 to {MOST} of i and as many f, got {len(i)} and {len(f)}")
    if min(*i, *f) < 0:
        raise ValueError("i and f must be 0 or above")
    left = [[i[s] * prod(f[s + 1 : t + 1]) for s in range(t + 1)] for t in range(len(i))]
    most = max(max(row) for row in left) or 1.0
    root = svg.panel(WIDTH, TOP + ROW * len(i) + 20)
    svg.label(root, 24, 34, "What is left of each pair", 16, "start", font_weight="bold")
    for place in range(len(i)):
        x, y = LEFT + COLUMN * (place + 0.5), TOP + ROW * (place + 0.5)
        svg.label(root, x, TOP - 14, f"pair {place + 1}", 14)
        svg.label(root, LEFT - 20, y + 5, f"after step {place + 1}", 14, "end")
    for t, row in enumerate(left):
        for s in range(len(i)):
            x, y = LEFT + COLUMN * s, TOP + ROW * t
            svg.rect(root, x, y, COLUMN, ROW, fill="none", stroke="edge")
            if s > t:
                cross = f"M{x + COLUMN / 2 - 6} {y + ROW / 2 - 6}l12 12m0 -12l-12 12"
                svg.add(root, "path", d=cross, stroke="muted", fill="none", data_to_come=f"{t},{s}")
                continue
            size = 26 * (row[s] / most) ** 0.5
            box = (x + 20 - size / 2, y + (ROW - size) / 2, size, size)
            svg.rect(root, *box, fill="ink", fill_opacity=0.7)
            svg.label(
                root,
                x + COLUMN - 8,
                y + ROW / 2 + 5,
                _text(row[s]),
                14,
                "end",
                data_left=f"{t},{s}",
            )
    return Picture(svg.write(root), _alt(left))


def _text(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")


def _alt(left: list[list[float]]) -> str:
    rows = (
        f"After step {t}: " + ", ".join(f"{_text(n)} of pair {s}" for s, n in enumerate(row, 1))
        for t, row in enumerate(left, 1)
    )
    return "What is left of each pair. " + "; ".join(rows) + ". Later pairs are still to come."
