"""The ladder of speed: what each rung takes beside nn.LSTM, at four sizes; from figures kept."""

from __future__ import annotations

from math import log10
from typing import Annotated

from lstm_lessons.data.speed import Size, ladder
from lstm_lessons.drawing import Picture, svg
from lstm_lessons.explorers.base import Choice, Explorer, checked

SIZES: dict[str, Size] = {
    "small": (24, 10, 100, 16),
    "one line": (200, 1, 32, 64),
    "wide": (35, 20, 200, 200),
    "long and wide": (128, 32, 128, 256),
}
TIMED = ("forward alone", "training step")
PRESETS = {name: {"size": name} for name in SIZES}

WIDTH, HEIGHT = 720, 400
NAME_X, LEFT, RIGHT = 24, 170, 600
TOP, APART, BAR = 92, 40, 22
LOWEST, HIGHEST = 0.7, 50.0
TICKS = (1, 2, 5, 10, 20, 50)


def speed_ladder() -> Explorer:
    """Return the explorer: four sizes, forward alone or a training step."""
    return Explorer(view, presets=PRESETS)


def times(size: str, timed: str) -> dict[str, float | None]:
    """Return the time of each rung over nn.LSTM's; None where it was not measured."""
    place = TIMED.index(timed)
    return {name: pair and pair[place] for name, pair in ladder()[SIZES[size]].items()}


def multiplications(size: str) -> int:
    """Return how many a forward pass makes, in the products of all steps: T·B·4H(I + H)."""
    T, B, I, H = SIZES[size]  # noqa: E741
    return T * B * 4 * H * (I + H)


@checked
def view(
    size: Annotated[str, Choice(tuple(SIZES)), "size"] = "small",
    timed: Annotated[str, Choice(TIMED), "what is timed"] = "forward alone",
) -> Picture:
    """Return the picture: a bar for each rung, to the right of 1 where it is slower than nn.LSTM.

    Raises:
        ValueError: a parameter is outside its range.
    """
    root = svg.panel(WIDTH, HEIGHT)
    T, B, I, H = SIZES[size]  # noqa: E741
    title = f"{timed}: time over nn.LSTM's"
    svg.label(root, NAME_X, 34, title, 18, "start", font_weight="bold")
    said = f"T = {T}, B = {B}, I = {I}, H = {H}: {multiplications(size):,} multiplications forward"
    svg.label(root, NAME_X, 60, said, 14, "start", data_says="size")
    rows = times(size, timed)
    bottom = TOP + APART * len(rows)
    for tick in TICKS:
        pen = {"stroke": "ink" if tick == 1 else "edge", "stroke_width": 2 if tick == 1 else 1}
        svg.add(root, "path", d=f"M{_x(tick):.1f} {TOP - 8}V{bottom}", **pen)
        svg.label(root, _x(tick), bottom + 20, str(tick), 13, fill="muted")
    svg.label(root, _x(1), bottom + 44, "nn.LSTM", 14, font_weight="bold")
    svg.label(root, _x(7), bottom + 44, "slower: to the right", 13, fill="muted")
    for row, (name, time) in enumerate(rows.items()):
        _bar(root, TOP + APART * row, name, time)
    return Picture(svg.write(root), _alt(said, timed, rows))


def _x(time: float) -> float:
    """Return where a time stands, on a logarithmic axis."""
    share = log10(time / LOWEST) / log10(HIGHEST / LOWEST)
    return LEFT + (RIGHT - LEFT) * share


def _bar(root: svg.Element, y: float, name: str, time: float | None) -> None:
    svg.label(root, NAME_X, y + 16, name, 15, "start")
    if time is None:
        missing = "not measured: it would take long"
        svg.label(root, _x(1) + 10, y + 16, missing, 14, "start", fill="muted")
        return
    start, end = sorted((_x(1), _x(time)))
    style = {"fill": "ink", "fill_opacity": 0.75, "data_bar": name}
    bar = svg.rect(root, start, y, max(1, end - start), BAR, rx=2, **style)
    svg.tell(bar, f"{name}: {time:.2f} times as long as nn.LSTM")
    svg.label(root, max(end, _x(1)) + 8, y + 16, f"{time:.2f}", 15, "start", data_time=name)


def _alt(said: str, timed: str, rows: dict[str, float | None]) -> str:
    texts = (
        f"{name} {'not measured' if time is None else f'{time:.2f}'}" for name, time in rows.items()
    )
    return f"Bars on a logarithmic axis, {timed}, time over nn.LSTM's. {said}. {'; '.join(texts)}."
