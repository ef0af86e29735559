"""A lesson cut into its sections, as its headings cut it: from the stored notebook."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lstm_lessons.course import lesson

PREDICT = "**Predict.**"
_HEADING = re.compile(r"^##+ (.+)$", re.MULTILINE)
_EXERCISE = re.compile(r"(\d\d\.\d+) (.+)")
_EXPLORER = re.compile(r"^explorers\.(\w+)\(\)\s*$", re.MULTILINE)
_PICTURE = ("image/svg+xml", "image/png")


@dataclass(frozen=True)
class Piece:
    """A text, or a code cell with what it printed and how many pictures it shows."""

    kind: str
    """``text`` or ``code``."""
    source: str
    printed: str = ""
    pictures: int = 0

    @property
    def explorers(self) -> tuple[str, ...]:
        """The names of the explorers that this cell shows."""
        return tuple(_EXPLORER.findall(self.source)) if self.kind == "code" else ()

    @property
    def question(self) -> str | None:
        """What the reader is asked at the end of this text, without the word Predict."""
        last = self.source.rstrip().split("\n\n")[-1]
        if self.kind != "text" or not last.startswith(PREDICT):
            return None
        return " ".join(last.removeprefix(PREDICT).split())


@dataclass(frozen=True)
class Section:
    """What stands between two headings of a lesson; the first one has the opening, too."""

    title: str
    pieces: tuple[Piece, ...]

    @property
    def explorers(self) -> tuple[str, ...]:
        """The names of the explorers in this section, each once."""
        return tuple(dict.fromkeys(name for each in self.pieces for name in each.explorers))


@cache
def of(root: Path, number: str) -> tuple[Section, ...]:
    """Return the sections of a clone's lesson, in order, those under a smaller heading, too.

    Raises:
        KeyError: no lesson has this number.
    """
    opening, *rest = _cut(root / "notebooks" / f"{lesson(number).name}.ipynb")
    return (Section(rest[0].title, opening.pieces + rest[0].pieces), *rest[1:])


@cache
def exercises(root: Path, number: str) -> dict[str, Section]:
    """Return the exercises of a lesson with their solutions, by number: "03.1" is the first.

    The titles are without the number.

    Raises:
        KeyError: no lesson has this number.
    """
    name = lesson(number).name
    path = root / "exercises" / "solutions" / f"{name}.ipynb"
    cut = _cut(path) if path.exists() else of(root, number)  # lesson 00 has its exercise inside
    found = ((_EXERCISE.match(each.title), each.pieces) for each in cut)
    return {match[1]: Section(match[2], pieces) for match, pieces in found if match}


def _cut(path: Path) -> list[Section]:
    """Cut a notebook at its headings; what stands before the first one has no title."""
    titles, parts = [""], [list[Piece]()]
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            parts[-1].append(_code(cell))
            continue
        before, *rest = _HEADING.split("".join(cell["source"]))
        parts[-1] += _text(before)
        for title, text in zip(rest[::2], rest[1::2], strict=True):
            titles.append(title)
            parts.append(_text(text))
    return [Section(*each) for each in zip(titles, map(tuple, parts), strict=True)]


def text(root: Path, number: str) -> str:
    """Return all that stands in a lesson: its texts, its code and what it printed."""
    return "\n".join(
        f"{each.source}\n{each.printed}" for part in of(root, number) for each in part.pieces
    )


def titled(root: Path, number: str, title: str) -> Section:
    """Return the section of a lesson that has this heading.

    Raises:
        KeyError: none has; the message lists the headings there are.
    """
    found = {each.title: each for each in of(root, number)}
    if title not in found:
        raise KeyError(f"expected a heading of lesson {number} ({'; '.join(found)}), got {title!r}")
    return found[title]


def _text(source: str) -> list[Piece]:
    return [Piece("text", source.strip())] if source.strip() else []


def _code(cell: dict) -> Piece:
    printed, pictures = "", 0
    for output in cell["outputs"]:
        data = output.get("data", {})
        html = "".join(data.get("text/html", ""))
        pictures += any(kind in data for kind in _PICTURE) or "<img " in html
        printed += "".join(output.get("text", ""))
        if not html and not any(kind in data for kind in _PICTURE):
            printed += "".join(data.get("text/plain", ""))
    return Piece("code", "".join(cell["source"]), printed, pictures)
