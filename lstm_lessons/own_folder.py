"""A learner's own folder: what it is called, and how it is found from a notebook inside it."""

from pathlib import Path

NAME = "my_lessons"
RECORD = ".laid_out.json"
"""The record of what was laid out; no other folder has a file of this name."""


def around(place: Path) -> Path | None:
    """Return the learner's own folder that a place lies in, or None if it lies in none."""
    return next((each for each in (place, *place.parents) if (each / RECORD).is_file()), None)
