"""What goes into nn.LSTM and what comes out: four sizes, four blocks."""

from __future__ import annotations

from .. import shapes
from ..drawing import Picture, svg
from ..drawing.block import block
from .base import Explorer, Range

SEQ_LEN = Range(1, 48, 1, 24)
BATCH = Range(1, 32, 1, 10)
INPUT_SIZE = Range(1, 200, 1, 100)
HIDDEN_SIZE = Range(1, 64, 1, 16)

PARAMETERS = {
    "seq_len": (SEQ_LEN, "seq_len T"),
    "batch": (BATCH, "batch B"),
    "input_size": (INPUT_SIZE, "input_size I"),
    "hidden_size": (HIDDEN_SIZE, "hidden_size H"),
}

WIDTH, HEIGHT = 720, 350
TIME, DEPTH, FEATURE = 2.4, 1.5, 0.9  # pixels for one step, one sentence, one number
SHOWN = {"input": "x", "output": "output", "h_n": "h_n", "c_n": "c_n"}


def numbers(seq_len: int, batch: int, input_size: int, hidden_size: int) -> dict[str, tuple]:
    """Return the shape of each tensor that is drawn, by the name it has in the picture."""
    ledger = shapes.lstm_tensors(seq_len, batch, input_size, hidden_size)
    return {shown: ledger[name].shape for name, shown in SHOWN.items()}


def view(seq_len: int, batch: int, input_size: int, hidden_size: int) -> Picture:
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
    for name, (allowed, _) in PARAMETERS.items():
        allowed.check(name, values[name])
    sizes = numbers(**values)
    ledger = shapes.lstm_tensors(**values)
    symbols = {shown: ledger[name].symbols for name, shown in SHOWN.items()}

    root = svg.panel(WIDTH, HEIGHT)
    _tensor(root, 40, 170, "x", sizes, symbols, "ink")
    _layer(root, input_size, hidden_size)
    _tensor(root, 530, 170, "output", sizes, symbols, "i")
    _tensor(root, 390, 300, "h_n", sizes, symbols, "g")
    _tensor(root, 560, 300, "c_n", sizes, symbols, "f")
    for row, text in enumerate(("height: words (T)", "depth: sentences (B)", "width: numbers")):
        svg.label(root, 40, 290 + 20 * row, text, 13, "start", fill="muted")
    return Picture(svg.write(root), _alt(sizes))


def in_and_out() -> Explorer:
    """Return the explorer: four sliders over the blocks that go in and come out."""
    return Explorer(view, PARAMETERS)


def _tensor(
    root: svg.Element,
    x: float,
    base: float,
    name: str,
    sizes: dict[str, tuple],
    symbols: dict[str, tuple],
    colour: str,
) -> None:
    """Draw a block that stands on the line ``base``, its name and its shape under it."""
    steps, sentences, features = sizes[name]
    width, height, depth = features * FEATURE, steps * TIME, sentences * DEPTH
    block(root, x, base - height, width, height, depth, colour)
    svg.label(root, x, base + 18, name, 15, "start", font_weight="bold")
    text = f"({', '.join(symbols[name])}) = {sizes[name]}"
    svg.label(root, x, base + 36, text, 13, "start")


def _layer(root: svg.Element, input_size: int, hidden_size: int) -> None:
    x, y, width, height = 316, 92, 150, 56
    svg.add(root, "rect", x=x, y=y, width=width, height=height, rx=8, fill="paper", stroke="ink")
    svg.label(root, x + width / 2, y + height / 2 + 5, f"nn.LSTM({input_size}, {hidden_size})", 14)
    middle = y + height / 2
    for start, end in ((x - 34, x - 4), (x + width + 4, x + width + 34)):
        svg.add(root, "path", d=f"M{start} {middle}H{end}", stroke="ink", stroke_width=2)
        head = f"M{end - 7} {middle - 5}L{end} {middle}L{end - 7} {middle + 5}"
        svg.add(root, "path", d=head, stroke="ink", stroke_width=2, fill="none")


def _alt(sizes: dict[str, tuple]) -> str:
    into, *out = (f"{name} of shape {shape}" for name, shape in sizes.items())
    return f"nn.LSTM with blocks drawn to scale. In goes {into}. Out come {', '.join(out)}."
