"""Hold a manual module or function against torch's: results, states and every gradient."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

import torch
from torch import Tensor, nn

from lstm_lessons.shapes import GATES

TOLERANCES = {torch.float64: (1e-12, 1e-10), torch.float32: (1e-5, 1e-5)}
"""Largest difference allowed in results and in gradients, by dtype of the first input."""


@dataclass(frozen=True)
class Difference:
    """The largest difference of one tensor, and where it sits.

    ``largest`` is NaN where the two cannot be subtracted (another shape, no gradient, a NaN);
    ``where`` then says why.
    """

    name: str
    largest: float
    tolerance: float
    where: str

    @property
    def equal(self) -> bool:
        """Whether the difference is within the tolerance. NaN is not."""
        return self.largest <= self.tolerance

    @property
    def seen(self) -> str:
        """The difference in words that do not vary from machine to machine."""
        if self.equal:
            return f"at most {self.tolerance:.0e}"
        return "not comparable" if self.largest != self.largest else f"{self.largest:.2g}"


@dataclass(frozen=True)
class Report:
    """What `compare` saw; true in a condition when everything is equal."""

    differences: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        """Whether every difference is within its tolerance."""
        return all(each.equal for each in self.differences)

    def __bool__(self) -> bool:
        """Return ``equal``, so that ``assert compare(...)`` says what it means."""
        return self.equal

    @property
    def largest(self) -> float:
        """The largest difference of all; NaN if something cannot be compared."""
        values = [each.largest for each in self.differences]
        return next((value for value in values if value != value), max(values))

    @property
    def worst(self) -> Difference:
        """The first tensor that cannot be compared, else the one furthest over its tolerance."""
        for each in self.differences:
            if each.largest != each.largest:
                return each
        return max(self.differences, key=lambda each: each.largest / each.tolerance)

    @property
    def verdict(self) -> str:
        """One sentence: equal, or what differs most and where."""
        if self.equal:
            return f"Equal: all {len(self.differences)} tensors agree."
        worst = self.worst
        return f"Not equal: {worst.name} differs most ({worst.seen}), {worst.where}."

    def __repr__(self) -> str:
        """Return the verdict and a line a tensor."""
        width = max(len(each.name) for each in self.differences)
        lines = (
            f"  {each.name:<{width}}  {'ok   ' if each.equal else 'WRONG'}  {each.seen}"
            + ("" if each.equal else f"  {each.where}")
            for each in self.differences
        )
        return "\n".join((self.verdict, *lines))

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align:left'>{escape(each.name)}</td>"
            f"<td>{'equal' if each.equal else '<b>differs</b>'}</td><td>{each.seen}</td>"
            f"<td style='text-align:left'>{'' if each.equal else escape(each.where)}</td></tr>"
            for each in self.differences
        )
        head = "<tr><th>tensor</th><th></th><th>largest difference</th><th>where</th></tr>"
        return (
            f"<p><b>{escape(self.verdict)}</b></p>"
            f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
        )


def compare(
    manual: Callable,
    reference: Callable,
    *inputs: Tensor | tuple[Tensor, ...],
    tolerance: float | None = None,
    gradient_tolerance: float | None = None,
) -> Report:
    """Call both with copies of the inputs; compare results and all gradients.

    ``manual`` and ``reference`` are modules with equal parameters (load one's state_dict into
    the other first), or functions. An input is a tensor, of any shape that both take, or a tuple
    of tensors such as ``(h, c)``. The gradients are those of one random weighted sum of all the
    results, with regard to every input and every parameter. Neither the inputs, nor the
    modules' ``grad``, nor the global random state change. Tolerances are absolute; without
    them `TOLERANCES` decides by the first input's dtype.

    Raises:
        ValueError: the parameters of the two modules differ in name, shape or value, or the
            inputs' dtype has no tolerance and none is given.
    """
    first = _flat(inputs)[0]
    if (tolerance is None or gradient_tolerance is None) and first.dtype not in TOLERANCES:
        raise ValueError(
            f"no tolerance is set for {first.dtype}: give tolerance and gradient_tolerance"
        )
    defaults = TOLERANCES.get(first.dtype, (0.0, 0.0))
    tolerance = defaults[0] if tolerance is None else tolerance
    gradient_tolerance = defaults[1] if gradient_tolerance is None else gradient_tolerance
    _check_parameters(manual, reference)

    results, gradients = _run(manual, inputs)
    wanted_results, wanted_gradients = _run(reference, inputs)
    batch_first = getattr(reference, "batch_first", False)
    differences = [
        _difference(name, results.get(name), wanted, tolerance, batch_first)
        for name, wanted in wanted_results.items()
    ]
    differences += [
        _difference(name, gradients.get(name), wanted, gradient_tolerance, batch_first)
        for name, wanted in wanted_gradients.items()
    ]
    return Report(tuple(differences))


def _run(function: Callable, inputs: tuple) -> tuple[dict, dict]:
    """Return the named results, and the named gradients (None where there is none)."""
    copies = [_map(lambda tensor: tensor.detach().clone().requires_grad_(), i) for i in inputs]
    leaves = dict(_named_inputs(copies))
    if isinstance(function, nn.Module):
        leaves |= dict(function.named_parameters())
    with torch.enable_grad():
        results = dict(_named_results(function(*copies)))
        generator = torch.Generator().manual_seed(0)
        total = sum(
            (result * _weights(result, generator)).sum()
            for result in results.values()
            if result.requires_grad
        )
    if isinstance(total, Tensor):
        found = torch.autograd.grad(total, list(leaves.values()), allow_unused=True)
    else:
        found = [None] * len(leaves)
    gradients = {f"gradient of {name}": each for name, each in zip(leaves, found, strict=True)}
    return {name: each.detach() for name, each in results.items()}, gradients


def _weights(result: Tensor, generator: torch.Generator) -> Tensor:
    weights = torch.randn(result.shape, generator=generator, dtype=torch.float64)
    return weights.to(result)


def _difference(
    name: str, manual: Tensor | None, wanted: Tensor | None, tolerance: float, batch_first: bool
) -> Difference:
    nan = float("nan")
    if manual is None and wanted is None:
        return Difference(name, 0.0, tolerance, "")
    if manual is None or wanted is None:
        which = "yours has none" if manual is None else "the reference has none"
        return Difference(name, nan, tolerance, f"{which}: the graph may be cut")
    if manual.shape != wanted.shape:
        text = f"expected shape {tuple(wanted.shape)}, got {tuple(manual.shape)}"
        return Difference(name, nan, tolerance, text)
    if manual.dtype != wanted.dtype:
        return Difference(name, nan, tolerance, f"expected {wanted.dtype}, got {manual.dtype}")
    if wanted.numel() == 0:
        return Difference(name, 0.0, tolerance, "")
    gap = (manual - wanted).abs()
    gap = gap.where(~gap.isnan(), torch.inf)
    index = torch.unravel_index(gap.argmax(), gap.shape)
    position = tuple(int(each) for each in index)
    largest = float(gap[position])
    where = "at " + ", ".join(_axes(name, position, tuple(wanted.shape), batch_first))
    return Difference(name, largest, tolerance, where)


def _axes(
    name: str, position: tuple[int, ...], shape: tuple[int, ...], batch_first: bool
) -> Iterator[str]:
    """Name each axis of a position: the gate of a stacked row, the time step, the sample."""
    short = name.removeprefix("gradient of ")
    if short.startswith(("weight_ih", "weight_hh", "bias")):
        gate, unit = divmod(position[0], shape[0] // len(GATES))
        yield f"gate {GATES[gate]}, unit {unit}"
        yield from (f"column {each}" for each in position[1:])
        return
    last = "feature" if short in {"x", "input"} else "unit"
    if len(position) == 3:
        time = "layer and direction" if short in {"h_n", "c_n", "h_0", "c_0"} else "time step"
        front = ["sample", time] if batch_first and time == "time step" else [time, "sample"]
    else:
        front = ["time step" if short == "output" else "sample"][: len(position) - 1]
    names = [*front, last] if len(front) == len(position) - 1 else ["index"] * len(position)
    yield from (f"{axis} {each}" for axis, each in zip(names, position, strict=True))


def _named_results(results: object) -> Iterator[tuple[str, Tensor]]:
    flat = _flat(results)
    if len(flat) == 3:
        names = ("output", "h_n", "c_n")
    elif len(flat) == 2:
        names = ("h", "c")
    else:
        names = tuple(f"result {number}" for number in range(1, len(flat) + 1))
    yield from zip(names, flat, strict=True)


def _named_inputs(inputs: list) -> Iterator[tuple[str, Tensor]]:
    """Name the inputs as torch does: x, then the pair (h, c) of a cell or (h_0, c_0)."""
    for number, each in enumerate(inputs):
        if isinstance(each, Tensor):
            name = "x" if number == 0 else f"input {number + 1}"
            yield name, each
        else:
            layered = isinstance(inputs[0], Tensor) and each[0].dim() > inputs[0].dim() - 1 > 1
            names = ("h_0", "c_0") if layered else ("h", "c")
            yield from zip(names, each, strict=True)


def _check_parameters(manual: Callable, reference: Callable) -> None:
    if not (isinstance(manual, nn.Module) and isinstance(reference, nn.Module)):
        return
    ours, wanted = dict(manual.named_parameters()), dict(reference.named_parameters())
    if list(ours) != list(wanted):
        raise ValueError(f"expected the parameters {list(wanted)}, got {list(ours)}")
    for name, value in wanted.items():
        if ours[name].shape != value.shape or not torch.equal(ours[name], value):
            raise ValueError(
                f"{name} differs between the two: load the state_dict of one into the other "
                "first, manual.load_state_dict(reference.state_dict())"
            )


def _flat(values: object) -> list[Tensor]:
    if isinstance(values, Tensor):
        return [values]
    return [tensor for value in values for tensor in _flat(value)]


def _map(function: Callable[[Tensor], Tensor], value: object) -> object:
    if isinstance(value, Tensor):
        return function(value)
    return tuple(_map(function, each) for each in value)
