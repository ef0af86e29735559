"""Exercises of lesson 09: pack by hand, a masked mean, last states, a packing to predict."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from first_edition.answers import (
    DictExercise,
    Index,
    Quantity,
    ShapeOf,
    WholeNumbers,
)
from first_edition.base import Misformed, Wrong, several
from first_edition.forms import OneTensor, Tensors, alike
from first_edition.functions import Case, FunctionExercise, Probe
from first_edition.inputs import random_layer, randoms

Named = Mapping[str, Any]
"""The inputs of a call, or its results, by name."""


def _said(lengths: list[int], **sizes: int) -> str:
    """Return the label of a case: its sizes and its lengths."""
    return ", ".join(f"{name}={size}" for name, size in sizes.items()) + f", lengths {lengths}"


_ONE_SENTENCE = "Here there is one sentence only. The axis of the batch stays, 1 long."


def _special(lengths: tuple[int, ...]) -> str:
    return _ONE_SENTENCE if len(lengths) == 1 else ""


def _part_zero(block: Tensor, lengths: tuple[int, ...]) -> Tensor:
    """Return a padded block (B, T, ...) in which the shortest sentence's last step is zero.

    All other padding stays random: who tells padding by its zeros gets another result than who
    reads all of it, and than who goes by the lengths. Where there is no padding, nothing is zero.
    """
    if min(lengths) < block.shape[1]:
        block[lengths.index(min(lengths)), -1] = 0
    return block


def _not_zero(block: Tensor) -> Tensor:
    """Return the mask (B, T) of those who take every zero step for padding, and no other."""
    return (block != 0).any(dim=-1)


def _place(block: Tensor, row: Tensor) -> tuple[int, int] | None:
    """Return where in a block of three axes the row stands, or nothing."""
    gaps = (block - row).abs().amax(dim=-1)
    found = (gaps < 1e-6).nonzero().tolist()  # rounded to float32, it is the same row still
    return (found[0][0], found[0][1]) if found else None


def _first_wrong_row(ours: Tensor, wanted: Tensor) -> int:
    return next(row for row, (a, b) in enumerate(zip(ours, wanted, strict=True)) if not alike(a, b))


def _turned(mask: Tensor) -> Tensor:
    return mask.transpose(0, 1)


# --- 09.1 -----------------------------------------------------------------------------------------


def _pack_case(I: int, *lengths: int) -> Case:  # noqa: E741, N803 - the field's own symbols
    T, B = max(lengths), len(lengths)  # noqa: N806
    inputs = {"x": _part_zero(randoms(B)(B, T, I), lengths), "lengths": torch.tensor(lengths)}
    special = "Here I is 1. data stays (rows, I)." if I == 1 else _special(lengths)
    return Case(inputs, _said(list(lengths), B=B, T=T, I=I), special=special)


def _torchs_packing(x: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    return packed.data, packed.batch_sizes, packed.sorted_indices


def _order(lengths: Tensor) -> Tensor:
    return lengths.argsort(descending=True)


def _sizes(lengths: Tensor) -> Tensor:
    return (torch.arange(int(lengths.max()))[:, None] < lengths).sum(dim=1)


def _staircase(x: Tensor, order: Tensor, sizes: Tensor) -> Tensor:
    """Return the first rows of each step, step by step."""
    return torch.cat([x[order[:n], t] for t, n in enumerate(sizes.tolist())])


def _packer(
    rows: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor] | None = None,
    order: Callable[[Tensor], Tensor] = _order,
    sizes: Callable[[Tensor], Tensor] = _sizes,
    give_order: Callable[[Tensor], Tensor] = lambda order: order,
) -> Callable:
    """Return a packer in which one step or more is replaced; without arguments it is right.

    ``rows`` makes data from x, lengths, the order and the sizes.
    """

    def pack(x: Tensor, lengths: Tensor) -> Any:
        by, running = order(lengths), sizes(lengths)
        data = rows(x, lengths, by, running) if rows else _staircase(x, by, running)
        return data, running, give_order(by)

    return pack


def _still_running(x: Tensor, lengths: Tensor, *_: Tensor) -> Tensor:
    """Return the rows that still run, in the order in which they were given."""
    return torch.cat([x[lengths > t, t] for t in range(x.shape[1])])


def _sentence_by_sentence(x: Tensor, lengths: Tensor, order: Tensor, _: Tensor) -> Tensor:
    return torch.cat([x[b, : int(lengths[b])] for b in order])


def _with_padding(x: Tensor, lengths: Tensor, order: Tensor, _: Tensor) -> Tensor:
    return x[order].transpose(0, 1).flatten(0, 1)


def _as_given(lengths: Tensor) -> Tensor:
    return torch.arange(len(lengths))


def _always_all(lengths: Tensor) -> Tensor:
    return torch.full((int(lengths.max()),), len(lengths))


def _one_too_many(lengths: Tensor) -> Tensor:
    return (torch.arange(int(lengths.max()))[:, None] <= lengths).sum(dim=1)


def _counted(first: int, behind: int) -> Callable[[Tensor], Tensor]:
    """Return who counts the running from step ``first`` to ``behind`` steps behind the last."""
    return lambda lengths: (
        torch.arange(first, int(lengths.max()) + behind)[:, None] < lengths
    ).sum(dim=1)


def _all_words(x: Tensor, lengths: Tensor, order: Tensor, _: Tensor) -> Tensor:
    """Return the right rows, whatever the sizes are."""
    return _staircase(x, order, _sizes(lengths))


def _from_step_one(x: Tensor, lengths: Tensor, order: Tensor, sizes: Tensor) -> Tensor:
    return torch.cat([x[order[:n], t] for t, n in enumerate(sizes.tolist(), 1)])


def _time_first(x: Tensor, lengths: Tensor) -> tuple:
    order, sizes = _order(lengths), _sizes(lengths)
    return torch.cat([x[t, order[:n]] for t, n in enumerate(sizes.tolist())]), sizes, order


def _steps_sorted(
    take: Callable[[Tensor, int, int], Tensor], count: Callable[[Tensor, Tensor], int]
) -> Callable:
    """Return a packer that sorts axis 1, as if time came first.

    ``take`` takes the rows of a step from what is sorted so, ``count`` the number of steps.
    """

    def pack(x: Tensor, lengths: Tensor) -> tuple:
        order = _order(lengths)
        moved = x[:, order]
        sizes = (torch.arange(count(x, moved))[:, None] < lengths).sum(dim=1)
        data = torch.cat([take(moved, n, t) for t, n in enumerate(sizes.tolist())])
        return data, sizes, order

    return pack


def _looked_up_by_step(x: Tensor, lengths: Tensor) -> tuple:
    order = _order(lengths)
    data = torch.cat([x[order[: int(lengths[t])], t] for t in range(x.shape[1])])
    return data, _sizes(lengths), order


def _pieces(x: Tensor, lengths: Tensor, order: Tensor, sizes: Tensor) -> list[Tensor]:
    return [x[order[:n], t] for t, n in enumerate(sizes.tolist())]


def _by_zeros(x: Tensor, lengths: Tensor) -> tuple:
    order, sizes = _order(lengths), _not_zero(x).sum(dim=0)
    return _staircase(x, order, sizes), sizes, order


def _first_axis_for_time(pick: Callable[[Tensor, Tensor, int], Tensor]) -> Callable:
    """Return the lesson's packing, with x.shape[0] for T; ``pick`` takes a step's rows."""

    def pack(x: Tensor, lengths: Tensor) -> tuple:
        order = _order(lengths)
        sizes = (torch.arange(x.shape[0])[:, None] < lengths).sum(dim=1)
        data = torch.cat([pick(x, order[:n], t) for t, n in enumerate(sizes.tolist())])
        return data, sizes, order

    return pack


_PACK_WRONGS = (
    Wrong(
        "padding told by zeros",
        _by_zeros,
        "You tell the padding by its zeros. Here it is not zero, or not all of it. Only the "
        "lengths say where a sentence ends.",
    ),
    Wrong(
        "not sorted",
        _packer(_still_running, order=_as_given),
        "You leave the sentences in the order in which they came. Then those that still run at a "
        "step are not the first rows, and the loop would hand states to the wrong sentences.",
    ),
    Wrong(
        "each step in the old order",
        _packer(_still_running),
        "batch_sizes and the order are right. But within each step, your rows stand in the order "
        "in which the sentences came. The rows of a step go by length too.",
    ),
    Wrong(
        "sentence by sentence",
        _packer(_sentence_by_sentence),
        "batch_sizes and the order are right. But your data has all words of one sentence, then "
        "all of the next. The loop needs all rows of step 0 first, then all of step 1.",
    ),
    Wrong(
        "not sorted before gathering",
        _packer(lambda x, n, by, sizes: _staircase(x, _as_given(n), sizes)),
        "batch_sizes and the order are right. But at each step you take the first sentences as "
        "they came. The first ones of the order are those that still run.",
    ),
    Wrong(
        "gathered by the way back",
        _packer(lambda x, n, by, sizes: _staircase(x, by.argsort(), sizes)),
        "batch_sizes and the order are right. But you gather by the way back, "
        "`unsorted_indices`: in which row each sentence stands. The rows want `sorted_indices`: "
        "which sentence stands in each row.",
    ),
    Wrong(
        "the way back for the order",
        _packer(order=lambda lengths: lengths.argsort(descending=True).argsort()),
        "Your order is the way back, `unsorted_indices`: in which row each sentence stands. Here "
        "you need which sentence stands in each row, to gather by it and to return it.",
    ),
    Wrong(
        "sorted twice",
        _packer(lambda x, n, by, sizes: _staircase(x[by], by, sizes)),
        "batch_sizes and the order are right. But your rows are put in order twice. In a block "
        "that is sorted already, those that still run are the first rows.",
    ),
    *several(
        "shortest first",
        "You sort the shortest sentence to the front. It is the first to end, so the rows that "
        "still run would not be the first ones.",
        _packer(order=lambda lengths: lengths.argsort()),
        _packer(_still_running, order=lambda lengths: lengths.argsort()),
        _packer(_sentence_by_sentence, order=lambda lengths: lengths.argsort()),
    ),
    *several(
        "lengths for batch_sizes",
        "Your batch_sizes are the lengths: a number for each sentence. They should be a number for "
        "each step: how many sentences still run at it?",
        _packer(_all_words, sizes=lambda n: n),
        _packer(_all_words, sizes=lambda n: n.sort(descending=True).values),
        _packer(sizes=lambda n: n.sort(descending=True).values),
        _packer(sizes=lambda n: n),
    ),
    *several(
        "one step too many",
        "You count a sentence of n words at step n too. Its last word is at step n − 1, because "
        "steps count from 0.",
        _packer(sizes=_one_too_many),
        _packer(_all_words, sizes=_one_too_many),
    ),
    *several(
        "begun with step 1",
        "Your batch_sizes begin one step too late. The first one is for step 0, where all "
        "sentences run. Either your steps begin at 1, or you stop counting a sentence of n words "
        "at step n − 1, and that is the step of its last word.",
        _packer(sizes=_counted(1, 0)),
        _packer(sizes=_counted(1, 1)),
        _packer(_all_words, sizes=_counted(1, 0)),
        _packer(_all_words, sizes=_counted(1, 1)),
        _packer(_from_step_one, sizes=_counted(1, 0)),
    ),
    *several(
        "the last step missing",
        "Your batch_sizes miss the last step, T − 1, where the longest sentence has its last word. "
        "There are T steps, 0 to T − 1: `range(T)` has them all.",
        _packer(sizes=_counted(0, -1)),
        _packer(_all_words, sizes=_counted(0, -1)),
    ),
    Wrong(
        "an entry for step T",
        _packer(_all_words, sizes=_counted(0, 1)),
        "data and the order are right. But your batch_sizes have an entry for step T too, where "
        "no sentence runs. The steps are 0 to T − 1.",
    ),
    *several(
        "a step behind the last",
        "In the line named below you look up step T. There are T steps, 0 to T − 1: `range(T)` has "
        "them all, and no other.",
        _packer(sizes=_counted(0, 1)),
        _packer(_from_step_one, sizes=_counted(1, 1)),
    ),
    *several(
        "steps over sentences",
        "In the line named below, T numbers lie over B numbers. If it compares: neither the steps "
        "nor the lengths are a column there, and one of the two has to be. batch_sizes has a "
        "number for each step: with the steps as the column, add up along axis 1.",
        lambda x, n: torch.arange(x.shape[1]) < n,
        lambda x, n: n > torch.arange(x.shape[1]),
    ),
    *several(
        "padding kept",
        "Your data has a row for every place of the block, padding too. Only places with a word "
        "belong into it: as many rows as the lengths add up to.",
        _packer(_with_padding),
        _packer(sizes=_always_all),
    ),
    Wrong(
        "the order back",
        _packer(give_order=lambda order: order.argsort()),
        "data and batch_sizes are right. Your third result is the way back: in which row each "
        "sentence stands (`unsorted_indices`). Asked for is which sentence stands in each row.",
    ),
    Wrong(
        "lengths for the order",
        lambda x, n: (*_torchs_packing(x, n)[:2], n.sort(descending=True).values),
        "data and batch_sizes are right. Your third result is the lengths, sorted. Asked for is "
        "*which* sentence stands in each row.",
    ),
    *several(
        "time first",
        "You treat x as if time came first. Here the batch comes first: x is (B, T, I), with the "
        "sentences on axis 0 and the steps on axis 1.",
        _first_axis_for_time(lambda x, rows, t: x[t, rows]),
        _first_axis_for_time(lambda x, rows, t: x[rows, t]),
        _steps_sorted(lambda moved, n, t: moved[:n, t], lambda x, moved: moved.shape[1]),
        _steps_sorted(lambda moved, n, t: moved[t, :n], lambda x, moved: moved.shape[1]),
    ),
    *several(
        "a place too far among the sentences",
        "The line named below looks up place B where there are B, one for each sentence. If you "
        "mean a step: here the batch comes first, x is (B, T, I), and the steps are axis 1. "
        "`lengths` and the order have no place for each step. If you mean the first n sentences: "
        "`[:n]` takes n, `[n]` only one.",
        _time_first,
        _packer(lambda x, n, by, sizes: torch.stack([x[by[m], t] for t, m in enumerate(sizes)])),
        _looked_up_by_step,
        _steps_sorted(lambda moved, n, t: moved[t, :n], lambda x, moved: x.shape[1]),
    ),
    Wrong(
        "the steps sorted",
        _steps_sorted(lambda moved, n, t: moved[:n, t], lambda x, moved: x.shape[1]),
        "In the line named below you look up a step on axis 1, and that axis is B long. x comes as "
        "(B, T, I): its sentences are axis 0, and only they are to be sorted. (`x[:, order]` sorts "
        "axis 1, as if time came first.)",
    ),
    *several(
        "stack for cat",
        "`torch.stack` wants pieces of one shape, and gives them a new axis. Your pieces have "
        "different numbers of rows. `torch.cat` lays them under one another.",
        _packer(lambda *given: torch.stack(_pieces(*given))),
        _packer(lambda x, n, by, _: torch.stack([x[b, : n[b]] for b in by])),
        _packer(lambda x, n, by, _: torch.stack([x[b, : n[b]] for b in range(len(n))])),
    ),
    *several(
        "two brackets",
        "`x[...][t]`: the first bracket has taken some sentences, and the second takes *sentence* "
        "t of these. Step t of these sentences is `x[..., t]`, two indices in one bracket.",
        _packer(
            lambda x, n, by, sizes: torch.cat([x[by[:m]][t] for t, m in enumerate(sizes.tolist())])
        ),
        _packer(lambda x, n, by, sizes: torch.cat([x[by][:m][t] for t, m in enumerate(sizes)])),
    ),
    Wrong(
        "pieces of one axis and of two",
        _packer(lambda *given: torch.cat([piece.squeeze() for piece in _pieces(*given)])),
        "Some of the pieces that you join have two axes, and some have one. `squeeze()` makes such "
        "pieces: it takes every axis of length 1, so where one sentence still runs, that of the "
        "sentences too. So does an index that is one number: `x[b, t]` has one axis.",
    ),
    Wrong(
        "squeezed",
        lambda x, n: (_torchs_packing(x, n)[0].squeeze(), *_torchs_packing(x, n)[1:]),
        "With I = 1, your data has one axis; (rows, I) has two. Did `squeeze()` take it? It takes "
        "every axis of length 1. Here none has to go.",
    ),
    Wrong(
        "side by side",
        _packer(lambda *given: torch.cat(_pieces(*given), dim=1)),
        "With `dim=1`, `torch.cat` lays the pieces side by side. They belong under one another, on "
        "axis 0.",
    ),
    Wrong(
        "second and third swapped",
        lambda x, lengths: tuple(_torchs_packing(x, lengths)[part] for part in (0, 2, 1)),
        "The numbers are right. But the second and the third result are swapped: "
        "`data, batch_sizes, sorted_indices` is asked for.",
    ),
    Wrong(
        "whole numbers first",
        lambda x, lengths: _torchs_packing(x, lengths)[::-1],
        "What you return first holds whole numbers. First comes data: "
        "`data, batch_sizes, sorted_indices` is asked for, in this order.",
    ),
)


class _Packing(Tensors):
    """The three results; a right answer that has lists in it hears that PyTorch makes none."""

    def remark(self, value: Any) -> str:
        """Return that PyTorch's are tensors, where a list of numbers was taken for one."""
        if any(isinstance(each, tuple | list) for each in value):
            return "(With `pack_padded_sequence`, all three are tensors.)"
        return ""


def _look_at_sizes(ours: Tensor, right: Tensor) -> str:
    """Say which steps have their right sizes in the wrong place, or none."""
    if ours.ndim != 1:
        return ""
    if len(ours) < len(right) and alike(ours, right[: len(ours)]):
        return f"Your batch_sizes are right as far as they go, but there are {len(right)} steps."
    if len(ours) > len(right) and alike(ours[: len(right)], right):
        return f"Your batch_sizes begin with the right ones, but there are {len(right)} steps only."
    late = right[1:]
    if len(ours) >= len(late) and alike(ours[: len(late)], late) and not ours[len(late) :].any():
        return "Your batch_sizes begin one step too late. The first one is for step 0."
    return ""


def _look_at_packing(inputs: Named, ours: Named, wanted: Named) -> str:
    """Say which words stand in the rows of data, or which steps in batch_sizes.

    Where what is made before is wrong too, say nothing.
    """
    data, right = ours["data"].detach(), wanted["data"]
    if not alike(ours["sorted_indices"], wanted["sorted_indices"]):
        return ""
    if not alike(ours["batch_sizes"], wanted["batch_sizes"]):
        return _look_at_sizes(ours["batch_sizes"], wanted["batch_sizes"])
    said = "batch_sizes and sorted_indices are right, data is not."
    if data.ndim != 2 or data.shape[1] != right.shape[1]:
        return said
    common = min(len(data), len(right))
    if common and alike(data[:common], right[:common]):
        if len(data) > common:
            return f"{said} It begins with all the right rows, and more stand behind them."
        return f"{said} The rows that it has are right, but some are missing behind them."
    if not common:
        return said
    row = _first_wrong_row(data[:common], right[:common])
    there = _place(inputs["x"], data[row])
    b, t = _place(inputs["x"], right[row]) or (0, 0)
    if there is None:
        return f"{said} Row {row} is no row of x."
    n = int(inputs["lengths"][there[0]])
    found = (
        f"word {there[1]} of sentence {there[0]}"
        if there[1] < n
        else f"padding: step {there[1]} of sentence {there[0]}, behind its last word"
    )
    return f"{said} Row {row} is {found}. Word {t} of sentence {b} should stand there."


PACK_BY_HAND = FunctionExercise(
    number="09.1",
    title="Pack by hand",
    function="pack",
    make_cases=lambda: (
        _pack_case(2, 4, 1, 5),
        _pack_case(3, 4, 2, 6, 3, 1),
        _pack_case(1, 3, 6, 2, 5),
        _pack_case(2, 3),
    ),
    reference=_torchs_packing,
    form=_Packing(
        ("data", "batch_sizes", "sorted_indices"),
        whole=("batch_sizes", "sorted_indices"),
        joined_by="torch.cat",
        axes={"data": ("row", "number"), "batch_sizes": ("step",), "sorted_indices": ("row",)},
    ),
    gradients=True,
    wrongs=_PACK_WRONGS,
    without=("pack_padded_sequence", "pack_sequence"),
    words={
        ("sorted_indices",): "data and batch_sizes are right; only sorted_indices is not.",
        ("batch_sizes",): "data and sorted_indices are right; only batch_sizes is not.",
    },
    made_in_order=("sorted_indices", "batch_sizes", "data"),
    look=_look_at_packing,
    probes=(
        Probe(
            "the sentences come sorted already, the longest first",
            lambda inputs: inputs | {"lengths": inputs["lengths"].sort(descending=True).values},
        ),
    ),
    praise="Your numbers are those of `pack_padded_sequence`.",
    hints=(
        "Begin with the order: which sentence is the longest, the second longest, ...? "
        "`argsort(descending=True)` says so.",
        "At step t, a sentence still runs if its length is greater than t. Count them: that is "
        "`batch_sizes[t]`. As the longest come first, they are the first so many of the order.",
        "For each step t, take step t of these sentences: two indices for x, first the sentences, "
        "then the step. Then lay the pieces of all steps under one another with `torch.cat`.",
    ),
    solution_code="""
def pack(x, lengths):
    order = lengths.argsort(descending=True)
    steps = torch.arange(x.shape[1])
    batch_sizes = (steps[:, None] < lengths).sum(dim=1)
    data = torch.cat([x[order[:running], t] for t, running in enumerate(batch_sizes)])
    return data, batch_sizes, order
""",
)

# --- 09.2 -----------------------------------------------------------------------------------------


def _mean_case(H: int, T: int, *lengths: int) -> Case:  # noqa: N803 - the field's own symbols
    B = len(lengths)  # noqa: N806
    output = _part_zero(randoms(B)(B, T, H), lengths)
    inputs = {"output": output, "lengths": torch.tensor(lengths)}
    return Case(inputs, _said(list(lengths), B=B, T=T, H=H), special=_special(lengths))


def _means_alone(output: Tensor, lengths: Tensor) -> Tensor:
    return torch.stack([rows[:n].mean(dim=0) for rows, n in zip(output, lengths, strict=True)])


def _masked(output: Tensor, lengths: Tensor, shift: int = 0) -> Tensor:
    """Return output with zeros behind each sentence; ``shift`` moves all ends."""
    steps = torch.arange(output.shape[1])
    return output * (steps < lengths[:, None] + shift)[:, :, None]


def _without_division(output: Tensor, lengths: Tensor) -> Tensor:
    return _masked(output, lengths).sum(dim=1)


def _mask(output: Tensor, lengths: Tensor) -> Tensor:
    """Return the right mask, (B, T)."""
    return torch.arange(output.shape[1]) < lengths[:, None]


def _one_by_one(mean: Callable[[Tensor, int, int], Tensor]) -> Callable:
    """Return an answer that makes each sentence's row by itself, from output, b and n."""
    return lambda output, lengths: torch.stack(
        [mean(output, b, n) for b, n in enumerate(lengths.tolist())]
    )


_MEAN_WRONGS = (
    Wrong(
        "padding counted",
        lambda output, lengths: output.mean(dim=1),
        "You take the mean over all T steps, so the padding counts like words.",
    ),
    Wrong(
        "cut at the longest",
        lambda output, lengths: output[:, : int(lengths.max())].mean(dim=1),
        "You cut at the end of the longest sentence, and take the mean of what is left. A shorter "
        "one still has padding in it.",
    ),
    *several(
        "time first",
        "You take the first n sentences at step b, as `output[:n, b]` does. Here the batch comes "
        "first: output is (B, T, H).",
        _one_by_one(lambda output, b, n: output[:n, b].mean(dim=0)),
        _one_by_one(lambda output, b, n: output[:n, b].sum(dim=0) / n),
    ),
    *several(
        "padding told by zeros",
        "You tell the padding by its zeros. Here it is not zero, or not all of it: an LSTM that "
        "has read the padding shows a state there too. Only the lengths say where a sentence ends.",
        lambda output, lengths: output.sum(dim=1) / _not_zero(output).sum(dim=1, keepdim=True),
        lambda output, lengths: output.sum(dim=1) / (output != 0).sum(dim=1).clamp(min=1),
    ),
    Wrong(
        "a sum",
        _without_division,
        "You add up the right steps, and do not divide: a long sentence gets a large vector.",
    ),
    Wrong(
        "divided by T",
        lambda output, lengths: _masked(output, lengths).mean(dim=1),
        "The padding is zero in your sum, but it still counts: you divide by T. A mean divides by "
        "how many numbers were added, which differs from sentence to sentence.",
    ),
    Wrong(
        "divided by B",
        lambda output, lengths: _without_division(output, lengths) / len(lengths),
        "You add up the right steps, and divide by the number of sentences. The mean is over the "
        "steps of one sentence.",
    ),
    Wrong(
        "divided by the longest",
        lambda output, lengths: _without_division(output, lengths) / lengths.max(),
        "You divide every sum by the greatest length. Each sentence has its own.",
    ),
    Wrong(
        "divided by the mean length",
        lambda output, lengths: _without_division(output, lengths) / lengths.double().mean(),
        "You divide every sum by the mean length. Each sentence has its own.",
    ),
    Wrong(
        "divided by n - 1",
        lambda output, lengths: _without_division(output, lengths) / (lengths[:, None] - 1),
        "You add up the right steps, and divide by n − 1. The steps 0 to n − 1 are n steps.",
    ),
    Wrong(
        "rounded down",
        lambda output, lengths: _without_division(output, lengths) // lengths[:, None],
        "You add up the right steps, and divide by the right numbers. But your means are rounded "
        "down to whole numbers, as `//` does. `/` divides.",
    ),
    Wrong(
        "squeezed",
        lambda output, lengths: _means_alone(output, lengths).squeeze(),
        "With one sentence, your result has one axis; (B, H) has two. Did `squeeze()` take it? It "
        "takes every axis of length 1, that of the batch too. `squeeze(1)` takes axis 1 alone.",
    ),
    *several(
        "padding in the sum",
        "You divide by the right numbers, but what you add up has padding in it. It need not "
        "be zero: after a step with no word, an LSTM still shows a state.",
        lambda output, lengths: output.sum(dim=1) / lengths[:, None],
        lambda output, lengths: output[:, : int(lengths.max())].sum(dim=1) / lengths[:, None],
    ),
    *several(
        "one step too many",
        "The step behind each sentence counts too. A sentence of n words has the steps 0 to n − 1.",
        lambda output, lengths: _masked(output, lengths, 1).sum(dim=1) / lengths[:, None],
        lambda output, lengths: _means_alone(output, lengths + 1),
    ),
    *several(
        "one step too few",
        "You leave out the last word of each sentence. A sentence of n words has the steps 0 to "
        "n − 1, the last one included.",
        lambda output, lengths: _masked(output, lengths, -1).sum(dim=1) / lengths[:, None],
        lambda output, lengths: _means_alone(output, lengths - 1),
    ),
    Wrong(
        "the mask turned round",
        lambda output, lengths: (output - _masked(output, lengths)).sum(dim=1) / lengths[:, None],
        "Your mask is the wrong way round: you add up the padding, and leave out the words.",
    ),
    *several(
        "all sentences together",
        "You take one mean over all sentences. Each one should have its own row.",
        lambda output, lengths: _masked(output, lengths).sum(dim=(0, 1)) / lengths.sum(),
        lambda output, lengths: _without_division(output, lengths) / lengths.sum(),
    ),
    *several(
        "over the sentences",
        "You take the mean over the sentences, axis 0 here, and get a row for each step. It should "
        "be over the steps.",
        lambda output, lengths: _masked(output, lengths).sum(dim=0) / len(lengths),
        lambda output, lengths: (
            _masked(output, lengths).sum(dim=0) / _mask(output, lengths).sum(dim=0)[:, None]
        ),
    ),
    Wrong(
        "over the units",
        lambda output, lengths: _masked(output, lengths).mean(dim=2),
        "You take the mean over the units. It should be over the steps, with a number for each "
        "unit.",
    ),
    Wrong(
        "the last state",
        lambda output, lengths: output[torch.arange(len(lengths)), lengths - 1],
        "That is the state at each sentence's last word. Asked for is the mean over all its words.",
    ),
    Wrong(
        "the axis of time kept",
        lambda output, lengths: _means_alone(output, lengths)[:, None],
        "The numbers are right. But the axis of time is still there, 1 long: (B, H) is wanted.",
    ),
    *several(
        "mask without its last axis",
        "Your mask has T last, and output, (B, T, H), has H last. PyTorch lays the last axes over "
        "each other: T over H. The mask needs an axis for the units, 1 long, *last*, behind T.",
        lambda output, n: output * _mask(output, n),
        lambda output, n: _mask(output, n) * output,
        lambda output, n: output * _mask(output, n)[:, None],
        lambda output, n: _mask(output, n)[:, None] * output,
    ),
    *several(
        "steps over sentences",
        "In the line named below, T numbers lie over B numbers. If it compares: neither the steps "
        "nor the lengths are a column there, and one of the two has to be. If it divides: your "
        "sums or your divisors have a row for each step, as if time came first. Here axis 0 is the "
        "sentences and axis 1 time, and a row for each sentence is wanted.",
        lambda output, n: torch.arange(output.shape[1]) < n,
        lambda output, n: n > torch.arange(output.shape[1]),
        lambda output, n: _masked(output, n).sum(dim=0) / n[:, None],
        lambda output, n: _without_division(output, n) / _turned(_mask(output, n)).sum(1)[:, None],
    ),
    *several(
        "steps over units",
        "In the line named below, T numbers lie over H numbers. If it divides: you divide by a "
        "number for each step. Each sentence needs one, how many words it has, and these numbers "
        "have to be a column.",
        lambda output, n: _without_division(output, n) / _turned(_mask(output, n)).sum(dim=1),
        lambda output, n: _masked(output, n).sum(dim=0) / _mask(output, n).sum(dim=0),
    ),
    *several(
        "sentences over the steps of output",
        "In the line named below, B numbers lie over the T steps of output. If they are the mask: "
        "it is (T, B), as in the lesson, where time came first. This output is (B, T, H) and needs "
        "a mask (B, T): which of the two, steps or lengths, should be the column? If they are the "
        "lengths: a column is (B, 1), and output has one axis more.",
        lambda output, n: output * _turned(_mask(output, n))[:, :, None],
        lambda output, n: _turned(_mask(output, n))[:, :, None] * output,
        lambda output, n: output / n[:, None],
    ),
    *several(
        "a mask as long as the longest",
        "Your mask has as many steps as the longest sentence has words. T may be larger: some of "
        "output is padding for all. `output.shape[1]` says how many steps there are.",
        lambda output, n: output * (torch.arange(int(n.max())) < n[:, None])[:, :, None],
        lambda output, n: (torch.arange(int(n.max())) < n[:, None])[:, :, None] * output,
    ),
    *several(
        "lengths without the column",
        "You divide by (B). PyTorch lays the last axes over each other: B over H. The lengths have "
        "to be a column, and the sums that they divide (B, H): here time is axis 1.",
        lambda output, lengths: _without_division(output, lengths) / lengths,
        lambda output, lengths: _masked(output, lengths).sum(dim=0) / lengths,
    ),
)


def _look_at_mean(inputs: Named, ours: Named, wanted: Named) -> str:
    """Say of which steps the first wrong row is the sum, and by what it is divided.

    Or whose mean it is, if it is that of another sentence.
    """
    mean = ours["mean"].detach().double()
    if mean.shape != wanted["mean"].shape:
        return ""
    b = _first_wrong_row(mean, wanted["mean"])
    n, states = int(inputs["lengths"][b]), inputs["output"][b]
    spans = [(i, j) for i in range(len(states)) for j in range(i + 1, len(states) + 1)]
    for i, j in [(0, n), *spans]:
        divisors = states[i:j].sum(dim=0) / mean[b]
        divisor = float(divisors[0])
        if (i, j) == (0, n) and abs(divisor - n) < 1e-6:
            return ""
        if not bool(((divisors - divisor).abs() < 1e-9 * abs(divisor)).all()):
            continue
        if (i, j) == (0, n):
            return (
                f"Row {b} is the sum of the right steps, 0 to {n - 1}, divided by {divisor:.4g}. "
                f"But {n} steps are added up."
            )
        steps = f"step {i}" if j == i + 1 else f"the sum of the steps {i} to {j - 1}"
        divided = "" if abs(divisor - 1) < 1e-6 else f", divided by {divisor:.4g}"
        return (
            f"Row {b} is {steps}{divided}. The words of sentence {b} are at the steps 0 to {n - 1}."
        )
    others = [at for at, right in enumerate(wanted["mean"]) if alike(mean[b], right)]
    return f"Row {b} is the mean of sentence {others[0]}." if others else ""


MASKED_MEAN = FunctionExercise(
    number="09.2",
    title="The masked mean",
    function="masked_mean",
    make_cases=lambda: (
        _mean_case(4, 7, 5, 2, 6),
        _mean_case(3, 8, 2, 4, 3, 6, 5),
        _mean_case(3, 6, 4),
    ),
    reference=_means_alone,
    form=OneTensor(("mean",), axes=("sentence", "unit")),
    wrongs=_MEAN_WRONGS,
    probes=(
        Probe(
            "no sentence has padding",
            lambda inputs: inputs | {"lengths": torch.full((3,), inputs["output"].shape[1])},
        ),
        Probe(
            "the padding is zero",
            lambda inputs: inputs | {"output": _masked(inputs["output"], inputs["lengths"])},
        ),
        Probe("there is one sentence only", lambda inputs: {k: v[:1] for k, v in inputs.items()}),
    ),
    look=_look_at_mean,
    gradients=True,
    praise="Each sentence has the mean that it would have alone, and the padding gets no gradient.",
    hints=(
        "Two things: what is added up, and by what it is divided. Where does each depend on the "
        "length?",
        "The lesson has the mask time first. Here it should be (B, T): compare a row of steps with "
        "a column of lengths.",
        "With `[:, :, None]` the mask fits output. Multiply, sum over axis 1, and divide by the "
        "lengths as a column.",
    ),
    solution_code="""
def masked_mean(output, lengths):
    mask = torch.arange(output.shape[1]) < lengths[:, None]
    return (output * mask[:, :, None]).sum(dim=1) / lengths[:, None]
""",
)

# --- 09.3 -----------------------------------------------------------------------------------------

_BROKEN = """
def broken_last_states(x, lengths, lstm):
    lengths, order = lengths.sort(descending=True, stable=True)  # equal ones keep their order
    packed = pack_padded_sequence(x[:, order], lengths)
    packed_output, _ = lstm(packed)
    output, _ = pad_packed_sequence(packed_output)
    return output[-1]
"""


def _last_case(I: int, H: int, *lengths: int) -> Case:  # noqa: E741, N803
    T, B = max(lengths), len(lengths)  # noqa: N806
    random = randoms(B)
    inputs = {"x": random(T, B, I), "lengths": torch.tensor(lengths)}
    inputs["lstm"] = random_layer(random, I, H)
    special = _special(lengths)
    return Case(inputs, _said(list(lengths), T=T, B=B, I=I, H=H), special=special)


def _true_last_states(x: Tensor, lengths: Tensor, lstm: nn.LSTM) -> Tensor:
    return lstm(pack_padded_sequence(x, lengths, enforce_sorted=False))[1][0][0]


def _sorted(
    pick: Callable[[Tensor, Tensor, Tensor], Tensor],
    back: Callable[[Tensor, Tensor], Tensor] = lambda states, order: states,
) -> Callable:
    """Return the broken function with ``pick`` for its last line, and ``back`` behind it.

    ``pick`` takes the unpacked output, the sorted lengths and h_n.
    """

    def answer(x: Tensor, lengths: Tensor, lstm: nn.LSTM) -> Tensor:
        lengths, order = lengths.sort(descending=True)
        packed_output, (h_n, _) = lstm(pack_padded_sequence(x[:, order], lengths))
        output, _ = pad_packed_sequence(packed_output)
        return back(pick(output, lengths, h_n), order)

    return answer


def _pairs(output: Tensor, lengths: Tensor, h_n: Tensor) -> Tensor:
    return output[lengths - 1, torch.arange(len(lengths))]


def _undone(states: Tensor, order: Tensor) -> Tensor:
    return states[order.argsort()]


def _sorted_again(states: Tensor, order: Tensor) -> Tensor:
    return states[order]


def _zeros_of_the_short(output: Tensor, lengths: Tensor, h_n: Tensor) -> Tensor:
    return output[-1]


def _unpacked(pick: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Callable:
    """Return an answer that picks from what the layer makes of the padded block."""

    def answer(x: Tensor, lengths: Tensor, lstm: nn.LSTM) -> Tensor:
        output, (h_n, _) = lstm(x)
        return pick(output, lengths, h_n)

    return answer


def _back(order: Tensor) -> Tensor:
    return order.argsort()


def _all(lengths: Tensor) -> Tensor:
    return torch.arange(len(lengths))


def _sorted_by_torch(pick: Callable[[Tensor, Tensor], Tensor]) -> Callable:
    """Return an answer that lets PyTorch sort, unpacks, and picks by the caller's lengths."""

    def answer(x: Tensor, lengths: Tensor, lstm: nn.LSTM) -> Tensor:
        packed_output, _ = lstm(pack_padded_sequence(x, lengths, enforce_sorted=False))
        return pick(pad_packed_sequence(packed_output)[0], lengths)

    return answer


def _sorted_and_looked_up(pick: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]) -> Callable:
    """Return an answer that sorts, and picks from output with the old or the sorted lengths."""

    def answer(x: Tensor, lengths: Tensor, lstm: nn.LSTM) -> Tensor:
        sorted_lengths, order = lengths.sort(descending=True)
        packed_output, _ = lstm(pack_padded_sequence(x[:, order], sorted_lengths))
        return pick(pad_packed_sequence(packed_output)[0], lengths, sorted_lengths, order)

    return answer


def _packing(
    x: Callable[[Tensor, Tensor], Tensor] = lambda x, order: x,
    lengths: Callable[[Tensor], Tensor] = lambda lengths: lengths,
    back: Callable[[Tensor, Tensor], Tensor] = lambda states, order: states,
    **options: bool,
) -> Callable:
    """Return an answer that packs what ``x`` makes of x and the order, and gives h_n[0].

    ``lengths`` makes the lengths beside it, ``back`` is done to the rows at the end.
    """

    def answer(given: Tensor, n: Tensor, lstm: nn.LSTM) -> Tensor:
        packed = pack_padded_sequence(x(given, _order(n)), lengths(n), **options)
        return back(lstm(packed)[1][0][0], _order(n))

    return answer


def _longest_first(lengths: Tensor) -> Tensor:
    return lengths.sort(descending=True).values


def _columns_sorted(x: Tensor, order: Tensor) -> Tensor:
    return x[:, order]


def _squeezed(output: Tensor, lengths: Tensor, h_n: Tensor) -> Tensor:
    return h_n.squeeze()


def _cells(x: Tensor, lengths: Tensor, lstm: nn.LSTM) -> Tensor:
    return lstm(pack_padded_sequence(x, lengths, enforce_sorted=False))[1][1]


def _h_squeezed(x: Tensor, lengths: Tensor, lstm: nn.LSTM) -> Tensor:
    return lstm(pack_padded_sequence(x, lengths, enforce_sorted=False))[1][0].squeeze()


def _sentences_alone(read: Callable[[Tensor, int, int, nn.LSTM], Tensor]) -> Callable:
    """Return an answer that makes each sentence's row by itself, from x, b, n and the layer."""
    return lambda x, lengths, lstm: torch.stack(
        [read(x, b, n, lstm) for b, n in enumerate(lengths.tolist())]
    )


def _from_packed(pick: Callable[[Any, Tensor], Any]) -> Callable:
    """Return an answer that picks from the packed output, which it does not unpack."""
    return lambda x, lengths, lstm: pick(
        lstm(pack_padded_sequence(x, lengths, enforce_sorted=False))[0], lengths
    )


_LAST_WRONGS = (
    Wrong(
        "as it was",
        _sorted(_zeros_of_the_short),
        "Both mistakes are still in it. `output` is the block that `pad_packed_sequence` fills up "
        "with zeros: what stands in its last step, for a sentence that ended before? And in which "
        "order are the rows?",
    ),
    Wrong(
        "order mended, zeros left",
        _sorted(_zeros_of_the_short, _undone),
        "The rows are in the caller's order now. But the last step of output is zero for each "
        "sentence that ended before.",
    ),
    *several(
        "state mended, order left",
        "Each row is the true last state of some sentence now. But the rows are sorted by "
        "length: row 0 should belong to the caller's sentence 0.",
        _sorted(_pairs),
        lambda x, lengths, lstm: _true_last_states(x, lengths, lstm)[
            lengths.argsort(descending=True)
        ],
        _sorted(_squeezed),
    ),
    *several(
        "sorted twice",
        "You use the order once more instead of undoing it. `order` says which sentence stands in "
        "each row. You need in which row each sentence stands.",
        _sorted(_pairs, _sorted_again),
        _sorted(_squeezed, _sorted_again),
    ),
    Wrong(
        "sorted twice, zeros left",
        _sorted(_zeros_of_the_short, _sorted_again),
        "Two things are left. The last step of output is zero for sentences that ended before. And "
        "you use the order once more, where it has to be undone.",
    ),
    *several(
        "put back twice",
        "Each row is the true last state of some sentence. But the rows are put back once too "
        "often. With `enforce_sorted=False`, nn.LSTM has put them back already.",
        lambda x, lengths, lstm: _undone(_true_last_states(x, lengths, lstm), _order(lengths)),
        lambda x, lengths, lstm: _undone(_h_squeezed(x, lengths, lstm), _order(lengths)),
    ),
    *several(
        "squeezed",
        "With one sentence, your result has one axis; (B, H) has two. Did `squeeze()` take it? It "
        "takes every axis of length 1, that of the batch too. `h_n[0]` takes the layers' alone.",
        _h_squeezed,
        _sorted(_squeezed, _undone),
    ),
    Wrong(
        "put back twice, zeros left",
        _sorted_by_torch(lambda out, n: _undone(out[-1], _order(n))),
        "Two things are left. The last step of output is zero for sentences that ended before. And "
        "the rows are put back once too often: with `enforce_sorted=False`, `pad_packed_sequence` "
        "has put them back already.",
    ),
    Wrong(
        "an axis in front, order left",
        lambda x, lengths, lstm: _true_last_states(x, lengths, lstm)[_order(lengths)][None],
        "Each row is the true last state of some sentence. But there is an axis in front, and the "
        "rows are sorted by length: (B, H) in the caller's order is wanted. (If you put them back "
        "with `packed.unsorted_indices`: that is None where you have sorted yourself, and `[None]` "
        "makes an axis.)",
    ),
    *several(
        "a mean",
        "That is the mean of each sentence's states, over all its words. Asked for is the state "
        "after the last word alone.",
        _sorted_by_torch(lambda out, n: out.sum(dim=0) / n[:, None]),
        _sorted(lambda out, n, h_n: out.sum(dim=0) / n[:, None]),
    ),
    *several(
        "a sum",
        "That is the sum of each sentence's states, over all its words. Asked for is the state "
        "after the last word alone.",
        _sorted_by_torch(lambda out, n: out.sum(dim=0)),
        _sorted(lambda out, n, h_n: out.sum(dim=0)),
    ),
    *several(
        "state after the padding",
        "You read the padded block, and take the state after the padding.",
        _unpacked(lambda output, lengths, h_n: output[-1]),
        _unpacked(_squeezed),
    ),
    *several(
        "whole numbers",
        "What you return holds whole numbers, as lengths and orders are. If you index the packed "
        "output: it is a tuple of four tensors, no block. The first is `data`; the others say how "
        "it is packed. Unpack it with `pad_packed_sequence`, or take h_n.",
        _from_packed(lambda packed, n: packed[-1]),
    ),
    *several(
        "a tuple indexed",
        "If you index the packed output in the line named below: it is a tuple of four tensors, no "
        "block. Unpack it first, with `pad_packed_sequence`.",
        _from_packed(lambda packed, n: packed[n - 1]),
        _from_packed(lambda packed, n: packed[n - 1, _all(n)]),
    ),
    Wrong(
        "not unpacked",
        _from_packed(lambda packed, n: packed.data),
        "That is `data` of the packed output, a row for each word, step by step. Unpack it with "
        "`pad_packed_sequence`, or take h_n, which has a row for each sentence.",
    ),
    Wrong(
        "the last rows of data",
        _from_packed(lambda packed, n: packed.data[-len(n) :]),
        "You take the last B rows of `data` of the packed output. They are not one for each "
        "sentence: at the last step only the longest runs, and the rows above are of steps before.",
    ),
    *several(
        "the sentence before the step",
        "In the line named below, a step is looked up on an axis that is B long. output is "
        "(T, B, H): the step comes first, then the sentence. So `output[order]` takes steps, and "
        "`output[:, order]` takes sentences. (With `batch_first=True`, `pad_packed_sequence` gives "
        "a block (B, T, H): there it is the other way round.)",
        _unpacked(lambda output, n, h_n: output[_all(n), n - 1]),
        _sorted(lambda output, n, h_n: output[_all(n), n - 1]),
        _unpacked(lambda output, n, h_n: output[:, n - 1]),
        _sorted(lambda output, n, h_n: output[:, n - 1]),
        _sentences_alone(lambda x, b, n, lstm: lstm(x)[0][b, n - 1]),
    ),
    *several(
        "the order on the axis of steps",
        "output is (T, B, H): the step comes first, then the sentence. `output[order]` takes whole "
        "steps, and so does `output[order.argsort()]`. Sentences are axis 1: `output[:, ...]`.",
        _sorted_and_looked_up(lambda out, n, sorted_n, by: out[_back(by)][-1]),
        _sorted_and_looked_up(lambda out, n, sorted_n, by: out[by][-1]),
    ),
    *several(
        "the order on the axis of layers",
        "`h_n` is (1, B, H): axis 0 is the layers, and there is one. Sentences are axis 1. Take "
        "`h_n[0]` first, then its rows.",
        _sorted(lambda output, n, h_n: h_n, _undone),
        _sorted(lambda output, n, h_n: h_n, _sorted_again),
    ),
    *several(
        "the last sentence",
        "Your rows are all states of one *sentence*, the last one of output, at several steps. "
        "Sentences are axis 1 of output and time is axis 0, unless you have unpacked it with "
        "`batch_first=True`. And the last step is right for the longest sentence only.",
        _unpacked(lambda output, n, h_n: output[:, -1]),
        _sorted_by_torch(lambda output, n: output[:, -1]),
        _sorted(lambda output, n, h_n: output[:, -1]),
        _sorted(lambda output, n, h_n: output[:, -1], _undone),
    ),
    *several(
        "from sentence to sentence",
        "You let the layer read step b, from sentence to sentence, as `x[b]` and `x[b, :n]` have "
        "it. x is (T, B, I), time first: the words of sentence b are `x[:n, b]`.",
        _sentences_alone(lambda x, b, n, lstm: lstm(x[b, :n])[1][0][0]),
        _sentences_alone(lambda x, b, n, lstm: lstm(x[b])[1][0][0]),
    ),
    *several(
        "lengths alone as the index",
        "`output[lengths - 1]` takes whole steps, each with all sentences: (B, B, H). Each step "
        "needs its sentence beside it.",
        _unpacked(lambda output, lengths, h_n: output[lengths - 1]),
        _sorted(lambda output, lengths, h_n: output[lengths - 1]),
        _sorted(lambda output, lengths, h_n: output[lengths - 1], _undone),
        _sorted(
            lambda output, lengths, h_n: output[lengths - 1], lambda out, by: out[:, _back(by)]
        ),
        _sorted_by_torch(lambda output, lengths: output[lengths - 1]),
    ),
    *several(
        "sentences and lengths in two orders",
        "Your sentences and the lengths that go with them stand in two different orders. Sort "
        "both, or neither. (`enforce_sorted=False` sorts both by itself. nn.LSTM and "
        "`pad_packed_sequence` then put the rows back: they are as the caller counts.)",
        _sorted_by_torch(lambda out, n: out[:, _back(_order(n))][n - 1, _all(n)]),
        _sorted_and_looked_up(
            lambda out, n, sorted_n, by: out[:, _back(by)][sorted_n - 1, _all(n)]
        ),
        _sorted_and_looked_up(lambda out, n, sorted_n, by: out[n - 1, _all(n)]),
        _sorted_and_looked_up(lambda out, n, sorted_n, by: out[n - 1, _all(n)][_back(by)]),
        _sorted_and_looked_up(lambda out, n, sorted_n, by: out[sorted_n - 1, _back(by)]),
        _packing(_columns_sorted, enforce_sorted=False),
        _packing(_columns_sorted, back=_undone, enforce_sorted=False),
        _packing(_columns_sorted, back=_sorted_again, enforce_sorted=False),
        _packing(lengths=_longest_first),
        _packing(lengths=_longest_first, back=_undone),
        _packing(lengths=_longest_first, back=_sorted_again),
    ),
    *several(
        "the order for the way back, looked up",
        "You take the sentences of a sorted block by `order`. It says which sentence stands in "
        "each row. `order.argsort()` says in which row each sentence stands: that goes with the "
        "caller's lengths. With the sorted lengths goes `torch.arange(B)`.",
        _sorted_and_looked_up(lambda out, n, sorted_n, by: out[n - 1, by]),
        _sorted_and_looked_up(lambda out, n, sorted_n, by: out[sorted_n - 1, by]),
    ),
    *several(
        "steps for sentences",
        "On the way into `pack_padded_sequence`, steps are taken for sentences, so the lengths do "
        "not fit. x is (T, B, I), time first: `x[:, order]` takes sentences, `x[order]` takes "
        "steps. `batch_first=True` is for a block whose sentences are axis 0. Without it, they "
        "have to be axis 1.",
        _packing(lambda x, order: x[order], _longest_first),
        _packing(lambda x, order: x[order], enforce_sorted=False),
        _packing(lambda x, order: x.transpose(0, 1), enforce_sorted=False),
        _packing(batch_first=True, enforce_sorted=False),
        _packing(_columns_sorted, _longest_first, batch_first=True),
    ),
    *several(
        "one step too late",
        "You look at step n of a sentence of n words. Its last word is at step n − 1. (The longest "
        "has no step n, which is what PyTorch complains of.)",
        _unpacked(lambda output, lengths, h_n: output[lengths, torch.arange(len(lengths))]),
        _unpacked(lambda output, lengths, h_n: output[lengths]),
    ),
    Wrong(
        "one step too early",
        _unpacked(lambda output, lengths, h_n: _pairs(output, lengths - 1, h_n)),
        "You take the state before each sentence's last word.",
    ),
    Wrong(
        "the axis of layers kept",
        lambda x, lengths, lstm: _true_last_states(x, lengths, lstm)[None],
        "The numbers are right. But `h_n` has an axis in front, for the layers: (B, H) is wanted.",
    ),
    Wrong(
        "the axis of layers kept, sentence by sentence",
        lambda x, lengths, lstm: _true_last_states(x, lengths, lstm)[:, None],
        "The numbers are right. But an axis of length 1 is left in the middle: (B, H) is wanted. "
        "If you read each sentence alone, as `x[:n, b]`, its h_n is (1, H), the layers first.",
    ),
    *several(
        "c for h",
        "You return the cell state c. The state that the layer shows is h.",
        lambda x, lengths, lstm: _cells(x, lengths, lstm)[0],
        lambda x, lengths, lstm: _cells(x, lengths, lstm).squeeze(),
    ),
    Wrong(
        "the first state",
        _unpacked(lambda output, lengths, h_n: output[0]),
        "You return the state after the first word of each sentence.",
    ),
    Wrong(
        "where the shortest ends",
        _unpacked(lambda output, lengths, h_n: output[lengths.min() - 1]),
        "You take one step for all sentences: the one at which the shortest ends.",
    ),
)


class _States(OneTensor):
    """The states. Where nothing comes back, it may be a part of the packed output."""

    def read(self, value: Any) -> dict[str, Tensor]:
        """Return the named tensor; raise Misformed where the value has another form."""
        try:
            return super().read(value)
        except Misformed as problem:
            if value is not None:
                raise
            raise Misformed(
                f"{problem.message} Or is it the last part of a packed output? That is "
                "`unsorted_indices`, and None where you sort yourself.",
                problem.name,
            ) from None


def _added_up(output: Tensor, lengths: Tensor, row: Tensor) -> str:
    """Say whether a row is the sum or the mean of a sentence's states, and over which steps."""
    for b, n in enumerate(lengths.tolist()):
        for end in (n, len(output)):
            total = output[:end, b].sum(dim=0)
            for what, found in (("sum", total), ("mean", total / end)):
                if float((found - row).abs().max()) < 1e-6:
                    return f"the {what} of the states of sentence {b} at the steps 0 to {end - 1}"
    return ""


def _look_at_states(inputs: Named, ours: Named, wanted: Named) -> str:
    """Say which sentence's state the first wrong row is, and after which step."""
    states = ours["states"].detach()
    if states.shape != wanted["states"].shape:
        return ""
    row = _first_wrong_row(states, wanted["states"])
    last = int(inputs["lengths"][row]) - 1
    asked = f"Asked for is the state of sentence {row} at step {last}, its last word."
    if not bool(states[row].any()):
        return (
            f"Row {row} is zero, as `pad_packed_sequence` leaves `output` behind the end of a "
            f"sentence. A state is asked for: that of sentence {row} at step {last}, its last word."
        )
    with torch.no_grad():
        output, _ = inputs["lstm"](inputs["x"])
    found = _place(output, states[row])
    if found is None:
        added = _added_up(output, inputs["lengths"], states[row])
        return f"Row {row} is {added}. {asked}" if added else ""
    t, b = found
    padding = ", where it has padding" if t >= int(inputs["lengths"][b]) else ""
    return f"Row {row} is the state of sentence {b} at step {t}{padding}. {asked}"


MEND_THE_LAST_STATES = FunctionExercise(
    number="09.3",
    title="Mend the last states",
    function="last_states",
    given=_BROKEN,
    make_cases=lambda: (
        _last_case(2, 4, 5, 2, 6),
        _last_case(3, 2, 4, 1, 2, 6, 3),
        _last_case(2, 5, 4),
    ),
    reference=_true_last_states,
    form=_States(("states",), axes=("sentence", "unit")),
    gradients=True,
    wrongs=_LAST_WRONGS,
    probes=(
        Probe(
            "all sentences are equally long",
            lambda inputs: inputs | {"lengths": torch.full((3,), len(inputs["x"]))},
        ),
        Probe(
            "the sentences come sorted already, the longest first",
            lambda inputs: inputs | {"lengths": inputs["lengths"].sort(descending=True).values},
        ),
        Probe(
            "there is one sentence only",
            lambda inputs: (
                inputs
                | {
                    "x": inputs["x"][: int(inputs["lengths"][0]), :1],
                    "lengths": inputs["lengths"][:1],
                }
            ),
        ),
    ),
    look=_look_at_states,
    praise="Row b is the state after the last word of sentence b, whatever the lengths are.",
    hints=(
        "There are two mistakes. Take three sentences of the lengths 5, 2, 6 and "
        "write down what `output[-1]` holds, row by row.",
        "The state after a sentence's last word is at its own step, or in what the layer returns "
        "beside output. And the rows have been sorted: the way back is the `argsort` of the order.",
        "`pack_padded_sequence` can sort by itself, with `enforce_sorted=False`. Then nn.LSTM "
        "gives h_n in the order of the caller.",
    ),
    solution_code="""
def last_states(x, lengths, lstm):
    packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
    packed_output, (h_n, c_n) = lstm(packed)
    return h_n[0]
""",
)

# --- 09.4 -----------------------------------------------------------------------------------------

_PROGRAM = """
x = torch.randn(5, 4, 3)  # 4 sentences, padded to 5 words of 3 numbers each
lengths = torch.tensor([2, 5, 4, 1])
lstm = nn.LSTM(3, 6)
packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
packed_output, (h_n, c_n) = lstm(packed)
output, _ = pad_packed_sequence(packed_output)
_, (h_padded, _) = lstm(x)
"""

PREDICT_THE_PACKING = DictExercise(
    number="09.4",
    title="Predict a packing",
    given=_PROGRAM,
    parts=(
        WholeNumbers("sorted_indices", (1, 2, 0, 3), "Which sentence is the longest?"),
        WholeNumbers("batch_sizes", (4, 3, 2, 2, 1), "At each step: how many sentences still run?"),
        ShapeOf("data", (12, 3), "A row for each word, none for the padding. How long is a row?"),
        Quantity("row", 6, "How many rows has step 0? And in which order are those of step 1?"),
        ShapeOf("h_n", (1, 4, 6), "It is a state, packed or not."),
        Index("step", 1, "At which step is the last word of sentence 0?", length=5),
        Quantity("zeros", 8, "There are 20 rows. Which of them belong to no word?"),
        Quantity("same", 1, "Behind which sentence is no padding?"),
    ),
    wrongs=(
        Wrong(
            "lengths for indices",
            {"sorted_indices": (5, 4, 2, 1)},
            "`sorted_indices`: these are the lengths, sorted. Asked for is *which* sentence stands "
            "in each row: sentence 0 has 2 words, sentence 1 has 5, and so on.",
        ),
        Wrong(
            "the way back",
            {"sorted_indices": (2, 0, 1, 3)},
            "`sorted_indices`: this says in which row each sentence stands: the way back, "
            "`unsorted_indices`. Asked for is which sentence stands in each row.",
        ),
        Wrong(
            "shortest first",
            {"sorted_indices": (3, 0, 2, 1)},
            "`sorted_indices`: you have the shortest sentence first. It is the first to end, so "
            "the rows that still run would not be the first ones.",
        ),
        Wrong(
            "not sorted",
            {"sorted_indices": (0, 1, 2, 3)},
            "`sorted_indices`: you leave the sentences as they came. `enforce_sorted=False` does "
            "not mean unsorted: it lets PyTorch sort.",
        ),
        *several(
            "sentences counted from 1",
            "`sorted_indices`: sentences count from 0, so there is no sentence 4.",
            {"sorted_indices": (2, 3, 1, 4)},
            {"sorted_indices": (3, 1, 2, 4)},
            {"sorted_indices": (4, 1, 3, 2)},
            {"sorted_indices": (1, 2, 3, 4)},
        ),
        *several(
            "lengths for batch_sizes",
            "`batch_sizes`: these are the lengths, a number for each of the 4 sentences. There "
            "should be a number for each of the 5 steps.",
            {"batch_sizes": (2, 5, 4, 1)},
            {"batch_sizes": (5, 4, 2, 1)},
        ),
        Wrong(
            "all sentences at every step",
            {"batch_sizes": (4, 4, 4, 4, 4)},
            "`batch_sizes`: so many rows the padded block has. In the packed one, a sentence that "
            "has ended takes no part.",
        ),
        Wrong(
            "one step too many",
            {"batch_sizes": (4, 4, 3, 2, 2)},
            "`batch_sizes`: you count a sentence of n words at step n too. Steps count from 0, so "
            "its last word is at step n − 1.",
        ),
        Wrong(
            "from the last step on",
            {"batch_sizes": (1, 2, 2, 3, 4)},
            "`batch_sizes`: the other way round. At step 0 all sentences run, at the last step the "
            "longest alone.",
        ),
        Wrong(
            "rows alone",
            {"data": (12,)},
            "`data`: 12 rows are right, one for each word. But there are two axes. How many "
            "numbers has a word?",
        ),
        Wrong(
            "padding in data",
            {"data": (20, 3)},
            "`data`: 20 rows are 5 steps of 4 sentences, padding too. Only the words are in it.",
        ),
        Wrong(
            "the block for data",
            {"data": (5, 4, 3)},
            "`data`: this is the shape of x. Here the rows of all steps lie under one another, on "
            "one axis.",
        ),
        Wrong(
            "states in data",
            {"data": (12, 6)},
            "`data`: 6 numbers a row has the packed *output*. `packed.data` holds what goes in: "
            "words.",
        ),
        Wrong(
            "the caller's order within a step",
            {"row": 4},
            "`row`: row 4 is the first one of step 1. It belongs to the longest sentence: within a "
            "step, the rows go by length.",
        ),
        Wrong(
            "the row before",
            {"row": 5},
            "`row`: row 5 is word 1 of sentence 2. At step 1 three sentences run, the longest "
            "first: where among them is sentence 0?",
        ),
        Wrong(
            "the first word's row",
            {"row": 2},
            "`row`: row 2 is word 0 of sentence 0. Words count from 0: word 1 is at step 1.",
        ),
        *several(
            "sentence by sentence",
            "`row`: you lay one sentence behind the other. In `data` all rows of step 0 come "
            "first, then all of step 1.",
            {"row": 1},
            {"row": 10},
        ),
        Wrong(
            "rows counted from 1",
            {"row": 7},
            "`row`: one too many. Row 7 is word 2 of sentence 1. Rows count from 0.",
        ),
        Wrong(
            "no axis for layers",
            {"h_n": (4, 6)},
            "`h_n`: the axis for layers is missing. It stands in front, also when there is one "
            "layer.",
        ),
        Wrong(
            "a state for each word",
            {"h_n": (12, 6)},
            "`h_n`: 12 rows has the packed output, one for each word. Here there is one for each "
            "sentence.",
        ),
        Wrong(
            "steps in h_n",
            {"h_n": (5, 4, 6)},
            "`h_n` holds the last states alone: its first axis is layers, not steps.",
        ),
        Wrong(
            "the last step of the block",
            {"step": 4},
            "`step`: at step 4, sentence 0 has ended long before, and `output` is zero there.",
        ),
        Wrong(
            "one step behind the end",
            {"step": 2},
            "`step`: a sentence of 2 words has the steps 0 and 1. At step 2, `output` is zero.",
        ),
        Wrong(
            "the first word",
            {"step": 0},
            "`step`: step 0 is the first word of sentence 0. It has one more.",
        ),
        Wrong(
            "words for zeros",
            {"zeros": 12},
            "`zeros`: 12 rows belong to words, and hold states. The others are zero.",
        ),
        Wrong(
            "no zeros",
            {"zeros": 0},
            "`zeros`: an LSTM that *reads* padding shows a state there, not zeros. Here it did not "
            "read it, and `pad_packed_sequence` has filled the block up.",
        ),
        Wrong(
            "zeros of one sentence",
            {"zeros": 3},
            "`zeros`: 3 rows of zeros has sentence 0. The others have some too, but for one.",
        ),
        Wrong(
            "the shortest",
            {"same": 3},
            "`same`: sentence 3 has the most padding. `lstm(x)` reads 4 steps behind its end.",
        ),
        Wrong(
            "counted from 1, or the second longest",
            {"same": 2},
            "`same`: sentence 2 has 4 words, and `lstm(x)` reads 1 step behind its end. If you "
            "count the sentences from 1: they count from 0.",
        ),
        Wrong(
            "the first",
            {"same": 0},
            "`same`: sentence 0 has 2 words, and `lstm(x)` reads 3 more steps behind its end.",
        ),
    ),
    praise="You see through a packing: which row, which step, and what is filled up at the end.",
    hints=(
        "Draw the four sentences as rows of boxes, the longest on top. What are the columns?",
        "`batch_sizes` counts the boxes of each column. `data` goes down column 0, then down "
        "column 1, ...",
        "`h_n` comes back in your order, with each sentence's own last state. What lies behind the "
        "end of a sentence is zero in `output`, and was read by `lstm(x)`.",
    ),
    solution_code="""
answer = {
    "sorted_indices": [1, 2, 0, 3],
    "batch_sizes": [4, 3, 2, 2, 1],
    "data": (12, 3),
    "row": 6,
    "h_n": (1, 4, 6),
    "step": 1,
    "zeros": 8,
    "same": 1,
}
""",
)

EXERCISES = (PACK_BY_HAND, MASKED_MEAN, MEND_THE_LAST_STATES, PREDICT_THE_PACKING)
