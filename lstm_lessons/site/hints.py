"""A Sphinx extension: a link to the glossary says under the pointer what the word means."""

from __future__ import annotations

from typing import Any

from lstm_lessons.site import glossary


def setup(app: Any) -> dict[str, bool]:
    """Let Sphinx hand over each page when its links are known."""
    app.connect("doctree-resolved", _add)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _add(app: Any, tree: Any, name: str) -> None:
    from docutils.nodes import reference

    meanings = {term.target: _plain(term) for term in glossary.terms()}
    for link in tree.findall(reference):
        target = link.get("refid") or link.get("refuri", "").rpartition("#")[2]
        if target in meanings:
            link["reftitle"] = meanings[target]


def _plain(term: glossary.Term) -> str:
    return " ".join(term.entry.text.replace("`", "").split())
