"""How much a slide of 1280 x 720 holds, in letters of 18 pixels and more.

These are estimates, by which slides are divided when they are made. The page measures, and takes
the largest letters that fit.
"""

from __future__ import annotations

LINES = 21
"""Lines of code and of what it prints, on one slide, at 18 pixels; each of the two has a frame."""

PRINTED = 19
"""Lines that a slide shows of what was printed, when it shows nothing else."""

COLUMNS = 100
"""Characters of a line of code at 18 pixels."""

CAPTION = 190
"""Characters of what leads to the main thing: two lines."""

VERDICT = 170
"""Characters of what was seen: two lines."""

WORDS = 520
"""Characters on a slide that has nothing but sentences."""

POINTS = 900
"""Characters of a list."""

ROWS = 13
"""Lines of a table, its head included."""


def lines(text: str) -> int:
    """Return how many lines a text takes in code's letters, those that are broken included."""
    return sum(1 + max(0, len(line) - 1) // COLUMNS for line in text.splitlines())
