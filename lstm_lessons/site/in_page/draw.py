"""Draw an explorer's picture in the page, with the function that draws it in the notebook."""

import json
from importlib import import_module

from lstm_lessons.explorers.base import parameters, settled
from lstm_lessons.explorers.heard import news


def draw(name: str, given: str, shown: str) -> str:
    """Return a picture, its values and words, what is new of them, and what is wrong, as JSON.

    ``given`` are the values of all controls, ``shown`` the values and words of the picture that
    the page shows, both as JSON; ``null`` is the still picture. A line that is not allowed leaves
    the line before in the picture. Nothing is kept from one call to the next, so the page may have
    pictures drawn that it shows later, or never.
    """
    view = import_module(f"lstm_lessons.explorers.{name}").view
    table = parameters(view)
    start = {key: each.default for key, each in table.items()}
    before = json.loads(shown) or {"settled": start, "alt": ""}
    values, wrong = settled(table, json.loads(given), before["settled"])
    picture = view(**values)
    told = {"svg": picture.inline, "alt": picture.alt, "settled": values, "wrong": wrong}
    return json.dumps(told | {"said": news(before["alt"], picture.alt)})
