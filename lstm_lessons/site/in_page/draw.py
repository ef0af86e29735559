"""Draw an explorer's picture in the page, with the function that draws it in the notebook."""

import json
from importlib import import_module

from lstm_lessons.explorers.base import parameters, settled
from lstm_lessons.explorers.heard import news

_shown: dict[str, tuple[dict, str]] = {}
"""Of each explorer the values and the words of the picture that it shows."""


def draw(name: str, given: str) -> str:
    """Return a picture, its words, what is new of them, and what is wrong with a line, as JSON.

    ``given`` are the values of all controls, as JSON. A line that is not allowed leaves the line
    before in the picture.
    """
    view = import_module(f"lstm_lessons.explorers.{name}").view
    table = parameters(view)
    before, words = _shown.get(name) or ({key: each.default for key, each in table.items()}, "")
    values, wrong = settled(table, json.loads(given), before)
    picture = view(**values)
    _shown[name] = values, picture.alt
    told = {"svg": picture.inline, "alt": picture.alt, "said": news(words, picture.alt)}
    return json.dumps(told | {"wrong": wrong})
