"""What an answer gives its layer, call by call, found by looking on."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from lstm_lessons.exercises.engine.readers import Seen, Told
from lstm_lessons.exercises.engine.values import alike
from lstm_lessons.exercises.engine.words import paragraphs


@dataclass
class _Calls:
    """The chunks that the layer reads, and what its states are of those that it gave before.

    ``states`` holds a word for each call but the first: "hc" where h came as h and c as c, "0" for
    zeros, "?" for other numbers. ``histories`` are those of h and c that came with their history.
    """

    chunks: list[Tensor] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    histories: set[str] = field(default_factory=set)
    last: list[Tensor] = field(default_factory=list)

    def note(self, x: Tensor, hx: tuple[Tensor, Tensor] | None, now: tuple[Tensor, Tensor]) -> None:
        """Note a call: what went in, and the states that came out."""
        self.chunks.append(x.detach().clone())
        if self.last:
            zeros = torch.zeros_like(self.last[0])
            given = (zeros, zeros) if hx is None else hx
            known = dict(zip("hc0", (*self.last, zeros), strict=True))
            found = [next((n for n in known if alike(s, known[n])), "?") for s in given]
            self.states.append("".join(found))
            self.histories |= {name for name, s in zip("hc", given, strict=True) if s.grad_fn}
        self.last = [each.detach().clone() for each in now]


def _calls(seen: Seen) -> _Calls | None:
    """Return what the answer gives its layer in the first case that goes wrong, if it calls it."""
    calls = _Calls()

    def note(_: nn.Module, args: tuple, keywords: dict, returned: tuple) -> None:
        given = {**dict(zip(("input", "hx"), args, strict=False)), **keywords}
        calls.note(given["input"], given.get("hx"), returned[1])

    def watched(inputs: dict) -> dict:
        inputs["lstm"].register_forward_hook(note, with_kwargs=True)
        return {"lstm": inputs["lstm"]}

    done = seen.of_answer(seen.case.with_inputs(watched))
    return calls if done.problem is None and calls.chunks else None


def what_the_layer_gets(seen: Seen) -> Told | None:
    """Say which steps the layer reads, call by call, and what it starts from."""
    calls = _calls(seen)
    if calls is None:
        return None
    steps = _wrong_steps(calls.chunks, seen.case.inputs["x"], seen.case.inputs["k"])
    passes = (None, _ONE, _BOTH)[len(calls.histories)]
    states = next((_of_another_state(each) for each in calls.states if each != "hc"), None)
    told = [each for each in (steps, passes, states) if each]
    mended = "One of the two is mended: every step is read." if told == [passes] else ""
    if steps and told == [steps] and calls.states and steps != _SENTENCES_CUT:
        mended = "One of the two is mended: the gradient ends at each cut."
    said = paragraphs(mended, *(said for _, said in told))
    return (" + ".join(str(name) for name, _ in told), said) if told else None


_SENTENCES_CUT = (
    "sentences cut, not time",
    "You cut x along axis 1, so each piece holds all steps of a few sentences. x is (T, B, I): "
    "time is axis 0, and that is to be cut.",
)
_BOTH = (
    "the gradient passes the cuts",
    ("The gradient passes the cuts: the states that are handed on still bring their graph along."),
)
_ONE = (
    "one state detached",
    ("Only one of the two states is cut off from its graph. The gradient takes the other way."),
)


def _of_another_state(which: str) -> Told:
    named = [{"0": "zeros", "?": "other numbers"}.get(each, each) for each in which]
    said = (
        f"A chunk starts from ({', '.join(named)}). It should start from (h, c), the last states "
        "of the chunk before it: no gradient passes the cut, but the numbers of both do."
    )
    if which == "00":
        said = (
            "A chunk starts from zeros, so its memory begins anew. It should start from the last "
            "states of the chunk before it: no gradient passes the cut, but the numbers do."
        )
    return f"the pair ({', '.join(named)})", said


def _wrong_steps(chunks: list[Tensor], x: Tensor, k: int) -> Told | None:
    """Say what is wrong with the steps (T, B, I) that are read, if anything."""
    T = len(x)
    if any(_place(each, x, 1) is not None and each.shape[1] < x.shape[1] for each in chunks):
        return _SENTENCES_CUT
    found = [_place(each, x, 0) for each in chunks]
    read = [range(at, at + len(c)) for at, c in zip(found, chunks, strict=True) if at is not None]
    if len(read) < len(chunks):
        return None
    steps = [t for each in read for t in each]
    if twice := [t for t in steps if steps.count(t) > 1]:
        return "steps read twice", (
            f"Some steps are read more than once, such as step {twice[0]}. Each chunk should begin "
            "where the chunk before it ends."
        )
    if never := sorted({*range(T)} - {*steps}):
        are = f"Step {never[0]} is" if len(never) == 1 else f"{len(never)} steps of x are"
        return "steps missing", f"{are} never read. Each should be, whether k divides T or not."
    if len(read) == 1 and k < T:
        return "x read whole", (
            "x is read whole, in one call. It is to be read in chunks of k steps."
        )
    if len(read) == k != -(-T // k):
        return "k pieces", (
            "You cut x into k pieces. k is the length of a chunk: `chunk(k)` and `tensor_split(k)` "
            "make k pieces, `split(k)` makes pieces of k steps."
        )
    wanted = [range(t, min(t + k, T)) for t in range(0, T, k)]
    for ours, right in zip(read, wanted, strict=False):
        if ours != right:
            return _of_another_length(ours, k)
    return None


def _place(chunk: Tensor, x: Tensor, axis: int) -> int | None:
    """Return where a chunk stands in x, along an axis; nothing where it does not."""
    if chunk.ndim != x.ndim:
        return None
    size = chunk.shape[axis]
    places = range(x.shape[axis] - size + 1)
    return next((at for at in places if alike(chunk, x.narrow(axis, at, size))), None)


def _of_another_length(read: range, k: int) -> Told:
    which = f"The chunk of steps {read[0]} to {read[-1]} has"
    if len(read) > k:
        return "a chunk too long", (
            f"{which} more than k steps. Steps that are left over at the end make a shorter chunk "
            "of their own."
        )
    return "a chunk too short", (
        f"{which.replace(f'steps {read[0]} to {read[0]} ', f'step {read[0]} ')} fewer than k "
        "steps, and others follow it. Only the last one may be shorter."
    )
