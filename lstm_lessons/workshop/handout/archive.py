"""The exercises of a release in one archive: checkers, and the texts with hints and solutions.

Python imports from it as from a folder (``lstm_lessons/exercises/engine/sources.py``). It is
compressed, so that no solution stands in any file as text. That hides it from a look, not from one
who unpacks it: a checker that runs on a learner's machine has to hold what it checks.
"""

from __future__ import annotations

from pathlib import Path

from lstm_lessons.exercises.engine import sources
from lstm_lessons.exercises.engine.sources import Facts
from lstm_lessons.exercises.engine.text import BEGIN
from lstm_lessons.publishing.zipped import zipped

NAME = "exercises/archive.zip"


def packed(root: Path, facts: Facts) -> bytes:
    """Return the archive; the same bytes each time."""
    held = {sources.FACTS: str(facts).encode()}
    for number in facts.lessons:
        for path in (root / "lstm_lessons" / "exercises" / f"lesson_{number}").glob("*.py"):
            held[f"lesson_{number}/{path.name}"] = path.read_bytes()
        for folder in ("notebooks", "exercises"):
            for path in (root / folder / "source").glob(f"{number}_*.py"):
                data = path.read_bytes()
                if BEGIN.encode() in data:
                    held[f"{sources.TEXTS}/{folder}/{path.name}"] = data
    return zipped(held)
