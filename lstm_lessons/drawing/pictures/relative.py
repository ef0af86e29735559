"""One cell of a relative of the LSTM: without a forget gate, with peepholes, a GRU, ..."""

from __future__ import annotations

from lstm_lessons.drawing import relatives, svg
from lstm_lessons.drawing.picture import Picture


def relative(
    cell: str = "LSTM",
    forget: str = "own gate",
    peepholes: bool = False,
    projection: bool = False,
) -> Picture:
    """Return the picture of one cell.

    ``cell`` is "LSTM", "GRU, torch" or "GRU, paper"; ``forget`` is "own gate", "none" (1997) or
    "1 − i" (coupled gates). A GRU has neither a forget gate, nor peepholes, nor a projection.

    Raises:
        ValueError: there is no such cell or no such forget gate.
    """
    switches = relatives.Switches(cell, forget, peepholes, projection)
    root = svg.panel(relatives.WIDTH, relatives.HEIGHT)
    relatives.draw(root, switches)
    return Picture(svg.write(root), relatives.said(switches))
