"""One call of a learner's function: what it gets, and how messages speak of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lstm_lessons.exercises.engine.values import fresh


@dataclass(frozen=True)
class Case:
    """One call: inputs by position, then keywords; each call gets them fresh.

    ``sizes`` are the numbers behind the symbols, ``{"T": 7, "B": 3}``; ``label`` tells the learner
    which call it is, and is made from the sizes where it is left out. ``special`` says what there
    is about this case, and is shown where it is the first that goes wrong. Inputs that ``remember``
    being used, such as a layer that draws other masks the second time, are made anew for each call
    of a known answer as well.
    """

    inputs: Mapping[str, Any]
    sizes: Mapping[str, int] = field(default_factory=dict)
    label: str = ""
    special: str = ""
    keywords: Mapping[str, Any] = field(default_factory=dict)
    remember: bool = False

    def __post_init__(self) -> None:
        if not self.label:
            said = ", ".join(f"{symbol}={size}" for symbol, size in self.sizes.items())
            object.__setattr__(self, "label", said)

    def fresh(self, gradients: bool = False) -> dict[str, Any]:
        """Return the inputs anew; with ``gradients``, tensors of real numbers ask for theirs."""
        return {name: fresh(value, gradients) for name, value in self.inputs.items()}

    def beside(self, first: "Case") -> "Case":
        """Return the same call without the sizes that are another symbol's in the first call.

        A number of an error may come from there, since people try a function on its sizes.
        """
        others = {
            name: {size for other, size in first.sizes.items() if other != name}
            for name in self.sizes
        }
        kept = {name: size for name, size in self.sizes.items() if size not in others[name]}
        return self if self is first else replace(self, sizes=kept)

    def with_inputs(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> "Case":
        """Return the same call with some inputs changed."""
        return replace(self, inputs={**self.inputs, **change(self.fresh())})
