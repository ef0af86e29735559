"""The way back through one step of one unit, number by number: what arrives, times which slope."""

from __future__ import annotations

from typing import Annotated

from lstm_lessons.drawing import Picture, step_graph, svg
from lstm_lessons.drawing.step_graph import ORDER, SLOPES, Units, gradient_name
from lstm_lessons.explorers.base import Explorer, Range, checked

Z = Range(-6.0, 6.0, 0.25)
HEIGHT = step_graph.HEIGHT + 56

PRESETS = {
    "unit 0": {
        "z_i": 1.0, "z_f": 2.0, "z_g": 0.5, "z_o": 0.0,
        "c_before": 1.0, "d_h": 1.0, "from_next": 0.5,
    },
    "unit 1": {
        "z_i": -2.0, "z_f": 0.0, "z_g": -1.0, "z_o": 2.0,
        "c_before": -2.0, "d_h": -2.0, "from_next": 0.0,
    },
    "gates at their ends": {
        "z_i": 6.0, "z_f": 6.0, "z_g": 6.0, "z_o": 6.0,
        "c_before": 1.0, "d_h": 0.5, "from_next": 0.5,
    },
    "output shut": {"z_o": -6.0, "d_h": 1.0, "from_next": 0.5},
}  # fmt: skip
"""The two units of lesson 10, a unit at a bracket, and one that shows nothing of its memory."""


def one_step_back() -> Explorer:
    """Return the explorer: the sums of one unit, what comes back, and how far it has come."""
    return Explorer(view, presets=PRESETS, play="place")


@checked
def view(
    place: Annotated[int, Range(0, len(ORDER), 1), "how far it has come"] = 0,
    z_i: Annotated[float, Z, "z_i"] = 1.0,
    z_f: Annotated[float, Z, "z_f"] = 2.0,
    z_g: Annotated[float, Z, "z_g"] = 0.5,
    z_o: Annotated[float, Z, "z_o"] = 0.0,
    c_before: Annotated[float, Range(-3.0, 3.0, 0.25), "c_before"] = 1.0,
    d_h: Annotated[float, Range(-2.0, 2.0, 0.25), "d_h, from the result"] = 1.0,
    from_next: Annotated[float, Range(-2.0, 2.0, 0.25), "from the next step"] = 0.5,
) -> Picture:
    """Return the graph of the step, with the gradients of the first ``place`` numbers.

    Raises:
        ValueError: a parameter is outside its range.
    """
    sums = {"i": (z_i,), "f": (z_f,), "g": (z_g,), "o": (z_o,)}
    values = step_graph.forward(sums, (c_before,))
    found = step_graph.backward(values, (d_h,), (from_next,))
    come = {name: found[name] for name in ORDER[:place]}
    here = ORDER[place - 1] if place else ""
    said = _said(here, values, found, from_next) if here else _to_come(d_h, from_next)
    root = svg.panel(step_graph.WIDTH, HEIGHT)
    step_graph.draw(root, values, come, (from_next,), here)
    for line, text in enumerate(said):
        y = HEIGHT - 42 + 24 * line
        svg.label(root, 20, y, text, 16, "start", font_weight="bold", data_said=str(line))
    return Picture(svg.write(root), _alt(values, come, " ".join(said)))


def _to_come(d_h: float, from_next: float) -> tuple[str, ...]:
    """Return what will come into the step, where nothing has come back yet."""
    to_h, to_c = (svg.number(each, 2) for each in (d_h, from_next))
    return "No gradient has come back yet.", f"To come: {to_h} to h, and {to_c} to c."


def _said(
    here: str, values: dict[str, Units], found: dict[str, Units], from_next: float
) -> tuple[str, ...]:
    """Return how the gradient of the number in question is made, in names and in numbers."""
    name, value = gradient_name(here), svg.number(found[here][0], 3)
    if here == "h":
        more = svg.number(from_next, 2)
        return f"{name} = {value}, from the result", f"To c comes, besides, {more}."
    (edge,) = (each for each in SLOPES if each[0] == here)
    slope, arrived = step_graph.slopes(values)[edge][0], found[edge[1]][0]
    words = f"{name} = {gradient_name(edge[1])} · {_bracketed(SLOPES[edge][0])}"
    numbers = f"= {_signed(arrived)} · {_signed(slope)}"
    if here == "c":
        words, numbers = f"{words} + from the next step", f"{numbers} + {_signed(from_next)}"
    return words, f"{numbers} = {value}"


def _bracketed(slope: str) -> str:
    """Return a slope as a factor of a product."""
    return f"({slope})" if slope.startswith("1 −") else slope


def _signed(value: float) -> str:
    text = svg.number(value, 3)
    return f"({text})" if text.startswith("−") else text


def _alt(values: dict[str, Units], come: dict[str, Units], said: str) -> str:
    there = "; ".join(f"{name} = {step_graph.written(each)}" for name, each in values.items())
    back = "; ".join(
        f"{gradient_name(name)} = {step_graph.written(each)}" for name, each in come.items()
    )
    return (
        f"One step of one unit of an LSTM as a graph. Forward: {there}. "
        f"Gradients that have come back: {back or 'none yet'}. Now: {said.rstrip('.')}."
    )
