"""Every slot of output, h_n and c_n, the box that fills it, the line of Python that fetches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from lstm_lessons import shapes
from lstm_lessons.drawing import Picture, svg, theme
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.explorers.base import Choice, Explorer, Range, checked

BATCH, INPUT_SIZE, HIDDEN_SIZE = 10, 100, 16
DIRECTIONS = ("forward", "reverse")

WIDTH = 800
HEAD, FOOT = 148, 84  # above the slots of output, and below the layers
LEFT, PITCH, SLOT_WIDTH = 204, 74, 60  # the first column, from one to the next, a slot of output
BOX_WIDTH, BOX_HEIGHT, STAGGER = 46, 28, 14
ROW = 40  # from the top of a row to the top of the next, within a layer
PADDING = 15  # of a layer's frame, above and below its rows
GAP = 24  # between two layers, where arrows go up
STATE_WIDTH, STATE_PITCH = 50, 56  # a row of h_n, and from h_n to c_n
CHOSEN = 0.3  # opacity of what is picked

ONE_LAYER = {"num_layers": 1, "bidirectional": "True", "seq_len": 6}
TWO_LAYERS = ONE_LAYER | {"num_layers": 2}
PRESETS = {
    "the last slot": {"tensor": "output", "slot": 5, "half": "both", **ONE_LAYER},
    "where reverse ends": {"tensor": "h_n", "slot": 1, "half": "both", **ONE_LAYER},
    "one direction": {"tensor": "output", "slot": 2, "num_layers": 1, "bidirectional": "False"},
    "two layers": {"tensor": "output", "slot": 5, "half": "reverse", **TWO_LAYERS},
}

Box = tuple[int, int, int]
"""Layer, direction (0 forward, 1 reverse) and step."""


@dataclass(frozen=True)
class Pick:
    """What was asked for: the slot that there is, its boxes, the lines that fetch it, its shape."""

    tensor: str
    slot: int
    half: str
    boxes: tuple[Box, ...]
    lines: tuple[str, ...]
    symbols: tuple[str, ...]
    shape: tuple[int, ...]
    note: str


def slots() -> Explorer:
    """Return the explorer: the pick of a slot, and sliders for layers, directions and steps."""
    return Explorer(view, presets=PRESETS)


def numbers(
    tensor: str, slot: int, half: str, num_layers: int, bidirectional: str, seq_len: int
) -> dict[str, object]:
    """Return what the picture says: the pick, all shapes, and each box with what it has seen.

    ``seen`` gives for every box (layer, direction, step) the first and the last word that it
    depends on. A slot that there is not stands for the last one.
    """
    made = shapes.lstm_tensors(
        seq_len,
        BATCH,
        INPUT_SIZE,
        HIDDEN_SIZE,
        num_layers=num_layers,
        bidirectional=bidirectional == "True",
    )
    directions = 1 + (bidirectional == "True")
    boxes = [
        (layer, direction, step)
        for layer in range(num_layers)
        for direction in range(directions)
        for step in range(seq_len)
    ]
    return {
        "pick": _pick(made, tensor, slot, half, num_layers, directions, seq_len),
        "shapes": {entry.name: entry.shape for entry in made},
        "seen": {box: _seen(box, directions, seq_len) for box in boxes},
    }


@checked
def view(
    tensor: Annotated[str, Choice(("output", "h_n", "c_n")), "tensor"] = "output",
    slot: Annotated[int, Range(0, 5, 1), "slot t, or row"] = 1,
    half: Annotated[str, Choice(("both", "forward", "reverse")), "half of output"] = "both",
    num_layers: Annotated[int, Range(1, 3, 1), "num_layers L"] = 1,
    bidirectional: Annotated[str, Choice(("False", "True")), "bidirectional"] = "True",
    seq_len: Annotated[int, Range(2, 6, 1), "seq_len T"] = 6,
) -> Picture:
    """Return the picture: a box for each layer, direction and step, and every slot they fill.

    Raises:
        ValueError: a parameter is outside its range.
    """
    given = {
        "tensor": tensor,
        "slot": slot,
        "half": half,
        "num_layers": num_layers,
        "bidirectional": bidirectional,
        "seq_len": seq_len,
    }
    made = numbers(**given)
    drawing = _Drawing(made, num_layers, 1 + (bidirectional == "True"), seq_len)
    return Picture(svg.write(drawing.draw()), _alt(given, made))


def _seen(box: Box, directions: int, seq_len: int) -> tuple[int, int]:
    """Return the first and the last word that a box depends on.

    With both directions, each box above layer 0 reads two passes that meet at its step: together
    they have read every word.
    """
    layer, direction, step = box
    if directions == 2 and layer > 0:
        return 0, seq_len - 1
    return (step, seq_len - 1) if direction else (0, step)


def _steps_made(box: Box, seq_len: int) -> int:
    """Return how many steps the box's own pass has made, this one included."""
    _, direction, step = box
    return seq_len - step if direction else step + 1


def _pick(
    made: shapes.Ledger,
    tensor: str,
    slot: int,
    half: str,
    num_layers: int,
    directions: int,
    seq_len: int,
) -> Pick:
    count = made[tensor].shape[0]
    asked, slot = slot, min(slot, count - 1)
    notes = []
    if asked > slot:
        kind = "slot" if tensor == "output" else "row"
        has = f"{tensor} has {kind}s 0 to {slot}"
        notes.append(f"There is no {kind} {asked}: {has}. This is the last.")
    if tensor == "output":
        entry, state = made["output"], made["h_n"]
        if directions == 1:
            if half != "both":
                notes.append("One direction: a slot has no halves.")
            half = "both"
        wanted = (0, 1)[:directions] if half == "both" else (DIRECTIONS.index(half),)
        boxes = tuple((num_layers - 1, direction, slot) for direction in wanted)
        lines, size = _lines_for_output(slot, half, directions, (entry, state))
        symbols, shape = (entry.symbols[1], size[0]), (entry.shape[1], size[1])
        return Pick(tensor, slot, half, boxes, lines, symbols, shape, " ".join(notes))
    layer, direction = divmod(slot, directions)
    if half != "both":
        notes.append(f"{tensor} has no halves: a row is one pass of one layer.")
    last = 0 if direction else seq_len - 1
    lines = (f"{tensor}[{slot}]", f"{tensor}.view(L, D, B, H)[{layer}, {direction}]")
    entry = made[tensor]
    box = (layer, direction, last)
    return Pick(
        tensor, slot, "both", (box,), lines, entry.symbols[1:], entry.shape[1:], " ".join(notes)
    )


def _lines_for_output(
    slot: int, half: str, directions: int, entries: tuple[shapes.Entry, shapes.Entry]
) -> tuple[tuple[str, ...], tuple[str, int]]:
    """Return the lines that fetch a slot of output or a half of it, and its last axis."""
    output, state = entries
    if half == "both":
        lines = (f"output[{slot}]",)
        if directions == 1:
            lines += (f"output.view(T, B, D, H)[{slot}, :, 0]",)
        return lines, (output.symbols[-1], output.shape[-1])
    direction = DIRECTIONS.index(half)
    lines = (
        f"output[{slot}, :, {'H:' if direction else ':H'}]",
        f"output.view(T, B, D, H)[{slot}, :, {direction}]",
    )
    return lines, (state.symbols[-1], state.shape[-1])


def _words(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first}–{last}"


def _words_said(first: int, last: int, seq_len: int) -> str:
    if first == last:
        return f"word {first} alone"
    everything = ", all" if last - first + 1 == seq_len else ""
    return f"words {first} to {last}{everything}"


def _box_said(box: Box) -> str:
    layer, direction, step = box
    return f"layer {layer}, {DIRECTIONS[direction]}, word {step}"


def _box_facts(box: Box, made: dict) -> str:
    """Say how far the box's own pass is, and what the box has seen."""
    seq_len = made["shapes"]["output"][0]
    steps = _steps_made(box, seq_len)
    first, last = made["seen"][box]
    seen = _words_said(first, last, seq_len)
    return f"step {steps} of {seq_len} of its pass; has seen {seen}"


def _shape_said(pick: Pick) -> str:
    return f"({', '.join(pick.symbols)}) = {pick.shape}"


def _headlines(made: dict) -> tuple[str, tuple[str, ...]]:
    """Return the line of Python, and what there is to say about what it fetches."""
    pick: Pick = made["pick"]
    which = " and ".join(
        f"the {'c' if pick.tensor == 'c_n' else 'h'} of {_box_said(box)}" for box in pick.boxes
    )
    facts = [f"{_shape_said(pick)}: {which}"]
    facts += [f"{DIRECTIONS[box[1]].capitalize()}: {_box_facts(box, made)}" for box in pick.boxes]
    return "  or  ".join(pick.lines), tuple(facts)


class _Drawing:
    """Lays out boxes and slots, and draws them."""

    def __init__(self, made: dict, layers: int, directions: int, steps: int) -> None:
        self.made, self.pick = made, made["pick"]
        self.layers, self.directions, self.steps = layers, directions, steps
        self.frame = 2 * PADDING + BOX_HEIGHT + (directions - 1) * ROW
        # The lower edge of layer 0's frame, and the middle of the words below it.
        self.ground = HEAD + BOX_HEIGHT + layers * (self.frame + GAP)
        self.words_y = self.ground + 28
        self.height = self.ground + FOOT
        self.root = svg.panel(WIDTH, self.height)

    def draw(self) -> svg.Element:
        """Draw everything and return it."""
        self._head()
        self._words()
        for layer in range(self.layers):
            self._layer(layer)
        for step in range(self.steps):
            self._slot_of_output(step)
        for slot in range(self.layers * self.directions):
            self._slots_of_states(slot)
        self._labels()
        for box in self.pick.boxes:
            self._route(box)
        return self.root

    # --- Places ---

    def _frame_top(self, layer: int) -> float:
        return self.ground - layer * (self.frame + GAP) - self.frame

    def _box_at(self, box: Box) -> tuple[float, float]:
        """Return the upper left corner of a box. The reverse row stands above the forward one."""
        layer, direction, step = box
        row = self.directions - 1 - direction
        y = self._frame_top(layer) + PADDING + row * ROW
        offset = direction * STAGGER if self.directions == 2 else STAGGER / 2
        return LEFT + step * PITCH + offset, y

    @property
    def _output_top(self) -> float:
        return HEAD

    def _state_at(self, tensor: str, slot: int) -> tuple[float, float]:
        """Return the upper left corner of a row of h_n or c_n, which stands where its pass ends."""
        layer, direction = divmod(slot, self.directions)
        _, y = self._box_at((layer, direction, 0))
        aside = STATE_PITCH * (tensor == "c_n")
        if direction:
            return LEFT - 18 - STATE_WIDTH - aside, y
        return LEFT + self.steps * PITCH + 8 + aside, y

    # --- Parts ---

    def _head(self) -> None:
        line, facts = _headlines(self.made)
        svg.label(self.root, 24, 30, line, 17, "start", font_weight="bold", data_line="python")
        for row, text in enumerate(facts):
            svg.label(self.root, 24, 54 + 20 * row, text, 13, "start")
        if self.pick.note:
            y = 54 + 20 * len(facts)
            svg.label(self.root, 24, y, self.pick.note, 13, "start", fill="muted")

    def _words(self) -> None:
        read = {
            word
            for box in self.pick.boxes
            for word in range(self.made["seen"][box][0], self.made["seen"][box][1] + 1)
        }
        svg.label(self.root, 24, self.words_y + 5, "words", 13, "start", font_weight="bold")
        x = LEFT + self.steps * PITCH + 2
        svg.label(self.root, x, self.words_y + 5, "bold: seen there", 12, "start", fill="muted")
        for step in range(self.steps):
            x = LEFT + step * PITCH + SLOT_WIDTH / 2
            arrow(self.root, "muted", (x, self.words_y - 14), (x, self.ground), gap=1)
            seen = step in read
            style = {"stroke": "ink" if seen else "muted", "stroke_width": 3 if seen else 1}
            fill = {"fill": "ink" if seen else "paper", "fill_opacity": theme.TINT if seen else 1}
            place = (x - 22, self.words_y - 12, 44, 24)
            svg.rect(self.root, *place, rx=12, **style, **fill, data_word=f"{step},{seen}")
            weight = "bold" if seen else "normal"
            svg.formula(self.root, x, self.words_y + 4, f"x_{step}", 14, font_weight=weight)

    def _layer(self, layer: int) -> None:
        top = self._frame_top(layer)
        width = (self.steps - 1) * PITCH + SLOT_WIDTH + 16
        style = {"fill": "none", "stroke": "edge", "rx": 8}
        svg.rect(self.root, LEFT - 8, top, width, self.frame, **style)
        for step in range(self.steps):
            x = LEFT + step * PITCH + SLOT_WIDTH / 2
            if self.pick.tensor == "output" and self.pick.boxes[0][::2] == (layer, step):
                continue  # the line to the slot takes its place
            arrow(self.root, "muted", (x, top), (x, top - GAP), gap=1)
        svg.label(self.root, 24, top + 12, f"layer {layer}", 13, "start", font_weight="bold")
        for direction in range(self.directions):
            _, y = self._box_at((layer, direction, 0))
            middle = y + BOX_HEIGHT / 2
            svg.label(self.root, 24, middle + 5, DIRECTIONS[direction], 12, "start")
            for step in range(self.steps):
                self._box((layer, direction, step))
            for step in range(self.steps - 1):
                right_of = self._box_at((layer, direction, step))[0] + BOX_WIDTH
                left_of = self._box_at((layer, direction, step + 1))[0]
                ends = ((right_of, middle), (left_of, middle))
                arrow(self.root, "muted", *(ends[::-1] if direction else ends), gap=2)

    def _box(self, box: Box) -> None:
        x, y = self._box_at(box)
        chosen = box in self.pick.boxes
        style = {"stroke": "ink", "stroke_width": 3 if chosen else 1, "rx": 5}
        style |= {"fill": "ink", "fill_opacity": CHOSEN if chosen else theme.TINT}
        mark = {"data_box": ",".join(map(str, box)), "data_chosen": str(box) if chosen else ""}
        title = f"{_box_said(box)}: {_box_facts(box, self.made)}"
        self._titled(x, y, BOX_WIDTH, style | mark, title)
        text = _words(*self.made["seen"][box])
        weight = "bold" if chosen else "normal"
        svg.label(self.root, x + BOX_WIDTH / 2, y + 19, text, 13, font_weight=weight)

    def _slot_of_output(self, step: int) -> None:
        """Draw a slot of output, one part for each direction."""
        x, y = LEFT + step * PITCH, self._output_top
        name = f"output[{step}]"
        svg.label(self.root, x + SLOT_WIDTH / 2, y - 6, name, 12)
        width = SLOT_WIDTH / self.directions
        for direction in range(self.directions):
            box = (self.layers - 1, direction, step)
            chosen = self.pick.tensor == "output" and box in self.pick.boxes
            half = "" if self.directions == 1 else f", {DIRECTIONS[direction]} half"
            title = f"{name}{half}: h of {_box_said(box)}; {_box_facts(box, self.made)}"
            self._slot(x + direction * width, y, width, chosen, f"output,{step},{direction}", title)
            if self.directions == 2:
                text = "H:" if direction else ":H"
                svg.label(self.root, x + (direction + 0.5) * width, y + 18, text, 12)

    def _slots_of_states(self, slot: int) -> None:
        layer, direction = divmod(slot, self.directions)
        box = (layer, direction, 0 if direction else self.steps - 1)
        for tensor in ("h_n", "c_n"):
            x, y = self._state_at(tensor, slot)
            chosen = self.pick.tensor == tensor and self.pick.slot == slot
            title = f"{tensor}[{slot}]: {tensor[0]} of {_box_said(box)}"
            title += f"; {_box_facts(box, self.made)}"
            self._slot(x, y, STATE_WIDTH, chosen, f"{tensor},{slot}", title)
            size, weight = (12, "bold") if chosen else (13, "normal")  # bold is wider
            name = f"{tensor}[{slot}]"
            svg.label(self.root, x + STATE_WIDTH / 2, y + 19, name, size, font_weight=weight)

    def _slot(self, x: float, y: float, width: float, chosen: bool, mark: str, title: str) -> None:
        style = {"stroke": "ink", "stroke_width": 3 if chosen else 1}
        style |= {"fill": "ink", "fill_opacity": CHOSEN if chosen else 0}
        marks = {"data_slot": mark, "data_picked": mark if chosen else ""}
        self._titled(x, y, width, style | marks, title)

    def _titled(self, x: float, y: float, width: float, style: dict, title: str) -> None:
        style = {name: value for name, value in style.items() if value != ""}
        shape = svg.rect(self.root, x, y, width, BOX_HEIGHT, **style)
        svg.add(shape, "title", title)

    def _labels(self) -> None:
        """Name the row of output and the shapes, and say what stands in a box."""
        made = self.made["shapes"]
        y = self._output_top + 19
        svg.label(self.root, 24, y, "output", 13, "start", font_weight="bold")
        states = f"h_n and c_n: (L·D, B, H) = {made['h_n']}"
        sizes = f"output: (T, B, D·H) = {made['output']}"
        svg.label(self.root, 24, self.height - 14, f"{sizes};  {states}", 12, "start")
        key = "in a box: words seen"
        svg.label(self.root, WIDTH - 24, self.height - 14, key, 12, "end", fill="muted")

    def _route(self, box: Box) -> None:
        """Draw the line from a picked box to the slot that it fills."""
        x, y = self._box_at(box)
        middle = y + BOX_HEIGHT / 2
        if self.pick.tensor == "output":
            # The rows are staggered, so that this line passes the reverse box above.
            part = SLOT_WIDTH / self.directions
            out = LEFT + box[2] * PITCH + (0.5 + box[1]) * part
            if self.directions == 2 and box[1] == 0:
                out = x + STAGGER / 2
            points = [(out, y), (out, self._output_top + BOX_HEIGHT)]
        else:
            to_x, to_y = self._state_at(self.pick.tensor, self.pick.slot)
            centre, above = to_x + STATE_WIDTH / 2, y - 8
            if self.pick.tensor == "h_n":
                ends = (x, to_x + STATE_WIDTH) if box[1] else (x + BOX_WIDTH, to_x)
                points = [(end, middle) for end in ends]
            else:
                start = x + BOX_WIDTH / 2
                points = [(start, y), (start, above), (centre, above), (centre, to_y)]
        arrow(self.root, "ink", *points, gap=1)


def _alt(given: dict, made: dict) -> str:
    pick: Pick = made["pick"]
    line, facts = _headlines(made)
    layers, both = given["num_layers"], given["bidirectional"] == "True"
    steps = given["seq_len"]
    name = pick.lines[0]
    first = f"{name} is {facts[0].split(': ', 1)[1]}"
    boxes = (
        f"{layers} layer{'s' if layers > 1 else ''} of {'both directions' if both else 'one'}"
        f"{'' if both else ' direction'} over {steps} steps, a box for each"
    )
    seen = "; ".join(
        f"layer {layer} {DIRECTIONS[direction]}: "
        + ", ".join(_words(*made["seen"][layer, direction, step]) for step in range(steps))
        for layer in range(layers)
        for direction in range(1 + both)
    )
    where = "; ".join(
        f"h_n[{slot}] and c_n[{slot}] from "
        + _box_said((*divmod(slot, 1 + both), 0 if both and slot % 2 else steps - 1))
        for slot in range(layers * (1 + both))
    )
    rest = [
        f"In Python: {line}",
        f"Shape {_shape_said(pick)}",
        *facts[1:],
        *([pick.note.rstrip(".")] if pick.note else []),
        f"The picture: {boxes}",
        f"Words that each box has seen, by step: {seen}",
        f"output[t] is the top layer's h at step t{', forward half first' if both else ''}",
        f"States: {where}",
        f"output {made['shapes']['output']}, h_n {made['shapes']['h_n']}",
    ]
    return ". ".join([first, *rest]) + "."
