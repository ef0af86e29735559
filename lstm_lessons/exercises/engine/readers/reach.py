"""What a result has read: which place of an input moves which place on the axis that both have.

Where the result has no such axis, the whole of it is looked at. Found by trying, for the answer and
for the solution, and said where the two differ.
"""

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.attempts import Attempt
from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.words import counted, plural

Reach = list[list[int]]
"""For each place of the result, the places of the input that move it."""


def moved_along_axes(seen: Seen) -> Told | None:
    """Say which place of the result first has read something else than it should."""
    if seen.ours.shape != seen.right.shape:
        return None
    slots = seen.returns.axes_of(seen.name)
    if seen.ours.ndim < len(slots):
        slots = ()
    places = [(name, axis) for name, axes in seen.axes.items() for axis in axes]
    for name, axis in sorted(places, key=lambda each: each[1] not in slots):
        at = seen.axes[name].index(axis), slots.index(axis) if axis in slots else None
        if told := _told(seen, name, axis, at):
            return told
    return None


def _told(seen: Seen, name: str, axis: str, at: tuple[int, int | None]) -> Told | None:
    ours = _reach(seen, name, at, of_answer=True)
    right = _reach(seen, name, at, of_answer=False)
    if ours is None or right is None:
        return None
    for place, (read, wanted) in enumerate(zip(ours, right, strict=True)):
        if read != wanted:
            later = bool(read and wanted and read[-1] > wanted[-1])
            leak = " That is a leak." if axis == "step" and later else ""
            what = f"your {seen.name}" if at[1] is None else f"{axis} {place} of your {seen.name}"
            return "reads other places", (
                f"Tried with `{name}`, {axis} by {axis}: {what} changes with "
                f"{_span(read, axis)} of `{name}`.{leak} It should change with "
                f"{_span(wanted, axis)}{_only(read, wanted, axis)}."
            )
    return None


def _reach(seen: Seen, name: str, at: tuple[int, int | None], of_answer: bool) -> Reach | None:
    """Return what each place of the result has read, or the whole where it has no such axis.

    Nothing is returned where it cannot be tried: in this call the input may be None, or have fewer
    axes than in the first.
    """
    value = seen.case.inputs.get(name)
    if not isinstance(value, Tensor) or value.ndim <= at[0]:
        return None
    call = seen.of_answer if of_answer else seen.of_solution
    before = seen.attempts[seen.number] if of_answer else Attempt(seen.wanted[seen.number])
    size = value.shape[at[0]]
    slots = 1 if at[1] is None else before.results[seen.name].shape[at[1]]
    reach: Reach = [[] for _ in range(slots)]
    for place in range(size):
        moved = call(_moved(seen.case, name, at[0], place))
        if (
            moved.problem is not None
            or moved.results[seen.name].shape != before.results[seen.name].shape
        ):
            return None
        change = (moved.results[seen.name] - before.results[seen.name]).detach().abs() > 1e-9
        for slot in range(slots):
            if bool((change if at[1] is None else change.select(at[1], slot)).any()):
                reach[slot].append(place)
    return reach


def _moved(case: Case, name: str, axis: int, place: int) -> Case:
    def change(inputs: dict) -> dict[str, Tensor]:
        value = inputs[name]
        generator = torch.Generator().manual_seed(place)
        value.select(axis, place).add_(
            torch.randn(value.select(axis, place).shape, generator=generator, dtype=value.dtype)
        )
        return {name: value}

    return case.with_inputs(change)


def _only(read: list[int], wanted: list[int], axis: str) -> str:
    """Return what is to be added where the answer has read more than it should."""
    more = len(wanted) > 1 and not set(read) <= set(wanted)
    return f", and with no other {axis}" if more else ""


def _span(at: list[int], axis: str) -> str:
    if not at:
        return f"no {axis}"
    if len(at) == 1:
        return f"{axis} {at[0]} alone"
    if at == list(range(at[0], at[-1] + 1)):
        return f"{plural(axis)} {at[0]} to {at[-1]}"
    return f"{counted(len(at), axis)} ({', '.join(map(str, at))})"
