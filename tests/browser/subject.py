"""An explorer on the page, beside the same explorer in this process."""

import importlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from ipywidgets import Text as TextBox
from ipywidgets import ValueWidget

from lstm_lessons.explorers.base import Explorer

from . import toy
from .page import ExplorerOnPage, NotebookPage, source_of, texts_of

CALL = re.compile(r"\b(?:explorers|toy)\.(\w+)\(")
# In playwright's outline of what a screen reader is told.
HEARD = re.compile(r"""^\s*- '?(\w+) "([^"]*)\"""", re.MULTILINE)
ROLES = ("slider", "combobox", "textbox", "group", "radiogroup")

_COLOURS = """svg => [...svg.querySelectorAll('text, rect, path')]
  .map(part => getComputedStyle(part).fill + getComputedStyle(part).stroke)"""


class Subject:
    """An explorer of a notebook; what the page shows is held against the view in this process."""

    def __init__(self, name: str, notebook: NotebookPage) -> None:
        module = toy if name == "toy" else importlib.import_module(f"lstm_lessons.explorers.{name}")
        self.name = name
        self.page = notebook.page
        self.notebook = notebook
        self.view = module.view
        self.make = getattr(module, name)
        self.widgets: dict[str, ValueWidget] = self.make().sliders
        self.presets = list(self.make().presets)
        self.values = {key: widget.value for key, widget in self.widgets.items()}
        self.cell = next(
            index
            for index, cell in enumerate(notebook.cells())
            if name in CALL.findall(source_of(cell))
        )
        self.shown = ExplorerOnPage(notebook, notebook.cell(self.cell))
        self.expect()

    def sliders(self) -> dict[str, ValueWidget]:
        """Return the widgets that are dragged, by name."""
        return {name: each for name, each in self.widgets.items() if hasattr(each, "step")}

    def choices(self) -> dict[str, ValueWidget]:
        """Return the widgets that offer a choice, by name."""
        return {name: each for name, each in self.widgets.items() if hasattr(each, "options")}

    def boxes(self) -> dict[str, ValueWidget]:
        """Return the widgets that are typed into, by name."""
        return {name: each for name, each in self.widgets.items() if isinstance(each, TextBox)}

    def slider_of_each_kind(self) -> dict[str, ValueWidget]:
        """Return the first slider of each kind: whole or not, with values below 0 or without."""
        found = {}
        for name, each in self.sliders().items():
            found.setdefault(kind(each), (name, each))
        return dict(found.values())

    def expect(self, **changed: Any) -> None:
        """Wait for the picture of these values; no text of it may lie on another."""
        self.values.update(changed)
        picture = self.view(**self.values)
        self.shown.wait_for(picture.svg, picture.alt)
        assert self.shown.collisions() == [], self.values

    def move(self, name: str, key: str, value: float) -> None:
        """Press a key on a slider; expect the value in the readout and in the picture."""
        self.shown.press(self.widgets[name].description, key)
        self.expect(**{name: value})
        assert self.shown.readout(self.widgets[name].description) == pytest.approx(value)

    def move_each_once(self) -> None:
        """Type a line; then move each slider by one; then choose anew with each choice.

        The picture is awaited once for all sliders, and once for all choices: none of fewer moves
        is the same. What shows while a slider moves is its class's, and that each alone changes
        the picture is known without a browser.
        """
        for name, box in self.boxes().items():
            self.type(name, box.value[:-1] or box.value + "a")  # a slider may follow it
        moved = dict(self.values)
        for name, slider in self.sliders().items():
            key, moved[name] = self._a_step_that_shows(slider, moved, name)
            self.shown.press(slider.description, key)
        self._expect_each(moved)
        for name, slider in self.sliders().items():
            assert self.shown.readout(slider.description) == pytest.approx(moved[name]), name
        moved = dict(self.values)
        for name, choice in self.choices().items():
            option, moved[name] = next(each for each in options(choice) if each[1] != moved[name])
            self.shown.choose(choice.description, option)
        self._expect_each(moved)

    def _a_step_that_shows(
        self, slider: ValueWidget, values: dict[str, Any], name: str
    ) -> tuple[str, float]:
        """Return the key to press, and the value then: one to the right, or else to the left."""
        for key, step in (("ArrowRight", slider.step), ("ArrowLeft", -slider.step)):
            value = values[name] + step
            if slider.min <= value <= slider.max:
                if self._seen(values | {name: value}) != self._seen(values):
                    return key, value
        raise AssertionError(f"{name} changes nothing")

    def _expect_each(self, moved: dict[str, Any]) -> None:
        """Expect the picture of these values; it must show of each one that it was moved."""
        for name, value in self.values.items():
            if moved[name] != value:
                assert self._seen(moved | {name: value}) != self._seen(moved), name
        self.expect(**moved)

    def _seen(self, values: dict[str, Any]) -> tuple[str, list[str]]:
        picture = self.view(**values)
        return picture.alt, texts_of(picture.svg)

    def type(self, name: str, line: str) -> None:
        """Type a line over what stands in a box; expect the picture of it."""
        self.shown.box.get_by_label(self.widgets[name].description, exact=True).fill(line)
        twin = self._twin()
        twin.sliders[name].value = line  # a slider may follow it
        self.expect(**{key: widget.value for key, widget in twin.sliders.items()})

    def press_preset(self, name: str) -> None:
        """Press a preset's button; expect the picture of its values."""
        self.shown.button(name).press("Enter")
        twin = self._twin()
        twin.presets[name].click()
        self.expect(**{key: widget.value for key, widget in twin.sliders.items()})

    def _twin(self) -> Explorer:
        """Return the same explorer, in this process, with the same values."""
        twin = self.make()
        for key, widget in twin.sliders.items():
            widget.value = self.values[key]
        return twin

    def check_names(self) -> None:
        """Require of every control that a screen reader finds one of its label."""
        heard = HEARD.findall(self.shown.box.aria_snapshot())
        for widget in self.widgets.values():
            names = [name for role, name in heard if role in ROLES]
            assert names.count(widget.description) == 1, f"{widget.description!r} in {names}"
        for name in self.presets:
            assert heard.count(("button", name)) == 1, f"{name!r} in {heard}"

    def colours(self) -> list[str]:
        """Return the colours that the parts of the picture now have."""
        return self.shown.box.locator("svg[role=img]").evaluate(_COLOURS)


def kind(control: ValueWidget) -> tuple[str, bool]:
    """Return of what kind a control is: its class, and whether it goes below 0."""
    return type(control).__name__, getattr(control, "min", 0) < 0


def options(choice: ValueWidget) -> Iterator[tuple[str, Any]]:
    """Yield the label and the value of each option."""
    return zip(choice._options_labels, choice._options_values, strict=True)
