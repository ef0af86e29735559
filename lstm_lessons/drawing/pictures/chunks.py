"""A long line cut into chunks: where the state is handed on, and where the gradient ends."""

from __future__ import annotations

from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.parts import belt
from lstm_lessons.drawing.picture import Picture

TEXT = "she said (it rained) and left"
BETWEEN = {
    "detach": ("goes on", "stops at each cut"),
    "carry": ("goes on", "goes all the way back"),
    "reset": ("starts at 0 in each chunk", "stops at each cut"),
}
LONGEST, MOST = 34, 5

WIDTH, HEIGHT = 760, 262
LEFT, RIGHT, GAP = 24, 736, 34  # the line lies between them; GAP is the width of a cut
CELL_Y, CELL_HEIGHT = 114, 40
EDGE = 4  # between the outer letters of a chunk and its frame
STATE_Y, GRADIENT_Y = 82, 190


def chunks(text: str = TEXT, chunk: int = 10, between: str = "detach") -> Picture:
    """Return the picture of a line in chunks, the state above it, the gradient below it.

    ``chunk`` is how many characters one chunk has. ``between`` says what happens at a cut:
    "detach", "carry" or "reset".

    Raises:
        ValueError: the text has more than 34 characters or fewer than 2, there would be more than
            5 chunks, or ``between`` is none of the three.
    """
    if not 2 <= len(text) <= LONGEST:
        raise ValueError(f"text must have 2 to {LONGEST} characters, got {len(text)}")
    count = -(-len(text) // chunk) if isinstance(chunk, int) and chunk > 0 else 0
    if not 1 <= count <= MOST:
        raise ValueError(f"chunk must cut the text into 1 to {MOST} chunks, got {chunk!r}")
    if between not in BETWEEN:
        raise ValueError(f"between must be one of {', '.join(BETWEEN)}; got {between!r}")
    pieces = [text[start : start + chunk] for start in range(0, len(text), chunk)]
    root = svg.panel(WIDTH, HEIGHT)
    spans = _line(root, pieces)
    state, back = BETWEEN["carry" if count == 1 else between]
    svg.label(root, LEFT, 40, f"state → {state}", 19, "start", font_weight="bold")
    _state(root, spans, between)
    svg.label(root, LEFT, GRADIENT_Y + 48, f"gradient ← {back}", 19, "start", font_weight="bold")
    _gradient(root, spans, between)
    return Picture(svg.write(root), _alt(pieces, between, state, back))


Span = tuple[float, float]
"""Where a chunk begins and ends, in pixels."""


def _line(root: svg.Element, pieces: list[str]) -> list[Span]:
    """Draw the characters in their chunks; return where each chunk lies."""
    total = sum(map(len, pieces))
    cell = min(40, (RIGHT - LEFT - GAP * (len(pieces) - 1)) / total)
    x, spans = float(LEFT), []
    for place, piece in enumerate(pieces):
        width = cell * len(piece)
        style = {"rx": 6, "fill": "ink", "fill_opacity": theme.TINT, "stroke": "muted"}
        box = (x - EDGE, CELL_Y, width + 2 * EDGE, CELL_HEIGHT)
        svg.rect(root, *box, stroke_width=2, **style, data_chunk=str(place))
        for step, letter in enumerate(piece):
            shown = "␣" if letter == " " else letter
            fill = "muted" if letter == " " else "ink"
            svg.label(root, x + (step + 0.5) * cell, CELL_Y + 26, shown, 17, fill=fill)
        spans.append((x, x + width))
        x += width + GAP
        if place < len(pieces) - 1:
            middle = x - GAP / 2
            path = f"M{middle} {CELL_Y - 8}v{CELL_HEIGHT + 16}"
            cut = {"stroke": "muted", "stroke_width": 2, "stroke_dasharray": "5 4"}
            svg.add(root, "path", d=path, fill="none", **cut)
    return spans


def _state(root: svg.Element, spans: list[Span], between: str) -> None:
    """Draw the way of the state to the right: over the cuts, or anew in each chunk."""
    if between == "reset":
        for start, end in spans:
            svg.label(root, start + 6, STATE_Y + 6, "0", 17, font_weight="bold")
            belt(root, "ink", (start + 18, STATE_Y), (end, STATE_Y), data_state="way")
        return
    starts = [spans[0][0], *(end for _, end in spans[:-1])]
    for start, (_, end) in zip(starts, spans, strict=True):
        belt(root, "ink", (start, STATE_Y), (end, STATE_Y), data_state="way")


def _gradient(root: svg.Element, spans: list[Span], between: str) -> None:
    """Draw the way of the gradient to the left: it ends at a bar, or goes through."""
    for place, (start, end) in enumerate(spans):
        through = between == "carry" and place > 0
        left = spans[place - 1][1] if through else start + (6 if place else 0)
        arrow(root, "ink", (end, GRADIENT_Y), (left, GRADIENT_Y), gap=1)
        if place > 0 and not through:
            bar = {"stroke": "ink", "stroke_width": 5, "data_stop": str(place)}
            svg.add(root, "path", d=f"M{start + 2} {GRADIENT_Y - 14}v28", fill="none", **bar)


def _alt(pieces: list[str], between: str, state: str, gradient: str) -> str:
    said = ", ".join(f"“{piece}”" for piece in pieces)
    count = f"{len(pieces)} chunk{'s' if len(pieces) > 1 else ''}"
    return (
        f"A line of {sum(map(len, pieces))} characters in {count}: {said}. Between chunks: "
        f"{between}. The state, arrows to the right, {state}. The gradient, arrows "
        f"to the left, {gradient}."
    )
