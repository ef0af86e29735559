"""How the measured minutes of a lesson are shared out, and what they come to in a room.

`RULE` says it in words, for whoever reads a timetable. How well it fits can be asked: the weights
of all 21 lessons, as minutes of a quick reader, are 0.5 to 0.8 of the measured minutes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from pathlib import Path

from lstm_lessons.course import lesson
from lstm_lessons.routes import sections
from lstm_lessons.routes.sections import Section

RULE = """\
The minutes of a lesson were measured: it was read alone, and all of it was tried. So were those of
its exercises. A section gets its share of them by its words, lines of code, pictures, questions and
explorers. In a room it is shown, asked and tried, which takes a third longer: two or three guesses
are heard, and the last to finish are waited for. The third is a rule of thumb: it has not been
measured."""

ROOM = Fraction(4, 3)
"""Minutes in a room for a minute alone."""

SECONDS = {
    "word": 0.3,
    "line of code": 4,
    "cell": 5,
    "picture": 20,
    "question": 20,
    "explorer": 120,
    "exercise": 180,
    "line to write": 30,
}
"""What each thing of a section weighs; an explorer's picture and tasks are in its weight."""
_FOLD = re.compile(r"<details.*?</details>", re.DOTALL)
_SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
_WORD = re.compile(r"\w+")


def weight(section: Section) -> float:
    """Return how much a section weighs, in seconds of a quick reader."""
    total = 0.0
    for each in section.pieces:
        if each.kind == "text":
            total += SECONDS["word"] * len(_WORD.findall(_FOLD.sub("", each.source)))
            total += SECONDS["question"] * (each.question is not None)
        elif each.explorers:
            total += SECONDS["explorer"] * len(each.explorers)
        else:
            lines = [line for line in each.source.splitlines() if line.strip()]
            total += SECONDS["cell"] + SECONDS["line of code"] * len(lines)
            total += SECONDS["picture"] * each.pictures
    return total


@cache
def alone(root: Path, number: str) -> dict[str, float]:
    """Return the minutes of each section of a lesson, read alone; they add up to the lesson's."""
    weights = {each.title: weight(each) for each in sections.of(root, number)}
    whole = sum(weights.values())
    return {title: lesson(number).minutes * each / whole for title, each in weights.items()}


def in_room(minutes: float) -> int:
    """Return what minutes alone come to in a room: whole minutes, and one at least."""
    return max(1, math.floor(minutes * ROOM + Fraction(1, 2)))


def shown(root: Path, number: str, titles: Iterable[str]) -> int:
    """Return the minutes in a room of some sections of a lesson.

    Raises:
        KeyError: no lesson has this number, or the lesson has no such heading.
    """
    share = alone(root, number)
    return in_room(sum(share[sections.titled(root, number, each).title] for each in titles))


def solved(root: Path, numbers: Iterable[str]) -> int:
    """Return the minutes in a room of some exercises.

    Raises:
        KeyError: there is no such exercise.
    """
    return in_room(sum(_exercises_alone(root, each[:2])[each] for each in numbers))


@cache
def _exercises_alone(root: Path, number: str) -> dict[str, float]:
    """Return the minutes of each exercise of a lesson, done alone; they add up to the lesson's."""
    weights = {each: _weight_solved(of) for each, of in sections.exercises(root, number).items()}
    whole = sum(weights.values())
    return {each: lesson(number).exercise_minutes * one / whole for each, one in weights.items()}


def _weight_solved(exercise: Section) -> float:
    """Return how much an exercise weighs: its task, and each line that has to be written."""
    code = "\n".join(each.source for each in exercise.pieces if each.kind == "code")
    written = "".join(_SOLUTION.findall(code))
    lines = [line for line in written.splitlines() if line.strip()]
    return SECONDS["exercise"] + weight(exercise) + SECONDS["line to write"] * len(lines)
