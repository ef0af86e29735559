"""What is written by hand for a lesson's page: the board, the question, where a room gets stuck.

A file ``notebooks/guide/NN_name.md`` has the headings of `HEADINGS`, in this order. Under "Wrong
answers" each item names an exercise and one of its slips, under "When late" a section, in the order
of cutting; behind the colon stands what to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lstm_lessons.course import lesson

FOLDER = "notebooks/guide"
HEADINGS = (
    "On the board",
    "The question that works",
    "Where the room gets stuck",
    "Wrong answers",
    "When late",
)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_ITEM = re.compile(r"^(?:\*|\d+\.) ", re.MULTILINE)
_WRONG = re.compile(r"`(\d\d\.\d+)`, \*\*(.+?)\*\*: (.+)", re.DOTALL)
_CUT = re.compile(r"\*\*(.+?)\*\*: (.+)", re.DOTALL)


class WrittenError(ValueError):
    """A page of the guide that cannot be read; the message is one line."""


@dataclass(frozen=True)
class Wrong:
    """A wrong answer that is common: the exercise, the slip's name, and what to say."""

    exercise: str
    slip: str
    say: str


@dataclass(frozen=True)
class Cut:
    """A section that may be cut, and what to tell in its place."""

    section: str
    say: str


@dataclass(frozen=True)
class Written:
    """The words of one lesson; texts are Markdown."""

    board: str
    question: str
    stuck: str
    wrong: tuple[Wrong, ...]
    cuts: tuple[Cut, ...]


def path(root: Path, number: str) -> Path:
    """Return where the words of a lesson stand.

    Raises:
        KeyError: no lesson has this number.
    """
    return root / FOLDER / f"{lesson(number).name}.md"


def of(root: Path, number: str) -> Written:
    """Return the words of a lesson.

    Raises:
        WrittenError: there are none, or the file is not made as this module says.
    """
    place = path(root, number)
    name = place.relative_to(root).as_posix()
    if not place.exists():
        raise WrittenError(f"{name} is missing: each lesson of the guide has its words there")
    before, *rest = _HEADING.split(place.read_text(encoding="utf-8"))
    found = dict(zip(rest[::2], (each.strip() for each in rest[1::2]), strict=True))
    if before.strip() or tuple(rest[::2]) != HEADINGS or not all(found.values()):
        wanted = ", ".join(f"'## {each}'" for each in HEADINGS)
        got = ", ".join(f"'## {each}'" for each in rest[::2]) or "none"
        raise WrittenError(
            f"{name}: expected the headings {wanted}, each with words, and nothing before them; "
            f"got {got}"
        )
    board, question, stuck, wrong, late = (found[each] for each in HEADINGS)
    return Written(
        board,
        question,
        stuck,
        tuple(Wrong(*each) for each in _items(name, wrong, _WRONG, "`03.1`, **slip**: words")),
        tuple(Cut(*each) for each in _items(name, late, _CUT, "**Section**: words")),
    )


def _items(name: str, text: str, pattern: re.Pattern[str], form: str) -> list[tuple[str, ...]]:
    before, *items = _ITEM.split(text)
    if before.strip() or not items:
        raise WrittenError(
            f"{name}: expected a list of items such as '* {form}', got {text[:40]!r}"
        )
    found = []
    for item in items:
        match = pattern.fullmatch(" ".join(item.split()))
        if not match:
            raise WrittenError(f"{name}: expected an item such as {form!r}, got {item[:60]!r}")
        found.append(match.groups())
    return found
