"""The model with its reverse passes silenced: what still looks ahead in it does so by itself."""

from __future__ import annotations

from dataclasses import replace

from lstm_lessons.clinic.case import Case
from lstm_lessons.clinic.moves import listed


def two_way(case: Case) -> list[str]:
    """Return the names of the layers that read both ways."""
    return [name or "the layer" for name, each in case.recurrent.items() if each.bidirectional]


def reads_both_ways(names: list[str]) -> str:
    """Return in words that these layers read both ways."""
    return f"{listed(names)} read{'s' if len(names) == 1 else ''} both ways"


def reverse_of(names: list[str]) -> str:
    """Return in words the reverse passes of these layers."""
    return f"the reverse pass{'es' if len(names) > 1 else ''} of {listed(names)}"


def one_way(case: Case) -> Case | None:
    """Return the case with the reverse passes silenced; None where they cannot be."""
    subject = case.subject.one_way()
    if subject is None:
        return None
    return replace(case, subject=subject, results=subject.results(case.example.call))
