"""A route laid out in time: which part from when to when, in whole minutes that add up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lstm_lessons.course import Break, Home, Part, Show, Sitting, Solve, Talk, Tell, lesson
from lstm_lessons.routes import minutes, sections

TOLD = 1
"""Minutes in which a teacher says what stands in place of some sections."""

LONGEST = 90
"""Minutes after which a room needs a break."""


@dataclass(frozen=True)
class Row:
    """A line of a timetable: minutes since the sitting began, what is done, and details."""

    begin: int
    minutes: int
    what: str
    details: tuple[str, ...] = ()

    @property
    def end(self) -> int:
        """The minute at which it is over."""
        return self.begin + self.minutes


def rows(root: Path, sitting: Sitting) -> list[Row]:
    """Return the lines of a sitting; what is left at its end is a line, too.

    Raises:
        KeyError: a part names a lesson, a section or an exercise that is not there.
        ValueError: the parts take longer than the sitting has minutes.
    """
    made, now = list[Row](), 0
    for part in sitting.parts:
        made.append(Row(now, length(root, part), *_words(root, part)))
        now = made[-1].end
    if now > sitting.minutes:
        raise ValueError(
            f"expected at most {sitting.minutes} minutes in {sitting.title!r}, its parts take {now}"
        )
    if now < sitting.minutes:
        made.append(Row(now, sitting.minutes - now, "In hand", ("for questions and late starts",)))
    return made


def length(root: Path, part: Part) -> int:
    """Return the minutes of a part in a room."""
    match part:
        case Show():
            shown = minutes.shown(root, part.lesson, titles(root, part))
            return shown + (TOLD if part.told else 0)
        case Solve():
            return minutes.solved(root, part.exercises)
        case Home():
            return 0
        case Tell() | Talk() | Break():
            return part.minutes


def titles(root: Path, part: Show) -> tuple[str, ...]:
    """Return the headings of the sections that are shown."""
    return part.sections or tuple(each.title for each in sections.of(root, part.lesson))


def explorers(root: Path, part: Show) -> tuple[str, ...]:
    """Return the names of the explorers in the sections that are shown."""
    shown = (sections.titled(root, part.lesson, each) for each in titles(root, part))
    return tuple(dict.fromkeys(name for each in shown for name in each.explorers))


def longest_without_break(root: Path, sitting: Sitting) -> int:
    """Return the most minutes from the beginning or a break to the next break or the last part."""
    longest = now = 0
    for part in sitting.parts:
        now = 0 if isinstance(part, Break) else now + length(root, part)
        longest = max(longest, now)
    return longest


def clock(start: int, after: int) -> str:
    """Return a time of the day, from minutes after midnight and minutes since."""
    hours, rest = divmod((start + after) % (24 * 60), 60)
    return f"{hours:02}:{rest:02}"


def _words(root: Path, part: Part) -> tuple[str, tuple[str, ...]]:
    match part:
        case Show():
            shown = "; ".join(part.sections) or "all of it"
            told = [f"Tell in place of the rest: {part.told}"] if part.told else []
            named = explorers(root, part)
            moved = [f"Explorers: {', '.join(named)}"] if named else []
            return _titled(part.lesson), (shown, *moved, *told)
        case Tell():
            return f"Tell: {_all_titled(part.lessons)}", (part.words,)
        case Solve():
            return "Exercises", tuple(_exercise(root, each) for each in part.exercises)
        case Home():
            return "For home", tuple(_exercise(root, each) for each in part.exercises)
        case Talk() | Break():
            return part.title, ()


def _titled(number: str) -> str:
    return f"Lesson {number}: {lesson(number).title}"


def _all_titled(numbers: tuple[str, ...]) -> str:
    return ", ".join(f"{each} {lesson(each).title}" for each in numbers)


def _exercise(root: Path, number: str) -> str:
    return f"{number} {sections.exercises(root, number[:2])[number].title}"
