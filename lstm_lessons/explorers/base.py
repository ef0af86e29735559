"""What all explorers share: ranges of parameters, and sliders over a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from ipywidgets import HTML, FloatSlider, IntSlider, ToggleButtons, ValueWidget, VBox

from ..drawing import Picture

_DESCRIPTION_WIDTH = "13em"


@dataclass(frozen=True)
class Range:
    """The values that a parameter may have; whole numbers where all four are whole."""

    low: float
    high: float
    step: float
    default: float

    @property
    def whole(self) -> bool:
        """Whether the parameter is a whole number."""
        return all(isinstance(each, int) for each in (self.low, self.high, self.step))

    def check(self, name: str, value: object) -> None:
        """Let a value in the range pass.

        Raises:
            ValueError: the value is no number of this kind, or outside the range.
        """
        kinds = int if self.whole else (int, float)
        right_kind = isinstance(value, kinds) and not isinstance(value, bool)
        if not (right_kind and isfinite(value) and self.low <= value <= self.high):
            kind = "a whole number" if self.whole else "a number"
            raise ValueError(f"{name} must be {kind} from {self.low} to {self.high}, got {value!r}")

    def slider(self, description: str) -> FloatSlider | IntSlider:
        """Return a slider over this range that redraws while it moves."""
        kind = IntSlider if self.whole else FloatSlider
        return kind(
            value=self.default,
            min=self.low,
            max=self.high,
            step=self.step,
            description=description,
            continuous_update=True,
            style={"description_width": _DESCRIPTION_WIDTH},
            layout={"width": "min(100%, 40em)"},
        )


@dataclass(frozen=True)
class Choice:
    """The names that a parameter may have."""

    options: tuple[str, ...]
    default: str

    def check(self, name: str, value: object) -> None:
        """Let one of the options pass.

        Raises:
            ValueError: the value is none of the options.
        """
        if value not in self.options:
            raise ValueError(f"{name} must be one of {', '.join(self.options)}, got {value!r}")

    def slider(self, description: str) -> ToggleButtons:
        """Return a row of buttons, one an option, of which one is pressed."""
        return ToggleButtons(
            options=self.options,
            value=self.default,
            description=description,
            style={"description_width": _DESCRIPTION_WIDTH, "button_width": "3em"},
        )


class Explorer(VBox):
    """Sliders over a picture that is a pure function of their values.

    ``sliders`` maps each parameter of the view to its widget, ``picture`` is the one now shown.
    An error in the view reaches whoever moved the slider. Displayed where there is no kernel,
    an explorer is the picture that it showed when its cell was run.
    """

    def __init__(
        self,
        view: Callable[..., Picture],
        parameters: Mapping[str, tuple[Range | Choice, str]],
    ) -> None:
        super().__init__()
        self._view = view
        self._drawing = HTML()
        self.sliders: dict[str, ValueWidget] = {
            name: values.slider(description) for name, (values, description) in parameters.items()
        }
        for slider in self.sliders.values():
            slider.observe(self._redraw, names="value")
        self._redraw()
        self.children = (*self.sliders.values(), self._drawing)

    def _redraw(self, change: object = None) -> None:
        values = {name: slider.value for name, slider in self.sliders.items()}
        self.picture: Picture = self._view(**values)
        self._drawing.value = self.picture.inline

    def _repr_mimebundle_(self, **wanted: Any) -> dict[str, Any]:
        return super()._repr_mimebundle_(**wanted) | self.picture._repr_mimebundle_()
