"""Four pictures of two layers over three steps, with masks in four places."""

from __future__ import annotations

from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.picture import Picture

PLACES = {
    "A": "on the arrows to the right, from step to step, in both layers",
    "B": "on the arrows that leave layer 1 upwards, into output",
    "C": "on the arrows from layer 0 up to layer 1",
    "D": "on the arrows from x up to layer 0",
}
"""Where the masks sit in each picture."""

WIDTH, HEIGHT = 720, 584
STEPS = 3
ORIGINS = {"A": (20, 20), "B": (372, 20), "C": (20, 290), "D": (372, 290)}
FIRST_X, SPACING = 112, 78  # the middle of the first column, and from one to the next
BOX_WIDTH, BOX_HEIGHT = 44, 30
LEVELS = (156, 80)  # the middle of the boxes of layer 0 and of layer 1
OUTPUT_Y, INPUT_Y = 24, 236
NOTE_Y = HEIGHT - 16


def dropout_places() -> Picture:
    """Return the four pictures, side by side."""
    root = svg.panel(WIDTH, HEIGHT)
    for letter, (x, y) in ORIGINS.items():
        _stack(root, letter, x, y)
    svg.rect(root, 24, NOTE_Y - 11, 24, 12, **_STYLE)
    note = "a mask, drawn afresh at every step; every other arrow carries its numbers as they are"
    svg.label(root, 58, NOTE_Y, note, 13, "start", fill="muted")
    places = "; ".join(f"{letter}: {place}" for letter, place in PLACES.items())
    return Picture(
        svg.write(root),
        f"Four pictures, A to D, each of two layers over {STEPS} steps. In all of them arrows go "
        "from x up to layer 0, from layer 0 up to layer 1, from layer 1 up to output, and in each "
        f"layer to the right from step to step. They differ in where masks sit. {places}.",
    )


_STYLE = {"rx": 2, "fill": "ink", "stroke": "ink"}


def _stack(root: svg.Element, letter: str, left: float, top: float) -> None:
    """Draw one of the pictures with its upper left corner at (left, top)."""
    svg.label(root, left + 8, top + OUTPUT_Y, letter, 22, "start", font_weight="bold")
    for layer, level in enumerate(LEVELS):
        svg.label(root, left + 8, top + level + 5, f"layer {layer}", 13, "start")
    svg.label(root, left + 44, top + OUTPUT_Y, "output", 13, "start")
    svg.label(root, left + 8, top + INPUT_Y, "x", 13, "start")
    half = BOX_HEIGHT / 2
    up = {
        "D": (INPUT_Y - 16, LEVELS[0] + half),
        "C": (LEVELS[0] - half, LEVELS[1] + half),
        "B": (LEVELS[1] - half, OUTPUT_Y + 6),
    }
    for step in range(STEPS):
        x = left + FIRST_X + step * SPACING
        svg.formula(root, x, top + INPUT_Y, f"x_{step}", 14)
        for place, (start, end) in up.items():
            arrow(root, "ink", (x, top + start), (x, top + end), gap=2)
            if place == letter:
                # Below the arrow's head, which stays to be seen.
                middle = top + (start + end) / 2 + 3
                svg.rect(root, x - 18, middle - 4, 36, 8, **_STYLE, data_mask=letter)
        for level in LEVELS:
            _box(root, x, top + level, letter)


def _box(root: svg.Element, x: float, y: float, letter: str) -> None:
    """Draw one step of one layer, and the arrow from it to the right."""
    style = {"rx": 5, "fill": "ink", "fill_opacity": theme.TINT, "stroke": "ink"}
    right = x + BOX_WIDTH / 2
    svg.rect(root, x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2, BOX_WIDTH, BOX_HEIGHT, **style)
    svg.label(root, x, y + 5, "h, c", 13)
    end = right + SPACING - BOX_WIDTH
    arrow(root, "ink", (right, y), (end, y), gap=1)
    if letter == "A":
        svg.rect(root, (right + end) / 2 - 8, y - 14, 8, 28, **_STYLE, data_mask=letter)
