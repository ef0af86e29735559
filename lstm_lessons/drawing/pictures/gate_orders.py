"""The stacked rows of the gates in two frameworks, and which rows are taken for which gate."""

from __future__ import annotations

from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.picture import Picture

LETTERS = {"PyTorch": "ifgo", "ONNX": "iofc", "Keras": "ifco", "TensorFlow 1": "ijfo"}
"""The order of each framework, in its own letters: c and j are what PyTorch calls g."""

WIDTH, FOOT, MOST = 760, 20, 4
TOP, ROW, WIDE, NAMED = 76, 15, 110, 28  # the letter has a column of its own
FROM_X, TO_X = 146, 404
SAID_X = TO_X + WIDE + 20


def gates(framework: str) -> str:
    """Return a framework's order in PyTorch's letters, such as "iofg".

    Raises:
        ValueError: no such framework is known; the message lists those that are.
    """
    if framework not in LETTERS:
        raise ValueError(f"expected one of {', '.join(LETTERS)}; got {framework!r}")
    return LETTERS[framework].replace("c", "g").replace("j", "g")


def gate_orders(
    source: str = "PyTorch", target: str = "ONNX", units: int = 2, moved: bool = False
) -> Picture:
    """Return the picture: the rows of one framework, and what the other one takes them for.

    With ``moved`` each block is put where the other framework looks for it; without it the rows
    stay as they lie. A block has a row for each of 1 to 4 ``units``.

    Raises:
        ValueError: a framework is not known, or ``units`` is not 1 to 4.
    """
    if units not in range(1, MOST + 1):
        raise ValueError(f"units must be 1 to {MOST}, got {units!r}")
    there, taken = gates(source), gates(target)
    came = taken if moved else there  # whose rows lie at each place of the other stack
    root = svg.panel(WIDTH, TOP + 4 * units * ROW + FOOT)
    draw(root, source, target, units, moved)
    return Picture(svg.write(root), said(source, target, units, came, taken))


def draw(root: svg.Element, source: str, target: str, units: int, moved: bool) -> None:
    """Draw both stacks, the ways between them, and beside each block what it is taken for."""
    there, taken = gates(source), gates(target)
    came = taken if moved else there
    _stack(root, FROM_X, source, there, LETTERS[source], units)
    _stack(root, TO_X, target, came, [LETTERS[source][there.index(gate)] for gate in came], units)
    for place, gate in enumerate(came):
        begins, ends = (_middle(each, units) for each in (there.index(gate), place))
        path = f"M{FROM_X + WIDE + 4} {begins}L{TO_X - 4} {ends}"
        way = {"stroke": gate, "stroke_width": 3, "fill": "none"}
        svg.add(root, "path", d=path, **way, data_way=f"{gate},{place}")
        y, right = ends + 6, gate == taken[place]
        letter = LETTERS[target][place]
        called = letter if letter in "ifgo" else f"{letter} = g"
        text = f"taken for {called}" + ("" if right else ": wrong")
        weight = "normal" if right else "bold"
        svg.label(root, SAID_X, y, text, 16, "start", font_weight=weight, data_taken=text)
    svg.label(root, 24, TOP + 18, "rows:", 15, "start", fill="muted")
    size = f"4 × {units} = {4 * units}"
    svg.label(root, 24, TOP + 40, size, 16, "start", data_rows=str(4 * units))


def said(source: str, target: str, units: int, came: str, taken: str) -> str:
    """Return the alternative text of the two stacks."""
    ends = []
    for place, gate in enumerate(came):
        own = LETTERS[source][gates(source).index(gate)]
        verdict = "" if gate == taken[place] else ", which is wrong"
        ends.append(f"the rows of {own} are taken for {LETTERS[target][place]}{verdict}")
    return (
        f"Four blocks of {units} rows, stacked as {source} does: {', '.join(LETTERS[source])}. "
        f"In {target}, which reads {', '.join(LETTERS[target])}: {'; '.join(ends)}."
    )


def _middle(place: int, units: int) -> float:
    return TOP + (place + 0.5) * units * ROW


def _stack(
    root: svg.Element, x: float, name: str, order: str, letters: str | list[str], units: int
) -> None:
    """Draw four blocks of rows, one below the other, each with its letter."""
    svg.label(root, x + WIDE / 2, 34, name, 19, font_weight="bold")
    svg.label(root, x + WIDE / 2, 58, ", ".join(LETTERS[name]), 16, fill="muted")
    for place, gate in enumerate(order):
        top = TOP + place * units * ROW
        style = {"fill": gate, "fill_opacity": theme.TINT, "stroke": gate}
        svg.rect(root, x, top + 0.5, NAMED - 2, units * ROW - 1, **style)
        for row in range(units):
            key = {"data_row": f"{name},{place},{row}"}
            y = top + row * ROW + 0.5
            svg.rect(root, x + NAMED, y, WIDE - NAMED, ROW - 1, **style, **key)
        bold = {"font_weight": "bold", "fill": gate}
        svg.label(root, x + 14, _middle(place, units) + 5, letters[place], 14, **bold)
