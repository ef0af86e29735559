"""Exercises of lesson 08: mend a training loop, find the bug, cut a text into streams."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from first_edition.answers import Choice, DictExercise, Quantity, ShapeOf, Verdict
from first_edition.base import Misformed, Wrong, several
from first_edition.forms import OneTensor, Tensors, alike
from first_edition.functions import Case, FunctionExercise, Probe, Results
from first_edition.inputs import random_layer, randoms

States = tuple[Tensor, Tensor]


# --- 08.1 -----------------------------------------------------------------------------------------

_BROKEN = """
def broken_train(lstm, x, k):
    hx, outputs = None, []
    for n in range(len(x) // k):
        chunk = x[n * k : (n + 1) * k]
        output, hx = lstm(chunk, hx)
        loss = (output**2).sum()
        loss.backward(retain_graph=True)
        outputs.append(output)
    return torch.cat(outputs), lstm.weight_hh_l0.grad
"""


def _train_case(T: int, B: int, I: int, H: int, k: int, special: str = "") -> Case:  # noqa: E741, N803
    random = randoms(T)
    inputs = {"lstm": random_layer(random, I, H, scale=0.5), "x": random(T, B, I), "k": k}
    return Case(inputs, f"T={T}, B={B}, I={I}, H={H}, k={k}", special=special)


def _train_cases() -> tuple[Case, ...]:
    return (
        _train_case(7, 4, 3, 5, k=2),
        _train_case(8, 3, 2, 6, k=5),
        _train_case(6, 4, 2, 5, k=3, special="Here k divides T: how many chunks are there?"),
        _train_case(4, 2, 3, 5, k=9, special="k may be larger than T: then there is one chunk."),
    )


def _all_chunks(x: Tensor, k: int) -> Iterable[Tensor]:
    return x.split(k)


def _full_chunks(x: Tensor, k: int) -> Iterable[Tensor]:
    return [x[n * k : (n + 1) * k] for n in range(len(x) // k)]


def _rest_in_the_last(x: Tensor, k: int) -> Iterable[Tensor]:
    count = len(x) // k
    return [x[n * k : (n + 1) * k if n + 1 < count else len(x)] for n in range(count)]


def _one_more(x: Tensor, k: int) -> Iterable[Tensor]:
    return [x[n * k : (n + 1) * k] for n in range(len(x) // k + 1)]


def _short_range(x: Tensor, k: int) -> Iterable[Tensor]:
    return [x[start : start + k] for start in range(0, len(x) - k, k)]


def _counted_twice(x: Tensor, k: int) -> Iterable[Tensor]:
    return [x[n * k : (n + 1) * k] for n in range(0, len(x), k)]


def _one_step_apart(count: Callable[[int, int], int]) -> Callable[[Tensor, int], Iterable[Tensor]]:
    """Return chunks that begin at step 0, 1, 2 and so on; ``count`` tells how many from T and k."""
    return lambda x, k: [x[n : n + k] for n in range(count(len(x), k))]


def _of_sentences(steps: Callable[[Tensor, int], Iterable[int]]) -> Callable:
    """Return chunks that are cut along axis 1; ``steps`` tells where they begin."""
    return lambda x, k: [x[:, start : start + k] for start in steps(x, k)]


def _detach(h: Tensor, c: Tensor) -> States:
    return h.detach(), c.detach()


def _keep(h: Tensor, c: Tensor) -> States:
    return h, c


def _detach_and_forget(h: Tensor, c: Tensor) -> States:
    h.detach(), c.detach()
    return h, c


def _detach_h(h: Tensor, c: Tensor) -> States:
    return h.detach(), c


def _detach_c(h: Tensor, c: Tensor) -> States:
    return h, c.detach()


def _forget_h(h: Tensor, c: Tensor) -> States:
    return torch.zeros_like(h), c.detach()


def _forget_c(h: Tensor, c: Tensor) -> States:
    return h.detach(), torch.zeros_like(c)


def _swap(h: Tensor, c: Tensor) -> States:
    return c.detach(), h.detach()


def _h_twice(h: Tensor, c: Tensor) -> States:
    return h.detach(), h.detach()


def _c_twice(h: Tensor, c: Tensor) -> States:
    return c.detach(), c.detach()


def _clone(h: Tensor, c: Tensor) -> States:
    return h.clone(), c.clone()


def _side_by_side(outputs: list[Tensor]) -> Tensor:
    return torch.cat(outputs, dim=1)


def _by_units(outputs: list[Tensor]) -> Tensor:
    return torch.cat(outputs, dim=2)


def _square(output: Tensor) -> Tensor:
    return output.square().sum()


Update = Callable[[nn.LSTM], Callable[[], Any]]
"""From the layer to what is called after each backward pass."""


def _no_update(lstm: nn.LSTM) -> Callable[[], None]:
    return lambda: None


def _by_hand(rate: float, *names: str) -> Update:
    """Return an update of these weights, or of all, as the lesson writes it."""

    def update(lstm: nn.LSTM) -> Callable[[], None]:
        def step() -> None:
            with torch.no_grad():
                for name, parameter in lstm.named_parameters():
                    if not names or name in names:
                        parameter -= rate * parameter.grad

        return step

    return update


def _adam(rate: float) -> Update:
    return lambda lstm: torch.optim.Adam(lstm.parameters(), lr=rate).step


_UPDATES = (
    *(_by_hand(rate) for rate in (0.1, 0.01, 0.001)),
    *(_adam(rate) for rate in (0.1, 0.01, 0.001)),
    _by_hand(0.1, "weight_hh_l0"),
)


def _trainer(
    chunks: Callable[[Tensor, int], Iterable[Tensor]] = _all_chunks,
    hand_on: Callable[[Tensor, Tensor], States | None] = _detach,
    retain_graph: bool = False,
    before_each: Callable[[nn.LSTM], None] = lambda lstm: None,
    loss: Callable[[Tensor], Tensor] = _square,
    give: Callable[[Tensor, Tensor, int], Any] = lambda output, gradient, count: (output, gradient),
    join: Callable[[list[Tensor]], Tensor] = torch.cat,
    update: Update = _no_update,
) -> Callable:
    """Return a training loop in which one thing or more is other; without arguments it is right."""

    def train(lstm: nn.LSTM, x: Tensor, k: int) -> tuple[Tensor, Tensor]:
        hx, outputs, step = None, [], update(lstm)
        for chunk in chunks(x, k):
            before_each(lstm)
            output, (h, c) = lstm(chunk, hx)
            loss(output).backward(retain_graph=retain_graph)
            step()
            hx = hand_on(h, c)
            outputs.append(output)
        return give(join(outputs), lstm.weight_hh_l0.grad, len(outputs))

    return train


def _without_gradients(lstm: nn.LSTM, x: Tensor, k: int) -> None:
    with torch.no_grad():
        output, _ = lstm(x[:k])
    (output**2).sum().backward()


def _whole_at_once(lstm: nn.LSTM, x: Tensor, k: int) -> tuple[Tensor, Tensor]:
    output, _ = lstm(x)
    _square(output).backward()
    return output, lstm.weight_hh_l0.grad


def _no_gradient(lstm: nn.LSTM, x: Tensor, k: int) -> tuple[Tensor, Tensor]:
    output, _ = _trainer()(lstm, x, k)
    return output, lstm.weight_hh_l0


def _gradient_of_all_weights(make: Callable) -> Callable:
    def train(lstm: nn.LSTM, x: Tensor, k: int) -> tuple[Tensor, Any]:
        output, _ = _trainer()(lstm, x, k)
        return output, make(parameter.grad for parameter in lstm.parameters())

    return train


def _added_twice(lstm: nn.LSTM, x: Tensor, k: int) -> tuple[Tensor, Tensor]:
    hx, outputs, gradient = None, [], torch.tensor(0.0)
    for chunk in x.split(k):
        output, (h, c) = lstm(chunk, hx)
        _square(output).backward()
        hx = h.detach(), c.detach()
        gradient = gradient + lstm.weight_hh_l0.grad
        outputs.append(output)
    return torch.cat(outputs), gradient


_WITHOUT_EFFECT = (
    "(`clone` copies the numbers and keeps the history, and a call whose result is thrown away "
    "changes nothing.)"
)

_TRAIN_WRONGS = (
    *several(
        "nothing mended",
        "This computes the same as the broken loop. Two things are wrong in it: one is about the "
        "steps that are read, the other about how far the gradient goes. If you have changed "
        f"something, it has no effect. {_WITHOUT_EFFECT}",
        _trainer(_full_chunks, _keep, retain_graph=True),
        _trainer(_full_chunks, _detach_and_forget, retain_graph=True),
        _trainer(_full_chunks, _clone, retain_graph=True),
    ),
    Wrong(
        "cut mended, steps missing",
        _trainer(_full_chunks),
        "One of the two is mended: the gradient ends at each cut. But steps are missing at the end "
        "of x, whenever k does not divide T.",
    ),
    Wrong(
        "cut mended, last chunk missing",
        _trainer(_short_range),
        "One of the two is mended: the gradient ends at each cut. But no chunk is read that begins "
        "at `len(x) - k` or later, not even where k divides T. Each that begins before `len(x)` "
        "should be read.",
    ),
    *several(
        "last chunk missing, the gradient passes the cuts",
        "Both are still wrong. No chunk is read that begins at `len(x) - k` or later, so steps are "
        f"missing at the end. And the gradient passes all cuts. {_WITHOUT_EFFECT}",
        _trainer(_short_range, _keep, retain_graph=True),
        _trainer(_short_range, _detach_and_forget, retain_graph=True),
        _trainer(_short_range, _clone, retain_graph=True),
    ),
    *several(
        "an empty chunk",
        "There is one chunk too many whenever k divides T: it has no steps, and the layer refuses "
        "it. The number of chunks is T / k, rounded up.",
        _trainer(_one_more),
        _trainer(_one_more, retain_graph=True),
        _trainer(_one_more, _keep, retain_graph=True),
    ),
    *several(
        "a chunk without steps",
        "A chunk has no steps, and the layer refuses it. Where does each begin, and where does it "
        "end? If n counts chunks (0, 1, 2 and so on), the chunk is `x[n * k : (n + 1) * k]`. If n "
        "counts steps (0, k, 2k and so on), it is `x[n : n + k]`.",
        _trainer(_counted_twice),
        _trainer(_counted_twice, retain_graph=True),
        _trainer(_counted_twice, _keep, retain_graph=True),
        _trainer(_counted_twice, _detach_and_forget, retain_graph=True),
        _trainer(lambda x, k: [x[n * k : (n + 1) * k] for n in range(len(x))]),
    ),
    *several(
        "chunks one step apart",
        "Your chunks begin one step apart, so some steps are read more than once. Chunk n should "
        "begin at step n * k, where the chunk before it ends.",
        _trainer(_one_step_apart(lambda T, k: T // k)),
        _trainer(_one_step_apart(lambda T, k: T // k), _keep, retain_graph=True),
        _trainer(_one_step_apart(lambda T, k: T)),
        _trainer(_one_step_apart(lambda T, k: T), _keep, retain_graph=True),
        _trainer(_one_step_apart(lambda T, k: T - k + 1)),
        _trainer(_one_step_apart(lambda T, k: T - k + 1), _keep, retain_graph=True),
        _trainer(_one_step_apart(lambda T, k: -(-T // k))),
        _trainer(_one_step_apart(lambda T, k: -(-T // k)), _keep, retain_graph=True),
    ),
    *several(
        "sentences cut, not time",
        "You cut x along axis 1, so each piece holds all steps of a few sentences. x is (T, B, I): "
        "time is axis 0, and that is to be cut.",
        *(
            _trainer(chunks, hand_on, retain_graph=hand_on is _keep, join=join)
            for chunks in (
                _of_sentences(lambda x, k: range(0, len(x) // k * k, k)),
                _of_sentences(lambda x, k: range(0, x.shape[1], k)),
                _of_sentences(lambda x, k: range(0, x.shape[1] // k * k, k)),
            )
            for hand_on in (_detach, _keep)
            for join in (torch.cat, _side_by_side)
        ),
    ),
    *several(
        "joined along another axis",
        "The pieces of output follow one another in time, and time is axis 0. `torch.cat(outputs)` "
        "joins them there; with `dim=1` they stand side by side, like sentences, and with `dim=2` "
        "like units.",
        *(
            _trainer(chunks, hand_on, retain_graph=hand_on is _keep, join=join)
            for chunks in (_all_chunks, _full_chunks)
            for hand_on in (_detach, _keep)
            for join in (_side_by_side, _by_units)
        ),
        *(_trainer(_short_range, join=join) for join in (_side_by_side, _by_units)),
    ),
    Wrong(
        "the rest in the last chunk",
        _trainer(_rest_in_the_last),
        "The cuts are right, but your last chunk has more than k steps. The steps that are left "
        "over make a shorter chunk of their own.",
    ),
    *several(
        "stacked, not joined",
        "The pieces of output follow one another in time, and the last one may be smaller. "
        "`torch.stack` wants pieces of one size and makes a new axis; `torch.cat` joins them along "
        "the axis of time.",
        _trainer(join=torch.stack),
        _trainer(_full_chunks, join=torch.stack),
        _trainer(_full_chunks, _keep, retain_graph=True, join=torch.stack),
    ),
    *several(
        "k pieces",
        "You cut x into k pieces. k is the length of a chunk: `chunk(k)` and `tensor_split(k)` "
        "make k pieces, `split(k)` makes pieces of k steps.",
        _trainer(lambda x, k: x.chunk(k)),
        _trainer(lambda x, k: x.tensor_split(k)),
    ),
    *several(
        "weights changed on the old graph",
        "You change the weights, and then `backward()` walks a graph that was made with the old "
        "ones and needs them. Leave out the update: here the weights stay as they are given. And "
        "if it is the graph of an earlier chunk that is walked, cut off both states.",
        _trainer(hand_on=_keep, retain_graph=True, update=_by_hand(0.1)),
        _trainer(_full_chunks, _keep, retain_graph=True, update=_adam(0.01)),
        _trainer(hand_on=_detach_h, retain_graph=True, update=_by_hand(0.1)),
        _trainer(hand_on=_detach_c, retain_graph=True, update=_adam(0.01)),
    ),
    *several(
        "weights updated",
        "Your loop changes the weights, so each chunk is read with other ones than the chunk "
        "before. Here output and gradient are asked for with the weights that were given: leave "
        "out the update.",
        *(_trainer(update=update) for update in _UPDATES),
        *(_trainer(update=update, before_each=nn.LSTM.zero_grad) for update in _UPDATES),
        *(_trainer(_full_chunks, update=update) for update in _UPDATES),
        *(_trainer(hand_on=lambda h, c: None, update=update) for update in _UPDATES),
    ),
    *several(
        "steps mended, the gradient passes the cuts",
        "One of the two is mended: every step is read. But the gradient is that of x read whole. "
        "Is x read in chunks of k steps? And are both states cut off from their history between "
        f"two chunks? {_WITHOUT_EFFECT}",
        _trainer(hand_on=_keep, retain_graph=True),
        _trainer(hand_on=_detach_and_forget, retain_graph=True),
        _trainer(hand_on=_clone, retain_graph=True),
        _whole_at_once,
    ),
    *several(
        "still on the old graph",
        "Nothing keeps the old graph any more, but `backward()` walks into it once more. Which "
        f"tensors bring the old graph along? All of them have to be cut off. {_WITHOUT_EFFECT}",
        _trainer(hand_on=_keep),
        _trainer(hand_on=_detach_and_forget),
        _trainer(_full_chunks, _keep),
        _trainer(hand_on=_clone),
        _trainer(hand_on=_detach_h),
        _trainer(hand_on=_detach_c),
    ),
    *several(
        "one state detached",
        "Only one of the two states is cut off from its history. The gradient takes the other way.",
        _trainer(hand_on=_detach_h, retain_graph=True),
        _trainer(hand_on=_detach_c, retain_graph=True),
    ),
    *several(
        "one state detached, steps missing",
        "Two things. Only one of the two states is cut off from its history: the gradient takes "
        "the other way. And steps are missing at the end of x.",
        _trainer(_full_chunks, _detach_h, retain_graph=True),
        _trainer(_full_chunks, _detach_c, retain_graph=True),
        _trainer(_short_range, _detach_h, retain_graph=True),
        _trainer(_short_range, _detach_c, retain_graph=True),
    ),
    Wrong(
        "detach of a pair",
        _trainer(hand_on=lambda h, c: (h, c).detach()),
        "`hx` is a pair (h, c), and a pair has no `detach`. Each of its two tensors has.",
    ),
    *several(
        "no pair handed on",
        "The layer is given a state that is not a pair (h, c) as it returns one. It wants both, "
        "and each of them (1, B, H).",
        _trainer(hand_on=lambda h, c: h.detach()),
        _trainer(hand_on=lambda h, c: c.detach()),
        _trainer(hand_on=lambda h, c: h, retain_graph=True),
        _trainer(hand_on=lambda h, c: h[0].detach()),
        _trainer(hand_on=lambda h, c: (h[0].detach(), c[0].detach())),
        _trainer(hand_on=lambda h, c: torch.stack((h, c)).detach()),
    ),
    *several(
        "no tuple handed on",
        "Parentheses around `... for ... in ...` make a generator. It has no `[0]`, and neither "
        "has what `map` makes. Put `tuple` in front of it. (The layer itself asks for `hx[0]` and "
        "`hx[1]`.)",
        _trainer(hand_on=lambda h, c: (state.detach() for state in (h, c))),
        _trainer(hand_on=lambda h, c: map(Tensor.detach, (h, c))),
    ),
    *several(
        "h and c exchanged",
        "h and c change places between two chunks. The layer returns (h, c) and wants (h, c).",
        _trainer(hand_on=_swap),
        _trainer(_full_chunks, _swap),
    ),
    *several(
        "h handed on twice",
        "h stands in both places of the pair that is handed on, and c in none. The layer wants "
        "(h, c).",
        _trainer(hand_on=_h_twice),
        _trainer(_full_chunks, _h_twice),
        _trainer(_short_range, _h_twice),
    ),
    *several(
        "c handed on twice",
        "c stands in both places of the pair that is handed on, and h in none. The layer wants "
        "(h, c).",
        _trainer(hand_on=_c_twice),
        _trainer(_full_chunks, _c_twice),
        _trainer(_short_range, _c_twice),
    ),
    *several(
        "state thrown away",
        "Every chunk starts from zeros. The gradient ends at the cuts, but so does the memory: the "
        "numbers of the state should pass.",
        _trainer(hand_on=lambda h, c: None),
        _trainer(_full_chunks, lambda h, c: None),
        _trainer(_short_range, lambda h, c: None),
    ),
    *several(
        "c not handed on",
        "h is handed on, and c starts from zeros at every chunk. The state is the pair.",
        _trainer(hand_on=_forget_c),
        _trainer(_full_chunks, _forget_c),
    ),
    *several(
        "h not handed on",
        "c is handed on, and h starts from zeros at every chunk. The state is the pair.",
        _trainer(hand_on=_forget_h),
        _trainer(_full_chunks, _forget_h),
    ),
    *several(
        "nothing to go back through",
        "The loss has no history, so there is nothing for `backward()` to walk. It is the state "
        "between two chunks that is to be cut off, not the output, and not the layer's own work.",
        _without_gradients,
        _trainer(loss=lambda output: _square(output.detach())),
    ),
    Wrong(
        "gradients of earlier chunks thrown away",
        _trainer(before_each=lambda lstm: lstm.zero_grad()),
        "The gradient is that of the last chunk alone. Is it set to zero in the loop? Asked for is "
        "the sum over all chunks, which `backward()` makes by itself.",
    ),
    Wrong(
        "mean over the chunks",
        _trainer(give=lambda output, gradient, count: (output, gradient / count)),
        "You divide the gradient by the number of chunks. Asked for is the sum.",
    ),
    *several(
        "another loss",
        "The cuts are right, but the loss is another one. That of the broken loop is the sum of "
        "the squares; a mean divides it by how many numbers there are.",
        _trainer(loss=lambda output: output.square().mean()),
        _trainer(loss=lambda output: output.square().sum(dim=2).mean()),
        _trainer(loss=lambda output: output.square().sum() / 2),
        _trainer(loss=Tensor.sum),
    ),
    *several(
        "loss of one step",
        "Your loss takes one step of each chunk, such as `output[-1]`, which is the last. The loss "
        "of the broken loop takes all steps of the chunk.",
        _trainer(loss=lambda output: _square(output[-1])),
        _trainer(loss=lambda output: output[-1].square().mean()),
        _trainer(loss=lambda output: _square(output[0])),
        _trainer(hand_on=_keep, retain_graph=True, loss=lambda output: _square(output[-1])),
    ),
    *several(
        "loss without a step",
        "Your loss leaves out one step of each chunk, the first or the last. The loss of the "
        "broken loop takes all steps of the chunk.",
        _trainer(loss=lambda output: _square(output[1:])),
        _trainer(loss=lambda output: _square(output[:-1])),
    ),
    *several(
        "loss of one sentence",
        "Your loss takes one sentence of the batch, such as `output[:, -1]`, which is the last. "
        "The loss of the broken loop takes all sentences.",
        _trainer(loss=lambda output: _square(output[:, -1])),
        _trainer(loss=lambda output: _square(output[:, 0])),
        _trainer(hand_on=_keep, retain_graph=True, loss=lambda output: _square(output[:, -1])),
    ),
    *several(
        "added up twice",
        "`backward()` adds to what is in `.grad` already, and you add up once more: the gradient "
        "of the first chunk is counted in every chunk. One of the two sums is enough.",
        _added_twice,
    ),
    Wrong(
        "results swapped",
        _trainer(give=lambda output, gradient, count: (gradient, output)),
        "Both results are right, and stand the other way round: first output, then gradient.",
    ),
    Wrong(
        "the weight itself",
        _no_gradient,
        "The second result is the weight. Its gradient is in the weight's `.grad`.",
    ),
    *several(
        "not stacked",
        "gradient should be one tensor, and yours is several. Asked for is that of `weight_hh_l0` "
        "alone, summed over the chunks: `backward()` adds it up in `lstm.weight_hh_l0.grad`.",
        _gradient_of_all_weights(list),
        _gradient_of_all_weights(tuple),
    ),
)


def _count_the_steps(output: Tensor, right: Tensor) -> str:
    """Say how many steps output has too few or too many, and how far it is right."""
    read, steps = len(output), len(right)
    both = range(min(read, steps))
    wrong = next((t for t in both if not alike(output[t], right[t])), None)
    if wrong == 0 or read == 0:
        return ""
    if wrong is not None:
        return (
            f"output has {read} steps, and x has {steps}. The first step that is wrong is step "
            f"{wrong}."
        )
    if read < steps:
        missing = steps - read
        last = "last step is" if missing == 1 else f"last {missing} steps are"
        return f"output is right as far as it goes. The {last} missing."
    more = "1 step follows" if read - steps == 1 else f"{read - steps} steps follow"
    return f"The first {steps} steps of output are right. {more} that should not be there."


def _look_at_the_loop(inputs: Mapping[str, Any], ours: Results, wanted: Results) -> str:
    """Say which steps are missing or too many, or whether output is wrong before any cut."""
    output, right = ours["output"], wanted["output"].detach()
    if output.shape != right.shape:
        return _count_the_steps(output, right) if output.shape[1:] == right.shape[1:] else ""
    if alike(output, right):
        zero = not ours["gradient"].detach().any()
        return _ZERO if zero and ours["gradient"].shape == wanted["gradient"].shape else ""
    if not (alike(output[:1], right[:1]) or alike(ours["gradient"], wanted["gradient"])):
        return _WRONG_AT_ONCE
    return ""


_ZERO = "output is right, and the gradient is 0 everywhere. Is it set to 0 after it was made?"

_WRONG_AT_ONCE = (
    "Neither is right, and output is wrong in the first step already, before there is any cut. "
    "What does the layer read there, and is output changed afterwards?"
)

_NO_GRADIENT = (
    "Has `backward()` been called? It returns nothing itself, and leaves the gradient in "
    "`lstm.weight_hh_l0.grad`. (`zero_grad()` makes None of it again.)"
)


@dataclass(frozen=True)
class _OutputAndGradient(Tensors):
    """Two tensors, of which the second is None as long as nobody has called ``backward``."""

    def read(self, value: Any) -> Results:
        """Return the named tensors; raise Misformed where the value has another form."""
        try:
            return super().read(value)
        except Misformed as problem:
            none = isinstance(value, tuple | list) and len(value) == 2 and value[1] is None
            if none and isinstance(value[0], Tensor):
                raise Misformed(f"{problem.message} {_NO_GRADIENT}", problem.name) from None
            raise


MEND_THE_LOOP = FunctionExercise(
    number="08.1",
    title="Mend a training loop",
    function="train",
    given=_BROKEN,
    make_cases=_train_cases,
    reference=_trainer(),
    form=_OutputAndGradient(
        ("output", "gradient"),
        axes={"output": ("step", "sentence", "unit"), "gradient": ("row", "column")},
        not_nested="Here two tensors are asked for:",
        joined_by="torch.cat",
    ),
    wrongs=_TRAIN_WRONGS,
    look=_look_at_the_loop,
    words={
        ("output",): "The gradient is right, output is not: is every step in it, once?",
        ("gradient",): "output is right. The gradient is not: where does it end, is it that of all "
        "chunks, and of the same loss as before?",
        ("output", "gradient"): "Neither is right, so begin with output: what does each chunk "
        "start from?",
    },
    probes=(
        Probe("there is one chunk only", lambda given: given | {"k": len(given["x"])}),
        Probe("there are two chunks", lambda given: given | {"k": len(given["x"]) // 2 + 1}),
        Probe("k divides T", lambda given: given | {"x": given["x"][: 2 * given["k"]]}),
    ),
    made_in_order=("output", "gradient"),
    praise=(
        "Every step is read once. The numbers of the state pass each cut, and no gradient does. So "
        "no graph is walked twice, and `retain_graph=True` has nothing left to do: wherever it "
        "still stands, it only keeps graphs in memory."
    ),
    hints=(
        "Run `broken_train(lstm, x, 2)` with the 7 steps of x. How many steps has its output?",
        "The line with `retain_graph=True` hides an error. Which tensors bring the old graph into "
        "the next chunk?",
        "`x.split(k)` has a smaller last chunk. And between two chunks both states need "
        "`.detach()`; `retain_graph=True` is then no longer needed.",
    ),
    solution_code="""
def train(lstm, x, k):
    hx, outputs = None, []
    for chunk in x.split(k):
        output, (h, c) = lstm(chunk, hx)
        hx = h.detach(), c.detach()
        loss = (output**2).sum()
        loss.backward()
        outputs.append(output)
    return torch.cat(outputs), lstm.weight_hh_l0.grad
""",
)

# --- 08.2 -----------------------------------------------------------------------------------------

FIND_THE_BUG = DictExercise(
    number="08.2",
    title="Find the bug in ten lines",
    parts=(
        Quantity(
            "line",
            4,
            "The last batch holds 5 songs. In which line does something meet it that has another "
            "size?",
        ),
        ShapeOf(
            "expected",
            (1, 5, 64),
            "A state is (L, B, H). Which B and which H does this call want?",
        ),
        Verdict(
            "leak",
            True,
            "What does the layer start from in the second batch, and who made it?",
        ),
        Choice(
            "retain_graph",
            "B",
            "Line 8 cuts the state off. Is there any second way back into an old graph?",
            options=("A", "B", "C"),
        ),
        Choice(
            "repair",
            "F",
            "Song 33 does not go on where song 1 ended. What should each batch start from?",
            options=("D", "E", "F", "G"),
        ),
    ),
    wrongs=(
        Wrong(
            "stops where the size is written",
            {"line": 2},
            "Line 2 holds the fixed size, and is a cause of the trouble. But it runs without an "
            "error: PyTorch stops where the state and the smaller batch meet.",
        ),
        Wrong(
            "stops at the backward pass",
            {"line": 7},
            "Line 7 would fail in the second batch if the history were not cut. Line 8 cuts it. "
            "The trouble of the last batch is a size.",
        ),
        Wrong(
            "stops at detach",
            {"line": 8},
            "`detach` works for any size. PyTorch stops before it gets there.",
        ),
        Wrong(
            "the size that came",
            {"expected": (1, 32, 64)},
            "(1, 32, 64) is what the layer is *given*. Asked for is the shape that it expects for "
            "5 songs.",
        ),
        Wrong(
            "batch first",
            {"expected": (5, 1, 64)},
            "You put the batch first. A state is (L, B, H), always.",
        ),
        Wrong(
            "features of the input",
            {"expected": (1, 5, 40)},
            "40 is input_size. A state holds one number for each unit.",
        ),
        Wrong(
            "no axis for layers",
            {"expected": (5, 64)},
            "The axis for layers is missing. It stands in front, also when there is one layer.",
        ),
        Wrong(
            "detach keeps numbers out",
            {"leak": False},
            "Line 8 takes the history away, not the numbers. So what one batch remembered, the "
            "next one starts from.",
        ),
        Wrong(
            "retain_graph is needed",
            {"retain_graph": "A"},
            "It would, if the states still hung on the old graph. After line 8 they do not, so "
            "no `backward()` walks a graph twice.",
        ),
        Wrong(
            "retain_graph reaches further",
            {"retain_graph": "C"},
            "The states come without history from line 8, so the gradient ends where its batch "
            "begins, with `retain_graph=True` or without.",
        ),
        Wrong(
            "state cut to size",
            {"repair": "D"},
            "That silences the error. But the five songs would start from what five *other* songs "
            "left behind, as all batches before did.",
        ),
        Wrong(
            "last batch dropped",
            {"repair": "E"},
            "That silences the error too, and the 5 songs are never read. All other batches would "
            "still start from what other songs left behind.",
        ),
        Wrong(
            "batch_first as a cure",
            {"repair": "G"},
            "`batch_first` says how the input lies. States do not change with it, and which song "
            "goes on from which is not its business.",
        ),
    ),
    praise=(
        "The error in the last batch was the visible part. The bug was there from the second batch "
        "on: a memory of other songs, without a word from PyTorch."
    ),
    hints=(
        "Follow the shapes: what is `hx` when the last batch comes, and what is `batch`?",
        "What does `detach` take away from a state, and what does it leave?",
        "Are the songs of one batch the continuation of those before? If not, what should `hx` be "
        "at the start of each batch, and which lines are then left over?",
    ),
    solution_code="""
answer = {
    "line": 4,
    "expected": (1, 5, 64),
    "leak": True,
    "retain_graph": "B",
    "repair": "F",
}
""",
)

# --- 08.3 -----------------------------------------------------------------------------------------

_NOTHING_OVER = "Here B divides N, and no word is left over: all of them should be there."


def _streams_case(N: int, I: int, B: int, special: str = "") -> Case:  # noqa: E741, N803
    words, places = (torch.arange(n, dtype=torch.float64, device="cpu") for n in (N, I))
    text = words[:, None] + places / 10  # a number tells its word: word 3 is 3.0, 3.1 and so on
    return Case({"text": text, "B": B}, f"N={N}, I={I}, B={B}", special=special)


def _streams(text: Tensor, B: int) -> Tensor:  # noqa: N803
    T = len(text) // B  # noqa: N806
    return text[: T * B].view(B, T, -1).transpose(0, 1)


def _whole(change: Callable[[Tensor, int, int], Any]) -> Callable:
    """Return an answer that changes what is left when the words left over are dropped."""

    def answer(text: Tensor, B: int) -> Any:  # noqa: N803
        T = len(text) // B  # noqa: N806
        return change(text[: T * B], T, B)

    return answer


def _one_stream(change: Callable[[Tensor, int, int], Any]) -> Callable:
    """Return an answer that keeps the words of one stream alone, and changes these."""

    def answer(text: Tensor, B: int) -> Any:  # noqa: N803
        T = len(text) // B  # noqa: N806
        return change(text[:T], T, B)

    return answer


def _cut_to_size(cut: Callable[[Tensor, int], Iterable[Tensor]]) -> Callable:
    """Return an answer that cuts first, and then drops what a piece has too much."""
    return lambda text, B: torch.stack([each[: len(text) // B] for each in cut(text, B)], dim=1)


def _first_words(text: Tensor, B: int) -> Tensor:  # noqa: N803
    T = len(text) // B  # noqa: N806
    return torch.stack([text[b : b + T] for b in range(B)], dim=1)


def _padded(text: Tensor, B: int) -> Tensor:  # noqa: N803
    missing = -len(text) % B
    return _streams(torch.cat((text, text.new_zeros(missing, text.shape[1]))), B)


_STREAM_WRONGS = (
    Wrong(
        "dealt out like cards",
        _whole(lambda text, T, B: text.view(T, B, -1)),
        "The shape is right, but the words are dealt out like cards: word 0 to stream 0, word 1 to "
        "stream 1. So no stream reads on as the text does.",
    ),
    Wrong(
        "streams in front",
        _whole(lambda text, T, B: text.view(B, T, -1)),
        "The streams are right, and stand on axis 0. The layer's loop walks along axis 0: it wants "
        "(T, B, I).",
    ),
    *several(
        "words left over",
        "Right if B divides N. Otherwise some words are left over, and the pieces do not fit "
        "together. Drop those at the end first.",
        lambda text, B: text.view(B, -1, text.shape[1]).transpose(0, 1),
        lambda text, B: text.view(B, len(text) // B, -1).transpose(0, 1),
        lambda text, B: text.reshape(B, len(text) // B, text.shape[1]).transpose(0, 1),
        lambda text, B: torch.stack(text.chunk(B), dim=1),
        lambda text, B: torch.stack(text.split(len(text) // B), dim=1),
        lambda text, B: torch.stack(text.tensor_split(B), dim=1),
        lambda text, B: text.unflatten(0, (B, -1)).transpose(0, 1),
        _cut_to_size(Tensor.chunk),
    ),
    *several(
        "no whole number",
        "A whole number is needed here, and what your code has is none. `/` gives a number with a "
        "point, even where it divides evenly: 12 / 3 is 4.0. `//` gives a whole one.",
        lambda text, B: text.view(B, len(text) / B, -1).transpose(0, 1),
        lambda text, B: text.view(len(text) / B, B, -1),
        lambda text, B: text.view(len(text) / B, B),
        lambda text, B: text.reshape(B, len(text) / B, -1).transpose(0, 1),
        lambda text, B: text.reshape(len(text) / B, B, -1),
        lambda text, B: text.unflatten(0, (B, len(text) / B)).transpose(0, 1),
        lambda text, B: text[: len(text) / B * B].view(B, -1, text.shape[1]).transpose(0, 1),
        lambda text, B: torch.stack(text.split(len(text) / B), dim=1),
        lambda text, B: torch.stack([text[t :: len(text) // B] for t in range(len(text) / B)]),
    ),
    Wrong(
        "words left over in the middle",
        _cut_to_size(Tensor.tensor_split),
        "Behind some streams a word is missing, in the middle of the text. (`tensor_split` makes "
        "its first pieces one word longer.) Drop the words left over at the end of the text, "
        "before you cut.",
    ),
    Wrong(
        "streams one word apart",
        _first_words,
        "Stream 1 begins with word 1 of the text, stream 2 with word 2. So some words are read "
        "several times, and those at the end never. Each stream should begin where the one before "
        "it ends.",
    ),
    *several(
        "words taken for single numbers",
        "`text` is (N, I): each word is a vector of I numbers. Your `view` has an axis for the "
        "streams and one for the steps, and none for those numbers.",
        _whole(lambda text, T, B: text.view(B, T).transpose(0, 1)),
        _whole(lambda text, T, B: text.view(T, B)),
        lambda text, B: text.view(B, -1).transpose(0, 1),
    ),
    *several(
        "dealt out, words left over",
        "Two things. B need not divide N: drop the words left over at the end. And this deals the "
        "words out like cards, so that no stream reads on as the text does.",
        lambda text, B: text.view(-1, B, text.shape[1]),
        lambda text, B: text.view(len(text) // B, B, -1),
        lambda text, B: text.view(len(text) // B, B, text.shape[1]),
    ),
    Wrong(
        "dropped at the front",
        lambda text, B: _streams(text[len(text) % B :], B),
        "You drop the words left over at the front. The text should begin with its first word; "
        "drop them at the end.",
    ),
    Wrong(
        "padded",
        _padded,
        "You fill up with zeros, so that the last stream ends in words that the text has not. The "
        "words left over are to be dropped.",
    ),
    *several(
        "streams of B words",
        "You make pieces *of* B words. B is the number of streams: each has N // B words. "
        "(`split(n)` makes pieces of n words.)",
        _whole(lambda text, T, B: torch.stack(text.split(B), dim=1)),
        lambda text, B: torch.stack(text.split(B)),
        lambda text, B: torch.stack(text.split(B), dim=1),
    ),
    *several(
        "words for one stream",
        "You keep T words of the text: that is enough for one stream. All streams together hold "
        "T * B words.",
        *(
            _one_stream(cut)
            for cut in (
                lambda text, T, B: text,
                lambda text, T, B: text.view(B, T, -1).transpose(0, 1),
                lambda text, T, B: text.view(B, -1, text.shape[1]).transpose(0, 1),
                lambda text, T, B: text.view(B, T, text.shape[1]).transpose(0, 1),
                lambda text, T, B: text.view(T, B, -1),
                lambda text, T, B: text.view(T, B, text.shape[1]),
                lambda text, T, B: text.unflatten(0, (B, T)).transpose(0, 1),
                lambda text, T, B: text.unflatten(0, (B, -1)).transpose(0, 1),
                lambda text, T, B: torch.stack(text.chunk(B)),
                lambda text, T, B: torch.stack(text.chunk(B), dim=1),
                lambda text, T, B: torch.stack(text.tensor_split(B), dim=1),
                lambda text, T, B: torch.stack(text.split(T)),
                lambda text, T, B: torch.stack(text.split(T), dim=1),
            )
        ),
    ),
    Wrong(
        "one word kept back",
        lambda text, B: _streams(text[:-1], B),
        "You keep the last word back, perhaps as a target. Here only what does not fill all "
        "streams is dropped.",
    ),
    Wrong(
        "all of the text in each stream",
        lambda text, B: text.unsqueeze(1).repeat(1, B, 1),
        "Every stream gets the whole text. It is to be cut into B pieces, one for each stream.",
    ),
    Wrong(
        "from the last stream to the first",
        lambda text, B: _streams(text, B).flip(1),
        "The streams stand in the wrong order: stream 0 should hold the beginning of the text.",
    ),
)


def _look_at_the_words(inputs: Mapping[str, Any], ours: Results, wanted: Results) -> str:
    """Say where a stream first holds another word of the text than it should."""
    text, found, right = inputs["text"], ours["streams"].detach(), wanted["streams"]
    if found.numel() == 0:
        return _EMPTY
    if found.shape != right.shape:
        return ""
    for b in range(found.shape[1]):
        for t in range(found.shape[0]):
            if not alike(found[t, b], right[t, b]):
                here = next((n for n, word in enumerate(text) if alike(found[t, b], word)), None)
                return _name_the_word(t, b, here, b * len(found) + t)
    return ""


_EMPTY = (
    "Nothing is left of the text. (`text[:-n]` drops the last n words. But with n = 0, it is "
    "`text[:0]`, which is empty.)"
)


def _name_the_word(t: int, b: int, here: int | None, right: int) -> str:
    if here is None:
        return f"What stands at step {t} of stream {b} is no word of the text."
    if t == 0:
        return f"Stream {b} begins with word {here} of the text. It should begin with word {right}."
    return (
        f"In stream {b}, word {right - 1} of the text is followed by word {here}. It should be "
        f"followed by word {right}."
    )


CUT_INTO_STREAMS = FunctionExercise(
    number="08.3",
    title="Cut a text into streams",
    function="streams",
    make_cases=lambda: (
        _streams_case(17, 2, 5),
        _streams_case(22, 3, 4),
        _streams_case(12, 5, 3, special=_NOTHING_OVER),
    ),
    reference=_streams,
    form=OneTensor(("streams",), axes=("step", "stream", "number")),
    wrongs=_STREAM_WRONGS,
    look=_look_at_the_words,
    praise=(
        "Each stream reads on as the text does. Cut along axis 0, its chunks can hand on their "
        "states row by row."
    ),
    hints=(
        "Write the numbers 0 to 16 on paper, for 5 streams. Which numbers are in stream 0, which "
        "in stream 1, and which are left over?",
        "First keep only as many words as fill all streams. Then the text is B pieces, one behind "
        "the other, of N // B words each.",
        "A `view` that breaks the text into B pieces has the streams in front. Which operation "
        "moves an axis?",
    ),
    solution_code="""
def streams(text, B):
    T = len(text) // B
    pieces = text[: T * B].view(B, T, -1)
    return pieces.transpose(0, 1)
""",
)

EXERCISES = (MEND_THE_LOOP, FIND_THE_BUG, CUT_INTO_STREAMS)
