"""What a result has to do with the right one: no wrong answer is needed to know it.

Each relation is a fact of two tensors. What brought it about is said as a question, or not at all.
"""

from collections.abc import Iterator
from itertools import permutations, product

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.returns import ANumber
from lstm_lessons.exercises.engine.values import alike
from lstm_lessons.exercises.engine.words import plural

Axes = tuple[str, ...]


def related_results(seen: Seen) -> Told | None:
    """Say the first relation that holds between the wrong result and the right one."""
    ours, right = seen.ours.detach(), seen.right.detach()
    if isinstance(seen.returns, ANumber) or not right.numel() or not ours.numel():
        return None
    exchanged = _exchanged(seen)
    found = exchanged or related(ours, right, seen.returns.axes_of(seen.name))
    return (found[0], f"Your {seen.name}: {found[1]}") if found else None


def partly_right(seen: Seen) -> Told | None:
    """Say which part of a result of the right shape is right."""
    ours, right = seen.ours.detach(), seen.right.detach()
    if ours.shape != right.shape or not right.numel() or not right.ndim:
        return None
    axes = seen.returns.axes_of(seen.name)
    axes = axes if len(axes) == right.ndim else tuple(f"axis {n}" for n in range(right.ndim))
    found = next(_parts(ours.double(), right.double(), axes), None)
    return (found[0], f"Your {seen.name}: {found[1]}") if found else None


def _exchanged(seen: Seen) -> Told | None:
    """Say that the result is another one of the results that are asked for."""
    for name, other in seen.wanted[seen.number].items():
        if name != seen.name and alike(seen.ours, other.detach()):
            return f"{name} for {seen.name}", f"these are the numbers of {name}."
    return None


def related(ours: Tensor, right: Tensor, axes: Axes = ()) -> Told | None:
    """Return the name of a relation and a sentence that goes on after a colon, or nothing."""
    ours, right = ours.double(), right.double()
    axes = axes if len(axes) == right.ndim else tuple(f"axis {n}" for n in range(right.ndim))
    if alike(ours, right):
        return None
    return next(_relations(ours, right, axes), None)


def _relations(a: Tensor, w: Tensor, axes: Axes) -> Iterator[Told]:
    if not bool(a.any()) and bool(w.any()):
        yield "all zeros", "every number is 0."
    if bool(a.isnan().any()) and not bool(w.isnan().any()):
        yield "not a number", "it holds NaN (of 0/0, or of places that were never written)."
    yield from _other_axes(a, w, axes)
    if a.ndim == w.ndim:
        for n, axis in enumerate(axes):
            if a.shape == w.shape:
                yield from _along(a, w, n, axis)
            else:
                yield from _shorter_or_longer(a, w, n, axis)
    if a.ndim == w.ndim - 1:
        yield from _without_an_axis(a, w, axes)
    if a.shape == w.shape:
        yield from _number_by_number(a, w)
        if w.numel() > 3 and alike(a.flatten().sort().values, w.flatten().sort().values):
            yield (
                "in other places",
                (
                    "all numbers are the right ones, but they stand in other places. Did a "
                    "reshape do that? It goes by the order in memory."
                ),
            )


def _other_axes(a: Tensor, w: Tensor, axes: Axes) -> Iterator[Told]:
    for n in range(w.ndim + 1):
        if alike(a, w.unsqueeze(n)):
            yield (
                "an axis too many",
                (f"the numbers are right, but there is an axis too many, axis {n}."),
            )
    for n, axis in enumerate(axes):
        if w.shape[n] == 1 and alike(a, w.squeeze(n)):
            yield (
                "squeezed",
                (
                    f"the numbers are right, but the axis of the {plural(axis)}, 1 long here, is "
                    "gone. Did `squeeze()` take it?"
                ),
            )
    if a.ndim == w.ndim:
        for order in permutations(range(w.ndim)):
            if list(order) != sorted(order) and alike(a, w.permute(order)):
                named = ", ".join(axes[n] for n in order)
                yield (
                    "axes in another order",
                    (f"the numbers are right, and their axes stand in another order: ({named})."),
                )
    if a.ndim == w.ndim + 1:
        for order, n in product(permutations(range(a.ndim)), range(w.ndim)):
            if alike(a.permute(order).flatten(n, n + 1), w):
                yield (
                    "one axis on two",
                    (
                        f"right, but the {plural(axes[n])} lie on two axes, and should lie on one. "
                        "(`torch.stack` makes a new axis; `torch.cat` joins along one that there "
                        "is.)"
                    ),
                )
    if a.ndim == w.ndim - 1:
        for n in range(w.ndim - 1):
            if alike(a, w.flatten(n, n + 1)) or alike(a, w.transpose(n, n + 1).flatten(n, n + 1)):
                yield (
                    "two axes joined",
                    (f"the numbers are right, but {axes[n]} and {axes[n + 1]} lie on one axis."),
                )
    if a.shape == w.shape and w.ndim > 1 and not alike(a, w):
        for n in range(w.ndim - 1):
            if alike(a.flatten(), w.transpose(n, n + 1).flatten()):
                yield (
                    "mixed by reshape",
                    (
                        "all numbers are there, in the wrong places: read in a row, they "
                        f"go along {axes[n]} where they should go along {axes[n + 1]}. A reshape "
                        "does not move axes."
                    ),
                )


def _along(a: Tensor, w: Tensor, n: int, axis: str) -> Iterator[Told]:
    L = w.shape[n]
    if L < 2:
        return
    if alike(a, w.flip(n)):
        yield "turned round", f"the numbers are right, with the {plural(axis)} from last to first."
    if L > 2 and alike(a.narrow(n, 1, L - 1), w.narrow(n, 0, L - 1)):
        yield "one late", f"from {axis} 1 on, each {axis} holds what belongs in the one before it."
    if L > 2 and alike(a.narrow(n, 0, L - 1), w.narrow(n, 1, L - 1)):
        yield "one early", f"each {axis} but the last holds what belongs in the next one."
    if L % 2 == 0 and n == w.ndim - 1:
        yield from _halves(a, w, n, axis)
    yield from _reordered(a, w, n, axis)


def _parts(a: Tensor, w: Tensor, axes: Axes) -> Iterator[Told]:
    for n, axis in enumerate(axes):
        L = w.shape[n]
        wrong = [k for k in range(L) if not alike(a.select(n, k), w.select(n, k))]
        if L > 2 and len(wrong) == 1:
            yield "one wrong place", f"all is right but {axis} {wrong[0]}."
    if w.shape[-1] % 2 == 0:
        (p, q), (u, v) = w.chunk(2, -1), a.chunk(2, -1)
        if alike(u, p) != alike(v, q):
            which = ("first", "other") if alike(u, p) else ("second", "first")
            yield (
                f"{which[1]} half wrong",
                (f"the {which[0]} half of the {plural(axes[-1])} is right, the {which[1]} is not."),
            )


def _halves(a: Tensor, w: Tensor, n: int, axis: str) -> Iterator[Told]:
    (p, q), (u, v) = w.chunk(2, n), a.chunk(2, n)
    if alike(u, q) and alike(v, p):
        yield (
            "halves exchanged",
            (f"both halves of the {plural(axis)} are right, in the other order."),
        )
    elif alike(u, p) and alike(v, p):
        yield "first half twice", f"both halves of the {plural(axis)} are the first one."
    elif alike(u, q) and alike(v, q):
        yield "second half twice", f"both halves of the {plural(axis)} are the second one."


def _reordered(a: Tensor, w: Tensor, n: int, axis: str) -> Iterator[Told]:
    L = w.shape[n]
    rows, wanted = a.movedim(n, 0).reshape(L, -1), w.movedim(n, 0).reshape(L, -1)
    found = [next((k for k in range(L) if alike(row, wanted[k])), None) for row in rows]
    if None not in found and sorted(map(int, (k or 0 for k in found))) == list(range(L)):
        yield "another order", f"these are the right {plural(axis)}, in another order: {found}."


def _shorter_or_longer(a: Tensor, w: Tensor, n: int, axis: str) -> Iterator[Told]:
    L, k = w.shape[n], a.shape[n]
    if any(a.shape[m] != w.shape[m] for m in range(w.ndim) if m != n) or not k:
        return
    if k < L:
        if alike(a, w.narrow(n, 0, k)):
            said = f"right as far as it goes, but it holds {k} of {L} {plural(axis)}."
            yield "the last missing", said
        if alike(a, w.narrow(n, L - k, k)):
            said = f"of {L} {plural(axis)} it holds the last {'one' if k == 1 else k} only."
            yield "the first missing", said
        return
    whole = f"all {L} {plural(axis)} are right" if L > 1 else f"the one {axis} is right"
    if alike(a.narrow(n, 0, L), w):
        yield "too many", f"{whole}, and behind {'them' if L > 1 else 'it'} there are {k - L} more."
    elif alike(a.narrow(n, k - L, L), w):
        yield "too many", f"{whole}, and before {'them' if L > 1 else 'it'} there are {k - L} more."


def _without_an_axis(a: Tensor, w: Tensor, axes: Axes) -> Iterator[Told]:
    for n, axis in enumerate(axes):
        for at in range(w.shape[n]):
            if alike(a, w.select(n, at)):
                yield "one alone", f"it holds {axis} {at} alone, of {w.shape[n]}."
        if alike(a, w.sum(n)):
            yield "summed", f"the numbers are right, added up over the {plural(axis)}."
        if alike(a, w.mean(n)):
            yield "averaged", f"it is the mean over the {plural(axis)}."


def _number_by_number(a: Tensor, w: Tensor) -> Iterator[Told]:
    kept = w.abs() > 1e-12
    ratio = a[kept] / w[kept]
    if len(ratio) > 1 and alike(ratio, ratio[:1].expand_as(ratio)) and bool(ratio[0]):
        yield "a factor", f"every number is {float(ratio[0]):.4g} times what it should be."
    shift = (a - w).flatten()
    if len(shift) > 1 and alike(shift, shift[:1].expand_as(shift)):
        yield "a number added", f"every number is {float(shift[0]):.4g} more than it should be."
    if w.numel() > 3 and bool(a.any()) and bool(((a == 0) | ((a - w).abs() < 1e-9)).all()):
        yield "holes", "right in every place where it is not 0."
    if w.numel() > 3 and alike(a, w.floor()):
        yield "rounded", "every number is rounded down to a whole one."
    if w.numel() > 3 and alike(a, torch.tanh(w)):
        yield "a tanh too many", "every number is tanh of what it should be."
