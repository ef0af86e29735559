"""Go back from the results: every parameter must get a gradient, and every step must be reached."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from lstm_lessons.clinic.case import Case
from lstm_lessons.clinic.moves import largest, listed, places
from lstm_lessons.clinic.nested import replaced
from lstm_lessons.clinic.report import FAULT, HOLDS, SUSPICION, Finding
from lstm_lessons.clinic.sequences import Block, Untried, is_numbering

NAME = "parameter gradients"
MOST_FROZEN = 30
"""How many frozen parameters are moved, one call each, to see whether they are used."""


def parameter_gradients(case: Case) -> Finding:
    """Take the gradients of one random sum of all results."""
    model = case.subject.fresh()
    trained = {name: each for name, each in model.named_parameters() if each.requires_grad}
    if not trained:
        raise Untried("no parameter asks for a gradient")
    results = _run(case, model)
    drawn = {name: each for name, each in results.items() if each.is_floating_point()}
    if not drawn:
        raise Untried("no result is of floating point")
    hanging = [each for each in drawn.values() if each.requires_grad]
    if not hanging:
        fact = "no result hangs on a graph: nothing can be learnt from any of them"
        return Finding(NAME, FAULT, fact, "a detach, .data, .numpy() or no_grad in forward")
    with torch.backends.cudnn.flags(enabled=False):
        found = torch.autograd.grad(_sum(hanging), list(trained.values()), allow_unused=True)
    gradients = dict(zip(trained, found, strict=True))
    bad = [name for name, each in gradients.items() if each is not None and not _finite(each)]
    if bad:
        fact = f"the gradient of {_names(bad)} is nan or infinite"
        return Finding(NAME, FAULT, fact, "a log or a division by 0, or numbers that explode")
    missing = [name for name, each in gradients.items() if each is None]
    zero = [name for name, each in gradients.items() if each is not None and not each.any()]
    seen = _cut(case, missing) or _in_time(case) or _silent(case, missing, zero)
    return seen or _idle(case, model) or _holds(case, model)


def _run(case: Case, model: nn.Module, call: Any = None) -> dict[str, Tensor]:
    with torch.enable_grad(), torch.backends.cudnn.flags(enabled=False):
        return case.subject.run(call or case.example.call, model=model)


def _sum(results: list[Tensor]) -> Tensor:
    """Return a random weighted sum, so that no two parts of a gradient cancel."""
    generator = torch.Generator().manual_seed(5)
    total: Any = 0
    for each in results:
        weights = torch.randn(each.shape, generator=generator, dtype=torch.float64)
        total = total + (each * weights.to(each)).sum()
    return total


def _finite(gradient: Tensor) -> bool:
    values = gradient.coalesce().values() if gradient.is_sparse else gradient
    return bool(values.isfinite().all())


def _cut(case: Case, missing: list[str]) -> Finding | None:
    """Tell a parameter that is used, and gets no gradient: its way back is cut."""
    used = [name for name in missing if _matters(case, name)]
    if not used:
        return None
    fact = f"{_names(used)} move{'s' if len(used) == 1 else ''} the results and get"
    fact += f"{'s' if len(used) == 1 else ''} no gradient: the way back is cut"
    perhaps = "a detach, .data, .item(), .numpy() or no_grad on the way. Right for what is to stay "
    return Finding(NAME, SUSPICION, fact, perhaps + "as it is; requires_grad_(False) says so")


def _matters(case: Case, name: str) -> bool:
    """Return whether moving a parameter moves a result."""
    model = _own(case)
    with torch.no_grad():
        parameter = model.get_parameter(name)
        parameter.add_(torch.randn_like(parameter) * (parameter.abs().mean() + 0.1))
        after = case.subject.run(case.example.call, model=model)
    return any(
        largest(before, now, case.subject.allowed) > 0 for _, before, now, _ in case.pairs(after)
    )


def _own(case: Case) -> nn.Module:
    """Return a copy with parameters of its own."""
    return deepcopy(case.subject.fresh())


def _silent(case: Case, missing: list[str], zero: list[str]) -> Finding | None:
    if zero and case.example.steps > 1:
        fact = f"the gradient of {_names(zero)} is zero everywhere"
        return Finding(NAME, SUSPICION, fact, _zero_cause(case, zero))
    if missing:
        fact = f"{_names(missing)}: no gradient, and no result depends on "
        fact += "it" if len(missing) == 1 else "them"
        perhaps = "a layer that is not used in this call, or in the loss alone, or whose result is "
        perhaps += "thrown away"
        return Finding(NAME, SUSPICION, fact, perhaps)
    return None


def _idle(case: Case, model: nn.Module) -> Finding | None:
    """Tell a frozen parameter on which no result depends: it was loaded, and is not used."""
    frozen = [name for name, each in model.named_parameters() if not each.requires_grad]
    idle = [name for name in frozen[:MOST_FROZEN] if not _matters(case, name)]
    if not idle:
        return None
    fact = f"all others get a gradient; {_names(idle)} is frozen, and no result depends on it"
    if len(idle) > 1:
        fact = f"all others get a gradient; {_names(idle)} are frozen, and no result depends on "
        fact += "them"
    return Finding(NAME, SUSPICION, fact, "weights that were put under another name than is read")


def _zero_cause(case: Case, zero: list[str]) -> str:
    if all("weight_hh" in name for name in zero):
        if all(name.endswith("_reverse") for name in zero):
            return (
                "the reverse pass is read at the last step, where it has made one step and has "
                "not used its h yet: take its h_n"
            )
        return "each step begins with a state of zeros: the state is not handed on"
    return (
        "what it feeds is thrown away, meets a layer that is still zero, or is stuck where nothing "
        "moves"
    )


def _in_time(case: Case) -> Finding | None:
    """Hold what a step reaches by its numbers against what it reaches by gradients."""
    main = case.example.main
    if not isinstance(main, Block) or main.batch is None or case.example.steps < 2:
        return None
    try:
        slopes = _slopes(case)
    except Exception:
        return None
    if slopes is None:
        return None
    last = case.example.steps - 1
    blind = [step for step in range(last) if slopes[step] == 0]
    moving = [step for step in blind if _reaches(case, step)]
    if not moving:
        return None
    fact = f"moving step {places(moving)} moves the last result, and its gradient there is zero: "
    fact += "the way back through time is cut"
    perhaps = (
        "a detach inside the loop over the steps. Between chunks it is right, inside it is not"
    )
    return Finding(NAME, SUSPICION, fact, perhaps)


def _final(case: Case, results: dict[str, Tensor]) -> list[Tensor]:
    """Return the last step of each result, or all of it where it has no axis for time."""
    final = []
    for name, layout in case.layouts.items():
        each = results.get(name)
        if each is None or not each.is_floating_point():
            continue
        final.append(each if layout.time is None else each.select(layout.time, -1))
    return final


def _slopes(case: Case) -> Tensor | None:
    """Return for each step how large the gradient of the last result is with regard to it."""
    main, model = case.example.main, case.subject.fresh()
    held: list[Tensor] = []
    if not isinstance(main, Block):
        return None
    if is_numbering(main.value):
        tables = [each for each in model.modules() if isinstance(each, nn.Embedding)]
        if not tables:
            return None

        def cut(module: nn.Module, inputs: tuple, result: Tensor) -> Tensor:
            if held:
                return result
            held.append(result.detach().requires_grad_())
            return held[0]

        tables[0].register_forward_hook(cut)
        results = _run(case, model)
    else:
        leaf = main.value.detach().clone().requires_grad_()
        held.append(leaf)
        results = _keeping(case, model, leaf)
    final = [each for each in _final(case, results) if each.requires_grad]
    if not final or held[0].shape[:2] != main.value.shape[:2]:
        return None
    with torch.backends.cudnn.flags(enabled=False):
        (slope,) = torch.autograd.grad(_sum(final), held, allow_unused=True)
    if slope is None:
        return None
    return slope.movedim(main.time or 0, 0).flatten(1).abs().amax(1)


def _keeping(case: Case, model: nn.Module, leaf: Tensor) -> dict[str, Tensor]:
    """Call with an input that asks for gradients: the call itself would cut it off."""
    path = case.example.path
    args, kwargs = replaced(case.example.call, lambda place, each: leaf if place == path else each)
    return case.subject.run((args, kwargs), model=model, keep=True)


def _reaches(case: Case, step: int) -> bool:
    try:
        after = case.after(case.example.moved(steps=[step]))
    except Untried:
        return False
    pairs = zip(_final(case, case.results), _final(case, after), strict=False)
    return any(
        before.shape == now.shape and largest(before, now, case.subject.allowed) > 0
        for before, now in pairs
    )


def _names(names: list[str]) -> str:
    if len(names) > 3:
        return listed([*names[:2], f"{len(names) - 2} others"])
    return listed(names)


def _holds(case: Case, model: nn.Module) -> Finding:
    count = sum(each.requires_grad for each in model.parameters())
    frozen = sum(not each.requires_grad for each in model.parameters())
    fact = (
        f"all {count} parameters get a gradient" if count > 1 else "the parameter gets a gradient"
    )
    if frozen:
        fact += f"; {frozen} more are frozen"
    return Finding(NAME, HOLDS, fact)
