"""20.2: a matrix memory by the delta rule, which writes over what its key finds."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(T: int, D: int, V: int, special: str = "") -> Case:
        random = randoms(10 * T + D)
        inputs = {"q": random(T, D), "k": random(T, D) / D**0.5, "v": random(T, V)}
        return Case(inputs | {"i": random(T).sigmoid()}, {"T": T, "D": D, "V": V}, special=special)

    return (
        case(5, 3, 2),
        case(9, 4, 6),
        case(1, 3, 2, "There is one step only: T = 1. Its axis stays, 1 long."),
        case(6, 1, 3, "A key is one number: D = 1."),
        case(6, 3, 1, "A value is one number: V = 1. Its axis stays, 1 long."),
    )


_DIFFERENCE, _OUTER = "v[t] - C @ k[t]", "torch.outer(difference, k[t])"

_ALL_OF_IT = "i is for the whole difference"

_SLIPS = (
    together("i on the value alone", "You multiply the value alone by i, and take off all of what "
             f"the key finds. {_ALL_OF_IT}.",
             {_DIFFERENCE: "i[t] * v[t] - C @ k[t]", f"C + i[t] * {_OUTER}": f"C + {_OUTER}"},
             paired=False),
    together("i on what is found alone", "You multiply by i what the key finds, but not the value. "
             f"{_ALL_OF_IT}.",
             {_DIFFERENCE: "v[t] - i[t] * (C @ k[t])", f"C + i[t] * {_OUTER}": f"C + {_OUTER}"},
             paired=False),
    together("keys made 1 long", "You make each key 1 long. Take the keys as they come: the length "
             "of 1 is only when the old value is written over whole.",
             {"    seen = []": "    seen = []\n    k = k / k.norm(dim=1, keepdim=True)"},
             {"    seen = []": "    seen = []\n    k, q = F.normalize(k, dim=1), "
              "F.normalize(q, dim=1)"}, paired=False),
    place(
        _DIFFERENCE,
        ("nothing looked up", "You store v itself, and do not look up what the key finds now. "
         "Store the difference.", "v[t]"),
        ("looked up by the query", "You look up by the query. What is written over is what the "
         "*key* finds.", "v[t] - C @ q[t]"),
        ("added, not subtracted", "You add what the key finds to the value. Subtract it: only the "
         "difference is to be stored.", "v[t] + C @ k[t]"),
        ("the difference turned round", "Your difference is turned round: it is the value less "
         "what the key finds.", "C @ k[t] - v[t]"),
    ),
    place(
        f"C + i[t] * {_OUTER}",
        ("i left out", "You leave out i, which says how much is written.", f"C + {_OUTER}"),
        ("C forgotten", "Your C keeps nothing of what was there. The new pair is *added*.",
         f"i[t] * {_OUTER}"),
        ("C mixed", "You multiply C by 1 − i. Nothing is forgotten but what the key finds, and "
         "that stands in the difference.", f"(1 - i[t]) * C + i[t] * {_OUTER}"),
        ("stored under the query", "You store under the query. A pair is stored under its key.",
         "C + i[t] * torch.outer(difference, q[t])"),
    ),
    together("shown before it is written", "You show C q before you have written. What is shown "
             "at a step comes from the *new* C.",
             {"difference = v[t] - C @ k[t]": "seen.append(C @ q[t])\n        "
              "difference = v[t] - C @ k[t]", "        seen.append(C @ q[t])\n    return":
              "    return"}, paired=False),
    together("looked up by the key", "You show what the *key* finds. Asked for is C q.",
             {"seen.append(C @ q[t])": "seen.append(C @ k[t])"}, paired=False),
    together("the last step only", "You return what is shown at the last step. Asked for is that "
             "of every step.", {"torch.stack(seen)": "seen[-1]"}, paired=False),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "20.2",
    cases=_cases,
    returns=OneTensor(("shown",), axes=("step", "number")),
    slips=_SLIPS,
    axes={"q": ("step",), "k": ("step",), "v": ("step", "number"), "i": ("step",)},
    praise="Under a key of length 1 and with i = 1, the new value takes the place of the old.",
)
