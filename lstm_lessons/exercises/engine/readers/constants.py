"""Whether an answer gives one and the same number in every call."""

from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.returns import ANumber
from lstm_lessons.exercises.engine.words import listed


def always_the_same(seen: Seen) -> Told | None:
    """Say which number it is."""
    if not isinstance(seen.returns, ANumber):
        return None
    found = [float(each) for attempt in seen.attempts for each in attempt.results.values()]
    if len(found) < 2 or len(set(found)) > 1:
        return None
    value = found[0]
    zero = " (A product that starts with 0 stays 0; the logarithm of 1 is 0.)" if not value else ""
    return "always the same", (
        f"Your function returns {value:.4g} whatever it is given. What it returns has to be "
        f"computed from {listed(tuple(seen.case.inputs))}.{zero}"
    )
