"""The text of an exercise set: task, given code, solution and hints, read where they are written.

``exercises/source/NN_name.py`` is a jupytext py:percent text. A heading ``## 07.2 Mend a leak``
begins an exercise; the code cell with the markers holds its solution; a markdown cell tagged
``hints``, which learners do not get, holds its hints as a numbered list. An exercise inside a
lesson stands in that lesson's text, with its solution in a code cell tagged ``solution``, which
learners do not get either.
"""

import ast
import re
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any

from lstm_lessons.exercises.engine import sources

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

_CELL = re.compile(r"^# %%(?P<head>.*)$", re.MULTILINE)
_HEADING = re.compile(r"^##+ (?P<number>\d\d\.\d+) (?P<title>.+)$", re.MULTILINE)
_HINT = re.compile(r"^\d+\. ", re.MULTILINE)


class TextError(ValueError):
    """A text that no exercise can be read from; the message is one line."""


@dataclass(frozen=True)
class Text:
    """What is written of one exercise.

    ``solution`` is code: a whole function, or ``answer = {...}``. ``name`` is what it defines.
    ``before`` are the definitions that the notebook has by then, imports included; ``given`` is
    the code that belongs to this exercise alone.
    """

    number: str
    title: str
    task: str
    given: str
    before: str
    solution: str
    hints: tuple[str, ...]
    name: str = field(default="answer")

    def namespace(self) -> dict[str, Any]:
        """Return what a learner's notebook has defined before the solution's cell, made anew."""
        space: dict[str, Any] = {"__name__": f"exercise_{self.number.replace('.', '_')}"}
        exec(compile(self.before, f"{self.number} (given)", "exec"), space)
        return space

    def made(self, code: str | None = None) -> Any:
        """Return what the solution, or another code in its place, makes of ``name``."""
        space = self.namespace()
        exec(compile(code or self.solution, self.number, "exec"), space)
        return space[self.name]

    def made_alone(self) -> Any:
        """Return what the solution makes of ``name`` where nothing stands before it."""
        space: dict[str, Any] = {}
        exec(compile(self.solution, self.number, "exec"), space)
        return space[self.name]


def numbers() -> tuple[str, ...]:
    """Return the numbers of all exercises that have a text, in order."""
    return _numbers(sources.files())


def text(number: str) -> Text:
    """Return the text of an exercise.

    Raises:
        TextError: there is none, or it lacks a part.
    """
    try:
        return _texts(number[:2])[number]
    except KeyError:
        raise TextError(f"no text of an exercise {number} in {sources.ROOT}") from None


@cache
def _numbers(files: tuple[Traversable, ...]) -> tuple[str, ...]:
    texts = (_uncommented(each.read_text(encoding="utf-8")) for each in files)
    found = map(_HEADING.finditer, texts)
    return tuple(each["number"] for matches in found for each in matches)


@cache
def _texts(lesson: str) -> dict[str, Text]:
    files = [each for each in sources.files() if each.name.startswith(f"{lesson}_")]
    texts = (each.read_text(encoding="utf-8") for each in files)
    return {each.number: each for text in texts for each in read(text)}


def read(source: str) -> list[Text]:
    """Return the exercises of one source text."""
    found: list[Text] = []
    before: list[str] = []
    parts: dict[str, Any] = {}
    for head, body in _cells(source):
        if "[markdown]" in head:
            words = _uncommented(body)
            if heading := _HEADING.search(words):
                parts = {**heading.groupdict(), "task": [], "given": [], "at": len(before)}
            if '"hints"' in head:
                hints = tuple(" ".join(each.split()) for each in _HINT.split(words)[1:])
                found[-1] = _with_hints(found[-1], hints)
            elif parts:
                parts["task"].append(words)
            continue
        if BEGIN in body:
            name, solution = _solution(body)
            found.append(
                Text(
                    number=parts["number"],
                    title=parts["title"],
                    task="\n\n".join(parts["task"]),
                    given="\n\n".join(parts["given"]),
                    before="\n\n".join(before),
                    solution=solution,
                    hints=(),
                    name=name,
                )
            )
        definitions = _definitions(_without_markers(body))
        before += [definitions]
        if parts and BEGIN not in body:
            parts["given"].append(definitions)
    return found


def _with_hints(written: Text, hints: tuple[str, ...]) -> Text:
    if not hints:
        raise TextError(f"{written.number}: the cell tagged hints holds no numbered list")
    return replace(written, hints=hints)


def _cells(source: str) -> list[tuple[str, str]]:
    starts = list(_CELL.finditer(source))
    ends = [each.start() for each in starts[1:]] + [len(source)]
    return [
        (m["head"], source[m.end() : end].strip("\n")) for m, end in zip(starts, ends, strict=True)
    ]


def _uncommented(body: str) -> str:
    return "\n".join(re.sub(r"^# ?", "", line) for line in body.split("\n"))


def _without_markers(body: str) -> str:
    return "\n".join(line for line in body.split("\n") if line.strip() not in (BEGIN, END))


def _solution(body: str) -> tuple[str, str]:
    """Return what the cell defines, and the solution: the whole function, or the marked lines."""
    marked = next(line for line in body.split("\n") if line.strip() == BEGIN)
    if marked == BEGIN:
        return "answer", body[body.index(BEGIN) + len(BEGIN) : body.index(END)].strip("\n")
    code = _without_markers(body).strip("\n")
    name = next(node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef))
    return name, code


def _definitions(code: str) -> str:
    """Return the imports, functions and classes of a cell; its experiments are not run here."""
    kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    nodes = [node for node in ast.parse(code).body if isinstance(node, kept)]
    return "\n\n".join(ast.get_source_segment(code, node) or "" for node in nodes)
