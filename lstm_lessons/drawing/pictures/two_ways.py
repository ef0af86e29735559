"""The two ways of what layer 0 has found out: along its row, and up to layer 1."""

from __future__ import annotations

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.parts import pill
from lstm_lessons.drawing.picture import Picture

WIDTH, HEIGHT = 760, 330
NOW, LATER = 250, 600  # the middles of the two columns
UPPER, LOWER, LETTERS = 84, 200, 286
HALF_W, HALF_H = 92, 30


def two_ways() -> Picture:
    """Return the picture: two layers at the second letter of "bb", and at the next one.

    Layer 0 asks at each letter whether it is the same as the one before, layer 1 whether the
    number of doubled letters is odd.
    """
    root = svg.panel(WIDTH, HEIGHT)
    for x, text in ((NOW, "this letter"), (LATER, "the next letter")):
        svg.label(root, x, 34, text, 16, fill="muted")
    for y, name in ((UPPER, "layer 1"), (LOWER, "layer 0")):
        svg.label(root, 20, y + 6, name, 18, "start", font_weight="bold")
    _box(root, NOW, UPPER, "odd or even?", True)
    _box(root, NOW, LOWER, "as the one before?", True)
    _box(root, LATER, LOWER, "gates of layer 0", False)
    arrow(root, "ink", (NOW, LOWER - HALF_H), (NOW, UPPER + HALF_H), gap=1)
    arrow(root, "ink", (NOW + HALF_W, LOWER), (LATER - HALF_W, LOWER), gap=1)
    svg.label(
        root, NOW + 12, (UPPER + LOWER) / 2 + 5, "h, at once", 16, "start", font_weight="bold"
    )
    middle = (NOW + LATER) / 2
    svg.label(root, middle, LOWER - 36, "h, one", 16, font_weight="bold")
    svg.label(root, middle, LOWER - 14, "letter later", 16, font_weight="bold")
    for x, letter in ((NOW, "b"), (LATER, "c")):
        pill(root, x, LETTERS, letter, 44, data_word=letter)
        arrow(root, "ink", (x, LETTERS - 15), (x, LOWER + HALF_H), gap=1)
    return Picture(svg.write(root), ALT)


def _box(root: svg.Element, x: float, y: float, text: str, lit: bool) -> None:
    style = {"rx": 8, "fill": "ink", "fill_opacity": 0.16 if lit else 0}
    style |= {"stroke": "ink", "stroke_width": 2 if lit else 1.5}
    svg.rect(root, x - HALF_W, y - HALF_H, 2 * HALF_W, 2 * HALF_H, **style, data_box=text)
    svg.label(root, x, y + 6, text, 16, font_weight="bold" if lit else "normal")


ALT = (
    "Two layers at one letter, the second b of “bb”, and layer 0 at the next one, c. Layer 0 asks: "
    "is this letter as the one before? Two arrows lead its h away. The one upwards brings it at "
    "once, at the same letter, to layer 1, which asks: odd or even? The one to the right brings it "
    "to the gates of layer 0, one letter later."
)
