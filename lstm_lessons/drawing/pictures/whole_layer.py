"""A whole nn.LSTM as loops in loops: which argument acts where, and which function does it."""

from __future__ import annotations

from typing import NamedTuple

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.picture import Picture

WIDTH, HEIGHT = 760, 524


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
    "weights": Part(16, 16, 728, 48, "before: the weights", "torch.empty", "device, dtype"),
    "layout": Part(16, 88, 728, 420, "the layout of the input", "layout_of", "batch_first"),
    "layers": Part(36, 138, 688, 350, "for each layer", "run_stack", "num_layers, dropout"),
    "directions": Part(56, 188, 648, 280, "for each direction", "run_direction", "bidirectional"),
    "sums": Part(76, 290, 176, 126, "sums with x", "input_sums", "input_size, bias"),
    "steps": Part(286, 238, 398, 210, "for each step", "", ""),
    "gates": Part(306, 310, 160, 106, "the gates", "apply_gates", "hidden_size"),
    "projection": Part(504, 310, 160, 106, "the projection", "F.linear", "proj_size"),
}
BOXES = ("sums", "gates", "projection")


def whole_layer(lit: str = "") -> Picture:
    """Return the picture of the layer; ``lit`` names the parts that are stressed, with blanks.

    They are "weights", "layout", "layers", "directions", "sums", "steps", "gates" and "projection".

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
    for left, right in (("sums", "steps"), ("gates", "projection")):
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
        svg.label(root, part.x + part.width - 16, y, part.arguments, 16, "end", **bold)


def _alt(stressed: list[str]) -> str:
    p = {
        name: f"{part.does}, {part.code} ({part.arguments})" if part.code else part.does
        for name, part in PARTS.items()
    }
    text = (
        f"Frames in frames, with their functions and arguments. Ahead of them, for itself: "
        f"{p['weights']}. Outermost: {p['layout']}. "
        f"In it: {p['layers']}. In it: {p['directions']}. In it, first {p['sums']}; then "
        f"{p['steps']}. In the step: {p['gates']}; then {p['projection']}."
    )
    if stressed:
        text += f" Stressed: {', '.join(PARTS[name].does for name in stressed)}."
    return text
