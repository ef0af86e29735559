"""``stick``: what learners get, with all packages: set-up from it needs no network."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from lstm_lessons.commands import release
from lstm_lessons.environment import wheels
from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.failure import Failure

_PYTHON = re.compile(r"3\.\d\d?")


def main(arguments: list[str]) -> int:
    """Make a stick; return the exit status."""
    from lstm_lessons.workshop import stick

    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons stick",
        description="Make a folder for a USB stick: the release, and all packages that set-up "
        "installs, so that it needs no network. Learners copy the folder to their disk, and run "
        "`python3 -m lstm_lessons lab` in it. Run again, it is renewed, and gets what is new.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="new, empty, or made before")
    release.add_options(parser)
    parser.add_argument(
        "--system",
        action="append",
        choices=stick.SYSTEMS,
        default=[],
        help="packages for this system (again for more; default: the one that you are on)",
    )
    parser.add_argument(
        "--python",
        action="append",
        metavar="3.N",
        default=[],
        help="packages for this Python (again for more; default: the one that runs this)",
    )
    asked = parser.parse_args(arguments)
    clone, folder = Clone.here(), asked.folder.expanduser().absolute()
    kinds = stick.kinds(asked.system, [_python(each) for each in asked.python])
    release.make(clone, folder, asked)
    sources = {kind: stick.fetched(clone, kind) for kind in kinds}
    for line in stick.put(sources, folder, clone.fingerprint()):
        print(line)
    held = list((folder / wheels.FOLDER).glob("*.whl"))
    size = sum(path.stat().st_size for path in held) / 1e6
    print(f"With {len(held)} packages, {size:.0f} MB, for {', '.join(map(str, kinds))}.")
    print("Learners copy the folder to their disk. No network is needed then.")
    return 0


def _python(version: str) -> str:
    if not _PYTHON.fullmatch(version) or int(version[2:]) < 11:
        raise Failure(f"Expected a Python from 3.11 on, got {version!r}.", "Write it as in 3.12.")
    return version
