"""The guide as a folder: the first page, the routes, and a page a lesson."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

from lstm_lessons.course import LESSONS
from lstm_lessons.environment.failure import Failure
from lstm_lessons.routes import minutes, words
from lstm_lessons.workshop.guide import page, written
from lstm_lessons.workshop.guide.markup import FormulaError, html, line, table
from lstm_lessons.workshop.guide.markup import page as whole

FIRST = "workshop.md"
"""The words of the first page, in the folder of written words."""

MARK = ".lstm-lessons-guide"
"""A file with a digest of each page: only a folder that is as it was written is written anew."""

_DRAFTS = ".lstm-lessons-drafts-"


def build(root: Path, folder: Path) -> list[Path]:
    """Write the guide of a clone into a folder; return its pages.

    Pages are put in their places when all of them are made. What a stopped run leaves is written
    anew by the next one.

    Raises:
        Failure: the folder holds something else, or written words are not as they should be.
    """
    refuse_what_is_no_guide(folder)
    try:
        pages = made(root)
    except (written.WrittenError, FormulaError, KeyError) as error:
        raise Failure(f"{error.args[0]}.", "Mend that file, and make the guide again.") from None
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=_DRAFTS) as place:
        drafts = Path(place)
        for name, text in pages.items():
            (drafts / name).write_text(text, encoding="utf-8")
        old, new = _digests(folder), _digests(drafts)
        _mark(folder, drafts, {name: [new.get(name), old.get(name)] for name in {**old, **new}})
        for name in pages:
            os.replace(drafts / name, folder / name)
        for name in old.keys() - new.keys():  # the page of a lesson that has another name now
            (folder / name).unlink()
        _mark(folder, drafts, {name: [new[name]] for name in new})
    return [folder / name for name in pages]


def _mark(folder: Path, drafts: Path, told: dict[str, list[str | None]]) -> None:
    """Write into the mark which digests the pages may have, whole or not at all."""
    (drafts / MARK).write_text(json.dumps(told, indent=1), encoding="utf-8")
    os.replace(drafts / MARK, folder / MARK)


def refuse_what_is_no_guide(folder: Path) -> None:
    """Let a folder pass that is not there, is empty, or holds a guide as it was written.

    Raises:
        Failure: it is a file, or holds something else, or a page that somebody has changed.
    """
    if folder.is_dir():
        found, ours = _digests(folder), _written(folder)
        if not (others := sorted(name for name in found if found[name] not in ours.get(name, ()))):
            return
        problem = f"{folder} holds something that this command did not write: {others[0]}."
    elif folder.exists() or folder.is_symlink():
        problem = f"{folder} is not a folder."
    else:
        return
    raise Failure(problem, "Name an empty folder, or one that does not exist yet.")


def _digests(folder: Path) -> dict[str, str]:
    """Return a digest of each file of a folder; other things have an empty one.

    The mark is left out, and what an interrupted run has left of its drafts.
    """
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in folder.iterdir()
        if path.name != MARK and not path.name.startswith(_DRAFTS)
    }


def _written(folder: Path) -> dict[str, list[str]]:
    """Return the digests that the pages may have as they were written; none without a mark."""
    try:
        told = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def made(root: Path) -> dict[str, str]:
    """Return all pages of the guide, by their file names."""
    lessons = {page.file_name(each.number): page.made(root, each.number) for each in LESSONS}
    return {"index.html": first(root), "routes.html": routes(root), **lessons}


def first(root: Path) -> str:
    """Return the first page: how to run the workshop, and a table of the lessons' pages."""
    place = root / written.FOLDER / FIRST
    rows = [
        [
            f'<a href="{page.file_name(each.number)}">{each.number} {line(each.title)}</a>',
            f"{each.minutes}",
            f"{minutes.in_room(each.minutes)}",
            line(each.question),
        ]
        for each in LESSONS
    ]
    body = html(place.read_text(encoding="utf-8"))
    body += "<h2>The lessons</h2>\n"
    body += table(["page", "alone", "in a room", "its question"], rows, "numbers plain")
    return whole("The workshop: instructor's guide", body, '<a href="routes.html">Routes</a>')


def routes(root: Path) -> str:
    """Return the page of routes, with links to the lessons' pages."""
    body = html(words.page(root, page.file_name))
    return whole("Routes: instructor's guide", body, '<a href="index.html">The workshop</a>')
