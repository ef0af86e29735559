"""What a wrong shape says, from the words for its axes and the sizes of the case alone."""

from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.symbols import with_symbols
from lstm_lessons.exercises.engine.words import counted, listed, plural


def told_by_shape(seen: Seen) -> Told | None:
    """Say which axis is missing, too many, or as long as another one should be."""
    ours, right = tuple(seen.ours.shape), tuple(seen.right.shape)
    axes = seen.returns.axes_of(seen.name)
    if ours == right or len(axes) != len(right):
        return None
    said = _in_words(ours, right, axes, dict(seen.case.beside(seen.cases[0]).sizes))
    return (said[0], f"Your {seen.name} has the shape {ours}. {said[1]}") if said else None


def _in_words(
    ours: tuple[int, ...], right: tuple[int, ...], axes: tuple[str, ...], sizes: dict[str, int]
) -> tuple[str, str] | None:
    distinct = len(set(right)) == len(right)
    if distinct and sorted(ours) == sorted(right):
        order = ", ".join(axes[right.index(size)] for size in ours)
        said = f"The lengths of its axes are right, in another order: {order}."
        return "axes in another order", said
    missing = [k for k in range(len(right)) if right[:k] + right[k + 1 :] == ours]
    if len(missing) == 1:
        word = axes[missing[0]]
        return f"no axis for the {word}", f"An axis is missing: that of the {plural(word)}."
    extra = [k for k in range(len(ours)) if ours[:k] + ours[k + 1 :] == right]
    if extra:
        place, size = extra[0], ours[extra[0]]
        return "an axis too many", f"It has an axis too many: axis {place}, {size} long."
    if len(ours) == len(right):
        return "another length", " ".join(
            f"Axis {k} should count the {plural(axes[k])}, {right[k]} of them; yours is "
            f"{with_symbols(str(ours[k]), sizes)} long."
            for k in range(len(right))
            if ours[k] != right[k]
        )
    return "another number of axes", (
        f"It should have {counted(len(right), 'axis').replace('axiss', 'axes')}, for "
        f"{listed(tuple(plural(each) for each in axes))}."
    )
