"""What a deck is of: a lesson, or a route with the sections that it shows, breaks and exercises.

The words of a route are those of ``course.py`` and of its timetable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from lstm_lessons.course import (
    LESSONS,
    ROUTES,
    Break,
    Home,
    Lesson,
    Route,
    Show,
    Sitting,
    Solve,
    Talk,
    Tell,
    lesson,
)
from lstm_lessons.course import Part as RoutePart
from lstm_lessons.environment.failure import Failure
from lstm_lessons.routes import timetable
from lstm_lessons.routes.timetable import Row
from lstm_lessons.workshop.deck import blocks, notes, rule, sentences
from lstm_lessons.workshop.deck.slide import Points, Section, Slide, Words


@dataclass(frozen=True)
class Deck:
    """A deck: its folder's name, its title, and what it is of."""

    name: str
    title: str
    of: Lesson | Route


def deck(asked: str) -> Deck:
    """Return the deck of what was asked for: "3", "03", "03_the_cell_by_hand", "half-a-day".

    Raises:
        Failure: there is no such lesson or route.
    """
    for each in LESSONS:
        if asked in (each.name, each.number, each.number.lstrip("0") or "0"):
            return Deck(each.name, f"Lesson {each.number}: {each.title}", each)
    for each in ROUTES:
        if asked == each.name:
            return Deck(each.name, each.title, each)
    lessons = f"a lesson by its number, {LESSONS[0].number} to {LESSONS[-1].number}"
    routes = ", ".join(each.name for each in ROUTES)
    raise Failure(
        f"There is no lesson and no route {asked!r}.", f"Name {lessons}, or a route: {routes}."
    )


def names() -> list[str]:
    """Return the names of all decks that there are."""
    return [each.name for each in (*LESSONS, *ROUTES)]


def sections(root: Path, deck: Deck) -> list[Section]:
    """Return all slides of a deck, of a clone's stored notebooks."""
    if isinstance(deck.of, Lesson):
        return of_lesson(root, deck.of)
    return [part for sitting in deck.of.sittings for part in of_sitting(root, deck.of, sitting)]


def of_lesson(root: Path, lesson: Lesson) -> list[Section]:
    """Return the slides of a lesson: its title, what it is for, and its sections."""
    path = root / "notebooks" / f"{lesson.name}.ipynb"
    guide = notes.words(root, lesson.number)
    made = notes.with_guide(root, lesson.number, rule.sections(blocks.of(path)), guide)
    return [opening(lesson, notes.on_title(guide)), *made]


def opening(lesson: Lesson, told: tuple[str, ...]) -> Section:
    """Return the slides with a lesson's title, its question and its objectives."""
    title = Slide(
        "title",
        lesson.title,
        (Words(f"Lesson {lesson.number}", "small"), Words(lesson.question, "big")),
        (f"About {lesson.minutes} minutes for one who reads alone.", *told),
    )
    aims = Slide("points", "After this lesson you can", (Points(lesson.objectives),))
    return Section(lesson.title, (title, aims))


def of_sitting(root: Path, route: Route, sitting: Sitting) -> list[Section]:
    """Return the slides of a sitting, each part with its minutes in the notes."""
    goal = Words(f"In the end you can {route.goal}.", "big")
    title = Slide("title", sitting.title, (Words(f"{sitting.minutes} minutes", "small"), goal))
    made = [Section(sitting.title, (title,))]
    for row, part in zip(timetable.rows(root, sitting), sitting.parts, strict=False):
        first, *rest = _of_part(root, part, row)
        made += [_timed(first, row), *rest]
    return made


def _of_part(root: Path, part: RoutePart, row: Row) -> list[Section]:
    minutes = Words(f"{row.minutes} minutes", "small")
    match part:
        case Show():
            return _shown(root, part)
        case Tell():
            titles = ", ".join(lesson(each).title for each in part.lessons)
            return [Section(row.what, (_told(titles, part.words),))]
        case Solve():
            tasks, say = Points(row.details), notes.on_exercises(root, part.exercises)
            return [Section(row.what, (Slide("points", row.what, (minutes, tasks), say),))]
        case Home():
            return [Section(row.what, (Slide("points", row.what, (Points(row.details),)),))]
        case Talk() | Break():
            return [Section(row.what, (Slide("title", row.what, (minutes,)),))]


def _shown(root: Path, part: Show) -> list[Section]:
    """Return a lesson's title, the sections that are shown, and what is told of the others."""
    shown = lesson(part.lesson)
    first, *rest = of_lesson(root, shown)
    if not part.sections:
        return [first, *rest]
    wanted = timetable.titles(root, part)
    kept = [
        Section(each.title, tuple(slide for slide in each.slides if slide.section in wanted))
        for each in rest
    ]
    told = [Section(shown.title, (_told(shown.title, part.told),))] if part.told else []
    return [Section(first.title, first.slides[:1]), *(each for each in kept if each.slides), *told]


def _told(title: str, words: str) -> Slide:
    return Slide("words", title, tuple(Words(each) for each in sentences.of(words)))


def _timed(section: Section, row: Row) -> Section:
    """Return a section whose first slide's notes say when it is its turn."""
    first, *rest = section.slides
    when = f"{row.what}: minute {row.begin} to {row.end} of this sitting."
    return replace(section, slides=(replace(first, notes=(when, *first.notes)), *rest))
