"""Move the numbers of one step: which earlier steps move? And does each step reach the result?"""

from __future__ import annotations

from torch import nn

from lstm_lessons.clinic.case import Case, moved_alone, some
from lstm_lessons.clinic.moves import largest, listed, moved, places
from lstm_lessons.clinic.one_way import by_design, two_way
from lstm_lessons.clinic.report import HOLDS, PROPERTY, SUSPICION, Finding
from lstm_lessons.clinic.sequences import Untried

NAME = "causality"


def causality(case: Case) -> Finding:
    """Move one step of every sample; look for earlier steps that move."""
    if case.example.steps < 2:
        raise Untried("the example has one step: give two or more")
    if not any(layout.time is not None for layout in case.layouts.values()):
        return _reach(case)
    case = case.but_for_chance("time")
    tried = [step for step in some(case.example.steps) if step > 0]
    fact = _looks_ahead(case, tried)
    if fact:
        return _early(case, fact, tried)
    steps = f"each step from 1 to {tried[-1]}, moved by itself,"
    if len(tried) < case.example.steps - 1:
        steps = moved_alone(tried, case.example.steps, "step")
    return Finding(NAME, HOLDS, f"{steps} moved no earlier one")


def _moved(case: Case, step: int) -> tuple:
    return case.example.moved(steps=[step])


def _looks_ahead(case: Case, tried: list[int]) -> str:
    """Return which step moved earlier ones, in words; "" where none did."""
    for step in tried[::-1]:
        after = case.after(_moved(case, step))
        for name, before, now, layout in case.pairs(after):
            if layout.time is None:
                continue
            found = moved(before, now, layout.time, case.subject.allowed)
            early = [each for each in found if each < step]
            if early:
                fact = f"moving step {step} moved step{'s' if len(early) > 1 else ''} "
                return fact + f"{places(early)} of {name}"
    return ""


def _early(case: Case, fact: str, tried: list[int]) -> Finding:
    layers = two_way(case)
    if layers:
        reason = f"{listed(layers)} read{'s' if len(layers) == 1 else ''} both ways"
        explained, fact = by_design(
            case,
            layers,
            fact,
            lambda other: _looks_ahead(other, tried),
            reason,
            "no earlier step moves",
        )
        if explained:
            fact += ". It has seen what comes next, and must not be asked for it"
            return Finding(NAME, PROPERTY, fact)
    looks = {
        type(each).__name__
        for each in case.subject.modules.values()
        if isinstance(each, nn.MultiheadAttention | nn.Transformer | nn.Conv1d | nn.Conv2d)
    }
    if looks:
        fact += f". Perhaps by design: {listed(sorted(looks))} may look ahead, unless it is masked"
        return Finding(NAME, PROPERTY, fact)
    perhaps = "attention, a mean or softmax over time or a decoder that reads the whole source; "
    return Finding(
        NAME,
        SUSPICION,
        fact,
        perhaps + "batch and time swapped; or a flip, a view or a wrong shift",
    )


def _reach(case: Case) -> Finding:
    """With no step in the results: does the last step reach them, and not it alone?"""
    steps = case.example.steps
    none = "no result has an axis as long as time, so nothing can be said of earlier steps"
    case = case.but_for_chance()
    reaching = []
    for step in sorted({0, steps // 2, steps - 2, steps - 1}):
        try:
            after = case.after(_moved(case, step))
        except Untried:
            continue
        pairs = case.pairs(after)
        gap = max(
            (largest(before, now, case.subject.allowed) for _, before, now, _ in pairs), default=0.0
        )
        if gap > 0:
            reaching.append(step)
    if reaching == [steps - 1]:
        fact = f"{none}. Of the steps tried, only the last one moved a result"
        return Finding(NAME, SUSPICION, fact, "the state is not handed on from step to step")
    if reaching and steps - 1 not in reaching and case.example.lengths is None:
        fact = f"{none}. The last step moved no result, "
        fact += f"step{'s' if len(reaching) > 1 else ''} {places(reaching)} did"
        return Finding(NAME, SUSPICION, fact, "the result is taken from another step than the last")
    raise Untried(none)
