"""Where the gradient of the reader's score goes: its length at each character, by c and by h."""

from __future__ import annotations

from functools import cache, lru_cache
from math import hypot, tanh
from typing import Annotated, NamedTuple

from lstm_lessons.data.plain_reader import HIDDEN_SIZE, alphabet, read, weights
from lstm_lessons.drawing import Picture, svg
from lstm_lessons.drawing.steps import SPACE, Steps
from lstm_lessons.explorers.base import Choice, Explorer, Range, Text, checked
from lstm_lessons.lstm.plain import dot, sigmoid

Vector = list[float]

MOST = 32
BOTH, ALONG_C, ALONG_H = WAYS = "both ways", "along c alone", "along h alone"

WIDTH, HEIGHT = 720, 184
LEFT, ROOM = 64, 602
BARS_TOP, BARS_BOTTOM, LETTERS_Y = 74, 150, 172

_LINE = "for k in range(10):"
PRESETS = {
    "it changes its mind": {"line": _LINE, "characters": 15, "way": BOTH},
    "before the bracket": {"line": _LINE, "characters": 14, "way": BOTH},
    "prose": {"line": "It ends where the line ends.", "characters": MOST},
    "seven brackets": {"line": "(((((((", "characters": 7},
    "along c alone": {"line": _LINE, "characters": 15, "way": ALONG_C},
    "along h alone": {"line": _LINE, "characters": 15, "way": ALONG_H},
}


class Flow(NamedTuple):
    """The gradients of one score, for each of the n characters that it has read.

    Shapes: x (n, 8); h and c (n, H), with all that comes back to them; z (n, 4, H), gate by gate.
    """

    score: float
    x: list[Vector]
    h: list[Vector]
    c: list[Vector]
    z: list[list[Vector]]

    def lengths(self) -> Vector:
        """Return the length of the gradient of each character, n numbers."""
        return [hypot(*each) for each in self.x]


def gradient_flow() -> Explorer:
    """Return the explorer: a line, after which character the score is asked, and a way."""
    return Explorer(view, presets=PRESETS, play="characters")


@lru_cache(maxsize=64)
def flow(line: str, way: str = BOTH) -> Flow:
    """Return the gradients of the score after the last character, by the equations of lesson 10.

    ``way`` says what a step hands back to the one before: d_c and d_h, or one of them alone.
    """
    steps, (to_x, to_h, head) = read(line), _way_back()
    found = Flow(steps[-1].score, [], [], [], [])
    nothing = [0.0] * HIDDEN_SIZE
    before = [nothing, *(step.c for step in steps[:-1])]
    d_h, d_c = head, nothing
    for step, c_before in zip(reversed(steps), reversed(before), strict=True):
        shown = [tanh(c) for c in step.c]
        units = range(HIDDEN_SIZE)
        d_c = [d_c[k] + d_h[k] * step.o[k] * (1 - shown[k] ** 2) for k in units]
        dz = [
            [d_c[k] * step.g[k] * step.i[k] * (1 - step.i[k]) for k in units],
            [d_c[k] * c_before[k] * step.f[k] * (1 - step.f[k]) for k in units],
            [d_c[k] * step.i[k] * (1 - step.g[k] ** 2) for k in units],
            [d_h[k] * shown[k] * step.o[k] * (1 - step.o[k]) for k in units],
        ]
        stacked = [number for gate in dz for number in gate]
        found.h.append(d_h)
        found.c.append(d_c)
        found.z.append(dz)
        found.x.append([dot(column, stacked) for column in to_x])
        d_h = [dot(column, stacked) for column in to_h] if way != ALONG_C else nothing
        d_c = [d_c[k] * step.f[k] for k in units] if way != ALONG_H else nothing
    for each in found[1:]:
        each.reverse()
    return found


@checked
def view(
    line: Annotated[str, Text(most=MOST), "a line of your own"] = _LINE,
    characters: Annotated[int, Range(1, MOST, 1), "score after character"] = 15,
    way: Annotated[str, Choice((BOTH, ALONG_C, ALONG_H)), "the way back"] = BOTH,
) -> Picture:
    """Return the picture: the length of the gradient for each character.

    Raises:
        ValueError: a parameter is outside its range.
    """
    done = min(characters, len(line))
    found = flow(line[:done], way)
    steps = Steps(LEFT, ROOM, len(line))
    root = svg.panel(WIDTH, HEIGHT)
    _title(root, line[:done], found, way)
    most = max(length for each in WAYS for length in flow(line[:done], each).lengths())
    _bars(root, steps, line, found.lengths(), most)
    return Picture(svg.write(root), _alt(line[:done], line, found, way))


@cache
def _way_back() -> tuple[list[Vector], list[Vector], Vector]:
    """Return the columns of weight_ih, 8 of 4H numbers, those of weight_hh, H of them, and head."""
    _, weight_ih, weight_hh, _, _, head, _ = weights().values()
    to_x, to_h = ([list(column) for column in zip(*w, strict=True)] for w in (weight_ih, weight_hh))
    return to_x, to_h, list(head[0])


def _title(root: svg.Element, part: str, found: Flow, way: str) -> None:
    certainty = sigmoid(found.score)
    says = f"{certainty:.0%} code" if certainty >= 0.5 else f"{1 - certainty:.0%} prose"
    text = f"score {svg.number(found.score, 2)}, {says}, after {_named(part[-1])}"
    svg.label(root, LEFT, 28, text, 16, "start", font_weight="bold")
    svg.label(root, LEFT, 52, f"gradient for each character ({way})", 13, "start")


def _bars(root: svg.Element, steps: Steps, line: str, values: Vector, most: float) -> None:
    """Draw the length of each character's gradient as a bar over it.

    ``most`` is full height: the largest of all three ways, so that their bars can be compared.
    """
    most = max(most, 1e-9)
    height = BARS_BOTTOM - BARS_TOP
    base = f"M{steps.left} {BARS_BOTTOM}H{steps.right:.2f}"
    svg.add(root, "path", d=base, fill="none", stroke="edge")
    for step, value in enumerate(values):
        tall = height * value / most
        place = (steps.x(step) - steps.column * 0.3, BARS_BOTTOM - tall, steps.column * 0.6, tall)
        svg.rect(root, *place, fill="ink", data_bar=str(step))
        pane = (steps.left + step * steps.column, BARS_TOP, steps.column, LETTERS_Y - BARS_TOP)
        svg.sheet(root, *pane, f"{_named(line[step])}: {svg.number(value, 2)}")
    first, tall = svg.number(values[0], 2), height * values[0] / most
    svg.label(root, LEFT + 1, BARS_BOTTOM - tall - 5, first, 12, "start", data_first="x")
    svg.label(root, LEFT - 6, BARS_TOP + 8, svg.number(most, 2), 12, "end", fill="muted")
    svg.label(root, LEFT - 6, BARS_BOTTOM, "0", 12, "end", fill="muted")
    steps.letters(root, LETTERS_Y, line, now=len(values) - 1)


def _named(character: str) -> str:
    if character == " ":
        return "a space"
    return f"{character}" if character in alphabet() else f"{character}, never met,"


def _alt(part: str, line: str, found: Flow, way: str) -> str:
    lengths = found.lengths()
    largest = lengths.index(max(lengths))
    each = ", ".join(
        f"{SPACE if character == ' ' else character} {svg.number(value, 2)}"
        for character, value in zip(part, lengths, strict=True)
    )
    return (
        f"The gradient of the reader's score after {len(part)} of the {len(line)} characters of "
        f"{line!r}, {way}. The score is {svg.number(found.score, 2)}. Length of the gradient for "
        f"each character: {each}; the largest at {_named(part[largest])}."
    )
