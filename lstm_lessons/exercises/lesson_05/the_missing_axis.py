"""05.3: one number an hour for each patient, and the axis of length 1 that the layer wants."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import random_layer, randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(B: int, T: int, H: int, special: str = "") -> Case:
        random = randoms(T)
        inputs = {"x": random(B, T), "lstm": random_layer(random, 1, H, batch_first=True)}
        return Case(inputs, {"B": B, "T": T, "H": H}, special=special)

    one = "(`squeeze()` takes *every* axis of length 1, `squeeze(n)` axis n if it has length 1.)"
    return (
        case(3, 7, 5),
        case(6, 4, 2),
        case(
            1, 5, 3, f"Here there is one patient, so the axis of the patients has length 1. {one}"
        ),
        case(4, 1, 3, f"Here there is one hour, so the axis of time has length 1. {one}"),
        case(4, 6, 1, f"Here the state of a patient is one number: H = 1. {one}"),
        case(4, 4, 3, "Here there are as many hours as patients: no shape tells the axes apart."),
    )


_X, _PICK = "x[..., None]", "output[:, -1]"
_ROW, _TURNED, _MIXED = "x.reshape(-1, 1)", "x.T[..., None]", "x.reshape(x.shape[1], -1, 1)"

_SLIPS = (
    place(
        _PICK,
        ("c for h", "You return c_n, the cell state. The state that the layer shows is h.",
         "c_n[0]", "c_n"),
        alone=(
            ("one patient alone", "You take one patient of `output`, with all hours: (T, H). With "
             "`batch_first=True` axis 0 of `output` counts the patients. Which axis is time?",
             "output[-1]", "output[0]"),
            ("the first hour", "You take the state after hour 0, so it has read the first hour "
             "alone. The state after the last hour has read them all.", "output[:, 0]"),
            ("one unit alone", "You take one unit, after every hour: (B, T). The last axis of "
             "`output` counts the units. Which axis is time?", "output[..., -1]"),
            ("an index along the patients", "You count *patients* along the axis of time: `len(x)` "
             "and `x.shape[0]` are B. The last hour is T − 1, or −1.",
             "output[:, len(output) - 1]", "output[:, len(output)]"),
            ("all hours in one", "You put all hours together, as a mean, a sum or a maximum. The "
             "state after the last hour is wanted.", "output.mean(dim=1)", "output.sum(dim=1)",
             "output.amax(dim=1)"),
        ),
    ),
    together("one long row", "You lay all patients in one row, as one sequence. So the state runs "
             "on from patient to patient, and at the end there is one last state, not one for each "
             "patient.",
             {_X: _ROW}, {_X: _ROW, _PICK: "output[-1]"}, {_X: _ROW, _PICK: "output"},
             {_X: _ROW, _PICK: "h_n"}, {_X: _ROW, _PICK: "output.view(*x.shape, -1)[:, -1]"},
             {_X: "x.reshape(1, -1, 1)"}),
    together("x turned round", "You turn x round, but this layer has `batch_first=True`: it takes "
             "axis 0 for the batch. So it finds T samples, and its state goes from patient to "
             "patient.",
             {_X: _TURNED}, {_X: _TURNED, _PICK: "h_n"}, {_X: _TURNED, _PICK: "output[:, 0]"}),
    together("patients taken for steps", "Row b has read the patients 0 to b, in the last hour "
             "alone: the layer took the patients for steps. That happens where x goes in turned "
             "round (with `batch_first=True` axis 0 is the batch), and where it goes in with two "
             "axes, (B, 1), which are one sequence.",
             {_X: _TURNED, _PICK: "output[-1]"}, {_X: "x[:, -1:]", _PICK: "output"}),
    together("view for transpose", "You give x the shape (T, B, 1) with `view` or `reshape`. That "
             "moves no axis, it mixes hours of several patients; and this layer wants the batch "
             "first anyway.",
             {_X: _MIXED}, {_X: _MIXED, _PICK: "output[-1]"}),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "05.3",
    cases=_cases,
    returns=OneTensor(("result",), axes=("patient", "unit")),
    slips=_SLIPS,
    axes={"x": ("patient", "hour")},
    praise="One sequence for each patient, one number a step, and one row of h for each.",
)
