"""Where the texts of exercises stand: in the course their source files, in a release one archive.

What learners get has the checkers and the texts in ``archive.zip``, beside the folders of lessons
that it stands for. Python imports from it as from a folder. It holds ``lesson_NN/*.py``,
``texts/notebooks/NN_name.py``, ``texts/exercises/NN_name.py`` and ``release.json``, the facts.
"""

import json
import zipfile
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCES = (ROOT / "notebooks" / "source", ROOT / "exercises" / "source")
ARCHIVE = Path(__file__).parents[1] / "archive.zip"
TEXTS = "texts"
FACTS = "release.json"


@dataclass(frozen=True)
class Facts:
    """What a release is made of: numbers of its lessons, its route's name if it has one.

    Without ``solutions``, ``solution()`` says that the instructor has them.
    """

    lessons: tuple[str, ...]
    route: str | None
    solutions: bool

    def __str__(self) -> str:
        """Return them as they stand in the archive."""
        told = {"lessons": self.lessons, "route": self.route, "solutions": self.solutions}
        return json.dumps(told, indent=1) + "\n"


def facts(archive: Path = ARCHIVE) -> Facts | None:
    """Return what a release says of itself; ``None`` in the course, which has no archive.

    Raises:
        ValueError: the archive is damaged.
    """
    if not archive.is_file():
        return None
    try:
        with zipfile.ZipFile(archive) as opened:
            told = json.loads(opened.read(FACTS))
        return Facts(tuple(told["lessons"]), told["route"], bool(told["solutions"]))
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{archive} is damaged ({error}): put it there anew") from error


def files() -> tuple[Traversable, ...]:
    """Return the texts that exercises may stand in, in the order of their names."""
    if ARCHIVE.is_file():
        return _archived()
    found = (path for folder in SOURCES for path in folder.glob("[0-9][0-9]_*.py"))
    return tuple(sorted(found, key=lambda path: path.name))


@cache
def _archived() -> tuple[Traversable, ...]:
    texts = zipfile.Path(ARCHIVE) / TEXTS
    folders = (texts / source.parent.name for source in SOURCES)
    found = [path for folder in folders if folder.exists() for path in folder.iterdir()]
    return tuple(sorted(found, key=lambda path: path.name))
