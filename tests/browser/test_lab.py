"""The course in a real JupyterLab, in a real browser: what a learner sees, clicks and drags.

All in one module, so that one worker of pytest-xdist runs them with one server and one browser.

JupyterLab is opened once, by the command that a learner types, and one kernel serves all. What is
drawn on all pages stands in two notebooks of the tests: one that nobody has trusted holds every
output with a picture, one is made of the cells that call an explorer, and is run. Prose, code and
other outputs are JupyterLab's part, and running a notebook is nbval's. What every explorer has
from `Explorer` (keys, mouse, names, focus) is proven on two of them, which have every kind of
control. What a picture says is held against torch without a browser; here it is shown.
"""

import importlib
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from matplotlib.image import imread
from playwright.sync_api import Locator, Page
from settings import meetings

from lstm_lessons import explorers
from lstm_lessons.explorers.base import Explorer
from lstm_lessons.explorers.heard import news
from lstm_lessons.publishing.kept_pictures import on_page

from . import toy
from .page import SHOWN, LabPage, NotebookPage, save, source_of
from .server import CLONE, LearnersLab
from .subject import CALL, Subject, kind, options

pytestmark = pytest.mark.browser

# These two have every kind of slider and choice, and both ways of laying them out; the toy has what
# few explorers have: a line to type, presets and play. A test below says so.
MECHANICS = ("forget_gate", "lstm_map")
TOY = "toy"
FIRST = "notebooks/00_start_here.ipynb"
LESSONS = sorted(path.name for path in (CLONE / "notebooks").glob("*.ipynb"))
EXERCISES = sorted(path.name for path in (CLONE / "exercises").glob("*.ipynb"))
COURSE = [
    *(f"notebooks/{name}" for name in LESSONS),
    *(f"exercises/{name}" for name in EXERCISES),
]
GALLERY = "gallery.ipynb"
PICTURED = re.compile(r"<img|<svg|!\[")  # in prose
# Of all pictures, and of all explorers, screenshots are kept where a folder for them is named.
PEOPLE_LOOK = "LSTM_LESSONS_ARTEFACTS" in os.environ
# What JupyterLab and nbconvert write where a picture has no alternative text.
STOPGAPS = ("Image", "No description has been provided for this image")


def stored_cells(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook's file."""
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def images(cells: list[dict[str, Any]]) -> int:
    """Return how many pictures the outputs of cells hold."""
    outputs = (output for cell in cells for output in on_page(cell.get("outputs", [])))
    return sum("<img" in "".join(output.get("data", {}).get("text/html", "")) for output in outputs)


@contextmanager
def opened(lab_page: LabPage, lab: LearnersLab, path: str) -> Iterator[NotebookPage]:
    """Open a notebook of the server's, alone, with the kernel that serves all of them."""
    yield lab_page.open(path, len(stored_cells(lab.root / path)))
    lab_page.empty_kernel()
    lab_page.close_notebooks()


def check_pictures(pictures: list[dict[str, Any]]) -> int:
    """Require that each picture is there and has alternative text; return how many are images."""
    for picture in pictures:
        assert picture["kind"] in ("img", "svg"), picture
        assert picture["width"] > 0, f"a picture that is not shown: {picture}"
        name = (picture["name"] or "").strip()
        assert name and name not in STOPGAPS, f"a picture without alternative text: {picture}"
    return sum(picture["kind"] == "img" for picture in pictures)


def failures(cells: list[dict[str, Any]]) -> list[str]:
    """Return what went wrong in the cells of a notebook that was run."""
    wrong = []
    for number, cell in enumerate(cells, 1):
        if cell["cell_type"] != "code" or not "".join(cell["source"]).strip():
            continue
        expected = "raises-exception" in cell["metadata"].get("tags", ())
        for output in cell["outputs"]:
            if output["output_type"] == "error" and not expected:
                wrong.append(f"cell {number}: {output['ename']}: {output['evalue']}")
        if cell["execution_count"] is None:
            wrong.append(f"cell {number} was not run")
    return wrong


# The command that a learner types


def names_shown(page: Page) -> list[str]:
    """Return the names on the tabs of the documents that are in front."""
    return page.locator(".jp-mod-current .lm-TabBar-tabLabel").all_inner_texts()


def test_the_lab_command_opens_a_copy_of_ones_own(lab_page, lab, artefacts):
    """Without results, but for pictures, and trusted; all of it runs, and sliders work."""
    notebook = NotebookPage(lab_page, len(lab.cells(FIRST)))
    page = notebook.page
    assert "00_start_here.ipynb" in names_shown(page)
    assert notebook.is_trusted()
    outputs = page.locator(f"{SHOWN} .jp-OutputArea-output")
    pictures = images(stored_cells(lab.root / FIRST))
    assert outputs.count() == check_pictures(notebook.pictures()) == pictures > 0
    result = page.locator(f"{SHOWN} .jp-RenderedText", has_text="shape: (24, 10, 100)")
    assert result.count() == 0
    save(page.locator("#jp-main-dock-panel"), artefacts / "00-copy-of-ones-own.png")
    notebook.run()
    assert failures(notebook.cells()) == []
    assert result.count() == 1
    subject = Subject("in_and_out", notebook)
    subject.move("seq_len", "End", subject.sliders()["seq_len"].max)
    assert notebook.complaints == []


_NEWS = """async () => (await jupyterapp.serviceManager.settings.fetch(
  '@jupyterlab/apputils-extension:notification')).schema.properties.fetchNews.default"""


def test_nobody_is_asked_whether_to_fetch_news(lab_page):
    """By no setting of the tests, but by the command's own; a user's own setting would count."""
    page = lab_page.page
    page.evaluate("jupyterapp.restored")
    page.wait_for_timeout(1000)
    assert page.evaluate(_NEWS) == "false"
    assert page.get_by_text("notified about official Jupyter news").count() == 0


# Exercises


TODO = "raise NotImplementedError  # your code here"
SOLUTIONS = CLONE / "exercises/solutions"
ANSWERED = "04_unrolling_in_time.ipynb"
MISTAKE = "return x, x"  # in exercise 04.1


def test_a_lesson_leads_to_its_exercises_which_tell_right_from_wrong(lab_page, lab, artefacts):
    """One exercise stands for all: what is said is the package's, and is proven there."""
    path = f"exercises/{ANSWERED}"
    cells = [source_of(cell) for cell in stored_cells(lab.root / path)]
    solved = [source_of(cell) for cell in stored_cells(SOLUTIONS / ANSWERED)]
    imports = next(index for index, cell in enumerate(cells) if "import" in cell)
    check = next(index for index, cell in enumerate(cells) if '"04.1").check(' in cell)
    answer = max(index for index in range(check + 1) if cells[index] != solved[index])
    assert TODO in cells[answer]
    links = [cell for cell in stored_cells(lab.root / f"notebooks/{ANSWERED}") if leads(cell, path)]
    lab.write("notebooks/links.ipynb", [nbformat.from_dict(cell) for cell in links])
    with opened(lab_page, lab, "notebooks/links.ipynb") as lesson:
        lesson.page.get_by_role("link", name="04 Unrolling in time").click()
        lesson.page.wait_for_function(
            "path => jupyterapp.shell.currentWidget.context?.path === path", arg=path
        )
        notebook = NotebookPage(lab_page, len(cells))
        for index in (imports, answer, check):  # nbval runs them all
            notebook.run_cell(index)
        assert "Not attempted" in verdict(notebook, check)
        notebook.replace_cell(answer, cells[answer].replace(TODO, MISTAKE))
        notebook.run_cell(check)
        assert "Not right yet" in verdict(notebook, check)
        save(notebook.cell(check), artefacts / "exercise-wrong.png")
        notebook.replace_cell(answer, solved[answer])
        notebook.run_cell(check)
        assert "Correct" in verdict(notebook, check)
        save(notebook.cell(check), artefacts / "exercise-right.png")
        check_pictures(notebook.pictures())
        assert notebook.complaints == []


def leads(cell: dict[str, Any], path: str) -> bool:
    """Return whether a cell of a lesson has a link to a page."""
    return cell["cell_type"] == "markdown" and f"(../{path})" in "".join(cell["source"])


def verdict(notebook: NotebookPage, index: int) -> str:
    """Return what stands under a cell, as the reader sees it."""
    return notebook.cell(index).locator(".jp-OutputArea-output").last.inner_text()


# What is drawn on all pages


def drawn_cells() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield page and cell for all cells that show a picture, of prose or of an output."""
    for page in COURSE:
        for cell in stored_cells(CLONE / page):
            prose = cell["cell_type"] == "markdown" and PICTURED.search("".join(cell["source"]))
            if prose or images([cell]):
                yield page, cell


def as_shown(page: str, cell: dict[str, Any]) -> nbformat.NotebookNode:
    """Return a cell with the output of this one as copies have it, and a line for its code."""
    if cell["cell_type"] == "markdown":
        return nbformat.from_dict(cell)
    return nbformat.from_dict(cell | {"source": f"# {page}", "outputs": on_page(cell["outputs"])})


@pytest.fixture(scope="module")
def gallery(lab_page, lab) -> Iterator[NotebookPage]:
    """All that is drawn on all pages, on one that nobody has trusted; none of it is run."""
    lab.write(GALLERY, [as_shown(*each) for each in drawn_cells()])
    with opened(lab_page, lab, GALLERY) as notebook:
        yield notebook


def test_a_page_that_nobody_has_trusted_shows_its_pictures(gallery):
    assert not gallery.is_trusted()
    assert check_pictures(gallery.pictures()) >= images([cell for _, cell in drawn_cells()]) > 0
    assert gallery.complaints == []


def test_pictures_follow_the_theme(gallery, artefacts):
    names = [page for page, cell in drawn_cells() for _ in range(images([cell]))]
    dark, light = (
        gallery.looks(each == "dark", picture_files(names, each, artefacts))
        for each in ("dark", "light")
    )
    assert len(dark) == len(names)
    unmoved = [name for name, *looks in zip(names, dark, light, strict=True) if len({*looks}) < 2]
    assert unmoved == [], "these have pictures that do not follow"


def picture_files(pages: list[str], theme: str, folder: Path) -> list[Path]:
    """Return the files to keep the pictures of pages in, if anybody wants to look at them."""
    if not PEOPLE_LOOK:
        return []
    short = [page.removeprefix("notebooks/").replace("/", "-").partition("_")[0] for page in pages]
    return [
        folder / f"{name}-picture-{short[: at + 1].count(name)}-{theme}.png"
        for at, name in enumerate(short)
    ]


def test_a_trusted_lesson_not_yet_run_shows_its_pictures(lab_page, lab):
    """One for all: what JupyterLab does with what it trusts is the same everywhere."""
    cells = [as_shown(page, cell) for page, cell in drawn_cells() if page == FIRST]
    lab.write("signed.ipynb", cells, trusted=True)
    with opened(lab_page, lab, "signed.ipynb") as notebook:
        assert notebook.is_trusted()
        assert check_pictures(notebook.pictures()) >= images(cells) > 0
        assert notebook.page.get_by_text("Error displaying widget").count() == 0
        assert notebook.complaints == []


# All explorers, as the lessons call them


def calls() -> dict[str, list[dict[str, Any]]]:
    """Return the cells of all pages that call an explorer, by its name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for cell in chain.from_iterable(stored_cells(CLONE / page) for page in COURSE):
        for name in CALL.findall(source_of(cell)):
            found.setdefault(name, []).append(cell)
    return found


def test_every_explorer_stands_in_one_lesson_and_shows_there_before_it_is_run():
    """All pages where one stands show the same, the picture of its start."""
    assert sorted(calls()) == sorted(explorers.__all__)
    for name, cells in calls().items():
        start = getattr(explorers, name)().picture.image
        for cell in cells:
            shown = ["".join(output["data"]["text/html"]) for output in on_page(cell["outputs"])]
            assert shown == [start], name


@pytest.fixture(scope="module")
def bench(lab_page, lab) -> Iterator[NotebookPage]:
    """A page with a picture, every explorer as its lesson calls it, and the toy; all are run."""
    new = nbformat.v4.new_code_cell
    here = str(Path(__file__).parent)
    cells = [new("from lstm_lessons import pictures\n\npictures.loop()")]
    cells += [new(source_of(each[0])) for each in calls().values()]
    cells += [new(f"import sys; sys.path.append({here!r}); import toy\n\ntoy.toy()")]
    lab.write("bench.ipynb", cells)
    with opened(lab_page, lab, "bench.ipynb") as page:
        page.run()
        yield page


@pytest.fixture(scope="module")
def standing(bench) -> Callable[[str], Subject]:
    """What gives an explorer as it stands on the page, by its name."""
    return cache(partial(Subject, notebook=bench))


@pytest.fixture
def subject(standing, request) -> Subject:
    """An explorer as the tests before have left it."""
    return standing(request.param)


@pytest.fixture
def typed(standing) -> Subject:
    """The toy as the tests before have left it."""
    return standing(TOY)


each_of_two = pytest.mark.parametrize("subject", MECHANICS, indirect=True)


@pytest.mark.parametrize("subject", explorers.__all__, indirect=True)
def test_it_draws_and_reacts(subject):
    subject.check_names()
    subject.move_each_once()
    assert subject.page.get_by_text("Error displaying widget").count() == 0
    assert subject.notebook.complaints == []


# What every explorer has from its class


def kinds(made: Explorer) -> set[tuple]:
    """Return the kinds of controls that an explorer has, and how they are laid out."""
    found = {kind(each) for each in made.sliders.values()}
    found |= {("presets", bool(made.presets)), ("play", made.player is not None)}
    return found | {("side by side", made.side_by_side)}


def test_these_have_every_kind_of_control_that_there_is():
    proven = [*(getattr(explorers, name)() for name in MECHANICS), toy.toy()]
    every = [getattr(explorers, name)() for name in explorers.__all__]
    assert set().union(*map(kinds, every)) <= set().union(*map(kinds, proven))


@each_of_two
def test_a_slider_of_each_kind_moves_by_keyboard(subject):
    for name, slider in subject.slider_of_each_kind().items():
        value, there, back, step = subject.values[name], "ArrowRight", "ArrowLeft", slider.step
        if value == slider.max:
            there, back, step = back, there, -step
        subject.move(name, there, value + step)
        subject.move(name, back, value)
        subject.move(name, "End", slider.max)
        subject.move(name, "Home", slider.min)
    assert subject.notebook.complaints == []


@each_of_two
def test_a_slider_of_each_kind_moves_by_mouse(subject):
    for name, slider in subject.slider_of_each_kind().items():
        label, start = slider.description, subject.values[name]
        before = subject.shown.drawn()
        high = (start - slider.min) / (slider.max - slider.min) > 0.6
        subject.shown.drag(label, 0.2 if high else 0.8)
        value = type(slider.value)(subject.shown.readout(label))
        assert value != start, f"{name} was not dragged"
        assert (value < start) == high, f"{name} went the other way"
        steps = (value - slider.min) / slider.step
        assert steps == pytest.approx(round(steps)), f"{name} stands between two steps: {value}"
        subject.expect(**{name: value})
        after = subject.shown.drawn()
        assert after["markup"] != before["markup"], f"{name} changes nothing"
        assert after["alt"] != before["alt"], f"{name} leaves the alternative text as it was"
    assert subject.notebook.complaints == []


# Of every explorer on the page: the widths of its sliders' ways, the height of its smallest text,
# and how many of its parts lie beyond the right edge of the page.
_SIZES = """() => [...document.querySelectorAll('.lstm-explorer')].map(explorer => {
  const picture = explorer.querySelector('svg[role=img]');
  const scale = picture.getBoundingClientRect().width / picture.viewBox.baseVal.width;
  const texts = [...picture.querySelectorAll('text')];
  const {right} = explorer.closest('.jp-WindowedPanel-outer').getBoundingClientRect();
  return {
    ways: [...explorer.querySelectorAll('.noUi-base')].map(way => way.clientWidth),
    text: scale * Math.min(...texts.map(text => parseFloat(getComputedStyle(text).fontSize))),
    beyond: [...explorer.querySelectorAll('.lstm-control > *, .lstm-presets > *, .lstm-drawing')]
      .filter(part => part.getBoundingClientRect().right > right).length,
  };
})"""
SMALL = [(1024, 700), (640, 400)]
"""A small laptop; and one of 1280 by 800 at a zoom of 200 %."""


@pytest.mark.parametrize("size", SMALL, ids=str)
def test_on_a_small_page_sliders_have_a_way_and_texts_can_be_read(bench, standing, size):
    for name in explorers.__all__:
        standing(name)
    before = bench.page.viewport_size
    bench.page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    try:
        bench.page.wait_for_timeout(500)  # for JupyterLab to lay its parts out
        found = bench.page.evaluate(_SIZES)
    finally:
        bench.page.set_viewport_size(before)
    assert len(found) == len(explorers.__all__) + 1
    for each in found:
        assert all(way > 60 for way in each["ways"]), found
        assert each["text"] > 9, found
        assert each["beyond"] == 0, found


_IN_SIGHT = """(part) => {
  const {top, bottom} = part.getBoundingClientRect();
  const page = part.closest('.jp-WindowedPanel-outer').getBoundingClientRect();
  return top >= page.top - 1 && bottom <= page.bottom + 1;
}"""
_TO_THE_END = "part => part.scrollIntoView({block: 'end'})"


@pytest.mark.parametrize("size", [(1280, 800), *SMALL], ids=str)
def test_a_slider_and_the_end_of_the_picture_are_in_sight_together(bench, standing, size):
    """On a page with little room, of all controls the one in hand."""
    subject = standing("lstm_map")
    handle = subject.shown.handle(subject.widgets["seq_len"].description)
    before = bench.page.viewport_size
    bench.page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    try:
        bench.page.wait_for_timeout(500)
        handle.focus()
        subject.shown.box.locator(".lstm-said").evaluate(_TO_THE_END)
        assert handle.evaluate(_IN_SIGHT)
        assert subject.shown.box.locator(".lstm-said").evaluate(_IN_SIGHT)
        bench.page.keyboard.press("ArrowLeft")
        subject.expect(seq_len=subject.values["seq_len"] - 1)
        assert handle.evaluate(_IN_SIGHT)
    finally:
        bench.page.set_viewport_size(before)


@each_of_two
def test_what_a_move_has_changed_is_heard_and_all_words_are_there_on_demand(subject):
    said = subject.shown.box.get_by_role("status")
    details = subject.shown.box.locator("details")
    details.locator("summary").press("Enter")
    for _ in range(2):
        before = subject.shown.drawn()["alt"]
        name, slider = next(iter(subject.slider_of_each_kind().items()))
        there = subject.values[name] < slider.max
        step = slider.step if there else -slider.step
        subject.move(name, "ArrowRight" if there else "ArrowLeft", subject.values[name] + step)
        words = subject.shown.drawn()["alt"]
        said.filter(has_text=news(before, words)).wait_for()
        assert details.locator("p").inner_text() == words
    details.locator("summary").press("Enter")
    assert subject.notebook.complaints == []


@each_of_two
def test_each_option_of_a_choice_shows_its_picture(subject):
    name, widget = next(iter(subject.choices().items()))
    for option, value in options(widget):
        subject.shown.choose(widget.description, option)
        subject.expect(**{name: value})
    assert subject.notebook.complaints == []


# The words of all pictures that are shown from now on.
DRAWN = """box => {
  const alt = () => box.querySelector('svg[role=img]')?.getAttribute('aria-label');
  const drawn = new Set([alt()]);
  window.courseDrawn = () => [...drawn];
  window.courseWatch?.disconnect();
  window.courseWatch = new MutationObserver(() => { if (alt()) drawn.add(alt()); });
  window.courseWatch.observe(box, {childList: true, subtree: true});
}"""


def test_a_preset_sets_all_its_controls_with_one_redraw_by_keyboard(typed):
    typed.check_names()
    for name in typed.presets:
        typed.shown.box.evaluate(DRAWN)
        before = typed.shown.drawn()["alt"]
        typed.press_preset(name)
        typed.page.wait_for_timeout(300)  # for another redraw to come, if one does
        assert typed.page.evaluate("window.courseDrawn()") == [before, typed.shown.drawn()["alt"]]
        for each, slider in typed.sliders().items():
            assert typed.shown.readout(slider.description) == typed.values[each]
        box = typed.shown.box.get_by_label("your line", exact=True)
        assert box.input_value() == typed.values["line"]
    assert typed.notebook.complaints == []


def test_play_moves_the_slider_to_its_end_and_stops_there(typed):
    """It starts where the slider stands, and from the beginning once it is at the end."""
    typed.press_preset("far")
    typed.page.wait_for_timeout(500)  # until the slider rests
    play = typed.shown.button("play or pause: step")
    play.press("Enter")
    seen = []
    for step in range(typed.widgets["step"].max + 1):
        typed.expect(step=step)
        seen.append(typed.page.evaluate("performance.now()"))
    gaps = [later - sooner for sooner, later in pairwise(seen)]
    assert sum(gaps) / len(gaps) > 300, gaps
    typed.page.wait_for_timeout(1000)
    typed.expect()  # it does not begin again
    typed.move("step", "Home", 0)
    typed.page.wait_for_timeout(500)  # until it rests
    play.press("Enter")
    typed.expect(step=2)
    play.press("Enter")
    typed.page.wait_for_timeout(1000)
    assert typed.shown.readout("step") in (2, 3)  # where it was when the key came
    typed.shown.button("back to the start: step").click()
    typed.expect(step=0)
    assert typed.notebook.complaints == []


def test_a_line_that_is_refused_stays_in_its_box_and_says_why(typed):
    box = typed.shown.box.get_by_label("your line", exact=True)
    box.fill("")
    box.press_sequentially("too long")
    typed.expect(line="too long")
    box.press_sequentially(" a line")
    said = typed.shown.box.get_by_role("alert")
    said.filter(has_text="got 15").wait_for()
    assert "your line must be 1 to 8 characters" in said.inner_text()
    assert box.input_value() == "too long a line"
    typed.move("size", "End", 20)  # the others go on
    assert box.input_value() == "too long a line"
    typed.type("line", "right")
    assert said.count() == 0
    assert typed.notebook.complaints == []


def test_each_button_shows_the_focus(typed):
    typed.page.mouse.move(0, 0)
    for button in typed.shown.box.locator(".lstm-explorer button:visible").all():
        button.evaluate("part => part.blur()")
        plain = button.evaluate(LOOK)
        button.focus()
        assert button.evaluate(LOOK) != plain, f"{button.inner_text()}: the focus cannot be seen"


@each_of_two
def test_a_slider_of_each_kind_shows_the_focus(subject):
    """As pixels, so that it does not matter by which style: a ring that is hidden is none."""
    subject.page.mouse.move(0, 0)  # a handle under the pointer looks as if it had the focus
    for slider in subject.slider_of_each_kind().values():
        handle = subject.shown.handle(slider.description)
        handle.scroll_into_view_if_needed()
        handle.evaluate("part => part.blur()")
        plain = around(handle)
        handle.focus()
        subject.page.keyboard.press("Shift")  # browsers may show the focus for the keyboard alone
        box = handle.bounding_box()
        edge = 2 * (box["width"] + box["height"])
        seen = clearly_changed(plain, around(handle))
        assert seen > edge / 2, f"{slider.description}: the focus cannot be seen"


def around(part: Locator) -> bytes:
    """Return a screenshot of a part of the page and of 6 pixels round it."""
    box = part.bounding_box()
    clip = {"x": box["x"] - 6, "y": box["y"] - 6}
    clip |= {"width": box["width"] + 12, "height": box["height"] + 12}
    return part.page.screenshot(clip=clip, animations="disabled")


def clearly_changed(before: bytes, after: bytes) -> int:
    """Return how many pixels of two screenshots differ by a contrast of 3 to 1 or more.

    That is what the Web Content Accessibility Guidelines ask of a focus (2.4.13).
    """
    lights = []
    for png in (before, after):
        channels = imread(io.BytesIO(png))[..., :3]
        curved = ((channels + 0.055) / 1.055) ** 2.4
        linear = np.where(channels <= 0.04045, channels / 12.92, curved)
        lights.append(linear @ (0.2126, 0.7152, 0.0722) + 0.05)
    return int((np.maximum(*lights) >= 3 * np.minimum(*lights)).sum())


def test_jupyterlabs_own_switch_of_theme_is_followed(bench, standing, artefacts):
    """By every explorer, and on the screen by a picture that is an image."""
    image = bench.page.locator(f"{SHOWN} .jp-OutputArea-output img:not([hidden])").first
    subjects = [standing(name) for name in (*explorers.__all__, TOY)]
    looks = []
    for theme in ("dark", "light"):
        bench.set_theme(dark=theme == "dark")
        told = bench.page.evaluate("document.body.style.colorScheme")
        assert told == theme  # what `say_theme` relies on, and pictures that are images
        looks.append([inside(image), *(subject.colours() for subject in subjects)])
        for subject in subjects if PEOPLE_LOOK else ():
            save(subject.shown.box, artefacts / f"{subject.name}-{theme}.png")
    for what, dark, light in zip(["image", *subjects], *looks, strict=True):
        assert dark != light, getattr(what, "name", what)
    assert bench.complaints == []


def inside(image: Locator) -> bytes:
    """Return a screenshot of a picture without its rounded corners."""
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    clip = {"x": box["x"] + 12, "y": box["y"] + 12}
    clip |= {"width": box["width"] - 24, "height": box["height"] - 24}
    return image.page.screenshot(clip=clip)


LOOK = """part => {
  const style = getComputedStyle(part);
  return [style.outlineStyle, style.outlineColor, style.boxShadow,
          style.borderColor, style.backgroundColor].join();
}"""


@pytest.mark.parametrize("name", explorers.__all__)
def test_no_text_lies_on_another_in_this_browsers_fonts(plain_page, name):
    """In a page without JupyterLab. With the widest of fonts, more settings are tried elsewhere."""
    module = importlib.import_module(f"lstm_lessons.explorers.{name}")
    for given in meetings(module.view):
        assert plain_page.collisions(module.view(**given)) == [], given
