"""How long from a key on a slider to the new picture on the screen? A benchmark, not a test.

    python tests/benchmark_sliders.py [--moves 30]

Each explorer stands in one notebook beside the same picture drawn the usual way (`interact` and
`plt.show()`, see usual_way.py). The page's own clock runs from the key going down to the second
animation frame after the picture in the page has changed. Moves of all of them take turns, so that
what else the machine does hits all alike; of each, the first three moves are left out.

The explorers that have no usual way of their own are held against the fastest of the usual ways.
"""

import argparse
import importlib
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from browser.page import ExplorerOnPage, LabPage, NotebookPage
from browser.server import CLONE, LabServer, environment
from ipywidgets import ValueWidget
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(CLONE))

from lstm_lessons import explorers
from lstm_lessons.commands.browser import MEND, find_browser, start_options
from lstm_lessons.explorers.base import Explorer

# How many times faster than the usual way an explorer should be at the median: 2 where a curve is
# drawn, 3 for a diagram.
TARGETS = {"forget_gate": 2, "gates_and_shapes": 3, "cell_gates": 3}
OTHERS = {name: 3 for name in explorers.__all__ if name not in TARGETS}
WARM_UP = 3
REST = 250  # milliseconds: focus may scroll the page, and JupyterLab then works for a while

# An <img> counts once it can be painted; an <svg> in the page always can.
MEASURE = """(box) => {
  const now = () => {
    const picture = box.querySelector('.widget-html-content svg[role=img], .jp-RenderedImage img');
    if (!picture || picture.tagName !== 'IMG') return picture;
    return picture.complete && picture.naturalWidth ? picture.src : null;
  };
  const before = now();
  let start = null;
  document.addEventListener('keydown', event => { start = event.timeStamp; },
                            {capture: true, once: true});
  window.courseMove = new Promise((resolve, reject) => {
    let seen = false;
    const look = () => {
      const shown = now();
      if (seen || start === null || shown === null || shown === before) return;
      seen = true;
      watch.disconnect();
      box.removeEventListener('load', look, true);
      const page = performance.now() - start;
      requestAnimationFrame(() => requestAnimationFrame(
        () => resolve({page, pixels: performance.now() - start})));
    };
    const watch = new MutationObserver(look);
    watch.observe(box, {childList: true, subtree: true, attributes: true});
    box.addEventListener('load', look, true);
    setTimeout(() => reject(new Error('the picture did not change within 20 s')), 20000);
  });
}"""
IDLE = "jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"


@dataclass
class Sweep:
    """A slider that goes step by step to one end of its way, and back; ``twin`` goes with it."""

    label: str
    twin: ValueWidget
    direction: int = 1

    def key(self) -> str:
        """Return the key that makes the next step, and make it with the twin."""
        twin, end = self.twin, self.twin.max if self.direction > 0 else self.twin.min
        if abs(end - twin.value) < twin.step / 2:
            self.direction = -self.direction
        twin.value += self.direction * twin.step
        return "ArrowRight" if self.direction > 0 else "ArrowLeft"


@dataclass
class Subject:
    """One way of showing one explorer's picture, and the times measured, in milliseconds."""

    explorer: str
    usual: bool
    cell: int
    twin: Explorer
    sweeps: list[Sweep] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    pixels: list[float] = field(default_factory=list)

    def source(self) -> str:
        """Return the cell that shows it."""
        if self.usual:
            return f"usual_way.show({self.explorer!r})"
        return f"explorers.{self.explorer}()"


def subjects(names: Sequence[str] = (*TARGETS, *OTHERS)) -> list[Subject]:
    """Return explorers and their usual ways, with the sliders to move; all where none is named."""
    made = []
    for explorer in names:
        module = importlib.import_module(f"lstm_lessons.explorers.{explorer}")
        for usual in (False, True) if explorer in TARGETS else (False,):
            twin = getattr(module, explorer)()
            subject = Subject(explorer, usual, len(made) + 1, twin)
            for name, widget in twin.sliders.items():
                if hasattr(widget, "step"):
                    subject.sweeps.append(Sweep(name if usual else widget.description, widget))
            made.append(subject)
    return made


def write_notebook(path: Path, made: list[Subject]) -> None:
    """Write the notebook that holds them all, a cell each."""
    first = (
        f"%matplotlib inline\nimport sys\nsys.path.insert(0, {str(CLONE / 'tests')!r})\n"
        "import usual_way\nfrom lstm_lessons import explorers"
    )
    cells = [nbformat.v4.new_code_cell(text) for text in (first, *(each.source() for each in made))]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    nbformat.write(notebook, path)


def move(notebook: NotebookPage, subject: Subject, number: int) -> None:
    """Make one move, and keep its time unless it is one of the first.

    Some moves leave the picture as it is, such as that to a step behind the last: they are made
    and not timed.
    """
    page = notebook.page
    box = notebook.cell(subject.cell)
    sweep = subject.sweeps[number % len(subject.sweeps)]
    ExplorerOnPage(notebook, box).handle(sweep.label).focus()
    page.wait_for_timeout(REST)
    before = subject.twin.picture.inline
    key = sweep.key()
    if subject.twin.picture.inline == before:
        page.keyboard.press(key)
        page.wait_for_function(IDLE)
        return
    box.evaluate(MEASURE)
    page.keyboard.press(key)
    took = page.evaluate("window.courseMove")
    page.wait_for_function(IDLE)
    if number >= WARM_UP:
        subject.page.append(took["page"])
        subject.pixels.append(took["pixels"])


def measure(moves: int, names: Sequence[str] = (*TARGETS, *OTHERS)) -> list[Subject]:
    """Open a notebook of these explorers in a browser, make the moves, and return the times."""
    found = find_browser()
    if found is None:
        raise SystemExit(f"No browser was found. {MEND}")
    made = subjects(names)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "root").mkdir()
        write_notebook(folder / "root/benchmark.ipynb", made)
        with LabServer(folder, folder / "root", environment(folder)) as lab:
            browser = playwright.chromium.launch(
                executable_path=str(found.path), args=start_options()
            )
            context = browser.new_context(viewport={"width": 1280, "height": 1000})
            notebook = LabPage(context, lab.address("lab")).open("benchmark.ipynb", len(made) + 1)
            notebook.run()
            for cell in notebook.cells():
                errors = [each for each in cell["outputs"] if each["output_type"] == "error"]
                if errors:
                    raise SystemExit(f"{cell['source']}: {errors[0]['evalue']}")
            for number in range(moves + WARM_UP):
                # Who goes first changes with each round.
                for subject in made if number % 2 else reversed(made):
                    move(notebook, subject, number)
            browser.close()
    return made


def p95(times: list[float]) -> float:
    """Return the time that 95 of 100 moves do not exceed."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def report(made: list[Subject]) -> str:
    """Return the table: for each explorer its own way, the usual way, and their ratio."""
    lines = [
        "Milliseconds from key to pixels (in brackets: to the picture in the page).",
        "",
        f"{'explorer':<18}{'way':<10}{'moves':>6}{'median':>16}{'p95':>8}{'faster':>9}{'wanted':>9}",
    ]
    usual = {each.explorer: each for each in made if each.usual}
    fastest = min(statistics.median(each.pixels) for each in usual.values())
    for subject in made:
        note = ""
        if not subject.usual:
            own = usual.get(subject.explorer)
            other = statistics.median(own.pixels) if own else fastest
            ratio = other / statistics.median(subject.pixels)
            wanted = (TARGETS | OTHERS)[subject.explorer]
            note = f"{ratio:>8.1f}x{wanted:>8}x"
        median = f"{statistics.median(subject.pixels):.0f}"
        median += f" ({statistics.median(subject.page):.0f})"
        lines.append(
            f"{subject.explorer:<18}{'usual' if subject.usual else 'explorer':<10}"
            f"{len(subject.pixels):>6}{median:>16}{p95(subject.pixels):>8.0f}{note}"
        )
    return "\n".join(lines)


def main() -> None:
    """Read the command line, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=30, help="moves counted of each (default 30)")
    moves = parser.parse_args().moves
    if moves < 2:
        parser.error(f"--moves: expected at least 2, got {moves}")
    print(report(measure(moves)))


if __name__ == "__main__":
    main()
