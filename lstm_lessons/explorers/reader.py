"""The trained reader reads a line: its verdict at every character, and the memory behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor
from typing import Annotated, NamedTuple

from lstm_lessons.data.plain_reader import HIDDEN_SIZE, Step, alphabet, read
from lstm_lessons.drawing import Picture, svg, theme
from lstm_lessons.drawing.parts import BELT, gate_formula
from lstm_lessons.explorers.base import Explorer, Range, Text, checked

MOST = 32
"""How long a line may be: its characters stand in one row, large enough to read."""

WIDTH, HEIGHT = 720, 642
LEFT, RIGHT = 66, 706  # of all that stands under the characters
FITTING = (12, 20, MOST)  # short lines are drawn larger, in few sizes, so that typing moves little
LARGEST = 28  # letters
LINE_Y = 92
SURE_TOP, SURE_BOTTOM = 112, 168
MEMORY_Y, ROWS_TOP, ROW = 200, 210, 12
UNIT_Y, CURVE_TOP, CURVE_BOTTOM = 434, 448, 512
BARS = {"f": (548, "keeps"), "i": (584, "takes in")}  # where a gate's bars stand, and what it does
BAR = 26  # the height of a bar of 1
SUM_Y = 618

MARKS = "■ above 0   □ below 0   as wide as"
KEY = (1, 3, 10)  # numbers whose bars are shown beside the marks, as wide as in the rows
PRESETS = {
    "it changes its mind": {"line": "for k in range(10):", "characters": 14},
    "an open bracket": {"line": "print(x, y)", "characters": 5},
    "prose": {"line": "It ends where the line ends.", "characters": MOST},
    "a bracket in prose": {"line": "the value (if any) is used", "characters": 14},
    "nested brackets": {"line": "f(a, (b, c), d)", "characters": 11},
    "seven brackets": {"line": "((((((()", "characters": 7},
    "a long bracket": {"line": "print(0, 1, 2, 3, 4, 5, 6, 7, 8)", "characters": 31},
    "a list of words": {"line": "['ab c', '', 'de fg', 'kl']", "characters": 26},
    "a bracket in a string": {"line": "if x == 'a(b':", "characters": MOST},
}


def reader() -> Explorer:
    """Return the explorer: a line to type, how much of it is read, and a unit to follow.

    A line that is typed is read to its end.
    """
    made = Explorer(view, presets=PRESETS, play="characters")
    line, characters = made.sliders["line"], made.sliders["characters"]

    def read_to_the_end(change: object) -> None:
        characters.value = min(max(len(line.value), 1), MOST)

    line.observe(read_to_the_end, names="value")
    return made


@checked
def view(
    line: Annotated[str, Text(most=MOST), "a line of your own"] = "for k in range(10):",
    characters: Annotated[int, Range(1, MOST, 1), "characters read"] = 17,
    unit: Annotated[int, Range(0, HIDDEN_SIZE - 1, 1), "unit to follow"] = 5,
) -> Picture:
    """Return the picture of the line, read so far; of a shorter line, of all of it.

    Raises:
        ValueError: a parameter is outside its range.
    """
    whole = read(line)
    steps = whole[:characters]
    column = column_width(line)
    root = svg.panel(WIDTH, HEIGHT)
    now = LEFT + column * (len(steps) - 1)
    ink = {"fill": "ink", "fill_opacity": 0.09}
    svg.rect(root, now, LINE_Y - 28, column, BARS["i"][0] - LINE_Y + 32, rx=4, **ink)
    _verdict(root, line, steps)
    _characters(root, line, len(steps), column)
    _sureness(root, steps, column)
    _memory(root, steps, unit, column)
    _unit(root, whole, len(steps), unit, column)
    _said_under_the_pointer(root, steps, unit, column)
    return Picture(svg.write(root), _alt(line, steps, unit))


def column_width(line: str) -> float:
    """Return how wide the column of a character is."""
    return (RIGHT - LEFT) / next(count for count in FITTING if len(line) <= count)


class Sum(NamedTuple):
    """How a unit's memory came about in a step, each number as it is shown."""

    f: str
    old: str
    i: str
    g: str
    c: str

    @classmethod
    def of(cls, before: Step | None, step: Step, unit: int) -> Sum:
        """Return the sum of a step; before the first one, the memory is 0."""
        old = before.c[unit] if before else 0.0
        numbers = (step.f[unit], old, step.i[unit], step.g[unit], step.c[unit])
        return cls(*(svg.number(each, 2) for each in numbers))

    @property
    def pieces(self) -> list[tuple[str, str]]:
        """The sum in pieces, each with its colour: a gate's number has the gate's."""
        old, g = (f"({n})" if n.startswith("−") else n for n in (self.old, self.g))
        return [(self.f, "f"), (f" · {old} + ", "ink"), (self.i, "i"), (" · ", "ink"),
                (g, "g"), (f" = {self.c}", "ink")]  # fmt: skip

    def __str__(self) -> str:
        """Return the sum: ``1.00 · 0.00 + 1.00 · 1.00 = 1.00``."""
        return "".join(piece for piece, _ in self.pieces)


def in_words(step: Step) -> str:
    """Return what the reader says after a character: ``prose, 93 % sure``."""
    sure = max(step.certainty, 1 - step.certainty)
    percent = "more than 99" if sure > 0.99 else str(round(100 * sure))
    return f"{'code' if step.certainty >= 0.5 else 'prose'}, {percent} % sure"


def share(value: float) -> float:
    """Return how wide the bar of a memory is, as a share of its place: half of it for 1."""
    return abs(value) / (1 + abs(value))


def _verdict(root: svg.Element, line: str, steps: Sequence[Step]) -> None:
    bold = {"font_weight": "bold", "data_verdict": "now"}
    svg.label(root, 20, 40, f"It says: {in_words(steps[-1])}", 24, "start", **bold)
    read_so_far = f"{len(steps)} of {len(line)} characters read"
    svg.label(root, RIGHT, 38, read_so_far, 15, "end", fill="muted")
    if new := never_met(line):
        text = f"never met in training, read as nothing: {' '.join(new)}"
        svg.label(root, RIGHT, 57, text, 12, "end", fill="muted")


def never_met(line: str) -> list[str]:
    """Return the characters of a line that the reader has never met, each once, eight at most."""
    return [each for each in dict.fromkeys(line) if each not in alphabet()][:8]


def _characters(root: svg.Element, line: str, done: int, column: float) -> None:
    """Draw the line: what is read bold, the rest muted."""
    size = min(0.7 * column, LARGEST)
    for place, character in enumerate(line):
        if character == " ":
            continue
        style = {"font_weight": "bold"} if place < done else {"fill": "muted"}
        x = LEFT + column * (place + 0.5)
        svg.label(root, x, LINE_Y, character, size, data_character=str(place), **style)


def _sureness(root: svg.Element, steps: Sequence[Step], column: float) -> None:
    """Draw the verdict after each character, from prose below to code above."""
    for y, text in ((SURE_TOP, "code"), (SURE_BOTTOM, "prose")):
        svg.label(root, LEFT - 10, y + 5, text, 14, "end", font_weight="bold")
        svg.add(root, "path", d=f"M{LEFT} {y}H{RIGHT}", stroke="edge")
    middle = (SURE_TOP + SURE_BOTTOM) / 2
    svg.add(root, "path", d=f"M{LEFT} {middle}H{RIGHT}", stroke="muted", stroke_dasharray="3 5")
    height = SURE_BOTTOM - SURE_TOP
    points = [
        (LEFT + column * (place + 0.5), SURE_BOTTOM - height * step.certainty)
        for place, step in enumerate(steps)
    ]
    _curve(root, points, 3, data_curve="certainty")


def _curve(
    root: svg.Element, points: Sequence[tuple[float, float]], width: float, **mark: str
) -> None:
    path = "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)
    line = {"fill": "none", "stroke": "ink", "stroke_width": width, "stroke_linejoin": "round"}
    svg.add(root, "path", d=path, **line, **mark)
    x, y = points[-1]
    svg.add(root, "circle", cx=x, cy=y, r=width + 3, fill="ink")


def _memory(root: svg.Element, steps: Sequence[Step], unit: int, column: float) -> None:
    """Draw a bar for each number of the memory: a row for each unit, a column for each step."""
    svg.label(root, 20, MEMORY_Y, "Its memory c: 16 units", 15, "start", font_weight="bold")
    _key(root, column)
    chosen = {"fill": "none", "stroke": "ink", "stroke_width": 1.5, "rx": 3}
    svg.rect(root, LEFT - 4, ROWS_TOP + ROW * unit, RIGHT - LEFT + 8, ROW, **chosen)
    for row in range(HIDDEN_SIZE):
        y = ROWS_TOP + ROW * row
        style = {"font_weight": "bold"} if row == unit else {"fill": "muted"}
        name = f"unit {row}" if row == unit else str(row)
        svg.label(root, LEFT - 10, y + ROW - 2, name, 12, "end", **style)
        for sign, paint in (
            ("above", {"fill": "ink"}),
            ("below", {"fill": "none", "stroke": "ink", "stroke_width": 1.2}),
        ):
            bars = "".join(_bars_of(steps, row, sign == "above", column))
            if bars:
                svg.add(root, "path", d=bars, **paint, **{f"data_{sign}": str(row)})


def _key(root: svg.Element, column: float) -> None:
    """Draw what the bars mean: full and hollow, and how wide some numbers are, from the right."""
    x = RIGHT
    for value in reversed(KEY):
        svg.label(root, x, MEMORY_Y, str(value), 12.5, "end", fill="muted")
        width = (column - 3) * share(value)
        x -= 8 * len(str(value)) + 3 + width
        svg.rect(root, x, MEMORY_Y - ROW + 2.5, width, ROW - 3, fill="ink", data_key=str(value))
        x -= 11
    key = svg.label(root, x, MEMORY_Y, MARKS, 12.5, "end")
    key.set("style", f"white-space:pre;fill:{theme.variable('muted')}")


def _bars_of(steps: Sequence[Step], row: int, above: bool, column: float) -> Iterator[str]:
    """Yield a bar for each number of a unit that is above zero, or below; hollow ones are inset."""
    inset = 0 if above else 0.6
    top, height = ROWS_TOP + ROW * row + 1.5 + inset, ROW - 3 - 2 * inset
    for place, step in enumerate(steps):
        width = (column - 3) * share(step.c[row]) - 2 * inset
        if (step.c[row] > 0) == above and width >= 1:
            left = LEFT + column * (place + 0.5) - width / 2
            yield f"M{left:.2f} {top:.2f}h{width:.2f}v{height:.2f}h{-width:.2f}z"


def _unit(root: svg.Element, whole: Sequence[Step], done: int, unit: int, column: float) -> None:
    """Draw the memory of one unit as a curve, and below it how much f keeps and i takes in."""
    steps = whole[:done]
    svg.label(root, 20, UNIT_Y, f"Unit {unit}: its memory c", 15, "start", font_weight="bold")
    # The scale is that of the whole line, so that nothing moves while it is read.
    low = min(0.0, *(step.c[unit] for step in whole))
    high = max(1.0, *(step.c[unit] for step in whole))
    height = (CURVE_BOTTOM - CURVE_TOP) / (high - low)
    for value in _ticks(low, high):
        y, colour = CURVE_BOTTOM - height * (value - low), "edge" if value else "muted"
        svg.add(root, "path", d=f"M{LEFT} {y:.2f}H{RIGHT}", stroke=colour)
        svg.label(root, LEFT - 10, y + 5, svg.number(value, 0), 13, "end", fill="muted")
    points = [
        (LEFT + column * (place + 0.5), CURVE_BOTTOM - height * (step.c[unit] - low))
        for place, step in enumerate(steps)
    ]
    _curve(root, points, BELT, data_curve="c")
    for gate, (bottom, does) in BARS.items():
        _bars(root, gate, bottom, does, [getattr(step, gate)[unit] for step in steps], column)
    _sum(root, steps, unit)


def _ticks(low: float, high: float) -> list[int]:
    """Return the whole numbers to write beside the curve: all of a few, else the ends and 0."""
    every = range(ceil(low), floor(high + 0.05) + 1)
    if high - low <= 3.5:
        return list(every)
    ends = {each for each in (every[0], every[-1]) if abs(each) > 0.3 * (high - low)}
    return sorted(ends | {0})


def _bars(
    root: svg.Element, gate: str, bottom: float, does: str, values: list[float], column: float
) -> None:
    """Draw a gate as a bar at each step: full for 1, none for 0."""
    svg.label(root, LEFT - 10, bottom - 12, gate, 16, "end", fill=gate, font_weight="bold")
    svg.label(root, LEFT - 10, bottom + 1, does, 12, "end", fill="muted")
    svg.add(root, "path", d=f"M{LEFT} {bottom}H{RIGHT}", stroke="muted")
    width = 0.7 * column
    bars = "".join(
        f"M{LEFT + column * (place + 0.5) - width / 2:.2f} {bottom}"
        f"v{-BAR * value:.2f}h{width:.2f}v{BAR * value:.2f}z"
        for place, value in enumerate(values)
    )
    svg.add(root, "path", d=bars, fill=gate, data_bars=gate)


def _sum(root: svg.Element, steps: Sequence[Step], unit: int) -> None:
    """Draw the step just made in numbers."""
    before = steps[-2] if len(steps) > 1 else None
    gate_formula(root, 20, SUM_Y, "c = f · c_before + i · g", 17)
    line = svg.label(root, RIGHT, SUM_Y, "= ", 17, "end", font_weight="bold", data_sum=str(unit))
    for text, colour in Sum.of(before, steps[-1], unit).pieces:
        svg.add(line, "tspan", text, fill=colour)


def _said_under_the_pointer(
    root: svg.Element, steps: Sequence[Step], unit: int, column: float
) -> None:
    """Lay a sheet that cannot be seen over every number; it says which numbers made it."""
    befores = (None, *steps)
    for place, (before, step) in enumerate(zip(befores, steps, strict=False)):
        x = LEFT + column * place
        shown = f"after {_named(step.character)}"
        top = LINE_Y - 28
        svg.sheet(root, x, top, column, SURE_BOTTOM + 8 - top, f"{shown}: {in_words(step)}")
        text = f"unit {unit} {shown}: c = f · c before + i · g = {Sum.of(before, step, unit)}"
        svg.sheet(root, x, CURVE_TOP - 8, column, BARS["i"][0] - CURVE_TOP + 8, text)
    before, last = befores[len(steps) - 1], steps[-1]
    for row in range(HIDDEN_SIZE):
        made = Sum.of(before, last, row)
        text = f"unit {row} after {_named(last.character)}: c = f · c before + i · g = {made}"
        svg.sheet(root, LEFT - 40, ROWS_TOP + ROW * row, RIGHT - LEFT + 40, ROW, text)


def _named(character: str) -> str:
    return "a space" if character == " " else character


def _alt(line: str, steps: Sequence[Step], unit: int) -> str:
    last, before = steps[-1], steps[-2] if len(steps) > 1 else None
    verdicts = ", ".join(
        f"{_named(step.character)} {round(100 * step.certainty)}" for step in steps
    )
    memory = ", ".join(f"unit {row} {svg.number(c, 1)}" for row, c in enumerate(last.c))
    curve = ", ".join(f"{_named(step.character)} {svg.number(step.c[unit], 1)}" for step in steps)
    new = never_met(line)
    unknown = f" Never met in training, read as nothing: {' '.join(new)}." if new else ""
    return (
        f"The trained reader has read {len(steps)} of the {len(line)} characters of the line "
        f"{line!r}: {line[: len(steps)]!r}. It says: {in_words(last)}.{unknown} How sure it was of "
        f"code after each character, in percent: {verdicts}. Its memory c now: {memory}. "
        f"Unit {unit}, c after each character: {curve}. There, in the last step, "
        f"c = f · c before + i · g = {Sum.of(before, last, unit)}."
    )
