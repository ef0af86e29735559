"""Pairs in a matrix memory, each looked up again: what comes out, and how the others mix in."""

from __future__ import annotations

import random
from math import fsum, sqrt
from typing import Annotated, NamedTuple

from lstm_lessons.drawing import Picture, svg
from lstm_lessons.explorers.base import Explorer, Range, checked

VALUES, MOST = 8, 24
SEED = 3
WIDTH, HEIGHT = 760, 380
LEFT, TOP, ROW, COLUMN = 104, 84, 25, 26

PRESETS = {
    "few pairs": {"pairs": 4, "size": 8, "forget": 1.0},
    "many pairs": {"pairs": 16, "size": 4, "forget": 1.0},
    "it forgets": {"pairs": 16, "size": 32, "forget": 0.6},
}


class Found(NamedTuple):
    """What the query of one pair gets: a number for each value, the right value, is it found."""

    scores: list[float]
    value: int
    right: bool


def matrix_lookup() -> Explorer:
    """Return the explorer: how many pairs, how long the keys are, and how fast they fade."""
    return Explorer(view, presets=PRESETS)


def stored(pairs: int, size: int) -> tuple[list[list[float]], list[int]]:
    """Return keys of length 1, each number with a random sign, and the values, 0 to 7.

    The first pairs are the same, however many there are.
    """
    draw = random.Random(SEED)
    signs = [[draw.choice((-1, 1)) for _ in range(32)] for _ in range(MOST)]
    values = [draw.randrange(VALUES) for _ in range(MOST)]
    keys = [[sign / sqrt(size) for sign in row[:size]] for row in signs[:pairs]]
    return keys, values[:pairs]


def looked_up(pairs: int, size: int, forget: float) -> list[Found]:
    """Store all pairs in a matrix (8, size), one after the other, and look each of them up.

    A pair is found if its value comes out more strongly than any other.
    """
    keys, values = stored(pairs, size)
    memory = [[0.0] * size for _ in range(VALUES)]
    for key, value in zip(keys, values, strict=True):
        memory = [[forget * number for number in row] for row in memory]
        memory[value] = [old + new for old, new in zip(memory[value], key, strict=True)]
    found = []
    for key, value in zip(keys, values, strict=True):
        # fsum gives the same in every Python; what sum gives has changed with 3.12
        scores = [fsum(a * b for a, b in zip(row, key, strict=True)) for row in memory]
        others = scores[:value] + scores[value + 1 :]
        found.append(Found(scores, value, scores[value] > max(others) + 1e-9))
    return found


@checked
def view(
    pairs: Annotated[int, Range(1, MOST, 1), "pairs stored"] = 4,
    size: Annotated[int, Range(2, 32, 2), "size of a key"] = 8,
    forget: Annotated[float, Range(0.5, 1.0, 0.05), "forget gate f"] = 1.0,
) -> Picture:
    """Return the picture: a column for each pair, a square for each value that comes out.

    Raises:
        ValueError: a parameter is outside its range.
    """
    found = looked_up(pairs, size, forget)
    root = svg.panel(WIDTH, HEIGHT)
    count = sum(each.right for each in found)
    title = f"{count} of {pairs} found, in a matrix of {VALUES} × {size} numbers"
    svg.label(root, 24, 34, title, 17, "start", font_weight="bold")
    svg.label(root, LEFT - 14, TOP - 12, "value", 13, "end", fill="muted")
    for value in range(VALUES):
        svg.label(root, LEFT - 14, TOP + ROW * (value + 0.5) + 5, str(value), 14, "end")
    for place, each in enumerate(found):
        _column(root, LEFT + COLUMN * place, each, place)
    y = TOP + ROW * VALUES
    svg.label(root, LEFT - 14, y + 24, "pair", 13, "end", fill="muted")
    svg.label(root, LEFT - 14, y + 46, "found", 13, "end", fill="muted")
    said = "Full: above 0. Empty: below 0. Grey: not the strongest. Frame: the value stored."
    svg.label(root, 24, HEIGHT - 18, said, 13, "start", fill="muted")
    return Picture(svg.write(root), _alt(pairs, size, forget, found, title))


def _column(root: svg.Element, x: float, found: Found, place: int) -> None:
    """Draw the squares of one pair, the frame of its value, its number, and yes or no.

    The largest square of a column is as large in each, and the strongest value is drawn in ink.
    """
    largest, strongest = max(map(abs, found.scores)), max(found.scores)
    for value, score in enumerate(found.scores):
        y = TOP + ROW * value
        half = 9 * sqrt(abs(score) / largest) if largest > 0 else 0
        if half >= 1:
            ink = "ink" if score > strongest - 1e-9 else "muted"
            style = {"fill": ink} if score > 0 else {"fill": "none", "stroke": ink}
            box = (x + COLUMN / 2 - half, y + ROW / 2 - half, 2 * half, 2 * half)
            mark = svg.rect(root, *box, **style, data_score=f"{place},{value}")
            svg.tell(mark, f"pair {place}, value {value}: {svg.number(score, 2)}")
        if value == found.value:
            frame = {"fill": "none", "stroke": "muted", "stroke_width": 2}
            svg.rect(root, x + 1.5, y + 1.5, COLUMN - 3, ROW - 3, **frame, data_value=f"{place}")
    y = TOP + ROW * VALUES
    svg.label(root, x + COLUMN / 2, y + 24, str(place), 13, fill="muted")
    sign = "✓" if found.right else "✗"
    svg.label(root, x + COLUMN / 2, y + 47, sign, 15, font_weight="bold", data_found=place)


def _alt(pairs: int, size: int, forget: float, found: list[Found], title: str) -> str:
    said = []
    for place, each in enumerate(found):
        score = svg.number(each.scores[each.value], 2)
        what = "found" if each.right else "not found"
        said.append(f"{place}: value {each.value} with {score}, {what}")
    return f"{title}, with f = {forget:.2f}. Pairs looked up again: {'; '.join(said)}."
