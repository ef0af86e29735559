"""The explorer of the ladder shows the figures of the benchmark, with bars as long as they are."""

import re
from math import log10

import pytest
import torch
from drawn import marked, words
from torch import nn

from lstm_lessons.data.speed import FIGURES, growth, ladder
from lstm_lessons.explorers import speed_ladder
from lstm_lessons.explorers.speed_ladder import SIZES, TIMED, multiplications, times, view
from lstm_lessons.ladder import RUNGS
from lstm_lessons.ladder.counting import count


def test_the_table_is_read_as_it_stands():
    assert list(ladder()) == list(SIZES.values()) or set(ladder()) == set(SIZES.values())
    assert all(list(rows) == list(RUNGS) for rows in ladder().values())
    assert ladder()[24, 10, 100, 16]["hoisted"] == (1.9, 3.49)
    assert ladder()[200, 1, 32, 64]["per sample"] == (8.07, 22.58)
    assert ladder()[35, 20, 200, 200]["per sample"] is None
    said = [
        f"{forward:.2f} / {step:.2f}"
        for rows in ladder().values()
        for forward, step in filter(None, rows.values())
    ]
    text = FIGURES.read_text(encoding="utf-8")
    assert len(said) == 22 and all(each in text for each in said)


@pytest.mark.parametrize("timed", TIMED)
@pytest.mark.parametrize("size", SIZES)
def test_a_bar_reaches_from_1_to_its_time(size, timed):
    svg = view(size, timed).svg
    bars, labels = marked(svg, "bar"), marked(svg, "time")
    assert set(bars) == {name for name, time in times(size, timed).items() if time}
    per_unit = []
    for name, bar in bars.items():
        time = times(size, timed)[name]
        assert words(labels[name]) == f"{time:.2f}"
        if abs(log10(time)) > 0.05:
            per_unit.append(float(bar.get("width")) / abs(log10(time)))
    assert max(per_unit) - min(per_unit) < 1


def test_the_multiplications_are_those_that_torch_counts():
    T, B, I, H = SIZES["small"]  # noqa: E741
    lstm, x = nn.LSTM(I, H).double(), torch.randn(T, B, I).double()
    assert multiplications("small") == count(lstm, x).multiplications
    (shown,) = marked(view("small").svg, "says").values()
    assert f"{multiplications('small'):,} multiplications" in words(shown)


def test_the_lesson_says_what_the_figures_say():
    one_line, step = times("one line", TIMED[0]), times("one line", TIMED[1])
    assert 1 < one_line["per sample"] / one_line["one product"] < 1.2
    assert (step["compiled"], step["hoisted"]) == (5.83, 15.10)
    below = {name for name, time in times("long and wide", TIMED[1]).items() if time and time < 1}
    assert below == {"own backward"}
    assert times("long and wide", TIMED[1])["own backward"] == 0.92


def test_the_growth_that_was_kept_is_what_the_lesson_says_of_it():
    """Within a fifth of the multiplications in the large layer, of the calls in the small one."""
    for base, wanted in {
        "large": {"T": 2, "B": 2, "I": 1.5, "H": 3},
        "small": {"T": 2, "B": 1, "I": 1, "H": 1},
    }.items():
        assert growth()[base] == pytest.approx(wanted, rel=0.2)


def test_presets_name_every_size():
    assert set(speed_ladder().presets) == set(SIZES)
    assert not re.search(r"None", view("wide").alt)
