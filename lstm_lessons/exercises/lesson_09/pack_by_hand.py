"""09.1: from a padded block and its lengths to the three tensors of a packing."""

from typing import Any

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.readers import Seen, Told
from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import place, together
from lstm_lessons.exercises.engine.words import Misformed, listed
from lstm_lessons.exercises.lesson_09 import blocks


def _cases() -> tuple[Case, ...]:
    def case(I: int, *lengths: int, special: str = "") -> Case:  # noqa: E741
        sizes = {"B": len(lengths), "T": max(lengths), "I": I}
        x = blocks.part_zero(randoms(len(lengths))(*sizes.values()), lengths)
        inputs = {"x": x, "lengths": torch.tensor(lengths)}
        return Case(inputs, sizes, blocks.labelled(sizes, lengths), special)

    return (
        case(2, 4, 1, 5),
        case(3, 4, 2, 6, 3, 1),
        case(1, 3, 6, 2, 5, special="Here I is 1. data stays (rows, I)."),
        case(2, 3, special=blocks.ONE_SENTENCE),
        case(3, 1, special="Here there is one word only: T is 1, and data has one row."),
    )


class _Packing(SeveralTensors):
    def read(self, value: Any) -> dict[str, Tensor]:
        """Return the named tensors; raise Misformed where data stands behind whole numbers."""
        if isinstance(value, tuple | list) and len(value) == 3:
            kinds = [isinstance(each, Tensor) and each.is_floating_point() for each in value]
            if kinds in ([False, True, False], [False, False, True]):
                place = ("first", "second", "third")[kinds.index(True)]
                raise Misformed(
                    f"Your {place} result alone holds numbers like those of x, as data does. Asked "
                    "for are `data, batch_sizes, sorted_indices`, in this order.",
                    "results in another order",
                )
        return super().read(value)

    def remark(self, value: Any) -> str:
        """Return that PyTorch's are tensors, where a list of numbers was taken for one."""
        listed = any(isinstance(each, tuple | list) for each in value)
        return "(With `pack_padded_sequence`, all three are tensors.)" if listed else ""


def _numbers_of_rows(seen: Seen) -> Told | None:
    """Say which sentences run at a step, or that an order does not hold each sentence once."""
    if seen.name == "data" or seen.ours.shape != seen.right.shape:
        return None
    ours = [f"{number:.4g}" for number in seen.ours.tolist()]
    if seen.name == "batch_sizes":
        t = blocks.first_wrong_row(seen.ours, seen.right) or 0
        running = [str(b) for b, n in enumerate(seen.case.inputs["lengths"]) if n > t]
        runs = f"{listed(running)} still run{'s' if len(running) == 1 else ''} there"
        said = f"At step {t}, your batch_sizes says {ours[t]}. Of the sentences, {runs}."
        return "another number of rows", said
    if sorted(seen.ours.tolist()) != list(range(len(ours))):
        said = f"Your sorted_indices says {listed(ours)}. It should hold each of the sentences once"
        return "no order of the sentences", f"{said}, 0 to {len(ours) - 1}."
    return None


def _which_word(seen: Seen) -> Told | None:
    """Say which word stands in the first wrong row of data, and which one should stand there."""
    if seen.wrong != ("data",) or seen.ours.shape[1:] != seen.right.shape[1:]:
        return None
    row = blocks.first_wrong_row(seen.ours, seen.right)
    if row is None:
        return None
    x, lengths = seen.case.inputs.values()
    b, t = blocks.place_of(seen.right[row], x) or (0, 0)
    there = blocks.place_of(seen.ours[row], x)
    if there is None:
        return None
    found = f"word {there[1]} of sentence {there[0]}"
    if there[1] >= lengths[there[0]]:
        found = f"padding: step {there[1]} of sentence {there[0]}, behind its last word"
    said = f"batch_sizes and sorted_indices are right, data is not. Row {row} is {found}."
    return "another word's row", f"{said} Word {t} of sentence {b} should stand there."


_ROWS = "x[order[:running], t]"
_STEPS = "torch.arange(x.shape[1])"
_LOOP = "enumerate(batch_sizes)"
_OWN_SIZES = "enumerate([int((lengths > t).sum()) for t in range(x.shape[1])])"
_FIRST_AXIS = {_STEPS: "torch.arange(x.shape[0])", _LOOP: _LOOP}  # over these steps, no others

_ORDER, _RETURN = "lengths.argsort(descending=True)", "return data, batch_sizes, order"
_SHORTEST = "Your order begins with the shortest sentence. It is the first to end, so those " \
    "that still run at a step would lie on the lower stairs. The loop takes the upper."  # fmt: skip

_SLIPS = (
    place(
        _ORDER,
        ("not sorted", "You leave the sentences in the order in which they came. Then those that "
         "still run at a step are not the upper stairs, and the loop would hand states to "
         "the wrong sentences.", "torch.arange(len(lengths))"),
        ("the way back for the order", "Your order is the way back, `unsorted_indices`: on which "
         "stair each sentence lies. Here you need which sentence lies on each stair, to gather by "
         "it and to return it.", "lengths.argsort(descending=True).argsort()"),
    ),
    place(
        _STEPS,
        ("the last step missing", "Your batch_sizes miss the last step, T − 1, where the longest "
         "sentence has its last word. There are T steps, 0 to T − 1.",
         "torch.arange(x.shape[1] - 1)"),
    ),
    place(
        "(steps[:, None] < lengths).sum(dim=1)",
        ("one step too many", "You count a sentence of n words at step n too. Its last word is at "
         "step n − 1, because steps count from 0.", "(steps[:, None] <= lengths).sum(dim=1)"),
        ("one step too few", "You stop counting a sentence of n words at step n − 1, and that is "
         "the step of its last word.", "(steps[:, None] < lengths - 1).sum(dim=1)"),
        ("all at every step", "You count every sentence at every step. One that has ended takes no "
         "part: its padding does not belong into data.", "torch.full((x.shape[1],), len(lengths))"),
        ("lengths for batch_sizes", "Your batch_sizes are the lengths: a number for each sentence. "
         "They should be a number for each step: how many sentences still run at it?", "lengths",
         "lengths.sort(descending=True).values"),
        ("padding told by zeros", "You tell the padding by its zeros. Here it is not zero, or not "
         "all of it. Only the lengths say where a sentence ends.",
         "(x != 0).any(dim=-1).sum(dim=0)"),
    ),
    place(
        _ROWS,
        ("gathered as they came", "At each step you take the first sentences as they came. The "
         "first ones of the order are those that still run.", "x[:running, t]"),
        ("each step in the old order", "Within each step, your words stand in the order in "
         "which the sentences came. The words of a step go by length too.", "x[lengths > t, t]"),
        ("gathered by the way back", "You gather by the way back, `unsorted_indices`: on which "
         "stair each sentence lies. data wants `sorted_indices`: which sentence is on each stair.",
         "x[order.argsort()[:running], t]"),
        ("sorted twice", "Your rows are put in order twice. In a block that is sorted already, "
         "those that still run are the upper stairs.", "x[order][order[:running], t]"),
        alone=(
            ("two brackets", "If you write `x[...][t]`: the first bracket has taken some "
             "sentences, and the second takes *sentence* t of these. Step t of these sentences is "
             "`x[..., t]`, two indices in one bracket.", "x[order[:running]][t]",
             "x[order][:running][t]"),
        ),
    ),
    place(_LOOP, also_right=(_OWN_SIZES,)),
    together("shortest first", _SHORTEST, {_ORDER: "lengths.argsort()"},
             {_ORDER: "lengths.argsort()", _ROWS: "x[order[len(order) - running :], t]"},
             {_ORDER: "lengths.argsort()", _ROWS: "x[order[lengths[order] > t], t]"},
             {_RETURN: "return data, batch_sizes, order.flip(0)"}),
    place(
        _RETURN,
        ("results in another order", "Your function returns its three results in another order. "
         "Asked for are `data, batch_sizes, sorted_indices`.", "return data, order, batch_sizes"),
        ("the order back", "Your third result is the way back: on which stair each sentence lies "
         "(`unsorted_indices`). Asked for is which sentence lies on each stair.",
         "return data, batch_sizes, order.argsort()"),
        ("sentence by sentence", "Your data has all words of one sentence, then all of the next. "
         "The loop needs all words of step 0 first, then all of step 1.",
         "return torch.cat([x[b, : int(lengths[b])] for b in order]), batch_sizes, order"),
    ),
    together("begun with step 1", "Your batch_sizes begin one step too late. The first one is for "
             "step 0, where all sentences run.",
             {_STEPS: "torch.arange(1, x.shape[1])"}, {_STEPS: "torch.arange(1, x.shape[1] + 1)"},
             {_STEPS: "torch.arange(1, x.shape[1])", _LOOP: "enumerate(batch_sizes, 1)"}),
    together("time first", "You treat x as if time came first. Here the batch comes first: x is "
             "(B, T, I), with the sentences on axis 0 and the steps on axis 1.", _FIRST_AXIS,
             _FIRST_AXIS | {_ROWS: "x[t, order[:running]]"},
             _FIRST_AXIS | {_ROWS: "x[:, order][:running, t]"},
             _FIRST_AXIS | {_ROWS: "x[:, order][t, :running]"}),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "09.1",
    cases=_cases,
    returns=_Packing(
        ("data", "batch_sizes", "sorted_indices"),
        whole=("batch_sizes", "sorted_indices"),
        joined_by="torch.cat",
        axes={"data": ("row", "number"), "batch_sizes": ("step",), "sorted_indices": ("row",)},
    ),
    slips=_SLIPS,
    axes={"x": ("sentence", "step", "number")},
    looks=(_numbers_of_rows, _which_word),
    made_in_order=("sorted_indices", "batch_sizes", "data"),
    by_hand=("pack_padded_sequence", "pack_sequence"),
    praise="Your numbers are those of `pack_padded_sequence`.",
)
