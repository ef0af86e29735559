"""The explorer of projections counts what torch has, and what our loop multiplies."""

from itertools import product

import pytest
import torch
from drawn import marked, words
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from lstm_lessons.explorers.projection import BAR_WIDTH, PRESETS, SCALE, counts, view
from lstm_lessons.lstm.relatives import Relative

SETTINGS = [
    pytest.param(H, P, I, id=f"H={H} P={P} I={I}")
    for H, P, I in product((16, 256), (4, 8, 256), (8, 256))  # noqa: E741
]


def shown(hidden_size, proj_size, input_size, steps=35):
    svg = view(hidden_size, proj_size, input_size, steps).svg
    counted = {k: int(words(each).replace(",", "")) for k, each in marked(svg, "count").items()}
    shapes = {key: words(each) for key, each in marked(svg, "shape").items()}
    return counted, shapes, svg


@pytest.mark.parametrize(("H", "P", "I"), SETTINGS)
def test_matrices_and_parameters_are_torchs(H, P, I):  # noqa: E741
    counted, shapes, svg = shown(H, P, I)
    for name, size in (("plain", 0), ("projected", min(P, H - 1))):
        named = dict(nn.LSTM(I, H, proj_size=size, device="meta").named_parameters())
        assert counted[f"{name} parameters"] == sum(each.numel() for each in named.values())
        for key, value in named.items():
            if key.startswith("weight"):
                tensor = f"{name} {key.removesuffix('_l0')}"
                rows, columns = value.shape
                assert shapes[tensor] == f"{rows} × {columns}"
                box = marked(svg, "matrix")[tensor]
                assert float(box.get("height")) == max(2, rows * SCALE)
                assert float(box.get("width")) == max(2, columns * SCALE)
    note = f"P must be below H: this is P = {H - 1}."
    assert (note in view(H, P, I).alt) == (P >= H)


@pytest.mark.parametrize("P", [0, 3])
def test_multiplications_are_those_of_our_loop(P):
    """torch counts two operations, a multiplication and an addition, as two."""
    T, H, I = 7, 6, 5  # noqa: E741
    layer = Relative("projection" if P else "LSTM", I, H, P)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        layer(torch.randn(T, 1, I))
    found = counts(H, P, I, T)
    assert counter.get_total_flops() == 2 * (found["with x"] + found["in the loop"])


def test_a_projection_pays_off_below_four_fifths_of_h():
    assert "In layer 0, as here, it has fewer as long as P is below 4/5 of H" in view().alt
    for H, P in product(range(16, 257, 16), range(4, 257, 4)):
        if P < H:
            plain, ours = (counts(H, size, 8, 1)["parameters"] for size in (0, P))
            assert (ours < plain) == (5 * P < 4 * H)


def test_bars_are_as_long_as_what_they_count():
    counted, _, svg = shown(256, 240, 64, 9)
    for key, bar in marked(svg, "bar").items():
        most = max(each for name, each in counted.items() if name.split(" ", 1)[1] in key)
        wanted = max(1, BAR_WIDTH * counted[key] / most)
        assert float(bar.get("width")) == pytest.approx(wanted, abs=0.01)


def test_the_presets_say_what_lesson_12_says_of_them():
    assert "33.8% of the parameters" in view(**PRESETS["a wide memory"]).alt
    assert "116.5% of the parameters" in view(**PRESETS["P too large"]).alt
    assert "With the projection: 86.3% of the parameters" in view(**PRESETS["long words"]).alt
