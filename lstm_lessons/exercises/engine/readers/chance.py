"""Whether an answer gives other numbers when it is called again with the same inputs."""

from torch import nn

from lstm_lessons.exercises.engine.readers.seen import Seen, Told


def drawn_at_random(seen: Seen) -> Told | None:
    """Say that two calls with the same inputs differ."""
    again, case = seen.of_answer(seen.cases[0]), seen.cases[0]
    if again.same(seen.attempts[0], seen.returns):
        return None
    layers = any(isinstance(value, nn.Module) for value in case.inputs.values())
    new = " Is it a new layer, with weights of its own? The one that is given should read."
    return "drawn at random", (
        "Two calls with the same inputs give other numbers: something in your function is drawn at "
        f"random, or kept from the call before.{new if layers else ''}"
    )
