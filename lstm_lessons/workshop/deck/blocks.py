"""A lesson's notebook as blocks: headings, paragraphs, formulas, lists, tables, cells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstm_lessons.publishing.kept_pictures import on_page
from lstm_lessons.site import pages

_KINDS = {
    "heading_open": "heading", "paragraph_open": "prose", "math_block": "formula",
    "table_open": "table", "bullet_list_open": "list", "ordered_list_open": "list",
    "fence": "fence", "html_block": "html",
}  # fmt: skip
_IMAGE = "<img "
_FOLD = re.compile(r"<details>\s*<summary>([^<]+)")
_LEARNERS_OWN = re.compile(r"^(exercise\(|progress\()", re.MULTILINE)
"""Cells that only make sense in a notebook of one's own."""


@dataclass(frozen=True)
class Text:
    """A block of a text cell as it is written.

    ``kind`` is heading, prose, formula, table, list or fence; prompt for a question that the next
    cell answers; answers for a list in a fold of answers; aside for what else stands in a fold.
    """

    kind: str
    source: str

    @property
    def level(self) -> int:
        """Of a heading, how many signs stand before it."""
        return len(self.source) - len(self.source.lstrip("#"))


@dataclass(frozen=True)
class Cell:
    """A code cell with what is stored below it: text, and pictures as ``<img>``."""

    source: str
    printed: str = ""
    pictures: tuple[str, ...] = ()
    explorer: str = ""


Block = Text | Cell


def of(path: Path) -> list[Block]:
    """Return the blocks of a notebook but its opening cell, whose words ``course.py`` has."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [block for cell in cells[1:] for block in _blocks(cell)]


def _blocks(cell: dict[str, Any]) -> Iterator[Block]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        yield from texts(source)
    elif not _LEARNERS_OWN.search(source):
        yield _code(source, cell)


def _code(source: str, cell: dict[str, Any]) -> Cell:
    printed, pictures = [], []
    for output in on_page(cell["outputs"]):
        data = {kind: "".join(value) for kind, value in output.get("data", {}).items()}
        if data.get("text/html", "").startswith(_IMAGE):
            pictures.append(data["text/html"])
        else:
            printed.append("".join(output.get("text", data.get("text/plain", ""))))
    text = "\n".join(each.rstrip("\n") for each in printed)
    return Cell(source, text, tuple(pictures), pages.explorer_of(source) or "")


def texts(source: str) -> list[Text]:
    """Return the blocks of a text cell, as Sphinx would cut it."""
    from lstm_lessons.workshop.deck.markdown import reader

    lines, found, fold = source.splitlines(), list[Text](), ""
    for token in reader().parse(source):
        if token.level or token.map is None or token.type not in _KINDS:
            continue
        kind = _KINDS[token.type]
        if token.type == "ordered_list_open" and token.attrGet("start") not in (None, 0):
            kind = "prose"  # it begins with a number that is an answer
        text = "\n".join(lines[slice(*token.map)]).strip()
        if kind == "html":  # a fold's beginning or end, or a comment
            opened = _FOLD.search(text)
            fold = opened[1] if opened else fold
            fold = "" if "</details" in text else fold
        elif kind == "prose" and text.startswith(pages.PREDICT):
            found.append(Text("prompt", text.removeprefix(pages.PREDICT).strip()))
        elif fold:
            is_answer = kind == "list" and fold.startswith("Answer")
            found.append(Text("answers" if is_answer else "aside", text))
        else:
            found.append(Text(kind, text))
    return found


def items(source: str) -> list[str]:
    """Return the items of a list, each in one line, without its mark or number."""
    found: list[str] = []
    for line in source.splitlines():
        match = re.match(r"(?:[*+-]|\d+\.)\s+(.*)", line)
        if match:
            found.append(match[1])
        elif found:
            found[-1] += " " + line.strip()
    return found
