"""Which axis is the batch and which is time: in the input, and in each result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from lstm_lessons.clinic.example import Example
from lstm_lessons.clinic.moves import moved
from lstm_lessons.clinic.nested import Path, leaves, replaced
from lstm_lessons.clinic.sequences import Block, Untried, is_numbering
from lstm_lessons.clinic.subject import Call, Subject, observed

Results = dict[str, Tensor]


@dataclass(frozen=True)
class Layout:
    """The axes of the batch and of time in one result; None where it has none."""

    batch: int | None
    time: int | None


@dataclass(frozen=True)
class Axes:
    """The axes (batch, time) of the sequences, and in words how they are known.

    ``guessed`` says that the model's own behaviour told them: they are then as the model takes
    them, and not as somebody means them.
    """

    places: tuple[int | None, int | None]
    how: str
    guessed: bool = False


def sizes_moved(shape: torch.Size, other: torch.Size) -> list[int]:
    """Return the axes in which two shapes differ; none where they have not as many axes."""
    if len(shape) != len(other):
        return []
    return [axis for axis, (a, b) in enumerate(zip(shape, other, strict=True)) if a != b]


def laid_out(subject: Subject, example: Example, results: Results) -> dict[str, Layout]:
    """Return the layout of each result, found by leaving out one sample, and then one step.

    Where the model does not run with one less, the sizes decide, if only one axis fits.
    """
    fewer = _shapes(subject, lambda: example.chosen(range(example.samples - 1)))
    shorter = None
    if example.steps > 1 and isinstance(example.main.value, Tensor):
        shorter = _shapes(subject, lambda: example.cut(0, example.steps - 1))
    main, steps = example.main.value, example.steps if example.steps > 1 else None
    if shorter is None and isinstance(main, Tensor) and main.ndim == 2 and not is_numbering(main):
        steps = None  # (B, I): its second axis need not be time
    found = {}
    for name, result in results.items():
        batch = _follows(result, name, fewer, example.samples if example.samples > 1 else None)
        time = _follows(result, name, shorter, steps)
        if time == batch:
            time = None
        found[name] = Layout(batch, time)
    return found


def _shapes(subject: Subject, make: Any) -> dict[str, torch.Size] | None:
    try:
        return subject.shapes(make())
    except Exception:
        return None


def _follows(
    result: Tensor, name: str, other: dict[str, torch.Size] | None, size: int | None
) -> int | None:
    if size is None:
        return None
    if other is not None and name in other:
        moved = sizes_moved(result.shape, other[name])
        if len(moved) == 1 and result.shape[moved[0]] == size:
            return moved[0]
        return None
    fits = [axis for axis, each in enumerate(result.shape) if each == size]
    return fits[0] if len(fits) == 1 else None


def find(
    subject: Subject, call: Call, path: Path, names: list[str], batch_first: bool | None, pad: int
) -> Axes:
    """Return the axes of the sequences, and how they are known."""
    main = dict(leaves(call))[path]
    if isinstance(main, PackedSequence):
        return Axes((0, 1), "the input is packed")
    if batch_first is not None:
        if main.ndim < 2:
            raise ValueError(
                f"batch_first={batch_first} was given, and the input has one axis, "
                f"{tuple(main.shape)}: give a batch, or leave batch_first out"
            )
        return Axes((0, 1) if batch_first else (1, 0), "as told")
    if main.ndim == 1 and _is_step(call, path, len(main)):
        how = "found: the states have as many samples, so this is one step of each"
        return Axes((0, None), how)
    if main.ndim == 1 or (main.ndim == 2 and not is_numbering(main) and _one(subject, call)):
        return Axes((None, 0), "the model reads it as one sequence")
    if main.ndim == 2 and not is_numbering(main) and _is_cell(subject, call, path):
        how = (
            "found: the states have as many samples, and axis 1 must be as long as it is, so this "
        )
        return Axes((0, None), how + "is one step of each")
    options: list[tuple[int, int]] = [(0, 1), (1, 0)]
    longer = _longer(subject, call, path, options, names, pad)
    both = {axes: Example(longer, path, axes, names, pad) for axes in options}
    for clue in (_by_lengths, _by_padding):
        kept, words = clue(subject, both)
        if len(kept) == 1:
            return Axes(kept[0], words)
    for clue in (_by_rows, _by_dependence, _by_dependence_turned):
        kept, words = clue(subject, both)
        if len(kept) == 1:
            return Axes(kept[0], words, guessed=True)
    for name, module in subject.modules.items():
        if isinstance(module, nn.RNNBase):
            first = module.batch_first
            axes = (0, 1) if first else (1, 0)
            how = f"guessed, because {name or 'the layer'} has batch_first={first}"
            return Axes(axes, how, guessed=True)
    return Axes((0, 1), "guessed, as a DataLoader lays it", guessed=True)


def _is_step(call: Call, path: Path, samples: int) -> bool:
    """Return whether a state beside it has as many samples: then one axis counts samples."""
    others = [leaf for other, leaf in leaves(call) if other != path and isinstance(leaf, Tensor)]
    return any(
        (each.ndim == 3 and each.shape[1] == samples)
        or (each.ndim == 2 and each.shape[0] == samples)
        for each in others
    )


def _is_cell(subject: Subject, call: Call, path: Path) -> bool:
    """Return whether (B, I) comes with states (B, H), and the model takes no other I."""
    main = dict(leaves(call))[path]
    if main.shape[1] < 2 or not _is_step(call, path, len(main)):
        return False

    def shorter(place: Path, leaf: Any) -> Any:
        return main[:, :-1] if place == path else leaf

    return _shapes(subject, lambda: replaced(call, shorter)) is None


Options = dict[tuple[int, int], Example]
Kept = tuple[list[tuple[int, int]], str]


def _longer(
    subject: Subject,
    call: Call,
    path: Path,
    options: list[tuple[int, int]],
    names: list[str],
    pad: int,
) -> Call:
    """Return the call with three entries on an axis of one, where the model takes them."""
    for axes in options:
        example = Example(call, path, axes, names, pad)
        if example.samples == 1 < example.steps:
            longer = example.chosen([0, 0, 0])
            if _shapes(subject, lambda longer=longer: longer) is not None:
                return longer
    return call


def _one(subject: Subject, call: Call) -> bool:
    """Return whether a recurrent layer of the model is handed one sequence, without a batch."""
    seen: list[int] = []
    model = subject.fresh()

    def see(name: str, module: nn.Module, inputs: tuple, result: Any) -> None:
        if inputs and isinstance(inputs[0], Tensor):
            seen.append(inputs[0].ndim)

    observed(model, nn.RNNBase, see)
    with torch.no_grad():
        subject.run(call, model=model)
    return seen[:1] == [2]


def _by_lengths(subject: Subject, options: Options) -> Kept:
    """Other inputs, such as lengths and first states, have a batch as well."""
    counts = {axes: example.companions for axes, example in options.items()}
    most = max(counts.values())
    kept = [axes for axes, count in counts.items() if count == most]
    return kept, "found: the other inputs have as many samples"


def _by_padding(subject: Subject, options: Options) -> Kept:
    """Numbers of padding stand at the ends of rows; the other axis may have them in its middle.

    Only where an embedding says which number is no word: a zero may be a word like any other.
    """
    tables = [each for each in subject.modules.values() if isinstance(each, nn.Embedding)]
    known = any(each.padding_idx is not None for each in tables)
    kept = [axes for axes, example in options.items() if known and _at_ends(example)]
    axis = kept[0][1] if len(kept) == 1 else None
    return kept, f"found: the padding stands at the ends along axis {axis}, and not along the other"


def _at_ends(example: Example) -> bool:
    main = example.main
    return isinstance(main, Block) and is_numbering(main.value) and main.padded_on_one_side


def _by_rows(subject: Subject, options: Options) -> Kept:
    """A result that grows with one axis alone has a row for each sample."""
    axes = next(iter(options))
    example = options[axes]
    results = subject.results(example.call)
    found = laid_out(subject, example, results)
    rows = {
        "batch": any(each.batch is not None and each.time is None for each in found.values()),
        "time": any(each.time is not None and each.batch is None for each in found.values()),
    }
    if rows["batch"] == rows["time"]:
        return list(options), ""
    kept = axes if rows["batch"] else axes[::-1]
    name = next(name for name, each in found.items() if (each.batch is None) != (each.time is None))
    return [kept], f"guessed: {name} grows with axis {kept[0]}, and not with axis {kept[1]}"


def _by_dependence(subject: Subject, options: Options) -> Kept:
    """Samples do not reach each other; steps do."""
    kept = []
    for axes, example in options.items():
        try:
            if not reaches_others(subject, example):
                kept.append(axes)
        except Untried:
            kept.append(axes)
    if not kept:
        kept = list(options)
    word = f"guessed by trying: entries of axis {kept[0][0]} do not reach each other, "
    return kept, word + f"those of axis {kept[0][1]} do"


def _by_dependence_turned(subject: Subject, options: Options) -> Kept:
    """Ask once more, if rows (B · T) may lie as the axes of x do not."""
    subject.turned = True
    try:
        return _by_dependence(subject, options)
    finally:
        subject.turned = False


def reaches_others(subject: Subject, example: Example) -> bool:
    """Return whether moving the first or the last sample moves another one, in any result."""
    results = subject.results(example.call)
    layouts = laid_out(subject, example, results)
    for sample in {0, example.samples - 1}:
        after = subject.results(example.moved(samples=[sample]))
        for name, layout in layouts.items():
            if layout.batch is None or after[name].shape != results[name].shape:
                continue
            if set(moved(results[name], after[name], layout.batch, subject.allowed)) - {sample}:
                return True
    return False
