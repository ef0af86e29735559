"""A text of dots and brackets, as long as one likes, for what a memory has to keep (lesson 08)."""

import random
from itertools import accumulate

OFTEN = 0.05
"""How probable it is, at each character, that a bracket opens or closes."""


def bracket_text(length: int, seed: int) -> str:
    """Return a text of dots in which, now and then, a bracket opens or the open one closes."""
    draws = random.Random(seed)
    text, opened = [], False
    for _ in range(length):
        changes = draws.random() < OFTEN
        text.append((")" if opened else "(") if changes else ".")
        opened ^= changes
    return "".join(text)


def is_open(text: str) -> list[int]:
    """Return 1 for each character behind which a bracket is open, else 0."""
    return list(accumulate({"(": 1, ")": -1}.get(character, 0) for character in text))
