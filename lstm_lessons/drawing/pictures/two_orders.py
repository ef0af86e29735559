"""Lines in your order and on the stairs of a packed batch, with the way there and the way back."""

from __future__ import annotations

from collections.abc import Sequence

from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.picture import Picture
from lstm_lessons.drawing.pictures.padded import LINES, LONGEST, MOST

WIDTH, HEIGHT = 760, 252
LEFT, RIGHT = 190, 736  # the columns lie between them
YOURS_Y, STAIRS_Y, TALL = 62, 160, 38
BOX = 92


def two_orders(lines: Sequence[str] = LINES) -> Picture:
    """Return the picture: each line in your order above, and on its stair below.

    Above stands on which stair each line lies, below which line lies on each stair.

    Raises:
        ValueError: there are not 1 to 5 lines, or a line has none or more than 7 letters.
    """
    if not 1 <= len(lines) <= MOST or any(not 1 <= len(each) <= LONGEST for each in lines):
        raise ValueError(f"lines must be 1 to {MOST}, of 1 to {LONGEST} letters; got {lines!r}")
    order = sorted(range(len(lines)), key=lambda place: -len(lines[place]))
    back = [order.index(place) for place in range(len(lines))]
    pitch = (RIGHT - LEFT) / len(lines)
    middles = [LEFT + (place + 0.5) * pitch for place in range(len(lines))]
    root = svg.panel(WIDTH, HEIGHT)
    for y, name in ((YOURS_Y, "line"), (STAIRS_Y, "stair")):
        svg.label(root, 24, y + 25, name, 18, "start", font_weight="bold")
    svg.label(root, 24, YOURS_Y - 18, "its stair", 15, "start", fill="muted")
    svg.label(root, 24, STAIRS_Y + TALL + 28, "its line", 15, "start", fill="muted")
    for place, stair in enumerate(back):
        ends = f"M{middles[place]:.2f} {YOURS_Y + TALL}L{middles[stair]:.2f} {STAIRS_Y}"
        style = {"stroke": "ink", "stroke_width": 2, "fill": "none"}
        svg.add(root, "path", d=ends, **style, data_way=f"{place},{stair}")
    for place, (x, line) in enumerate(zip(middles, lines, strict=True)):
        _box(root, x, YOURS_Y, f"{place}: {line}")
        _box(root, x, STAIRS_Y, f"{place}: {lines[order[place]]}")
        bold = {"font_weight": "bold"}
        svg.label(root, x, YOURS_Y - 18, str(back[place]), 18, **bold, data_back=str(place))
        y = STAIRS_Y + TALL + 28
        svg.label(root, x, y, str(order[place]), 18, **bold, data_order=str(place))
    return Picture(svg.write(root), _alt(lines, order, back))


def _box(root: svg.Element, x: float, y: float, text: str) -> None:
    style = {"fill": "ink", "fill_opacity": theme.TINT, "stroke": "muted", "rx": 6}
    svg.rect(root, x - BOX / 2, y, BOX, TALL, **style)
    svg.label(root, x, y + 25, text.replace(" ", "\u00a0"), 15)


def _alt(lines: Sequence[str], order: list[int], back: list[int]) -> str:
    said = "; ".join(f"line {n}, {line}, on stair {back[n]}" for n, line in enumerate(lines))
    return (
        f"Lines in your order and on stairs, the longest first: {said}. The stair of each line: "
        f"{', '.join(map(str, back))}. The line of each stair: {', '.join(map(str, order))}."
    )
