"""Reads a picture's SVG back, for the tests that hold it against torch."""

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}"


def marked(svg: str, mark: str) -> dict[str, Element]:
    """Return the elements that carry the attribute ``data-<mark>``, by its value."""
    name = f"data-{mark}"
    return {each.get(name): each for each in ElementTree.fromstring(svg).iter() if each.get(name)}


def words(element: Element) -> str:
    """Return all text of an element, subscripts included."""
    return "".join(element.itertext())


def texts(svg: str) -> list[str]:
    """Return every line of text in the picture."""
    return [words(each) for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def points(path: Element) -> list[tuple[float, float]]:
    """Return the corners of a path of straight lines, in pixels."""
    numbers = [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", path.get("d"))]
    return list(zip(numbers[::2], numbers[1::2], strict=True))
