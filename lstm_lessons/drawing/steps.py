"""Columns, one for each step of a line, that curves and letters share.

```
steps = Steps(left=64, width=640, count=len(line))
curves(root, steps, 40, 90, {"i": i, "f": f}, now=now)
steps.letters(root, 160, line, now=now)
```
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lstm_lessons.drawing import svg

NARROWEST = 12.8
"""Pixels that a letter needs: a wide one has 12 at the smallest size that reads with ease."""

SPACE = "\N{OPEN BOX}"
"""What stands for a space, so that it can be seen."""


@dataclass(frozen=True)
class Steps:
    """``count`` columns of one width, from ``left`` on, ``width`` pixels in all.

    Raises:
        ValueError: there is no column, or they are too narrow for letters.
    """

    left: float
    width: float
    count: int

    def __post_init__(self) -> None:
        most = int(self.width / NARROWEST)
        if not 1 <= self.count <= most:
            wide = f"{self.width:g} pixels"
            raise ValueError(f"{wide} have room for 1 to {most} steps, got {self.count}")

    @property
    def column(self) -> float:
        """How wide a column is, in pixels; a short line does not spread over all the width."""
        return min(self.width / self.count, 40)

    @property
    def right(self) -> float:
        """Where the last column ends."""
        return self.left + self.column * self.count

    def x(self, step: float) -> float:
        """Return the middle of a step's column."""
        return self.left + (step + 0.5) * self.column

    def mark(self, root: svg.Element, now: int, top: float, bottom: float) -> None:
        """Mark the column of the current step: a frame from ``top`` to ``bottom``."""
        place = (self.left + now * self.column, top, self.column, bottom - top)
        style = {"fill": "ink", "fill_opacity": 0.08, "stroke": "ink", "stroke_width": 1.5}
        svg.rect(root, *place, rx=3, **style, data_now=str(now))

    def letters(
        self, root: svg.Element, y: float, line: Sequence[str], now: int | None = None
    ) -> None:
        """Write what each step reads below its column: what comes after ``now`` is pale.

        ``line`` is a text, or short words. A space is shown as an open box.
        """
        size = min(16.0, self.column * 12 / NARROWEST) if isinstance(line, str) else 12
        for step, letter in enumerate(line):
            style = {"fill": "muted"} if letter == " " or (now is not None and step > now) else {}
            if step == now:
                style["font_weight"] = "bold"
            said = SPACE if letter == " " else letter
            svg.label(root, self.x(step), y, said, size, **style, data_letter=str(step))
