"""Colours that read on a light and on a dark page, for readers with and without colour vision.

Text has a contrast of at least 4.5:1 with the panel and strokes have at least 3:1 (WCAG 2.2,
criteria 1.4.3 and 1.4.11). The four gates also stay apart for the three kinds of colour
blindness. The tests compute all of this.
"""

import re

LIGHT = {
    "paper": "#ffffff",  # the panel behind every picture
    "edge": "#c9ced6",  # the panel's border and grid lines: decoration, never needed to read
    "ink": "#1a1d21",  # text and neutral strokes
    "muted": "#59606b",  # text and strokes of the second rank
    "i": "#0068c0",
    "f": "#b84300",
    "g": "#005a48",
    "o": "#6a2a78",
}
"""Colour names and their values on a light page."""

DARK = {
    "paper": "#1c1f24",
    "edge": "#474d57",
    "ink": "#eceff3",
    "muted": "#aab2bf",
    "i": "#4aa3ff",
    "f": "#ff8a3d",
    "g": "#a8f0c8",
    "o": "#f29ad8",
}
"""The same names, and their values on a dark page."""

TINT = 0.16
"""Opacity of a fill in a gate's colour that has text on it."""

FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
CLASS = "lstm-picture"

_VARIABLE = re.compile(r"var\(--ll-(\w+)\)")


def variable(name: str) -> str:
    """Return the CSS value that stands for the colour of this name, such as ``var(--ll-f)``.

    Raises:
        ValueError: no colour has this name; the message lists those there are.
    """
    if name not in LIGHT:
        raise ValueError(f"expected the name of a colour ({', '.join(LIGHT)}), got {name!r}")
    return f"var(--ll-{name})"


def style_sheet() -> str:
    """Return the CSS that every picture carries.

    As an image, an SVG is the root of its own document, and its ``prefers-color-scheme`` is the
    ``color-scheme`` of the page around it, which JupyterLab sets with its theme. Inside a page it
    is no root, and JupyterLab's theme is read from the body. Neither rule reaches into the other
    case, where the reader's system may prefer another theme than JupyterLab shows.
    """
    return (
        f".{CLASS}{{{_values(LIGHT)}}}"
        f"@media (prefers-color-scheme:dark){{:root.{CLASS}{{{_values(DARK)}}}}}"
        f'body[data-jp-theme-light="false"] .{CLASS}{{{_values(DARK)}}}'
        f".{CLASS} text{{font-family:{FONT};fill:{variable('ink')}}}"
    )


def on_white(svg: str) -> str:
    """Return a picture's SVG in the colours of a light page, which no page and no reader changes.

    It has none of the variables and rules that only browsers understand.
    """
    style = f".{CLASS} text{{font-family:'DejaVu Sans';fill:{variable('ink')}}}"
    plain = svg.replace(style_sheet(), style, 1)
    return _VARIABLE.sub(lambda match: LIGHT[match[1]], plain)


def _values(colours: dict[str, str]) -> str:
    return ";".join(f"--ll-{name}:{value}" for name, value in colours.items())
