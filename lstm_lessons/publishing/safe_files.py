"""Writing files so that nothing that somebody else has written is ever replaced or deleted.

JupyterLab writes into a file where it lies, whenever it likes. So no file is replaced after a
look at it: between the look and the deed there could be an edit. A file goes aside first, is
looked at there, and stays there until the next start, should an edit still be on its way.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

_DRAFT = ".lstm-lessons-draft"
_ASIDE = ".lstm-lessons-replaced"

IsOurs = Callable[[bytes | None], bool]
"""Says of what a file holds whether we wrote it ourselves; ``None``: it could not be read."""


def read(path: Path) -> bytes | None:
    """Return what a file holds; ``None`` where it cannot be read, or is no file."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there, whole or not at all.

    Raises:
        FileExistsError: it is there, at the last moment too; it stays as it is.
        OSError: it cannot be written; nothing is left of it.
    """
    draft = _hidden(path, _DRAFT)
    try:
        _write(draft, data)
        _move_without_replacing(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def write_over(path: Path, data: bytes) -> None:
    """Write a file of our own, whole or not at all, over what it held."""
    draft = _hidden(path, _DRAFT)
    try:
        _write(draft, data)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def renew(path: Path, data: bytes, is_ours: IsOurs) -> bool:
    """Write ``data`` in place of what we once wrote there; ``False`` where that is changed.

    What was there lies aside afterwards: `take_back` is to be called at the next start.

    Raises:
        OSError: it cannot be written; what was there is there again.
    """
    draft, aside = _hidden(path, _DRAFT), _hidden(path, _ASIDE)
    try:
        _write(draft, data)
        try:
            os.rename(path, aside)
        except (PermissionError, FileNotFoundError):
            return False  # Somebody has it open (Windows), has locked it, or moved it away.
        try:
            if is_ours(read(aside)):
                _move_without_replacing(draft, path)
                return True
        except FileExistsError:
            return False  # It was saved anew while the old one lay aside, and that is theirs.
        except BaseException:
            _restore(aside, path)
            raise
        _restore(aside, path)
        return False
    finally:
        draft.unlink(missing_ok=True)


def take_away(path: Path, is_ours: IsOurs) -> bool:
    """Take what we once wrote out of a folder; ``False`` where that is changed, and stays.

    It lies aside afterwards: `take_back` is to be called at the next start.
    """
    aside = _hidden(path, _ASIDE)
    try:
        os.rename(path, aside)
    except (PermissionError, FileNotFoundError):
        return False
    if is_ours(read(aside)):
        return True
    _restore(aside, path)
    return False


def move_beside(path: Path, spare: Iterator[Path]) -> Path:
    """Give a file the first of its ``spare`` names that is free; return that."""
    return next(each for each in spare if _restore(path, each))


def take_back(folder: Path, is_ours: IsOurs, spare: Callable[[Path], Iterator[Path]]) -> list[Path]:
    """Clear up what an earlier start left in a folder; return what of it was somebody's work.

    Drafts are half-made, and go. Of what lies aside, our own goes; an edit that reached it there
    gets its name back or, where that is taken, the first of its ``spare`` names that is free.
    """
    for draft in folder.glob(f".*{_DRAFT}"):
        draft.unlink(missing_ok=True)
    saved = []
    for aside in sorted(folder.glob(f".*{_ASIDE}")):
        if is_ours(read(aside)):
            aside.unlink(missing_ok=True)
            continue
        path = folder / aside.name[1 : -len(_ASIDE)]
        saved.append(next(each for each in chain([path], spare(path)) if _restore(aside, each)))
    return saved


def _restore(aside: Path, path: Path) -> bool:
    try:
        _move_without_replacing(aside, path)
    except FileExistsError:
        return False
    return True


def _move_without_replacing(source: Path, target: Path) -> None:
    if os.name == "nt":
        os.rename(source, target)  # There it refuses to replace.
        return
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links (FAT, some network drives): it has no such move at all.
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        os.rename(source, target)
    else:
        os.unlink(source)


def _write(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)  # A start that was cut off may have left it, with a second name.
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _hidden(path: Path, ending: str) -> Path:
    return path.with_name(f".{path.name}{ending}")
