"""From the words of a lesson to HTML, as the site reads them; formulas stay TeX for MathJax."""

from __future__ import annotations

import re
from functools import cache
from html import escape, unescape
from typing import Any

_CELL = re.compile(r"<(t[dh])([^>]*)>(.*?)(?=</t[dh]>)")
_SHORT = 14
"""Characters of a table's cell that stays in one line."""
_ANSWER = re.compile(r"^(\d\d+)\.(?= )", re.MULTILINE)


@cache
def reader() -> Any:
    """Return the reader of the site's texts (myst-parser's), with tables and formulas."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    made = MarkdownIt("commonmark", {"html": True}).enable("table")
    made.use(dollarmath_plugin, renderer=_formula, double_inline=True)
    for mark in ("link_open", "link_close"):  # a slide leads nowhere, and needs no network
        made.add_render_rule(mark, lambda *_: "")
    return made


def _formula(tex: str, options: dict[str, Any]) -> str:
    opening, closing = (r"\[", r"\]") if options["display_mode"] else (r"\(", r"\)")
    return escape(f"{opening}{tex}{closing}")


def html(text: str) -> str:
    """Return blocks of text as HTML. A number that begins a paragraph, such as 173., is no list."""
    return _CELL.sub(_in_one_line, reader().render(_ANSWER.sub(r"\1\.", text)))


def _in_one_line(cell: re.Match[str]) -> str:
    """Return a table's cell; a short one, such as (0.6, 0.8), is not broken."""
    name, attributes, held = cell.groups()
    is_short = len(unescape(re.sub(r"<[^>]*>", "", held))) <= _SHORT
    return f"<{name}{attributes}{' class=short' * is_short}>{held}"


def line(text: str) -> str:
    """Return a sentence or a heading as HTML, without a paragraph round it."""
    return reader().renderInline(text)
