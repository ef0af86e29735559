"""Curves and letters over the steps of a line: where they stand, and that they read."""

from math import sin

import pytest
from drawn import SVG, crowded, marked, points, tree, words

from lstm_lessons.drawing import Picture, svg, theme
from lstm_lessons.drawing.curves import STYLES, Style, curves, span
from lstm_lessons.drawing.steps import SPACE, Steps

LINE = "for x in (a):"
MOST = "W" * 50
WAVE = [0.5 + 0.5 * sin(step) for step in range(len(MOST))]


def drawing(line=LINE, now=2, read=None):
    """Return all of it in one picture."""
    read = len(line) if read is None else read
    steps, root = Steps(64, 640, len(line)), svg.panel(760, 320)
    gates = {gate: [abs(v - place / 4) for v in WAVE[:read]] for place, gate in enumerate("ifgo")}
    curves(root, steps, 20, 90, gates, now=now, title="gates")
    states = {"c[3]": [3 * v for v in WAVE[:read]], "h[3]": [-v for v in WAVE[:read]]}
    curves(root, steps, 150, 90, states, span(*states.values()), now=now)
    steps.letters(root, 300, line, now)
    return svg.write(root)


@pytest.mark.parametrize(
    ("line", "now", "read"),
    [
        (LINE, 0, None),
        (LINE, 12, None),
        (MOST, 49, None),
        (MOST, 7, 8),
        ("W", 0, None),
        ("ab", 1, 0),
    ],
)
def test_no_text_lies_on_another(line, now, read):
    assert crowded(drawing(line, now, read)) == []


def test_a_value_stands_above_the_letter_of_its_step():
    text = drawing()
    curve = points(marked(text, "curve")["f"])
    letters = marked(text, "letter")
    assert [x for x, _ in curve] == pytest.approx(
        [float(letters[str(step)].get("x")) for step in range(len(LINE))], abs=0.01
    )
    top, height = 42, 90
    wanted = [top + height * (1 - abs(v - 0.25)) for v in WAVE[: len(LINE)]]
    assert [y for _, y in curve] == pytest.approx(wanted, abs=0.01)
    dot = marked(text, "dot")["f"]
    assert (float(dot.get("cx")), float(dot.get("cy"))) == pytest.approx(curve[2], abs=0.01)


def test_the_current_step_is_marked_and_its_numbers_stand_above():
    text = drawing(now=5)
    letter = marked(text, "letter")["5"]
    frames = [each for each in tree(text).iter(f"{SVG}rect") if each.get("data-now")]
    assert len(frames) == 2
    for frame in frames:
        middle = float(frame.get("x")) + float(frame.get("width")) / 2
        assert middle == pytest.approx(float(letter.get("x")), abs=0.01)
    assert letter.get("font-weight") == "bold"
    assert words(marked(text, "at-now")["i"]).strip() == f"i = {svg.number(abs(WAVE[5]), 2)}"


def test_a_curve_is_named_at_its_end_and_differs_in_more_than_colour():
    text = drawing()
    assert set(marked(text, "name")) == {"i", "f", "g", "o", "c[3]", "h[3]"}
    assert len({(style.dashes, style.width) for style in STYLES.values()}) == len(STYLES)
    found = marked(text, "curve")
    for name in "ifgo":
        assert theme.variable(name) in found[name].get("style")
    assert found["c[3]"].get("stroke-width") == "3.5"


def test_a_verdict_has_a_style_of_its_own_if_one_is_given():
    root, steps = svg.panel(400, 200), Steps(40, 300, 3)
    curves(root, steps, 10, 90, {"code": [0, 1, 0.5]}, styles={"code": Style("o", "1 2", 5)})
    curve = marked(svg.write(root), "curve")["code"]
    assert curve.get("stroke-width") == "5" and theme.variable("o") in curve.get("style")


def test_what_is_not_yet_read_is_not_drawn():
    text = drawing(now=3, read=4)
    assert len(points(marked(text, "curve")["f"])) == 4
    assert len(marked(text, "letter")) == len(LINE)
    assert not marked(text, "name")  # it would stand where the curve goes on


def test_a_space_can_be_seen_and_what_comes_later_is_pale():
    found = marked(drawing(now=4), "letter")
    assert words(found["3"]) == words(found["5"]) == SPACE
    muted = [theme.variable("muted") in (found[str(step)].get("style") or "") for step in range(13)]
    assert muted == [step == 3 or step > 4 for step in range(13)]


def test_bounds_are_whole_and_hold_all_values():
    assert span([0.2, 0.9]) == (0, 1)
    assert span([0.2], [-0.1]) == (-1, 1)
    assert span([2.1], [-0.4]) == (-3, 3)
    assert span([]) == (0, 1)


@pytest.mark.parametrize("count", [0, 51])
def test_more_steps_than_there_is_room_for_are_refused(count):
    with pytest.raises(ValueError, match=f"640 pixels have room for 1 to 50 steps, got {count}"):
        Steps(64, 640, count)


def test_values_that_do_not_fit_are_refused():
    root, steps = svg.panel(400, 200), Steps(40, 300, 2)
    with pytest.raises(ValueError, match="f has 3 values for 2 steps"):
        curves(root, steps, 10, 90, {"f": [0, 0, 0]})
    with pytest.raises(ValueError, match=r"c must be from 0 to 1, got 1\.5"):
        curves(root, steps, 10, 90, {"c": [0, 1.5]})


def test_the_same_drawing_every_time():
    assert drawing() == drawing()
    assert Picture(drawing(), "words").image == Picture(drawing(), "words").image
