"""What a route promises, and which of it is broken: sections, order, needs, minutes, breaks."""

from __future__ import annotations

from pathlib import Path

from lstm_lessons.course import Home, Route, Show, Solve, Tell, lesson
from lstm_lessons.routes import sections, timetable

CLOSING = ("What we have seen",)
"""Sections that may be left out without a word: they say once more what was shown."""

IN_HAND = 0.15
"""The share of a sitting that may be left at its end."""


def broken(root: Path, route: Route) -> list[str]:
    """Return a line for each promise that a route does not keep."""
    unknown = _unknown(root, route)
    return unknown or [
        *_needs(route),
        *_left_out(root, route),
        *_exercises(route),
        *_times(root, route),
    ]


def _unknown(root: Path, route: Route) -> list[str]:
    """Return what is named and is not there, and sections that come twice or out of order."""
    found, places = [], dict[str, int]()
    for part in route.parts:
        if isinstance(part, Solve | Home):
            there = {each for number in part.exercises for each in _there(root, number[:2])}
            found += [
                f"there is no exercise {each}" for each in part.exercises if each not in there
            ]
        if not isinstance(part, Show):
            continue
        known = [each.title for each in sections.of(root, part.lesson)]
        for title in timetable.titles(root, part):
            if title not in known:
                found.append(f"lesson {part.lesson} has no section {title!r}")
            elif known.index(title) <= places.get(part.lesson, -1):
                found.append(f"lesson {part.lesson}: {title!r} comes too late, or twice")
            else:
                places[part.lesson] = known.index(title)
    return found


def _there(root: Path, number: str) -> list[str]:
    return list(sections.exercises(root, number))


def _needs(route: Route) -> list[str]:
    """Return each lesson that needs one which was neither shown nor told before."""
    found, had = [], set[str]()
    for part in route.parts:
        if isinstance(part, Tell):
            had.update(part.lessons)
        if isinstance(part, Show):
            missing = set(lesson(part.lesson).prerequisites) - had
            found += [f"lesson {part.lesson} needs {each}" for each in sorted(missing)]
            had.add(part.lesson)
    return found


def _left_out(root: Path, route: Route) -> list[str]:
    """Return each lesson of which something is left out, and nothing told in its place."""
    found = []
    for number in route.lessons:
        parts = [each for each in route.parts if isinstance(each, Show) and each.lesson == number]
        shown = {title for each in parts for title in timetable.titles(root, each)}
        left = [
            each.title
            for each in sections.of(root, number)
            if each.title not in shown and each.title not in CLOSING
        ]
        if left and not any(each.told for each in parts):
            found.append(f"lesson {number}: nothing is told in place of {'; '.join(left)}")
    return found


def _exercises(route: Route) -> list[str]:
    """Return each exercise that comes before its lesson, or without it."""
    found, shown = [], set[str]()
    for part in route.parts:
        if isinstance(part, Show):
            shown.add(part.lesson)
        if isinstance(part, Solve | Home):
            early = [each for each in part.exercises if each[:2] not in shown]
            found += [f"exercise {each} comes before its lesson" for each in early]
    return found


def _times(root: Path, route: Route) -> list[str]:
    found = []
    for each in route.sittings:
        took = sum(timetable.length(root, part) for part in each.parts)
        if not (1 - IN_HAND) * each.minutes <= took <= each.minutes:
            found.append(f"{each.title}: {took} minutes of {each.minutes}")
        if (without := timetable.longest_without_break(root, each)) > timetable.LONGEST:
            found.append(f"{each.title}: {without} minutes without a break")
    return found
