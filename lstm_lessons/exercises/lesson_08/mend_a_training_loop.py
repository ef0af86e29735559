"""08.1: chunk by chunk, the numbers of the state pass each cut, and no gradient does."""

from typing import Any

from torch import Tensor

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import random_layer, randoms
from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import place, together
from lstm_lessons.exercises.engine.words import Misformed
from lstm_lessons.exercises.lesson_08.calls_of_the_layer import what_the_layer_gets


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, I: int, H: int, k: int, special: str = "") -> Case:  # noqa: E741
        random = randoms(T + k)
        inputs = {"lstm": random_layer(random, I, H, scale=0.5), "x": random(T, B, I), "k": k}
        return Case(inputs, {"T": T, "B": B, "I": I, "H": H, "k": k}, special=special)

    return (
        case(7, 4, 3, 5, 2),
        case(8, 3, 2, 6, 5),
        case(6, 4, 2, 5, 3, "Here k divides T: how many chunks are there?"),
        case(4, 2, 3, 5, 9, "k may be larger than T: then there is one chunk."),
        case(4, 2, 3, 5, 4, "Here k is T: there is one chunk."),
        case(4, 2, 3, 5, 1, "Here k is 1: each chunk is one step."),
        case(5, 1, 2, 4, 3, "There is one sentence only. The axis of the batch stays, 1 long."),
        case(1, 3, 2, 4, 2, "There is one step only: T = 1."),
        case(5, 3, 1, 4, 2, "Each word is one number: I = 1."),
        case(5, 3, 2, 1, 2, "The state is one number: H = 1."),
    )


class _OutputAndGradient(SeveralTensors):
    """Two tensors, of which the second is None as long as nobody has called ``backward``."""

    def read(self, value: Any) -> dict[str, Tensor]:
        """Return the named tensors; raise Misformed where the value has another form."""
        if isinstance(value, tuple | list) and len(value) == 2 and isinstance(value[0], Tensor):
            for kind, (name, said) in _NO_GRADIENT.items():
                if isinstance(value[1], kind):
                    raise Misformed(f"The gradient that you return is {said}", name)
        return super().read(value)


_SEVERAL = ("several gradients", "several things. Asked for is one tensor: the gradient of "
            "`weight_hh_l0` alone, summed over the chunks. `backward()` adds it up in "
            "`lstm.weight_hh_l0.grad`.")  # fmt: skip
_NO_GRADIENT = {
    tuple: _SEVERAL,
    list: _SEVERAL,
    type(None): (
        "no gradient", "nothing (None). Has `backward()` been called? It returns nothing itself, "
        "and leaves the gradient in `lstm.weight_hh_l0.grad`. (`zero_grad()` makes None of it "
        "again.)",
    ),
}  # fmt: skip

_BACK, _LOSS, _PAIR, _KEPT = "loss.backward()", "(output**2).sum()", "h.detach(), c.detach()", \
    "loss.backward(retain_graph=True)"  # fmt: skip
_FULL = "[x[n * k : (n + 1) * k] for n in range(len(x) // k)]"
_ADDED = "\n        total = lstm.weight_hh_l0.grad + (total if outputs else 0)"
_MEAN = "The gradient of each chunk is divided by a number that is smaller in a shorter chunk. " \
    "Do you take a mean? The broken loop takes the sum of the squares."  # fmt: skip
_OVER = "The gradient of each chunk is divided by {}. The broken loop takes the sum of the " \
    "squares."  # fmt: skip

_SLIPS = (
    together("nothing mended", "This computes the same as the broken loop. Two things are wrong in "
             "it: one is about the steps that are read, the other about how far the gradient goes. "
             "`retain_graph=True` is none of the two: it hides the error to which the second one "
             "leads. If you have changed something, it has no effect.",
             {"x.split(k)": _FULL, _PAIR: "h, c", _BACK: _KEPT}, paired=False),
    place(
        _PAIR,
        alone=(
            ("the pair detached", "What you detach is no tensor. The layer returns `output, hx`, "
             "and hx is the pair (h, c): a tuple of two tensors. Detach each of the two, and hand "
             "on the pair of what comes back.", "(h, c).detach()", "[h, c].detach()"),
            ("still on the old graph", "`backward()` walks once more into a graph that was used "
             "and freed already. Which tensors bring the old graph along into the next chunk? All "
             "of them have to be cut off.", "h, c"),
            ("no tuple handed on", "Parentheses around `... for ... in ...` make a generator. It "
             "has no `[0]`, and neither has what `map` makes. Put `tuple` in front of it. (The "
             "layer itself asks for `hx[0]` and `hx[1]`.)", "(each.detach() for each in (h, c))",
             "map(torch.detach, (h, c))"),
            ("no pair handed on", "The layer is given a state that is not a pair (h, c) as it "
             "returns one. It wants both, and each of them (1, B, H).", "h.detach()",
             "h[0].detach()", "h[0].detach(), c[0].detach()", "torch.stack((h, c)).detach()"),
        ),
    ),
    place(
        _LOSS,
        ("a mean for the sum", _MEAN, "(output**2).mean()"),
        ("a mean of sums", _MEAN, "(output**2).sum(dim=2).mean()"),
        ("a mean over the steps", _MEAN, "(output**2).mean(dim=0).sum()",
         "(output**2).sum() / len(output)"),
        ("no squares", "The gradient is that of the sum of the numbers in output. The loss of the "
         "broken loop is the sum of their squares.", "output.sum()"),
        alone=(
            ("a mean over steps and units", _MEAN, "(output**2).sum(dim=1).mean()"),
            ("a mean over the sentences", _OVER.format("B, the number of sentences, as a mean over "
             "axis 1 does"), "(output**2).mean(dim=1).sum()"),
            ("a mean over the units", _OVER.format("H, the number of units, as a mean over the "
             "last axis does"), "(output**2).mean(dim=2).sum()"),
            ("a mean over sentences and units", _OVER.format("B · H, as a mean over the last two "
             "axes does"), "(output**2).mean(dim=(1, 2)).sum()", "(output**2).sum(dim=0).mean()"),
            ("a mean of no squares", "The gradient is that of the mean of the numbers in output. "
             "The loss of the broken loop is the sum of their squares.", "output.mean()"),
            ("added up before squared", "Your loss adds up first, or takes a mean, and squares "
             "what comes of it. The broken loop squares each number of output, and then adds up.",
             "output.sum() ** 2", "output.mean() ** 2", "(output.mean(dim=0) ** 2).sum()",
             "(output.sum(dim=0) ** 2).sum()", "(output.mean(dim=2) ** 2).sum()",
             "(output.mean(dim=1) ** 2).sum()"),
            ("some steps alone", "Your loss takes some steps of each chunk alone, such as the "
             "last. That of the broken loop takes all steps, and adds up.",
             "(output[-1]**2).sum()", "(output[-1]**2).mean()", "(output[0]**2).sum()",
             "(output[1:]**2).sum()", "(output[:-1]**2).sum()"),
        ),
    ),
    place(
        _BACK,
        ("gradients of earlier chunks thrown away", "The gradient is that of the last chunk alone. "
         "Is it set to zero in the loop? Asked for is the sum over all chunks, which `backward()` "
         "makes by itself.", "lstm.zero_grad()\n        loss.backward()"),
    ),
    place(
        "lstm.weight_hh_l0.grad",
        ("mean over the chunks", "The gradient, or the loss, is divided by the number of chunks. "
         "Asked for is the sum.", "lstm.weight_hh_l0.grad / len(outputs)"),
        ("the weight itself", "The second result is the weight. Its gradient is in the weight's "
         "`.grad`.", "lstm.weight_hh_l0"),
    ),
    together("added up twice", "`backward()` adds to what is in `.grad` already, and you add up "
             "once more: the gradient of the first chunk is counted in every chunk. One of the two "
             "sums is enough.", {_BACK: _BACK + _ADDED, "lstm.weight_hh_l0.grad": "total"}),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "08.1",
    cases=_cases,
    returns=_OutputAndGradient(
        ("output", "gradient"),
        axes={"output": ("step", "sentence", "unit"), "gradient": ("row", "column")},
        joined_by="torch.cat",
    ),
    slips=_SLIPS,
    axes={"x": ("step", "sentence", "value")},
    constants=("lstm", "x"),
    looks=(what_the_layer_gets,),
    words={
        ("gradient",): "output is right. The gradient is not: where does it end, is it that of all "
        "chunks, and of the same loss as before?",
        ("output", "gradient"): "Neither is right, so begin with output: does the layer "
        "read x as it is given, and is what it gives back returned as it is?",
    },
    made_in_order=("output", "gradient"),
    praise="Every step is read once. The numbers of the state pass each cut, and no gradient does. "
    "So no graph is walked twice, and `retain_graph=True` has nothing left to do: delete it if it "
    "is still there. Without it, a `backward()` after each chunk frees the chunk's graph; one for "
    "all chunks, at the end, keeps all graphs in memory until then.",
)
