"""A long sequence in chunks: where the state passes, and which gradients are lost at the cuts."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

from ..drawing import Picture, svg
from ..drawing.arrow import arrow
from .base import Choice, Explorer, Range

SEQ_LEN = 24
CHUNK = Range(1, SEQ_LEN, 1, 6)
FORGET_BIAS = Range(-1.0, 5.0, 0.5, 1.0)
BETWEEN = Choice(("detach", "carry", "reset"), "detach")

PARAMETERS = {
    "chunk": (CHUNK, "chunk length"),
    "forget_bias": (FORGET_BIAS, "forget bias"),
    "between": (BETWEEN, "between chunks"),
}

WIDTH, HEIGHT = 720, 486
LEFT, CELL = 76, 13  # where word 0 begins; one word's width, and one loss's height
BAR_Y, BAR_HEIGHT = 82, 22
FORWARD_Y, BACKWARD_Y = BAR_Y - 12, BAR_Y + BAR_HEIGHT + 12
GRID_Y = 148
PANEL_X = 418
FAINTEST = 0.12  # what is nearly nothing can still be seen
MEANS = {
    "detach": ("The state passes each cut,", "the gradient ends there."),
    "carry": ("State and gradient pass each cut,", "so each walk back is longer."),
    "reset": ("The state ends at each cut,", "and so does the gradient."),
}


@dataclass(frozen=True)
class Numbers:
    """What is drawn in numbers.

    ``f`` is the forget gate. ``kept`` and ``lost`` are shares of the whole gradient, ``reach`` is
    how many words the last loss of the fullest chunk reaches, and ``walked`` counts the steps that
    all backward passes walk together.
    """

    f: float
    half_life: float
    kept: float
    lost: float
    reach: int
    walked: int


def chunks() -> Explorer:
    """Return the explorer: the chunk length, the forget gate, and what happens between chunks."""
    return Explorer(view, PARAMETERS)


def numbers(chunk: int, forget_bias: float, between: str) -> Numbers:
    """Return the numbers of one setting, in closed form.

    In a layer whose memory alone passes from step to step, the gradient of the loss at step t
    with regard to word s is f^(t - s), up to a factor that is the same for all (lesson 01). A
    detached or reset state keeps those of one chunk.
    """
    f = 1 / (1 + exp(-forget_bias))
    starts = _starts(chunk)
    first = [0 if between == "carry" else starts[t] for t in range(SEQ_LEN)]
    whole = sum(f**lag for t in range(SEQ_LEN) for lag in range(t + 1))
    kept = sum(f**lag for t in range(SEQ_LEN) for lag in range(t - first[t] + 1))
    ends = [t for t in range(SEQ_LEN) if t == SEQ_LEN - 1 or starts[t + 1] != starts[t]]
    reached = [end - first[end] + 1 for end in ends]
    share = kept / whole
    return Numbers(f, log(0.5) / log(f), share, 1 - share, max(reached), sum(reached))


def view(
    chunk: int = CHUNK.default,
    forget_bias: float = FORGET_BIAS.default,
    between: str = BETWEEN.default,
) -> Picture:
    """Return the picture: the chunks, the ways of state and gradient, and every gradient.

    Raises:
        ValueError: a parameter is outside its range.
    """
    given = {"chunk": chunk, "forget_bias": forget_bias, "between": between}
    for name, value in given.items():
        PARAMETERS[name][0].check(name, value)
    made = numbers(**given)
    root = svg.panel(WIDTH, HEIGHT)
    svg.label(root, 24, 32, _title(chunk), 16, "start", font_weight="bold")
    _bar(root, chunk)
    _ways(root, chunk, between)
    _grid(root, chunk, between, made.f)
    _panel(root, forget_bias, between, made)
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
    """Draw a box for each chunk, above the columns of its words."""
    cuts = _cuts(chunk)
    for start, end in zip(cuts, cuts[1:], strict=False):
        style = {"fill": "paper", "stroke": "ink", "stroke_width": 1.5, "rx": 3}
        width = (end - start) * CELL - 2
        box = svg.rect(root, _x(start) + 1, BAR_Y, width, BAR_HEIGHT, **style, data_chunk=start)
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
        arrow(root, "i", (_x(start) + 1, FORWARD_Y), (_x(end) - 1, FORWARD_Y))
    for start, end in zip(backward, backward[1:], strict=False):
        arrow(root, "f", (_x(end) - 1, BACKWARD_Y), (_x(start) + 1, BACKWARD_Y))


def _grid(root: svg.Element, chunk: int, between: str, f: float) -> None:
    """Draw a mark for each word and each loss behind it: filled if kept, a stroke if lost."""
    starts = _starts(chunk)
    bottom = GRID_Y + SEQ_LEN * CELL
    for lag in range(SEQ_LEN):
        kept, lost = [], []
        for t in range(lag, SEQ_LEN):
            left, top = _x(t - lag), GRID_Y + t * CELL
            if between == "carry" or t - lag >= starts[t]:
                kept.append(f"M{left + 1} {top + 1}h{CELL - 2}v{CELL - 2}h{2 - CELL}z")
            else:
                lost.append(f"M{left + 3} {top + CELL - 3}l{CELL - 6} {6 - CELL}")
        opacity = FAINTEST + (1 - FAINTEST) * f**lag
        if kept:
            style = {"fill": "i", "fill_opacity": opacity}
            svg.add(root, "path", d="".join(kept), **style, data_kept=lag)
        if lost:
            style = {"fill": "none", "stroke": "f", "stroke_width": 1.75}
            svg.add(root, "path", d="".join(lost), **style, stroke_opacity=opacity, data_lost=lag)
    svg.label(root, LEFT - 10, GRID_Y + CELL - 2, "loss 0", 12, "end", fill="muted")
    svg.label(root, LEFT - 10, bottom - 2, f"loss {SEQ_LEN - 1}", 12, "end", fill="muted")
    svg.label(root, LEFT, bottom + 15, "word 0", 12, "start", fill="muted")
    svg.label(root, _x(SEQ_LEN), bottom + 15, f"word {SEQ_LEN - 1}", 12, "end", fill="muted")


def _panel(root: svg.Element, forget_bias: float, between: str, made: Numbers) -> None:
    """Write what the setting means and what it costs."""

    def line(y: float, text: str, size: float = 14, indent: float = 0, **style: str) -> None:
        svg.label(root, PANEL_X + indent, y, text, size, "start", **style)

    for row, text in enumerate(MEANS[between]):
        line(FORWARD_Y + 5 + 20 * row, text, 15)
    bias = svg.number(forget_bias, 1)
    line(168, f"f = sigmoid({bias}) = {svg.number(made.f, 3)}")
    line(190, f"half-life of the memory: {svg.number(made.half_life, 1)} steps")
    bold = {"font_weight": "bold"}
    line(230, f"gradient kept: {_percent(made.kept)}", 16, **bold, data_number="kept")
    line(254, f"gradient lost: {_percent(made.lost)}", 16, **bold, data_number="lost")
    line(294, f"A loss reaches {made.reach} word{'s' * (made.reach > 1)} at most.")
    line(316, f"Steps walked back, in all: {made.walked}")
    svg.add(root, "path", d=f"M{PANEL_X} 372h{CELL}v{CELL}h{-CELL}z", fill="i", fill_opacity=0.8)
    line(384, "a word's gradient from a loss:", 13, 24, fill="muted")
    line(402, "the fuller the colour, the stronger", 13, 24, fill="muted")
    slash = {"fill": "none", "stroke": "f", "stroke_width": 1.75}
    svg.add(root, "path", d=f"M{PANEL_X + 2} 429l9 -9", **slash)
    line(430, "lost at a cut", 13, 24, fill="muted")


def _percent(share: float) -> str:
    return f"{svg.number(100 * share, 0)} %"


def _alt(chunk: int, forget_bias: float, between: str, made: Numbers) -> str:
    means = " ".join(MEANS[between])
    return (
        f"{_title(chunk)}, with a grid of words across and losses down, a mark for each word that "
        "acts on a loss: filled where its gradient arrives, a stroke where it is lost at a cut. "
        f"Between chunks: {between}. {means} The forget gate is f = "
        f"sigmoid({svg.number(forget_bias, 1)}) = {svg.number(made.f, 3)}, a half-life of "
        f"{svg.number(made.half_life, 1)} steps. A loss reaches {made.reach} "
        f"word{'s' * (made.reach > 1)} at most. In all, {_percent(made.kept)} of the gradient is "
        f"kept and {_percent(made.lost)} lost, and {made.walked} steps are walked back."
    )
