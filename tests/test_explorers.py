"""What every explorer does, without a browser: its sliders redraw, its errors are heard."""

import subprocess
import sys
from importlib import import_module
from itertools import combinations, product
from math import prod
from random import Random
from typing import Annotated

import ipywidgets
import pytest
from drawn import crowded

from lstm_lessons import explorers
from lstm_lessons.drawing import Picture
from lstm_lessons.explorers.base import Choice, Explorer, Parameter, Range, parameters

NAMES = explorers.__all__
ALL_WAYS = 1000  # settings of an explorer's controls: up to so many, all are tried
SAMPLE = 300
each_explorer = pytest.mark.parametrize("name", NAMES)


def module_of(name):
    return import_module(f"lstm_lessons.explorers.{name}")


def make(name):
    return getattr(explorers, name)()


def values_to_try(parameter):
    """Return the values of a parameter that are tried: all options; both ends, and the start."""
    allowed = parameter.allowed
    if isinstance(allowed, Choice):
        return allowed.options
    return tuple(dict.fromkeys((allowed.low, parameter.default, allowed.high)))


def settings(table):
    """Return settings of all controls: every combination, where there are not too many.

    Of more, those that differ from the start in at most two controls, those with all at their
    least or most, and a sample that is the same in every run.
    """
    values = {key: values_to_try(each) for key, each in table.items()}
    if prod(map(len, values.values())) <= ALL_WAYS:
        return [dict(zip(values, each, strict=True)) for each in product(*values.values())]
    start = {key: each.default for key, each in table.items()}
    found = [
        start | {one: a, other: b}
        for one, other in combinations(values, 2)
        for a, b in product(values[one], values[other])
    ]
    found += [{key: each[end] for key, each in values.items()} for end in (0, -1)]
    random = Random(0)
    found += [{key: random.choice(each) for key, each in values.items()} for _ in range(SAMPLE)]
    return list({tuple(each.items()): each for each in found}.values())


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
    for given in settings(parameters(module.view)):
        assert crowded(module.view(**given).svg) == [], given


def test_many_controls_are_tried_in_every_pair_and_few_in_every_way():
    few = {letter: Parameter(Range(0, 9, 1), 4, letter) for letter in "abcdef"}
    assert len({tuple(given.items()) for given in settings(few)}) == len(settings(few)) == 3**6
    many = few | {letter: Parameter(Choice(("x", "y")), "x", letter) for letter in "ghij"}
    tried = settings(many)
    assert len(tried) < ALL_WAYS and tried == settings(many)
    start = {key: each.default for key, each in many.items()}
    for one, other in combinations(many, 2):
        for a, b in product(values_to_try(many[one]), values_to_try(many[other])):
            assert start | {one: a, other: b} in tried
            # And once more, among other values of the rest.
            assert sum(given[one] == a and given[other] == b for given in tried) > 1
    for end in (0, -1):  # all at their least, all at their most
        assert {key: values_to_try(each)[end] for key, each in many.items()} in tried


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
    assert bundle["text/html"] == explorer.picture.image


@each_explorer
def test_the_same_text_in_another_process(name):
    code = f"from lstm_lessons.explorers.{name} import view\np = view()\nprint(p.svg, p.alt)"
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
        for _ in range(2)
    }
    assert len(runs) == 1


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
