"""The model with its reverse passes silenced: what still looks ahead in it does so by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lstm_lessons.clinic.case import Case
from lstm_lessons.clinic.moves import listed


def two_way(case: Case) -> list[str]:
    """Return the names of the layers that read both ways."""
    return [name or "the layer" for name, each in case.recurrent.items() if each.bidirectional]


def by_design(
    case: Case, layers: list[str], fact: str, look: Callable[[Case], str], reason: str, gone: str
) -> tuple[bool, str]:
    """Return whether the layers that read both ways explain a fact, and the fact in full.

    ``look`` says what is seen of a case, "" where nothing is. With the reverse passes silenced it
    has to see nothing (``gone`` says so in words), or they cannot be silenced; what it sees then is
    the fact to go on with.
    """
    passes = "reverse pass" if len(layers) == 1 else "reverse passes"
    silenced = f"with the {passes} of {listed(layers)} silenced"
    subject = case.subject.one_way()
    if subject is None:
        return True, f"{fact}. Perhaps by design: {reason}"
    results = subject.results(case.example.call)
    still = look(replace(case, subject=subject, results=results))
    if still:
        return False, f"{silenced}, {still}"
    return True, f"{fact}. By design: {reason}, and {silenced} {gone}"
