"""Hold a manual module or function against torch's: results, states and every gradient."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from inspect import Parameter, signature
from itertools import islice
from math import inf, isnan, nan
from typing import TypeAlias

import numpy
import torch
from torch import Tensor, nn

from lstm_lessons.shapes import GATES

Nested: TypeAlias = "Tensor | Sequence[Nested]"
"""A tensor, or tuples and lists of them at any depth."""

TOLERANCES = {torch.float64: (1e-12, 1e-10), torch.float32: (1e-5, 1e-5)}
"""Largest difference allowed in results and in gradients, by dtype of the first input."""


@dataclass(frozen=True)
class Difference:
    """The largest difference of one tensor, and where it sits.

    ``largest`` is NaN where the two cannot be compared (another shape or dtype, a NaN, a result
    or gradient that is missing, a result cut from its graph); ``where`` then says why.
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
        return "not comparable" if isnan(self.largest) else f"{self.largest:.2g}"


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
        return nan if any(map(isnan, values)) else max(values)

    @property
    def worst(self) -> Difference:
        """The first tensor that cannot be compared, else the one that differs most."""
        over = [each for each in self.differences if not each.equal] or self.differences
        return max(over, key=lambda each: inf if isnan(each.largest) else each.largest)

    @property
    def verdict(self) -> str:
        """One sentence: equal, or what differs most and where."""
        if self.equal:
            return f"Equal: all {len(self.differences)} tensors agree."
        worst, count = self.worst, sum(not each.equal for each in self.differences)
        which = "differs:" if count == 1 else "differ, most of all"
        return (
            f"Not equal: {count} of {len(self.differences)} tensors {which} "
            f"{worst.name} ({worst.seen}), {worst.where}."
        )

    def __repr__(self) -> str:
        """Return the verdict and a line a tensor."""
        width = max(len(each.name) for each in self.differences)
        lines = (
            f"  {each.name:<{width}}  {'equal  ' if each.equal else 'differs'}  {each.seen}"
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
        head = "<tr><th>tensor</th><th>verdict</th><th>largest difference</th><th>where</th></tr>"
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
    the other first), or functions; a function held against a module computes with the module's
    own parameters. An input is a tensor, of any shape that both take, or a tuple of tensors such
    as ``(h, c)``. The gradients are those of one random weighted sum of all the results, with
    regard to every input and every parameter. Both run from the same random state, so that
    dropout draws the same masks. Neither the inputs, nor the modules' ``grad``, nor the global
    random state change. Tolerances are absolute; without them `TOLERANCES` decides by the first
    input's dtype.

    Raises:
        ValueError: there are no inputs, or not of floating point; the parameters of the two
            modules differ in name, shape, dtype or value; or the inputs' dtype has no tolerance
            and none is given.
    """
    tolerance, gradient_tolerance = _tolerances(inputs, tolerance, gradient_tolerance)
    _check_parameters(manual, reference)
    yours, others = (
        dict(each.named_parameters()) if isinstance(each, nn.Module) else {}
        for each in (manual, reference)
    )
    yours, others = yours or others, others or yours
    ours = _run(manual, yours, inputs)
    wanted = _run(reference, others, inputs)
    names = _result_names(len(wanted.results))
    places = _Places(reference, layered=names[0] == "output")

    differences = []
    for number, (name, result) in enumerate(zip(names, wanted.results, strict=True)):
        if len(ours.results) != len(names):
            text = f"expected {len(names)} results ({', '.join(names)}), got {len(ours.results)}"
            differences.append(Difference(name, nan, tolerance, text))
        elif result.requires_grad and not ours.results[number].requires_grad:
            text = "yours is detached: no gradient flows back from it"
            differences.append(Difference(name, nan, tolerance, text))
        else:
            differences.append(_difference(name, ours.results[number], result, tolerance, places))
    leaves = [*_input_names(reference, inputs), *others]
    differences += [
        _difference(f"gradient of {name}", mine, theirs, gradient_tolerance, places)
        for name, mine, theirs in zip(leaves, ours.gradients, wanted.gradients, strict=True)
    ]
    return Report(tuple(differences))


@dataclass(frozen=True)
class _Run:
    """What one call gave: its results, and the gradient of each leaf (None where there is none)."""

    results: list[Tensor]
    gradients: list[Tensor | None]


def _run(function: Callable, parameters: Mapping[str, Tensor], inputs: tuple) -> _Run:
    copies = [_map(lambda tensor: tensor.detach().clone().requires_grad_(), i) for i in inputs]
    leaves = [*_flat(copies), *parameters.values()]
    with torch.enable_grad(), torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        results = _flat(function(*copies))
        generator = torch.Generator().manual_seed(0)
        # Weights are drawn for every result, so that one cut from its graph shifts no other's.
        terms = [(result * _weights(result, generator)).sum() for result in results]
        total = sum(term for term in terms if term.requires_grad)
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    cut = not isinstance(total, Tensor)
    found = iter(() if cut else torch.autograd.grad(total, wanted, allow_unused=True))
    gradients = [next(found, None) if leaf.requires_grad else None for leaf in leaves]
    return _Run(results, gradients)


def _weights(result: Tensor, generator: torch.Generator) -> Tensor:
    weights = torch.randn(result.shape, generator=generator, dtype=torch.float64)
    return weights.to(result)


def _difference(
    name: str, manual: Tensor | None, wanted: Tensor | None, tolerance: float, places: "_Places"
) -> Difference:
    if manual is None and wanted is None:
        return Difference(name, 0.0, tolerance, "")
    if manual is None or wanted is None:
        which = "yours has none" if manual is None else "the reference has none"
        return Difference(name, nan, tolerance, f"{which}: the graph may be cut")
    for what in ("shape", "dtype"):
        ours, theirs = getattr(manual, what), getattr(wanted, what)
        if ours != theirs:
            ours, theirs = (tuple(x) if what == "shape" else x for x in (ours, theirs))
            return Difference(name, nan, tolerance, f"expected {what} {theirs}, got {ours}")
    if wanted.numel() == 0:
        return Difference(name, 0.0, tolerance, "")
    manual, wanted = manual.detach(), wanted.detach()
    gap = (manual - wanted).abs().masked_fill(manual == wanted, 0.0)
    # NaN counts as most. (torch's own unravel_index imports sympy, 35 MB, to check its arguments.)
    position = tuple(map(int, numpy.unravel_index(int(gap.argmax()), gap.shape)))
    where = "at " + ", ".join(places.axes(name, position, tuple(wanted.shape)))
    if isnan(gap[position]):
        return Difference(name, nan, tolerance, f"NaN {where}")
    return Difference(name, float(gap[position]), tolerance, where)


@dataclass(frozen=True)
class _Places:
    """Says in words where in a tensor of the reference's a position is.

    ``layered`` is true for nn.LSTM, whose axes are time, sample, unit; false for a cell.
    """

    reference: Callable
    layered: bool

    def axes(self, name: str, position: tuple[int, ...], shape: tuple[int, ...]) -> Iterator[str]:
        """Name each axis: the gate of a stacked row, the time step, the sample, the unit."""
        short = name.removeprefix("gradient of ")
        if short.startswith(("weight", "bias")):
            yield from self._parameter(short, position, shape)
            return
        if self.layered and short in ("h_n", "c_n", "h_0", "c_0"):
            front = ["layer and direction", "sample"]
        elif self.layered:
            front = ["time step", "sample"]
            if getattr(self.reference, "batch_first", False) and len(shape) == 3:
                front.reverse()
        else:
            front = ["sample"]
        names = [*front[: len(shape) - 1], "feature" if short == "x" else "unit"]
        if len(names) != len(shape):
            names = ["index"] * len(shape)
        yield from (f"{axis} {each}" for axis, each in zip(names, position, strict=True))

    def _parameter(
        self, short: str, position: tuple[int, ...], shape: tuple[int, ...]
    ) -> Iterator[str]:
        others = (nn.RNN, nn.RNNCell, nn.GRU, nn.GRUCell)
        rows = shape[0] // len(GATES)
        stacked = short.startswith(("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        if stacked and rows * len(GATES) == shape[0] and not isinstance(self.reference, others):
            gate, unit = divmod(position[0], rows)
            yield f"gate {GATES[gate]}, unit {unit}"
        else:
            yield f"row {position[0]}"
        yield from (f"column {each}" for each in position[1:])


def _result_names(count: int) -> tuple[str, ...]:
    if count == 3:
        return ("output", "h_n", "c_n")
    return ("h", "c") if count == 2 else tuple(f"result {each}" for each in range(1, count + 1))


def _input_names(reference: Callable, inputs: tuple) -> Iterator[str]:
    """Name the inputs: a function's as it names them, a module's x and then the pair of states."""
    kinds = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    known = [] if isinstance(reference, nn.Module) else signature(reference).parameters.values()
    own = [each.name for each in islice(known, len(inputs)) if each.kind in kinds]
    for number, each in enumerate(inputs):
        name = own[number] if number < len(own) else f"input {number + 1}" if number else "x"
        if isinstance(each, Tensor):
            yield name
        elif len(each) == 2:
            yield from ("h_0", "c_0")
        else:
            yield from (f"{name}, part {part}" for part in range(1, len(_flat(each)) + 1))


def _tolerances(
    inputs: tuple, tolerance: float | None, gradient_tolerance: float | None
) -> tuple[float, float]:
    tensors = _flat(inputs)
    if not tensors or not all(tensor.is_floating_point() for tensor in tensors):
        raise ValueError("expected inputs that are tensors of floating point")
    dtype = tensors[0].dtype
    if (tolerance is None or gradient_tolerance is None) and dtype not in TOLERANCES:
        raise ValueError(f"no tolerance is set for {dtype}: give tolerance and gradient_tolerance")
    defaults = TOLERANCES.get(dtype, (0.0, 0.0))
    return (
        defaults[0] if tolerance is None else tolerance,
        defaults[1] if gradient_tolerance is None else gradient_tolerance,
    )


def _check_parameters(manual: Callable, reference: Callable) -> None:
    if not (isinstance(manual, nn.Module) and isinstance(reference, nn.Module)):
        return
    ours, wanted = dict(manual.named_parameters()), dict(reference.named_parameters())
    if list(ours) != list(wanted):
        raise ValueError(f"expected the parameters {list(wanted)}, got {list(ours)}")
    for name, value in wanted.items():
        for what in ("shape", "dtype"):
            got, expected = getattr(ours[name], what), getattr(value, what)
            if got != expected:
                raise ValueError(f"{name}: expected {what} {expected}, got {got}")
        if not torch.equal(ours[name], value):
            raise ValueError(
                f"{name} differs between the two: load the state_dict of one into the other "
                "first, manual.load_state_dict(reference.state_dict())"
            )


def _flat(values: Nested) -> list[Tensor]:
    if isinstance(values, Tensor):
        return [values]
    return [tensor for value in values for tensor in _flat(value)]


def _map(function: Callable[[Tensor], Tensor], value: Nested) -> Nested:
    if isinstance(value, Tensor):
        return function(value)
    return tuple(_map(function, each) for each in value)
