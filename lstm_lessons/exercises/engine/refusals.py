"""What is no attempt at a function, or no function that the check can call."""

import ast
import inspect
import linecache
import sys
import textwrap
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any

import torch
from torch._ops import OpOverload

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.elsewhere import Elsewhere
from lstm_lessons.exercises.engine.running import Clock
from lstm_lessons.exercises.engine.words import Misformed, a_kind_of


def is_empty(answer: Any) -> bool:
    """Say whether a function has no body but ``...``, ``pass`` or a docstring."""
    if isinstance(answer, Elsewhere):
        return answer.empty

    def bare() -> None: ...

    def documented() -> None:
        """Do nothing."""

    code = _code(answer)
    if code is None or not set(code.co_consts) <= {None, answer.__doc__}:
        return False
    return code.co_code in {bare.__code__.co_code, documented.__code__.co_code}


def left_over(answer: Any, error: BaseException | None) -> str:
    """Return what to say where finished code stands below the line that marks its place."""
    if not goes_on(answer, error):
        return ""
    return (
        "Your function still begins with `raise NotImplementedError`, the line that marked the "
        "place for your code. It ends the function there, and nothing below "
        "it is run: delete that line."
    )


def goes_on(answer: Any, error: BaseException | None) -> bool:
    """Say whether a function has code below the line in which it raised this error."""
    if isinstance(answer, Elsewhere):
        return answer.goes_on
    code = _code(answer)
    if code is None or error is None:
        return False
    frames = [
        number for frame, number in traceback.walk_tb(error.__traceback__) if frame.f_code is code
    ]
    return bool(frames) and _has_more(code, frames[-1])


def _has_more(code: Any, line: int) -> bool:
    """Say whether a function has statements besides its docstring and the raise in this line."""
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]
    try:
        block = inspect.getblock(lines)
        function = ast.parse(textwrap.dedent("".join(block))).body[0]
    except (SyntaxError, IndexError):
        return len(code.co_varnames) > code.co_argcount + code.co_kwonlyargcount
    below = [
        node
        for node in getattr(function, "body", [])
        if node.lineno > line - code.co_firstlineno + 1
    ]
    return bool(below)


def refuse_what_is_no_function(answer: Any, how: str, name: str) -> None:
    """Raise Misformed for a class, a string, or a value that cannot be called."""
    if isinstance(answer, type):
        raise Misformed(
            f"You handed in {a_kind_of(answer)}; a function was expected. Hand it in like this: "
            f"`{how}`.",
            "a class, no function",
        )
    if isinstance(answer, str):
        raise Misformed(
            f"You handed in a string. Leave out the quotation marks: `{how}`.", "a string"
        )
    if not callable(answer):
        raise Misformed(
            f"You handed in what a function returned, not the function: {a_kind_of(answer)}. Hand "
            f"in its name, without parentheses behind it: `{how}`.",
            "a value, no function",
        )


def refuse_other_arguments(
    answer: Callable, clock: Clock, cases: Sequence[Case], name: str
) -> None:
    """Raise Misformed where the function cannot be called as the check does."""
    signature = clock.call(inspect.signature, answer)
    if not isinstance(signature, inspect.Signature):
        return  # some functions written in C do not say what they take
    for case in cases:
        try:
            signature.bind(*case.inputs, **case.keywords)
        except TypeError:
            _refuse_without_default(signature, case, cases, name)
            wanted = [*case.inputs, *(f"{key}={value}" for key, value in case.keywords.items())]
            raise Misformed(
                f"The check calls `{name}({', '.join(wanted)})`. Your function takes other "
                f"arguments: `({', '.join(signature.parameters)})`.",
                "other arguments",
            ) from None


def _refuse_without_default(
    signature: inspect.Signature, case: Case, cases: Sequence[Case], name: str
) -> None:
    """Raise Misformed where an argument is missing that the check hands over in some calls only."""
    try:
        bound = signature.bind_partial(*case.inputs, **case.keywords).arguments
    except TypeError:
        return
    left = [
        each.name
        for each in signature.parameters.values()
        if each.name not in bound
        and each.default is each.empty
        and any(each.name in other.keywords for other in cases)
    ]
    if left:
        raise Misformed(
            f"The check also calls `{name}({', '.join(case.inputs)})`, without `{left[0]}`. In the "
            f"first line of your function `{left[0]}` has no default: the value that it has where "
            f"none is given stands behind `{left[0]}=`.",
            "no default",
        )


def noting_calls(function: Callable, names: tuple[str, ...], used: set[str]) -> Callable:
    """Return a function that does the same, and notes which of these are called, by any way.

    torch's functions count under their name without the underscores before it, in whichever thread
    they run; a function of the learner's own may have such a name.
    """
    if not names:
        return function

    def note(frame: FrameType, event: str, what: Any) -> None:
        name = _called(frame) if event == "call" else getattr(what, "__name__", "")
        if isinstance(name, str) and name.strip("_") in names:
            used.add(name.strip("_"))

    def noting(*inputs: Any, **keywords: Any) -> Any:
        threading.setprofile(note)
        sys.setprofile(note)
        try:
            return function(*inputs, **keywords)
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    return noting


_TORCH = str(Path(torch.__file__).parent)


def _called(frame: FrameType) -> str:
    """Return the name of torch's function or operator that begins in this frame; may be empty."""
    if frame.f_code is OpOverload.__call__.__code__:  # torch.ops.aten.name.default
        return frame.f_locals["self"].name().split("::")[-1].split(".")[0]
    return frame.f_code.co_name if frame.f_code.co_filename.startswith(_TORCH) else ""


def refuse_what_is_not_by_hand(used: set[str]) -> None:
    """Raise Misformed where a function was called that is to be done by hand."""
    for name in sorted(used):
        raise Misformed(
            f"Your function calls `{name}`, itself or through another function. Here you are to do "
            "what it does by hand.",
            "not by hand",
        )


def _code(answer: Any) -> Any:
    return answer.__code__ if type(answer) is FunctionType else None
