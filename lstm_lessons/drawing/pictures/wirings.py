"""Six small pictures of which steps feed output, h_n and c_n. One of them is nn.LSTM's."""

from __future__ import annotations

from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.picture import Picture

STEPS = 3
WIRINGS = {
    "A": {"output": ("h", (2,)), "h_n": ("h", (2,)), "c_n": ("c", (2,))},
    "B": {"output": ("c", (0, 1, 2)), "h_n": ("h", (2,)), "c_n": ("c", (2,))},
    "C": {"output": ("h", (0, 1, 2)), "h_n": ("h", (2,)), "c_n": ("c", (2,))},
    "D": {"output": ("h", (0, 1, 2)), "h_n": ("h", (0, 1, 2)), "c_n": ("c", (0, 1, 2))},
    "E": {"output": ("h", (0, 1, 2)), "h_n": ("c", (2,)), "c_n": ("h", (2,))},
    "F": {"output": ("h", (0, 1, 2)), "h_n": ("h", (0,)), "c_n": ("c", (0,))},
}
"""For each picture and each result: the state that it is made of, and of which steps."""

WIDTH, HEIGHT = 720, 768
PANEL_WIDTH, PANEL_HEIGHT = 360, 256
STEP_X, STEP_Y, APART = 122, 70, 90  # the first step's middle, and the distance to the next
HALF_WIDTH, HALF_HEIGHT = 26, 28
H_SIDE, C_SIDE = -13, 13  # from the middle of a step to where its h and its c leave it
SLOT_WIDTH, SLOT_HEIGHT = 74, 24
OUTPUT_Y, H_N_Y, C_N_Y = 142, 180, 218


def wirings() -> Picture:
    """Return the pictures, two in a row, with three steps each."""
    root = svg.panel(WIDTH, HEIGHT)
    lines = [f"M16 {y}H{WIDTH - 16}" for y in range(PANEL_HEIGHT, HEIGHT, PANEL_HEIGHT)]
    for line in (f"M{WIDTH / 2} 16V{HEIGHT - 16}", *lines):
        svg.add(root, "path", d=line, stroke="edge")
    for place, (letter, wiring) in enumerate(WIRINGS.items()):
        row, column = divmod(place, 2)
        _one(root, column * PANEL_WIDTH, row * PANEL_HEIGHT, letter, wiring)
    return Picture(svg.write(root), _alt())


def _one(root: svg.Element, left: float, top: float, letter: str, wiring: dict) -> None:
    """Draw one picture: a box for each step, and under it a row for each result."""
    svg.label(root, left + 22, top + 34, letter, 20, "start", font_weight="bold")
    for step in range(STEPS):
        x, y = left + STEP_X + step * APART, top + STEP_Y
        box = (x - HALF_WIDTH, y - HALF_HEIGHT, 2 * HALF_WIDTH, 2 * HALF_HEIGHT)
        svg.rect(root, *box, rx=8, fill="paper", stroke="ink", stroke_width=2)
        svg.label(root, x, y - 4, f"step {step}", 13)
        for name, side in (("h", H_SIDE), ("c", C_SIDE)):
            svg.label(root, x + side, y + 20, name, 14, font_weight="bold")
        if step:
            arrow(root, "ink", (x - APART + HALF_WIDTH, y), (x - HALF_WIDTH - 1, y))
    for name, line in (("output", OUTPUT_Y), ("h_n", H_N_Y), ("c_n", C_N_Y)):
        _result(root, left, top + line, name, *wiring[name])


def _result(
    root: svg.Element, left: float, y: float, name: str, state: str, steps: tuple[int, ...]
) -> None:
    """Draw one result as a row of slots, each fed by the state of a step."""
    svg.label(root, left + 18, y + 5, name, 15, "start", font_weight="bold")
    for step in steps:
        x = left + STEP_X + step * APART
        style = {"fill": "ink", "fill_opacity": 0 if state == "h" else theme.TINT}
        style |= {"stroke": "ink", "stroke_width": 1 if state == "h" else 3}
        svg.rect(root, x - SLOT_WIDTH / 2, y - 12, SLOT_WIDTH, SLOT_HEIGHT, rx=3, **style)
        svg.label(root, x, y + 5, f"{state}, step {step}", 13)


def _alt() -> str:
    texts = []
    for letter, wiring in WIRINGS.items():
        fed = (
            f"{name} is made of " + ", ".join(f"{state} of step {step}" for step in steps)
            for name, (state, steps) in wiring.items()
        )
        texts.append(f"Picture {letter}: {'; '.join(fed)}.")
    return f"Six pictures of a layer with {STEPS} steps, 0 to 2. " + " ".join(texts)
