"""The explorer of lesson 14: it draws the runs that were kept, and stops where they are best."""

import pytest
import torch
from drawn import SVG, marked, points, tree, words

from lstm_lessons.data.sunspots import measured, sunspots
from lstm_lessons.explorers.learning_curves import (
    AR9,
    BOTTOM,
    EPOCHS,
    EVERY,
    PRESETS,
    RATES,
    SIZES,
    TOP,
    learning_curves,
    run,
    top,
    view,
)

SETTINGS = [(rate, units, 2) for rate in RATES for units in SIZES] + [("0.03", "16", 0)]


def errors(path, highest):
    """Return the numbers of a curve, read from the heights of its points."""
    return [(BOTTOM - y) / (BOTTOM - TOP) * highest for _, y in points(path)]


@pytest.mark.parametrize("rate, units, seed", SETTINGS)
def test_the_curves_are_the_run_that_was_kept(rate, units, seed):
    kept = measured("grid")[f"{rate} {units}"]
    curves = marked(view(rate, units, seed).svg, "curve")
    highest = top(run(rate, units, seed))
    for at, name in enumerate(("training", "validation")):
        wanted = [min(row[at], highest) for row in kept[seed]]
        assert errors(curves[name], highest) == pytest.approx(wanted, abs=0.02)
    others = {f"seed {other}" for other in range(5) if other != seed}
    assert set(curves) == {"training", "validation", "AR(9)", *others}


@pytest.mark.parametrize("rate, units, seed", SETTINGS)
def test_the_ring_stands_where_the_validation_part_is_best(rate, units, seed):
    kept = measured("grid")[f"{rate} {units}"][seed]
    picture = view(rate, units, seed)
    best = min(range(len(kept)), key=lambda n: kept[n][1])
    (ring,) = [each for each in tree(picture.svg).iter(f"{SVG}circle")]
    assert ring.get("data-stop") == str(best)
    corner = points(marked(picture.svg, "curve")["validation"])[best]
    assert (float(ring.get("cx")), float(ring.get("cy"))) == pytest.approx(corner, abs=0.06)
    said = words(marked(picture.svg, "says")["stop"])
    assert said == f"stops at epoch {EVERY * (best + 1)}: validation {kept[best][1]:.1f}"
    assert f"lowest after epoch {EVERY * (best + 1)}, {kept[best][1]:.1f}" in picture.alt


def test_the_test_error_is_shown_nowhere():
    """Whoever saw it while turning would choose by it."""
    picture = view()
    assert "test" not in picture.alt and "test" not in words(tree(picture.svg))


def test_a_run_has_as_many_rows_as_the_axis():
    for runs in measured("grid").values():
        assert [len(each) for each in runs] == [EPOCHS // EVERY] * 5


def test_the_dotted_line_is_the_autoregression_of_the_lesson():
    series = torch.tensor(list(sunspots().values()), dtype=torch.float64)
    x = torch.cat([series.unfold(0, 9, 1)[7:-1], torch.ones(293, 1)], dim=1)
    wanted = series[16:]
    numbers = torch.linalg.lstsq(x[:205], wanted[:205, None]).solution
    gaps = (x @ numbers)[205:240, 0] - wanted[205:240]
    assert gaps.square().mean().sqrt().item() == pytest.approx(AR9, abs=0.05)


def test_the_buttons_name_settings_that_were_run():
    for values in PRESETS.values():
        assert view(**values).alt
    assert set(learning_curves().presets) == set(PRESETS)


def test_curves_that_come_low_are_drawn_on_a_lower_axis():
    assert top(run("0.03", "16", 0)) == 20 and top(run("0.001", "4", 0)) == 45
