"""Call the model again in eval mode: the same must come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from lstm_lessons.clinic.case import Case, said
from lstm_lessons.clinic.moves import by, largest
from lstm_lessons.clinic.report import FAULT, HOLDS, SUSPICION, Finding
from lstm_lessons.clinic.subject import OTHER_SEEDS

NAME = "eval determinism"
AGREE = f"{1 + len(OTHER_SEEDS)} calls in eval mode give the same numbers"
DRAWS = ("dropout", "rand", "bernoulli", "normal_", "uniform_", "multinomial", "normal", "sample")


def eval_determinism(case: Case) -> Finding:
    """Call with other random numbers, then twice one after the other on one copy.

    Where all agree, look for a dropout at work: its chance may be too small to have shown.
    """
    subject, call = case.subject, case.example.call
    for seed in OTHER_SEEDS if case.by_chance else ():
        gap, name = _apart(case.results, subject.results(call, seed=seed), subject.allowed)
        if gap > 0:
            return _chance(case, name, gap)
    model = subject.fresh()
    try:
        with torch.no_grad():
            subject.run(call, model=model)
            again = subject.run(call, model=model)
    except Exception as error:
        fact = f"the first call in eval mode runs, and the second one stops: {said(error)}"
        return Finding(NAME, FAULT, fact, "the model keeps something from call to call")
    gap, name = _apart(case.results, again, subject.allowed)
    if gap > 0:
        fact = f"in eval mode the second call with one input moves {name} by {by(gap)}: the model "
        fact += "keeps something from call to call"
        perhaps = "a state in self, which the next batch begins with. Right if it reads a stream; "
        return Finding(NAME, SUSPICION, fact, perhaps + "wrong if the next batch is another text")
    return _at_work(case) or _idle(case) or Finding(NAME, HOLDS, AGREE)


def _apart(
    before: dict[str, Tensor], after: dict[str, Tensor], allowed: float
) -> tuple[float, str]:
    """Return how far two calls are apart, and in which result."""
    found = [(0.0, "")]
    for name, each in before.items():
        same = name in after and after[name].shape == each.shape
        found.append((largest(each, after[name], allowed) if same else torch.inf, name))
    return max(found, key=lambda pair: pair[0])


class _Watch(TorchFunctionMode):
    """Notes which functions of torch draw random numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: set[str] = set()

    def __torch_function__(
        self, func: Callable, types: Iterable, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        name = getattr(func, "__name__", "")
        kwargs = kwargs or {}
        if name.startswith(DRAWS) and not _resting(name, args, kwargs):
            self.drawn.add(name)
        return func(*args, **kwargs)


def _resting(name: str, args: tuple, kwargs: dict) -> bool:
    """Return whether this is a dropout that is told to do nothing."""
    if "dropout" not in name:
        return False
    p = kwargs.get("p", args[1] if len(args) > 1 else 0.5)
    training = kwargs.get("training", args[2] if len(args) > 2 else "alpha" not in name)
    return not training or p == 0


def _drawn(case: Case) -> tuple[list[str], list[str]]:
    """Return the functions that draw random numbers in forward, and which are a dropout."""
    watch = _Watch()
    with torch.no_grad(), watch:
        case.subject.run(case.example.call)
    drawn = sorted(watch.drawn)
    return drawn, [each for each in drawn if "dropout" in each]


def _dropping(fact: str, dropped: list[str]) -> Finding:
    fact += f"{dropped[0]} is at work although the model is in eval mode"
    perhaps = "F.dropout without training=self.training, or an nn.Dropout made in forward. "
    return Finding(NAME, SUSPICION, fact, perhaps + "Right if chance is meant")


def _at_work(case: Case) -> Finding | None:
    """Return a suspicion where a dropout is told to drop, and has not been seen to."""
    try:
        _, dropped = _drawn(case)
    except Exception:  # a model that does not run under the watch has been called all the same
        return None
    return _dropping(f"{AGREE}. But ", dropped) if dropped else None


def _chance(case: Case, name: str, gap: float) -> Finding:
    drawn, dropped = _drawn(case)
    fact = f"in eval mode two calls with one input differ by {by(gap)}, in {name}"
    if dropped:
        return _dropping(f"{fact}: ", dropped)
    if drawn:
        fact += f": forward draws random numbers ({', '.join(drawn)})"
    perhaps = "first states drawn at random, where zeros are meant. Right if chance is meant"
    return Finding(NAME, SUSPICION, fact, perhaps)


def _idle(case: Case) -> Finding | None:
    """Return a suspicion where a dropout was asked for, and training mode changes nothing."""
    alone = [
        name or "the layer"
        for name, each in case.recurrent.items()
        if each.dropout > 0 and each.num_layers == 1
    ]
    if not alone:
        return None
    fact = f"{AGREE}. But {alone[0]} has dropout="
    fact += f"{case.recurrent[alone[0] if alone[0] != 'the layer' else ''].dropout} and one layer: "
    fact += "it drops nothing, in training either"
    return Finding(NAME, SUSPICION, fact, "an nn.Dropout of its own is meant")
