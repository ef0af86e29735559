"""Call a sample alone, leave its padding off, turn the batch round: nothing may move."""

from __future__ import annotations

from dataclasses import dataclass, replace

from torch import Tensor

from lstm_lessons.clinic.axes import Layout, sizes_moved
from lstm_lessons.clinic.case import Case, looked_at, said, some
from lstm_lessons.clinic.moves import by, largest
from lstm_lessons.clinic.report import FAULT, HOLDS, SUSPICION, Finding
from lstm_lessons.clinic.sequences import Block, Packed, Untried
from lstm_lessons.clinic.subject import Call

NAME = "batch composition"
MIXED = "a mean, a norm or a softmax over the axis of the batch, or batch and time swapped"
NORM = "a batch norm that takes its mean from the batch, in eval mode as well"
PLACED = (
    "parameters or a state with a row for each place in the batch, or a number that depends on how "
    "many samples there are"
)


@dataclass(frozen=True)
class _Seen:
    """One fact against the model, or two."""

    status: str
    fact: str
    perhaps: str


def batch_composition(case: Case) -> Finding:
    """Call the model with samples alone, in another order, and without padding."""
    example = case.example
    if example.main.batch is None:
        raise Untried("the input was read as one sequence, with no axis for the batch")
    if not any(layout.batch is not None for layout in case.layouts.values()):
        raise Untried("no result has a row for each sample")
    if example.samples < 2:
        raise Untried("the example has one sample: give a batch of two or more")
    case = case.but_for_chance("batch")
    lengths = example.lengths or [example.steps]
    wanted = [lengths.index(end(lengths)) for end in (min, max)]
    samples, bare = some(example.samples, wanted), []
    refused, copies = None, 1
    try:
        seen = _alone(case, samples, bare)
    except _Refused as refusal:
        refused, copies = _no_run(case, refusal.error), example.samples
        of_norm = refused.perhaps == NORM  # whose mean is another one among copies
        samples, seen = ([], None) if of_norm else _in_copies(case, samples, bare)
    seen = seen or _shared(case, samples) or _with_others(case, bare, copies)
    stopped, found = ("", None) if seen else _turned(case)
    seen = seen or found
    if seen:
        seen = _both(refused, seen) if refused else seen
        return Finding(NAME, seen.status, seen.fact, seen.perhaps)
    if refused and not samples:  # no copies either, so that nothing was held
        return Finding(NAME, SUSPICION, refused.fact, refused.perhaps)
    tried = looked_at(samples, example.samples, "sample")
    whole = len(samples) == example.samples  # "each of 4 samples gives", but "32 of 40 give"
    how = f"in {copies} copies" if refused else "alone"
    tried += f" gives {how} what it gives" if whole else f" give {how} what they give"
    tried += " in the batch"
    tried += "" if stopped else ", and in the opposite order as well"
    left_out = ["another order"] if stopped else []
    if case.shared:
        tried += f"; and with the {case.shared} steps of {example.main.pads} behind all rows"
    if bare:
        short = sum(length < example.steps for length in lengths)
        number = "the one" if len(bare) == short == 1 else f"{len(bare)} of {short}"
        tried += f"; {number} with padding, without it as well"
    elif not (case.shared or isinstance(example.main, Packed)):
        none = min(lengths) == example.steps
        why = "No row ends in padding" if none else "The model did not run without the padding"
        along, other = _along(case) if none else ("", "")
        left_out.insert(0, "padding" + (f" (none{along}{other})" if along else ""))
        tried += f". {why}{along}{other}, so that was not tried"
    if stopped:
        tried += f". In the opposite order the model stopped: {stopped}"
    if refused:
        fact = f"{refused.fact}. But {tried}"
        return Finding(NAME, SUSPICION, fact, refused.perhaps, ", ".join(left_out))
    return Finding(NAME, HOLDS, tried, left_out=", ".join(left_out))


def _along(case: Case) -> tuple[str, str]:
    """Return in words along which axis padding was looked for, and whether the other one has it.

    Only where the axes are a guess: else both are "".
    """
    main = case.example.main
    if not case.guessed or not isinstance(main, Block) or main.batch is None:
        return "", ""
    other = Block(main.value, main.time, main.batch, case.example.pad).ending_in_padding
    return f" along axis {main.time}", f", but along axis {main.batch}" if other else ""


class _Refused(Exception):
    """The model does not run with one sample; ``error`` is how it stopped."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def _by_itself(case: Case, sample: int, copies: int) -> Call:
    """Return the call with copies of one sample; the block goes with its lengths, if told."""
    example = case.example
    call = example.chosen([sample] * copies)
    own = example.lengths[sample] if example.lengths else example.steps
    if example.told_lengths and not isinstance(example.main, Packed) and own < example.steps:
        call = example.anew(call).cut(*example.main.place(own))
    return call


def _one_of(case: Case, copies: int, call: Call) -> dict[str, Tensor]:
    """Return what a call with copies of one sample gives, for one of them."""
    after = case.after(call)
    if copies == 1:
        return after
    found = {}
    for name, layout in case.layouts.items():
        if name in after and layout.batch is not None:
            if after[name].ndim == case.results[name].ndim:
                found[name] = after[name].narrow(layout.batch, 0, 1)
    return found


def _in_copies(case: Case, samples: list[int], bare: list[int]) -> tuple[list[int], _Seen | None]:
    """Do as `_alone` does, for a model that takes one size of the batch: with copies of each.

    Return the samples that it took so, and what was seen.
    """
    held = []
    for sample in samples:
        try:
            seen = _alone(case, [sample], bare, case.example.samples)
        except _Refused:
            continue  # it is not the size of the batch that stops it
        held.append(sample)
        if seen is not None:
            return held, seen
    return held, None


def _alone(case: Case, samples: list[int], bare: list[int], copies: int = 1) -> _Seen | None:
    """Hold samples alone against their rows in the batch, whole and cut to their own steps.

    Those that were held without their padding are added to ``bare``.

    Raises:
        _Refused: the model does not run so.
    """
    example = case.example
    for sample in samples:
        steps = example.steps
        packed = isinstance(example.main, Packed)
        own = example.lengths[sample] if example.lengths else steps
        told = example.told_lengths and not packed
        call = example.chosen([sample] * copies)
        try:
            after = _one_of(case, copies, _by_itself(case, sample, copies))
        except Exception as error:
            raise _Refused(error) from None
        seen = _held(case, after, sample, own if example.told_lengths else steps, FAULT)
        if seen is not None:
            return seen
        if told and own < steps:
            bare.append(sample)
        if told or packed or own == steps:
            continue
        try:
            after = _one_of(case, copies, example.anew(call).cut(0, own))
        except Exception:
            continue  # some models take one length alone
        seen = _held(case, after, sample, own, SUSPICION)
        if seen is not None:
            return seen
        if _held_at_all(case, after, own):
            bare.append(sample)
    return None


def _shared(case: Case, samples: list[int]) -> _Seen | None:
    """Hold the block with the padding that all rows share against the block without it."""
    if case.whole is None or not case.shared:
        return None
    own = case.example.lengths or [case.example.steps] * case.example.samples
    after = case.after(case.whole.call)
    for name, layout in case.layouts.items():
        if layout.batch is None or name not in after:
            continue
        for sample in samples:
            row = after[name].narrow(layout.batch, sample, 1)
            seen = _held(case, {name: row}, sample, own[sample], SUSPICION)
            if seen is not None:
                return seen
    return None


def _with_others(case: Case, samples: list[int], copies: int) -> _Seen | None:
    """Leave the padding of samples off once more, with other numbers in their own steps.

    Behind a maximum over time the padding may have lost by luck.
    """
    try:
        example = case.example.anew(case.example.moved())
        other = replace(case, example=example, results=case.after(example.call))
        seen = _alone(other, samples, [], copies) if samples else None
    except (Untried, _Refused):
        return None
    return seen and replace(seen, fact=f"with other numbers in the place of yours, {seen.fact}")


def _held_at_all(case: Case, after: dict[str, Tensor], steps: int) -> bool:
    """Return whether any result of one sample has the shape of its row, so that it was held."""
    for name, layout in case.layouts.items():
        if layout.batch is None or name not in after:
            continue
        row = case.results[name].narrow(layout.batch, 0, 1)
        if after[name].ndim == row.ndim:
            before, now = _own_steps(row, after[name], layout, steps)
            if before.shape == now.shape:
                return True
    return False


def _held(
    case: Case, after: dict[str, Tensor], sample: int, steps: int, status: str
) -> _Seen | None:
    for name, layout in case.layouts.items():
        if layout.batch is None or name not in after:
            continue
        before = case.results[name].narrow(layout.batch, sample, 1)
        now = after[name]
        if now.ndim != before.ndim:
            fact = f"{name} of one sample alone has the shape {tuple(now.shape)}, in place of "
            fact += f"{tuple(before.shape)}: an axis is lost"
            return _Seen(FAULT, fact, "a squeeze() without its axis, which takes any axis of 1")
        row, whole = before, now
        before, now = _own_steps(row, whole, layout, steps)
        if status == FAULT and steps < case.example.steps:
            before = _coarser(before, now)
        if now.shape != before.shape:
            if status == SUSPICION:
                continue
            fact = f"{name} of one sample alone has the shape {tuple(now.shape)}, in place of "
            return _Seen(SUSPICION, fact + f"{tuple(before.shape)}", "")
        gap = largest(before, now, case.subject.allowed)
        if gap > 0 and case.example.main.in_front:  # results may stand where the sequences do
            ends = _own_steps(row, whole, layout, steps, at_end=True)
            gap = min(gap, largest(*ends, case.subject.allowed))
        if gap > 0:
            return _told(case, name, sample, gap, status)
    return None


def _coarser(before: Tensor, now: Tensor) -> Tensor:
    """Return the part of a row that a shorter block gives, where time is an axis of fewer places.

    So it is behind a convolution that takes every other step.
    """
    shorter = sizes_moved(before.shape, now.shape)
    if len(shorter) == 1 and now.shape[shorter[0]] < before.shape[shorter[0]]:
        return before.narrow(shorter[0], 0, now.shape[shorter[0]])
    return before


def _own_steps(
    before: Tensor, now: Tensor, layout: Layout, steps: int, at_end: bool = False
) -> tuple[Tensor, Tensor]:
    if layout.time is None:
        return before, now
    most = min(steps, before.shape[layout.time], now.shape[layout.time])
    begins = [each.shape[layout.time] - most if at_end else 0 for each in (before, now)]
    return before.narrow(layout.time, begins[0], most), now.narrow(layout.time, begins[1], most)


def _told(case: Case, name: str, sample: int, gap: float, status: str) -> _Seen:
    example = case.example
    ragged = example.lengths is not None and example.lengths[sample] < example.steps
    if status == SUSPICION:
        pads = example.main.pads
        fact = f"{name} of sample {sample} moves by {by(gap)} when the {pads} at its end are left "
        fact += "off: what it gives depends on how long the block is"
        return _Seen(SUSPICION, fact, f"if these {pads} are padding, the model reads its padding")
    if ragged:
        fact = f"{name} of sample {sample}, alone and without padding, differs by {by(gap)} from "
        fact += "its row in the batch"
        cause = "the model reads the padding, or takes the state behind it; or rows are in the "
        return _Seen(FAULT, fact, cause + "order of the lengths, and not in yours")
    fact = f"{name} of sample {sample} alone differs by {by(gap)} from its row in the batch"
    return _Seen(FAULT, fact, MIXED)


def _both(refused: _Seen, seen: _Seen) -> _Seen:
    """Return two facts as one: the model refuses one sample, and copies of it differ."""
    words = seen.fact.replace(", alone and without", ", without").replace(
        " alone differs", " differs"
    )
    fact = f"{refused.fact}. And with as many copies of one sample, {words}"
    return _Seen(seen.status, fact, f"{refused.perhaps}. And {seen.perhaps}")


def _no_run(case: Case, error: Exception) -> _Seen:
    fact = f"the model runs with {case.example.samples} samples and not with one: {said(error)}"
    cause = "a state or a view that was made for one size of the batch (take the size from x), or "
    cause += "a squeeze() without its axis"
    if "more than 1 value per channel" in str(error):
        cause = NORM
    return _Seen(SUSPICION, fact, cause)


def _turned(case: Case) -> tuple[str, _Seen | None]:
    """Turn the order of the samples round: the rows must come back turned round.

    Return the error if the model stopped so, else "", and what was seen.
    """
    order = list(range(case.example.samples))[::-1]
    try:
        after = case.after(case.example.chosen(order))
    except Exception as error:
        return said(error), None  # such as lengths that have to be sorted
    for name, before, now, layout in case.pairs(after):
        if layout.batch is None:
            continue
        gap = largest(before, now.flip(layout.batch), case.subject.allowed)
        if gap > 0:
            fact = f"with the batch in the opposite order, the rows of {name} do not come back in "
            fact += f"that order: they differ by {by(gap)}"
            return "", _Seen(FAULT, fact, "a sort by length that is not undone")
    return "", None
