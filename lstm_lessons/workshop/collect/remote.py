"""The answer as the judge has it: a call sends inputs to the learner's process, and values back.

Inputs that were changed there are changed here. The way back goes there as well: a gradient that is
asked of a result is taken in the learner's process, with the weights that are sent.
"""

import builtins
import inspect
import pickle
import socket
import time
from typing import Any

import torch
from torch import Tensor, nn

from lstm_lessons.exercises.engine.elsewhere import Elsewhere
from lstm_lessons.exercises.engine.raised import LINE
from lstm_lessons.exercises.engine.values import leaves
from lstm_lessons.workshop.collect.wire import Ended, Garbled, Reader, receive, send

_MOST_NAMES = 200
_SPARE = 5.0  # seconds by which the clock of the check is earlier, which says it better


class ProcessEnded(RuntimeError):
    """The learner's process is gone, or says what nobody asked."""


class Remote(Elsewhere):
    """A function in a learner's process, at the other end of a pipe.

    ``facts`` are what that process says of it; ``seconds`` the most that one call takes. ``broken``
    says why it cannot be called any more.
    """

    def __init__(self, pipe: socket.socket, facts: dict[str, Any], seconds: float) -> None:
        source = facts.get("source")
        super().__init__(facts.get("empty") is True, source if type(source) is str else "")
        self._pipe, self._seconds = pipe, seconds
        self.broken = ""
        signature = _signature(facts.get("arguments"))
        if signature is not None:
            self.__signature__ = signature

    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        """Return what the function returns there, or raise what it raised."""
        body = pickle.dumps((inputs, keywords))
        head, came = self._ask({"do": "call", "by_hand": self.by_hand}, body)
        self.used |= _names(head.get("used"))
        self.replaced |= _names(head.get("replaced"))
        self.goes_on = head.get("goes on") is True
        cut = head.get("cut")
        if type(cut) is not int or not 0 <= cut <= len(came):
            raise self._break("its answer cannot be read")
        given = (*inputs, *keywords.values())
        asking = [
            each
            for each in leaves({str(n): one for n, one in enumerate(given)}).values()
            if each.requires_grad
        ]
        try:
            if "raised" in head:
                raise _error(head["raised"])
            reader = Reader(came[:cut])
            value = reader.read(head.get("returned"))
            if asking and any(reader.asking):
                made = _There.apply(self, reader.tensors, reader.asking, *asking)
                value = reader.read_with(head["returned"], list(made))
            return value
        except Garbled as error:
            raise self._break(str(error)) from None
        finally:
            self._renew(given, head.get("now"), came[cut:])

    def gradients(self, weights: list[Tensor | None], count: int) -> list[Tensor | None]:
        """Return the gradients of the last call's results, times these weights, by its inputs."""
        head, body = self._ask({"do": "back"}, pickle.dumps(weights))
        if "raised" in head:
            raise _error(head["raised"])
        try:
            found = Reader(body).read(head.get("returned"))
        except Garbled as error:
            raise self._break(str(error)) from None
        plain = isinstance(found, list | tuple) and len(found) == count
        if not plain or not all(each is None or isinstance(each, Tensor) for each in found):
            raise self._break("its gradients cannot be read")
        return list(found)

    def _ask(self, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        if self.broken:
            raise ProcessEnded(self.broken)
        try:
            send(self._pipe, head, body)
            found, came = receive(self._pipe, time.monotonic() + self._seconds + _SPARE)
        except Ended:
            raise self._break("it ended the process in which it ran") from None
        except Garbled as error:
            raise self._break(str(error)) from None
        except BaseException:
            self.broken = "an earlier call did not end"
            raise
        if not isinstance(found, dict):
            raise self._break("its answer cannot be read")
        return found, came

    def _break(self, why: str) -> ProcessEnded:
        self.broken = why
        return ProcessEnded(why)

    def _renew(self, given: tuple[Any, ...], now: Any, body: bytes) -> None:
        """Change the inputs as they were changed there."""
        if not isinstance(now, list) or len(now) != len(given):
            return
        reader = Reader(body)
        try:
            with torch.no_grad():
                for value, written in zip(given, now, strict=True):
                    _renew(value, written, reader)
        except (Garbled, TypeError, ValueError, IndexError, RuntimeError) as error:
            self.broken = f"its inputs cannot be read ({type(error).__name__})"


class _There(torch.autograd.Function):
    """Results that come from the learner's process, and whose gradients are asked for there."""

    @staticmethod
    def forward(ctx: Any, remote: Remote, values: list, asking: list, *given: Tensor) -> Any:
        ctx.remote, ctx.count = remote, len(given)
        ctx.set_materialize_grads(False)
        made = tuple(each.clone() for each in values)
        fixed = (each for each, asks in zip(made, asking, strict=True) if not asks)
        ctx.mark_non_differentiable(*fixed)
        return made

    @staticmethod
    def backward(ctx: Any, *weights: Tensor | None) -> Any:
        return None, None, None, *ctx.remote.gradients(list(weights), ctx.count)


def _renew(value: Any, written: Any, reader: Reader) -> None:
    kind, *rest = written
    if kind == "several":
        parts = rest[0]
        if isinstance(value, list) and len(value) != len(parts):
            value[:] = value[: len(parts)] + [None] * (len(parts) - len(value))
        for at, (one, part) in enumerate(zip(value, parts, strict=True)):
            if isinstance(value, list) and part[0] == "one" and not isinstance(one, Tensor):
                value[at] = reader.read(part[1])
            else:
                _renew(one, part, reader)
    elif kind == "layer":
        _renew_layer(value, rest[0], rest[1], rest[2], reader)
    else:
        found = reader.read(rest[0])
        if isinstance(value, Tensor) and isinstance(found, Tensor):
            _set(value, found)


def _renew_layer(layer: nn.Module, named: Any, modes: Any, options: Any, reader: Reader) -> None:
    tensors = reader.read(named)
    for name, each in (*layer.named_parameters(), *layer.named_buffers()):
        if isinstance(tensors.get(name), Tensor):
            _set(each, tensors[name])
    for module, mode in zip(layer.modules(), modes, strict=True):
        module.training = mode is True
    for name, value in reader.read(options).items():
        now = vars(layer).get(name)
        if name != "training" and type(now) is type(value) and now != value:
            vars(layer)[name] = value


def _set(tensor: Tensor, now: Tensor) -> None:
    if tensor.shape != now.shape or tensor.dtype != now.dtype or not torch.equal(tensor, now):
        tensor.data = now


def _names(given: Any) -> set[str]:
    if not isinstance(given, list):
        return set()
    return {each[:80] for each in given[:_MOST_NAMES] if type(each) is str}


def _signature(arguments: Any) -> inspect.Signature | None:
    """Return the arguments that a function says it takes; None where they are no such."""
    try:
        return inspect.Signature(
            [
                inspect.Parameter(
                    name,
                    list(inspect._ParameterKind)[kind],
                    default=None if has_default else inspect.Parameter.empty,
                )
                for name, kind, has_default in arguments
            ]
        )
    except (TypeError, ValueError, IndexError):
        return None


def told(error: Any) -> str:
    """Return an error that came up there in a line: its name, and what it says."""
    found = _error(error)
    first = str(found).strip().split("\n")[0][:300]
    return f"{type(found).__name__}: {first}" if first else type(found).__name__


_TORCHS = {"_LinAlgError": torch.linalg.LinAlgError, "OutOfMemoryError": torch.OutOfMemoryError}


def _error(told: Any) -> BaseException:
    """Return an error like the one that came up there."""
    kinds = told.get("kinds") if isinstance(told, dict) else None
    if not isinstance(kinds, list) or not kinds or not all(type(k) is str for k in kinds):
        return ProcessEnded("its error cannot be read")
    text = told.get("text")
    text = text if type(text) is str else ""
    args = told.get("args")
    found = _known(kinds[0], args, text) or _named(kinds, text)
    line = told.get("line")
    setattr(found, LINE, line if type(line) is str else "")
    return found


def _known(kind: str, args: Any, text: str) -> BaseException | None:
    """Return an error of Python's or torch's own, where it says the same."""
    made = _TORCHS.get(kind) or vars(builtins).get(kind)
    if not isinstance(made, type) or not issubclass(made, BaseException):
        return None
    try:
        found = made(*args) if isinstance(args, list) else made(text)
    except Exception:
        return None
    return found if type(found) is made and str(found) == text else None


def _named(kinds: list[str], text: str) -> BaseException:
    """Return an error with this name, of the first class that is known."""
    known = (vars(builtins).get(each) for each in kinds)
    base = next((k for k in known if isinstance(k, type) and issubclass(k, Exception)), Exception)
    name = kinds[0] if kinds[0].isidentifier() else "Exception"
    plain = base if base.__init__ is Exception.__init__ else Exception
    made = type(name, (plain,), {"__str__": lambda self: text})
    return made(text)
