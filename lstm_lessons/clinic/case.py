"""What every probe is handed: the model, the example with its axes, and what it gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor, nn

from lstm_lessons.clinic.axes import Layout
from lstm_lessons.clinic.example import Example
from lstm_lessons.clinic.sequences import Untried
from lstm_lessons.clinic.subject import Call, Subject


@dataclass(frozen=True)
class Case:
    """A model and an example of at least two samples, where it has a batch at all.

    ``results`` are what the example gives, ``layouts`` their axes; ``grown`` says that the
    example had one sample, and that the others were made from it; ``by_chance`` that two calls
    in eval mode differ with the seed.
    """

    subject: Subject
    example: Example
    results: dict[str, Tensor]
    layouts: dict[str, Layout]
    grown: bool = False
    by_chance: bool = False

    def after(self, call: Call) -> dict[str, Tensor]:
        """Return what another call gives."""
        return self.subject.results(call)

    def pairs(self, after: dict[str, Tensor]) -> Iterator[tuple[str, Tensor, Tensor, Layout]]:
        """Yield name, result before, result after and layout, where both have one shape."""
        for name, layout in self.layouts.items():
            if name in after and after[name].shape == self.results[name].shape:
                yield name, self.results[name], after[name], layout

    def same_draws(self) -> None:
        """Go on only where chance is not at work: other sizes would draw other numbers.

        Raises:
            Untried: two calls with other seeds differ.
        """
        if self.by_chance:
            raise Untried(
                "the model draws random numbers in eval mode, and calls of different sizes draw "
                "different ones"
            )

    @property
    def recurrent(self) -> dict[str, nn.RNNBase]:
        """The recurrent layers of the model, by name."""
        found = self.subject.modules.items()
        return {name: each for name, each in found if isinstance(each, nn.RNNBase)}


def some(count: int) -> list[int]:
    """Return the first, a middle and the last of some places, each once."""
    return sorted({0, count // 2, count - 1})


def said(error: Exception) -> str:
    """Return an error in one line."""
    text = str(error).strip().split("\n")[0]
    text = text if len(text) <= 160 else text[:157] + "..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
