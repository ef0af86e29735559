"""Bring a release's folder in step with the course, and lose nothing of anybody's.

What nobody has touched is renewed, or goes where the course has it no more. A notebook that
somebody has changed stays, and the new one is laid beside it, as ``lab`` does. Of the rest, the
program above all, the course's must be in place: a file that somebody has changed is kept beside
it, as ``README.md.yours``. Files that no release brought are left alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path

from lstm_lessons import own_folder
from lstm_lessons.environment.failure import Failure
from lstm_lessons.exercises.engine import sources
from lstm_lessons.exercises.engine.sources import Facts
from lstm_lessons.publishing import copies, safe_files
from lstm_lessons.publishing.copies_record import Record
from lstm_lessons.publishing.learner_copy import fingerprint
from lstm_lessons.workshop.handout import archive

RECORD = ".released.json"
_MAY_BE_THERE = {".git", ".lock", RECORD}


@dataclass
class Laid:
    """What laying came to: how many files are new, renewed or gone, and lines to tell."""

    new: int = 0
    renewed: int = 0
    gone: int = 0
    lines: list[str] = field(default_factory=list)


def check(root: Path, folder: Path) -> Facts | None:
    """Make sure that a release can be made in a folder; return what the one there is made of.

    Raises:
        Failure: it is a file, holds something else, is one of the course's own folders, or the
            release in it is damaged.
    """
    if _is_the_courses(root.resolve(), folder.resolve()):
        raise Failure(
            f"{folder} is, or lies in, a folder of the course's own.",
            f"Name a folder beside it, such as ../{folder.name}.",
        )
    if not os.path.lexists(folder):
        return None
    if not folder.is_dir():
        raise Failure(f"{folder} is not a folder.", "Name one that does not exist yet.")
    if {each.name for each in folder.iterdir()} <= _MAY_BE_THERE:
        return None
    if not (folder / RECORD).is_file():
        raise Failure(
            f"{folder} holds something else: it is neither empty nor a release made before.",
            "Name an empty folder, or one that does not exist yet.",
        )
    try:
        return sources.facts(folder / "lstm_lessons" / archive.NAME)
    except ValueError as error:
        raise Failure(
            f"The release in {folder} cannot be read: {error}.",
            "Make it anew in another folder.",
        ) from error


def _is_the_courses(course: Path, there: Path) -> bool:
    """Say whether a folder is for other things: only new ones of the clone, and build, are not."""
    if not there.is_relative_to(course) or there.is_relative_to(course / "build"):
        return False
    return there.parent != course or there.name == own_folder.NAME or there.name.startswith(".")


def lay(folder: Path, files: dict[str, bytes]) -> Laid:
    """Let a folder hold a release; run again after an interruption, it ends the same.

    Raises:
        Failure: another one is at work in it.
        OSError: a file cannot be written; those that are there are whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with copies.alone(folder, "making of a release"):
        return _Laying(folder, files).lay()


class _Laying:
    def __init__(self, folder: Path, files: dict[str, bytes]) -> None:
        self.folder = folder
        self.files = files
        self.laid = Laid()
        self.record = Record(folder / RECORD)

    def lay(self) -> Laid:
        self.record.read()
        # Known before it is there: after a start that was cut off, nothing looks like an edit.
        self.record.ours.update(map(fingerprint, self.files.values()))
        self.record.write()
        before = dict(self.record.last)
        for name in sorted({str(Path(each).parent) for each in (*self.files, *before)}):
            self._clear_up(self.folder / name)
        for name, data in self.files.items():
            self._put(name, data, before.get(name))
        for name in sorted(before.keys() - self.files.keys()):
            self._take_away(name)
        self.record.write()
        return self.laid

    def _clear_up(self, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        for path in safe_files.take_back(place, self._is_ours, _yours):
            self.laid.lines.append(f"{path} holds an edit that was saved during the last start.")

    def _put(self, name: str, data: bytes, given: str | None) -> None:
        path = self.folder / name
        now = self.record.last[name] = fingerprint(data)
        if not os.path.lexists(path):
            safe_files.write_new(path, data)
            self.laid.new += 1
            return
        there = safe_files.read(path)
        if there is not None and fingerprint(there) == now:
            return
        if self._is_ours(there) and safe_files.renew(path, data, self._is_ours):
            self.laid.renewed += 1
        elif given != now:  # else the change was made in this very version, and stays
            self._put_beside(path, data) if path.suffix == ".ipynb" else self._keep(path, data)

    def _put_beside(self, path: Path, data: bytes) -> None:
        """Leave a changed notebook as it is; its new version gets a name that ``lab`` passes by."""
        for each in _beside(path.with_suffix(""), "new_version", ".ipynb"):
            there = safe_files.read(each)
            if there is None and not os.path.lexists(each):
                safe_files.write_new(each, data)
                break
            if there is not None and fingerprint(there) == fingerprint(data):
                return
        self.laid.lines.append(f"{path} was changed and stays; the new one is {each.name}.")

    def _keep(self, path: Path, data: bytes) -> None:
        kept = safe_files.move_beside(path, _yours(path))
        safe_files.write_new(path, data)
        self.laid.lines.append(f"{path} was changed: it is kept as {kept.name}.")

    def _take_away(self, name: str) -> None:
        path = self.folder / name
        del self.record.last[name]
        if not os.path.lexists(path):
            return
        if self._is_ours(safe_files.read(path)) and safe_files.take_away(path, self._is_ours):
            self.laid.gone += 1
        else:
            self.laid.lines.append(f"{path} is no longer in it, but was changed: it stays.")

    def _is_ours(self, data: bytes | None) -> bool:
        return data is not None and fingerprint(data) in self.record.ours


def _yours(path: Path) -> Iterator[Path]:
    return _beside(path, "yours", "")


def _beside(path: Path, what: str, ending: str) -> Iterator[Path]:
    names = chain([f".{what}"], (f".{what}_{number}" for number in count(2)))
    return (path.with_name(f"{path.name}{each}{ending}") for each in names)
