"""Draw the two pictures of the reader that are committed as files. A command, not a test.

    python tests/renew_pictures.py

It writes into lstm_lessons/site/in_page the one that a link to the site shows elsewhere,
preview.png, 1200 by 630, and the one that moves in README.md, reader.gif. Run it when the reader's
picture has changed.
"""

import io
import sys

from browser.server import CLONE
from PIL import Image
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(CLONE))

from lstm_lessons.commands.browser import find_browser, start_options
from lstm_lessons.explorers.reader import view

FOLDER = CLONE / "lstm_lessons" / "site" / "in_page"
COLOURS = 32
PREVIEW = """<body style="margin: 0; width: 1200px; height: 630px; overflow: hidden;
  background: white; font-family: sans-serif">
  <h1 style="font-size: 56px; margin: 36px 60px 8px">LSTM lessons</h1>
  <p style="font-size: 30px; margin: 0 60px 24px">What does an LSTM keep of what it has read?</p>
  <div style="margin: 0 60px; zoom: 1.42">{picture}</div></body>"""
LINE = "for k in range(10):"
STEP_MS, LAST_MS = 450, 2500


def preview(page: Page) -> None:
    """Let the browser draw the picture for links."""
    page.set_viewport_size({"width": 1200, "height": 630})
    page.set_content(PREVIEW.format(picture=view(line="print(x, y)", characters=11).inline))
    few_colours(page.screenshot()).save(FOLDER / "preview.png", optimize=True)


def moving(page: Page) -> None:
    """Let the browser draw the reader after each character of a line, one frame each."""
    frames = []
    page.set_viewport_size({"width": 720, "height": 700})
    for characters in range(1, len(LINE) + 1):
        drawn = view(line=LINE, characters=characters).inline
        page.set_content(f'<body style="margin: 0">{drawn}</body>')
        frames.append(few_colours(page.locator("svg").screenshot()))
    times = [STEP_MS] * (len(frames) - 1) + [LAST_MS]
    frames[0].save(
        FOLDER / "reader.gif", save_all=True, append_images=frames[1:], duration=times, loop=0
    )


def few_colours(screenshot: bytes) -> Image.Image:
    """Return a screenshot in a few colours: enough for it, and a third of the bytes."""
    return Image.open(io.BytesIO(screenshot)).convert("RGB").quantize(COLOURS)


def main() -> None:
    """Draw both."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(find_browser().path), args=start_options()
        )
        page = browser.new_page(color_scheme="light")
        preview(page)
        moving(page)
        browser.close()
    for name in ("preview.png", "reader.gif"):
        print(f"{name}: {(FOLDER / name).stat().st_size} bytes")


if __name__ == "__main__":
    main()
