"""18.3: one score a line, from its own last step, also for a batch of one line."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import random_layer, randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import other, place

_ONE_LINE = "With one line in the batch, the axis of the batch stays, 1 long."


def _cases() -> tuple[Case, ...]:
    def case(I: int, H: int, *lengths: int, special: str = "") -> Case:  # noqa: E741
        T, B = max(lengths), len(lengths)
        random = randoms(10 * B + T)
        head = nn.Linear(H, 1, dtype=torch.float64, device="cpu")
        with torch.no_grad():
            for parameter in head.parameters():
                parameter.copy_(random(*parameter.shape))
        lstm = random_layer(random, I, H, batch_first=True)
        x = random(B, T, I)
        for row, length in enumerate(lengths):
            x[row, length:] = 0
        inputs = {"lstm": lstm, "head": head, "x": x, "lengths": torch.tensor(lengths)}
        return Case(inputs, {"B": B, "T": T, "I": I, "H": H}, special=special)

    return (
        case(2, 3, 5, 2, 4, 1),
        case(3, 4, 2, 6, 3),
        case(2, 5, 4, special=_ONE_LINE),
        case(3, 4, 3, 3, special="Here both lines are equally long, and nothing is padding."),
        case(1, 3, 4, 2, 3, special="Here each step is one number: I is 1."),
        case(4, 1, 3, 1, special="Here there is one unit only: H is 1."),
        case(2, 4, 1, 1, 1, special="Here each line has one step: T is 1."),
    )


_PICK = "output[torch.arange(len(x)), lengths - 1]"
_PADDING = (
    "You take the last slot of the *block*. For a line that is shorter, the layer has read zeros "
    "up to there. The line's own last step is `lengths - 1`."
)
_SQUEEZE = (
    "`squeeze()` takes every axis of length 1, that of the batch as well. Name the axis that is to "
    f"go. {_ONE_LINE}"
)

_SLIPS = (
    place(
        _PICK,
        ("the padding read", _PADDING, "output[:, -1]", "output[:, x.shape[1] - 1]"),
        ("one step late", "You take step `lengths`, one behind the end: steps are counted from 0.",
         "output[torch.arange(len(x)), lengths % x.shape[1]]"),
        ("the first step", "You take the first step of each line. The score is asked for at its "
         "end.", "output[:, 0]"),
        ("one before the last", "You take the step before the last one. A line of length n has the "
         "steps 0 to n − 1.", "output[torch.arange(len(x)), (lengths - 2).clamp(min=0)]"),
        ("a mean with the padding", "You take the mean over all steps of the block, padding and "
         "all. Asked for is the state after the line's own last step.", "output.mean(dim=1)"),
        ("all pairs", "`output[:, lengths - 1]` takes *all* these slots of *every* line. Two lists "
         "of indices are read in pairs: give the lines as well.", "output[:, lengths - 1]"),
    ),
    place(
        "squeeze(-1)",
        also_right=("squeeze(1)", "flatten()", "view(-1)"),
        alone=(("the axis of the batch lost", _SQUEEZE, "squeeze()"),
               ("the wrong axis", "You squeeze axis 0, which counts the lines. The one that is to "
                "go is the last.", "squeeze(0)")),
    ),
    place(
        "head(last)",
        alone=(("a sigmoid", "You turn scores into shares. Asked for are the scores as the head "
                "gives them.", "head(last).sigmoid()"),),
    ),
)  # fmt: skip


def _unmended(lstm: nn.LSTM, head: nn.Linear, x: Tensor, lengths: Tensor) -> Tensor:
    return head(lstm(x)[0][:, -1]).squeeze()


def _line_0s_slot(lstm: nn.LSTM, head: nn.Linear, x: Tensor, lengths: Tensor) -> Tensor:
    return head(lstm(x)[0][:, lengths - 1])[:, 0, 0]


def _behind_the_end(lstm: nn.LSTM, head: nn.Linear, x: Tensor, lengths: Tensor) -> Tensor:
    return head(lstm(x)[0][torch.arange(len(x)), lengths]).squeeze(-1)


def _packed_time_first(lstm: nn.LSTM, head: nn.Linear, x: Tensor, lengths: Tensor) -> Tensor:
    packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
    return head(lstm(packed)[1][0][-1]).squeeze(-1)


_OTHERS = (
    other(
        "nothing mended",
        f"{_PADDING} And `squeeze()` takes every axis of length 1, that of the batch as well, "
        "where there is one line.",
        _unmended,
    ),
    other(
        "the slot of line 0 for all",
        "Every line is read in one and the same slot, the one in which line 0 ends. "
        "`output[:, lengths - 1]` takes *all* these slots of *every* line: give the lines as well.",
        _line_0s_slot,
    ),
    other(
        "a slot behind the end",
        "You read slot `lengths`. A line of length n has the steps 0 to n − 1, and in a block that "
        "is no longer there is no slot n.",
        _behind_the_end,
    ),
    other(
        "packed with time first",
        "`pack_padded_sequence` takes x for (T, B, I) here. Say `batch_first=True` to it as well.",
        _packed_time_first,
    ),
)

EXERCISE = FunctionExercise(
    "18.3",
    cases=_cases,
    returns=OneTensor(("scores",), axes=("line",)),
    slips=_SLIPS,
    others=_OTHERS,
    axes={"x": ("line", "step", "number")},
    praise="A line now gets the score that it gets alone, whatever else is in its batch, and also "
    "when nothing else is.",
)
