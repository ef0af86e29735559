"""What every explorer does, without a browser: its sliders redraw, its errors are heard."""

import html
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
from lstm_lessons.explorers.base import Choice, Explorer, Range, Text, parameters
from lstm_lessons.explorers.heard import MOST, news

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


def part(explorer, name):
    """Return the part that the page knows by this name."""
    (found,) = (each for each in everything_in(explorer) if name in each._dom_classes)
    return found


def shown_by(explorer):
    return part(explorer, "lstm-drawing").value


def heard_of(explorer):
    return html.unescape(part(explorer, "lstm-said").value)


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
        every = every_value(allowed)
        for value in every if isinstance(allowed, Choice) else (every[0], every[-1]):
            explorer.sliders[key].value = value
            values = {each: slider.value for each, slider in explorer.sliders.items()}
            assert values[key] == value
            assert explorer.picture == module_of(name).view(**values)
            assert shown_by(explorer) == explorer.picture.inline


@each_explorer
def test_every_control_alone_changes_picture_and_words_and_a_short_sentence_says_how(name):
    for key, (allowed, default, _) in parameters(module_of(name).view).items():
        explorer = make(name)
        before, at_first = explorer.picture, heard_of(explorer)
        assert before.alt.startswith(at_first.removesuffix(" …"))
        others = every_value(allowed)[:: 1 if isinstance(allowed, Choice) else -1]
        explorer.sliders[key].value = next(each for each in others if each != default)
        assert explorer.picture.svg != before.svg, key
        assert explorer.picture.alt != before.alt, key
        said = heard_of(explorer)
        assert said.removesuffix(" …") in explorer.picture.alt
        assert said.removesuffix(" …") not in before.alt, key
        assert len(said) <= MOST + 2, key


@pytest.mark.slow
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
        assert {given[key] for given in tried} == {each.default, *every_value(each.allowed)}
    for one, other in combinations(table, 2):
        wanted = set(product(marked_values(table[one]), marked_values(table[other])))
        assert wanted <= {(given[one], given[other]) for given in tried}
    for end in (0, -1):  # all at their least, all at their most
        assert {key: marked_values(each)[end] for key, each in table.items()} in tried
    assert tried == settings.__wrapped__(view)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("", "One. Two.", "One."),
        ("One. Two is 0.5. Three.", "One. Two is 0.6. Four.", "Two is 0.6."),
        ("One. Two.", "One. Two.", "One."),
        ("", f"Values: {'0.25, ' * 50}end.", f"Values: {'0.25, ' * 31}0.25 …"),
        ("", "a" * 250, "a" * MOST + " …"),
    ],
)
def test_what_is_heard_is_the_first_sentence_that_is_new(before, after, said):
    assert news(before, after) == said


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
    assert bundle.pop("application/vnd.jupyter.widget-view+json")
    assert bundle == explorer.picture.in_file
    assert "TODO" not in explorer.picture.alt


@pytest.mark.slow
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
        elif isinstance(allowed, Text):
            wrong = [None, 0, "a" * (allowed.most + 1), "\t" * allowed.most]
        else:
            wrong = [allowed.low - 1, allowed.high + 1, float("nan"), float("inf"), "1", None, True]
            wrong += [allowed.low + 0.5] * allowed.whole
        for value in wrong:
            with pytest.raises(ValueError, match=f"{key} must be ") as caught:
                module.view(**defaults | {key: value})
            assert str(caught.value).endswith(repr(value))
            assert "\n" not in str(caught.value)


# Presets, play, and a line that is typed


@pytest.fixture
def drawn():
    """What a toy's view was called with."""
    return []


@pytest.fixture
def toy(drawn):
    """Return what makes an explorer of a number, a step, a choice and a line."""

    def view(
        f: Annotated[float, Range(0.0, 1.0, 0.1), "forget gate"] = 0.5,
        step: Annotated[int, Range(0, 4, 1), "step"] = 0,
        hx: Annotated[str, Choice(("None", "given")), "hx"] = "None",
        line: Annotated[str, Text(most=5, alphabet="abc "), "your line"] = "a b",
    ):
        drawn.append((f, step, hx, line))
        return Picture("<svg></svg>", f"{f} {step} {hx} {line}")

    return lambda **given: Explorer(view, **given)


def test_a_preset_sets_all_its_controls_and_no_other_with_one_redraw(toy, drawn):
    explorer = toy(presets={"far": {"f": 0.3, "step": 4, "line": "cc"}, "near": {"step": 0}})
    explorer.sliders["hx"].value = "given"
    drawn.clear()
    explorer.presets["far"].click()
    assert drawn == [(0.3, 4, "given", "cc")]
    assert {key: each.value for key, each in explorer.sliders.items()} == dict(
        zip(("f", "step", "hx", "line"), drawn[0], strict=True)
    )
    assert shown_by(explorer) == explorer.picture.inline
    explorer.presets["near"].click()
    assert drawn[1:] == [(0.3, 0, "given", "cc")]
    explorer.sliders["f"].value = 1.0  # and after that each control redraws by itself again
    assert drawn[2:] == [(1.0, 0, "given", "cc")]


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        ({}, "the preset 'far' must set one control or more, got none"),
        ({"c": 1}, "the preset 'far' must set some of f, step, hx, line, got 'c'"),
        ({"f": 2}, "f of the preset 'far' must be a number from 0.0 to 1.0, got 2"),
        ({"f": 0.25}, "f of the preset 'far' must be a whole number of steps of 0.1 above 0.0"),
        ({"step": 1.0}, "step of the preset 'far' must be a whole number from 0 to 4, got 1.0"),
        ({"hx": "x"}, "hx of the preset 'far' must be one of None, given, got 'x'"),
        ({"line": ""}, "line of the preset 'far' must be 1 to 5 characters, got 0"),
    ],
)
def test_a_preset_that_could_not_be_set_is_refused(toy, preset, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        toy(presets={"near": {"step": 1}, "far": preset})


def test_a_preset_stops_what_plays(toy):
    explorer = toy(presets={"far": {"step": 4}}, play="step")
    explorer.player.playing = True  # as the page says it
    explorer.presets["far"].click()
    assert not explorer.player.playing


def test_play_goes_over_the_range_of_its_slider_and_stops_there(toy):
    explorer = toy(play="step")
    play = explorer.player
    assert (play.min, play.max, play.step, play.value) == (0, 4, 1, 0)
    assert not play.playing and not play.repeat and not play.show_repeat
    assert 300 <= play.interval <= 600
    assert toy().player is None
    explorer.sliders["step"].value = 3
    assert play.value == 3  # where it goes on
    play.playing = True
    explorer.sliders["step"].value = 4  # as the page moves it, before play says the same
    assert play.value == 3


@pytest.mark.parametrize("name", ["f", "hx", "line", "t"])
def test_only_a_whole_number_can_be_played(toy, name):
    with pytest.raises(ValueError, match=f"play must name a whole number.* got '{name}'"):
        toy(play=name)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("abcabc", "your line must be 1 to 5 characters, got 6."),
        ("", "your line must be 1 to 5 characters, got 0."),
        ("a<b", "your line must be 1 to 5 characters out of 'abc ', got '<'."),
        ("a\tb", "your line must be 1 to 5 characters that can be shown, got '\\t'."),
    ],
)
def test_a_line_that_is_refused_stays_while_the_picture_keeps_the_last(toy, drawn, line, said):
    explorer = toy()
    complaint = explorer.children[-1]
    drawn.clear()
    explorer.sliders["line"].value = "ab"
    assert complaint.layout.display == "none"
    explorer.sliders["line"].value = line
    assert explorer.sliders["line"].value == line
    assert complaint.layout.display != "none"
    assert said in html.unescape(complaint.value)
    explorer.sliders["step"].value = 3
    assert drawn == [(0.5, 0, "None", "ab"), (0.5, 3, "None", "ab")]
    explorer.sliders["line"].value = "abc"
    assert drawn[2:] == [(0.5, 3, "None", "abc")]
    assert complaint.layout.display == "none" and complaint.value == ""


def test_what_no_kernel_shows_has_no_buttons_and_no_ids(toy):
    bundle = toy(presets={"far": {"step": 4}}, play="step")._repr_mimebundle_()
    bundle.pop("application/vnd.jupyter.widget-view+json")  # the build stores none
    assert bundle == toy().picture._repr_mimebundle_()


@each_explorer
def test_every_preset_shows_a_picture_of_its_own(name):
    explorer, shown = make(name), {}
    for label, button in explorer.presets.items():
        button.click()
        values = {key: slider.value for key, slider in explorer.sliders.items()}
        assert explorer.picture == module_of(name).view(**values)
        assert crowded(explorer.picture.svg) == [], label
        shown[label] = explorer.picture.svg
    assert len(set(shown.values())) == len(shown)


def test_presets_and_play_have_a_first_user():
    made = [make(name) for name in NAMES]
    assert any(each.presets for each in made)
    assert any(each.player for each in made)
