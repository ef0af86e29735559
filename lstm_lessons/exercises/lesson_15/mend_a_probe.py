"""15.4: a probe with three faults: no bias, tested where it was fitted, a control of one half."""

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import ANumber
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(N: int, M: int, H: int, rare: float, special: str = "", shift: float = 0.2) -> Case:
        random = randoms(10 * N + M)

        def drawn(count: int, shift: float) -> tuple[torch.Tensor, torch.Tensor]:
            states = random(count, H) + 0.4
            noise = 0.8 * random(count)
            return states, (states[:, 0] + noise > rare + shift).double()

        states, wanted = drawn(N, 0.0)
        other_states, other_wanted = drawn(M, shift)
        inputs = {"states": states, "wanted": wanted}
        inputs |= {"other_states": other_states, "other_wanted": other_wanted}
        return Case(inputs, {"N": N, "M": M, "H": H}, special=special)

    return (
        case(37, 53, 3, 1.0),
        case(60, 45, 5, 1.4),
        case(50, 81, 4, -0.7, "Here the commoner answer is yes."),
        case(40, 61, 2, -1.2, "Here the commoner answer is yes."),
        case(30, 47, 1, 1.1, "There is one unit only: H = 1."),
        case(52, 63, 3, -0.3, "The answer that is commoner on the lines to fit to is the rarer one "
             "on the others.", shift=1.6),
        case(70, 1, 2, 0.9, "There is one other character only."),
    )  # fmt: skip


_TABLE, _OTHER = "torch.cat((states, ones), dim=1)", "torch.cat((other_states, other_ones), dim=1)"
_FIT = "torch.linalg.lstsq(table, wanted[:, None])"
_SAYS, _TRUTH, _CONTROL = "other_table @ weights", "other_wanted > 0.5", "max(yes, 1 - yes)"

_SIGNS = "torch.linalg.lstsq(table, 2 * wanted[:, None] - 1)"
_YES, _FROM_0 = "(other_table @ weights)[:, 0] > 0.5", "(other_table @ weights)[:, 0] > 0"

_NO_BIAS = {_TABLE: "states", _OTHER: "other_states"}
_SAME_LINES = {_SAYS: "table @ weights", _TRUTH: "wanted > 0.5"}
_HALF = "always saying the commoner one of the two answers is right more often than that"

_SLIPS = (
    together("no bias", "Your probe has no bias: it can only say 0 where all states are 0. Put a "
             "column of ones beside the states, in the fit and in the test.", _NO_BIAS),
    together("tested where it was fitted", "You count the right answers on the lines that the "
             "probe was fitted to. Count them on the others, which had no say in it.",
             _SAME_LINES),
    place(
        _CONTROL,
        ("one half for the control", f"You subtract one half. Unless yes and no are equally "
         f"common, {_HALF}.", "0.5"),
        ("no control", "You subtract nothing. Asked for is what the probe gives *more* than always "
         "the same answer.", "0"),
        ("always no", "You subtract the share of no. Where yes is commoner, the better constant "
         "answer is yes.", "(1 - yes)"),
        ("always yes", "You subtract the share of yes. Where no is commoner, the better constant "
         "answer is no.", "yes"),
        ("commoner in the fitted lines", "You subtract the share of the answer that is commoner "
         "on the lines to fit to. Take the one that is commoner on the *other* lines.",
         "(yes if wanted.mean() > 0.5 else 1 - yes)"),
        ("the rarer answer", "You subtract the share of the *rarer* answer.", "min(yes, 1 - yes)"),
    ),
    place(
        "other_wanted.mean()",
        alone=(("control from the fitted lines", "You take the share of yes from the lines that "
                "the probe was fitted to. The probe is tested on the others, and so is what it is "
                "compared with.", "wanted.mean()"),),
    ),
    together("share of the fitted lines", "You subtract the share of one answer on the lines that "
             "the probe was fitted to. Take off what the *commoner* answer has on the lines that "
             "it is tested on.",
             {_CONTROL: "wanted.mean()"}, {_CONTROL: "(1 - wanted.mean())"}, paired=False),
    together("fitted to the other lines", "You fit the probe to the lines that it is tested on. "
             "They must have no say in it.",
             {_FIT: f"torch.linalg.lstsq({_OTHER}, other_wanted[:, None])"}, paired=False),
    together("all three faults left", "All three faults are still there: the probe has no bias, it "
             f"is tested on the lines that it was fitted to, and one half is subtracted, though "
             f"{_HALF}.", {**_NO_BIAS, **_SAME_LINES, _CONTROL: "0.5"}, paired=False),
    together("own mean of the others", "You take from the other states their own mean. What was "
             "taken from the states in the fit is to be taken from these as well.",
             {_TABLE: "torch.cat((states - states.mean(dim=0), ones), dim=1)",
              _OTHER: "torch.cat((other_states - other_states.mean(dim=0), other_ones), dim=1)"},
             paired=False),
    together("yes from one half on", "You fit the probe to 1 and −1, and say yes where it gives "
             "more than 0.5. The middle of 1 and −1 is 0.", {_FIT: _SIGNS}, paired=False),
    together("fitted to signs without a bias", "You fit the probe to 1 and −1, and it has no bias: "
             "it can only give 0 where all states are 0. Put a column of ones beside the states, "
             "in the fit and in the test.",
             {**_NO_BIAS, _FIT: _SIGNS, _YES: _FROM_0}, {**_NO_BIAS, _FIT: _SIGNS}, paired=False),
    together("yes from 0 on", "You say yes where the probe gives more than 0. It was fitted to 0 "
             "and 1, so the middle is 0.5.",
             {_YES: _FROM_0},
             paired=False),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "15.4",
    cases=_cases,
    returns=ANumber(),
    slips=_SLIPS,
    axes={"states": ("character", "unit"), "other_states": ("character", "unit")},
    constants=("states", "wanted", "other_states", "other_wanted"),
    praise="A share says little before the share of a constant answer has been taken off. The same "
    "probe on an untrained layer is the other half of the control.",
)
