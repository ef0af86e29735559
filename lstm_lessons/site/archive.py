"""The archive that Python unpacks in the page: of the course, what draws and what judges there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lstm_lessons.publishing.zipped import zipped
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
    *("sources", "symbols", "text", "words", "__init__"),
)
_CHECKER = (
    *("own_folder.py", "exercises/__init__.py"),
    *(f"exercises/engine/{name}.py" for name in _ENGINE),
    *("exercises/lesson_*/__init__.py",),
)
_STAND_INS = {
    "judge.py": "judge.py",
    "isolation.py": "lstm_lessons/exercises/engine/isolation.py",
    "running.py": "lstm_lessons/exercises/engine/running.py",
}


def course_zip() -> bytes:
    """Return the archive; the same bytes each time."""
    return zipped(drawing() | _judging())


def pictures_zip() -> bytes:
    """Return an archive of what draws alone: nothing in it judges, or holds a solution."""
    return zipped(drawing())


def drawing() -> dict[str, bytes]:
    """Return what draws, by the names that it has in the archive."""
    held = _named(path for each in _PICTURES for path in _PACKAGE.glob(each))
    held["lstm_lessons/explorers/__init__.py"] = b""
    return held | {name: (IN_PAGE / name).read_bytes() for name in ("draw.py", "ipywidgets.py")}


def _judging() -> dict[str, bytes]:
    """Return what judges, by the names that it has in the archive."""
    found = [path for each in _CHECKER for path in _PACKAGE.glob(each)]
    found += judged.files().values()
    for folder in ("exercises", "notebooks"):  # the texts of exercises, hints and solutions in them
        texts = (_ROOT / folder / "source").glob("[0-9][0-9]_*.py")
        found += [path for path in texts if "### BEGIN SOLUTION" in path.read_text("utf-8")]
    stand_ins = {name: (IN_PAGE / path).read_bytes() for path, name in _STAND_INS.items()}
    return _named(found) | stand_ins


def _named(paths: Iterable[Path]) -> dict[str, bytes]:
    return {path.relative_to(_ROOT).as_posix(): path.read_bytes() for path in paths}
