"""The site's scripts as one, for a page that was opened as a file, where no module loads."""

from __future__ import annotations

import json
import re
from pathlib import Path

from lstm_lessons.site.archive import IN_PAGE

IN_DECK = Path(__file__).parent / "in_deck"
_IMPORT = re.compile(r"^import .* from \"\./[\w.]+\";\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=function |class |const )", re.MULTILINE)


def explorers() -> str:
    """Return what moves the explorers: the site's script, with a worker that fetches nothing."""
    worker = f"const PYTHON = {json.dumps(python())};\n"
    return joined(
        *(IN_PAGE / "shared.js", IN_PAGE / "ahead.js", IN_PAGE / "redraw.js"),
        *(IN_DECK / "worker.js", IN_PAGE / "explorers.js"),
        before=worker,
    )


def python() -> str:
    """Return the script of the worker."""
    return joined(IN_PAGE / "answers.js", IN_DECK / "python.js")


def joined(*paths: Path, before: str = "") -> str:
    """Return modules as one script; each stands behind those that it imports.

    Raises:
        ValueError: a module imports or exports in a way that is not known here.
    """
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    text = _EXPORT.sub("", _IMPORT.sub("", text))
    left = re.search(r"^(import|export)\b.*|.*\bimport\.meta\b.*", text, re.MULTILINE)
    if left:
        raise ValueError(f"expected a script without modules, got {left[0]!r}")
    return f'(() => {{\n"use strict";\n{before}{text}}})();\n'
