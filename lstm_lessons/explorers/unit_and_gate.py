"""One gate of the reader over a typed line, in one unit, beside the memory of that unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from lstm_lessons.data.plain_reader import HIDDEN_SIZE, Step, read
from lstm_lessons.drawing import Picture, svg
from lstm_lessons.drawing.curves import curves, span
from lstm_lessons.drawing.steps import SPACE, Steps
from lstm_lessons.explorers.base import Choice, Explorer, Range, Text, checked

MOST = 40
WIDTH, HEIGHT = 720, 388
LEFT, ROOM = 64, 590
LETTERS_Y, BAR_Y, BAR = 72, 80, 8
GATE_TOP, GATE_TALL = 100, 72
STATES_TOP, STATES_TALL = 206, 140

OPENING, CLOSING = "([{", ")]}"

PRESETS = {
    "the story": {"line": "the value is (not always) a number", "unit": 5, "gate": "f"},
    "a string": {"line": 'if x == "a(b":', "unit": 5, "gate": "i"},
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
    """Return the picture: where a bracket is open, the gate, and memory and state of one unit.

    Raises:
        ValueError: a parameter is outside its range.
    """
    made = read(line)
    steps = Steps(LEFT, ROOM, len(line))
    values = [getattr(step, gate)[unit] for step in made]
    bounds = (-1, 1) if gate == "g" else (0, 1)
    c, h = ([getattr(step, name)[unit] for step in made] for name in "ch")
    most = max(2, span(c, h)[1])  # so that the axis stays when another unit is chosen
    root = svg.panel(WIDTH, HEIGHT)
    said = f"Unit {unit}: gate {gate}, memory c and shown h"
    svg.label(root, 20, 32, said, 17, "start", font_weight="bold")
    steps.letters(root, LETTERS_Y, line)
    _bars(root, steps, line)
    curves(root, steps, GATE_TOP, GATE_TALL, {gate: values}, bounds, title=f"gate {gate}")
    states = {"c": c, "h": h}
    title = "memory c, thick; shown h, thin"
    curves(root, steps, STATES_TOP, STATES_TALL, states, (-most, most), title=title)
    return Picture(svg.write(root), _alt(line, made, unit, gate))


def open_behind(line: str) -> list[bool]:
    """Return for each character whether a bracket is open behind it; in double quotes none counts.

    It is `data.train_reader.open_brackets`, without torch.
    """
    depth, quoted, found = 0, False, []
    for character in line:
        quoted ^= character == '"'
        if not quoted:
            depth += character in OPENING
            depth = max(0, depth - (character in CLOSING))
        found.append(depth > 0)
    return found


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

    opened = sum(open_behind(line))
    return (
        f"The reader's unit {unit} and its gate {gate} over the line {line!r}. A bracket is open "
        f"behind {opened} of the {len(line)} characters. {gate} after each character: "
        f"{said(gate)}. Memory c: {said('c')}. Shown h: {said('h')}."
    )
