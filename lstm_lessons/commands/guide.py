"""``guide``: the instructor's guide as pages that print; it holds all answers."""

from __future__ import annotations

import argparse
from pathlib import Path

from lstm_lessons.environment.clone import Clone


def main(arguments: list[str]) -> int:
    """Write the guide; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons guide",
        description="Write the instructor's guide: how to run the workshop, the routes, and a page "
        "a lesson, with all answers. The pages need no network, and print on A4.",
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="where (default: build/guide)"
    )
    asked = parser.parse_args(arguments)
    clone = Clone.here()
    folder = (asked.folder or clone.root / "build" / "guide").expanduser().absolute()

    from lstm_lessons.workshop.guide import builder

    pages = builder.build(clone.root, folder)
    print(f"The guide is in {folder}: {len(pages)} pages. Open {pages[0]} in a browser.")
    print("It holds all answers: give it to no learner, and put it on no public site.")
    return 0
