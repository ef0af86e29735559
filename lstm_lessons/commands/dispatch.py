"""From the words on the command line to the command, and from a failure to one line."""

from __future__ import annotations

import importlib
import io
import os
import sys
from pathlib import Path

from lstm_lessons.environment.failure import Failure, from_os_error

USAGE = """\
usage: python3 -m lstm_lessons COMMAND

  lab      open the lessons in JupyterLab (makes the environment the first time)
  test     run every test (makes the environment where it is missing)
  setup    make the environment, and stop
  doctor   say what is installed, and what is wrong with the way to mend it
  diagnose examine a model of your own with six probes: FILE:FUNCTION
  build    make the notebooks from their source texts (for authors)
  new      lay out the files of a new lesson (for authors)
  slips    print what each wrong answer to an exercise is told (for authors)
  site     make pages of the lessons, for any web server; its pictures move there too
  routes   print routes through the lessons for a room, with timetables (for teachers)
  guide    write the instructor's guide, with all answers (for teachers)
  slides   make slides of a lesson or a route; their sliders move without a network (for teachers)
  release  make the folder that learners get, with or without solutions (for teachers)
  stick    make that folder with all packages, for a USB stick: no network needed (for teachers)
  hub      write the files that set up a JupyterHub, and say what a class needs (for teachers)
  collect  judge again what learners handed in, and see what to explain (for teachers)
  bench    measure how fast the LSTMs of the lessons are, beside torch.nn.LSTM

COMMAND --help says more."""

COMMANDS = (
    *("lab", "test", "setup", "doctor", "diagnose"),
    *("build", "new", "slips", "bench", "site"),
    *("routes", "guide", "slides", "release", "stick", "hub", "collect"),
)
_IN_ENVIRONMENT = {
    "lab": (),
    "test": ("test", "shipping", "site"),
    "diagnose": (),
    "build": ("test",),
    "new": ("test",),
    "slips": (),
    "bench": (),
    "site": ("site",),
    "guide": (),
    "slides": ("site",),
    "release": (),
    "stick": (),
    "hub": (),
    "collect": (),
}


def is_here(name: str) -> bool:
    """Say whether a command is in this folder: what learners get has none for teachers."""
    return Path(__file__).with_name(f"{name}.py").is_file()


def usage() -> str:
    """Return the usage, with the commands that are here."""
    gone = [f"  {name} " for name in COMMANDS if not is_here(name)]
    return "\n".join(line for line in USAGE.splitlines() if not line.startswith(tuple(gone)))


NOBODY_READS = 141
"""The exit status where what is printed goes nowhere: that of a program which a pipe has ended."""


def dispatch(arguments: list[str]) -> int:
    """Run one command; return its exit status: 0 done, 1 failed, 2 misused, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        # A path may have letters that the stream cannot show.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _answer(arguments)
    except (SystemExit, BrokenPipeError):  # the first is argparse's, which has printed its help
        if _nobody_reads("\n"):
            return NOBODY_READS
        raise
    return NOBODY_READS if _nobody_reads() else status


def _nobody_reads(more: str = "") -> bool:
    """Say whether the reader has gone, as behind `| head -1`; then what is left goes nowhere.

    Without a buffer nothing is left to be seen to fail: ``more`` is then printed.
    """
    try:
        print(more, end="", flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    except (OSError, ValueError):  # a full disk, a closed stream: Python tells of it at its end
        pass
    return False


def _answer(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if arguments else 2
    name, rest = arguments[0], arguments[1:]
    if name not in COMMANDS:
        print(f"lstm_lessons: there is no command {name!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    try:
        return _run(name, rest)
    except Failure as failure:
        print(f"lstm_lessons: {failure}", file=sys.stderr)
        return 1
    except OSError as error:
        if isinstance(error, BrokenPipeError) and _nobody_reads("\n"):
            return NOBODY_READS
        print(f"lstm_lessons: {from_os_error(error, name)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nlstm_lessons: stopped. What is half-made is made anew next time.", file=sys.stderr)
        return 130


def _run(name: str, rest: list[str]) -> int:
    if not is_here(name):
        raise Failure(
            f"{name!r} is for teachers and authors, and is not in what learners get.",
            "It is in the repository of the course.",
        )
    asks_for_help = name != "build" and {"-h", "--help"} & set(_own(rest))
    if name in _IN_ENVIRONMENT and not asks_for_help:
        status = _enter(name, rest)
        if status is not None:
            return status
    command = importlib.import_module(f"lstm_lessons.commands.{name}")
    return command.main(rest)


def _own(arguments: list[str]) -> list[str]:
    """Return the arguments before ``--``: those after it belong to JupyterLab or pytest."""
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def _enter(name: str, rest: list[str]) -> int | None:
    """See to the environment; ``None`` when this Python is it, else the other Python's status."""
    from lstm_lessons.environment import environment
    from lstm_lessons.environment.clone import Clone
    from lstm_lessons.environment.installer import ensure

    clone = Clone.here()
    python = environment.usable_python(clone, *_IN_ENVIRONMENT[name])
    if python is None:
        print("Setting up the course, once. It takes some minutes.", flush=True)
        ensure(clone, _IN_ENVIRONMENT[name])
        python = environment.Environment(clone).python
    if environment.is_current(python):
        return None
    return environment.hand_over(python, [name, *rest], clone.environ())
