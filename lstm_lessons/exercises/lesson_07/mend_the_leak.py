"""07.2: slot t may depend on all values up to t, and on nothing that comes after."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import random_layer, randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import other, place, together


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, I: int, H: int, L: int, special: str = "", keeps: int = 0) -> Case:  # noqa: E741
        random = randoms(T + L)
        lstm = random_layer(random, I, H, L, scale=0.5, bidirectional=True)
        with torch.no_grad():
            lstm.get_parameter("bias_ih_l0")[H : 2 * H] += keeps
        sizes = {"T": T, "B": B, "I": I, "H": H, "L": L}
        return Case({"lstm": lstm, "x": random(T, B, I)}, sizes, special=special)

    return (
        case(5, 3, 2, 4, 1),
        case(
            4, 2, 3, 5, 2,
            "Here there are two layers. What does layer 1 read, in both of its passes?",
        ),
        case(1, 3, 2, 4, 1, "Here there is one value only: T = 1."),
        case(5, 1, 2, 4, 1, "Here there is one sample only. The axis of the batch stays, 1 long."),
        case(4, 3, 1, 2, 1, "Here each value is one number: I = 1."),
        case(4, 3, 2, 1, 1, "Here each half is one number: H = 1."),
        case(
            12, 1, 3, 4, 1,
            "This series is longer, and its layer forgets little. Slot t may depend on *all* "
            "values up to t.", keeps=2,
        ),
    )  # fmt: skip


def _handed_on(keep: int) -> Callable:
    """Return the slots of a run value by value; the reverse pass's states are kept or dropped."""

    def function(lstm: nn.LSTM, x: Tensor) -> Tensor:
        slots, states = [], None
        for x_t in x:
            output, states = lstm(x_t[None], states)
            slots.append(output[0])
            kept = torch.tensor([1, keep] * lstm.num_layers)[:, None, None]
            states = tuple(state * kept for state in states)
        return torch.stack(slots)

    return function


def _window(length: int) -> Callable:
    """Return the slots of a layer that is shown the last ``length`` values at each step."""
    return lambda lstm, x: torch.stack(
        [lstm(x[max(0, end - length) : end])[0][-1] for end in range(1, len(x) + 1)]
    )


def _of_one_run(*parts: Callable) -> Callable:
    """Return halves side by side, each made of the two halves of one run over all of x."""
    return lambda lstm, x: torch.cat([part(*lstm(x)[0].chunk(2, -1)) for part in parts], dim=-1)


def _forward_of_one_run(lstm: nn.LSTM, x: Tensor) -> Tensor:
    alone = torch.cat([lstm(x_t[None])[0] for x_t in x])
    return torch.cat([lstm(x)[0][..., : lstm.hidden_size], alone[..., lstm.hidden_size :]], dim=-1)


def _switched_to_one(lstm: nn.LSTM, x: Tensor) -> Tensor:
    lstm.bidirectional = False
    return lstm(x)[0]


_READ, _SLOT = "lstm(x[: t + 1])", "output[-1]"
_SHIFTED = (
    "shifted by a step",
    "You shift by one step, and the layer still reads a whole series in one call. The reverse half "
    "of a slot has read what comes after it, wherever you move the slot.",
)

_SLIPS = (
    place(
        _READ,
        ("all of x", "The layer reads all of x in one call, as in the leaking function: slot t "
         "knows what comes after t.", "lstm(x)"),
        ("each value alone", "You show the layer value t alone, so it knows no past. At time t, it "
         "may read all values up to t.", "lstm(x[t : t + 1])"),
        ("one value too many", "Your layer reads one value too many at each step: a leak of one "
         "step. `x[:t + 1]` holds the values 0 to t.", "lstm(x[: t + 2])"),
        ("one value late", "You are one value late: a slice `x[:t]` stops before t, so value t "
         "itself is not read. At time t it is known.", "lstm(x[: max(t, 1)])"),
        ("zeros for the future", "You put zeros in place of the future. A zero is a value as well: "
         "the reverse pass reads it, and comes to t with another state than if the series ended "
         "there.", "lstm(torch.cat([x[: t + 1], 0 * x[t + 1 :]]))"),
        ("time on the second axis", "You cut axis 1 of x. Time is axis 0 here, not axis 1 as in "
         "07.1.", "lstm(x[:, : t + 1])"),
        alone=(
            (*_SHIFTED, "lstm(x.roll(1, 0))", "lstm(torch.cat([0 * x[:1], x[:-1]]))"),
            ("an empty slice", "In one of your calls there is nothing to read, and the layer wants "
             "one step at least. Wanted are the values 0 to t. Where does your slice begin, and "
             "before which value does it stop? (`x[:t]` is empty at t = 0. So is `x[t - 1:t + 1]`: "
             "it begins at −1, which counts from the end.)", "lstm(x[:t])",
             "lstm(x[t - 1 : t + 1])", "lstm(x[t + 1 :])"),
        ),
    ),
    place(
        _SLOT,
        ("the first slot", "You take slot 0 of each output. What the layer says of value t is in "
         "slot t.", "output[0]"),
        ("the slot before", "You take slot t − 1. What the layer says of value t is in slot t.",
         "output[t - 1]"),
        ("both passes at their end", "Your reverse half is that of a pass that has read all that "
         "the layer reads, as it stands in `output[0]` and in h_n. Wanted is slot t: when the "
         "series ends at t, that pass has made one step there.",
         "torch.cat([output[-1].chunk(2, -1)[0], output[0].chunk(2, -1)[1]], -1)"),
        ("whole outputs", "You put whole outputs together. The first call gives one slot, the next "
         "one two, and so on. Take one slot of each call: which one is that of value t?", "output"),
        ("a slot on the second axis", "You take a slot on axis 1 of the output. Time is axis 0 "
         "here, not axis 1 as in 07.1.", "output[:, -1]", "output[:, 0]", "output[:, t]"),
        also_right=("output[t]",),
    ),
    place(
        "torch.stack(slots)",
        ("joined, not stacked", "Your slots are joined along an axis that they have already. "
         "`torch.stack` makes the axis for time; `torch.cat` makes none.", "torch.cat(slots)"),
        ("time behind the batch", "Time has left its place: it should be axis 0. Without `dim`, "
         "`torch.stack` puts its new axis in front.", "torch.stack(slots, 1)",
         "torch.stack(slots, 2)"),
    ),
    place(
        "range(len(x))",
        ("a slot for each sample", "You have as many slots as there are samples. Asked for is one "
         "for each value of a series: time is axis 0 of `x`.", "range(x.shape[1])"),
    ),
    together("from t on", "You let the layer read from t *on*: that is all of the future and none "
             "of the past.",
             {_READ: "lstm(x[t:])"}, {_READ: "lstm(x[t:])", _SLOT: "output[0]"}),
)  # fmt: skip

_OTHERS = (
    other("states handed on", "You read one value at a time and hand the states on. A forward pass "
          "can go on like that. But the reverse pass begins anew at t: handed on, it has a state "
          "from the values before t, which it should read only *after* t.", _handed_on(1)),
    other("right with one layer", "With two layers it is wrong. With one it is right: the forward "
          "half reads the past alone, and the reverse half of slot t has made one step. But layer "
          "1 reads *both* halves of layer 0 in all slots up to t. And these reverse halves begin "
          "at t, where the series ends.", _handed_on(0), _forward_of_one_run),
    other("a window", "You show the layer a window of the last values. Slot t is what the layer "
          "shows when it has read *all* values up to t.", *map(_window, (2, 3, 4, 5, 8, 10))),
    other("the reverse half set to zero", "You put zeros into the reverse half. With one layer "
          "that stops the leak, but in real use the reverse half is not zero: its pass begins at "
          "t, and has made one step there. And with two layers, the forward half leaks still.",
          _of_one_run(lambda f, r: f, lambda f, r: 0 * r)),
    other("the forward half alone", "You keep the forward half alone. With one layer that stops "
          "the leak, but 2H numbers are asked for; and with two layers, the forward half has read "
          "layer 0's reverse half.", _of_one_run(lambda f, r: f)),
    other("the forward half twice", "Both halves of your slots are the forward one. The other H "
          "numbers are the reverse half: when the series ends at t, that pass has made one step in "
          "slot t.", _of_one_run(lambda f, r: f, lambda f, r: f)),
    other(*_SHIFTED, lambda lstm, x: lstm(x)[0].roll(1, 0),
          lambda lstm, x: torch.cat([0 * lstm(x)[0][:1], lstm(x)[0][:-1]])),
    other("flipped", "You flip the series and flip the output back. Then the *forward* half reads "
          "the future.", lambda lstm, x: lstm(x.flip(0))[0].flip(0)),
    other("switched to one direction", "You switch the layer to one direction. It is made for two, "
          "with weights for both, and should stay as it is. Let it read no more than is known at "
          "t.", _switched_to_one),
    other("whole series", "Time is axis 0 here, not axis 1 as in 07.1. You put whole series "
          "together, one for a *sample*, and the layer has read each to its end.",
          lambda lstm, x: lstm(x)[0].transpose(0, 1)),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "07.2",
    cases=_cases,
    returns=OneTensor(("result",), axes=("step", "sample", "number")),
    slips=_SLIPS,
    others=_OTHERS,
    axes={"x": ("step", "sample", "value")},
    praise="Slot t now depends on the values up to t alone, with any number of layers. It is what "
    "the layer will say in real use, so an error measured on it can be believed.",
)
