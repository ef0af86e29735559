"""Simpler calls: what is set to zero in them, and whether the mistake is gone then."""

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.attempts import wrong_names
from lstm_lessons.exercises.engine.readers.seen import Seen
from lstm_lessons.exercises.engine.words import listed


def right_when_simpler(seen: Seen) -> str:
    """Say which inputs may be set to zero to make the result right, or nothing.

    Nothing is said where one input at zero makes every result zero, or nan: that proves nothing.
    """
    gone = []
    for name, value in seen.case.inputs.items():
        if not isinstance(value, Tensor) or not value.is_floating_point():
            continue
        case = seen.case.with_inputs(
            lambda inputs, name=name: {name: torch.zeros_like(inputs[name])}
        )
        right, ours = seen.of_solution(case), seen.of_answer(case)
        found = right.results.values()
        told = any(bool(each.any()) for each in found)
        told = told and all(bool(each.isfinite().all()) for each in found)
        if told and ours.problem is None and not wrong_names(ours, right.results, seen.returns):
            gone.append(f"`{name}`")
    if not gone:
        return ""
    if len(gone) == 1:
        return f"Your result is right when {gone[0]} is zero. So look at what is done with it."
    return f"Your result is right when one of these is zero: {listed(gone)}. Where do they meet?"
