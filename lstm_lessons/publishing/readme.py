"""The README's tables of lessons and of routes, made from ``course.py``."""

from pathlib import Path

from lstm_lessons.course import LESSONS, PAGES, ROUTES

_MARKS = {
    "lessons": ("<!-- lessons: written by build -->", "<!-- end of lessons -->"),
    "routes": ("<!-- routes: written by build -->", "<!-- end of routes -->"),
}


def table() -> str:
    """Return the table in markdown: a row a lesson, then a row for each page beside them."""
    rows = [
        f"| {each.number} {each.title} | {each.shows} | {'ready' if each.ready else 'planned'} |"
        for each in LESSONS
    ]
    rows += [f"| {each.title} | {each.shows} | beside the lessons, in no order |" for each in PAGES]
    return "\n".join(["| lesson | what it shows | |", "|---|---|---|", *rows])


def routes_table() -> str:
    """Return the table of routes in markdown."""
    rows = [f"| `{each.name}` | {', '.join(each.lessons)} | {each.goal} |" for each in ROUTES]
    return "\n".join(["| route | lessons | in the end people can |", "|---|---|---|", *rows])


def with_tables(text: str) -> str:
    """Return a README with the tables between their marks as they should be.

    Raises:
        ValueError: the marks of a table are not there once each, in their order.
    """
    for name, made in (("lessons", table()), ("routes", routes_table())):
        text = _between(text, *_MARKS[name], made)
    return text


def _between(text: str, begin: str, end: str, made: str) -> str:
    before, begun, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not begun or not ended or begin in rest or end in after:
        raise ValueError(f"expected {begin!r} and then {end!r} once each in README.md")
    return f"{before}{begin}\n\n{made}\n\n{end}{after}"


def write(root: Path) -> bool:
    """Bring the README in step, where there is one; say whether it had to be changed."""
    path = root / "README.md"
    if not path.exists():
        return False
    old = path.read_text(encoding="utf-8")
    new = with_tables(old)
    if new != old:
        path.write_text(new, encoding="utf-8")
    return new != old
