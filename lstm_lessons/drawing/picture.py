"""A picture with its alternative text, and the one way to show one in a notebook."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


SMALLEST = 9.36
"""How high letters are, in pixels, where a picture that moves shrinks no more."""

_WIDTH = re.compile(r'<svg[^>]* width="([\d.]+)"')
_LETTERS = re.compile(r' font-size="([\d.]+)"')


@dataclass(frozen=True)
class Picture:
    """An SVG and the words that stand for it where it cannot be seen.

    ``svg`` is the text of one ``<svg>`` element. ``alt`` says what the picture shows, with the
    numbers that matter.

    Raises:
        ValueError: the alternative text is empty, or the SVG is no ``<svg>`` element.
    """

    svg: str
    alt: str

    def __post_init__(self) -> None:
        if not isinstance(self.alt, str) or not self.alt.strip():
            raise ValueError(f"alt must say in words what the picture shows, got {self.alt!r}")
        if not self.svg.startswith("<svg"):
            raise ValueError(f"svg must start with <svg, got {self.svg[:40]!r}")

    @property
    def image(self) -> str:
        """The picture as an HTML ``<img>`` with its alternative text.

        JupyterLab removes an ``<svg>`` from the output of a notebook that is not trusted, and
        the alternative text of a plain image in any notebook. This form keeps both.
        """
        data = b64encode(self.svg.encode()).decode()
        return f'<img alt="{escape(self.alt)}" src="data:image/svg+xml;base64,{data}">'

    @property
    def inline(self) -> str:
        """The picture as an ``<svg>`` inside the page, for a widget that redraws it."""
        opening, rest = self.svg.split(">", 1)
        alt = escape(self.alt)
        fit = f"max-width:100%;height:auto;{self.least}"
        return f'{opening} role="img" aria-label="{alt}" style="{fit}">{rest}'

    @property
    def least(self) -> str:
        """The CSS that keeps it large enough to read: where it finds less room, it is scrolled."""
        width, letters = _WIDTH.match(self.svg), _LETTERS.findall(self.svg)
        if not width or not letters:
            return ""
        share = min(1, SMALLEST / min(map(float, letters)))
        return f"min-width:{share * float(width[1]):.0f}px"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.alt, "text/html": self.image}


def show(figure: Figure | Picture | str, alt: str) -> None:
    """Show a figure in the notebook, with its alternative text.

    ``figure`` is a matplotlib figure, a Picture, or the text of an SVG. A matplotlib figure
    becomes an SVG whose colours follow the light or dark theme, and is closed.

    Raises:
        ValueError: the alternative text is empty.
        TypeError: the figure is none of these.
    """
    from IPython.display import display

    if isinstance(figure, Picture):
        picture = Picture(figure.svg, alt)
    elif isinstance(figure, str):
        picture = Picture(figure, alt)
    elif hasattr(figure, "savefig"):
        from lstm_lessons.drawing import plots

        picture = Picture(plots.to_svg(figure), alt)
        plots.close(figure)
    else:
        raise TypeError(
            f"expected a matplotlib figure, a Picture or the text of an SVG, got {figure!r}"
        )
    display(picture)
