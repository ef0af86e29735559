"""The forget gate as memory: its bias, and the gradient that is left k steps back."""

from __future__ import annotations

from functools import lru_cache
from math import log
from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np

from lstm_lessons.drawing import Picture, figure, plots, svg
from lstm_lessons.explorers.base import Choice, Explorer, Range, checked
from lstm_lessons.explorers.gradients import (
    Array,
    lstm_gradient_by_lag,
    rnn_gradient_by_lag,
    setting,
)
from lstm_lessons.lstm.plain import sigmoid

if TYPE_CHECKING:
    from matplotlib.axes import Axes


WIDTH, HEIGHT = 720, 400
AXES = (0.105, 0.13, 0.53, 0.65)  # left, bottom, width and height, as shares of the figure
LOWEST, HIGHEST = 1e-16, 3.0
STATE, MEMORY = "the state h", "the memory c"
TICKS = (0, 0.2, 0.4, 0.6, 0.8, 1)  # shares of the lags shown, which are tens
_FLOOR = plots.power_of_ten(LOWEST)
KEY_X = 478
CURVES = {
    # name: (label, colour, dash pattern, width)
    "rnn": ("plain RNN", "muted", "2 4", 2.5),
    "new": ("LSTM as PyTorch makes it", "muted", "9 4 2 4", 2.5),
    "chosen": ("LSTM with this forget bias", "ink", "none", 3.5),
    "power": ("fᵏ, the forget gate alone", "f", "8 6", 2),
}


PRESETS = {
    "nearly shut: −2": {"forget_bias": -2.0, "lags": 20},
    "half open: 0": {"forget_bias": 0.0, "lags": 50},
    "usual remedy: 1": {"forget_bias": 1.0, "lags": 50},
    "open: 4": {"forget_bias": 4.0, "lags": 50},
    "wide open: 6": {"forget_bias": 6.0, "lags": 50},
}


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


@lru_cache(maxsize=64)
def chosen_gradient(forget_bias: float, of: str = STATE) -> Array:
    """Return the LSTM's gradient at each lag, (T,), with this forget bias; 1 at lag 0."""
    fixed = setting()
    network = fixed.lstm.with_forget_bias(forget_bias)
    return _relative(lstm_gradient_by_lag(network, fixed.x, fixed.weighting, of == MEMORY))


@lru_cache(maxsize=2)
def fixed_gradients(of: str = STATE) -> dict[str, Array]:
    """Return the gradients at each lag, (T,), that no slider changes: RNN and untouched LSTM.

    The RNN has no memory c: its gradient is that of h, whatever is asked for.
    """
    fixed = setting()
    new = lstm_gradient_by_lag(fixed.lstm, fixed.x, fixed.weighting, of == MEMORY)
    return {
        "rnn": _relative(rnn_gradient_by_lag(fixed.rnn, fixed.x, fixed.weighting)),
        "new": _relative(new),
    }


def curves(forget_bias: float, lags: int, of: str = STATE) -> dict[str, Array]:
    """Return what is drawn, one array (lags + 1,) a curve: gradient at lags 0 to ``lags``."""
    power = memory(forget_bias, 1).f ** np.arange(lags + 1, dtype=np.float64)
    gradients = {**fixed_gradients(of), "chosen": chosen_gradient(forget_bias, of)}
    return {name: values[: lags + 1] for name, values in gradients.items()} | {"power": power}


@checked
def view(
    forget_bias: Annotated[float, Range(-2.0, 6.0, 0.25), "forget bias (the sum)"] = 4.0,
    lags: Annotated[int, Range(10, 100, 10), "lags shown"] = 50,
    of: Annotated[str, Choice((STATE, MEMORY)), "gradient of"] = MEMORY,
) -> Picture:
    """Return the picture: gradient by lag on a logarithmic axis, and f as a half-life.

    Raises:
        ValueError: a parameter is outside its range.
    """
    kept, drawn = memory(forget_bias, lags), curves(forget_bias, lags, of)
    axes, frame = _frame()
    root = svg.panel(WIDTH, HEIGHT)
    _readout(root, forget_bias, lags, kept)
    _lag_axis(root, axes, lags)
    _lines(root, axes, lags, drawn)
    _key(root, lags, drawn)
    _cuts(root, axes, lags, drawn)
    text = svg.write(root)
    # The frame goes right behind the panel, below all that moves.
    cut = text.index("/>") + 2
    return Picture(text[:cut] + frame + text[cut:], _alt(forget_bias, lags, of, kept, drawn))


def _relative(gradient: Array) -> Array:
    return gradient / gradient[0]


@lru_cache(maxsize=1)
def _frame() -> tuple[Axes, str]:
    """Return matplotlib's axes and their SVG, drawn once for all moves of all sliders.

    The horizontal axis is the share of the lags shown, so that its grid lines never move.
    """
    frame, axes = figure(WIDTH, HEIGHT)
    frame.set_layout_engine("none")
    axes.set_position(AXES)
    axes.set_yscale("log")
    axes.set(xlim=(0, 1), xticks=TICKS, xticklabels=[""] * len(TICKS), ylim=(LOWEST, HIGHEST))
    axes.set(yticks=[10.0**power for power in range(-16, 1, 4)], ylabel="gradient, 1 at lag 0")
    axes.minorticks_off()
    return axes, plots.fragment(frame)


def _lag_axis(root: svg.Element, axes: Axes, lags: int) -> None:
    for share, (x, y) in zip(
        TICKS, plots.to_pixels(axes, TICKS, [LOWEST] * len(TICKS)), strict=True
    ):
        svg.label(root, x, y + 19, str(round(share * lags)), 13)
    (middle,) = plots.to_pixels(axes, [0.5], [LOWEST])
    svg.label(root, middle[0], middle[1] + 40, "lag k (steps back)", 13)


def _lines(root: svg.Element, axes: Axes, lags: int, drawn: dict[str, Array]) -> None:
    box = axes.get_position()
    left, width = box.x0 * WIDTH, box.width * WIDTH
    clip = svg.add(root, "clipPath", id="lstm-forget-gate-axes")
    svg.rect(clip, left, (1 - box.y1) * HEIGHT, width, box.height * HEIGHT)
    group = svg.add(root, "g", clip_path="url(#lstm-forget-gate-axes)")
    for name, values in drawn.items():
        points = plots.to_pixels(axes, np.arange(lags + 1) / lags, values)
        path = "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)
        _stroke(group, name, path, data_curve=name)


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


def left_the_axis(values: Array) -> int | None:
    """Return the first lag at which a curve lies below the end of the axis, or None."""
    below = np.flatnonzero(values < LOWEST)
    return int(below[0]) if below.size else None


def _cuts(root: svg.Element, axes: Axes, lags: int, drawn: dict[str, Array]) -> None:
    """Mark where a curve leaves the picture, and say so."""
    cut = {name: lag for name, values in drawn.items() if (lag := left_the_axis(values))}
    for name, lag in cut.items():
        before, after = np.log10(drawn[name][lag - 1 : lag + 1] / LOWEST)
        share = (lag - after / (after - before)) / lags  # a straight line between the two
        ((x, y),) = plots.to_pixels(axes, [share], [LOWEST])
        head = f"{x - 6:.2f},{y - 5:.2f} {x + 6:.2f},{y - 5:.2f} {x:.2f},{y + 5:.2f}"
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


def _readout(root: svg.Element, forget_bias: float, lags: int, kept: Memory) -> None:
    columns = (
        (24, f"f = sigmoid({svg.number(forget_bias, 2)})", svg.number(kept.f, 4)),
        (230, "half-life", f"{_steps(kept.half_life)} steps"),
        (436, f"left of c after {lags} steps: f{svg.superscript(lags)}", svg.scientific(kept.left)),
    )
    for x, name, value in columns:
        svg.label(root, x, 28, name, 14, "start", fill="muted")
        svg.label(root, x, 54, value, 20, "start", font_weight="bold")


def _key(root: svg.Element, lags: int, drawn: dict[str, Array]) -> None:
    svg.label(root, KEY_X, 112, f"left at lag {lags}", 14, "start", fill="muted")
    for row, (name, (label, *_)) in enumerate(CURVES.items()):
        y = 142 + 54 * row
        _stroke(root, name, f"M{KEY_X} {y - 5}h40")
        svg.label(root, KEY_X + 48, y, label, 13, "start")
        left = svg.scientific(drawn[name][-1])
        bold = {"font_weight": "bold", "data_left": name}
        svg.label(root, KEY_X + 48, y + 20, left, 15, "start", **bold)


def _steps(half_life: float) -> str:
    return svg.number(half_life, 2 if half_life < 10 else 1)


def _alt(forget_bias: float, lags: int, of: str, kept: Memory, drawn: dict[str, Array]) -> str:
    said = "; ".join(_course(label, lags, drawn[name]) for name, (label, *_) in CURVES.items())
    return (
        f"Gradient of {of} by lag, 0 to {lags}, on a logarithmic axis from 1 at lag 0 "
        f"down to {_FLOOR}. "
        f"Forget bias {svg.number(forget_bias, 2)}: f = {svg.number(kept.f, 4)}, "
        f"half-life {_steps(kept.half_life)} steps. {said}."
    )


def _course(label: str, lags: int, values: Array) -> str:
    """Say how a curve runs: its first step, its slope after that, its end."""
    factor = (values[-1] / values[1]) ** (1 / (lags - 1))
    text = (
        f"{label}: {svg.scientific(values[1])} at lag 1, then on average times "
        f"{svg.number(factor, 3)} a step, {svg.scientific(values[-1])} at lag {lags}"
    )
    lag = left_the_axis(values)
    return text if lag is None else f"{text}, below the end of the axis from lag {lag} on"
