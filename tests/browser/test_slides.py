"""A deck in a real browser: every slide at two sizes, and an explorer moved by a key.

Once from a plain server, every other address blocked, and once as a file that is opened.
"""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from .deck import LEAST, SIZES, slides
from .server import CLONE
from .web import SPARING, Visit, served

pytestmark = pytest.mark.browser

LESSON = "01"
SLIDER = "forget bias (the sum)"


@pytest.fixture(scope="module")
def deck(tmp_path_factory) -> Path:
    """The folder of a deck that was just made."""
    missing = [name for name in ("markdown_it", "mdit_py_plugins") if find_spec(name) is None]
    missing += [] if shutil.which("npm") else ["npm"]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"slides are made with {', '.join(missing)}: not installed")
    from lstm_lessons.workshop.deck import builder, subject

    folder = tmp_path_factory.mktemp("talk") / "slides"
    builder.build(CLONE, subject.deck(LESSON), folder)
    return folder


@pytest.fixture(scope="module")
def visit(context, deck) -> Iterator[Visit]:
    """The deck from a server."""
    with served(deck) as address:
        made = Visit(context, address)
        made.page.add_init_script(SPARING)
        yield made
        made.page.close()


@pytest.fixture(scope="module")
def opened(context, deck) -> Iterator[Visit]:
    """The deck as a file."""
    made = Visit(context, f"file://{deck}/")
    made.page.add_init_script(SPARING)
    yield made
    made.page.close()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_slide_fits_and_can_be_read_from_the_back_of_a_room(size, visit):
    width, height = size
    visit.page.set_viewport_size({"width": width, "height": height})
    visit.open("index.html")
    wrong = {}
    for seen in slides(visit.page):
        if seen.faults or seen.least < LEAST * width / SIZES[0][0]:
            wrong[seen.name, seen.kind] = [*seen.faults, f"letters of {seen.least:.1f} px"]
    assert wrong == {}
    assert visit.wrong == []


def to_slide_with(page, what):
    page.evaluate(
        "what => location.hash = document.querySelector(what).closest('section').id", what
    )


def test_an_answer_comes_by_a_key(visit):
    page = visit.open("index.html")
    page.wait_for_function("window.Reveal?.isReady()")
    page.evaluate(
        "location.hash = document.querySelector('.answer .printed').closest('section').id"
    )
    answer = page.locator("section.present section.present .printed")
    answer.wait_for(state="attached")
    assert answer.evaluate("each => getComputedStyle(each).opacity") == "0"
    assert page.locator("section.present section.present .question").is_visible()
    page.keyboard.press("ArrowRight")
    assert answer.evaluate("each => getComputedStyle(each).opacity") == "1"


def to_explorer(visit):
    page = visit.open("index.html")
    page.wait_for_function("window.Reveal?.isReady()")
    to_slide_with(page, ".ll-explorer")
    page.locator("section.present .ll-controls").wait_for()
    return page


@pytest.mark.parametrize("way", ["visit", "opened"])
def test_a_slider_is_moved_by_a_key_and_pictures_follow_the_theme(way, request):
    visit = request.getfixturevalue(way)
    page = to_explorer(visit)
    assert page.locator("section.present .ll-picture img").is_visible()  # before Python is there
    slider = page.get_by_label(SLIDER, exact=True)
    slider.press("ArrowLeft")
    picture = page.locator("section.present .ll-picture svg")
    picture.wait_for(timeout=120_000)
    before = picture.get_attribute("aria-label")
    slider.press("ArrowLeft")
    page.wait_for_function(
        "before => document.querySelector('section.present .ll-picture svg').ariaLabel !== before",
        arg=before,
    )
    name = page.evaluate("Reveal.getCurrentSlide().id")
    page.keyboard.press("Escape")  # gives the keys back to the slides
    paper = "getComputedStyle(document.querySelector('section.present .ll-picture svg rect')).fill"
    light = page.evaluate(paper)
    page.keyboard.press("t")
    page.wait_for_function(f"{paper} !== {light!r}")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getCurrentSlide().id") != name
    assert visit.wrong == []


def test_a_pointers_keys_turn_slides_although_a_slider_has_the_focus(visit):
    page = to_explorer(visit)
    name = page.evaluate("Reveal.getCurrentSlide().id")
    slider = page.get_by_label(SLIDER, exact=True)
    slider.focus()
    slider.press("PageDown")
    assert page.evaluate("Reveal.getCurrentSlide().id") != name


def test_the_speaker_sees_notes_and_the_next_slide(visit):
    page = to_explorer(visit)
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    notes = opened.value
    notes.wait_for_function(
        "document.querySelector('.speaker-controls-notes')?.textContent.includes('Escape gives')"
    )
    notes.close()
    assert visit.wrong == []
