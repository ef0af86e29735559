"""What a result has to do with the right one: no wrong answer is needed to know it.

A relation is a row: its name, a sentence that goes on after a colon, and the fact of two tensors
that it is: the result a and the right one w. What brought it about is said as a question, or not at
all. A fact is False or None where it does not hold; what else it returns is ``{found}``.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import permutations
from typing import Any

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.returns import ANumber
from lstm_lessons.exercises.engine.values import MATCH, alike
from lstm_lessons.exercises.engine.words import plural

Axes = tuple[str, ...]
Relations = tuple[tuple[str, str, Callable[..., Any]], ...]


def related_results(seen: Seen) -> Told | None:
    """Say the first relation that holds between the wrong result and the right one."""
    ours, right = seen.ours.detach(), seen.right.detach()
    if isinstance(seen.returns, ANumber) or not right.numel() or not ours.numel():
        return None
    found = _exchanged(seen) or related(ours, right, seen.returns.axes_of(seen.name))
    return (found[0], f"Your {seen.name}: {found[1]}") if found else None


def partly_right(seen: Seen) -> Told | None:
    """Say which part of a result of the right shape is right."""
    ours, right = seen.ours.detach(), seen.right.detach()
    if ours.shape != right.shape or not right.numel() or not right.ndim:
        return None
    axes = _named(seen.returns.axes_of(seen.name), right)
    found = next(_parts(ours.double(), right.double(), axes), None)
    return (found[0], f"Your {seen.name}: {found[1]}") if found else None


def related(ours: Tensor, right: Tensor, axes: Axes = ()) -> Told | None:
    """Return the name of a relation and a sentence that goes on after a colon, or nothing."""
    a, w = ours.double(), right.double()
    if alike(a, w):
        return None
    axes = _named(axes, w)
    of_all = ((row, {}, (a, w, axes)) for row in OF_ALL)
    along = ((row, _words(a, w, n, axes), (a, w, n)) for row in ALONG for n in range(w.ndim))
    in_place = ((row, {}, (a, w)) for row in IN_PLACE if a.shape == w.shape and w.numel() > 1)
    for (name, says, fact), words, given in (*of_all, *along, *in_place):
        found = fact(*given)
        if found is not None and found is not False:
            return name, says.format(**words, found=found)
    return None


def _named(axes: Axes, w: Tensor) -> Axes:
    return axes if len(axes) == w.ndim else tuple(f"axis {n}" for n in range(w.ndim))


def _exchanged(seen: Seen) -> Told | None:
    """Say that the result is another one of the results that are asked for."""
    for name, other in seen.wanted[seen.number].items():
        if name != seen.name and alike(seen.ours, other.detach()):
            return f"{name} for {seen.name}", f"these are the numbers of {name}."
    return None


def _words(a: Tensor, w: Tensor, n: int, axes: Axes) -> dict[str, Any]:
    """Return what the sentences of ``ALONG`` are filled in with."""
    L, k, axis = w.shape[n], a.shape[n] if n < a.ndim else 0, axes[n]
    return {
        "axis": axis, "axes": plural(axis), "next": axes[n + 1] if n + 1 < w.ndim else "",
        "size": L, "held": k, "last": "one" if k == 1 else k,
        "more": f"{'is' if k - L == 1 else 'are'} {k - L}",
        "all_are": f"all {L} {plural(axis)} are" if L > 1 else f"the one {axis} is",
        "them": "them" if L > 1 else "it",
    }  # fmt: skip


def _first(found: Iterable) -> Any:
    return next(iter(found), None)


def _turned(a: Tensor, w: Tensor) -> Iterator[tuple[int, ...]]:
    """Give the orders of w's axes in which it is a."""
    orders = permutations(range(w.ndim)) if a.ndim == w.ndim else ()
    return (order for order in orders if alike(a, w.permute(order)))


def _on_two_axes(a: Tensor, w: Tensor, n: int) -> bool:
    orders = permutations(range(a.ndim)) if a.ndim == w.ndim + 1 else ()
    return any(alike(a.permute(order).flatten(n, n + 1), w) for order in orders)


def _late(a: Tensor, w: Tensor, n: int) -> bool:
    L = w.shape[n] - 1
    return L > 1 and a.shape == w.shape and alike(a.narrow(n, 1, L), w.narrow(n, 0, L))


def _piece(a: Tensor, w: Tensor, n: int, at_end: bool) -> bool:
    """Say whether a is the beginning, or the end, of w along an axis, and no more."""
    k = a.shape[n] if a.ndim == w.ndim else 0
    return 0 < k < w.shape[n] and alike(a, w.narrow(n, (w.shape[n] - k) * at_end, k))


def _of_halves(a: Tensor, w: Tensor, n: int, *halves: int) -> bool:
    whole = n == w.ndim - 1 and w.shape[n] % 2 == 0
    return whole and alike(a, torch.cat([w.chunk(2, n)[half] for half in halves], n))


def _joined_along(a: Tensor, w: Tensor, n: int) -> bool:
    """Say whether the parts that should stand along the last axis stand along another one."""
    parts = a.shape[n] // w.shape[n] if a.ndim == w.ndim and n < w.ndim - 1 else 0
    whole = parts > 1 and a.shape[n] == parts * w.shape[n]
    return whole and alike(torch.cat(a.chunk(parts, n), -1), w)


def _order(a: Tensor, w: Tensor, n: int) -> list[int] | None:
    """Return the places in w from which a's come, if it is w in another order."""
    if a.shape != w.shape:
        return None
    L = w.shape[n]
    rows, wanted = a.movedim(n, 0).reshape(L, -1), w.movedim(n, 0).reshape(L, -1)
    found = [_first(k for k in range(L) if alike(row, wanted[k])) for row in rows]
    return found if sorted(-1 if k is None else k for k in found) == list(range(L)) else None


def _same(numbers: Tensor) -> str | None:
    """Return the number, where all are the same one."""
    one = len(numbers) > 1 and alike(numbers, numbers[:1].expand_as(numbers))
    return f"{float(numbers[0]):.4g}" if one and bool(numbers[0]) else None


def _factor(a: Tensor, w: Tensor) -> str | None:
    """Return by what the numbers are multiplied; a factor that shows as 1 tells nothing."""
    factor = _same((a / w)[w.abs() > 1e-12])
    return factor if factor != "1" else None


def _bound(a: Tensor, w: Tensor) -> str | None:
    """Return how far from zero numbers are cut off: several alike, or all others right."""
    bound = a.abs().max()
    cut, wrong = a.abs() == bound, (a - w).abs() > MATCH
    signs = bool((a.sign() == w.sign())[cut & wrong].all())
    farther = bool((w.abs() > bound)[cut & wrong].all())
    many = int((cut & wrong).sum()) > 1 or not bool((wrong & ~cut).any())
    told = signs and farther and many and bool((cut & wrong).any()) and not bool(wrong.all())
    return f"{float(bound):.4g}" if told else None


OF_ALL: Relations = (
    ("all zeros", "every number is 0.", lambda a, w, axes: bool(w.any() and not a.any())),
    ("not a number", "it holds NaN (of 0/0 or inf/inf, or of places that were never written).",
     lambda a, w, axes: bool(a.isnan().any() and not w.isnan().any())),
    ("an axis too many", "the numbers are right, but there is an axis too many, axis {found}.",
     lambda a, w, axes: _first(n for n in range(w.ndim + 1) if alike(a, w.unsqueeze(n)))),
    ("axes in another order", "the numbers are right, and their axes stand in another order: "
     "({found}).",
     lambda a, w, axes: _first(", ".join(axes[n] for n in order) for order in _turned(a, w))),
)  # fmt: skip

ALONG: Relations = (
    ("squeezed", "the numbers are right, but the axis of the {axes}, 1 long here, is gone. Did "
     "`squeeze()` take it?", lambda a, w, n: w.shape[n] == 1 and alike(a, w.squeeze(n))),
    ("one axis on two", "right, but the {axes} lie on two axes, and should lie on one. "
     "(`torch.stack` makes a new axis; `torch.cat` joins along one that there is.)", _on_two_axes),
    ("two axes joined", "the numbers are right, but {axis} and {next} lie on one axis. "
     "(`torch.cat` joins along an axis that there is; `torch.stack` makes a new one.)",
     lambda a, w, n: n + 1 < w.ndim and (alike(a, w.flatten(n, n + 1))
                                         or alike(a, w.transpose(n, n + 1).flatten(n, n + 1)))),
    ("mixed by reshape", "all numbers are there, in the wrong places: read in a row, they go along "
     "{axis} where they should go along {next}. A reshape does not move axes.",
     lambda a, w, n: n + 1 < w.ndim and a.shape == w.shape
     and alike(a.flatten(), w.transpose(n, n + 1).flatten())),
    ("turned round", "the numbers are right, with the {axes} from last to first.",
     lambda a, w, n: alike(a, w.flip(n))),
    ("one late", "from {axis} 1 on, each {axis} holds what belongs in the one before it.", _late),
    ("one early", "each {axis} but the last holds what belongs in the next one.",
     lambda a, w, n: _late(w, a, n) if a.shape == w.shape else False),
    ("halves exchanged", "the two halves of the {axes} are right, but have changed places.",
     lambda a, w, n: _of_halves(a, w, n, 1, 0)),
    ("first half twice", "the first half of the {axes} is right, and stands a second time in "
     "the place of the second half.",
     lambda a, w, n: _of_halves(a, w, n, 0, 0)),
    ("second half twice", "the second half of the {axes} is right, and stands a second time "
     "in the place of the first half.",
     lambda a, w, n: _of_halves(a, w, n, 1, 1)),
    ("one below the other", "right, but joined along the {axes}, and they should stand side by "
     "side along the last axis. (`torch.cat` goes along the first axis unless told otherwise.)",
     _joined_along),
    ("halves added", "the two halves of the {axes} are added up, and should stand side by "
     "side.",
     lambda a, w, n: n == w.ndim - 1 and w.shape[n] % 2 == 0
     and alike(a, torch.stack(w.chunk(2, n)).sum(0))),
    ("another order", "these are the right {axes}, in another order: {found}.", _order),
    ("the last missing", "right as far as it goes, but it holds {held} of {size} {axes}.",
     lambda a, w, n: _piece(a, w, n, at_end=False)),
    ("the first missing", "of {size} {axes} it holds the last {last} only.",
     lambda a, w, n: _piece(a, w, n, at_end=True)),
    ("too many", "{all_are} right, and behind {them} there {more} more.",
     lambda a, w, n: a.ndim == w.ndim and _piece(w, a, n, at_end=False)),
    ("too many", "{all_are} right, and before {them} there {more} more.",
     lambda a, w, n: a.ndim == w.ndim and _piece(w, a, n, at_end=True)),
    ("one alone", "it holds {axis} {found} alone, of {size}.",
     lambda a, w, n: _first(at for at in range(w.shape[n]) if alike(a, w.select(n, at)))),
    ("summed", "the numbers are right, added up over the {axes}.",
     lambda a, w, n: alike(a, w.sum(n))),
    ("averaged", "it is the mean over the {axes}.", lambda a, w, n: alike(a, w.mean(n))),
)  # fmt: skip

IN_PLACE: Relations = (
    ("a factor", "every number is {found} times what it should be.",
     lambda a, w: _factor(a, w)),
    ("a number added", "every number is {found} more than it should be.",
     lambda a, w: _same((a - w).flatten())),
    ("holes", "right in every place where it is not 0.",
     lambda a, w: bool(w.numel() > 3 and ((a == 0) | ((a - w).abs() < 1e-9)).all())),
    ("rounded", "every number is rounded down to a whole one.",
     lambda a, w: w.numel() > 3 and alike(a, w.floor())),
    ("a tanh too many", "every number is tanh of what it should be.",
     lambda a, w: w.numel() > 3 and alike(a, w.tanh())),
    ("rounded to decimals", "right, but rounded to {found} decimals.",
     lambda a, w: _first(n for n in range(1, 7) if alike(a, w.round(decimals=n)))),
    ("the sign lost", "every number is right but for its sign: none of yours is below zero.",
     lambda a, w: alike(a, w.abs())),
    ("clamped", "no number is farther than {found} from zero, and where one should be farther, it "
     "is just that far. Is something clamped?", lambda a, w: _bound(a, w)),
    ("in other places", "all numbers are the right ones, but they stand in other places. Did a "
     "reshape do that, which goes by the order in memory, or a cut along the wrong axis?",
     lambda a, w: w.numel() > 3 and alike(a.flatten().sort().values, w.flatten().sort().values)),
)  # fmt: skip


def _parts(a: Tensor, w: Tensor, axes: Axes) -> Iterator[Told]:
    for n, axis in enumerate(axes):
        L = w.shape[n]
        wrong = [k for k in range(L) if not alike(a.select(n, k), w.select(n, k))]
        if L > 2 and len(wrong) == 1:
            yield "one wrong place", f"all is right but {axis} {wrong[0]}."
    if w.shape[-1] % 2 == 0:
        places = w.shape[-1]
        right = [alike(a[..., k], w[..., k]) for k in range(places)]
        first, second = right[: places // 2], right[places // 2 :]
        if (all(first) and not any(second)) or (all(second) and not any(first)):
            one, other = ("first", "other") if right[0] else ("second", "first")
            says = f"the {one} half of the {plural(axes[-1])} is right, the {other} is not."
            yield f"{other} half wrong", says
