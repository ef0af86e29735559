"""How soon is a page of the site there, and how soon does it follow a key? A benchmark, not a test.

    python tests/benchmark_site.py FOLDER [--moves 30]

FOLDER is a built site. Measured are, in milliseconds from the start of the navigation, the first
still picture and the first picture that Python drew, the browser's cache empty and full; the bytes
that were loaded until then and in all; and from a key on a slider to the second animation frame
after the picture has changed. Beside each explorer of the site stand that of a notebook, and a page
whose script has the same pictures ready and puts one in place of the other: what is over its time
is what Python takes. A page that writes one number is the limit that no page can pass. Moves of
all pages take turns; the notebook's are made after them.

The browser draws its frames at a beat of its own, and the second frame waits for it. So keys are
pressed all over the time between two beats, for each page at the same places: after a rest of whole
beats, the beat that a page happened to meet decided its time, by up to 17 ms.
"""

import argparse
import json
import statistics
import sys
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from benchmark_sliders import measure as measure_notebook
from benchmark_sliders import p95
from browser.server import CLONE
from browser.web import served
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from settings import every_value

sys.path.insert(0, str(CLONE))

from lstm_lessons.commands.browser import MEND, find_browser, start_options
from lstm_lessons.explorers.base import Range, parameters

EXPLORERS = {
    "reader": "index.html",
    "forget_gate": "notebooks/01_why_gates.html",
    "gates_and_shapes": "notebooks/02_gates_and_shapes.html",
    "cell_gates": "notebooks/03_the_cell_by_hand.html",
    "lstm_map": "notebooks/map_of_nn_lstm.html",
}
WARM_UP, REST = 3, 250
FRAME = 1000 / 60  # milliseconds from one beat of the browser's to the next
LIMIT = 1.3
ONE_NUMBER = """<!doctype html><title>One number</title>
<figure><input type="range" min="0" max="100" value="0"><output>0</output></figure>
<script>
const slider = document.querySelector("input"), shown = document.querySelector("output");
slider.addEventListener("input", () => {
  shown.textContent = slider.value;
  document.querySelector("figure").dataset.drawn = slider.value;
});
</script>"""

READY = """<!doctype html><title>Ready</title>
<figure><input type="range" min="0" max="{last}" value="{at}"><div>{first}</div></figure>
<script>
const pictures = {pictures};
const slider = document.querySelector("input"), place = document.querySelector("div");
slider.addEventListener("input", () => {{
  place.innerHTML = pictures[slider.value];
  document.querySelector("figure").dataset.drawn = slider.value;
}});
</script>"""

# Of the page's own clock: when the still picture can be painted, and when Python drew one.
WATCH = """
window.times = {};
const look = () => {
  const figure = document.querySelector('figure.ll-explorer');
  const still = figure?.querySelector('img');
  if (still?.complete && still.naturalWidth) window.times.still ??= performance.now();
  if (figure?.dataset.drawn) window.times.drawn ??= performance.now();
  if (window.times.still === undefined || window.times.drawn === undefined)
    requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""

# A page may change little in its picture, or nothing: each says in its figure that it is drawn.
MOVE = """(figure) => {
  let start = null;
  document.addEventListener('keydown', event => { start = event.timeStamp; },
                            {capture: true, once: true});
  window.moved = new Promise((resolve, reject) => {
    const watch = new MutationObserver(() => {
      if (start === null) return;
      watch.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - start)));
    });
    watch.observe(figure, {attributeFilter: ['data-drawn']});
    setTimeout(() => reject(new Error('nothing changed within 20 s')), 20000);
  });
}"""


@dataclass
class Subject:
    """A page with a slider, and what was measured of its moves."""

    name: str
    page: Page
    steps: int  # from the slider's lowest value to the last that changes the picture
    moves: list[float] = field(default_factory=list)
    right: bool = True

    def move(self, keep: bool, rest: float) -> None:
        """Press a key on the page's first slider and wait for the picture; turn at its ends.

        ``rest`` is how long the page is left alone before, in milliseconds.
        """
        slider = self.page.locator("figure input[type=range]").first
        at = round(slider.evaluate("each => (each.value - each.min) / (Number(each.step) || 1)"))
        self.right = at < self.steps if self.right else at <= 0
        slider.focus()
        self.page.wait_for_timeout(rest)
        self.page.locator("figure").first.evaluate(MOVE)
        self.page.keyboard.press("ArrowRight" if self.right else "ArrowLeft")
        took = self.page.evaluate("window.moved")
        if keep:
            self.moves.append(took)


def visit(context: BrowserContext, address: str) -> dict[str, float]:
    """Open a page and move its slider as soon as it is there; return times and bytes."""
    page = context.new_page()
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    loaded: list[tuple[float, float]] = []
    asked: list[float] = []
    session.on("Network.requestWillBeSent", lambda told: asked.append(told["timestamp"]))
    session.on(
        "Network.loadingFinished",
        lambda told: loaded.append((told["timestamp"], told["encodedDataLength"])),
    )
    page.goto(address, wait_until="commit")
    page.wait_for_function("window.times.still !== undefined")
    page.locator("figure input[type=range]").first.press("ArrowLeft")
    page.wait_for_function("window.times.drawn !== undefined", timeout=120_000)
    page.wait_for_load_state("networkidle")
    times = page.evaluate("window.times")
    still = asked[0] + times["still"] / 1000
    before = sum(size for when, size in loaded if when <= still)
    found = times | {"before": before, "all": sum(size for _, size in loaded)}
    page.close()
    return found


def ready(name: str) -> tuple[str, int]:
    """Return a page that has an explorer's pictures ready, and how many steps its slider has.

    There is one for every value of the explorer's first slider, to the last that shows a new one.
    """
    view = import_module(f"lstm_lessons.explorers.{name}").view
    key, first = next(
        (key, each) for key, each in parameters(view).items() if isinstance(each.allowed, Range)
    )
    values = every_value(first.allowed)
    pictures = [view(**{key: value}).inline for value in values]
    while pictures[-1] == pictures[-2]:
        pictures.pop()
    last, at = len(pictures) - 1, values.index(first.default)
    held = json.dumps(pictures).replace("<", "\\u003c")
    return READY.format(last=last, at=at, first=pictures[at], pictures=held), last


def open_times(browser: Browser, address: str) -> str:
    """Return two lines on how soon a page is there: cold and warm."""
    lines = []
    context = browser.new_context()
    for cache in ("cold", "warm"):
        found = visit(context, address)
        first = f"still picture after {found['still']:.0f} ms, {found['before'] / 1000:.0f} kB"
        then = f"drawn by Python after {found['drawn']:.0f} ms, {found['all'] / 1e6:.2f} MB"
        lines.append(f"{cache}: {first}; {then}")
    context.close()
    return "\n".join(lines)


def move_times(browser: Browser, site: str, moves: int) -> list[Subject]:
    """Make the moves of all pages in turns."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    made, others = [], []
    for name, path in EXPLORERS.items():
        text, steps = ready(name)
        page = context.new_page()
        page.set_content(text)
        others.append(Subject(f"{name}, ready", page, steps))
        page = context.new_page()
        page.goto(site + path)
        figure = f"figure[data-explorer={name}]"
        page.locator(f"{figure} svg").wait_for(timeout=120_000)
        page.evaluate(
            "figure => { for (const each of document.querySelectorAll('figure.ll-explorer'))"
            " if (!each.matches(figure)) each.remove(); }",
            figure,
        )
        made.append(Subject(name, page, steps))
    page = context.new_page()
    page.set_content(ONE_NUMBER)
    made += [*others, Subject("one number", page, 100)]
    for number in range(moves + WARM_UP):
        rest = REST + FRAME * (number * 0.618 % 1)  # never twice at one place, and soon at all
        for subject in made if number % 2 else reversed(made):
            subject.page.bring_to_front()
            subject.move(number >= WARM_UP, rest)
    context.close()
    return made


def report(made: list[Subject], notebook: dict[str, list[float]]) -> str:
    """Return the table: page, notebook, and the page's median over that of ready pictures."""
    medians = {each.name: statistics.median(each.moves) for each in made}
    lines = [f"{'explorer':<26}{'moves':>6}{'median':>8}{'p95':>8}{'ratio':>8}{'notebook':>10}"]
    for each in made:
        beside = notebook.get(each.name)
        ratio = medians[each.name] / medians.get(f"{each.name}, ready", medians[each.name])
        lines.append(
            f"{each.name:<26}{len(each.moves):>6}{medians[each.name]:>8.0f}{p95(each.moves):>8.0f}"
            f"{ratio:>8.2f}{statistics.median(beside) if beside else 0:>10.0f}"
        )
    return "\n".join([*lines, f"The ratio is to the ready pictures'; wanted: at most {LIMIT}."])


def main() -> None:
    """Read the command line, measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a built site")
    parser.add_argument("--moves", type=int, default=30, help="moves counted of each (default 30)")
    parser.add_argument("--no-notebook", action="store_true", help="leave the notebook out")
    asked = parser.parse_args()
    found = find_browser()
    if found is None:
        raise SystemExit(f"No browser was found. {MEND}")
    with served(asked.folder) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found.path), args=start_options())
        print(open_times(browser, site + "index.html"), flush=True)
        made = move_times(browser, site, asked.moves)
        browser.close()
    beside = [] if asked.no_notebook else measure_notebook(asked.moves, tuple(EXPLORERS))
    print(report(made, {each.explorer: each.pixels for each in beside if not each.usual}))


if __name__ == "__main__":
    main()
