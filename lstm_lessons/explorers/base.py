"""What all explorers share: ranges of parameters, and sliders over a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from ipywidgets import HTML, Dropdown, FloatSlider, GridBox, IntSlider, ValueWidget, VBox

from lstm_lessons.drawing import Picture

_CLASS = "lstm-explorer"

# ipywidgets leaves a slider's handle without a name, so that a screen reader says no more than
# "slider, 0". This gives it the text of its label, once the page has drawn the sliders.
_NAME_SLIDERS = f"""<img hidden aria-hidden="true" alt="" src="data:image/svg+xml,
<svg xmlns='http://www.w3.org/2000/svg'/>" onload="
  const name = tries => {{
    const box = this.closest('.{_CLASS}');
    const handles = box ? [...box.querySelectorAll('.widget-slider [role=slider]')] : [];
    for (const handle of handles) {{
      const label = handle.closest('.widget-slider').querySelector('label');
      handle.setAttribute('aria-label', label.textContent);
    }}
    if (handles.length < COUNT && tries) setTimeout(() => name(tries - 1), 100);
  }};
  name(100);">"""


# Of the controls, where they stand side by side.
_COLUMNS = {
    "grid_template_columns": "repeat(auto-fit, minmax(min(26em, 100%), 1fr))",
    "max_width": "70em",
    "padding": "0 8px 0 0",
}


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
            continuous_update=True,
            **_labelled(description),
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

    def slider(self, description: str) -> Dropdown:
        """Return a list to choose from; unlike a row of buttons, it tells a screen reader all."""
        return Dropdown(options=self.options, value=self.default, **_labelled(description))


Parameters = Mapping[str, tuple[Range | Choice, str]]
"""The parameters of a view by name: the values that each may have, and its label."""


def check_all(parameters: Parameters, given: Mapping[str, object]) -> None:
    """Let the values of a view pass that are within their ranges.

    Raises:
        ValueError: a value is outside its range.
    """
    for name, value in given.items():
        parameters[name][0].check(name, value)


class Explorer(VBox):
    """Sliders over a picture that is a pure function of their values.

    ``sliders`` maps each parameter of the view to its widget, ``picture`` is the one now shown.
    An error in the view reaches whoever moved the slider. Displayed where there is no kernel,
    an explorer is the picture that it showed when its cell was run.

    Controls stand one below the other; ``side_by_side`` puts as many in a row as fit.
    """

    def __init__(
        self,
        view: Callable[..., Picture],
        parameters: Parameters,
        side_by_side: bool = False,
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
        count = sum(hasattr(slider, "step") for slider in self.sliders.values())
        names = HTML(_NAME_SLIDERS.replace("COUNT", str(count)), layout={"display": "none"})
        controls = tuple(self.sliders.values())
        if side_by_side:
            controls = (GridBox(controls, layout=_COLUMNS),)
        self.children = (*controls, names, self._drawing)
        self.add_class(_CLASS)

    def _redraw(self, change: object = None) -> None:
        values = {name: slider.value for name, slider in self.sliders.items()}
        self.picture: Picture = self._view(**values)
        self._drawing.value = self.picture.inline

    def _repr_mimebundle_(self, **wanted: Any) -> dict[str, Any]:
        return super()._repr_mimebundle_(**wanted) | self.picture._repr_mimebundle_()


def _labelled(description: str) -> dict[str, Any]:
    """Return what every control has: a label wide enough to read, and room for itself."""
    return {
        "description": description,
        "tooltip": description,  # without one, ipywidgets shows "null" under the pointer
        "style": {"description_width": "13em"},
        "layout": {"width": "min(100%, 40em)"},
    }
