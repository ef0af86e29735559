"""A long sequence in chunks: where the state passes, and which gradients end at the cuts."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import Annotated

from lstm_lessons.drawing import Picture, svg
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.explorers.base import Choice, Explorer, Range, checked
from lstm_lessons.lstm.plain import sigmoid

SEQ_LEN = 24


WIDTH, HEIGHT = 720, 486
LEFT, CELL = 76, 13  # where word 0 begins; one word's width, and one loss's height
BAR_Y, BAR_HEIGHT = 82, 22
FORWARD_Y, BACKWARD_Y = BAR_Y - 12, BAR_Y + BAR_HEIGHT + 12
GRID_Y = 148
STOP_INSET, STOP_REACH = 1.5, 8  # of a bar at a cut: how far inside its chunk, and half its height
PANEL_X = 418
SMALLEST = 2  # pixels: what is nearly nothing can still be seen
STROKE = {"fill": "none", "stroke": "ink", "stroke_width": 1.75}
MEANS = {
    "detach": ("The state passes each cut,", "the gradient ends there."),
    "carry": ("State and gradient pass each cut,", "so each walk back is longer."),
    "reset": ("The state ends at each cut, so what", "follows has other outputs."),
}
NO_CUT = ("All in one chunk:", "there is no cut.")


PRESETS = {
    "short memory": {"chunk": 6, "forget_bias": 0.0, "between": "detach"},
    "long memory": {"chunk": 6, "forget_bias": 4.0, "between": "detach"},
}


@dataclass(frozen=True)
class Numbers:
    """What is drawn in numbers.

    ``f`` is the forget gate. Shares are of what all words do to all losses where nothing is cut:
    ``acts`` is what they still do, ``kept`` what the gradient sees of that.
    """

    f: float
    half_life: float
    acts: float
    kept: float


def chunks() -> Explorer:
    """Return the explorer: the chunk length, the forget gate, and what happens between chunks."""
    return Explorer(view, presets=PRESETS)


def numbers(chunk: int, forget_bias: float, between: str) -> Numbers:
    """Return the numbers of one setting, in closed form.

    In a layer whose memory alone passes from step to step, the gradient of the loss at step t
    with regard to word s is f^(t - s), up to a factor that is the same for all (lesson 01). A
    detached state keeps those of one chunk, and the others are lost. After a reset there are no
    others.
    """
    f = sigmoid(forget_bias)
    starts, origin = _starts(chunk), [0] * SEQ_LEN
    whole = _strength(f, origin)
    acts = _strength(f, starts if between == "reset" else origin) / whole
    first = origin if between == "carry" else starts
    kept = _strength(f, first) / whole
    return Numbers(f, log(0.5) / log(f), acts, kept)


def _strength(f: float, first: list[int]) -> float:
    """Return the sum of the gradients of all losses, each back to its first step."""
    return sum(f**lag for t in range(SEQ_LEN) for lag in range(t - first[t] + 1))


@checked
def view(
    chunk: Annotated[int, Range(1, SEQ_LEN, 1), "chunk length"] = 6,
    forget_bias: Annotated[float, Range(-1.0, 5.0, 0.5), "forget bias"] = 1.0,
    between: Annotated[str, Choice(("detach", "carry", "reset")), "between chunks"] = "detach",
) -> Picture:
    """Return the picture: the chunks, the ways of state and gradient, and every gradient.

    Raises:
        ValueError: a parameter is outside its range.
    """
    given = {"chunk": chunk, "forget_bias": forget_bias, "between": between}
    made = numbers(**given)
    root = svg.panel(WIDTH, HEIGHT)
    svg.label(root, 24, 32, _title(chunk), 16, "start", font_weight="bold")
    _bar(root, chunk)
    _ways(root, chunk, between)
    _grid(root, chunk, between, made.f)
    _panel(root, chunk, forget_bias, between, made)
    return Picture(svg.write(root), _alt(chunk, forget_bias, between, made))


def _starts(chunk: int) -> list[int]:
    """Return for each step the first step of its chunk."""
    return [t - t % chunk for t in range(SEQ_LEN)]


def _cuts(chunk: int) -> list[int]:
    """Return the steps at which chunks begin, and the end of the last one."""
    return [*range(0, SEQ_LEN, chunk), SEQ_LEN]


def _title(chunk: int) -> str:
    count, rest = divmod(SEQ_LEN, chunk)
    several = "chunk" if count == 1 else "chunks"
    text = f"{SEQ_LEN} words in {count} {several} of {chunk}"
    return f"{text} and one of {rest}" if rest else text


def _x(step: float) -> float:
    return LEFT + step * CELL


def _bar(root: svg.Element, chunk: int) -> None:
    """Draw a box for each chunk, with its length, above the columns of its words."""
    cuts = _cuts(chunk)
    for start, end in zip(cuts, cuts[1:], strict=False):
        style = {"fill": "paper", "stroke": "ink", "stroke_width": 1.5, "rx": 3}
        width = (end - start) * CELL - 2
        box = svg.rect(root, _x(start) + 1, BAR_Y, width, BAR_HEIGHT, **style, data_chunk=start)
        if end - start > 1:
            middle = (_x(start) + _x(end)) / 2
            svg.label(root, middle, BAR_Y + 16, str(end - start), 13, fill="muted")
        last = f"word {start}" if end == start + 1 else f"words {start} to {end - 1}"
        svg.add(box, "title", f"one call of the layer: {last}")


def _ways(root: svg.Element, chunk: int, between: str) -> None:
    """Draw the way of the state, to the right, and that of the gradient, back to the left."""
    svg.label(root, LEFT - 10, FORWARD_Y + 5, "state", 13, "end")
    svg.label(root, LEFT - 10, BACKWARD_Y + 5, "gradient", 13, "end")
    whole, pieces = [0, SEQ_LEN], _cuts(chunk)
    forward = pieces if between == "reset" else whole
    backward = whole if between == "carry" else pieces
    for start, end in zip(forward, forward[1:], strict=False):
        last = end == SEQ_LEN
        arrow(root, "ink", (_x(start) + 1, FORWARD_Y), (_x(end) - (1 if last else 3), FORWARD_Y))
        if not last:
            _stop(root, "ink", _x(end) - STOP_INSET, FORWARD_Y, "state")
    for start, end in zip(backward, backward[1:], strict=False):
        first = start == 0
        ends = (_x(end) - 1, BACKWARD_Y), (_x(start) + (1 if first else 3), BACKWARD_Y)
        arrow(root, "muted", *ends)
        if not first:
            _stop(root, "muted", _x(start) + STOP_INSET, BACKWARD_Y, "gradient")


def _stop(root: svg.Element, colour: str, x: float, y: float, what: str) -> None:
    """Draw the bar at a cut that an arrow ends at: without it, arrows look like a chain."""
    bar = {"stroke": colour, "stroke_width": 2.5, "data_stop": f"{what},{x}"}
    svg.add(root, "path", d=f"M{x} {y - STOP_REACH}v{2 * STOP_REACH}", fill="none", **bar)


def _grid(root: svg.Element, chunk: int, between: str, f: float) -> None:
    """Draw what each word does to each loss: a square if its gradient is kept, a stroke if lost.

    The area of a square is the effect, and a stroke is as wide as its square would be. What a word
    does not act on is empty: losses before it, and those behind a reset.
    """
    starts = _starts(chunk)
    bottom = GRID_Y + SEQ_LEN * CELL
    for lag in range(SEQ_LEN):
        kept, lost = [], []
        side = _side(f**lag)
        for t in range(lag, SEQ_LEN):
            x, y = _x(t - lag + 0.5), GRID_Y + (t + 0.5) * CELL
            if between == "carry" or t - lag >= starts[t]:
                kept.append(_square(x, y, side))
            elif between == "detach":
                lost.append(_slash(x, y, side))
        if kept:
            svg.add(root, "path", d="".join(kept), fill="ink", data_kept=lag)
        if lost:
            svg.add(root, "path", d="".join(lost), **STROKE, data_lost=lag)
    svg.label(root, LEFT - 10, GRID_Y + CELL - 2, "loss 0", 12, "end", fill="muted")
    svg.label(root, LEFT - 10, bottom - 2, f"loss {SEQ_LEN - 1}", 12, "end", fill="muted")
    svg.label(root, LEFT, bottom + 15, "word 0", 12, "start", fill="muted")
    svg.label(root, _x(SEQ_LEN), bottom + 15, f"word {SEQ_LEN - 1}", 12, "end", fill="muted")


def _side(effect: float) -> float:
    """Return the side of the square whose area is an effect: that of 1 nearly fills its place."""
    return max(SMALLEST, (CELL - 2) * sqrt(effect))


def _square(x: float, y: float, side: float) -> str:
    """Return the path of a square round (x, y)."""
    return f"M{x - side / 2:.2f} {y - side / 2:.2f}h{side:.2f}v{side:.2f}h{-side:.2f}z"


def _slash(x: float, y: float, side: float) -> str:
    """Return the path of a stroke through (x, y), from bottom left to top right."""
    return f"M{x - side / 2:.2f} {y + side / 2:.2f}l{side:.2f} {-side:.2f}"


def _panel(root: svg.Element, chunk: int, forget_bias: float, between: str, made: Numbers) -> None:
    """Write what the setting means and what it costs, and what the marks are."""

    def line(y: float, text: str, size: float = 14, indent: float = 0, **style: str) -> None:
        svg.label(root, PANEL_X + indent, y, text, size, "start", **style)

    for row, text in enumerate(_means(chunk, between)):
        line(FORWARD_Y + 5 + 20 * row, text, 15)
    bias = svg.number(forget_bias, 1)
    line(162, f"f = sigmoid({bias}) = {svg.number(made.f, 3)}")
    line(183, f"half-life of the memory: {svg.number(made.half_life, 1)} steps")
    bold = {"font_weight": "bold"}
    line(228, f"effect on the losses: {_percent(made.acts)}", 16, **bold, data_number="acts")
    line(251, f"seen by the gradient: {_percent(made.kept)}", 16, **bold, data_number="kept")
    line(272, "100 %: the effect where nothing is cut", 13, fill="muted")
    svg.add(root, "path", d=_square(PANEL_X + CELL / 2, 316, CELL - 2), fill="ink")
    line(321, "an effect that the gradient sees", 13, 22, fill="muted")
    if _loses(chunk, between):
        svg.add(root, "path", d=_slash(PANEL_X + CELL / 2, 340, CELL - 2), **STROKE)
        line(345, "an effect whose gradient is lost at a cut", 13, 22, fill="muted")
    line(369, "larger: stronger.  empty: no effect", 13, fill="muted")


def _loses(chunk: int, between: str) -> bool:
    """Say whether there is an effect that no gradient sees."""
    return between == "detach" and chunk < SEQ_LEN


def _means(chunk: int, between: str) -> tuple[str, str]:
    return NO_CUT if chunk == SEQ_LEN else MEANS[between]


def _percent(share: float) -> str:
    return f"{svg.number(100 * share, 0)} %"


def _alt(chunk: int, forget_bias: float, between: str, made: Numbers) -> str:
    lost = _loses(chunk, between)
    marks = "a square where its gradient arrives" + ", a stroke where it is lost at a cut" * lost
    return (
        f"{_title(chunk)}, each word with a loss of its own: a grid of words across and losses "
        f"down, with a mark for each word that acts on a loss: {marks}. "
        f"Between chunks: {between}. {' '.join(_means(chunk, between))} The forget gate is f = "
        f"sigmoid({svg.number(forget_bias, 1)}) = {svg.number(made.f, 3)}, a half-life of "
        f"{svg.number(made.half_life, 1)} steps. Of the effect of all words on all losses where "
        f"nothing is cut, {_percent(made.acts)} is here, and the gradient sees "
        f"{_percent(made.kept)}."
    )
