"""Which steps a scan joins, round by round."""

from __future__ import annotations

from lstm_lessons.drawing import svg
from lstm_lessons.drawing.picture import Picture
from lstm_lessons.drawing.scan_tree import joins, tree

MOST = 8
WIDTH, LEFT, SPAN, TOP, ROW = 760, 150, 570, 70, 76


def scan_rounds(steps: int = 8, rounds: int | None = None) -> Picture:
    """Return the picture of the first rounds of a scan; of all where ``rounds`` is None.

    Raises:
        ValueError: there are not 2 to 8 steps, or a scan of them has fewer rounds.
    """
    if not 2 <= steps <= MOST:
        raise ValueError(f"steps must be 2 to {MOST}, got {steps!r}")
    counts = joins(steps)
    shown = len(counts) if rounds is None else rounds
    if not 0 <= shown <= len(counts):
        raise ValueError(f"rounds must be 0 to {len(counts)} for {steps} steps, got {rounds!r}")
    root = svg.panel(WIDTH, TOP + ROW * shown + 40)
    svg.label(root, 24, 32, "A full dot stands for all steps from 0 on.", 14, "start")
    svg.label(root, 24, TOP + 5, "the steps", 15, "start", font_weight="bold")
    for row in range(1, shown + 1):
        y = TOP + ROW * row
        svg.label(root, 24, y + 2, f"round {row}", 15, "start", font_weight="bold")
        svg.label(root, 24, y + 20, _back(row), 14, "start", fill="muted")
    tree(root, steps, LEFT, SPAN, TOP, ROW, shown, labels=True)
    return Picture(svg.write(root), _alt(steps, counts, shown))


def _back(row: int) -> str:
    return f"with {2 ** (row - 1)} before"


def _alt(steps: int, counts: list[int], shown: int) -> str:
    said = [f"{steps} steps as dots, 0 to {steps - 1}."]
    for row in range(1, shown + 1):
        reach = 2 ** (row - 1)
        ready = min(steps, 2 * reach)
        last = f"{max(0, steps - 2 * reach)}–{steps - 1}"
        said.append(
            f"Round {row}: each step is joined with the one {reach} before it, {counts[row - 1]} "
            f"pairs; the last dot stands for steps {last}, and {ready} of {steps} dots stand for "
            "all steps from 0 on."
        )
    return " ".join(said)
