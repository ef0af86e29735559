"""One LSTM cell, lit part by part: the belt of c, the tap f, the news g through i, h out by o."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import tanh

from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.parts import NODE, TANH, belt, gate_formula, line, operation
from lstm_lessons.drawing.picture import Picture

# In the order in which the gates act, from left to right.
NAMES = {"f": "forget", "i": "input", "g": "news", "o": "output"}

WIDTH, HEIGHT = 760, 500
LEFT, RIGHT, TOP, BOTTOM = 104, 656, 60, 410  # the cell's frame
COLUMNS = {"f": 176, "i": 292, "g": 408, "o": 524}
ADD_X, SHOWN_X, OUT_X = 350, 598, 640  # where i · g is added, where c is shown, where h goes up
BELT_Y, PRODUCT_Y, TANH_Y, SHOW_Y = 112, 214, 170, 234
GATE_Y, GATE_WIDTH, GATE_HEIGHT = 306, 106, 66  # the middle of the boxes, and their size
BUS_Y, WORD_X, WORD_Y = 376, 136, 440  # x and h side by side, below all gates


def cell(lit: str = "all", numbers: Mapping[str, float] | None = None) -> Picture:
    """Return the picture of one LSTM cell, with the gates that are named in ``lit`` lit.

    ``lit`` holds letters of f, i, g and o, such as "" or "f" or "i g", or is "all". What is not
    lit stays where it is, muted, and does nothing: with no f, c passes the place of f unchanged.
    The equations below are of what is lit; one that is not whole yet begins with "so far".

    ``numbers`` gives the values of one unit, by name: the gates that are lit, and ``c_before``.
    What they make, c and h among it, is computed and written where it arises. A ``c`` or ``h``
    that is given has to agree.

    Raises:
        ValueError: a letter is no gate's, a number is missing, or c or h do not agree.
    """
    gates = _gates(lit)
    made = _made(gates, numbers) if numbers is not None else {}
    root = svg.panel(WIDTH, HEIGHT)
    frame = {"rx": 16, "fill": "none", "stroke": "muted", "stroke_width": 1.5}
    svg.rect(root, LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP, **frame)
    _inputs(root, gates)
    _memory(root, gates, made)
    _shown(root, gates, made)
    for gate in NAMES:
        _gate(root, gate, gate in gates, made)
    for place, text in zip((24, 430), _equations(gates), strict=False):
        gate_formula(root, place, HEIGHT - 18, text, 20)
    return Picture(svg.write(root), _alt(gates, made))


def _gates(lit: str) -> str:
    letters = "figo" if lit == "all" else lit.replace(" ", "").replace(",", "")
    if set(letters) - set(NAMES):
        raise ValueError(f'lit must be "all" or hold letters of f, i, g and o, got {lit!r}')
    return letters


def _made(gates: str, numbers: Mapping[str, float]) -> dict[str, float]:
    """Return every number that arises in the parts that are lit, by its place."""
    needed = [*(gate for gate in NAMES if gate in gates), "c_before"]
    missing = [name for name in needed if name not in numbers]
    if missing:
        raise ValueError(f"numbers must give {', '.join(needed)}; missing: {', '.join(missing)}")
    made = {name: numbers[name] for name in needed}
    c = made["c_before"]
    if "f" in gates:
        c = made["kept"] = numbers["f"] * c
    if _adds(gates):
        made["added"] = numbers["i"] * numbers["g"]
        c += made["added"]
    made["c"] = c
    if "o" in gates:
        made["tanh_c"] = tanh(c)
        made["h"] = numbers["o"] * tanh(c)
    for name in ("c", "h"):
        if name in numbers and name in made and abs(numbers[name] - made[name]) > 0.006:
            raise ValueError(f"{name} must be {made[name]:.3f} by the others, got {numbers[name]}")
    return made


def _adds(gates: str) -> bool:
    return "i" in gates and "g" in gates


def _equations(gates: str) -> list[str]:
    """Return what the lit parts compute; g alone has an equation of its own."""
    if gates == "g":
        return ["g = tanh(W_{ig} x_t + W_{hg} h_{t−1} + b_g)"]
    c = ("f · " if "f" in gates else "") + "c_{t−1}"
    c += " + i · g" if _adds(gates) else ""
    whole = "f" in gates and _adds(gates)
    of_c = [f"{'' if whole else 'so far: '}c_t = {c}"] if "f" in gates or _adds(gates) else []
    return [*of_c, *(["h_t = o · tanh(c_t)"] if "o" in gates else [])]


def _inputs(root: svg.Element, gates: str) -> None:
    """Draw h of the step before and x of this one, and their way to each gate."""
    dim = "edge"
    colour = "ink" if gates else dim
    svg.formula(root, 20, BUS_Y + 6, "h_{t−1}", 20, "start", fill="ink" if gates else "muted")
    svg.formula(root, WORD_X, WORD_Y + 10, "x_t", 20, fill="ink" if gates else "muted")
    last = max((COLUMNS[gate] for gate in gates), default=0)
    below = GATE_Y + GATE_HEIGHT / 2
    # Muted ways first: those that are lit lie over them.
    line(root, dim, (70, BUS_Y), (COLUMNS["o"], BUS_Y))
    for gate, x in COLUMNS.items():
        if gate not in gates:
            arrow(root, dim, (x, BUS_Y), (x, below))
    arrow(root, colour, (WORD_X, WORD_Y - 10), (WORD_X, BUS_Y), gap=1)
    if gates:
        line(root, colour, (70, BUS_Y), (last, BUS_Y))
    for gate in gates:
        arrow(root, colour, (COLUMNS[gate], BUS_Y), (COLUMNS[gate], below))


def _memory(root: svg.Element, gates: str, made: dict[str, float]) -> None:
    """Draw the belt of c with the tap f and the place where i · g is added."""
    ways = partial(arrow, root, gap=NODE)
    above, f_x = GATE_Y - GATE_HEIGHT / 2, COLUMNS["f"]
    ends = (("c_{t−1}", "c_before", 20, "start"), ("c_t", "c", WIDTH - 20, "end"))
    for text, name, x, anchor in ends:
        svg.formula(root, x, BELT_Y + 6, text, 20, anchor, font_weight="bold")
        if name in made:
            _value(root, made, name, x, BELT_Y + 36, anchor)
    on_belt = (("f", f_x, "×", "f" in gates), ("ig", ADD_X, "+", _adds(gates)))
    for mark, x, _, lit in on_belt:
        if not lit:  # the belt passes over its place
            operation(root, x, BELT_Y, "", lit, data_operation=mark)
    belt(root, "ink", (76, BELT_Y), (WIDTH - 64, BELT_Y), data_belt="c")
    for mark, x, sign, lit in on_belt:
        if lit:
            operation(root, x, BELT_Y, sign, lit, data_operation=mark)
    adds = _adds(gates)
    ways("f" if "f" in gates else "edge", (f_x, above), (f_x, BELT_Y))
    for gate in "ig":
        x = COLUMNS[gate]
        ways(gate if gate in gates else "edge", (x, above), (x, PRODUCT_Y), (ADD_X, PRODUCT_Y))
    operation(root, ADD_X, PRODUCT_Y, "×", adds, data_operation="product")
    ways("ink" if adds else "edge", (ADD_X, PRODUCT_Y - NODE), (ADD_X, BELT_Y))
    if "kept" in made:
        _value(root, made, "kept", (f_x + ADD_X) / 2, BELT_Y - 14)
    if "added" in made:
        _value(root, made, "added", ADD_X + 12, (BELT_Y + PRODUCT_Y) / 2 + 6, "start")


def _shown(root: svg.Element, gates: str, made: dict[str, float]) -> None:
    """Draw the way of h: c through tanh, times o, out to the right and up."""
    lit = "o" in gates
    colour = "ink" if lit else "edge"
    above, o_x = GATE_Y - GATE_HEIGHT / 2, COLUMNS["o"]
    arrow(root, colour, (SHOWN_X, BELT_Y + 3), (SHOWN_X, TANH_Y), gap=NODE)
    arrow(root, colour, (SHOWN_X, TANH_Y + NODE), (SHOWN_X, SHOW_Y), gap=NODE)
    way = ((o_x, above), (o_x, SHOW_Y), (SHOWN_X, SHOW_Y))
    arrow(root, "o" if lit else "edge", *way, gap=NODE)
    arrow(root, colour, (SHOWN_X + NODE, SHOW_Y), (WIDTH - 64, SHOW_Y))
    for start, end in ((SHOW_Y, BELT_Y + 10), (BELT_Y - 10, 40)):
        if end == 40:
            arrow(root, colour, (OUT_X, start), (OUT_X, end))
        else:
            line(root, colour, (OUT_X, start), (OUT_X, end))
    operation(root, SHOWN_X, TANH_Y, "tanh", lit, data_operation="tanh")
    operation(root, SHOWN_X, SHOW_Y, "×", lit, data_operation="o")
    text = {"fill": "ink" if lit else "muted", "font_weight": "bold" if lit else "normal"}
    svg.formula(root, WIDTH - 20, SHOW_Y + 6, "h_t", 20, "end", **text)
    svg.formula(root, OUT_X, 28, "h_t", 20, **text)
    if "h" in made:
        _value(root, made, "tanh_c", SHOWN_X - TANH - 8, TANH_Y + 6, "end")
        _value(root, made, "h", WIDTH - 20, SHOW_Y + 36, "end")


def _gate(root: svg.Element, gate: str, lit: bool, made: dict[str, float]) -> None:
    """Draw a gate's box, with its letter, its name and its value."""
    x = COLUMNS[gate]
    place = (x - GATE_WIDTH / 2, GATE_Y - GATE_HEIGHT / 2, GATE_WIDTH, GATE_HEIGHT)
    style = {"rx": 8, "stroke": gate if lit else "edge", "stroke_width": 3 if lit else 1.5}
    svg.rect(root, *place, fill="paper")
    style |= {"fill": gate, "fill_opacity": theme.TINT} if lit else {"fill": "none"}
    svg.rect(root, *place, **style, data_gate=gate, data_lit=str(lit))
    text = {"fill": gate if lit else "muted", "font_weight": "bold" if lit else "normal"}
    value = f" = {svg.number(made[gate], 2)}" if gate in made else ""
    size = 17 if value else 26
    svg.label(root, x, GATE_Y, gate + value, size, **text, data_number=gate)
    svg.label(root, x, GATE_Y + 22, NAMES[gate], 15, fill="ink" if lit else "muted")


def _value(
    root: svg.Element,
    made: dict[str, float],
    name: str,
    x: float,
    y: float,
    anchor: str = "middle",
) -> None:
    text = svg.number(made[name], 2)
    svg.label(root, x, y, text, 18, anchor, font_weight="bold", data_number=name)


def _alt(gates: str, made: dict[str, float]) -> str:
    equations = [text.replace("{", "").replace("}", "") for text in _equations(gates)]
    parts = ["One LSTM cell. The memory c runs along the top like a belt, from c_t−1 to c_t."]
    lit = [f"{gate} ({NAMES[gate]})" for gate in NAMES if gate in gates]
    parts.append(f"Lit: {', '.join(lit)}." if lit else "No gate is lit: c passes as it is.")
    if gates:
        parts.append("Each gate reads x_t and h_t−1, which come in below.")
    if "f" in gates:
        parts.append("f multiplies what comes along the belt.")
    if _adds(gates):
        parts.append("The news g, multiplied by i, is added to the belt.")
    if "o" in gates:
        parts.append("tanh of the new c, multiplied by o, goes out as h_t, to the right and up.")
    if equations:
        parts.append("; ".join(equations) + ".")
    if made:
        n = {name: svg.number(value, 2) for name, value in made.items()}
        parts.append("Numbers: " + ", ".join(f"{g} = {n[g]}" for g in NAMES if g in n) + ".")
        parts.append(f"c goes from {n['c_before']} to {n['c']}.")
        parts.append(f"h = {n['h']}." if "h" in n else "")
    return " ".join(part for part in parts if part)
