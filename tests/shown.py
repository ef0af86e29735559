"""Whether a folder shows the solution of an exercise: as a whole, or one of its distinctive lines.

White space and the escapes of JSON do not count. A line is distinctive if it has 16 letters or more
without white space, is no comment and no head of a function, and stands in no notebook that
learners get: what the lessons show anyway gives no answer away.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from lstm_lessons.exercises import numbers
from lstm_lessons.exercises.engine.text import text

LEAST = 16

# The package is teaching material, too: a lesson's code stands in it, and may meet an answer.
IN_THE_PACKAGE = {
    "17.1": "lstm/frameworks.py carries weights to all frameworks; the exercise asks for one",
    "19.1": "lstm/minimal.py holds lesson 19's scan, in which a line is the same",
}


def bare(words: str) -> bytes:
    """Return a text without its white space."""
    return "".join(words.split()).encode()


def everything(folder: Path) -> bytes:
    """Return all that stands in the files of a folder, as bytes and as what notebooks say."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            found.append(b"".join(data.split()))
            if path.suffix == ".ipynb":
                found.append(bare("\n".join(_words(json.loads(data)))))
    return b"\n".join(found)


def in_cells(folder: Path) -> bytes:
    """Return what the cells of all notebooks in a folder say, results left out."""
    notebooks = (json.loads(path.read_bytes()) for path in sorted(folder.rglob("*.ipynb")))
    cells = (cell for notebook in notebooks for cell in notebook["cells"])
    return bare("\n".join("".join(cell["source"]) for cell in cells))


def _words(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, list) and all(isinstance(each, str) for each in part):
        yield "".join(part)
    elif isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _words(each)


def distinctive(number: str, known: bytes) -> list[bytes]:
    """Return what must not be shown of a solution: all of it, and its lines that are not known."""
    solution = text(number).solution
    lines = [line.strip() for line in solution.split("\n")]
    kept = [
        line
        for line in map(bare, lines)
        if len(line) >= LEAST and not line.startswith((b"def", b"#")) and line not in known
    ]
    whole = [bare(solution)] if bare(solution) not in known else []
    return [*whole, *kept]


def shown(folder: Path, chosen: tuple[str, ...] | None = None) -> dict[str, list[bytes]]:
    """Return for each exercise what a folder shows of its solution; nothing where it shows none."""
    there, known = everything(folder), in_cells(folder)
    told = {}
    for number in chosen or numbers():
        lines = [line for line in distinctive(number, known) if line in there]
        if number in IN_THE_PACKAGE:
            lines = [line for line in lines if line == bare(text(number).solution)]
        if lines:
            told[number] = lines
    return told
