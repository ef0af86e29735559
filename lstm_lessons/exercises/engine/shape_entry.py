"""What a wrong shape says, read from the shape ledger's symbols: no wrong shape is written down."""

from itertools import combinations_with_replacement
from math import prod

from lstm_lessons.exercises.engine.words import listed
from lstm_lessons.shapes import Configuration

_MEANS = {
    "T": "words",
    "B": "sentences",
    "I": "numbers of a word",
    "H": "units",
    "L": "layers",
    "D": "directions",
    "P": "numbers of a projected h",
}


def about_shape(given: tuple[int, ...], name: str, of: Configuration) -> tuple[str, str] | None:
    """Return the name of a mistake and its sentence, or nothing where a number is no symbol's.

    The sentence says what the given shape is, not what the right one would be.
    """
    right = of[name]
    twins = [
        each.name for each in (*of.tensors, *of.parameters) if each.shape == given != right.shape
    ]
    if len(twins) == 1:
        return f"the shape of {twins[0]}", f"That is the shape of `{twins[0]}`."
    if sorted(given) == sorted(right.shape):
        return "axes in another order", "Its numbers are the right ones, in another order."
    read = [_symbols(number, of.numbers) for number in given]
    if None in read:
        return None
    said = f"Yours is ({', '.join(map(str, read))})."
    names = [_MEANS[each] for each in read if each in _MEANS]
    counts = f" It counts {listed(names)}." if names and len(names) == len(read) else ""
    if len(given) != len(right.shape):
        more = "few" if len(given) < len(right.shape) else "many"
        return f"too {more} axes", f"{said}{counts} It has too {more} axes."
    wrong = [k for k, (a, b) in enumerate(zip(given, right.shape, strict=True)) if a != b]
    places = listed([str(k) for k in wrong])
    return "another size", f"{said}{counts} Look at axis {places}: what does it count?"


def _symbols(number: int, sizes: dict[str, int]) -> str | None:
    """Return a number in symbols, ``4H``; nothing where there is none, or more than one way."""
    if number == 1:
        return "1"
    names = [name for name, size in sizes.items() if size > 1 and name in _MEANS]
    for factors in (1, 2):
        found = [
            "·".join(chosen)
            for chosen in combinations_with_replacement(names, factors)
            if prod(sizes[each] for each in chosen) == number
        ]
        if factors == 1:
            found += [
                f"{n}{name}" for n in (2, 3, 4) for name in names if n * sizes[name] == number
            ]
        if found:
            return found[0] if len(found) == 1 else None
    return None
