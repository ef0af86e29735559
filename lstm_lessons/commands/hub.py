"""``hub``: say what a class needs on a JupyterHub, and write the files that set one up."""

from __future__ import annotations

import argparse
from pathlib import Path

from lstm_lessons.environment.failure import Failure


def main(arguments: list[str]) -> int:
    """Write a folder of files for a hub, and print the sums; return the exit status."""
    from lstm_lessons.workshop.hub import written
    from lstm_lessons.workshop.hub.needs import Needs

    asked = _parser().parse_args(arguments)
    if not 1 <= asked.learners <= 10_000:
        raise Failure(f"Expected 1 to 10000 learners, got {asked.learners}.", "Count them again.")
    if bool(asked.repository) != bool(asked.image):
        raise Failure(
            "Kubernetes needs both --repository and --image.",
            "Give both, or neither: then files for one machine alone are written.",
        )
    of = written.Asked(
        learners=asked.learners,
        repository=asked.repository,
        branch=asked.branch,
        image=asked.image,
    )
    folder = asked.folder.expanduser().absolute()
    for line in written.write(of, folder):
        print(line)
    needs = Needs(asked.learners)
    print(f"{needs.told} README.md in {folder} says how to go on.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons hub",
        description="Write the files that set up a JupyterHub with the lessons: The Littlest "
        "JupyterHub on one machine, and Zero to JupyterHub on Kubernetes if --repository and "
        "--image are given. It says how large the machine has to be.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="new, empty, or made before")
    parser.add_argument(
        "--learners", type=int, default=30, metavar="N", help="how many come (default: 30)"
    )
    parser.add_argument(
        "--repository",
        metavar="ADDRESS",
        help="for Kubernetes: where a release is as a git repository that all can read",
    )
    parser.add_argument("--branch", default="main", help="its branch (default: main)")
    parser.add_argument(
        "--image", metavar="NAME:TAG", help="for Kubernetes: what learners' image is to be called"
    )
    return parser
