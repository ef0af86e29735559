"""What each rung of the ladder of speed multiplies: before the loop, in it, and behind it."""

from __future__ import annotations

from typing import NamedTuple

from lstm_lessons import shapes
from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.picture import Picture

SIZES = {"1": 1, "B": 3, "I": 2, "H": 4, "(I + H)": 6, "4H": 16, "(T · B)": 18}
"""How many numbers long each letter is drawn; T is 6, and I half of H, as in lesson 16."""
UNIT = 8

WIDTH = 760
LEFT, TIMES_X, WEIGHT_X, EQUALS_X, RESULT_X = 190, 364, 398, 558, 584
HEAD, NAMES, PAD, GAP = 52, 46, 14, 16  # above a product stands its name, below it its shape


class Block(NamedTuple):
    """A matrix: its name, the letters of its rows and columns, and which of them are four gates."""

    name: str
    rows: str
    columns: str
    gates: str = ""
    """ "rows", "columns", or neither."""


class Product(NamedTuple):
    """What is multiplied with what."""

    left: Block
    right: Block
    result: Block


class Zone(NamedTuple):
    """Some products, and how often they are made."""

    often: tuple[str, ...]
    products: tuple[Product, ...]


def _forward(rows: str, x: str) -> Product:
    result = Block("sums from x", rows, "4H", "columns")
    return Product(Block(x, rows, "I"), Block("weight_ih", "I", "4H", "columns"), result)


def _with_h(rows: str) -> Product:
    result = Block("sums from h", rows, "4H", "columns")
    return Product(Block("h", rows, "H"), Block("weight_hh", "H", "4H", "columns"), result)


_BACK = Product(
    Block("dz of a step", "B", "4H", "columns"),
    Block("weight_hh", "4H", "H", "rows"),
    Block("d_h", "B", "H"),
)
_IN_TURN = ("in the loop:", "T times, one", "after another")
_BACKWARDS = ("in the loop:", "T times, the", "last step first")


def _gradient(rows: str) -> Product:
    """Return the product that makes the gradient of weight_hh, of one step or of all of them."""
    steps = "a step" if rows == "B" else "all steps"
    return Product(
        Block(f"dz of {steps}, turned", "4H", rows, "rows"),
        Block("h before", rows, "H"),
        Block("share of d_weight_hh" if rows == "B" else "d_weight_hh", "4H", "H", "rows"),
    )


RUNGS = {
    "per sample": (
        Zone(("T · B times:", "line by line, and", "step by step"),
             (_forward("1", "x of a step"), _with_h("1"))),
    ),
    "whole batch": (Zone(_IN_TURN, (_forward("B", "x of a step"), _with_h("B"))),),
    "one product": (
        Zone(_IN_TURN, (
            Product(Block("x and h", "B", "(I + H)"), Block("both weights", "(I + H)", "4H",
                    "columns"), Block("sums", "B", "4H", "columns")),
        )),
    ),
    "hoisted": (
        Zone(("before the loop:", "once"), (_forward("(T · B)", "x of all steps"),)),
        Zone(_IN_TURN, (_with_h("B"),)),
    ),
    "autograd": (Zone(_BACKWARDS, (_BACK, _gradient("B"))),),
    "own backward": (
        Zone(_BACKWARDS, (_BACK,)),
        Zone(("behind the loop:", "once"), (_gradient("(T · B)"),)),
    ),
}  # fmt: skip
"""The zones of each picture, from the top down. "autograd" is the way back of "hoisted"."""


def rung(name: str) -> Picture:
    """Return the picture of a rung; of the last two, "autograd" and "own backward", the way back.

    Raises:
        ValueError: there is no such rung.
    """
    if name not in RUNGS:
        raise ValueError(f"name must be one of {', '.join(RUNGS)}; got {name!r}")
    heights = [sum(map(_height, zone.products)) + PAD for zone in RUNGS[name]]
    height = HEAD + sum(heights) + GAP * len(heights)
    root = svg.panel(WIDTH, height)
    svg.label(root, 20, 34, _title(name), 19, "start", font_weight="bold")
    y = HEAD
    for zone, high in zip(RUNGS[name], heights, strict=True):
        looped = len(zone.often) == 3
        style = {"fill": "none", "stroke": "ink" if looped else "edge", "rx": 10}
        svg.rect(root, 12, y, WIDTH - 24, high, stroke_width=2 if looped else 1, **style)
        for row, line in enumerate(zone.often):
            bold = {"font_weight": "bold" if row == 0 else "normal"}
            svg.label(root, 26, y + 28 + 22 * row, line, 16, "start", **bold)
        top = y + PAD / 2
        for product in zone.products:
            _draw(root, product, top)
            top += _height(product)
        y += high + GAP
    return Picture(svg.write(root), _alt(name))


def _title(name: str) -> str:
    if name == "autograd":
        return "the way back that autograd takes"
    return f"rung: {name}" + (", the way back" if name == "own backward" else "")


def _height(product: Product) -> float:
    most = max(SIZES[block.rows] for block in product)
    return most * UNIT + NAMES


def _draw(root: svg.Element, product: Product, top: float) -> None:
    """Draw one product in a row: a matrix, times a matrix, equals a matrix."""
    middle = top + _height(product) / 2
    for block, x in zip(product, (LEFT, WEIGHT_X, RESULT_X), strict=True):
        _block(root, block, x, middle)
    svg.label(root, TIMES_X, middle + 6, "times", 15)
    svg.label(root, EQUALS_X, middle + 8, "=", 24)


def _block(root: svg.Element, block: Block, x: float, middle: float) -> None:
    high, wide = SIZES[block.rows] * UNIT, SIZES[block.columns] * UNIT
    top = middle - high / 2
    key = {"data_block": f"{block.name}: {block.rows} × {block.columns}"}
    if not block.gates:
        style = {"fill": "ink", "fill_opacity": theme.TINT, "stroke": "ink"}
        svg.rect(root, x, top, wide, high, **style, **key)
    for place, gate in enumerate(shapes.GATES if block.gates else ()):
        style = {"fill": gate, "fill_opacity": theme.TINT, "stroke": gate}
        if block.gates == "columns":
            left, up, size = x + place * wide / 4, top, (wide / 4, high)
        else:
            left, up, size = x, top + place * high / 4, (wide, high / 4)
        svg.rect(root, left, up, *size, **style, **(key if gate == "i" else {}))
        if min(size) >= 2 * UNIT:
            centre = left + size[0] / 2, up + size[1] / 2 + 5
            svg.label(root, *centre, gate, 14, fill=gate, font_weight="bold")
    svg.label(root, x, top - 8, block.name, 14, "start")
    shape = f"{block.rows} × {block.columns}"
    svg.label(root, x, top + high + 15, shape, 13, "start", fill="muted")


def _alt(name: str) -> str:
    said = []
    for zone in RUNGS[name]:
        parts = []
        for left, right, result in zone.products:
            parts.append(
                f"{left.name} ({left.rows} × {left.columns}) times {right.name} ({right.rows} × "
                f"{right.columns}) gives {result.name} ({result.rows} × {result.columns})"
            )
        often = " ".join(zone.often)
        often = often[0].upper() + often[1:]
        said.append(f"{often}: {'; '.join(parts)}.")
    return f"{_title(name)[0].upper()}{_title(name)[1:]}. {' '.join(said)}"
