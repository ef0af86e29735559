"""20.1: an sLSTM's memory whose stabiliser fails with large numbers."""

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(
        T: int,
        H: int,
        jumps: tuple[float, ...],
        special: str = "",
        falls: tuple[float, ...] = (0.0,),
    ) -> Case:
        random = randoms(10 * T + H)
        jump = torch.tensor([jumps[t % len(jumps)] for t in range(T)]).double()
        fall = torch.tensor([falls[t % len(falls)] for t in range(T)]).double()
        inputs = {
            "z_i": random(T, H) + jump[:, None],
            "z_f": random(T, H) + fall[:, None],
            "g": random(T, H),
        }
        return Case(inputs, {"T": T, "H": H}, special=special)

    forgets = "At every other step z_i is near −2,000 and z_f near −3,000."
    return (
        case(7, 3, (-2000.0, 900.0, 0.0, 900.0, -900.0, 901.0, 0.0)),
        case(9, 4, (0.0,), "All numbers are small here."),
        case(4, 2, (2000.0,), "All of z_i are near 2,000."),
        case(5, 3, (-2000.0,), "All of z_i are near −2,000."),
        case(6, 2, (0.0, -2000.0), forgets, (0.0, -3000.0)),
        case(1, 3, (0.0,), "There is one step only: T = 1. Its axis stays, 1 long."),
        case(1, 2, (-1e30,), "All of z_i are near −10^30."),
        case(6, 1, (0.0, 900.0), "There is one unit only: H = 1. Its axis stays, 1 long."),
    )


_START, _MAX = "torch.full_like(g[0], -torch.inf)", "torch.maximum(log_f + m, z_i[t])"
_ZEROS, _LOW = "torch.zeros_like(g[0])", "torch.full_like(g[0], -1e9)"
_SHOWN, _BEGIN = "seen.append(c / n)", "    c = n = torch.zeros_like(g[0])"
_AT_0 = "m begins at a number that is not low enough for every z_i. If the first z_i is far " \
    "below it, i and n become 0"  # fmt: skip
_NO_M = "The old m is missing where the larger number is taken. If z_i falls from 900 to 0, f " \
    "becomes infinity"  # fmt: skip

_SLIPS = (
    together("m from 0", f"{_AT_0}, and 0 / 0 is `nan`.", {_START: _ZEROS}, {_START: _LOW},
             paired=False),
    together("nan covered", f"{_AT_0}. You then show 0 in the place of 0 / 0. Yet one value is "
             "stored there, and c / n should be that value.",
             {_START: _ZEROS, _SHOWN: "seen.append((c / n).nan_to_num())"},
             {_START: _ZEROS, _SHOWN: "seen.append(c / (n + 1e-6))"},
             {_START: _ZEROS, _SHOWN: "seen.append(c / (n + 1e-8))"},
             {_START: _ZEROS, _SHOWN: "seen.append(c / n.clamp(min=1))"},
             {_START: _LOW, _SHOWN: "seen.append((c / n).nan_to_num())"},
             paired=False),
    together("added to n", "You add a small number to n, and all results come out too small. With "
             "the stabiliser n is never below 1, so it needs no such help.",
             *({_SHOWN: f"seen.append(c / (n + {small}))"} for small in (
                 "1e-3", "1e-4", "1e-5", "1e-6", "1e-7", "1e-8", "1e-9")),
             paired=False),
    together("z_i cut off", "You cut z_i off at a limit. Beyond it, two z_i that differ weigh the "
             "same.",
             *({_BEGIN: f"    z_i = z_i.clamp(-{limit}, {limit})\n{_BEGIN}"} for limit in (
                 700, 30, 20, 10)), {_BEGIN: f"    z_i = z_i.clamp(max=700)\n{_BEGIN}"},
             paired=False),
    together("old m left out of the larger", f"{_NO_M}. If your m does not begin at minus "
             "infinity, mend that as well.",
             {_MAX: "torch.maximum(log_f, z_i[t])"},
             {_START: _ZEROS, _MAX: "torch.maximum(log_f, z_i[t])"},
             paired=False),
    together("f left out of the larger", "You take the larger one of z_i and the old m, without f. "
             "What is kept is multiplied by f, so the exponent to compare with z_i is "
             "`log_f + m`. If f is small and z_i falls, i, f and n all become 0.",
             {_MAX: "torch.maximum(m, z_i[t])"}, paired=False),
    together("m of z_i alone", "Your m is z_i of this step. If z_i falls from 900 to 0, f becomes "
             "infinity. Take the larger one of z_i and `log_f + m`.", {_MAX: "z_i[t]"},
             paired=False),
    together("the smaller one", "You take the smaller one of the two. The other exponential then "
             "becomes infinity.", {_MAX: "torch.minimum(log_f + m, z_i[t])"}, paired=False),
    place(
        "torch.exp(log_f + m - new_m)",
        ("f as it is", "Your f is the sigmoid itself. What is stored was divided by $e^m$ with the "
         "*old* m, so f has to change it over to the new one.", "torch.exp(log_f)"),
        ("old m left out of f", "The old m is missing in f. What is stored was divided by $e^m$ "
         "with the old m, and is to be divided by that of the new one.",
         "torch.exp(log_f - new_m)"),
    ),
    place(
        "f * n + i",
        ("n not forgotten", "n is not multiplied by f. c and n forget in the same way.", "n + i"),
        ("g in n", "You put g into n. n adds up the weights alone.", "f * n + i * g[t]"),
    ),
    place(
        "f * c + i * g[t]",
        ("c not forgotten", "c is not multiplied by f.", "c + i * g[t]"),
        ("g without i", "You add g without its weight i.", "f * c + g[t]"),
    ),
    together("c not divided", "You return c. What is shown is c / n.",
             {_SHOWN: "seen.append(c)"}, paired=False),
    together("the last step only", "You return c / n after the last step. Asked for is that of "
             "every step.", {"torch.stack(seen)": "seen[-1]"}, paired=False),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "20.1",
    cases=_cases,
    returns=OneTensor(("result",), axes=("step", "unit")),
    slips=_SLIPS,
    axes={name: ("step", "unit") for name in ("z_i", "z_f", "g")},
    praise="No exponential is larger than 1, and at each step one of the two is exactly 1.",
)
