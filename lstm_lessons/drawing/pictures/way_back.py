"""One step of an LSTM with two units as a graph: numbers go forward, gradients come back."""

from __future__ import annotations

from collections.abc import Mapping

from lstm_lessons.drawing import step_graph, svg
from lstm_lessons.drawing.picture import Picture
from lstm_lessons.drawing.step_graph import SLOPES, Units, gradient_name, written

STAGES = ("forward", "h", "c", "gates", "sums")
"""How far the gradient has come; each stage has all that the one before has."""

# The cell on paper of lesson 03, and what comes back to it.
SUMS: Mapping[str, Units] = {"i": (1, -2), "f": (2, 0), "g": (0.5, -1), "o": (0, 2)}
C_BEFORE: Units = (1, -2)
D_H: Units = (1, -2)
FROM_NEXT: Units = (0.5, 0)


def way_back(stage: str = "sums") -> Picture:
    """Return the graph of one step; the gradient has come as far as the stage says.

    ``stage`` is "forward" (no gradient yet), "h", "c", "gates" or "sums". An edge is thin and
    points forward until the gradient has passed it; then it is thick, points back, and has the
    slope beside it by which the gradient was multiplied.

    Raises:
        ValueError: there is no such stage.
    """
    if stage not in STAGES:
        raise ValueError(f"stage must be one of {', '.join(STAGES)}, got {stage!r}")
    values = step_graph.forward(SUMS, C_BEFORE)
    back = step_graph.backward(values, D_H, FROM_NEXT)
    come = {name: found for name, found in back.items() if _reached(name, stage)}
    root = svg.panel(step_graph.WIDTH, step_graph.HEIGHT)
    step_graph.draw(root, values, come, FROM_NEXT)
    return Picture(svg.write(root), _alt(values, come))


def _reached(name: str, stage: str) -> bool:
    wanted = "sums" if name.startswith("z_") else {"h": "h", "c": "c", "o": "c"}.get(name, "gates")
    return STAGES.index(wanted) <= STAGES.index(stage)


def _alt(values: dict[str, Units], back: dict[str, Units]) -> str:
    there = "; ".join(f"{name} = {written(value)}" for name, value in values.items())
    come = "; ".join(f"{gradient_name(name)} = {written(back[name])}" for name in back)
    slopes = "; ".join(
        f"from {end} to {start}, times {slope}"
        for (start, end), (slope, *_) in SLOPES.items()
        if start in back
    )
    parts = [
        "One step of an LSTM with two units as a graph. The sums z lead to the gates i, f, g and "
        "o; c_before, i, f and g lead to c; c and o lead to h. c leads to the "
        "next step, too.",
        f"Forward, for unit 0 and unit 1: {there}.",
        f"Gradients that have come back: {come}." if come else "No gradient has come back yet.",
        f"Slopes on the way: {slopes}." if slopes else "",
        f"From the next step c also gets {written(FROM_NEXT)}." if "c" in back else "",
    ]
    return " ".join(part for part in parts if part)
