"""Which exercises a page can judge: those that ask for a dict, whose checker needs no torch."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_EXERCISES = Path(__file__).parents[1] / "exercises"
_DICT = re.compile(r"^EXERCISE = DictExercise\(\s*\"(\d\d\.\d+)\"", re.MULTILINE)


@cache
def files() -> dict[str, Path]:
    """Return the file of each such exercise, by its number; nothing is imported."""
    paths = sorted(_EXERCISES.glob("lesson_*/[!_]*.py"))
    found = {path: _DICT.search(path.read_text(encoding="utf-8")) for path in paths}
    return {match[1]: path for path, match in found.items() if match}
