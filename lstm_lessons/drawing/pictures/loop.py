"""A recurrent network as one box that feeds itself, and unrolled: the same box for each word."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.parts import belt, pill, words_for
from lstm_lessons.drawing.picture import Picture

MOST, LETTERS = 4, 8
NAMES: dict[tuple[str, ...], str] = {("h",): "RNN", ("h", "c"): "LSTM"}

Words = tuple[str, ...]

WIDTH, HEIGHT = 760, 290
FOLDED_X, EQUALS_X = 66, 220
FIRST, END = 266, 726  # where the way into the first step begins, and where the last one ends
BOX_WIDTH, BOX_HEIGHT = 68, 92
BOX_Y, SHOWN_Y, WORD_Y = 152, 66, 246
HALF_W, HALF_H = BOX_WIDTH / 2, BOX_HEIGHT / 2
H_Y, C_Y = BOX_Y + 20, BOX_Y - 20  # the heights at which h and c are handed on, where both are


def loop(
    steps: Sequence[str] = ("the", "cat", "sat"),
    states: Sequence[str] = ("h",),
    upto: int | None = None,
) -> Picture:
    """Return the picture: on the left the loop, on the right the same box for each word.

    ``steps`` are 1 to 4 words or characters. ``states`` is ("h",) for a plain RNN and ("h", "c")
    for an LSTM. With ``upto``, only so many steps are done; those after them are muted.

    Raises:
        ValueError: there are too many steps, a word is too long, or there are no such states.
    """
    words, states = words_for(steps, MOST, LETTERS), tuple(states)
    if states not in NAMES:
        raise ValueError(f'states must be ("h",) or ("h", "c"), got {states!r}')
    done = len(words) if upto is None else upto
    if not 0 <= done <= len(words):
        raise ValueError(f"upto must be 0 to {len(words)}, got {upto!r}")
    root = svg.panel(WIDTH, HEIGHT)
    kind = "character" if all(len(word) == 1 for word in words) else "word"
    _folded(root, states, kind)
    svg.label(root, EQUALS_X, BOX_Y + 12, "=", 34)
    _unrolled(root, words, states, done)
    return Picture(svg.write(root), _alt(words, states, done, kind))


def _folded(root: svg.Element, states: Words, kind: str) -> None:
    svg.label(root, 24, 30, "one box, a loop", 15, "start", fill="muted")
    _box(root, FOLDED_X, states, lit=True)
    pill(root, FOLDED_X, WORD_Y, kind, 76 if kind == "word" else 104)
    right = FOLDED_X + HALF_W

    def back(reach: float, side: float) -> list[tuple[float, float]]:
        """Return the way out of the box, ``side`` above its middle, and back below it."""
        out, again = BOX_Y - side, BOX_Y + side
        return [(right, out), (right + reach, out), (right + reach, again), (right, again)]

    if "c" in states:
        belt(root, "ink", *back(66, 34), gap=1, data_loop="c")
        svg.label(root, right + 82, BOX_Y + 6, "c", 19, font_weight="bold")
    arrow(root, "ink", *back(30, 14), gap=1)
    svg.label(root, right + 45, BOX_Y + 6, "h", 19, font_weight="bold")


def _unrolled(root: svg.Element, words: Words, states: Words, done: int) -> None:
    text = f"the same box, {len(words)} times" if len(words) > 1 else "the same box, once"
    svg.label(root, FIRST - 8, 30, text, 15, "start", fill="muted")
    apart = min(150, (END - FIRST - 32) / len(words))
    width = min(apart - 8, max(44, 12 * max(map(len, words)) + 16))
    middles = [FIRST + 32 + (step + 0.5) * apart - 4 for step in range(len(words))]
    for step, (x, word) in enumerate(zip(middles, words, strict=True)):
        _box(root, x, states, lit=step < done)
        pill(root, x, WORD_Y, word, width, step < done, data_word=word)
    starts = [FIRST + 8, *(x + HALF_W for x in middles)]
    ends = [*(x - HALF_W for x in middles), middles[-1] + HALF_W + min(48, apart - BOX_WIDTH - 2)]
    heights = {"c": C_Y, "h": H_Y} if "c" in states else {"h": BOX_Y}
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
        lit = place <= done
        for state, y in heights.items():
            colour, way = "ink" if lit else "edge", ((start, y), (end, y))
            if state == "c":
                belt(root, colour, *way, gap=1)
            else:
                arrow(root, colour, *way, gap=1)
            style = {"fill": "ink" if lit else "muted", "font_weight": "bold" if lit else "normal"}
            if place:
                svg.label(root, (start + end) / 2 - 2, y - 12, state, 19, **style)
            else:
                svg.label(root, FIRST - 4, y + 6, "0", 17, fill="ink" if lit else "muted")


def _box(root: svg.Element, x: float, states: Words, lit: bool) -> None:
    """Draw the box, the word's way into it and the way of h out of it."""
    colour = "ink" if lit else "edge"
    ways = partial(arrow, root, colour, gap=1)
    ways((x, WORD_Y - 15), (x, BOX_Y + HALF_H))
    ways((x, BOX_Y - HALF_H), (x, SHOWN_Y + 8))
    weight = "bold" if lit else "normal"
    text = {"fill": "ink" if lit else "muted", "font_weight": weight}
    svg.label(root, x, SHOWN_Y, "h", 19, **text)
    style = {"rx": 10, "fill": "ink", "fill_opacity": theme.TINT if lit else 0}
    style |= {"stroke": "ink" if lit else "edge", "stroke_width": 2.5 if lit else 1.5}
    place = (x - HALF_W, BOX_Y - HALF_H, BOX_WIDTH, BOX_HEIGHT)
    svg.rect(root, *place, **style, data_box=str(lit))
    svg.label(root, x, BOX_Y + 6, NAMES[states], 17, **text)


def _alt(words: Words, states: Words, done: int, kind: str) -> str:
    name, handed = NAMES[states], " and ".join(states)
    both = len(states) > 1
    read = ", ".join(f"“{word}”" for word in words)
    text = (
        f"On the left one {name} box that reads a {kind} and gives h; {handed} "
        f"{'go' if both else 'goes'} from the box back into it. On the right the same loop "
        f"unrolled: the same box for each of {read}, from left to right. {handed} "
        f"{'start as 0 and are' if both else 'starts as 0 and is'} handed on from each box to the "
        "next. Above each box its h comes out"
    )
    text += "; c does not." if both else "."
    if done < len(words):
        text += f" {done} of {len(words)} steps are done; the others are muted."
    return text
