"""What a slide is made of. Words are as the lesson writes them, in Markdown."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Words:
    """Text: ``big`` for a question or a title, ``small`` for what leads to the main thing."""

    text: str
    size: str = ""
    revealed: bool = False
    """Whether it waits for a key, as an answer does."""


@dataclass(frozen=True)
class Points:
    """A list, whose items may each wait for a key."""

    items: tuple[str, ...]
    numbered: bool = False
    revealed: bool = False
    first: int = 1


@dataclass(frozen=True)
class Code:
    """Code to be read."""

    source: str
    language: str = "python"


@dataclass(frozen=True)
class Printed:
    """What a cell printed. Of a long one ``left`` lines are not shown."""

    text: str
    left: int = 0
    revealed: bool = False


@dataclass(frozen=True)
class Image:
    """A picture as ``<img>``, with its alternative text."""

    html: str
    revealed: bool = False


@dataclass(frozen=True)
class Explorer:
    """An explorer by its name, with its still picture."""

    name: str
    still: str


Part = Words | Points | Code | Printed | Image | Explorer


@dataclass(frozen=True)
class Slide:
    """A heading, one thing to look at, and what is said to it.

    ``kind`` is what the room looks at: title, words, question, answer, code, picture, formula,
    table, points, explorer, closing. ``notes`` are paragraphs for the speaker. ``section`` is the
    heading of the lesson, large or small, under which it stands.
    """

    kind: str
    heading: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    section: str = ""


@dataclass(frozen=True)
class Section:
    """Slides that stand below each other in the overview."""

    title: str
    slides: tuple[Slide, ...] = field(default=())
