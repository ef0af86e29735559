"""Who handed in what: one folder, or one notebook, a learner.

    FOLDER/NAME/**/*.ipynb    a folder a learner, however deep: `lab`'s copies, a home of a hub,
                              nbgrader's submitted/NAME/ASSIGNMENT/, what a learning platform packs
    FOLDER/NAME.ipynb         a single notebook

Links are not followed, hidden folders and those that programs make are not looked into.
"""

import os
import re
import stat
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from lstm_lessons.course import LESSONS
from lstm_lessons.environment.failure import Failure

MOST_NOTEBOOKS = 200
_MOST_DEPTH = 8
_PACKED = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar")
_NOT_THEIRS = re.compile(r"\.|__pycache__$|node_modules$|site-packages$")
_COURSES_OWN = re.compile("|".join(re.escape(each.name) for each in LESSONS))


@dataclass(frozen=True)
class Learner:
    """Somebody who handed in: a name for the table, notebooks, and lines about other files."""

    name: str
    notebooks: tuple[Path, ...]
    lines: tuple[str, ...] = ()


def people(folder: Path) -> list[Learner]:
    """Return all learners of a folder, by name.

    Raises:
        Failure: it is no folder, or nobody's work is in it, or it is one learner's own.
    """
    if not folder.is_dir():
        raise Failure(
            f"There is no folder {folder}.",
            "Give one that holds a folder, or a notebook, for each learner.",
        )
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    kept = [each for each in entries if not _NOT_THEIRS.match(each.name) or _dotted(each)]
    mine = [each for each in kept if _is_notebook(each) or _is_folder(each)]
    if not mine:
        raise Failure(
            f"Nobody's work is in {folder}.",
            "Expected: a folder, or a notebook (.ipynb), for each learner.",
        )
    notebooks = [each for each in mine if _is_notebook(each)]
    if len(notebooks) > 1 and all(_COURSES_OWN.match(each.name) for each in notebooks):
        raise Failure(
            f"{folder} looks like one learner's own folder: its notebooks are named as the "
            "course's are, not after people.",
            "Give the folder that it lies in.",
        )
    named = [(_name(each), each) for each in mine]
    often = Counter(_alike(name) for name, _ in named)
    found: list[Learner] = []
    taken: set[str] = set()
    for name, entry in named:
        said = shown(entry.name) if often[_alike(name)] > 1 else name
        number = 1
        while (label := said if number == 1 else f"{said} ({number})") in taken:
            number += 1
        taken.add(label)
        found.append(_learner(label, entry))
    return found


def others(folder: Path) -> list[str]:
    """Return the names of what lies beside learners' work and is none, such as a packed file."""
    return [
        shown(each.name)
        for each in sorted(os.scandir(folder), key=lambda entry: entry.name)
        if not (_is_notebook(each) or _is_folder(each) or _NOT_THEIRS.match(each.name))
    ]


def _dotted(entry: os.DirEntry[str]) -> bool:
    """Say whether a name begins with two dots, as somebody's may: it hides nothing."""
    return entry.name.startswith("..")


def _is_notebook(entry: os.DirEntry[str]) -> bool:
    return entry.name.endswith(".ipynb") and not entry.is_dir(follow_symlinks=False)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _name(entry: os.DirEntry[str]) -> str:
    name = entry.name.removesuffix(".ipynb") if _is_notebook(entry) else entry.name
    return shown(name) or shown(entry.name)


def _alike(name: str) -> str:
    """Return what two names have in common that look the same."""
    return unicodedata.normalize("NFKC", name).casefold()


def shown(text: str) -> str:
    """Return a name as it can be shown on one line: what cannot be seen is written out."""

    def seen(letter: str) -> str:
        hidden = unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        return letter.encode("unicode_escape").decode() if hidden else letter

    return "".join(map(seen, unicodedata.normalize("NFC", text)))


def _learner(name: str, entry: os.DirEntry[str]) -> Learner:
    notebooks: list[Path] = []
    lines: list[str] = []
    if _is_notebook(entry):
        _take(Path(entry.path), entry, notebooks, lines)
    else:
        _walk(Path(entry.path), Path(entry.path), notebooks, lines, 0)
    if not notebooks and not lines:
        packed = _packed(entry)
        lines.append(f"there is no notebook{f', but {packed}: unpack it' if packed else ''}")
    if len(notebooks) > MOST_NOTEBOOKS:
        lines.append(f"{len(notebooks)} notebooks: the first {MOST_NOTEBOOKS} are looked at")
    return Learner(name, tuple(notebooks[:MOST_NOTEBOOKS]), tuple(lines[:20]))


def _packed(entry: os.DirEntry[str]) -> str:
    """Return the name of the first packed file in a folder; may be empty."""
    if not _is_folder(entry):
        return ""
    names = sorted(each for each in os.listdir(entry.path) if each.lower().endswith(_PACKED))
    return shown(names[0]) if names else ""


def _walk(folder: Path, top: Path, notebooks: list[Path], lines: list[str], depth: int) -> None:
    """Collect the notebooks below a folder."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        lines.append(f"{shown(folder.name)}: cannot be read ({error.strerror})")
        return
    for entry in entries:
        if _NOT_THEIRS.match(entry.name) or len(notebooks) > MOST_NOTEBOOKS:
            continue
        if _is_folder(entry) and depth < _MOST_DEPTH:
            _walk(Path(entry.path), top, notebooks, lines, depth + 1)
        elif _is_notebook(entry):
            _take(top, entry, notebooks, lines)


def _take(top: Path, entry: os.DirEntry[str], notebooks: list[Path], lines: list[str]) -> None:
    """Take a notebook, if it is an ordinary file; else say what it is."""
    if entry.is_symlink():
        lines.append(f"{shown(entry.name)}: a link, which is not followed")
        return
    try:
        kind = entry.stat(follow_symlinks=False).st_mode
    except OSError as error:
        lines.append(f"{shown(entry.name)}: cannot be read ({error.strerror})")
        return
    if stat.S_ISREG(kind):
        notebooks.append(Path(entry.path))
    else:
        lines.append(f"{shown(entry.name)}: no ordinary file")
