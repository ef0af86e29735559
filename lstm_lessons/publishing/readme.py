"""The README's table of lessons, made from ``course.py``."""

from pathlib import Path

from lstm_lessons.course import LESSONS, PAGES

BEGIN, END = "<!-- lessons: written by build -->", "<!-- end of lessons -->"


def table() -> str:
    """Return the table in markdown: a row a lesson, then a row for each page beside them."""
    rows = [
        f"| {each.number} {each.title} | {each.shows} | {'ready' if each.ready else 'planned'} |"
        for each in LESSONS
    ]
    rows += [f"| {each.title} | {each.shows} | beside the lessons, in no order |" for each in PAGES]
    return "\n".join(["| lesson | what it shows | |", "|---|---|---|", *rows])


def with_table(text: str) -> str:
    """Return a README with the table between its marks as it should be.

    Raises:
        ValueError: the marks are not there once each, in their order.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in after:
        raise ValueError(f"expected {BEGIN!r} and then {END!r} once each in README.md")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def write(root: Path) -> bool:
    """Bring the README in step, where there is one; say whether it had to be changed."""
    path = root / "README.md"
    if not path.exists():
        return False
    old = path.read_text(encoding="utf-8")
    new = with_table(old)
    if new != old:
        path.write_text(new, encoding="utf-8")
    return new != old
