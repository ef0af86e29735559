"""The instructor's guide: whole, true to its lessons, and in nothing that learners receive."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from clone_copies import CLONE

from lstm_lessons.commands import dispatch
from lstm_lessons.course import LESSONS
from lstm_lessons.environment.failure import Failure
from lstm_lessons.exercises import numbers
from lstm_lessons.exercises.engine import text
from lstm_lessons.exercises.engine.sources import Facts
from lstm_lessons.publishing import copies
from lstm_lessons.routes import sections
from lstm_lessons.site import builder as site
from lstm_lessons.workshop.guide import asked, builder, markup, page, slips, written
from lstm_lessons.workshop.handout import archive, contents

NUMBERS = [each.number for each in LESSONS]
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?")


@pytest.fixture(scope="module")
def pages():
    return builder.made(CLONE)


def words_of(number):
    return written.path(CLONE, number).read_text(encoding="utf-8")


def test_every_lesson_has_a_page_with_all_its_parts(pages):
    assert set(pages) == {"index.html", "routes.html", *map(page.file_name, NUMBERS)}
    for number in NUMBERS:
        made = pages[page.file_name(number)]
        for heading in (*written.HEADINGS[:3], "Minutes", "Before each reveal", "When late"):
            assert f"<h2>{heading}</h2>" in made, (number, heading)
        assert made.count('<div class="ask">') == len(asked.questions(CLONE, number)) >= 4
        for each in sections.exercises(CLONE, number):
            assert markup.code(text.text(each).solution) in made, each


def test_a_page_says_what_each_route_shows_of_its_lesson(pages):
    made = pages[page.file_name("02")]
    row = (
        "<td><code>ninety-minutes</code></td><td>One unit, four gates; Four gates, one product</td>"
    )
    assert f"{row}<td>02.3</td>" in made
    assert "<td><code>twelve-hours</code></td><td>all of it</td><td>02.1, 02.2, 02.3</td>" in made
    assert '<th scope="col">route</th>' not in pages[page.file_name("20")]  # it is on none


def test_no_mark_is_left_that_a_browser_would_show(pages):
    for name, made in pages.items():
        seen = re.sub(r"<(pre|code|style)\b.*?</\1>", "", made, flags=re.DOTALL)
        for mark in (r"\*\*\w", r"\$", "`", r"\{(keys|are)\}", "&lt;br", r"\\"):
            found = re.search(mark, seen)
            assert not found, (name, mark, seen[max(0, found.start() - 60) :][:120])


def test_a_page_stands_alone(pages):
    for name, made in pages.items():
        for address in re.findall(r'(?:src|href)="([^"]+)"', made):
            assert address in pages, (name, address)
        assert "<script" not in made and "url(" not in made and "@import" not in made


@pytest.mark.parametrize("number", NUMBERS)
def test_the_numbers_of_the_written_words_are_the_lessons(number):
    """A number that is no count of few things stands in the lesson, or in its exercises."""
    found = _plain(sections.text(CLONE, number) + _sources(number))
    for line in words_of(number).splitlines():
        said = re.sub(r"^\d+\. |`\d\d\.\d`|[Ll]essons? \d\d", "", line.strip())
        for each in _NUMBER.findall(_plain(said)):
            assert re.search(rf"(?<![\d.]){re.escape(each)}0*(?!\d)", found), (each, line)


def _plain(words):
    return re.sub(r"(?<=\d),(?=\d{3})", "", words.replace("−", "-").replace(" ", " "))


def _sources(number):
    folders = ("notebooks/source", "exercises/source", f"lstm_lessons/exercises/lesson_{number}")
    files = [path for folder in folders[:2] for path in (CLONE / folder).glob(f"{number}_*.py")]
    return " ".join(path.read_text(encoding="utf-8") for path in files) + " ".join(
        says for each in numbers() if each[:2] == number for says in slips.of(each).values()
    )


@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_cut_and_what_is_wrong_have_their_names(number):
    """Sections are those of the notebook, slips those of the checker, and there are enough."""
    words = written.of(CLONE, number)
    titles = [each.title for each in sections.of(CLONE, number)]
    cut = [each.section for each in words.cuts]
    assert set(cut) <= set(titles) and len(set(cut)) == len(cut) >= 3
    assert "TODO" not in words_of(number)
    assert titles[0] not in cut, "the first section says what the lesson is for"
    assert len(words.wrong) >= 3
    for each in words.wrong:
        assert each.exercise[:2] == number and each.slip in slips.of(each.exercise)


def test_slips_are_the_checkers_own():
    """The name that a wrong answer earns is among those of the page, with its sentence."""
    from lstm_lessons.exercises import exercise

    def one_bias(input_size, hidden_size, bias=True):
        return 4 * hidden_size * (input_size + hidden_size + bool(bias))

    result = exercise("02.2").check(one_bias)
    assert result.misconception == "one bias" and slips.of("02.2")["one bias"] in result.message
    for number, wrong in (("09.4", "the way back"), ("15.2", "never up")):
        assert wrong in slips.of(number)
    for number in numbers():
        assert slips.of(number), number
        assert not [says for says in slips.of(number).values() if "{keys}" in says]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda words: words.replace("## When late", "## Late"), "expected the headings"),
        (lambda words: "Hello.\n" + words, "nothing before them"),
        (lambda words: words.replace("* `03.1`, **", "* 03.1, **"), "expected an item such as"),
        (lambda words: words.replace("**h from the old c**", "**no slip**"), "'no slip'"),
        (lambda words: words.replace("**A cell of our own**", "**Nothing**"), "'Nothing'"),
        (lambda words: words + "\nand $\\frac12$ of it\n", r"'\\frac12'"),
        (None, "is missing"),
    ],
)
def test_words_that_are_not_as_they_should_be_are_told_in_one_line(tmp_path, change, told):
    (tmp_path / "exercises").symlink_to(CLONE / "exercises")
    notebooks = tmp_path / "notebooks"
    (notebooks / "guide").mkdir(parents=True)
    for path in (CLONE / "notebooks").glob("*.ipynb"):
        (notebooks / path.name).symlink_to(path)
    for path in (CLONE / "notebooks" / "guide").iterdir():
        words = path.read_text(encoding="utf-8")
        if path.name.startswith("03_"):
            if change is None:
                continue
            words = change(words)
        (notebooks / "guide" / path.name).write_text(words, encoding="utf-8")
    with pytest.raises(Failure) as raised:
        builder.build(tmp_path, tmp_path / "out")
    assert told in str(raised.value) and "\n" not in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_the_command_writes_a_folder_and_says_what_it_holds(tmp_path, capsys, monkeypatch, pages):
    monkeypatch.setattr(builder, "made", lambda root: pages)
    monkeypatch.setattr(dispatch, "_enter", lambda name, rest: None)
    folder = tmp_path / "new" / "ä guide"
    assert dispatch.dispatch(["guide", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert "23 pages" in printed and "give it to no learner" in printed
    assert {each.name for each in folder.iterdir()} == {builder.MARK, *pages}
    assert dispatch.dispatch(["guide", str(folder)]) == 0, "a guide is written anew"


def test_a_run_that_is_stopped_loses_nothing_and_is_mended(tmp_path, monkeypatch, pages):
    monkeypatch.setattr(builder, "made", lambda root: pages)
    folder = tmp_path / "guide"
    builder.build(CLONE, folder)
    old = {path.name: path.read_bytes() for path in folder.iterdir()}
    changed = {name: text.replace("</main>", "anew</main>") for name, text in pages.items()}
    monkeypatch.setattr(builder, "made", lambda root: changed)
    replace, calls = builder.os.replace, []

    def full(source, target):
        calls.append(target)
        if len(calls) == 5:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(builder.os, "replace", full)
    with pytest.raises(OSError):
        builder.build(CLONE, folder)
    assert {path.name for path in folder.iterdir()} == set(old)
    monkeypatch.setattr(builder.os, "replace", replace)
    builder.build(CLONE, folder)
    assert all("anew</main>" in (folder / name).read_text("utf-8") for name in pages)
    assert {path.name for path in folder.iterdir()} == set(old)


def test_what_somebody_wrote_is_not_written_over(tmp_path, capsys, monkeypatch, pages):
    monkeypatch.setattr(builder, "made", lambda root: pages)
    folder, note = tmp_path / "guide", tmp_path / "guide" / "my notes.txt"
    builder.build(CLONE, folder)
    note.write_text("mine", encoding="utf-8")
    _refused(folder, "my notes.txt")
    note.unlink()
    mine = folder / page.file_name("03")
    mine.write_text(mine.read_text(encoding="utf-8") + "my remark", encoding="utf-8")
    _refused(folder, mine.name)
    assert "my remark" in mine.read_text(encoding="utf-8")
    _refused(mine, "is not a folder")


def _refused(folder: Path, told: str):
    with pytest.raises(Failure, match=re.escape(told)):
        builder.build(CLONE, folder)


def sentences():
    """Return a line of each written page that no lesson has, and that JSON leaves as it is."""
    found = []
    for number in NUMBERS:
        lines = [line for line in words_of(number).splitlines() if line.isascii()]
        found.append(max((line for line in lines if not set(line) & set('"\\')), key=len))
    assert min(map(len, found)) > 60
    return found


def test_learners_copies_hold_nothing_of_it(tmp_path):
    folder = tmp_path / "my_lessons"
    copies.lay_out(CLONE, folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 2 * len(LESSONS)
    assert not [path for path in files if "guide" in str(path.relative_to(folder))]
    held = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
    assert not [each for each in sentences() if each in held]


def test_a_release_holds_nothing_of_it():
    files = contents.made(CLONE, Facts(contents.lessons(None), None, True), None)
    packed = zipfile.ZipFile(io.BytesIO(files[f"lstm_lessons/{archive.NAME}"]))
    files |= {name: packed.read(name) for name in packed.namelist()}
    assert not [name for name in files if "guide" in name]
    held = b"\n".join(files.values()).decode("utf-8", errors="replace")
    assert len(files) > 300 and not [each for each in sentences() if each in held]


@pytest.mark.slow
def test_the_site_holds_nothing_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(site.glossary, "linked", lambda made, name: made)  # it takes ten seconds
    site.lay_sources(CLONE, tmp_path / "sources")
    files = [path for path in (tmp_path / "sources").rglob("*") if path.is_file()]
    assert len(files) >= 2 * len(LESSONS)
    assert not [path for path in files if "guide" in path.name]
    held = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
    assert not [each for each in sentences() if each in held]


def test_every_command_of_the_first_page_is_there():
    first = (CLONE / written.FOLDER / builder.FIRST).read_text(encoding="utf-8")
    named = re.findall(r"python3 -m lstm_lessons (\w+)", first)
    assert named and set(named) <= set(dispatch.COMMANDS)
