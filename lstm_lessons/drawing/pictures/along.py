"""Numbers that were measured along a line, one after each character: a curve or two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lstm_lessons.drawing import curves as pen
from lstm_lessons.drawing import svg
from lstm_lessons.drawing.picture import Picture
from lstm_lessons.drawing.steps import Steps

LONGEST = 44
EMPTY = 0.05  # values this little below 0 need no room of their own: they lie just below the box
WIDTH, HEIGHT, LEFT, RIGHT = 760, 222, 46, 614  # right of the curves stand their names
TOP, TALL = 14, 140
STYLES = (pen.Style(width=3.5), pen.Style("muted", "7 5", 2.5))


def along(
    line: str, curves: Mapping[str, Iterable[float]], title: str = "", cuts: Iterable[int] = ()
) -> Picture:
    """Return the picture of one or two curves over the characters of a line.

    ``curves`` are by name, and have a value from -1 to 1 after each character. A stroke cuts the
    picture before each character of ``cuts``.

    Raises:
        ValueError: the line does not have 2 to 44 characters, there are no curves or more than
            two, a curve has not one value a character, or a cut is not inside the line.
    """
    if not 2 <= len(line) <= LONGEST:
        raise ValueError(f"line must have 2 to {LONGEST} characters, got {line!r}")
    if not 1 <= len(curves) <= len(STYLES):
        raise ValueError(f"expected one curve or two, got {len(curves)}")
    values = {name: [float(each) for each in curve] for name, curve in curves.items()}
    for name, curve in values.items():
        if len(curve) != len(line):
            raise ValueError(f"{name} must have {len(line)} values, got {len(curve)}")
    places = tuple(cuts)
    if any(not 0 < cut < len(line) for cut in places):
        raise ValueError(f"cuts must be 1 to {len(line) - 1}, got {places!r}")
    root, steps = svg.panel(WIDTH, HEIGHT), Steps(LEFT, RIGHT - LEFT, len(line))
    low = -1 if min(map(min, values.values())) < -EMPTY else 0
    _grid(root, steps, low)
    for cut in places:
        x = LEFT + cut * steps.column
        path = f"M{x:.2f} {TOP + 22}V{TOP + TALL + 54}"
        svg.add(root, "path", d=path, stroke="ink", stroke_dasharray="2 3", data_cut=str(cut))
    looks = {"title": title, "styles": dict(zip(values, STYLES, strict=False)), "below": EMPTY}
    pen.curves(root, steps, TOP, TALL, values, (low, 1), **looks)
    steps.letters(root, TOP + TALL + 44, line)
    return Picture(svg.write(root), _alt(line, values, title, places))


def _grid(root: svg.Element, steps: Steps, low: int) -> None:
    """Draw a line at one half, so that it can be seen which values lie above it."""
    y = TOP + 22 + TALL * 0.5 / (1 - low)
    svg.add(root, "path", d=f"M{steps.left} {y:.2f}H{steps.right:.2f}", stroke="edge")
    svg.label(root, steps.left - 6, y + 4.5, "0.5", 12, "end", fill="muted")


def _alt(line: str, values: dict[str, list[float]], title: str, cuts: tuple[int, ...]) -> str:
    texts = [f"{title or 'Numbers'}, after each character of “{line}”."]
    for name, curve in values.items():
        said = (f"{c} {svg.number(value, 2)}" for c, value in zip(line, curve, strict=True))
        texts.append(f"{name}: " + ", ".join(said) + ".")
    if cuts:
        texts.append(f"Cut before character {', '.join(map(str, cuts))}, counted from 0.")
    return " ".join(texts)
