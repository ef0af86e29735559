"""Whether the results are right as far as float32 goes, and no further."""

from lstm_lessons.exercises.engine.readers.seen import Seen, Told


def rounded_to_float32(seen: Seen) -> Told | None:
    """Say that all results hold float32 numbers, right to about seven digits."""
    pairs = [
        (each.results[name], right[name])
        for each, right in zip(seen.attempts, seen.wanted, strict=False)
        for name in each.results
    ]
    rounded = all(
        ours.shape == right.shape
        and bool((ours.double() == ours.float().double()).all())
        and bool(((ours - right).abs() < 1e-5).all())
        for ours, right in pairs
    )
    if not rounded:
        return None
    return "rounded to float32", (
        "Right to about seven digits and no further: your results are rounded to float32, while "
        "the inputs are float64. Look for `.float()`, or for a new tensor made with "
        "`dtype=torch.float32`."
    )
