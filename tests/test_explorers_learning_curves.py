"""The explorer of lesson 14: it draws the runs that were kept, and stops where they are best."""

from itertools import pairwise

import pytest
import torch
from drawn import SVG, marked, points, tree, words

from lstm_lessons.data.sunspots import measured, sunspots
from lstm_lessons.explorers.learning_curves import (
    AR9,
    BOTTOM,
    EPOCHS,
    EVERY,
    LEFT,
    PRESETS,
    RATES,
    RIGHT,
    SIZES,
    TOP,
    inside,
    learning_curves,
    run,
    top,
    view,
)

SETTINGS = [(rate, units, 2) for rate in RATES for units in SIZES] + [("0.03", "16", 0)]


def drawn(path, highest):
    """Return the numbers of a curve, read from its points: by row, those between rows apart."""
    places = [
        ((x - LEFT) / (RIGHT - LEFT) * EPOCHS / EVERY - 1, (BOTTOM - y) / (BOTTOM - TOP) * highest)
        for x, y in points(path)
    ]
    rows = {round(n): error for n, error in places if abs(n - round(n)) < 0.02}
    return rows, [error for n, error in places if abs(n - round(n)) >= 0.02]


@pytest.mark.parametrize("rate, units, seed", SETTINGS)
def test_the_curves_are_the_run_that_was_kept(rate, units, seed):
    kept = measured("grid")[f"{rate} {units}"]
    curves = marked(view(rate, units, seed).svg, "curve")
    highest = top(run(rate, units, seed))
    for at, name in enumerate(("training", "validation")):
        wanted = {n: row[at] for n, row in enumerate(kept[seed]) if row[at] <= highest}
        rows, between = drawn(curves[name], highest)
        assert rows == pytest.approx(wanted, abs=0.02)
        assert between == pytest.approx([highest] * len(between))
    others = {f"seed {other}" for other in range(5) if other != seed}
    assert set(curves) == {"training", "validation", "AR(9)", *others}


@pytest.mark.parametrize("rate, units, seed", SETTINGS)
def test_the_ring_stands_where_the_validation_part_is_best(rate, units, seed):
    kept = measured("grid")[f"{rate} {units}"][seed]
    picture = view(rate, units, seed)
    best = min(range(len(kept)), key=lambda n: kept[n][1])
    (ring,) = [each for each in tree(picture.svg).iter(f"{SVG}circle")]
    assert ring.get("data-stop") == str(best)
    corners = points(marked(picture.svg, "curve")["validation"])
    middle = (float(ring.get("cx")), float(ring.get("cy")))
    assert any(middle == pytest.approx(each, abs=0.06) for each in corners)
    said = words(marked(picture.svg, "says")["stop"])
    stopped = "has not stopped by" if best == len(kept) - 1 else "stops at"
    assert said == f"{stopped} epoch {EVERY * (best + 1)}: validation {kept[best][1]:.1f}"
    assert f"lowest after epoch {EVERY * (best + 1)}, {kept[best][1]:.1f}" in picture.alt


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("units", SIZES)
def test_no_curve_is_drawn_where_its_numbers_are_above_the_axis(rate, units):
    """Nor along the edge: a piece of a curve ends there; and it is said how high the curve goes."""
    kept = measured("grid")[f"{rate} {units}"]
    highest = top(run(rate, units, 2))
    picture = view(rate, units, 2)
    curves = marked(picture.svg, "curve")
    del curves["AR(9)"]
    for path in curves.values():
        heights = [y for _, y in points(path)]
        assert min(heights) >= TOP
        level = [a == b == TOP for a, b in pairwise(heights)]
        starts = [piece.count("L") for piece in path.get("d").split("M")[1:]]
        assert sum(level) <= len(starts)  # from one piece to the next, and never within one
    this = max(max(row[:2]) for row in kept[2])
    others = max(row[1] for seed in (0, 1, 3, 4) for row in kept[seed])
    for error, said in ((this, "this seed goes up to"), (others, "other seeds go up to")):
        told = f"{said} {error:.0f}"
        assert (told in picture.alt) is (error > highest)
        assert (told in words(tree(picture.svg))) is (error > highest)


def test_a_curve_that_leaves_and_comes_back_is_in_pieces():
    assert inside([10, 30, 25, 5, 25], 20) == [
        [(0, 10), (0.5, 20)],
        [(2.25, 20), (3, 5), (3.75, 20)],
    ]
    assert inside([30, 40], 20) == [] and inside([3, 4], 20) == [[(0, 3), (1, 4)]]
    assert inside([30, 10], 20) == [[(0.5, 20), (1, 10)]]
    assert inside([20, 30, 20], 20) == [[(0, 20), (0, 20)], [(2, 20), (2, 20)]]


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
