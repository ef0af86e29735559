"""What goes into nn.LSTM and what comes out: four sizes, four blocks."""

from __future__ import annotations

from typing import Annotated

from lstm_lessons import shapes
from lstm_lessons.drawing import Picture, svg
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.block import block
from lstm_lessons.explorers.base import Explorer, Range, checked

WIDTH, HEIGHT = 720, 364
TIME, DEPTH, FEATURE = 2.4, 1.5, 0.9  # pixels for one step, one sentence, one number
THINNEST = 4
BASE, STATES_BASE = 160, 290  # the lines on which the blocks stand
INPUT_RIGHT = 262  # where x ends, and the arrow into the layer begins
COLUMNS = {"output": 540, "h_n": 386, "c_n": 553}
BOX_X, BOX_Y, BOX_WIDTH, BOX_HEIGHT = 310, 120, 160, 56
TURN_Y = 218  # below the shape of output
KEY = (
    "height: words (T)",
    "depth: sentences (B)",
    "width: numbers (I or H)",
    "h_n, c_n: height is L = 1 layer",
)
PRESETS = {
    "the sizes of this page": {"seq_len": 24, "batch": 10, "input_size": 100, "hidden_size": 16},
    "one sentence": {"batch": 1},
    "long sentences": {"seq_len": 48},
    "a wide state": {"hidden_size": 64},
}
SHOWN = {"input": "x", "output": "output", "h_n": "h_n", "c_n": "c_n"}


def numbers(seq_len: int, batch: int, input_size: int, hidden_size: int) -> dict[str, tuple]:
    """Return the shape of each tensor that is drawn, by the name it has in the picture."""
    drawn = _drawn(seq_len, batch, input_size, hidden_size)
    return {name: entry.shape for name, entry in drawn.items()}


@checked
def view(
    seq_len: Annotated[int, Range(1, 48, 1), "seq_len T"] = 24,
    batch: Annotated[int, Range(1, 32, 1), "batch B"] = 10,
    input_size: Annotated[int, Range(1, 200, 1), "input_size I"] = 100,
    hidden_size: Annotated[int, Range(1, 64, 1), "hidden_size H"] = 16,
) -> Picture:
    """Return the picture for one layer, one direction, default arguments.

    Raises:
        ValueError: a size is outside its range.
    """
    values = {
        "seq_len": seq_len,
        "batch": batch,
        "input_size": input_size,
        "hidden_size": hidden_size,
    }
    drawn = _drawn(**values)
    sizes = {name: entry.shape for name, entry in drawn.items()}

    root = svg.panel(WIDTH, HEIGHT)
    x = INPUT_RIGHT - _pixels(sizes["x"])[0] - _pixels(sizes["x"])[2]
    _tensor(root, (x, BASE), "x", sizes["x"], drawn["x"].symbols, "ink")
    _layer(root, input_size, hidden_size)
    for name, base, colour in (
        ("output", BASE, "ink"),  # colours are for gates
        ("h_n", STATES_BASE, "ink"),
        ("c_n", STATES_BASE, "ink"),
    ):
        _tensor(root, (COLUMNS[name], base), name, sizes[name], drawn[name].symbols, colour)
    _arrows(root)
    for row, text in enumerate(KEY):
        svg.label(root, 24, 250 + 20 * row, text, 13, "start", fill="muted")
    note = f"Each axis has its own scale; no side is drawn thinner than {THINNEST} pixels."
    svg.label(root, WIDTH / 2, HEIGHT - 14, note, 13, fill="muted")
    return Picture(svg.write(root), _alt(sizes))


def in_and_out() -> Explorer:
    """Return the explorer: four sliders over the blocks that go in and come out."""
    return Explorer(view, presets=PRESETS)


def _drawn(seq_len: int, batch: int, input_size: int, hidden_size: int) -> dict[str, shapes.Entry]:
    """Return the ledger's entry for each tensor that is drawn, by its name in the picture."""
    ledger = shapes.lstm_tensors(seq_len, batch, input_size, hidden_size)
    return {shown: ledger[name] for name, shown in SHOWN.items()}


def _pixels(shape: tuple[int, ...]) -> tuple[float, float, float]:
    """Return width, height and depth of a block."""
    steps, sentences, features = shape
    sides = (features * FEATURE, steps * TIME, sentences * DEPTH)
    width, height, depth = (max(THINNEST, side) for side in sides)
    return width, height, depth


def _tensor(
    root: svg.Element,
    corner: tuple[float, float],
    name: str,
    shape: tuple[int, ...],
    symbols: tuple[str, ...],
    colour: str,
) -> None:
    """Draw a block by its lower left corner, its name and its shape under it."""
    x, base = corner
    width, height, depth = _pixels(shape)
    block(root, x, base - height, width, height, depth, colour, data_tensor=name)
    # x ends where its arrow begins, and so do its words.
    at, anchor = (INPUT_RIGHT, "end") if name == "x" else (x, "start")
    svg.label(root, at, base + 18, name, 15, anchor, font_weight="bold")
    svg.label(root, at, base + 36, f"({', '.join(symbols)}) = {shape}", 13, anchor)


def _layer(root: svg.Element, input_size: int, hidden_size: int) -> None:
    box = {"rx": 8, "fill": "paper", "stroke": "ink", "stroke_width": 1.5}
    svg.rect(root, BOX_X, BOX_Y, BOX_WIDTH, BOX_HEIGHT, **box)
    x, y = BOX_X + BOX_WIDTH / 2, BOX_Y + BOX_HEIGHT / 2
    svg.label(root, x, y + 5, f"nn.LSTM({input_size}, {hidden_size})", 14)


def _arrows(root: svg.Element) -> None:
    """Draw one arrow into the layer, and one from it to each of the three results."""
    level, bottom = BOX_Y + BOX_HEIGHT / 2, BOX_Y + BOX_HEIGHT
    arrow(root, "ink", (INPUT_RIGHT + 8, level), (BOX_X - 2, level))
    arrow(root, "ink", (BOX_X + BOX_WIDTH, level), (COLUMNS["output"] - 8, level))
    # The states are one layer high, so that their blocks always begin at the same height.
    end = STATES_BASE - THINNEST - 8
    to_h, to_c = (COLUMNS[name] + THINNEST for name in ("h_n", "c_n"))
    arrow(root, "ink", (to_h, bottom), (to_h, end))
    leave = BOX_X + BOX_WIDTH - 40
    arrow(root, "ink", (leave, bottom), (leave, TURN_Y), (to_c, TURN_Y), (to_c, end))


def _alt(sizes: dict[str, tuple]) -> str:
    into, *out = (f"{name} of shape {shape}" for name, shape in sizes.items())
    return (
        "nn.LSTM with a block for each tensor, and each axis to a scale of its own. "
        "Height: words T, but for h_n and c_n layers, L = 1 layer. Depth: sentences B. "
        "Width: numbers, I or H. "
        f"An arrow goes from {into} into nn.LSTM. Three come out: {', '.join(out)}."
    )
