"""The course in a real JupyterLab, in a real browser: what a learner sees, clicks and drags.

All in one module, so that one worker of pytest-xdist runs them with one server and one browser.

A page is visited once, and all that is to be seen there is looked at in that visit. No notebook
is run as a whole but where `lab` opens it: that is nbval's part. What every explorer has from
`Explorer` (keys, mouse, names, focus) is proven on two of them, which have every kind of control.
What a picture says is held against torch without a browser; here the page shows that picture.
"""

import importlib
import io
import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from ipywidgets import GridBox
from matplotlib.image import imread
from playwright.sync_api import Locator, Page
from settings import meetings

from lstm_lessons import explorers
from lstm_lessons.explorers.base import Explorer

from . import toy
from .page import SHOWN, LabPage, NotebookPage, save, source_of
from .server import (
    CLONE,
    LabServer,
    copy_notebooks,
    environment,
    free_port,
    stop,
    wait_until_it_answers,
)
from .subject import CALL, Subject, options

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
# What JupyterLab and nbconvert write where a picture has no alternative text.
STOPGAPS = ("Image", "No description has been provided for this image")


def stored_cells(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook's file."""
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def stored_images(path: Path) -> int:
    """Return how many pictures the outputs in a notebook's file hold."""
    outputs = (output for cell in stored_cells(path) for output in cell.get("outputs", ()))
    return sum("<img" in "".join(output.get("data", {}).get("text/html", "")) for output in outputs)


def explorers_of(path: Path) -> list[str]:
    """Return the names of the explorers that a notebook calls, in its order, each once."""
    called = (name for cell in stored_cells(path) for name in CALL.findall(source_of(cell)))
    return list(dict.fromkeys(called))


# The pages with something on them that is drawn.
PAGES = [page for page in COURSE if stored_images(CLONE / page) or explorers_of(CLONE / page)]


@contextmanager
def opened(lab_page: LabPage, lab: LabServer, path: str) -> Iterator[NotebookPage]:
    """Open a notebook of the server's, alone, with the kernel that serves all of them."""
    yield lab_page.open(path, len(stored_cells(lab.root / path)), lab.kernel)
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


# One visit to each page


@dataclass
class Visit:
    """A page as it opens, of a notebook that nobody has trusted; and its explorers, run."""

    name: str
    notebook: NotebookPage
    is_trusted: bool
    pictures: list[dict[str, Any]]
    complaints: list[str]
    subjects: list[Subject] = field(default_factory=list)

    @property
    def page(self) -> Page:
        """The browser's page."""
        return self.notebook.page


@pytest.fixture(scope="module", params=PAGES)
def visit(request, lab_page, lab) -> Iterator[Visit]:
    """A visit to a page, opened as it is in a fresh clone; of its cells, the explorers' are run."""
    with opened(lab_page, lab, request.param) as notebook:
        seen = Visit(
            request.param,
            notebook,
            notebook.is_trusted(),
            notebook.pictures(),
            list(notebook.complaints),
        )
        for name in explorers_of(lab.root / request.param):
            seen.subjects.append(Subject(name, notebook))
            seen.subjects[-1].run_again()
        yield seen


def test_a_page_that_nobody_has_trusted_shows_its_pictures(visit, lab):
    assert not visit.is_trusted
    assert check_pictures(visit.pictures) >= stored_images(lab.root / visit.name)
    assert visit.complaints == []


def test_its_explorers_draw_and_react(visit):
    for subject in visit.subjects:
        subject.check_names()
        subject.move_each_once()
    check_pictures(visit.notebook.pictures())
    assert visit.page.get_by_text("Error displaying widget").count() == 0
    assert visit.notebook.complaints == []


def test_its_pictures_follow_the_theme(visit, artefacts):
    """Keep screenshots for people to look at, too."""
    images = visit.page.locator(f"{SHOWN} .jp-OutputArea-output img:not([hidden])")
    short = visit.name.removeprefix("notebooks/").replace("/", "-").partition("_")[0]
    looks = []
    for theme in ("dark", "light"):
        visit.notebook.say_theme(dark=theme == "dark")
        seen = [
            inside(images.nth(number), artefacts / f"{short}-picture-{number + 1}-{theme}.png")
            for number in range(images.count())
        ]
        seen += [subject.colours() for subject in visit.subjects]
        looks.append(seen)
    assert looks[0], "no picture"
    for number, (dark, light) in enumerate(zip(*looks, strict=True), 1):
        assert dark != light, f"picture {number}"


def inside(image: Locator, path: Path) -> bytes:
    """Write and return a screenshot of a picture without its rounded corners."""
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    clip = {"x": box["x"] + 12, "y": box["y"] + 12}
    clip |= {"width": box["width"] - 24, "height": box["height"] - 24}
    return image.page.screenshot(clip=clip, path=path)


def test_a_trusted_lesson_not_yet_run_shows_its_pictures(lab_page, lab):
    """One for all: what JupyterLab does with what it trusts is the same everywhere."""
    signed = FIRST.replace("notebooks", "signed")
    lab.trust(FIRST, signed)
    with opened(lab_page, lab, signed) as notebook:
        assert notebook.is_trusted()
        assert check_pictures(notebook.pictures()) >= stored_images(lab.root / FIRST) > 0
        assert notebook.page.get_by_text("Error displaying widget").count() == 0
        assert notebook.complaints == []


def test_every_explorer_stands_in_one_lesson():
    called = chain.from_iterable(explorers_of(CLONE / page) for page in COURSE)
    assert sorted(called) == sorted(explorers.__all__)


# What every explorer has from its class


@pytest.fixture(scope="module")
def bench(lab_page, lab) -> Iterator[NotebookPage]:
    """A page with the explorers of `MECHANICS`, and no more."""
    new = nbformat.v4.new_code_cell
    here = str(Path(__file__).parent)
    cells = [new(f"import sys; sys.path.append({here!r}); import toy")]
    cells += [new("from lstm_lessons import explorers")]
    cells += [new(f"explorers.{name}()") for name in MECHANICS]
    cells += [new("toy.toy()")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, lab.root / "mechanics.ipynb")
    with opened(lab_page, lab, "mechanics.ipynb") as page:
        page.run()
        yield page


@pytest.fixture
def subject(bench, request) -> Subject:
    """An explorer as its controls start."""
    subject = Subject(request.param, bench)
    subject.run_again()
    return subject


@pytest.fixture
def typed(bench) -> Subject:
    """The toy as its controls start."""
    subject = Subject(TOY, bench)
    subject.run_again()
    return subject


each_of_two = pytest.mark.parametrize("subject", MECHANICS, indirect=True)


def kinds(made: Explorer) -> set[tuple]:
    """Return the kinds of controls that an explorer has, and how they are laid out."""
    found = {(type(each).__name__, getattr(each, "min", 0) < 0) for each in made.sliders.values()}
    found |= {("presets", bool(made.presets)), ("play", made.player is not None)}
    return found | {("side by side", isinstance(made.children[0], GridBox))}


def test_these_have_every_kind_of_control_that_there_is():
    proven = [*(getattr(explorers, name)() for name in MECHANICS), toy.toy()]
    every = [getattr(explorers, name)() for name in explorers.__all__]
    assert set().union(*map(kinds, every)) <= set().union(*map(kinds, proven))


@each_of_two
def test_each_slider_moves_by_keyboard(subject):
    for name, slider in subject.sliders().items():
        there, back, step = "ArrowRight", "ArrowLeft", slider.step
        if slider.value == slider.max:
            there, back, step = back, there, -step
        subject.move(name, there, slider.value + step)
        subject.move(name, back, slider.value)
        subject.move(name, "End", slider.max)
        subject.move(name, "Home", slider.min)
    assert subject.notebook.complaints == []


@each_of_two
def test_each_slider_moves_by_mouse(subject):
    for name, slider in subject.sliders().items():
        label = slider.description
        before = subject.shown.drawn()
        high = (slider.value - slider.min) / (slider.max - slider.min) > 0.6
        subject.shown.drag(label, 0.2 if high else 0.8)
        value = type(slider.value)(subject.shown.readout(label))
        assert value != slider.value, f"{name} was not dragged"
        assert (value < slider.value) == high, f"{name} went the other way"
        steps = (value - slider.min) / slider.step
        assert steps == pytest.approx(round(steps)), f"{name} stands between two steps: {value}"
        subject.expect(**{name: value})
        after = subject.shown.drawn()
        assert after["markup"] != before["markup"], f"{name} changes nothing"
        assert after["alt"] != before["alt"], f"{name} leaves the alternative text as it was"
    assert subject.notebook.complaints == []


@each_of_two
def test_each_choice_changes_the_picture(subject):
    for name, widget in subject.choices().items():
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
def test_each_slider_shows_the_focus(subject):
    """As pixels, so that it does not matter by which style: a ring that is hidden is none."""
    subject.page.mouse.move(0, 0)  # a handle under the pointer looks as if it had the focus
    for slider in subject.sliders().values():
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


@each_of_two
def test_jupyterlabs_own_switch_of_theme_is_followed(subject, artefacts):
    looks = []
    for theme in ("dark", "light"):
        subject.notebook.set_theme(dark=theme == "dark")
        told = subject.page.evaluate("document.body.style.colorScheme")
        assert told == theme  # what `say_theme` relies on, and pictures that are images
        save(subject.shown.box, artefacts / f"{subject.name}-{theme}.png")
        looks.append(subject.colours())
    assert looks[0] != looks[1]
    assert subject.notebook.complaints == []


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


# Exercises


TODO = "raise NotImplementedError  # your code here"
ANSWERED = "04_unrolling_in_time.ipynb"
MISTAKE = "return x, x"  # in exercise 04.1


def test_an_exercise_tells_a_right_answer_from_a_wrong_one(lab_page, lab, artefacts):
    """One exercise stands for all: what is said is the package's, and is proven there."""
    folder = lab.root / "exercises"
    cells = [source_of(cell) for cell in stored_cells(folder / ANSWERED)]
    solved = [source_of(cell) for cell in stored_cells(folder / "solutions" / ANSWERED)]
    imports = next(index for index, cell in enumerate(cells) if "import" in cell)
    check = next(index for index, cell in enumerate(cells) if '"04.1").check(' in cell)
    answer = max(index for index in range(check + 1) if cells[index] != solved[index])
    assert TODO in cells[answer]
    with opened(lab_page, lab, f"exercises/{ANSWERED}") as notebook:
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


def verdict(notebook: NotebookPage, index: int) -> str:
    """Return what stands under a cell, as the reader sees it."""
    return notebook.cell(index).locator(".jp-OutputArea-output").last.inner_text()


# The command that a learner types


@contextmanager
def lab_command(tmp_path: Path, *options: str) -> Iterator[tuple[Path, str]]:
    """Run ``lab`` in a fresh copy of the clone; yield that, and the address with its query."""
    clone = copy_clone(tmp_path / "clone")
    port = free_port()
    command = [sys.executable, "-m", "lstm_lessons", "lab", "--no-browser", "--port", str(port)]
    for_jupyterlab = ["--ip=127.0.0.1", "--IdentityProvider.token=known"]
    log = tmp_path / "lab.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, *options, "--", *for_jupyterlab, "--LabApp.expose_app_in_browser=True"],
            cwd=clone,
            env=environment(tmp_path / "settings", clone),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/api/status?token=known", process, log)
        # The bare address: which notebook opens is the command's own choice.
        yield clone, f"http://127.0.0.1:{port}/?token=known"
    finally:
        stop(process)


def served(address: str, path: str) -> list[dict[str, Any]]:
    """Return the cells of a notebook as the server gives them to the page."""
    with urllib.request.urlopen(address.replace("/?", f"/api/contents/{path}?"), timeout=30) as it:
        return json.load(it)["content"]["cells"]


def names_shown(page: Page) -> list[str]:
    """Return the names on the tabs of the documents that are in front."""
    return page.locator(".jp-mod-current .lm-TabBar-tabLabel").all_inner_texts()


def test_the_lab_command_opens_a_copy_of_ones_own(context, tmp_path, artefacts):
    """Without results, but for pictures; sliders and the links to other copies work."""
    with lab_command(tmp_path) as (clone, address):
        cells = served(address, FIRST)
        lab_page = LabPage(context, address)
        notebook = NotebookPage(lab_page, len(cells))
        page = lab_page.page
        assert "00_start_here.ipynb" in names_shown(page)
        outputs = page.locator(f"{SHOWN} .jp-OutputArea-output")
        pictures = stored_images(clone / "my_lessons" / FIRST)
        assert outputs.count() == check_pictures(notebook.pictures()) == pictures > 0
        result = page.locator(f"{SHOWN} .jp-RenderedText", has_text="shape: (24, 10, 100)")
        assert result.count() == 0
        save(page.locator("#jp-main-dock-panel"), artefacts / "00-copy-of-ones-own.png")
        notebook.run()
        assert failures(notebook.cells()) == []
        assert result.count() == 1
        subject = Subject("in_and_out", notebook)
        subject.run_again()
        subject.move("seq_len", "End", subject.sliders()["seq_len"].max)
        lesson, exercises = "03_the_cell_by_hand.ipynb", "exercises/03_the_cell_by_hand.ipynb"
        lab_page.open(f"notebooks/{lesson}", len(stored_cells(clone / "notebooks" / lesson)))
        page.get_by_role("link", name="03 The cell by hand").click()
        page.wait_for_function(
            "path => jupyterapp.shell.currentWidget.context?.path === path", arg=exercises
        )
        exercise = NotebookPage(lab_page, len(stored_cells(clone / exercises)))
        assert exercise.complaints == []
        lab_page.page.close()


def copy_clone(to: Path) -> Path:
    """Copy what `lab` needs of this clone, without its environment and its history."""
    copy_notebooks(CLONE, to)
    for name in ("lstm_lessons", "notebooks/source", "exercises/source"):
        shutil.copytree(CLONE / name, to / name)
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(CLONE / name, to)
    return to
