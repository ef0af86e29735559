"""An explorer of no lesson, with what few explorers have: a line to type, presets and play."""

from typing import Annotated

from lstm_lessons.drawing import Picture, svg
from lstm_lessons.explorers.base import Explorer, Range, Text, checked

MOST = 8


def toy() -> Explorer:
    """Return the explorer."""
    presets = {"far": {"line": "longest!", "step": 4, "size": 20}, "near": {"line": "a", "step": 0}}
    return Explorer(view, presets=presets, play="step")


@checked
def view(
    line: Annotated[str, Text(most=MOST), "your line"] = "for x",
    step: Annotated[int, Range(0, 4, 1), "step"] = 1,
    size: Annotated[int, Range(12, 20, 1), "size"] = 16,
) -> Picture:
    """Return the picture: the line, and the step."""
    root = svg.panel(300, 80)
    svg.label(root, 150, 30, line, size)
    svg.label(root, 150, 65, f"step {step}")
    return Picture(svg.write(root), f"{line} in size {size}, step {step}")
