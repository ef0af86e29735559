"""The questions that a lesson asks before it shows, each with what then comes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lstm_lessons.routes import sections
from lstm_lessons.routes.sections import Piece, Section

_FOLD = re.compile(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL)
_TRY = "**Try it.**"
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[^a-z\s])")
_MOST = 260
"""Characters up to which a second and a third sentence of an answer are told."""


@dataclass(frozen=True)
class Asked:
    """A question, in Markdown, and what comes: what is printed, and what the lesson says of it."""

    section: str
    question: str
    printed: str
    seen: str


@dataclass(frozen=True)
class Tried:
    """Tasks at an explorer, and their answers, in Markdown."""

    section: str
    tasks: str
    answers: str


def questions(root: Path, number: str) -> list[Asked]:
    """Return the questions of a lesson, in order."""
    return [
        Asked(part.title, piece.question, *_what_comes(part.pieces[at + 1 :]))
        for part in sections.of(root, number)
        for at, piece in enumerate(part.pieces)
        if piece.question is not None
    ]


def tasks(root: Path, number: str) -> list[Tried]:
    """Return the tasks of a lesson with their folded answers, in order."""
    found = []
    for part in sections.of(root, number):
        asked = ""
        for piece in part.pieces:
            if piece.kind == "text" and _TRY in piece.source:
                asked = piece.source.split(_TRY, 1)[1].strip()
            fold = _FOLD.search(piece.source) if piece.kind == "text" else None
            if fold and fold[1] in ("Answer", "Answers"):
                found.append(Tried(part.title, asked, fold[2].strip()))
    return found


def _what_comes(after: tuple[Piece, ...]) -> tuple[str, str]:
    """Return what the cells after a question print, and the first sentences behind them."""
    printed: list[str] = []
    for piece in after:
        if piece.kind == "text":
            return "\n".join(printed), _first_sentences(piece.source)
        if piece.printed.strip():
            printed.append(piece.printed.strip("\n"))
    return "\n".join(printed), ""


def _first_sentences(text: str) -> str:
    paragraph = text.strip().split("\n\n")[0]
    if paragraph.startswith(("#", "|", "*", "1.", "<")):
        return ""
    told = [each for each in _SENTENCE.split(" ".join(paragraph.split())) if each[-1:] != ":"]
    said = " ".join(told[:1])
    for each in told[1:]:
        if len(said) + len(each) > _MOST:
            break
        said += f" {each}"
    return said


__all__ = ["Asked", "Section", "Tried", "questions", "tasks"]
