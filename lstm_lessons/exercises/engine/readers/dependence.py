"""Which inputs move which results at all, found by trying."""

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.attempts import Attempt
from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.values import alike


def moved_by_inputs(seen: Seen) -> Told | None:
    """Say which input should move the result and does not, or moves it and should not."""
    ours, right = seen.attempts[seen.number], Attempt(seen.wanted[seen.number])
    for name, value in seen.case.inputs.items():
        if not isinstance(value, Tensor) or not value.is_floating_point() or not value.numel():
            continue
        moved = seen.case.with_inputs(lambda inputs, name=name: {name: _other(inputs[name])})
        does, should = (
            _moves(seen.of_answer(moved), ours, seen.name),
            _moves(seen.of_solution(moved), right, seen.name),
        )
        if does is False and should:
            return "an input not used", (
                f"Other numbers in `{name}` leave your {seen.name} as it is. It should depend on "
                f"`{name}`."
            )
        if does and should is False:
            return "an input too many", (
                f"Other numbers in `{name}` change your {seen.name}. It should not depend on "
                f"`{name}`."
            )
    return None


def _other(value: Tensor) -> Tensor:
    generator = torch.Generator().manual_seed(7)
    return value + torch.randn(value.shape, generator=generator, dtype=value.dtype, device="cpu")


def _moves(now: Attempt, before: Attempt, name: str) -> bool | None:
    """Say whether a result is another one; nothing where it cannot be told."""
    if now.problem is not None or now.results[name].shape != before.results[name].shape:
        return None
    return not alike(now.results[name], before.results[name])
