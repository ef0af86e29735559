"""One step of an LSTM as a graph: a box for each number, an edge where one is made from another.

The picture `way_back` and the explorer `one_step_back` draw it, for two units and for one. An edge
is thin and points forward until the gradient has passed it; then it is thick and points back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import hypot, tanh

from lstm_lessons.drawing import svg, theme
from lstm_lessons.lstm.plain import sigmoid

Units = tuple[float, ...]
"""A number for each unit."""

GATES = "ifgo"
WIDTH, HEIGHT = 760, 430
BOX_WIDTH, WIDER, BOX_HEIGHT = 126, 180, 66  # the box of c_before has the longest name
LEFT, MIDDLE, RIGHT = 75, 488, 685  # the middles of the columns
GATES_X = 261
ROWS = {"c_before": 46, "i": 126, "f": 206, "g": 286, "o": 366}
C_Y, H_Y = 206, 300
SLOPES = {
    # from, to: the slope along the edge, the middle of its words, and how wide a gap they need in
    # the edge (none: they stand above it, a little smaller)
    ("c_before", "c"): ("f", (380, 110), 16),
    ("i", "c"): ("g", (362, 156), 18),
    ("f", "c"): ("c_before", (376, 206), 64),
    ("g", "c"): ("i", (362, 256), 14),
    ("c", "h"): ("o · (1 − tanh(c)²)", (587, 250), 118),
    ("o", "h"): ("tanh(c)", (473, 333), 60),
    ("z_i", "i"): ("i (1 − i)", (168, 110), 0),
    ("z_f", "f"): ("f (1 − f)", (168, 190), 0),
    ("z_g", "g"): ("1 − g²", (168, 270), 0),
    ("z_o", "o"): ("o (1 − o)", (168, 350), 0),
}
ORDER = ("h", "o", "c", "i", "f", "g", "c_before", "z_i", "z_f", "z_g", "z_o")
"""The order of the way back: what comes to each is made from what has come to those before."""


def forward(sums: Mapping[str, Units], c_before: Units) -> dict[str, Units]:
    """Return every number of the step by its name."""
    made = {f"z_{gate}": sums[gate] for gate in GATES}
    made |= {gate: _each(tanh if gate == "g" else sigmoid, sums[gate]) for gate in GATES}
    kept, new = _times(made["f"], c_before), _times(made["i"], made["g"])
    c = _plus(kept, new)
    return made | {"c_before": c_before, "c": c, "h": _times(made["o"], _each(tanh, c))}


def slopes(values: Mapping[str, Units]) -> dict[tuple[str, str], Units]:
    """Return the slope along each edge, by where the edge begins and ends."""
    tanh_c = _each(tanh, values["c"])
    found = {("i", "c"): values["g"], ("g", "c"): values["i"], ("o", "h"): tanh_c}
    found |= {("f", "c"): values["c_before"], ("c_before", "c"): values["f"]}
    found["c", "h"] = _times(values["o"], _each(_tanh_slope, tanh_c))
    for gate in GATES:
        slope = _tanh_slope if gate == "g" else _sigmoid_slope
        found[f"z_{gate}", gate] = _each(slope, values[gate])
    return found


def backward(values: Mapping[str, Units], d_h: Units, from_next: Units) -> dict[str, Units]:
    """Return the gradient that comes to each number, in the order of the way back.

    ``d_h`` comes from the result to h, ``from_next`` from the next step to c.
    """
    along, back = slopes(values), {"h": d_h}
    for name in ORDER[1:]:
        (edge,) = (each for each in SLOPES if each[0] == name)
        back[name] = _times(back[edge[1]], along[edge])
        if name == "c":
            back[name] = _plus(from_next, back[name])
    return back


def gradient_name(name: str) -> str:
    """Return the name of a gradient, as the code has it."""
    return f"d{name}" if name.startswith("z_") else f"d_{name}"


def written(values: Units) -> str:
    """Return the numbers of the units as they are written."""
    return ", ".join(svg.number(value, 2) for value in values)


def draw(
    root: svg.Element,
    values: Mapping[str, Units],
    back: Mapping[str, Units],
    from_next: Units,
    here: str = "",
) -> None:
    """Draw the graph with the gradients in ``back``, and with what c gets from the next step.

    ``here`` is a number whose box is marked.
    """
    for start, end in SLOPES:
        _edge(root, _side(start, 1), _side(end, -1), start in back, f"{start} {end}")
    for (start, end), (slope, (x, y), gap) in SLOPES.items():
        if start in back:
            if gap:
                svg.rect(root, x - gap / 2, y - 9, gap, 18, fill="paper")
            svg.label(root, x, y + 4.5, slope, 13 if gap else 12, data_slope=f"{start} {end}")
    _edge(root, (RIGHT, H_Y + BOX_HEIGHT / 2), (RIGHT, 384), "h" in back, "h score")
    said = "from the result" if "h" in back else "to the result"
    svg.label(root, RIGHT, 402, said, 14)
    _edge(root, (MIDDLE, C_Y - BOX_HEIGHT / 2), (MIDDLE, 70), "c" in back, "c later")
    said = f"from the next step {written(from_next)}" if "c" in back else "to the next step"
    svg.label(root, MIDDLE, 58, said, 14, data_later="c")
    for name, value in values.items():
        _box(root, name, value, back.get(name), name == here)


def _each(function: Callable[[float], float], values: Units) -> Units:
    return tuple(function(value) for value in values)


def _times(one: Units, other: Units) -> Units:
    return tuple(a * b for a, b in zip(one, other, strict=True))


def _plus(one: Units, other: Units) -> Units:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _sigmoid_slope(value: float) -> float:
    return value * (1 - value)


def _tanh_slope(value: float) -> float:
    return 1 - value**2


def _centre(name: str) -> tuple[float, float]:
    if name in ("c", "h"):
        return (MIDDLE, C_Y) if name == "c" else (RIGHT, H_Y)
    return (LEFT if name.startswith("z_") else GATES_X), ROWS[name.removeprefix("z_")]


def _side(name: str, direction: int) -> tuple[float, float]:
    """Return the middle of a box's right (1) or left (-1) side."""
    x, y = _centre(name)
    return x + direction * _width(name) / 2, y


def _width(name: str) -> float:
    return WIDER if name == "c_before" else BOX_WIDTH


def _edge(
    root: svg.Element, start: tuple[float, float], end: tuple[float, float], lit: bool, mark: str
) -> None:
    """Draw an edge: forward and thin, or back and thick."""
    (x0, y0), (x1, y1) = (end, start) if lit else (start, end)
    length = hypot(x1 - x0, y1 - y0)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    colour, width, size = ("ink", 3.5, 12) if lit else ("muted", 1.5, 8)
    neck_x, neck_y = x1 - size * dx, y1 - size * dy
    path = f"M{x0:.1f} {y0:.1f}L{neck_x:.1f} {neck_y:.1f}"
    pen = {"fill": "none", "stroke": colour, "stroke_width": width}
    svg.add(root, "path", d=path, **pen, data_edge=mark, data_lit=str(lit))
    half = size / 2
    head = (
        f"{x1:.1f},{y1:.1f} {neck_x - half * dy:.1f},{neck_y + half * dx:.1f} "
        f"{neck_x + half * dy:.1f},{neck_y - half * dx:.1f}"
    )
    svg.add(root, "polygon", points=head, fill=colour)


def _box(root: svg.Element, name: str, value: Units, back: Units | None, here: bool) -> None:
    """Draw a number of the step: its name, its values, and the gradient that has come to it."""
    x, y = _centre(name)
    gate = name if name in GATES else ""
    stroke = {"stroke": gate or "muted", "stroke_width": 2.5 if gate else 1.5, "rx": 8}
    place = (x - _width(name) / 2, y - BOX_HEIGHT / 2, _width(name), BOX_HEIGHT)
    svg.rect(root, *place, fill="paper", **stroke)
    if gate:
        svg.rect(root, *place, fill=gate, fill_opacity=theme.TINT, rx=8)
    if here:
        pen = {"fill": "none", "stroke": "ink", "stroke_width": 4, "rx": 8, "data_here": name}
        svg.rect(root, *place, **pen)
    title = {"fill": gate or "ink", "font_weight": "bold"}
    svg.label(root, x, y - 15, name, 15, **title)
    svg.label(root, x, y + 4, written(value), 14, data_value=name)
    if back is not None:
        said = f"{gradient_name(name)} {written(back)}"
        svg.label(root, x, y + 24, said, 13, font_weight="bold", data_gradient=name)
