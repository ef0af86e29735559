"""The cell of an LSTM with parts exchanged, and the GRU, for pictures of lessons 12 and 13.

A cell of the LSTM has the places of `pictures.cell`. A GRU has one state alone, h, which is its
memory, and so it runs where c runs in an LSTM, as a belt. Its news n has the colour of g. Its gates
z and r have none: those are for i, f and o. A dot is where a way leaves a line; where a way crosses
a line, the line has a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.parts import NODE, TANH, belt, gate_formula, line, operation

CELLS = ("LSTM", "GRU, torch", "GRU, paper")
FORGET = ("own gate", "none", "1 − i")
WIDTH, HEIGHT = 760, 456
FRAME_LEFT, FRAME_RIGHT, FRAME_TOP, FRAME_BOTTOM = 104, 692, 24, 358
COLUMNS = {"f": 176, "i": 292, "g": 408, "o": 524}
NAMES = {"f": "forget", "i": "input", "g": "news", "o": "output"}
ADD_X, SHOWN_X, PROJECT_X = 350, 590, 650
BELT_Y, PRODUCT_Y, TANH_Y, SHOW_Y, LOOK_Y = 76, 178, 134, 198, 214
GATE_Y, GATE_WIDTH, GATE_HEIGHT = 270, 106, 66
ABOVE, BELOW = GATE_Y - GATE_HEIGHT / 2, GATE_Y + GATE_HEIGHT / 2
BUS_Y, WORD_X, WORD_Y = 330, 136, 388
OLD_X, NEW_X = 132, 492  # where peepholes leave the belt: before f, and behind the sum
# The GRU: z below the line of h, n and the way to it on the right, r below that.
Z_X, N_X, R_X, FIRST_X, SECOND_X, TURN_X = 176, 424, 584, 628, 532, 673
N_Y, MIX_Y, BEND_Y, X_BUS_Y = 180, 122, 216, 348
DOT, GAP = 5, 7  # the radius of a dot, and half of a gap


@dataclass(frozen=True)
class Switches:
    """Which relative is drawn.

    ``forget`` is one of FORGET; it, ``peepholes`` and ``projection`` are for an LSTM alone: a GRU
    has no c to forget or to look at, and torch has no projection for it.

    Raises:
        ValueError: there is no such cell or no such forget gate.
    """

    cell: str = "LSTM"
    forget: str = "own gate"
    peepholes: bool = False
    projection: bool = False

    def __post_init__(self) -> None:
        """Let names pass that are known."""
        for name, options in (("cell", CELLS), ("forget", FORGET)):
            if getattr(self, name) not in options:
                known = ", ".join(options)
                raise ValueError(f"{name} must be one of {known}, got {getattr(self, name)!r}")

    @property
    def gru(self) -> bool:
        """Whether it is a GRU."""
        return self.cell != "LSTM"

    @property
    def blocks(self) -> str:
        """The blocks of rows of its weights, in torch's order."""
        if self.gru:
            return "rzn"
        return "ifgo" if self.forget == "own gate" else "igo"

    @property
    def looking(self) -> str:
        """The gates that have a peephole."""
        return "".join(gate for gate in self.blocks if gate in "ifo") if self.peepholes else ""


def draw(root: svg.Element, switches: Switches) -> None:
    """Draw the cell and its equations on a panel of WIDTH and at least HEIGHT."""
    frame = {"rx": 16, "fill": "none", "stroke": "muted", "stroke_width": 1.5}
    width, height = FRAME_RIGHT - FRAME_LEFT, FRAME_BOTTOM - FRAME_TOP
    svg.rect(root, FRAME_LEFT, FRAME_TOP, width, height, **frame)
    if switches.gru:
        _gru(root, switches)
    else:
        _lstm(root, switches)
    for row, text in enumerate(equations(switches)):
        gate_formula(root, 188, WORD_Y + 2 + 24 * row, text, 17)


def equations(switches: Switches) -> list[str]:
    """Return what the cell computes, in two or three lines."""
    if switches.gru:
        after = "r · (W_{hn} h_{t−1} + b_{hn})"
        before = "W_{hn} (r · h_{t−1}) + b_{hn}"
        of_h = after if switches.cell == "GRU, torch" else before
        return [
            f"n_t = tanh(W_{{in}} x_t + b_{{in}} + {of_h})",
            "h_t = (1 − z) · n_t + z · h_{t−1}",
        ]
    kept = {"own gate": "f · c_{t−1}", "none": "c_{t−1}", "1 − i": "(1 − i) · c_{t−1}"}
    shown = "W_{hr} (o · tanh(c_t))" if switches.projection else "o · tanh(c_t)"
    lines = [f"c_t = {kept[switches.forget]} + i · g", f"h_t = {shown}"]
    if switches.peepholes:
        both = "i and f also read" if "f" in switches.looking else "i also reads"
        lines.append(f"peepholes: {both} c_{{t−1}}, o also reads c_t")
    return lines


def said(switches: Switches) -> str:
    """Return in words what is drawn."""
    formulas = "; ".join(equations(switches)).replace("{", "").replace("}", "")
    if switches.gru:
        what = {
            "GRU, torch": "h_t−1 goes through W_hn first, and r multiplies what comes out",
            "GRU, paper": "r multiplies h_t−1 first, and the result goes through W_hn",
        }[switches.cell]
        return (
            "A GRU. It has one state, h, which runs along the top like a belt. z multiplies the "
            "old h, and 1 − z multiplies the news n. The sum of the two is the new h. On the way "
            f"to n, {what}. x_t comes to n through W_in. {formulas}."
        )
    parts = ["An LSTM cell. The memory c runs along the top like a belt."]
    parts.append({
        "own gate": "f multiplies the old c.",
        "none": "There is no forget gate: the old c passes as it is.",
        "1 − i": "There is no forget gate of its own: 1 − i multiplies the old c.",
    }[switches.forget])  # fmt: skip
    parts.append("i times the news g is added. o multiplies tanh of the new c.")
    if switches.peepholes:
        old = "i and f look" if "f" in switches.looking else "i looks"
        parts.append(f"Dashed lines come from the belt: {old} at the old c, o at the new one.")
    if switches.projection:
        parts.append("On its way out, what o lets through goes through the matrix W_hr.")
    return " ".join([*parts, formulas + "."])


# --- The LSTM ------------------------------------------------------------------------------------


def _lstm(root: svg.Element, switches: Switches) -> None:
    gates = "figo" if "f" in switches.blocks else "igo"
    _bus(root, gates)
    if switches.peepholes:
        _peepholes(root, switches.looking)
    _memory(root, switches)
    _shown(root, switches.projection)
    for gate in gates:
        _box(root, COLUMNS[gate], GATE_Y, gate, NAMES[gate], gate)
    if "f" not in gates:
        _no_box(root, COLUMNS["f"], GATE_Y, "no forget gate")


def _bus(root: svg.Element, gates: str) -> None:
    """Draw h of the step before and x of this one, and their way to each gate."""
    svg.formula(root, 20, BUS_Y + 6, "h_{t−1}", 20, "start")
    svg.formula(root, WORD_X, WORD_Y + 10, "x_t", 20)
    arrow(root, "ink", (WORD_X, WORD_Y - 10), (WORD_X, BUS_Y), gap=1)
    line(root, "ink", (70, BUS_Y), (COLUMNS["o"], BUS_Y))
    for gate in gates:
        arrow(root, "ink", (COLUMNS[gate], BUS_Y), (COLUMNS[gate], BELOW))


def _memory(root: svg.Element, switches: Switches) -> None:
    ways = partial(arrow, root, gap=NODE)
    for text, x, anchor in (("c_{t−1}", 20, "start"), ("c_t", WIDTH - 20, "end")):
        svg.formula(root, x, BELT_Y + 6, text, 20, anchor, font_weight="bold")
    belt(root, "ink", (76, BELT_Y), (WIDTH - 56, BELT_Y), data_belt="c")
    f_x, i_x = COLUMNS["f"], COLUMNS["i"]
    for gate in "ig":
        ways(gate, (COLUMNS[gate], ABOVE), (COLUMNS[gate], PRODUCT_Y), (ADD_X, PRODUCT_Y))
    ways("ink", (ADD_X, PRODUCT_Y - NODE), (ADD_X, BELT_Y))
    operation(root, ADD_X, PRODUCT_Y, "×", True, data_operation="product")
    operation(root, ADD_X, BELT_Y, "+", True, data_operation="sum")
    if switches.forget == "none":
        return
    if switches.forget == "own gate":
        ways("f", (f_x, ABOVE), (f_x, BELT_Y))
    else:
        arrow(root, "i", (i_x, PRODUCT_Y), (f_x, PRODUCT_Y), gap=TANH + 2)
        ways("i", (f_x, PRODUCT_Y), (f_x, BELT_Y))
        _pill(root, f_x, PRODUCT_Y, "1 − i", data_operation="1 − i")
    operation(root, f_x, BELT_Y, "×", True, data_operation="kept")


def _shown(root: svg.Element, projection: bool) -> None:
    """Draw the way of h: c through tanh, times o, and out; through W_hr where there is one."""
    o_x = COLUMNS["o"]
    arrow(root, "ink", (SHOWN_X, BELT_Y + 3), (SHOWN_X, TANH_Y), gap=NODE)
    arrow(root, "ink", (SHOWN_X, TANH_Y + NODE), (SHOWN_X, SHOW_Y), gap=NODE)
    arrow(root, "o", (o_x, ABOVE), (o_x, SHOW_Y), (SHOWN_X, SHOW_Y), gap=NODE)
    arrow(root, "ink", (SHOWN_X + NODE, SHOW_Y), (WIDTH - 56, SHOW_Y))
    operation(root, SHOWN_X, TANH_Y, "tanh", True, data_operation="tanh")
    operation(root, SHOWN_X, SHOW_Y, "×", True, data_operation="o")
    svg.formula(root, WIDTH - 20, SHOW_Y + 6, "h_t", 20, "end", font_weight="bold")
    if projection:
        _matrix(root, PROJECT_X, SHOW_Y, "W_{hr}")
        svg.label(root, PROJECT_X, SHOW_Y + 40, "H → P", 14, fill="muted")


def _peepholes(root: svg.Element, looking: str) -> None:
    """Draw dashed lines from the belt to the gates that look at it."""
    for gate in looking:
        if gate == "o":
            way = [(NEW_X, BELT_Y), (NEW_X, ABOVE)]
        else:
            x = COLUMNS[gate] - 30
            way = [(OLD_X, BELT_Y), (OLD_X, LOOK_Y), (x, LOOK_Y), (x, ABOVE)]
        path = "L".join(f"{x} {y}" for x, y in way)
        dashes = {"fill": "none", "stroke": "ink", "stroke_width": 3, "stroke_dasharray": "6 4"}
        svg.add(root, "path", d="M" + path, **dashes, data_peephole=gate)
        (x, y) = way[-1]
        svg.add(root, "polygon", points=f"{x},{y} {x - 6},{y - 10} {x + 6},{y - 10}", fill="ink")
    svg.formula(root, OLD_X + 6, BELT_Y + 44, "c_{t−1}", 14, "start")
    svg.formula(root, NEW_X - 8, BELT_Y + 44, "c_t", 14, "end")


# --- The GRU -------------------------------------------------------------------------------------


def _gru(root: svg.Element, switches: Switches) -> None:
    ways = partial(arrow, root, gap=NODE)
    for text, x, anchor in (("h_{t−1}", 20, "start"), ("h_t", WIDTH - 20, "end")):
        svg.formula(root, x, BELT_Y + 6, text, 20, anchor, font_weight="bold")
    svg.formula(root, WORD_X, WORD_Y + 10, "x_t", 20)
    belt(root, "ink", (76, BELT_Y), (WIDTH - 56, BELT_Y), data_belt="h")
    line(root, "ink", (84, BELT_Y), (84, BUS_Y), (TURN_X, BUS_Y), (TURN_X, N_Y))
    svg.formula(root, TURN_X, N_Y - 14, "h_{t−1}", 15)
    svg.formula(root, FRAME_LEFT + 6, BUS_Y - 8, "h_{t−1}", 15, "start")
    line(root, "ink", (WORD_X, WORD_Y - 10), (WORD_X, X_BUS_Y), (R_X + 14, X_BUS_Y))
    for x in (Z_X + 14, N_X, R_X + 14):  # from x, over the line of h
        svg.rect(root, x - GAP, BUS_Y - 3, 2 * GAP, 6, fill="paper", data_gap=f"{x}")
    for x in (Z_X, R_X):
        arrow(root, "ink", (x - 14, BUS_Y), (x - 14, BELOW))
        arrow(root, "ink", (x + 14, X_BUS_Y), (x + 14, BELOW))
        _dot(root, x - 14, BUS_Y)
    for x in (Z_X + 14, N_X):
        _dot(root, x, X_BUS_Y)
    _dot(root, 84, BELT_Y)
    arrow(root, "ink", (N_X, X_BUS_Y), (N_X, N_Y + GATE_HEIGHT / 2))
    arrow(root, "ink", (TURN_X, N_Y), (N_X + GATE_WIDTH / 2, N_Y))
    _mix(root)
    product, matrix = FIRST_X, SECOND_X
    if switches.cell == "GRU, torch":
        product, matrix = SECOND_X, FIRST_X
    way = ((R_X, ABOVE), (R_X, BEND_Y), (product, BEND_Y), (product, N_Y))
    ways("ink", *way)
    operation(root, product, N_Y, "×", True, data_operation="r")
    _matrix(root, matrix, N_Y, "W_{hn}")
    _matrix(root, N_X, GATE_Y, "W_{in}")
    _box(root, Z_X, GATE_Y, "z", "update", "ink")
    _box(root, R_X, GATE_Y, "r", "reset", "ink")
    _box(root, N_X, N_Y, "n", "news", "g")


def _dot(root: svg.Element, x: float, y: float) -> None:
    """Draw where a way leaves a line."""
    svg.rect(root, x - DOT, y - DOT, 2 * DOT, 2 * DOT, rx=DOT, fill="ink", data_dot=f"{x}")


def _mix(root: svg.Element) -> None:
    """Draw how the old h and the news are mixed: z of one, 1 − z of the other."""
    ways = partial(arrow, root, gap=NODE)
    ways("ink", (Z_X, ABOVE), (Z_X, BELT_Y))
    ways("ink", (Z_X, MIX_Y), (ADD_X - 80, MIX_Y), (ADD_X, MIX_Y))
    ways("g", (N_X, N_Y - GATE_HEIGHT / 2), (N_X, MIX_Y), (ADD_X, MIX_Y))
    ways("ink", (ADD_X, MIX_Y), (ADD_X, BELT_Y))
    _dot(root, Z_X, MIX_Y)
    _pill(root, ADD_X - 84, MIX_Y, "1 − z", data_operation="1 − z")
    for x, y, sign, name in (
        (Z_X, BELT_Y, "×", "kept"),
        (ADD_X, MIX_Y, "×", "product"),
        (ADD_X, BELT_Y, "+", "sum"),
    ):
        operation(root, x, y, sign, True, data_operation=name)


# --- What both have ------------------------------------------------------------------------------


def _box(
    root: svg.Element,
    x: float,
    y: float,
    letter: str,
    name: str,
    colour: str,
) -> None:
    place = (x - GATE_WIDTH / 2, y - GATE_HEIGHT / 2, GATE_WIDTH, GATE_HEIGHT)
    svg.rect(root, *place, rx=8, fill="paper")
    tint = {"fill": colour, "fill_opacity": theme.TINT if colour != "ink" else 0.06}
    pen = {"stroke": colour, "stroke_width": 3}
    svg.rect(root, *place, rx=8, **pen, **tint, data_gate=letter)
    svg.label(root, x, y + 2, letter, 26, fill=colour, font_weight="bold")
    svg.label(root, x, y + 23, name, 15)


def _no_box(root: svg.Element, x: float, y: float, text: str) -> None:
    """Draw the outline of a gate that this relative has not."""
    place = (x - GATE_WIDTH / 2, y - GATE_HEIGHT / 2, GATE_WIDTH, GATE_HEIGHT)
    style = {"fill": "none", "stroke": "muted", "stroke_dasharray": "4 5"}
    svg.rect(root, *place, rx=8, stroke_width=1.5, **style)
    svg.label(root, x, y + 5, text, 13, fill="muted")


def _matrix(root: svg.Element, x: float, y: float, text: str) -> None:
    style = {"rx": 3, "fill": "paper", "stroke": "ink", "stroke_width": 2.5}
    svg.rect(root, x - 26, y - 20, 52, 40, **style, data_matrix=text.strip("W_{}"))
    svg.formula(root, x, y + 4, text, 16, font_weight="bold")


def _pill(root: svg.Element, x: float, y: float, text: str, **mark: str) -> None:
    half = TANH + 2
    style = {"rx": NODE, "fill": "paper", "stroke": "ink", "stroke_width": 2.5}
    svg.rect(root, x - half, y - NODE, 2 * half, 2 * NODE, **style, **mark)
    svg.label(root, x, y + 5, text, 15, font_weight="bold")
