"""Read the site's own words: a text file of entries, each a heading, its fields and sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_WORDS = Path(__file__).parent / "words"
_FIELD = re.compile(r"^([a-z]+): (.+)$")


@dataclass(frozen=True)
class Entry:
    """An entry: its heading, what its fields say, and its sentences."""

    name: str
    fields: dict[str, str] = field(hash=False)
    text: str

    def listed(self, field: str) -> tuple[str, ...]:
        """Return the words of a field that stand between commas."""
        return tuple(each.strip() for each in self.fields.get(field, "").split(",") if each)


def entries(file: str) -> tuple[Entry, ...]:
    """Return the entries of a file of ``words/``, in its order.

    Raises:
        ValueError: an entry has a field twice.
    """
    text = (_WORDS / file).read_text(encoding="utf-8")
    _, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    return tuple(map(_entry, parts))


def _entry(part: str) -> Entry:
    name, *lines = part.strip().splitlines()
    fields: dict[str, str] = {}
    while lines and (found := _FIELD.match(lines[0])):
        if found[1] in fields:
            raise ValueError(f"expected one line {found[1]!r} in the entry {name!r}, got two")
        fields[found[1]] = found[2]
        del lines[0]
    return Entry(name, fields, "\n".join(lines).strip())
