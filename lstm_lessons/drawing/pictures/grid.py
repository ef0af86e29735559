"""The grid of steps and layers: output along its top, h_n and c_n at the ends of its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.parts import belt, pill, words_for
from lstm_lessons.drawing.picture import Picture

MOST, MOST_BOTH_WAYS, LETTERS = 5, 4, 7
ARROWS = ("→", "←")
DIRECTIONS = ("forward", "reverse")

WIDTH = 760
FIRST, FIRST_BOTH_WAYS, LAST = 128, 150, 598  # the columns of the steps lie between them
BOX_WIDTH, BOX_HEIGHT = 54, 46
SIDE = 27  # with two directions: from the middle of a column to the middle of a box
OUTPUT_Y, SLOT_HEIGHT, SLOT_WIDTH = 46, 32, 108
STATE_WIDTH, STATE_HEIGHT = 66, 26
STATE_X, REVERSE_X = 612, 20  # where h_n and c_n stand, for a pass that ends on the right or left
UP, ROW = 46, 68  # an arrow from layer to layer; from one direction's row to the other's
WORD = 15  # half of a word's height
C_Y, H_Y = -12, 12  # where c and h are handed on, from the middle of a box
CLEAR = {belt: 16, arrow: 10}  # how wide a gap a level way makes in the ways up


class Spot(NamedTuple):
    """A layer and a direction, and the middle of its row."""

    layer: int
    direction: int
    y: float


def grid(
    steps: Sequence[str] = ("the", "cat", "sat"),
    num_layers: int = 1,
    bidirectional: bool = False,
    lit: str = "",
    dropout: bool = False,
    labels: Sequence[str] | Sequence[tuple[str, str]] | None = None,
) -> Picture:
    """Return the picture: a column for each step, a row for each layer and direction.

    ``steps`` are 1 to 5 words or characters, 1 to 4 with two directions. ``lit`` names what is
    lit while all else is muted: "output", "h_n", "c_n", "layer 0" (or 1 or 2), "forward" or
    "reverse"; "" lights all. ``dropout`` marks where dropout acts. ``labels`` are written into
    the slots of output in place of their numbers, a pair for each with two directions; the same
    label stands beside the rows of h_n in which that h is found again.

    Raises:
        ValueError: too many steps or layers, words or labels that are too long, unknown ``lit``.
    """
    words = words_for(steps, MOST_BOTH_WAYS if bidirectional else MOST, LETTERS)
    if num_layers not in (1, 2, 3):
        raise ValueError(f"num_layers must be 1, 2 or 3, got {num_layers!r}")
    parts = ["output", "h_n", "c_n", *(f"layer {layer}" for layer in range(num_layers))]
    parts += DIRECTIONS[: 1 + bidirectional]
    if lit and lit not in parts:
        raise ValueError(f'lit must be "" or one of {", ".join(parts)}; got {lit!r}')
    drawing = _Drawing(
        words, num_layers, 1 + bidirectional, lit, _halves(labels, words, bidirectional)
    )
    root = drawing.draw(dropout)
    return Picture(svg.write(root), _alt(words, num_layers, bidirectional, lit, dropout, labels))


def _halves(
    labels: Sequence[str] | Sequence[tuple[str, str]] | None, words: tuple[str, ...], both: bool
) -> list[tuple[str, ...]] | None:
    """Return for each step the labels of the halves of its slot."""
    if labels is None:
        return None
    halves: list[tuple[str, ...]] = []
    for each in labels:
        halves.append((each,) if isinstance(each, str) else tuple(each))
    if len(halves) != len(words) or any(len(each) != 1 + both for each in halves):
        kind = "a pair" if both else "one"
        raise ValueError(f"labels must give {kind} for each of {len(words)} steps, got {labels!r}")
    if any(len(text) > 6 for each in halves for text in each):
        raise ValueError(f"a label must have at most 6 letters, got {labels!r}")
    return halves


class _Drawing:
    """Lays out rows and columns, and draws them: ways first, boxes over them."""

    def __init__(
        self,
        words: tuple[str, ...],
        layers: int,
        directions: int,
        lit: str,
        labels: list[tuple[str, ...]] | None,
    ) -> None:
        self.words, self.layers, self.directions = words, layers, directions
        self.lit, self.labels = lit, labels
        first = FIRST if directions == 1 else FIRST_BOTH_WAYS
        self.apart = min(150, (LAST - first) / len(words))
        self.columns = [first + (step + 0.5) * self.apart for step in range(len(words))]
        self.slot_width = SLOT_WIDTH if directions == 2 else min(SLOT_WIDTH, self.apart - 14)
        # From the top: output, then each layer, with a joined slot below it for two directions.
        y: float = OUTPUT_Y
        self.slots, self.spots = {layers: y}, {}
        for layer in reversed(range(layers)):
            y += SLOT_HEIGHT / 2 if directions == 2 or layer == layers - 1 else -BOX_HEIGHT / 2
            for direction in reversed(range(directions)):
                y += UP + BOX_HEIGHT / 2 if direction == directions - 1 else ROW
                self.spots[layer, direction] = Spot(layer, direction, y)
            y += BOX_HEIGHT / 2
            if directions == 2 and layer:
                y += UP + SLOT_HEIGHT / 2
                self.slots[layer] = y
            elif layer:
                y += BOX_HEIGHT / 2
        self.word_y = y + UP + WORD
        self.root = svg.panel(WIDTH, self.word_y + 32)

    def draw(self, dropout: bool) -> svg.Element:
        """Draw everything and return it."""
        for layer in range(self.layers):
            for step, x in enumerate(self.columns):
                self._up(layer, step, x)
        for spot in self.spots.values():  # over the ways up: each row is seen as a whole
            self._in_time(spot)
            self._states(spot)
        for spot in self.spots.values():
            for step, x in enumerate(self.columns):
                self._box(spot, step, x)
        for level, y in self.slots.items():
            for step, x in enumerate(self.columns):
                self._slot(level, step, x, y)
        for x, word in zip(self.columns, self.words, strict=True):
            lit = self._is_lit("layer 0", *DIRECTIONS)
            width = min(self.apart - 8, max(44, 11 * len(word) + 16))
            pill(self.root, x, self.word_y, word, width, lit, data_word=word)
        self._names()
        if dropout:
            self._dropout()
        return self.root

    def _is_lit(self, *parts: str) -> bool:
        return not self.lit or self.lit in parts

    def _middle(self, x: float, direction: int) -> float:
        """Return the middle of a box in the column of x."""
        if self.directions == 1:
            return x
        return x + SIDE if direction else x - SIDE

    def _parts(self, spot: Spot) -> tuple[str, str]:
        return f"layer {spot.layer}", DIRECTIONS[spot.direction]

    def _in_time(self, spot: Spot) -> None:
        """Draw how h and c are handed on from step to step."""
        half = BOX_WIDTH / 2 if spot.direction == 0 else -BOX_WIDTH / 2
        colour = "ink" if self._is_lit(*self._parts(spot)) else "edge"
        middles = [self._middle(x, spot.direction) for x in self.columns]
        if spot.direction:
            middles.reverse()
        for start, end in zip(middles, middles[1:], strict=False):
            for pen, aside in ((belt, C_Y), (arrow, H_Y)):
                y = spot.y + aside
                self._along(pen, colour, (start + half, y), (end - half, y))

    def _along(
        self, pen: Callable, colour: str, start: tuple[float, float], end: tuple[float, float]
    ) -> None:
        """Draw a level way, over the ways up that it crosses: there they have a gap."""
        clear = {"fill": "none", "stroke": "paper", "stroke_width": CLEAR[pen]}
        svg.add(self.root, "path", d=f"M{start[0]} {start[1]}H{end[0]}", **clear)
        pen(self.root, colour, start, end, gap=1)

    def _states(self, spot: Spot) -> None:
        """Draw the row's slots of h_n and c_n, at the end where its pass ends."""
        row = spot.layer * self.directions + spot.direction
        left = REVERSE_X if spot.direction else STATE_X
        inner = left + STATE_WIDTH if spot.direction else left
        last = self._middle(self.columns[0 if spot.direction else -1], spot.direction)
        start = last + (-1 if spot.direction else 1) * BOX_WIDTH / 2
        for tensor, aside in (("c_n", C_Y), ("h_n", H_Y)):
            lit = self._is_lit(tensor, *self._parts(spot))
            y = spot.y + aside
            pen = belt if tensor == "c_n" else arrow
            self._along(pen, "ink" if lit else "edge", (start, y), (inner, y))
            slot_y = spot.y + aside * 1.25
            place = (left, slot_y - STATE_HEIGHT / 2, STATE_WIDTH, STATE_HEIGHT)
            mark = {"data_state": f"{tensor},{row}"}
            svg.rect(self.root, *place, **self._slot_style(tensor[0], lit), **mark)
            name = f"{tensor}[{row}]"
            self._text(left + STATE_WIDTH / 2, slot_y + 5, name, 15, lit)
            if tensor == "h_n" and self.labels and spot.layer == self.layers - 1:
                self._found_again(spot, left, slot_y + 5, lit)

    def _found_again(self, spot: Spot, left: float, y: float, lit: bool) -> None:
        """Write beside a row of h_n which half of output it equals."""
        labels = self.labels or []
        text = labels[0 if spot.direction else -1][spot.direction]
        below = 16 if spot.direction else 0  # in reverse, an arrow comes in from the right
        place = (left + STATE_WIDTH + 6, y + below)
        self._text(*place, f"= {text}", 14, lit, "start", data_same=text)

    def _up(self, layer: int, step: int, x: float) -> None:
        """Draw what the boxes of a step read from below, and where their h goes."""
        top = layer == self.layers - 1
        for direction in range(self.directions):
            spot = self.spots[layer, direction]
            parts = (*self._parts(spot), *(("output",) if top else ()))
            out = self._middle(x, direction) + (-8, 8)[direction] * (self.directions - 1)
            start = spot.y - BOX_HEIGHT / 2
            if self.directions == 1 and not top:
                continue  # drawn by the layer above
            end = self.slots[layer + 1] + SLOT_HEIGHT / 2
            self._over((out, start), (out, end), lit=self._is_lit(*parts))
        lower = self.spots[layer, 0]
        ground = self._ground(layer)
        if self.directions == 1:
            lit = self._is_lit(*self._parts(lower))
            self._over((x, ground), (x, lower.y + BOX_HEIGHT / 2), lit=lit)
            return
        # Both directions read both halves, or the word: one stem, which forks.
        fork = lower.y + BOX_HEIGHT / 2 + 16
        for direction in range(2):
            spot = self.spots[layer, direction]
            into = x + (-SIDE, SIDE + 8)[direction]
            way = ((x, ground), (x, fork), (into, fork), (into, spot.y + BOX_HEIGHT / 2))
            mark = {
                "data_reads": f"{layer},{direction},{step}",
                "data_from": "{},{}".format(*way[0]),
            }
            self._over(*way, lit=self._is_lit(*self._parts(spot)), **mark)

    def _ground(self, layer: int) -> float:
        """Return where the ways up into a layer begin."""
        if layer == 0:
            return self.word_y - WORD
        if self.directions == 2:
            return self.slots[layer] - SLOT_HEIGHT / 2
        return self.spots[layer - 1, 0].y - BOX_HEIGHT / 2

    def _over(self, *points: tuple[float, float], lit: bool, **mark: str) -> None:
        """Draw a way up."""
        group = svg.add(self.root, "g", **mark)
        arrow(group, "ink" if lit else "edge", *points, gap=1)

    def _style(self, lit: bool) -> dict[str, str | float]:
        style = {"rx": 8, "fill": "ink", "fill_opacity": theme.TINT if lit else 0}
        return style | {"stroke": "ink" if lit else "edge", "stroke_width": 2 if lit else 1.5}

    def _slot_style(self, state: str, lit: bool) -> dict[str, str | float]:
        """Return how a slot looks: that of h has a thin frame, that of c a thick one."""
        width = 2 * lit + 2 if state == "c" else 1.5
        style = {"rx": 4, "fill": "none", "stroke": "ink" if lit else "edge"}
        return style | {"stroke_width": width}

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        lit: bool,
        anchor: str = "middle",
        **mark: str,
    ) -> None:
        style = {"fill": "ink" if lit else "muted", "font_weight": "bold" if lit else "normal"}
        svg.label(self.root, x, y, text, size, anchor, **style, **mark)

    def _box(self, spot: Spot, step: int, x: float) -> None:
        parts = list(self._parts(spot))
        parts += ["output"] * (spot.layer == self.layers - 1)
        last = 0 if spot.direction else len(self.words) - 1
        parts += ["h_n", "c_n"] * (step == last)
        lit = self._is_lit(*parts)
        place = (self._middle(x, spot.direction) - BOX_WIDTH / 2, spot.y - BOX_HEIGHT / 2)
        svg.rect(self.root, *place, BOX_WIDTH, BOX_HEIGHT, rx=8, fill="paper")
        mark = {"data_box": f"{spot.layer},{spot.direction},{step}", "data_lit": str(lit)}
        svg.rect(self.root, *place, BOX_WIDTH, BOX_HEIGHT, **self._style(lit), **mark)
        text = ARROWS[spot.direction] if self.directions == 2 else "LSTM"
        size = 24 if self.directions == 2 else 15
        self._text(self._middle(x, spot.direction), spot.y + size / 3, text, size, lit)

    def _slot(self, level: int, step: int, x: float, y: float) -> None:
        """Draw a slot of output, or of what a layer hands to the next, a half a direction."""
        top, width = level == self.layers, self.slot_width / self.directions
        for direction in range(self.directions):
            parts = ["output"] if top else [f"layer {level}"]
            if self.directions == 2:
                parts.append(DIRECTIONS[direction])
            lit = self._is_lit(*parts, f"layer {level - 1}")
            left = x - self.slot_width / 2 + direction * width
            place = (left, y - SLOT_HEIGHT / 2, width, SLOT_HEIGHT)
            mark = {"data_slot": f"{level},{step},{direction}"}
            svg.rect(self.root, *place, fill="paper")
            svg.rect(self.root, *place, **self._slot_style("h", lit), **mark)
            text = f"h {ARROWS[direction]}" if self.directions == 2 else f"[{step}]"
            if self.labels and top:
                text = self.labels[step][direction]
            self._text(left + width / 2, y + 5, text, 15, lit)

    def _names(self) -> None:
        self._text(20, OUTPUT_Y + 6, "output", 18, self._is_lit("output"), "start")
        for spot in self.spots.values():
            layer, direction = self._parts(spot)
            if spot.direction == 0:
                y = spot.y + (-4 if self.directions == 2 else 6)
                self._text(20, y, layer, 18, self._is_lit(layer, *DIRECTIONS), "start")
            if self.directions == 2:
                lit = self._is_lit(layer, direction)
                place = (STATE_X, spot.y + 5) if spot.direction else (20, spot.y + 16)
                self._text(*place, direction, 15, lit, "start")
        for level, y in self.slots.items():
            if level < self.layers:
                lit = self._is_lit(f"layer {level}", f"layer {level - 1}")
                self._text(20, y + 5, "both halves", 15, lit, "start")
        svg.label(self.root, 20, self.word_y + 6, "x", 18, "start", font_weight="bold")

    def _dropout(self) -> None:
        """Mark the ways from layer to layer, and no others."""
        for layer in range(1, self.layers):
            lower = self.spots[layer, 0].y + BOX_HEIGHT / 2
            y = (self._ground(layer) + lower) / 2 + 3
            y += 8 if self.directions == 2 else 0
            for x in self.columns:
                place = (x - 20, y - 5, 40, 10)
                svg.rect(self.root, *place, rx=3, fill="ink", data_dropout=str(layer))
            svg.label(self.root, 20, y + 6, "dropout", 17, "start", font_weight="bold")


def _alt(
    words: tuple[str, ...],
    layers: int,
    both: bool,
    lit: str,
    dropout: bool,
    labels: Sequence[str] | Sequence[tuple[str, str]] | None,
) -> str:
    read = ", ".join(f"“{word}”" for word in words)
    count = f"{layers} layer{'s' if layers > 1 else ''}"
    parts = [
        f"A grid: {len(words)} step{'s' if len(words) > 1 else ''} across ({read}), {count} up"
        + (", each with two passes: forward to the right, reverse to the left." if both else "."),
        "Each box hands h and c on to the next one in its row; "
        + ("both boxes of a step" if both else "its h goes up")
        + (" give their h up, side by side." if both else "."),
    ]
    if layers > 1:
        what = "both halves of the layer below" if both else "the h of the layer below"
        parts.append(f"Layer 0 reads the words, each layer above it reads {what}.")
    parts.append("output, along the top, is the row of h of the top layer.")
    rows = layers * (1 + both)
    parts.append(
        f"h_n and c_n have {rows} row{'s' if rows > 1 else ''}, one at the end of each row of boxes"
        + (": forward at the right end, reverse at the left end." if both else ", at the right.")
    )
    if labels is not None:
        said = (each if isinstance(each, str) else " and ".join(each) for each in labels)
        parts.append(f"The slots of output hold: {'; '.join(said)}.")
    if dropout:
        places = f"on {layers - 1} of the ways up, from layer to layer" if layers > 1 else "nowhere"
        parts.append(f"Dropout acts {places}; not in time, not above the top layer.")
    return " ".join(parts) + (f" Lit: {lit}." if lit else "")
