"""One step of an LSTM with two units as a graph: numbers go forward, gradients come back."""

from __future__ import annotations

from collections.abc import Mapping
from math import hypot, tanh

from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.picture import Picture
from lstm_lessons.lstm.plain import sigmoid

Pair = tuple[float, float]

STAGES = ("forward", "h", "c", "gates", "sums")
"""How far the gradient has come; each stage has all that the one before has."""

# The cell on paper of lesson 03, and what comes back to it.
SUMS: Mapping[str, Pair] = {"i": (1, -2), "f": (2, 0), "g": (0.5, -1), "o": (0, 2)}
C_BEFORE: Pair = (1, -2)
D_H: Pair = (1, -2)
D_C: Pair = (0.5, 0)

WIDTH, HEIGHT = 760, 430
BOX_WIDTH, WIDER, BOX_HEIGHT = 126, 180, 66  # the box of c_before has the longest name
LEFT, GATES, MIDDLE, RIGHT = 75, 261, 480, 685  # the middles of the columns
ROWS = {"c_before": 46, "f": 126, "i": 206, "g": 286, "o": 366}
C_Y, H_Y = 166, 286
SLOPES = {
    # from, to: the slope along the edge, the stage that lights it, the middle of its words, and
    # how wide a gap they need in the edge (none: they stand above it)
    ("c_before", "c"): ("f", "gates", (377, 96), 16),
    ("f", "c"): ("c_before", "gates", (361, 142), 66),
    ("i", "c"): ("g", "gates", (357, 192), 18),
    ("g", "c"): ("i", "gates", (357, 243), 14),
    ("c", "h"): ("o · (1 − tanh(c)²)", "c", (579, 220), 118),
    ("o", "h"): ("tanh(c)", "c", (473, 326), 60),
    ("z_i", "i"): ("i (1 − i)", "sums", (168, 190), 0),
    ("z_f", "f"): ("f (1 − f)", "sums", (168, 110), 0),
    ("z_g", "g"): ("1 − g²", "sums", (168, 270), 0),
    ("z_o", "o"): ("o (1 − o)", "sums", (168, 350), 0),
}


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
    values, back = forward(), backward()
    root = svg.panel(WIDTH, HEIGHT)
    for (start, end), (_, when, *_) in SLOPES.items():
        lit = _reached(when, stage)
        _edge(root, _side(start, 1), _side(end, -1), lit, f"{start} {end}")
    for (start, end), (slope, when, (x, y), gap) in SLOPES.items():
        if _reached(when, stage):
            if gap:
                svg.rect(root, x - gap / 2, y - 9, gap, 18, fill="paper")
            svg.label(root, x, y + 4.5, slope, 13, data_slope=f"{start} {end}")
    if _reached("h", stage):
        _edge(root, (RIGHT, H_Y + BOX_HEIGHT / 2), (RIGHT, 384), True, "h score")
        svg.label(root, RIGHT, 402, "from the result", 14)
    if _reached("c", stage):
        _edge(root, (MIDDLE, C_Y - BOX_HEIGHT / 2), (MIDDLE, 70), True, "c later")
        later = f"from the next step {pair(D_C)}"
        svg.label(root, MIDDLE, 58, later, 14, data_later="c")
    for name, value in values.items():
        found = back[name] if _reached(_stage_of(name), stage) else None
        _box(root, name, value, found)
    return Picture(svg.write(root), _alt(stage, values, back))


def forward() -> dict[str, Pair]:
    """Return every number of the step by its name, for the two units."""
    made = {f"z_{gate}": z for gate, z in SUMS.items()}
    made |= {gate: _each(sigmoid if gate != "g" else tanh, z) for gate, z in SUMS.items()}
    kept, new = _times(made["f"], C_BEFORE), _times(made["i"], made["g"])
    c = (kept[0] + new[0], kept[1] + new[1])
    return made | {"c_before": C_BEFORE, "c": c, "h": _times(made["o"], _each(tanh, c))}


def backward() -> dict[str, Pair]:
    """Return the gradient of the result with regard to each of them."""
    n = forward()
    tanh_c = _each(tanh, n["c"])
    through_h = _times(D_H, _times(n["o"], _each(lambda t: 1 - t * t, tanh_c)))
    d_c = (D_C[0] + through_h[0], D_C[1] + through_h[1])
    back = {"h": D_H, "o": _times(D_H, tanh_c), "c": d_c, "c_before": _times(d_c, n["f"])}
    back |= {"f": _times(d_c, C_BEFORE), "i": _times(d_c, n["g"]), "g": _times(d_c, n["i"])}
    for gate in "ifo":
        back[f"z_{gate}"] = _times(back[gate], _each(lambda s: s * (1 - s), n[gate]))
    return back | {"z_g": _times(back["g"], _each(lambda t: 1 - t * t, n["g"]))}


def pair(values: Pair) -> str:
    """Return the numbers of the two units as they are written."""
    return ", ".join(svg.number(value, 2) for value in values)


def gradient_name(name: str) -> str:
    """Return the name of a gradient, as the code has it."""
    return f"d{name}" if name.startswith("z_") else f"d_{name}"


def _each(function, values: Pair) -> Pair:  # noqa: ANN001 - one number to one number
    return function(values[0]), function(values[1])


def _times(one: Pair, other: Pair) -> Pair:
    return one[0] * other[0], one[1] * other[1]


def _reached(wanted: str, stage: str) -> bool:
    return STAGES.index(wanted) <= STAGES.index(stage)


def _stage_of(name: str) -> str:
    if name.startswith("z_"):
        return "sums"
    return {"h": "h", "c": "c", "o": "c"}.get(name, "gates")


def _centre(name: str) -> tuple[float, float]:
    if name in ("c", "h"):
        return (MIDDLE, C_Y) if name == "c" else (RIGHT, H_Y)
    return (LEFT if name.startswith("z_") else GATES), ROWS[name.removeprefix("z_")]


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


def _box(root: svg.Element, name: str, value: Pair, back: Pair | None) -> None:
    """Draw a number of the step: its name, its values, and the gradient that has come to it."""
    x, y = _centre(name)
    gate = name if name in SUMS else ""
    stroke = {"stroke": gate or "muted", "stroke_width": 2.5 if gate else 1.5, "rx": 8}
    place = (x - _width(name) / 2, y - BOX_HEIGHT / 2, _width(name), BOX_HEIGHT)
    svg.rect(root, *place, fill="paper", **stroke)
    if gate:
        svg.rect(root, *place, fill=gate, fill_opacity=theme.TINT, rx=8)
    title = {"fill": gate or "ink", "font_weight": "bold"}
    svg.label(root, x, y - 15, name, 15, **title)
    svg.label(root, x, y + 4, pair(value), 14, data_value=name)
    if back is not None:
        said = f"{gradient_name(name)} {pair(back)}"
        svg.label(root, x, y + 24, said, 13, font_weight="bold", data_gradient=name)


def _alt(stage: str, values: dict[str, Pair], back: dict[str, Pair]) -> str:
    there = "; ".join(f"{name} = {pair(value)}" for name, value in values.items())
    found = [name for name in back if _reached(_stage_of(name), stage)]
    come = "; ".join(f"{gradient_name(name)} = {pair(back[name])}" for name in found)
    slopes = "; ".join(
        f"from {end} to {start}, times {slope}"
        for (start, end), (slope, when, *_) in SLOPES.items()
        if _reached(when, stage)
    )
    parts = [
        "One step of an LSTM with two units as a graph. The sums z lead to the gates i, f, g and "
        "o; c_before, f, i and g lead to c; c and o lead to h.",
        f"Forward, for unit 0 and unit 1: {there}.",
        f"Gradients that have come back: {come}." if come else "No gradient has come back yet.",
        f"Slopes on the way: {slopes}." if slopes else "",
        f"From the next step c also gets {pair(D_C)}." if _reached("c", stage) else "",
    ]
    return " ".join(part for part in parts if part)
