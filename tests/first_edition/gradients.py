"""The gradients of a learner's results, and words for where they end."""

import torch
from torch import Tensor

from first_edition.base import MATCH, listed
from first_edition.running import Raised

Gradients = dict[tuple[str, str], Tensor | None]
"""From (result, input) to the gradient of the one with regard to the other; None: there is none."""


def gradients_of(results: dict[str, Tensor], leaves: dict[str, Tensor]) -> Gradients:
    """Return the gradient of a random weighted sum of each result with regard to each leaf."""
    generator = torch.Generator().manual_seed(1)
    gradients: Gradients = {}
    for name, result in results.items():
        weights = torch.randn(result.shape, generator=generator, dtype=result.dtype, device="cpu")
        found: tuple = (None,) * len(leaves)
        if result.requires_grad:
            found = torch.autograd.grad(
                result, tuple(leaves.values()), weights, retain_graph=True, allow_unused=True
            )
        gradients |= {(name, leaf): each for leaf, each in zip(leaves, found, strict=True)}
    return gradients


def same_gradients(ours: Gradients | Raised, theirs: Gradients | Raised) -> bool:
    """Say whether all gradients are equal, and missing where the others are missing."""
    if type(ours) is Raised or type(theirs) is Raised:
        return False
    return all(_same_gradient(ours[key], theirs[key]) for key in theirs)


def _same_gradient(a: Tensor | None, b: Tensor | None) -> bool:
    if a is None or b is None:
        return a is b
    return bool(((a - b).abs() < MATCH).all())


def describe_cut(ours: Gradients, wanted: Gradients) -> tuple[str, str | None]:
    """Return in words where the graph is cut, and the name of the misconception if it is plain."""
    cut = [key for key in wanted if ours[key] is None and wanted[key] is not None]
    if cut:
        inputs = tuple(dict.fromkeys(leaf for _, leaf in cut))
        results = tuple(dict.fromkeys(result for result, _ in cut))
        return (
            f"The numbers are right, but the graph is cut: no gradient of {listed(results)} "
            f"reaches {listed(inputs)}. Look for `.detach()`, `.data`, `.item()`, `.numpy()`, "
            "`torch.no_grad()` or a tensor made anew from old numbers.",
            "detached graph",
        )
    result, leaf = next(key for key in wanted if not _same_gradient(ours[key], wanted[key]))
    return (
        f"The numbers are right, but the gradient of {result} with regard to {leaf} is not: a "
        "part of the graph is cut or counted twice. Look for `.detach()` and `.data`.",
        None,
    )
