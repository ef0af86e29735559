"""One unit of the trained reader along a line: its memory c, and below it the unit's gates."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

from lstm_lessons.data import plain_reader
from lstm_lessons.drawing import svg
from lstm_lessons.drawing.curves import curves
from lstm_lessons.drawing.picture import Picture
from lstm_lessons.drawing.steps import SPACE, Steps

GATES = {"f": "forget", "i": "input", "o": "output"}
LONGEST = 50
EMPTY = 0.05  # a c this little below 0 is drawn just below the box, which ends at 0
WIDTH, LEFT, RIGHT = 760, 56, 712
MEMORY_TOP, MEMORY_HEIGHT, LETTERS_Y = 14, 130, 190
GATES_TOP, GATES_HEIGHT = 206, 96
LOW, HIGH = 208, 350  # how high the picture is, without gates and with them


def unit(line: str, gates: str = "", number: int = 5) -> Picture:
    """Return the picture of c of one unit after each character of a line.

    ``gates`` holds letters of f, i and o, such as "" or "f" or "f i": they are drawn in a box of
    their own below the line. ``number`` is the unit's, 0 to 15; unit 5 follows brackets.

    Raises:
        ValueError: the line does not have 2 to 50 characters, or there is no such gate or unit.
    """
    letters = gates.replace(" ", "")
    if not 2 <= len(line) <= LONGEST:
        raise ValueError(f"line must have 2 to {LONGEST} characters, got {line!r}")
    if set(letters) - set(GATES) or len(set(letters)) < len(letters):
        raise ValueError(f"gates must hold letters of f, i and o, got {gates!r}")
    if number not in range(plain_reader.HIDDEN_SIZE):
        raise ValueError(f"number must be 0 to {plain_reader.HIDDEN_SIZE - 1}, got {number!r}")
    read = plain_reader.read(line)
    values = {name: [getattr(step, name)[number] for step in read] for name in ["c", *letters]}
    root = svg.panel(WIDTH, HIGH if letters else LOW)
    steps = Steps(LEFT, RIGHT - LEFT, len(line))
    _memory(root, steps, values["c"], number)
    steps.letters(root, LETTERS_Y, line)
    if letters:
        shown = {name: values[name] for name in letters}
        title = "its gate" if len(letters) == 1 else "its gates"
        title += " " + ", ".join(f"{name} ({GATES[name]})" for name in letters)
        curves(root, steps, GATES_TOP, GATES_HEIGHT, shown, title=title)
    _said_under_the_pointer(root, steps, line, values, HIGH if letters else LOW)
    return Picture(svg.write(root), _alt(line, values, number))


def _memory(root: svg.Element, steps: Steps, memory: Sequence[float], number: int) -> None:
    """Draw c, with a grid line at each whole number.

    A unit that is empty is a little below 0: its line runs a pixel or two below the box.
    """
    low, high = min(0, floor(min(memory) + EMPTY)), max(1, ceil(max(memory)))
    for whole in range(low + 1, high):
        y = MEMORY_TOP + 22 + MEMORY_HEIGHT * (high - whole) / (high - low)
        svg.add(root, "path", d=f"M{steps.left} {y:.2f}H{steps.right:.2f}", stroke="edge")
        if whole:  # the line at 0 has its number already
            svg.label(root, steps.left - 6, y + 4.5, svg.number(whole, 0), 12, "end", fill="muted")
    title = f"memory c of unit {number}, after each character"
    place = (root, steps, MEMORY_TOP, MEMORY_HEIGHT, {"c": memory}, (low, high))
    curves(*place, title=title, below=EMPTY)


def _said_under_the_pointer(
    root: svg.Element, steps: Steps, line: str, values: dict[str, list[float]], height: float
) -> None:
    """Lay a sheet that cannot be seen over each column; it says the numbers of that step."""
    for place, character in enumerate(line):
        said = ", ".join(f"{name} = {svg.number(each[place], 2)}" for name, each in values.items())
        x = steps.left + place * steps.column
        place = (x, MEMORY_TOP, steps.column, height - MEMORY_TOP - 12)
        svg.sheet(root, *place, f"after {character.replace(' ', SPACE)}: {said}")


def _alt(line: str, values: dict[str, list[float]], number: int) -> str:
    texts = [f"Unit {number} of the reader, after each character of “{line}”."]
    for name, each in values.items():
        said = (f"{c} {svg.number(value, 2)}" for c, value in zip(line, each, strict=True))
        what = "Its memory c" if name == "c" else f"Its gate {name}"
        texts.append(f"{what}: " + ", ".join(said) + ".")
    return " ".join(texts)
