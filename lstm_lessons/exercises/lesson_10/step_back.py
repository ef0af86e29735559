"""10.1: the way back through the gates of one step; every wrong sign is a row."""

from collections.abc import Callable

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import compiled, other, place, together
from lstm_lessons.exercises.lesson_10 import slopes

_NAMES = ("d_h", "from_next", "i", "f", "g", "o", "c_before", "c")


def _cases() -> tuple[Case, ...]:
    def case(B: int, H: int, special: str = "") -> Case:
        random = randoms(10 * B + H)
        d_h, from_next, z_i, z_f, z_g, z_o, c_before = (random(B, H) for _ in range(7))
        i, f, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.sigmoid(z_o)
        g = torch.tanh(z_g)
        numbers = (d_h, from_next, i, f, g, o, c_before, f * c_before + i * g)
        return Case(dict(zip(_NAMES, numbers, strict=True)), {"B": B, "H": H}, special=special)

    return (
        case(2, 3),
        case(3, 5),
        case(1, 4, "There is one sentence only: B = 1. Its axis stays, 1 long."),
        case(3, 1, "There is one unit only: H = 1. Its axis stays, 1 long."),
    )


def _stranger(gate: str, slope: str) -> tuple[tuple[str, ...], ...]:
    """Return rows of what a gate was multiplied with."""
    in_dz = f"In `dz_{gate}`"
    return (
        (f"{gate} for itself", f"{in_dz}: {gate} was multiplied with {slope}. You take {gate} "
         "itself.", f"d_c * {gate}"),
        (f"nothing for {gate}", f"{in_dz} what {gate} was multiplied with is missing: {slope}.",
         "d_c"),
        (f"d_h for d_c in dz_{gate}", f"{in_dz} you begin at d_h. {gate} stands in the line for c, "
         "so begin at d_c.", f"d_h * {slope}"),
        (f"from_next for d_c in dz_{gate}", f"{in_dz} you begin at `from_next`. What comes to c "
         "through h is left out there: begin at d_c, which has both.", f"from_next * {slope}"),
    )  # fmt: skip


_ALL_OF_C = "from_next + d_h * o * (1 - tanh_c**2)"
_SLIPS = (
    place(
        "torch.tanh(c)",
        ("tanh of c_before", "You take tanh of c_before. h is made from the new c, which is given "
         "as `c`.", "torch.tanh(c_before)"),
    ),
    place(
        "d_h * tanh_c",
        ("c for tanh(c) in dz_o", "In `dz_o`: h is o · tanh(c), so o gets back d_h times tanh(c). "
         "You take c.", "d_h * c"),
        ("d_c for d_h in dz_o", "In `dz_o` you begin at d_c. o stands in the line for h: h is "
         "o · tanh(c), so begin at d_h.", "(from_next + d_h * o * (1 - tanh_c**2)) * tanh_c"),
        ("from_next for d_h in dz_o", "In `dz_o` you begin at `from_next`. o stands in the line "
         "for h: h is o · tanh(c), so begin at d_h.", "from_next * tanh_c"),
        alone=(("nothing for o", "In `dz_o` what o was multiplied with is missing: h is "
                "o · tanh(c).", "d_h"),),
    ),
    place(
        _ALL_OF_C,
        ("the next step forgotten", "What the next step hands back for c is left out. c acts in "
         "two ways, through h and through the next step; what comes back adds up.",
         "d_h * o * (1 - tanh_c**2)"),
        ("the way through h forgotten", "What comes back to c through h is left out. c acts in two "
         "ways, through h and through the next step; what comes back adds up.", "from_next"),
        ("the two ways subtracted", "There is a minus between the two ways of c. What comes back "
         "on two ways adds up.", "from_next - d_h * o * (1 - tanh_c**2)",
         "from_next + d_h * o * (tanh_c**2 - 1)"),
        ("a plus in the slope of tanh(c)", "On the way from h to c there is a plus where a minus "
         "belongs: the slope of tanh is 1 − tanh².", "from_next + d_h * o * (1 + tanh_c**2)"),
        ("o forgotten on the way to c", "On the way from h to c, o is missing: h is o · tanh(c).",
         "from_next + d_h * (1 - tanh_c**2)"),
        ("no slope of tanh(c)", "On the way from h to c, the slope of tanh is missing.",
         "from_next + d_h * o"),
        ("c squared in place of tanh(c)", "On the way from h to c, the slope of tanh is "
         "1 − tanh(c)². You square c itself.", "from_next + d_h * o * (1 - c**2)"),
        ("tanh(c) not squared", "On the way from h to c, the slope of tanh is 1 − tanh(c)². Yours "
         "is not squared.", "from_next + d_h * o * (1 - tanh_c)"),
    ),
    place(
        "d_c * c_before",
        ("the new c for f", "In `dz_f`: f was multiplied with the c *before* the step. You take "
         "the new one.", "d_c * c"),
        ("tanh(c) for f", "In `dz_f`: f was multiplied with the c before the step. You take "
         "tanh(c).", "d_c * tanh_c"),
        ("g for f", "In `dz_f`: f was multiplied with c_before, and g belongs to i.", "d_c * g"),
        alone=_stranger("f", "c_before"),
    ),
    together("i and g exchanged", "In `dz_i` and `dz_g` two gates have changed places: c is made "
             "with i · g, so i was multiplied with g, and g with i.",
             {"d_c * g": "d_c * i", "d_c * i": "d_c * g"}),
    place(
        "d_c * g",
        ("c before for i", "In `dz_i`: i was multiplied with g. You take c_before, which belongs "
         "to f.", "d_c * c_before"),
        alone=_stranger("i", "g"),
    ),
    place(
        "d_c * i",
        ("f for g", "In `dz_g`: g was multiplied with i. You take f.", "d_c * f"),
        ("o for g", "In `dz_g`: g was multiplied with i. You take o.", "d_c * o"),
        alone=_stranger("g", "i"),
    ),
    slopes.of_sigmoid("i"),
    slopes.of_sigmoid("f"),
    slopes.of_sigmoid("o"),
    slopes.of_tanh(),
    place(
        "(dz_i, dz_f, dz_g, dz_o)",
        ("g and o in another order", "The sums of g and o have changed places: PyTorch's order is "
         "i, f, g, o.", "(dz_i, dz_f, dz_o, dz_g)"),
        ("i and f in another order", "The sums of i and f have changed places: PyTorch's order is "
         "i, f, g, o.", "(dz_f, dz_i, dz_g, dz_o)"),
    ),
    place(
        "d_c * f",
        ("no f on the belt", "The second result is the gradient of the c *after* the step. One "
         "step further back along c, it is multiplied by f.", "d_c"),
        ("another gate on the belt", "The second result: c_before was multiplied by f. You take "
         "another gate.", "d_c * o"),
        ("from_next alone on the belt", "The second result begins at `from_next`. What comes to c "
         "through h is left out there: c_before gets back *all* that comes to c, times f.",
         "from_next * f"),
        alone=(("c_before for f", "The second result: c_before was multiplied by f, so f is the "
                "slope. You take c_before itself.", "d_c * c_before"),
               ("a slope on the belt", "The second result: from c to c_before the slope is f, and "
                "no squeezing lies between them.", "d_c * f * (1 - f)"),),
    ),
    together("f and c_before exchanged", "f and c_before have changed places, in `dz_f` and in the "
             "second result: c is made with f · c_before, so f was multiplied with c_before, and "
             "c_before with f.",
             {"d_c * c_before": "d_c * f", "d_c * f": "d_c * c_before"}),
    together("results exchanged", "The two results have changed places: dz first, then the "
             "gradient of c_before.", {"dz, d_c * f": "d_c * f, dz"}, paired=False),
    together("one under the other", "The four sums stand one under the other, (4B, H). Side by "
             "side is `dim=1`, which gives (B, 4H).", {"dim=1": "dim=0"}, paired=False),
)  # fmt: skip


def _c_not_whole(d_h, from_next, i, f, g, o, c_before, c):  # noqa: ANN001, ANN202
    parts = (
        from_next * g * i * (1 - i),
        from_next * c_before * f * (1 - f),
        from_next * i * (1 - g**2),
    )
    dz = torch.cat((*parts, d_h * torch.tanh(c) * o * (1 - o)), dim=1)
    return dz, (from_next + d_h * o * (1 - torch.tanh(c) ** 2)) * f


_INPUTS = ", ".join(_NAMES)


_REACH = "d_c * g, d_c * c_before, d_c * i, d_h * tanh_c"


def _with(line: str, slopes: str, reach: str = _REACH) -> Callable:
    """Return an answer from its first line, the slopes, and what each slope is multiplied by."""
    code = f"""
def step_back({_INPUTS}):
    {line}
    tanh_c = torch.tanh(c)
    d_c = from_next + d_h * o * (1 - tanh_c**2)
    reach = {reach}
    back = d_c * f
    slopes = {slopes}
    return torch.cat([r * s for r, s in zip(reach, slopes)], dim=1), back
"""
    return compiled(code, "step_back", {"torch": torch})


_RIGHT = "i * (1 - i), f * (1 - f), 1 - g**2, o * (1 - o)"
_I, _F, _O = (f"{gate} = torch.sigmoid({gate})" for gate in "ifo")
_G = "g = torch.tanh(g)"
_AGAIN = (_I, _G), (_G,), (_I,), (_I, _F, _O), (_I, _F, _G), (_I, _F, _G, _O)
_SQUEEZED = _RIGHT.translate({ord(gate): f"torch.sigmoid({gate})" for gate in "ifo"})
_OTHERS = (
    other(
        "the gates before c is whole",
        "i, f and g get their gradient from `from_next` alone. What comes to c through h has to be "
        "added *before* that.",
        _c_not_whole,
    ),
    other(
        "no slope at all",
        "Your dz is the gradient of the gates themselves. Their sums lie one arrow further back, "
        "behind the squeezing: in all four the slope of it is missing.",
        _with("", "1, 1, 1, 1"),
    ),
    other(
        "no slope of the sigmoid",
        "In `dz_i`, `dz_f` and `dz_o` you have the gradient of the gates themselves. Their sums "
        "lie one arrow further back, behind the sigmoid, and its slope is missing.",
        _with("", "1, 1, 1 - g**2, 1"),
    ),
    other(
        "half a slope of the sigmoid",
        "In `dz_i`, `dz_f` and `dz_o` the slope of the sigmoid has two factors, as i (1 − i). One "
        "of them is missing.",
        _with("", "1 - i, 1 - f, 1 - g**2, 1 - o"),
        _with("", "i, f, 1 - g**2, o"),
    ),
    other(
        "squeezed once more",
        "The gates come in squeezed already: i, f and o by the sigmoid, g by tanh. You squeeze "
        "gates once more.",
        *(_with("; ".join(lines), _RIGHT) for lines in _AGAIN),
        _with(
            "", _RIGHT, "d_c * torch.tanh(g), d_c * c_before, d_c * torch.sigmoid(i), d_h * tanh_c"
        ),
        _with("", _SQUEEZED),
        _with("", _SQUEEZED.replace("g**2", "torch.tanh(g) ** 2")),
    ),
)

EXERCISE = FunctionExercise(
    "10.1",
    cases=_cases,
    returns=SeveralTensors(
        ("dz", "d_c_before"),
        axes={"dz": ("sentence", "sum"), "d_c_before": ("sentence", "unit")},
        joined_by="torch.cat",
    ),
    slips=_SLIPS,
    others=_OTHERS,
    axes=dict.fromkeys(_NAMES, ("sentence", "unit")),
    constants=_NAMES,
    words={
        (
            "d_c_before",
        ): "dz is right, so all of d_c is too. Between c_before and c stands one gate.",
        ("dz",): "The gradient of c_before is right, so all of d_c is too. Look at the gates: what "
        "was each of them multiplied with, and which slope has its squeezing?",
    },
    made_in_order=("d_c_before", "dz"),
    praise="Every gradient of the gates, and the way along c. Autograd finds the same.",
)
