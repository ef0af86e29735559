"""Turn a notebook of the course into a page of the site. No sentence is written anew.

Pages are notebooks as JSON: dicts and lists. Few things change. What was printed after a
prediction gets a fold, and the reader a place for the guess. And an explorer and an exercise get
what the page needs to move or to judge them: a table of controls, the code that was given.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from dataclasses import asdict
from html import escape
from typing import Any

from lstm_lessons import explorers
from lstm_lessons.explorers.base import Choice, Explorer, Parameter, Range, Text
from lstm_lessons.publishing.kept_pictures import on_page
from lstm_lessons.site import judged

Notebook = dict[str, Any]
Cell = dict[str, Any]

PREDICT = "**Predict.**"
_ELSEWHERE = (
    "This one needs PyTorch, which no page has. It is checked in Jupyter: the top of this page "
    "says how to get there."
)
_EXPLORER = re.compile(r"^explorers\.(\w+)\(\)\s*$", re.MULTILINE)
_CHECK = re.compile(r"^exercise\(\"(\d\d\.\d+)\"\)\.check\(", re.MULTILINE)
_KINDS = {Range: "range", Choice: "choice", Text: "text"}


def page(notebook: Notebook, name: str) -> Notebook:
    """Return the page of a notebook; ``name`` is the file's, without its ending."""
    made = deepcopy(notebook)
    cells = made["cells"]
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            cell["outputs"] = on_page(cell["outputs"])
            shown, checked = explorer_of(_source(cell)), _CHECK.search(_source(cell))
            if shown:
                cell["outputs"] = [_html(figure(shown, _still(cell)))]
            elif checked:
                cell["outputs"] = [_html(_check(checked[1], cells[number - 1]))]
        elif asks(cell):
            _fold(cells[number + 1])
            cell["source"] = _source(cell) + "\n\n" + _guess(f"{name}-{number}")
    return made


def explorer_of(source: str) -> str | None:
    """Return the name of the explorer that a code cell shows, if it shows one."""
    found = _EXPLORER.search(source)
    return found[1] if found else None


def asks(cell: Cell) -> bool:
    """Say whether a text cell ends with a question, which the next cell answers."""
    last = _source(cell).rstrip().split("\n\n")[-1]
    return cell["cell_type"] == "markdown" and last.startswith(PREDICT)


def figure(name: str, still: str) -> str:
    """Return an explorer as HTML: its still picture, and beside it what moves it, as JSON.

    ``still`` is the picture as an ``<img>``.
    """
    controls = _json(described(name))
    least = getattr(explorers, name)().picture.least
    return (
        f'<figure class="ll-explorer" data-explorer="{escape(name)}">'
        f'<script type="application/json">{controls}</script>'
        f'<div class="ll-picture">{still.removesuffix(">")} style="{least}"></div>'
        "</figure>"
    )


def described(name: str) -> dict[str, Any]:
    """Return an explorer's controls as JSON can hold them: a row each, presets, what plays."""
    made: Explorer = getattr(explorers, name)()
    rows = [{"name": each} | _row(parameter) for each, parameter in made.table.items()]
    return {
        "controls": rows,
        "presets": made.settings,
        "play": made.plays,
        "side_by_side": made.side_by_side,
    }


def _row(parameter: Parameter) -> dict[str, Any]:
    allowed, default, label = parameter
    row = {"label": label, "kind": _KINDS[type(allowed)], "value": default} | asdict(allowed)
    row.pop("alphabet", None)  # the page asks Python what is wrong with a line
    return row


def _still(cell: Cell) -> str:
    """Return the picture that is stored with an explorer's cell."""
    for output in cell["outputs"]:
        html = "".join(output.get("data", {}).get("text/html", ""))
        if html.startswith("<img "):
            return html
    raise ValueError(f"expected a stored picture below {_source(cell)!r}: build that notebook")


def _check(number: str, given: Cell) -> str:
    """Return what stands below an exercise: what judges it in the page, or where it is judged."""
    if number not in judged.files():
        return f'<p class="ll-elsewhere">{_ELSEWHERE}</p>'
    told = _json({"number": number, "given": _source(given)})
    return (
        f'<div class="ll-exercise" data-exercise="{number}">'
        f'<script type="application/json">{told}</script></div>'
    )


def _json(value: Any) -> str:
    """Return JSON that can stand in a page's script."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _fold(cell: Cell) -> None:
    if cell["outputs"]:  # an exercise's cells have none
        cell["metadata"].setdefault("tags", []).append("hide-output")


def _guess(key: str) -> str:
    return (
        f'<div class="ll-guess"><label>Your guess '
        f'<textarea rows="1" data-guess="{escape(key)}"></textarea></label></div>'
    )


def _html(text: str) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": text}}


def _source(cell: Cell) -> str:
    return "".join(cell["source"])
