"""One gate of the reader over a typed line: in one unit, beside its memory, and in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from lstm_lessons.data.plain_reader import HIDDEN_SIZE, Step, read
from lstm_lessons.drawing import Picture, svg
from lstm_lessons.drawing.curves import curves, span
from lstm_lessons.drawing.heat import heat, heat_key
from lstm_lessons.drawing.steps import SPACE, Steps
from lstm_lessons.explorers.base import Choice, Explorer, Range, Text, checked

MOST = 40
LOW, HIGH = 0.1, 0.9
"""A tap beyond these is called saturated."""

WIDTH, HEIGHT = 720, 560
LEFT, ROOM = 64, 590
LETTERS_Y, BAR_Y, BAR = 72, 80, 8
GATE_TOP, GATE_TALL = 100, 64
STATES_TOP, STATES_TALL = 196, 84
ALL_TOP, ROW = 330, 12.5
KEY_Y = 549

OPENING, CLOSING = "([{", ")]}"

PRESETS = {
    "the story": {"line": "the value is (not always) a number", "unit": 5, "gate": "f"},
    "a string": {"line": "if x == 'a(b':", "unit": 5, "gate": "i"},
    "nested brackets": {"line": "f(a, (b, c), d)", "unit": 5, "gate": "f"},
    "a list of strings": {"line": "['eggs', 'sausage', 'bacon', 'spam']", "unit": 5, "gate": "f"},
}


def unit_and_gate() -> Explorer:
    """Return the explorer: a line to type, a unit, and a gate."""
    return Explorer(view, presets=PRESETS)


@checked
def view(
    line: Annotated[str, Text(most=MOST), "a line of your own"] = PRESETS["the story"]["line"],
    unit: Annotated[int, Range(0, HIDDEN_SIZE - 1, 1), "unit"] = 5,
    gate: Annotated[str, Choice(tuple("ifgo")), "gate"] = "f",
) -> Picture:
    """Return the picture: brackets, the gate and the states of one unit, the gate of all units.

    Raises:
        ValueError: a parameter is outside its range.
    """
    made = read(line)
    steps = Steps(LEFT, ROOM, len(line))
    values = [getattr(step, gate)[unit] for step in made]
    bounds = (-1, 1) if gate == "g" else (0, 1)
    c, h = ([getattr(step, name)[unit] for step in made] for name in "ch")
    root = svg.panel(WIDTH, HEIGHT)
    svg.label(root, 20, 32, _said(values, unit, gate), 17, "start", font_weight="bold")
    steps.letters(root, LETTERS_Y, line)
    _bars(root, steps, line)
    curves(root, steps, GATE_TOP, GATE_TALL, {gate: values}, bounds, title=f"gate {gate}")
    states = {"c": c, "h": h}
    curves(root, steps, STATES_TOP, STATES_TALL, states, span(c, h), title="memory c, shown h")
    title = f"gate {gate} of all {HIDDEN_SIZE} units: a full square is 1"
    svg.label(root, LEFT, ALL_TOP - 9, title, 13, "start", font_weight="bold")
    rows = [[getattr(step, gate)[row] for step in made] for row in range(HIDDEN_SIZE)]
    heat(root, steps, ALL_TOP, ROW, rows, lit=unit)
    heat_key(root, LEFT, KEY_Y)
    return Picture(svg.write(root), _alt(line, made, unit, gate))


def open_behind(line: str) -> list[bool]:
    """Return for each character whether a bracket is open behind it, in strings as elsewhere."""
    depth, found = 0, []
    for character in line:
        depth += character in OPENING
        depth = max(0, depth - (character in CLOSING))
        found.append(depth > 0)
    return found


def saturated(values: Sequence[float], gate: str) -> int:
    """Return at how many characters a gate stands at an end; g has one at −1 and one at 1."""
    low = -HIGH if gate == "g" else LOW
    return sum(value < low or value > HIGH for value in values)


def _said(values: Sequence[float], unit: int, gate: str) -> str:
    ends = "−1 or 1" if gate == "g" else "0 or 1"
    count = f"{saturated(values, gate)} of {len(values)}"
    return f"Unit {unit}: {gate} stands near {ends} at {count} characters"


def _bars(root: svg.Element, steps: Steps, line: str) -> None:
    """Draw a bar below each character behind which a bracket is open."""
    svg.label(root, LEFT - 6, BAR_Y + BAR, "open", 12, "end", fill="muted")
    for step, is_open in enumerate(open_behind(line)):
        if is_open:
            place = (LEFT + step * steps.column, BAR_Y, steps.column, BAR)
            svg.rect(root, *place, fill="ink", data_open=str(step))


def _alt(line: str, made: Sequence[Step], unit: int, gate: str) -> str:
    def said(name: str) -> str:
        return ", ".join(
            f"{SPACE if step.character == ' ' else step.character} "
            f"{svg.number(getattr(step, name)[unit], 2)}"
            for step in made
        )

    values = [getattr(step, gate)[unit] for step in made]
    last = ", ".join(svg.number(each, 2) for each in getattr(made[-1], gate))
    opened = sum(open_behind(line))
    return (
        f"The reader's unit {unit} and its gate {gate} over the line {line!r}. A bracket is open "
        f"behind {opened} of the {len(line)} characters. {_said(values, unit, gate)}. {gate} after "
        f"each character: {said(gate)}. Memory c: {said('c')}. Shown h: {said('h')}. {gate} of all "
        f"units after the last character, from unit 0 on: {last}."
    )
