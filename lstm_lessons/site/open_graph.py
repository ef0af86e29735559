"""A Sphinx extension: what a page says of itself where somebody links to it, as Open Graph tags."""

from __future__ import annotations

from html import escape
from typing import Any

from lstm_lessons.course import LESSONS, PAGES
from lstm_lessons.site.addresses import Addresses

PICTURE = "_static/preview.png"
COURSE = (
    "Build torch.nn.LSTM by hand: lessons with pictures that move, and exercises that tell you "
    "what went wrong."
)


def setup(app: Any) -> dict[str, bool]:
    """Let Sphinx ask for the tags of each page."""
    app.connect("html-page-context", _add)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _add(app: Any, name: str, template: str, context: dict[str, Any], tree: object) -> None:
    addresses = Addresses(site=app.config.html_baseurl)
    way_up = "" if addresses.site else "../" * name.count("/")
    made = tags(name, context.get("title") or "", addresses, way_up)
    context["metatags"] = context.get("metatags", "") + made


def tags(name: str, title: str, addresses: Addresses, way_up: str = "") -> str:
    """Return the tags of a page, by its name and its title.

    Without the site's address the picture's is relative to the page, ``way_up`` from it; then some
    programs do not find it.
    """
    said = {
        "og:type": "website",
        "og:site_name": "LSTM lessons",
        "og:title": title if name != "index" else "LSTM lessons",
        "og:description": described(name),
        "og:image": way_up + addresses.of(PICTURE),
        "og:image:alt": "The memory of a small trained LSTM while it reads a line of code.",
    }
    if addresses.site:
        said["og:url"] = addresses.of("" if name == "index" else f"{name}.html")
    rows = [f'<meta property="{key}" content="{escape(value)}">' for key, value in said.items()]
    return "\n".join(
        ("", *rows, f'<meta name="description" content="{escape(said["og:description"])}">')
    )


def described(name: str) -> str:
    """Return a lesson's question, and of any other page what the course is."""
    folder, _, file = name.rpartition("/")
    for each in (*LESSONS, *PAGES):
        if each.name == file:
            return f"Exercises: {each.question}" if folder == "exercises" else each.question
    return COURSE
