"""Slides show all that is to be seen in the stored notebooks, and have no sentence of their own."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from base64 import b64decode, b64encode
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
from clone_copies import CLONE

from lstm_lessons import explorers
from lstm_lessons.commands import slides as command
from lstm_lessons.course import LESSONS, ROUTES, Break, Show, lesson
from lstm_lessons.drawing import theme
from lstm_lessons.environment.failure import Failure
from lstm_lessons.site import vendored
from lstm_lessons.workshop.deck import (
    blocks,
    builder,
    notes,
    room,
    rule,
    script,
    sentences,
    subject,
    write,
)
from lstm_lessons.workshop.deck.blocks import Cell, Text
from lstm_lessons.workshop.deck.slide import (
    Code,
    Explorer,
    Image,
    Points,
    Printed,
    Section,
    Slide,
    Words,
)
from lstm_lessons.workshop.guide import written

pytestmark = pytest.mark.slow  # few edits can break it

NAMES = [each.name for each in LESSONS]
each_lesson = pytest.mark.parametrize("name", NAMES)
MAIN = {"formula", "table", "points", "picture", "explorer", "code"}


@cache
def read(name):
    return blocks.of(CLONE / "notebooks" / f"{name}.ipynb")


@cache
def slides_of(name):
    return [slide for section in rule.sections(read(name)) for slide in section.slides]


def words_of(slide):
    """Return all sentences of a slide, as it has them."""
    for part in slide.parts:
        if isinstance(part, Words):
            yield part.text
        elif isinstance(part, Points):
            yield from part.items


def seen(text):
    """Return a text without what a line break or a mark changes."""
    return " ".join(re.sub(r"^(\d\.|[*>])\s", "", text, flags=re.MULTILINE).split())


@each_lesson
def test_a_slide_has_one_thing_to_look_at_and_its_sections_heading(name):
    headings = {block.source.lstrip("# ") for block in read(name) if getattr(block, "level", 0)}
    for slide in slides_of(name):
        kinds = [type(part) for part in slide.parts]
        assert sum(kind in (Image, Explorer, Points) for kind in kinds) <= 1
        assert kinds.count(Code) <= 1 and kinds.count(Printed) <= 1
        if {Image, Explorer, Points} & set(kinds):
            assert Code not in kinds and Printed not in kinds
        assert slide.heading in headings | {"A common mistake", ""}
        assert slide.parts


@each_lesson
def test_all_that_there_is_to_see_is_on_a_slide_in_its_order(name):
    cells = [block for block in read(name) if isinstance(block, Cell)]
    parts = [part for slide in slides_of(name) for part in slide.parts]
    pictures = [part.html for part in parts if isinstance(part, Image)]
    assert pictures == [each for cell in cells if not cell.explorer for each in cell.pictures]
    explorers = [part.name for part in parts if isinstance(part, Explorer)]
    assert explorers == [cell.explorer for cell in cells if cell.explorer]
    shown = [part for part in parts if isinstance(part, Printed)]
    for part, cell in zip(shown, [cell for cell in cells if cell.printed], strict=True):
        lines = cell.printed.splitlines()
        assert part.text.splitlines() == lines[: len(lines) - part.left]
    code = "\n\n".join(part.source for part in parts if isinstance(part, Code))
    for cell in cells:
        if not cell.explorer and not (cell.pictures and not cell.printed):
            assert rule.to_be_read(cell.source) in code


@each_lesson
def test_every_question_stands_before_its_answer_which_waits_for_a_key(name):
    slides = slides_of(name)
    asked = [seen(block.source) for block in read(name) if getattr(block, "kind", "") == "prompt"]
    found = []
    for slide, then in zip(slides, [*slides[1:], None], strict=True):
        questions = [
            part
            for part in slide.parts
            if isinstance(part, Words) and part.size in ("question", "big")
        ]
        found += [seen(each.text) for each in questions]
        if not questions:
            continue
        after = slide.parts[slide.parts.index(questions[0]) + 1 :]
        shown = [each for each in after if not isinstance(each, Code)]
        assert all(each.revealed for each in shown), "the answer is seen with its question"
        if not shown:
            assert then.kind in ("answer", "code", "explorer"), "no answer on the next slide"
    assert found == asked


@each_lesson
def test_no_sentence_is_written_for_slides_and_none_is_shown_twice(name):
    source = seen("\n\n".join(block.source for block in read(name) if isinstance(block, Text)))
    shown = []
    for slide in slides_of(name):
        for text in words_of(slide):
            if text.startswith(("|", "$$")):
                continue
            for each in sentences.of(text.removeprefix("**Try it.**")):
                assert seen(each) in source, "a sentence that the lesson does not have"
                shown.append(each)
    long = [each for each in shown if len(each) > 40]
    assert len(set(long)) == len(long)


@each_lesson
def test_the_notes_have_every_paragraph(name):
    said = "\n".join(note for slide in slides_of(name) for note in slide.notes)
    for block in read(name):
        if isinstance(block, Text) and block.kind == "prose":
            assert block.source in said


@each_lesson
def test_no_slide_has_more_than_fits(name):
    for slide in slides_of(name):
        if any(isinstance(part, Code | Printed) for part in slide.parts):
            assert room.holds(slide.parts)
        assert sum(map(sentences.length, words_of(slide))) <= 1200


def test_a_long_output_is_shown_in_part_with_a_word_that_says_so():
    printed = "\n".join(f"line {at}" for at in range(40))
    (slide, more) = rule.sections([Cell("print(x)\n" * 15, printed)])[0].slides
    (part,) = more.parts
    assert part.text.splitlines() == printed.splitlines()[: len(part.text.splitlines())]
    assert part.left == 40 - len(part.text.splitlines()) > 0
    assert f"… and {part.left} more lines" in write.page("a", [Section("", (more,))])


def test_sentences_end_where_a_reader_would_end_them():
    text = (
        "*The **keys** are.* Is it *is*? It is (A. B) 0.5 of `a. B` here. f = 1 is open. (No. A.)"
    )
    assert sentences.of(text) == [
        "*The **keys** are.*",
        "Is it *is*?",
        "It is (A. B) 0.5 of `a. B` here.",
        "f = 1 is open.",
        "(No. A.)",
    ]


def led_to(*paragraphs):
    """Return what a slide shows above a formula that these paragraphs lead to."""
    given = [Text("heading", "## A"), *(Text("prose", each) for each in paragraphs)]
    (section,) = rule.sections([*given, Text("formula", "$$x$$")])[-1:]
    return section.slides[-1].parts[0].text


def test_a_sentence_that_leans_on_the_one_before_it_is_shown_with_it():
    assert led_to("A door is open.", "It stays open for as long as nobody shuts it again.") == (
        "A door is open. It stays open for as long as nobody shuts it again."
    )
    long = "A door that is open, " + "and another one, " * 12 + "is seen."
    assert led_to(long, "It stays open for as long as nobody shuts it again.").startswith("It")
    assert led_to("A door is open.", "A window has been shut, and stays shut.").startswith("A win")
    for each in ("So it is.", "For each of them, one.", "The two are equal.", "Then a 1 comes."):
        assert sentences.leans(each)
    for each in ("So that a door opens, push.", "In this picture, a door.", "Bits are numbers."):
        assert not sentences.leans(each)


def test_a_marked_sentence_that_wants_another_is_shown_with_it_or_not_at_all():
    long = "A door that is open, " + "and another one, " * 12 + "is seen."
    assert (
        led_to("A door opens.", "That is **open**.", "A window.")
        == "A door opens. That is **open**."
    )
    assert "**" not in led_to(
        f"{long} That is **open**.", "A window is made of glass, and of a frame of wood."
    )
    assert not sentences.is_marked("It reads **7** lines of **5** words.")


def test_a_list_is_led_to_by_its_own_paragraph():
    blocks_ = [Cell("print(1)", "1"), Text("prose", "It is one. The second is two, and no more.")]
    (section,) = rule.sections([*blocks_, Text("prose", "Three layers:"), Text("list", "* a\n* b")])
    assert section.slides[-1].parts[0].text == "Three layers:"


def test_an_answer_keeps_no_sentence_that_leads_on_to_the_next_slide():
    for more, shown in (
        ("Below, a slider moves it.", "It is two."),
        ("Why is that so?", "It is two."),
        ("A third would be one too many.", "It is two. A third would be one too many."),
    ):
        given = [Text("prompt", "How many?"), Cell("print(2)", "2")]
        (slide,) = rule.sections([*given, Text("prose", f"It is two. {more}")])[0].slides
        assert slide.parts[-1].text == shown and slide.notes[-1].endswith(more)


def test_a_common_mistake_that_ends_with_a_colon_shares_a_slide_with_its_list():
    for end, slides in ((":", 1), (".", 2)):
        told = Text("prose", f"**A common mistake.** A door is left open{end}")
        made = rule.sections([Text("heading", "## A"), told, Text("list", "* cold\n* wet")])[-1]
        assert len(made.slides) == slides
        assert made.slides[-1].parts[-1].items == ("cold", "wet")
        assert told.source in made.slides[0].notes


def test_answers_that_wait_for_a_key_leave_their_marks_on_the_slide():
    given = [Text("prose", "**Try it.**"), Text("list", "1. A?"), Text("answers", "1. B.\n2. C.")]
    page = write.page("a", rule.sections(given))
    for each in ("B.", "C."):
        assert f'<li><span class="fragment">{each}</span></li>' in page
    assert "<li>A?</li>" in page


def test_a_short_cell_of_a_table_is_not_broken():
    table = "| key | what it does |\n|---|---|\n| **(0.6, 0.8)** | it opens the door at night |"
    page = write.page("a", rule.sections([Text("table", table)]))
    assert "<td class=short><strong>(0.6, 0.8)</strong></td>" in page
    assert "<td>it opens the door at night</td>" in page
    assert ".short { white-space: nowrap; }" in (script.IN_DECK / "deck.css").read_text("utf-8")


def test_a_caption_takes_no_second_line_from_a_picture_with_small_letters():
    said = "The rooms of a house follow one another, so open the doors in their order."
    for letters, first in ((13, "Those"), (16, "The rooms")):
        drawn = f'<svg width="600" height="500"><text font-size="{letters}">a</text></svg>'
        html = f'<img src="data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}">'
        told = Text("prose", f"{said} Those at the back of the house are shut at night.")
        (section,) = rule.sections([told, Cell("show()", pictures=(html,))])
        assert section.slides[-1].parts[0].text.startswith(first)


def test_what_a_page_folds_away_is_said_in_the_notes_and_only_answers_wait_for_a_key():
    fold = "<details><summary>{}</summary>\n\nOf it:\n\n* one\n* two\n\n</details>\n\nAfter it."
    for summary, kinds in (("Answers", ["aside", "answers"]), ("How it was", ["aside", "aside"])):
        assert [each.kind for each in blocks.texts(fold.format(summary))] == [*kinds, "prose"]
    for name in NAMES:
        said = "\n".join(note for slide in slides_of(name) for note in slide.notes)
        asides = [each.source for each in read(name) if getattr(each, "kind", "") == "aside"]
        assert all(each in said for each in asides)
    (slide,) = rule.sections([Text("prose", "A."), Text("aside", "B."), Text("list", "* c")])[
        0
    ].slides
    assert "B." in slide.notes and "B." not in list(words_of(slide))


def test_only_python_is_coloured_as_python():
    shown = [Text("fence", "```text\nis it <in>\n```"), Text("fence", "```python\nx in y\n```")]
    page = write.page("a", rule.sections(shown))
    assert "<code>is it &lt;in&gt;</code>" in page and '<span class="ow">in</span>' in page


def test_formulas_have_the_pictures_colours_on_a_dark_slide():
    used = {each for name in NAMES for each in re.findall(r"textcolor{(#\w+)}", str(read(name)))}
    sheet = (script.IN_DECK / "deck.css").read_text(encoding="utf-8")
    rules = dict(re.findall(r'\[data-theme="dark"\] \[fill="(#\w+)"\] { fill: (#\w+); ', sheet))
    assert set(rules) == used and set(rules.values()) == {theme.DARK[gate] for gate in "ifgo"}


def test_a_number_that_answers_is_no_list():
    kinds = [each.kind for each in blocks.texts("173. So it is.\n\nThen:\n\n1. One.")]
    assert kinds == ["prose", "prose", "list"]
    slide = Slide("words", "", (Words("173. So it is."),), ("173. So it is.", "1. One.\n2. Two."))
    page = write.page("a", [Section("", (slide,))])
    assert page.count("<p>173. So it is.</p>") == 2 and page.count("<li>") == 2


class Page(HTMLParser):
    """Finds what a page loads and links to."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found += [value for key, value in attrs if key in ("src", "href") and value]


@pytest.fixture(scope="module")
def brought(tmp_path_factory):
    """Other people's packages, each file a word long: nothing is fetched."""
    folder = tmp_path_factory.mktemp("vendored")
    for package in (vendored.REVEAL, vendored.MATHJAX, vendored.PYODIDE):
        for name in package.files:
            path = folder / package.name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("theirs", encoding="utf-8")
    return folder


@pytest.fixture
def build(brought, monkeypatch):
    monkeypatch.setattr(vendored, "bring", lambda package, cache: brought / package.name)
    return lambda name, folder: builder.build(CLONE, subject.deck(name), folder)


def test_a_deck_has_all_that_it_loads_and_nothing_from_elsewhere(build, tmp_path):
    build("1", tmp_path / "deck")
    page = (tmp_path / "deck" / "index.html").read_text(encoding="utf-8")
    for address in Page(page).found:
        assert address.startswith("data:") or (tmp_path / "deck" / address).is_file(), address
    ours = [*script.IN_DECK.glob("*.js"), *script.IN_DECK.glob("*.css")]
    for text in [path.read_text(encoding="utf-8") for path in ours]:
        assert set(re.findall(r"https?://[^\"'/)]*", text)) <= {"https://files.invalid"}
    assert page.count('<aside class="notes">') == page.count('<div class="slide ')


def unpacked(deck):
    """Return what the deck hands to Python: the files of the course, by their names."""
    told = (deck / "static" / "python.js").read_text(encoding="utf-8")
    files = json.loads(told.removeprefix("window.pythonFiles = ").removesuffix(";\n"))
    with zipfile.ZipFile(io.BytesIO(b64decode(files["course.zip"]))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_draws_is_in_a_deck_and_nothing_that_judges(build, tmp_path):
    build("1", tmp_path / "deck")
    files = unpacked(tmp_path / "deck")
    held = "\n".join(data.decode("utf-8", "replace") for data in files.values())
    assert "BEGIN SOLUTION" not in held
    assert not [name for name in files if "exercises" in name or "judge" in name]
    for name, data in files.items():
        path = tmp_path / "held" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    lines = [
        "import sys",
        "sys.modules.update(dict.fromkeys(('torch', 'numpy', 'matplotlib', 'IPython')))",
        "from draw import draw",
        f"assert all(draw(name, '{{}}', 'null') for name in {list(explorers.__all__)})",
        "assert not [name for name in sys.modules if 'exercises' in name]",
    ]
    done = subprocess.run(
        [sys.executable, "-P", "-c", "\n".join(lines)],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "held"), "PYTHONNOUSERSITE": "1"},
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_no_solution_is_on_a_slide_or_in_its_notes():
    solutions = set()
    for path in (CLONE / "exercises" / "source").glob("*.py"):
        for text in re.findall(r"### BEGIN SOLUTION\n(.*?)### END", path.read_text("utf-8"), re.S):
            solutions |= {line.strip() for line in text.splitlines() if len(line.strip()) > 40}
    assert len(solutions) > 60
    for name in NAMES:
        said = "\n".join(text for slide in slides_of(name) for text in words_of(slide))
        assert not [each for each in solutions if each in said]
    longest = subject.sections(CLONE, subject.deck(ROUTES[-1].name))
    said = "\n".join(text for each in longest for slide in each.slides for text in slide.notes)
    assert "**Where the room gets stuck**" in said
    assert not [each for each in solutions if each in said]


def test_only_what_this_command_made_is_made_anew(build, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "talk.html").write_text("mine", encoding="utf-8")
    with pytest.raises(Failure, match="not a folder that this command made"):
        build("3", own)
    with pytest.raises(Failure, match="not a folder that this command made"):
        build("3", own / "talk.html")
    assert [path.name for path in own.iterdir()] == ["talk.html"]
    build("3", tmp_path / "deck")
    build("4", tmp_path / "deck")
    page = tmp_path / "deck" / "index.html"
    assert "Unrolling in time" in page.read_text(encoding="utf-8")
    (tmp_path / "deck" / "my_notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Failure, match="my_notes.txt is not as this command made it"):
        build("3", tmp_path / "deck")
    (tmp_path / "deck" / "my_notes.txt").unlink()
    page.write_text("mine", encoding="utf-8")
    with pytest.raises(Failure, match="index.html is not as this command made it"):
        build("3", tmp_path / "deck")
    assert page.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("asked", ["21", "", "gates", "../03_the_cell_by_hand", "０3"])
def test_what_is_no_lesson_is_told_so(asked):
    with pytest.raises(Failure, match="There is no lesson and no route"):
        subject.deck(asked)


def test_a_lesson_is_found_by_its_number_or_name():
    assert {subject.deck(each).name for each in ("0", "00", "00_start_here")} == {"00_start_here"}


each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)


@each_route
def test_a_route_shows_its_sections_breaks_and_exercises_and_no_others(route):
    made = subject.sections(CLONE, subject.deck(route.name))
    slides = [slide for section in made for slide in section.slides]
    shown = [part for part in route.parts if isinstance(part, Show)]
    bare = [replace(slide, notes=()) for slide in slides]
    for part in shown:
        whole = slides_of(lesson(part.lesson).name)
        wanted = [slide for slide in whole if not part.sections or slide.section in part.sections]
        wanted = [replace(slide, notes=()) for slide in wanted]
        at = bare.index(wanted[0])
        is_there = bare[at : at + len(wanted)] == wanted
        assert is_there and wanted, part.lesson
    lessons = sum(slide.kind == "title" and "Lesson" in slide.parts[0].text for slide in slides)
    assert lessons == len(shown)
    breaks = [part.title for part in route.parts if isinstance(part, Break)]
    assert [slide.heading for slide in slides if slide.heading in breaks] == breaks
    said = "\n".join(text for slide in slides for text in words_of(slide))
    assert all(f"{number} " in said for number in route.exercises)
    for part in route.parts:
        for words in (getattr(part, "told", ""), getattr(part, "words", "")):
            assert all(each in said for each in sentences.of(words))
    timed = [slide for slide in slides if slide.notes and "of this sitting." in slide.notes[0]]
    assert len(timed) == len(route.parts)


def test_the_guide_speaks_in_the_notes():
    guide = written.of(CLONE, "01")
    made = subject.of_lesson(CLONE, lesson("01"))
    title = "\n".join(made[0].slides[0].notes)
    assert guide.board in title and guide.question in title and guide.stuck in title
    begins = {each.title: "\n".join(each.slides[0].notes) for each in made[1:]}
    for each in guide.cuts:
        assert each.say in begins[each.section] and "in a room" in begins[each.section]
    wrong = guide.wrong[0]
    (say, *_) = notes.on_exercises(CLONE, [wrong.exercise])
    assert wrong.slip in say and wrong.say in say


def test_a_page_of_the_guide_may_be_missing_and_a_broken_one_is_told(tmp_path):
    assert notes.words(tmp_path, "01") is None and notes.on_title(None) == ()
    path = written.path(tmp_path, "01")
    path.parent.mkdir(parents=True)
    path.write_text("## On the bord\n", encoding="utf-8")
    with pytest.raises(Failure, match="01_why_gates.md: expected the headings"):
        notes.words(tmp_path, "01")


def test_scripts_are_joined_only_if_no_module_is_left(tmp_path):
    assert "import " not in script.explorers().split("const PYTHON")[0]
    assert not re.search(r"^(import|export) ", script.explorers(), re.MULTILINE)
    path = tmp_path / "a.js"
    for text in ('import "./b.js";', "export default 1;", "const here = import.meta.url;"):
        path.write_text(text + "\n", encoding="utf-8")
        with pytest.raises(ValueError, match="without modules"):
            script.joined(path)


def test_every_lesson_has_a_deck_with_its_title_and_objectives():
    for name in NAMES:
        opening, *rest = subject.sections(CLONE, subject.deck(name))
        assert opening.slides[0].kind == "title" and opening.slides[1].parts[0].items
        assert sum(len(each.slides) for each in rest) >= 15


def test_the_stored_notebook_is_what_is_read():
    path = CLONE / "notebooks" / f"{NAMES[1]}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    asked = sum("**Predict.**" in "".join(cell["source"]) for cell in cells)
    assert sum(getattr(block, "kind", "") == "prompt" for block in read(NAMES[1])) == asked > 3


def test_a_port_that_is_none_is_told_before_anything_is_made(capsys, tmp_path):
    for asked in ("99999", "-1", "http"):
        with pytest.raises(SystemExit):
            command.main(["3", str(tmp_path / "deck"), "--port", asked])
        assert "expected a port from 0 to 65535" in capsys.readouterr().err
    assert not (tmp_path / "deck").exists()


def test_a_full_disk_loses_nothing(build, tmp_path, monkeypatch):
    build("3", tmp_path / "deck")
    before = (tmp_path / "deck" / "index.html").read_bytes()

    def full(made, beside):
        beside.mkdir()
        raise OSError(28, "No space left on device", str(beside))

    monkeypatch.setattr(shutil, "move", full)
    with pytest.raises(OSError, match="No space left"):
        build("4", tmp_path / "deck")
    assert (tmp_path / "deck" / "index.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["deck"]
