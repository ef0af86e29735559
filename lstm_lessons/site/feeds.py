"""What machines read of the site: sitemap.xml, and the lessons' texts as llms.txt."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from lstm_lessons.course import LESSONS, PAGES, Lesson, Page
from lstm_lessons.publishing.kept_pictures import on_page
from lstm_lessons.site.addresses import Addresses

_NO_PAGES = ("search.html", "genindex.html")
_BEFORE = """# LSTM lessons

> A course in Jupyter notebooks that builds torch.nn.LSTM by hand, one checked step at a time. Each
> lesson opens with its question.
"""


def write(root: Path, made: Path, addresses: Addresses) -> None:
    """Write all of them into a site that was made of a clone."""
    if addresses.site:
        (made / "sitemap.xml").write_text(sitemap(made, addresses), encoding="utf-8")
    (made / "llms.txt").write_text(index(addresses), encoding="utf-8")
    (made / "llms-full.txt").write_text(full(root, addresses), encoding="utf-8")


def sitemap(made: Path, addresses: Addresses) -> str:
    """Return the list of a site's pages for search engines, which want whole addresses."""
    found = (path for path in made.rglob("*.html") if "_static" not in path.parts)
    names = (path.relative_to(made).as_posix() for path in found)
    rows = (
        f"<url><loc>{escape(addresses.of(name.removesuffix('index.html')))}</loc></url>\n"
        for name in sorted(names)
        if name not in _NO_PAGES
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<urlset xmlns="{space}">\n{"".join(rows)}</urlset>\n'


def index(addresses: Addresses) -> str:
    """Return llms.txt: what the course is, and each page with its question."""
    return "\n".join(
        (
            _BEFORE,
            f"All lessons in one text: [llms-full.txt]({addresses.of('llms-full.txt')})",
            *("", "## Lessons", ""),
            *(_row(each, f"{each.number} {each.title}", addresses) for each in LESSONS),
            *("", "## Beside the lessons", ""),
            *(_row(each, each.title, addresses) for each in PAGES),
            "",
        )
    )


def _row(each: Lesson | Page, title: str, addresses: Addresses) -> str:
    return f"- [{title}]({addresses.of(f'notebooks/{each.name}.html')}): {each.question}"


def full(root: Path, addresses: Addresses) -> str:
    """Return llms-full.txt: all lessons and pages, with their code and what it printed."""
    pages = (_whole(root, each.name, addresses) for each in (*LESSONS, *PAGES))
    return "\n\n".join((_BEFORE, *pages)) + "\n"


def _whole(root: Path, name: str, addresses: Addresses) -> str:
    notebook = json.loads((root / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    parts = (part for cell in notebook["cells"] for part in _parts(cell))
    return f"<!-- {addresses.of(f'notebooks/{name}.html')} -->\n\n" + "\n\n".join(parts)


def _parts(cell: dict[str, Any]) -> list[str]:
    """Return a cell as Markdown: its text, or its code and what came of it."""
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return [source]
    return [f"```python\n{source}\n```", *filter(None, map(_result, on_page(cell["outputs"])))]


def _result(output: dict[str, Any]) -> str:
    """Return what a cell printed, or a picture's alternative text."""
    data = output.get("data", {})
    pictured = re.search(r'<img alt="([^"]*)"', "".join(data.get("text/html", "")))
    if pictured:
        return f"(A picture: {unescape(pictured[1])})"
    printed = "".join(output.get("text", "")) or "".join(data.get("text/plain", ""))
    return f"```text\n{printed.rstrip()}\n```" if printed.strip() else ""
