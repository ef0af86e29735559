"""Whether an answer gives other numbers when it is called again with the same inputs."""

from torch import nn

from lstm_lessons.exercises.engine.readers.seen import Seen, Told


def drawn_at_random(seen: Seen) -> Told | None:
    """Say that two calls with the same inputs differ."""
    case = seen.case
    tried = {0, seen.number}  # chance may be at work where no states are given, and there alone
    if all(seen.of_answer(seen.cases[n]).same(seen.attempts[n], seen.returns) for n in tried):
        return None
    layers = any(isinstance(value, nn.Module) for value in case.inputs.values())
    new = " Is it a new layer, with weights of its own? The one that is given should read."
    return "drawn at random", (
        "Two calls with the same inputs give other numbers: something in your function is drawn at "
        f"random, or kept from the call before.{new if layers else ''}"
    )
