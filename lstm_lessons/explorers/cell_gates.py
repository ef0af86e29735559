"""One unit of an LSTM for one step: four squashed numbers, and how they make c and h."""

from __future__ import annotations

from functools import cache, partial
from math import tanh
from typing import Annotated

from lstm_lessons.drawing import Picture, svg, theme
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.parts import belt, line
from lstm_lessons.explorers.base import Explorer, Range, checked
from lstm_lessons.lstm.plain import sigmoid

Z = Range(-6.0, 6.0, 0.25)

PRESETS = {
    "unit 0": {"z_f": 2.0, "z_i": 1.0, "z_g": 0.5, "z_o": 0.0, "c_prev": 1.0},
    "unit 1": {"z_f": 0.0, "z_i": -2.0, "z_g": -1.0, "z_o": 2.0, "c_prev": -2.0},
    "a bracket opens": {"z_f": 5.25, "z_i": 6.0, "z_g": 6.0, "z_o": 4.25, "c_prev": 0.0},
    "inside it": {"z_f": 5.0, "z_i": -5.25, "z_g": -1.5, "z_o": 6.0, "c_prev": 1.0},
    "it closes": {"z_f": -6.0, "z_i": -6.0, "z_g": -6.0, "z_o": 4.0, "c_prev": 1.0},
}
"""The two units of lesson 03, and the reader's unit 5 at a bracket, as far as the range goes."""

# In the order in which the gates act on the memory, as they stand in the picture.

WIDTH, HEIGHT = 720, 496
# The forget gate stands first, so that every gate stands above the place where it acts.
COLUMNS = {"f": 122, "i": 276, "g": 430, "o": 584}
DIAL_WIDTH, DIAL_TOP, DIAL_HEIGHT = 112, 62, 74
GATE_Y = 180
PRODUCT_X, PRODUCT_Y = 353, 260
BELT_Y, SHOWN_Y = 346, 438  # the line of c, straight from left to right, and below it that of h
BELT_END = 636
FORK_X, SQUASH_X = 436, 500  # where c is read for h, and where its tanh is taken
END_X = 680  # the middle of what stands at the right ends
NODE, TANH = 15, 24  # half the width of what stands in the flow


def cell_gates() -> Explorer:
    """Return the explorer: a slider for each pre-activation and for the old cell state."""
    return Explorer(view, presets=PRESETS)


def numbers(z_i: float, z_f: float, z_g: float, z_o: float, c_prev: float) -> dict[str, float]:
    """Return every number of the step, by its name in the picture.

    The equations are those of torch.nn.LSTMCell, for one unit: i, f and o are the sigmoid of
    their pre-activation z and g is its tanh; c = f*c_prev + i*g and h = o*tanh(c).
    """
    i, f, g, o = sigmoid(z_i), sigmoid(z_f), tanh(z_g), sigmoid(z_o)
    c = f * c_prev + i * g
    gates = {"i": i, "f": f, "g": g, "o": o}
    return gates | {"kept": f * c_prev, "added": i * g, "c": c, "tanh_c": tanh(c), "h": o * tanh(c)}


@checked
def view(
    z_f: Annotated[float, Z, "z_f, forget gate"] = 2.0,
    z_i: Annotated[float, Z, "z_i, input gate"] = 1.0,
    z_g: Annotated[float, Z, "z_g, news"] = 0.5,
    z_o: Annotated[float, Z, "z_o, output gate"] = 0.0,
    c_prev: Annotated[float, Range(-3.0, 3.0, 0.25), "c_prev, old memory"] = 1.0,
) -> Picture:
    """Return the picture: each gate's curve with a dot where it stands, and the flow to c and h.

    Raises:
        ValueError: a parameter is outside its range.
    """
    given = {"z_i": z_i, "z_f": z_f, "z_g": z_g, "z_o": z_o, "c_prev": c_prev}
    made = numbers(**given)
    root = svg.panel(WIDTH, HEIGHT)
    for gate in COLUMNS:
        _dial(root, gate, given[f"z_{gate}"], made[gate])
    _flow(root, c_prev, made)
    svg.formula(root, 24, HEIGHT - 20, "c = f · c_prev + i · g", 15, "start", fill="muted")
    svg.formula(root, WIDTH - 24, HEIGHT - 20, "h = o · tanh(c)", 15, "end", fill="muted")
    return Picture(svg.write(root), _alt(given, made))


def _dial(root: svg.Element, gate: str, z: float, value: float) -> None:
    """Draw one squashing function over the slider's range, and where this z stands on it."""
    x, squash = COLUMNS[gate], "tanh" if gate == "g" else "sigmoid"
    svg.formula(root, x, 28, f"z_{gate} = {svg.number(z, 2)}", 15, data_number=f"z_{gate}")
    svg.label(root, x, 50, squash, 13, fill="muted")
    left, bottom = x - DIAL_WIDTH / 2, DIAL_TOP + DIAL_HEIGHT
    tint = {"fill": gate, "fill_opacity": theme.TINT}
    svg.rect(root, left, DIAL_TOP, DIAL_WIDTH, DIAL_HEIGHT, rx=4, **tint)
    zero = DIAL_TOP + DIAL_HEIGHT / 2 if gate == "g" else bottom
    svg.add(root, "path", d=f"M{left} {zero}h{DIAL_WIDTH}", stroke="muted")
    for y, bound in ((DIAL_TOP + 5, 1), (bottom + 5, -1 if gate == "g" else 0)):
        svg.label(root, left - 10, y, svg.number(bound, 0), 12, "end", fill="muted")
    for place, bound, anchor in ((left, Z.low, "start"), (left + DIAL_WIDTH, Z.high, "end")):
        svg.label(root, place, bottom + 16, svg.number(bound, 0), 12, anchor, fill="muted")
    svg.add(root, "path", d=_squashing_curve(gate), fill="none", stroke=gate, stroke_width=2.5)
    dot_x, dot_y = _on_dial(gate, z, value)
    svg.add(root, "path", d=f"M{dot_x:.2f} {zero}V{dot_y:.2f}", stroke="ink", stroke_width=1.5)
    svg.add(root, "circle", cx=dot_x, cy=dot_y, r=6, fill=gate, stroke="paper", data_dot=gate)
    text = f"{gate} = {svg.number(value, 3)}"
    svg.label(root, x, GATE_Y, text, 17, font_weight="bold", data_number=gate)


def _on_dial(gate: str, z: float, value: float) -> tuple[float, float]:
    """Return the pixel at which a squashed value stands above its z."""
    low = -1 if gate == "g" else 0
    x = COLUMNS[gate] + DIAL_WIDTH * (z / (Z.high - Z.low))
    return x, DIAL_TOP + DIAL_HEIGHT * (1 - (value - low) / (1 - low))


@cache
def _squashing_curve(gate: str) -> str:
    squash = tanh if gate == "g" else sigmoid
    steps = [Z.low + Z.step * step for step in range(round((Z.high - Z.low) / Z.step) + 1)]
    points = (_on_dial(gate, z, squash(z)) for z in steps)
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)


def _flow(root: svg.Element, c_prev: float, made: dict[str, float]) -> None:
    """Draw the belt of c, what multiplies it and is added to it, and below it the way of h."""
    f_x, o_x, below = COLUMNS["f"], COLUMNS["o"], GATE_Y + 12
    to_node = partial(arrow, root, gap=NODE)
    svg.formula(root, 44, BELT_Y - 30, "c_prev", 16)
    bold = {"font_weight": "bold", "data_number": "c_prev"}
    svg.label(root, 44, BELT_Y + 6, svg.number(c_prev, 2), 16, **bold)
    belt(root, "ink", (80, BELT_Y), (BELT_END, BELT_Y), data_belt="c")
    svg.label(root, WIDTH - 14, BELT_Y + 34, "to the next step", 13, "end", fill="muted")
    to_node("f", (f_x, below), (f_x, BELT_Y))
    for gate in "ig":
        x = COLUMNS[gate]
        to_node(gate, (x, below), (x, PRODUCT_Y), (PRODUCT_X, PRODUCT_Y))
    to_node("ink", (PRODUCT_X, PRODUCT_Y), (PRODUCT_X, BELT_Y))
    to_node("ink", (FORK_X, BELT_Y + 3), (FORK_X, SHOWN_Y), (SQUASH_X, SHOWN_Y), gap=TANH)
    to_node("ink", (SQUASH_X, SHOWN_Y), (o_x, SHOWN_Y))
    # The way of o crosses the belt, and does not touch it.
    line(root, "o", (o_x, below), (o_x, BELT_Y - 10))
    to_node("o", (o_x, BELT_Y + 10), (o_x, SHOWN_Y))
    arrow(root, "ink", (o_x, SHOWN_Y), (BELT_END, SHOWN_Y))
    for x, y, sign in (
        (f_x, BELT_Y, "×"),
        (PRODUCT_X, PRODUCT_Y, "×"),
        (PRODUCT_X, BELT_Y, "+"),
        (SQUASH_X, SHOWN_Y, "tanh"),
        (o_x, SHOWN_Y, "×"),
    ):
        _node(root, x, y, sign)
    _numbers(root, c_prev, made)


def _numbers(root: svg.Element, c_prev: float, made: dict[str, float]) -> None:
    """Write each number of the flow, with its name above it or before it."""
    ways = _ways(c_prev, made)
    middle, after = (COLUMNS["f"] + PRODUCT_X) / 2, (SQUASH_X + COLUMNS["o"]) / 2 + 3
    for name, text, x, above, y, size in (
        ("kept", "f · c_prev", middle, BELT_Y + 30, BELT_Y + 54, 14),
        ("c", "c", END_X, BELT_Y - 24, BELT_Y + 6, 16),
        ("tanh_c", "tanh(c)", after, SHOWN_Y - 34, SHOWN_Y - 14, 14),
        ("h", "h", END_X, SHOWN_Y - 24, SHOWN_Y + 6, 16),
    ):
        svg.formula(root, x, above, text, size)
        bold = {"font_weight": "bold", "data_number": name}
        svg.tell(svg.label(root, x, y, svg.number(made[name], 3), 16, **bold), ways[name])
    added = svg.label(root, PRODUCT_X + 12, 308, "i · g = ", 14, "start")
    value = {"font_weight": "bold", "data_number": "added"}
    svg.add(added, "tspan", svg.number(made["added"], 3), **value)
    svg.tell(added, ways["added"])


def _ways(c_prev: float, made: dict[str, float]) -> dict[str, str]:
    """Return how each number of the flow was made, by its name."""
    n = {name: svg.number(value, 3) for name, value in made.items()}
    old, f, i, g, o = svg.number(c_prev, 2), n["f"], n["i"], n["g"], n["o"]
    return {
        "kept": f"f · c_prev = {f} · {old} = {n['kept']}",
        "added": f"i · g = {i} · {g} = {n['added']}",
        "c": f"c = f · c_prev + i · g = {f} · {old} + {i} · {g} = {n['c']}",
        "tanh_c": f"tanh(c) = tanh({n['c']}) = {n['tanh_c']}",
        "h": f"h = o · tanh(c) = {o} · {n['tanh_c']} = {n['h']}",
    }


def _node(root: svg.Element, x: float, y: float, sign: str) -> None:
    half = TANH if sign == "tanh" else NODE
    style = {"rx": NODE, "fill": "paper", "stroke": "ink", "stroke_width": 2}
    svg.rect(root, x - half, y - NODE, 2 * half, 2 * NODE, **style)
    svg.label(root, x, y + 5, sign, 14 if sign == "tanh" else 18, font_weight="bold")


def _alt(given: dict[str, float], made: dict[str, float]) -> str:
    gates = ", ".join(
        f"{gate} = {'tanh' if gate == 'g' else 'sigmoid'}({svg.number(given[f'z_{gate}'], 2)})"
        f" = {svg.number(made[gate], 3)}"
        for gate in COLUMNS
    )
    n = {name: svg.number(value, 3) for name, value in made.items()}
    return (
        "One unit of an LSTM, one step. f multiplies the old memory c_prev, and i the news g. "
        "Their sum is the new memory c, which goes on to the next step. o multiplies tanh(c), "
        f"which gives h. {gates}. "
        f"c = f·c_prev + i·g = {n['f']}·{svg.number(given['c_prev'], 2)} + {n['i']}·{n['g']}"
        f" = {n['kept']} + {n['added']} = {n['c']}. "
        f"h = o·tanh(c) = {n['o']}·{n['tanh_c']} = {n['h']}."
    )
