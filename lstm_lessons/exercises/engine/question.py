"""One question of an exercise that asks for a dict, and what people get wrong about it."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """A misconception about one entry: its name, the sentence it earns, the values it leads to.

    In the sentence, ``{keys}`` stands for the entry, and for all that earn the same sentence;
    ``{are}`` for the verb behind them. Where a value is a rough number, ``within`` is the factor
    up to which another is the same.
    """

    name: str
    says: str
    values: tuple[Any, ...]
    within: float = 1.01


@dataclass(frozen=True)
class Story:
    """A misconception about several entries at once: the entries that it gets wrong together."""

    name: str
    says: str
    entries: Mapping[str, Any]
    within: float = 1.01


def row(name: str, says: str, *values: Any, within: float = 1.01) -> Row:
    """Return a misconception about one entry."""
    return Row(name, says, values, within)


def story(name: str, says: str, entries: Mapping[str, Any], within: float = 1.01) -> Story:
    """Return a misconception about several entries at once."""
    return Story(name, says, entries, within)


@dataclass(frozen=True)
class Question(ABC):
    """One entry of the dict: its key, where to look when it is wrong, what people get wrong.

    The right value stands in the solution. ``also`` are other names that people have for the key.
    ``after`` is the key of an entry that has to be right before this one is judged: what is said of
    this one would give the other away.
    """

    key: str
    look: str
    rows: tuple[Row, ...] = ()
    also: tuple[str, ...] = field(default=(), kw_only=True)
    after: str = field(default="", kw_only=True)

    @abstractmethod
    def read(self, value: Any) -> Any:
        """Return the value in plain Python.

        Raises:
            Misformed: the value is of another kind; the message says which.
        """

    def accepts(self, value: Any, right: Any) -> bool:
        """Say whether a value that was read is right."""
        return value == right

    def same(self, value: Any, wrong: Any, within: float) -> bool:
        """Say whether a value that was read is what a misconception gives, within a factor."""
        return value == wrong

    def about(self, value: Any, right: Any, asked: Collection[Any] = ()) -> tuple[str, str] | None:
        """Return what can be said of a wrong value that no row knows; nothing by default.

        ``asked`` are the right values of other entries: it is not to say that they are.
        """
        return None

    def row_of(self, value: Any) -> Row | None:
        """Return the misconception that a wrong value comes from, if it is known."""
        for each in self.rows:
            if any(self.same(value, self.read(wrong), each.within) for wrong in each.values):
                return each
        return None
