"""What all explorers share: ranges of parameters, and sliders over a picture.

An explorer is a function from parameters to a picture, and its signature is its table of sliders:

    @checked
    def view(
        chunk: Annotated[int, Range(1, 24, 1), "chunk length"] = 6,
        between: Annotated[str, Choice(("detach", "carry")), "between chunks"] = "detach",
    ) -> Picture:
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from math import isfinite
from typing import Any, NamedTuple, ParamSpec, get_type_hints

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
    """The values that a parameter may have; whole numbers where all three are whole."""

    low: float
    high: float
    step: float

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

    def slider(self, default: float, label: str) -> FloatSlider | IntSlider:
        """Return a slider over this range that redraws while it moves."""
        kind = IntSlider if self.whole else FloatSlider
        return kind(
            value=default,
            min=self.low,
            max=self.high,
            step=self.step,
            continuous_update=True,
            **_labelled(label),
        )


@dataclass(frozen=True)
class Choice:
    """The names that a parameter may have."""

    options: tuple[str, ...]

    def check(self, name: str, value: object) -> None:
        """Let one of the options pass.

        Raises:
            ValueError: the value is none of the options.
        """
        if value not in self.options:
            raise ValueError(f"{name} must be one of {', '.join(self.options)}, got {value!r}")

    def slider(self, default: str, label: str) -> Dropdown:
        """Return a list to choose from; unlike a row of buttons, it tells a screen reader all."""
        return Dropdown(options=self.options, value=default, **_labelled(label))


class Parameter(NamedTuple):
    """One row of a view's table: the values that are allowed, where they start, and the label."""

    allowed: Range | Choice
    default: Any
    label: str


View = Callable[..., Picture]
Taken = ParamSpec("Taken")  # what a view takes


def parameters(view: View) -> dict[str, Parameter]:
    """Return the table of sliders that a view's signature is, by the parameters' names.

    Raises:
        TypeError: a parameter has no values, no label or no default.
    """
    hints = get_type_hints(view, include_extras=True)
    found = {}
    for name, each in signature(view).parameters.items():
        told = getattr(hints.get(name), "__metadata__", ())
        if len(told) != 2 or each.default is each.empty:
            raise TypeError(
                f"{name} of {view.__module__}.view should be written as "
                f'`{name}: Annotated[type, Range(...), "label"] = default`'
            )
        found[name] = Parameter(told[0], each.default, told[1])
    return found


def checked(view: Callable[Taken, Picture]) -> Callable[Taken, Picture]:
    """Return the view, made to refuse values outside its ranges.

    Raises:
        ValueError: when it is called with such a value.
    """
    table, written = parameters(view), signature(view)

    @wraps(view)
    def checking(*values: Taken.args, **named: Taken.kwargs) -> Picture:
        for name, value in written.bind(*values, **named).arguments.items():
            table[name].allowed.check(name, value)
        return view(*values, **named)

    return checking


class Explorer(VBox):
    """Sliders over a picture that is a pure function of their values.

    ``sliders`` maps each parameter of the view to its widget, ``picture`` is the one now shown.
    An error in the view reaches whoever moved the slider. Displayed where there is no kernel,
    an explorer is the picture that it showed when its cell was run.

    Controls stand one below the other; ``side_by_side`` puts as many in a row as fit.
    """

    def __init__(
        self,
        view: View,
        side_by_side: bool = False,
    ) -> None:
        super().__init__()
        self._view = view
        self._drawing = HTML()
        self.sliders: dict[str, ValueWidget] = {
            name: each.allowed.slider(each.default, each.label)
            for name, each in parameters(view).items()
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
        return (super()._repr_mimebundle_(**wanted) or {}) | self.picture._repr_mimebundle_()


def _labelled(label: str) -> dict[str, Any]:
    """Return what every control has: a label wide enough to read, and room for itself."""
    return {
        "description": label,
        "tooltip": label,  # without one, ipywidgets shows "null" under the pointer
        "style": {"description_width": "13em"},
        "layout": {"width": "min(100%, 40em)"},
    }
