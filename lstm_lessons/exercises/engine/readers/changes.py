"""Whether an answer changes what belongs to its caller."""

from collections.abc import Mapping, Sequence

from torch import nn

from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.words import listed


def changed_inputs(seen: Seen) -> Told | None:
    """Say which inputs the first call that changes any has changed."""
    for case, each in zip(seen.cases, seen.attempts, strict=False):
        if each.changed:
            return changed_words(each.changed, case.inputs, "Your function")
    return None


def changed_words(changed: tuple[str, ...], inputs: Mapping[str, object], who: str) -> Told:
    """Return the words for inputs that are not as they were."""
    layers = [name for name in changed if isinstance(inputs[name], nn.Module)]
    holders = [name for name in changed if isinstance(inputs[name], Mapping | Sequence)]
    if layers:
        return "changes the layer", (
            f"{who} changes {listed(layers)}, which belongs to the caller: whoever uses that layer "
            "next finds it other than it was. Leave it as it is."
        )
    if holders:
        return "changes its inputs", (
            f"{who} changes its inputs: {listed(holders)}. What the caller hands in may be needed "
            "again: leave it as it is. (`pop`, `append`, `sort`, `del` and `x[...] = ...` change "
            "it; `list(...)` or `dict(...)` makes another one.)"
        )
    return "changes its inputs", (
        f"{who} changes {listed(changed)}, which the caller owns and may need again. Make a new "
        "tensor: an operation whose name ends in `_`, such as `mul_` or `transpose_`, writes into "
        "the old one, and so do `*=`, `+=` and `x[...] = ...`. (`y = x` makes no new tensor; "
        "`x.clone()` does.)"
    )
