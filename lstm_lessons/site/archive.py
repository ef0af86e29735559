"""The archive that Python unpacks in the page: of the course, what draws and what judges there."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from lstm_lessons.site import judged

_PACKAGE = Path(__file__).parents[1]
_ROOT = _PACKAGE.parent
IN_PAGE = Path(__file__).parent / "in_page"

# Of the package, what pictures need. The explorers' own list is left out: it imports them all.
_PICTURES = (
    *(
        "__init__.py",
        "course.py",
        "shapes.py",
        "lstm/__init__.py",
        "lstm/plain.py",
        "ladder/figures.md",
    ),
    *("drawing/**/*.py", "explorers/[!_]*.py"),
    *("data/*.py", "data/*.json", "data/*.csv", "data/*.txt"),
)
# And what the checker needs that judges a dict.
_ENGINE = (
    *("arrays", "base", "diary", "dict_exercise", "kinds", "question", "raised", "result"),
    *("symbols", "text", "words", "__init__"),
)
_CHECKER = (
    *("own_folder.py", "exercises/__init__.py"),
    *(f"exercises/engine/{name}.py" for name in _ENGINE),
    *("exercises/lesson_*/__init__.py",),
)
_STAND_INS = {
    "isolation.py": "lstm_lessons/exercises/engine/isolation.py",
    "running.py": "lstm_lessons/exercises/engine/running.py",
}


def course_zip() -> bytes:
    """Return the archive; the same bytes each time."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(_held().items()):
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def _held() -> dict[str, bytes]:
    """Return all that the archive holds, by the names that it has there."""
    found = [path for each in (*_PICTURES, *_CHECKER) for path in _PACKAGE.glob(each)]
    found += judged.files().values()
    for folder in ("exercises", "notebooks"):  # the texts of exercises, hints and solutions in them
        texts = (_ROOT / folder / "source").glob("[0-9][0-9]_*.py")
        found += [path for path in texts if "### BEGIN SOLUTION" in path.read_text("utf-8")]
    held = {path.relative_to(_ROOT).as_posix(): path.read_bytes() for path in found}
    held["lstm_lessons/explorers/__init__.py"] = b""
    for path in IN_PAGE.glob("*.py"):
        held[_STAND_INS.get(path.name, path.name)] = path.read_bytes()
    return held
