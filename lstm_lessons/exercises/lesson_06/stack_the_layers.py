"""06.1: layers on top of each other, with masks on what is handed up and on nothing else."""

from typing import Any

import torch
from torch import nn

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import LikeLSTM
from lstm_lessons.exercises.engine.slips import AnotherWay, other, place, together


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, I: int, H: int, L: int, special: str = "") -> Case:  # noqa: E741
        random = randoms(T + B)
        layers = [
            [random(4 * H, n) / 2, random(4 * H, H) / 2, random(4 * H), random(4 * H)]
            for n in (I, *[H] * (L - 1))
        ]
        states = {"h_0": random(L, B, H), "c_0": random(L, B, H)}
        masks = 2.0 * (random(L - 1, T, B, H) > 0)
        inputs = {"x": random(T, B, I), **states, "layers": layers, "masks": masks}
        return Case(inputs, {"T": T, "B": B, "I": I, "H": H, "L": L}, special=special)

    return (
        case(4, 5, 7, 6, 3),
        case(7, 5, 2, 6, 4),
        case(6, 3, 2, 5, 1, "One layer has no layer above it, so `masks` is of length 0."),
        case(1, 4, 3, 5, 2, "There is one step only: T = 1."),
        case(5, 1, 3, 4, 2, "There is one sentence only. Its axis stays, 1 long."),
        case(5, 4, 1, 3, 2, "A word is one number here: I = 1."),
        case(5, 4, 3, 1, 2, "What goes up is one number here: H = 1."),
        case(3, 4, 5, 5, 2, "A word has as many numbers as h here: I = H."),
    )


_WAY = """
def stack(x, h_0, c_0, layers, masks):
    h_n, c_n = [], []
    for k in range(len(layers)):
        if k > 0:
            x = x * masks[k - 1]
        h, c, outputs = h_0[k], c_0[k], []
        for x_t in x:
            _, h, c = unroll(x_t[None], h, c, layers[k])
            outputs.append(h)
        x = torch.stack(outputs)
        h_n.append(h)
        c_n.append(c)
    return x, (torch.stack(h_n), torch.stack(c_n))
"""
"""The mask before the layer that reads, and the steps written out."""

_STATES, _GUARD = "h_0[k], c_0[k]", "k < len(masks)"
_MASKED, _BEFORE, _STEP = "x * masks[k]", "x * masks[k - 1]", "outputs.append(h)"
_HOLES = "h = h * masks[k][len(outputs)] if k < len(masks) else h"
_TOP_MASK = (
    "a mask for the top layer",
    "There are L − 1 masks, one fewer than layers: `masks[k]` is for what layer k hands up, and "
    "above the top layer there is none to hand up to. (What layer k *reads* has gone through "
    "`masks[k − 1]`.)",
)
_EXCHANGED = (
    "survivors and zeros exchanged",
    "You zero what should survive: a number is dropped where its mask is *zero*.",
)
_SLIPS = (
    place(
        _STATES,
        ("c_0 for h_0", "The two states have changed places on their way into a layer: h first, "
         "then c.", "c_0[k], h_0[k]"),
        ("states of all layers for one", "You hand h_0 and c_0 whole to a layer, (L, B, H). Layer "
         "k starts from its own row: `h_0[k]`, `c_0[k]`.", "h_0, c_0"),
    ),
    place(
        _MASKED,
        ("one mask for all steps", "You use the mask of step 0 at every step. In nn.LSTM each "
         "step has its own mask, so `masks[k]` has a row for each step.",
         "x * masks[k][0]"),
        ("the mask of layer 0 for every layer", "You use `masks[0]` for every layer. What layer k "
         "hands up has a mask of its own, `masks[k]`.", "x * masks[0]"),
        ("scaled twice", "Survivors are multiplied by 4. The twos in `masks` are 1/(1 − p) "
         "already.", "x * masks[k] * 2"),
        ("survivors as they are", "In your stack, the survivors of a mask stay as they are. A two "
         "in it means that a survivor is multiplied by 2.", "x * masks[k] / 2"),
        (*_EXCHANGED, "x * (2 - masks[k])"),
        alone=((*_EXCHANGED, "x * (1 - masks[k] / 2)"),),
    ),
    place(_GUARD, alone=(
        (*_TOP_MASK, "True"),
        ("no mask", "You never multiply by a mask. What layer k hands up to layer k + 1 is "
         "multiplied by `masks[k]`.", "False"),
    )),
    place("append(h)", alone=(
        ("a mask on h_n", "The h that you keep for h_n is masked. Only the copy that goes up to "
         "the next layer is: keep h as `unroll` returns it.",
         "append(h * masks[k][-1] if k < len(masks) else h)"),
    )),
    together("a mask on what the top layer shows", "You multiply output by a mask as well. Masks "
             "are for what is handed up. Above the top layer there is none, so output stays whole.",
             {_GUARD: "len(masks)", _MASKED: "x * masks[min(k, len(masks) - 1)]"},
             {_GUARD: "len(masks)", _MASKED: "x * masks[k % len(masks)]"},
             {"return x,": "return x * masks[-1],"}, paired=False),
    together("the mask of the layer below", "Your masks are one layer too high. What layer k hands "
             "up goes through `masks[k − 1]`, which is for layer k − 1, and output is masked, too. "
             "After layer k comes `masks[k]`, after the top layer none.",
             {_GUARD: "k > 0", _MASKED: _BEFORE}, {_GUARD: "True", _MASKED: _BEFORE},
             {_GUARD: "len(masks)", _MASKED: _BEFORE}, paired=False),
    together("h_0 and c_0 written over", "From layer 1 on, `h_0` and `c_0` are no longer what you "
             "were given: your loop writes the last states of a layer over them. Use other names "
             "for what `unroll` returns.",
             {"x, h, c =": "x, h_0, c_0 =", "append(h)": "append(h_0)", "append(c)": "append(c_0)"},
             {"x, h, c =": "x, h_0, c =", "append(h)": "append(h_0)"},
             {"x, h, c =": "x, h, c_0 =", "append(c)": "append(c_0)"}, paired=False),
    together("a layer starts where the one below ended", "Each layer above the first starts from "
             "the last states of the layer below: the names h and c were not set anew. Each layer "
             "starts from its own row of h_0 and c_0.",
             {"h_n, c_n = [], []": "h_n, c_n, h, c = [], [], h_0[0], c_0[0]", _STATES: "h, c"}),
)  # fmt: skip

_IN_THE_WAY = (
    place(
        _STEP,
        ("c handed up and out", "You hand up c, and your output is c. The shape is the same, so "
         "nothing complains; but c stays inside its layer. What goes up is h, and output is the "
         "top layer's h.", "outputs.append(c)"),
        ("c handed up", "You hand up c. The shape is the same, so nothing complains; but c stays "
         "inside its layer, and what goes up is h.",
         "outputs.append(c if k + 1 < len(layers) else h)"),
        ("c for output", "Your output is the top layer's c at every step. c stays inside its "
         "layer; output is h.", "outputs.append(h if k + 1 < len(layers) else c)"),
    ),
    place("masks[k - 1]", alone=((*_TOP_MASK, "masks[k]"),)),
    together("the mask of the layer above", "The masks are one off: before layer k you take "
             "`masks[k]`, which is for what layer k itself hands up. What it reads comes from "
             "layer k − 1.",
             {"k > 0": "0 < k < len(masks)", _BEFORE: "x * masks[k]"}),
    together("a mask on the words", "You multiply x, the words, by a mask. Layer 0 reads them as "
             "they are: the first mask is for what layer 0 hands up. (And index −1 is the last "
             "one.)",
             {"k > 0": "True"}, {"k > 0": "True", _BEFORE: "masks[k - 1] * x"},
             {"k > 0": "k < len(masks)", _BEFORE: "x * masks[k]"}, paired=False),
    together("mask on the way from step to step", "Your mask also hits the h that goes on to the "
             "next step. Only the copy that goes up is masked: within its layer, h goes on whole.",
             {"k > 0": "False", _STEP: f"{_HOLES}\n            {_STEP}"}),
)  # fmt: skip


def _layer_of_the_notebook(x, h_0, c_0, layers, masks) -> Any:  # noqa: ANN001 - as a learner writes
    return nn.LSTM(3, 5, num_layers=3, dtype=torch.float32)(x, (h_0, c_0))


EXERCISE = FunctionExercise(
    "06.1",
    cases=_cases,
    returns=LikeLSTM(axes=("step", "sentence", "unit"), state_axes=("layer", "sentence", "unit")),
    slips=_SLIPS,
    another_way=(AnotherWay(_WAY, _IN_THE_WAY),),
    others=(
        other(
            "the layer of the notebook",
            "Does your answer call `lstm`, the layer of the cell above? It has weights of its own, "
            "in float32. The weights to use come in as `layers`, in float64: one list for each "
            "layer, with which `unroll` runs that layer. `masks` come in, too.",
            _layer_of_the_notebook,
        ),
    ),
    axes={
        "x": ("step", "sentence"),
        "h_0": ("layer", "sentence"),
        "c_0": ("layer", "sentence"),
        "masks": ("layer", "step", "sentence"),
    },
    constants=("masks",),
    made_in_order=("h_n", "c_n", "output"),
    words={
        ("output",): "h_n and c_n are right. output is the top layer's h at every step.",
        ("h_n",): "output and c_n are right. h_n holds each layer's h after its last step.",
        ("c_n",): "output and h_n are right. c_n holds each layer's c after its last step.",
        ("h_n", "c_n"): "output is right, h_n and c_n are not: which layer's states are where?",
    },
    praise="Your stack equals PyTorch's, and so do the gradients of what goes in. With masks "
    "that are drawn anew at each call it is nn.LSTM in training.",
)
