"""Of the theme's style sheets and icons, what the pages can use; they load no more.

The theme brings all of Bootstrap and some 2,000 icons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import tinycss2
from fontTools import subset
from fontTools.ttLib import TTFont
from tinycss2.ast import AtRule, Comment, HashToken, IdentToken, Node, QualifiedRule

_WORD = re.compile(r"[\w-]+")
_ESCAPED = re.compile(r"\\([0-9a-f]{2,6})", re.IGNORECASE)
_NESTED = ("media", "supports", "layer", "container")
_PUT_TOGETHER = frozenset({"bs-tooltip-auto"})
"""Classes that stand in no script, as it joins them from two parts."""
_WHOLE = {"pyodide", "mathjax"}
_FONTS = "_static/vendor/fontawesome/webfonts"


def make_lean(made: Path) -> None:
    """Rewrite a built site's style sheets and icon fonts in place.

    A rule goes where each of its selectors asks for a class or an id that stands in no page and no
    script. Glyphs go that no rule which is left draws.
    """
    words, drawn = _words(made), set[int]()
    for path in (path for path in _own(made) if path.suffix == ".css"):
        sheet = lean(path.read_text(encoding="utf-8"), words)
        path.write_text(sheet, encoding="utf-8")
        drawn.update(int(each, 16) for each in _ESCAPED.findall(sheet))
        drawn.update(ord(each) for each in sheet if each > "\u007f")
    for path in sorted((made / _FONTS).glob("*.woff2")):
        _keep_glyphs(path, drawn)


def lean(sheet: str, words: frozenset[str]) -> str:
    """Return a style sheet without the rules that ask for a class or id outside of ``words``."""
    nodes = tinycss2.parse_stylesheet(sheet)
    return tinycss2.serialize(list(_left(nodes, words)))


def _left(nodes: Iterable[Node], words: frozenset[str]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, QualifiedRule):
            if any(named <= words for named in _selectors(node.prelude)):
                yield node
        elif isinstance(node, AtRule) and node.lower_at_keyword in _NESTED and node.content:
            inner = list(_left(tinycss2.parse_blocks_contents(node.content), words))
            if any(not isinstance(each, Comment) for each in inner):
                node.content = inner
                yield node
        elif not isinstance(node, Comment) or node.value.startswith("!"):  # licences stay
            yield node


def _selectors(prelude: list[Node]) -> Iterator[set[str]]:
    """Yield for each selector of a rule the classes and ids that it cannot do without.

    What stands in brackets, as in ``:not(.dark)``, may be absent.
    """
    named: set[str] = set()
    after_dot = False
    for node in prelude:
        if node == ",":
            yield named
            named = set()
        elif isinstance(node, HashToken) or (after_dot and isinstance(node, IdentToken)):
            named.add(node.value)
        after_dot = node == "."
    yield named


def _words(made: Path) -> frozenset[str]:
    """Return every word of pages and scripts, the classes and ids among them."""
    read = (path for path in _own(made) if path.suffix in (".html", ".js"))
    found = frozenset(word for path in read for word in _WORD.findall(path.read_text("utf-8")))
    return found | _PUT_TOGETHER


def _own(made: Path) -> Iterator[Path]:
    """Yield the site's files, but for what it carries whole, as Python and the formulas' script."""
    for path in sorted(made.rglob("*.*")):
        if not _WHOLE.intersection(path.relative_to(made).parts):
            yield path


def _keep_glyphs(font: Path, drawn: set[int]) -> None:
    """Leave in a font the glyphs of some code points, and what draws them as before."""
    held = TTFont(font)
    chosen = subset.Subsetter(subset.Options(notdef_outline=True))
    chosen.populate(unicodes=drawn)
    chosen.subset(held)
    held.save(font)
