"""The map of the course: every lesson in reading order, with its minutes."""

from __future__ import annotations

from lstm_lessons import course
from lstm_lessons.drawing import svg
from lstm_lessons.drawing.picture import Picture

WIDTH = 720
ROW = 38
TOP = 70
COLUMNS = (36, 390)


def course_map() -> Picture:
    """Return the map of all lessons. Those that are planned have an empty dot and no minutes."""
    lessons = course.LESSONS
    rows = -(-len(lessons) // len(COLUMNS))
    root = svg.panel(WIDTH, TOP + rows * ROW)
    _key(root)
    for first, x in zip(range(0, len(lessons), rows), COLUMNS, strict=True):
        column = lessons[first : first + rows]
        line = f"M{x} {TOP}V{TOP + (len(column) - 1) * ROW}"
        svg.add(root, "path", d=line, stroke="edge", stroke_width=2)
        for row, lesson in enumerate(column):
            _station(root, lesson, x, TOP + row * ROW)
    return Picture(svg.write(root), _alt())


def _key(root: svg.Element) -> None:
    svg.label(root, COLUMNS[0] - 10, 33, _all_in_all(), 13, "start", fill="muted")
    order = "read downwards, left column first"
    svg.label(root, COLUMNS[1] - 10, 33, order, 13, "start", fill="muted")


def _station(root: svg.Element, lesson: course.Lesson, x: float, y: float) -> None:
    _dot(root, x, y, lesson.ready)
    weight, line = ("bold", y - 2) if lesson.ready else ("normal", y + 5)
    name = f"{lesson.number}  {lesson.title}"
    svg.label(root, x + 18, line, name, 14, "start", font_weight=weight)
    if lesson.ready:
        svg.label(root, x + 18, y + 14, _minutes(lesson), 12, "start", fill="muted")


def _minutes(lesson: course.Lesson) -> str:
    whole = f"{lesson.minutes + lesson.exercise_minutes} min"
    return f"{whole} with exercises" if lesson.exercise_minutes else whole


def _all_in_all() -> str:
    minutes = sum(each.minutes + each.exercise_minutes for each in course.LESSONS)
    return f"about {round(minutes / 60)} hours in all, with exercises"


def _dot(root: svg.Element, x: float, y: float, ready: bool) -> None:
    fill = "i" if ready else "paper"
    svg.add(root, "circle", cx=x, cy=y, r=7, fill=fill, stroke="i", stroke_width=2)


def _alt() -> str:
    ready = [
        f"{each.number} {each.title}, {_minutes(each)}" for each in course.LESSONS if each.ready
    ]
    planned = [f"{each.number} {each.title}" for each in course.LESSONS if not each.ready]
    text = f"Map of the course, {len(course.LESSONS)} lessons in reading order."
    text = f"{text[:-1]}, {_all_in_all()}. {'; '.join(ready)}."
    return text + (f" Planned: {'; '.join(planned)}." if planned else "")
