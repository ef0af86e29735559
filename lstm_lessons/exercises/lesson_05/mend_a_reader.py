"""05.2: sentences lie batch first, the layer wants time first; the states are moved by neither."""

import copy

import torch
from torch import Tensor, nn

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import random_layer, randoms
from lstm_lessons.exercises.engine.returns import LikeLSTM
from lstm_lessons.exercises.engine.slips import other, place, together


def _cases() -> tuple[Case, ...]:
    def case(B: int, T: int, I: int, H: int, special: str = "") -> Case:  # noqa: E741
        random = randoms(B + T)
        states = {"h_0": random(1, B, H), "c_0": random(1, B, H)}
        inputs = {"x": random(B, T, I), **states, "lstm": random_layer(random, I, H)}
        return Case(inputs, {"B": B, "T": T, "I": I, "H": H}, special=special)

    return (
        case(2, 4, 3, 5),
        case(5, 3, 2, 6),
        case(1, 4, 3, 5, "There is one sentence only. Its axis stays, 1 long."),
        case(4, 1, 3, 5, "There is one word in each sentence. The axis of time stays, 1 long."),
        case(3, 3, 2, 5, "There are as many words as sentences: no shape tells the axes apart."),
        case(3, 4, 1, 5, "A word is one number here: I = 1."),
        case(3, 4, 2, 1, "A state is one number here: H = 1."),
    )


def _twin(x: Tensor, h_0: Tensor, c_0: Tensor, lstm: nn.LSTM) -> tuple:
    twin = copy.deepcopy(lstm)
    twin.batch_first = True
    return twin(x, (h_0, c_0))


def _carried_on(x: Tensor, h_0: Tensor, c_0: Tensor, lstm: nn.LSTM) -> tuple:
    outputs, ends, states = [], [], (h_0[:, :1], c_0[:, :1])
    for sentence in x:
        output, states = lstm(sentence[:, None], states)
        outputs.append(output[:, 0])
        ends.append(states)
    return torch.stack(outputs), [torch.cat(each, dim=1) for each in zip(*ends, strict=True)]


_IN, _STATES, _OUT = "x.transpose(0, 1)", "(h_0, c_0)", "return output.transpose(0, 1"
_VIEWED = "x.reshape(x.shape[1], x.shape[0], -1)"
_VIEWED_BACK = "return output.reshape(*x.shape[:2], -1"
_MORE = "(There may be more to mend behind this. It raises no error, so check again.)"

_SLIPS = (
    place(
        _IN,
        ("x as it lies", "The loop walks from sentence to sentence, as if each were a step. Does x "
         "go in as it lies? The given layer takes axis 0 for time. (Or is x turned round, and read "
         "with `batch_first=True`? Together the two undo each other.)", "x"),
        ("x viewed", "On its way in, x gets the right shape and the wrong rows: words of one "
         "sentence land in several.", _VIEWED),
    ),
    place(
        _STATES,
        ("states moved", f"A state goes in batch first, and PyTorch says that it expects it "
         f"otherwise. How does a state lie, whatever x does? {_MORE}",
         "(h_0.transpose(0, 1), c_0.transpose(0, 1))", "(h_0.transpose(0, 1), c_0)",
         "(h_0, c_0.transpose(0, 1))"),
        ("states not used", "Your function does not hand over h_0 and c_0, so the layer starts "
         "from zero.", "None"),
        ("c_0 for h_0", "The two states have changed places on their way in: PyTorch's order is "
         "(h_0, c_0).", "(c_0, h_0)"),
        alone=(("states not in a pair", "The two states go in as one pair: `lstm(..., (h, c))`.",
                "h_0", "h_0, c_0"),),
    ),
    place(
        _OUT,
        ("output not turned back", "output leaves your function as the layer gives it, time first. "
         "It should lie as x does.", "return (output"),
        ("output viewed", "On its way out, output gets the right shape and the wrong rows: what "
         "belongs to one sentence lands in several.", _VIEWED_BACK),
    ),
    place(
        "), (h_n, c_n)",
        ("c_n for h_n", "The two states have changed places on their way out: PyTorch's order is "
         "(h_n, c_n).", "), (c_n, h_n)"),
        ("states returned batch first", "You return the states batch first. They stay (1, B, H) "
         "with `batch_first=True` as well.", "), (h_n.transpose(0, 1), c_n.transpose(0, 1))"),
    ),
    together("states mended, two to go", "The states are right now, and the function runs. Two "
             "mistakes are left, of the kind that raises no error: every shape is right, and the "
             "words are in wrong rows.",
             {_IN: _VIEWED, _OUT: _VIEWED_BACK}, paired=False),
    together("read as it lies, states not used", "x goes in as it lies, and output comes out as it "
             "lies. But this layer takes axis 0 for time: it reads B steps of T samples. And h_0 "
             "and c_0 do not go in.",
             {_IN: "x", _STATES: "None", _OUT: "return (output"}, paired=False),
)  # fmt: skip

_OTHERS = (
    other("state carried to the next sentence", "You read the sentences one by one, which is fine, "
          "but each begins with the state that the one before has left. Sentence b begins with row "
          "b of h_0 and c_0.", _carried_on),
    other("a copy of the layer", "The numbers are right. But it is a copy of the layer that reads, "
          "so no gradient gets to the weights of `lstm`: whoever trains it would train nothing. "
          "Let `lstm` itself read.", _twin),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "05.2",
    cases=_cases,
    returns=LikeLSTM(axes=("sentence", "step", "unit"), state_axes=("layer", "sentence", "unit")),
    slips=_SLIPS,
    others=_OTHERS,
    axes={
        "x": ("sentence", "step"),
        "h_0": ("layer", "sentence"),
        "c_0": ("layer", "sentence"),
    },
    words={
        ("output",): "h_n and c_n are right, so the layer has read the right thing. Only output is "
        "not: look at what you do to it behind the call.",
        ("h_n", "c_n"): "output is right, h_n and c_n are not: look at what you return.",
        ("output", "h_n", "c_n"): "None of the three results is right, so begin with what goes "
        "into the layer.",
    },
    praise="Your function does what `batch_first=True` does: output lies as x does, sentences "
    "first, and the states are (1, B, H), going in and coming out.",
)
