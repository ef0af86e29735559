"""The gradients of a learner's results, by every input and every parameter of a layer."""

from collections.abc import Callable, Collection

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.raised import Raised
from lstm_lessons.exercises.engine.returns import Returns
from lstm_lessons.exercises.engine.values import MATCH, leaves

Gradients = dict[tuple[str, str], Tensor | None]
"""From (result, input) to the gradient of the one with regard to the other; None: there is none."""


def gradients(
    function: Callable,
    case: Case,
    returns: Returns,
    call: Callable,
    constants: Collection[str] = (),
) -> Gradients | Raised:
    """Call a function on a case, and return its gradients, or what it raised.

    They are those of a random weighted sum of each result, by each tensor of real numbers that is
    given, but for the inputs called ``constants``.
    """
    inputs = case.fresh(gradients=True)
    inputs |= {name: case.fresh()[name] for name in constants}
    returned = call(function, *inputs.values(), **case.keywords)
    if type(returned) is Raised:
        return returned
    found = leaves({name: value for name, value in inputs.items() if name not in constants})
    return call(lambda: _of(returns.read(returned), found))


def _of(results: dict[str, Tensor], by: dict[str, Tensor]) -> Gradients:
    generator = torch.Generator().manual_seed(1)
    found: Gradients = {}
    for name, result in results.items():
        weights = torch.randn(result.shape, generator=generator, dtype=torch.float64, device="cpu")
        each: tuple = (None,) * len(by)
        if result.requires_grad and by:
            total = (result * weights.to(result.dtype)).sum()  # a single number: see `running`
            each = torch.autograd.grad(
                total, tuple(by.values()), retain_graph=True, allow_unused=True
            )
        found |= {(name, leaf): one for leaf, one in zip(by, each, strict=True)}
    return found


def same_gradients(ours: Gradients, theirs: Gradients) -> bool:
    """Say whether all gradients are equal; none at all is as good as zeros."""
    return ours.keys() == theirs.keys() and all(
        same_gradient(ours[key], theirs[key]) for key in theirs
    )


def same_gradient(a: Tensor | None, b: Tensor | None) -> bool:
    """Say whether two gradients are equal; None counts as zeros."""
    a = torch.zeros_like(b) if a is None and b is not None else a
    b = torch.zeros_like(a) if b is None and a is not None else b
    if a is None or b is None:
        return True
    return bool(((a - b).abs() <= MATCH).all())
