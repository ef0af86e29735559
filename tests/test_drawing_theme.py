"""The colours read on both themes, for readers with every kind of colour vision."""

from itertools import combinations

import numpy as np
import pytest

from lstm_lessons.drawing import theme

THEMES = {"light": theme.LIGHT, "dark": theme.DARK}
GATES = ("i", "f", "g", "o")
both_themes = pytest.mark.parametrize("colours", THEMES.values(), ids=THEMES)

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISION = {
    "full": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
RGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def channels(colour):
    return np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])


def linear(rgb):
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """Return the contrast of two colours, each as channels (3,) from 0 to 1 (WCAG 2.2)."""
    dark, light = sorted(linear(each) @ RGB_TO_XYZ[1] for each in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(colour, vision):
    seen = np.clip(np.array(VISION[vision]) @ linear(channels(colour)), 0, 1)
    x, y, z = RGB_TO_XYZ @ seen / (0.95047, 1, 1.08883)
    fx, fy, fz = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def test_the_measure_of_contrast_is_right():
    assert contrast(channels("#000000"), channels("#ffffff")) == pytest.approx(21)
    assert contrast(channels("#777777"), channels("#ffffff")) == pytest.approx(4.48, abs=0.01)


def test_both_themes_have_the_same_names():
    assert list(theme.LIGHT) == list(theme.DARK)


@both_themes
def test_text_reads_on_the_panel(colours):
    paper = channels(colours["paper"])
    for name in ("ink", "muted", *GATES):
        assert contrast(channels(colours[name]), paper) >= 4.5, name


@both_themes
def test_text_and_curves_read_on_a_tint(colours):
    paper = channels(colours["paper"])
    for gate in GATES:
        tint = (1 - theme.TINT) * paper + theme.TINT * channels(colours[gate])
        assert contrast(channels(colours["ink"]), tint) >= 4.5, gate
        assert contrast(channels(colours[gate]), tint) >= 3, gate
        assert contrast(channels(colours["muted"]), tint) >= 3, gate


@both_themes
@pytest.mark.parametrize("vision", VISION)
def test_gates_stay_apart(colours, vision):
    for one, other in combinations(GATES, 2):
        distance = np.linalg.norm(lab(colours[one], vision) - lab(colours[other], vision))
        assert distance >= 15, (one, other)


def test_the_style_sheet_holds_every_colour_of_both_themes():
    sheet = theme.style_sheet()
    for name in theme.LIGHT:
        assert sheet.count(f"--ll-{name}:{theme.LIGHT[name]}") >= 1
        assert sheet.count(f"--ll-{name}:{theme.DARK[name]}") == 2
    assert "<" not in sheet and ">" not in sheet and "&" not in sheet  # the same in HTML and XML


def test_an_unknown_colour_is_refused():
    with pytest.raises(ValueError, match="expected the name of a colour .paper, .* got 'red'"):
        theme.variable("red")
