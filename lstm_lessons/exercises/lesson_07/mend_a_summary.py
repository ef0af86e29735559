"""07.4: what the top layer's passes show at their end, side by side, for one direction and two."""

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import random_layer, randoms
from lstm_lessons.exercises.engine.readers import Seen, Told
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import AnotherWay, place, together
from lstm_lessons.exercises.engine.values import alike
from lstm_lessons.exercises.engine.words import listed
from lstm_lessons.exercises.lesson_07.parts import parts, slot_of

_ONE_WAY = "With one direction there is one pass at the top. Its last step is the last word."


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, I: int, H: int, L: int, D: int, special: str = "") -> Case:  # noqa: E741
        random = randoms(10 * L + D)
        lstm = random_layer(random, I, H, L, 0.5, bidirectional=D == 2)
        sizes = {"T": T, "B": B, "I": I, "H": H, "L": L, "D": D}
        return Case({"lstm": lstm, "x": random(T, B, I)}, sizes, special=special)

    return (
        case(7, 3, 6, 5, 2, 2),
        case(4, 5, 7, 3, 1, 2, "The top layer's rows are as many as its directions."),
        case(8, 4, 5, 7, 3, 2, "With three layers, the top one has other rows: see the end."),
        case(5, 4, 7, 3, 2, 1, _ONE_WAY),
        case(3, 4, 6, 5, 1, 1, _ONE_WAY),
        case(4, 1, 3, 5, 2, 2, "Here there is one sentence only. The axis of the batch stays."),
        case(4, 1, 3, 5, 2, 1, "Here there is one sentence only. The axis of the batch stays."),
        case(1, 3, 4, 5, 2, 2, "Here each sentence has one word only: T = 1."),
        case(4, 3, 1, 5, 1, 2, "Here each word is one number: I = 1."),
        case(4, 3, 2, 1, 2, 2, "Here each pass shows one number: H = 1."),
        case(4, 4, 3, 5, 2, 2, "Here there are as many words as sentences."),
    )


def _row_of(part: Tensor, states: tuple[Tensor, Tensor], D: int) -> str:
    """Say which row of h_n or c_n (any, B, H) a part (B, H) is, or nothing."""
    for name, rows in zip(("h_n", "c_n"), states, strict=True):
        for row, state in enumerate(rows):
            if alike(part, state):
                return f"`{name}[{row}]` (layer {row // D}, {'reverse' if row % D else 'forward'})"
    return ""


def _which_states(seen: Seen) -> Told | None:
    """Say which row of h_n or c_n, or which slot of output, each part of the summary is."""
    lstm, x = seen.case.fresh().values()
    D = seen.case.sizes["D"]
    with torch.no_grad():
        output, states = lstm(x)
    found = [
        _row_of(part, states, D) or slot_of(part, output.transpose(0, 1), D)
        for part in parts(seen.ours, lstm.hidden_size)
    ]
    if not found or not all(found):
        return None
    return "other states", (
        f"For each sentence you have {listed(found)}. Asked for is the top layer, layer "
        f"{lstm.num_layers - 1}, with each pass at its end, forward first."
    )


_TWO_ROWS = (
    "always the last two rows",
    "You take two rows, whatever the directions. With one direction, two rows are two layers: the "
    "top one has one row there.",
)

_SLIPS = (
    place(
        "2 if lstm.bidirectional else 1",
        ("the last row alone", "You take one row, whatever the directions. With both, h_n[-1] is "
         "the top layer's reverse pass alone.", "1"),
        (*_TWO_ROWS, "2"),
        ("by the number of layers", "You ask how many *layers* there are. How many rows the top "
         "layer has depends on the *directions*: `lstm.bidirectional`.",
         "min(lstm.num_layers, 2)", "lstm.num_layers"),
    ),
    place(
        "list(h_n[-D:])",
        ("counted from the beginning", "You count rows from the beginning of h_n, which is right "
         "for two layers. With another number of layers, the top one has other rows: count from "
         "the end.", "list(h_n[2:4])", "list(h_n[D:])", "[h_n[2], h_n[3]]"),
        ("directions before layers", "You take row L − 1 for the top layer's forward pass, as if "
         "all forward rows came first. The order is layer by layer: the two directions of one "
         "layer are neighbours.", "list(h_n[lstm.num_layers - 1 :: lstm.num_layers])",
         "[h_n[lstm.num_layers - 1], h_n[-1]]"),
        alone=((*_TWO_ROWS, "[h_n[-2], h_n[-1]]"),),
    ),
    place(
        "torch.cat(list(h_n[-D:]), dim=-1)",
        alone=(
            ("nothing mended", "This does what the broken one does: it joins the states of all "
             "layers, and `view` mixes the sentences.", "h_n.view(x.shape[1], -1)"),
            ("all words in one", "You put all words together, as a mean, a sum or the largest. "
             "That can serve as a summary, too; asked for is what the passes of the top layer "
             "show at their end.", "output.mean(dim=0)", "output.sum(dim=0)",
             "output.amax(dim=0)"),
        ),
    ),
)  # fmt: skip

_FROM_OUTPUT = AnotherWay(
    """
def summary(lstm, x):
    output, _ = lstm(x)
    H = lstm.hidden_size
    forward, reverse = output[-1, :, :H], output[0, :, H:]
    return torch.cat([forward, reverse], dim=-1)
""",
    (
        place(
            "lstm.hidden_size",
            ("one direction cut in two", "You cut the last axis in two, whatever the directions. "
             "With one direction there is nothing to cut: all H numbers come from the last slot.",
             "output.shape[-1] // 2", "(output.shape[-1] + 1) // 2"),
        ),
        together("time on the second axis", "Time is axis 0 here, not axis 1 as in 07.1. You have "
                 "a row for each *word*: `output[:, -1]` is the last sentence, and `output[:, 0]` "
                 "is the first one.",
                 {"[-1, :, :H]": "[:, -1, :H]", "[0, :, H:]": "[:, 0, H:]"},
                 {"torch.cat([forward, reverse], dim=-1)": "output[:, -1]"},
                 {"torch.cat([forward, reverse], dim=-1)": "output[:, 0]"}),
    ),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "07.4",
    cases=_cases,
    returns=OneTensor(("summary",), axes=("sentence", "number")),
    slips=_SLIPS,
    another_way=(_FROM_OUTPUT,),
    axes={"x": ("step", "sentence", "number")},
    looks=(_which_states,),
    praise="The top layer's passes at their end, for any number of layers and directions.",
)
