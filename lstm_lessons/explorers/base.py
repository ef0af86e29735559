"""What all explorers share: ranges of parameters, and controls over a picture.

An explorer is a function from parameters to a picture, and its signature is its table of controls:

    @checked
    def view(
        chunk: Annotated[int, Range(1, 24, 1), "chunk length"] = 6,
        between: Annotated[str, Choice(("detach", "carry")), "between chunks"] = "detach",
        line: Annotated[str, Text(most=40), "your line"] = "for x in words:",
    ) -> Picture:
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial, wraps
from html import escape
from inspect import signature
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar, get_type_hints

from ipywidgets import (
    HTML,
    Box,
    Button,
    DOMWidget,
    Dropdown,
    FloatSlider,
    IntSlider,
    Label,
    Play,
    ValueWidget,
    VBox,
    Widget,
    jsdlink,
)
from ipywidgets import Text as TextBox

from lstm_lessons.drawing import Picture
from lstm_lessons.explorers.heard import news

PLAY_MS = 400
"""How long each picture stays while an explorer plays."""
REST_S = 0.15
"""How long a slider rests until play takes over its value, and what is new is said."""

# An image that cannot be seen runs the script as soon as the page has it.
_RUN = """<img hidden aria-hidden="true" alt="" onload="{script}" src="data:image/svg+xml,
<svg xmlns='http://www.w3.org/2000/svg'/>">"""


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

    def has_step_at(self, value: float) -> bool:
        """Whether a slider over this range can stand at a value."""
        steps = (value - self.low) / self.step
        return abs(steps - round(steps)) < 1e-9

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


@dataclass(frozen=True)
class Text:
    """A line that is typed: ``least`` to ``most`` characters, all of ``alphabet`` if there is one.

    Characters that cannot be shown, such as tabs, are in no alphabet.
    """

    most: int
    least: int = 1
    alphabet: str | None = None

    def complaint(self, value: str) -> str | None:
        """Return what is wrong with a line, if anything, as one clause."""
        if not self.least <= len(value) <= self.most:
            return f"must be {self._length}, got {len(value)}"
        for letter in value:
            if not letter.isprintable():
                return f"must be {self._length} that can be shown, got {letter!r}"
            if self.alphabet is not None and letter not in self.alphabet:
                return f"must be {self._length} out of {self.alphabet!r}, got {letter!r}"
        return None

    @property
    def _length(self) -> str:
        return f"{self.least} to {self.most} characters"

    def check(self, name: str, value: object) -> None:
        """Let a line of these characters pass.

        Raises:
            ValueError: the value is no text, too short or too long, or has other characters.
        """
        if not isinstance(value, str):
            raise ValueError(f"{name} must be {self._length}, got {value!r}")
        wrong = self.complaint(value)
        if wrong:
            raise ValueError(f"{name} {wrong}, in {value!r}")

    def slider(self, default: str, label: str) -> TextBox:
        """Return a box to type into that redraws with every letter."""
        return TextBox(value=default, continuous_update=True, **_labelled(label))


class Parameter(NamedTuple):
    """One row of a view's table: the values that are allowed, where they start, and the label."""

    allowed: Range | Choice | Text
    default: Any
    label: str


View = Callable[..., Picture]
Taken = ParamSpec("Taken")  # what a view takes


def parameters(view: View) -> dict[str, Parameter]:
    """Return the table of controls that a view's signature is, by the parameters' names.

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


def settled(
    table: Mapping[str, Parameter], given: Mapping[str, Any], before: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return the values that a picture can show, and a sentence for each line that it cannot.

    Of a line that a Text does not allow, the one of ``before`` stays.
    """
    values, wrong = dict(before), []
    for name, value in given.items():
        allowed, _, label = table[name]
        said = allowed.complaint(value) if isinstance(allowed, Text) else None
        if said is None:
            values[name] = value
        else:
            wrong.append(f"{label} {said}. The picture shows the line before.")
    return values, wrong


class Explorer(VBox):
    """Controls over a picture that is a pure function of their values.

    ``table`` is what the view's signature says, ``sliders`` maps each parameter to its widget, and
    ``picture`` is the one now shown. ``settings`` are what the presets set, ``plays`` is ``play``.
    An error in the view reaches whoever moved the slider. Displayed where there is no kernel,
    an explorer is the picture that it showed when its cell was run.

    Controls stand one below the other; ``side_by_side`` puts as many in a row as fit.

    ``presets`` are buttons, by what stands on them: each sets the controls that it names, with one
    redraw, and leaves the others as they are. ``play`` names a whole number, such as the step: a
    button moves its slider on to the end. It never starts by itself.

    A line that a Text does not allow stays in its box. Below the picture stands what is wrong with
    it; the picture keeps the last line that was right, and goes on with the other controls.
    """

    def __init__(
        self,
        view: View,
        side_by_side: bool = False,
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        play: str | None = None,
    ) -> None:
        """Draw the picture of the defaults.

        Raises:
            TypeError: the view's signature is no table of controls.
            ValueError: a preset sets what there is not, or to a value that is not allowed; or
                ``play`` is no whole number of the view.
        """
        super().__init__()
        self._view = view
        self.table = parameters(view)
        self.settings = {name: dict(values) for name, values in (presets or {}).items()}
        self.plays, self.side_by_side = play, side_by_side
        self._drawing = _classed("lstm-drawing", HTML())
        self._said = _classed("lstm-said", HTML())
        self._complaint = HTML(layout={"display": "none"})
        self._held = False
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self.sliders: dict[str, ValueWidget] = {
            name: each.allowed.slider(each.default, each.label) for name, each in self.table.items()
        }
        self.presets = {
            name: self._preset(name, values) for name, values in (presets or {}).items()
        }
        self.player: Play | None = None if play is None else self._play(play)
        for slider in self.sliders.values():
            slider.observe(self._redraw, names="value")
        self._values: dict[str, Any] = {}  # those that the picture shows
        self._words = ""  # of the picture that was last spoken of
        self._redraw()
        self.children = (*self._controls(), self._drawing, self._said, self._complaint)
        self.add_class("lstm-explorer")

    def _controls(self) -> list[Widget]:
        """Return what stands above the picture: what plays stands beside its slider."""
        rows: list[Widget] = list(self.sliders.values())
        if self.player is not None:
            at = rows.index(self._played)
            rows[at] = _classed("lstm-played", Box((self._played, self.player)))
        parts: list[Widget] = [
            _classed("lstm-columns" if self.side_by_side else "lstm-rows", Box(rows))
        ]
        if self.presets:
            shown = Box((Label("Try these:"), *self.presets.values()))
            parts.append(_classed("lstm-presets", shown))
        count = sum(hasattr(slider, "step") for slider in self.sliders.values())
        count += self.player is not None
        return [*parts, HTML(_in_notebook(count), layout={"display": "none"})]

    def _preset(self, name: str, values: Mapping[str, Any]) -> Button:
        """Return the button that sets these values."""
        where = f"the preset {name!r}"
        if not values:
            raise ValueError(f"{where} must set one control or more, got none")
        for each, value in values.items():
            if each not in self.table:
                known = ", ".join(self.table)
                raise ValueError(f"{where} must set some of {known}, got {each!r}")
            allowed = self.table[each].allowed
            allowed.check(f"{each} of {where}", value)
            if isinstance(allowed, Range) and not allowed.has_step_at(value):
                step = f"a whole number of steps of {allowed.step} above {allowed.low}"
                raise ValueError(f"{each} of {where} must be {step}, got {value!r}")
        said = "; ".join(f"{self.table[each].label}: {value}" for each, value in values.items())
        button = Button(description=name, tooltip=said)
        button.on_click(partial(self._set, dict(values)))
        return button

    def _set(self, values: dict[str, Any], button: Button | None = None) -> None:
        """Give controls their values, with one redraw; what plays stops."""
        if self.player is not None:
            self.player.playing = False
        self._held = True
        try:
            for name, value in values.items():
                self.sliders[name].value = value
        finally:
            self._held = False
        self._redraw()

    def _play(self, name: str) -> Play:
        """Return the buttons that move a slider; they run in the page, and so does the slider."""
        allowed = self.table[name].allowed if name in self.table else None
        if not isinstance(allowed, Range) or not allowed.whole:
            raise ValueError(f"play must name a whole number of the view, got {name!r}")
        slider = self.sliders[name]
        assert isinstance(slider, IntSlider)  # since the range is whole
        self._played = slider
        player = Play(
            value=self._played.value,
            min=allowed.low,
            max=allowed.high,
            step=allowed.step,
            interval=PLAY_MS,
            show_repeat=False,
        )
        jsdlink((player, "value"), (slider, "value"))
        slider.observe(self._follow, names="value")
        return player

    def _follow(self, change: object = None) -> None:
        """Let play go on from where the slider rests.

        A link in the page would send the kernel a message of its own before each move of the
        slider, and the picture would come that much later.
        """
        self._once_it_rests(self._take_over)

    def _take_over(self) -> None:
        if self.player is not None and not self.player.playing:
            self.player.value = self._played.value

    def _redraw(self, change: object = None) -> None:
        if self._held:
            return
        given = {name: slider.value for name, slider in self.sliders.items()}
        values, wrong = settled(self.table, given, self._values)
        self._complain(wrong)
        if values != self._values:
            self._values = values
            self.picture: Picture = self._view(**values)
            self._drawing.value = self.picture.inline
            self._once_it_rests(self._say)

    def _say(self) -> None:
        """Say what is new of the picture; while it moves, that would hold each move up."""
        self._said.value = escape(news(self._words, self.picture.alt))
        self._words = self.picture.alt

    def _once_it_rests(self, then: Callable[[], None]) -> None:
        """Call a method once nothing has moved for REST_S; where there is no kernel, at once."""
        waiting = self._waiting.pop(then.__name__, None)
        if waiting is not None:
            waiting.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no kernel
            then()
        else:
            self._waiting[then.__name__] = loop.call_later(REST_S, then)

    def _complain(self, wrong: list[str]) -> None:
        """Say below the picture what is wrong with what was typed; nothing, if nothing is."""
        self._complaint.value = "".join(f'<p role="alert">{escape(line)}</p>' for line in wrong)
        self._complaint.layout.display = None if wrong else "none"

    def _repr_mimebundle_(self, **wanted: Any) -> dict[str, Any]:
        return (super()._repr_mimebundle_(**wanted) or {}) | self.picture._repr_mimebundle_()


def _labelled(label: str) -> dict[str, Any]:
    """Return what every control has; without a tooltip, ipywidgets shows "null" there."""
    return {"description": label, "tooltip": label, "_dom_classes": ("lstm-control",)}


Made = TypeVar("Made", bound=DOMWidget)


def _classed(name: str, widget: Made) -> Made:
    widget.add_class(name)
    return widget


@cache
def _in_notebook(count: int) -> str:
    """Return the style of explorers, and the script for one with so many sliders and players."""
    style, script = (
        Path(__file__).with_name(f"in_notebook.{each}").read_text(encoding="utf-8")
        for each in ("css", "js")
    )
    run = _RUN.format(script=escape(script.replace("COUNT", str(count))))
    return f"<style>{style}</style>{run}"
