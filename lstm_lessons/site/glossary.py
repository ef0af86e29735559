"""The glossary: its page, and the links to it, one at the first use of a word in each page.

The words stand in ``words/glossary.md``, and say there how they are written.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from lstm_lessons.course import lesson
from lstm_lessons.site import prose
from lstm_lessons.site.entries import Entry, entries

TARGET = "term-"
"""What the address of each word begins with."""
SHEET = "exercises/"
"""What the name of a sheet of exercises begins with, before its lesson's number."""


@dataclass(frozen=True)
class Term:
    """A word of the course, as the glossary has it."""

    entry: Entry

    @property
    def name(self) -> str:
        """The word itself, without backticks."""
        return self.entry.name.strip("`")

    @property
    def is_code(self) -> bool:
        """Whether it is a name of torch's, which stands in code and is not linked."""
        return self.entry.name.startswith("`")

    @property
    def linked(self) -> bool:
        """Whether pages link to it."""
        return not self.is_code and self.entry.fields.get("linked") != "no"

    @property
    def lesson(self) -> str:
        """The number of the lesson that introduces it."""
        return self.entry.fields["lesson"]

    @property
    def before(self) -> tuple[str, ...]:
        """Earlier lessons in which it stands with this meaning."""
        return self.entry.listed("before")

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Pages in which its first use means something else."""
        return self.entry.listed("elsewhere")

    @property
    def spellings(self) -> tuple[str, ...]:
        """The word and its other forms."""
        return (self.name, *self.entry.listed("forms"))

    @property
    def target(self) -> str:
        """Its address on the glossary's page."""
        return TARGET + re.sub(r"\W+", "-", self.name.lower()).strip("-")

    def is_known_on(self, page: str) -> bool:
        """Say whether a page may link to it: a lesson or its sheet, or a page of reference."""
        number = page.removeprefix(SHEET)
        if page in self.elsewhere or number in self.elsewhere or not self.linked:
            return False
        return not number.isdigit() or number >= self.lesson or number in self.before


@cache
def terms() -> tuple[Term, ...]:
    """Return all words, in the order of the glossary."""
    return tuple(map(Term, entries("glossary.md")))


def linked(notebook: dict[str, Any], place: str) -> dict[str, Any]:
    """Return a notebook in which the first use of each word is a link to the glossary.

    ``place`` is its folder and its file's name, without the ending. The opening has no links.
    """
    page = page_of(place)
    made = deepcopy(notebook)
    known = [term for term in terms() if term.is_known_on(page)]
    for cell in made["cells"][1:]:
        if cell["cell_type"] == "markdown":
            cell["source"] = _with_links("".join(cell["source"]), known)
    return made


def page_of(place: str) -> str:
    """Return what the glossary calls a page: ``07``, ``exercises/07``, or a page of reference."""
    folder, name = place.split("/")
    number = name[:2] if name[0].isdigit() else name
    return number if folder == "notebooks" else SHEET + number


def _with_links(text: str, known: list[Term]) -> str:
    """Link what is used for the first time, and take it from the list of what is ``known``."""

    def link(found: re.Match[str]) -> str:
        term = _named()[_plain(found["word"])] if found["word"] else None
        if term not in known:
            return found[0]
        known.remove(term)
        return f"[{found[0]}](#{term.target})"

    return _finder().sub(link, text)


def uses(text: str) -> set[Term]:
    """Return the words that stand in the sentences of a text."""
    found = (each["word"] for each in _finder().finditer(text))
    return {_named()[_plain(word)] for word in found if word}


@cache
def _named() -> dict[str, Term]:
    """Return each spelling's word; a letter is told from its capital, as H is not h."""
    return {_plain(each): term for term in terms() if not term.is_code for each in term.spellings}


def _plain(word: str) -> str:
    """Return a word in small letters, on one line and without the s of a plural."""
    if len(word) == 1:
        return word
    small = re.sub(r"\s+", " ", word.lower())
    return small if small.endswith("ss") else small.removesuffix("s")


@cache
def _finder() -> re.Pattern[str]:
    """Return what finds words, the longest ones first, and passes over what is no sentence."""
    words = {each for term in terms() if not term.is_code for each in term.spellings}
    longest_first = sorted(words, key=lambda each: (-len(each), each))
    written = "|".join(map(_written, longest_first))
    whole = rf"(?<![\w./\\\[-])(?P<word>{written})(?![\w(\[]|-\w)"
    return re.compile(f"{prose.OTHER}|{whole}", re.VERBOSE | re.MULTILINE | re.DOTALL)


def _written(word: str) -> str:
    """Return a pattern of a word, of its plural, and of a line that breaks within it."""
    if len(word) == 1:
        return re.escape(word)
    parts = map(re.escape, word.split())
    return "(?i:" + r"(?:[ ]+|[ ]*\n[ ]*)".join(parts) + "s?)"


def page() -> str:
    """Return the page of the glossary, as Sphinx reads it."""
    words = "\n\n".join(map(_row, terms()))
    return _PAGE.format(letters="\n".join(_letters()), words=words)


_PAGE = """# Glossary

The words and letters of the course. The number behind a word is the lesson that introduces it. In
each lesson, and on each sheet of exercises, a word that stands here has a dotted line where it is
first used, which leads here.

## Letters

| letter | stands for | shape |
|---|---|---|
{letters}

## Words

{words}
"""


def _row(term: Term) -> str:
    head = " · ".join((_shown(term), *_signs(term), _lesson(term.lesson)))
    said = " ".join(term.entry.text.split())
    return f"({term.target})=\n{head}\\\n{said}"


def _signs(term: Term) -> list[str]:
    return [term.entry.fields[each] for each in ("symbol", "shape") if each in term.entry.fields]


def _shown(term: Term) -> str:
    return f"`{term.name}`" if term.is_code else f"**{term.name}**"


def _letters() -> list[str]:
    lettered = [term for term in terms() if "symbol" in term.entry.fields]
    by_letter = sorted(lettered, key=lambda term: term.entry.fields["symbol"].lower())
    return [_letter(term, **term.entry.fields) for term in by_letter]


def _letter(term: Term, symbol: str, shape: str = "", **others: str) -> str:
    return f"| {symbol} | [{_shown(term).strip('*')}](#{term.target}) | {shape} |"


def _lesson(number: str) -> str:
    found = lesson(number)
    return f"[{number}](notebooks/{found.name}.ipynb)"
