"""What every explorer does, without a browser: its sliders redraw, its errors are heard."""

import subprocess
import sys
from importlib import import_module
from itertools import product

import ipywidgets
import pytest
from drawn import crowded

from lstm_lessons import explorers
from lstm_lessons.drawing import Picture
from lstm_lessons.explorers.base import Choice, Explorer, Range

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
    parameters = module_of(name).PARAMETERS
    assert values == {key: allowed.default for key, (allowed, _) in parameters.items()}
    assert explorer.picture == module_of(name).view(**values)
    assert shown_by(explorer) == explorer.picture.inline


@each_explorer
def test_every_move_of_a_slider_shows_the_picture_of_its_values(name):
    explorer = make(name)
    for key, (allowed, _) in module_of(name).PARAMETERS.items():
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
    for key, (allowed, _) in module_of(name).PARAMETERS.items():
        explorer = make(name)
        before = explorer.picture
        others = allowed.options if isinstance(allowed, Choice) else (allowed.high,)
        explorer.sliders[key].value = next(each for each in others if each != allowed.default)
        assert explorer.picture.svg != before.svg, key
        assert explorer.picture.alt != before.alt, key


@each_explorer
def test_no_text_lies_on_another_or_leaves_the_panel(name):
    module = module_of(name)
    wanted = [
        allowed.options
        if isinstance(allowed, Choice)
        else (allowed.low, allowed.default, allowed.high)
        for allowed, _ in module.PARAMETERS.values()
    ]
    for values in product(*wanted):
        given = dict(zip(module.PARAMETERS, values, strict=True))
        assert crowded(module.view(**given).svg) == [], given


@each_explorer
def test_sliders_have_the_range_of_their_parameter_and_a_label(name):
    explorer = make(name)
    for key, (allowed, description) in module_of(name).PARAMETERS.items():
        slider = explorer.sliders[key]
        assert slider.description == description
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
    code = (
        f"from lstm_lessons.explorers.{name} import view, PARAMETERS\n"
        "p = view(**{key: allowed.default for key, (allowed, _) in PARAMETERS.items()})\n"
        "print(p.svg, p.alt)"
    )
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
    def view(x):
        if x > 1:
            raise ZeroDivisionError("broken view")
        return Picture("<svg></svg>", f"x is {x}")

    explorer = Explorer(view, {"x": (Range(0, 3, 1, 1), "x")})
    with pytest.raises(ZeroDivisionError, match="broken view"):
        explorer.sliders["x"].value = 2
    with pytest.raises(ZeroDivisionError, match="broken view"):
        Explorer(view, {"x": (Range(0, 3, 1, 2), "x")})


@each_explorer
def test_a_parameter_out_of_range_is_refused_in_one_line(name):
    module = module_of(name)
    defaults = {key: allowed.default for key, (allowed, _) in module.PARAMETERS.items()}
    for key, (allowed, _) in module.PARAMETERS.items():
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
