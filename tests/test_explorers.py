"""What every explorer does, without a browser: its sliders redraw, its errors are heard."""

import os
import subprocess
import sys
from importlib import import_module
from itertools import combinations, product
from typing import Annotated

import ipywidgets
import pytest
from drawn import crowded
from settings import every_value, marked_values, settings

from lstm_lessons import explorers
from lstm_lessons.drawing import Picture
from lstm_lessons.explorers.base import Choice, Explorer, Range, parameters

NAMES = explorers.__all__
each_explorer = pytest.mark.parametrize("name", NAMES)


def module_of(name):
    return import_module(f"lstm_lessons.explorers.{name}")


def make(name):
    return getattr(explorers, name)()


def everything_in(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from everything_in(child)


def shown_by(explorer):
    pages = [each for each in everything_in(explorer) if isinstance(each, ipywidgets.HTML)]
    (html,) = (each for each in pages if each.layout.display != "none")
    return html.value


@each_explorer
def test_starts_with_the_picture_of_the_defaults(name):
    explorer = make(name)
    values = {key: slider.value for key, slider in explorer.sliders.items()}
    table = parameters(module_of(name).view)
    assert values == {key: each.default for key, each in table.items()}
    assert explorer.picture == module_of(name).view(**values)
    assert shown_by(explorer) == explorer.picture.inline


@each_explorer
def test_every_move_of_a_slider_shows_the_picture_of_its_values(name):
    explorer = make(name)
    for key, (allowed, *_) in parameters(module_of(name).view).items():
        for value in (
            allowed.options if isinstance(allowed, Choice) else (allowed.low, allowed.high)
        ):
            explorer.sliders[key].value = value
            values = {each: slider.value for each, slider in explorer.sliders.items()}
            assert values[key] == value
            assert explorer.picture == module_of(name).view(**values)
            assert shown_by(explorer) == explorer.picture.inline


@each_explorer
def test_every_slider_alone_changes_picture_and_words(name):
    for key, (allowed, default, _) in parameters(module_of(name).view).items():
        explorer = make(name)
        before = explorer.picture
        others = allowed.options if isinstance(allowed, Choice) else (allowed.high, allowed.low)
        explorer.sliders[key].value = next(each for each in others if each != default)
        assert explorer.picture.svg != before.svg, key
        assert explorer.picture.alt != before.alt, key


@each_explorer
def test_no_text_lies_on_another_or_leaves_the_panel(name):
    module = module_of(name)
    for given in settings(module.view):
        assert crowded(module.view(**given).svg) == [], given


@each_explorer
def test_every_two_values_are_tried_together_and_every_value_once(name):
    view = module_of(name).view
    table, tried = parameters(view), settings(view)
    assert {key: each.default for key, each in table.items()} in tried
    for key, each in table.items():
        assert {given[key] for given in tried} == set(every_value(each.allowed))
    for one, other in combinations(table, 2):
        wanted = set(product(marked_values(table[one]), marked_values(table[other])))
        assert wanted <= {(given[one], given[other]) for given in tried}
    for end in (0, -1):  # all at their least, all at their most
        assert {key: marked_values(each)[end] for key, each in table.items()} in tried
    assert tried == settings(view)


@each_explorer
def test_sliders_have_the_range_of_their_parameter_and_a_label(name):
    explorer = make(name)
    for key, (allowed, default, label) in parameters(module_of(name).view).items():
        slider = explorer.sliders[key]
        assert (slider.description, slider.value) == (label, default)
        if isinstance(allowed, Range):
            assert (slider.min, slider.max, slider.step) == (
                allowed.low,
                allowed.high,
                allowed.step,
            )
            assert slider.continuous_update


@each_explorer
def test_no_output_widget(name):
    assert not [each for each in everything_in(make(name)) if isinstance(each, ipywidgets.Output)]


@each_explorer
def test_where_there_is_no_kernel_the_picture_shows(name):
    explorer = make(name)
    bundle = explorer._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}
    assert bundle["text/plain"] == explorer.picture.alt
    assert "TODO" not in explorer.picture.alt
    assert bundle["text/html"] == explorer.picture.image


def test_the_same_texts_in_another_process():
    code = (
        "from importlib import import_module; from lstm_lessons import explorers\n"
        "for name in explorers.__all__:\n"
        "    picture = import_module(f'lstm_lessons.explorers.{name}').view()\n"
        "    print(name, picture.svg, picture.alt)"
    )
    one, other = (
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
        ).stdout.splitlines()
        for seed in "12"
    )  # fmt: skip
    for number, (line, again) in enumerate(zip(one, other, strict=True)):
        assert line == again, f"line {number}"
    assert set(NAMES) <= {line.split(" ")[0] for line in one}


def test_nothing_here_needs_torch():
    code = (
        "import sys; from lstm_lessons import explorers\n"
        "for name in explorers.__all__: getattr(explorers, name)()\n"
        "assert 'torch' not in sys.modules and 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_error_in_a_view_reaches_the_one_who_moved_the_slider():
    def view(x: Annotated[int, Range(0, 3, 1), "x"] = 1):
        if x > 1:
            raise ZeroDivisionError("broken view")
        return Picture("<svg></svg>", f"x is {x}")

    def broken(x: Annotated[int, Range(0, 3, 1), "x"] = 2):
        return view(x)

    explorer = Explorer(view)
    with pytest.raises(ZeroDivisionError, match="broken view"):
        explorer.sliders["x"].value = 2
    with pytest.raises(ZeroDivisionError, match="broken view"):
        Explorer(broken)


@pytest.mark.parametrize(
    "view",
    [
        lambda x: None,
        lambda x=1: None,
        lambda x: Picture("<svg></svg>", "x"),
    ],
)
def test_a_view_whose_signature_is_no_table_is_refused(view):
    with pytest.raises(TypeError, match=r"x of .* should be written as `x: Annotated\[type, Range"):
        Explorer(view)


@each_explorer
def test_a_parameter_out_of_range_is_refused_in_one_line(name):
    module = module_of(name)
    defaults = {key: each.default for key, each in parameters(module.view).items()}
    for key, (allowed, *_) in parameters(module.view).items():
        if isinstance(allowed, Choice):
            wrong = ["x", None, 0, ""]
        else:
            wrong = [allowed.low - 1, allowed.high + 1, float("nan"), float("inf"), "1", None, True]
            wrong += [allowed.low + 0.5] * allowed.whole
        for value in wrong:
            with pytest.raises(ValueError, match=f"{key} must be ") as caught:
                module.view(**defaults | {key: value})
            assert str(caught.value).endswith(f"got {value!r}")
            assert "\n" not in str(caught.value)
