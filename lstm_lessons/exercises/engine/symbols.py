"""Numbers of a shape, read in the ledger's symbols: 20 is 4H where H is 5."""

import re
from collections.abc import Collection, Mapping
from itertools import combinations

from lstm_lessons.exercises.engine.words import listed
from lstm_lessons.shapes import Configuration

_COUNTS = {
    "T": "words",
    "N": "words of a text",
    "B": "sentences",
    "I": "numbers of a word",
    "H": "numbers of a state",
    "L": "layers",
    "D": "directions",
    "P": "numbers of a projected h",
    "4": "gates",
}
_MOST = 4
"""Tensors of one shape that are named; of more, none is."""


def symbol(number: int, sizes: Mapping[str, int]) -> str | None:
    """Return a number in symbols, ``4H``; nothing where there is none, or more than one way."""
    if number == 1:
        return "1"
    sizes = {name: size for name, size in sizes.items() if size > 1 and name in _COUNTS}
    plain = [name for name, size in sizes.items() if size == number]
    times = [f"{n}{k}" for n in (2, 3, 4) for k in ("H", "I") if n * sizes.get(k, 0) == number]
    pairs = combinations(sizes, 2)
    products = [f"{a}·{b}" for a, b in pairs if sizes[a] * sizes[b] == number]
    for found in (plain, times, products):
        if found:
            return found[0] if len(found) == 1 else None
    return "4" if number == 4 else None


def with_symbols(numbers: str, sizes: Mapping[str, int]) -> str:
    """Return what torch writes of sizes, with their symbols: ``20 (4H)``, ``(7, 3) = (T, B)``."""
    found = [symbol(int(each), sizes) for each in re.findall(r"-?\d+", numbers)]
    if len(found) == 1 and "," not in numbers:
        return f"{numbers} ({found[0]})" if found[0] not in (None, numbers) else numbers
    known = None not in found and any(each != "1" for each in found)
    return f"({numbers}) = ({', '.join(map(str, found))})" if known else f"({numbers})"


def about_shape(
    given: tuple[int, ...],
    right: tuple[int, ...],
    of: Configuration,
    asked: Collection[tuple[int, ...]] = (),
) -> tuple[str, str] | None:
    """Return the name of a mistake and its sentence, or nothing where a number is no symbol's.

    The sentence says what the given shape is, not what the right one would be, nor that it is the
    right one of another tensor that is ``asked`` for as well.
    """
    twins = [each.name for each in (*of.tensors, *of.parameters) if each.shape == given]
    if 1 <= len(twins) <= _MOST and given not in (right, *asked):
        named = listed([f"`{each}`" for each in twins])
        return f"the shape of {listed(twins)}", f"That is the shape of {named}."
    if sorted(given) == sorted(right):
        return "axes in another order", "The numbers are the right ones, in another order."
    read = [symbol(number, of.numbers) for number in given]
    if None in read:
        return None
    said = f"Yours is ({', '.join(map(str, read))}{',' * (len(read) == 1)})."
    names = [_COUNTS[each] for each in read if each in _COUNTS]
    counts = f" It counts {listed(names)}." if names and len({*names}) == len(read) else ""
    if len(given) != len(right):
        more = "few" if len(given) < len(right) else "many"
        return f"too {more} axes", f"{said}{counts} It has too {more} axes."
    wrong = [str(k) for k, (a, b) in enumerate(zip(given, right, strict=True)) if a != b]
    look = f"axis {wrong[0]}: what does it count?"
    if len(wrong) > 1:
        look = f"axes {listed(wrong)}: what do they count?"
    return "another size", f"{said}{counts} Look at {look}"
