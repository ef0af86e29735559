"""The pictures that the course's notebooks keep, as a page shows them.

Standard library only; outputs are those of a notebook as JSON, dicts and lists.
"""

from __future__ import annotations

from typing import Any

from lstm_lessons.drawing.picture import Picture

Output = dict[str, Any]


def on_page(outputs: list[Output]) -> list[Output]:
    """Return outputs with each kept picture in the form that a page shows, and all else as it is.

    What stands beside a picture for viewers that sanitise, its PNG and its words, is left out.
    """
    shown, words = [], None
    for output in outputs:
        data = output.get("data", {})
        picture = Picture.kept_in(data)
        if picture:
            words = picture.words
            lines = {kind: text.splitlines(True) for kind, text in picture.on_page.items()}
            shown.append(output | {"data": lines, "metadata": {}})
        elif words is None or "".join(data.get("text/html", "")) != words:
            shown.append(output)
    return shown
