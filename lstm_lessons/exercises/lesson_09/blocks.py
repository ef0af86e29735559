"""Padded blocks of sentences: how a call with one is labelled, and what stands in a row."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.values import alike

ONE_SENTENCE = "Here there is one sentence only. The axis of the batch stays, 1 long."


def labelled(sizes: Mapping[str, int], lengths: Sequence[int]) -> str:
    """Return the label of a call: its sizes and its lengths."""
    said = [f"{name}={size}" for name, size in sizes.items()]
    return ", ".join([*said, f"lengths {list(lengths)}"])


def part_zero(block: Tensor, lengths: Sequence[int]) -> Tensor:
    """Return a padded block (B, T, ...) in which the shortest sentence's last step is zero.

    All other padding stays random: who tells padding by its zeros gets another result than who
    reads all of it, and than who goes by the lengths. Where there is no padding, nothing is zero.
    """
    shortest = lengths.index(min(lengths))
    if min(lengths) < block.shape[1]:
        block[shortest, -1] = 0
    return block


def first_wrong_row(ours: Tensor, right: Tensor) -> int | None:
    """Return the first row that differs of two tensors (any), of those that both have."""
    wrong = (at for at, (a, b) in enumerate(zip(ours, right, strict=False)) if not alike(a, b))
    return next(wrong, None)


def place_of(row: Tensor, block: Tensor) -> tuple[int, int] | None:
    """Return where in a block (any, any, n) the row (n) stands; nothing if it does not."""
    gaps = (block - row).detach().abs().amax(dim=-1)
    found = torch.nonzero(gaps < 1e-6).tolist()  # rounded to float32, it is the same row still
    return (found[0][0], found[0][1]) if found else None
