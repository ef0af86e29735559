"""Which inputs move which results at all, found by trying."""

from typing import Any

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.attempts import Attempt
from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.values import alike


def moved_by_inputs(seen: Seen) -> Told | None:
    """Say which input should move the result and does not, or moves it and should not.

    Tried in the case that goes wrong and in the first: an answer may use an input in one alone.
    """
    for name, value in seen.case.inputs.items():
        does, should = set(), set()
        for number in {0, seen.number}:
            case = seen.cases[number]
            given = case.inputs.get(name)  # which may be None in this call
            moved = [_with(case, name, other) for other in _others(seen, name, given)]
            right = Attempt(seen.wanted[number])
            does |= {_moves(seen.of_answer(m), seen.attempts[number], seen.name) for m in moved}
            should |= {_moves(seen.of_solution(each), right, seen.name) for each in moved}
        plain = not isinstance(value, Tensor)
        other, s = (f"Another `{name}`", "s") if plain else (f"Other numbers in `{name}`", "")
        if does == {False} and True in should:
            unmoved = f"{other} leave{s} your {seen.name} as it is."
            if isinstance(value, bool):
                unmoved = f"Your {seen.name} is the same for `{name}` True and False."
            return "an input not used", f"{unmoved} It should depend on `{name}`."
        if True in does and should == {False}:
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
        given = [each.inputs.get(name) for each in seen.cases]
        return sorted({each for each in given if isinstance(each, int | float)} - {value})
    return []


def _with(case: Case, name: str, value: Any) -> Case:
    return case.with_inputs(lambda inputs: {name: value})


def _moves(now: Attempt, before: Attempt, name: str) -> bool | None:
    """Say whether a result is another one; nothing where it cannot be told."""
    if now.problem is not None or now.results[name].shape != before.results[name].shape:
        return None
    return not alike(now.results[name], before.results[name])
