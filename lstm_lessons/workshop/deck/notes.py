"""What the guide has to say, in the speaker's notes: on the title, and where a section begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from lstm_lessons.environment.failure import Failure
from lstm_lessons.routes import minutes
from lstm_lessons.workshop.deck.slide import Section, Slide
from lstm_lessons.workshop.guide import written
from lstm_lessons.workshop.guide.written import Written


def words(root: Path, number: str) -> Written | None:
    """Return what the guide has for a lesson; nothing where it has no page for it.

    Raises:
        Failure: the page is not made as it should be.
    """
    if not written.path(root, number).exists():
        return None
    try:
        return written.of(root, number)
    except written.WrittenError as error:
        raise Failure(f"{error}.", "Mend that file, and make the slides again.") from None


def on_title(guide: Written | None) -> tuple[str, ...]:
    """Return the notes of a lesson's title: the board, the question, where a room gets stuck."""
    if guide is None:
        return ()
    return (
        *("**On the board**", guide.board),
        *("**The question that works**", guide.question),
        *("**Where the room gets stuck**", guide.stuck),
    )


def on_exercises(root: Path, exercises: Iterable[str]) -> tuple[str, ...]:
    """Return the notes of a slide that sets exercises: what to say to a common wrong answer."""
    found = []
    for exercise in exercises:
        guide = words(root, exercise[:2])
        for each in guide.wrong if guide else ():
            if each.exercise == exercise:
                found.append(f"{exercise}, **{each.slip}**: {each.say}")
    return tuple(found)


def with_guide(
    root: Path, number: str, sections: list[Section], guide: Written | None
) -> list[Section]:
    """Return a lesson's slides; where a section begins, its minutes, and what to tell if cut."""
    alone = minutes.alone(root, number)
    cuts = {each.section: each.say for each in guide.cuts} if guide else {}
    begun: set[str] = set()

    def told(slide: Slide) -> Slide:
        title = slide.section
        if title in begun or title not in alone:
            return slide
        begun.add(title)
        room = minutes.in_room(alone[title])
        notes = [f"**{title}**, {room} minute{'s' * (room > 1)} in a room."]
        if title in cuts:
            notes.append(f"**When late**, cut it and tell in its place: {cuts[title]}")
        return replace(slide, notes=(*notes, *slide.notes))

    return [replace(each, slides=tuple(map(told, each.slides))) for each in sections]
