"""``python3 -m lstm_lessons diagnose FILE:FUNCTION``: six probes on a model of your own."""

from __future__ import annotations

import argparse
import importlib.util
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lstm_lessons.environment.failure import Failure

FOUND = 3
"""The exit status when a probe found a fault, or with ``--strict`` a suspicion."""


def main(arguments: list[str]) -> int:
    """Examine the model that a function of a file returns; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons diagnose",
        description="Examine a recurrent model with six probes. FUNCTION takes no arguments and "
        "returns two things: the model, and what it is called with (a tensor, a tuple of "
        "arguments, or a dict of named ones). FILE is run, so name only a file that you trust.",
        epilog=f"Exit status: 0 no fault was found, {FOUND} a fault was found (with --strict: or a "
        "suspicion), 1 the model could not be examined, 2 the command was misused.",
    )
    parser.add_argument("where", metavar="FILE:FUNCTION", help="such as models/reader.py:example")
    order = parser.add_mutually_exclusive_group()
    order.add_argument(
        "--batch-first",
        dest="batch_first",
        action="store_true",
        default=None,
        help="the input is (B, T, ...); without it, that may have to be guessed",
    )
    order.add_argument(
        "--time-first", dest="batch_first", action="store_false", help="the input is (T, B, ...)"
    )
    parser.add_argument(
        "--strict", action="store_true", help=f"leave with {FOUND} where there is a suspicion, too"
    )
    asked = parser.parse_args(arguments)
    file, colon, name = asked.where.rpartition(":")
    if not (file and colon and name.isidentifier()):
        parser.error(f"expected FILE:FUNCTION, such as model.py:example, got {asked.where!r}")
    model, example = _made(_function(Path(file), name), name)
    from lstm_lessons.clinic import diagnose

    try:
        report = diagnose(model, example, asked.batch_first)
    except (TypeError, ValueError) as error:
        raise Failure(
            f"{name} of {file}: {error}.", "Mend that, and run the command again."
        ) from None
    print(report)
    return FOUND if report.faults or (asked.strict and report.suspicions) else 0


def _function(file: Path, name: str) -> Callable[[], Any]:
    if not file.is_file():
        raise Failure(
            f"There is no file {file}.", "Give the path of a Python file, then :FUNCTION."
        )
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise Failure(f"{file} is no Python file.", "Its name has to end in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(file.parent.resolve()))
    sys.modules[file.stem] = module  # as a class of it looks itself up by this name
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise Failure(
            f"{file} stopped with {_told(error, file)}.",
            "Mend the file, and run the command again.",
        ) from None
    found = getattr(module, name, None)
    if not callable(found):
        known = [each for each, value in vars(module).items() if _own(value, module.__name__)]
        raise Failure(
            f"{file} has no function {name}.",
            f"It has: {', '.join(known) or 'no function at all'}.",
        )
    return found


def _own(value: Any, module: str) -> bool:
    plain = callable(value) and not isinstance(value, type)
    return plain and getattr(value, "__module__", None) == module


def _made(function: Callable[[], Any], name: str) -> tuple[Any, Any]:
    try:
        made = function()
    except Exception as error:
        where = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
        raise Failure(
            f"{name}() stopped with {_told(error, where)}.", "It has to run without arguments."
        ) from None
    if not isinstance(made, tuple) or len(made) != 2:
        raise Failure(
            f"{name}() returned {_kind(made)}.",
            "It has to return two things: model, example_input.",
        )
    return made


def _kind(value: Any) -> str:
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    return type(value).__name__


def _told(error: Exception, file: Path) -> str:
    """Return an error in one line, with the line of the file where it arose."""
    text = str(error).strip().split("\n")[0]
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).resolve() == file.resolve()]
    line = getattr(error, "lineno", None) or (lines[-1] if lines else None)
    place = f" (line {line})" if line else ""
    return f"{type(error).__name__}: {text}{place}" if text else f"{type(error).__name__}{place}"
