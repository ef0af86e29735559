"""The README of a release: what a learner types, what comes when, what to do when it goes wrong."""

from __future__ import annotations

from pathlib import Path

from lstm_lessons.course import Route, Sitting, lesson
from lstm_lessons.exercises.engine.sources import Facts
from lstm_lessons.routes import timetable, words

_TEACHERS = "Tell"
"""How a line of a timetable begins that says what the teacher tells in place of a section."""


def written(root: Path, facts: Facts, route: Route | None) -> str:
    """Return the README."""
    parts = [_HEAD.format(solution=_WITH if facts.solutions else _WITHOUT), _lessons(facts)]
    if route is not None:
        parts += [_plan(root, route)]
    return "\n\n".join([*parts, _TAIL]) + "\n"


def _lessons(facts: Facts) -> str:
    rows = ["| lesson | what it shows |", "|---|---|"]
    for number in facts.lessons:
        each = lesson(number)
        rows.append(f"| {number} {each.title} | {each.shows} |")
    left = "A lesson that is named and not in this folder is not on your way today."
    return "\n".join(["## The lessons", "", *rows]) + (f"\n\n{left}" if facts.route else "")


def _plan(root: Path, route: Route) -> str:
    parts = [f"## The plan\n\nIn the end you can {route.goal}."]
    for each in route.sittings:
        title = f"### {each.title}\n\n" if len(route.sittings) > 1 else ""
        parts.append(title + _table(root, each))
    return "\n\n".join(parts)


def _table(root: Path, sitting: Sitting) -> str:
    lines = ["| time | minutes | what |", "|---|---|---|"]
    for row in timetable.rows(root, sitting):
        if row.what.startswith(_TEACHERS):
            what = "The teacher tells"
        else:
            details = (each for each in row.details if not each.startswith(_TEACHERS))
            what = "<br>".join([f"**{row.what}**", *details])
        time = timetable.clock(words.NINE, row.begin)
        lines.append(f"| {time} | {row.minutes or ''} | {what} |")
    return "\n".join(lines)


_WITH = 'exercise("01.1").solution()  # asks once more before it shows'
_WITHOUT = "# the solution: your instructor has it"

_HEAD = """# LSTM lessons

Jupyter lessons that take you from "what is a gate?" to "I can write `torch.nn.LSTM` myself, and I
know what every number in it means". You read, predict, move sliders, and write code that is
checked.

## Start

You need Python 3.11 or newer, and 3 GB of disk. In this folder:

```
python3 -m lstm_lessons lab
```

On Windows, write `py` for `python3`. The first run makes an environment, a folder `.venv` here;
that takes some minutes. `python3 -m lstm_lessons setup` does it the day before.

From a stick, copy the whole folder to your own disk first. Where the folder `wheels` lies beside
this file, no network is needed.

JupyterLab opens copies of your own, in the folder `my_lessons`. Read a cell, predict what it will
show, and run it with Shift and Enter. Then open the exercises of the same number, in `exercises`:

```python
from lstm_lessons import exercise, progress

exercise("01.1").check(answer)  # says whether it is right, and if not, what it sees
exercise("01.1").hint()  # one hint at a time
{solution}
progress()  # what you have solved, and what comes next
```

Nothing you write is sent anywhere, and no command overwrites it.

## When a correction comes

Unpack the new folder over this one, close JupyterLab, and run `python3 -m lstm_lessons lab` again.
A copy that you have not touched is renewed. One that you have written in stays as it is, and the
new one is laid beside it: `03_new_version_the_cell_by_hand.ipynb`. So work in `my_lessons`, and
leave `notebooks` and `exercises` beside this file as they are."""

_TAIL = """## When something goes wrong

Run `python3 -m lstm_lessons doctor`: it says in a line each what is there, and how to mend what is
wrong. A set-up that was interrupted is simply run again. To begin a notebook afresh, rename or
delete your copy and start `lab` again. To start all afresh, delete the folder `.venv`.

`python3 -m lstm_lessons diagnose model.py:example` examines a recurrent model of your own with six
probes; `example` is a function of `model.py` that returns the model and its input.

## Licences

Code is under the [MIT licence](LICENSE). Text and pictures are under [CC BY 4.0](LICENSE-text)."""
