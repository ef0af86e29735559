"""Whether the results are right as far as float32 goes, and no further."""

from lstm_lessons.exercises.engine.attempts import wrong_names
from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.values import gap
from lstm_lessons.exercises.engine.words import listed


def rounded_to_float32(seen: Seen) -> Told | None:
    """Say that all results that are not right hold float32 numbers, right to some digits.

    These are about seven, but for what makes a small difference a large one, as atanh near 1 does.
    """
    wrong = [
        (name, each.results[name], right[name])
        for each, right in zip(seen.attempts, seen.wanted, strict=False)
        if each.problem is None
        for name in wrong_names(each, right, seen.returns)
    ]
    rounded = bool(wrong) and all(
        ours.shape == right.shape and bool((ours.double() == ours.float().double()).all())
        for _, ours, right in wrong
    )
    if not rounded:
        return None
    farthest = max(
        float(gap(a, w).div(1 + w.detach().abs()).max()) for _, a, w in wrong if a.numel()
    )
    numbers = sum(ours.numel() for _, ours, _ in wrong)
    if farthest >= (1e-5 if numbers < 4 else 1e-3):
        return None
    digits = "about seven" if farthest < 1e-5 else "some"
    names = [name for name in seen.returns.names if any(name == each for each, *_ in wrong)]
    where = "" if len(names) == len(seen.returns.names) else f" of {listed(names)}"
    return "rounded to float32", (
        f"Right to {digits} digits and no further: your numbers{where} are rounded to float32, "
        "while the inputs are float64. Look for `.float()`, or for a new tensor made with "
        "`dtype=torch.float32`."
    )
