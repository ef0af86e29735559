"""Routes keep what they promise, their minutes add up, and the command prints them."""

import re
from dataclasses import replace

import pytest
from clone_copies import CLONE

from lstm_lessons.commands import dispatch
from lstm_lessons.course import LESSONS, ROUTES, Break, Home, Show, Solve, Tell, lesson, route
from lstm_lessons.publishing import readme
from lstm_lessons.routes import minutes, promises, sections, timetable, words
from lstm_lessons.site import shelf

NAMES = [each.name for each in ROUTES]


@pytest.mark.parametrize("name", NAMES)
def test_a_route_keeps_its_promises(name):
    assert promises.broken(CLONE, route(name)) == []


def altered(name, change):
    """Return a route whose parts went through a function of a part: it, another, or None."""
    found = route(name)
    sittings = [
        replace(each, parts=tuple(new for part in each.parts if (new := change(part))))
        for each in found.sittings
    ]
    return replace(found, sittings=tuple(sittings))


FAULTS = {
    "lesson 01 needs 00": lambda part: None if getattr(part, "lesson", "") == "00" else part,
    "lesson 04 needs 03": lambda part: None if isinstance(part, Tell) else part,
    "lesson 00: nothing is told in place of The same in numbers; How good": lambda part: (
        replace(part, told="") if isinstance(part, Show) and part.lesson == "00" else part
    ),
    "lesson 02 has no section 'Five gates'": lambda part: (
        replace(part, sections=("Five gates",)) if getattr(part, "lesson", "") == "02" else part
    ),
    "comes too late, or twice": lambda part: (
        replace(part, sections=part.sections[::-1]) if isinstance(part, Show) else part
    ),
    "there is no exercise 02.9": lambda part: Solve(("02.9",)) if isinstance(part, Solve) else part,
    "exercise 08.1 comes before its lesson": lambda part: (
        Home(("08.1",)) if isinstance(part, Solve) else part
    ),
    "Ninety minutes: 169 minutes of 90": lambda part: (
        Break(93) if isinstance(part, Solve) else part
    ),
    "Ninety minutes: 69 minutes of 90": lambda part: (
        None if isinstance(part, Show) and part.lesson in ("05",) else part
    ),
}


@pytest.mark.parametrize("told", FAULTS)
def test_a_broken_promise_is_told(told):
    broken = promises.broken(CLONE, altered("ninety-minutes", FAULTS[told]))
    assert any(told in line for line in broken), broken


def test_a_day_without_a_break_is_told():
    def change(part):
        return None if isinstance(part, Break) and part.minutes == 15 else part

    broken = promises.broken(CLONE, altered("one-day", change))
    assert any("minutes without a break" in line for line in broken), broken


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("start", [0, 9 * 60, 22 * 60 + 7])
def test_the_printed_times_add_up(name, start):
    printed = words.printed(CLONE, route(name), start)
    rows = re.findall(r"^(\d\d):(\d\d) (?: *(\d+) min)?", printed, re.MULTILINE)
    begins = [60 * int(hour) + int(minute) for hour, minute, _ in rows]
    lengths = [int(length or 0) for *_, length in rows]
    assert sum(lengths) == route(name).minutes
    again = [
        (begin, next_one)
        for begin, length, next_one in zip(begins, lengths, begins[1:], strict=False)
        if (begin + length) % (24 * 60) != next_one
    ]
    assert len(again) <= len(route(name).sittings) - 1  # a sitting begins anew
    assert begins[0] == start


@pytest.mark.parametrize("number", [each.number for each in LESSONS])
def test_sections_share_all_minutes_of_their_lesson(number):
    alone = minutes.alone(CLONE, number)
    assert sum(alone.values()) == pytest.approx(lesson(number).minutes)
    assert len(alone) == len(sections.of(CLONE, number)), "two sections have one heading"
    weights = sum(minutes.weight(each) for each in sections.of(CLONE, number)) / 60
    # The least are lessons 20 and 01: few words, and nearly each idea in them is new to readers.
    assert 0.48 < weights / lesson(number).minutes < 0.8, "the rule fits this lesson badly"


def test_exercises_share_all_minutes_of_their_lesson():
    for each in LESSONS[1:]:
        numbers = sections.exercises(CLONE, each.number)
        whole = minutes.solved(CLONE, numbers)
        assert whole == minutes.in_room(each.exercise_minutes)
        assert len(numbers) >= 3


def test_numbers_that_a_teacher_tells_stand_in_the_lesson():
    """A number in the words of a route is one of the lesson whose place they take."""
    found = 0
    for each in ROUTES:
        for part in each.parts:
            if isinstance(part, Show):
                said, lessons = part.told, (part.lesson,)
            elif isinstance(part, Tell):
                said, lessons = part.words, part.lessons
            else:
                continue
            texts = " ".join(sections.text(CLONE, number) for number in lessons)
            for number in re.findall(r"\d[\d.,]*\d|\d+", said):
                found += 1
                if int(number.split(".")[0].replace(",", "")) > 9 or "." in number:
                    assert re.search(rf"(?<!\d){re.escape(number)}(?!\d)", texts), (said, number)
    assert found > 20


def test_the_readme_lists_the_routes():
    text = (CLONE / "README.md").read_text(encoding="utf-8")
    assert readme.with_tables(text) == text, "run build"
    assert all(f"| `{name}` |" in text for name in NAMES)


def test_the_sites_page_has_every_timetable():
    page = shelf.MADE["routes"](CLONE)
    assert "**[Lesson 09: Ragged sequences](notebooks/09_ragged_sequences.ipynb)**" in page
    assert page.count("| time | minutes | what |") == sum(len(each.sittings) for each in ROUTES)
    assert all(f"`{each.name}`: {words.duration(each)}" in page for each in ROUTES)
    assert minutes.RULE in page


def test_the_command_prints_them(capsys):
    assert dispatch.dispatch(["routes"]) == 0
    printed = capsys.readouterr().out
    assert all(f"\n{name} " in "\n" + printed for name in NAMES)
    assert dispatch.dispatch(["routes", "half-a-day", "--start", "13:30"]) == 0
    assert "13:30   5 min  Welcome" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["half"], "expected the name of a route (ninety-minutes, half-a-day, one-day, two-days"),
        (["one-day", "--start", "24:00"], "Expected a time of the day, got '24:00'."),
        (["--start", "nine"], "Expected a time of the day, got 'nine'."),
        (["one-day", "--start", ""], "Expected a time of the day, got ''."),
    ],
)
def test_bad_input_gets_one_line(capsys, arguments, told):
    assert dispatch.dispatch(["routes", *arguments]) == 1
    captured = capsys.readouterr()
    assert told in captured.err and captured.err.count("\n") == 1 and not captured.out


def test_a_time_after_midnight_is_one_of_the_next_day():
    assert timetable.clock(23 * 60 + 50, 20) == "00:10"
