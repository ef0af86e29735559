"""The forget gate as memory: its bias, and the gradient that is left k steps back."""

from __future__ import annotations

from math import log, log10
from typing import Annotated, NamedTuple

from lstm_lessons.data import by_lag
from lstm_lessons.drawing import Picture, svg
from lstm_lessons.explorers.base import Choice, Explorer, Range, checked
from lstm_lessons.lstm.plain import sigmoid

WIDTH, HEIGHT = 720, 400
AXES = (0.105, 0.13, 0.53, 0.65)  # left, bottom, width and height, as shares of the picture
LEFT, RIGHT = AXES[0] * WIDTH, (AXES[0] + AXES[2]) * WIDTH
TOP, BOTTOM = (1 - AXES[1] - AXES[3]) * HEIGHT, (1 - AXES[1]) * HEIGHT
LOWEST, HIGHEST = 1e-16, 3.0
POWERS = (-16, -12, -8, -4, 0)  # of ten, which have a line
STATE, MEMORY = "the state h", "the memory c"
TICKS = (0, 0.2, 0.4, 0.6, 0.8, 1)  # shares of the lags shown, which are tens
_FLOOR = f"10{svg.superscript(POWERS[0])}"
KEY_X = 478
CURVES = {
    # name: (label, colour, dash pattern, width)
    "rnn": ("plain RNN", "muted", "2 4", 2.5),
    "new": ("LSTM as PyTorch makes it", "muted", "9 4 2 4", 2.5),
    "chosen": ("LSTM with this forget bias", "ink", "none", 3.5),
    "power": ("fᵏ, the forget gate alone", "f", "8 6", 2),
}


PRESETS = {
    "nearly shut: −2": {"forget_bias": -2.0},
    "half open: 0": {"forget_bias": 0.0},
    "often advised: 1": {"forget_bias": 1.0},
    "open: 4": {"forget_bias": 4.0},
    "wide open: 6": {"forget_bias": 6.0},
}
"""Each moves the bias alone: where the lags change too, the plain RNN's curve seems to change."""


class Memory(NamedTuple):
    """What a forget gate of this bias keeps: f, its half-life in steps, and f to the lags."""

    f: float
    half_life: float
    left: float


def forget_gate() -> Explorer:
    """Return the explorer: sliders for the forget bias and for how many lags are shown."""
    return Explorer(view, presets=PRESETS)


def memory(forget_bias: float, lags: int) -> Memory:
    """Return what a forget gate f = sigmoid(forget_bias) keeps of c after ``lags`` steps.

    The half-life n solves f**n = 1/2.
    """
    f = sigmoid(forget_bias)
    return Memory(f, log(0.5) / log(f), f**lags)


def curves(forget_bias: float, lags: int, of: str = STATE) -> dict[str, list[float]]:
    """Return what is drawn, a list for each curve: the gradient at lags 0 to ``lags``, 1 at lag 0.

    The RNN has no memory c: its gradient is that of h, whatever is asked for.

    Raises:
        ValueError: the forget bias is no multiple of 0.25.
    """
    state = "c" if of == MEMORY else "h"
    gradients = {
        "rnn": by_lag.rnn(),
        "new": by_lag.lstm(state),
        "chosen": by_lag.lstm(state, forget_bias),
    }
    f = memory(forget_bias, 1).f
    powers = [f**lag for lag in range(lags + 1)]
    return {name: values[: lags + 1] for name, values in gradients.items()} | {"power": powers}


@checked
def view(
    forget_bias: Annotated[float, Range(-2.0, 6.0, 0.25), "forget bias (the sum)"] = 4.0,
    lags: Annotated[int, Range(10, 100, 10), "lags shown"] = 50,
    of: Annotated[str, Choice((STATE, MEMORY)), "LSTM: gradient of"] = MEMORY,
) -> Picture:
    """Return the picture: gradient by lag on a logarithmic axis, and f as a half-life.

    Raises:
        ValueError: a parameter is outside its range, or the forget bias no multiple of 0.25.
    """
    kept, drawn = memory(forget_bias, lags), curves(forget_bias, lags, of)
    root = svg.panel(WIDTH, HEIGHT)
    _axes(root, lags)
    _readout(root, forget_bias, kept)
    _lines(root, lags, drawn)
    _key(root, lags, drawn)
    _cuts(root, lags, drawn)
    return Picture(svg.write(root), _alt(forget_bias, lags, of, kept, drawn))


def _x(share: float) -> float:
    """Return where a share of the lags shown lies."""
    return LEFT + (RIGHT - LEFT) * share


def _y(value: float) -> float:
    """Return where a gradient lies, on a logarithmic axis."""
    return BOTTOM - (BOTTOM - TOP) * log10(value / LOWEST) / log10(HIGHEST / LOWEST)


def _axes(root: svg.Element, lags: int) -> None:
    """Draw lines at powers of ten and at shares of the lags shown, so that none ever moves."""
    for share in TICKS:
        x = _x(share)
        svg.add(root, "path", d=f"M{x:.2f} {TOP:.2f}V{BOTTOM:.2f}", stroke="edge")
        svg.label(root, x, BOTTOM + 19, str(round(share * lags)), 13)
    for power in POWERS:
        y = _y(10.0**power)
        svg.add(root, "path", d=f"M{LEFT:.2f} {y:.2f}H{RIGHT:.2f}", stroke="edge")
        svg.label(root, LEFT - 9, y + 5, f"10{svg.superscript(power)}", 13, "end")
    corner = f"M{LEFT:.2f} {TOP:.2f}V{BOTTOM:.2f}H{RIGHT:.2f}"
    svg.add(root, "path", d=corner, fill="none", stroke="muted")
    svg.label(root, _x(0.5), BOTTOM + 40, "lag k: the word k steps back", 13)
    middle = (TOP + BOTTOM) / 2
    upright = {"transform": f"rotate(-90 23 {middle:g})"}
    svg.label(root, 23, middle, "gradient, 1 at lag 0", 13, **upright)


def _lines(root: svg.Element, lags: int, drawn: dict[str, list[float]]) -> None:
    clip = svg.add(root, "clipPath", id="lstm-forget-gate-axes")
    svg.rect(clip, LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP)
    group = svg.add(root, "g", clip_path="url(#lstm-forget-gate-axes)")
    for name, values in drawn.items():
        points = (f"{_x(lag / lags):.2f} {_y(value):.2f}" for lag, value in enumerate(values))
        _stroke(group, name, "M" + "L".join(points), data_curve=name)


def _stroke(parent: svg.Element, name: str, path: str, **mark: str) -> None:
    _, colour, dashes, width = CURVES[name]
    svg.add(
        parent,
        "path",
        d=path,
        fill="none",
        stroke=colour,
        stroke_width=width,
        stroke_dasharray=dashes,
        stroke_linejoin="round",
        **mark,
    )


def left_the_axis(values: list[float]) -> int | None:
    """Return the first lag at which a curve lies below the end of the axis, or None."""
    return next((lag for lag, value in enumerate(values) if value < LOWEST), None)


def _cuts(root: svg.Element, lags: int, drawn: dict[str, list[float]]) -> None:
    """Mark where a curve leaves the picture, and say so."""
    cut = {name: lag for name, values in drawn.items() if (lag := left_the_axis(values))}
    for name, lag in cut.items():
        before, after = (log10(value / LOWEST) for value in drawn[name][lag - 1 : lag + 1])
        x = _x((lag - after / (after - before)) / lags)  # a straight line between the two
        head = f"{x - 6:.2f},{BOTTOM - 5:.2f} {x + 6:.2f},{BOTTOM - 5:.2f} {x:.2f},{BOTTOM + 5:.2f}"
        svg.add(root, "polygon", points=head, fill=CURVES[name][1], data_cut=name)
    if cut:
        y = 142 + 54 * len(CURVES)
        svg.add(
            root,
            "polygon",
            points=f"{KEY_X + 14},{y - 9} {KEY_X + 26},{y - 9} {KEY_X + 20},{y + 1}",
            fill="muted",
        )
        svg.label(root, KEY_X + 48, y, f"falls on below {_FLOOR}", 13, "start", fill="muted")


def _readout(root: svg.Element, forget_bias: float, kept: Memory) -> None:
    columns = (
        (24, f"f = sigmoid({svg.number(forget_bias, 2)})", svg.number(kept.f, 4)),
        (230, "half-life", f"{_steps(kept.half_life)} steps"),
    )
    for x, name, value in columns:
        svg.label(root, x, 28, name, 14, "start", fill="muted")
        svg.label(root, x, 54, value, 20, "start", font_weight="bold")


def _key(root: svg.Element, lags: int, drawn: dict[str, list[float]]) -> None:
    svg.label(root, KEY_X, 112, f"gradient left at lag {lags}", 14, "start", fill="muted")
    for row, (name, (label, *_)) in enumerate(CURVES.items()):
        y = 142 + 54 * row
        _stroke(root, name, f"M{KEY_X} {y - 5}h40")
        svg.label(root, KEY_X + 48, y, label, 13, "start")
        left = svg.scientific(drawn[name][-1])
        bold = {"font_weight": "bold", "data_left": name}
        svg.label(root, KEY_X + 48, y + 20, left, 15, "start", **bold)


def _steps(half_life: float) -> str:
    return svg.number(half_life, 2 if half_life < 10 else 1)


def _alt(
    forget_bias: float, lags: int, of: str, kept: Memory, drawn: dict[str, list[float]]
) -> str:
    said = "; ".join(_course(label, lags, drawn[name]) for name, (label, *_) in CURVES.items())
    return (
        f"Gradient of {of} by lag, 0 to {lags}, on a logarithmic axis from 1 at lag 0 "
        f"down to {_FLOOR}. "
        f"Forget bias {svg.number(forget_bias, 2)}: f = {svg.number(kept.f, 4)}, "
        f"half-life {_steps(kept.half_life)} steps. {said}."
    )


def _course(label: str, lags: int, values: list[float]) -> str:
    """Say how a curve runs: its first step, its slope after that, its end."""
    factor = (values[-1] / values[1]) ** (1 / (lags - 1))
    text = (
        f"{label}: {svg.scientific(values[1])} at lag 1, then on average times "
        f"{svg.number(factor, 3)} a step, {svg.scientific(values[-1])} at lag {lags}"
    )
    lag = left_the_axis(values)
    return text if lag is None else f"{text}, below the end of the axis from lag {lag} on"
