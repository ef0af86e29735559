"""A folder that a command makes anew each time: only one that is as it made it is ever replaced."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

from lstm_lessons.environment.failure import Failure


def refuse_another(folder: Path, mark: str) -> None:
    """Let a folder pass that is not there, is empty, or is as it was made.

    ``mark`` is the name of the file in it that says what was made.

    Raises:
        Failure: it is a file, holds something else, or something in it was changed or added.
    """
    if not folder.exists():
        return
    if not folder.is_dir() or not (folder / mark).exists() and any(folder.iterdir()):
        raise Failure(
            f"{folder} is not a folder that this command made.",
            "Name an empty folder, or one that does not exist yet.",
        )
    if not (folder / mark).exists():
        return
    told = (folder / mark).read_text(encoding="utf-8")
    if not told.startswith("{"):  # an older mark, without digests
        return
    made, found = json.loads(told), _digests(folder)
    changed = [name for name in found if name != mark and made.get(name) != found[name]]
    if changed:
        raise Failure(
            f"{folder / changed[0]} is not as this command made it, and making it anew loses that.",
            "Name another folder, or move that file away.",
        )


def put(made: Path, folder: Path, mark: str) -> None:
    """Move what was made to its place, with a mark that holds a digest of each file.

    What stood there goes when all of the new is beside it: a disk that is full loses nothing.
    """
    (made / mark).write_text(json.dumps(_digests(made), indent=1), encoding="utf-8")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as place:
        beside = Path(place) / "made"
        shutil.move(made, beside)
        if folder.exists():
            shutil.rmtree(folder)
        beside.rename(folder)


def _digests(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
    }
