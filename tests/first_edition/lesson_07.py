"""Exercises of lesson 07: a sentence's vector, a leak, slots and shapes, a summary to mend."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from first_edition.answers import Choice, DictExercise, Index, Quantity, ShapeOf
from first_edition.base import Wrong, listed, several
from first_edition.forms import OneTensor, alike
from first_edition.functions import Case, FunctionExercise, Results
from first_edition.inputs import random_layer, randoms

# --- 07.1 -----------------------------------------------------------------------------------------


def _vector_cases() -> tuple[Case, ...]:
    """Return the output of a real layer, batch first: all sizes differ, then H is another.

    The last H is large: a cut at 16 or 32 leaves both parts there, and is told apart.
    """

    def case(B: int, T: int, I: int, H: int) -> Case:  # noqa: E741, N803
        random = randoms(T)
        lstm = random_layer(random, I, H, scale=0.5, bidirectional=True, batch_first=True)
        with torch.no_grad():
            output, _ = lstm(random(B, T, I))
        return Case({"output": output}, f"B={B}, T={T}, H={H}")

    return case(3, 6, 7, 4), case(4, 3, 7, 5), case(3, 4, 7, 20)


def _halves(output: Tensor) -> tuple[Tensor, Tensor]:
    forward, reverse = output.chunk(2, dim=-1)
    return forward, reverse


def _from_halves(make: Callable[[Tensor, Tensor], Tensor]) -> Callable:
    """Return a vector made of the forward and the reverse half of output, (B, T, H) each."""
    return lambda output: make(*_halves(output))


def _side_by_side(*parts: Tensor) -> Tensor:
    return torch.cat(parts, dim=-1)


def _cut_at(number: int) -> Callable:
    """Return a vector whose halves are cut at a fixed number."""
    return lambda output: _side_by_side(output[:, -1, :number], output[:, 0, number:])


def _cut_at_half_of_axis(axis: int) -> Callable:
    """Return a vector whose halves are cut at half the length of an axis."""
    return lambda output: _cut_at(output.shape[axis] // 2)(output)


def _ends(*parts: tuple[int, int]) -> Callable:
    """Return a vector of halves side by side: (0, -1) is the forward one of the last slot."""
    return lambda output: _side_by_side(*(_halves(output)[half][:, at] for half, at in parts))


def _parts(vector: Tensor, H: int) -> tuple[Tensor, ...]:  # noqa: N803
    """Return the columns of a vector, H at a time; nothing where it is not made of such parts."""
    whole = vector.ndim == 2 and vector.shape[-1] > 0 and vector.shape[-1] % H == 0
    return vector.detach().split(H, dim=-1) if whole else ()


def _half_of_which_slot(part: Tensor, output: Tensor) -> str:
    """Say which half of which slot H numbers are, or nothing."""
    last = output.shape[1] - 1
    words = {0: "the first word", last: "the last word"}
    for name, half in zip(("forward", "reverse"), _halves(output), strict=True):
        for t in range(last + 1):
            if alike(part, half[:, t]):
                return f"the {name} half in the slot of {words.get(t, f'word {t}')}"
    return ""


def _look_at_the_vector(inputs: Mapping[str, Any], ours: Results, wanted: Results) -> str:
    """Say what each part of the vector is."""
    output, right = inputs["output"], wanted["vector"]
    parts = _parts(ours["vector"], output.shape[-1] // 2)
    found = [_half_of_which_slot(part, output) for part in parts]
    if not any(found) or len(parts) > 2:
        return ""
    if len(parts) == 1:
        return f"Your numbers are {found[0]}. The vector has two parts: 2H numbers."
    halves = zip(("first", "other"), parts, right.chunk(2, dim=-1), found, strict=True)
    said = (
        f"Your {which} H numbers are "
        + ("right." if alike(part, half) else f"{known or 'not right'}.")
        for which, part, half, known in halves
    )
    return " ".join(said)


_right_vector = _from_halves(lambda forward, reverse: _side_by_side(forward[:, -1], reverse[:, 0]))

_VECTOR_WRONGS = (
    Wrong(
        "the last word",
        lambda output: output[:, -1],
        "Your vector is the slot of the last word. Its forward half is right: that pass ends "
        "there. Its reverse half has read one word, since that pass begins there. (Do you take two "
        "different slots? Then your H is the whole last axis. It should be half of it.)",
    ),
    Wrong(
        "the first word",
        lambda output: output[:, 0],
        "Your vector is the slot of the first word. Its reverse half is right: that pass ends "
        "there. Its forward half has read one word.",
    ),
    Wrong(
        "both halves at their beginning",
        _from_halves(lambda forward, reverse: _side_by_side(forward[:, 0], reverse[:, -1])),
        "You have both halves where their pass *begins*: each has read one word. Where does each "
        "end?",
    ),
    Wrong(
        "the other half of each slot",
        _ends((1, -1), (0, 0)),
        "Your vector is the reverse half in the last word's slot, then the forward half in the "
        "first word's. Each has read one word. Which half of each slot has read all words?",
    ),
    *several(
        "the forward half twice",
        "Both parts of your vector are forward halves, one at the last word and one at the first. "
        "The reverse half is the numbers from H on, `H:`.",
        _ends((0, -1), (0, 0)),
        _ends((0, 0), (0, -1)),
    ),
    *several(
        "the reverse half twice",
        "Both parts of your vector are reverse halves, one at the last word and one at the first. "
        "The forward half is the first H numbers, `:H`.",
        _ends((1, -1), (1, 0)),
        _ends((1, 0), (1, -1)),
    ),
    Wrong(
        "reverse before forward",
        _from_halves(lambda forward, reverse: _side_by_side(reverse[:, 0], forward[:, -1])),
        "Both states are the right ones, in the other order. Forward comes first, as in `output`.",
    ),
    *several(
        "cut at a fixed number",
        "Do you cut the last axis at a fixed number, such as 16? H is another one here: 4, then 5, "
        "then 20. It can be had from `output` itself.",
        *map(_cut_at, (4, 5, 16, 32)),
    ),
    *several(
        "half of another axis",
        "The right slots, but cut at half the number of words or sentences. H is half of the "
        "*last* axis.",
        *map(_cut_at_half_of_axis, (1, 0)),
    ),
    Wrong(
        "time on the first axis",
        _from_halves(lambda forward, reverse: _side_by_side(forward[-1], reverse[0])),
        "You look for time on the first axis. This output comes from a layer with "
        "`batch_first=True`: axis 0 is sentences, so your vector mixes two of them.",
    ),
    Wrong(
        "the last sentence",
        lambda output: output[-1],
        "This output comes from a layer with `batch_first=True`: axis 0 is sentences, so "
        "`output[-1]` is the last *sentence*, all its words: (T, 2H).",
    ),
    Wrong(
        "the first sentence",
        lambda output: output[0],
        "This output comes from a layer with `batch_first=True`: axis 0 is sentences, so "
        "`output[0]` is the first *sentence*, all its words: (T, 2H).",
    ),
    Wrong(
        "the forward half alone",
        _from_halves(lambda forward, reverse: forward[:, -1]),
        "That is the forward pass alone, (B, H). The reverse pass belongs beside it.",
    ),
    Wrong(
        "the reverse half alone",
        _from_halves(lambda forward, reverse: reverse[:, 0]),
        "That is the reverse pass alone, (B, H). The forward pass belongs beside it.",
    ),
    Wrong(
        "added",
        _from_halves(lambda forward, reverse: forward[:, -1] + reverse[:, 0]),
        "The right two states, added. Here they are wanted side by side: 2H numbers.",
    ),
    Wrong(
        "one below the other",
        _from_halves(lambda forward, reverse: torch.cat([forward[:, -1], reverse[:, 0]])),
        "The right two states, one below the other: (2B, H). Without `dim`, `torch.cat` joins "
        "along the first axis, which is sentences.",
    ),
    *several(
        "an axis for the directions",
        "The right two states, but on an axis of their own. `torch.stack` makes a new axis; here "
        "the last one is to be longer.",
        _from_halves(lambda forward, reverse: torch.stack([forward[:, -1], reverse[:, 0]])),
        _from_halves(lambda forward, reverse: torch.stack([forward[:, -1], reverse[:, 0]], 1)),
    ),
    Wrong(
        "mixed by reshape",
        _from_halves(
            lambda forward, reverse: torch.stack([forward[:, -1], reverse[:, 0]]).reshape(
                len(forward), -1
            )
        ),
        "The right shape, and sentences are mixed: you stacked the directions first and then "
        "broke the lines elsewhere. A row must hold two states of one sentence.",
    ),
    Wrong(
        "every second number",
        lambda output: _side_by_side(output[:, -1, ::2], output[:, 0, 1::2]),
        "You take every second number. The halves are not dealt out like cards: the first H "
        "numbers are the forward half.",
    ),
    Wrong(
        "the mean over time",
        lambda output: output.mean(dim=1),
        "That is the mean over all words. It can serve as a summary, too; asked for are the two "
        "states at the end of their passes.",
    ),
    Wrong(
        "the largest over time",
        lambda output: output.amax(dim=1),
        "That is the largest over all words. It can serve as a summary, too; asked for are the two "
        "states at the end of their passes.",
    ),
)

SENTENCE_VECTOR = FunctionExercise(
    number="07.1",
    title="The vector of a sentence",
    function="sentence_vector",
    make_cases=_vector_cases,
    reference=_right_vector,
    form=OneTensor(("vector",), axes=("sentence", "number")),
    wrongs=_VECTOR_WRONGS,
    look=_look_at_the_vector,
    praise="Each half stands where its pass has read the whole sentence.",
    hints=(
        "Which slot has the forward pass filled last? And which slot the reverse pass?",
        "The last axis of output is 2H long. How do you get H, when only output is given?",
        "Time is axis 1 here. You need the first H numbers of one slot and the other H of another "
        "one, joined along the last axis.",
    ),
    solution_code="""
def sentence_vector(output):
    H = output.shape[-1] // 2
    forward = output[:, -1, :H]
    reverse = output[:, 0, H:]
    return torch.cat([forward, reverse], dim=-1)
""",
)

# --- 07.2 -----------------------------------------------------------------------------------------

_LEAKING = """
def leaking(lstm, x):
    output, _ = lstm(x)
    return output
"""


def _known_cases() -> tuple[Case, ...]:
    """Return a case of one layer, one of two, and a long one that no window of 25 covers.

    Sample 0 is the same series as the last one. Those between are like it up to some value, and
    other series from there on: a slot before it that tells them apart has read the future.
    """

    def case(T: int, B: int, I: int, H: int, L: int, special: str = "") -> Case:  # noqa: E741, N803
        random = randoms(T)
        lstm = random_layer(random, I, H, L, 0.5, bidirectional=True)
        x = random(T, 1, I).repeat(1, B, 1)
        for sample in range(1, B - 1):
            start = sample * T // (B - 1)
            x[start:, sample] = random(T - start, I)
        inputs = {"lstm": lstm, "x": x}
        return Case(inputs, f"T={T}, B={B}, I={I}, H={H}, L={L}", special=special)

    two_layers = "Here there are two layers. What does layer 1 read, in both of its passes?"
    long = (
        "This series is longer. Do you show the layer a window, the last few values alone? Slot t "
        "may depend on all values up to t."
    )
    return case(5, 6, 3, 4, 1), case(6, 7, 3, 5, 2, two_layers), case(40, 3, 5, 4, 1, long)


def _at_each_step(look: Callable[[nn.LSTM, Tensor, int], Tensor]) -> Callable:
    """Return a function that stacks what ``look`` sees at each step."""
    return lambda lstm, x: torch.stack([look(lstm, x, t) for t in range(len(x))])


def _zeros_for_the_future(lstm: nn.LSTM, x: Tensor, t: int) -> Tensor:
    hidden = x.clone()
    hidden[t + 1 :] = 0
    return lstm(hidden)[0][t]


def _ends_of_the_passes(lstm: nn.LSTM, x: Tensor, t: int) -> Tensor:
    _, (h_n, _) = lstm(x[: t + 1])
    return torch.cat([h_n[-2], h_n[-1]], dim=-1)


def _without_reverse_half(lstm: nn.LSTM, x: Tensor) -> Tensor:
    output = lstm(x)[0].clone()
    output[..., lstm.hidden_size :] = 0
    return output


def _window(length: int) -> Callable:
    """Return a function that shows the layer the last ``length`` values at each step."""
    return _at_each_step(lambda lstm, x, t: lstm(x[max(0, t + 1 - length) : t + 1])[0][-1])


def _handed_on(keep: int) -> Callable:
    """Return a function that hands the states on: both passes', or the forward ones' alone."""

    def function(lstm: nn.LSTM, x: Tensor) -> Tensor:
        slots, states = [], None
        for x_t in x:
            output, states = lstm(x_t[None], states)
            slots.append(output[0])
            kept = torch.tensor([1, keep] * lstm.num_layers)[:, None, None]
            states = tuple(state * kept for state in states)
        return torch.stack(slots)

    return function


def _halves_from_two_runs(lstm: nn.LSTM, x: Tensor, t: int) -> Tensor:
    """Return the forward half of one run over all values, the reverse half of value t alone."""
    H = lstm.hidden_size  # noqa: N806
    return torch.cat([lstm(x)[0][t, :, :H], lstm(x[t : t + 1])[0][0, :, H:]], dim=-1)


def _forward_twice(lstm: nn.LSTM, x: Tensor) -> Tensor:
    forward = lstm(x)[0][..., : lstm.hidden_size]
    return torch.cat([forward, forward], dim=-1)


def _one_step_later(series: Tensor, wrapped: bool) -> Tensor:
    """Return the series with each value a step later; the first is zero, or was the last."""
    later = series.roll(1, 0)
    if not wrapped:
        later[0] = 0
    return later


def _filled(look: Callable[[nn.LSTM, Tensor, int], Tensor]) -> Callable:
    """Return a function that writes what ``look`` sees at each step into a tensor that it made."""

    def function(lstm: nn.LSTM, x: Tensor) -> Tensor:
        slots = torch.empty(*x.shape[:2], 2 * lstm.hidden_size)
        for t in range(len(x)):
            slots[t] = look(lstm, x, t)
        return slots

    return function


def _joined(look: Callable[[nn.LSTM, Tensor, int], Tensor]) -> Callable:
    return lambda lstm, x: torch.cat([look(lstm, x, t) for t in range(len(x))])


def _a_series(lstm: nn.LSTM, x: Tensor, t: int) -> Tensor:
    """Take time for axis 1, both where the values are cut and where a slot is taken."""
    return lstm(x[:, : t + 1])[0][:, -1]


_ONE_AXIS_MIXED_UP: tuple[Callable[[nn.LSTM, Tensor, int], Tensor], ...] = (
    lambda lstm, x, t: lstm(x[: t + 1])[0][:, -1],
    lambda lstm, x, t: lstm(x[: t + 1])[0][:, 0],
    lambda lstm, x, t: lstm(x[: t + 1])[0][:, t],
    lambda lstm, x, t: lstm(x[:, : t + 1])[0][-1],
    lambda lstm, x, t: lstm(x[:, : t + 1])[0][0],
    lambda lstm, x, t: lstm(x[:, : t + 1])[0][t],
)
"""Time is taken for axis 1 once: where the values are cut, or where a slot is taken."""


def _slots(numbers: list[int], T: int) -> str:  # noqa: N803
    if len(numbers) == T:
        return "every slot"
    return f"slot{'s' * (len(numbers) > 1)} {listed([str(t) for t in numbers])}"


def _future_read(x: Tensor, ours: Tensor) -> tuple[list[tuple[int, int]], bool]:
    """Return the slots that have read the future, and whether every one of them was tried.

    Each comes with a value: from there on, the series is another one, and the slot tells.
    """
    found, tried = [], set()
    for sample in range(1, x.shape[1] - 1):
        start = int((x[:, sample] != x[:, 0]).any(dim=-1).nonzero()[0])
        tried.add(start)
        found += [(t, start) for t in range(start) if not alike(ours[t, sample], ours[t, 0])]
    return found, tried >= set(range(1, len(x)))


def _describe_the_leak(found: list[tuple[int, int]], T: int) -> str:  # noqa: N803
    slots = sorted({t for t, _ in found})
    told = (
        "That is a leak. (The check has series that are alike up to value t and differ after it. "
        "Your slot t tells them apart.) What does the layer read in the call that gives slot t?"
    )
    if slots == list(range(T - 1)) and all(start == t + 1 for t, start in found):
        return f"Your slot t has read one value too many: value t + 1. {told}"
    who = "has read what comes after it" if len(slots) == 1 else "have read what comes after them"
    return f"Your {_slots(slots, T)} {who}. {told}"


def _look_at_what_is_known(inputs: Mapping[str, Any], ours: Results, wanted: Results) -> str:
    """Say whether samples are mixed, whether the future is read, and else which half is wrong."""
    x, H = inputs["x"], inputs["lstm"].hidden_size  # noqa: N806
    T, B, _ = x.shape  # noqa: N806
    result, right = ours["result"].detach(), wanted["result"].detach()
    if alike(result, right[..., :H]):
        return "That is the forward half alone, and right. The reverse half belongs beside it."
    if result.shape != right.shape:
        return ""
    if not alike(result[:, 0], result[:, -1]):
        return (
            f"Samples 0 and {B - 1} of this `x` are the same series, and your result has other "
            "numbers for them. Is one sample mixed with another? Axis 0 of `x` is time, axis 1 the "
            "batch."
        )
    found, tried_all = _future_read(x, result)
    if found:
        return _describe_the_leak(found, T)
    if alike(result[1:], right[:-1]):
        return "From slot 1 on, slot t holds what belongs in slot t − 1: you are one step late."
    forward, reverse = (
        [t for t in range(T) if not alike(result[t][:, half], right[t][:, half])]
        for half in (slice(None, H), slice(H, None))
    )
    if not forward:
        said = (
            f"The forward half is right. The reverse half is wrong in {_slots(reverse, T)}. When "
            "the series ends at t, the reverse pass has made one step in slot t."
        )
        if alike(result[..., H:], right[..., :H]):
            said += " Yours has the forward half once more."
    elif not reverse:
        said = (
            f"The reverse half is right. The forward half is wrong in {_slots(forward, T)}. When "
            "the series ends at t, the forward pass has read the values 0 to t in slot t."
        )
    elif forward == reverse:
        said = f"Both halves are wrong in {_slots(forward, T)}."
    else:
        said = (
            f"Both halves are wrong: the forward one in {_slots(forward, T)}, the reverse one in "
            f"{_slots(reverse, T)}."
        )
    return f"{said} (There is no leak: no slot moves with a later value.)" if tried_all else said


MEND_THE_LEAK = FunctionExercise(
    number="07.2",
    title="Mend a leak",
    function="known_at_t",
    given=_LEAKING,
    make_cases=_known_cases,
    reference=_at_each_step(lambda lstm, x, t: lstm(x[: t + 1])[0][-1]),
    form=OneTensor(("result",), axes=("step", "sample", "number")),
    wrongs=(
        Wrong(
            "nothing mended",
            lambda lstm, x: lstm(x)[0],
            "This does what the leaking one does: the layer reads all of x, so the reverse half of "
            "slot t has read what comes after t.",
        ),
        Wrong(
            "the reverse half set to zero",
            _without_reverse_half,
            "You put zeros into the reverse half. With one layer that stops the leak, but in real "
            "use the reverse half is not zero: its pass begins at t, and has made one step there. "
            "And with two layers, the forward half leaks still.",
        ),
        Wrong(
            "the forward half alone",
            lambda lstm, x: lstm(x)[0][..., : lstm.hidden_size],
            "You keep the forward half alone. With one layer that stops the leak, but 2H numbers "
            "are asked for; and with two layers, the forward half has read layer 0's reverse half.",
        ),
        Wrong(
            "each value alone",
            _at_each_step(lambda lstm, x, t: lstm(x[t : t + 1])[0][0]),
            "You show the layer value t alone, so it knows no past. At time t, it may read all "
            "values up to t.",
        ),
        *several(
            "a window",
            "You show the layer a window of the last values, as the lesson did to save time. Slot "
            "t is what the layer shows when it has read *all* values up to t.",
            *map(_window, (2, 3, 4, 5, 10, 20, 24, 25, 26, 30)),
        ),
        Wrong(
            "states handed on",
            _handed_on(1),
            "You read one value at a time and hand the states on. A forward pass can go on like "
            "that. But the reverse pass begins anew at t: handed on, it has a state from the "
            "values before t, which it should read only *after* t.",
        ),
        *several(
            "right with one layer",
            "With one layer this is right: the forward half reads the past alone, and the reverse "
            "half of slot t has made one step. With two, both passes of layer 1 read *both* halves "
            "of layer 0, at every step up to t, as they are when the series ends at t.",
            _at_each_step(_halves_from_two_runs),
            _handed_on(0),
        ),
        *several(
            "the forward half twice",
            "Both halves of your slots are the forward one. The other H numbers are the reverse "
            "half: when the series ends at t, that pass has made one step in slot t.",
            _forward_twice,
            _at_each_step(lambda lstm, x, t: _forward_twice(lstm, x[: t + 1])[-1]),
        ),
        *several(
            "from t on",
            "You let the layer read from t *on*: that is all of the future and none of the past.",
            _at_each_step(lambda lstm, x, t: lstm(x[t:])[0][0]),
            _at_each_step(lambda lstm, x, t: lstm(x[t:])[0][-1]),
        ),
        *several(
            "shifted by a step",
            "You shift by one step, and the layer still reads a whole series in one call. The "
            "reverse half of a slot has read what comes after it, wherever you move the slot.",
            lambda lstm, x: _one_step_later(lstm(x)[0], wrapped=False),
            lambda lstm, x: _one_step_later(lstm(x)[0], wrapped=True),
            lambda lstm, x: lstm(_one_step_later(x, wrapped=False))[0],
            lambda lstm, x: lstm(_one_step_later(x, wrapped=True))[0],
        ),
        Wrong(
            "one value too few",
            lambda lstm, x: torch.stack([lstm(x[:t])[0][-1] for t in range(1, len(x))]),
            "Your first slot is right, but there are T − 1 of them. A slice `x[:t]` stops before "
            "t, and `range(1, T)` ends before T.",
        ),
        *several(
            "an empty slice",
            "In one of your calls there is nothing to read, and the layer wants one step at least. "
            "Wanted are the values 0 to t. Where does your slice begin, and before which value "
            "does it stop? (`x[:t]` is empty at t = 0. So is `x[t - 1:t + 1]`: it begins at −1, "
            "which counts from the end.)",
            _at_each_step(lambda lstm, x, t: lstm(x[:t])[0][-1]),
            _at_each_step(lambda lstm, x, t: lstm(x[t - 1 : t + 1])[0][-1]),
            _at_each_step(lambda lstm, x, t: lstm(x[t - 2 : t + 1])[0][-1]),
            _at_each_step(lambda lstm, x, t: lstm(x[t + 1 :])[0][0]),
        ),
        Wrong(
            "one value late",
            _at_each_step(lambda lstm, x, t: lstm(x[: max(t, 1)])[0][-1]),
            "Slot 0 is right. From slot 1 on you are one value late: a slice `x[:t]` stops before "
            "t, so value t itself is not read. At time t it is known.",
        ),
        Wrong(
            "one value too many",
            _at_each_step(lambda lstm, x, t: lstm(x[: t + 2])[0][min(t, len(x) - 1)]),
            "Your layer reads one value too many at each step: a leak of one step. `x[:t + 1]` "
            "holds the values 0 to t.",
        ),
        Wrong(
            "the next slot",
            _at_each_step(lambda lstm, x, t: lstm(x[: t + 2])[0][-1]),
            "Each slot but the last holds what belongs in the one after it. So slot t has read "
            "value t + 1: a leak of one step. `x[:t + 1]` holds the values 0 to t.",
        ),
        Wrong(
            "the first slot of each",
            _at_each_step(lambda lstm, x, t: lstm(x[: t + 1])[0][0]),
            "You let the layer read the right values, and then take slot 0 of its output. What it "
            "says of value t is in the last slot.",
        ),
        Wrong(
            "the slot before the last",
            _at_each_step(lambda lstm, x, t: lstm(x[: t + 1])[0][t - 1]),
            "You let the layer read the right values. Slot 0 is right. From slot 1 on you take the "
            "slot before the last of its output. What it says of value t is in the last slot.",
        ),
        Wrong(
            "no slot before the last",
            _at_each_step(lambda lstm, x, t: lstm(x[: t + 1])[0][-2]),
            "Index −2 is the slot before the last. When the layer reads one value, there is one "
            "slot and none before it. What it says of value t is in the last slot.",
        ),
        Wrong(
            "zeros for the future",
            _at_each_step(_zeros_for_the_future),
            "You put zeros in place of the future. A zero is a value as well: the reverse pass "
            "reads it, and comes to t with another state than if the series ended there.",
        ),
        Wrong(
            "the ends of both passes",
            _at_each_step(_ends_of_the_passes),
            "No leak, but other numbers: you take both passes at their end, from h_n. What stood "
            "in output was slot t, in which the reverse pass has made one step.",
        ),
        Wrong(
            "flipped",
            lambda lstm, x: lstm(x.flip(0))[0].flip(0),
            "You flip the series and flip the output back. Then the *forward* half reads the "
            "future.",
        ),
        Wrong(
            "the last step alone",
            lambda lstm, x: lstm(x)[0][-1],
            "You return the last slot alone. It is right, since nothing comes after it; asked for "
            "is one for each step.",
        ),
        *several(
            "whole outputs",
            "You put whole outputs together. The first call gives one slot, the next one two, and "
            "so on. Take one slot of each call: which one is that of value t?",
            *(
                make(lambda lstm, x, t: lstm(x[: t + 1])[0])
                for make in (_at_each_step, _joined, _filled)
            ),
        ),
        *several(
            "time on the second axis",
            "Your calls give one row, then two, and so on. Time is axis 0 here, not axis 1 as in "
            "07.1. Is it axis 0 of `x` that you cut? And is it axis 0 of the output from which you "
            "take a slot?",
            *(
                make(look)
                for make in (_at_each_step, _joined, _filled)
                for look in _ONE_AXIS_MIXED_UP
            ),
        ),
        *several(
            "whole series",
            "Time is axis 0 here, not axis 1 as in 07.1. You put whole series together, (T, 2H), "
            "one for a *sample*, and the layer has read each to its end.",
            lambda lstm, x: lstm(x)[0].transpose(0, 1),
            lambda lstm, x: torch.stack([_a_series(lstm, x, t) for t in range(len(x))], 1),
            _at_each_step(lambda lstm, x, t: lstm(x[:, : t + 1])[0][:, t]),
            _at_each_step(_a_series),
            _joined(_a_series),
            _filled(_a_series),
        ),
        Wrong(
            "a slot for each sample",
            lambda lstm, x: torch.stack([lstm(x[: t + 1])[0][-1] for t in range(x.shape[1])]),
            "You have as many slots as there are samples. Asked for is one for each value of a "
            "series: time is axis 0 of `x`, so T is `len(x)`.",
        ),
        Wrong(
            "tuples stacked",
            _at_each_step(lambda lstm, x, t: lstm(x[: t + 1])),
            "What you put together are tuples. nn.LSTM returns `output, (h_n, c_n)`. Wanted of "
            "each call is one slot of `output`.",
        ),
        Wrong(
            "an axis of length 1",
            _at_each_step(lambda lstm, x, t: lstm(x[: t + 1])[0][-1:]),
            "The right slots, but each keeps an axis for time, of length 1. A slice such as "
            "`[-1:]` keeps the axis. An index such as `[-1]` takes the slot out.",
        ),
        *several(
            "time behind the batch",
            "The right slots, but time has left its place: it should be axis 0. Without `dim`, "
            "`torch.stack` puts its new axis in front.",
            lambda lstm, x: torch.stack([lstm(x[: t + 1])[0][-1] for t in range(len(x))], 1),
            lambda lstm, x: torch.stack([lstm(x[: t + 1])[0][-1] for t in range(len(x))], 2),
        ),
        Wrong(
            "joined, not stacked",
            lambda lstm, x: torch.cat([lstm(x[: t + 1])[0][-1] for t in range(len(x))]),
            "The numbers are right, but joined to (T·B, 2H). `torch.stack` makes the axis for "
            "time; `torch.cat` makes none.",
        ),
    ),
    look=_look_at_what_is_known,
    praise=(
        "Slot t now depends on the values up to t alone, with any number of layers. It is what the "
        "layer will say in real use, so an error measured on it can be believed."
    ),
    hints=(
        "Imagine that it is time t. Which part of x is there? Let the layer read that, and nothing "
        "else.",
        "One call for each t. What is wanted of its output is the slot of value t: which one is "
        "that, when the series ends at t?",
        "`x[:t + 1]` are the values up to t. `torch.stack` puts the slots of all calls on a new "
        "first axis.",
    ),
    solution_code="""
def known_at_t(lstm, x):
    slots = []
    for t in range(len(x)):
        output, _ = lstm(x[: t + 1])
        slots.append(output[-1])
    return torch.stack(slots)
""",
)

# --- 07.3 -----------------------------------------------------------------------------------------

_SLOTS = ("output[0, :, :5]", "output[0, :, 5:]", "output[-1, :, :5]", "output[-1, :, 5:]")
_YES_NO = ("yes", "no")


def _index(name: str, key: str, index: int, message: str) -> Wrong:
    return Wrong(name, {key: index}, message)


PREDICT_THE_SLOTS = DictExercise(
    number="07.3",
    title="Which slot is it?",
    parts=(
        ShapeOf(
            "h_n",
            (6, 4, 5),
            "It has three axes: the passes, each direction of each layer; the sentences; and the "
            "numbers that one pass shows.",
        ),
        ShapeOf(
            "weight_ih_l1_reverse",
            (20, 10),
            "Rows: four gates. Columns: what does layer 1 read at each step?",
        ),
        Index("top forward", 4, "Layer by layer, forward before reverse.", length=6),
        Index("middle reverse", 3, "Layer by layer, forward before reverse.", length=6),
        Choice("h_n[5] in output", "output[0, :, 5:]", "Where does that pass end?", options=_SLOTS),
        Quantity("steps", 1, "At which word does the reverse pass begin?"),
        Quantity("words, one layer", 1, "What has that pass read when it has made one step?"),
        Quantity("words, three layers", 7, "And what do the layers below hand up at that step?"),
        Choice("causal", "no", "What does layer 1 read?", options=_YES_NO),
    ),
    wrongs=(
        Wrong(
            "h_n joined like output",
            {"h_n": (3, 4, 10)},
            "`h_n` has the directions side by side in your answer, as `output` has. In h_n they "
            "are rows of the first axis.",
        ),
        Wrong(
            "layers alone in h_n",
            {"h_n": (3, 4, 5)},
            "`h_n` has a row for each layer in your answer. Each layer has two passes now.",
        ),
        Wrong(
            "directions alone in h_n",
            {"h_n": (2, 4, 5)},
            "`h_n` has a row for each direction of the top layer in your answer. All layers are in "
            "it.",
        ),
        Wrong(
            "four axes in h_n",
            {"h_n": (3, 2, 4, 5)},
            "That is `h_n.view(L, D, B, H)`. As it comes, L and D are one axis.",
        ),
        Wrong(
            "both halves in a row of h_n",
            {"h_n": (6, 4, 10)},
            "The six rows of `h_n` are right. Each row is one pass, so it holds H numbers for a "
            "sentence, not 2H.",
        ),
        Wrong(
            "the batch first in h_n",
            {"h_n": (4, 6, 5)},
            "The three numbers of `h_n` are right, in another order. States never have the batch "
            "first: the passes are its first axis.",
        ),
        Wrong(
            "sentences last in h_n",
            {"h_n": (6, 5, 4)},
            "The three numbers of `h_n` are right, in another order. Behind the passes come the "
            "sentences, then the numbers of a state.",
        ),
        Wrong(
            "words in h_n",
            {"h_n": (6, 7, 5)},
            "`h_n` has the words on its second axis in your answer. It holds the states after the "
            "last step, one for each sentence.",
        ),
        Wrong(
            "no sentences in h_n",
            {"h_n": (6, 5)},
            "`h_n` has six states of one sentence in your answer. There are 4 sentences.",
        ),
        Wrong(
            "the shape of output",
            {"h_n": (7, 4, 10)},
            "(7, 4, 10) is the shape of `output`: a slot for each word. `h_n` has a row for each "
            "pass.",
        ),
        Wrong(
            "layer 1 reads one direction",
            {"weight_ih_l1_reverse": (20, 5)},
            "Layer 1's reverse pass does not read layer 0's reverse half alone: both passes of "
            "layer 1 read the whole slot, both halves.",
        ),
        Wrong(
            "layer 1 reads the words",
            {"weight_ih_l1_reverse": (20, 8)},
            "8 columns would read the words. Layer 1 reads what layer 0 shows.",
        ),
        Wrong(
            "eight gates",
            {"weight_ih_l1_reverse": (40, 10)},
            "40 rows are both directions' gates. Each direction has weights of its own.",
        ),
        Wrong(
            "turned round",
            {"weight_ih_l1_reverse": (10, 20)},
            "`weight_ih_l1_reverse` is turned round. Rows are what comes out, columns what goes "
            "in.",
        ),
        Wrong(
            "all forward rows first",
            {"top forward": 2, "middle reverse": 4},
            "You count all forward passes first, then all reverse ones. The rows go layer by "
            "layer: both directions of layer 0, then both of layer 1.",
        ),
        Wrong(
            "rows counted from 1",
            {"top forward": 5, "middle reverse": 4},
            "Both rows are one too high. Do you count from 1? The first row is `h_n[0]`.",
        ),
        Wrong(
            "all forward rows first, counted from 1",
            {"top forward": 3, "middle reverse": 5},
            "Do you count all forward passes first, and from 1? The rows go layer by layer: both "
            "directions of layer 0, then both of layer 1. The first row is `h_n[0]`.",
        ),
        Wrong(
            "reverse before forward in both",
            {"top forward": 5, "middle reverse": 2},
            "Both layers are right, but each time it is the other direction. In a layer, forward "
            "comes before reverse.",
        ),
        _index(
            "the last row",
            "top forward",
            5,
            "Row 5 is the top layer, but its reverse pass. Forward comes before reverse, and rows "
            "count from 0.",
        ),
        _index(
            "all forward rows first, the top one",
            "top forward",
            2,
            "Row 2 would be the top layer's if all forward passes came first. Row 2 is layer 1's.",
        ),
        _index(
            "reverse before forward",
            "middle reverse",
            2,
            "Row 2 is layer 1, but its forward pass, which comes first.",
        ),
        _index(
            "the row above",
            "middle reverse",
            4,
            "Row 4 is the top layer's. The rows go layer by layer, and count from 0.",
        ),
        _index(
            "layers from 1",
            "middle reverse",
            1,
            "Row 1 is layer 0's. The middle one of three layers is layer 1.",
        ),
        Wrong(
            "the last word of the reverse pass",
            {"h_n[5] in output": "output[-1, :, 5:]"},
            "The right half, at the wrong end: at the last word, the reverse pass *begins*.",
        ),
        *several(
            "the forward half",
            "`h_n[5]` is a reverse pass: its half of output is the second, `5:`.",
            {"h_n[5] in output": "output[0, :, :5]"},
            {"h_n[5] in output": "output[-1, :, :5]"},
        ),
        Wrong(
            "all steps made",
            {"steps": 7},
            "7 steps it has made at word 0, where it ends. At the last word it begins.",
        ),
        Wrong(
            "steps counted from 0",
            {"steps": 0},
            "It has read the last word already, which is one step.",
        ),
        Wrong(
            "all words with one layer",
            {"words, one layer": 7},
            "With one layer, the reverse half of output[-1] has read the last word alone.",
        ),
        Wrong(
            "one word with three layers",
            {"words, three layers": 1},
            "One word it would be with one layer. But the layer below hands up a forward half as "
            "well, and that has read every word.",
        ),
        Wrong(
            "a word a layer",
            {"words, three layers": 3},
            "Words do not add up by layers. What has the forward half of layer 0 read at the last "
            "word?",
        ),
        Wrong(
            "a forward half is causal",
            {"causal": "yes"},
            "With one layer it is. Here layer 1 reads layer 0's reverse half, and its forward pass "
            "does so too: the future comes in from below.",
        ),
    ),
    praise="Shapes, rows and what each has seen: no slot of a bidirectional LSTM can fool you now.",
    hints=(
        "Write the six rows of h_n under one another: for each layer, from the bottom, first "
        "forward, then reverse. Count from 0.",
        "Draw three words and one layer, with an arrow for each pass. Where does each begin? The "
        "explorer `slots` draws it for you.",
        "Layer 1 reads whole slots of layer 0, both halves, at every step. One of them comes from "
        "the beginning of the sentence, the other one from its end.",
    ),
    solution_code="""
answer = {
    "h_n": (6, 4, 5),
    "weight_ih_l1_reverse": (20, 10),
    "top forward": 4,
    "middle reverse": 3,
    "h_n[5] in output": "output[0, :, 5:]",
    "steps": 1,
    "words, one layer": 1,
    "words, three layers": 7,
    "causal": "no",
}
""",
)

# --- 07.4 -----------------------------------------------------------------------------------------

_BROKEN = """
def broken_summary(lstm, x):
    output, (h_n, c_n) = lstm(x)
    B = x.shape[1]
    return h_n.view(B, -1)
"""


def _summary_cases() -> tuple[Case, ...]:
    """Return cases of two layers and two directions, then one of each, then three layers."""

    def case(T: int, B: int, I: int, H: int, L: int, D: int, special: str = "") -> Case:  # noqa: E741, N803
        random = randoms(10 * L + D)
        lstm = random_layer(random, I, H, L, 0.5, bidirectional=D == 2)
        inputs = {"lstm": lstm, "x": random(T, B, I)}
        return Case(inputs, f"T={T}, B={B}, I={I}, H={H}, L={L}, D={D}", special=special)

    one_way = "With one direction there is one pass at the top. Its last step is the last word."
    return (
        case(7, 3, 6, 5, 2, 2),
        case(4, 5, 7, 3, 1, 2, "The top layer's rows are as many as its directions."),
        case(8, 4, 5, 7, 3, 2, "With three layers, the top one has other rows: see the end."),
        case(5, 4, 7, 3, 2, 1, one_way),
        case(3, 4, 6, 5, 1, 1, one_way),
    )


def _of_states(make: Callable[[Tensor, int, int], Tensor]) -> Callable:
    """Return a summary made of h_n, the number of directions and the batch."""
    return lambda lstm, x: make(lstm(x)[1][0], 1 + lstm.bidirectional, x.shape[1])


def _rows(*rows: int) -> Callable:
    """Return a summary that joins these rows of h_n."""
    return _of_states(lambda h_n, D, B: torch.cat([h_n[row] for row in rows], dim=-1))


def _on_an_axis(axis: int) -> tuple[Callable, ...]:
    """Return the summaries that leave the last rows, or stack them, on this axis."""
    stacked = _of_states(lambda h_n, D, B: torch.stack([h_n[-2], h_n[-1]], axis))
    return (
        _of_states(lambda h_n, D, B: h_n[-D:].movedim(0, axis)),
        _of_states(lambda h_n, D, B: h_n[-2:].movedim(0, axis)),
        stacked,
        lambda lstm, x: stacked(lstm, x) if lstm.bidirectional else lstm(x)[1][0][-1],
    )


_ON_AN_AXIS_OF_THEIR_OWN = (*_on_an_axis(0), *_on_an_axis(1), *_on_an_axis(2))


def _by_number_of_layers(lstm: nn.LSTM, x: Tensor) -> Tensor:
    h_n = lstm(x)[1][0]
    return h_n[-1] if lstm.num_layers == 1 else torch.cat([h_n[-2], h_n[-1]], dim=-1)


def _directions_first(h_n: Tensor, D: int, B: int) -> Tensor:  # noqa: N803
    """Return the last layer's rows if all forward passes came before all reverse ones."""
    return torch.cat(list(h_n.view(D, len(h_n) // D, B, -1)[:, -1]), dim=-1)


_ENDS, _BEGINNINGS, _OTHERS = (
    ((0, -1), (1, 0)),
    ((0, 0), (1, -1)),
    ((1, -1), (0, 0)),
)
"""Which half is taken of which slot: where its pass ends, where it begins, the other way round."""


def _half_of_axis(lstm: nn.LSTM, output: Tensor) -> tuple[Tensor, ...]:
    return output.tensor_split([output.shape[-1] // 2], dim=-1)


def _two_chunks(lstm: nn.LSTM, output: Tensor) -> tuple[Tensor, ...]:
    return output.chunk(2, dim=-1)


def _after_hidden_size(lstm: nn.LSTM, output: Tensor) -> tuple[Tensor, ...]:
    return output.tensor_split([lstm.hidden_size], dim=-1)


def _of_slots(parts: tuple[tuple[int, int], ...], cut: Callable, time: int = 0) -> Callable:
    """Return a summary of halves of output, with its last axis cut, and time on this axis."""

    def function(lstm: nn.LSTM, x: Tensor) -> Tensor:
        halves = cut(lstm, lstm(x)[0])
        return _side_by_side(*(halves[half].select(time, at) for half, at in parts))

    return function


def _if_two(both: Callable, one: Callable[[Tensor], Tensor]) -> Callable:
    """Return a summary that asks for the directions; with one, it is made of output."""
    return lambda lstm, x: both(lstm, x) if lstm.bidirectional else one(lstm(x)[0])


def _however_cut(parts: tuple[tuple[int, int], ...], time: int = 0) -> tuple[Callable, ...]:
    """Return the summaries of these halves that differ with one direction alone."""
    cuts = (_after_hidden_size, _half_of_axis, _two_chunks)
    with_an_if = _if_two(
        _of_slots(parts, _two_chunks, time), lambda output: output.select(time, -1)
    )
    return (*(_of_slots(parts, cut, time) for cut in cuts), with_an_if)


def _half_of_which_slot_of_all(part: Tensor, lstm: nn.LSTM, output: Tensor) -> str:
    """Say which slot of output, with time first, or which half of it, H numbers are."""
    names = ("the forward half of ", "the reverse half of ") if lstm.bidirectional else ("",)
    for t, slot in enumerate(output):
        for name, half in zip(names, slot.chunk(len(names), dim=-1), strict=True):
            if alike(part, half):
                return f"{name}`output[{t if t < len(output) - 1 else -1}]`"
    return ""


def _row_of_which_state(part: Tensor, lstm: nn.LSTM, states: tuple[Tensor, Tensor]) -> str:
    """Say which row of h_n or c_n H numbers are, or nothing."""
    D = 1 + lstm.bidirectional  # noqa: N806
    for name, rows in zip(("h_n", "c_n"), states, strict=True):
        for row, state in enumerate(rows):
            if alike(part, state):
                which = "reverse" if row % D else "forward"
                return f"`{name}[{row}]` (layer {row // D}, {which})"
    return ""


def _look_at_the_summary(inputs: Mapping[str, Any], ours: Results, wanted: Results) -> str:
    """Say which row or slot each part is, or that the right numbers are mixed."""
    lstm, x = inputs["lstm"], inputs["x"]
    summary, right = ours["summary"].detach(), wanted["summary"].detach()
    with torch.no_grad():
        output, states = lstm(x)
    found = [
        _row_of_which_state(part, lstm, states) or _half_of_which_slot_of_all(part, lstm, output)
        for part in _parts(summary, lstm.hidden_size)
    ]
    if found and all(found):
        many = len(found) > 1
        beside = ", side by side" if many else ""
        return f"For each sentence you have {listed(found)}{beside}."
    if summary.shape != right.shape:
        return ""
    if alike(summary.sort(dim=-1).values, right.sort(dim=-1).values):
        return (
            "Each sentence has the right numbers, in another order. All H numbers of the forward "
            "pass come first."
        )
    if alike(summary.flatten().sort().values, right.flatten().sort().values):
        return (
            "All numbers are the right ones, but some stand in the row of another sentence. A "
            "reshape can do that: it goes by the order in memory."
        )
    return ""


MEND_THE_SUMMARY = FunctionExercise(
    number="07.4",
    title="Mend a summary",
    function="summary",
    given=_BROKEN,
    make_cases=_summary_cases,
    reference=_of_states(lambda h_n, D, B: torch.cat(list(h_n[-D:]), dim=-1)),
    form=OneTensor(("summary",), axes=("sentence", "number")),
    look=_look_at_the_summary,
    wrongs=(
        Wrong(
            "nothing mended",
            _of_states(lambda h_n, D, B: h_n.view(B, -1)),
            "This does what the broken one does: it joins the states of all layers, and `view` "
            "mixes the sentences.",
        ),
        Wrong(
            "sentences still mixed",
            _of_states(lambda h_n, D, B: h_n[-D:].reshape(B, -1)),
            "You take the top layer's rows now. But in memory all sentences of one direction come "
            "first, so reshaping them to (B, ...) mixes sentences.",
        ),
        Wrong(
            "the last two rows, sentences mixed",
            _of_states(lambda h_n, D, B: h_n[-2:].reshape(B, -1)),
            "With both directions, the last two rows are the top layer's. But in memory all "
            "sentences of one direction come first, so reshaping the rows to (B, ...) mixes "
            "sentences. With one direction, the top layer has one row.",
        ),
        *several(
            "numbers in turn",
            "With both directions you have the right rows, and no sentence is mixed with another. "
            "But the two passes take turns: number 0 of both, then number 1 of both. All H numbers "
            "of the forward pass come first.",
            _of_states(lambda h_n, D, B: h_n[-D:].permute(1, 2, 0).reshape(B, -1)),
            _of_states(lambda h_n, D, B: h_n[-2:].permute(1, 2, 0).reshape(B, -1)),
        ),
        *several(
            "numbers before sentences",
            "You exchange sentences and numbers, as `transpose(1, 2)` does, and a reshape then "
            "mixes the sentences. They are to be the first axis: with which axis of `h_n` do they "
            "change places?",
            _of_states(lambda h_n, D, B: h_n[-D:].transpose(1, 2).reshape(B, -1)),
            _of_states(lambda h_n, D, B: h_n[-2:].transpose(1, 2).reshape(B, -1)),
        ),
        Wrong(
            "layers still joined",
            _of_states(lambda h_n, D, B: h_n.permute(1, 0, 2).reshape(B, -1)),
            "No sentence is mixed with another any more. But the states of all layers are joined: "
            "those of the top layer are asked for.",
        ),
        Wrong(
            "the last row alone",
            _of_states(lambda h_n, D, B: h_n[-1]),
            "You take h_n[-1]. With one direction that is all; with both, it is the top layer's "
            "reverse pass alone.",
        ),
        *several(
            "the first two rows",
            "You take rows 0 and 1: with both directions, that is the *lowest* layer. It is the "
            "top one only if there is no other.",
            _rows(0, 1),
            _of_states(lambda h_n, D, B: torch.cat(list(h_n[:D]), dim=-1)),
            _of_states(lambda h_n, D, B: torch.cat([h_n[0], h_n[1]], -1) if D == 2 else h_n[-1]),
        ),
        *several(
            "directions before layers",
            "You take row L − 1 for the top layer's forward pass, as if all forward rows came "
            "first. The order is layer by layer: the two directions of one layer are neighbours.",
            _of_states(_directions_first),
            lambda lstm, x: _rows(lstm.num_layers - 1, -1)(lstm, x),
        ),
        Wrong(
            "by the number of layers",
            _by_number_of_layers,
            "You ask how many *layers* there are. How many rows the top layer has depends on the "
            "*directions*: `lstm.bidirectional`.",
        ),
        *several(
            "always the last two rows",
            "Right for both directions. With one direction, the last two rows are two layers: "
            "the top one has one row there.",
            _rows(-2, -1),
            _of_states(lambda h_n, D, B: torch.cat(list(h_n[-2:]), dim=-1)),
        ),
        Wrong(
            "rows 2 and 3",
            _rows(2, 3),
            "Right for two layers. With another number of layers, the top one has other rows: "
            "count from the end.",
        ),
        Wrong(
            "reverse before forward",
            _of_states(lambda h_n, D, B: torch.cat(list(h_n[-D:].flip(0)), dim=-1)),
            "The right two states, in the other order: forward comes first.",
        ),
        Wrong(
            "added",
            _of_states(lambda h_n, D, B: h_n[-D:].sum(dim=0)),
            "The right two states, added. Here they are wanted side by side.",
        ),
        Wrong(
            "the last slot of output",
            lambda lstm, x: lstm(x)[0][-1],
            "Your summary is output[-1]. Its forward half is right. With both directions, the "
            "reverse half has made a single step there. (Do you take two different slots? Then "
            "your H is the whole last axis. With both directions, it should be half of it.)",
        ),
        Wrong(
            "the first slot of output",
            lambda lstm, x: lstm(x)[0][0],
            "You take output[0]. Its reverse half is right, its forward half has made a single "
            "step.",
        ),
        *several(
            "both halves at their beginning",
            "With both directions, you have both halves where their pass *begins*: each has read "
            "one word. Where does each end?",
            *_however_cut(_BEGINNINGS),
        ),
        *several(
            "the other half of each slot",
            "With both directions, you have the reverse half of output[-1], then the forward half "
            "of output[0]. Each has read one word. Which half of each slot has read all words?",
            *_however_cut(_OTHERS),
        ),
        *several(
            "one direction cut in two",
            "With both directions this is right. With one direction you cut the last axis in two "
            "as well. But there is nothing to cut: all H numbers come from the last slot.",
            _of_slots(_ENDS, _half_of_axis),
            _of_slots(_ENDS, _two_chunks),
        ),
        Wrong(
            "the first word with one direction",
            _if_two(_of_slots(_ENDS, _two_chunks), lambda output: output[0]),
            "With both directions this is right. With one direction you have `output[0]`, which "
            "has read one word. Where has the forward pass read all words?",
        ),
        *several(
            "time on the second axis",
            "Time is axis 0 here, not axis 1 as in 07.1. You have a row for each *word*: "
            "`output[:, -1]` is the last sentence, and `output[:, 0]` is the first one.",
            lambda lstm, x: lstm(x)[0][:, -1],
            lambda lstm, x: lstm(x)[0][:, 0],
            *_however_cut(_ENDS, time=1),
            _if_two(_of_slots(_ENDS, _two_chunks, time=1), lambda output: output[-1]),
        ),
        *several(
            "a tensor for a list",
            "`torch.cat` joins a *list* of tensors. You hand it one tensor: `list(...)` makes a "
            "list of its rows.",
            _of_states(lambda h_n, D, B: torch.cat(h_n[-D:], -1)),
        ),
        *several(
            "an axis too many",
            "With both directions you have the right two rows of h_n, still on an axis of their "
            "own. Join them along the last one. (`torch.stack` makes a new axis. And `torch.cat` "
            "joins nothing where the list holds one tensor, such as `[h_n[-2:]]`.)",
            *_ON_AN_AXIS_OF_THEIR_OWN,
        ),
        Wrong(
            "one below the other",
            _of_states(lambda h_n, D, B: torch.cat(list(h_n[-D:]))),
            "The right rows of h_n, joined along the sentences. Side by side is along the last "
            "axis.",
        ),
        Wrong(
            "the memory",
            lambda lstm, x: torch.cat(list(lstm(x)[1][1][-1 - lstm.bidirectional :]), dim=-1),
            "These are rows of c_n, the memory. What a pass shows is h.",
        ),
    ),
    praise="The top layer's passes at their end, for any number of layers and directions.",
    hints=(
        "`lstm.bidirectional` is True or False. How many rows of h_n belong to the top layer?",
        "They are the last rows. And for each sentence, they are to be side by side: `torch.cat` "
        "with which `dim`?",
        "With D directions, `h_n[-D:]` has the rows. `torch.cat` takes a list of tensors, "
        "`list(h_n[-D:])`.",
    ),
    solution_code="""
def summary(lstm, x):
    output, (h_n, c_n) = lstm(x)
    D = 2 if lstm.bidirectional else 1
    return torch.cat(list(h_n[-D:]), dim=-1)
""",
)

EXERCISES = (SENTENCE_VECTOR, MEND_THE_LEAK, PREDICT_THE_SLOTS, MEND_THE_SUMMARY)
