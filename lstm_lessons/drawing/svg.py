"""A few lines over the standard library's XML tree, to draw with."""

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from lstm_lessons.drawing import theme

Value = str | float

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUBSCRIPT = re.compile(r"_(\w+|\{[^}]*\})")


def number(value: float, digits: int) -> str:
    """Return a number as a picture shows it: fixed digits, a real minus sign, no "-0.00"."""
    text = f"{value:.{digits}f}"
    if text.startswith("-") and not text.strip("-0."):
        text = text[1:]
    return text.replace("-", "−")


def scientific(value: float, digits: int = 1) -> str:
    """Return a positive number as a picture shows it when it may be tiny, such as 8.9 × 10⁻¹⁶."""
    if value >= 0.001:
        return number(value, 3)
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return f"{mantissa} × 10{superscript(int(exponent))}"


def superscript(value: int) -> str:
    """Return a whole number in raised digits."""
    return str(value).translate(_RAISED)


def panel(width: float, height: float) -> Element:
    """Return an SVG of this size in pixels: the colours, and a rounded panel to draw on."""
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": theme.CLASS,
            "width": _plain(width),
            "height": _plain(height),
            "viewBox": f"0 0 {_plain(width)} {_plain(height)}",
        },
    )
    add(root, "style", theme.style_sheet())
    rect(root, 0.5, 0.5, width - 1, height - 1, rx=10, fill="paper", stroke="edge")
    return root


def add(parent: Element, tag: str, text: str | None = None, /, **attributes: Value) -> Element:
    """Append an element and return it.

    An attribute's ``_`` stands for ``-`` (``stroke_width``), a trailing one is dropped
    (``class_``). Numbers are rounded to 2 decimals. In ``fill`` and ``stroke`` the names of the
    theme's colours stand for those colours.
    """
    element = ElementTree.SubElement(parent, tag)
    styles = []
    for name, value in attributes.items():
        name = name.rstrip("_").replace("_", "-")
        if name in ("fill", "stroke") and value in theme.LIGHT:
            # var() is understood in CSS alone, not in an attribute.
            styles.append(f"{name}:{theme.variable(str(value))}")
        else:
            element.set(name, _plain(value))
    if styles:
        element.set("style", ";".join(styles))
    element.text = text
    return element


def rect(
    parent: Element, x: float, y: float, width: float, height: float, **attributes: Value
) -> Element:
    """Append a rectangle with its upper left corner at (x, y) and return it."""
    return add(parent, "rect", x=x, y=y, width=width, height=height, **attributes)


def label(
    parent: Element,
    x: float,
    y: float,
    text: str,
    size: float = 14,
    anchor: str = "middle",
    **attributes: Value,
) -> Element:
    """Append a line of text and return it."""
    return add(parent, "text", text, x=x, y=y, font_size=size, text_anchor=anchor, **attributes)


def formula(
    parent: Element,
    x: float,
    y: float,
    text: str,
    size: float = 16,
    anchor: str = "middle",
    **attributes: Value,
) -> Element:
    """Append a line in which ``_`` opens a subscript: ``W_ig x_t + h_{t-1}``."""
    plain, *rest = _SUBSCRIPT.split(text)
    line = label(parent, x, y, plain, size, anchor, **attributes)
    for low, plain in zip(rest[::2], rest[1::2], strict=True):
        add(line, "tspan", low.strip("{}"), dy=size / 4, font_size=max(12, 0.75 * size))
        if plain:
            add(line, "tspan", plain, dy=-size / 4)
    return line


def tell(mark: Element, text: str) -> Element:
    """Let a mark say a line under the pointer, such as the numbers that made its own; return it.

    It tells nothing that the alternative text does not: a screen reader takes the picture as one
    image, and browsers show no title for the keyboard. Nor do marks take the focus: every redraw
    replaces them, and would lose it.
    """
    # Else a text shows it on the strokes of its letters alone, not between them.
    if mark.tag == "text":
        mark.set("pointer-events", "bounding-box")
    mark.insert(0, Element("title"))
    mark[0].text = text
    return mark


def sheet(root: Element, x: float, y: float, width: float, height: float, text: str) -> Element:
    """Lay a sheet that cannot be seen over a place; it says a line under the pointer, as `tell`."""
    return tell(rect(root, x, y, width, height, fill="none", pointer_events="all"), text)


def write(root: Element) -> str:
    """Return the SVG as text."""
    return ElementTree.tostring(root, encoding="unicode")


def _plain(value: Value) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
