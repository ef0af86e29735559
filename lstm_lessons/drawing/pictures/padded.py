"""Lines of unequal length as a padded block, sorted, and packed into a staircase and its rows."""

from __future__ import annotations

from collections.abc import Sequence

from lstm_lessons.drawing import svg, theme
from lstm_lessons.drawing.picture import Picture

STAGES = ("padded", "sorted", "packed")
LINES = ("cat", "x=10", "hello", "to", "a")
MOST, LONGEST, LETTERS = 5, 7, 24
NOTHING = "·"
TINTS = (theme.TINT / 2, 0.3)
"""Of even and of odd steps, packed. Neither is empty: in a padded block that means no letter."""

WIDTH = 760
LEFT, TOP = 92, 76  # of the block
CELL_WIDTH, CELL_HEIGHT = 42, 42
ROWS_X, ROWS_Y, ROW_WIDTH, ROW_HEIGHT = 478, TOP - 22, 92, 30  # of data
DEEPEST = 8  # rows in a column


def padded(lines: Sequence[str] = LINES, stage: str = "padded") -> Picture:
    """Return the picture of the lines, a row each, a letter a step.

    ``stage`` is "padded" (a dot where there is no letter), "sorted" (the longest line first) or
    "packed" (no dots: the staircase, batch_sizes below it, and data beside it).

    Raises:
        ValueError: there are more than 5 lines or 24 letters, a line has none or more than 7, or
            there is no such stage.
    """
    if not 1 <= len(lines) <= MOST:
        raise ValueError(f"lines must be 1 to {MOST}, got {len(lines)}")
    if any(not 1 <= len(each) <= LONGEST for each in lines) or sum(map(len, lines)) > LETTERS:
        raise ValueError(
            f"each line must have 1 to {LONGEST} letters, all together at most {LETTERS}; "
            f"got {tuple(lines)!r}"
        )
    if stage not in STAGES:
        raise ValueError(f"stage must be one of {', '.join(STAGES)}; got {stage!r}")
    order = list(range(len(lines)))
    if stage != "padded":
        order.sort(key=lambda place: -len(lines[place]))
    rows = [lines[place].replace(" ", "␣") for place in order]
    steps = max(map(len, rows))
    sizes = [sum(len(row) > step for row in rows) for step in range(steps)]
    root = svg.panel(WIDTH, _height(rows, stage == "packed"))
    title = {"padded": "padded", "sorted": "sorted, longest first", "packed": "packed"}[stage]
    svg.label(root, 20, 34, title, 19, "start", font_weight="bold")
    _block(root, rows, order, sizes, stage == "packed")
    if stage == "packed":
        _staircase(root, len(rows), sizes)
        _data(root, rows, sizes)
    else:
        _lengths(root, rows, steps, stairs=stage == "sorted")
    return Picture(svg.write(root), _alt(rows, order, sizes, stage))


def _height(rows: list[str], packed: bool) -> float:
    """Return where the picture ends: a line of words below the block, packed three of them."""
    block = TOP + len(rows) * CELL_HEIGHT
    if not packed:
        return block + 60
    deepest = min(DEEPEST, sum(map(len, rows)))
    return max(block + 104, ROWS_Y + deepest * ROW_HEIGHT + 24)


def _block(
    root: svg.Element, rows: list[str], order: list[int], sizes: list[int], packed: bool
) -> None:
    """Draw a row for each line; packed, each letter has its number in data."""
    for step in range(len(sizes)):
        x = LEFT + (step + 0.5) * CELL_WIDTH
        svg.label(root, x, TOP - 12, str(step), 14, fill="muted")
    svg.label(root, LEFT - 14, TOP - 12, "step", 14, "end", fill="muted")
    for place, row in enumerate(rows):
        y = TOP + place * CELL_HEIGHT
        svg.label(root, LEFT - 14, y + 29, f"line {order[place]}", 16, "end")
        for step in range(len(sizes)):
            x, letter = LEFT + step * CELL_WIDTH, row[step : step + 1]
            if letter:
                _letter(root, x, y, CELL_WIDTH, CELL_HEIGHT, letter, step if packed else 0)
            elif not packed:
                style = {"fill": "none", "stroke": "edge", "stroke_dasharray": "4 3"}
                box = (x + 1.5, y + 1.5, CELL_WIDTH - 3, CELL_HEIGHT - 3)
                svg.rect(root, *box, rx=4, **style, data_padding=f"{place},{step}")
                svg.label(root, x + CELL_WIDTH / 2, y + 31, NOTHING, 20, fill="muted")
            if letter and packed:
                number = sum(sizes[:step]) + place
                small = {"data_row": f"{number},{letter}"}
                svg.label(root, x + 5, y + 13, str(number), 12, "start", **small)


def _letter(
    root: svg.Element, x: float, y: float, width: float, height: float, letter: str, step: int
) -> None:
    """Draw a letter in its box, of one tint at even steps and of another at odd ones."""
    style = {"fill": "ink", "fill_opacity": TINTS[step % 2], "stroke": "muted"}
    box = (x + 1.5, y + 1.5, width - 3, height - 3)
    svg.rect(root, *box, rx=4, **style, data_letter=letter)
    # In the block it stands low, below its number.
    y += height / 2 + (10 if height == CELL_HEIGHT else 7)
    svg.label(root, x + width / 2, y, letter, 19, font_weight="bold")


def _lengths(root: svg.Element, rows: list[str], steps: int, stairs: bool) -> None:
    """Write stairs and lengths right of the block, and its size and its waste below it."""
    x = LEFT + steps * CELL_WIDTH + 18
    for place, row in enumerate(rows):
        y = TOP + place * CELL_HEIGHT + 29
        said = f"stair {place}, length {len(row)}" if stairs else f"length {len(row)}"
        svg.label(root, x, y, said, 17, "start", data_length=str(place))
    letters, cells = sum(map(len, rows)), len(rows) * steps
    y = TOP + len(rows) * CELL_HEIGHT + 36
    text = (
        f"{len(rows)} × {steps} = {cells} places: {letters} characters, {cells - letters} padding"
    )
    svg.label(root, LEFT, y, text, 17, "start")


def _staircase(root: svg.Element, lines: int, sizes: list[int]) -> None:
    """Write below each step how many lines still have a letter."""
    y = TOP + lines * CELL_HEIGHT + 30
    for step, size in enumerate(sizes):
        x = LEFT + (step + 0.5) * CELL_WIDTH
        svg.label(root, x, y, str(size), 19, font_weight="bold", data_size=str(step))
    svg.label(root, LEFT, y + 28, "batch_sizes: how many lines are left", 16, "start")
    svg.label(root, LEFT, y + 50, "The tint changes from step to step.", 14, "start", fill="muted")


def _data(root: svg.Element, rows: list[str], sizes: list[int]) -> None:
    """Draw the rows of data: numbered, step by step, with the letter beside each."""
    total = sum(sizes)
    svg.label(root, ROWS_X - 20, 34, f"data: {total} characters", 19, "start", font_weight="bold")
    number = 0
    for step, size in enumerate(sizes):
        for place in range(size):
            column, line = divmod(number, DEEPEST)
            x, y = ROWS_X + column * ROW_WIDTH, ROWS_Y + line * ROW_HEIGHT
            svg.label(root, x + 8, y + 20, str(number), 15, "end", fill="muted")
            _letter(root, x + 16, y, 46, ROW_HEIGHT, rows[place][step], step)
            number += 1


def _alt(rows: list[str], order: list[int], sizes: list[int], stage: str) -> str:
    steps = len(sizes)
    said = "; ".join(
        f"line {place} {row + (NOTHING * (steps - len(row)) if stage != 'packed' else '')}"
        for place, row in zip(order, rows, strict=True)
    )
    if stage == "packed":
        letters = "".join(row[step] for step in range(steps) for row in rows if len(row) > step)
        return (
            f"The lines packed, longest first, as a staircase without padding: {said}. "
            f"batch_sizes, how many lines are left at each step: {', '.join(map(str, sizes))}. "
            f"data has {sum(sizes)} characters, step by step: {', '.join(letters)}."
        )
    how = "sorted, the longest first" if stage == "sorted" else "in their own order"
    return (
        f"{len(rows)} lines as a block of {len(rows)} × {steps} places, {how}, with a dot "
        f"where there is no character: {said}. {sum(map(len, rows))} characters and "
        f"{len(rows) * steps - sum(map(len, rows))} dots."
    )
