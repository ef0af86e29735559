"""A page of the site is its notebook: the same text, with folds, room for guesses, and controls."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from clone_copies import CLONE

from lstm_lessons import explorers
from lstm_lessons.environment.failure import Failure
from lstm_lessons.publishing.kept_pictures import on_page
from lstm_lessons.site import archive, builder, headings, pages, vendored

NOTEBOOKS = sorted([*(CLONE / "notebooks").glob("*.ipynb"), *(CLONE / "exercises").glob("*.ipynb")])
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def notebook(path):
    return json.loads(path.read_text(encoding="utf-8"))


def source(cell):
    return "".join(cell["source"])


@each_notebook
def test_no_word_of_a_notebook_is_lost_or_changed(path):
    before = notebook(path)
    after = pages.page(before, path.stem)
    assert notebook(path) == before, "the notebook itself is left as it was"
    for was, now in zip(before["cells"], after["cells"], strict=True):
        assert source(now).startswith(source(was))
        added = source(now).removeprefix(source(was))
        assert not added or added.startswith('\n\n<div class="ll-guess">')
        if not re.search("ll-(explorer|exercise|elsewhere)", json.dumps(now.get("outputs", ()))):
            assert now.get("outputs", []) == on_page(was.get("outputs", []))


@each_notebook
def test_what_answers_a_question_is_folded_and_nothing_else_is(path):
    before = notebook(path)["cells"]
    after = pages.page(notebook(path), path.stem)["cells"]
    tags = [cell["metadata"].get("tags", ()) for cell in after]
    folded = [at for at, each in enumerate(tags) if "hide-output" in each]
    asked = [at for at, cell in enumerate(before) if pages.asks(cell)]
    answers = [at + 1 for at in asked]
    assert folded == [at for at in answers if before[at]["outputs"]]
    assert [at for at, cell in enumerate(after) if "ll-guess" in source(cell)] == asked


def test_every_lesson_asks():
    for path in (CLONE / "notebooks").glob("[0-9]*.ipynb"):
        assert sum(map(pages.asks, notebook(path)["cells"])) >= 3, path.name


def test_every_explorer_is_on_a_page_with_all_its_controls():
    found = set()
    for path in (CLONE / "notebooks").glob("*.ipynb"):
        for cell in pages.page(notebook(path), path.stem)["cells"]:
            for output in cell.get("outputs", ()):
                html = "".join(output.get("data", {}).get("text/html", ""))
                if named := re.search(r'data-explorer="(\w+)"', html):
                    found.add(named[1])
                    (told,) = re.findall(r'<script type="application/json">(.*?)</script>', html)
                    made = getattr(explorers, named[1])()
                    rows = json.loads(told)["controls"]
                    assert [row["name"] for row in rows] == list(made.sliders)
                    assert list(json.loads(told)["presets"]) == list(made.presets)
                    assert '<img alt="' in html
    assert found == set(explorers.__all__)


def test_an_explorer_without_its_picture_is_refused():
    cell = {"cell_type": "code", "metadata": {}, "source": "explorers.reader()", "outputs": []}
    with pytest.raises(ValueError, match="build that notebook"):
        pages.page({"cells": [cell]}, "00")


def test_a_line_cannot_end_the_script_that_tells_of_it(monkeypatch):
    monkeypatch.setattr(pages, "described", lambda name: {"value": "</script><b>"})
    html = pages.figure("reader", "<img>")
    assert html.count("</script>") == 1
    assert json.loads(re.search('json">(.*)</script>', html)[1])["value"] == "</script><b>"


@pytest.mark.parametrize(
    ("title", "address"),
    [("Why h and c", "Why-h-and-c"), ("7. Is output[-1] equal?", "7.-Is-output[-1]-equal?")],
)
def test_a_heading_has_the_address_that_jupyterlab_gives_it(title, address):
    assert headings.address(title) == address


def test_the_archive_holds_what_pictures_need_and_is_the_same_each_time():
    made = archive.course_zip()
    assert made == archive.course_zip()
    names = zipfile.ZipFile(io.BytesIO(made)).namelist()
    assert len(names) == len(set(names))
    assert {"draw.py", "ipywidgets.py", "lstm_lessons/explorers/reader.py"} <= set(names)


# --- Bad input ----------------------------------------------------------------------------------


def test_a_folder_of_somebodys_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Failure, match="is not a folder that this command made"):
        builder.build(CLONE, tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"
    with pytest.raises(Failure, match="Name an empty folder"):
        builder.build(CLONE, tmp_path / "mine.txt")


def test_without_npm_one_line_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(vendored.shutil, "which", lambda name: None)
    with pytest.raises(Failure, match="there is no npm to fetch it with. Install Node.js"):
        vendored.bring(vendored.MATHJAX, tmp_path / "cache")


def fake_npm(folder: Path, body: str) -> Path:
    npm = folder / "npm"
    npm.write_text(f"#!/bin/sh\n{body}\n")
    npm.chmod(0o755)
    return npm


def test_an_archive_with_another_sum_is_refused_and_not_kept(tmp_path, monkeypatch):
    npm = fake_npm(tmp_path, 'for last; do :; done; echo other > "$last/one.tgz"')
    monkeypatch.setattr(vendored.shutil, "which", lambda name: str(npm))
    with pytest.raises(Failure, match="is not the one that was tried: its sha512 is"):
        vendored.bring(vendored.MATHJAX, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_what_npm_says_is_passed_on(tmp_path, monkeypatch):
    npm = fake_npm(tmp_path, "echo no such package >&2; exit 1")
    monkeypatch.setattr(vendored.shutil, "which", lambda name: str(npm))
    with pytest.raises(Failure, match="npm could not fetch mathjax@.*: no such package"):
        vendored.bring(vendored.MATHJAX, tmp_path / "cache")
