"""Judge an answer in the page with the course's own checker, and give hints."""

import io
import json
import linecache
import re
from contextlib import redirect_stdout
from dataclasses import replace

from lstm_lessons.exercises import Exercise, exercise
from lstm_lessons.exercises.engine.raised import describe
from lstm_lessons.exercises.engine.result import Note, Result

_FILE = "your answer"
_CHARACTERS = 2000
"""How much of what an answer prints is shown."""

# What messages say to somebody in a notebook, and to somebody at a page with buttons.
_BUTTONS = (
    (r'call `exercise\("[\d.]+"\)\.solution\(\)`', "press *Solution*"),
    (r'`exercise\("[\d.]+"\)\.hint\(\)`', "*Hint*"),
    (r"Write your answer, run its cell, then run this one again\.", "Write your answer first."),
)

Said = Result | Note


def mark(number: str, code: str) -> str:
    """Return what the checker says of an answer, as JSON; ``code`` is what was typed."""
    asked = exercise(number)
    return _told(*_checked(asked, code))


def hint(number: str) -> str:
    """Return the next hint, as JSON."""
    return _told(exercise(number).hint())


def solution(number: str) -> str:
    """Return a question first, and the solution when asked a second time, as JSON."""
    return _told(exercise(number).solution())


def _checked(asked: Exercise, code: str) -> tuple[Result, str]:
    """Return the verdict on what a cell makes of ``answer``, and what the cell printed."""
    linecache.cache[_FILE] = (len(code), None, code.splitlines(keepends=True), _FILE)
    space: dict[str, object] = {"__name__": "__main__"}
    printed = io.StringIO()
    with redirect_stdout(printed):
        wrong = _run(code, space)
    if wrong is not None:
        said = Result("error", None, f"Your cell cannot be run.\n\n{describe(wrong)}", asked.number)
    elif "answer" not in space:
        words = "Your cell makes no `answer`: begin with `answer = {`, as it stood there."
        said = Result("error", None, words, asked.number)
    else:
        said = asked.check(space["answer"])
    return said, printed.getvalue()[:_CHARACTERS]


def _run(code: str, space: dict[str, object]) -> BaseException | None:
    """Run a cell; return what it raised, SystemExit and all."""
    try:
        compiled = compile(code, _FILE, "exec")
    except (SyntaxError, ValueError) as error:
        return error.with_traceback(None)  # the message names the line
    try:
        exec(compiled, space)
    except BaseException as error:
        return error
    return None


def _told(said: Said, printed: str = "") -> str:
    words = replace(said, message=_for_the_page(said.message))
    outcome = said.outcome if isinstance(said, Result) else "note"
    return json.dumps({"outcome": outcome, "html": words._repr_html_(), "printed": printed})


def _for_the_page(message: str) -> str:
    for written, there in _BUTTONS:
        message = re.sub(written, there, message)
    return message
