"""axe-core, which finds what keeps people from reading a page; a tool of the tests alone."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from lstm_lessons.site.vendored import Vendored, bring

from .server import CLONE

AXE = Vendored(
    "axe-core",
    "4.14.1",
    "MPL-2.0",
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    ("axe.min.js",),
)
_RUN = """part => axe.run(document.querySelector(part), {resultTypes: ['violations']})
  .then(found => found.violations)"""


def script() -> Path:
    """Return the file of axe-core, fetched with npm if need be."""
    return bring(AXE, CLONE / "build" / "vendored") / "axe.min.js"


def violations(page: Page, part: str = "html") -> list[dict[str, Any]]:
    """Return what axe-core finds on a page: a rule each, its nodes as selectors and HTML.

    ``part`` is the selector of what is to be looked at, if that is not all of it.
    """
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=script())
    return [
        {
            "rule": each["id"],
            "nodes": [(node["target"], node["html"][:150]) for node in each["nodes"]],
        }
        for each in page.evaluate(_RUN, part)
    ]
