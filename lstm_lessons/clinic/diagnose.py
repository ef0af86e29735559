"""Examine anybody's recurrent model with six probes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from lstm_lessons.clinic.axes import find, laid_out, reaches_others
from lstm_lessons.clinic.case import Case, said
from lstm_lessons.clinic.example import Example, argument_names, as_call, main_path
from lstm_lessons.clinic.moves import largest, listed
from lstm_lessons.clinic.nested import leaves, replaced
from lstm_lessons.clinic.probes import PROBES
from lstm_lessons.clinic.probes.batch_composition import MIXED, PLACED
from lstm_lessons.clinic.probes.sample_independence import SWAPPED
from lstm_lessons.clinic.report import FAULT, HOLDS, NOT_TRIED, Finding, Report
from lstm_lessons.clinic.sequences import Block, Untried
from lstm_lessons.clinic.subject import OTHER_SEEDS, Call, Subject, chance_put_back


def diagnose(model: nn.Module, example_input: Any, batch_first: bool | None = None) -> Report:
    """Examine a recurrent model with six probes, and return what they found.

    ``model`` is a module with a recurrence: LSTM, GRU, RNN, cells in a loop of your own. It must
    be one that ``copy.deepcopy`` can copy, and no scripted one.
    ``example_input`` is what it is called with: one tensor; a PackedSequence; a tuple of
    positional arguments, such as ``(numbers, lengths)``; or a dict of named ones. The sequences
    are the first tensor that is (B, T, ...) or (T, B, ...), floats with an axis of features or
    whole numbers such as those of words; or one sequence, (T, I) or (T,). Lengths (B,), as a
    tensor, a list or an array, first states (L, B, H), masks of the shape of the sequences and a
    second input, with lengths of its own, go with it. Take three samples or
    more of three steps or more, of different lengths where the model knows lengths, and B other
    than T. Padding may stand in front of the sequences if lengths are given; without lengths only
    what stands at their ends is left off.

    ``batch_first`` says whether the sequences are (B, T, ...). Without it, that is read off
    lengths or padding, or else guessed by trying, and the report says how. If you know it, say
    it: a guess takes the axes as the model takes them, and so hides batch and time swapped in
    any model that gives a result for each step.

    The results may be tensors, packed sequences, and tuples, lists and dicts of them. The probes
    run copies of the model, in eval mode and in float64 where it can: neither its mode, its
    parameters, gradients, buffers and attributes, nor the input, nor any random state change.

    A fault is a fact that hardly anybody wants; a suspicion is a fact that may be meant so; a
    property is by design, and is to be read: it may be wrong for the use. A model with no finding
    may still be wrong: six probes see six things, and none of them looks at it in training mode.
    Chance is looked for in five calls; a small one that is no dropout may show in none of them.

    Take a small example: the model is called at most five times for each sample, twice for each
    step, once for each parameter, and some 40 times more. Of more than 32 samples or steps only
    some 32 are tried, except where gradients show that the way back is cut; a probe that holds
    says how many, and sample independence which of them moved nothing, their own results neither.

    Raises:
        TypeError: ``model`` is no module, or there is no tensor of sequences in the input.
        ValueError: the model does not run on the example, gives no tensor, or cannot be copied;
            ``batch_first`` is given for an input without an axis for the batch; the lengths are
            longer than the axis of time, and another axis is as long as they are.
    """
    if not isinstance(model, nn.Module):
        raise TypeError(
            f"expected model to be a torch.nn.Module, got {type(model).__name__}: put the function "
            "into the forward of one"
        )
    if batch_first not in (None, True, False):
        raise TypeError(f"expected batch_first to be True, False or None, got {batch_first!r}")
    with chance_put_back(), torch.inference_mode(False):
        call = as_call(model, example_input)
        path = main_path(call, argument_names(model))
        try:
            subject = Subject(model)
        except Exception as error:
            raise ValueError(
                "the model cannot be copied and set to eval mode, and diagnose works on such "
                f"copies: {said(error)}"
            ) from None
        return _examined(subject, call, path, batch_first)


def _examined(subject: Subject, call: Call, path: tuple, batch_first: bool | None) -> Report:
    try:
        call = subject.widen(call)
    except Exception as error:
        raise ValueError(f"the model does not run on the example: {said(error)}") from None
    subject.read_rows(call, path)
    if not subject.results(call):
        raise ValueError("expected the model to give tensors, and it gives none")
    names = argument_names(subject.modules[""])
    pad = _pad(subject)
    axes = find(subject, call, path, names, batch_first, pad)
    example = Example(call, path, axes.places, names, pad)
    _refuse_longer_lengths(example)
    example, grown = _grown(subject, example)
    whole, example = example, _without_shared_padding(subject, example)
    _turn(subject, example)
    results = subject.results(example.call)
    layouts = laid_out(subject, example, results)
    by_chance = _by_chance(subject, example, results)
    case = Case(subject, example, results, layouts, grown, by_chance, whole, axes.guessed)
    findings = [_tried(name, probe, case) for name, probe in PROBES.items()]
    if SWAPPED in findings[0].perhaps:
        findings[1:] = [_pointed(each) for each in findings[1:]]
    if findings[0].status == HOLDS:
        findings[1] = _not_mixed(findings[1])
    findings = _but_for_chance(case, findings)
    about = _subject(subject, call, path)
    return Report(about, _axes(case, axes.how), tuple(findings), axes.guessed)


def _refuse_longer_lengths(example: Example) -> None:
    """Refuse a block whose time is another axis than the first two: its lengths say so."""
    longest = example.longer_lengths
    if not longest or example.told_lengths or not isinstance(example.main, Block):
        return
    shape = example.main.value.shape
    if longest in shape[2:]:
        raise ValueError(
            f"the lengths go up to {longest}, and axis {example.axes[1]} of {tuple(shape)} counts "
            f"{example.steps}: expected sequences as (B, T, ...) or (T, B, ...). Is time axis "
            f"{shape.index(longest, 2)}? Then put a module round the model that moves it there"
        )


def _but_for_chance(case: Case, findings: list[Finding]) -> list[Finding]:
    """Where chance is at work in some results, say that the probes looked at the others alone."""
    names = [name for name in case.layouts if name in case.by_chance]
    if not names or len(names) == len(case.layouts):
        return findings
    word = f"{listed(names)}, drawn by chance"
    compared = ("sample independence", "batch composition", "causality", "chunk consistency")
    told = []
    for each in findings:
        if each.probe in compared and each.status != NOT_TRIED:
            left_out = ", ".join(filter(None, [each.left_out, f"{each.probe} of {listed(names)}"]))
            each = replace(each, fact=f"{each.fact}. Not looked at: {word}", left_out=left_out)
        told.append(each)
    return told


def _not_mixed(finding: Finding) -> Finding:
    """Where no sample reaches another, name what else can make a sample differ alone."""
    if finding.status == FAULT and finding.perhaps == MIXED:
        return replace(finding, perhaps=PLACED)
    return finding


def _pointed(finding: Finding) -> Finding:
    """Where batch and time are swapped, let what that explains as well say so first."""
    if finding.probe not in ("batch composition", "causality") or not finding.perhaps:
        return finding
    return replace(finding, perhaps=f"the swap that sample independence saw; or {finding.perhaps}")


def _tried(name: str, probe: Any, case: Case) -> Finding:
    try:
        return probe(case)
    except Untried as reason:
        return Finding(name, NOT_TRIED, str(reason))
    except Exception as error:
        return Finding(name, NOT_TRIED, f"the model stopped when the probe ran it: {said(error)}")


def _by_chance(subject: Subject, example: Example, results: dict[str, Tensor]) -> frozenset[str]:
    """Return the names of the results that differ with the seed."""
    found: set[str] = set()
    for seed in OTHER_SEEDS:
        again = subject.results(example.call, seed=seed)
        for name, each in results.items():
            same = name in again and again[name].shape == each.shape
            if not same or largest(each, again[name], subject.allowed) > 0:
                found.add(name)
    return frozenset(found)


def _pad(subject: Subject) -> int:
    """Return the number that stands for no word, as the first embedding says it; else 0."""
    for module in subject.modules.values():
        if isinstance(module, nn.Embedding) and module.padding_idx is not None:
            return module.padding_idx
    return 0


def _grown(subject: Subject, example: Example) -> tuple[Example, bool]:
    """Return the example, with three samples in place of one where the model takes them."""
    if example.main.batch is None or example.samples > 1:
        return example, False
    try:
        three = example.chosen([0, 0, 0])
        moved = example.anew(three).moved(samples=[1, 2])
        subject.results(moved)
        return example.anew(moved), True
    except Exception:
        return example, False


def _without_shared_padding(subject: Subject, example: Example) -> Example:
    """Return the example as long as its longest sequence, where the model runs so.

    Behind it all rows have padding, so that nothing could be moved there.
    """
    longest = max(example.lengths or [example.steps])
    if longest == example.steps or example.told_lengths:
        return example
    try:
        shorter = example.anew(example.cut(0, longest))
        subject.results(shorter.call)
        return shorter
    except Exception:
        return example


def _turn(subject: Subject, example: Example) -> None:
    """Where a result has B · T rows: find out whether they lie as the axes of x do, or turned."""
    if example.main.batch is None:
        return
    for turned in (False, True):
        subject.turned = turned
        try:
            if not reaches_others(subject, example):
                return
        except Exception:
            break
    subject.turned = False


def _subject(subject: Subject, call: Call, path: tuple) -> str:
    main = dict(leaves(call))[path]
    kind = type(subject.modules[""]).__name__
    if isinstance(main, PackedSequence):
        return f"{kind} on a packed batch of {len(main.batch_sizes)} steps"
    parts = []
    replaced(call, lambda place, leaf: parts.append(_shape(leaf)))
    return f"{kind} on {', '.join(parts)}"


def _shape(leaf: Any) -> str:
    if isinstance(leaf, Tensor):
        shape = str(tuple(leaf.shape))
        if leaf.dtype == torch.bool:
            return shape
        return shape + (" of floats" if leaf.is_floating_point() else " of whole numbers")
    return "a packed batch" if isinstance(leaf, PackedSequence) else f"{len(leaf)} lengths"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("s" if count != 1 else "")


def _axes(case: Case, how: str) -> str:
    example, shared = case.example, case.shared
    batch, time = example.axes
    if batch is None:
        return f"no axis for the batch; time is axis {time} ({how})"
    text = f"batch is axis {batch}, {_number(example.samples, 'sample')}; "
    steps = _number(example.steps, "step")
    text += f"time is axis {time}, {steps}" if time is not None else "one step of each"
    text += f" ({how})"
    if case.guessed:
        text += f"; if they are the other way round, say batch_first={batch == 1}"
    if shared:
        text += f"; {shared} more steps, of {example.main.pads} in every row, were left off"
    if case.grown:
        text += "; the example has one sample, and two more were made from it"
    return text
