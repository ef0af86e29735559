"""10.2: the way back of a plain RNN, with a wrong sign and with a gradient thrown away."""

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, H: int, special: str = "") -> Case:
        random = randoms(100 * T + 10 * B + H)
        output = torch.tanh(random(T, B, H))
        inputs = {"d_output": random(T, B, H), "output": output, "weight_hh": random(H, H)}
        return Case(inputs, {"T": T, "B": B, "H": H}, special=special)

    return (
        case(4, 2, 3),
        case(5, 4, 2),
        case(1, 2, 3, "There is one step only: T = 1."),
        case(4, 1, 3, "There is one sentence only: B = 1. Its axis stays, 1 long."),
        case(4, 3, 1, "There is one unit only: H = 1. Its axis stays, 1 long."),
    )


_MEET, _SLOPE, _BACK = "d_h + d_output[t]", "(1 - output[t] ** 2)", "dz_t @ weight_hh"
_ORDER, _TURN = "reversed(range(len(output)))", "dz.reverse()"
_SLIPS = (
    together("nothing mended", "Both mistakes are still there: a wrong sign in one line, and in "
             "another one a gradient that is thrown away.",
             {_MEET: "d_output[t]", _SLOPE: "(1 + output[t] ** 2)"}, paired=False),
    place(
        _MEET,
        ("what the next step hands back is thrown away", "`d_h` at the head of the loop is what "
         "the next step has handed back, and your line throws it away. A state goes two ways, into "
         "the output and into the next step; what comes back adds up.", "d_output[t]"),
        ("what the output hands back is thrown away", "The gradient of the output is left out. A "
         "state goes two ways, into the output and into the next step; what comes back adds up.",
         "d_h"),
        ("a minus where the two ways meet", "There is a minus where the two ways of a state meet. "
         "What comes back adds up.", "d_h - d_output[t]"),
        ("what the next step hands back is subtracted", "What the next step has handed back is "
         "subtracted. What comes back adds up.", "d_output[t] - d_h"),
        ("another step's output", "You add the gradient of another step's output. The state of "
         "step t is the output of step t.", "d_h + d_output[t - 1]"),
    ),
    place(
        _SLOPE,
        ("a plus in the slope", "There is a plus in the slope of tanh. tanh is steepest at 0, "
         "where its slope is 1, and gets flatter to both sides.", "(1 + output[t] ** 2)"),
        ("the slope turned round", "The slope of tanh has its sign turned round. tanh rises "
         "everywhere, so its slope is never below 0.", "(output[t] ** 2 - 1)"),
        ("the sign at another place", "Your slope of tanh is −1 − h², which is below 0 everywhere. "
         "tanh rises everywhere, so its slope is never below 0.", "-(1 + output[t] ** 2)"),
        ("all of it squared", "The slope of tanh is 1 minus its squared value. You square all of "
         "1 − h.", "(1 - output[t]) ** 2"),
        ("not squared", "The slope of tanh is 1 minus its value *squared*.", "(1 - output[t])"),
        ("the slope of the sigmoid", "You take the slope of the sigmoid. A plain RNN squeezes with "
         "tanh.", "(output[t] * (1 - output[t]))"),
        ("no slope", "The slope of tanh is missing: dz is the gradient of the sum, and tanh lies "
         "between it and h.", "1"),
        ("tanh twice", "You take tanh of the output once more. The output is what tanh has made "
         "already.", "(1 - torch.tanh(output[t]) ** 2)"),
    ),
    place(
        _BACK,
        ("weight_hh turned round", "`weight_hh` is turned round. Forward, z was made with "
         "`h @ weight_hh.T`; on the way back the matrix is used as it is.", "dz_t @ weight_hh.T"),
        ("d_h kept and added", "You keep the `d_h` of this step, and add to it what goes to the "
         "step before. Only `dz_t @ weight_hh` is handed back.", "d_h + dz_t @ weight_hh"),
        ("past the slope", "What is handed back to the step before is `d_h` times the matrix, past "
         "the slope of tanh. It has to begin at dz.", "d_h @ weight_hh"),
        ("no matrix", "What is handed back to the step before does not go through `weight_hh`.",
         "dz_t"),
    ),
    place(
        _ORDER,
        ("the first step first", "You begin at step 0. The way back begins at the last step.",
         "range(len(output))"),
    ),
    place(
        _TURN,
        ("dz in the order of the way back", "`dz` stands in the order in which it was found, the "
         "last step first. It should begin with step 0.", "pass"),
    ),
    together("the first step first, and dz as found", "You begin at step 0. The way back begins at "
             "the last step.", {_ORDER: "range(len(output))", _TURN: "pass"}, paired=False),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "10.2",
    cases=_cases,
    returns=SeveralTensors(
        ("dz", "d_h"),
        axes={"dz": ("step", "sentence", "unit"), "d_h": ("sentence", "unit")},
    ),
    slips=_SLIPS,
    axes={"d_output": ("step", "sentence", "unit"), "output": ("step", "sentence", "unit")},
    constants=("d_output", "output", "weight_hh"),
    made_in_order=("dz", "d_h"),
    praise="Both are mended. A wrong sign in a slope raises no error: the network trains badly, or "
    "not at all, and nothing says why.",
)
