"""Move the numbers of one sample: no other sample of the batch may move."""

from __future__ import annotations

from lstm_lessons.clinic.case import Case, moved_alone, some
from lstm_lessons.clinic.moves import moved, places
from lstm_lessons.clinic.report import FAULT, HOLDS, SUSPICION, Finding
from lstm_lessons.clinic.sequences import Untried

NAME = "sample independence"
SWAPPED = "batch and time are swapped for the recurrent layer"


def sample_independence(case: Case) -> Finding:
    """Move one sample and look which others move; and whether its own results do."""
    if case.example.main.batch is None:
        raise Untried(
            "the input was read as one sequence, with no axis for the batch. If it is a batch, an "
            "axis is missing, or say batch_first=True"
        )
    if not any(layout.batch is not None for layout in case.layouts.values()):
        for name, layout in case.layouts.items():
            if layout.time is not None:
                fact = f"{name} has a row for each of the {case.example.steps} steps, and none for "
                fact += "each sample"
                return Finding(NAME, SUSPICION, fact, "batch and time are swapped")
        raise Untried("no result has a row for each sample")
    case = case.but_for_chance("batch")
    reached: dict[int, dict[str, list[int]]] = {}
    still = []
    lengths = case.example.lengths or [0]
    longest = lengths.index(max(lengths))  # alone in the last step, perhaps
    for sample in some(case.example.samples, [longest]):
        after = case.after(case.example.moved(samples=[sample]))
        reached[sample] = {}
        own = False
        for name, before, now, layout in case.pairs(after):
            if layout.batch is None:
                continue
            found = moved(before, now, layout.batch, case.subject.allowed)
            own = own or sample in found
            others = [each for each in found if each != sample]
            if others:
                reached[sample][name] = others
        if not own:
            still.append(sample)
    for sample, results in reached.items():
        for name, others in results.items():
            fact = f"moving sample {sample} moved {_samples(others)} of {name} as well"
            return Finding(NAME, FAULT, fact, _cause(case, reached))
    if len(still) == len(reached):
        return Finding(
            NAME,
            SUSPICION,
            f"{_moved(case, reached)} moved nothing at all, its own results neither",
            "the input is not used, or it is masked, rounded or replaced on the way, as by argmax",
        )
    fact = f"{_moved(case, reached)} moved no other sample"
    fact += f", if axis {case.example.axes[0]} is the batch" if case.guessed else ""
    if still:
        its = "its" if len(still) == 1 else "their"
        fact += f"; but {len(still)} of them moved nothing at all, {its} own results neither "
        fact += f"({_samples(still)})"
    return Finding(NAME, HOLDS, fact)


def _moved(case: Case, reached: dict[int, dict[str, list[int]]]) -> str:
    return moved_alone(list(reached), case.example.samples, "sample")


def _samples(found: list[int]) -> str:
    return f"sample{'s' if len(found) > 1 else ''} {places(found)}"


def _cause(case: Case, reached: dict[int, dict[str, list[int]]]) -> str:
    forward = all(
        min(others) > sample for sample, found in reached.items() for others in found.values()
    )
    last = case.example.samples - 1
    if forward and not reached.get(last) and case.recurrent:
        return (
            f"the loop walks along the batch, from sample to sample: {SWAPPED} (see its "
            "batch_first)"
        )
    return (
        "something mixes the batch: batch and time swapped, a view or reshape in place of a "
        "transpose, rows that stay in the order of the lengths, or a mean, norm, softmax or "
        "attention over the axis of the batch"
    )
