"""A lesson's page of the guide, in the order in which a teacher needs it."""

from __future__ import annotations

from pathlib import Path

from lstm_lessons.course import LESSONS, ROUTES, Lesson, Show, lesson
from lstm_lessons.exercises.engine import text
from lstm_lessons.routes import minutes, sections, timetable
from lstm_lessons.workshop.guide import asked, slips, written
from lstm_lessons.workshop.guide.markup import code, html, line, page, table
from lstm_lessons.workshop.guide.written import Written

FEW = 6
"""Wrong answers of an exercise that stand on the page; the others are folded below them."""


def made(root: Path, number: str) -> str:
    """Return the page of a lesson.

    Raises:
        WrittenError: its written words are missing, or not made as they should be.
        KeyError: they name a section or a slip that is not there.
    """
    which, words = lesson(number), written.of(root, number)
    parts = [
        _head(root, which),
        "<h2>On the board</h2>",
        html(words.board),
        "<h2>The question that works</h2>",
        html(words.question),
        "<h2>Minutes</h2>",
        _minutes(root, number),
        _on_routes(root, number),
        "<h2>Before each reveal</h2>",
        _questions(root, number),
        "<h2>Where the room gets stuck</h2>",
        html(words.stuck),
        "<h2>Wrong answers, and what to say</h2>",
        _wrong(words),
        "<h2>When late</h2>",
        _cuts(root, number, words),
        "<h2>Answers</h2>",
        _tasks(root, number),
        _solutions(root, number, words),
    ]
    return page(f"{number} {which.title}: instructor's guide", "\n".join(parts), _links(number))


def file_name(number: str) -> str:
    """Return the name of a lesson's page."""
    return f"{lesson(number).name}.html"


def _links(number: str) -> str:
    place = [each.number for each in LESSONS].index(number)
    found = ['<a href="index.html">The workshop</a>', '<a href="routes.html">Routes</a>']
    if place:
        found.append(f'<a href="{file_name(LESSONS[place - 1].number)}">← the lesson before</a>')
    if LESSONS[place + 1 :]:
        found.append(f'<a href="{file_name(LESSONS[place + 1].number)}">the next lesson →</a>')
    return " · ".join(found)


def _head(root: Path, which: Lesson) -> str:
    needs = ", ".join(f"{each} {lesson(each).title}" for each in which.prerequisites) or "nothing"
    on = ", ".join(each.name for each in ROUTES if which.number in each.lessons) or "none"
    numbers = sections.exercises(root, which.number)
    room = minutes.in_room(which.minutes)
    facts = [f"{which.minutes} minutes alone, {room} in a room"]
    if which.exercise_minutes:
        facts.append(
            f"exercises {which.exercise_minutes} alone, {minutes.solved(root, numbers)} in a room"
        )
    facts += [f"needs {needs}", f"on the routes: {on}"]
    aims = "".join(f"<li>{line(each)}</li>" for each in which.objectives)
    return (
        f"<h1>{which.number} {line(which.title)}</h1>\n<p><b>{line(which.question)}</b></p>\n"
        f'<p class="facts">{"; ".join(facts)}.</p>\n'
        f"<p>In the end people can</p>\n<ul>{aims}</ul>"
    )


def _minutes(root: Path, number: str) -> str:
    alone = minutes.alone(root, number)
    rows = []
    for each in sections.of(root, number):
        held = [f"explorer <code>{name}</code>" for name in each.explorers]
        count = sum(piece.question is not None for piece in each.pieces)
        held += [f"{count} question{'s' * (count > 1)}"] * bool(count)
        share = alone[each.title]
        room = minutes.in_room(share)
        rows.append(
            [
                line(each.title),
                f"{share:.0f}" if share >= 1 else "&lt; 1",
                f"{room}",
                ", ".join(held),
            ]
        )
    rows.append(["All of it", f"{lesson(number).minutes}",
                 f"{minutes.in_room(lesson(number).minutes)}", ""])  # fmt: skip
    note = (
        '<p class="small facts">How these minutes are made stands under '
        '<a href="routes.html">Routes</a>.</p>'
    )
    return table(["section", "alone", "in a room", "in it"], rows, "numbers sum") + note


def _on_routes(root: Path, number: str) -> str:
    """Return what each route shows of a lesson, and which of its exercises it sets."""
    rows = []
    for each in ROUTES:
        shown = [part for part in each.parts if isinstance(part, Show) and part.lesson == number]
        titles = [title for part in shown for title in timetable.titles(root, part)]
        if not titles:
            continue
        whole = len(titles) == len(sections.of(root, number))
        numbers = [exercise for exercise in each.exercises if exercise[:2] == number]
        rows.append(
            [
                f"<code>{each.name}</code>",
                "all of it" if whole else line("; ".join(titles)),
                ", ".join(numbers),
            ]  # fmt: skip
        )
    return table(["route", "shows", "sets"], rows, "small") if rows else ""


def _questions(root: Path, number: str) -> str:
    found = []
    for each in asked.questions(root, number):
        seen = html(each.seen) if each.seen else ""
        printed = code(each.printed) if each.printed else ""
        found.append(
            f'<div class="ask"><p class="where">{line(each.section)}</p>\n'
            f'<p><b>Ask:</b> {line(each.question)}</p>\n<p class="comes">What comes</p>\n'
            f"{printed}{seen}</div>"
        )
    return "\n".join(found) or "<p>This lesson asks nothing.</p>"


def _wrong(words: Written) -> str:
    rows = []
    for each in words.wrong:
        known = slips.of(each.exercise)
        if each.slip not in known:
            raise KeyError(
                f"expected the name of a slip of {each.exercise} ({', '.join(known)}), "
                f"got {each.slip!r}"
            )
        title = text.text(each.exercise).title
        rows.append([f"<b>{each.exercise}</b> {line(title)}<br><i>{line(each.slip)}</i>",
                     html(known[each.slip]), html(_sentence(each.say))])  # fmt: skip
    return table(["exercise, and what it is", "what the checker says", "what to say"], rows)


def _sentence(words: str) -> str:
    """Return words that stood behind a colon with a capital in front; a letter such as h stays."""
    is_letter = not words[1:2].isalpha() and not words.startswith("a ")
    return words if is_letter else words[:1].upper() + words[1:]


def _cuts(root: Path, number: str, words: Written) -> str:
    rows, saved = [], 0
    for each in words.cuts:
        room = minutes.shown(root, number, [each.section])
        saved += room
        rows.append([line(each.section), f"{room}", f"{saved}", html(_sentence(each.say))])
    head = ["cut first what stands first", "saves", "in all", "tell in its place"]
    return table(head, rows, "numbers")


def _tasks(root: Path, number: str) -> str:
    found = []
    for each in asked.tasks(root, number):
        found += [
            f"<h3>Try it: {line(each.section)}</h3>",
            html(each.tasks),
            '<p class="comes">Answers</p>',
            html(each.answers),
        ]
    return "\n".join(found)


def _solutions(root: Path, number: str, words: Written) -> str:
    found = []
    for each in sections.exercises(root, number):
        of = text.text(each)
        found += [
            f"<h3>{each} {line(of.title)}</h3>",
            code(of.solution),
            f"<p><b>First nudge:</b> {line(of.hints[0])}</p>",
            _known(each, [wrong.slip for wrong in words.wrong if wrong.exercise == each]),
        ]
    return "\n".join(found)


def _known(number: str, told: list[str]) -> str:
    """Return what else the checker names: a few of them at once, the others folded."""
    left = {name: says for name, says in slips.of(number).items() if name not in told}
    rows = [[line(name), html(left[name])] for name in _unlike_first(left)]
    if not rows:
        return ""
    head = ["what else the checker names", "what it says"]
    few = table(head, rows[:FEW], "small")
    if not rows[FEW:]:
        return few
    return (
        f"{few}<details><summary>{len(rows) - FEW} more; a printed page leaves them out"
        f"</summary>{table(head, rows[FEW:], 'small')}</details>"
    )


def _unlike_first(says: dict[str, str]) -> list[str]:
    """Return the names such that the first few are unlike each other: no two begin alike."""
    seen, first = set[str](), []
    for name in says:
        begins = " ".join(says[name].split()[:3])
        if begins not in seen:
            first.append(name)
        seen.add(begins)
    return [*first, *(name for name in says if name not in first)]
