"""Exercises of lesson 05: read a print-out, mend a function, add the axis that is missing."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from first_edition.answers import Choice, DictExercise, Quantity, ShapeOf
from first_edition.base import Wrong, several
from first_edition.forms import LikeLSTM, OneTensor
from first_edition.functions import Case, FunctionExercise, Probe, Results
from first_edition.inputs import random_layer, randoms

# --- 05.1 -----------------------------------------------------------------------------------------

_PROGRAM = """
x = torch.randn(7, 30, 12)  # 7 melodies, 30 notes in each, 12 numbers a note
lstm = nn.LSTM(12, 5, batch_first=True)
output, (h_n, c_n) = lstm(x.view(30, 7, 12))
"""

_STAYS = "Line {} is possible: {}"

READ_THE_PRINT_OUT = DictExercise(
    number="05.1",
    title="Read a print-out that cannot be",
    given=_PROGRAM,
    parts=(
        Quantity(
            "steps",
            7,
            "What shape goes into `lstm`? And along which axis does this layer's loop walk?",
        ),
        Quantity("samples", 30, "Of the two axes that are left, one is the features."),
        Quantity(
            "note",
            7,
            "`view` keeps the notes in their old order and breaks the line elsewhere. How long are "
            "the new lines, and which note begins the second one?",
        ),
        Choice(
            "line",
            "C",
            "Write the shape that PyTorch must print beside each line, from your two numbers.",
            options=("A", "B", "C", "D"),
        ),
        ShapeOf("shape", (1, 30, 5), "A state is (L, B, H). Which B does the layer see?"),
        Choice(
            "repair",
            "2",
            "After it, the layer must see 30 steps and 7 samples, with the right notes in them.",
            options=("1", "2", "3", "4"),
        ),
    ),
    wrongs=(
        *several(
            "as it was meant",
            "30 steps is what was meant. But the layer has the batch first, and what goes into it "
            "is (30, 7, 12): which axis does it walk along?",
            {"steps": 30},
            {"steps": 30, "samples": 7},
        ),
        Wrong(
            "features for steps",
            {"steps": 12},
            "12 is the last axis, the features. The loop never walks along that one.",
        ),
        Wrong(
            "units for steps",
            {"steps": 5},
            "5 is `hidden_size`, a size of the layer. The steps are an axis of the data.",
        ),
        Wrong(
            "all notes in one row",
            {"steps": 210},
            "210 is 7 times 30. The axes stay apart: one is walked along, the other is read side "
            "by side.",
        ),
        Wrong(
            "melodies for samples",
            {"samples": 7},
            "7 melodies there are, but the layer looks at positions, not at what you mean. The "
            "axis of 7 is the one that the loop walks along.",
        ),
        Wrong(
            "features for samples",
            {"samples": 12},
            "12 is the last axis, the features of one note. Samples are the other axis.",
        ),
        Wrong(
            "view read as transpose",
            {"note": 1},
            "Note 1 is what stands there after `x.transpose(0, 1)`. `view` moves no axis: it "
            "counts on through melody 0.",
        ),
        Wrong(
            "view read as x itself",
            {"note": 0},
            "Note 0 begins melody 0, and that is at [0, 0]. How many notes come before [1, 0]?",
        ),
        Wrong(
            "a line of x",
            {"note": 30},
            "A line of 30 notes is what x has. After the view, a line has 7.",
        ),
        Wrong(
            "the weights",
            {"line": "A"},
            _STAYS.format("A", "a weight is (4H, I), whatever T and B."),
        ),
        Wrong(
            "the output",
            {"line": "B"},
            _STAYS.format("B", "with `batch_first`, output lies as the input does, (30, 7, ...)."),
        ),
        Wrong(
            "the last step",
            {"line": "D"},
            _STAYS.format("D", "`[:, -1]` takes one step of output, and leaves samples and units."),
        ),
        Wrong(
            "left as it is",
            {"shape": (1, 7, 5)},
            "That is what stands there, and it cannot be. How many samples does the layer see?",
        ),
        Wrong(
            "states moved",
            {"shape": (30, 1, 5)},
            "You have put the batch first in a state. `batch_first` does not touch the states.",
        ),
        Wrong(
            "one axis missing",
            {"shape": (30, 5)},
            "The numbers are right, but a state keeps its first axis, the layers, also when there "
            "is one layer.",
        ),
        Wrong(
            "features in a state",
            {"shape": (1, 30, 12)},
            "12 numbers go in. A state has H numbers for each sample.",
        ),
        Wrong(
            "steps in a state",
            {"shape": (7, 30, 5)},
            "7 is the number of steps, and a state has no time axis: it is what is left after the "
            "last step. Its first axis counts the layers.",
        ),
        Wrong(
            "transpose instead",
            {"repair": "1"},
            "The transposed x has the same shape as the viewed one, (30, 7, 12), and this layer "
            "takes axis 0 for the batch. So it still sees 30 samples of 7 steps.",
        ),
        Wrong(
            "the result turned",
            {"repair": "3"},
            "Turning output round afterwards changes how it lies, not how it was computed: the "
            "melodies have already been cut into pieces.",
        ),
        Wrong(
            "the state turned",
            {"repair": "4"},
            "Another order for h_n changes nothing of how it was computed.",
        ),
    ),
    praise=(
        "The layer read 30 samples of 7 steps, without an error: pieces of melodies, and some of "
        "them begin in one melody and end in the next."
    ),
    hints=(
        "Write the shape beside each name, from left to right: x, then what goes into the layer.",
        "With `batch_first=True` axis 0 is the batch and axis 1 is time. That holds for what goes "
        "into the layer, whatever its axes meant before.",
        "For the note, do the same with a small table: which number stands at [1, 0] after the "
        "view to 3 x 2 in the lesson? For the line, remember which results have a time axis.",
    ),
    solution_code="""
answer = {
    "steps": 7,
    "samples": 30,
    "note": 7,
    "line": "C",
    "shape": (1, 30, 5),
    "repair": "2",
}
""",
)

# --- 05.2 -----------------------------------------------------------------------------------------

_BROKEN = """
def broken_read(x, h_0, c_0, lstm):
    B, T, I = x.shape
    h_0, c_0 = h_0.transpose(0, 1), c_0.transpose(0, 1)
    output, (h_n, c_n) = lstm(x.view(T, B, I), (h_0, c_0))
    output = output.view(B, T, -1)
    return output, (h_n, c_n)
"""


def _read_case(B: int, T: int, I: int, H: int) -> Case:  # noqa: E741, N803 - the field's own symbols
    random = randoms(B)
    states = {"h_0": random(1, B, H), "c_0": random(1, B, H)}
    inputs = {"x": random(B, T, I), **states, "lstm": random_layer(random, I, H)}
    return Case(inputs, f"B={B}, T={T}, I={I}, H={H}")


def _turned(x: Tensor) -> Tensor:
    return x.transpose(0, 1)


def _same(value: Any, *rest: Any) -> Any:
    return value


def _reader(
    go_in: Callable[[Tensor], Tensor] = _turned,
    states: Callable = lambda h_0, c_0: (h_0, c_0),
    come_out: Callable[[Tensor, Tensor], Tensor] = lambda output, x: _turned(output),
    give: Callable = lambda output, h_n, c_n: (output, (h_n, c_n)),
) -> Callable:
    """Return a reader in which one step or more is replaced; without arguments it is right."""

    def read(x: Tensor, h_0: Tensor, c_0: Tensor, lstm: nn.LSTM) -> Any:
        output, (h_n, c_n) = lstm(go_in(x), states(h_0, c_0))
        return give(come_out(output, x), h_n, c_n)

    return read


def _viewed(x: Tensor) -> Tensor:
    return x.reshape(x.shape[1], x.shape[0], -1)


def _viewed_back(output: Tensor, x: Tensor) -> Tensor:
    return output.reshape(*x.shape[:2], -1)


def _moved(h_0: Tensor, c_0: Tensor) -> tuple[Tensor, Tensor]:
    return _turned(h_0), _turned(c_0)


def _one_long_sequence(x: Tensor, h_0: Tensor, c_0: Tensor, lstm: nn.LSTM) -> tuple:
    output, states = lstm(x.flatten(0, 1), (h_0[:, 0], c_0[:, 0]))
    return output.view(*x.shape[:2], -1), states


def _with_the_state_of_the_last(x: Tensor, h_0: Tensor, c_0: Tensor, lstm: nn.LSTM) -> tuple:
    outputs, (h, c) = [], (h_0[:, :1], c_0[:, :1])
    ends = []
    for sentence in x:
        output, (h, c) = lstm(sentence[:, None], (h, c))
        outputs.append(output[:, 0])
        ends.append((h, c))
    h_n, c_n = (torch.cat(each, dim=1) for each in zip(*ends, strict=True))
    return torch.stack(outputs), (h_n, c_n)


def _twin(x: Tensor, h_0: Tensor, c_0: Tensor, lstm: nn.LSTM) -> tuple:
    twin = copy.deepcopy(lstm)
    twin.batch_first = True
    return twin(x, (h_0, c_0))


_READ_WRONGS = (
    *several(
        "states moved",
        "A state goes in batch first, and PyTorch says that it expects it otherwise. How does a "
        "state lie, whatever x does? (There may be more to mend behind this. It raises no error, "
        "so check again.)",
        _reader(_viewed, _moved, _viewed_back),
        _reader(_viewed, _moved, come_out=_same),
        _reader(states=_moved, come_out=_viewed_back),
        _reader(states=_moved),
        _reader(states=lambda h_0, c_0: (_turned(h_0), c_0)),
    ),
    *several(
        "states moved, x as it lies",
        "Two things. A state goes in batch first: PyTorch got [B, 1, H]. How does a state lie, "
        "whatever x does? And x goes in as it lies, (B, T, I), but this layer takes axis 0 for "
        "time.",
        _reader(_same, _moved, _same),
        _reader(_same, _moved, _viewed_back),
        _reader(_same, _moved),
        _reader(_same, lambda h_0, c_0: (_turned(h_0), c_0)),
    ),
    *several(
        "c_0 moved",
        "h_0 lies as it should, but c_0 goes in batch first, and PyTorch says that it expects it "
        "otherwise. Both should lie alike, whatever x does. (There may be more behind this. It "
        "raises no error, so check again.)",
        _reader(states=lambda h_0, c_0: (h_0, _turned(c_0))),
        _reader(_viewed, lambda h_0, c_0: (h_0, _turned(c_0)), _viewed_back),
    ),
    Wrong(
        "states mended, two to go",
        _reader(_viewed, come_out=_viewed_back),
        "The states are right now, and the function runs. Two mistakes are left, of the kind that "
        "raises no error: every shape is right, and the words are in wrong rows.",
    ),
    Wrong(
        "output not mended",
        _reader(come_out=_viewed_back),
        "What goes in is right now; so are h_n and c_n. On its way out, output has the right shape "
        "and the wrong rows: the same trap once more.",
    ),
    Wrong(
        "input not mended",
        _reader(_viewed),
        "On its way out, output is right now. On its way in, x gets the right shape and the wrong "
        "rows: words of one sentence land in several.",
    ),
    Wrong(
        "input not mended, output not turned back",
        _reader(_viewed, come_out=_same),
        "Two things. output leaves your function as the layer gives it, time first; it should lie "
        "as x does. And on its way in, x gets the right shape and the wrong rows: words of one "
        "sentence land in several.",
    ),
    *several(
        "axes swapped",
        "Time and batch are swapped: the layer finds T samples, and the states have B. Either x "
        "goes in as it lies, (B, T, I), and the layer takes axis 0 for time. Or both repairs are "
        "done at once, and undo each other.",
        _reader(_same, come_out=_same),
        _reader(_same),
    ),
    *several(
        "axes swapped, states not used",
        "Two things. You hand x over as it lies, (B, T, I), but this layer takes axis 0 for time: "
        "it reads B steps of T samples. And h_0 and c_0 do not go in, so the layer starts from "
        "zero.",
        _reader(_same, lambda h_0, c_0: None, _same),
        _reader(_same, lambda h_0, c_0: None),
    ),
    Wrong(
        "output not turned back",
        _reader(come_out=_same),
        "The layer reads the right thing, but output leaves your function as the layer gives it, "
        "time first. It should lie as x does.",
    ),
    Wrong(
        "states not used",
        _reader(states=lambda h_0, c_0: None),
        "Your function does not hand over h_0 and c_0, so the layer starts from zero.",
    ),
    Wrong(
        "c_0 for h_0",
        _reader(states=lambda h_0, c_0: (c_0, h_0)),
        "The two states have changed places on their way in: PyTorch's order is (h_0, c_0).",
    ),
    Wrong(
        "c_n for h_n",
        _reader(give=lambda output, h_n, c_n: (output, (c_n, h_n))),
        "The two states have changed places on their way out: PyTorch's order is (h_n, c_n).",
    ),
    Wrong(
        "states returned batch first",
        _reader(give=lambda output, h_n, c_n: (output, (_turned(h_n), _turned(c_n)))),
        "output is right, but you return the states batch first. They stay (1, B, H) with "
        "`batch_first=True` as well.",
    ),
    Wrong(
        "states without their first axis",
        _reader(give=lambda output, h_n, c_n: (output, (h_n[0], c_n[0]))),
        "output is right, but the states that you return lack their first axis, the layers: it "
        "is there also when it is 1 long.",
    ),
    *several(
        "features moved",
        "You move the features too, so that the layer finds another axis where it wants the I "
        "numbers of a word. They are the last axis for the layer, as they are in x: only the first "
        "two change places.",
        _reader(lambda x: x.permute(1, 2, 0)),
        _reader(lambda x: x.permute(2, 1, 0)),
        _reader(lambda x: x.transpose(1, 2)),
    ),
    Wrong(
        "output in the shape of x",
        _reader(come_out=lambda output, x: output.view(x.shape)),
        "You give output the shape of x. A word of x has I numbers, a word of output has H. And "
        "where the two agree, the words would land in wrong rows: `view` moves no axis.",
    ),
    Wrong(
        "one long sequence",
        _one_long_sequence,
        "You lay all sentences in one row and hand over two axes. The layer takes that for one "
        "single sequence, and its state runs on from sentence to sentence.",
    ),
    Wrong(
        "state carried to the next sentence",
        _with_the_state_of_the_last,
        "You read the sentences one by one, which is fine, but each begins with the state that "
        "the one before has left. Sentence b begins with row b of h_0 and c_0.",
    ),
    Wrong(
        "output of the last step only",
        _reader(come_out=lambda output, x: output[-1]),
        "Your output holds the last step only. It should hold all of them, (B, T, H).",
    ),
    *several(
        "states not in a pair",
        "The two states go in as one pair: `lstm(..., (h_0, c_0))`.",
        lambda x, h_0, c_0, lstm: lstm(_turned(x), h_0),
        lambda x, h_0, c_0, lstm: lstm(_turned(x), h_0, c_0),
        lambda x, h_0, c_0, lstm: lstm(_viewed(x), h_0, c_0),
        lambda x, h_0, c_0, lstm: lstm(x, h_0, c_0),
    ),
    Wrong(
        "a copy of the layer",
        _twin,
        "The numbers are right. But it is a copy of the layer that reads, so no gradient gets to "
        "the weights of `lstm`: whoever trains it would train nothing. Let `lstm` itself read.",
    ),
)


def _alone(inputs: dict) -> dict:
    """Return the case with its first sentence only."""
    cut = {"x": inputs["x"][:1]} | {name: inputs[name][:, :1] for name in ("h_0", "c_0")}
    return inputs | cut


def _look_at_the_axes(inputs: Mapping[str, Any], ours: Results, wanted: Results) -> str:
    """Say whether output has the shape that the layer gives it."""
    if ours["output"].shape == _turned(wanted["output"]).shape:
        return (
            "By its shape, your output is (T, B, H), time first: so the layer gives it. It should "
            "lie as x does. That may not be all: once the shape is right, check again."
        )
    return ""


_READ_PROBES = (
    Probe("there is one sentence only", _alone),
    Probe("there is one word in each sentence", lambda inputs: inputs | {"x": inputs["x"][:, :1]}),
    Probe(
        "we set h_0 and c_0 to zero",
        lambda inputs: inputs | {name: torch.zeros_like(inputs[name]) for name in ("h_0", "c_0")},
    ),
)

MEND_THE_READER = FunctionExercise(
    number="05.2",
    title="Mend a reader",
    function="read",
    given=_BROKEN,
    make_cases=lambda: (_read_case(2, 4, 3, 5), _read_case(5, 3, 2, 6)),
    reference=_reader(),
    form=LikeLSTM(),
    gradients=True,
    wrongs=_READ_WRONGS,
    words={
        ("output",): "h_n and c_n are right, so the layer has read the right thing. Only output is "
        "not: look at what you do to it behind the call.",
        ("h_n", "c_n"): "output is right, h_n and c_n are not: look at what you return.",
        ("output", "h_n", "c_n"): "None of the three results is right, so begin with what goes "
        "into the layer.",
    },
    look=_look_at_the_axes,
    probes=_READ_PROBES,
    praise=(
        "Your function does what `batch_first=True` does: output lies as x does, sentences first, "
        "and the states are (1, B, H), going in and coming out."
    ),
    hints=(
        "Run the broken function first. PyTorch tells you one of the mistakes.",
        "Go through the shapes one by one: what is (B, T, ...), what is (T, B, ...), and what is "
        "neither? And which operation moves an axis?",
        "Write `transpose(0, 1)` where a `view` stands: on the way in and on the way out. And hand "
        "over the states as they come.",
    ),
    solution_code="""
def read(x, h_0, c_0, lstm):
    output, (h_n, c_n) = lstm(x.transpose(0, 1), (h_0, c_0))
    return output.transpose(0, 1), (h_n, c_n)
""",
)

# --- 05.3 -----------------------------------------------------------------------------------------


def _patients_case(B: int, T: int, H: int) -> Case:  # noqa: N803 - the field's own symbols
    random = randoms(T)
    inputs = {"x": random(B, T), "lstm": random_layer(random, 1, H, batch_first=True)}
    special = "Here there is one patient, so the axis of the patients has length 1." * (B == 1)
    return Case(inputs, f"B={B}, T={T}, H={H}", special=special)


def _last_states(x: Tensor, lstm: nn.LSTM) -> Tensor:
    return lstm(x[:, :, None])[1][0][0]


def _one_row(x: Tensor, lstm: nn.LSTM) -> Tensor:
    """Return the output for all patients in one row, (B, T, H)."""
    return lstm(x.reshape(-1, 1))[0].view(*x.shape, -1)


def _from(
    pick: Callable[[Tensor, tuple[Tensor, Tensor]], Any], shape: Callable = _same
) -> Callable:
    """Return an answer that picks from what the layer makes of x in the right shape."""
    return lambda x, lstm: pick(*lstm(shape(x[:, :, None])))


_PATIENT_WRONGS = (
    *several(
        "T numbers at a step",
        "The layer wants 1 number a step (input_size=1), and finds T. The last axis is the "
        "features, in two axes and in three. Which axis should have the length 1?",
        lambda x, lstm: lstm(x)[0][:, -1],
        lambda x, lstm: lstm(x)[1][0][0],
        lambda x, lstm: lstm(x[:, None])[1][0][0],
        lambda x, lstm: lstm(x[None])[1][0][0],
    ),
    *several(
        "B numbers at a step",
        "You turn x round, and so the layer finds B numbers at a step. It wants 1 (input_size=1). "
        "No axis has to move: one is missing, of length 1.",
        lambda x, lstm: lstm(x.T)[0][-1],
        lambda x, lstm: lstm(x.T)[0][:, -1],
        lambda x, lstm: lstm(x.T[None])[1][0][0],
        lambda x, lstm: lstm(x.T[:, None])[1][0][0],
    ),
    Wrong(
        "one long row",
        lambda x, lstm: _one_row(x, lstm)[:, -1],
        "You lay all patients in one row, as one sequence. So the state runs on from "
        "patient to patient, and only the first one is right.",
    ),
    *several(
        "one long row, its last state",
        "You lay all patients in one row, as one sequence. So there is one last state, "
        "not one for each patient.",
        lambda x, lstm: lstm(x.reshape(-1, 1))[1][0],
        lambda x, lstm: lstm(x.reshape(-1, 1))[0][-1],
        lambda x, lstm: lstm(x.reshape(-1, 1))[0][:, -1],
        lambda x, lstm: lstm(x.reshape(-1, 1))[0],
    ),
    *several(
        "an index along the patients",
        "You count *patients* along the axis of time: `len(x)` and `x.shape[0]` are B. The last "
        "hour is T − 1, or −1.",
        _from(lambda output, states: output[:, len(output) - 1]),
        _from(lambda output, states: output[:, len(output)]),
    ),
    *several(
        "one past the last hour",
        "You ask for hour T, and there is none: T hours are counted from 0 to T − 1. The last one "
        "is T − 1, or −1.",
        _from(lambda output, states: output[:, output.shape[1]]),
        _from(lambda output, states: output.select(1, output.shape[1])),
    ),
    *several(
        "hours along axis 0",
        "You count hours along axis 0. But that is the axis of the patients, in x and, with the "
        "batch first, in output. Time is axis 1.",
        _from(lambda output, states: output[output.shape[1] - 1]),
        _from(lambda output, states: output[output.shape[1]]),
    ),
    Wrong(
        "the last patient",
        _from(lambda output, states: output[-1]),
        "The layer reads the right thing. But with the batch first, `output[-1]` is the last "
        "patient, all T hours. The last hour of every patient is wanted.",
    ),
    Wrong(
        "the first hour",
        _from(lambda output, states: output[:, 0]),
        "You take the first hour of every patient, after one step. The last one is wanted.",
    ),
    Wrong(
        "the first axis kept",
        _from(lambda output, states: states[0]),
        "The numbers are right. But h_n has an axis in front, for the layers: (1, B, H). One row "
        "for each patient is wanted, (B, H).",
    ),
    Wrong(
        "the hour before",
        _from(lambda output, states: output[:, -2]),
        "You take the state after the last hour but one. Index −1 is the last.",
    ),
    Wrong(
        "the last patient of h_n",
        _from(lambda output, states: states[0][:, -1]),
        "`h_n` has no time axis: it is (1, B, H), after the last hour already. `[:, -1]` takes "
        "the last patient of it.",
    ),
    Wrong(
        "the last unit",
        _from(lambda output, states: output[:, :, -1]),
        "You take the last *unit*, at every hour: (B, T). Time is axis 1 of output, not 2.",
    ),
    Wrong(
        "c for h",
        _from(lambda output, states: states[1][0]),
        "You return c_n, the cell state. The state that the layer shows is h.",
    ),
    Wrong(
        "all hours",
        _from(lambda output, states: output),
        "You return the state after every hour, (B, T, H). Only the last hour is wanted.",
    ),
    Wrong(
        "the last hour with its axis",
        _from(lambda output, states: output[:, -1:]),
        "The numbers are right, but an axis of length 1 is left in the middle, (B, 1, H): that of "
        "time, as `-1:` keeps it, or that of the layers, if you turned h_n round.",
    ),
    *several(
        "squeezed",
        "Right as long as there are several patients. With one, the axis of the patients has "
        "length 1 too, and you lose it: `squeeze()` takes away *every* axis of length 1. Say which "
        "axis should go; that of the patients should stay.",
        _from(lambda output, states: states[0].squeeze()),
        _from(lambda output, states: output.squeeze()[:, -1]),
        _from(lambda output, states: output.squeeze()[:, -1, :]),
    ),
    Wrong(
        "the last hour alone",
        lambda x, lstm: lstm(x[:, -1:, None])[0][:, 0],
        "Only the last hour goes into the layer, so the state knows of no other. Let it read all "
        "hours, and take what is left after the last.",
    ),
    Wrong(
        "the mean over the hours",
        _from(lambda output, states: output.mean(dim=1)),
        "You return the mean over all hours. The state after the last hour is wanted.",
    ),
    Wrong(
        "from patient to patient",
        _from(lambda output, states: output[-1], _turned),
        "The state went from patient to patient, through the last hour of each. Either x had two "
        "axes, and two axes are one sequence. Or you turned x round: but this layer takes axis 0 "
        "for the batch.",
    ),
    Wrong(
        "axes swapped, one state for each hour",
        _from(lambda output, states: states[0][0], _turned),
        "You turn x round, but this layer has `batch_first=True`: it takes axis 0 for the batch. "
        "So it found T samples, and your result has T rows.",
    ),
    *several(
        "view for transpose",
        "You give x the shape (T, B, 1) with `view` or `reshape`. That moves no axis, it mixes "
        "hours of several patients; and this layer wants the batch first anyway.",
        _from(lambda output, states: output[-1], _viewed),
        _from(lambda output, states: states[0][0], _viewed),
        _from(lambda output, states: output[:, -1], lambda x: x.reshape(x.shape[1], -1, 1)),
    ),
)


def _one_patient(inputs: dict) -> dict:
    return inputs | {"x": inputs["x"][:1]}


ADD_THE_AXIS = FunctionExercise(
    number="05.3",
    title="The axis that is missing",
    function="last_states",
    make_cases=lambda: (
        _patients_case(3, 7, 5),
        _patients_case(6, 4, 2),
        _patients_case(1, 5, 3),
    ),
    reference=_last_states,
    form=OneTensor(("states",), axes=("patient", "unit")),
    gradients=True,
    wrongs=_PATIENT_WRONGS,
    probes=(
        Probe("there is one patient only", _one_patient),
        Probe("there is one hour only", lambda inputs: inputs | {"x": inputs["x"][:, :1]}),
    ),
    praise="One sequence for each patient, one number a step, and one row of h for each.",
    hints=(
        "The layer wants three axes: batch, time, features. Which of them does x have?",
        "Each hour has one number. So the features are an axis of length 1, and with "
        "`batch_first=True` it is the last one.",
        "`x[..., None]` adds an axis of length 1 at the end, as in the lesson. Then take the last "
        "hour of every patient: which index of output is time?",
    ),
    solution_code="""
def last_states(x, lstm):
    output, (h_n, c_n) = lstm(x[..., None])
    return output[:, -1]
""",
)

EXERCISES = (READ_THE_PRINT_OUT, MEND_THE_READER, ADD_THE_AXIS)
