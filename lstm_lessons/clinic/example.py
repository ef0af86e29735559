"""The example input: which tensor holds the sequences, and what goes with it, sample by sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import Parameter, signature
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from lstm_lessons.clinic.nested import Path, counts_like, is_counts, leaves, replaced
from lstm_lessons.clinic.sequences import Block, Packed, is_numbering
from lstm_lessons.clinic.subject import Call

EXPECTED = (
    "expected example_input to be what the model is called with: a tensor, a packed sequence, a "
    "tuple of arguments or a dict of named ones"
)


def as_call(model: nn.Module, example_input: Any) -> Call:
    """Return positional and named arguments.

    Raises:
        TypeError: there is no tensor in it.
    """
    if not any(True for _ in leaves(example_input)):
        raise TypeError(f"{EXPECTED}; got {type(example_input).__name__} without a tensor in it")
    if isinstance(example_input, Tensor | PackedSequence | list):
        return (example_input,), {}
    if isinstance(example_input, Mapping):
        names = signature(model.forward).parameters
        takes = any(each.kind is Parameter.VAR_KEYWORD for each in names.values())
        if takes or set(example_input) <= set(names):
            return (), dict(example_input)
        return (example_input,), {}
    return tuple(example_input), {}


STATES = ("hidden", "state", "cell", "memory", "carry", "init", "prev", "h_", "c_")
SHORT_STATES = ("h", "c", "hx", "cx", "hc", "h0", "c0")
"""How people begin, or write, the names of arguments that hold states."""


def is_state(name: str) -> bool:
    """Return whether an argument of this name holds a state."""
    return name.lower().startswith(STATES) or name.lower() in SHORT_STATES


def argument_names(model: nn.Module) -> list[str]:
    """Return the names of the arguments that forward takes by their place."""
    given = signature(model.forward).parameters.values()
    kinds = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    return [each.name for each in given if each.kind in kinds]


def name_of(path: Path, names: list[str]) -> str:
    """Return the name of the argument that a path leads through, "" where it has none."""
    if path[0] == 1:
        return str(path[1])
    return names[path[1]] if path[1] < len(names) else ""


def main_path(call: Call, names: list[str]) -> Path:
    """Return the path to the sequences: the first leaf that has an axis for time and for more.

    An argument that is called as a state comes last.

    Raises:
        TypeError: no tensor could be sequences.
    """
    ranked: list[tuple[int, Path]] = []
    for path, leaf in leaves(call):
        last = 2 * is_state(name_of(path, names))
        if isinstance(leaf, PackedSequence):
            ranked.append((last, path))
        elif isinstance(leaf, Tensor) and leaf.dtype is not torch.bool:
            enough = 2 if is_numbering(leaf) else 3
            if leaf.ndim >= enough - 1:
                ranked.append((last + (leaf.ndim < enough), path))
    if not ranked:
        raise TypeError(f"{EXPECTED}; got no tensor with an axis for time")
    return min(ranked, key=lambda each: each[0])[1]  # the first of the best


class Example:
    """A call whose sequences have known axes, and the calls that differ from it in one thing."""

    def __init__(
        self,
        call: Call,
        path: Path,
        axes: tuple[int | None, int | None],
        names: list[str],
        pad: int = 0,
        roles: dict[Path, str] | None = None,
    ) -> None:
        self.call, self.path, self.axes = call, path, axes
        self._names, self.pad = names, pad
        found = dict(leaves(call))
        main = found.pop(path)
        self.main: Block | Packed = (
            Packed(main) if isinstance(main, PackedSequence) else Block(main, *axes, pad)
        )
        self._roles = self._found_roles(found) if roles is None else roles
        for other, leaf in found.items():
            if self._roles.get(other) == "lengths" and isinstance(self.main, Block):
                self.main.told([int(each) for each in leaf])
        if roles is None:
            for other in [each for each, role in self._roles.items() if role == "steps"]:
                if self._has_its_own_ends(found[other]):
                    self._roles[other] = "samples"

    @property
    def samples(self) -> int:
        """How many samples there are; 1 where there is no axis for them."""
        return self.main.samples

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return self.main.steps

    @property
    def lengths(self) -> list[int] | None:
        """The sequences' own steps; None where none is known to end early."""
        return self.main.lengths

    @property
    def companions(self) -> int:
        """How many other inputs have an axis for the samples."""
        return len(self._roles)

    def anew(self, call: Call) -> Example:
        """Return another call with the same axes, and inputs of the same kinds, as an example."""
        return Example(call, self.path, self.axes, self._names, self.pad, self._roles)

    def moved(
        self, steps: Sequence[int] | None = None, samples: Sequence[int] | None = None
    ) -> Call:
        """Return the call with other numbers at these steps of these samples; None is all."""
        return self._with({self.path: self.main.moved(steps, samples)})

    def chosen(self, samples: Sequence[int]) -> Call:
        """Return the call with these samples alone, in this order."""
        if isinstance(self.main, Block) and self.main.batch is None:
            return self.call

        def made(path: Path, leaf: Any) -> Any:
            if path == self.path:
                return self.main.chosen(samples)
            role = self._roles.get(path)
            if role is None:
                return leaf
            if is_counts(leaf):
                return counts_like(leaf, (leaf[place] for place in samples))
            axis = {"states": 1, "steps": self.main.batch or 0}.get(role, 0)
            return leaf.index_select(axis, torch.tensor(list(samples), device=leaf.device))

        return replaced(self.call, made)

    def cut(self, start: int, stop: int) -> Call:
        """Return the call with these steps alone; lengths are cut as well."""

        def made(path: Path, leaf: Any) -> Any:
            if path == self.path:
                return self.main.cut(start, stop)
            role = self._roles.get(path)
            if role == "steps":
                return leaf.narrow(self.main.time or 0, start, stop - start)
            if role == "lengths":
                own = [self.main.place(int(each)) for each in leaf]
                left = [max(1, min(stop, last) - max(start, first)) for first, last in own]
                return (
                    leaf.new_tensor(left) if isinstance(leaf, Tensor) else counts_like(leaf, left)
                )
            return leaf

        return replaced(self.call, made)

    @property
    def longer_lengths(self) -> int:
        """The largest of the lengths where they are called so and the block is shorter; else 0."""
        found = [
            max(int(each) for each in leaf)
            for path, leaf in leaves(self.call)
            if self._is_named_so(path)
            and (is_counts(leaf) or (isinstance(leaf, Tensor) and leaf.ndim == 1 and len(leaf)))
        ]
        return max((each for each in found if each > self.steps), default=0)

    @property
    def told_lengths(self) -> bool:
        """Whether the lengths were handed in, and not read off the zeros at the ends."""
        return self.lengths is not None and not self.main.guessed

    def _found_roles(self, found: dict[Path, Any]) -> dict[Path, str]:
        """Return what each leaf beside the sequences is; one of them alone is their lengths.

        Where more could be, the others may be those of a second input, or labels: the one that is
        called so is taken, and of several the first behind the sequences.
        """
        roles = {other: role for other, leaf in found.items() if (role := self._role(other, leaf))}
        order = [path for path, _ in leaves(self.call)]
        told = [other for other, role in roles.items() if role == "lengths"]
        main = order.index(self.path)
        told.sort(key=lambda other: (not self._is_named_so(other), order.index(other) < main))
        return roles | {other: "samples" for other in told[1:]}

    def _is_named_so(self, path: Path) -> bool:
        return "len" in name_of(path, self._names).lower()

    def _has_its_own_ends(self, leaf: Tensor) -> bool:
        """Return whether this is another sequence, and no mask or tag for each step of the first.

        It then has entries where the first has padding, and padding of its own.
        """
        if not isinstance(self.main, Block) or self.main.time is None or len(leaf.unique()) < 3:
            return False
        other = Block(leaf, self.main.batch, self.main.time, self.pad)
        return bool(other.ending_in_padding and (other.own & ~self.main.own).any())

    def _role(self, path: Path, leaf: Any) -> str | None:
        """Return what a leaf beside the sequences is, by its size: lengths, states, steps, ..."""
        samples, steps = self.samples, self.steps
        if isinstance(leaf, PackedSequence) or self.axes[0] is None:
            return None
        if is_counts(leaf):
            if len(leaf) != samples:
                return None
            return "lengths" if all(1 <= each <= steps for each in leaf) else "samples"
        if leaf.ndim == 1 and len(leaf) == samples:
            if is_numbering(leaf) and leaf.dtype is not torch.bool:
                low, high = int(leaf.min()), int(leaf.max())
                if low >= 1 and high <= steps and (self._is_named_so(path) or high == steps):
                    return "lengths"
            return "samples"
        if isinstance(self.main, Block) and leaf.shape[:2] == self.main.value.shape[:2]:
            return "steps"
        if leaf.ndim == 3 and leaf.shape[1] == samples:
            return "states"
        return "samples" if leaf.ndim and leaf.shape[0] == samples else None

    def _with(self, values: dict[Path, Any]) -> Call:
        return replaced(self.call, lambda path, leaf: values.get(path, leaf))
