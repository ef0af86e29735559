"""The calls in which 03.1 and 03.2 are tried."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.inputs import randoms


def cases() -> tuple[Case, ...]:
    """Return calls in which all sizes differ, also from 4, and the degenerate ones.

    No size of another call is one of the first, but for the same symbol. ``large`` is what is large
    in a call, if anything.
    """

    def case(B: int, I: int, H: int, special: str = "", large: str = "") -> Case:  # noqa: E741
        random = randoms(10 * B + I)
        inputs = {"x": random(B, I), "h": random(B, H), "c": random(B, H)}
        inputs |= {"weight_ih": random(4 * H, I), "weight_hh": random(4 * H, H)}
        inputs |= {name: random(4 * H) for name in ("bias_ih", "bias_hh")}
        inputs["c"] *= 120 if large == "c" else 1
        inputs["bias_ih"] += 1000 if large == "z" else 0
        label = f"B={B}, I={I}, H={H}" + f", large {large}" * bool(large)
        return Case(inputs, {"B": B, "I": I, "H": H}, label, special)

    memories = "The memories that come in are as large as 296 here: c has no bounds."
    sums = (
        "The sums in z are about 1000 here. `torch.exp` of such a number is inf, and inf / inf is "
        "nan; `torch.sigmoid` and `torch.tanh` take any number."
    )
    return (
        case(2, 3, 5),
        case(6, 7, 8),
        case(1, 3, 5, "There is one sentence only: B = 1."),
        case(2, 1, 5, "A word is one number: I = 1."),
        case(2, 3, 1, "There is one unit only: H = 1."),
        case(8, 6, 7, memories, large="c"),
        case(7, 8, 6, sums, large="z"),
    )
