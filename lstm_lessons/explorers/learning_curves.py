"""Learning curves of the sunspots, as learning rate, units and seed move; from runs kept.

The test error of a run is kept as well, and not shown: whoever saw it would choose by it.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from lstm_lessons.data.sunspots import measured
from lstm_lessons.drawing import Picture, svg
from lstm_lessons.explorers.base import Choice, Explorer, Range, checked

RATES = ("0.001", "0.003", "0.01", "0.03", "0.1", "1.0")
SIZES = ("4", "16", "64")
EVERY, EPOCHS = 3, 150
HIGH, LOW = 45, 20
"""Tops of the axis, in sunspots: the lower one serves runs whose validation comes below 15."""

AR9 = 13.7
"""The error of AR(9) on the validation part."""

WIDTH, HEIGHT = 720, 416
LEFT, RIGHT, TOP, BOTTOM = 64, 540, 84, 364
KEY_X = 556

PRESETS = {
    "16 units": {"rate": "0.03", "units": "16", "seed": 0},
    "64 units": {"rate": "0.03", "units": "64", "seed": 0},
    "small rate": {"rate": "0.001", "units": "16", "seed": 0},
    "large rate": {"rate": "1.0", "units": "16", "seed": 0},
}


class Row(NamedTuple):
    """The errors after an epoch, in sunspots, on the years fitted and on those that choose."""

    training: float
    validation: float


def learning_curves() -> Explorer:
    """Return the explorer: learning rate, units and seed."""
    return Explorer(view, presets=PRESETS)


def run(rate: str, units: str, seed: int) -> list[Row]:
    """Return a run that was kept: a row after every third epoch."""
    return [Row(*row[:2]) for row in measured("grid")[f"{rate} {units}"][seed]]


def stop(rows: list[Row]) -> int:
    """Return which row is the first with the smallest error on the validation part."""
    return min(range(len(rows)), key=lambda n: rows[n].validation)


def top(rows: list[Row]) -> int:
    """Return where the axis ends; what is above leaves the frame, and the picture says so."""
    return LOW if rows[stop(rows)].validation < 15 else HIGH


@checked
def view(
    rate: Annotated[str, Choice(RATES), "learning rate"] = "0.03",
    units: Annotated[str, Choice(SIZES), "units"] = "16",
    seed: Annotated[int, Range(0, 4, 1), "seed"] = 0,
) -> Picture:
    """Return the picture: both curves of a seed, where it stops, and the other seeds thin.

    Raises:
        ValueError: a parameter is outside its range.
    """
    rows = run(rate, units, seed)
    best = stop(rows)
    root = svg.panel(WIDTH, HEIGHT)
    _head(root, rows, best)
    highest = top(rows)
    _axes(root, highest)
    training = [row.training for row in rows]
    validation = [row.validation for row in rows]
    others = {
        other: [row.validation for row in run(rate, units, other)]
        for other in range(5)
        if other != seed
    }
    above = leaving(highest, max(training + validation), max(map(max, others.values())))
    svg.label(root, LEFT, TOP - 8, above, 13, "start", fill="muted", data_says="above")
    for other, curve in others.items():
        _curve(root, curve, highest, f"seed {other}", stroke="muted", stroke_width=1.2)
    dashed = {"stroke": "ink", "stroke_width": 2, "stroke_dasharray": "7 4"}
    _curve(root, training, highest, "training", **dashed)
    _curve(root, validation, highest, "validation", stroke="ink", stroke_width=2.5)
    ring = {"fill": "paper", "stroke": "ink", "stroke_width": 2.5, "data_stop": str(best)}
    svg.add(root, "circle", cx=_x(best), cy=_y(validation[best], highest), r=7, **ring)
    _key(root)
    return Picture(svg.write(root), f"{_alt(rate, units, seed, rows, best)} {above}".strip())


def leaving(highest: int, this: float, others: float) -> str:
    """Return what the picture says of the curves that go above its axis; nothing if none does."""
    tops = {"this seed goes up to": this, "other seeds go up to": others}
    said = [f"{who} {error:.0f}" for who, error in tops.items() if error > highest]
    return f"Above {highest} a curve leaves the frame: {', '.join(said)}." if said else ""


def inside(errors: list[float], highest: float) -> list[list[tuple[float, float]]]:
    """Return the pieces of a curve that lie in the frame, as (row, error); they end at its edge."""
    pieces: list[list[tuple[float, float]]] = []
    for n, error in enumerate(errors):
        before = errors[n - 1] if n else error
        if (error > highest) != (before > highest):
            at_edge = (n - 1 + (highest - before) / (error - before), highest)
            if before > highest:
                pieces.append([at_edge])
            else:
                pieces[-1].append(at_edge)
        if error <= highest:
            if not n:
                pieces.append([])
            pieces[-1].append((n, error))
    return pieces


def _x(row: float) -> float:
    return LEFT + (RIGHT - LEFT) * (row + 1) * EVERY / EPOCHS


def _y(error: float, highest: int) -> float:
    return BOTTOM - (BOTTOM - TOP) * error / highest


def _curve(
    root: svg.Element, errors: list[float], highest: int, name: str, **pen: float | str
) -> None:
    path = ""
    for piece in inside(errors, highest):
        places = (f"{_x(n):.1f} {_y(error, highest):.1f}" for n, error in piece)
        path += "M" + "L".join(places)
    svg.add(root, "path", d=path, fill="none", stroke_linejoin="round", data_curve=name, **pen)


def _head(root: svg.Element, rows: list[Row], best: int) -> None:
    at, end = rows[best], rows[-1]
    epoch = (best + 1) * EVERY
    stopped = f"stops at epoch {epoch}" if epoch < EPOCHS else f"has not stopped by epoch {EPOCHS}"
    stopped += f": validation {at.validation:.1f}"
    svg.label(root, LEFT, 28, stopped, 16, "start", font_weight="bold", data_says="stop")
    last = f"{end.training:.1f}, validation {end.validation:.1f}"
    last = f"after epoch {EPOCHS}: training {last}"
    svg.label(root, LEFT, 54, last, 14, "start", data_says="end")


def _axes(root: svg.Element, highest: int) -> None:
    for error in range(0, highest + 1, 15 if highest == HIGH else 5):
        y = _y(error, highest)
        svg.add(root, "path", d=f"M{LEFT} {y:.1f}H{RIGHT}", stroke="edge")
        svg.label(root, LEFT - 8, y + 4.5, str(error), 12, "end", fill="muted")
    for epoch in (30, 60, 90, 120, 150):
        svg.label(root, _x(epoch // EVERY - 1), BOTTOM + 20, str(epoch), 12, fill="muted")
    svg.label(root, (LEFT + RIGHT) / 2, BOTTOM + 42, "epochs", 13)
    middle = (TOP + BOTTOM) / 2
    upright = {"transform": f"rotate(-90 20 {middle:g})"}
    svg.label(root, 20, middle, "error", 13, **upright)
    y = _y(AR9, highest)
    pen = {"stroke": "ink", "stroke_width": 1.5, "stroke_dasharray": "2 4"}
    svg.add(root, "path", d=f"M{LEFT} {y:.1f}H{RIGHT}", **pen, data_curve="AR(9)")


def _key(root: svg.Element) -> None:
    lines = (
        ("validation", {"stroke": "ink", "stroke_width": 2.5}),
        ("training", {"stroke": "ink", "stroke_width": 2, "stroke_dasharray": "7 4"}),
        ("other seeds,", {"stroke": "muted", "stroke_width": 1.2}),
        ("AR(9),", {"stroke": "ink", "stroke_width": 1.5, "stroke_dasharray": "2 4"}),
    )
    for n, (name, pen) in enumerate(lines):
        y = 110 + 44 * n
        svg.add(root, "path", d=f"M{KEY_X} {y - 5}h32", fill="none", **pen)
        svg.label(root, KEY_X + 40, y, name, 13, "start")
        if name.endswith(","):
            svg.label(root, KEY_X + 40, y + 17, "validation", 13, "start")


def _alt(rate: str, units: str, seed: int, rows: list[Row], best: int) -> str:
    at, end = rows[best], rows[-1]
    others = [run(rate, units, other) for other in range(5) if other != seed]
    bests = ", ".join(f"{each[stop(each)].validation:.1f}" for each in others)
    return (
        f"Learning curves of {units} units at learning rate {rate}, seed {seed}, over {EPOCHS} "
        f"epochs. Validation is lowest after epoch {(best + 1) * EVERY}, "
        f"{at.validation:.1f}. After epoch {EPOCHS} training is {end.training:.1f}, validation "
        f"{end.validation:.1f}. AR(9) has {AR9} on validation. The lowest of the other four seeds: "
        f"{bests}."
    )
