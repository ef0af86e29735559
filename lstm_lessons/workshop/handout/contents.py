"""What stands in a release, file by file."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

from lstm_lessons.course import LESSONS, PAGES, Route
from lstm_lessons.exercises.engine.sources import Facts
from lstm_lessons.publishing import copies, learner_copy
from lstm_lessons.workshop.handout import archive, conda, page

FIRST = "00"
"""The lesson that every release has: ``lab`` opens it."""

_AS_THEY_ARE = ("LICENSE", "LICENSE-text", "constraints.txt", "pyproject.toml")

# Of the package, what only teachers and authors need. Exercises' checkers are in the archive.
_LEFT_OUT = (
    *("site/*", "workshop/*", "routes/*", "exercises/lesson_*"),
    *(f"publishing/{name}.py" for name in ("blank", "execute", "made_folder", "notebooks")),
    *(f"publishing/{name}.py" for name in ("offline", "png", "readme", "strict")),
    *(f"commands/{name}.py" for name in ("build", "collect", "guide", "hub", "new", "release")),
    *(f"commands/{name}.py" for name in ("routes", "site", "slides", "slips", "stick")),
    *(f"commands/{name}.py" for name in ("tally", "test")),
)

_IGNORED = """\
# The environment that `python3 -m lstm_lessons setup` makes, and your own copies
/.venv/
/.venv.lock
/my_lessons/
/wheels/

# What Python and JupyterLab leave behind
__pycache__/
*.egg-info/
.ipynb_checkpoints/
.virtual_documents/
/.lock
"""


def made(root: Path, facts: Facts, route: Route | None) -> dict[str, bytes]:
    """Return the files of a release, by their paths from its folder.

    Raises:
        OSError: a file of the course cannot be read.
        learner_copy.NoNotebook: one of its notebooks is none.
    """
    files = {name: (root / name).read_bytes() for name in _AS_THEY_ARE}
    files |= _package(root)
    files[f"lstm_lessons/{archive.NAME}"] = archive.packed(root, facts)
    names = notebooks(root, facts.lessons)
    for name in names:
        files[name] = learner_copy.make(root, name, frozenset(names))
    files["environment.yml"] = conda.environment(root).encode()
    files["README.md"] = page.written(root, facts, route).encode()
    files[".gitignore"] = _IGNORED.encode()
    return files


def lessons(route: Route | None) -> tuple[str, ...]:
    """Return the numbers of the lessons in a release, the first always among them."""
    ready = tuple(each.number for each in LESSONS if each.ready)
    if route is None:
        return ready
    return tuple(number for number in ready if number in (FIRST, *route.lessons))


def notebooks(root: Path, numbers: tuple[str, ...]) -> list[str]:
    """Return the notebooks of these lessons, their exercises, and the pages of reference."""
    pages = {each.name for each in PAGES}
    paths = {name: Path(name).stem for name in copies.names(root)}
    return [name for name, stem in paths.items() if stem in pages or stem[:2] in numbers]


def _package(root: Path) -> dict[str, bytes]:
    files = {}
    for path in sorted((root / "lstm_lessons").rglob("*")):
        name = path.relative_to(root / "lstm_lessons").as_posix()
        hidden = "__pycache__" in name or path.name.startswith(".")
        if path.is_file() and not hidden and not _is_left_out(name):
            files[f"lstm_lessons/{name}"] = path.read_bytes()
    return files


def _is_left_out(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in _LEFT_OUT)
