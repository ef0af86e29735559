"""The rows of four gates, carried from one framework to another, and what the reader then says."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from lstm_lessons.data import plain_reader
from lstm_lessons.drawing import Picture, svg
from lstm_lessons.drawing.pictures.gate_orders import LETTERS, MOST, draw, gates, said
from lstm_lessons.explorers.base import Choice, Explorer, Range, checked
from lstm_lessons.lstm.plain import dot, plain_step, sigmoid

WIDTH, HEIGHT = 760, 470
LINES = ("print(x, y)", "The value is a number.")
BAR_X, BAR_WIDTH, BARS_Y = 270, 300, 356
KINDS = tuple(LETTERS)
AS_THEY_LIE, IN_ORDER = "as they lie", "put in order"
RIGHT = {
    ("ifgo", "iofg"): 163,
    ("ifgo", "igfo"): 121,
    ("iofg", "ifgo"): 122,
    ("iofg", "igfo"): 181,
    ("igfo", "ifgo"): 121,
    ("igfo", "iofg"): 181,
}
"""Of 242 lines, how many the reader has right, if rows in one order are read in another one."""

PRESETS = {
    "PyTorch to ONNX": {"source": "PyTorch", "target": "ONNX", "rows": AS_THEY_LIE},
    "put in order": {"rows": IN_ORDER},
    "to Keras": {"source": "PyTorch", "target": "Keras", "rows": AS_THEY_LIE},
    "to TensorFlow 1": {"source": "PyTorch", "target": "TensorFlow 1", "rows": AS_THEY_LIE},
}


def gate_orders() -> Explorer:
    """Return the explorer: from, to, the rows as they lie or put in order, and the units."""
    return Explorer(view, presets=PRESETS)


@checked
def view(
    source: Annotated[str, Choice(KINDS), "from"] = "PyTorch",
    target: Annotated[str, Choice(KINDS), "to"] = "ONNX",
    rows: Annotated[str, Choice((AS_THEY_LIE, IN_ORDER)), "rows"] = AS_THEY_LIE,
    units: Annotated[int, Range(1, MOST, 1), "units"] = 4,
) -> Picture:
    """Return the picture: both stacks, and what the reader, carried over so, says of two lines.

    ``units`` changes the stacks that are drawn alone: the reader has 16.

    Raises:
        ValueError: a parameter is outside its range.
    """
    moved = rows == IN_ORDER
    there, taken = gates(source), gates(target)
    came = taken if moved else there
    root = svg.panel(WIDTH, HEIGHT)
    draw(root, source, target, units, moved)
    right = RIGHT.get((came, taken), 217)
    title = "The reader, carried over so:"
    svg.label(root, 24, BARS_Y - 8, title, 16, "start", font_weight="bold")
    certain = {line: certainty(line, came, taken) for line in LINES}
    for place, (line, share) in enumerate(certain.items()):
        y = BARS_Y + 10 + 30 * place
        svg.label(root, 24, y + 14, line, 16, "start", font_family="monospace")
        svg.rect(root, BAR_X, y, BAR_WIDTH, 18, fill="none", stroke="edge")
        size = max(1, share * BAR_WIDTH), 18
        svg.rect(root, BAR_X, y, *size, fill="ink", data_bar=line)
        text = f"{share:.0%} code"
        svg.label(root, BAR_X + BAR_WIDTH + 12, y + 15, text, 16, "start", data_said=line)
    count = f"{right} of 242 lines right"
    if (source == "TensorFlow 1") != (target == "TensorFlow 1"):
        count += ", without the 1 that TensorFlow 1 adds to f"
    svg.label(root, 24, HEIGHT - 24, count, 16, "start", font_weight="bold", data_right="count")
    told = "; ".join(f"“{line}” is {share:.0%} code" for line, share in certain.items())
    alt = said(source, target, units, came, taken)
    return Picture(svg.write(root), f"{alt} The reader, carried over so: {told}. {count}.")


@cache
def certainty(line: str, came: str, taken: str) -> float:
    """Return how sure the reader is of code, with its rows in one order and read in another."""
    number = {character: n for n, character in enumerate(plain_reader.alphabet(), start=1)}
    table, from_x, from_h, bias_x, bias_h, head, head_bias = plain_reader.weights().values()
    bias = [b_x + b_h for b_x, b_h in zip(bias_x, bias_h, strict=True)]
    H = plain_reader.HIDDEN_SIZE
    starts = {gate: H * "ifgo".index(came[place]) for place, gate in enumerate(taken)}
    weights = [[row for gate in "ifgo" for row in each[starts[gate] : starts[gate] + H]]
               for each in (from_x, from_h, bias)]  # fmt: skip
    h, c = [0.0] * H, [0.0] * H
    for character in line:
        step = plain_step(table[number[character]], h, c, *weights)
        h, c = step.h, step.c
    return sigmoid(dot(head[0], h) + head_bias[0])
