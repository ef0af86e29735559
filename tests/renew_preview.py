"""Draw the picture that a link to the site shows elsewhere. A command, not a test.

    python tests/renew_preview.py

It writes lstm_lessons/site/in_page/preview.png, 1200 by 630, with the reader's own picture in it.
Run it when that picture has changed.
"""

import io
import sys

from browser.server import CLONE
from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(CLONE))

from lstm_lessons.commands.browser import find_browser, start_options
from lstm_lessons.explorers.reader import view

TO = CLONE / "lstm_lessons" / "site" / "in_page" / "preview.png"
PAGE = """<body style="margin: 0; width: 1200px; height: 630px; overflow: hidden; background: white;
  font-family: sans-serif"><h1 style="font-size: 56px; margin: 36px 60px 8px">LSTM lessons</h1>
  <p style="font-size: 30px; margin: 0 60px 24px">What does an LSTM keep of what it has read?</p>
  <div style="margin: 0 60px; zoom: 1.42">{picture}</div></body>"""


def main() -> None:
    """Let a browser draw it, in 32 colours, which is enough and a third of the bytes."""
    drawn = view(line="print(x, y)", characters=11).inline
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(find_browser().path), args=start_options()
        )
        page = browser.new_page(viewport={"width": 1200, "height": 630}, color_scheme="light")
        page.set_content(PAGE.format(picture=drawn))
        picture = Image.open(io.BytesIO(page.screenshot()))
        browser.close()
    picture.convert("RGB").quantize(32).save(TO, optimize=True)
    print(f"{TO}: {TO.stat().st_size} bytes")


if __name__ == "__main__":
    main()
