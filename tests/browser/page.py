"""A notebook open in JupyterLab, and an explorer in it, as a person at the screen sees them."""

import re
import xml.etree.ElementTree as ElementTree
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from lstm_lessons.commands.browser import MEND, Browser, browser_is_required, find_browser
from lstm_lessons.drawing import Picture

OPEN_MS = 60_000
RUN_MS = 150_000
MOVE_MS = 15_000

CONTROL = ".widget-slider, .widget-dropdown, .widget-toggle-buttons, .widget-text"
SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"

# What JupyterLab itself says in the console when it starts without any notebook: (pattern, why).
# Nothing so far: its own messages are of levels below "error".
HARMLESS: tuple[tuple[str, str], ...] = ()

_READY = f"""(count) => {{
  const panel = document.querySelector('{SHOWN}');
  return panel && panel.querySelectorAll('.jp-Cell').length === count
    && !panel.querySelector('.jp-Cell-Placeholder')
    && [...panel.querySelectorAll('.jp-MarkdownCell')].every(
         cell => cell.classList.contains('jp-mod-rendered'))
    && [...panel.querySelectorAll('img')].every(image => image.complete);
}}"""

_OPEN = """async ([path, kernel]) => {
  await jupyterapp.restored;
  const panel = await jupyterapp.commands.execute(
    'docmanager:open', kernel ? {path, kernel} : {path});
  await panel.revealed;
  await panel.sessionContext.ready;
}"""

_KERNEL = """async () => {
  const {sessionContext} = jupyterapp.shell.currentWidget;
  await sessionContext.ready;
  await sessionContext.session.kernel.info;
}"""

# Widgets that are left in a kernel would be shown to the next notebook that it serves.
_ADOPT = """() => {
  const kernel = jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
  return kernel && {id: kernel.id, name: kernel.name};
}"""

_EMPTY = """async () => {
  const code = 'import ipywidgets; ipywidgets.Widget.close_all(); get_ipython().reset()';
  await jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.requestExecute(
    {code, silent: true, store_history: false}).done;
}"""

_CLOSE = """() => {
  for (const panel of [...jupyterapp.shell.widgets('main')]) {
    if (!panel.sessionContext) continue;
    panel.context.model.dirty = false;  // so that it closes without asking
    panel.dispose();
  }
}"""

_RUN = """(command) => {
  window.courseRun = 'running';
  const run = async () => {
    await jupyterapp.restored;
    const panel = jupyterapp.shell.currentWidget;
    await panel.revealed;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    await jupyterapp.commands.execute(command);
  };
  run().then(() => { window.courseRun = 'done'; },
             error => { window.courseRun = 'failed: ' + error; });
}"""

_PICTURES = f"""() => {{
  const panel = document.querySelector('{SHOWN} .jp-Notebook');
  const outputs = '.jp-OutputArea-output svg, .jp-MarkdownOutput svg';
  const hidden = part => part.closest('[hidden], [aria-hidden=true]') !== null;
  // The icons of JupyterLab's own buttons, and formulas, are no pictures of ours.
  const foreign = part => part.closest('button, mjx-container') !== null;
  const images = [...panel.querySelectorAll('img')].filter(part => !hidden(part)).map(part => ({{
    kind: 'img', name: part.getAttribute('alt'), width: part.naturalWidth}}));
  const drawings = [...panel.querySelectorAll(outputs)]
    .filter(part => !hidden(part) && !foreign(part) && !part.parentElement.closest('svg'))
    .map(part => ({{
      kind: part.getAttribute('role') === 'img' ? 'svg' : 'svg without role="img"',
      name: part.getAttribute('aria-label'), width: part.getBoundingClientRect().width}}));
  return [...images, ...drawings];
}}"""

_DRAWN = """(box) => {
  const svg = box.querySelector('svg[role=img]');
  return svg && {
    alt: svg.getAttribute('aria-label'),
    texts: [...svg.querySelectorAll('text')]
      .map(text => [...text.childNodes].filter(part => part.nodeName !== 'title')
        .map(part => part.textContent).join('').replace(/\\s+/g, ' ').trim()).filter(text => text),
    markup: svg.outerHTML,
  };
}"""

# What the images of a notebook look like, drawn by the browser as it draws them in the page: a sum
# of their colours, or all of them as a PNG file. To ask for a style brings it up to date.
_LOOKS = f"""(whole) => [...document.querySelectorAll(
    '{SHOWN} .jp-OutputArea-output img:not([hidden])')].map(image => {{
  getComputedStyle(image).colorScheme;
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth / (whole ? 1 : 2);
  canvas.height = image.naturalHeight / (whole ? 1 : 2);
  const pen = canvas.getContext('2d', {{willReadFrequently: true}});
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  if (whole) return canvas.toDataURL();
  // Without the rounded corners, through which the page is seen.
  const {{data}} = pen.getImageData(6, 6, canvas.width - 12, canvas.height - 12);
  return data.reduce((sum, part) => (31 * sum + part) | 0, 0);
}})"""

_TRUSTED = """() => [...jupyterapp.shell.currentWidget.content.model.cells]
  .filter(cell => cell.type === 'code' && cell.outputs.length).every(cell => cell.trusted)"""

_SAY_THEME = """(dark) => {
  document.body.dataset.jpThemeLight = String(!dark);
  document.body.style.colorScheme = dark ? 'dark' : 'light';
}"""

# Texts that stick out of the picture, or lie on each other. A text's box is higher than its
# letters: a fifth of it is taken off above and below.
_COLLISIONS = """(box) => {
  const svg = box.querySelector('svg[role=img]');
  const edge = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll('text')].map(text => {
    const {left, right, top, bottom, height} = text.getBoundingClientRect();
    const words = text.textContent.trim();
    return {words, left, right, top: top + height / 5, bottom: bottom - height / 5};
  }).filter(each => each.words);
  const found = boxes.filter(each => each.left < edge.left || each.right > edge.right
    || each.top < edge.top || each.bottom > edge.bottom).map(each => [each.words, 'the edge']);
  boxes.forEach((one, index) => boxes.slice(index + 1).forEach(two => {
    if (one.left < two.right && two.left < one.right && one.top < two.bottom
        && two.top < one.bottom) found.push([one.words, two.words]);
  }));
  return found;
}"""


class LabPage:
    """A browser's page with JupyterLab in it; all that it complains of is kept."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        """Open JupyterLab at an address that has a query (``?token=...``)."""
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.on("response", self._look_at_answer)
        self.page.goto(address, timeout=OPEN_MS)
        # JupyterLab defines `jupyterapp` only where its server is told to.
        self.page.wait_for_function("window.jupyterapp", timeout=OPEN_MS)
        self.kernel: dict[str, Any] | None = None

    def adopt_kernel(self) -> None:
        """Let all notebooks that are opened from now on share the kernel of the one that is."""
        self.kernel = self.page.wait_for_function(_ADOPT, timeout=OPEN_MS).json_value()

    def open(self, path: str, cells: int) -> "NotebookPage":
        """Open a notebook, and wait until its cells are drawn and its kernel is there."""
        if self.kernel:
            self.empty_kernel()
        self.close_notebooks()
        self.complaints.clear()
        self.page.evaluate(_OPEN, [path, self.kernel])
        return NotebookPage(self, cells)

    def empty_kernel(self) -> None:
        """Take all names and widgets from the kernel of the notebook that is open, if one is."""
        self.page.evaluate(_EMPTY)

    def close_notebooks(self) -> None:
        """Close what is open, and leave the files as they were."""
        self.page.evaluate(_CLOSE)
        self.page.wait_for_selector(".jp-NotebookPanel", state="detached")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        if not any(re.search(pattern, message.text) for pattern, _ in HARMLESS):
            self.complaints.append(f"console: {message.text}")

    def _look_at_answer(self, answer: Any) -> None:
        if answer.status >= 400:
            self.complaints.append(f"answer {answer.status}: {answer.url}")


class NotebookPage:
    """The one notebook that is open in a page with JupyterLab."""

    def __init__(self, lab: LabPage, cells: int) -> None:
        """Take the page, and wait until a notebook with so many cells is drawn in it."""
        self.page = lab.page
        self.complaints = lab.complaints
        self.page.wait_for_selector(f"{SHOWN} .jp-Cell", timeout=OPEN_MS)
        self.page.wait_for_function(_READY, arg=cells, timeout=OPEN_MS)

    def wait_for_kernel(self) -> None:
        """Wait until the kernel has started: before that, a server takes 20 s to stop."""
        self.page.evaluate(_KERNEL)

    def run(self, command: str = "notebook:run-all-cells") -> None:
        """Run cells, and wait until the kernel has finished them."""
        self.page.evaluate(_RUN, command)
        self.page.wait_for_function("window.courseRun !== 'running'", timeout=RUN_MS)
        ended = self.page.evaluate("window.courseRun")
        if ended != "done":
            raise AssertionError(f"{command} {ended}")

    def cells(self) -> list[dict[str, Any]]:
        """Return the cells as they now stand, outputs included (nbformat's form)."""
        return self.page.evaluate("jupyterapp.shell.currentWidget.content.model.toJSON().cells")

    def cell(self, index: int) -> Locator:
        """Return the cell at this place, counted from 0."""
        return self.page.locator(f"{SHOWN} .jp-Notebook .jp-Cell").nth(index)

    def is_trusted(self) -> bool:
        """Say whether JupyterLab trusts every output."""
        return self.page.evaluate(_TRUSTED)

    def pictures(self) -> list[dict[str, Any]]:
        """Return kind, alternative text and width of each picture of the notebook."""
        return self.page.evaluate(_PICTURES)

    def looks(self, dark: bool, keep: list[Path] | None = None) -> list[int]:
        """Return a number for each image of the outputs that changes with what is seen of it.

        ``keep`` are the files to write the images to.
        """
        self.say_theme(dark)
        if keep:
            for path, image in zip(keep, self.page.evaluate(_LOOKS, True), strict=True):
                path.write_bytes(b64decode(image.partition(",")[2]))
        return self.page.evaluate(_LOOKS, False)

    def replace_cell(self, index: int, source: str) -> None:
        """Type a text into a cell, over what stands there, and run the cell."""
        editor = self.cell(index).locator(".cm-content")
        editor.click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(source)
        self.run_cell(index)

    def run_cell(self, index: int) -> None:
        """Run one cell, and wait until the kernel has finished it."""
        self.page.evaluate(
            "index => { jupyterapp.shell.currentWidget.content.activeCellIndex = index; }", index
        )
        self.run("notebook:run-cell")

    def set_theme(self, dark: bool) -> None:
        """Switch JupyterLab to its dark or its light theme."""
        theme = "JupyterLab Dark" if dark else "JupyterLab Light"
        self.page.evaluate(
            "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
        )
        self.page.wait_for_selector(
            f'body[data-jp-theme-light="{"false" if dark else "true"}"]', state="attached"
        )
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def say_theme(self, dark: bool) -> None:
        """Say in the page that the theme is dark or light, as JupyterLab says it to pictures.

        Its own switch (`set_theme`) also loads another style sheet for all that is JupyterLab's.
        """
        self.page.evaluate(_SAY_THEME, dark)


class ExplorerOnPage:
    """An explorer in a notebook's output: its sliders, its choices and its picture."""

    def __init__(self, notebook: NotebookPage, box: Locator) -> None:
        """Take the output area that holds the explorer."""
        self._page = notebook.page
        self.box = box
        box.locator(CONTROL).first.wait_for(timeout=MOVE_MS)

    def row(self, label: str) -> Locator:
        """Return the row of the control with this label: label, handle, readout."""
        exact = re.compile(rf"^\s*{re.escape(label)}\s*$")
        return self.box.locator(CONTROL).filter(
            has=self._page.locator(".widget-label", has_text=exact)
        )

    def handle(self, label: str) -> Locator:
        """Return the part of a slider that is dragged."""
        return self.row(label).locator(".noUi-handle")

    def readout(self, label: str) -> float:
        """Return the number beside a slider."""
        text = self.row(label).locator(".widget-readout").inner_text()
        return float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))

    def drawn(self) -> dict[str, Any]:
        """Return the picture now shown: ``alt``, ``texts`` and ``markup``."""
        return self.box.evaluate(_DRAWN)

    def collisions(self) -> list[list[str]]:
        """Return each two texts of the picture that lie on each other, or one and the edge."""
        return self.box.evaluate(_COLLISIONS)

    def press(self, label: str, key: str) -> None:
        """Give the keyboard to a slider, and press a key."""
        self.handle(label).focus()
        self._page.keyboard.press(key)

    def drag(self, label: str, share: float) -> None:
        """Drag a slider's handle to a share of its way; 0 is the left end, 1 the right."""
        handle = self.handle(label)
        handle.scroll_into_view_if_needed()
        grip = handle.bounding_box()
        track = self.row(label).locator(".noUi-base").bounding_box()
        y = grip["y"] + grip["height"] / 2
        mouse = self._page.mouse
        mouse.move(grip["x"] + grip["width"] / 2, y)
        mouse.down()
        mouse.move(track["x"] + share * track["width"], y, steps=8)
        mouse.up()

    def choose(self, label: str, option: str) -> None:
        """Choose an option of a dropdown list or of a row of buttons."""
        row = self.row(label)
        if row.locator("select").count():
            row.locator("select").select_option(label=option)
        else:
            row.get_by_role("button", name=option, exact=True).click()

    def button(self, name: str) -> Locator:
        """Return a button of the explorer: a preset, or one of those that play."""
        return self.box.get_by_role("button", name=name, exact=True)

    def wait_for(self, svg: str, alt: str) -> None:
        """Wait until the picture's texts and alternative text are those of ``svg`` and ``alt``."""
        wanted = {"alt": alt, "texts": texts_of(svg)}
        box = self.box.element_handle()
        try:
            self._page.wait_for_function(
                f"([box, wanted]) => {{ const now = ({_DRAWN})(box); return now"
                " && now.alt === wanted.alt"
                " && JSON.stringify(now.texts) === JSON.stringify(wanted.texts); }",
                arg=[box, wanted],
                timeout=MOVE_MS,
            )
        except PlaywrightTimeout:
            now = self.drawn()
            shown = {"alt": now["alt"], "texts": now["texts"]}
            raise AssertionError(f"shown:  {shown}\nwanted: {wanted}") from None


class PlainPage:
    """A page of this browser with nothing in it but one picture."""

    def __init__(self, context: BrowserContext) -> None:
        """Open an empty page."""
        self.page: Page = context.new_page()

    def collisions(self, picture: Picture) -> list[list[str]]:
        """Show a picture; return each two texts that lie on each other, or one and the edge."""
        show = "inline => { document.body.innerHTML = inline; "
        return self.page.evaluate(
            f"{show} return ({_COLLISIONS})(document.body); }}", picture.inline
        )


def browser_or_reason() -> Browser:
    """Return the browser to drive. Without one the test is skipped, or fails on CI."""
    found = find_browser()
    if found is not None:
        return found
    line = f"No browser was found. {MEND}"
    if browser_is_required():
        pytest.fail(line, pytrace=False)
    pytest.skip(line)


def texts_of(svg: str) -> list[str]:
    """Return the texts of an SVG picture, in order, without what they say under the pointer."""
    root, name = ElementTree.fromstring(svg), "{http://www.w3.org/2000/svg}"
    for text in root.iter(f"{name}text"):
        for title in text.findall(f"{name}title"):
            text.text = (text.text or "") + (title.tail or "")  # it stands before all other parts
            text.remove(title)
    texts = ("".join(part.itertext()) for part in root.iter(f"{name}text"))
    return [" ".join(text.split()) for text in texts if text.strip()]


def source_of(cell: dict[str, Any]) -> str:
    """Return the text of a cell; nothing for prose."""
    return "".join(cell["source"]) if cell["cell_type"] == "code" else ""


def save(part: Locator, path: Path) -> bytes:
    """Write a screenshot of a part of the page as a test's artefact, and return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return part.screenshot(path=path)
