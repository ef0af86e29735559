"""From Markdown to a page of HTML that stands alone, and prints on A4.

The Markdown reader is mistune, which nbconvert brings, and so JupyterLab: a teacher who has the
course installs nothing. The few formulas in questions and answers become letters with indices: a
page has no script, and needs no network.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

_CODE = re.compile(r"(```.*?```|`[^`]+`)", re.DOTALL)
_FORMULA = re.compile(r"\$([^$]+)\$")
_SIGNS = {
    r"\,": " ",
    r"\sqrt ": "√",
    r"\cdot": "·",
    r"\odot": "⊙",
    r"\times": "×",
    r"\sigma": "σ",
    "-": "−",
}
_INDEX = re.compile(r"([_^])(?:\{([^{}]*)\}|(\w))")


class FormulaError(ValueError):
    """A formula that a page without scripts cannot show; the message is one line."""


@cache
def _reader() -> Any:
    import mistune

    return mistune.create_markdown(escape=False, plugins=["table"])


def html(markdown: str) -> str:
    """Return blocks of Markdown as HTML.

    Raises:
        FormulaError: there is a formula in it that is more than letters with indices.
    """
    parts = _CODE.split(markdown)
    parts[::2] = [_FORMULA.sub(lambda found: _letters(found[1]), each) for each in parts[::2]]
    return _reader()("".join(parts))


def line(markdown: str) -> str:
    """Return a line of Markdown as HTML, without a paragraph round it."""
    return html(markdown).strip().removeprefix("<p>").removesuffix("</p>")


def code(text: str) -> str:
    """Return code, or what was printed, as it is."""
    return f"<pre>{escape(text)}</pre>"


def table(head: list[str], rows: list[list[str]], kind: str = "") -> str:
    """Return a table; cells are HTML already."""
    cells = "".join(f'<th scope="col">{each}</th>' for each in head)
    body = "".join("<tr>" + "".join(f"<td>{each}</td>" for each in row) + "</tr>\n" for row in rows)
    name = f' class="{kind}"' if kind else ""
    return f"<table{name}><thead><tr>{cells}</tr></thead>\n<tbody>\n{body}</tbody></table>\n"


def page(title: str, body: str, links: str = "") -> str:
    """Return a whole page: title and style in its head, links to other pages above the body."""
    style = (Path(__file__).parent / "guide.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<nav>{links}</nav>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _letters(tex: str) -> str:
    text = " ".join(tex.split())
    for sign, letter in _SIGNS.items():
        text = text.replace(sign, letter)
    marks = {"_": "sub", "^": "sup"}
    made = _INDEX.sub(
        lambda found: f"<{marks[found[1]]}>{found[2] or found[3]}</{marks[found[1]]}>", text
    )
    if re.search(r"[\\{}^]", made):
        raise FormulaError(f"expected letters with indices, got the formula {tex!r}")
    return f"<i>{made}</i>"
