"""Where results go: a folder that is new, empty, or holds nothing but what an earlier run made."""

import hashlib
import itertools
import json
from collections.abc import Mapping
from pathlib import Path

from lstm_lessons.environment.failure import Failure

_RECORD = "made-by-collect.json"


def place(folder: Path, wanted: Path | None) -> Path:
    """Return the folder for the results of a folder of learners; nothing is made yet.

    Raises:
        Failure: the wanted folder holds what somebody else wrote, or lies among the learners.
    """
    if wanted is None:
        names = itertools.chain(("",), (f"-{n}" for n in itertools.count(2)))
        beside = (folder.with_name(f"{folder.name}-results{name}") for name in names)
        return next(each for each in beside if not each.exists() or _is_empty(each))
    wanted = wanted.absolute()
    if wanted.resolve().is_relative_to(folder.resolve()):
        raise Failure(
            f"The results would lie among the learners, in {folder}.",
            "Name a folder elsewhere: --results OTHER.",
        )
    if wanted.exists() and not wanted.is_dir():
        raise Failure(f"{wanted} is no folder.", "Name a new folder: --results OTHER.")
    if wanted.is_dir() and (theirs := _not_ours(wanted)):
        raise Failure(
            f"{wanted} holds {theirs}, which collect did not write, or which was changed since.",
            "Nothing was touched: name a new folder with --results OTHER.",
        )
    return wanted


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def make(folder: Path) -> None:
    """Make the folder, and try to write in it: better now than after all are judged.

    Raises:
        Failure: that is not possible.
    """
    trial = folder / f".{_RECORD}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial.write_bytes(bytes(2**20))
        trial.unlink()
    except OSError as error:
        raise Failure(
            f"The results cannot be written in {folder} ({error.strerror}).",
            "Name a folder elsewhere: --results OTHER.",
        ) from None


def _not_ours(folder: Path) -> str:
    """Return the first name in a folder that is not as an earlier run wrote it; may be empty."""
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = {}
    record = record if isinstance(record, dict) else {}
    for path in sorted(folder.iterdir()):
        if path.name == _RECORD and record:
            continue
        if path.is_symlink() or not path.is_file() or record.get(path.name) != _digest(path):
            return path.name
    return ""


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write all files, and what they hold on the record."""
    for name, text in files.items():
        data = text.encode("utf-8-sig" if name.endswith(".csv") else "utf-8")
        (folder / name).write_bytes(data)
    record = {name: _digest(folder / name) for name in files}
    (folder / _RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
