"""The text of dots and brackets of lesson 08."""

import pytest

from lstm_lessons.data.brackets import OFTEN, bracket_text, is_open


@pytest.mark.parametrize("seed", range(3))
def test_brackets_open_and_close_in_turn(seed):
    text = bracket_text(4000, seed)
    brackets = text.replace(".", "")
    assert len(text) == 4000
    assert set(text) == set(".()")
    assert brackets == ("()" * len(brackets))[: len(brackets)]
    assert len(brackets) / 4000 == pytest.approx(OFTEN, abs=0.015)


def test_a_seed_is_a_text():
    assert bracket_text(200, 1) == bracket_text(200, 1) != bracket_text(200, 2)
    assert bracket_text(0, 1) == ""


def test_what_is_open_is_said_behind_each_character():
    assert is_open("..(.)..(") == [0, 0, 1, 1, 0, 0, 0, 1]
    assert is_open("") == []
