"""What machines read of the site: its map, its texts, its tags; and where it can be run."""

import json
import re
import struct
import tomllib
import xml.etree.ElementTree as ElementTree

import pytest
from clone_copies import CLONE

import lstm_lessons.site.addresses
from lstm_lessons.commands import site
from lstm_lessons.course import LESSONS, PAGES
from lstm_lessons.environment.failure import Failure
from lstm_lessons.site import archive, builder, feeds, launch, open_graph
from lstm_lessons.site.addresses import Addresses, addresses

HERE = Addresses("https://name.github.io/course/", "https://github.com/name/course")
NOWHERE = Addresses()


# --- The two settings ---------------------------------------------------------------------------


def clone_that_says(folder, text):
    (folder / "pyproject.toml").write_text(text)
    return addresses(folder)


def test_the_settings_are_read_from_one_place(tmp_path):
    told = f'[tool.lstm-lessons]\nsite = "{HERE.site}"\nrepository = "{HERE.repository}"\n'
    assert clone_that_says(tmp_path, told) == HERE
    assert clone_that_says(tmp_path, "[project]") == NOWHERE
    assert addresses(CLONE) is not None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('site = "https://name.github.io/course"', "Write an address such as https://name"),
        ('site = "http://name.github.io/"', "Write an address such as https://name"),
        ('repository = "https://github.com/name/course/"', "such as https://github.com/name/repo"),
        ('repository = "https://example.org/a/b"', "such as https://github.com/name/repo"),
        ('sight = ""', "has no setting 'sight'. There are two: site, repository"),
    ],
)
def test_what_is_no_address_is_told_in_a_line(tmp_path, line, said):
    with pytest.raises(Failure, match=re.escape(said)):
        clone_that_says(tmp_path, f"[tool.lstm-lessons]\n{line}\n")


# --- sitemap.xml --------------------------------------------------------------------------------


@pytest.fixture
def made(tmp_path):
    for name in ("index", "search", "genindex", "notebooks/01_a", "_static/pyodide/console"):
        path = tmp_path / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def test_the_sitemap_has_every_page_by_its_whole_address(made):
    feeds.write(CLONE, made, HERE)
    root = ElementTree.parse(made / "sitemap.xml").getroot()
    found = [each.text for each in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert found == [HERE.site, f"{HERE.site}notebooks/01_a.html"]


def test_without_the_sites_address_there_is_no_sitemap(made):
    feeds.write(CLONE, made, NOWHERE)
    assert not (made / "sitemap.xml").exists()
    assert (made / "llms.txt").exists() and (made / "llms-full.txt").exists()


@pytest.mark.parametrize("told", [HERE, NOWHERE])
def test_the_command_says_that_there_is_no_sitemap(told, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(builder, "build", lambda root, folder: None)
    monkeypatch.setattr(lstm_lessons.site.addresses, "addresses", lambda root: told)
    assert site.main([str(tmp_path)]) == 0
    assert ("It has no sitemap.xml" in capsys.readouterr().out) == (told == NOWHERE)


# --- llms.txt -----------------------------------------------------------------------------------


def test_the_index_names_every_page_with_its_question():
    title, _, quote, *_ = feeds.index(HERE).splitlines()
    assert title.startswith("# ") and quote.startswith("> ")
    for each in (*LESSONS, *PAGES):
        assert f"({HERE.site}notebooks/{each.name}.html): {each.question}\n" in feeds.index(HERE)
    assert "](notebooks/00_start_here.html)" in feeds.index(NOWHERE)


def test_the_whole_text_has_every_sentence_and_every_line_of_code():
    whole = feeds.full(CLONE, NOWHERE)
    for each in (*LESSONS, *PAGES):
        notebook = json.loads((CLONE / "notebooks" / f"{each.name}.ipynb").read_text("utf-8"))
        for cell in notebook["cells"]:
            assert "".join(cell["source"]) in whole, each.name
    assert "<svg" not in whole and "data:image" not in whole


def test_the_whole_text_has_what_was_printed_and_pictures_in_words():
    cell = {
        "cell_type": "code",
        "source": "f()",
        "outputs": [
            {"output_type": "stream", "text": ["1\n", "2\n"]},
            {"data": {"text/html": '<img alt="A &lt; B" src="x">', "text/plain": "<Picture>"}},
            {"data": {"text/plain": "3"}},
            {"data": {}},
        ],
    }
    parts = feeds._parts(cell)
    assert parts == [
        "```python\nf()\n```",
        "```text\n1\n2\n```",
        "(A picture: A < B)",
        "```text\n3\n```",
    ]


# --- Open Graph ---------------------------------------------------------------------------------


def properties(made):
    return dict(re.findall(r'<meta property="([^"]+)" content="([^"]*)">', made))


def test_a_lesson_tells_its_question():
    said = properties(open_graph.tags("notebooks/01_why_gates", "Lesson 01: Why gates", HERE))
    assert said["og:title"] == "Lesson 01: Why gates"
    assert said["og:description"] == LESSONS[1].question
    assert said["og:url"] == f"{HERE.site}notebooks/01_why_gates.html"
    assert said["og:image"] == f"{HERE.site}_static/preview.png"


def test_without_the_sites_address_the_picture_is_found_from_the_page():
    said = properties(open_graph.tags("notebooks/01_why_gates", 'a "b"', NOWHERE, "../"))
    assert said["og:image"] == "../_static/preview.png" and "og:url" not in said
    assert said["og:title"] == "a &quot;b&quot;"


def test_other_pages_tell_what_the_course_is():
    said = properties(open_graph.tags("index", "", HERE))
    assert said["og:description"] == open_graph.COURSE and said["og:url"] == HERE.site
    assert open_graph.described("exercises/01_why_gates") == f"Exercises: {LESSONS[1].question}"


def test_the_picture_is_a_small_png_of_the_usual_size():
    png = (archive.IN_PAGE / "preview.png").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", png[16:24]) == (1200, 630)
    assert len(png) < 60_000


# --- Where it can be run ------------------------------------------------------------------------

NOTEBOOK = {"cells": [{"cell_type": "markdown", "source": "opening"}, {"source": "other"}]}


def test_a_page_links_to_binder_and_colab():
    opening, line, other = launch.told(NOTEBOOK, "notebooks/01_why_gates.ipynb", HERE)["cells"]
    assert (opening, other) == tuple(NOTEBOOK["cells"])
    path = "notebooks/01_why_gates.ipynb"
    assert f"https://mybinder.org/v2/gh/name/course/main?urlpath=lab/tree/{path}" in line["source"]
    assert f"colab.research.google.com/github/name/course/blob/main/{path}" in line["source"]
    assert "%pip install git+https://github.com/name/course" in line["source"]


def test_without_the_repository_a_page_says_how_to_open_it_in_jupyter():
    _, line, _ = launch.told(NOTEBOOK, "notebooks/01_why_gates.ipynb", NOWHERE)["cells"]
    assert "href" not in line["source"] and "python3 -m lstm_lessons lab" in line["source"]


# --- Files of the repository --------------------------------------------------------------------


def test_the_citation_has_the_version_of_the_package():
    cited = (CLONE / "CITATION.cff").read_text(encoding="utf-8")
    project = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert re.search(r"^version: (.+)$", cited, re.MULTILINE)[1] == project["version"]
    for key in ("cff-version: 1.2.0", "message:", "title:", "authors:"):
        assert re.search(rf"^{key}", cited, re.MULTILINE), key


def test_the_workflow_publishes_what_the_command_builds():
    yaml = pytest.importorskip("yaml")
    told = yaml.safe_load((CLONE / ".github" / "workflows" / "pages.yml").read_text("utf-8"))
    steps = told["jobs"]["publish"]["steps"]
    (build,) = (each["run"] for each in steps if "run" in each)
    assert build == "python3 -m lstm_lessons site build/site"
    (packed,) = (each["with"]["path"] for each in steps if "upload-pages" in each.get("uses", ""))
    assert packed == "build/site"
