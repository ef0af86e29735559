"""What the checker gives back, and how it looks as text and in a notebook."""

import re
from dataclasses import dataclass
from html import escape
from typing import Literal

Outcome = Literal["correct", "incorrect", "not attempted", "error"]

# A sign and a word for each outcome, so that nothing is told by colour alone. The colours are
# JupyterLab's own, which follow its light and dark theme; the second value is for other pages.
_LOOKS = {
    "correct": ("✓", "Correct", "var(--jp-success-color1, #2e7d32)"),
    "incorrect": ("✗", "Not right yet", "var(--jp-warn-color1, #ef6c00)"),
    "incomplete": ("○", "Not complete yet", "var(--jp-warn-color1, #ef6c00)"),
    "not attempted": ("○", "Not attempted", "var(--jp-border-color1, #808080)"),
    "error": ("!", "Error", "var(--jp-error-color1, #c62828)"),
    "note": ("→", "", "var(--jp-info-color1, #0277bd)"),
}

_STRESSED = re.compile(r"(?<![\w*`])\*(\w[\w ]*)\*(?![\w*`])")


@dataclass(frozen=True)
class Result:
    """What `check` saw in an answer.

    ``outcome`` is "correct", "incorrect", "not attempted" or "error". ``misconception`` is the
    short name of the mistake that the answer was found to make, or None. ``message`` says what
    was seen, in the lesson's words. ``complete`` is False when all that was handed in is right,
    but something is still missing; the outcome is "incorrect" then.
    """

    outcome: Outcome
    misconception: str | None
    message: str
    exercise: str = ""
    complete: bool = True

    @property
    def _look(self) -> str:
        return self.outcome if self.complete else "incomplete"

    @property
    def _title(self) -> str:
        _, word, _ = _LOOKS[self._look]
        return f"Exercise {self.exercise} · {word}" if self.exercise else word

    def __repr__(self) -> str:
        """Return the verdict and the message as plain text."""
        return _plain(self._look, self._title, self.message)

    def _repr_html_(self) -> str:
        return _panel(self._look, self._title, self.message)


@dataclass(frozen=True)
class Note:
    """A hint, a solution, or a word about how to go on."""

    title: str
    message: str
    code: str = ""

    def __repr__(self) -> str:
        """Return the note as plain text, code last."""
        text = _plain("note", self.title, self.message)
        return f"{text}\n\n{self.code}" if self.code else text

    def _repr_html_(self) -> str:
        return _panel("note", self.title, self.message, self.code)


def _plain(look: str, title: str, message: str) -> str:
    parts = message.split("`")
    parts[::2] = [_STRESSED.sub(r"\1", each) for each in parts[::2]]
    return f"{_LOOKS[look][0]} {title}\n{'`'.join(parts)}"


def _panel(look: str, title: str, message: str, code: str = "") -> str:
    sign, _, colour = _LOOKS[look]
    style = (
        f"border-left: 4px solid {colour}; padding: 0.2em 0 0.2em 0.8em; "
        "color: var(--jp-content-font-color1, inherit)"
    )
    head = f"<p><strong>{escape(sign)} {escape(title)}</strong></p>"
    body = "".join(f"<p>{_inline(part)}</p>" for part in message.split("\n\n"))
    block = f"<pre><code>{escape(code)}</code></pre>" if code else ""
    return f'<div style="{style}">{head}{body}{block}</div>'


def _inline(text: str) -> str:
    """Escape a paragraph; set what stands between backticks as code, between stars with stress."""
    parts = re.split(r"`([^`]+)`", escape(text))
    parts[::2] = [_STRESSED.sub(r"<em>\1</em>", each) for each in parts[::2]]
    parts[1::2] = [f"<code>{each}</code>" for each in parts[1::2]]
    return "".join(parts).replace("\n", "<br>")
