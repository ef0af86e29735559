"""Read a sequence whole, and in two chunks with the state handed on: the same must come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from lstm_lessons.clinic.case import Case, said
from lstm_lessons.clinic.example import Example, argument_names, is_state, name_of
from lstm_lessons.clinic.moves import by, largest, listed
from lstm_lessons.clinic.nested import leaves
from lstm_lessons.clinic.one_way import by_design, two_way
from lstm_lessons.clinic.report import FAULT, HOLDS, PROPERTY, Finding
from lstm_lessons.clinic.sequences import Packed, Untried

NAME = "chunk consistency"


def chunk_consistency(case: Case) -> Finding:
    """Cut the example in two, hand the state on, and hold the results against the whole."""
    example = case.example
    if isinstance(example.main, Packed):
        raise Untried("a packed batch is not cut into chunks: give the sequences as a block")
    if example.steps < 2:
        raise Untried("the example has one step: give two or more")
    timed = [name for name, layout in case.layouts.items() if layout.time is not None]
    if not timed:
        raise Untried("no result has an axis as long as time")
    parameters = _parameters(case)
    case = case.but_for_chance("time")
    timed = [name for name in timed if name in case.layouts]
    cut = _place(example)
    words, differs = _in_chunks(case, cut, timed, parameters)
    if differs:
        return _differs(case, differs, lambda other: _in_chunks(other, cut, timed, parameters)[1])
    fact = f"two chunks, of {cut} and {example.steps - cut} steps, with the state handed on as "
    return Finding(NAME, HOLDS, fact + f"{words}, give what the whole gives")


def _place(example: Example) -> int:
    """Return the step to cut in front of: in the middle, or where every sequence is cut by it."""
    middle = (example.steps + 1) // 2
    if not example.told_lengths:
        return middle
    own = [example.main.place(length) for length in example.lengths or []]
    first, last = max(begin for begin, _ in own) + 1, min(end for _, end in own) - 1
    if first > last:
        raise Untried("no cut leaves each sequence a step on both sides: give longer ones")
    return min(max(middle, first), last)


def _in_chunks(case: Case, cut: int, timed: list[str], parameters: list[str]) -> tuple[str, str]:
    """Return as what the state was handed on, and in words what differs; "" where nothing does."""
    example = case.example
    with torch.no_grad():
        first = case.subject.raw(example.cut(0, cut))
        handed = _state(first, parameters)
        call = _handed(case, example.cut(cut, example.steps), handed)
        words = listed([f"`{name}`" for name in handed])
        try:
            second = case.subject.raw(call)
        except Exception as error:
            raise Untried(
                f"with the state of the first chunk as {words}, the second one stopped: "
                f"{said(error)}"
            ) from None
    parts = [case.subject.shaped(first, example.cut(0, cut)), case.subject.shaped(second, call)]
    for name in timed:
        time = case.layouts[name].time
        if time is None or name not in parts[0] or name not in parts[1]:
            continue
        joined = torch.cat([part[name] for part in parts], dim=time)
        if joined.shape != case.results[name].shape:
            raise Untried(f"the chunks of {name} are not as long as the whole")
        gap = largest(case.results[name], joined, case.subject.allowed)
        if gap > 0:
            fact = f"{name} in two chunks differs by {by(gap)} from the whole, though the state "
            return words, fact + "was handed on"
    return words, ""


def _parameters(case: Case) -> list[str]:
    """Return the names of the arguments for states."""
    path = case.example.path
    names = argument_names(case.subject.modules[""])
    fitting = [name for name in names if is_state(name) and name != name_of(path, names)]
    if not fitting:
        others = [name for name in names if name != name_of(path, names)]
        if not others:
            raise Untried("forward takes no state, so each call begins anew")
        raise Untried(
            "no argument of forward has the name of a state, such as `state`, `hidden` or `hx`: "
            f"forward takes {listed([f'`{name}`' for name in names])}"
        )
    if path[0] == 1 or len(path) != 2:
        raise Untried("the sequences are no positional argument, so no state can stand after them")
    return fitting


def _handed(case: Case, call: Any, handed: dict[str, Any]) -> Any:
    args, kwargs = list(call[0]), dict(call[1])
    names = argument_names(case.subject.modules[""])
    for name, state in handed.items():
        if names.index(name) < len(args):
            args[names.index(name)] = state
        else:
            kwargs[name] = state
    return tuple(args), kwargs


def _state(result: Any, parameters: list[str]) -> dict[str, Any]:
    """Return what a result holds beside its first part, for the argument that takes it.

    Where there are as many tensors as arguments for states, as with h and c, each takes its own.
    """
    parts = list(result.values()) if isinstance(result, Mapping) else result
    if isinstance(parts, Tensor) or not isinstance(parts, tuple | list) or len(parts) < 2:
        raise Untried("the model gives no state back beside its output")
    rest = parts[1] if len(parts) == 2 else tuple(parts[1:])
    if not any(isinstance(leaf, Tensor) for _, leaf in leaves(rest)):
        raise Untried("the model gives no state back beside its output")
    if isinstance(rest, tuple | list) and len(parameters) == len(rest) > 1:
        if all(isinstance(part, Tensor) for part in rest):
            return dict(zip(parameters, rest, strict=True))
    return {parameters[0]: rest}


def _differs(case: Case, fact: str, again: Callable[[Case], str]) -> Finding:
    layers = two_way(case)
    if layers:
        reason = "a reverse pass needs the chunk that has not been read yet"
        explained, fact = by_design(case, layers, fact, again, reason, "nothing differs")
        if explained:
            return Finding(NAME, PROPERTY, fact)
    perhaps = (
        "the state that is handed in is not used, is not the last one, or only h is handed on; "
    )
    perhaps += "or earlier steps are read in another way as well, as by attention"
    return Finding(NAME, FAULT, fact, perhaps)
