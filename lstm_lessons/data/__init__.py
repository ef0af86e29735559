"""Small real data for the lessons, each with its source and licence beside it.

Nothing is ever downloaded, and nothing here needs torch but the script that trains the reader.
"""

from pathlib import Path
from typing import NamedTuple

__all__ = ["Line", "code_or_prose"]


class Line(NamedTuple):
    """A line: the topic that it is from, whether it is code, and its text without indentation."""

    topic: str
    code: bool
    text: str


def code_or_prose() -> list[Line]:
    """Return lines of Python's documentation, each with its label: code or prose.

    A `Line` has a ``topic``, ``code`` (True or False) and a ``text`` of 6 to 40 characters. Half
    of the lines are code. They stand in pairs, a line of code and a line of prose of the same
    length, so that the length gives no label away; and topic by topic, so that lines near the end
    are from other pages than lines near the beginning.

    Source: `pydoc_data.topics` of Python 3.11.7, see `extract`. Licence: the PSF licence,
    in code_or_prose.licence.txt; the README beside it says what was changed.
    """
    text = Path(__file__).with_name("code_or_prose.txt").read_text(encoding="utf-8")
    rows = (row.split("\t") for row in text.splitlines())
    return [Line(topic, label == "code", line) for topic, label, line in rows]
