"""What several trainings measured, round by round: the mean of the seeds, or each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.picture import Picture

MOST, LONGEST = 3, 16
DASHES = ("none", "9 5", "2 4")
TINT = 0.13  # of a band
WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 62, 590, 48, 268  # of the plot
APART = 20  # from a name to the next, at least


def runs(
    settings: Mapping[str, Sequence[Sequence[float]]],
    rounds: str,
    measured: str,
    every: int = 1,
    bounds: tuple[float, float] = (0, 1),
    apart: bool = False,
) -> Picture:
    """Return the picture of one to three settings, each with a curve for each seed.

    A line is the mean of a setting's runs, the band round it reaches from the lowest run to the
    highest; with ``apart`` there is a thin line for each run in their place, so that one which
    falls and comes back is seen. ``measured`` names what was measured, after each ``every`` of
    ``rounds``; ``bounds`` are the ends of its axis.

    Raises:
        ValueError: there are no settings or more than three, a name has more than 16 letters, the
            curves are not equally long, or a value lies outside the bounds.
    """
    curves = {name: [[float(n) for n in run] for run in each] for name, each in settings.items()}
    lengths = {len(run) for each in curves.values() for run in each}
    if not 1 <= len(curves) <= MOST or any(len(name) > LONGEST for name in curves):
        raise ValueError(
            f"expected 1 to {MOST} settings with names of at most {LONGEST} letters, "
            f"got {tuple(curves)!r}"
        )
    if len(lengths) != 1 or min(lengths) < 2:
        raise ValueError(f"curves must be equally long, of 2 rounds or more, got {lengths}")
    (low, high), count = bounds, lengths.pop()
    for name, each in curves.items():
        if not all(low <= value <= high for run in each for value in run):
            raise ValueError(f"a value of {name!r} lies outside {low} to {high}")
    root = svg.panel(WIDTH, HEIGHT)
    _axes(root, count, every, bounds, rounds, measured)
    legend = "a line for each run" if apart else "line: mean of the runs; band: all runs"
    svg.label(root, WIDTH - 20, 28, legend, 13, "end")

    def points(values: Sequence[float]) -> list[tuple[float, float]]:
        scale = (BOTTOM - TOP) / (high - low)
        return [(_x(n, count), BOTTOM - (value - low) * scale) for n, value in enumerate(values)]

    ends = {}
    for (name, each), dashes in zip(curves.items(), DASHES, strict=False):
        if apart:
            pen = {"fill": "none", "stroke": "ink", "stroke_width": 1.5, "stroke_dasharray": dashes}
            for run in each:
                path = _path(points(run))
                svg.add(root, "path", d=path, **pen, stroke_linejoin="round", data_run=name)
            continue
        lowest, highest = ([pick(row) for row in zip(*each, strict=True)] for pick in (min, max))
        band = _path(points(highest) + points(lowest)[::-1])
        edge = {"stroke": "muted", "stroke_width": 1, "stroke_dasharray": dashes}
        tint = {"fill": "ink", "fill_opacity": TINT}
        svg.add(root, "path", d=band + "Z", **tint, **edge, data_band=name)
    for (name, each), dashes in zip(curves.items(), DASHES, strict=False):
        line = points(_mean(each))
        ends[name] = line[-1][1]
        if apart:
            continue
        pen = {"fill": "none", "stroke": "ink", "stroke_width": 2.5, "stroke_dasharray": dashes}
        svg.add(root, "path", d=_path(line), **pen, stroke_linejoin="round", data_mean=name)
    for (name, y), dashes in zip(_spread(ends).items(), DASHES, strict=False):
        pen = {"stroke": "ink", "stroke_width": 2.5, "stroke_dasharray": dashes}
        svg.add(root, "path", d=f"M{RIGHT + 8} {y:.1f}h26", **pen)
        svg.label(root, RIGHT + 40, y + 5, name, 14, "start", data_name=name)
    return Picture(svg.write(root), _alt(curves, rounds, measured, every, apart))


def _x(n: int, count: int) -> float:
    return LEFT + n * (RIGHT - LEFT) / (count - 1)


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _mean(curves: list[list[float]]) -> list[float]:
    return [sum(values) / len(values) for values in zip(*curves, strict=True)]


def _spread(ends: dict[str, float]) -> dict[str, float]:
    """Return where the names stand: beside the ends of their curves, and none on another."""
    placed: dict[str, float] = {}
    y = float("-inf")
    for name in sorted(ends, key=lambda each: ends[each]):
        y = max(ends[name], y + APART)
        placed[name] = y
    over = max(0, y - BOTTOM)
    return {name: placed[name] - over for name in ends}


def _axes(
    root: svg.Element,
    count: int,
    every: int,
    bounds: tuple[float, float],
    rounds: str,
    measured: str,
) -> None:
    low, high = bounds
    ticks = round((high - low) / (0.2 if high - low > 0.5 else 0.1))
    for tick in range(ticks + 1):
        y = BOTTOM - tick * (BOTTOM - TOP) / ticks
        svg.add(root, "path", d=f"M{LEFT} {y:.1f}H{RIGHT}", stroke="edge")
        value = low + tick * (high - low) / ticks
        svg.label(root, LEFT - 10, y + 5, f"{value:.1f}", 14, "end")
    for n in sorted({round(quarter * count / 4) for quarter in range(1, 5)} - {0}):
        x = _x(n - 1, count)
        svg.add(root, "path", d=f"M{x:.1f} {BOTTOM}v6", stroke="ink")
        svg.label(root, x, BOTTOM + 23, str(n * every), 14)
    svg.add(root, "path", d=f"M{LEFT} {BOTTOM}H{RIGHT}", stroke="ink")
    svg.label(root, 20, 28, measured, 15, "start", font_weight="bold")
    svg.label(root, (LEFT + RIGHT) / 2, BOTTOM + 50, rounds, 15)


def _alt(
    curves: dict[str, list[list[float]]], rounds: str, measured: str, every: int, apart: bool
) -> str:
    drawn = (
        "a line for each run" if apart else "a line for the mean of the runs, a band for all runs"
    )
    texts = [f"{measured}, after {rounds}; {drawn}."]
    for name, each in curves.items():
        mean = _mean(each)
        last = [run[-1] for run in each]
        least, most = (pick(range(len(mean)), key=mean.__getitem__) for pick in (min, max))
        texts.append(
            f"{name}: the mean begins at {mean[0]:.2f}, is lowest, {mean[least]:.2f}, after "
            f"{(least + 1) * every}, highest, {mean[most]:.2f}, after {(most + 1) * every}, and "
            f"ends at {mean[-1]:.2f}; the runs end between {min(last):.2f} and {max(last):.2f}."
        )
    return " ".join(texts)
