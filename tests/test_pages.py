"""A page of reference: no number, in the folder of lessons, found by build, README and copies."""

import re

import pytest

from lstm_lessons import course
from lstm_lessons.environment.clone import Clone
from lstm_lessons.publishing import copies, notebooks, readme
from lstm_lessons.publishing.notebooks import Target

ROOT = Clone.here().root


@pytest.mark.parametrize("page", course.PAGES, ids=lambda page: page.name)
def test_a_page_is_built_named_and_copied_as_a_lesson_is(page):
    assert not re.match(r"\d", page.name) and page.title and page.question and page.shows
    source = ROOT / f"notebooks/source/{page.name}.py"
    made = Target("page", source, ROOT)
    assert made in notebooks.targets(ROOT)
    assert (made.name, made.number) == (f"notebooks/{page.name}.ipynb", page.name)
    assert notebooks.make(made).cells[0].source == f"# {page.title}\n\n**{page.question}**"
    assert f"| {page.title} | {page.shows} |" in readme.table()
    assert made.name in copies.names(ROOT)


def test_a_source_without_a_number_has_to_be_a_page_of_the_course(tmp_path):
    (tmp_path / "notebooks/source").mkdir(parents=True)
    (tmp_path / "notebooks/source/mine.py").write_text("# %%\n1\n", "utf-8")
    assert "mine.py is no lesson or page of course.py" in notebooks.disagreements(tmp_path)
    (tmp_path / "notebooks/mine.ipynb").write_text("{}")
    assert copies.names(tmp_path) == []


def test_an_unknown_page_is_answered_with_those_there_are():
    with pytest.raises(KeyError, match="map_of_nn_lstm.*, got 'mine'"):
        course.page("mine")
