"""The calls of 04.1: a batch of sentences, with states and without."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.inputs import randoms


def cases() -> tuple[Case, ...]:
    """Return calls; no size of another one is one of the first, those of the try-out.

    ``c_0`` is how large c_0 is; with None, no states are given.
    """

    def case(T: int, B: int, I: int, H: int, special: str = "", c_0: float | None = 1) -> Case:  # noqa: E741
        random = randoms(10 * T + B)
        inputs = {"x": random(T, B, I)}
        inputs |= {"h_0": random(B, H), "c_0": random(B, H) * (c_0 or 0)}
        if c_0 is None:
            inputs |= {"h_0": None, "c_0": None}
        inputs |= {"weight_ih": random(4 * H, I), "weight_hh": random(4 * H, H)}
        inputs |= {name: random(4 * H) for name in ("bias_ih", "bias_hh")}
        sizes = {"T": T, "B": B, "I": I, "H": H}
        label = f"T={T}, B={B}, I={I}, H={H}"
        label += ", no states" if c_0 is None else ", large c_0" * (c_0 > 1)
        return Case(inputs, sizes, label, special)

    none = (
        "Without states, `h_0` and `c_0` are None. Step 0 then starts from zeros, (B, H); each "
        "later step starts from what the one before it made."
    )
    large = (
        "The memories that come in are as large as 100 here, and those that are made of them are "
        "large as well: c has no bounds."
    )
    return (
        case(6, 2, 3, 5),
        case(4, 7, 8, 9),
        case(4, 8, 7, 9, large, c_0=50),
        case(8, 7, 4, 9, none, c_0=None),
        case(1, 2, 3, 5, "There is one word only: T = 1."),
        case(6, 1, 3, 5, "There is one sentence only: B = 1."),
        case(6, 2, 1, 5, "A word is one number: I = 1."),
        case(6, 2, 3, 1, "There is one unit only: H = 1."),
        case(6, 1, 3, 5, "There is one sentence, and no states.", c_0=None),
    )
