"""Exercises of lesson 04: keep every memory, predict a call, judge six pictures, look behind h."""

# ruff: noqa: E741, N803 - I is the input size, as everywhere in the course.

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any

import torch
from torch import Tensor

from first_edition.answers import Choice, DictExercise, Part, ShapeOf, Verdict
from first_edition.base import MATCH, Wrong, listed, several
from first_edition.forms import OneTensor, Tensors
from first_edition.functions import Case, FunctionExercise, Probe, Results
from first_edition.inputs import randoms
from lstm_lessons.lstm.cell import lstm_step

# --- 04.1 -----------------------------------------------------------------------------------------

Pair = tuple[Tensor, Tensor]


def _loop_cases() -> tuple[Case, ...]:
    """Return two calls with states, of other sizes, and one without."""
    return (
        _loop_case(6, 2, 3, 5),
        _loop_case(4, 7, 6, 2),
        _loop_case(
            5,
            3,
            2,
            7,
            states=False,
            special="Without states, `h_0` and `c_0` are None. Step 0 then starts from zeros, "
            "(B, H); each later step starts from what the one before it made.",
        ),
    )


def _loop_case(T: int, B: int, I: int, H: int, states: bool = True, special: str = "") -> Case:
    random = randoms(T)
    inputs = {
        "x": random(T, B, I),
        "h_0": random(B, H) if states else None,
        "c_0": random(B, H) if states else None,
        "weight_ih": random(4 * H, I),
        "weight_hh": random(4 * H, H),
        "bias_ih": random(4 * H),
        "bias_hh": random(4 * H),
    }
    given = "" if states else ", no states"
    return Case(inputs, f"T={T}, B={B}, I={I}, H={H}{given}", special=special)


def torch_steps(x: Tensor, h_0: Tensor | None, c_0: Tensor | None, *weights: Tensor) -> Pair:
    """Return h and c after every step, (T, B, H) each, as torch's own cell makes them."""
    zeros = x.new_zeros(x.shape[1], weights[0].shape[0] // 4)
    h, c = (zeros if state is None else state for state in (h_0, c_0))
    states = []
    for x_t in x:
        h, c = torch.lstm_cell(x_t, (h, c), *weights)
        states.append((h, c))
    hs, cs = zip(*states, strict=True)
    return torch.stack(hs), torch.stack(cs)


def _loop(
    carry: Callable[[Pair, Pair, Pair], Pair] = lambda new, old, start: new,
    keep: Callable[[Pair, Pair], Pair] = lambda new, old: new,
    steps: Callable[[Tensor], Tensor] = lambda x: x,
    start: Callable[[Tensor | None, Tensor], Tensor] = lambda state, zeros: (
        zeros if state is None else state
    ),
    give: Callable[[list[Tensor], list[Tensor], Pair], object] = lambda hs, cs, start: (
        torch.stack(hs),
        torch.stack(cs),
    ),
    use: Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]] = lambda weights: weights,
    step: Callable[..., Pair] = lstm_step,
) -> Callable:
    """Return the loop with one part or more replaced; without arguments it is right."""

    def unroll_all(x: Tensor, h_0: Tensor | None, c_0: Tensor | None, *weights: Tensor) -> object:
        zeros = x.new_zeros(x.shape[1], weights[0].shape[0] // 4)
        first = state = (start(h_0, zeros), start(c_0, zeros))
        hs, cs = [], []
        for x_t in steps(x):
            new = step(x_t, *state, *use(weights))
            h, c = keep(new, state)
            hs.append(h)
            cs.append(c)
            state = carry(new, state, first)
        return give(hs, cs, first)

    return unroll_all


def _stacked(change: Callable[[Tensor], Tensor]) -> Callable:
    """Return the loop whose two results both go through ``change``."""
    return _loop(give=lambda hs, cs, start: (change(torch.stack(hs)), change(torch.stack(cs))))


_LOOP_WRONGS = (
    *several(
        "last step only",
        "You return the states after the last step. Asked for are those after every step: an axis "
        "of T in front. What does the loop do with the others?",
        _loop(give=lambda hs, cs, start: (hs[-1], cs[-1])),
        _loop(give=lambda hs, cs, start: (hs[-1][None], cs[-1][None])),
    ),
    Wrong(
        "return inside the loop",
        _loop(give=lambda hs, cs, start: (torch.stack(hs[:1]), torch.stack(cs[:1]))),
        "You return the states of step 0 alone, T = 1. Does `return` stand inside the loop? Then "
        "it ends the first turn.",
    ),
    *several(
        "last memory only",
        "`output` is right. `memory` holds the last step alone, as nn.LSTM's c_n does; asked for "
        "is c after every step.",
        _loop(give=lambda hs, cs, start: (torch.stack(hs), cs[-1])),
        _loop(give=lambda hs, cs, start: (torch.stack(hs), cs[-1][None])),
    ),
    Wrong(
        "last step repeated",
        _loop(
            give=lambda hs, cs, start: (
                torch.stack([hs[-1] for _ in hs]),
                torch.stack([cs[-1] for _ in cs]),
            )
        ),
        "Every row holds the states of the last step. They have to be put away inside the loop, "
        "while they are still there.",
    ),
    Wrong(
        "c in place of h",
        _loop(keep=lambda new, old: (new[1], new[1])),
        "`memory` is right, but your `output` holds c as well. `output` is what the unit shows: h.",
    ),
    Wrong(
        "h in place of c",
        _loop(keep=lambda new, old: (new[0], new[0])),
        "`output` is right, but your `memory` holds h as well. The memory is c.",
    ),
    Wrong(
        "memory first",
        _loop(keep=lambda new, old: new[::-1]),
        "You return the memory first. The order is `output, memory`: h, then c.",
    ),
    *several(
        "states not carried",
        "Every step starts from h_0 and c_0 again, so no word knows of those before it. A step "
        "reads what the step before it made.",
        _loop(carry=lambda new, old, start: start),
        _loop(start=lambda state, zeros: state, carry=lambda new, old, start: start),
    ),
    Wrong(
        "zeros at every turn",
        _loop(start=lambda state, zeros: zeros, carry=lambda new, old, start: start),
        "Every step starts from zeros, so no word knows of those before it. The states are made "
        "once, before the loop; from then on a step reads what the step before it made.",
    ),
    Wrong(
        "zeros at every turn, where no states are given",
        _loop(carry=lambda new, old, start: new if start[0].any() else start),
        "Right as long as states are given. Where they are not, every step starts from zeros, so "
        "no word knows of those before it. Zeros are for step 0 alone: put them in before the "
        "loop.",
    ),
    Wrong(
        "h from zeros at every turn, where no states are given",
        _loop(carry=lambda new, old, start: (new[0] if start[0].any() else start[0], new[1])),
        "Right as long as states are given. Where they are not, c is handed on, but h is zero "
        "again at every step. Zeros are for step 0 alone: put them in before the loop.",
    ),
    Wrong(
        "c from zeros at every turn, where no states are given",
        _loop(carry=lambda new, old, start: (new[0], new[1] if start[1].any() else start[1])),
        "Right as long as states are given. Where they are not, h is handed on, but c is zero "
        "again at every step. Zeros are for step 0 alone: put them in before the loop.",
    ),
    *several(
        "an axis for layers expected",
        "You take `h_0[0]` and `c_0[0]`. Here they are (B, H), without an axis for layers, so that "
        "is the state of sentence 0, and all sentences start from it.",
        _loop(start=lambda state, zeros: zeros if state is None else state[0]),
        _loop(start=lambda state, zeros: zeros if state is None else state[:1]),
    ),
    *several(
        "h not carried",
        "c is handed on, h is not: every step reads h_0. The step needs both of the step before.",
        _loop(carry=lambda new, old, start: (start[0], new[1])),
        _loop(
            carry=lambda new, old, start: (start[0], new[1]),
            keep=lambda new, old: (old[0], new[1]),
        ),
    ),
    *several(
        "c not carried",
        "h is handed on, c is not: every step reads c_0. The step needs both of the step before.",
        _loop(carry=lambda new, old, start: (new[0], start[1])),
        _loop(
            carry=lambda new, old, start: (new[0], start[1]),
            keep=lambda new, old: (new[0], old[1]),
        ),
    ),
    *several(
        "h and c exchanged on the way",
        "h and c change places from step to step. The step returns h first, and takes h first.",
        _loop(carry=lambda new, old, start: new[::-1]),
        _loop(
            keep=lambda new, old: new[::-1],
            carry=lambda new, old, start: new[::-1],
        ),
    ),
    Wrong(
        "h and c exchanged in the call",
        _loop(step=lambda x_t, h, c, *weights: lstm_step(x_t, c, h, *weights)),
        "The step gets c where it takes h, and h where it takes c: its arguments are x, h, c, and "
        "then the weights.",
    ),
    *several(
        "results in reverse",
        "The steps are done in the right order, but put away in the wrong one: your first row is "
        "the last step. `append` puts behind, `insert(0, ...)` in front.",
        _stacked(lambda states: states.flip(0)),
        _loop(give=lambda hs, cs, start: (torch.stack(hs).flip(0), torch.stack(cs))),
    ),
    Wrong(
        "read from the end",
        _loop(steps=lambda x: x.flip(0)),
        "You read the sentence from its last word to its first. Step 0 reads word 0.",
    ),
    *several(
        "loop over the sentences",
        "The loop runs over the sentences, axis 1, so that a step gets all words of one sentence. "
        "Step t needs word t of every sentence: `x[t]`, along axis 0.",
        _loop(steps=lambda x: x.transpose(0, 1)),
        _loop(steps=lambda x: [x[:, b] for b in range(x.shape[1])]),
    ),
    *several(
        "all words at every turn",
        "Every turn reads all words: the step gets `x`. It should get the words of its own turn, "
        "(B, I): `x[t]`.",
        _loop(steps=lambda x: [x for _ in x]),
        _loop(steps=lambda x: [x for _ in x], carry=lambda new, old, start: start),
        _loop(
            steps=lambda x: [x for _ in x],
            give=lambda hs, cs, start: (torch.cat(hs), torch.cat(cs)),
        ),
        _loop(steps=lambda x: [x for _ in x], give=lambda hs, cs, start: (hs[-1], cs[-1])),
    ),
    *several(
        "word 0 at every turn",
        "Every turn reads word 0. Step t reads word t: `x[t]`.",
        _loop(steps=lambda x: [x[0] for _ in x]),
        _loop(steps=lambda x: [x[0] for _ in x], carry=lambda new, old, start: start),
    ),
    Wrong(
        "start included",
        _loop(
            give=lambda hs, cs, start: (
                torch.stack([start[0], *hs]),
                torch.stack([start[1], *cs]),
            )
        ),
        "You return T + 1 rows: the states from before the first word are among them. Row t is "
        "what step t made.",
    ),
    Wrong(
        "before the step, not after",
        _loop(keep=lambda new, old: old),
        "Row t holds the states from before step t: the first row is the start, and the last step "
        "is missing. First do the step, then put away.",
    ),
    Wrong(
        "memory before the step, not after",
        _loop(keep=lambda new, old: (new[0], old[1])),
        "`output` is right. Row t of your `memory` holds c from before step t: the first row is "
        "the start, and the last step is missing. First do the step, then put c away.",
    ),
    Wrong(
        "output before the step, not after",
        _loop(keep=lambda new, old: (old[0], new[1])),
        "`memory` is right. Row t of your `output` holds h from before step t: the first row is "
        "the start, and the last step is missing. First do the step, then put h away.",
    ),
    Wrong(
        "stacked along axis 1",
        _stacked(lambda states: states.transpose(0, 1)),
        "You return (B, T, H): the steps are stacked along axis 1. Time comes first, as in x.",
    ),
    *several(
        "rows run together",
        "The steps are laid end to end, (T*B, H), and have no axis of their own. `torch.cat` joins "
        "along an axis that is there; `torch.stack` makes a new one.",
        _stacked(lambda states: states.flatten(0, 1)),
        _loop(give=lambda hs, cs, start: (torch.cat(hs), torch.stack(cs))),
    ),
    Wrong(
        "an axis for layers kept",
        _stacked(lambda states: states.unsqueeze(1)),
        "You return (T, 1, B, H). The axis for layers belongs to h_n and c_n of nn.LSTM; here "
        "(T, B, H) is asked for.",
    ),
    Wrong(
        "given states not used",
        _loop(start=lambda state, zeros: zeros),
        "Right only where no states are given: yours starts from zeros always, and does not look "
        "at `h_0` and `c_0`.",
    ),
    Wrong(
        "ones for nothing",
        _loop(start=lambda state, zeros: zeros + 1 if state is None else state),
        "Right as long as states are given. Where they are not, yours start at 1; nn.LSTM's start "
        "at 0.",
    ),
    *several(
        "states always expected",
        "Right as long as states are given. They may also be None, as `hx` of nn.LSTM may: then "
        "they start at zero, a row of H for each sentence.",
        _loop(start=lambda state, zeros: state),
        _loop(start=lambda state, zeros: state.clone()),
    ),
    Wrong(
        "a tensor asked whether it is true",
        _loop(start=lambda state, zeros: state if state else zeros),
        "A tensor of several numbers is neither true nor false, so `if`, `not` and `or` cannot go "
        "by it. To see whether states are given, ask `h_0 is None`: that looks at no number.",
    ),
    *several(
        "first word left out",
        "The first word is not read. Word 0 is read too, at step 0: there the old states are h_0 "
        "and c_0.",
        _loop(steps=lambda x: x[1:]),
    ),
    *several(
        "last word left out",
        "The last word is not read. `range(T)` goes from 0 to T - 1, and so reads all T words.",
        _loop(steps=lambda x: x[:-1]),
        _loop(
            steps=lambda x: x[:-1],
            give=lambda hs, cs, start: (
                torch.stack([*hs, torch.zeros_like(hs[0])]),
                torch.stack([*cs, torch.zeros_like(cs[0])]),
            ),
        ),
    ),
    Wrong(
        "biases left out",
        _loop(use=lambda weights: weights[:2]),
        "The two biases are left out. The step takes four weights, in this order: `weight_ih`, "
        "`weight_hh`, `bias_ih`, `bias_hh`.",
    ),
    Wrong(
        "detached at every step",
        _loop(carry=lambda new, old, start: tuple(state.detach() for state in new)),
        "The numbers are right, the gradients are not: the states are detached from step to step, "
        "so no step learns what it did for later ones.",
    ),
    Wrong(
        "h detached on the way",
        _loop(carry=lambda new, old, start: (new[0].detach(), new[1])),
        "The numbers are right, the gradients are not: h is detached on its way to the next step.",
    ),
    Wrong(
        "c detached on the way",
        _loop(carry=lambda new, old, start: (new[0], new[1].detach())),
        "The numbers are right, the gradients are not: c is detached on its way to the next step, "
        "and with it the long memory of the gradient.",
    ),
)

_LOOP_FORM = Tensors(
    ("output", "memory"),
    axes=("step", "sentence", "unit"),
    not_nested="Here both are sequences, and stand side by side:",
)


def _look_at_the_loop(inputs: Mapping[str, Any], ours: Results, wanted: Results) -> str:
    """Say that weights are used which were not given, or which step is the first that is wrong."""
    given = [inputs[name] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    if any(_is_other(leaf, given) for each in ours.values() for leaf in _leaves(each)):
        return _OTHER_WEIGHTS
    if any(ours[name].shape != wanted[name].shape for name in wanted):
        return ""
    at = [_first_wrong_step(ours[name], wanted[name]) for name in wanted]
    first = min(at)
    if first == 0 or max(at) == len(wanted["output"]):
        return ""
    right = "Step 0 is" if first == 1 else f"Steps 0 to {first - 1} are"
    return (
        f"{right} right in both results, step {first} is not. What does step {first} get: which "
        "word, and which h and c?"
    )


_OTHER_WEIGHTS = (
    "Weights that your function is not given have a part in its result. Does it make a new "
    "`nn.LSTM`, or use `tensors`, `h` or `c` of the cell above? Take the weights from the "
    "arguments, and the start too."
)


def _first_wrong_step(ours: Tensor, wanted: Tensor) -> int:
    """Return the first row that is wrong, or the number of rows."""
    wrong = _LOOP_FORM.gaps(ours, wanted).flatten(1).amax(1) > _LOOP_FORM.tolerance
    return next((step for step, found in enumerate(wrong.tolist()) if found), len(wrong))


def _leaves(result: Tensor) -> Iterator[Tensor]:
    """Yield the tensors in which the graph of a result ends. Of what a call is given, none."""
    ahead, seen = [result.grad_fn], {None}
    while ahead:
        node = ahead.pop()
        if node in seen:
            continue
        seen.add(node)
        ahead += [before for before, _ in node.next_functions]
        if isinstance(leaf := getattr(node, "variable", None), Tensor):
            yield leaf


def _is_other(leaf: Tensor, given: list[Tensor]) -> bool:
    """Say whether a tensor has the shape of a given one, but none of their numbers."""
    alike = [each for each in given if each.shape == leaf.shape and each.device == leaf.device]
    return bool(alike) and not any(
        torch.allclose(leaf.detach().double(), each, rtol=1e-5, atol=1e-6) for each in alike
    )


KEEP_EVERY_MEMORY = FunctionExercise(
    number="04.1",
    title="Keep every memory",
    function="unroll_all",
    make_cases=_loop_cases,
    reference=torch_steps,
    form=_LOOP_FORM,
    gradients=True,
    wrongs=_LOOP_WRONGS,
    look=_look_at_the_loop,
    words={
        ("output",): "`memory` is right, `output` is not: h is right on its way, so look at what "
        "you put away.",
        ("memory",): "`output` is right, `memory` is not: c is right on its way, so look at what "
        "you put away.",
    },
    probes=(
        Probe("there is one word only", lambda inputs: inputs | {"x": inputs["x"][:1]}),
        Probe(
            "h_0 and c_0 are zero",
            lambda inputs: (
                inputs | {name: torch.zeros_like(inputs[name]) for name in ("h_0", "c_0")}
            ),
        ),
    ),
    praise=(
        "All memories are there, and the gradients are torch's too. `nn.LSTM` would have given you "
        "the last one only."
    ),
    advice={
        "H": "H is the number of units: `weight_hh` has H columns.",
        "weights": "The four weights have names of their own here. `*weights` in the first line "
        "of the function would collect them.",
    },
    hints=(
        "Begin with the lesson's loop. Which two things change from turn to turn, and which of "
        "them does it put away?",
        "A second list takes the memories. Both are filled in the same turn, after the step.",
        "Before the loop: where a state is None, put zeros of shape (B, H) in its place. B is "
        "`x.shape[1]`, and H is the number of columns of `weight_hh`.",
    ),
    solution_code="""
def unroll_all(x, h_0, c_0, weight_ih, weight_hh, bias_ih, bias_hh):
    zeros = torch.zeros(x.shape[1], weight_hh.shape[1])
    h = zeros if h_0 is None else h_0
    c = zeros if c_0 is None else c_0
    shown, kept = [], []
    for x_t in x:
        h, c = lstm_step(x_t, h, c, weight_ih, weight_hh, bias_ih, bias_hh)
        shown.append(h)
        kept.append(c)
    return torch.stack(shown), torch.stack(kept)
""",
)

# --- 04.2 -----------------------------------------------------------------------------------------

# The layer of the exercise and its three calls; the tests run them.
I_, H_ = 7, 5
ONE, THREE, SHORT = (9, 7), (9, 3, 7), (4, 3, 7)

_VALUES = "output[-1] equals h_n"
_ROW = "output[-1] equals h_n[0]"
_FIRST = "output[0] equals h_n[0]"
_MEMORY = "c_n equals output[-1:]"

_AXES = {
    "one: output": "It holds h after every step. One axis counts the steps, one the numbers of h.",
    "one: h_n": "It holds h after the last step. One axis counts layers, one the numbers of h.",
    "three: output": "It holds h after every step, for each sentence: one axis for the steps, one "
    "for the sentences, one for the numbers of h.",
    **dict.fromkeys(
        ("three: h_n", "short: h_n"),
        "It holds h after the last step, for each sentence: one axis for layers, one for the "
        "sentences, one for the numbers of h.",
    ),
}


def _shape(key: str, right: tuple[int, ...]) -> Part:
    return ShapeOf(key, right, _AXES[key])


Shape = tuple[int, ...]


def _outputs(one: Shape | None, three: Shape | None) -> dict[str, Shape]:
    return _there({"one: output": one, "three: output": three})


def _states(one: Shape | None, three: Shape | None, short: Shape | None) -> dict[str, Shape]:
    return _there({"one: h_n": one, "three: h_n": three, "short: h_n": short})


def _there(shapes: Mapping[str, Shape | None]) -> dict[str, Shape]:
    return {key: shape for key, shape in shapes.items() if shape is not None}


def _axis_by_axis() -> Iterator[Wrong]:
    """Yield every slip of `_SLIPS`, in each entry and in several entries at once."""
    for name, message, *all_shapes in _SLIPS:
        for shapes in all_shapes:
            for size in range(1, len(shapes) + 1):
                for keys in combinations(shapes, size):
                    yield Wrong(
                        f"{name}: {listed(keys)}",
                        {key: shapes[key] for key in keys},
                        f"In {listed([f'`{key}`' for key in keys])}, {message}",
                    )


_SLIPS = (
    (
        "one step in output",
        "you have the shape of one step. `output` holds h after *every* step, not only the last.",
        _outputs((5,), (3, 5)),
    ),
    (
        "output like h_n",
        "you have the shape of `h_n`. `output` holds h after every step: nine of them.",
        _outputs((1, 5), (1, 3, 5)),
    ),
    (
        "as long as the words",
        "the last axis has 7 places, as a word has numbers. `output` holds h: H numbers.",
        _outputs((9, 7), (9, 3, 7)),
    ),
    (
        "four gates in output",
        "the last axis has 4H places. The gates are used up inside the step; `output` holds h.",
        _outputs((9, 20), (9, 3, 20)),
    ),
    (
        "steps in place of units in output",
        "the last axis is as long as the sentence. `output` holds h there: H numbers.",
        _outputs((9, 9), (9, 3, 9)),
    ),
    (
        "no numbers in output",
        "the axis for the numbers of h is missing. `output` has H of them after every step.",
        _outputs((9,), (9, 3)),
    ),
    (
        "an axis of one in output",
        "there is an axis of one place. An axis for layers is in `h_n` and `c_n` only.",
        _outputs(None, (1, 9, 3, 5)),
        _outputs(None, (9, 1, 3, 5)),
    ),
    (
        "an axis of one in front of output",
        "there is an axis of one place in front. `output` has none for layers, and x has none for "
        "the batch.",
        _outputs((1, 9, 5), None),
    ),
    (
        "a batch of one in output",
        "there is an axis for the batch. x had none there: (T, I) goes in, (T, H) comes out.",
        _outputs((9, 1, 5), None),
    ),
    (
        "units first",
        "the numbers of h come first. The first axis of x is time, and so is that of `output`.",
        _outputs((5, 9), None),
    ),
    (
        "sentences first",
        "the sentences come first. The first axis of x is time, and so is that of `output`.",
        _outputs(None, (3, 9, 5)),
    ),
    (
        "no axis for sentences in output",
        "the axis for the sentences is missing. Each of the three has an h of its own after "
        "every step.",
        _outputs(None, (9, 5)),
    ),
    (
        "steps and sentences in one axis",
        "the words of all three sentences stand in one axis. Steps and sentences have an axis "
        "each, as in x.",
        _outputs(None, (27, 5)),
    ),
    (
        "words for sentences in output",
        "the middle axis is as long as the sentence. It counts sentences, and there are three.",
        _outputs(None, (9, 9, 5)),
    ),
    (
        "no axis for layers",
        "the axis in front is missing. It counts layers, and is there even if there is only one, "
        "with and without a batch.",
        _states((5,), (3, 5), (3, 5)),
    ),
    (
        "as long as the words in h_n",
        "the last axis has 7 places, as a word has numbers. `h_n` holds h: H numbers.",
        _states((1, 7), (1, 3, 7), (1, 3, 7)),
    ),
    (
        "four gates in h_n",
        "the last axis has 4H places. The gates are used up inside the step; `h_n` holds h.",
        _states((1, 20), (1, 3, 20), (1, 3, 20)),
    ),
    (
        "steps in place of units in h_n",
        "the last axis is as long as the sentence. `h_n` holds h there: H numbers.",
        _states((1, 9), (1, 3, 9), (1, 3, 4)),
    ),
    (
        "no numbers in h_n",
        "the axis for the numbers of h is missing. `h_n` has H of them in each row.",
        _states((1,), (1, 3), (1, 3)),
    ),
    (
        "every step in h_n",
        "there is a row for each step, as in `output`. The n stands for the last step: the states "
        "after it have the same shape for any length.",
        _states((9, 5), (9, 3, 5), (4, 3, 5)),
        _states((9, 1, 5), (9, 1, 3, 5), (4, 1, 3, 5)),
        _states(None, (1, 9, 3, 5), (1, 4, 3, 5)),
    ),
    (
        "every step in h_n, and no sentences",
        "there is a row for each step, and no axis for the sentences. The n stands for the last "
        "step; each of the three sentences has an h of its own after it.",
        _states(None, (9, 5), (4, 5)),
    ),
    (
        "two rows in h_n",
        "there are two rows in front. There is one layer; and c is not in `h_n`, but in `c_n`.",
        _states((2, 5), (2, 3, 5), (2, 3, 5)),
    ),
    (
        "words for sentences in h_n",
        "the middle axis is as long as the sentence. It counts sentences, and there are three.",
        _states(None, (1, 9, 5), (1, 4, 5)),
    ),
    (
        "layers behind sentences",
        "the sentences come first. The first axis of `h_n` counts layers.",
        _states(None, (3, 1, 5), (3, 1, 5)),
    ),
    (
        "no axis for sentences in h_n",
        "the axis for the sentences is missing. Each of the three has an h of its own after its "
        "last word.",
        _states(None, (1, 5), (1, 5)),
    ),
    (
        "neither layers nor sentences in h_n",
        "there is one axis only, for the numbers of h. In front of it, one counts layers and one "
        "the sentences.",
        _states(None, (5,), (5,)),
    ),
    (
        "a batch of one in h_n",
        "there is an axis for the batch. x had none there; what is left in front counts layers.",
        _states((1, 1, 5), None, None),
    ),
    (
        "nine sentences",
        "there is an axis of 9. With two axes, (9, 7) is one sentence of nine words, not nine "
        "sentences; and `h_n` is of its last word alone.",
        _states((1, 9, 5), None, None),
    ),
)


PREDICT_THE_CALL = DictExercise(
    number="04.2",
    title="Predict a call",
    parts=(
        _shape("one: output", (9, 5)),
        _shape("one: h_n", (1, 5)),
        _shape("three: output", (9, 3, 5)),
        _shape("three: h_n", (1, 3, 5)),
        _shape("short: h_n", (1, 3, 5)),
        Verdict(_VALUES, False, "`torch.equal` asks for the same shape, too: which are they?"),
        Verdict(_ROW, True, "Which step and which state is each of them?"),
        Verdict(_FIRST, False, "Which step is `output[0]`, and which is in `h_n`?"),
        Verdict(_MEMORY, False, "Which state is in each of them?"),
    ),
    wrongs=(
        *_axis_by_axis(),
        Wrong(
            "equal in spite of the shapes",
            {_VALUES: True},
            "`output[-1]` and `h_n` hold the same numbers, but `torch.equal` asks for the same "
            "shape as well. Look at your own two shapes.",
        ),
        Wrong(
            "h_n[0] taken for something else",
            {_ROW: False},
            "Both hold h after the last word, and `[0]` takes away the axis for layers. With one "
            "layer and one direction, is there any difference left?",
        ),
        Wrong(
            "h_n[0] taken for step 0",
            {_FIRST: True},
            "You read `h_n[0]` as step 0. The first axis of `h_n` counts layers, not steps: "
            "`h_n[0]` is the state of layer 0, after the last word.",
        ),
        Wrong(
            "c_n taken for a piece of output",
            {_MEMORY: True},
            "The shapes are equal, the numbers are not: `output` holds h only. c is in none of its "
            "rows.",
        ),
    ),
    praise="You know the shapes of a call before it is made, and what is the same and what is not.",
    hints=(
        "Begin with what each result holds: which state, h or c, and after which steps?",
        "`output` has an axis for time. `h_n` and `c_n` have none, but one for layers in front. A "
        "sentence alone, (T, I), has no axis for the batch, going in or coming out.",
        "For the four verdicts, write both shapes down first. Then ask for both sides: h or c, and "
        "of which step?",
    ),
    solution_code="""
answer = {
    "one: output": (9, 5),
    "one: h_n": (1, 5),
    "three: output": (9, 3, 5),
    "three: h_n": (1, 3, 5),
    "short: h_n": (1, 3, 5),
    "output[-1] equals h_n": False,
    "output[-1] equals h_n[0]": True,
    "output[0] equals h_n[0]": False,
    "c_n equals output[-1:]": False,
}
""",
)

# --- 04.3 -----------------------------------------------------------------------------------------

_REASONS = ("right", "too few", "too many", "memory shown", "exchanged", "too early")


def _picture(letter: str, right: str, look: str) -> Choice:
    return Choice(letter, right, look, options=_REASONS)


JUDGE_THE_PICTURES = DictExercise(
    number="04.3",
    title="Which picture is right?",
    parts=(
        _picture("A", "too few", "Look at the row of `output`: for which words could you read h?"),
        _picture("B", "memory shown", "Look at the row of `output`: which state is in it?"),
        _picture("C", "right", "Go through its rows: which state, and of which steps?"),
        _picture("D", "too many", "Look at the rows of `h_n` and `c_n`: how many steps are there?"),
        _picture("E", "exchanged", "Look at the rows of `h_n` and `c_n`: which state is in each?"),
        _picture("F", "too early", "Look at the rows of `h_n` and `c_n`: of which step are they?"),
    ),
    wrongs=(
        Wrong(
            "output is the last step",
            {"A": "right"},
            "In A, `output` holds the last step alone. That is what some posts say of it; the "
            "lesson found h in `output[t]` at all 24 steps.",
        ),
        Wrong(
            "output is the last step, so C has too many",
            {"A": "right", "C": "too many"},
            "You take `output` for the last step: so A looks right, and C seems to have too many. "
            "But `output[t]` is h after step t, for every t.",
        ),
        Wrong(
            "output is the memory",
            {"B": "right"},
            "In B, `output` is made of c. But c is shown nowhere: output is h, which the output "
            "gate lets through.",
        ),
        Wrong(
            "output is the memory, so C is wrong",
            {"B": "right", "C": "exchanged"},
            "You take the memory for what is shown: so B looks right. `output` is made of h, which "
            "is what the output gate lets through of c.",
        ),
        Wrong(
            "n for all steps",
            {"D": "right"},
            "In D, `h_n` and `c_n` hold all steps. The n does not mean 'all n of them', but the "
            "last one.",
        ),
        Wrong(
            "n for all steps, so C has too few",
            {"D": "right", "C": "too few"},
            "You take `h_n` and `c_n` for all steps: so D looks right, and C seems to have too "
            "few. The n stands for the last step.",
        ),
        Wrong(
            "the start taken for the end",
            {"A": "too early"},
            "Nothing in A is of a step that is too early: all three are of step 2, the last. The "
            "fault is that steps are missing.",
        ),
        Wrong(
            "rows exchanged in B",
            {"B": "exchanged"},
            "In B, `h_n` and `c_n` are as in PyTorch: h goes to one and c to the other. The fault "
            "is in `output`.",
        ),
        Wrong(
            "too many in B",
            {"B": "too many"},
            "The number of steps in B is right: three in `output`, one in each of the others. "
            "Which state is it?",
        ),
        Wrong(
            "the memory in D",
            {"D": "memory shown"},
            "In D, `output` is made of h, as it should be. c stands in the row of `c_n`, where it "
            "belongs; but how many of them?",
        ),
        Wrong(
            "h_n and c_n not told apart",
            {"E": "right"},
            "In E, `h_n` is made of c and `c_n` of h. The letter says which state a result holds, "
            "the n says of which step.",
        ),
        Wrong(
            "exchanged taken for shown",
            {"E": "memory shown"},
            "In E, `output` is made of h, as it should be. c stands in the row of `h_n`, and h in "
            "that of `c_n`.",
        ),
        Wrong(
            "too many in E",
            {"E": "too many"},
            "The number of steps in E is right: three in `output`, one in each of the others. "
            "Which state is it?",
        ),
        Wrong(
            "h_n taken for step 0",
            {"F": "right"},
            "In F, `h_n` and `c_n` hold the states after step 0. The n stands for the last step.",
        ),
        Wrong(
            "h_n taken for step 0, so C is wrong",
            {"F": "right", "C": "exchanged"},
            "You take `h_n` and `c_n` for the states after step 0, so F looks right. The n stands "
            "for the last step, and in C nothing has changed places.",
        ),
        Wrong(
            "too few in F",
            {"F": "too few"},
            "F has as many slots in each row as PyTorch: three, one and one. Of which step are "
            "the two at the end?",
        ),
        Wrong(
            "no picture is right",
            {"C": "too few"},
            "C lacks nothing: three steps in `output`, and the last one in `h_n` and `c_n`.",
        ),
        Wrong(
            "too many in C",
            {"C": "too many"},
            "C has nothing too many: `output` has a slot for each step, the others hold the last.",
        ),
        Wrong(
            "exchanged in C",
            {"C": "exchanged"},
            "In C, `h_n` is made of h and `c_n` of c. Nothing has changed places.",
        ),
        Wrong(
            "too many in A",
            {"A": "too many"},
            "A has nothing too many. Compare its row `output` with the number of steps.",
        ),
    ),
    praise=(
        "C is what nn.LSTM does. A is the most common wrong picture: it takes `output` for the "
        "last step."
    ),
    hints=(
        "Take one row at a time, through all six pictures: first `output`, then `h_n`, then `c_n`.",
        "`output` needs a slot for every step. The n of `h_n` and `c_n` stands for the last step.",
        "Two pictures are wrong in the row of `output`, three in the two rows below it. For each "
        "slot, ask two things: which state, and of which step?",
    ),
    solution_code="""
answer = {
    "A": "too few",
    "B": "memory shown",
    "C": "right",
    "D": "too many",
    "E": "exchanged",
    "F": "too early",
}
""",
)

# --- 04.4 -----------------------------------------------------------------------------------------


def _hidden_cases() -> tuple[Case, ...]:
    special = "Is there a number in your code, a size or a bound, that fits the first call only?"
    return (_hidden_case(3, 5), _hidden_case(2, 7, 4, special=special))


def _hidden_case(*shape: int, special: str = "") -> Case:
    """Return h and o of some steps, with memories up to 3 and gates that are never shut."""
    generator = torch.Generator().manual_seed(len(shape))
    c, o = (torch.rand(shape, generator=generator, dtype=torch.float64, device="cpu") for _ in "co")
    o = 0.2 + 0.4 * o
    inputs = {"h": o * torch.tanh(6 * c - 3), "o": o}
    return Case(inputs, f"tensors of shape {shape}", special=special)


def memory_behind(h: Tensor, o: Tensor) -> Tensor:
    """Return c from h = o * tanh(c)."""
    return torch.atanh(h / o)


def _look_at_c(inputs: Mapping[str, Any], ours: Results, wanted: Results) -> str:
    """Say where nan comes from, or that all is right but cut off at some distance from zero."""
    found, right = ours["c"].detach(), wanted["c"]
    if found.isnan().any():
        return (
            "What tanh makes lies between -1 and 1. So the number that its inverse takes must lie "
            "there too; of any other it makes nan. (The check hands over h first, then o.)"
        )
    if found.shape != right.shape:
        return ""
    wrong = (found - right).abs() > MATCH
    bound = found.abs().max()
    cut_off = (bound - found[wrong].abs() < MATCH).all() and (right[wrong].abs() > bound).all()
    if wrong.all() or not (cut_off and (found.sign() == right.sign()).all()):
        return ""
    return (
        f"Your c is right up to a point, and never farther than {float(bound):.4g} from zero. Is "
        "something clamped? Nothing has to be: h / o always lies between -1 and 1 here."
    )


LOOK_BEHIND_H = FunctionExercise(
    number="04.4",
    title="Look behind h",
    function="memory_behind",
    make_cases=_hidden_cases,
    reference=memory_behind,
    form=OneTensor(("c",), axes=("step", "sentence", "unit")),
    gradients=True,
    look=_look_at_c,
    wrongs=(
        Wrong(
            "h taken for c",
            lambda h, o: h.clone(),
            "You return h itself. h is what the output gate lets through of tanh(c): undo both.",
        ),
        Wrong(
            "the tanh left in",
            lambda h, o: h / o,
            "The gate is undone, and what is left is tanh(c). One step more: undo tanh.",
        ),
        Wrong(
            "the gate left in",
            lambda h, o: torch.atanh(h),
            "The tanh is undone, but not the gate: `o` is not used.",
        ),
        Wrong(
            "undone in the wrong order",
            lambda h, o: torch.atanh(h) / o,
            "You undo tanh first and the gate second. h was made with tanh first and the gate "
            "last; what was done last is undone first.",
        ),
        Wrong(
            "the gate used a second time",
            lambda h, o: torch.atanh(h * o),
            "You multiply by the gate once more. Multiplying is undone by dividing.",
        ),
        Wrong(
            "the gate used a second time, the tanh left in",
            lambda h, o: h * o,
            "You multiply by the gate once more. Multiplying is undone by dividing, and then there "
            "is tanh to be undone as well.",
        ),
        *several(
            "a small number added to the gate",
            "You add a small number to the gate. Nothing has to be added: it is never fully shut "
            "here, and c would be a little off.",
            *(
                lambda h, o, tiny=tiny: torch.atanh(h / (o + tiny))
                for tiny in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5)
            ),
        ),
        Wrong(
            "the gate as a factor behind",
            lambda h, o: torch.atanh(h / o) * o,
            "c is found already with `atanh(h / o)`, and then you multiply it by the gate. The "
            "gate lets c *out*: it is no part of c.",
        ),
        Wrong(
            "the gate as a factor of the inverse",
            lambda h, o: o * torch.atanh(h),
            "The gate is a factor once more. It was a factor of tanh(c), so first of all divide "
            "by it.",
        ),
        Wrong(
            "tanh of h",
            lambda h, o: torch.tanh(h) / o,
            "You take tanh once more, where its inverse is asked for; and it is done last, not "
            "first.",
        ),
        Wrong(
            "the tanh of the gate",
            lambda h, o: h / torch.tanh(o),
            "You divide by tanh(o). It is c that went through tanh, not the gate: take o as it is.",
        ),
        Wrong(
            "each undone for itself",
            lambda h, o: torch.atanh(h) / torch.atanh(o),
            "You undo tanh in h and in o, each for itself. The gate never went through tanh: it "
            "was the factor of tanh(c).",
        ),
        Wrong(
            "the sigmoid of the gate",
            lambda h, o: torch.atanh(h / torch.sigmoid(o)),
            "You take sigmoid of `o`. But o is the gate itself, between 0 and 1: the sigmoid has "
            "been done already.",
        ),
        Wrong(
            "the gate taken away",
            lambda h, o: h - o,
            "You subtract the gate. It was a factor, so what undoes it is a division; and then "
            "there is tanh to be undone.",
        ),
        Wrong(
            "the gate taken away, then tanh undone",
            lambda h, o: torch.atanh(h - o),
            "You subtract the gate. It was a factor, so what undoes it is a division.",
        ),
        Wrong(
            "tanh a second time",
            lambda h, o: torch.tanh(h / o),
            "You put tanh on top of tanh. Asked for is the c that gives h / o when tanh is taken.",
        ),
        Wrong(
            "the step done forward",
            lambda h, o: o * torch.tanh(h),
            "That is the way from c to h, with h in the place of c. Asked for is the way back.",
        ),
        Wrong(
            "one over tanh",
            lambda h, o: 1 / torch.tanh(h / o),
            "1 / tanh(x) is not what undoes tanh. Asked for is the inverse function, as a square "
            "root undoes a square.",
        ),
        Wrong(
            "the ordinary tangent",
            lambda h, o: torch.atan(h / o),
            "`torch.atan` undoes tan, of the circle. tanh is another function: its inverse ends in "
            "an h as well.",
        ),
        Wrong(
            "the inverse of sigmoid",
            lambda h, o: torch.log((h / o).abs() / (1 - (h / o).abs())),
            "That undoes sigmoid. c went through tanh.",
        ),
        Wrong(
            "twice too large",
            lambda h, o: torch.log((1 + h / o) / (1 - h / o)),
            "Twice too large. By hand, the inverse of tanh is one half of a logarithm.",
        ),
    ),
    praise=(
        "With h and the gate, c can be found again, as long as the gate is not shut and tanh(c) is "
        "not rounded to 1. `output` alone gives only h: without o, c stays hidden."
    ),
    hints=(
        "Write the sixth equation down. Start at c, and read outwards: what has been done to c, "
        "and in which order?",
        "The last thing done to it was the product with o. Undo that first.",
        "What is left is tanh(c), and the task names its inverse. What was done last is undone "
        "first.",
    ),
    solution_code="""
def memory_behind(h, o):
    return torch.atanh(h / o)
""",
)

EXERCISES = (KEEP_EVERY_MEMORY, PREDICT_THE_CALL, JUDGE_THE_PICTURES, LOOK_BEHIND_H)
