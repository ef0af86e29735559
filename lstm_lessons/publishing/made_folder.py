"""A folder that a command makes anew each time: only one that it made itself is ever replaced."""

from __future__ import annotations

import shutil
from pathlib import Path

from lstm_lessons.environment.failure import Failure


def refuse_another(folder: Path, mark: str) -> None:
    """Let a folder pass that is not there, is empty, or has the file ``mark``.

    Raises:
        Failure: it is a file, or holds something else.
    """
    if not folder.exists() or (folder / mark).exists():
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise Failure(
            f"{folder} is not a folder that this command made.",
            "Name an empty folder, or one that does not exist yet.",
        )


def put(made: Path, folder: Path, mark: str, command: str) -> None:
    """Move what was made to its place, with a mark that says which command made it."""
    (made / mark).write_text(f"Made by `python3 -m lstm_lessons {command}`.\n", encoding="utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(made, folder)
