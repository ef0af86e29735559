"""Small words that every message is made of, and what they say of a value."""

from typing import Any


class Misformed(Exception):
    """An answer that cannot be read as what was asked for; ``name`` is its misconception."""

    def __init__(self, message: str, name: str | None = None) -> None:
        super().__init__(message)
        self.message, self.name = message, name


_KNOWN = {
    "NoneType": "nothing (None)",
    "ellipsis": "`...`",
    "bool": "True or False",
    "generator": "a generator (`return` rather than `yield` gives the values)",
    "coroutine": "a coroutine (leave out `async`)",
    "ndarray": "a numpy array",
    "PackedSequence": "a `PackedSequence`",
    "Tensor": "a tensor",
    "dict": "a dict",
}


def a_kind_of(value: Any) -> str:
    """Say in a few words what a value is, without asking the value itself."""
    if isinstance(value, type):
        return f"the class `{value.__name__}`"
    if isinstance(value, str):
        return "a string"
    name = type(value).__name__
    if any(each.__name__ == "Module" for each in type(value).__mro__):
        return f"a layer, `{name}`"
    if name not in _KNOWN and callable(value):
        return "a function (were its parentheses forgotten?)"
    return _KNOWN.get(name, f"a value of type `{name}`")


def listed(words: list[str] | tuple[str, ...], last: str = "and") -> str:
    """Return the words as a list in a sentence: a, b and c."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def paragraphs(*parts: str) -> str:
    """Return what is not empty, as paragraphs of one message."""
    return "\n\n".join(filter(None, parts))


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


def counted(number: int, thing: str) -> str:
    """Return a number with its thing: one sentence, two sentences."""
    said = _NUMBERS[number] if 0 <= number < len(_NUMBERS) else str(number)
    return f"{said} {thing if number == 1 else plural(thing)}"


def plural(thing: str) -> str:
    """Return the plural of a word for an axis."""
    return f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
