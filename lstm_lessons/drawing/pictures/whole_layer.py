"""A whole nn.LSTM as loops in loops: which argument acts where, and which function does it."""

from __future__ import annotations

from typing import NamedTuple

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.picture import Picture

WIDTH, HEIGHT = 760, 534


class Part(NamedTuple):
    """A frame: where it lies, what it does, and its function and arguments, if it has its own."""

    x: float
    y: float
    width: float
    height: float
    does: str
    code: str
    arguments: str


PARTS = {
    "weights": Part(12, 12, 736, 48, "before: the weights", "torch.empty", "device, dtype"),
    "layout": Part(12, 76, 736, 446, "the layout of the input", "layout_of", "batch_first"),
    "layers": Part(24, 126, 712, 384, "for each layer", "run_stack", "num_layers, dropout"),
    "directions": Part(36, 176, 688, 322, "for each direction", "", "bidirectional"),
    "direction": Part(48, 226, 664, 260, "one direction", "run_direction", ""),
    "sums": Part(62, 332, 136, 106, "sums with x", "input_sums", "input_size, bias"),
    "steps": Part(226, 276, 474, 196, "for each step", "", ""),
    "h": Part(240, 332, 126, 106, "sums with h", "torch.addmm", ""),
    "gates": Part(400, 332, 126, 106, "the gates", "apply_gates", "hidden_size"),
    "projection": Part(554, 332, 134, 106, "the projection", "F.linear", "proj_size"),
}
BOXES = ("sums", "h", "gates", "projection")


def whole_layer(lit: str = "") -> Picture:
    """Return the picture of the layer; ``lit`` names the parts that are stressed, with blanks.

    They are "weights", "layout", "layers", "directions", "direction", "sums", "steps", "h", "gates"
    and "projection".

    Raises:
        ValueError: a part of ``lit`` is not there.
    """
    stressed = lit.split()
    for name in stressed:
        if name not in PARTS:
            raise ValueError(f"lit must be some of {', '.join(PARTS)}, got {name!r}")
    root = svg.panel(WIDTH, HEIGHT)
    for name, part in PARTS.items():
        _frame(root, name, part, name in stressed)
    middle = PARTS["gates"].y + PARTS["gates"].height / 2
    for left, right in (("sums", "h"), ("h", "gates"), ("gates", "projection")):
        start = PARTS[left].x + PARTS[left].width
        arrow(root, "ink", (start, middle), (PARTS[right].x, middle), gap=2)
    return Picture(svg.write(root), _alt(stressed))


def _frame(root: svg.Element, name: str, part: Part, lit: bool) -> None:
    style = {"rx": 10, "fill": "ink", "fill_opacity": 0.12 if lit else 0.0, "stroke": "ink"}
    if not lit:
        style["stroke"] = "muted"
    style["stroke_width"] = 3.5 if lit else 1.5
    place = (part.x, part.y, part.width, part.height)
    svg.rect(root, *place, rx=10, fill="paper")
    svg.rect(root, *place, **style, data_part=name)
    bold = {"font_weight": "bold"} if lit else {}
    lines = ((part.does, 17, "ink"), (part.code, 15, "muted"), (part.arguments, 16, "ink"))
    if name in BOXES:
        middle = part.x + part.width / 2
        first = part.y + part.height / 2 - 20
        for row, (text, size, fill) in enumerate(lines):
            strong = bold if row != 1 else {}
            svg.label(root, middle, first + 26 * row, text, size, fill=fill, **strong)
        return
    y = part.y + 30
    svg.label(root, part.x + 16, y, part.does, 17, "start", **bold)
    if part.code:
        svg.label(root, part.x + 250, y, part.code, 15, "start", fill="muted")
    if part.arguments:
        svg.label(root, part.x + part.width - 16, y, part.arguments, 16, "end", **bold)


def _alt(stressed: list[str]) -> str:
    p = {}
    for name, part in PARTS.items():
        code = f", {part.code}" if part.code else ""
        p[name] = part.does + code + (f" ({part.arguments})" if part.arguments else "")
    text = (
        f"Frames in frames, with their functions and arguments. Ahead of them, for itself: "
        f"{p['weights']}. Outermost: {p['layout']}. "
        f"In it: {p['layers']}. In it: {p['directions']}. In it: "
        f"{p['direction']}. In it, first {p['sums']}; then {p['steps']}. In the step: {p['h']}; "
        f"{p['gates']}; {p['projection']}."
    )
    if stressed:
        text += f" Stressed: {', '.join(PARTS[name].does for name in stressed)}."
    return text
