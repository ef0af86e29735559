"""How much a slide of 1280 x 720 holds, in the smallest letters that it may have.

These are estimates, by which slides are divided when they are made. The page measures, and takes
the largest letters that fit. In the smallest, words have 22 pixels on a slide with code, and code
has 18.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable

from lstm_lessons.drawing.picture import SOURCE
from lstm_lessons.workshop.deck.sentences import length
from lstm_lessons.workshop.deck.slide import Code, Part, Printed, Words

COLUMNS = 100
"""Characters of a line of code."""

CAPTION = 190
"""Characters of what leads to the main thing: two lines."""

SHORT = 400
"""Characters of a list that leaves room above it, for ``LEAD`` characters of what leads to it."""

LEAD = 320

LINE = 85
"""Characters of a line above a picture."""

VERDICT = 170
"""Characters of what was seen: two lines."""

WORDS = 520
"""Characters on a slide that has nothing but sentences."""

POINTS = 900
"""Characters of a list."""

ROWS = 13
"""Lines of a table, its head included."""

_SIZE = re.compile(r'<svg[^>]* width="([\d.]+)" height="([\d.]+)"')
_FONT = re.compile(r'font-size(?:="|:\s*)([\d.]+)')
_ACROSS, _BELOW = 1192, 535
"""Pixels that a slide has for a picture, below two lines."""
_LETTERS = 14
"""Pixels of a picture's smallest letters."""

_HEIGHT = 586
"""Pixels below the heading, with the gap after it."""
_GAP = 14
_FRAME = 22
_CODE_LINE = 23.4
_WORDS_LINE = {"": 29.7, "small": 29.7, "question": 32.1, "verdict": 29.7}
_CHARACTERS = {"": 100, "small": 100, "question": 84, "verdict": 88}
"""Of a line: bold letters are wider, and those of a question larger, too."""


def lines(text: str) -> int:
    """Return how many lines a text takes in code's letters, those that are broken included."""
    return sum(1 + max(0, len(line) - 1) // COLUMNS for line in text.splitlines())


def ratio(picture: str) -> float:
    """Return how many times as wide as high a picture is, given as ``<img>``."""
    width, height, _ = _measures(picture)
    return width / height


def reads_below_two_lines(picture: str) -> bool:
    """Whether a picture's smallest letters are large enough below a caption of two lines."""
    width, height, letters = _measures(picture)
    return letters * min(_ACROSS / width, _BELOW / height) >= _LETTERS


def _measures(picture: str) -> tuple[float, float, float]:
    """Return a picture's width, its height and the size of its smallest letters."""
    found = SOURCE.search(picture)
    drawn = b64decode(found[1]).decode() if found else ""
    size = _SIZE.search(drawn)
    if not size:
        raise ValueError(f"expected a picture as SVG with its size, got {picture[:60]!r}")
    letters = (float(each) for each in _FONT.findall(drawn))
    return float(size[1]), float(size[2]), min(letters, default=_LETTERS)


def holds(parts: Iterable[Part]) -> bool:
    """Whether a slide with a heading holds words, code and what was printed."""
    return sum(_height(each) + _GAP for each in parts) <= _HEIGHT


def _height(part: Part) -> float:
    match part:
        case Code():
            return _FRAME + _CODE_LINE * lines(part.source)
        case Printed():
            return _FRAME + _CODE_LINE * (lines(part.text) + (part.left > 0))
        case Words(size=size):
            return _WORDS_LINE[size] * (1 + (length(part.text) - 1) // _CHARACTERS[size])
    raise TypeError(f"expected words, code or what was printed, got {part!r}")
