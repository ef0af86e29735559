"""The lint over every notebook of the course, and over notebooks that break each of its rules."""

import copy
from base64 import b64decode, b64encode
from functools import cache
from io import BytesIO

import nbformat
import notebook_rules
import pytest
from nbformat import NotebookNode
from notebook_rules import RULES, Page
from PIL import Image, PngImagePlugin

from lstm_lessons import course
from lstm_lessons.course import LESSONS, lesson
from lstm_lessons.drawing import Picture, svg
from lstm_lessons.environment.clone import Clone
from lstm_lessons.publishing import notebooks, png

ROOT = Clone.here().root
OURS = {each.name for each in (*course.LESSONS, *course.PAGES)}
PATHS = [path for path in notebooks.committed(ROOT) if path.stem in OURS]
NAMES = [path.relative_to(ROOT).as_posix() for path in PATHS]


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_notebook(path):
    page = Page.read(path, ROOT)
    problems = [
        f"{rule.__name__}: {problem}"
        for rule, kinds in RULES
        if page.kind in kinds
        for problem in rule(page)
    ]
    assert not problems, "\n".join([path.name, *problems])


def test_every_ready_lesson_has_its_notebooks():
    wanted = {f"notebooks/{each.name}.ipynb" for each in LESSONS if each.ready}
    wanted |= {f"notebooks/{each.name}.ipynb" for each in course.PAGES}
    for folder in ("exercises", "exercises/solutions"):
        wanted |= {f"{folder}/{each.name}.ipynb" for each in LESSONS if each.exercise_minutes}
    assert set(NAMES) == wanted


# --- Each rule is broken by a notebook made for it -----------------------------------------------


@pytest.fixture
def page_of(tmp_path, monkeypatch):
    """Return a maker of good pages, in a course that has three exercises."""
    monkeypatch.setattr(notebook_rules, "known_exercises", lambda: ("02.1", "03.1", "03.2"))
    return lambda kind: good(tmp_path, kind)


def code(source, count, *outputs, **metadata):
    return nbformat.v4.new_code_cell(
        source, execution_count=count, outputs=list(outputs), metadata=metadata
    )


def shown(text="1", **data):
    return nbformat.v4.new_output("display_data", data={"text/plain": text, **data})


def picture(alt="A curve that falls.", text="f = 0.5", image=None):
    """Return a picture as the build stores it, with another alternative text or PNG."""
    made, words = copy.deepcopy(built(text))
    made.data["text/plain"] = alt
    if image is not None:
        made.data["image/png"] = b64encode(image).decode()
    return [made, words]


@cache
def built(text):
    root = svg.panel(60, 40)
    svg.label(root, 30, 25, text)
    kept = Picture(svg.write(root), "A curve that falls.").in_file
    cell = code("picture", 1, nbformat.v4.new_output("display_data", kept))
    png.add(NotebookNode(cells=[cell]))
    return cell.outputs


def redrawn(change):
    """Return the PNG of a picture as changed, with what it says of its SVG."""
    image = Image.open(BytesIO(b64decode(built("f = 0.5")[0].data["image/png"])))
    remark, out = PngImagePlugin.PngInfo(), BytesIO()
    remark.add_text(png.DRAWN_FROM, image.info[png.DRAWN_FROM])
    change(image.convert("RGB")).save(out, "PNG", pnginfo=remark)
    return out.getvalue()


def pictured(change):
    return lambda page: page.code[1].update(outputs=change())


def without_png():
    made, words = picture()
    del made.data["image/png"]
    return [made, words]


def said_to_be(**size):
    made, words = picture()
    made.metadata["image/png"].update(size)
    return [made, words]


def good(tmp_path, kind):
    """Return a page of this kind that breaks no rule."""
    markdown = nbformat.v4.new_markdown_cell
    which = course.PAGES[0] if kind == "page" else lesson("03")
    name = which.name
    cells = [markdown(notebooks.opening(which, kind))]
    if kind in ("lesson", "page"):
        printing = nbformat.v4.new_output("stream", name="stdout", text="1\n")
        cells += [
            markdown("## Part\n\nSome words."),
            code("print(1)", 1, printing),
            code("picture", 2, *picture()),
            markdown("**Try it.**\n\n1. Which one moves?"),
            code("picture", 3, *picture()),
            markdown("<details><summary>Answers</summary>\n\n1. This one.\n\n</details>"),
            markdown("Words.\n\n**Predict.** What comes out?"),
            code("picture", 4, *picture()),
            *(markdown(f"## Part {number}\n\nSome words.") for number in range(9)),
            markdown(
                "## What we have seen\n\n* All. Go on with [the exercises](#What-we-have-seen)"
            ),
        ]
    else:
        word = "Correct" if kind == "solutions" else "Not attempted"
        cells += [markdown("## Exercise 03.1\n\nWrite it.")]
        for count, number in enumerate(("03.1", "03.2"), 1):
            text = f"○ Exercise {number} · {word}\nA message."
            cells.append(code(f'exercise("{number}").check(answer)', count, shown(text)))
    path = tmp_path / notebooks.FOLDERS[kind] / f"{name}.ipynb"
    for folder in (*notebooks.FOLDERS.values(), "exercises/source"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    for neighbour in (name, lesson("02").name):
        (tmp_path / "notebooks" / f"{neighbour}.ipynb").write_text("")
    source = "def cell(x):\n    ### BEGIN SOLUTION\n    return secret(x)\n    ### END SOLUTION\n"
    (tmp_path / "exercises/source" / f"{name}.py").write_text(f"# %%\n{source}", "utf-8")
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata = NotebookNode(
        kernelspec={"name": "python3", "display_name": "", "language": "python"},
        language_info={"name": "python"},
    )
    nbformat.write(notebook, path)
    return Page.read(path, tmp_path)


def broken_rules(page):
    return {
        rule.__name__
        for rule, kinds in RULES
        if page.kind in kinds and any(True for _ in rule(page))
    }


@pytest.mark.parametrize("kind", list(notebooks.FOLDERS))
def test_a_good_notebook_breaks_no_rule(page_of, kind):
    page = page_of(kind)
    assert [problem for rule, kinds in RULES if kind in kinds for problem in rule(page)] == []


def prose(number=1, **changes):
    return lambda page: page.prose[number].update(changes)


def cell(number=0, **changes):
    return lambda page: page.code[number].update(changes)


def output(**changes):
    return lambda page: page.code[0].outputs[0].update(changes)


def printed(text):
    return output(text=text)


def displayed(**data):
    data = {name.replace("__", "/").replace("_", "+"): value for name, value in data.items()}
    return lambda page: page.code[1].outputs.__setitem__(0, shown(**data))


def insert(page, *cells, at=1):
    page.cells[at:at] = cells


def excuse(tag="nbval-ignore-output", source="print(1)", count=1):
    def change(page):
        for number in range(count):
            metadata = {"tags": [tag]} if tag else {}
            page.cells.insert(-1, code(source, 3 + number, shown(), **metadata))

    return change


def with_metadata(**metadata):
    return lambda page: page.notebook.metadata.update(metadata)


def fail(page):
    page.code[0].outputs = [
        nbformat.v4.new_output("error", ename="KeyError", evalue="'x'", traceback=[])
    ]


def lines(count):
    return "\n\n".join(["x = 1"] * count)


def without_pictures(*numbers):
    def change(page):
        for number in numbers:
            page.code[number].outputs.clear()

    return change


# the rule, the kind of notebook, what breaks it
BREAKS = [
    ("opens_with_the_course", "lesson", prose(0, source="# Lesson 3")),
    ("opens_with_the_course", "page", prose(0, source="# The map")),
    ("opens_with_the_course", "exercises", lambda page: page.cells.pop(0)),
    ("closes_with_what_we_have_seen", "lesson", lambda page: page.cells.pop()),
    ("closes_with_what_we_have_seen", "lesson", lambda page: insert(page, code("1", 3), at=99)),
    ("nothing_is_left_to_be_filled_in", "lesson", prose(source="TODO: say why.")),
    ("code_is_short_enough_to_be_read", "lesson", cell(source=lines(16))),
    ("code_is_short_enough_to_be_read", "lesson", lambda page: [
        each.update(source=lines(7)) for each in page.code]),
    ("code_is_narrow_enough_for_paper", "lesson", cell(source=f"x = 1  # {'o' * 72}")),
    ("code_is_narrow_enough_for_paper", "page", cell(source=f"x = 1\nx = {'1' * 77}")),
    ("code_is_narrow_enough_for_paper", "exercises", cell(1, source=f"x = {'1' * 77}")),
    ("every_column_of_a_table_has_a_head", "lesson", prose(
        source="| | b |\n|---|---|\n| a | 1 |")),
    ("no_sentence_is_taken_for_a_list", "lesson", prose(source="173. So it is.")),
    ("no_sentence_is_taken_for_a_list", "lesson", prose(source="1. One\n2. Two\n\n173. So it is.")),
    ("a_prompt_asks_one_thing_and_the_next_cell_answers", "lesson", prose(
        4, source="**Predict.** What comes out? And what stays?")),
    ("a_prompt_asks_one_thing_and_the_next_cell_answers", "lesson", prose(
        4, source="**Predict.** Say what comes out.")),
    ("a_prompt_asks_one_thing_and_the_next_cell_answers", "lesson", prose(
        4, source="**Predict.** What comes out?\n\nIt is 3.")),
    ("a_prompt_asks_one_thing_and_the_next_cell_answers", "lesson", prose(
        4, source="**Predict.** What?\n\n**Predict.** What else?")),
    ("a_prompt_asks_one_thing_and_the_next_cell_answers", "lesson", lambda page: page.cells.insert(
        8, nbformat.v4.new_markdown_cell("It is 3."))),
    ("a_prompt_asks_one_thing_and_the_next_cell_answers", "lesson", lambda page: page.cells.insert(
        8, code("x = 1", 9))),
    ("tasks_at_a_picture_have_their_answers_in_a_fold", "lesson", prose(3, source="This one.")),
    ("pictures_come_early_and_often", "lesson", without_pictures(1)),
    ("pictures_come_early_and_often", "lesson", lambda page: [
        page.cells.insert(1, nbformat.v4.new_markdown_cell("Words.")) for _ in range(9)]),
    ("headings_step_down_one_at_a_time", "lesson", prose(source="#### Deep")),
    ("links_lead_somewhere", "lesson", prose(source="[a](04_unrolling.ipynb)")),
    ("links_lead_somewhere", "lesson", prose(source="[a](#No-such-heading)")),
    ("links_lead_somewhere", "lesson", displayed(text__html="<a href='nowhere.html'>a</a>")),
    ("links_lead_somewhere", "solutions", prose(source="[a](../notebooks/03_the_cell.ipynb)")),
    ("exercises_that_are_named_exist", "lesson", prose(source="Do exercise 03.99.")),
    ("exercises_that_are_named_exist", "lesson", cell(source='exercise("99.1").hint()')),
    ("every_exercise_of_the_lesson_is_checked", "exercises", lambda page: page.cells.pop()),
    ("says_not_attempted", "exercises", lambda page: page.code[0].outputs.clear()),
    ("says_not_attempted", "exercises", lambda page: page.cells.__delitem__(slice(2, None))),
    ("says_correct", "solutions", lambda page: page.code[0].update(
        outputs=[shown("✗ Exercise 03.1 · Not right yet\nCorrect it.")])),
    ("gives_no_solution_away", "exercises", prose(source="### BEGIN SOLUTION")),
    ("gives_no_solution_away", "exercises", cell(source="return secret(x)")),
    ("gives_no_solution_away", "exercises", lambda page: page.code[0].outputs.append(
        shown("use return secret(x)"))),
    ("every_picture_says_what_it_shows", "lesson", lambda page: page.code[1].update(
        outputs=picture(alt=""))),
    ("every_picture_says_what_it_shows", "lesson", lambda page: page.code[1].update(
        outputs=picture(alt="No description has been provided for this image"))),
    ("every_picture_says_what_it_shows", "lesson", pictured(lambda: picture()[:1])),
    ("every_picture_says_what_it_shows", "lesson", prose(source="![](#What-we-have-seen)")),
    ("every_picture_says_what_it_shows", "lesson", prose(source="<img src='data:,'>")),
    ("pictures_are_kept_in_their_own_form", "lesson", displayed(text__html="<img alt='A'>")),
    ("pictures_are_kept_in_their_own_form", "lesson", displayed(text__html="<svg></svg>")),
    ("every_picture_has_a_png", "lesson", pictured(without_png)),
    ("every_picture_has_a_png", "page", pictured(lambda: picture(image=b"aaaa"))),
    ("every_picture_has_a_png", "lesson", pictured(lambda: picture(
        image=b64decode(built("another")[0].data["image/png"])))),
    ("every_picture_has_a_png", "lesson", pictured(lambda: said_to_be(width=61))),
    ("every_picture_has_a_png", "lesson", pictured(lambda: picture(
        image=redrawn(lambda image: image.resize((120, 90)))))),
    ("every_picture_has_a_png", "lesson", pictured(lambda: picture(
        image=redrawn(lambda image: Image.new("RGB", image.size, "white"))))),
    ("outputs_are_of_a_kind_that_is_compared", "lesson", displayed(image__png="aaaa")),
    ("outputs_are_of_a_kind_that_is_compared", "lesson", displayed(image__svg_xml="<svg/>")),
    ("widgets_have_a_picture", "lesson", displayed(text="VBox(children=(IntSlider(value=0),))")),
    ("widgets_have_a_picture", "lesson", displayed(text="IntSlider(value=0)")),
    ("every_cell_was_run_in_order", "lesson", cell(execution_count=None)),
    ("every_cell_was_run_in_order", "exercises", cell(execution_count=5)),
    ("every_cell_was_run_in_order", "lesson", lambda page: insert(page, code("1", 1))),
    ("cells_that_print_have_outputs", "lesson", cell(outputs=[])),
    ("cells_that_print_have_outputs", "solutions", lambda page: [
        each.update(outputs=[]) for each in page.code]),
    ("outputs_are_free_of_noise", "lesson", printed("/home/someone/lstm/a.py")),
    ("outputs_are_free_of_noise", "lesson", printed("in /tmp/a")),
    ("outputs_are_free_of_noise", "lesson", printed(r"C:\Users\someone")),
    ("outputs_are_free_of_noise", "lesson", printed("lib/python3.12/site-packages/torch")),
    ("outputs_are_free_of_noise", "lesson", printed("<function f at 0x7f3887129e50>")),
    ("outputs_are_free_of_noise", "lesson", printed("UserWarning: beware")),
    ("outputs_are_free_of_noise", "lesson", output(name="stderr")),
    ("outputs_are_free_of_noise", "lesson", lambda page: page.code[1].update(
        outputs=picture(text="/root/a.png"))),
    ("errors_are_expected", "lesson", fail),
    ("errors_are_expected", "lesson", cell(metadata=NotebookNode(tags=["raises-exception"]))),
    ("excuses_are_few_and_have_reasons", "lesson", excuse()),
    ("excuses_are_few_and_have_reasons", "lesson", excuse(tag="nbval-skip")),
    ("excuses_are_few_and_have_reasons", "lesson", excuse(
        tag=None, source="# NBVAL_IGNORE_OUTPUT")),
    ("excuses_are_few_and_have_reasons", "lesson", excuse(
        source="# differs between machines: time\nprint(1)", count=3)),
    ("holds_nothing_of_the_session", "lesson", with_metadata(widgets={})),
    ("holds_nothing_of_the_session", "lesson", with_metadata(kernelspec={"name": "mine"})),
    ("holds_nothing_of_the_session", "lesson", with_metadata(
        language_info={"version": "3.11.2"})),
    ("holds_nothing_of_the_session", "lesson", cell(metadata=NotebookNode(execution={}))),
    ("cells_have_ids_of_their_own", "lesson", lambda page: page.cells[1].update(
        id=page.cells[0].id)),
    ("cells_have_ids_of_their_own", "lesson", lambda page: page.cells[1].pop("id")),
    ("is_small", "lesson", lambda page: page.path.write_bytes(b" " * 350_001)),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(BREAKS)), ids=lambda n: f"{n}-{BREAKS[n][0]}")
def test_each_rule_can_be_broken(page_of, number):
    name, kind, change = BREAKS[number]
    page = page_of(kind)
    change(page)
    assert name in broken_rules(page)


def test_no_rule_is_without_a_notebook_that_breaks_it():
    assert {name for name, _, _ in BREAKS} == {rule.__name__ for rule, _ in RULES}


@pytest.mark.parametrize("kind", list(notebooks.FOLDERS))
def test_a_line_of_code_may_have_eighty_characters(page_of, kind):
    page = page_of(kind)
    page.code[0].update(source=f"x = {'1' * 76}")
    assert "code_is_narrow_enough_for_paper" not in broken_rules(page)


@pytest.mark.parametrize("number", range(3))
def test_a_lesson_may_be_as_long_as_its_form_allows(page_of, number):
    page = page_of("lesson")
    page.code[number].update(source=lines(15))
    assert "code_is_short_enough_to_be_read" not in broken_rules(page)


def test_an_excuse_with_a_reason_is_accepted(page_of):
    page = page_of("lesson")
    excuse(source="# differs between machines: it is a time\nprint(1)", count=2)(page)
    assert "excuses_are_few_and_have_reasons" not in broken_rules(page)
