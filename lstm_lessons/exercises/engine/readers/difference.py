"""Where the first difference is: said last, of every answer of which nothing else is known."""

from lstm_lessons.exercises.engine.readers.seen import Seen
from lstm_lessons.exercises.engine.returns import ANumber


def first_difference(seen: Seen) -> str:
    """Say which number is the first wrong one, or which shape was expected."""
    name, ours, right, label = seen.name, seen.ours.detach(), seen.right.detach(), seen.case.label
    if ours.shape != right.shape:
        return (
            f"The shape of {name} should be {tuple(right.shape)} with {label}; yours is "
            f"{tuple(ours.shape)}."
        )
    gaps = seen.returns.gaps(ours, right)
    index = tuple((gaps > seen.returns.tolerance).nonzero()[0].tolist())
    wanted, yours = f"{float(right[index]):.4g}", f"{float(ours[index]):.4g}"
    if wanted == yours:
        wanted, yours = f"{float(right[index]):.12g}", f"{float(ours[index]):.12g}"
    if isinstance(seen.returns, ANumber):
        return f"{label} should give {wanted}; yours gives {yours}."
    if not index:
        return f"{name} should be {wanted}, yours is {yours} (with {label})."
    axes = seen.returns.axes_of(name)
    words = axes if len(axes) == len(index) else [f"axis {n}, place" for n in range(len(index))]
    place = ", ".join(f"{word} {at}" for word, at in zip(words, index, strict=True))
    return (
        f"{name} differs first at {place}: it should be {wanted}, yours is {yours} (with {label})."
    )
