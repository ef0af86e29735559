"""A probe: what it changes in a block of samples by steps, and which results move then."""

from __future__ import annotations

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.arrow import arrow
from lstm_lessons.drawing.picture import Picture

Place = tuple[int, int]
"""A sample and a step."""

PROBES = {
    "sample independence": ("one step of one sample", "batch and time swapped"),
    "batch composition": ("one sample, called without its padding", "it reads the padding"),
    "causality": ("one step of every sample", "a forecast that reads both ways"),
    "chunk consistency": ("the sequence is cut in two", "the state is dropped at the cut"),
    "eval determinism": ("nothing, it calls twice", "dropout is still at work"),
    "parameter gradients": ("nothing, it runs backward()", "the embedding is cut off"),
}
"""What each probe changes, and what is wrong with the broken program that is drawn for it."""

PROGRAMS = ("right", "broken")
LENGTHS = (6, 3, 5, 2)  # of the samples, for the probe that takes padding away
SAMPLES, STEPS = 4, 6
LAYERS = ("embedding", "lstm", "head")

WIDTH, HEIGHT = 760, 330
CELL, TOP = 38, 96
LEFT, RIGHT = 96, 484  # where x and the results begin
FULL = 0.78


def what_moves(kind: str, program: str = "broken", sample: int = 0, step: int = 2) -> Picture:
    """Return the picture of a probe at work on a right or a broken program.

    On the left stands x, 4 samples of 6 steps, with what the probe changes; on the right are the
    results, with those that move. ``sample`` is the sample that is changed, or whose padding is
    taken away; ``step`` the step that is changed, or before which the sequence is cut.

    Raises:
        ValueError: there is no such probe, program, sample or step.
    """
    changed, moved = moves(kind, program, sample, step)
    root = svg.panel(WIDTH, HEIGHT)
    changes, fault = PROBES[kind]
    state = "a right program" if program == "right" else f"broken program: {fault}"
    svg.label(root, 20, 32, f"{kind}, {state}", 18, "start", font_weight="bold")
    _table(root, kind, changed, step)
    if kind == "parameter gradients":
        _layers(root, moved)
    else:
        _results(root, kind, moved)
    y = TOP + SAMPLES * CELL / 2
    arrow(root, "ink", (LEFT + STEPS * CELL + 24, y), (RIGHT - 56, y))
    svg.label(root, (LEFT + STEPS * CELL + RIGHT - 32) / 2, y - 12, "program", 15)
    svg.label(
        root, 20, HEIGHT - 24, in_short(kind, changed, moved), 16, "start", font_weight="bold"
    )
    svg.label(root, 20, TOP - 20, f"changed: {changes}", 15, "start")
    return Picture(svg.write(root), _alt(kind, program, sample, step, changed, moved))


def moves(kind: str, program: str, sample: int, step: int) -> tuple[set[Place], set[Place]]:
    """Return what the probe changes in x, and what moves: places (sample, step) of the results.

    With "batch composition" the results are scores, at step 0; with "parameter gradients" they
    are the layers that get a gradient, as (0, layer).

    Raises:
        ValueError: there is no such probe, program, sample or step.
    """
    if kind not in PROBES:
        raise ValueError(f"expected a probe ({', '.join(PROBES)}), got {kind!r}")
    if program not in PROGRAMS:
        raise ValueError(f"expected a program ({', '.join(PROGRAMS)}), got {program!r}")
    if sample not in range(SAMPLES) or step not in range(1, STEPS):
        raise ValueError(
            f"expected a sample 0 to {SAMPLES - 1} and a step 1 to {STEPS - 1}, "
            f"got {sample!r} and {step!r}"
        )
    broken = program == "broken"
    every = {(b, t) for b in range(SAMPLES) for t in range(STEPS)}
    if kind == "sample independence":
        column = {p for p in every if p[0] >= sample and p[1] == step}
        row = {p for p in every if p[0] == sample and p[1] >= step}
        return {(sample, step)}, column if broken else row
    if kind == "batch composition":
        padding = {(sample, t) for t in range(LENGTHS[sample], STEPS)}
        return padding, {(sample, 0)} if broken and padding else set()
    if kind == "causality":
        return {p for p in every if p[1] == step}, {p for p in every if broken or p[1] >= step}
    if kind == "chunk consistency":
        return set(), {p for p in every if broken and p[1] >= step}
    if kind == "eval determinism":
        return set(), every if broken else set()
    return set(), {(0, layer) for layer in range(len(LAYERS)) if not (broken and layer == 0)}


def in_short(kind: str, changed: set[Place], moved: set[Place]) -> str:
    """Return in one line what moved, and whether the probe holds."""
    others = {b for b, _ in moved} - {b for b, _ in changed}
    first = min((t for _, t in changed), default=0)
    plural, singular = ("s", "") if len(others) > 1 else ("", "s")
    said = {
        "sample independence": f"{len(others) or 'no'} other sample{plural} move{singular}",
        "batch composition": "its score moves" if moved else "no score moves",
        "causality": "earlier steps move" if any(t < first for _, t in moved) else
        "no earlier step moves",
        "chunk consistency": "the steps behind the cut differ" if moved else
        "the chunks give what the whole gives",
        "eval determinism": "the second call differs" if moved else "the second call is the same",
        "parameter gradients": f"{len(moved)} of {len(LAYERS)} layers get a gradient",
    }  # fmt: skip
    return said[kind][:1].upper() + said[kind][1:] + "."


def _table(root: svg.Element, kind: str, changed: set[Place], step: int) -> None:
    for b in range(SAMPLES):
        y = TOP + b * CELL
        svg.label(root, LEFT - 12, y + CELL / 2 + 6, f"sample {b}", 15, "end")
        for t in range(STEPS):
            padding = kind == "batch composition" and t >= LENGTHS[b]
            _entry(root, LEFT + t * CELL, y, (b, t) in changed, "x", (b, t), padding)
    for t in range(STEPS):
        svg.label(root, LEFT + (t + 0.5) * CELL, TOP + SAMPLES * CELL + 22, str(t), 15)
    svg.label(root, LEFT - 12, TOP + SAMPLES * CELL + 22, "step", 15, "end")
    if kind == "chunk consistency":
        x = LEFT + step * CELL
        line = {"stroke": "ink", "stroke_width": 4, "stroke_dasharray": "8 5", "data_cut": "yes"}
        svg.add(root, "path", d=f"M{x} {TOP - 10}V{TOP + SAMPLES * CELL + 6}", **line)


def _results(root: svg.Element, kind: str, moved: set[Place]) -> None:
    columns = 1 if kind == "batch composition" else STEPS
    name = "scores" if columns == 1 else "results"
    svg.label(root, RIGHT, TOP - 20, f"{name}: filled is what moves", 15, "start")
    for b in range(SAMPLES):
        for t in range(columns):
            _entry(root, RIGHT + t * CELL, TOP + b * CELL, (b, t) in moved, "result", (b, t))
    if columns == 1:
        return
    for t in range(STEPS):
        svg.label(root, RIGHT + (t + 0.5) * CELL, TOP + SAMPLES * CELL + 22, str(t), 15)


def _layers(root: svg.Element, moved: set[Place]) -> None:
    """Draw the layers as boxes; filled are those that get a gradient."""
    svg.label(root, RIGHT, TOP - 20, "filled gets a gradient", 15, "start")
    for layer, name in enumerate(LAYERS):
        y = TOP + layer * (CELL + 16)
        _entry(root, RIGHT, y, (0, layer) in moved, "result", (0, layer))
        svg.label(root, RIGHT + CELL + 14, y + CELL / 2 + 6, name, 16, "start")


def _entry(
    root: svg.Element,
    x: float,
    y: float,
    full: bool,
    table: str,
    place: Place,
    padding: bool = False,
) -> None:
    style = {"fill": "ink", "fill_opacity": FULL if full else 0.04, "stroke": "ink", "rx": 4}
    style |= {"stroke_dasharray": "3 3" if padding else "none"}
    mark = {f"data_{table}": f"{place[0]},{place[1]}", "data_full": str(full)}
    svg.rect(root, x + 2, y + 2, CELL - 4, CELL - 4, **style, **mark)
    if padding and not full:
        svg.label(root, x + CELL / 2, y + CELL / 2 + 6, "0", 15, fill="muted")


def _alt(
    kind: str, program: str, sample: int, step: int, changed: set[Place], moved: set[Place]
) -> str:
    changes, fault = PROBES[kind]
    who = "a right program" if program == "right" else f"a broken program ({fault})"
    if kind == "parameter gradients":
        got = [LAYERS[layer] for _, layer in sorted(moved)]
        result = f"Layers that get a gradient: {', '.join(got)}"
    elif kind == "batch composition":
        result = f"Scores that move: {_said({b for b, _ in moved}, 'sample')}"
    else:
        rows, columns = {b for b, _ in moved}, {t for _, t in moved}
        result = f"Results that move: {_said(rows, 'sample')}, {_said(columns, 'step')}"
        result = result if moved else "No result moves"
    where = {
        "sample independence": f"sample {sample}, step {step}",
        "batch composition": f"the zeros at the end of sample {sample}, {len(changed)} of them",
        "causality": f"step {step}",
        "chunk consistency": f"a cut before step {step}",
    }.get(kind, "nothing")
    return (
        f"The probe {kind} on {who}. On the left x, a table of {SAMPLES} samples by {STEPS} steps. "
        f"The probe changes: {changes}; here {where}. {result}. Verdict: "
        f"{in_short(kind, changed, moved)}"
    )


def _said(found: set[int], noun: str) -> str:
    if not found:
        return f"no {noun}"
    names = ", ".join(map(str, sorted(found)))
    return f"{noun}{'s' if len(found) != 1 else ''} {names}"
