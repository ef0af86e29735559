"""What conda installs for learners: the course's environment.yml without what only tests need."""

from __future__ import annotations

from pathlib import Path

_NOT_FOR_LEARNERS = ("# tests:", "# the site:")


def environment(root: Path) -> str:
    """Return the text of their environment.yml."""
    text = (root / "environment.yml").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not any(each in line for each in _NOT_FOR_LEARNERS))
