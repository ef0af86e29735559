"""Inputs of a call, whatever they are made of: copied afresh, and compared with what they were."""

import copy
import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

MATCH = 1e-9
"""Two numbers are the same when they differ by no more than this."""


def fresh(value: Any, gradients: bool = False) -> Any:
    """Return a copy that shares nothing: tensors, layers, and what lists and dicts hold.

    With ``gradients``, tensors of real numbers ask for theirs.
    """
    if isinstance(value, Tensor):
        return value.detach().clone().requires_grad_(gradients and value.is_floating_point())
    if isinstance(value, nn.Module):
        return copy.deepcopy(value)
    if isinstance(value, Mapping):
        return {key: fresh(each, gradients) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(fresh(each, gradients) for each in value)
    return copy.deepcopy(value)


def unchanged(now: Any, before: Any) -> bool:
    """Say whether a value is what it was: shapes, numbers, options and modes of layers."""
    if isinstance(before, nn.Module):
        if not isinstance(now, nn.Module) or repr(now) != repr(before):
            return False
        modes = [[each.training for each in module.modules()] for module in (now, before)]
        return modes[0] == modes[1] and unchanged(_parameters(now), _parameters(before))
    if isinstance(before, Tensor):
        return (
            isinstance(now, Tensor)
            and now.shape == before.shape
            and now.dtype == before.dtype
            and torch.equal(now.detach(), before.detach())
        )
    if isinstance(before, Mapping):
        keys = isinstance(now, Mapping) and list(now) == list(before)
        return keys and all(unchanged(now[key], before[key]) for key in before)
    if isinstance(before, tuple | list):
        length = isinstance(now, Sequence) and len(now) == len(before)
        return length and all(unchanged(a, b) for a, b in zip(now, before, strict=True))
    return bool(now == before)


def _parameters(module: nn.Module) -> dict[str, Tensor]:
    return {
        name: each.detach() for name, each in (*module.named_parameters(), *module.named_buffers())
    }


def leaves(inputs: Mapping[str, Any]) -> dict[str, Tensor]:
    """Return, by name, the tensors whose gradients are asked for: inputs and layers' parameters."""
    found: dict[str, Tensor] = {}
    for name, value in inputs.items():
        if isinstance(value, Tensor):
            found |= {name: value} if value.requires_grad else {}
        elif isinstance(value, nn.Module):
            found |= {f"{name}.{key}": each for key, each in value.named_parameters()}
        elif isinstance(value, Mapping):
            found |= leaves({f'{name}["{key}"]': each for key, each in value.items()})
        elif isinstance(value, tuple | list):
            found |= leaves({f"{name}[{at}]": each for at, each in enumerate(value)})
    return found


def gap(ours: Tensor, theirs: Tensor) -> Tensor:
    """Return the differences, place by place, of two tensors of one shape (any).

    A NaN equals a NaN, so that a mistake which makes some is known again.
    """
    ours, theirs = ours.detach().double(), theirs.detach().double()
    found = (ours - theirs).abs()
    if not math.isnan(found.sum().item()):  # as nearly always; a wrong check compares hundreds
        return found
    same = (ours == theirs) | (ours.isnan() & theirs.isnan())
    return found.where(~found.isnan(), torch.inf).where(~same, 0)


def alike(ours: Tensor, theirs: Tensor) -> bool:
    """Say whether two tensors have one shape (any) and no number differs by more than MATCH."""
    if ours.shape != theirs.shape:
        return False
    return not ours.numel() or bool(gap(ours, theirs).max() <= MATCH)
