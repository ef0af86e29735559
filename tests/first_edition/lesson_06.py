"""Exercises of lesson 06: stack layers with masks, say what dropout does, mend a summary."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from first_edition.answers import Choice, DictExercise, Quantity
from first_edition.base import Wrong, several
from first_edition.forms import LikeLSTM, OneTensor, alike
from first_edition.functions import Case, FunctionExercise, Probe, Results
from first_edition.inputs import random_layer, randoms
from lstm_lessons.lstm.cell import lstm_step

# --- 06.1 -----------------------------------------------------------------------------------------

# T, B, I, H, L: all different in each row, and from L - 1, so that no mistake in an axis can hide.
SIZES = ((5, 4, 7, 6, 3), (7, 5, 2, 6, 4), (6, 3, 2, 5, 1))
_UNROLL = """
from lstm_lessons.lstm.cell import lstm_step


def unroll(x, h, c, weights):
    \"\"\"Run one layer over all steps; return output and the last h and c.\"\"\"
    outputs = []
    for x_t in x:
        h, c = lstm_step(x_t, h, c, *weights)
        outputs.append(h)
    return torch.stack(outputs), h, c
"""

Layers = list[list[Tensor]]
States = list[tuple[Tensor, Tensor]]


def _random_layers(random: Callable, I: int, H: int, L: int) -> Layers:  # noqa: E741, N803
    return [
        [random(4 * H, n) / 2, random(4 * H, H) / 2, random(4 * H), random(4 * H)]
        for n in (I, *[H] * (L - 1))
    ]


def _stack_cases() -> tuple[Case, ...]:
    return tuple(_stack_case(*sizes) for sizes in SIZES)


def _stack_case(T: int, B: int, I: int, H: int, L: int) -> Case:  # noqa: E741, N803
    random = randoms(T)
    layers = _random_layers(random, I, H, L)
    inputs = {
        "x": random(T, B, I),
        "h_0": random(L, B, H),
        "c_0": random(L, B, H),
        "layers": layers,
        "masks": 2.0 * (random(L - 1, T, B, H) > 0),
    }
    special = "One layer has no layer above it, so `masks` is of length 0." if L == 1 else ""
    return Case(inputs, f"T={T}, B={B}, I={I}, H={H}, L={L}", special=special)


def _layer(x: Tensor, h: Tensor, c: Tensor, weights: list[Tensor]) -> tuple[Tensor, ...]:
    """Run one layer as torch does; return its output and its last h and c."""
    output, h, c = torch.lstm(
        x, (h[None], c[None]), weights, True, 1, 0.0, False, False, batch_first=False
    )
    return output, h[0], c[0]


def _stacked(ends: States) -> tuple[Tensor, Tensor]:
    return torch.stack([h for h, _ in ends]), torch.stack([c for _, c in ends])


def _run(x: Tensor, h_0: Tensor, c_0: Tensor, layers: Layers, masks: Tensor) -> tuple:
    """Return the output and each layer's last states: the right answer, layer by layer."""
    ends = []
    for k, weights in enumerate(layers):
        if k > 0:
            x = x * masks[k - 1]
        x, *states = _layer(x, h_0[k], c_0[k], weights)
        ends.append(tuple(states))
    return x, ends


def _torch_stack(x: Tensor, h_0: Tensor, c_0: Tensor, layers: Layers, masks: Tensor) -> tuple:
    output, ends = _run(x, h_0, c_0, layers, masks)
    return output, _stacked(ends)


def _before(change: Callable[..., dict]) -> Callable:
    """Return a stack to which other inputs are given."""

    def stack(x: Tensor, h_0: Tensor, c_0: Tensor, layers: Layers, masks: Tensor) -> tuple:
        given = {"x": x, "h_0": h_0, "c_0": c_0, "layers": layers, "masks": masks}
        return _torch_stack(**given | change(**given))

    return stack


def _after(change: Callable[[Tensor, States], tuple]) -> Callable:
    """Return a stack that makes other results of the right numbers."""
    return lambda x, h_0, c_0, layers, masks: change(*_run(x, h_0, c_0, layers, masks))


def _by_steps(x: Tensor, h: Tensor, c: Tensor, weights: list[Tensor]) -> Iterator[tuple]:
    for x_t in x:
        h, c = lstm_step(x_t, h, c, *weights)
        yield h, c


def _output_with_holes(x: Tensor, h_0: Tensor, c_0: Tensor, layers: Layers, masks: Tensor) -> tuple:
    output, states = _torch_stack(x, h_0, c_0, layers, masks)
    return output * masks[-1], states


def _memory_for_h(up: bool, out: bool) -> Callable:
    """Return a stack in which c goes ``up`` to the next layer, ``out`` as output, or both."""

    def stack(x: Tensor, h_0: Tensor, c_0: Tensor, layers: Layers, masks: Tensor) -> tuple:
        ends = []
        for k, weights in enumerate(layers):
            x = x * masks[k - 1] if k > 0 else x
            steps = list(_by_steps(x, h_0[k], c_0[k], weights))
            x = torch.stack([step[up if k + 1 < len(layers) else out] for step in steps])
            ends.append(steps[-1])
        return x, _stacked(ends)

    return stack


def _mask_on_the_way_right(
    x: Tensor, h_0: Tensor, c_0: Tensor, layers: Layers, masks: Tensor
) -> tuple:
    ends = []
    for k, weights in enumerate(layers):
        h, c, outputs = h_0[k], c_0[k], []
        for t, x_t in enumerate(x):
            h, c = lstm_step(x_t, h, c, *weights)
            if k + 1 < len(layers):
                h = h * masks[k][t]
            outputs.append(h)
        x = torch.stack(outputs)
        ends.append((h, c))
    return x, _stacked(ends)


def _states_go_up(x: Tensor, h_0: Tensor, c_0: Tensor, layers: Layers, masks: Tensor) -> tuple:
    ends, h, c = [], h_0[0], c_0[0]
    for k, weights in enumerate(layers):
        x = x * masks[k - 1] if k > 0 else x
        x, h, c = _layer(x, h, c, weights)
        ends.append((h, c))
    return x, _stacked(ends)


def _masked_ends(states: str) -> Callable:
    """Return a stack that keeps what was handed up, of ``states`` h, c or both, for h_n and c_n."""

    def stack(x: Tensor, h_0: Tensor, c_0: Tensor, layers: Layers, masks: Tensor) -> tuple:
        output, ends = _run(x, h_0, c_0, layers, masks)
        holes = [*masks[:, -1], 1]
        dropped = [
            (h * hole if "h" in states else h, c * hole if "c" in states else c)
            for (h, c), hole in zip(ends, holes, strict=True)
        ]
        return output, _stacked(dropped)

    return stack


def _by_hand(
    start: Callable[[Tensor, Tensor, int], tuple[Tensor, Tensor]] = lambda h_0, c_0, k: (
        h_0[k],
        c_0[k],
    ),
    keep: Callable[[Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]] = (
        lambda h_0, c_0, h, c: (h_0, c_0)
    ),
    top: int = 0,
) -> Callable:
    """Return the stack in a learner's words, with one part changed; ``top`` layers are left out.

    ``start`` gives a layer its states, ``keep`` says what h_0 and c_0 are after a layer.
    """

    def stack(x: Tensor, h_0: Tensor, c_0: Tensor, layers: Layers, masks: Tensor) -> tuple:
        ends = []
        for k in range(len(layers) - top):
            if k > 0:
                x = x * masks[k - 1]
            steps = list(_by_steps(x, *start(h_0, c_0, k), layers[k]))
            x, (h, c) = torch.stack([h for h, _ in steps]), steps[-1]
            h_0, c_0 = keep(h_0, c_0, h, c)
            ends.append((h, c))
        return x, _stacked(ends)

    return stack


def _every_layer_reads_x(
    x: Tensor, h_0: Tensor, c_0: Tensor, layers: Layers, masks: Tensor
) -> tuple:
    ends, steps = [], []
    for k, weights in enumerate(layers):
        steps = list(_by_steps(x, h_0[k], c_0[k], weights))
        ends.append(steps[-1])
    return torch.stack([h for h, _ in steps]), _stacked(ends)


def _mask_before_layer(
    choose: Callable[[Tensor, int], Tensor | None], times: Callable = torch.mul
) -> Callable:
    """Return a stack in which layer k reads through the mask that ``choose`` gives, if any."""

    def stack(x: Tensor, h_0: Tensor, c_0: Tensor, layers: Layers, masks: Tensor) -> tuple:
        ends = []
        for k, weights in enumerate(layers):
            mask = choose(masks, k)
            x, *states = _layer(x if mask is None else times(x, mask), h_0[k], c_0[k], weights)
            ends.append(tuple(states))
        return x, _stacked(ends)

    return stack


def _mask_behind_layer(choose: Callable[[Tensor, int], Tensor | None]) -> Callable:
    """Return a stack in which the mask that ``choose`` gives, if any, falls on layer k's output."""

    def stack(x: Tensor, h_0: Tensor, c_0: Tensor, layers: Layers, masks: Tensor) -> tuple:
        ends = []
        for k, weights in enumerate(layers):
            x, *states = _layer(x, h_0[k], c_0[k], weights)
            mask = choose(masks, k)
            x = x if mask is None else x * mask
            ends.append(tuple(states))
        return x, _stacked(ends)

    return stack


def _top_layer_lost(x: Tensor, h_0: Tensor, c_0: Tensor, layers: Layers, masks: Tensor) -> tuple:
    ends = []
    for k, (weights, mask) in enumerate(zip(layers, masks, strict=False)):
        x, *states = _layer(x, h_0[k], c_0[k], weights)
        x = x * mask
        ends.append(tuple(states))
    return x, _stacked(ends)


def _layer_0_alone(masked: bool) -> Callable:
    """Return a stack whose ``return`` stands inside the loop."""

    def stack(x: Tensor, h_0: Tensor, c_0: Tensor, layers: Layers, masks: Tensor) -> tuple:
        x, *states = _layer(x, h_0[0], c_0[0], layers[0])
        x = x * masks[0] if masked and len(masks) else x
        return x, _stacked([tuple(states)])

    return stack


def _look_at_the_stack(inputs: Mapping[str, Any], ours: Results, wanted: Results) -> str:
    """Say that the top layer's row is missing, or that output has gone through a mask."""
    output, right = ours["output"].detach(), wanted["output"]
    states = [(ours[name].detach(), wanted[name]) for name in ("h_n", "c_n")]
    if len(inputs["layers"]) > 1 and all(alike(each, whole[:-1]) for each, whole in states):
        if alike(output, right):
            return (
                "output is right. h_n and c_n lack the top layer's row. Do you append the states "
                "of every layer, after its call?"
            )
        return f"h_n and c_n lack the top layer's row; the others are right. {_ZIP}"
    if all(map(alike, *zip(*states, strict=True))) and output.shape == right.shape:
        kept = output != 0
        factors = output[kept] / right[kept]
        masked = not kept.all() and kept.flatten(1).any(dim=1).all()
        if masked and alike(factors, factors[:1].expand_as(factors)):
            return f"h_n and c_n are right. Your output has zeros. {_NO_MASK_ABOVE}"
    return ""


_ZIP = (
    "Does the top layer run at all? `layers` may hold any number. And there is one mask fewer than "
    "layers: `zip` stops with the shorter list, as does a loop that counts the masks."
)
_NO_MASK_ABOVE = (
    "Masks are for what is handed up. Above the top layer there is none, so output stays whole."
)


_STACK_WRONGS = (
    Wrong(
        "every layer reads x",
        _every_layer_reads_x,
        "Words meet the weights of a higher layer, whose `weight_ih` has H columns. Does each of "
        "your layers read x? Only layer 0 does. Or do you begin with `layers[1]`? Layers count "
        "from 0.",
    ),
    Wrong(
        "the first weights for all layers",
        _before(lambda layers, **_: {"layers": [layers[0]] * len(layers)}),
        "You run every layer with the weights of layer 0, `layers[0]`. Each layer has its own.",
    ),
    Wrong(
        "c handed up",
        _memory_for_h(up=True, out=False),
        "You hand up c. The shape is the same, so nothing complains; but c stays inside its layer, "
        "and what goes up is h.",
    ),
    Wrong(
        "c handed up and out",
        _memory_for_h(up=True, out=True),
        "You hand up c, and your output is c. The shape is the same, so nothing complains; but c "
        "stays inside its layer. What goes up is h, and output is the top layer's h.",
    ),
    Wrong(
        "c for output",
        _memory_for_h(up=False, out=True),
        "h_n and c_n are right. Your output is the top layer's c at every step. c stays inside its "
        "layer; output is h.",
    ),
    Wrong(
        "masks not used",
        _before(lambda masks, **_: {"masks": torch.ones_like(masks)}),
        "The layers are stacked rightly, and the masks are not used. What layer k hands up is "
        "multiplied by `masks[k]` before layer k + 1 reads it.",
    ),
    Wrong(
        "one mask for all steps",
        _before(lambda masks, **_: {"masks": masks[:, :1].expand_as(masks)}),
        "You use the mask of step 0 at every step: that is variational dropout. In nn.LSTM each "
        "step has its own mask, so `masks[k]` has a row for each step.",
    ),
    Wrong(
        "one mask for all layers",
        _before(lambda masks, **_: {"masks": masks[:1].expand_as(masks)}),
        "You use `masks[0]` between all layers. `masks[k]` is for what layer k hands up.",
    ),
    Wrong(
        "masks from the back",
        _before(lambda masks, **_: {"masks": masks.flip(0)}),
        "You take the masks from the back. `masks[0]` is for what layer 0 hands up.",
    ),
    *several(
        "a mask for the top layer",
        "There are L − 1 masks, one fewer than layers: `masks[k]` is for what layer k hands up, "
        "and above the top layer there is none to hand up to. (What layer k *reads* has gone "
        "through `masks[k − 1]`.)",
        _mask_behind_layer(lambda masks, k: masks[k]),
        _mask_before_layer(lambda masks, k: masks[k] if k > 0 else None),
    ),
    *several(
        "a mask on what the top layer shows",
        "You multiply output by a mask as well. " + _NO_MASK_ABOVE,
        _output_with_holes,
        _mask_behind_layer(
            lambda masks, k: masks[min(k, len(masks) - 1)] if len(masks) else None,
        ),
        _mask_behind_layer(lambda masks, k: masks[k % len(masks)] if len(masks) else None),
    ),
    *several(
        "the mask of the layer below",
        "Your masks are one layer too high. What layer k hands up goes through `masks[k − 1]`, "
        "which is for layer k − 1, and output is masked, too. After layer k comes `masks[k]`, "
        "after the top layer none.",
        _mask_behind_layer(lambda masks, k: masks[k - 1] if k > 0 else None),
        _mask_behind_layer(lambda masks, k: masks[k - 1]),
        _mask_behind_layer(lambda masks, k: masks[k - 1] if len(masks) else None),
    ),
    Wrong(
        "the mask of the layer above",
        _mask_before_layer(lambda masks, k: masks[k] if 0 < k < len(masks) else None),
        "The masks are one off: before layer k you take `masks[k]`, which is for what layer k "
        "itself hands up. What it reads comes from layer k − 1.",
    ),
    *several(
        "a mask on the words",
        "You multiply x, the words, by a mask. Layer 0 reads them as they are: the first mask is "
        "for what layer 0 hands up. (And index −1 is the last one.)",
        _mask_before_layer(lambda masks, k: masks[k - 1]),
        _mask_before_layer(lambda masks, k: masks[k] if k < len(masks) else None),
        _mask_before_layer(lambda masks, k: masks[k - 1], times=lambda x, mask: mask * x),
    ),
    *several(
        "the top layer left out",
        "The top layer is missing. There are L layers and L − 1 masks: does your loop count the "
        "masks? `zip` stops with the shorter list.",
        _top_layer_lost,
        _by_hand(top=1),
    ),
    *several(
        "a return in the loop",
        "Layer 0 alone has run. Does `return` stand inside the loop? Then it ends the loop after "
        "one round.",
        _layer_0_alone(masked=False),
        _layer_0_alone(masked=True),
    ),
    Wrong(
        "scaled twice",
        _before(lambda masks, **_: {"masks": 2 * masks}),
        "Survivors are multiplied by 4. The twos in `masks` are 1/(1 − p) already.",
    ),
    Wrong(
        "survivors as they are",
        _before(lambda masks, **_: {"masks": masks / 2}),
        "The right numbers become zero, and the others stay as they are. A two in the mask means "
        "that a survivor is multiplied by 2.",
    ),
    *several(
        "survivors and zeros exchanged",
        "You zero what should survive: a number is dropped where its mask is *zero*.",
        _before(lambda masks, **_: {"masks": 2 - masks}),
        _before(lambda masks, **_: {"masks": 1 - masks / 2}),
    ),
    Wrong(
        "mask on the way from step to step",
        _mask_on_the_way_right,
        "Your mask also hits the h that goes on to the next step. Only the copy that goes up has "
        "holes: within its layer, h goes on whole.",
    ),
    Wrong(
        "h_n with holes",
        _masked_ends("h"),
        "output and c_n are right. Your h_n has holes in the lower layers: you take it from what "
        "was handed up. h_n is each layer's own last h, before the mask.",
    ),
    Wrong(
        "c_n with holes",
        _masked_ends("c"),
        "output and h_n are right. Your c_n has holes in the lower layers. Masks fall on the h "
        "that is handed up, and on nothing else.",
    ),
    Wrong(
        "h_n and c_n with holes",
        _masked_ends("hc"),
        "output is right. Your h_n and c_n have holes in the lower layers. They hold each layer's "
        "own last states, before the mask.",
    ),
    *several(
        "h_0 and c_0 written over",
        "From layer 1 on, `h_0` and `c_0` are no longer what you were given: your loop writes the "
        "last states of a layer over them. Use other names for what `unroll` returns.",
        _by_hand(keep=lambda h_0, c_0, h, c: (h, c)),
        _by_hand(keep=lambda h_0, c_0, h, c: (h, c_0)),
        _by_hand(keep=lambda h_0, c_0, h, c: (h_0, c)),
    ),
    Wrong(
        "states of all layers for one",
        _by_hand(start=lambda h_0, c_0, k: (h_0, c_0)),
        "You hand h_0 and c_0 whole to a layer, (L, B, H). Layer k starts from its own row: "
        "`h_0[k]`, `c_0[k]`.",
    ),
    Wrong(
        "c_0 for h_0",
        _by_hand(start=lambda h_0, c_0, k: (c_0[k], h_0[k])),
        "The two states have changed places on their way into a layer: h first, then c.",
    ),
    Wrong(
        "the top layer's state for all",
        _by_hand(start=lambda h_0, c_0, k: (h_0[-1], c_0[-1])),
        "All your layers start from the states of the top layer. The first axis of h_0 and c_0 is "
        "layers: each has a row of its own.",
    ),
    Wrong(
        "the last mask left out",
        _mask_before_layer(lambda masks, k: masks[k - 1] if 0 < k < len(masks) else None),
        "The last mask is not used: the top layer reads what the layer below hands up, holes and "
        "all.",
    ),
    Wrong(
        "h_0 and c_0 not used",
        _before(lambda h_0, c_0, **_: {"h_0": h_0 * 0, "c_0": c_0 * 0}),
        "Your layers start from zeros. They are given states: `h_0[k]` and `c_0[k]` are those of "
        "layer k.",
    ),
    Wrong(
        "one state to start from for all layers",
        _before(
            lambda h_0, c_0, **_: {"h_0": h_0[:1].expand_as(h_0), "c_0": c_0[:1].expand_as(c_0)}
        ),
        "All your layers start from the states of layer 0. The first axis of h_0 and c_0 is "
        "layers: each has a row of its own.",
    ),
    Wrong(
        "a layer starts where the one below ended",
        _states_go_up,
        "Each layer above the first starts from the last states of the layer below: the names h "
        "and c were not set anew. Each layer starts from its own row of h_0 and c_0.",
    ),
    Wrong(
        "states from the top down",
        _after(lambda output, ends: (output, _stacked(ends[::-1]))),
        "The numbers of h_n and c_n are right, in the wrong order. The lowest layer comes first.",
    ),
    Wrong(
        "h_n and c_n exchanged",
        _after(lambda output, ends: (output, _stacked(ends)[::-1])),
        "h_n and c_n have changed places: h_n comes first.",
    ),
    *several(
        "the top layer's states alone",
        "You return the last states of the top layer alone. h_n and c_n hold those of *every* "
        "layer: their shape is (L, B, H).",
        _after(lambda output, ends: (output, ends[-1])),
        _after(lambda output, ends: (output, tuple(each[None] for each in ends[-1]))),
    ),
    Wrong(
        "states side by side",
        _after(lambda output, ends: (output, tuple(torch.cat(s) for s in zip(*ends, strict=True)))),
        "You join the states along the batch: (L·B, H). Layers are an axis of their own, which "
        "`torch.stack` makes and `torch.cat` does not.",
    ),
    Wrong(
        "layers along the second axis",
        _after(
            lambda output, ends: (
                output,
                tuple(torch.stack(s, dim=1) for s in zip(*ends, strict=True)),
            )
        ),
        "Your states are (B, L, H). Layers are the first axis: (L, B, H).",
    ),
    Wrong(
        "the last step for output",
        _after(lambda output, ends: (output[-1], _stacked(ends))),
        "You return the last step of output alone, which is in h_n already. output holds the top "
        "layer's h at every step.",
    ),
)

_FIRST_MASK_ONE = "no mask drops anything"

STACK_THE_LAYERS = FunctionExercise(
    number="06.1",
    title="Stack layers, with given masks",
    function="stack",
    given=_UNROLL,
    make_cases=_stack_cases,
    reference=_torch_stack,
    form=LikeLSTM(axes=("step", "sentence", "unit"), state_axes=("layer", "sentence", "unit")),
    gradients=True,
    constants=("masks",),
    drawn="The masks are drawn already: multiply by them, and leave `F.dropout` out.",
    wrongs=_STACK_WRONGS,
    made_in_order=("h_n", "c_n", "output"),
    look=_look_at_the_stack,
    words={
        ("output",): "h_n and c_n are right. output is the top layer's h at every step.",
        ("h_n",): "output and c_n are right. h_n holds each layer's h after its last step.",
        ("c_n",): "output and h_n are right. c_n holds each layer's c after its last step.",
        ("h_n", "c_n"): "output is right, h_n and c_n are not: which layer's states are where?",
    },
    probes=(
        Probe(_FIRST_MASK_ONE, lambda given: given | {"masks": torch.ones_like(given["masks"])}),
        Probe("h_0 is zero", lambda given: given | {"h_0": torch.zeros_like(given["h_0"])}),
        Probe("c_0 is zero", lambda given: given | {"c_0": torch.zeros_like(given["c_0"])}),
        Probe(
            "there is one layer only",
            lambda given: (
                given
                | {name: given[name][:1] for name in ("h_0", "c_0", "layers")}
                | {"masks": given["masks"][:0]}
            ),
        ),
    ),
    praise=(
        "Your stack equals torch's, and so do the gradients of what goes in. With masks of "
        "F.dropout it is nn.LSTM in training."
    ),
    hints=(
        "One `unroll` for each layer, from the bottom up. Which four things does it need for layer "
        "k, and which of the three that it returns does layer k + 1 need?",
        "What layer k returns goes two ways. Its last h and c are kept for h_n and c_n, as they "
        "are. Its output is multiplied by `masks[k]` for the layer above, if there is one.",
        "Loop with k over `range(len(layers))`. Layer k starts from `h_0[k]` and `c_0[k]`. After "
        "the call, append h and c to lists, as they are. Then, if `k < len(masks)`, multiply the "
        "output by `masks[k]` for the next layer. At the end, `torch.stack` the lists.",
    ),
    solution_code="""
def stack(x, h_0, c_0, layers, masks):
    h_n, c_n = [], []
    for k in range(len(layers)):
        x, h, c = unroll(x, h_0[k], c_0[k], layers[k])
        h_n.append(h)
        c_n.append(c)
        if k < len(masks):
            x = x * masks[k]
    return x, (torch.stack(h_n), torch.stack(c_n))
""",
)

# --- 06.2 -----------------------------------------------------------------------------------------

_TWO_CALLS = ("same", "differ")
_YES_NO = ("yes", "no")

_MEASURED = (
    "Near it. Have you measured? Then that is what one call gave, and the next gives another "
    "share. Give the share on average."
)


def _between(low: float, high: float) -> Wrong:
    """Return the wrong share that lies between these two."""
    middle = math.sqrt(low * high)
    return Wrong("measured in a call", {"A read": middle}, _MEASURED, within=high / middle)


PREDICT_THE_DROPOUT = DictExercise(
    number="06.2",
    title="What does this dropout do?",
    parts=(
        Quantity("A read", 0.25, "What share does dropout zero of what layer 1 reads, on average?"),
        Quantity(
            "A factor",
            4 / 3,
            "Survivors grow, so that the mean stays. (Give two decimals, or write a fraction.)",
            factor=1.004,
        ),
        Quantity("A output", 0, "Is there a layer above the top one?"),
        Choice("A two calls", "differ", "A is in training.", options=_TWO_CALLS),
        Choice("B two calls", "same", "What does eval() change?", options=_TWO_CALLS),
        Choice("C two calls", "same", "Between which layers is C's dropout?", options=_TWO_CALLS),
        Choice("C warning", "yes", "Does PyTorch say so, when it is made?", options=_YES_NO),
        Choice("D h_n[0]", "yes", "Which layer's state is it?", options=_YES_NO),
        Choice("D h_n[1]", "no", "What does layer 1 read in D?", options=_YES_NO),
    ),
    wrongs=(
        Wrong(
            "survivors kept, not zeroed",
            {"A read": 0.75},
            "0.75 is the share that survives. `dropout` is the probability of being *zeroed*.",
        ),
        *(
            Wrong("per cent", {key: number}, "A share lies between 0 and 1; yours is in per cent.")
            for key in ("A read", "A output")
            for number in (25, 75)
        ),
        _between(0.23, 0.24997),
        _between(0.25003, 0.27),
        Wrong(
            "the p of the lesson",
            {"A read": 0.2},
            "0.2 was the lesson's p. A has `dropout=0.25`.",
        ),
        Wrong(
            "half of the places",
            {"A read": 0.125},
            "You halve p. Every number that layer 1 reads goes through a mask, which zeroes a "
            "share p of them.",
        ),
        Wrong(
            "multiplied by p",
            {"A factor": 0.25},
            "You multiply by p. Survivors make up for the others, so they grow: the share that "
            "survives is 1 − p, and by that one divides.",
        ),
        Wrong(
            "survivors as they are",
            {"A factor": 1},
            "Survivors do not stay as they are. With a part gone, the sums would be smaller in "
            "training than in use; so survivors are multiplied.",
        ),
        Wrong(
            "divided by p",
            {"A factor": 4},
            "You divide by p. The share that survives is 1 − p: divide by that.",
        ),
        Wrong(
            "multiplied by 1 − p",
            {"A factor": 0.75},
            "You multiply by 1 − p, which makes survivors smaller. They make up for the others, "
            "so they grow.",
        ),
        Wrong(
            "the factor of p = 0.5",
            {"A factor": 2},
            "2 is the factor for p = 0.5. Here p = 0.25: what share survives?",
        ),
        Wrong(
            "the factor of p = 0.2",
            {"A factor": 1.25},
            "1.25 is the factor of the lesson, for p = 0.2. (It is 1 + p, too, which is no rule.) "
            "Here p = 0.25, so three quarters survive. What number makes the mean of them and of "
            "the zeros 1 again?",
        ),
        Wrong(
            "dropout on the top layer",
            {"A output": 0.25},
            "You expect zeros in `output`. Dropout falls on what a layer hands up to another "
            "layer; above the top one there is none.",
        ),
        Wrong(
            "the mask is drawn once",
            {"A two calls": "same"},
            "In training the masks are drawn anew at every call, so layer 1 reads something else.",
        ),
        Wrong(
            "eval() does not matter",
            {"B two calls": "differ"},
            "After `eval()` there is no dropout; nothing is left to chance.",
        ),
        Wrong(
            "dropout in one layer",
            {"C two calls": "differ"},
            "C has one layer, so it has nothing *between* layers: its dropout does nothing.",
        ),
        Wrong(
            "no warning",
            {"C warning": "no"},
            "PyTorch warns when C is made. The line is easily lost among others.",
        ),
        Wrong(
            "dropout 1 lets x through",
            {"D h_n[1]": "yes"},
            "h_n[1] is what layer 1 shows last. With `dropout=1.0` it reads zeros at every step, "
            "and there is no other way for x to get past layer 0.",
        ),
        Wrong(
            "dropout 1 reaches h_n[0]",
            {"D h_n[0]": "no"},
            "h_n[0] is layer 0's own state. Layer 0 reads the words, without dropout, and its h is "
            "kept for h_n before it is handed up.",
        ),
        Wrong(
            "layers counted from the top",
            {"D h_n[0]": "no", "D h_n[1]": "yes"},
            "These two are the other way round. Rows of h_n are layers, from the bottom up. Which "
            "of D's layers reads the words, and which reads zeros?",
        ),
    ),
    praise="Where it sits, when it acts, what survives: that is all there is to nn.LSTM's dropout.",
    hints=(
        "Draw the layers of each, and put a cross on each arrow that meets a mask.",
        "Masks sit between layers, in training only. Survivors are multiplied by 1 / (1 − p).",
        "C has no arrow from layer to layer. In D every number on an arrow from layer to layer is "
        "zeroed; the arrows from x, and those to the right, are whole.",
    ),
    solution_code="""
answer = {
    "A read": 0.25,
    "A factor": 1 / (1 - 0.25),
    "A output": 0,
    "A two calls": "differ",
    "B two calls": "same",
    "C two calls": "same",
    "C warning": "yes",
    "D h_n[0]": "yes",
    "D h_n[1]": "no",
}
""",
)

# --- 06.3 -----------------------------------------------------------------------------------------

_PICTURES = ("A", "B", "C", "D")
_STATES = ("h_n[0]", "h_n[-1]", "c_n[0]", "c_n[-1]", "output[0]", "h_n")
_WITH_TWO_LAYERS = {"h_n[1]": "h_n[-1]", "c_n[1]": "c_n[-1]", "output[-1]": "h_n[-1]"}

CHOOSE_THE_PICTURE = DictExercise(
    number="06.3",
    title="Which picture?",
    parts=(
        Choice("nn.LSTM", "C", "On which arrows may masks sit?", options=_PICTURES),
        Choice("nn.Dropout behind", "B", "It acts on `output`.", options=_PICTURES),
        Choice("nn.Dropout before", "D", "It acts on x.", options=_PICTURES),
        Choice(
            "top state",
            "h_n[-1]",
            "Which layer, and which letter?",
            options=_STATES,
            same_as=_WITH_TWO_LAYERS,
        ),
    ),
    wrongs=(
        Wrong(
            "mask from step to step",
            {"nn.LSTM": "A"},
            "In A the masks sit on the arrows to the right: h and c would lose units on the way. "
            "nn.LSTM leaves that way alone.",
        ),
        Wrong(
            "mask on the top layer's output",
            {"nn.LSTM": "B"},
            "In B the masks sit on what the top layer shows. You saw that nn.LSTM's output has no "
            "zeros.",
        ),
        Wrong(
            "mask on the words",
            {"nn.LSTM": "D"},
            "In D the masks sit on the words, before layer 0. nn.LSTM reads x as it is.",
        ),
        Wrong(
            "behind means between",
            {"nn.Dropout behind": "C"},
            "A module behind the LSTM gets `output` alone. What goes from layer 0 to layer 1 never "
            "leaves the LSTM.",
        ),
        Wrong(
            "behind reaches the steps",
            {"nn.Dropout behind": "A"},
            "A module behind the LSTM gets `output` when all steps are done. It cannot reach h on "
            "its way from step to step.",
        ),
        Wrong(
            "behind and before exchanged",
            {"nn.Dropout behind": "D", "nn.Dropout before": "B"},
            "You have exchanged before and behind: x comes from below, output leaves at the top.",
        ),
        Wrong(
            "the lower layer's state",
            {"top state": "h_n[0]"},
            "h_n[0] is what layer 0 showed last. Layers are counted from the bottom.",
        ),
        Wrong(
            "all layers' states",
            {"top state": "h_n"},
            "h_n holds both layers' states, (2, B, H). One of its two rows is asked for.",
        ),
        Wrong(
            "the first step",
            {"top state": "output[0]"},
            "output[0] is what the top layer showed at the *first* step: its first axis is time.",
        ),
        *(
            Wrong(
                f"memory of layer {layer}",
                {"top state": f"c_n[{k}]"},
                f"c_n[{k}] is the memory of layer {layer}, which is not shown. What a layer shows "
                "is h.",
            )
            for k, layer in ((0, 0), (-1, 1))
        ),
    ),
    praise="In picture A each step would forget units at random; nn.LSTM has no argument for that.",
    hints=(
        "For each picture, name the arrows that meet a mask: from x, up to the next layer, to the "
        "right, or into output.",
        "The lesson found no zeros in output, and an h_n[0] that is the same in every call. Which "
        "pictures can these two facts rule out?",
        "nn.LSTM's masks sit between layers. A module behind the LSTM acts on output, one before "
        "it on x. Rows of h_n are layers, from the bottom up.",
    ),
    solution_code="""
answer = {
    "nn.LSTM": "C",
    "nn.Dropout behind": "B",
    "nn.Dropout before": "D",
    "top state": "h_n[-1]",
}
""",
)

# --- 06.4 -----------------------------------------------------------------------------------------

_BROKEN = """
def broken_summary(lstm, x):
    output, (h_n, c_n) = lstm(x)
    return torch.cat([output[-1], c_n[0]], dim=-1)
"""


def _summary_cases() -> tuple[Case, ...]:
    """Return cases of several layers and of one, then some of as many words as sentences."""

    def case(T: int, B: int, I: int, H: int, L: int, first: bool = False) -> Case:  # noqa: E741, N803
        random = randoms(T)
        lstm = random_layer(random, I, H, L, 0.5, batch_first=first)
        x = random(B, T, I) if first else random(T, B, I)
        said = f"T={T}, B={B}, I={I}, H={H}, L={L}" + (", batch_first=True" if first else "")
        special = (
            "This layer has `batch_first=True`: x is (B, T, I) and output (B, T, H). h_n and c_n "
            "are (L, B, H), as without it."
        )
        if T == B:
            special = (
                "With as many words as sentences, no shape and no error tells how x lies. "
                "`lstm.batch_first` does, and h_n and c_n do not need it."
            )
        return Case({"lstm": lstm, "x": x}, said, special=special if first or T == B else "")

    return (
        case(7, 4, 6, 5, 3),
        case(5, 3, 7, 4, 2, True),
        case(4, 3, 2, 6, 1),
        case(6, 6, 2, 5, 4, True),
        case(8, 8, 3, 5, 2),
    )


def _joined(choose: Callable[[Tensor, Tensor, Tensor], tuple]) -> Callable:
    """Return a summary that joins what is chosen from output, h_n and c_n."""

    def summary(lstm: torch.nn.LSTM, x: Tensor) -> Tensor:
        output, (h_n, c_n) = lstm(x)
        return torch.cat(choose(output, h_n, c_n), dim=-1)

    return summary


def _by_axis(first: Callable[..., tuple], otherwise: Callable[..., tuple]) -> Callable:
    """Return a summary that joins what ``first`` chooses where the batch is first, or else."""

    def summary(lstm: torch.nn.LSTM, x: Tensor) -> Tensor:
        output, (h_n, c_n) = lstm(x)
        return torch.cat((first if lstm.batch_first else otherwise)(output, h_n, c_n), dim=-1)

    return summary


def _turned(when: tuple[bool, ...], turn: Callable[[Tensor], Tensor], h: Callable) -> Callable:
    """Return a summary that turns x round where ``batch_first`` is one of ``when``.

    ``h`` chooses the first half, from output and h_n.
    """

    def summary(lstm: torch.nn.LSTM, x: Tensor) -> Tensor:
        output, (h_n, c_n) = lstm(turn(x) if lstm.batch_first in when else x)
        return torch.cat([h(output, h_n), c_n[-1]], dim=-1)

    return summary


def _transposed(x: Tensor) -> Tensor:
    return x.transpose(0, 1)


def _viewed(x: Tensor) -> Tensor:
    return x.view(x.shape[1], x.shape[0], -1)


def _reshaped(x: Tensor) -> Tensor:
    return x.reshape(x.shape[1], x.shape[0], -1)


def _moved(move: Callable[[Tensor], Tensor], when: tuple[bool, ...], at: Any) -> Callable:
    """Return a summary that moves output where ``batch_first`` is one of ``when``."""

    def summary(lstm: torch.nn.LSTM, x: Tensor) -> Tensor:
        output, (_, c_n) = lstm(x)
        return torch.cat([(move(output) if lstm.batch_first in when else output)[at], c_n[-1]], -1)

    return summary


_ANY = (True, False)
_LAST_SENTENCE = (slice(None), -1)


def _parts(summary: Tensor, H: int) -> tuple[Tensor, ...]:  # noqa: N803
    """Return the columns, H at a time; nothing where it is not made of such parts."""
    whole = summary.ndim == 2 and summary.shape[-1] > 0 and summary.shape[-1] % H == 0
    return summary.split(H, dim=-1) if whole else ()


def _what_is(part: Tensor, lstm: torch.nn.LSTM, x: Tensor) -> str:
    """Say what H numbers for each sentence are, or nothing."""
    with torch.no_grad():
        output, (h_n, c_n) = lstm(x)
    steps = output.transpose(0, 1) if lstm.batch_first else output
    known = {f"c of layer {k}": c for k, c in enumerate(c_n)}
    known |= {f"h of layer {k} after the last step": h for k, h in enumerate(h_n)}
    known |= {f"h of the top layer after step {t}": h for t, h in enumerate(steps)}
    known |= {"h of the top layer, the mean over all steps": steps.mean(dim=0)}
    known |= {f"tanh of c of layer {k}": c.tanh() for k, c in enumerate(c_n)}
    return next((name for name, value in known.items() if alike(part, value)), "")


def _look_at_the_summary(inputs: Mapping[str, Any], ours: Results, wanted: Results) -> str:
    """Say which half is right and what the other one is, or that the right numbers are mixed."""
    lstm, x = inputs["lstm"], inputs["x"]
    summary, right = ours["summary"].detach(), wanted["summary"]
    found = [_what_is(part, lstm, x) for part in _parts(summary, lstm.hidden_size)]
    if summary.shape != right.shape:
        if len(found) == 1 and found[0]:
            return f"Your numbers are {found[0]}. Two halves are asked for, h and c: 2H numbers."
        return ""
    h_is_right, c_is_right = map(alike, summary.chunk(2, dim=-1), right.chunk(2, dim=-1))
    if h_is_right:
        is_it = f"is {found[1]}, and should be" if found[1] else "is not"
        return f"The first half is right. The second {is_it} c of the top layer."
    if c_is_right:
        is_it = f"is {found[0]}, and should be" if found[0] else "is not"
        return (
            f"The second half is right. The first {is_it} h of the top layer after the last step."
        )
    if all(found):
        return f"The first half is {found[0]}, the second {found[1]}."
    if alike(summary.sort(dim=-1).values, right.sort(dim=-1).values):
        return "Each sentence has the right numbers, in another order. All of h comes before c."
    if alike(summary.flatten().sort().values, right.flatten().sort().values):
        return (
            "All numbers are the right ones, but some stand in the row of another sentence. A "
            "reshape can do that: it goes by the order in memory."
        )
    return ""


MEND_THE_SUMMARY = FunctionExercise(
    number="06.4",
    title="Mend a summary",
    function="summary",
    given=_BROKEN,
    make_cases=_summary_cases,
    reference=_joined(lambda output, h_n, c_n: (h_n[-1], c_n[-1])),
    form=OneTensor(("summary",), axes=("sentence", "number")),
    gradients=True,
    errors_in_words=True,
    look=_look_at_the_summary,
    wrongs=(
        Wrong(
            "nothing mended",
            _joined(lambda output, h_n, c_n: (output[-1], c_n[0])),
            "This does what the broken one does. Its second half is the memory of layer 0, the "
            "lowest. And its first half is the last step only if time comes first.",
        ),
        *several(
            "c mended, h to go",
            "The memory is the top layer's now. But `output[-1]` is the last step only if time "
            "comes first. With `batch_first=True` it is the last sentence.",
            _joined(lambda output, h_n, c_n: (output[-1], c_n[-1])),
            lambda lstm, x: torch.stack([lstm(x)[0][-1], lstm(x)[1][1][-1]], dim=1).flatten(1),
        ),
        *several(
            "states moved along",
            "You read h_n or c_n as if `batch_first` moved them. It moves x and output only: the "
            "states stay (L, B, H), and their first axis is layers.",
            _by_axis(
                lambda output, h_n, c_n: (output[:, -1], c_n[:, -1]),
                lambda output, h_n, c_n: (output[-1], c_n[-1]),
            ),
            _by_axis(
                lambda output, h_n, c_n: (output[-1], c_n[:, -1]),
                lambda output, h_n, c_n: (output[-1], c_n[-1]),
            ),
            _by_axis(
                lambda output, h_n, c_n: (h_n[:, -1], c_n[-1]),
                lambda output, h_n, c_n: (h_n[-1], c_n[-1]),
            ),
            _by_axis(
                lambda output, h_n, c_n: (h_n[:, -1], c_n[:, -1]),
                lambda output, h_n, c_n: (h_n[-1], c_n[-1]),
            ),
            _by_axis(
                lambda output, h_n, c_n: (_reshaped(h_n)[-1], _reshaped(c_n)[-1]),
                lambda output, h_n, c_n: (h_n[-1], c_n[-1]),
            ),
        ),
        *several(
            "view for transpose",
            "`view` and `reshape` move no axis (lesson 05): sentences and steps get mixed. "
            "`transpose` moves axes. Or leave output as it lies, and take the step there.",
            _moved(_viewed, (True,), -1),
            _moved(_reshaped, (True,), -1),
            _moved(_reshaped, (False,), _LAST_SENTENCE),
            _moved(_reshaped, _ANY, _LAST_SENTENCE),
        ),
        Wrong(
            "h mended, c to go",
            _joined(lambda output, h_n, c_n: (h_n[-1], c_n[0])),
            "The first half is right now, however x lies. The second half is still the memory of "
            "layer 0.",
        ),
        Wrong(
            "both of layer 0",
            _joined(lambda output, h_n, c_n: (h_n[0], c_n[0])),
            "Both halves are of layer 0, the lowest. The first axis of h_n and c_n is layers.",
        ),
        Wrong(
            "h of layer 0",
            _joined(lambda output, h_n, c_n: (h_n[0], c_n[-1])),
            "The second half is the top layer's now. The first half is what layer 0 showed.",
        ),
        Wrong(
            "layer 2 for the top layer",
            _joined(lambda output, h_n, c_n: (h_n[2], c_n[2])),
            "You take layer 2. It is the top one with three layers. With two there is none.",
        ),
        Wrong(
            "layer 1 for the top layer",
            _joined(lambda output, h_n, c_n: (h_n[1], c_n[1])),
            "You take layer 1. It is the top one with two layers; with three it is not, and with "
            "one there is none.",
        ),
        *several(
            "the last sentence",
            "You take away the second axis of h_n or c_n: that is the sentences, and a row for "
            "each layer is left. (`[:, -1]` is the last *sentence*, for every layer.) The first "
            "axis is layers.",
            _joined(lambda output, h_n, c_n: (h_n[:, -1], c_n[:, -1])),
            _joined(lambda output, h_n, c_n: (h_n[:, -1], c_n[-1])),
            _joined(lambda output, h_n, c_n: (h_n[-1], c_n[:, -1])),
        ),
        *several(
            "the last sentence of output",
            "With time first, your first half has T rows and should have B. There "
            "`output[:, -1]` is the last *sentence*, at every step. It is the last step only with "
            "`batch_first=True`.",
            _joined(lambda output, h_n, c_n: (output[:, -1], c_n[-1])),
            _joined(lambda output, h_n, c_n: (output[:, -1], c_n[:, -1])),
        ),
        *several(
            "the first step of output",
            "Your first half is the top layer's, but after the *first* step.",
            _joined(lambda output, h_n, c_n: (output[0], c_n[-1])),
            _by_axis(
                lambda output, h_n, c_n: (output[:, 0], c_n[-1]),
                lambda output, h_n, c_n: (output[0], c_n[-1]),
            ),
        ),
        Wrong(
            "h and c exchanged",
            _joined(lambda output, h_n, c_n: (c_n[-1], h_n[-1])),
            "Both are the top layer's, in the other order: h comes first, then c.",
        ),
        *several(
            "h twice",
            "Both halves are the top layer's h. (With time first, `output[-1]` is `h_n[-1]`.) The "
            "second half should be the memory c.",
            _joined(lambda output, h_n, c_n: (output[-1], h_n[-1])),
            _joined(lambda output, h_n, c_n: (h_n[-1], h_n[-1])),
        ),
        Wrong(
            "all layers side by side",
            _joined(lambda output, h_n, c_n: (*h_n, *c_n)),
            "You join the states of all layers. Those of the top layer are asked for.",
        ),
        Wrong(
            "the whole of h_n and c_n",
            _joined(lambda output, h_n, c_n: (h_n, c_n)),
            "You join h_n and c_n whole, so an axis for the layers is left. Take one layer.",
        ),
        Wrong(
            "an axis kept by a slice",
            _joined(lambda output, h_n, c_n: (h_n[-1:], c_n[-1:])),
            "The numbers are right, and the axis of layers is still there, 1 long. A slice keeps "
            "its axis; an index takes it away: `[-1]`.",
        ),
        *several(
            "all layers in one",
            "You take all layers together, as a mean or a sum. The top layer alone is asked for.",
            _joined(lambda output, h_n, c_n: (h_n.mean(dim=0), c_n.mean(dim=0))),
            _joined(lambda output, h_n, c_n: (h_n.sum(dim=0), c_n.sum(dim=0))),
        ),
        *several(
            "x turned round",
            "Do you turn x round, or reshape it, or set `lstm.batch_first`? Then the layer takes "
            "steps for sentences. x lies as the layer wants it, whatever `batch_first` is. Leave "
            "both as they are.",
            _turned(_ANY, _transposed, lambda output, h_n: h_n[-1]),
            _turned(_ANY, _transposed, lambda output, h_n: output[-1]),
            _turned(_ANY, _transposed, lambda output, h_n: output[:, -1]),
            _turned((True,), _transposed, lambda output, h_n: h_n[-1]),
            _turned((True,), _transposed, lambda output, h_n: output[-1]),
            _turned((False,), _transposed, lambda output, h_n: h_n[-1]),
            _turned((True,), _reshaped, lambda output, h_n: h_n[-1]),
        ),
        Wrong(
            "h and c in turn",
            lambda lstm, x: torch.stack([s[-1] for s in lstm(x)[1]], dim=-1).flatten(1),
            "The right numbers, but h and c take turns: h, c, h, c. First all of h, then all of c.",
        ),
        *several(
            "one below the other",
            "You join the two along the sentences: (2B, H). Side by side is along the last axis.",
            lambda lstm, x: torch.cat([each[-1] for each in lstm(x)[1]]),
        ),
    ),
    praise="h_n[-1] and c_n[-1] are the top layer's, for any number of layers, however x lies.",
    hints=(
        "Print the shapes of output, h_n and c_n for two layers of your own with num_layers=3, one "
        "of them with batch_first=True. Which axis counts what?",
        "Which two of the three do not move with `batch_first`? Where is the top layer in them?",
        "The first axis of h_n and c_n is layers, from the bottom up. Index −1 is the top one, for "
        "any number of layers.",
    ),
    solution_code="""
def summary(lstm, x):
    output, (h_n, c_n) = lstm(x)
    return torch.cat([h_n[-1], c_n[-1]], dim=-1)
""",
)

EXERCISES = (STACK_THE_LAYERS, PREDICT_THE_DROPOUT, CHOOSE_THE_PICTURE, MEND_THE_SUMMARY)
