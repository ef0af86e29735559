"""Of the theme's style sheets and icons, what the pages can use; they load no more.

The theme brings all of Bootstrap and some 2,000 icons. And the pages' pictures, as short as a page
can hold them.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from pathlib import Path

import tinycss2
from fontTools import subset
from fontTools.ttLib import TTFont
from tinycss2.ast import AtRule, Comment, HashToken, IdentToken, Node, QualifiedRule

from lstm_lessons.drawing.picture import SOURCE

_WORD = re.compile(r"[\w-]+")
_USED = re.compile(r"var\(\s*(--[\w-]+)")
_NOT_IN_ADDRESS = re.compile(r"[%#&'\t\n\r]")
"""What would end an address that stands in single quotes, or mean something else in it."""
_ESCAPED = re.compile(r"\\([0-9a-f]{2,6})", re.IGNORECASE)
_NESTED = ("media", "supports", "layer", "container")
_PUT_TOGETHER = frozenset({"bs-tooltip-auto"})
"""Classes that stand in no script, as it joins them from two parts."""
_WHOLE = {"pyodide", "mathjax"}
_FONTS = "_static/vendor/fontawesome/webfonts"


def make_lean(made: Path) -> None:
    """Rewrite a built site's style sheets and icon fonts in place.

    A rule goes where each of its selectors asks for a class or an id that stands in no page and no
    script. So do variables that nothing asks for, and glyphs that no rule which is left draws.
    """
    words, drawn = _words(made), set[int]()
    paths = [path for path in _own(made) if path.suffix == ".css"]
    sheets = [lean(path.read_text(encoding="utf-8"), words) for path in paths]
    for path, sheet in zip(paths, without_unused_variables(sheets, words), strict=True):
        path.write_text(sheet, encoding="utf-8")
        drawn.update(int(each, 16) for each in _ESCAPED.findall(sheet))
        drawn.update(ord(each) for each in sheet if each > "\u007f")
    for path in sorted((made / _FONTS).glob("*.woff2")):
        _keep_glyphs(path, drawn)


def lean(sheet: str, words: frozenset[str]) -> str:
    """Return a style sheet without the rules that ask for a class or id outside of ``words``."""
    nodes = tinycss2.parse_stylesheet(sheet)
    return tinycss2.serialize(list(_left(nodes, words)))


def without_unused_variables(sheets: list[str], words: frozenset[str]) -> list[str]:
    """Return style sheets of the same pages without variables that they and ``words`` do not name.

    One that only another such variable asks for goes too.
    """
    before: list[str] = []
    while sheets != before:
        before = sheets
        used = words.union(*(_USED.findall(sheet) for sheet in sheets))
        sheets = [_sheet_with(sheet, used) for sheet in sheets]
    return sheets


def _sheet_with(sheet: str, used: frozenset[str]) -> str:
    nodes = tinycss2.parse_stylesheet(sheet)
    _keep_variables(nodes, used)
    return tinycss2.serialize(nodes)


def _keep_variables(nodes: Iterable[Node], used: frozenset[str]) -> None:
    for node in nodes:
        if isinstance(node, QualifiedRule):
            node.content = [part for each in _declarations(node.content, used) for part in each]
        elif isinstance(node, AtRule) and node.lower_at_keyword in _NESTED and node.content:
            inner: list[Node] = list(tinycss2.parse_blocks_contents(node.content))
            _keep_variables(inner, used)
            node.content = inner


def _declarations(content: list[Node], used: frozenset[str]) -> Iterator[list[Node]]:
    """Yield a rule's declarations, each with the semicolon that ends it, but unused variables."""
    one: list[Node] = []
    for node in content:
        one.append(node)
        if node == ";":
            if _is_kept(one, used):
                yield one
            one = []
    if _is_kept(one, used):
        yield one


def _is_kept(declaration: list[Node], used: frozenset[str]) -> bool:
    first = next((n for n in declaration if n.type not in ("whitespace", "comment")), None)
    is_variable = isinstance(first, IdentToken) and first.value.startswith("--")
    return not is_variable or first.value in used


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


def write_pictures_as_text(made: Path) -> None:
    """Let the pages' own pictures stand in them as text: in base64 they take a third more.

    Packed on its way by a server, a page takes a fifth less so.
    """
    for path in (path for path in _own(made) if path.suffix == ".html"):
        path.write_text(with_text(path.read_text(encoding="utf-8")), encoding="utf-8")


def with_text(page: str) -> str:
    """Return a page with each SVG in an image's address as text, character for character."""
    return SOURCE.sub(lambda found: f"src='{_address(b64decode(found[1]).decode())}'", page)


def _address(svg: str) -> str:
    text = _NOT_IN_ADDRESS.sub(lambda found: f"%{ord(found[0]):02X}", svg)
    return f"data:image/svg+xml;charset=utf-8,{text}"


def _keep_glyphs(font: Path, drawn: set[int]) -> None:
    """Leave in a font the glyphs of some code points, and what draws them as before."""
    held = TTFont(font)
    chosen = subset.Subsetter(subset.Options(notdef_outline=True))
    chosen.populate(unicodes=drawn)
    chosen.subset(held)
    held.save(font)
