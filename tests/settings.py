"""Which settings of an explorer's controls are tried: not all, but every two values together."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations, product
from typing import Any

from drawn import text_width

from lstm_lessons.explorers.base import Choice, Parameter, Range, Text, View, parameters

Setting = dict[str, Any]
FEW = 8


def every_value(allowed: Range | Choice | Text) -> list[Any]:
    """Return all values that a control can take; of a text the shortest and the widest."""
    if isinstance(allowed, Text):
        widest = max(allowed.alphabet or "W", key=text_width)
        return list(dict.fromkeys((widest * allowed.least, widest * allowed.most)))
    if isinstance(allowed, Choice):
        return list(allowed.options)
    steps = round((allowed.high - allowed.low) / allowed.step)
    return [allowed.low + allowed.step * step for step in range(steps + 1)]


def marked_values(parameter: Parameter) -> list[Any]:
    """Return the values that are tried with each other: all of a few; else both ends and the start.

    Sorted, but for the options of a choice. A text starts between its shortest and its widest.
    """
    every = every_value(parameter.allowed)
    if isinstance(parameter.allowed, Text):
        return list(dict.fromkeys((every[0], parameter.default, every[-1])))
    if len(every) <= FEW or isinstance(parameter.allowed, Choice):
        return every
    return sorted({every[0], parameter.default, every[-1]})


@cache
def settings(view: View) -> list[Setting]:
    """Return the settings to try: every two marked values together, and every value once."""
    every = {name: every_value(each.allowed) for name, each in parameters(view).items()}
    return _distinct(meetings(view) + every_once(every))


@cache
def meetings(view: View) -> list[Setting]:
    """Return settings that have every two marked values together.

    The start is among them, and so are all controls at their least and at their most.
    """
    table = parameters(view)
    marked = {name: marked_values(each) for name, each in table.items()}
    found = [{name: each.default for name, each in table.items()}]
    found += [{name: each[end] for name, each in marked.items()} for end in (0, -1)]
    return _distinct(found + pairwise(marked))


def every_once(values: Mapping[str, Sequence[Any]]) -> list[Setting]:
    """Return settings that have every value of each name: all walk at once, from other places."""
    return [
        {name: each[(row + place) % len(each)] for place, (name, each) in enumerate(values.items())}
        for row in range(max(map(len, values.values())))
    ]


def pairwise(values: Mapping[str, Sequence[Any]]) -> list[Setting]:
    """Return few settings in which every two values of two names stand together in one."""
    missing = {
        ((one, a), (other, b))
        for one, other in combinations(values, 2)
        for a, b in product(range(len(values[one])), range(len(values[other])))
    }
    found = []
    while missing:
        chosen = dict(min(missing))
        for name in values:
            if name not in chosen:
                places = range(len(values[name]))
                chosen[name] = max(places, key=lambda at: _met(chosen, name, at, missing))
        missing -= set(_pairs(chosen, values))
        found.append({name: values[name][chosen[name]] for name in values})
    return found


def _met(chosen: dict[str, int], name: str, at: int, missing: set) -> int:
    """Return how many missing pairs a value makes with those that are chosen."""
    return sum(
        ((one, a), (name, at)) in missing or ((name, at), (one, a)) in missing
        for one, a in chosen.items()
    )


def _pairs(chosen: dict[str, int], order: Mapping[str, object]) -> Iterator[tuple]:
    return combinations([(name, chosen[name]) for name in order], 2)


def _distinct(found: list[Setting]) -> list[Setting]:
    return list({tuple(each.items()): each for each in found}.values())
