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
    text = _text(path)
    if path is not None and done not in _written(text):
        # One call in append mode, so that two kernels at once lose nothing.
        before = "\n" if text and not text.endswith("\n") else ""
        with path.open("a", encoding="utf-8") as lines:
            lines.write(f"{before}{date.today().isoformat()} {what} {number}\n")
    _until_the_kernel_stops.add(done)


def done(what: str) -> set[str]:
    """Return the numbers of the exercises that were ``SOLVED``, or of the lessons ``READ``.

    Raises:
        OSError: the file cannot be read.
    """
    known = _until_the_kernel_stops | _written(_text(file()))
    return {number for each, number in known if each == what}


def _text(path: Path | None) -> str:
    """Return what stands in the file; nothing where there is none."""
    if path is None or not path.exists():
        return ""
    return path.read_bytes().decode("utf-8", errors="replace")


def _written(text: str) -> set[tuple[str, str]]:
    found = map(_LINE.match, text.splitlines())
    return {(line["what"], line["number"]) for line in found if line}
