"""A learner's notebook as it was handed in: its cells, and where an exercise is answered in it.

Stored outputs are never looked at. The file may be anything.
"""

import ast
import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOST_BYTES = 20 * 2**20
_MOST_CELLS = 2000
_HEADING = re.compile(r"^#+ (\d\d\.\d+)\b", re.MULTILINE)
_CHECK = re.compile(r"exercise\(\s*[\"'](\d\d\.\d+)[\"']\s*\)\s*\.\s*check\(")
_EXERCISES = re.compile(r"^from lstm_lessons import .*\bexercise\b", re.MULTILINE)
_FUNCTION = re.compile(r"^def (\w+)", re.MULTILINE)
_LESSON = re.compile(r"\d\d(?=[_.])")


class NoPage(Exception):
    """A file that is no notebook; the message goes on after its name."""


@dataclass(frozen=True)
class Cell:
    """A cell: its number in the notebook, from 1; whether it is code; its text."""

    number: int
    is_code: bool
    text: str


@dataclass
class Page:
    """A notebook's cells; ``left_out`` are those that ended their process, and how."""

    name: str
    cells: tuple[Cell, ...]
    left_out: dict[int, str] = field(default_factory=dict)

    @property
    def code(self) -> list[tuple[int, str]]:
        """The code cells that are run, with their numbers."""
        return [
            (each.number, each.text)
            for each in self.cells
            if each.is_code and each.text.strip() and each.number not in self.left_out
        ]

    @property
    def lesson(self) -> str | None:
        """The number of the lesson, as the file's name says it."""
        found = _LESSON.match(self.name)
        return found[0] if found else None

    def checks(self) -> dict[str, tuple[int, str]]:
        """Return for each exercise that is checked the cell of its last check, and the answer."""
        found: dict[str, tuple[int, str]] = {}
        for cell in self.cells:
            if cell.is_code:
                found |= {number: (cell.number, what) for number, what in _checked(cell.text)}
        return found

    def sections(self) -> dict[str, tuple[int, int]]:
        """Return for each exercise with a heading the first and the last cell of its section."""
        starts = [
            (cell.number, heading[1])
            for cell in self.cells
            if not cell.is_code
            for heading in _HEADING.finditer(cell.text)
        ]
        ends = [*(number - 1 for number, _ in starts), len(self.cells)][1:]
        return {
            exercise: (start, end) for (start, exercise), end in zip(starts, ends, strict=False)
        }

    def defined(self) -> set[str]:
        """Return the names of the functions in an exercise set; of a lesson's notebook, none."""
        code = "\n".join(each.text for each in self.cells if each.is_code)
        if not _EXERCISES.search(code):
            return set()
        return set(_FUNCTION.findall(code))


def read(path: Path) -> Page:
    """Return the page that a file holds.

    Raises:
        NoPage: it holds none, or too much of it.
        OSError: it cannot be read.
    """
    found = _json(_bytes(path))
    cells = found.get("cells") if isinstance(found, dict) else None
    if isinstance(found, dict) and cells is None and isinstance(found.get("worksheets"), list):
        sheets = [each for each in found["worksheets"] if isinstance(each, dict)]
        parts = [each.get("cells") for each in sheets]
        cells = [cell for part in parts if isinstance(part, list) for cell in part]
    if not isinstance(cells, list):
        raise NoPage("is no notebook: it has no cells")
    if len(cells) > _MOST_CELLS:
        raise NoPage(f"has {len(cells)} cells, more than {_MOST_CELLS}")
    return Page(path.name, tuple(_cell(number, each) for number, each in enumerate(cells, 1)))


def _bytes(path: Path) -> bytes:
    """Return what an ordinary file holds, which may have become another since it was found."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode):
            raise NoPage("is no ordinary file")
        if seen.st_size > MOST_BYTES:
            raise NoPage(f"is larger than {MOST_BYTES // 2**20} MiB")
        data = file.read(MOST_BYTES + 1)
    if not data.strip():
        raise NoPage("is empty")
    return data


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise NoPage("is no notebook: it is not JSON") from None


def _cell(number: int, written: Any) -> Cell:
    if not isinstance(written, dict):
        return Cell(number, False, "")
    source = written.get("source", written.get("input"))
    if isinstance(source, list):
        source = "".join(each for each in source if isinstance(each, str))
    return Cell(number, written.get("cell_type") == "code", source if type(source) is str else "")


def _checked(code: str) -> list[tuple[str, str]]:
    """Return the exercises that a cell checks, each with the expression that it hands in."""
    if ".check" not in code:
        return []
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [(number, "") for number in _CHECK.findall(code)]
    found: list[tuple[str, str]] = []
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "check"
            and (number := _exercise(node.func.value))
        ):
            answer = ast.get_source_segment(code, node.args[0]) if node.args else ""
            found.append((number, answer or ""))
    return found


def _exercise(node: ast.expr) -> str:
    """Return the number in ``exercise("03.1")``; nothing where it is something else."""
    if isinstance(node, ast.Call) and len(node.args) == 1:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if isinstance(node.func, ast.Attribute):
            name = node.func.attr
        given = node.args[0]
        if name == "exercise" and isinstance(given, ast.Constant) and type(given.value) is str:
            return given.value
    return ""
