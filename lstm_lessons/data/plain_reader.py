"""The trained reader without torch: its weights, and what it makes of a line, step by step.

The equations are those of `torch.nn.LSTM`, the weights those of reader.json, which `train_reader`
makes. So a picture can show the reader at work where there is no torch.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from lstm_lessons.lstm.plain import dot, plain_step, sigmoid

Vector = list[float]

HIDDEN_SIZE = 16


class Step(NamedTuple):
    """What the reader holds after a character.

    ``i``, ``f``, ``g``, ``o``, ``c`` and ``h`` have 16 numbers each, one a unit. ``score`` is
    positive for code; ``certainty``, from 0 to 1, is how sure the reader is that the line is code.
    """

    character: str
    i: Vector
    f: Vector
    g: Vector
    o: Vector
    c: Vector
    h: Vector
    score: float

    @property
    def certainty(self) -> float:
        """The sigmoid of the score: 1 is code, 0 is prose."""
        return sigmoid(self.score)


def alphabet() -> str:
    """Return the characters that the reader has met in training; the first has number 1."""
    return _file()["alphabet"]


def weights() -> dict[str, Any]:
    """Return the weights by torch's names: lists of rows, or a list of numbers for a bias."""
    return {name: _shaped(**each) for name, each in _file().items() if name != "alphabet"}


@cache
def read(text: str) -> tuple[Step, ...]:
    """Return a step for each character. One that it has never met is read as all zeros."""
    number = {character: n for n, character in enumerate(alphabet(), start=1)}
    table, stacked_x, stacked_h, bias_x, bias_h, head, head_bias = weights().values()
    bias = [b_x + b_h for b_x, b_h in zip(bias_x, bias_h, strict=True)]
    h, c = [0.0] * HIDDEN_SIZE, [0.0] * HIDDEN_SIZE
    steps = []
    for character in text:
        x = table[number.get(character, 0)]
        made = plain_step(x, h, c, stacked_x, stacked_h, bias)
        h, c = made.h, made.c
        steps.append(Step(character, *made, dot(head[0], h) + head_bias[0]))
    return tuple(steps)


@cache
def _file() -> dict:
    return json.loads(Path(__file__).with_name("reader.json").read_text(encoding="utf-8"))


def _shaped(shape: list[int], values: Vector) -> list[Vector] | Vector:
    if len(shape) == 1:
        return values
    columns = shape[1]
    return [values[row * columns : (row + 1) * columns] for row in range(shape[0])]
