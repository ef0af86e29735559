"""A plain layer 0 beside a projected one: matrices at scale, parameters, multiplications."""

from __future__ import annotations

from typing import Annotated

from lstm_lessons import shapes
from lstm_lessons.drawing import Picture, svg
from lstm_lessons.explorers.base import Explorer, Range, checked

WIDTH, HEIGHT = 760, 560
# One scale for all sizes, and places that never move: what looks twice as large is so.
SCALE, THINNEST = 0.25, 2
TOP, NAME_Y, SHAPE_Y, APART = 90, 74, 366, 118
LEFTS = {"plain": 24, "projected": 372}
BARS_Y, BAR_X, BAR_WIDTH, LAYER_X, COUNT_X = 392, 500, 236, 316, 490
COSTS = {
    "parameters": "parameters",
    "with x": "multiplications with x, at once",
    "in the loop": "in the loop, step after step",
}

PRESETS = {
    "the reader": {"hidden_size": 16, "proj_size": 4, "input_size": 8, "steps": 35},
    "a wide memory": {"hidden_size": 256, "proj_size": 64, "input_size": 8, "steps": 35},
    "P too large": {"hidden_size": 256, "proj_size": 240, "input_size": 8, "steps": 35},
    "long words": {"hidden_size": 64, "proj_size": 16, "input_size": 256, "steps": 35},
}


def projection() -> Explorer:
    """Return the explorer: sliders for H, P, I and T, and sizes to try."""
    return Explorer(view, presets=PRESETS)


def counts(hidden_size: int, proj_size: int, input_size: int, steps: int) -> dict[str, int]:
    """Return parameters, and multiplications with matrices for one sequence of ``steps`` words.

    Those with x need no step before; those in the loop, with weight_hh and weight_hr, come one step
    after another. ``proj_size`` of 0 is the plain layer.
    """
    ledger = shapes.lstm_parameters(input_size, hidden_size, proj_size=proj_size)
    sizes = {entry.name.removesuffix("_l0"): entry.size for entry in ledger}
    return {
        "parameters": sum(sizes.values()),
        "with x": steps * sizes["weight_ih"],
        "in the loop": steps * (sizes["weight_hh"] + sizes.get("weight_hr", 0)),
    }


@checked
def view(
    hidden_size: Annotated[int, Range(16, 256, 16), "hidden_size H"] = 256,
    proj_size: Annotated[int, Range(4, 256, 4), "proj_size P"] = 64,
    input_size: Annotated[int, Range(8, 256, 8), "input_size I"] = 8,
    steps: Annotated[int, Range(1, 100, 1), "steps T"] = 35,
) -> Picture:
    """Return the picture: both layers' matrices, and bars for what they cost.

    A ``proj_size`` that is not below ``hidden_size`` is drawn as ``hidden_size - 1``.

    Raises:
        ValueError: a parameter is outside its range.
    """
    P = min(proj_size, hidden_size - 1)
    root = svg.panel(WIDTH, HEIGHT)
    costs = {}
    for name, size in (("plain", 0), ("projected", P)):
        title = f"projected, P = {P}" if size else "plain"
        ledger = shapes.lstm_parameters(input_size, hidden_size, proj_size=size)
        svg.label(root, LEFTS[name], 40, title, 19, "start", font_weight="bold")
        _matrices(root, name, ledger)
        costs[name] = counts(hidden_size, size, input_size, steps)
    _bars(root, costs)
    text = _verdict(hidden_size, P, proj_size, costs)
    for row, line in enumerate(text):
        svg.label(root, 24, HEIGHT - 34 + 20 * row, line, 15, "start", font_weight="bold")
    return Picture(svg.write(root), _alt(hidden_size, P, input_size, steps, costs, text))


def _matrices(root: svg.Element, name: str, ledger: shapes.Ledger) -> None:
    """Draw the matrices of a layer side by side, at scale; names above, shapes below."""
    for place, entry in enumerate(each for each in ledger if each.name.startswith("weight")):
        tensor, x = entry.name.removesuffix("_l0"), LEFTS[name] + APART * place
        rows, columns = entry.shape
        size = max(THINNEST, columns * SCALE), max(THINNEST, rows * SCALE)
        style = {"fill": "ink", "fill_opacity": 0.3, "stroke": "ink"}
        matrix = svg.rect(root, x, TOP, *size, **style, data_matrix=f"{name} {tensor}")
        svg.tell(matrix, f"{tensor} {entry.shape}: {entry.size:,} numbers")
        svg.label(root, x, NAME_Y, tensor, 14, "start")
        key = {"data_shape": f"{name} {tensor}"}
        svg.label(root, x, SHAPE_Y, f"{rows} × {columns}", 14, "start", fill="muted", **key)


def _bars(root: svg.Element, costs: dict[str, dict[str, int]]) -> None:
    """Draw two bars a cost, one below the other; the longer of them fills the width."""
    for row, (key, said) in enumerate(COSTS.items()):
        y = BARS_Y + 38 * row
        most = max(cost[key] for cost in costs.values())
        svg.label(root, 24, y + 15, said, 14, "start")
        for place, (name, cost) in enumerate(costs.items()):
            middle = y + 3 + 15 * place
            svg.label(root, LAYER_X, middle + 5, name, 13, "start", fill="muted")
            count = {"data_count": f"{name} {key}"}
            svg.label(root, COUNT_X, middle + 5, f"{cost[key]:,}", 13, "end", **count)
            size = max(1, BAR_WIDTH * cost[key] / most), 10
            fill = "muted" if name == "plain" else "ink"
            bar = svg.rect(root, BAR_X, middle - 5, *size, fill=fill, data_bar=f"{name} {key}")
            svg.tell(bar, f"{name}: {cost[key]:,}")


def _verdict(H: int, P: int, asked: int, costs: dict[str, dict[str, int]]) -> list[str]:
    """Return what to read off: the share that is left, and where a projection pays off."""
    share = costs["projected"]["parameters"] / costs["plain"]["parameters"]
    first = f"With the projection: {share:.1%} of the parameters."
    if asked != P:
        first += f" P must be below H: this is P = {P}."
    second = "In layer 0, as here, it has fewer as long as P is below 4/5 of H, which is"
    return [first, f"{second} {0.8 * H:.1f}."]


def _alt(
    H: int, P: int, input_size: int, T: int, costs: dict[str, dict[str, int]], text: list[str]
) -> str:
    sizes = f"weight_ih {4 * H} × {input_size}, weight_hh {4 * H} × "
    said = [
        f"Two layers with H = {H} and I = {input_size}, their matrices drawn at one scale. Plain: "
        f"{sizes}{H}. With P = {P}: {sizes}{P}, weight_hr {P} × {H}."
    ]
    for name, cost in costs.items():
        said.append(
            f"{name}: {cost['parameters']:,} parameters; for {T} steps {cost['with x']:,} "
            f"multiplications with x and {cost['in the loop']:,} in the loop."
        )
    return " ".join([*said, *text])
