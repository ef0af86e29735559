"""What a number has to do with the right one, in all calls alike, or that it is always the same."""

from collections.abc import Iterator

from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.returns import ANumber
from lstm_lessons.exercises.engine.words import listed

_ALIKE = 1e-9
"""Largest relative difference of two numbers that are the same."""

Pairs = list[tuple[float, float]]
"""What the answer gives and what is right, call by call."""


def always_the_same(seen: Seen) -> Told | None:
    """Say which number it is."""
    if not isinstance(seen.returns, ANumber):
        return None
    found = [float(each) for attempt in seen.attempts for each in attempt.results.values()]
    if len(found) < 2 or len(set(found)) > 1:
        return None
    value = found[0]
    zero = " (A product that starts with 0 stays 0; the logarithm of 1 is 0.)" if not value else ""
    return "always the same", (
        f"Your function returns {value:.4g} whatever it is given. What it returns has to be "
        f"computed from {listed(tuple(seen.case.inputs))}.{zero}"
    )


def related_numbers(seen: Seen) -> Told | None:
    """Say what turns each right number into that of the answer, in all calls alike."""
    if not isinstance(seen.returns, ANumber):
        return None
    if bool(seen.ours.isnan()):
        return "not a number", f"With {seen.case.label} you return NaN, which is no number."
    pairs = [
        (float(each.results[seen.name]), float(right[seen.name]))
        for each, right in zip(seen.attempts, seen.wanted, strict=False)
        if each.problem is None
    ]
    if len({right for _, right in pairs}) < 3:
        return None
    return next(_relations(pairs), None)


def _relations(pairs: Pairs) -> Iterator[Told]:
    a, w = next((ours, right) for ours, right in pairs if right)
    if _all(pairs, lambda right: -right):
        yield "the sign turned round", "Every number is right but for its sign."
    elif _all(pairs, lambda right: right * a / w):
        yield "a factor", f"In every call you return {a / w:.4g} times what is right."
    if _all(pairs, lambda right: right + a - w):
        yield "a number added", f"In every call you return {a - w:.4g} more than is right."
    if all(right for _, right in pairs) and _all(pairs, lambda right: 1 / right):
        yield "turned round", "In every call you return 1 divided by what is right."
    for digits in range(7):
        if _all(pairs, lambda right, digits=digits: round(right, digits)):
            said = f"Right, but rounded to {digits} decimals. Return all digits of it."
            yield "rounded", said


def _all(pairs: Pairs, turned) -> bool:  # noqa: ANN001 - a function of one number
    """Say whether each of our numbers is what this makes of the right one."""
    return all(
        abs(ours - turned(right)) <= _ALIKE * max(abs(ours), abs(turned(right)), 1e-6)
        for ours, right in pairs
    )
