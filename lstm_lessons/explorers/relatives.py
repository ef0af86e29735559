"""A switchboard of relatives: the cell that the switches make, and its parameters, counted."""

from __future__ import annotations

from math import prod
from typing import Annotated

from lstm_lessons.drawing import Picture, svg
from lstm_lessons.drawing import relatives as pen
from lstm_lessons.explorers.base import Choice, Explorer, checked

INPUT_SIZE = 8
"""The reader's: a character is 8 numbers."""

TOP, ROW = pen.HEIGHT + 4, 23
NAME_X, SHAPE_X, COUNT_X, BAR_X, BAR_WIDTH = 24, 130, 330, 346, 390
HEIGHT = TOP + 7 * ROW + 16
OFF_ON = ("off", "on")
SIZES = ("16", "128", "1024")

PLAIN = {"cell": "LSTM", "forget": "own gate", "peepholes": "off", "projection": "off"}
PLAIN["hidden_size"] = "16"
PRESETS = {
    "nn.LSTM": PLAIN,
    "1997": PLAIN | {"forget": "none"},
    "coupled": PLAIN | {"forget": "1 − i"},
    "projection": PLAIN | {"projection": "on", "hidden_size": "1024"},
    "nn.GRU": PLAIN | {"cell": "GRU, torch"},
}


def relatives() -> Explorer:
    """Return the explorer: a switch for each part, and one for the size."""
    return Explorer(view, presets=PRESETS)


def numbers(switches: pen.Switches, hidden_size: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of each parameter, by its name; a projection has a quarter of H.

    The names and shapes are those of nn.LSTM and nn.GRU; ``peepholes`` has a row per gate.
    """
    rows, h_size = len(switches.blocks) * hidden_size, hidden_size
    projected = switches.projection and not switches.gru
    if projected:
        h_size = hidden_size // 4
    shapes: dict[str, tuple[int, ...]] = {
        "weight_ih": (rows, INPUT_SIZE),
        "weight_hh": (rows, h_size),
        "bias_ih": (rows,),
        "bias_hh": (rows,),
    }
    if switches.looking:
        shapes["peepholes"] = (len(switches.looking), hidden_size)
    if projected:
        shapes["weight_hr"] = (h_size, hidden_size)
    return shapes


@checked
def view(
    cell: Annotated[str, Choice(pen.CELLS), "cell"] = "LSTM",
    forget: Annotated[str, Choice(pen.FORGET), "forget gate"] = "own gate",
    peepholes: Annotated[str, Choice(OFF_ON), "peepholes"] = "off",
    projection: Annotated[str, Choice(OFF_ON), "projection, P = H / 4"] = "off",
    hidden_size: Annotated[str, Choice(SIZES), "hidden_size H"] = "16",
) -> Picture:
    """Return the picture: the cell, its equations, and a bar for each parameter, end to end.

    Raises:
        ValueError: a parameter is none of its options.
    """
    switches = pen.Switches(cell, forget, peepholes == "on", projection == "on")
    shapes = numbers(switches, int(hidden_size))
    whole = sum(map(prod, numbers(pen.Switches(), int(hidden_size)).values()))
    root = svg.panel(pen.WIDTH, HEIGHT)
    pen.draw(root, switches)
    svg.add(root, "path", d=f"M16 {TOP - 10}H{pen.WIDTH - 16}", stroke="edge")
    end = BAR_X + BAR_WIDTH
    line = f"M{end} {TOP}V{TOP + ROW * 6}"
    svg.add(root, "path", d=line, stroke="ink", stroke_dasharray="3 3", data_whole=str(whole))
    text = f"plain LSTM: {whole:,}"
    svg.label(root, end + 8, TOP + ROW * 6 + 14, text, 13, "end", fill="muted")
    left = float(BAR_X)  # each bar begins where the one before ends
    for row, (name, shape) in enumerate(shapes.items()):
        _row(root, left, TOP + ROW * (row + 0.5), name, shape, whole)
        left += BAR_WIDTH * prod(shape) / whole
    unused = _unused(switches)
    if unused:
        y = TOP + ROW * (len(shapes) + 0.5) + 8
        svg.label(root, NAME_X, y, unused, 14, "start", fill="muted", data_unused="yes")
    total = sum(map(prod, shapes.values()))
    text = f"{total:,} parameters, {total / whole:.1%} of the plain LSTM's, for I = {INPUT_SIZE}"
    svg.label(
        root, NAME_X, HEIGHT - 20, text, 16, "start", font_weight="bold", data_total=str(total)
    )
    return Picture(svg.write(root), _alt(switches, shapes, text))


def _unused(switches: pen.Switches) -> str:
    """Return which switches are set that a GRU has nothing for."""
    given = {
        f"forget gate “{switches.forget}”": switches.forget != "own gate",
        "peepholes": switches.peepholes,
        "projection": switches.projection,
    }
    names = [name for name, is_set in given.items() if is_set]
    if not switches.gru or not names:
        return ""
    return f"Set, but of no use to a GRU: {', '.join(names)}."


def _row(
    root: svg.Element, left: float, y: float, name: str, shape: tuple[int, ...], whole: int
) -> None:
    size = prod(shape)
    svg.label(root, NAME_X, y + 5, name, 14, "start")
    svg.label(root, SHAPE_X, y + 5, f"({', '.join(map(str, shape))})", 14, "start", fill="muted")
    svg.label(root, COUNT_X, y + 5, f"{size:,}", 14, "end", data_count=name)
    width = max(1, BAR_WIDTH * size / whole)
    bar = svg.rect(root, left, y - 7, width, 14, fill="muted", data_bar=name)
    svg.tell(bar, f"{name}: {size:,}, {size / whole:.1%} of the plain LSTM's {whole:,}")


def _alt(switches: pen.Switches, shapes: dict[str, tuple[int, ...]], total: str) -> str:
    rows = ", ".join(f"{name} {prod(shape):,}" for name, shape in shapes.items())
    return f"{pen.said(switches)} {total}: {rows}. {_unused(switches)}".rstrip()
