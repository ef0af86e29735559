"""Layers over time, what each reads and where dropout's masks sit between them."""

from __future__ import annotations

from random import Random
from typing import Annotated

from lstm_lessons import shapes
from lstm_lessons.drawing import Picture, svg, theme
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.explorers.base import Choice, Explorer, Range, checked

SEQ_LEN, BATCH, INPUT_SIZE, HIDDEN_SIZE = 6, 10, 100, 16

WIDTH = 720
HEAD, FOOT = 126, 134  # above the top layer's boxes, and below those of layer 0
LEFT, SPACING = 142, 84  # of the first box, and from one box to the next
ROWS, CELL, SQUARE = 2, 8, 6  # a mask's rows, from unit to unit, and one unit's side
MASK_HEIGHT = ROWS * CELL
BOX_WIDTH, BOX_HEIGHT = HIDDEN_SIZE // ROWS * CELL, 34
STOREY = 92  # from layer to layer
SLOT_X = LEFT + (SEQ_LEN - 1) * SPACING + BOX_WIDTH + 28

PRESETS = {
    "training": {"dropout": 0.5, "num_layers": 2, "training": "True"},
    "in use": {"dropout": 0.5, "num_layers": 2, "training": "False"},
    "three layers": {"dropout": 0.5, "num_layers": 3, "training": "True"},
    "one layer": {"dropout": 0.5, "num_layers": 1, "training": "True"},
    "nothing goes up": {"dropout": 1.0, "num_layers": 2, "training": "True"},
}

Mask = tuple[tuple[bool, ...], ...]
"""For each step, for each unit: whether it is kept."""


def stack_and_dropout() -> Explorer:
    """Return the explorer: sliders for layers, dropout and the masks' seed, and the mode."""
    return Explorer(view, presets=PRESETS)


def numbers(seed: int, dropout: float, num_layers: int, training: str) -> dict[str, object]:
    """Return what the picture says: shapes by name, the masks, what share of them is kept.

    A mask is ``SEQ_LEN`` steps of ``HIDDEN_SIZE`` units, for one sentence; there is one between
    each two layers, none where torch draws none. ``kept`` and ``scale`` are None without masks,
    and ``scale`` where nothing survives.
    """
    drawn = training == "True" and dropout > 0
    generator = Random(seed)
    masks = tuple(_mask(generator, dropout) for _ in range(num_layers - 1)) if drawn else ()
    units = [kept for mask in masks for step in mask for kept in step]
    configuration = shapes.Configuration(
        INPUT_SIZE, HIDDEN_SIZE, num_layers, seq_len=SEQ_LEN, batch=BATCH
    )
    entries = (*configuration.parameters, *configuration.tensors)
    return {
        "shapes": {entry.name: entry.shape for entry in entries},
        "masks": masks,
        "kept": sum(units) / len(units) if units else None,
        "scale": 1 / (1 - dropout) if units and dropout < 1 else None,
    }


@checked
def view(
    seed: Annotated[int, Range(0, 30, 1), "seed of the masks"] = 1,
    dropout: Annotated[float, Range(0.0, 1.0, 0.05), "dropout p"] = 0.5,
    num_layers: Annotated[int, Range(1, 3, 1), "num_layers L"] = 2,
    training: Annotated[str, Choice(("False", "True")), "training"] = "True",
) -> Picture:
    """Return the picture: a box for each layer and step, and the masks on the way up.

    Raises:
        ValueError: a parameter is outside its range.
    """
    given = {"seed": seed, "dropout": dropout, "num_layers": num_layers, "training": training}
    made = numbers(**given)
    drawing = _Drawing(made, num_layers, _said(given, made))
    return Picture(svg.write(drawing.draw()), _alt(given, made))


def _mask(generator: Random, dropout: float) -> Mask:
    """Return a fresh mask for each step. At one seed, more dropout zeroes more of the same."""
    return tuple(
        tuple(generator.random() >= dropout for _ in range(HIDDEN_SIZE)) for _ in range(SEQ_LEN)
    )


def _said(given: dict, made: dict) -> tuple[str, str]:
    """Return two lines: whether there are masks and why, and what they keep."""
    p, layers = svg.number(given["dropout"], 2), given["num_layers"]
    if made["masks"]:
        units = len(made["masks"]) * SEQ_LEN * HIDDEN_SIZE
        kept = made["kept"]
        scale = made["scale"]
        rest = f", each times 1 / (1 − p) = {svg.number(scale, 2)}" if scale else ", none survives"
        masks = "mask" if layers == 2 else "masks"
        return (
            f"Training, dropout = {p}: a fresh {masks[:4]} at every step"
            + (", between each two layers" if layers > 2 else ""),
            f"Kept in sentence 0: {round(kept * units)} of {units} units, a share of "
            f"{svg.number(kept, 3)}{rest}",
        )
    if given["training"] == "False":
        why = f"not training (dropout = {p})"
    elif given["dropout"] == 0:
        why = "dropout = 0.00"
    else:
        why = f"one layer has no layer to hand up to (dropout = {p})"
    rest = f"All units go up as they are: seed {given['seed']} draws nothing."
    return f"No mask anywhere: {why}", rest


def _middle(step: int) -> float:
    """Return the middle of a step's column."""
    return LEFT + step * SPACING + BOX_WIDTH / 2


class _Drawing:
    """Lays out layers over steps, from the words at the bottom up, and draws them."""

    def __init__(self, made: dict, layers: int, said: tuple[str, str]) -> None:
        self.made, self.layers, self.said = made, layers, said
        # The lower edge of layer 0, and the line of the words below it.
        self.ground = HEAD + BOX_HEIGHT + (layers - 1) * STOREY
        self.input_y = self.ground + 48
        self.height = self.ground + FOOT
        self.root = svg.panel(WIDTH, self.height)

    def draw(self) -> svg.Element:
        """Draw everything and return it."""
        for line, (text, weight) in enumerate(zip(self.said, ("bold", "normal"), strict=True)):
            place = (24, 30 + 20 * line, text, 15 - line, "start")
            svg.label(self.root, *place, font_weight=weight)
        self._inputs()
        for layer in range(self.layers):
            self._layer(layer)
        for layer, mask in enumerate(self.made["masks"]):
            self._draw_mask(layer, mask)
        self._output()
        self._key()
        return self.root

    def _top(self, layer: int) -> float:
        """Return the upper edge of a layer's boxes."""
        return self.ground - layer * STOREY - BOX_HEIGHT

    def _inputs(self) -> None:
        svg.label(self.root, 24, self.input_y, "x", 14, "start", font_weight="bold")
        svg.label(
            self.root,
            24,
            self.input_y + 17,
            str(self.made["shapes"]["input"]),
            12,
            "start",
            fill="muted",
        )
        for step in range(SEQ_LEN):
            x = _middle(step)
            svg.formula(self.root, x, self.input_y, f"x_{step}", 15)
            arrow(self.root, "ink", (x, self.input_y - 18), (x, self.ground), gap=2)

    def _layer(self, layer: int) -> None:
        """Draw a layer's boxes and arrows, its weight's shape, its row of h_n and c_n."""
        top = self._top(layer)
        level = top + BOX_HEIGHT / 2
        name = f"weight_ih_l{layer}"
        svg.label(self.root, 24, level - 10, f"layer {layer}", 14, "start", font_weight="bold")
        svg.label(self.root, 24, level + 7, name, 12, "start")
        svg.label(
            self.root, 24, level + 23, str(self.made["shapes"][name]), 12, "start", fill="muted"
        )
        for step in range(SEQ_LEN):
            x = _middle(step)
            box = {"rx": 5, "fill": "ink", "fill_opacity": theme.TINT, "stroke": "ink"}
            left = x - BOX_WIDTH / 2
            svg.rect(self.root, left, top, BOX_WIDTH, BOX_HEIGHT, **box, data_box=f"{layer},{step}")
            svg.label(self.root, x, level + 5, "h, c", 13)
            last = step + 1 == SEQ_LEN
            end = SLOT_X - 6 if last else _middle(step + 1) - BOX_WIDTH / 2
            arrow(self.root, "ink", (x + BOX_WIDTH / 2, level), (end, level), gap=1)
        for y, name in ((level - 4, f"h_n[{layer}]"), (level + 14, f"c_n[{layer}]")):
            svg.label(self.root, SLOT_X, y, name, 13, "start", font_weight="bold")

    def _draw_mask(self, layer: int, mask: Mask) -> None:
        """Draw the mask between a layer and the next: the arrows up end and begin at it."""
        lower, upper = self._top(layer), self._top(layer + 1) + BOX_HEIGHT
        top = (lower + upper - MASK_HEIGHT) / 2
        kept, zeroed = [], []
        for step, units in enumerate(mask):
            x, left = _middle(step), LEFT + step * SPACING
            line = f"M{x:.0f} {lower:.0f}V{top + MASK_HEIGHT + 2:.0f}"
            svg.add(self.root, "path", d=line, stroke="ink", stroke_width=2)
            self._h(x, lower)
            arrow(self.root, "ink", (x, top - 2), (x, upper), gap=2)
            for unit, alive in enumerate(units):
                row, column = divmod(unit, HIDDEN_SIZE // ROWS)
                place = f"M{left + 1 + column * CELL} {top + 1 + row * CELL:.0f}"
                (kept if alive else zeroed).append(f"{place}h{SQUARE}v{SQUARE}h-{SQUARE}z")
        outline = {"stroke": "ink", "stroke_width": 1}
        between = f"{layer},{layer + 1}"
        svg.add(self.root, "path", d="".join(zeroed), fill="paper", **outline, data_zeroed=between)
        svg.add(self.root, "path", d="".join(kept), fill="ink", **outline, data_kept=between)
        share = svg.number(sum(map(sum, mask)) / (SEQ_LEN * HIDDEN_SIZE), 2)
        svg.label(self.root, 24, top + 12, "mask", 13, "start", font_weight="bold")
        svg.label(self.root, 68, top + 12, f"{share} kept", 12, "start", fill="muted")

    def _h(self, x: float, lower: float) -> None:
        """Write at the foot of an arrow up what goes up."""
        svg.label(self.root, x + 6, lower - 6, "h", 12, "start")

    def _output(self) -> None:
        """Draw the arrows up that meet no mask, and the names of what the top layer shows."""
        for layer in range(self.layers):
            highest = layer + 1 == self.layers
            if self.made["masks"] and not highest:
                continue
            end = self._top(layer) - 22 if highest else self._top(layer + 1) + BOX_HEIGHT
            for step in range(SEQ_LEN):
                arrow(
                    self.root, "ink", (_middle(step), self._top(layer)), (_middle(step), end), gap=2
                )
                self._h(_middle(step), self._top(layer))
        y = self._top(self.layers - 1) - 27
        svg.label(self.root, 24, y, f"output {self.made['shapes']['output']}", 12, "start")
        for step in range(SEQ_LEN):
            name = f"output[{step}]"
            svg.label(self.root, _middle(step) + (6 if step == 0 else 0), y, name, 11)

    def _key(self) -> None:
        """Say what the arrows and squares are, and the shape of the states."""
        tensors = self.made["shapes"]
        states = f"h_n and c_n (L, B, H) = {tensors['h_n']}: a row for each layer"
        svg.label(self.root, 24, self.height - 40, states, 13, "start")
        sizes = f"{SEQ_LEN} words, B = {BATCH}, I = {INPUT_SIZE}, H = {HIDDEN_SIZE}"
        svg.label(self.root, WIDTH - 24, self.height - 40, sizes, 13, "end", fill="muted")
        y = self.height - 16
        svg.label(self.root, WIDTH - 24, y, "to the right: h and c; up: h alone", 13, "end")
        if self.made["masks"]:
            for x, fill in ((25, "ink"), (25 + CELL, "paper")):
                style = {"fill": fill, "stroke": "ink", "stroke_width": 1}
                svg.rect(self.root, x, y - 8, SQUARE, SQUARE, **style)
            squares = f"a unit: filled if kept, hollow if zeroed ({HIDDEN_SIZE} at each step)"
            svg.label(self.root, 48, y, squares, 12, "start", fill="muted")


def _alt(given: dict, made: dict) -> str:
    layers, tensors = given["num_layers"], made["shapes"]
    first, second = _said(given, made)
    boxes = f"{layers} layer{'s' if layers > 1 else ''} over {SEQ_LEN} steps"
    weights = ", ".join(f"weight_ih_l{k} {tensors[f'weight_ih_l{k}']}" for k in range(layers))
    reads = "Layer 0 reads x" + "".join(
        f", layer {k} reads layer {k - 1}'s h" for k in range(1, layers)
    )
    masks = " ".join(
        f"Mask between layers {k} and {k + 1}, units kept of {HIDDEN_SIZE} at each step: "
        f"{', '.join(str(sum(step)) for step in mask)}."
        for k, mask in enumerate(made["masks"])
    )
    rows = ", ".join(f"h_n[{k}] from layer {k}" for k in range(layers))
    return (
        f"{first}. {second.rstrip('.')}. {boxes}. {reads} at every step. h and c go right, h alone "
        f"goes up. {masks}{' ' if masks else ''}No mask on x, on the way to the right, or on "
        f"output. {weights}; output {tensors['output']}; h_n and c_n {tensors['h_n']}, with {rows}."
    )
