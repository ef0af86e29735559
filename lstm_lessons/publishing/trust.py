"""Mark the course's own notebooks as trusted, so that their pictures show at first sight."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lstm_lessons.environment.clone import Clone

if TYPE_CHECKING:
    from nbformat.sign import NotebookNotary


def sign(paths: Iterable[Path]) -> str | None:
    """Sign notebooks; return a line to print where that was not possible.

    They are to be as shipped, or copies of such. What differs from the clone's last commit is left
    alone: JupyterLab itself signs what the learner runs, and what came from elsewhere is not for
    this command to trust.
    """
    import nbformat

    try:
        notary = _notary()
        for path in paths:
            notebook = nbformat.read(path, as_version=4)
            if not notary.check_signature(notebook):
                notary.sign(notebook)
    except (OSError, sqlite3.Error) as error:
        return f"The notebooks are not marked as trusted ({error}): run their cells to see all."
    return None


def signed(clone: Clone) -> tuple[int, int]:
    """Return how many of the notebooks that are as shipped are trusted, and how many there are."""
    import nbformat

    notary = _notary()
    notebooks = [nbformat.read(path, as_version=4) for path in as_shipped(clone)]
    return sum(notary.check_signature(notebook) for notebook in notebooks), len(notebooks)


def as_shipped(clone: Clone) -> list[Path]:
    """Return the notebooks that git knows and that nobody has changed.

    Without git (a downloaded archive), all of them: they came with the code that runs here.
    """
    tracked = _git(clone, "ls-files", "-z")
    changed = _git(clone, "diff", "--name-only", "--relative", "-z", "HEAD")
    if not tracked or changed is None:
        return clone.notebooks()
    return [path for path in clone.notebooks() if path in tracked - changed]


def _notary() -> NotebookNotary:
    """Return the one who signs, in Jupyter's data folder.

    Told no folder, it starts an application to ask for it. That sets up logging anew and so shuts
    the handlers of all other packages: absl's, which comes with Keras, closes the stream it has.
    """
    from jupyter_core.paths import jupyter_data_dir
    from nbformat.sign import NotebookNotary

    folder = Path(jupyter_data_dir())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return NotebookNotary(data_dir=str(folder))


def _git(clone: Clone, *words: str) -> set[Path] | None:
    try:
        answer = subprocess.run(
            ["git", "-C", str(clone.root), *words], capture_output=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return None
    names = answer.stdout.decode("utf-8", "surrogateescape").split("\0")
    return {clone.root / name for name in names if name}
