"""One learner's notebooks are judged: the course's checkers run here, and the answers do not.

The learner's code runs in a process of its own (`sandbox`, `player`), and values come from it. So
whatever that code patches, prints or writes, the verdict is what its values earn.
"""

import contextlib
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lstm_lessons.workshop.collect import pages, wire
from lstm_lessons.workshop.collect.limits import Limits
from lstm_lessons.workshop.collect.sandbox import Sandbox

_MOST_LEFT_OUT = 5
_BETTER = ("error", "not attempted", "incorrect", "correct")
_MOST_LETTERS = 3000


@dataclass(frozen=True)
class Verdict:
    """What one answer earned; ``slip`` is the short name of the mistake, if it has one."""

    exercise: str
    outcome: str
    slip: str
    message: str
    notebook: str
    seconds: float


@dataclass(frozen=True)
class Judged:
    """What one learner's work earned, and lines about what could not be judged."""

    verdicts: tuple[Verdict, ...]
    lines: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self)


class _CellEnds(Exception):
    """A cell does not end, or ends its process."""

    def __init__(self, cell: int, why: str) -> None:
        super().__init__()
        self.cell, self.why = cell, why


def judge(notebooks: list[Path], limited: Limits, behind_walls: bool, hidden: list[Path]) -> Judged:
    """Judge all notebooks of one learner."""
    lines: list[str] = []
    read: list[pages.Page] = []
    for path in notebooks:
        try:
            read.append(pages.read(path))
        except pages.NoPage as problem:
            lines.append(f"{path.name} {problem}")
        except OSError as error:
            lines.append(f"{path.name} cannot be read: {error.strerror}")
    bench = _Bench(limited, behind_walls, hidden)
    try:
        verdicts = [each for page in read for each in bench.page(page)]
    finally:
        bench.close()
    if read and not verdicts:
        lines.append(f"no exercise of the course in {', '.join(each.name for each in read[:5])}")
    if bench.late:
        lines.append(f"after {limited.minutes:g} minutes the rest was not judged")
    if bench.gone:
        lines.append("it ended its own processes' first one, and the rest was not judged")
    return Judged(tuple(_best(verdicts)), tuple(lines))


def _best(verdicts: list[Verdict]) -> Iterator[Verdict]:
    """Give one verdict an exercise: where several notebooks have it, the best."""
    best: dict[str, Verdict] = {}
    for each in verdicts:
        now = best.get(each.exercise)
        if now is None or _BETTER.index(each.outcome) > _BETTER.index(now.outcome):
            best[each.exercise] = each
    yield from (best[number] for number in sorted(best))


class _Bench:
    """Where one learner's answers are judged, one after the other."""

    def __init__(self, limited: Limits, behind_walls: bool, hidden: list[Path]) -> None:
        self._limited = limited
        self._until = time.monotonic() + 60 * limited.minutes
        # One for all: later this process has solutions in it, which a new one would inherit.
        self._sandbox = Sandbox(limited, behind_walls, hidden)
        self.late = self.gone = False

    def close(self) -> None:
        self._sandbox.close()

    def page(self, page: pages.Page) -> Iterator[Verdict]:
        """Give the verdicts on all exercises of a notebook."""
        for number, tries in _places(page).items():
            self.late = time.monotonic() > self._until
            if self.late or self.gone:
                return
            start = time.monotonic()
            try:
                outcome, slip, message = self._exercise(page, number, tries)
            except wire.Ended:
                self.gone = True
                return
            seconds = round(time.monotonic() - start, 2)
            message = message[:_MOST_LETTERS]
            yield Verdict(number, outcome, slip or "", message, page.name, seconds)

    def _exercise(
        self, page: pages.Page, number: str, tries: list[tuple[int, str]]
    ) -> tuple[str, str | None, str]:
        """Return outcome, slip and message; a cell that ends its process is left out from then."""
        while True:
            pipe = self._sandbox.play({"cells": page.code, "tries": tries})
            try:
                with contextlib.closing(pipe):
                    return self._ask(page, pipe, number, len(tries))
            except _CellEnds as cell:
                if cell.cell == 0 or cell.cell in page.left_out:
                    return "error", "a cell that does not end", f"What is handed in {cell.why}."
                page.left_out[cell.cell] = cell.why
                if len(page.left_out) > _MOST_LEFT_OUT:
                    return "error", "ends its process", f"Cell {cell.cell} {cell.why}."
            finally:
                self._sandbox.clear()

    def _ask(
        self, page: pages.Page, pipe: socket.socket, number: str, tries: int
    ) -> tuple[str, str | None, str]:
        """Judge what is found at the first place where there is an attempt."""
        from lstm_lessons.exercises import exercise
        from lstm_lessons.workshop.collect.remote import Remote

        best: tuple[str, str | None, str] | None = None
        for _ in range(tries):
            head, body = self._find(pipe)
            if "raised" in head:
                best = best or _not_found(page, number, head)
                continue
            try:
                answer = (
                    Remote(pipe, head["function"], self._limited.seconds)
                    if isinstance(head.get("function"), dict)
                    else wire.Reader(body).read(head.get("value"))
                )
            except wire.Garbled as error:
                return "error", "ends its process", f"What was handed in cannot be read: {error}."
            result = exercise(number).judged(answer, seconds=self._limited.seconds)
            found = (result.outcome, result.misconception, result.message)
            if isinstance(answer, Remote) and answer.broken and found[0] != "correct":
                slip = result.misconception or "ends its process"
                return "error", slip, result.message
            if found[0] != "not attempted":
                return found
            best = found if best is None or best[0] == "not attempted" else best
        assert best is not None
        return best

    def _find(self, pipe: socket.socket) -> tuple[dict[str, Any], bytes]:
        """Return what the learner's process says of the answer, after it has run the cells.

        Raises:
            _CellEnds: a cell did not come to an end.
        """
        cell = 0
        until = time.monotonic() + self._limited.seconds
        try:
            wire.send(pipe, {"do": "find"})
            while True:
                head, body = wire.receive(pipe, until)
                if not isinstance(head, dict):
                    raise wire.Garbled("no message as agreed")
                if "cell" not in head:
                    return head, body
                cell = head["cell"] if type(head["cell"]) is int else 0
        except TimeoutError:
            why = f"was still running after {self._limited.seconds:g} seconds, and is left out"
        except wire.Ended:
            why = "ends the process in which it runs, and is left out"
        except wire.Garbled as error:
            why = f"writes where only the judge's questions are answered, and is left out ({error})"
        raise _CellEnds(cell, why)


def _not_found(page: pages.Page, number: str, head: dict[str, Any]) -> tuple[str, str | None, str]:
    """Return what is to be said of an answer that is not there."""
    if page.left_out:
        cell, why = next(iter(page.left_out.items()))
        return "error", "a cell that does not end", f"Cell {cell} {why}."
    from lstm_lessons.workshop.collect.remote import told

    check, _ = page.checks().get(number, (0, ""))
    first, last = page.sections().get(number, (1, len(page.cells)))
    for cell, error in head.get("cells", ()):
        if cell != check and first <= cell <= last:
            return "error", "a cell that stops", f"Cell {cell} stopped: {told(error)}"
    if head.get("missing") is True:
        return "not attempted", None, f"There is no answer: {told(head['raised'])}"
    return "error", None, f"The answer cannot be looked at: {told(head['raised'])}"


def _places(page: pages.Page) -> dict[str, list[tuple[int, str]]]:
    """Return where each exercise of a page may be answered: the last cell to run, and the answer.

    That is behind its last check; without one, at the end of its section; and, for a function, at
    the end of the notebook.
    """
    from lstm_lessons.exercises import exercise, numbers
    from lstm_lessons.exercises.engine.function_exercise import FunctionExercise

    checks, sections, defined = page.checks(), page.sections(), page.defined()
    known = [each for each in numbers() if each in checks or each in sections]
    lessons = {page.lesson} if page.lesson else {each[:2] for each in known}
    found: dict[str, list[tuple[int, str]]] = {}
    for number in numbers():
        if number not in known and number[:2] not in lessons:
            continue
        asked = exercise(number)
        name = asked.text.name
        is_function = isinstance(asked, FunctionExercise)
        tries: list[tuple[int, str]] = []
        if number in checks:
            at, answer = checks[number]
            tries.append((at, answer or name))
        elif number in sections:
            tries.append((sections[number][1], name))
        if is_function and (number in known or name in defined):
            tries.append((len(page.cells), name))
        if tries:
            found[number] = tries
    return found
