"""What every probe is handed: the model, the example with its axes, and what it gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from torch import Tensor, nn

from lstm_lessons.clinic.axes import Layout
from lstm_lessons.clinic.example import Example
from lstm_lessons.clinic.sequences import Untried
from lstm_lessons.clinic.subject import Call, Subject


@dataclass(frozen=True)
class Case:
    """A model and an example of at least two samples, where it has a batch at all.

    ``results`` are what the example gives, ``layouts`` their axes; ``grown`` says that the
    example had one sample, and that the others were made from it; ``by_chance`` names
    the results that differ with the seed in eval mode. ``whole`` is the example with the padding
    that all rows share; the probes are handed it without. ``guessed`` says that the axes of the
    batch and of time were told by the model's own behaviour.
    """

    subject: Subject
    example: Example
    results: dict[str, Tensor]
    layouts: dict[str, Layout]
    grown: bool = False
    by_chance: frozenset[str] = frozenset()
    whole: Example | None = None
    guessed: bool = False

    @property
    def shared(self) -> int:
        """How many steps of padding all rows shared, and lost."""
        return 0 if self.whole is None else self.whole.steps - self.example.steps

    def after(self, call: Call) -> dict[str, Tensor]:
        """Return what another call gives."""
        return self.subject.results(call)

    def pairs(self, after: dict[str, Tensor]) -> Iterator[tuple[str, Tensor, Tensor, Layout]]:
        """Yield name, result before, result after and layout, where both have one shape."""
        for name, layout in self.layouts.items():
            if name in after and after[name].shape == self.results[name].shape:
                yield name, self.results[name], after[name], layout

    def but_for_chance(self, axis: str = "") -> Case:
        """Return the case with those results alone that do not differ with the seed.

        What moves in the others could be other random numbers.

        Raises:
            Untried: chance is at work in all results, or in all that have this axis.
        """
        steady = {name: each for name, each in self.layouts.items() if name not in self.by_chance}
        if not any(not axis or getattr(each, axis) is not None for each in steady.values()):
            raise Untried("it draws numbers by chance in eval mode (see eval determinism)")
        return replace(self, layouts=steady)

    @property
    def recurrent(self) -> dict[str, nn.RNNBase]:
        """The recurrent layers of the model, by name."""
        found = self.subject.modules.items()
        return {name: each for name, each in found if isinstance(each, nn.RNNBase)}


MOST = 32
"""Up to so many samples, or steps, each one is looked at."""


def some(count: int, wanted: Sequence[int] = ()) -> list[int]:
    """Return the places to look at: all, or `MOST` of them in neighbouring pairs.

    Where it is not all, those that are ``wanted`` are added.
    """
    if count <= MOST:
        return list(range(count))
    pairs = MOST // 2
    firsts = [place * (count - 2) // (pairs - 1) for place in range(pairs)]
    return sorted({*firsts, *(place + 1 for place in firsts), *wanted})


def looked_at(found: Sequence[int], count: int, noun: str) -> str:
    """Return in words how many of the places were looked at: ``each of 4 samples``."""
    if len(found) == count:
        return f"each of {count} {noun}s" if count > 1 else f"the one {noun}"
    return f"{len(found)} of {count} {noun}s"


def moved_alone(found: Sequence[int], count: int, noun: str) -> str:
    """Return in words that each of the places was moved, and the others were not meanwhile."""
    how = "by itself" if len(found) == count else "one at a time"
    return f"{looked_at(found, count, noun)}, moved {how},"


def said(error: Exception) -> str:
    """Return an error in one line."""
    text = str(error).strip().split("\n")[0]
    text = text if len(text) <= 160 else text[:157] + "..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
