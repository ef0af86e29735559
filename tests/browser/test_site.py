"""The site in a real browser: from a plain server, every other address blocked.

One build, one server and one browser for all. That every view draws the same in the page as here
is asked of the page's own Python, without opening a page for each.
"""

import os
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from random import Random
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page
from settings import every_value

from lstm_lessons import explorers
from lstm_lessons.explorers.base import Text, parameters
from lstm_lessons.site import shelf

from .axe import violations
from .server import CLONE
from .web import SPARING, Visit, drawn_there, served

pytestmark = pytest.mark.browser

SETTINGS = 12
MODULES = ("shared.js", "ahead.js", "redraw.js", "worker.js")
"""What our scripts import: it stands in no tag."""
PICTURE = "src='data:image/svg+xml;charset=utf-8,"
"""How the address of a still picture begins; a single quote ends it."""


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The folder of a site that was just built."""
    missing = [name for name in ("sphinx", "myst_nb") if find_spec(name) is None]
    missing += [] if shutil.which("npm") else ["npm"]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"the site is built with {', '.join(missing)}: not installed")
    from lstm_lessons.site import builder

    folder = tmp_path_factory.mktemp("web") / "some" / "course"
    builder.build(CLONE, folder)
    return folder


@pytest.fixture(scope="module")
def site(built) -> Iterator[str]:
    """The address of the site, below other folders."""
    with served(built.parents[1]) as address:
        yield address + "some/course/"


@pytest.fixture(scope="module")
def visit(context, site) -> Iterator[Visit]:
    """A page on which Python waits until a control is touched."""
    made = Visit(context, site)
    made.page.add_init_script(SPARING)
    yield made
    made.page.close()


@pytest.fixture(scope="module")
def live(context, site) -> Iterator[Page]:
    """The first page, where Python comes by itself: it starts once for all who need it there."""
    made = Visit(context, site)
    page = made.open("index.html")
    yield page
    assert made.wrong == []
    page.close()


def pages_of(site_folder: Path) -> list[str]:
    return [path.stem for path in sorted(site_folder.glob("*.ipynb"))]


PAGES = [
    *(f"notebooks/{name}.html" for name in pages_of(CLONE / "notebooks")),
    *(f"{name}.html" for name in shelf.MADE),
    *(f"exercises/{name}.html" for name in pages_of(CLONE / "exercises")),
    *("index.html", "search.html", "genindex.html"),
]
VISITED = [PAGES[0], PAGES[10], "notebooks/map_of_nn_lstm.html", PAGES[-4], *PAGES[-3:]]
"""One of each kind, and some with equations and plots: a second of a browser's time each."""


class Addresses(HTMLParser):
    """Finds what a page links to and loads, and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found, self.anchors, self.without_words = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        told = dict(attrs)
        self.anchors.add(told.get("id"))
        self.found += [told[key] for key in ("href", "src") if told.get(key)]
        if tag == "img" and not told.get("alt"):
            self.without_words.append(told)


def test_no_page_links_to_or_loads_what_is_not_there(built):
    found = [path for path in built.rglob("*.html") if "_static" not in path.parts]
    read = {path: Addresses(path.read_text("utf-8")) for path in found}
    assert {path.relative_to(built).as_posix() for path in read} == set(PAGES)
    assert {"llms.txt", "llms-full.txt"} <= {path.name for path in built.iterdir()}
    for path, page in read.items():
        assert 'property="og:description"' in path.read_text("utf-8")
        assert not page.without_words, path
        for address in page.found:
            parts = urlsplit(address)
            if parts.scheme:
                assert parts.scheme in ("https", "data"), f"{path.name}: {address}"
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.exists(), f"{path.name} needs {address}"
            if parts.fragment and target.suffix == ".html":
                anchors = read[target].anchors
                assert unquote(parts.fragment) in anchors, f"{path.name} links to {address}"


def test_a_page_of_each_kind_opens_with_nothing_from_elsewhere(visit):
    visit.wrong.clear()
    for path in VISITED:
        page = visit.open(path)
        assert page.locator("h1").count() >= 1, path
        assert page.evaluate("[...document.images].every(each => each.complete && each.alt)"), path
    assert visit.wrong == []


WORDS = "document.querySelector('.ll-words p').textContent"


def test_the_first_page_reads_a_line_that_is_typed(live):
    page, figure = live, live.locator("figure.ll-explorer")
    assert figure.locator("img").is_visible()  # the still picture, before Python is there
    figure.locator("svg").wait_for(timeout=60_000)  # which nobody has asked for
    page.get_by_label("a line of your own").fill("x = [1]")
    page.wait_for_function(f"{WORDS}.includes('x = [1]')")
    assert figure.locator("svg").get_attribute("role") == "img"
    page.get_by_label("a line of your own").fill("")
    page.wait_for_selector(".ll-status.ll-wrong")
    assert "The picture shows the line before." in page.locator(".ll-status").text_content()
    assert "x = [1]" in page.locator(".ll-words p").text_content()


def test_controls_are_moved_by_keys_presets_and_play(live):
    page = live
    page.get_by_label("a line of your own").fill("we print the sum (see below)")
    page.wait_for_function(f"{WORDS}.includes('(see below)')")
    slider = page.get_by_label("characters read", exact=True)
    before = int(slider.input_value())
    slider.press("ArrowLeft")
    assert int(slider.input_value()) == before - 1
    page.locator(".ll-status").get_by_text(f"has read {before - 1} of the").wait_for(timeout=60_000)
    unit = page.get_by_label("unit to follow", exact=True)
    unit.press("ArrowRight")  # the first sentence stays as it is: another one is new
    page.locator(".ll-status").get_by_text(f"Unit {unit.input_value()}, c after each").wait_for()
    page.get_by_role("button", name="seven brackets").click()
    assert page.get_by_label("a line of your own").input_value().startswith("(((((((")
    slider.fill("1")
    page.get_by_role("button", name="play: characters read").click()
    page.wait_for_function("Number(document.querySelector('input[type=range]').value) >= 3")
    page.get_by_role("button", name="play: characters read").click()


def test_the_map_has_an_address_for_each_setting(visit):
    page = visit.open("notebooks/map_of_nn_lstm.html?num_layers=2&bidirectional=True&batch=-1")
    assert page.get_by_label("num_layers L").input_value() == "2"
    assert page.get_by_label("bidirectional").input_value() == "True"
    page.get_by_label("batch_first").select_option("True")
    page.wait_for_url(lambda address: "batch_first=True" in address and "num_layers=2" in address)
    drawn = page.locator("figure svg")
    drawn.wait_for(timeout=60_000)
    words = drawn.get_attribute("aria-label")
    assert "num_layers=2, batch_first=True, bidirectional=True" in words


def test_a_guess_is_kept_and_an_answer_is_folded_until_it_is_wanted(visit):
    page = visit.open("notebooks/02_gates_and_shapes.html")
    fold = page.locator("details.hide").first
    answer = fold.locator(".cell_output")
    assert not answer.is_visible()
    page.locator("textarea[data-guess]").first.fill("about 1")
    page.reload()
    assert page.locator("textarea[data-guess]").first.input_value() == "about 1"
    fold.locator("summary").press("Enter")
    assert answer.is_visible()
    page.get_by_role("button", name="Show all answers").click()
    assert page.evaluate("[...document.querySelectorAll('details.hide')].every(each => each.open)")


def test_an_exercise_is_judged_in_the_page_and_a_loop_without_end_is_stopped(visit):
    page = visit.open("exercises/02_gates_and_shapes.html")
    box = page.locator(".ll-exercise").first
    answer, said = box.get_by_label("Your answer to 02.1"), box.get_by_role("status")
    assert '"W_ig": ...' in answer.input_value()
    answer.fill('answer = {"W_ig": (6, 5)}')
    box.get_by_role("button", name="Check").press("Enter")
    said.get_by_text("Exercise 02.1 · Not right yet").wait_for(timeout=60_000)
    assert "W_ig" in said.text_content()
    answer.fill("while True:\n    pass")
    page.clock.install()  # from here on, ten seconds of the page pass at a word
    box.get_by_role("button", name="Check").click()
    for _ in range(100):
        if "a loop that never ends" in said.text_content():
            break
        page.wait_for_timeout(100)
        page.clock.fast_forward(1_000)
    assert "after 10 seconds" in said.text_content()
    page.reload()
    assert answer.input_value() == "while True:\n    pass"  # kept in the reader's own browser
    page.once("dialog", lambda dialog: dialog.accept())
    box.get_by_role("button", name="Start again").click()
    box.get_by_role("button", name="Hint").click()
    said.get_by_text("hint 1 of").wait_for(timeout=60_000)
    assert '"W_ig": ...' in answer.input_value()


def test_pictures_follow_the_switch_of_the_theme(live):
    page = live
    page.locator("figure svg").wait_for(timeout=60_000)
    paper = "getComputedStyle(document.querySelector('figure svg rect')).fill"
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.wait_for_function(f"{paper} === 'rgb(255, 255, 255)'")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(f"{paper} !== 'rgb(255, 255, 255)'")
    assert violations(page, "figure.ll-explorer") == []


FRAMES = """[...document.querySelectorAll('div.cell_output .text_html, div.cell_output img')]
  .map(each => getComputedStyle(each).backgroundColor)"""


def test_no_picture_has_a_pale_frame_on_a_dark_page(visit):
    page = visit.open("notebooks/10_backpropagation_by_hand.html")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    frames = page.evaluate(FRAMES)
    assert len(frames) > 5 and set(frames) == {"rgba(0, 0, 0, 0)"}


def test_a_small_phone_scrolls_in_one_direction_only(visit):
    page = visit.open("index.html")
    page.set_viewport_size({"width": 320, "height": 700})
    for path in ("index.html", "notebooks/03_the_cell_by_hand.html"):
        visit.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        still = page.locator("figure.ll-explorer img")  # which Python soon replaces, as wide as it
        if still.count():
            assert still.first.evaluate("each => each.clientWidth") > 500
    page.set_viewport_size({"width": 1280, "height": 1000})


SCROLLED = "!document.querySelector('.ll-picture:not([tabindex])')"
"""Each picture knows whether it scrolls: a page at work is told of sizes some frames late."""

THEIRS = (".search-button-field", ".sidebar-primary-items__start")
"""What the theme's own makers have to mend: the button that opens the search, the logo's place."""


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_that_is_ours(theme, width, visit):
    page = visit.page
    page.set_viewport_size({"width": width, "height": 800})
    found = {}
    map_and_sheet = ("notebooks/map_of_nn_lstm.html", "cheat_sheet.html")
    for path in ("index.html", PAGES[2], *map_and_sheet, PAGES[-4]):
        visit.open(path)
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        page.wait_for_function(SCROLLED)
        for each in violations(page):
            ours = [node for node in each["nodes"] if not str(node[0][0]).startswith(THEIRS)]
            if ours:
                found[path, each["rule"]] = ours
    page.set_viewport_size({"width": 1280, "height": 1000})
    assert found == {}


def test_a_word_of_the_glossary_says_under_the_pointer_what_it_means(visit):
    page = visit.open("notebooks/08_state_across_chunks.html")
    link = page.locator("article a[href$='#term-chunk']")
    assert link.inner_text() == "chunk"
    assert link.get_attribute("title").startswith("A piece of a sequence that is too long")
    link.click()
    page.wait_for_url("**/glossary.html#term-chunk")


INK = "getComputedStyle(document.querySelector('article td')).color"


def test_the_cheat_sheet_is_one_side_of_paper_in_dark_ink(visit):
    page = visit.open("cheat_sheet.html")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.locator("mjx-container").nth(1).wait_for()
    page.evaluate(f"addEventListener('beforeprint', () => {{ window.printed = {INK}; }})")
    shown = page.evaluate(INK)
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    red, green, blue = map(int, re.findall(r"\d+", page.evaluate("window.printed")))
    assert max(red, green, blue) < 80, "a dark page is printed as a light one"
    assert page.evaluate(INK) == shown, "and is dark again behind it"


def some_settings(name: str) -> list[dict]:
    """Return the start and a few settings that are drawn by a seed."""
    draw, table = Random(name), parameters(import_module(f"lstm_lessons.explorers.{name}").view)
    found = [{key: each.default for key, each in table.items()}]
    for _ in range(SETTINGS - 1):
        found.append({key: one_of(each, draw) for key, each in table.items()})
    return found


def one_of(parameter, draw: Random):
    if isinstance(parameter.allowed, Text):
        return parameter.default[: draw.randint(1, len(parameter.default))]
    return draw.choice(every_value(parameter.allowed))


def test_little_is_loaded_before_the_first_picture(built):
    """Of a page on a plain server: itself as far as the picture, and all that its tags name.

    The formulas' script is left out: none other waits for it.
    """
    pages = {path: path.read_text(encoding="utf-8") for path in built.rglob("*.html")}
    shown = {path: text for path, text in pages.items() if PICTURE in text}
    assert len(shown) >= 20
    brought = {built / "_static" / name for name in ("basic.css", *MODULES)}
    brought |= set(built.glob("_static/vendor/fontawesome/webfonts/*.woff2"))
    for path, text in shown.items():
        named = re.findall(r'<(?:link|script) [^>]*(?:href|src)="([^"?]+\.(?:css|js))', text)
        formulas = [each for each in named if "/mathjax/" in each]
        assert all(f'<script async="async" src="{each}' in text for each in formulas)
        assert len(named) >= 11, named
        files = {(path.parent / each).resolve() for each in set(named).difference(formulas)}
        end = text.index("'", text.index(PICTURE) + len(PICTURE))
        size = len(text[:end].encode())
        size += sum(each.stat().st_size for each in files | brought)
        assert size < 250_000, f"{path.name}: {size / 1000:.0f} kB"


def test_the_themes_menus_come_after_the_picture_and_open(visit):
    page = visit.open("notebooks/map_of_nn_lstm.html")
    assert "bootstrap" not in page.request.get(page.url).text()
    page.wait_for_function("window.bootstrap")
    for name, theme in (("Dark", "dark"), ("System Settings", "light")):
        page.get_by_role("button", name="Color mode").click()
        page.get_by_role("button", name=name).click()
        assert page.evaluate("document.documentElement.dataset.theme") == theme


def test_every_view_is_the_same_in_the_page_character_for_character(visit):
    page = visit.open("index.html")
    asked = [(name, values) for name in explorers.__all__ for values in some_settings(name)]
    answers = drawn_there(page, visit.site, asked)
    other = []
    for (name, values), answer in zip(asked, answers, strict=True):
        picture = import_module(f"lstm_lessons.explorers.{name}").view(**values)
        if (answer["svg"], answer["alt"]) != (picture.inline, picture.alt):
            other.append((name, values))
    assert other == []


REDRAWN = """async ([script, pictures]) => {
  const { carryOut, changes, parsed } = await import(script);
  const place = document.createElement("div"), fresh = document.createElement("div");
  return pictures.filter((each, at) => {
    // Of two that were compared ahead, as of a slider's neighbours, one is shown.
    const steps = [each, pictures.at(at - 2)].map((svg) => changes(place, parsed(svg)));
    carryOut(steps[0]);
    fresh.innerHTML = each;
    return !place.isEqualNode(fresh);
  }).length;
}"""


def test_a_picture_that_becomes_another_has_nothing_left_of_what_it_was(visit):
    page = visit.open("search.html")
    drawn = [
        import_module(f"lstm_lessons.explorers.{name}").view(**values).inline
        for name in explorers.__all__
        for values in some_settings(name)
    ]
    assert page.evaluate(REDRAWN, [f"{visit.site}_static/redraw.js", drawn]) == 0


def test_without_python_the_picture_stays_and_the_page_says_so(visit):
    broken = Visit(visit.page.context, visit.site)
    broken.page.route("**/course.zip", lambda route: route.abort())
    page = broken.open("notebooks/03_the_cell_by_hand.html")
    page.wait_for_function(
        "document.querySelector('.ll-status')?.textContent.includes('stands still')", timeout=60_000
    )
    assert page.locator("figure.ll-explorer img").is_visible()
    assert page.locator(".ll-control input").first.is_disabled()
    broken.page.close()
