"""Static pages on loopback, and a visit to them: every other address is blocked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

SPARING = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
"""A script that asks pages to spare bytes: Python then waits for a touch."""

_ASK = """async ([address, asked]) => {
  const worker = new Worker(address, {type: 'module'});
  const answers = [];
  await new Promise((resolve, reject) => {
    worker.onmessage = ({data}) => {
      if (data.failed) reject(new Error(data.failed));
      answers.push(data);
      if (answers.length === asked.length) resolve();
    };
    asked.forEach(([name, values], figure) => worker.postMessage({figure, name, values}));
  });
  worker.terminate();
  return answers;
}"""


class Quiet(SimpleHTTPRequestHandler):
    """A plain server that says nothing."""

    def log_message(self, *words: object) -> None:
        """Say nothing."""

    def handle_one_request(self) -> None:
        """Answer; a page that was left does not wait for what it had asked for."""
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder; give its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Visit:
    """A page of the site, and all that went wrong on it."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.page, self.site, self.wrong = context.new_page(), site, []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("response", self._look)
        self.page.route("**/*", self._pass)

    def open(self, path: str) -> Page:
        self.page.goto(self.site + path, timeout=60_000)
        return self.page

    def _pass(self, route) -> None:
        address = route.request.url
        if address.startswith(self.site):
            route.continue_()
        else:
            self.wrong.append(f"asks for {address}")
            route.abort()

    def _look(self, answer) -> None:
        if answer.status >= 400:
            self.wrong.append(f"{answer.status} {answer.url}")

    def _hear(self, message) -> None:
        if message.type == "error":
            self.wrong.append(message.text)


def drawn_there(page: Page, site: str, asked: list[tuple[str, dict]]) -> list[dict[str, Any]]:
    """Return what the site's own Python draws, in a worker: of each name and values a picture."""
    return page.evaluate(_ASK, [f"{site}_static/python.js", asked])
