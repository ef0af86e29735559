"""The seven texts of a new lesson, as they are laid out: whole enough to be built and tested.

Every place that its author has to fill in says TODO; a test refuses to let one stay.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

from lstm_lessons.course import LESSONS, Lesson

_NAME = re.compile(r"[0-9]{2}_[a-z][a-z0-9_]*")
_PYTHON = re.compile(r"[a-z][a-z0-9_]*")


class CannotLayOut(ValueError):
    """A lesson that cannot be laid out; the message is one line."""


@dataclass(frozen=True)
class Blank:
    """A lesson to be laid out: ``10_name``, its explorer's and its first exercise's names."""

    name: str
    explorer: str
    exercise: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise CannotLayOut(
                "expected two digits and a name in small letters, such as 10_backpropagation, "
                f"got {self.name!r}"
            )
        if self._planned is not None and self._planned.name != self.name:
            raise CannotLayOut(f"lesson {self.number} is planned as {self._planned.name}")
        for what, word in (("explorer", self.explorer), ("exercise", self.exercise)):
            if not _PYTHON.fullmatch(word):
                raise CannotLayOut(f"the {what} needs a name that Python can have, got {word!r}")

    @property
    def number(self) -> str:
        """The two digits."""
        return self.name[:2]

    @property
    def title(self) -> str:
        """The title: that of the plan, or the name in words."""
        return (
            self._planned.title if self._planned else self.name[3:].replace("_", " ").capitalize()
        )

    @property
    def _planned(self) -> Lesson | None:
        """What the map of the course says of this number already."""
        return next((each for each in LESSONS if each.number == self.number), None)

    def texts(self, root: Path) -> dict[Path, str]:
        """Return the six new files by their paths, and course.py with its new entry.

        Raises:
            CannotLayOut: one of the files is there already, or the lesson is ready.
        """
        number, package = self.number, root / "lstm_lessons"
        found = {
            package / "course.py": self._course((package / "course.py").read_text("utf-8")),
            root / "notebooks/source" / f"{self.name}.py": self._fill(_LESSON),
            root / "exercises/source" / f"{self.name}.py": self._fill(_EXERCISES),
            root / "notebooks/guide" / f"{self.name}.md": self._fill(_GUIDE),
            package / "exercises" / f"lesson_{number}" / f"{self.exercise}.py": self._fill(
                _CHECKER
            ),
            package / "explorers" / f"{self.explorer}.py": self._fill(_EXPLORER),
            root / "tests/exercises" / f"test_lesson_{number}.py": self._fill(_TESTS),
        }
        there = [path for path in found if path.name != "course.py" and path.exists()]
        if there:
            names = ", ".join(path.relative_to(root).as_posix() for path in there)
            raise CannotLayOut(f"{names} is there already")
        return found

    def _fill(self, text: str) -> str:
        words = {"number": self.number, "name": self.name, "title": self.title}
        words |= {"explorer": self.explorer, "exercise": self.exercise, "before": self._before()}
        plan = self._planned
        words["question"] = plan.question if plan else "TODO: the question that it answers?"
        words["shows"] = plan.shows if plan else "TODO: what it shows, for the README"
        return Template(text).substitute(words).lstrip("\n")

    def _before(self) -> str:
        return f"{int(self.number) - 1:02}"

    def _course(self, text: str) -> str:
        """Return course.py with the entry of this lesson filled in, in the place of the plan's."""
        if any(each.number == self.number and each.ready for each in LESSONS):
            raise CannotLayOut(f"lesson {self.number} is there already")
        entry = self._fill(_ENTRY)
        planned = re.compile(
            rf'^    Lesson\(\s*"{self.number}_.*?\),\n(?=    Lesson\(|\)\n)', re.M | re.S
        )
        if planned.search(text):
            return planned.sub(lambda match: entry, text, count=1)
        return text.replace("\n)\n\n\nROUTES = (", f"\n{entry})\n\n\nROUTES = (", 1)


_ENTRY = """
    Lesson(
        "$name",
        "$title",
        "$question",
        "$shows",
        objectives=(
            "TODO: do the first thing",
            "TODO: do the second thing",
        ),
        minutes=45,
        exercise_minutes=30,
        prerequisites=("$before",),
    ),
"""

_HEAD = """
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# <!-- opening -->
"""

_LESSON = (
    _HEAD
    + """
# %% [markdown]
# ## Why
#
# TODO: five lines on a thing that goes wrong, or cannot be done without what comes.

# %%
from lstm_lessons import pictures

pictures.loop("abc")

# %% [markdown]
# ## Small before large
#
# TODO: the picture before the code, and two units whose every number is on the page.

# %%
pictures.cell("f")

# %% [markdown]
# TODO: an example with numbers, then the formula.
#
# **Predict.** TODO: one thing, answered by the next cell?

# %%
import torch

x = torch.tensor([1.0, 2.0])
print(x + x)

# %% [markdown]
# TODO: what was seen, and why.
#
# **Try it.**
#
# 1. TODO: what to do at the picture below, and what to look for.

# %%
from lstm_lessons import explorers

explorers.$explorer()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. TODO
#
# </details>

# %% [markdown]
# ## What we have seen
#
# * TODO: three to five lines.

# %% [markdown]
# **A common mistake.** TODO: and how to recognise it.
#
# **Exercises:** [here](../exercises/$name.ipynb).
"""
)

_EXERCISES = (
    _HEAD
    + """
# %% [markdown]
# Write your answer in its cell, run it, then run the cell below it, which checks it. Stuck?
# `exercise("$number.1").hint()` gives a hint, and another one at the next call.

# %%
import torch

from lstm_lessons import exercise

# %% [markdown]
# ## $number.1 TODO: a title
#
# TODO: the task. `x` is (T, B); return its last step, (B,).

# %%
print(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))  # 2 steps of 2 sentences


# %%
def $exercise(x):
    ### BEGIN SOLUTION
    return x[-1]
    ### END SOLUTION


# %%
exercise("$number.1").check($exercise)

# %% [markdown] tags=["hints"]
# 1. TODO: a nudge.
# 2. TODO: a step.
# 3. TODO: nearly the answer.
"""
)

_GUIDE = """
## On the board

1. TODO: the drawing, step by step, with the small numbers of the lesson.

## The question that works

TODO: one question or story, and what comes of it.

## Where the room gets stuck

* TODO: a place, and what helps.

## Wrong answers

* `$number.1`, **the first step**: TODO: what to say.

## When late

1. **Small before large**: TODO: what to tell in its place.
"""

_CHECKER = '''
"""$number.1: TODO, what is asked, in a line."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import place


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, special: str = "") -> Case:
        return Case({"x": randoms(T)(T, B)}, {"T": T, "B": B}, special=special)

    return (
        case(5, 3),
        case(1, 4, "There is one step only."),
        case(6, 1, "There is one sentence only. Its axis stays, 1 long."),
    )


EXERCISE = FunctionExercise(
    "$number.1",
    cases=_cases,
    returns=OneTensor(("last",), axes=("sentence",)),
    axes={"x": ("step", "sentence")},
    slips=(
        place(
            "x[-1]",
            ("the first step", "TODO: you take the first step.", "x[0]"),
            ("the last sentence", "TODO: you take the last sentence.", "x[:, -1]"),
        ),
    ),
    praise="TODO: what is true of the answer.",
)
'''

_EXPLORER = '''
"""TODO: what it shows, in a line."""

from __future__ import annotations

from typing import Annotated

from lstm_lessons.drawing import Picture, svg
from lstm_lessons.explorers.base import Explorer, Range, checked

WIDTH, HEIGHT = 640, 120


def $explorer() -> Explorer:
    """Return the explorer."""
    return Explorer(view)


@checked
def view(steps: Annotated[int, Range(1, 6, 1), "steps T"] = 3) -> Picture:
    """Return the picture: TODO.

    Raises:
        ValueError: a parameter is outside its range.
    """
    root = svg.panel(WIDTH, HEIGHT)
    for step in range(steps):
        svg.label(root, 60 + 100 * step, HEIGHT / 2, f"x_{step}", data_step=str(step))
    return Picture(svg.write(root), f"TODO: {steps} steps in a row, x_0 to x_{steps - 1}.")
'''

_TESTS = '''
"""Lesson $number: answers that are right, edits that change nothing, what the explorer draws."""

import pytest
import torch
from drawn import marked

from lstm_lessons.explorers.$explorer import view


def by_flip(x):
    return x.flip(0)[0]


def by_loop(x):
    last = x[0]
    for step in x:
        last = step
    return last


def by_select(x):
    return x.select(0, len(x) - 1)


def by_unbind(x):
    return x.unbind()[-1]


def by_index(x):
    return x.index_select(0, torch.tensor([len(x) - 1])).squeeze(0)


RIGHT = {
    "$number.1": {
        "by flip": by_flip,
        "by loop": by_loop,
        "by select": by_select,
        "by unbind": by_unbind,
        "by index": by_index,
    },
}

# Small random edits of the solution that are right as well: what was changed, and why it is the
# same. The tests print an edit that is accepted and not listed here.
EQUIVALENT: dict[str, dict[str, str]] = {"$number.1": {}}


@pytest.mark.parametrize("steps", [1, 3, 6])
def test_every_step_is_drawn(steps):
    assert sorted(marked(view(steps).svg, "step")) == [str(step) for step in range(steps)]
'''
