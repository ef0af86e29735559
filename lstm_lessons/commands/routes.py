"""``routes``: ways through the lessons for a room, each with a timetable that adds up."""

from __future__ import annotations

import argparse
import re

from lstm_lessons.commands.arguments import route
from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.failure import Failure
from lstm_lessons.routes import words

_TIME = re.compile(r"(\d\d?):(\d\d)")


def main(arguments: list[str]) -> int:
    """Print all routes, or the timetable of one; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons routes",
        description="Print the routes through the lessons for a room with a teacher, or the "
        "timetable of one: which sections, explorers and exercises, from when to when.",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="a route, such as half-a-day")
    parser.add_argument("--start", default="09:00", metavar="HH:MM", help="when it begins (09:00)")
    asked = parser.parse_args(arguments)
    start = after_midnight(asked.start)
    if asked.name is None:
        print(words.listed())
        print("\n`python3 -m lstm_lessons routes NAME` prints a timetable.")
        return 0
    print(words.printed(Clone.here().root, route(asked.name), start))
    return 0


def after_midnight(time: str) -> int:
    """Return a time of the day in minutes after midnight.

    Raises:
        Failure: it is no time of the day.
    """
    match = _TIME.fullmatch(time.strip())
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise Failure(f"Expected a time of the day, got {time!r}.", "Write it as in 13:30.")
    return 60 * int(match[1]) + int(match[2])
