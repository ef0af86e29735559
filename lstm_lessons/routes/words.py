"""Routes in words: the list of them and a timetable, for a terminal and as Markdown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from pathlib import Path

from lstm_lessons.course import ROUTES, Route, Sitting
from lstm_lessons.routes import minutes, timetable
from lstm_lessons.routes.timetable import Row, clock

NINE = 9 * 60
"""Nine in the morning, in minutes after midnight."""

_WIDTH = 100
_LESSON = re.compile(r"\*\*(Lesson (\d\d): [^*]+)\*\*")


def listed() -> str:
    """Return all routes for a terminal: name, time, lessons and goal."""
    rows = []
    for each in ROUTES:
        rows.append(f"{each.name:<16}{duration(each)}; lessons {', '.join(each.lessons)}")
        goal = f"In the end people can {each.goal}."
        rows += textwrap.wrap(goal, _WIDTH, initial_indent=" " * 16, subsequent_indent=" " * 16)
    return "\n".join(rows)


def printed(root: Path, route: Route, start: int = NINE) -> str:
    """Return the timetable of a route for a terminal; each sitting begins at ``start``."""
    lines = [f"{route.title}: {duration(route)}", ""]
    lines += textwrap.wrap(f"In the end people can {route.goal}.", _WIDTH)
    for each in route.sittings:
        lines += ["", f"{each.title}, {clock(start, 0)} to {clock(start, each.minutes)}"]
        for row in timetable.rows(root, each):
            lines += _printed(row, start)
    return "\n".join([*lines, "", minutes.RULE])


def _printed(row: Row, start: int) -> list[str]:
    time = f"{row.minutes:>3} min" if row.minutes else ""
    lines = [f"{clock(start, row.begin)} {time:<8} {row.what}"]
    for each in row.details:
        for number, line in enumerate(textwrap.wrap(_plain(each), _WIDTH - 18)):
            lines.append(" " * (18 if number else 16) + line)
    return lines


def _plain(text: str) -> str:
    return text.replace("`", "")


def page(root: Path, address: Callable[[str], str]) -> str:
    """Return all routes with their timetables, as Markdown.

    ``address`` says for a lesson's number where its title leads to.
    """
    text = "\n\n".join(
        [_HEAD.format(rule=minutes.RULE), *(_section(root, each) for each in ROUTES)]
    )
    return _LESSON.sub(lambda found: f"**[{found[1]}]({address(found[2])})**", text)


def _section(root: Path, route: Route) -> str:
    parts = [
        f"## {route.title}",
        f"`{route.name}`: {duration(route)}. In the end people can {route.goal}.",
    ]
    for each in route.sittings:
        if len(route.sittings) > 1:
            parts.append(f"### {each.title}")
        parts.append(table(root, each))
    return "\n\n".join(parts)


def table(root: Path, sitting: Sitting, start: int = NINE) -> str:
    """Return the timetable of a sitting as a table in Markdown."""
    rows = ["| time | minutes | what |", "|---|---|---|"]
    for row in timetable.rows(root, sitting):
        what = "<br>".join([f"**{row.what}**", *row.details])
        rows.append(f"| {clock(start, row.begin)} | {row.minutes or ''} | {what} |")
    return "\n".join(rows)


def duration(route: Route) -> str:
    """Return how long a route takes, in words."""
    hours, rest = divmod(route.minutes // len(route.sittings), 60)
    each = " ".join([f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0))
    return f"{len(route.sittings)} times {each}" if len(route.sittings) > 1 else each


_HEAD = """# Routes for a room

Five ways through the lessons for a room with a teacher. Each is a timetable that adds up, with
breaks at most 90 minutes apart, the sections of lessons to show, their explorers, the exercises to
set, and what the teacher tells in place of what is left out. The times are for a beginning at
nine; `python3 -m lstm_lessons routes half-a-day --start 13:30` prints another.

{rule}"""
