"""The pages that are made from the course's words and data, with no notebook of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lstm_lessons.course import lesson
from lstm_lessons.routes import words
from lstm_lessons.site import cheat_sheet, glossary, references


def _lesson_page(number: str) -> str:
    return f"notebooks/{lesson(number).name}.ipynb"


MADE: dict[str, Callable[[Path], str]] = {
    "cheat_sheet": cheat_sheet.page,
    "glossary": lambda root: glossary.page(),
    "references": references.page,
    "routes": lambda root: words.page(root, _lesson_page),
}
"""Each page's file name without its ending, and what makes its text for a clone's root."""


def lay(root: Path, sources: Path) -> None:
    """Lay the pages where Sphinx reads them."""
    for name, made in MADE.items():
        (sources / f"{name}.md").write_text(made(root), encoding="utf-8")
