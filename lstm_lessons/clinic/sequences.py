"""The sequences of a batch, as a block or packed: move entries, choose samples, cut steps."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_sequence, unpack_sequence


class Untried(Exception):
    """A probe cannot be tried; ``str()`` of it says why."""


class Block:
    """A tensor with axes for the batch and for time, or one of them; rows may end in padding.

    ``own`` (T, B) is true where an entry belongs to its sequence. ``lengths`` (B,) are the
    sequences' own steps, and None where no row has padding. ``in_front`` is true where lengths
    were told and the padding stands in front of the sequences.
    """

    def __init__(self, value: Tensor, batch: int | None, time: int | None, pad: int = 0) -> None:
        self.value, self.batch, self.time = value, batch, time
        self.pads = "zeros" if pad == 0 or not is_numbering(value) else f"numbers {pad}"
        laid = value.unsqueeze(1) if batch is None else value
        laid = laid.unsqueeze(0) if time is None else laid
        laid = laid.transpose(0, 1) if time == 1 else laid
        self._laid = laid  # (T, B, ...)
        blank = laid == (pad if is_numbering(value) else 0)
        if blank.ndim > 2:
            blank = blank.flatten(2).all(2)
        after = blank.flip(0).long().cumprod(0).flip(0).bool()  # blank to the end
        before = blank.long().cumprod(0).bool()
        self.own, self._before, self._after = ~(after | before), before, after
        self._blank = blank
        self.in_front = False
        self.guessed = after.any().item()
        self.lengths: list[int] | None = None
        if self.guessed:
            self.lengths = (~after).sum(0).clamp(min=1).tolist()

    @property
    def steps(self) -> int:
        """How many steps the block has."""
        return 1 if self.time is None else self.value.shape[self.time]

    @property
    def padded_on_one_side(self) -> bool:
        """Whether there is padding, and all of it at the ends of the rows, or all in front."""
        sides = (self._before, self._after)
        return bool(self._blank.any()) and any(self._blank.equal(side) for side in sides)

    @property
    def ending_in_padding(self) -> int:
        """How many rows end in padding."""
        return int(self._after.any(0).sum())

    @property
    def samples(self) -> int:
        """How many samples it has; 1 where there is no axis for them."""
        return 1 if self.batch is None else self.value.shape[self.batch]

    def told(self, lengths: Sequence[int]) -> None:
        """Take these lengths for those of the sequences, in place of what the zeros say."""
        self.lengths, self.guessed = list(lengths), False
        steps = torch.arange(self.steps, device=self.own.device)[:, None]
        told = torch.tensor(self.lengths, device=self.own.device)
        blanks = self.steps - told  # of each sequence
        short = blanks > 0
        front, end = self._before.sum(0) >= blanks, self._after.sum(0) >= blanks
        self.in_front = bool((short & ~end).any() and front[short].all())
        self.own = steps >= blanks if self.in_front else steps < told

    def place(self, length: int) -> tuple[int, int]:
        """Return where the own steps of a sequence of this length begin and end in its row."""
        return (self.steps - length, self.steps) if self.in_front else (0, length)

    def moved(self, steps: Sequence[int] | None, samples: Sequence[int] | None) -> Tensor:
        """Return the value with other numbers at these steps of these samples; None is all."""
        where = torch.zeros_like(self.own)
        rows = list(range(self.steps)) if steps is None else list(steps)
        columns = list(range(self.samples)) if samples is None else list(samples)
        for row in rows:
            where[row, columns] = True
        where &= self.own
        if not where.any():
            raise Untried("there is nothing but padding where an entry would be moved")
        changed = _moved(self._laid, where, self.own)
        return self._back(changed)

    def _back(self, laid: Tensor) -> Tensor:
        laid = laid.transpose(0, 1) if self.time == 1 else laid
        laid = laid.squeeze(0) if self.time is None else laid
        return laid.squeeze(1) if self.batch is None else laid

    def chosen(self, samples: Sequence[int]) -> Tensor:
        """Return these samples alone, in this order."""
        if self.batch is None:
            return self.value
        return self.value.index_select(
            self.batch, torch.tensor(list(samples), device=self.value.device)
        )

    def cut(self, start: int, stop: int) -> Tensor:
        """Return the steps from ``start`` on, before ``stop``."""
        if self.time is None:
            raise Untried("the example is one step: give two or more")
        return self.value.narrow(self.time, start, stop - start)


class Packed:
    """A packed batch, with the same questions as a `Block`."""

    batch, time = 0, 1
    guessed, pads, in_front = False, "zeros", False

    def __init__(self, value: PackedSequence) -> None:
        self.value = value
        self._sorts = value.sorted_indices is None
        self._rows: list[Tensor] = list(unpack_sequence(value))
        self.lengths = [len(row) for row in self._rows]

    @property
    def steps(self) -> int:
        """How many steps the longest sequence has."""
        return max(self.lengths)

    def place(self, length: int) -> tuple[int, int]:
        """Return where the own steps of a sequence of this length begin and end in its row."""
        return 0, length

    @property
    def samples(self) -> int:
        """How many sequences there are."""
        return len(self._rows)

    def moved(self, steps: Sequence[int] | None, samples: Sequence[int] | None) -> PackedSequence:
        """Return the value with other numbers at these steps of these samples; None is all."""
        padded = torch.nn.utils.rnn.pad_sequence(self._rows)  # (T, B, ...)
        block = Block(padded, 1, 0)
        block.told(self.lengths)
        changed = block.moved(steps, samples)
        rows = [changed[:length, place] for place, length in enumerate(self.lengths)]
        return self._packed(rows)

    def chosen(self, samples: Sequence[int]) -> PackedSequence:
        """Return these samples alone, in this order."""
        return self._packed([self._rows[place] for place in samples])

    def cut(self, start: int, stop: int) -> PackedSequence:
        """Refuse: steps of a packed batch are no block."""
        raise Untried("a packed batch is not cut into chunks: give the sequences as a block")

    def _packed(self, rows: list[Tensor]) -> PackedSequence:
        lengths = [len(row) for row in rows]
        in_order = lengths == sorted(lengths, reverse=True)
        return pack_sequence(rows, enforce_sorted=self._sorts and in_order)


def is_numbering(value: Tensor) -> bool:
    """Return whether the entries are whole numbers, such as the numbers of words."""
    return not (value.is_floating_point() or value.is_complex())


def _moved(laid: Tensor, where: Tensor, own: Tensor) -> Tensor:
    generator = torch.Generator().manual_seed(7)
    if is_numbering(laid):
        return _renumbered(laid, where, own, generator)
    size = laid[own].double()
    size = size[size.isfinite()]
    spread = size.std().item() if len(size) > 1 else 0.0
    spread = spread or 1.0
    step = torch.randn(laid.shape, generator=generator, dtype=torch.float64)
    step = (step + step.sign()) * spread
    mask = where.reshape(*where.shape, *[1] * (laid.ndim - 2))
    return torch.where(mask, laid + step.to(laid), laid)


def _renumbered(laid: Tensor, where: Tensor, own: Tensor, generator: torch.Generator) -> Tensor:
    """Put other numbers of the same table in their places: no number that was not there."""
    changed = laid.clone()
    columns = laid.reshape(*laid.shape[:2], -1)
    out = changed.reshape(*laid.shape[:2], -1)
    able = False
    for place in range(columns.shape[2]):
        column = columns[:, :, place]
        known = column[own].unique()
        if len(known) < 2:
            continue
        able = True
        old = torch.searchsorted(known, column[where])
        shift = torch.randint(1, len(known), old.shape, generator=generator).to(old)
        out[:, :, place][where] = known[(old + shift) % len(known)]
    if not able:
        raise Untried("all numbers of the example are equal: give one with different ones")
    return out.reshape(laid.shape)
