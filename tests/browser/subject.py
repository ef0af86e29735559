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
from .page import ExplorerOnPage, NotebookPage, source_of

CALL = re.compile(r"\b(?:explorers|toy)\.(\w+)\(")
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

    def sliders(self) -> dict[str, ValueWidget]:
        """Return the widgets that are dragged, by name."""
        return {name: each for name, each in self.widgets.items() if hasattr(each, "step")}

    def choices(self) -> dict[str, ValueWidget]:
        """Return the widgets that offer a choice, by name."""
        return {name: each for name, each in self.widgets.items() if hasattr(each, "options")}

    def boxes(self) -> dict[str, ValueWidget]:
        """Return the widgets that are typed into, by name."""
        return {name: each for name, each in self.widgets.items() if isinstance(each, TextBox)}

    def run_again(self) -> None:
        """Run the explorer's cell, so that every control stands where it starts."""
        cell = next(
            index
            for index, cell in enumerate(self.notebook.cells())
            if self.name in CALL.findall(source_of(cell))
        )
        self.notebook.run_cell(cell)
        self.values = {key: widget.value for key, widget in self.widgets.items()}
        self.shown = ExplorerOnPage(self.notebook, self.notebook.cell(cell))
        self.expect()

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
        """Move every control by one; each must change the picture."""
        for name, slider in self.sliders().items():
            key, step = ("ArrowLeft", -1) if slider.value == slider.max else ("ArrowRight", 1)
            before = self.shown.drawn()["markup"]
            self.move(name, key, slider.value + step * slider.step)
            assert self.shown.drawn()["markup"] != before, f"{name} changes nothing"
        for name, choice in self.choices().items():
            option, value = next(each for each in options(choice) if each[1] != choice.value)
            before = self.shown.drawn()["markup"]
            self.shown.choose(choice.description, option)
            self.expect(**{name: value})
            assert self.shown.drawn()["markup"] != before, f"{name} changes nothing"
        for name, box in self.boxes().items():
            before = self.shown.drawn()["markup"]
            self.type(name, box.value[:-1] or box.value + "a")
            assert self.shown.drawn()["markup"] != before, f"{name} changes nothing"

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
        for widget in self.widgets.values():
            label = widget.description
            found = [
                self.shown.box.get_by_role(role, name=label, exact=True).count() for role in ROLES
            ]
            assert sum(found) == 1, label
        for name in self.presets:
            assert self.shown.button(name).count() == 1, name

    def colours(self) -> list[str]:
        """Return the colours that the parts of the picture now have."""
        return self.shown.box.locator("svg[role=img]").evaluate(_COLOURS)


def options(choice: ValueWidget) -> Iterator[tuple[str, Any]]:
    """Yield the label and the value of each option."""
    return zip(choice._options_labels, choice._options_values, strict=True)
