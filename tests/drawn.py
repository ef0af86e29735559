"""Reads a picture's SVG back, for the tests that hold it against torch, and measures its texts."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import combinations
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font, LoadFlags

SVG = "{http://www.w3.org/2000/svg}"


@lru_cache(maxsize=256)  # the settings of an explorer, for all tests that go through them
def tree(svg: str) -> Element:
    """Return the picture as elements, which are not to be changed: the tree is kept."""
    return ElementTree.fromstring(svg)


def marked(svg: str, mark: str) -> dict[str, Element]:
    """Return the elements that carry the attribute ``data-<mark>``, by its value."""
    name = f"data-{mark}"
    return {each.get(name): each for each in tree(svg).iter() if each.get(name)}


def words(element: Element) -> str:
    """Return all text of an element, subscripts included, but not what it says when asked."""
    parts = (words(part) + (part.tail or "") for part in element if part.tag != f"{SVG}title")
    return (element.text or "") + "".join(parts)


def texts(svg: str) -> list[str]:
    """Return every line of text in the picture."""
    return [words(each) for each in tree(svg).iter(f"{SVG}text")]


def points(path: Element) -> list[tuple[float, float]]:
    """Return the corners of a path of straight lines, in pixels."""
    numbers = [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", path.get("d"))]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def corners(polygon: Element) -> list[tuple[float, float]]:
    """Return the corners of a polygon, in pixels."""
    return [tuple(map(float, each.split(","))) for each in polygon.get("points").split()]


def crowded(svg: str) -> list[tuple[str, str]]:
    """Return each two texts that lie on each other; of one that leaves the panel, "the edge".

    Widths are those of DejaVu Sans, which is wider than what most systems show.
    """
    root = tree(svg)
    width, height = float(root.get("width")), float(root.get("height"))
    found = list(_boxes(root, np.eye(3)))
    wrong = [
        (text, "the edge")
        for text, (left, top, right, bottom) in found
        if left < 2 or top < 2 or right > width - 2 or bottom > height - 2
    ]
    for (one, a), (two, b) in combinations(found, 2):
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]:
            wrong.append((one, two))
    return wrong


def _boxes(element: Element, outer: np.ndarray) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Yield each text with its left, top, right and bottom, in pixels of the whole picture."""
    matrix = outer @ _transform(element.get("transform"))
    if element.tag == f"{SVG}text" and words(element).strip():
        size, bold = _size(element), element.get("font-weight") == "bold"
        wide = text_width(element.text or "", size, bold)
        for part in element.iterfind(f"{SVG}tspan"):
            strong = bold or part.get("font-weight") == "bold"
            wide += text_width(part.text or "", float(part.get("font-size", size)), strong)
        anchor = element.get("text-anchor") or _style(element, r"text-anchor: (\w+)")
        left = float(element.get("x")) - wide * {"start": 0, "middle": 0.5, "end": 1}[anchor]
        y = float(element.get("y"))
        lowered = size / 4 if any(part.get("dy") for part in element) else 0
        # From the top of a capital to the middle of a descender.
        top, bottom = y - 0.73 * size, y + lowered + 0.12 * size
        ends = [(left, top, 1), (left + wide, top, 1), (left, bottom, 1), (left + wide, bottom, 1)]
        x, y, _ = matrix @ np.array(ends).T
        yield words(element), (x.min(), y.min(), x.max(), y.max())
    for child in element:
        yield from _boxes(child, matrix)


def _size(text: Element) -> float:
    return float(text.get("font-size") or _style(text, r"font-size: ([\d.]+)px"))


def _style(text: Element, pattern: str) -> str:
    """Return what matplotlib says of a text in its style."""
    return re.search(pattern, text.get("style"))[1]


def _transform(text: str | None) -> np.ndarray:
    """Return the matrix of ``scale(s)`` or ``rotate(degrees x y)``, the two that occur."""
    if text is None:
        return np.eye(3)
    kind, numbers = re.fullmatch(r"(scale|rotate)\((.*)\)", text).groups()
    numbers = [float(each) for each in numbers.split()]
    if kind == "scale":
        return np.diag([numbers[0], numbers[0], 1])
    (degrees, x, y), to_origin, back = numbers, np.eye(3), np.eye(3)
    to_origin[:2, 2], back[:2, 2] = (-x, -y), (x, y)
    turn = np.eye(3)
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn[:2, :2] = (cos, -sin), (sin, cos)
    return back @ turn @ to_origin


@cache
def _font(bold: bool) -> FT2Font:
    weight = "bold" if bold else "normal"
    return FT2Font(findfont(FontProperties(family="DejaVu Sans", weight=weight)))


def text_width(text: str, size: float = 14, bold: bool = False) -> float:
    """Return how wide a text is, in pixels; kerning would make it narrower, if anything."""
    return size * sum(_advance(letter, bold) for letter in text)


@cache
def _advance(letter: str, bold: bool) -> float:
    """Return how wide a letter is, as a share of the size of the text."""
    font = _font(bold)
    font.set_size(100, 72)
    glyph = font.load_char(ord(letter), flags=LoadFlags.NO_HINTING)
    return glyph.linearHoriAdvance / 65536 / 100
