"""A layer unrolled in time: step by step, output fills up, h and c are handed on."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Annotated, NamedTuple

from lstm_lessons import shapes
from lstm_lessons.drawing import Picture, svg, theme
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.parts import belt
from lstm_lessons.explorers.base import Choice, Explorer, Range, checked
from lstm_lessons.lstm.plain import plain_step

LONGEST, MOST_UNITS = 6, 4


INPUT_SIZE = 2  # numbers in a word; the picture does not show them
WIDTH, HEIGHT = 760, 486
COLUMN = 92  # a column for the start, one for each step, one for the end
FIRST = WIDTH / 2 - 3.5 * COLUMN  # the middle of the start's column
OUTPUT_Y, STATES_Y = 50, 190  # where the boxes with numbers begin
CELL_Y, CELL_HALF, CELL_WIDTH = 348, 22, 54
WORD_Y, WORD_HALF = 408, 12
ROW, NUMBER_WIDTH = 22, 45
C_LINE, H_LINE = CELL_Y - 10, CELL_Y + 10  # the heights at which c and h are handed on

NOTES = (
    "A box holds the number of one unit; c has thick lines. Dashed: still empty.",
    "Of earlier steps, h is kept in output, and c is kept nowhere.",
)

_PRESET = {"seq_len": 5, "hidden_size": 3, "hx": "None"}
PRESETS = {
    "at the start": _PRESET | {"steps": 0},
    "a c that is hidden": _PRESET | {"steps": 4},
    "all steps": _PRESET | {"steps": 5},
    "states are given": _PRESET | {"steps": 5, "hx": "(h_0, c_0)"},
}

Vector = tuple[float, ...]


def unrolled() -> Explorer:
    """Return the explorer: how many steps are done, two sizes, and the states to start from."""
    return Explorer(view, presets=PRESETS, play="steps")


def words() -> list[list[float]]:
    """Return the longest sequence: a word for each step, I numbers each."""
    return [list(word) for word in _fixed().words]


def weights(hidden_size: int) -> dict[str, list]:
    """Return the weights of a layer of this size, stacked as torch's: (4H, I), (4H, H), (4H,).

    There is one bias; torch's second one is zero. A smaller layer has the first units of the
    largest, without those that it lacks.
    """
    units, fixed = range(hidden_size), _fixed()
    stacked = [(gate, unit) for gate in range(len(shapes.GATES)) for unit in units]
    return {
        "weight_ih": [list(fixed.weight_ih[gate][unit]) for gate, unit in stacked],
        "weight_hh": [list(fixed.weight_hh[gate][unit][:hidden_size]) for gate, unit in stacked],
        "bias_ih": [fixed.bias[gate][unit] for gate, unit in stacked],
    }


def numbers(seq_len: int, hidden_size: int, hx: str) -> dict[str, list[Vector]]:
    """Return h and c before the first step and after each: ``h`` and ``c``, T + 1 rows of H.

    ``h[0]`` is h_0, ``h[1:]`` is the output, and the last rows are h_n and c_n. The equations
    are those of torch.nn.LSTM.
    """
    states = _run(hidden_size, hx)[: seq_len + 1]
    return {"h": [h for h, _ in states], "c": [c for _, c in states]}


@checked
def view(
    steps: Annotated[int, Range(0, 6, 1), "steps done"] = 2,
    seq_len: Annotated[int, Range(1, LONGEST, 1), "seq_len T"] = 5,
    hidden_size: Annotated[int, Range(1, MOST_UNITS, 1), "hidden_size H"] = 3,
    hx: Annotated[str, Choice(("None", "(h_0, c_0)")), "hx"] = "None",
) -> Picture:
    """Return the picture: a column for the start, for each step and for the end.

    More steps than the sequence has words are as good as all.

    Raises:
        ValueError: a parameter is outside its range.
    """
    made, ledger = numbers(seq_len, hidden_size, hx), _ledger(seq_len, hidden_size)
    done = min(steps, seq_len)
    root = svg.panel(WIDTH, HEIGHT)
    svg.label(root, WIDTH / 2, 28, _state_of_the_loop(done, seq_len), 15, font_weight="bold")
    _chain(root, seq_len, done)
    _states(root, made, ledger, done)
    _output(root, made, ledger, done)
    for line, text in enumerate(NOTES):
        svg.label(root, WIDTH / 2, HEIGHT - 36 + 20 * line, text, 13, fill="muted")
    return Picture(svg.write(root), _alt(made, ledger, done, hx))


class _Fixed(NamedTuple):
    """The numbers that never change; the weights and biases by gate and unit."""

    words: list[list[float]]
    weight_ih: list[list[list[float]]]
    weight_hh: list[list[list[float]]]
    bias: list[list[float]]
    h_0: list[float]
    c_0: list[float]


@cache
def _fixed() -> _Fixed:
    random, most = Random(44), MOST_UNITS

    def row(limit: float, size: int) -> list[float]:
        return [round(random.uniform(-limit, limit), 2) for _ in range(size)]

    def table(limit: float, rows: int, size: int) -> list[list[float]]:
        return [row(limit, size) for _ in range(rows)]

    # i, f and o lean towards open, so that the memories grow large enough to be seen.
    return _Fixed(
        words=table(2, LONGEST, INPUT_SIZE),
        weight_ih=[table(1.5, most, INPUT_SIZE) for _ in shapes.GATES],
        weight_hh=[table(1, most, most) for _ in shapes.GATES],
        bias=[[1.5 if gate in "if" else 0.5] * most for gate in shapes.GATES],
        h_0=row(0.9, most),
        c_0=row(2, most),
    )


@cache
def _run(hidden_size: int, hx: str) -> list[tuple[Vector, Vector]]:
    """Return (h, c) before the first step and after each of the longest sequence."""
    made, fixed = weights(hidden_size), _fixed()
    h: Vector = (0.0,) * hidden_size
    c: Vector = h
    if hx != "None":
        h, c = tuple(fixed.h_0[:hidden_size]), tuple(fixed.c_0[:hidden_size])
    states = [(h, c)]
    for word in words():
        step = plain_step(word, h, c, *made.values())
        h, c = tuple(step.h), tuple(step.c)
        states.append((h, c))
    return states


def _ledger(seq_len: int, hidden_size: int) -> shapes.Ledger:
    return shapes.lstm_tensors(seq_len, None, INPUT_SIZE, hidden_size)


def _x(column: int) -> float:
    """Return the middle of a column: 0 is the start, t + 1 is step t."""
    return FIRST + column * COLUMN


def _state_of_the_loop(done: int, seq_len: int) -> str:
    plural = "" if seq_len == 1 else "s"
    return f"{done} of {seq_len} step{plural} done" + ("" if done < seq_len else ": the end")


def _chain(root: svg.Element, seq_len: int, done: int) -> None:
    """Draw the words, the steps, and what is handed on from one step to the next."""
    for step in range(seq_len):
        x, is_done = _x(step + 1), step < done
        colour = "ink" if is_done else "muted"
        style = {"rx": 4, "fill": "paper", "stroke": colour, "stroke_width": 1 + is_done}
        svg.rect(root, x - 24, WORD_Y - WORD_HALF, 48, 2 * WORD_HALF, **style)
        svg.formula(root, x, WORD_Y + 5, f"x_{step}", 15)
        arrow(root, colour, (x, WORD_Y - WORD_HALF), (x, CELL_Y + CELL_HALF + 1))
        style |= {"rx": 8, "stroke_width": 3 if step == done - 1 else style["stroke_width"]}
        box = (x - CELL_WIDTH / 2, CELL_Y - CELL_HALF, CELL_WIDTH, 2 * CELL_HALF)
        svg.rect(root, *box, **style, data_step=str(step))
        weight = "bold" if step == done - 1 else "normal"
        svg.label(root, x, CELL_Y + 5, f"step {step}", 13, font_weight=weight)
    for column in range(seq_len + 1):
        left = _x(column) + (CELL_WIDTH / 2 if column else 18)
        right = _x(column + 1) - (CELL_WIDTH / 2 + 1 if column < seq_len else 18)
        passed = column < done or column == done == seq_len
        colour = "ink" if passed else "muted"
        belt(root, colour, (left, C_LINE), (right, C_LINE))
        arrow(root, colour, (left, H_LINE), (right, H_LINE))
        if 0 < column < seq_len:
            svg.label(root, (left + right) / 2, C_LINE - 11, "c", 13)
            svg.label(root, (left + right) / 2, H_LINE + 17, "h", 13)
    for column, index in ((0, "0"), (seq_len + 1, "n")):
        svg.label(root, _x(column), C_LINE + 2, f"c_{index}", 14)
        svg.label(root, _x(column), H_LINE + 9, f"h_{index}", 14)


def _states(root: svg.Element, made: dict, ledger: shapes.Ledger, done: int) -> None:
    """Draw the numbers of h and c: at the start, after the last step done, and at the end."""
    seq_len = len(made["h"]) - 1
    pairs = [(0, "_0", 0), (seq_len + 1, "_n", seq_len if done == seq_len else None)]
    if done:
        pairs.append((done, "", done))
        top = (_x(done), CELL_Y - CELL_HALF)
        arrow(root, "ink", top, (_x(done), _below(STATES_Y, made) + 6))
    for column, index, row in pairs:
        for name, side in (("h", -1), ("c", 1)):
            x, what = _x(column) + side * NUMBER_WIDTH / 2, name + index
            svg.label(root, x, STATES_Y - 7, what, 13, font_weight="bold")
            values = None if row is None else made[name][row]
            thick = 2.5 if name == "c" else 1
            _boxes(root, x, STATES_Y, values, len(made[name][0]), what, thick)
            shape = ledger[what].shape if index else ledger[f"{name}_n"].shape[1:]
            svg.label(root, x, _below(STATES_Y, made), str(shape), 12, data_shape=what)


def _output(root: svg.Element, made: dict, ledger: shapes.Ledger, done: int) -> None:
    """Draw output, a slot a step, and the arrow from h into the slot of the last step done."""
    seq_len, entry = len(made["h"]) - 1, ledger["output"]
    svg.label(root, FIRST, OUTPUT_Y + 14, "output", 15, font_weight="bold")
    svg.label(root, FIRST, OUTPUT_Y + 34, str(entry.shape), 13, data_shape="output")
    svg.label(root, FIRST, OUTPUT_Y + 52, f"({', '.join(entry.symbols)})", 12, fill="muted")
    for step in range(seq_len):
        values = made["h"][step + 1] if step < done else None
        # Right above the h that it is made of, which stands left of c.
        name, x = f"output[{step}]", _x(step + 1) - NUMBER_WIDTH / 2
        bold = step == done - 1
        _boxes(root, x, OUTPUT_Y, values, len(made["h"][0]), name)
        weight = "bold" if bold else "normal"
        svg.label(root, x, _below(OUTPUT_Y, made), name, 12, font_weight=weight)
    if done:
        x = _x(done) - NUMBER_WIDTH / 2
        arrow(root, "ink", (x, STATES_Y - 22), (x, _below(OUTPUT_Y, made) + 6))


def _below(top: float, made: dict) -> float:
    """Return the line of a text right below a column of boxes."""
    return top + ROW * len(made["h"][0]) + 15


def _boxes(
    root: svg.Element,
    x: float,
    top: float,
    values: Vector | None,
    size: int,
    name: str,
    thick: float = 1,
) -> None:
    """Draw the numbers of all units on top of each other; empty boxes where there are none."""
    width = NUMBER_WIDTH - 2
    for unit in range(size):
        y = top + unit * ROW
        style = {"fill": "none", "stroke": "muted", "stroke_dasharray": "3 3"}
        if values is not None:
            style = {"fill": "ink", "fill_opacity": theme.TINT / 2, "stroke": "ink"}
        place = (x - width / 2 + thick / 2, y + thick / 2, width - thick, ROW - 2 - thick)
        box = svg.rect(root, *place, rx=2, **style, stroke_width=thick)
        said = "still empty" if values is None else svg.number(values[unit], 4)
        svg.add(box, "title", f"{name}, unit {unit}: {said}")
        if values is not None:
            text = svg.number(values[unit], 2)
            svg.label(root, x, y + 14.5, text, 12, data_number=f"{name} {unit}")


def _said(values: Vector) -> str:
    return "(" + ", ".join(svg.number(each, 2) for each in values) + ")"


def _alt(made: dict, ledger: shapes.Ledger, done: int, hx: str) -> str:
    seq_len, units = len(made["h"]) - 1, len(made["h"][0])
    start = "zero, as no states are given" if hx == "None" else "given"
    parts = [
        f"A layer with {units} unit{'' if units == 1 else 's'} reads a sequence of {seq_len} "
        f"word{'' if seq_len == 1 else 's'}, a step each. "
        "Every step reads one word, and h and c of the step before. "
        f"{_state_of_the_loop(done, seq_len)}.",
        f"h_0 {_said(made['h'][0])} and c_0 {_said(made['c'][0])} are {start}.",
    ]
    if done:
        slots = "; ".join(f"output[{step}] {_said(made['h'][step + 1])}" for step in range(done))
        parts += [
            f"After step {done - 1}, h is {_said(made['h'][done])} "
            f"and c is {_said(made['c'][done])}. "
            f"An arrow goes from h into output[{done - 1}], none from c.",
            f"Filled so far, of output {ledger['output'].shape}: {slots}.",
        ]
    else:
        parts.append(f"All of output {ledger['output'].shape} is still empty.")
    shape = ledger["h_n"].shape
    if done == seq_len:
        parts.append(
            f"h_n {shape} is {_said(made['h'][-1])} and c_n {shape} is {_said(made['c'][-1])}: "
            "the states after the last step."
        )
    else:
        parts.append(f"h_n {shape} and c_n {shape} are still empty.")
    parts.append(NOTES[1])
    return " ".join(parts)
