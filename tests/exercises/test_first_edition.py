"""The 1,598 wrong answers that the first edition knew: all wrong still, and nearly all told."""

import pytest
from catalogue import ALL, DICTS
from first_edition import LESSONS, exercises

from lstm_lessons import exercise

OLD = {number: each for lesson in LESSONS for number, each in exercises(lesson).items()}


def wrong_answer(number, wrong):
    """Return the answer that a misconception of the first edition leads to."""
    new = exercise(number)
    return {**new.text.made(), **wrong.answer} if new in DICTS else wrong.answer


def test_there_are_as_many_as_there_were():
    assert sum(len(each.wrongs) for each in OLD.values()) == 1598
    assert set(OLD) == {each.number for each in ALL}


@pytest.mark.parametrize("number", OLD)
def test_they_are_told(number):
    silent = []
    for wrong in OLD[number].wrongs:
        result = exercise(number).check(wrong_answer(number, wrong))
        assert result.outcome in ("incorrect", "error"), wrong.name
        if not result.misconception:
            silent.append(wrong.name)
    assert len(silent) <= 0.02 * len(OLD[number].wrongs) + 1, silent
