"""Where a page's notebook can be run: in Jupyter, and on Colab and Binder if they can reach it."""

from __future__ import annotations

from html import escape
from typing import Any

from lstm_lessons.site.addresses import Addresses

_LAB = "<code>python3 -m lstm_lessons lab</code>"


def told(notebook: dict[str, Any], path: str, addresses: Addresses) -> dict[str, Any]:
    """Return a page whose opening is followed by a line that says where to run it.

    ``path`` is the notebook's in the repository. Without the repository's address there are no
    links, since nobody could follow them.
    """
    line = links(path, addresses) if addresses.repository else _without_links()
    cell = {"cell_type": "markdown", "metadata": {}, "source": f'<p class="ll-open">{line}</p>'}
    opening, *others = notebook["cells"]
    return notebook | {"cells": [opening, cell, *others]}


def links(path: str, addresses: Addresses) -> str:
    """Return the links of a notebook, as HTML."""
    owner_and_name, repository = escape(addresses.on_github), escape(addresses.repository)
    colab = f"https://colab.research.google.com/github/{owner_and_name}/blob/main/{path}"
    binder = f"https://mybinder.org/v2/gh/{owner_and_name}/main?urlpath=lab/tree/{path}"
    return (
        f'Run this page: <a href="{binder}">on Binder</a>, <a href="{colab}">on Colab</a> (there, '
        f"<code>%pip install git+{repository}</code> comes first), or in Jupyter: {_LAB} in a "
        f'clone of <a href="{repository}">the course</a>.'
    )


def _without_links() -> str:
    return f"To run this page, open it in Jupyter: {_LAB} in a clone of the course."
