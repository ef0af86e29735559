"""The way back over time: along c a belt and along h a thin line, from the last step on."""

from __future__ import annotations

from collections.abc import Sequence

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.parts import belt, pill, words_for
from lstm_lessons.drawing.picture import Picture

MOST = 4
WIDTH, HEIGHT = 760, 320
TOP, BOTTOM = 104, 204
C_Y, H_Y = 128, 180
BOX = 88
FIRST, LAST = 122, 620  # the middles of the first and the last box


def back_in_time(steps: Sequence[str] = ("n", "g", "e", "(")) -> Picture:
    """Return the loop of the way back, over 2 to 4 words or characters.

    Raises:
        ValueError: there are fewer or more, or a word has more than 6 letters.
    """
    words = words_for(steps, MOST, 6)
    if len(words) < 2:
        raise ValueError(f"steps must be 2 to {MOST} words or characters, got {len(words)}")
    root = svg.panel(WIDTH, HEIGHT)
    gap = (LAST - FIRST) / (len(words) - 1)
    middles = [FIRST + gap * place for place in range(len(words))]
    for t, (x, word) in enumerate(zip(middles, words, strict=True)):
        right = middles[t + 1] - BOX / 2 if t + 1 < len(words) else WIDTH - 44
        left = x + BOX / 2
        belt(root, "ink", (right, C_Y), (left, C_Y), gap=2, data_back=f"c {t}")
        arrow(root, "ink", (right, H_Y), (left, H_Y), gap=2)
        if t + 1 < len(words):
            svg.label(root, (left + right) / 2, C_Y - 14, "d_c_before", 12)
            svg.label(root, (left + right) / 2, H_Y + 22, "d_h_before", 12)
        arrow(root, "ink", (x, 52), (x, TOP), gap=2)
        svg.label(root, x, 40, f"d_output[{t}]", 15)
        box = {"rx": 12, "fill": "none", "stroke": "muted", "stroke_width": 2}
        svg.rect(root, x - BOX / 2, TOP, BOX, BOTTOM - TOP, **box, data_step=str(t))
        svg.label(root, x, (TOP + BOTTOM) / 2 + 5, f"step {t}", 17, font_weight="bold")
        arrow(root, "ink", (x, BOTTOM), (x, 246), gap=1)
        svg.label(root, x, 266, f"d_x[{t}]", 15)
        pill(root, x, 294, word, max(40, 14 + 11 * len(word)), data_word=word)
    belt(root, "ink", (FIRST - BOX / 2, C_Y), (40, C_Y), data_back="c out")
    arrow(root, "ink", (FIRST - BOX / 2, H_Y), (40, H_Y))
    for x, which in ((30, "0"), (WIDTH - 30, "n")):
        svg.label(root, x, C_Y - 14, f"d_c_{which}", 15, font_weight="bold")
        svg.label(root, x, H_Y + 24, f"d_h_{which}", 15)
    return Picture(svg.write(root), _alt(words))


def _alt(words: Sequence[str]) -> str:
    last = len(words) - 1
    return (
        f"The way back over {len(words)} steps, which read {', '.join(words)}. It begins at step "
        f"{last} and ends at step 0. From each step to the one before go two arrows: d_c_before "
        "along a thick belt and d_h_before along a thin line. Into each step comes its own "
        "d_output from above, and below each step comes out its d_x. At the right d_c_n and d_h_n, "
        "of the last states, come in; at the left d_c_0 and d_h_0, of the first states, come out."
    )
