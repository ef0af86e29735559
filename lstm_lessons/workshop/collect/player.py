"""In the learner's own process: the cells of a notebook are run, and its answer is called.

Nothing that this process says is believed: what it sends are values, and they are judged elsewhere.
The course's checkers and solutions are not in it, and need not be; `exercise(...)` does nothing.
"""

import contextlib
import inspect
import linecache
import pickle
import random
import re
import socket
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy
import torch
from torch import Tensor, nn

from lstm_lessons.exercises.engine.isolation import Watch, isolated
from lstm_lessons.exercises.engine.raised import describe
from lstm_lessons.exercises.engine.refusals import goes_on, is_empty, noting_calls
from lstm_lessons.exercises.engine.values import leaves
from lstm_lessons.workshop.collect.wire import Ended, Writer, receive, send


@dataclass
class Player:
    """Runs cells, one after the other, and answers what it is asked over a pipe.

    ``cells`` are the codes, with the number that each has in its notebook; ``tries`` say where an
    answer may be found: the last cell that is run before, and the expression that it is.
    """

    pipe: socket.socket
    cells: list[tuple[int, str]]
    tries: list[tuple[int, str]]
    space: dict[str, Any] = field(default_factory=dict)
    done: int = 0
    stopped: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    answer: Any = None
    outputs: list[Tensor] = field(default_factory=list)
    inputs: list[Tensor] = field(default_factory=list)
    watch: Watch | None = None

    def serve(self) -> None:
        """Answer until nobody asks any more."""
        torch.manual_seed(0)
        random.seed(0)
        numpy.random.seed(0)
        self.space = _new_space()
        asked, _ = receive(self.pipe)
        while asked["do"] == "find":
            self._find(*self.tries.pop(0))
            with isolated():
                self.watch = Watch()
                asked, body = receive(self.pipe)
                while asked["do"] != "find":
                    if asked["do"] == "call":
                        self._call(tuple(asked["by_hand"]), body)
                    else:
                        self._way_back(body)
                    asked, body = receive(self.pipe)

    def _find(self, last: int, expression: str) -> None:
        """Run the cells up to an answer, and say what the answer is."""
        while self.done < len(self.cells) and self.cells[self.done][0] <= last:
            number, code = self.cells[self.done]
            send(self.pipe, {"cell": number})
            if error := _run(code, number, self.space):
                self.stopped.append((number, error))
            self.done += 1
        send(self.pipe, {"cell": 0})
        try:
            name = "<the answer>"
            self.answer = eval(compile(expression, name, "eval"), self.space)
        except BaseException as error:
            head = {"raised": _told(error), "missing": isinstance(error, NameError)}
            send(self.pipe, {**head, "cells": self.stopped[:20]})
            return
        writer = Writer()
        try:
            told = _as_function(self.answer) or {"value": writer.write(self.answer)}
            send(self.pipe, told, b"".join(writer.body))
        except Ended:
            raise
        except BaseException as error:
            send(self.pipe, {"raised": _told(error)})

    def _call(self, by_hand: tuple[str, ...], body: bytes) -> None:
        """Call the answer once, and send what came of it, with the inputs as they are now."""
        inputs, keywords = pickle.loads(body)  # of the judge's own making
        given = {str(n): each for n, each in enumerate((*inputs, *keywords.values()))}
        asking = [each for each in leaves(given).values() if each.requires_grad]
        used: set[str] = set()
        head: dict[str, Any] = {}
        writer = Writer()
        try:
            returned = noting_calls(self.answer, by_hand, used)(*inputs, **keywords)
            head["returned"] = writer.write(returned)
            self.outputs, self.inputs = list(writer.tensors), asking
        except BaseException as error:
            writer = Writer()
            head["raised"] = _told(error)
            head["goes on"] = isinstance(error, NotImplementedError) and goes_on(self.answer, error)
        after = Writer()
        try:
            head["now"] = [_as_it_is(each, after) for each in given.values()]
        except BaseException:
            after = Writer()
            head["now"] = None
        head["used"] = sorted(used)
        head["replaced"] = self.watch.put_back() if self.watch else []
        head["cut"] = sum(map(len, writer.body))
        send(self.pipe, head, b"".join([*writer.body, *after.body]))

    def _way_back(self, body: bytes) -> None:
        """Take the gradients of the last call's results with regard to its inputs."""
        weights = pickle.loads(body)
        writer = Writer()
        try:
            parts = [
                (output * weight).sum()  # a single number: torch imports much for another gradient
                for output, weight in zip(self.outputs, weights, strict=True)
                if weight is not None and output.requires_grad
            ]
            found: tuple[Tensor | None, ...] = (None,) * len(self.inputs)
            if parts and self.inputs:
                total = sum(parts[1:], parts[0])
                found = torch.autograd.grad(
                    total, self.inputs, retain_graph=True, allow_unused=True
                )
            head = {"returned": writer.write(found)}
        except BaseException as error:
            writer, head = Writer(), {"raised": _told(error)}
        send(self.pipe, head, b"".join(writer.body))


def _as_function(answer: Any) -> dict[str, Any] | None:
    """Return what a check asks of a function besides calling it; None where it is none."""
    if isinstance(answer, type | Tensor | str | dict) or not callable(answer):
        return None
    arguments = None
    with contextlib.suppress(Exception):
        arguments = [
            [each.name, int(each.kind), each.default is not each.empty]
            for each in inspect.signature(answer).parameters.values()
        ]
    source = ""
    with contextlib.suppress(Exception):
        source = inspect.getsource(answer)[:20_000]
    empty = False
    with contextlib.suppress(Exception):
        empty = is_empty(answer)
    return {"function": {"arguments": arguments, "source": source, "empty": empty}}


def _as_it_is(value: Any, writer: Writer) -> list[Any]:
    """Return what an input is after a call: numbers of tensors, parameters, options of layers."""
    if isinstance(value, nn.Module):
        named = [*value.named_parameters(), *value.named_buffers()]
        options = {k: v for k, v in vars(value).items() if type(v) in (bool, int, float, str)}
        return [
            "layer",
            writer.write({name: each.detach() for name, each in named}),
            [each.training for each in value.modules()],
            writer.write(options),
        ]
    if type(value) in (list, tuple):
        return ["several", [_as_it_is(each, writer) for each in value]]
    return ["one", writer.write(value.detach() if isinstance(value, Tensor) else value)]


def _told(error: BaseException) -> dict[str, Any]:
    """Return what there is to say of an error: its classes' names, its arguments, where it was."""
    kinds = [each.__name__[:60] for each in type(error).__mro__[:20]]
    told: dict[str, Any] = {"kinds": kinds, "text": "", "args": None, "line": ""}
    with contextlib.suppress(BaseException):
        told["text"] = str(error)[:2000]
    with contextlib.suppress(BaseException):
        plain = [each for each in error.args if type(each) in (str, int)]
        if len(plain) == len(error.args) < 6:
            told["args"] = [each[:2000] if type(each) is str else each % 2**31 for each in plain]
    with contextlib.suppress(BaseException):
        told["line"] = "\n\n".join(describe(error).split("\n\n")[1:])[:500]
    return told


def _run(code: str, number: int, space: dict[str, Any]) -> dict[str, Any] | None:
    """Run a cell as a notebook would; return what it raised, which ends the cell and no more."""
    name = f"<cell {number}>"
    try:
        code = _plain(code)
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        exec(compile(code, name, "exec"), space)
    except BaseException as error:
        return _told(error)
    return None


_MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)


def _plain(code: str) -> str:
    """Return a cell without the lines that only IPython understands, where it has some."""
    try:
        compile(code, "<cell>", "exec")
    except SyntaxError:
        return _MAGIC.sub("", code)
    return code


def _new_space() -> dict[str, Any]:
    """Return what a notebook has at its start."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    space = vars(module)
    space["display"] = lambda *anything, **more: None
    space["get_ipython"] = lambda: None
    return space


class _Nothing:
    """What `exercise` gives here: asked for a verdict, a hint or a solution, it says nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *anything, **more: None


def silence_the_checker() -> None:
    """Let `exercise(...)` do nothing in this process."""
    from lstm_lessons import exercises

    package = sys.modules["lstm_lessons"]

    nothing = _Nothing()
    for place in (package, exercises):
        place.exercise = lambda *anything: nothing  # type: ignore[assignment]
