"""What a learner's own copy of a notebook holds: no results, but for pictures that spoil none.

Pictures stand there as JupyterLab shows them best, with their words and in its theme.

Standard library only; the text that comes out is a function of the course's notebook alone.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lstm_lessons.course import LESSONS, PAGES
from lstm_lessons.publishing.kept_pictures import on_page

Cell = dict[str, Any]

# A question about what the next cell shows is a paragraph of its own. (A bold word further on in
# a line, or in a list of things to try, asks about what a slider will do to the picture.)
PROMPT = re.compile(r"^\*\*Predict", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)[^)]*\)")
_TITLES = {each.name: each.title for each in (*LESSONS, *PAGES)}
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|#")


class NoNotebook(ValueError):
    """A file of the course that is no notebook; the message says why."""


def make(course: Path, name: str, siblings: frozenset[str]) -> bytes:
    """Return what the learner's copy of the course's notebook ``name`` holds, as UTF-8.

    ``name`` and ``siblings`` are paths from the course's folder, with ``/`` between their parts.
    Links among the siblings stay, as copies lie as the course's notebooks do. A link to another
    lesson or file of the course would lead nowhere, so it becomes the name of that.

    Raises:
        NoNotebook: the file is no notebook.
        OSError: it cannot be read.
    """
    try:
        notebook = json.loads((course / name).read_bytes())
        cells = notebook["cells"]
        for cell, prose in zip(cells, _prose_before(cells), strict=True):
            if cell["cell_type"] == "code":
                _clear(cell, keep_pictures=not PROMPT.search(prose))
            elif cell["cell_type"] == "markdown":
                text = _name_files(_text(cell), course, name, siblings)
                cell["source"] = text.splitlines(keepends=True)
        # That digest tells `build` which cells it wrote; nobody builds a copy.
        notebook["metadata"].pop("lstm_lessons", None)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NoNotebook(f"{type(error).__name__}: {error}") from error
    # As Jupyter writes notebooks: one that is saved unchanged stays the same, byte for byte.
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def fingerprint(data: bytes) -> str:
    """Return a digest of all in a notebook's file that somebody may have made.

    JupyterLab writes two things when a notebook is only opened: what the kernel is called in its
    menus, and which version of Python that kernel runs. Those are left out. All else counts: text,
    outputs, the choice of another kernel, and every byte of a file that is no notebook.
    """
    try:
        notebook = json.loads(data)
        notebook["metadata"].pop("language_info", None)
        notebook["metadata"].get("kernelspec", {}).pop("display_name", None)
    except (ValueError, TypeError, KeyError, AttributeError):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha256(json.dumps(notebook, sort_keys=True).encode()).hexdigest()


def links(text: str) -> list[str]:
    """Return where the links in a text lead to, of those to files, without the part of the file."""
    targets = (target for _, target in _LINK.findall(text))
    return [each.partition("#")[0] for each in targets if not _ADDRESS.match(each)]


def _prose_before(cells: list[Cell]) -> Iterator[str]:
    """Yield for each cell the prose between the last code cell before it and the cell itself."""
    prose: list[str] = []
    for cell in cells:
        yield "\n".join(prose)
        if cell["cell_type"] == "code":
            prose = []
        else:
            prose.append(_text(cell))


def _clear(cell: Cell, keep_pictures: bool) -> None:
    """Take a code cell's outputs away; those that are pictures and nothing else may stay."""
    outputs = on_page(cell["outputs"])
    if not keep_pictures or not all(map(_is_picture, outputs)):
        outputs = []
    for output in outputs:
        if "execution_count" in output:
            output["execution_count"] = None
    cell["outputs"], cell["execution_count"] = outputs, None


def _is_picture(output: dict[str, Any]) -> bool:
    return "".join(output.get("data", {}).get("text/html", "")).startswith("<img ")


def _name_files(text: str, course: Path, name: str, siblings: frozenset[str]) -> str:
    """Return prose in which links to files that have no copy are replaced by the files' names."""

    def rewritten(link: re.Match[str]) -> str:
        words, target = link.groups()
        if _ADDRESS.match(target):
            return link[0]
        file = posixpath.normpath(posixpath.join(posixpath.dirname(name), target.partition("#")[0]))
        if file in siblings or not (course / file).exists():
            return link[0]
        title = _TITLES.get(posixpath.basename(file).removesuffix(".ipynb"))
        if title and posixpath.dirname(file) in ("notebooks", "exercises"):
            return words if title.lower() in words.lower() else f"{words} (*{title}*)"
        return f"{words} (`{file}` in the folder of the course)"

    return _LINK.sub(rewritten, text)


def _text(cell: Cell) -> str:
    return "".join(cell["source"])
