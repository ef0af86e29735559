"""A picture with its alternative text, and the one way to show one in a notebook."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


SMALLEST = 9.36
"""How high letters are, in pixels, where a picture that moves shrinks no more."""

KEPT = "application/vnd.lstm-lessons.svg"
"""The type under which the file of a notebook keeps an SVG.

Viewers pass it over, and show the PNG that the build lays beside it. They take image/svg+xml before
image/png, and some then clean its styles away: what is left is black.
"""

WANTED, IN_FILES, ON_PAGES = "LSTM_LESSONS_PICTURES", "in files", "on pages"
"""The variable that says which form of a picture a kernel gives, and its two values."""

SOURCE = re.compile(r'src="data:image/svg\+xml;base64,([^"]+)"')
"""Where `Picture.image` has its SVG, in base64, as others find it on a page."""

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

    @property
    def on_page(self) -> dict[str, str]:
        """The picture as whoever runs a cell sees it: with its words, and in the page's theme."""
        return {"text/plain": self.alt, "text/html": self.image}

    @property
    def in_file(self) -> dict[str, str]:
        """The picture as the course's notebooks keep it.

        The build adds a PNG of it, and lays the words behind that, as an output of their own.
        """
        return {"text/plain": self.alt, KEPT: self.svg, "text/html": self.words}

    @property
    def words(self) -> str:
        """The alternative text as a fold, for viewers that say no words of a PNG."""
        return f"<details><summary>The picture in words</summary>{escape(self.alt)}</details>"

    @classmethod
    def kept_in(cls, data: dict[str, Any]) -> Picture | None:
        """Return the picture that an output's data keep, if they keep one."""
        if KEPT not in data:
            return None
        return cls("".join(data[KEPT]), "".join(data["text/plain"]))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.in_file if _for_a_file() else self.on_page


def _for_a_file() -> bool:
    """Whether what is shown is to be kept in a file, or held against what is kept in one.

    `build` and `lab` say so. Of all else, pytest alone compares: it, and so nbval, is known by the
    variable that it sets for this.
    """
    return os.environ.get(WANTED, IN_FILES if "PYTEST_VERSION" in os.environ else "") == IN_FILES


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
