"""Which inputs move which results at all, found by trying."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.attempts import Attempt
from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.values import alike


def moved_by_inputs(seen: Seen) -> Told | None:
    """Say which input should move the result and does not, or moves it and should not."""
    ours, right = seen.attempts[seen.number], Attempt(seen.wanted[seen.number])
    for name, value in seen.case.inputs.items():
        moved = [_with(seen.case, name, other) for other in _others(seen, name, value)]
        does = _any_moves([seen.of_answer(each) for each in moved], ours, seen.name)
        should = _any_moves([seen.of_solution(each) for each in moved], right, seen.name)
        other = f"Other numbers in `{name}`" if isinstance(value, Tensor) else f"Another `{name}`"
        s = "" if isinstance(value, Tensor) else "s"
        if does is False and should:
            return "an input not used", (
                f"{other} leave{s} your {seen.name} as it is. It should depend on `{name}`."
            )
        if does and should is False:
            return "an input too many", (
                f"{other} change{s} your {seen.name}. It should not depend on `{name}`."
            )
    return None


def _others(seen: Seen, name: str, value: Any) -> list[Any]:
    """Return other values of an input: other numbers in a tensor, or what other cases have."""
    if isinstance(value, Tensor) and value.is_floating_point() and value.numel():
        generator = torch.Generator().manual_seed(7)
        new = torch.randn(value.shape, generator=generator, dtype=value.dtype, device="cpu")
        return [value.detach() + new]
    if isinstance(value, int | float):
        return sorted({each.inputs[name] for each in seen.cases} - {value})
    return []


def _with(case: Case, name: str, value: Any) -> Case:
    return case.with_inputs(lambda inputs: {name: value})


def _any_moves(tried: Sequence[Attempt], before: Attempt, name: str) -> bool | None:
    """Say whether a result is another one in any of these; nothing where it cannot be told."""
    found = [_moves(each, before, name) for each in tried]
    return True in found or (None if None in found or not found else False)


def _moves(now: Attempt, before: Attempt, name: str) -> bool | None:
    if now.problem is not None or now.results[name].shape != before.results[name].shape:
        return None
    return not alike(now.results[name], before.results[name])
