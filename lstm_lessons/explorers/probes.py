"""Pick a symptom: its probe, what the probe changes, and what moves."""

from __future__ import annotations

from typing import Annotated

from lstm_lessons.drawing import Picture
from lstm_lessons.drawing.pictures.what_moves import PROGRAMS, SAMPLES, STEPS, what_moves
from lstm_lessons.explorers.base import Choice, Explorer, Range, checked

SYMPTOMS = {
    "a neighbour as long changes a score": "sample independence",
    "a longer neighbour changes a score": "batch composition",
    "good in tests, useless in use": "causality",
    "a text in pieces gets other scores": "chunk consistency",
    "two calls do not agree": "eval determinism",
    "one weight never changes": "parameter gradients",
}
"""What you see, and the probe to begin with."""

PRESETS = {
    "as long": {"symptom": "a neighbour as long changes a score"},
    "longer": {"symptom": "a longer neighbour changes a score", "sample": 3},
    "too good": {"symptom": "good in tests, useless in use"},
    "chunks": {"symptom": "a text in pieces gets other scores"},
    "twice": {"symptom": "two calls do not agree"},
    "no change": {"symptom": "one weight never changes"},
}
for _name, _preset in PRESETS.items():  # each sets all, so that nothing of the last one stays
    PRESETS[_name] = {"program": "broken", "sample": 0, "step": 2} | _preset


def probes() -> Explorer:
    """Return the explorer: a list of symptoms, the program, and the entry that is changed."""
    return Explorer(view, presets=PRESETS)


@checked
def view(
    symptom: Annotated[str, Choice(tuple(SYMPTOMS)), "symptom"] = next(iter(SYMPTOMS)),
    program: Annotated[str, Choice(PROGRAMS), "program"] = "right",
    sample: Annotated[int, Range(0, SAMPLES - 1, 1), "sample"] = 1,
    step: Annotated[int, Range(1, STEPS - 1, 1), "step"] = 2,
) -> Picture:
    """Return the picture of the probe that a symptom calls for.

    Raises:
        ValueError: a parameter is outside its range.
    """
    return what_moves(SYMPTOMS[symptom], program, sample, step)
