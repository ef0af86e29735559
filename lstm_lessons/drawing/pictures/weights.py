"""The matrices of the four gates, stacked into one, and the one product that serves them all."""

from __future__ import annotations

from lstm_lessons import shapes
from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.picture import Picture

STAGES = ("one gate", "four gates", "stacked", "product")
MOST = 4

WIDTH = 760
TOP, FOOT = 96, 24
CELL, GAP = 28, 18  # one number of a matrix, and the space between two gates that stand apart
LEFT = 122  # where the matrices begin; their names stand left of them
AFTER = 250  # where what follows them begins
TIMES_X, INPUT_X, EQUALS_X, SUMS_X = 384, 424, 484, 524


def weights(
    input_size: int = 3,
    hidden_size: int = 2,
    stage: str = "product",
    weight: str = "ih",
    gate: str = "i",
) -> Picture:
    """Return the picture of W_ii, W_if, W_ig and W_io, which stack up to weight_ih.

    ``stage`` is "one gate" (that of ``gate``, in its place), "four gates", "stacked" or "product",
    the last with weight_ih @ x and its 4H sums, cut into four. With ``weight`` "hh" it is
    weight_hh, and h stands in x's place.

    Raises:
        ValueError: a size is not 1 to 4, or there is no such stage, weight or gate.
    """
    for name, size in (("input_size", input_size), ("hidden_size", hidden_size)):
        if size not in range(1, MOST + 1):
            raise ValueError(f"{name} must be 1 to {MOST}, got {size!r}")
    if stage not in STAGES:
        raise ValueError(f"stage must be one of {', '.join(STAGES)}; got {stage!r}")
    if weight not in ("ih", "hh"):
        raise ValueError(f'weight must be "ih" or "hh", got {weight!r}')
    if gate not in shapes.GATES:
        raise ValueError(f"gate must be one of {', '.join(shapes.GATES)}; got {gate!r}")
    shown = (gate,) if stage == "one gate" else shapes.GATES
    drawing = _Drawing(weight, input_size if weight == "ih" else hidden_size, hidden_size, shown)
    return Picture(svg.write(drawing.draw(stage)), _alt(drawing, stage))


class _Drawing:
    """Lays out the gates, one above the other, and draws them."""

    def __init__(self, weight: str, columns: int, rows: int, gates: tuple[str, ...]) -> None:
        self.weight, self.columns, self.rows, self.gates = weight, columns, rows, gates
        self.letter, self.source = ("I", "x") if weight == "ih" else ("H", "h")
        self.height = TOP + 4 * rows * CELL + 3 * GAP + FOOT
        self.root = svg.panel(WIDTH, self.height)

    def draw(self, stage: str) -> svg.Element:
        """Draw everything and return it."""
        apart = stage in ("one gate", "four gates")
        for gate in self.gates:
            self._gate(gate, self._top(gate, apart))
        middle = LEFT + self.columns * CELL / 2
        above = self._top(self.gates[0], True) - 14
        svg.label(self.root, middle, above, f"{self.letter} = {self.columns}", 17)
        if apart:
            self._shapes_of_gates(stage)
        else:
            self._brace()
        if stage == "product":
            self._product()
        return self.root

    def name(self, gate: str) -> str:
        """Return what the matrix of a gate is called in the equations."""
        return f"W_{self.weight[0]}{gate}"

    def _top(self, gate: str, apart: bool) -> float:
        place = shapes.GATES.index(gate)
        if apart:
            return TOP + place * (self.rows * CELL + GAP)
        return TOP + 1.5 * GAP + place * self.rows * CELL

    def _cells(self, x: float, y: float, columns: int, colour: str, text: str, mark: str) -> None:
        """Draw numbers as squares with a letter each."""
        style = {"fill": colour, "fill_opacity": theme.TINT, "stroke": colour}
        for row in range(self.rows if mark != "input" else self.columns):
            for column in range(columns):
                left, top = x + column * CELL, y + row * CELL
                key = {f"data_{mark}": f"{text},{row},{column}"}
                svg.rect(self.root, left + 1, top + 1, CELL - 2, CELL - 2, rx=3, **style, **key)
                bold = {"font_weight": "bold", "fill": colour}
                svg.label(self.root, left + CELL / 2, top + CELL / 2 + 5, text, 14, **bold)

    def _gate(self, gate: str, y: float) -> None:
        self._cells(LEFT, y, self.columns, gate, gate, "weight")
        middle = y + self.rows * CELL / 2 + 5
        svg.formula(self.root, LEFT - 14, middle, self.name(gate), 20, "end", fill=gate)

    def _shapes_of_gates(self, stage: str) -> None:
        title = "one gate, one matrix" if stage == "one gate" else "four gates, four matrices"
        svg.label(self.root, 20, 38, title, 20, "start", font_weight="bold")
        for gate in self.gates:
            middle = self._top(gate, True) + self.rows * CELL / 2 + 6
            size = f"H × {self.letter} = {self.rows} × {self.columns}"
            svg.label(self.root, AFTER, middle, size, 18, "start")
            what = f"how {gate} reads {self.source}"
            svg.label(self.root, AFTER + 180, middle, what, 17, "start", fill="muted")

    def _brace(self) -> None:
        """Name the whole matrix, above it, and its rows, right of it."""
        name = f"weight_{self.weight}"
        svg.label(self.root, 20, 38, name, 20, "start", font_weight="bold")
        rows = 4 * self.rows
        size = f"(4H, {self.letter}) = ({rows}, {self.columns})"
        svg.label(self.root, 150, 38, size, 18, "start", data_shape=f"{rows},{self.columns}")
        x, top = LEFT + self.columns * CELL + 8, self._top("i", False)
        path = f"M{x} {top + 1}h8v{rows * CELL - 2}h-8"
        svg.add(self.root, "path", d=path, fill="none", stroke="ink", stroke_width=2)
        middle = top + rows * CELL / 2
        svg.label(self.root, x + 20, middle + 6, f"4H = {rows}", 17, "start")

    def _product(self) -> None:
        """Draw x as a column, and the sums, H for each gate."""
        middle = self._top("i", False) + 2 * self.rows * CELL
        svg.label(self.root, TIMES_X, middle + 8, "@", 24)
        svg.label(self.root, EQUALS_X, middle + 9, "=", 28)
        top = middle - self.columns * CELL / 2
        self._cells(INPUT_X, top, 1, "ink", self.source, "input")
        size = f"{self.letter} = {self.columns}"
        svg.label(self.root, INPUT_X + CELL / 2, top - 12, size, 17)
        for gate in shapes.GATES:
            y = self._top(gate, True)
            self._cells(SUMS_X, y, 1, gate, gate, "sum")
            line = y + self.rows * CELL / 2 + 6
            text = f"{self.rows} sum{'s' if self.rows > 1 else ''} for "
            said = svg.label(self.root, SUMS_X + CELL + 14, line, text, 18, "start")
            svg.add(said, "tspan", gate, fill=gate, font_weight="bold", font_size=20)
        svg.label(self.root, SUMS_X + CELL / 2, TOP - 14, f"4H = {4 * self.rows}", 17)


def _alt(drawing: _Drawing, stage: str) -> str:
    rows, columns, letter = drawing.rows, drawing.columns, drawing.letter
    each = f"H × {letter} = {rows} × {columns}"
    name = f"weight_{drawing.weight}"
    names = [drawing.name(gate) for gate in drawing.gates]
    if stage == "one gate":
        gate = drawing.gates[0]
        return f"One matrix, {names[0]}, of {each} numbers: how {gate} reads {drawing.source}."
    if stage == "four gates":
        return f"Four matrices, {', '.join(names)}, each of {each} numbers, one below the other."
    text = (
        f"The four matrices {', '.join(names)} stacked, in this order, into one: {name}, "
        f"(4H, {letter}) = ({4 * rows}, {columns})."
    )
    if stage == "product":
        text += (
            f" {name} @ {drawing.source}, with the {columns} numbers of {drawing.source} as a "
            f"column, gives 4H = {4 * rows} sums, cut into four: {rows} each for i, f, g and o."
        )
    return text
