"""What a learner has done: a text file of their own, to which lines are added and nothing else.

    2026-11-28 solved 03.1
    2026-11-28 read 03

It lies in the learner's own folder. Elsewhere nothing is written, and what was done is known until
the kernel stops. Lines of another form are the learner's own, and are left as they are.
"""

import re
from datetime import date
from pathlib import Path

from lstm_lessons import own_folder

FILE = "progress.txt"
SOLVED, READ = "solved", "read"

_LINE = re.compile(rf"^\S+ (?P<what>{SOLVED}|{READ}) (?P<number>\d\d(?:\.\d+)?)\s*$")
_until_the_kernel_stops: set[tuple[str, str]] = set()


def file() -> Path | None:
    """Return where the file is, or is to be; None outside of a learner's own folder."""
    folder = own_folder.around(Path.cwd())
    return folder and folder / FILE


def note(what: str, number: str) -> None:
    """Write down that an exercise was ``SOLVED`` or a lesson ``READ``, once.

    Raises:
        OSError: the file cannot be read or written.
    """
    path = file()
    done = (what, number)
    if path is not None and done not in _written(path):
        # One call in append mode, so that two kernels at once lose nothing.
        before = "" if _ends_with_a_line(path) else "\n"
        with path.open("a", encoding="utf-8") as lines:
            lines.write(f"{before}{date.today().isoformat()} {what} {number}\n")
    _until_the_kernel_stops.add(done)


def done(what: str) -> set[str]:
    """Return the numbers of the exercises that were ``SOLVED``, or of the lessons ``READ``.

    Raises:
        OSError: the file cannot be read.
    """
    path = file()
    known = _until_the_kernel_stops | (_written(path) if path else set())
    return {number for each, number in known if each == what}


def _written(path: Path) -> set[tuple[str, str]]:
    if not path.exists():
        return set()
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return {(found["what"], found["number"]) for line in lines if (found := _LINE.match(line))}


def _ends_with_a_line(path: Path) -> bool:
    return not path.exists() or path.read_bytes()[-1:] in (b"", b"\n")
