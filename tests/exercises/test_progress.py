"""What a learner has done is noted in their own folder, added to and never overwritten."""

import pytest

from lstm_lessons import exercise, own_folder, progress
from lstm_lessons.course import LESSONS
from lstm_lessons.exercises import numbers
from lstm_lessons.exercises.engine import diary

RIGHT = {"output": (5, 7, 16), "h_n": (1, 7, 16), "c_n": (1, 7, 16)}
WRONG = RIGHT | {"output": (7, 5, 16)}


@pytest.fixture(autouse=True)
def nothing_is_known(monkeypatch):
    monkeypatch.setattr(diary, "_until_the_kernel_stops", set())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work where a learner's notebooks lie."""
    (tmp_path / own_folder.RECORD).write_text("{}")
    (tmp_path / "exercises").mkdir()
    monkeypatch.chdir(tmp_path / "exercises")
    return tmp_path


def lines(folder):
    return (folder / diary.FILE).read_text().splitlines()


def test_only_a_right_answer_is_noted_and_only_once(folder):
    exercise("00.1").check(WRONG)
    assert not (folder / diary.FILE).exists()
    for _ in range(2):
        exercise("00.1").check(RIGHT)
    (line,) = lines(folder)
    assert line.endswith(" solved 00.1")
    assert progress().steps[0].solved == ("00.1",)


def test_what_was_noted_is_known_to_the_next_kernel(folder, monkeypatch):
    exercise("00.1").check(RIGHT)
    progress("03")
    monkeypatch.setattr(diary, "_until_the_kernel_stops", set())
    shown = progress()
    assert [each.lesson.number for each in shown.steps if each.begun] == ["00", "03"]
    assert "✓ 00 Start here: 1 of 1 exercise" in repr(shown)
    assert "○ 03 The cell by hand: read, 0 of 3 exercises (left: 03.1, 03.2, 03.3)" in repr(shown)
    assert "→ Next: 01 Why gates (" in repr(shown)
    assert f"Kept in {folder.name}/progress.txt" in repr(shown)
    assert "00 Start here: 1 of 1 exercise" in shown._repr_html_()


def test_outside_of_the_learners_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exercise("00.1").check(RIGHT)
    assert list(tmp_path.iterdir()) == []
    assert progress().steps[0].done
    assert "until the kernel stops" in repr(progress())


def test_what_a_learner_wrote_into_the_file_stays(folder):
    own = "I like 03\n2026-01-01 solved 01.1\nno end of line: 2026-01-01 solved 01.2"
    (folder / diary.FILE).write_text(own)
    exercise("00.1").check(RIGHT)
    assert "\n".join(lines(folder)).startswith(own + "\n")
    assert diary.done(diary.SOLVED) == {"00.1", "01.1"}


def test_bytes_that_are_no_text_spoil_nothing(folder):
    (folder / diary.FILE).write_bytes(b"\xff\xfe\x00 2026-01-01 solved 01.1\n2026-01-01 read 02\n")
    assert diary.done(diary.READ) == {"02"}
    assert diary.done(diary.SOLVED) == set()


def test_a_file_that_cannot_be_used_is_told_and_the_verdict_stands(folder):
    (folder / diary.FILE).mkdir()
    result = exercise("00.1").check(RIGHT)
    assert result.outcome == "correct"
    assert "could not be noted in `progress.txt`" in result.message
    assert repr(progress("02")).strip().startswith("progress.txt cannot be used (")
    assert "Next" not in repr(progress())


def test_all_done_is_said(folder):
    for number in numbers():
        diary.note(diary.SOLVED, number)
    shown = progress()
    assert shown.next is None
    assert "You have done all of the course." in repr(shown)


def test_what_is_left_of_a_lesson_that_was_begun_comes_first(folder):
    diary.note(diary.SOLVED, "00.1")
    diary.note(diary.SOLVED, "01.1")
    assert "→ Next: exercise 01.2 of lesson 01" in repr(progress())


def test_a_lesson_that_there_is_not():
    with pytest.raises(ValueError, match=r"there is no lesson '4'; there are 00, 01,"):
        progress("4")


def test_every_ready_lesson_is_a_step_with_all_its_exercises(folder):
    steps = progress().steps
    assert [each.lesson for each in steps] == [each for each in LESSONS if each.ready]
    assert sum((each.left for each in steps), ()) == numbers()
