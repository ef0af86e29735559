"""What lessons cite stands in the references, and what stands there is cited."""

import json
import re

import pytest
from clone_copies import CLONE

from lstm_lessons.course import LESSONS, PAGES
from lstm_lessons.site import prose, references
from lstm_lessons.site.references import works

NAMES = [each.name for each in (*LESSONS, *PAGES)]
WORKS = pytest.mark.parametrize("work", works(), ids=lambda work: work.entry.name[:30])


def texts(name):
    path = CLONE / "notebooks" / f"{name}.ipynb"
    return "\n\n".join(prose.texts(json.loads(path.read_text(encoding="utf-8"))))


@WORKS
def test_each_work_is_whole_and_cited(work):
    wanted = {"authors", "year", "in"}
    assert wanted <= set(work.entry.fields) <= wanted | {"link", "cited"}
    assert re.fullmatch(r"\d{4}|no date", work.year)
    assert len(work.entry.listed("authors")) <= 3
    assert not work.link or work.link.startswith("https://")
    assert references.cited_in(work, CLONE), "no lesson cites it"
    if arxiv := re.search(r"arXiv (\d{4}\.\d{4,5})", work.entry.fields["in"]):
        assert work.link == f"https://arxiv.org/abs/{arxiv[1]}"


def test_they_are_in_order_and_none_stands_twice():
    years = [work.year for work in works()]
    assert years == sorted(years)
    links = [work.link for work in works() if work.link]
    assert len(links) == len(set(links))


@pytest.mark.parametrize("name", NAMES)
def test_every_link_to_a_paper_or_post_stands_in_the_references(name):
    linked = re.findall(r"\]\((https?://[^)\s]+)\)", texts(name))
    assert set(linked) <= {work.link for work in works()}


NO_WORK = {
    ("audit_of_two_posts", "2021"): "when PyTorch got proj_size",
}
"""Years by which no work is cited, and what they are."""


@pytest.mark.parametrize("name", [name for name in NAMES if name != "14_training_on_real_data"])
def test_every_year_in_a_lesson_is_that_of_a_work_it_cites(name):
    said = re.findall(r"(?<![\w.,-])(19\d\d|20[012]\d)(?![\w,])", prose.sentences(texts(name)))
    cited = {work.year for work in works() if name in references.cited_in(work, CLONE)}
    assert {year for year in said if (name, year) not in NO_WORK} <= cited


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Alain and Bengio (2016)", True),
        ("Alain and Bengio (2015)", False),
        ("Alains of 2016", False),
        ("[this](https://arxiv.org/abs/1610.01644)", True),
    ],
)
def test_a_work_is_cited_by_its_link_or_by_name_and_year(text, cited):
    (work,) = (work for work in works() if work.link.endswith("1610.01644"))
    assert work.is_cited_in(text) == cited


def test_the_page_says_which_lessons_cite_a_work():
    (row,) = (row for row in references.page(CLONE).splitlines() if "search space odyssey" in row)
    assert row.startswith("| 2015 | Klaus Greff and others: [LSTM: a search space odyssey](https")
    assert row.endswith("| [13](notebooks/13_relatives.ipynb) |")
