"""The page of references. Which lessons cite a work is found in the lessons' own texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lstm_lessons.course import LESSONS, PAGES
from lstm_lessons.site import prose
from lstm_lessons.site.entries import Entry, entries


@dataclass(frozen=True)
class Work:
    """A paper or a post, as ``words/references.md`` has it."""

    entry: Entry

    @property
    def link(self) -> str:
        """Where it is, or nothing."""
        return self.entry.fields.get("link", "")

    @property
    def year(self) -> str:
        """When it came out, or "no date"."""
        return self.entry.fields["year"]

    @property
    def marks(self) -> list[list[str]]:
        """Words that all stand in a paragraph which cites it without its link; or such words."""
        surname = self.entry.listed("authors")[0].removesuffix(" and others").split()[-1]
        told = self.entry.fields.get("cited") or f"{surname}, {self.year}"
        return [[word.strip() for word in choice.split(",")] for choice in told.split(";")]

    def is_cited_in(self, text: str) -> bool:
        """Say whether a paragraph cites it: has its link, or the words that it is known by."""
        if self.link and self.link in text:
            return True
        return any(all(_stands_in(word, text) for word in choice) for choice in self.marks)


@cache
def works() -> tuple[Work, ...]:
    """Return all works, by year."""
    return tuple(map(Work, entries("references.md")))


@cache
def cited_in(work: Work, root: Path) -> list[str]:
    """Return the names of the lessons and pages of a clone that cite a work."""
    return [
        each.name
        for each in (*LESSONS, *PAGES)
        if any(map(work.is_cited_in, _paragraphs(root, each.name)))
    ]


def _paragraphs(root: Path, name: str) -> list[str]:
    return [part for text in prose.of(root, name) for part in text.split("\n\n")]


def _stands_in(word: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))


def page(root: Path) -> str:
    """Return the page of references, as Sphinx reads it."""
    return _PAGE.format(rows="\n".join(_row(work, root) for work in works()))


_PAGE = """# References

The papers and posts that the lessons cite, by year. The numbers behind a work are the lessons that
cite it. Of more than three authors the first one is named.

| year | work | cited in |
|---|---|---|
{rows}
"""


def _row(work: Work, root: Path) -> str:
    title = f"[{work.entry.name}]({work.link})" if work.link else work.entry.name
    told = f"{work.entry.fields['authors']}: {title} ({work.entry.fields['in']})."
    return f"| {work.year} | {told} | {', '.join(_links(work, root))} |"


def _links(work: Work, root: Path) -> list[str]:
    numbers = {each.name: each.number for each in LESSONS}
    titles = {each.name: each.title for each in PAGES}
    return [
        f"[{(numbers | titles)[name]}](notebooks/{name}.ipynb)" for name in cited_in(work, root)
    ]
