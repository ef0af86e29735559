"""A wrong answer is an edit of a right one: where, what people write there, what it earns.

A `Place` is a snippet of the solution. A row of it is a name, the sentence that it earns, and the
ways in which people write it. Every slip alone and every two slips in different places are made
by the machine, and their sentences are joined; no product of two rows is written by hand.

A sentence has to be true whatever other slip stands beside it. Where only two edits together have a
story, they are one row: `together`. What is no edit of a solution is a function: `other`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

Edits = Mapping[str, str]
"""From a snippet of the solution to what stands in its place."""


@dataclass(frozen=True)
class Slip:
    """A name, the sentence it earns, and the ways in which people write it.

    A slip that is not ``paired`` is tried alone only: with another slip its sentence would not be
    true, or the answer would be the same.
    """

    name: str
    says: str
    ways: tuple[Edits, ...]
    paired: bool = True

    @property
    def snippets(self) -> frozenset[str]:
        """The places in which it edits."""
        return frozenset(snippet for way in self.ways for snippet in way)


@dataclass(frozen=True)
class Place:
    """A snippet of the solution, its slips, and other right ways to write it."""

    snippet: str
    slips: tuple[Slip, ...]
    also_right: tuple[str, ...] = ()


@dataclass(frozen=True)
class Other:
    """A way of thinking that is no edit of the solution: its name, sentence, and functions."""

    name: str
    says: str
    functions: tuple[Callable, ...]


@dataclass(frozen=True)
class AnotherWay:
    """Another right answer, as a text, with the slips that are made in it."""

    code: str
    places: tuple["Place | Slip", ...]


Row = tuple[str, ...]


def place(
    snippet: str, *rows: Row, also_right: tuple[str, ...] = (), alone: tuple[Row, ...] = ()
) -> Place:
    """Return a place from rows of (name, sentence, way, other way, ...).

    ``alone`` are rows that are not paired with slips in other places.
    """
    slips = [_slip(snippet, row, paired=True) for row in rows]
    slips += [_slip(snippet, row, paired=False) for row in alone]
    return Place(snippet, tuple(slips), also_right)


def _slip(snippet: str, row: Row, paired: bool) -> Slip:
    name, says, *ways = row
    return Slip(name, says, tuple({snippet: way} for way in ways), paired)


def together(name: str, says: str, *ways: Edits, paired: bool = True) -> Slip:
    """Return one slip that edits several snippets at once."""
    return Slip(name, says, ways, paired)


def other(name: str, says: str, *functions: Callable) -> Other:
    """Return a way of thinking that is no edit of the solution."""
    return Other(name, says, functions)


@dataclass(frozen=True)
class WrongText:
    """The slips in an answer, and its text."""

    slips: tuple[Slip, ...]
    code: str


def edited(code: str, edits: Edits) -> str:
    """Return a text with some of its snippets replaced.

    Raises:
        ValueError: a snippet does not stand in the text exactly once.
    """
    for snippet in edits:
        if code.count(snippet) != 1:
            raise ValueError(
                f"{snippet!r} stands {code.count(snippet)} times in the solution:\n{code}"
            )
    spots = sorted(edits, key=code.index)
    parts, at = [], 0
    for snippet in spots:
        start = code.index(snippet)
        if start < at:
            raise ValueError(f"{snippet!r} overlaps another edited snippet of the solution")
        parts += [code[at:start], edits[snippet]]
        at = start + len(snippet)
    return "".join([*parts, code[at:]])


def singles(code: str, places: tuple[Place | Slip, ...]) -> Iterator[WrongText]:
    """Give every answer with one slip, in every way, beside every other right way of the rest."""
    for slip in _slips(places):
        for way in slip.ways:
            rest = [each for each in _places(places) if not _meet(code, each.snippet, way)]
            ways = [[None, *each.also_right] for each in rest]
            for chosen in product(*ways):
                right = {
                    each.snippet: written
                    for each, written in zip(rest, chosen, strict=True)
                    if written is not None
                }
                yield WrongText((slip,), edited(code, {**right, **way}))


def pairs(code: str, places: tuple[Place | Slip, ...]) -> Iterator[WrongText]:
    """Give every answer with two slips in different places, each in the first way."""
    slips = [slip for slip in _slips(places) if slip.paired]
    for one, two in combinations(slips, 2):
        ways = one.ways[0], two.ways[0]
        if not any(_meet(code, snippet, ways[1]) for snippet in ways[0]):
            yield WrongText((one, two), edited(code, {**ways[0], **ways[1]}))


def _meet(code: str, snippet: str, way: Edits) -> bool:
    """Say whether a snippet shares a character of the text with those that a way edits."""
    start, end = _span(code, snippet)
    spans = [_span(code, each) for each in way]
    return any(start < other_end and other < end for other, other_end in spans)


def _span(code: str, snippet: str) -> tuple[int, int]:
    start = code.find(snippet)
    return start, start + len(snippet)


def _places(places: tuple[Place | Slip, ...]) -> list[Place]:
    return [each for each in places if isinstance(each, Place)]


def _slips(places: tuple[Place | Slip, ...]) -> list[Slip]:
    return [
        slip for each in places for slip in (each.slips if isinstance(each, Place) else (each,))
    ]


def compiled(code: str, name: str, namespace: Mapping[str, Any]) -> Callable:
    """Return the function that a text defines, in a namespace of its own."""
    space = dict(namespace)
    exec(compile(code, name, "exec"), space)
    return space[name]
