"""A learner's own copies of the lessons and exercises, in a folder that git ignores.

At every start a copy that nobody has touched follows the course. One that was touched is left as
it is, and the new one is laid beside it. Standard library only: ``doctor`` asks, too.
"""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from itertools import count
from pathlib import Path

from lstm_lessons import own_folder
from lstm_lessons.course import PAGES
from lstm_lessons.environment.clone import FIRST_NOTEBOOK
from lstm_lessons.environment.failure import Failure, from_os_error
from lstm_lessons.environment.lock import held
from lstm_lessons.publishing import learner_copy, safe_files
from lstm_lessons.publishing.copies_record import Record

FOLDER = own_folder.NAME
FOLDERS = ("notebooks", "exercises")
PATIENCE_S = 20.0
_FULL = (errno.ENOSPC, errno.EDQUOT)
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
_NAMED = 4
_COURSES_OWN = re.compile("|".join([r"\d\d_\w+", *(each.name for each in PAGES)]))


@dataclass
class Laid:
    """What laying out came to: lines to tell the learner, and the copies that are as laid out."""

    lines: list[str] = field(default_factory=list)
    unchanged: dict[Path, list[Path]] = field(default_factory=dict)
    """For each notebook of the course, the copies that hold its present version and no more."""


class _Put(Enum):
    """What became of a place where a copy was wanted."""

    LAID_OUT = auto()
    RENEWED = auto()
    THERE_ALREADY = auto()
    LEFT = auto()  # what is there is the learner's


def names(course: Path) -> list[str]:
    """Return the notebooks that learners get copies of, as paths from the course's folder.

    What else lies there, as a kept edit of one, is somebody's own.
    """
    return [
        f"{folder}/{path.name}"
        for folder in FOLDERS
        for path in sorted((course / folder).glob("*.ipynb"))
        if _COURSES_OWN.fullmatch(path.stem)
    ]


def lay_out(course: Path, folder: Path) -> Laid:
    """Bring a learner's copies in step with the course, and lose nothing of theirs.

    Where the disk is full, the copies that are there will do, if the first lesson is.

    Raises:
        Failure: the folder cannot be used, the disk is full, or another start is at work.
    """
    check_folder(course, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder):
            return _Start(course, folder).lay_out()
    except OSError as error:
        failure = _failure(error, folder)
        if error.errno in _FULL and (folder / FIRST_NOTEBOOK).exists():
            return Laid([f"{failure.problem} Your copies are opened as they are; free some space."])
        raise failure from error


def check_folder(course: Path, folder: Path) -> None:
    """Make sure that copies in ``folder`` would not lie among the course's own notebooks.

    Raises:
        Failure: they would.
    """
    root, there = course.resolve(), folder.resolve()
    if there == root or any(there.is_relative_to(root / each) for each in FOLDERS):
        raise Failure(
            f"{folder} is where the course keeps its own notebooks.",
            "Choose another folder: python3 -m lstm_lessons lab --folder PATH",
        )


@contextmanager
def alone(folder: Path, what: str = "start of lab") -> Generator[None, None, None]:
    """Keep a second start waiting while the block runs: it takes a second or two."""
    deadline = time.monotonic() + PATIENCE_S
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(held(folder / ".lock", what))
                break
            except Failure:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise
                break  # A network drive without locks: better two starts than none.
        yield


def _failure(error: OSError, folder: Path) -> Failure:
    if error.errno in _FULL:
        return from_os_error(error, "laying out your copies of the lessons")
    why = ": ".join(str(each) for each in (error.strerror, error.filename) if each) or str(error)
    return Failure(
        f"Your copies of the lessons cannot be laid out in {folder} ({why}).",
        "Choose another folder: python3 -m lstm_lessons lab --folder PATH",
    )


class _Start:
    """One start: the course's notebooks as they are now, and the record of those before."""

    def __init__(self, course: Path, folder: Path) -> None:
        self.course = course
        self.folder = folder
        self.laid = Laid()
        self.record = Record(folder / own_folder.RECORD)

    def lay_out(self) -> Laid:
        known = self.record.read()
        if not known and any((self.folder / name).exists() for name in names(self.course)):
            self._tell(
                "There is no record of what was laid out, or it is damaged:"
                " copies that differ from the course's count as changed by you."
            )
        fresh = self._fresh()
        # Known before it is there: after a start that was cut off, nothing looks like an edit.
        self.record.ours.update(map(learner_copy.fingerprint, fresh.values()))
        self.record.write()
        self._clear_up()
        put = {name: self._bring_in_step(name, data) for name, data in fresh.items()}
        self.record.write()
        new = [name for name, each in put.items() if each is _Put.LAID_OUT]
        renewed = [name for name, each in put.items() if each is _Put.RENEWED]
        if new and new == list(put):
            self._tell(f"Laid out: {len(new)} notebooks.")
        elif new:
            self._tell(f"New: {_listed(new)}.")
        if renewed:
            self._tell(f"Renewed, as you had not changed them: {_listed(renewed)}.")
        return self.laid

    def _fresh(self) -> dict[str, bytes]:
        """Return what an untouched copy of each notebook holds now."""
        found = names(self.course)
        fresh = {}
        for name in found:
            try:
                fresh[name] = learner_copy.make(self.course, name, frozenset(found))
            except (learner_copy.NoNotebook, OSError) as error:
                self._tell(f"The course's {name} cannot be read ({error}): it is left out.")
        return fresh

    def _clear_up(self) -> None:
        """Put away what an earlier start left, and bring back an edit that came too late for it."""
        for folder in FOLDERS:
            there = self.folder / folder
            there.mkdir(exist_ok=True)
            saved = safe_files.take_back(there, self._is_ours, partial(beside, what="saved_edit"))
            for path in saved:
                self._tell(
                    f"{folder}/{path.name} holds an edit that was saved during the last start."
                )

    def _bring_in_step(self, name: str, data: bytes) -> _Put | None:
        """See to one copy; return what became of it, or ``None`` where that was told already."""
        given = self.record.last.get(name)
        now = self.record.last[name] = learner_copy.fingerprint(data)
        path = self.folder / name
        put = self._put(name, path, data)
        if put is _Put.LAID_OUT and given is not None:
            self._tell(f"{name} was gone (deleted or renamed): it is laid out again.")
            return None
        if put is _Put.LEFT and given != now:  # else they have this version, or threw it away
            laid = next(
                each
                for each in beside(path, "new_version")
                if self._put(name, each, data) is not _Put.LEFT
            )
            self._tell(
                f"{name} has a new version. Yours has your changes and stays as it is;"
                f" the new one lies beside it: {laid.name}"
            )
        return put

    def _put(self, name: str, path: Path, data: bytes) -> _Put:
        """Let a file hold ``data``, unless it holds something of the learner's."""
        put = self._try_to_put(path, data)
        if put is not _Put.LEFT:
            self.laid.unchanged.setdefault(self.course / name, []).append(path)
        return put

    def _try_to_put(self, path: Path, data: bytes) -> _Put:
        if not os.path.lexists(path):
            try:
                safe_files.write_new(path, data)
            except FileExistsError:
                return _Put.LEFT
            return _Put.LAID_OUT
        there = safe_files.read(path)
        if there is not None and learner_copy.fingerprint(there) == learner_copy.fingerprint(data):
            return _Put.THERE_ALREADY
        if self._is_ours(there) and safe_files.renew(path, data, self._is_ours):
            return _Put.RENEWED
        return _Put.LEFT

    def _is_ours(self, data: bytes | None) -> bool:
        return data is not None and learner_copy.fingerprint(data) in self.record.ours

    def _tell(self, line: str) -> None:
        self.laid.lines.append(line)


def beside(path: Path, what: str) -> Iterator[Path]:
    """Yield names that sort beside a copy's own, and that say at their beginning what they are.

    Of a long name, JupyterLab's tabs and its list of files show the beginning alone.
    """
    number, _, rest = path.name.partition("_")
    yield path.with_name(f"{number}_{what}_{rest}")
    for again in count(2):
        yield path.with_name(f"{number}_{what}_{again}_{rest}")


def _listed(some: list[str]) -> str:
    more = len(some) - _NAMED
    return ", ".join(some[:_NAMED]) + (f" and {more} more" if more > 0 else "")
