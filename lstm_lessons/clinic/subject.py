"""The model under examination: every call runs a fresh copy of it, and nothing of it changes."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from typing import Any

import numpy
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from lstm_lessons.clinic.nested import Path, counts_like, is_counts, leaves, named_results, replaced

Call = tuple[tuple[Any, ...], dict[str, Any]]
"""Positional and named arguments."""

SEED = 20
OTHER_SEEDS = tuple(range(SEED + 1, SEED + 5))
_ALLOWED = {torch.float64: 1e-9}
_ALLOWED_ELSE = 1e-4  # float32 and shorter: rounding over many steps


class Subject:
    """A copy of a model, in eval mode, and how to call it.

    ``allowed`` is how far two results may differ, for numbers of size 1, and still count as the
    same. The copy is in float64 where the model can run so; else ``allowed`` is larger.
    ``path`` leads to the block of sequences, once it is known: a result that has an axis of B · T
    in front, as ``view(-1, outputs)`` makes it, then has the two axes of the block again, or the
    same two ``turned``.
    """

    def __init__(self, model: nn.Module) -> None:
        self._kept = _copy(model, {})
        self._kept.eval()
        self._wide = False
        self.path: Path | None = None
        self.turned = False
        self._flat: set[str] = set()

    @property
    def allowed(self) -> float:
        """How far two results may differ, for numbers of size 1, and still count as the same."""
        return _ALLOWED[torch.float64] if self._wide else _ALLOWED_ELSE

    @property
    def modules(self) -> dict[str, nn.Module]:
        """The modules of the copy, by name, to be looked at and not called."""
        return dict(self._kept.named_modules())

    def fresh(self) -> nn.Module:
        """Return a copy that shares the parameters; whatever else a call changes is its own."""
        shared = {id(each): each for each in self._kept.parameters()}
        return _copy(self._kept, shared)

    def one_way(self) -> Subject | None:
        """Return the same with zeros for all weights of the reverse passes.

        The states of a reverse pass are then the same for every input, so that it carries nothing
        from one step to another. None where the weights are not the layer's own, such as with a
        weight norm.
        """
        model = _copy(self._kept, {})
        for module in model.modules():
            if not isinstance(module, nn.RNNBase):
                continue
            for name, each in module.named_parameters():
                if name.endswith("_reverse"):
                    each.data.zero_()
                elif "_reverse" in name:
                    return None
        other = copy(self)
        other._kept = model
        return other

    def widen(self, call: Call) -> Call:
        """Go over to float64 if the model runs so; return the call to go on with."""
        narrow, wanted = self._kept, self.shapes(call)
        wide = replaced(call, lambda _, leaf: _double(leaf))
        try:
            with quiet():
                self._kept, self._wide = _copy(narrow, {}).double(), True
            if self.shapes(wide) == wanted:
                return wide
        except Exception:  # whatever hinders it, the model is then tried as it is
            pass
        self._kept, self._wide = narrow, False
        return call

    def results(self, call: Call, seed: int = SEED) -> dict[str, Tensor]:
        """Return every tensor that a fresh copy in eval mode gives, without a graph."""
        with torch.no_grad():
            found = self.run(call, seed)
        return {name: each.detach().clone() for name, each in found.items()}

    def shapes(self, call: Call) -> dict[str, torch.Size]:
        """Return the shape of every tensor that a fresh copy gives."""
        return {name: each.shape for name, each in self.results(call).items()}

    def run(
        self, call: Call, seed: int = SEED, model: nn.Module | None = None, keep: bool = False
    ) -> dict[str, Tensor]:
        """Return every tensor that a model gives; a fresh copy unless one is handed in."""
        return self.shaped(self.raw(call, seed, model, keep), call)

    def shaped(self, result: Any, call: Call) -> dict[str, Tensor]:
        """Return the tensors of a result by name, with rows for the block that was read."""
        found = named_results(result)
        if not self._flat or self.path is None:
            return found
        rows, columns = dict(leaves(call))[self.path].shape[:2]
        for name in self._flat & set(found):
            found[name] = self._in_rows(found[name], rows, columns)
        return found

    def read_rows(self, call: Call, path: Path) -> None:
        """Note the path to the sequences, and which results have B · T rows, if it is a block."""
        self.path, block = path, dict(leaves(call))[path]
        if isinstance(block, Tensor) and block.ndim > 1 and min(block.shape[:2]) > 1:
            rows = block.shape[0] * block.shape[1]
            found = self.results(call).items()
            self._flat = {name for name, each in found if each.ndim and len(each) == rows}

    def _in_rows(self, result: Tensor, rows: int, columns: int) -> Tensor:
        if result.ndim < 1 or len(result) != rows * columns:
            return result
        if self.turned:
            return result.reshape(columns, rows, *result.shape[1:]).transpose(0, 1)
        return result.reshape(rows, columns, *result.shape[1:])

    def raw(
        self, call: Call, seed: int = SEED, model: nn.Module | None = None, keep: bool = False
    ) -> Any:
        """Return what a model gives as it gives it; inputs are copied first, or kept."""
        args, kwargs = call if keep else replaced(call, lambda _, leaf: _cloned(leaf))
        with quiet(), self._precision():
            reseed(seed)
            return (model or self.fresh())(*args, **kwargs)

    @contextmanager
    def _precision(self) -> Iterator[None]:
        """Let what the model makes for itself, such as a first state, be float64 as well."""
        before = torch.get_default_dtype()
        try:
            if self._wide:
                torch.set_default_dtype(torch.float64)
            yield
        finally:
            torch.set_default_dtype(before)


@contextmanager
def quiet() -> Iterator[None]:
    """Hold back warnings: they were shown, or will be, when the model itself is used."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def chance_put_back() -> Iterator[None]:
    """Put the random states of torch, numpy and Python back as they were."""
    here, theirs = random.getstate(), numpy.random.get_state()
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []
    try:
        with torch.random.fork_rng(devices=devices):
            yield
    finally:
        random.setstate(here)
        numpy.random.set_state(theirs)


def reseed(seed: int) -> None:
    """Begin all random numbers anew."""
    torch.manual_seed(seed)
    random.seed(seed)
    numpy.random.seed(seed)


def _copy(model: nn.Module, memo: dict[int, Any]) -> nn.Module:
    """Return a deep copy; what is in the memo is shared, and results of a graph are cut from it."""
    for module in model.modules():
        for _, leaf in leaves(_plain(vars(module))):
            if isinstance(leaf, Tensor) and leaf.grad_fn is not None:
                memo[id(leaf)] = leaf.detach().clone()
    return deepcopy(model, memo)


def _plain(attributes: dict[str, Any]) -> dict[str, Any]:
    own = ("_parameters", "_buffers", "_modules")
    return {name: each for name, each in attributes.items() if name not in own}


def _double(leaf: Any) -> Any:
    if isinstance(leaf, PackedSequence):
        return leaf.to(torch.float64) if leaf.data.is_floating_point() else leaf
    return leaf.double() if isinstance(leaf, Tensor) and leaf.is_floating_point() else leaf


def _cloned(leaf: Any) -> Any:
    if isinstance(leaf, PackedSequence):
        data = leaf.data.detach().clone()
        return PackedSequence(data, leaf.batch_sizes, leaf.sorted_indices, leaf.unsorted_indices)
    if is_counts(leaf):
        return counts_like(leaf, leaf)
    return leaf.detach().clone() if isinstance(leaf, Tensor) else leaf


def observed(model: nn.Module, kind: type | tuple[type, ...], see: Callable[..., None]) -> None:
    """Let ``see(name, module, inputs, result)`` watch each call of the modules of a kind."""
    for name, module in model.named_modules():
        if isinstance(module, kind):
            module.register_forward_hook(
                lambda module, inputs, result, name=name: see(name, module, inputs, result)
            )
