"""07.2: slot t may depend on all values up to t, and on nothing that comes after."""

import torch
from torch import Tensor, nn

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import random_layer, randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import other, place


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, I: int, H: int, L: int, special: str = "") -> Case:  # noqa: E741
        random = randoms(T + L)
        lstm = random_layer(random, I, H, L, scale=0.5, bidirectional=True)
        sizes = {"T": T, "B": B, "I": I, "H": H, "L": L}
        return Case({"lstm": lstm, "x": random(T, B, I)}, sizes, special=special)

    return (
        case(5, 3, 2, 4, 1),
        case(
            4, 2, 3, 5, 2,
            "With two layers, both passes of layer 1 read *both* halves of layer 0, so the forward "
            "half leaks too.",
        ),
        case(1, 3, 2, 4, 1, "There is one value only: T = 1."),
        case(5, 1, 2, 4, 1, "There is one sample only. The axis of the batch stays, 1 long."),
        case(4, 3, 1, 2, 1, "Each value is one number: I = 1."),
        case(4, 3, 2, 1, 1, "Each half is one number: H = 1."),
    )  # fmt: skip


def _handed_on(keep: int):  # noqa: ANN202
    """Return the slots of a run value by value, with the states handed on, or one of them dropped."""

    def function(lstm: nn.LSTM, x: Tensor) -> Tensor:
        slots, states = [], None
        for x_t in x:
            output, states = lstm(x_t[None], states)
            slots.append(output[0])
            kept = torch.tensor([1, keep] * lstm.num_layers)[:, None, None]
            states = tuple(state * kept for state in states)
        return torch.stack(slots)

    return function


def _forward_of_one_run(lstm: nn.LSTM, x: Tensor) -> Tensor:
    alone = torch.cat([lstm(x_t[None])[0] for x_t in x])
    return torch.cat([lstm(x)[0][..., : lstm.hidden_size], alone[..., lstm.hidden_size :]], dim=-1)


def _untouched(lstm: nn.LSTM, x: Tensor) -> Tensor:
    return lstm(x)[0]


_SLIPS = (
    place(
        "lstm(x[: t + 1])",
        ("all of x", "The layer reads all of x in each call, so the reverse half of slot t has read "
         "what comes after t.", "lstm(x)"),
        ("each value alone", "You show the layer value t alone: it knows no past.", "lstm(x[t : t + 1])"),
        ("from t on", "You let the layer read from t *on*: all of the future, none of the past.",
         "lstm(x[t:])"),
        ("one value too many", "Your layer reads one value too many: a leak of one step. `x[:t + 1]` "
         "holds the values 0 to t.", "lstm(x[: t + 2])"),
        ("one value late", "A slice `x[:t]` stops before t. At time t, value t is known.",
         "lstm(x[: max(t, 1)])", "lstm(x[:t])"),
        ("zeros for the future", "You put zeros in place of the future. A zero is a value as well: the "
         "reverse pass reads it.", "lstm(torch.cat([x[: t + 1], 0 * x[t + 1 :]]))"),
        ("shifted by a step", "You shift by one step, and the layer still reads a whole series in one "
         "call.", "lstm(x.roll(1, 0))", "lstm(torch.cat([0 * x[:1], x[:-1]]))"),
        ("time on the second axis", "You cut axis 1 of x. Time is axis 0 here, not axis 1 as in 07.1.",
         "lstm(x[:, : t + 1])"),
    ),
    place(
        "output[-1]",
        ("the first slot", "You take slot 0. What the layer says of value t is in the last slot.",
         "output[0]"),
        ("the slot before the last", "You take the slot before the last of the output.", "output[t - 1]"),
        ("the forward half twice", "Both halves of your slots are the forward one. When the series ends "
         "at t, the reverse pass has made one step.", "torch.cat([output[-1].chunk(2, -1)[0]] * 2, -1)"),
        ("the forward half alone", "You keep the forward half alone; 2H numbers are asked for.",
         "output[-1].chunk(2, -1)[0]"),
        ("the reverse half set to zero", "You put zeros into the reverse half. In real use it is not "
         "zero: its pass begins at t.",
         "torch.cat([output[-1].chunk(2, -1)[0], 0 * output[-1].chunk(2, -1)[1]], -1)"),
        ("whole outputs", "You put whole outputs together. Take one slot of each call.", "output"),
        ("a slot on the second axis", "You take a slot on axis 1 of the output. Time is axis 0 here.",
         "output[:, -1]", "output[:, 0]", "output[:, t]"),
        also_right=("output[t]",),
    ),
    place(
        "torch.stack(slots)",
        ("joined, not stacked", "`torch.cat` makes no axis for time; `torch.stack` does.",
         "torch.cat(slots)"),
        ("time behind the batch", "Time has left axis 0: `torch.stack` without `dim` puts it there.",
         "torch.stack(slots, 1)", "torch.stack(slots, 2)"),
    ),
    place(
        "range(len(x))",
        ("a slot for each sample", "You have as many slots as there are samples. Time is axis 0 of x.",
         "range(x.shape[1])"),
    ),
)  # fmt: skip

_OTHERS = (
    other("nothing mended", "This does what the leaking one does: one call reads the whole series.",
          _untouched),
    other("states handed on", "You read one value at a time and hand the states on. But the reverse "
          "pass begins anew at t: handed on, it has a state from the values before t.", _handed_on(1)),
    other("right with one layer", "With one layer this is right. With two, both passes of layer 1 read "
          "*both* halves of layer 0, as they are when the series ends at t.",
          _handed_on(0), _forward_of_one_run),
    other("flipped", "You flip the series and flip the output back. Then the *forward* half reads the "
          "future.", lambda lstm, x: lstm(x.flip(0))[0].flip(0)),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "07.2",
    cases=_cases,
    returns=OneTensor(("result",), axes=("step", "sample", "number")),
    slips=_SLIPS,
    others=_OTHERS,
    axes={"x": ("step", "sample", "value")},
    praise="At each t the layer reads the series as it is known then.",
)
