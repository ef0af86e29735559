"""Plots: matplotlib figures in one style, turned into SVG that follows the theme."""

from __future__ import annotations

import math
import re
import sys
from functools import cache
from io import StringIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from lstm_lessons.drawing import svg, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PIXELS_PER_INCH = 96
"""CSS counts 96 pixels to the inch, and 72 points, the unit in which matplotlib writes SVG."""
PIXELS_PER_POINT = 96 / 72

_LINES = ("-", "--", "-.", ":")
# What matplotlib draws in black, white and light grey by itself takes the theme's colours.
_NAMES = {value: name for name, value in theme.LIGHT.items()} | {
    "#000000": "ink",
    "#cccccc": "edge",
}
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_FONT = re.compile(r"font-family:[^;]*(;|$)")


def figure(width: int = 640, height: int = 360) -> tuple[Figure, Axes]:
    """Return a matplotlib figure of this size in pixels, and its axes, in the course's style.

    Lines take the colours and the dash patterns of the style in turn, so that they differ in
    more than colour. The figure belongs to no global list and is shown by ``show`` alone.

    Raises:
        ValueError: a size is not between 100 and 720 pixels, which a small screen shows whole.
    """
    for name, size in (("width", width), ("height", height)):
        if not 100 <= size <= 720:
            raise ValueError(f"{name} must be 100 to 720 pixels, got {size!r}")
    import matplotlib
    from cycler import cycler
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    _start_from_defaults()
    colours = theme.LIGHT
    style = {
        "axes.prop_cycle": cycler(color=[colours[gate] for gate in "ifgo"])
        + cycler(linestyle=_LINES),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": colours["edge"],
        "axes.edgecolor": colours["muted"],
        "axes.axisbelow": True,
    }
    inches = (width / PIXELS_PER_INCH, height / PIXELS_PER_INCH)
    with matplotlib.rc_context(style):
        made = Figure(figsize=inches, layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12))
        return made, made.add_subplot()


@cache
def _start_from_defaults() -> None:
    """Leave the user's own matplotlibrc behind, once; what is set later in a notebook counts.

    What the reader draws on the axes must start from matplotlib's defaults as well: a file that
    asks for LaTeX, for white labels or for another font changes every picture, or stops it.
    """
    import matplotlib

    matplotlib.rcdefaults()


def to_svg(figure: Figure) -> str:
    """Return a matplotlib figure as SVG text: the same text for the same figure, every time.

    Text stays text. The style's colours become the theme's variables, so that the figure
    follows a light or dark page.
    """
    root = svg.panel(*(round(inches * PIXELS_PER_INCH) for inches in figure.get_size_inches()))
    _write_powers_plainly(figure)
    group = Element("g", transform=f"scale({PIXELS_PER_POINT:.4f})")
    group.extend(_matplotlib_tree(figure))
    for element in group.iter():
        _tidy(element)
    root.append(group)
    return svg.write(root)


def power_of_ten(value: float, position: float | None = None) -> str:
    """Return the label of a tick on a logarithmic axis, such as 10⁻⁶ or, between powers, 0.002."""
    exponent = math.log10(value)
    if abs(exponent - round(exponent)) > 1e-6:
        return f"{value:g}"
    return "10" + svg.superscript(round(exponent))


def close(figure: Figure) -> None:
    """Take a figure off pyplot's list, so that a notebook does not show it a second time."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)


def _write_powers_plainly(figure: Figure) -> None:
    # matplotlib sets exponents as small formulas, 9 pixels high: too small to read with ease.
    from matplotlib.ticker import LogFormatterSciNotation

    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if isinstance(axis.get_major_formatter(), LogFormatterSciNotation):
                axis.set_major_formatter(power_of_ten)


def _matplotlib_tree(figure: Figure) -> Element:
    import matplotlib

    text = StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "lstm-lessons"}):
        figure.savefig(text, format="svg", metadata=nothing, facecolor="none", edgecolor="none")
    return ElementTree.fromstring(text.getvalue().encode())


def _tidy(element: Element) -> None:
    """Shorten numbers, take the theme's colours and font, and drop XML's name spaces."""
    element.tag = element.tag.rpartition("}")[2]
    for name in list(element.attrib):
        value = " ".join(element.attrib.pop(name).split())
        value = _LONG_NUMBER.sub(lambda match: f"{float(match[0]):.2f}", value)
        if name == "style":
            value = _COLOUR.sub(_themed, _FONT.sub("", value)).strip("; ")
        element.set(name.rpartition("}")[2], value)
    style = element.get("style", "")
    bar = element.tag == "path" and element.get("clip-path")
    dot = element.tag == "use" and "fill-opacity" in style
    if (bar or dot) and "fill:" not in style:
        # Of a black one, matplotlib leaves out what is SVG's default.
        element.set("style", f"fill: {theme.variable('ink')}; {style}".strip("; "))
    if element.text and not element.text.strip() and element.tag != "tspan":
        element.text = None
    if element.tail and not element.tail.strip():
        element.tail = None


def _themed(match: re.Match[str]) -> str:
    name = _NAMES.get(match[0])
    return theme.variable(name) if name else match[0]
