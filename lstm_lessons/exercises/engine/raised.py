"""What came of calling a learner's code: an exception in a box, and words for it."""

import linecache
import os
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LINE = "line_elsewhere"
"""The attribute of an error that came from another process: words for the line it came up in."""


class OutOfTime(Exception):
    """The learner's code took more than ``seconds``; ``stopped`` says whether it has ended now."""

    def __init__(self, seconds: float, stopped: bool) -> None:
        super().__init__()
        self.seconds, self.stopped = seconds, stopped


class Raised:
    """The learner's code ended with this exception."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def call_directly(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Do as `Clock.call` does, without thread and deadline: for the checker's own functions."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return Raised(error)


def _places() -> Iterator[Path]:
    """Yield the folders of Python, of its packages, of torch, which may lie elsewhere, and ours."""
    for name in ("stdlib", "platstdlib", "purelib", "platlib"):
        yield Path(sysconfig.get_path(name))
    found = find_spec("torch")
    if found is not None and found.origin is not None:
        yield Path(found.origin).parent
    yield Path(__file__).parents[2]


_NOT_THE_LEARNERS = tuple(str(path.resolve()) + os.sep for path in _places())


def describe(error: BaseException) -> str:
    """Return the exception, and the line of the learner's code where it came up."""
    try:
        text = str(error)
    except Exception:  # an exception class of the learner's own may be broken itself
        text = ""
    first = text.strip().split("\n")[0]
    first = first if len(first) <= 300 else first[:297] + "..."
    said = f"{type(error).__name__}: {first}" if first else type(error).__name__
    return "\n\n".join(filter(None, (said, _line(error))))


def _line(error: BaseException) -> str:
    """Say which line of the learner's raised: the innermost that is no library's."""
    if told := getattr(error, LINE, ""):
        return str(told)
    for frame, number in reversed(list(traceback.walk_tb(error.__traceback__))):
        name = frame.f_code.co_filename
        if name.startswith("<frozen") or str(Path(name).resolve()).startswith(_NOT_THE_LEARNERS):
            continue
        text = linecache.getline(name, number, frame.f_globals).strip()
        return f"Line {number} of your code: `{text}`" if text else f"Line {number} of your code."
    return ""
