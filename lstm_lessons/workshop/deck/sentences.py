"""Sentences of a text as a lesson writes it: where they end, and which of them are marked."""

from __future__ import annotations

import re
from functools import cache

from lstm_lessons.site import glossary

_HELD = re.compile(r"`[^`]+`|\$\$.*?\$\$|\$[^$]+\$|\[[^\]]*\]\([^)]*\)")
_END = re.compile(r"[.!?][*)\"”]*\s+(?=[^a-z\s]|[a-z]\b)")
_BOLD = re.compile(r"\*\*(?=\S)([^*]{3,})(?<=\S)\*\*")
_STRESSED = re.compile(r"(?<!\*)\*([^*]+)\*(?!\*)")
_LEANS = re.compile(
    r"So (?!that\b)|(But|And|Or|Then|That|The (two|same|others?))\b"
    r"|Each (of|has|is|had)\b|Both (are|is|of|go|give|come)\b"
    r"|(\w+,? ){0,3}(it|its|they|them|their|these|those|such|this(?! (picture|course|lesson)))\b"
    r"|\w+ that (is|was|one|time)\b",
    re.IGNORECASE,
)
"""How sentences begin that speak of what the one before them has named."""
_WANTS = re.compile(r"(This|That|It|They|These|Those|Its|Their)\b")
"""How those begin that say nothing without it."""


def of(text: str) -> list[str]:
    """Return the sentences of a paragraph, each in one line. What is in brackets stays together."""
    line = " ".join(text.split())
    held = [False] * len(line)
    for match in _HELD.finditer(line):
        held[match.start() : match.end()] = [True] * len(match[0])
    found, begin = [], 0
    for match in _END.finditer(line):
        before = _plain(line, held, begin, match.end())
        if not held[match.start()] and before.count("(") <= before.count(")"):
            found.append(line[begin : match.end()].strip())
            begin = match.end()
    return [*found, line[begin:].strip()] if line[begin:].strip() else found


def _plain(line: str, held: list[bool], begin: int, end: int) -> str:
    """Return a part of a line without code, formulas and links, whose brackets do not count."""
    return "".join(line[at] for at in range(begin, end) if not held[at])


def stands_alone(sentence: str) -> bool:
    """Whether it can be shown alone: not in brackets, nor the rest of what a formula cut."""
    is_aside = sentence.startswith("(") and sentence.rstrip("*").endswith(")")
    return not is_aside and not re.match(r"[a-z]{2}", sentence)


def is_marked(sentence: str) -> bool:
    """Whether it says something in bold letters, or stresses a word that it explains."""
    if _BOLD.search(sentence):
        return True
    stressed = [found.strip(".,:;") for found in _STRESSED.findall(sentence)]
    return any(each.casefold() in _words() for each in stressed)


def leans(sentence: str) -> bool:
    """Whether it speaks of what the sentence before it has named."""
    return bool(_LEANS.match(sentence.lstrip("*")))


def want_nothing(chosen: list[str], found: list[str], said: list[str]) -> bool:
    """Whether each chosen sentence says something by itself, or has the one that it wants."""
    before = dict(zip(said[1:], said, strict=False))
    return all(not _WANTS.match(each) or before.get(each) in found for each in chosen)


def with_leaned_on(chosen: list[str], said: list[str], most: int) -> list[str]:
    """Return chosen sentences, each with the one that it leans on, as far as ``most`` allows.

    ``said`` are all that there are, in their order.
    """
    found = list(chosen)
    for each in chosen:
        at = said.index(each) if each in said else 0
        if not at or not leans(each) or said[at - 1] in found:
            continue
        if length(*found, said[at - 1]) <= most:
            found.insert(found.index(each), said[at - 1])
    return found


@cache
def _words() -> frozenset[str]:
    """Return the words that the course explains, in all their forms."""
    return frozenset(form.casefold() for term in glossary.terms() for form in term.spellings)


def first(sentences: list[str], least: int, most: int) -> list[str]:
    """Return as many sentences from the first on as make ``least`` characters, if ``most`` allow.

    A first sentence that is longer than ``most`` is not taken: the list is empty.
    """
    return _taken(sentences, least, most)


def last(sentences: list[str], least: int, most: int) -> list[str]:
    """Return as many sentences before the end as make ``least`` characters, if ``most`` allow."""
    return _taken(sentences[::-1], least, most)[::-1]


def _taken(sentences: list[str], least: int, most: int) -> list[str]:
    taken: list[str] = []
    for each in sentences:
        if length(*taken) >= least or length(*taken, each) > most:
            break
        taken.append(each)
    return taken


def length(*sentences: str) -> int:
    """Return how many characters sentences take on a slide: a formula as much as is seen of it."""
    return sum(len(_seen(each)) + 1 for each in sentences)


def _seen(sentence: str) -> str:
    """Return about what is seen of a text: no marks, addresses or names of TeX commands."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", sentence)
    text = re.sub(r"\\textcolor\{[^}]*\}|\\[a-zA-Z]+", "", text)
    return re.sub(r"[*`${}]", "", text)
