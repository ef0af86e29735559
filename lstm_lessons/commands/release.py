"""``release``: make the folder that learners get, with or without solutions."""

from __future__ import annotations

import argparse
from pathlib import Path

from lstm_lessons.commands.arguments import route
from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.failure import Failure


def main(arguments: list[str]) -> int:
    """Make or renew a release; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons release",
        description="Make the folder that learners get: lessons and exercises without results, and "
        "what runs them. It works by itself: `python3 -m lstm_lessons lab` in it. Run again, it "
        "is renewed as `lab` renews copies: what somebody has changed in it is kept.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="new, empty, or a release")
    add_options(parser)
    asked = parser.parse_args(arguments)
    make(Clone.here(), asked.folder.expanduser().absolute(), asked)
    return 0


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let a command take the options of a release."""
    parser.add_argument(
        "--route", metavar="R", help="with this route's lessons alone, and its plan (see routes)"
    )
    parser.add_argument(
        "--without-solutions",
        action="store_true",
        help="solution() says that the instructor has it, and no file shows one. (Whoever unpacks "
        "the archive of the exercises finds them: a checker holds what it checks.)",
    )


def make(clone: Clone, folder: Path, asked: argparse.Namespace) -> None:
    """Make a release in a folder, or renew the one that is there, and print what was done.

    Raises:
        Failure: the folder or an option will not do.
    """
    from lstm_lessons.exercises.engine.sources import Facts
    from lstm_lessons.workshop.handout import contents, laying

    there = laying.check(clone.root, folder)
    name = asked.route if asked.route or there is None else there.route
    way = None if name is None else route(name)
    solutions = not asked.without_solutions if there is None else there.solutions
    facts = Facts(contents.lessons(way), way.name if way else None, solutions)
    if there is not None and (there.route != facts.route or asked.without_solutions and solutions):
        made = f"for the route {there.route}" if there.route else "with all lessons"
        raise Failure(
            f"The release in {folder} was made {made} and"
            f" {'with' if there.solutions else 'without'} solutions.",
            "Leave the options out to renew it, or name another folder.",
        )
    files = contents.made(clone.root, facts, way)
    laid = laying.lay(folder, files)
    for line in laid.lines:
        print(line)
    size = sum(map(len, files.values())) / 1e6
    print(f"The release is in {folder}: {len(files)} files, {size:.1f} MB; lessons", end=" ")
    print(f"{', '.join(facts.lessons)}. {laid.new} new, {laid.renewed} renewed, {laid.gone} gone.")
    if not solutions:
        print(
            "No file of it shows a solution, and solution() says that you have it. Who unpacks "
            "lstm_lessons/exercises/archive.zip still finds them: a checker holds what it checks."
        )
    print("Learners get the whole folder, and type in it: python3 -m lstm_lessons lab")
