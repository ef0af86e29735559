"""Exercises are read from their one text."""

import pytest
from toys import SOURCE, TEXTS

from lstm_lessons.exercises.engine.text import TextError, numbers, read, text


def test_the_parts_of_a_text():
    first = TEXTS["98.1"]
    assert (first.title, first.name) == ("The last step, scaled", "scaled")
    assert "return its last step times `scale`" in first.task
    assert first.hints == (
        "Which step is the last one?",
        "An index of -1 counts from the end.",
        "Multiply it by `scale`.",
    )
    assert first.solution == ("def scaled(x, scale):\n    last = x[-1]\n    return scale * last")
    assert first.given == "def helper(x):\n    return x"


def test_experiments_are_not_run_and_definitions_are(capsys):
    space = TEXTS["98.1"].namespace()
    assert capsys.readouterr().out == ""
    assert space["helper"](3) == 3
    assert "torch" in space


def test_what_an_earlier_exercise_defines_is_there_later():
    assert "scaled" in TEXTS["98.2"].namespace()
    assert "scaled" not in TEXTS["98.1"].namespace()


def test_an_answer_of_entries_is_the_marked_lines():
    assert TEXTS["98.2"].name == "answer"
    assert TEXTS["98.2"].solution.startswith("answer = {")
    assert "..." not in TEXTS["98.2"].solution
    assert TEXTS["98.2"].made()["letter"] == "b"


def test_hints_that_are_no_list_are_refused():
    with pytest.raises(TextError, match=r"98\.1: .*numbered list"):
        read(
            SOURCE.replace("# 1. Which", "# Which")
            .replace("# 2. An", "# An")
            .replace("# 3. M", "# M")
        )


def test_a_number_without_a_text_is_refused():
    with pytest.raises(TextError, match=r"no text of an exercise 99\.9"):
        text("99.9")


def test_the_course_has_its_exercises_in_order():
    assert numbers()[:4] == ("00.1", "01.1", "01.2", "01.3")
    assert list(numbers()) == sorted(numbers())
