"""``test``: one pytest run over the package, the notebooks, the exercises and the page."""

from __future__ import annotations

import argparse
import os
import sys

from lstm_lessons.commands.arguments import split
from lstm_lessons.commands.browser import MEND, browser_is_required, find_browser
from lstm_lessons.environment import kernel
from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.failure import Failure

# Strict: stored outputs are compared, with the kernel of this environment, a cell's time limited.
# The plugin adds: no network, another folder, each cell run twice.
NBVAL = (
    *("--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"),
    *("-p", "lstm_lessons.publishing.strict"),
)
# A worker a notebook: nbval keeps one kernel for a notebook, so its cells must not be dealt out.
# Files are dealt out in the order that tests/conftest.py puts them in.
# A worker that dies is replaced once; without a limit, what killed it is tried over and over.
SPREAD = ("--dist", "loadscope", "--no-loadscope-reorder", "--max-worker-restart=1")
# The tests that --fast leaves out.
FAST = ("-m", "not browser and not slow and not notebook")
_MOST_WORKERS = 4  # Each may hold a kernel of 300 MB.


def main(arguments: list[str]) -> int:
    """Run the tests; return pytest's exit status, or 1 where not one test ran."""
    options, rest = _parse(arguments)
    clone = Clone.here()
    if not options.fast and not rest and browser_is_required() and find_browser() is None:
        raise Failure("No browser was found, and CI must not skip the browser tests.", MEND)
    _prepare(clone)
    import pytest

    from lstm_lessons.commands.tally import Tally

    tally = Tally()
    status = int(pytest.main(pytest_arguments(options.fast, rest), plugins=[tally]))
    for line in tally.notes():
        print(line)
    print(tally.verdict(), flush=True)
    return tally.exit_status(status)


def pytest_arguments(fast: bool, rest: list[str]) -> list[str]:
    """Return pytest's arguments; what the user added comes last, and so wins.

    Which paths are run without any named is ``testpaths`` in pyproject.toml.
    """
    return [*NBVAL, "-n", str(workers()), *SPREAD, *(FAST if fast else ()), *rest]


def workers() -> int:
    """Return how many tests run side by side; 0 is none but the run itself."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return 0 if not cores or cores == 1 else min(cores, _MOST_WORKERS)


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    arguments, rest = split(arguments)
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons test",
        description="Run every test. Anything after -- goes to pytest; paths there, relative to the"
        " clone, are run instead of everything.",
    )
    parser.add_argument(
        "--fast",
        action="store_true",
        help="leave out the browser tests, the slow ones, and the notebooks",
    )
    return parser.parse_args(arguments), rest


def _prepare(clone: Clone) -> None:
    """Set what this process and its workers and kernels share."""
    os.environ.update(kernel.environ(clone))
    # One thread of torch a worker: more of them than cores slow each other down.
    os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    sys.path.insert(0, str(clone.root))
    os.chdir(clone.root)
