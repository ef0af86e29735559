"""Draw an explorer's picture in the page, with the function that draws it in the notebook."""

import json
from importlib import import_module

from lstm_lessons.explorers.base import parameters, settled

_shown: dict[str, dict] = {}


def draw(name: str, given: str) -> str:
    """Return a picture, its words, and what is wrong with what was typed, as JSON.

    ``given`` are the values of all controls, as JSON. A line that is not allowed leaves the line
    before in the picture.
    """
    view = import_module(f"lstm_lessons.explorers.{name}").view
    table = parameters(view)
    before = _shown.get(name) or {key: each.default for key, each in table.items()}
    values, wrong = settled(table, json.loads(given), before)
    _shown[name] = values
    picture = view(**values)
    return json.dumps({"svg": picture.inline, "alt": picture.alt, "wrong": wrong})
