"""ManualLSTM held against nn.LSTM on configurations that hypothesis draws: results and gradients.

Every draw has sizes that all differ, random weights, biases and states, and one random weighted
sum of all results whose gradients are compared. Run as a program, this file prints the largest
differences over as many draws as one asks for:

    python tests/test_manual_lstm_properties.py 2300
"""

import itertools
import sys
import warnings
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from lstm_lessons import ManualLSTM

RESULT, GRADIENT = "results", "gradients"
TOLERANCES = {
    torch.float64: {RESULT: 1e-12, GRADIENT: 1e-10},
    torch.float32: {RESULT: 1e-5, GRADIENT: 1e-5},
}

# The same draws on every machine and day; nothing is stored, and a slow machine is no failure.
QUIET = {"derandomize": True, "database": None, "deadline": None,
         "suppress_health_check": list(HealthCheck)}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One configuration: arguments of the layer, form of the input, form of the states, sizes."""

    form: str  # "unbatched", "batched", "packed" or "packed unsorted"
    hx: str  # "none", "tuple" or "list"
    batch_first: bool
    num_layers: int
    bidirectional: bool
    bias: bool
    projected: bool
    dropout: float  # in training; both modules draw their masks from one seed
    sizes: tuple[int, ...]  # T, B, I, P, H: all different, P below H
    lengths: tuple[int, ...]  # of the B sequences, for the packed forms
    seed: int = 0

    @property
    def arguments(self):
        _, _, i, p, h = self.sizes
        names = ("num_layers", "bidirectional", "bias", "batch_first", "dropout")
        own = {name: value for name, value in asdict(self).items() if name in names}
        return {"input_size": i, "hidden_size": h, "proj_size": p if self.projected else 0} | own


FORMS = ("unbatched", "batched", "packed", "packed unsorted")
STATES = ("none", "tuple", "list")


@st.composite
def cases(draw):
    """Draw any configuration."""
    t, b, i, *last = draw(st.lists(st.integers(1, 9), min_size=5, max_size=5, unique=True))
    form = draw(st.sampled_from(FORMS))
    lengths = draw(st.lists(st.integers(1, t), min_size=b, max_size=b))
    num_layers = draw(st.integers(1, 3))
    return Case(
        form=form,
        hx=draw(st.sampled_from(STATES)),
        batch_first=draw(st.booleans()),
        num_layers=num_layers,
        bidirectional=draw(st.booleans()),
        bias=draw(st.booleans()),
        projected=draw(st.booleans()),
        dropout=draw(st.sampled_from((0.0, 0.5))) if num_layers > 1 else 0.0,
        sizes=(t, b, i, *sorted(last)),
        lengths=tuple(sorted(lengths, reverse=True) if form == "packed" else lengths),
        seed=draw(st.integers(0, 2**31)),
    )


def modules(case, dtype):
    """Return a reference with random parameters, and its twin with the same."""
    reference = nn.LSTM(**case.arguments, dtype=dtype)
    manual = ManualLSTM(**case.arguments, dtype=dtype)
    manual.load_state_dict(reference.state_dict())
    return manual, reference


def leaves(case, dtype):
    """Return the input and, unless there are none, the two states; all are to have gradients."""
    t, b, i, p, h = case.sizes
    slots = case.num_layers * (1 + case.bidirectional)
    batch = () if case.form == "unbatched" else (b,)
    shape = (t, i) if not batch else (b, t, i) if case.batch_first else (t, b, i)
    wanted = [shape]
    if case.hx != "none":
        wanted += [(slots, *batch, p if case.projected else h), (slots, *batch, h)]
    return [torch.randn(each, dtype=dtype) for each in wanted]


def call(module, case, inputs):
    """Return the results of a module as a dict of tensors, and the packed order if there is one."""
    x, *states = inputs
    if case.form.startswith("packed"):
        x = pack_padded_sequence(
            x, torch.tensor(case.lengths), case.batch_first, enforce_sorted=case.form == "packed"
        )
    hx = {"none": None, "tuple": tuple(states), "list": list(states)}[case.hx]
    torch.manual_seed(case.seed + 1)
    output, (h_n, c_n) = module(x, hx)
    order = None
    if case.form.startswith("packed"):
        assert isinstance(output, PackedSequence)
        output, *order = output
    return {"output": output, "h_n": h_n, "c_n": c_n}, order


def differences(case, dtype=torch.float64):
    """Return the largest difference of each result and each gradient, as {(kind, name): number}."""
    state, values, weights, theirs, their_order = torchs(case, dtype)
    manual = ManualLSTM(**case.arguments, dtype=dtype)
    manual.load_state_dict(state)
    ours, our_order, _ = found(manual, case, values, weights)
    assert list(ours) == list(theirs)
    assert_same_order(our_order, their_order)
    gaps = {}
    for key, wanted in theirs.items():
        assert ours[key].shape == wanted.shape, key
        assert ours[key].dtype == wanted.dtype == dtype, key
        gaps[key] = float((ours[key] - wanted).abs().max())
    return gaps


@lru_cache(maxsize=16)  # the wrong lines of test_manual_lstm_mutations.py are tried on few cases
def torchs(case, dtype):
    """Return torch's side: random parameters, inputs and weights, and what comes of them."""
    torch.manual_seed(case.seed)
    reference = nn.LSTM(**case.arguments, dtype=dtype)
    values = leaves(case, dtype)
    theirs, order, weights = found(reference, case, values)
    return reference.state_dict(), values, weights, theirs, order


def found(module, case, values, weights=None):
    """Return a module's results and gradients, its packed order, and the weights of the sum."""
    inputs = [value.clone().requires_grad_() for value in values]
    results, order = call(module, case, inputs)
    weights = weights or [torch.randn_like(each) for each in results.values()]
    total = sum((w * r).sum() for w, r in zip(weights, results.values(), strict=True))
    parameters = dict(module.named_parameters())
    gradients = torch.autograd.grad(total, [*inputs, *parameters.values()])
    names = [*["x", "h_0", "c_0"][: len(inputs)], *parameters]
    numbers = {(RESULT, name): value.detach() for name, value in results.items()}
    numbers |= {(GRADIENT, name): value for name, value in zip(names, gradients, strict=True)}
    return numbers, order, weights


def assert_same_order(ours, theirs):
    """Hold what else a PackedSequence says against torch's: whole numbers, so exactly."""
    if theirs is None:
        assert ours is None
        return
    for mine, wanted in zip(ours, theirs, strict=True):
        assert (mine is None) == (wanted is None)
        assert wanted is None or torch.equal(mine, wanted)


def agree(case, dtype=torch.float64):
    """Fail where a difference is above its tolerance, or no number; return the differences."""
    gaps = differences(case, dtype)
    for (kind, name), gap in gaps.items():
        assert gap <= TOLERANCES[dtype][kind], f"{kind} {name}: {gap:.2g} in {case}"
    return gaps


@pytest.mark.slow
@settings(max_examples=300, **QUIET)
@given(cases())
def test_any_configuration_agrees(case):
    agree(case)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@settings(max_examples=100, **QUIET)
@given(cases())
def test_any_configuration_agrees_in_float32(case):
    agree(case, torch.float32)


OPTIONS = (FORMS, STATES, (False, True), (1, 2, 3), *[(False, True)] * 3, (0.0, 0.5))
EVERY = [
    each for each in itertools.product(*OPTIONS) if each[3] > 1 or each[-1] == 0.0
]  # dropout falls between layers


def kept(combination):
    """Say whether a combination is tried: about one in four, and any four options meet in some.

    Of the first five options, and of the last five, the places in their lists add up to an even
    number: whatever four options are given, the others can still be chosen so. One layer has no
    dropout to be chosen: there the places of all options add up to an even number.
    """
    places = [each.index(one) for each, one in zip(OPTIONS, combination, strict=True)]
    if combination[3] == 1:
        return sum(places) % 2 == 0
    return sum(places[:5]) % 2 == sum(places[-5:]) % 2 == 0


GRID = [each for each in EVERY if kept(each)]


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_any_four_options_together_agree(form):
    """The draws above pick among all combinations; here it is certain, at one set of sizes."""
    lengths = (3, 6, 1, 4)
    for each in GRID:
        if each[0] != form:
            continue
        own = tuple(sorted(lengths, reverse=True)) if form == "packed" else lengths
        agree(Case(*each, sizes=(6, 4, 3, 2, 5), lengths=own, seed=11))


def test_the_combinations_that_are_tried_hold_any_four_options_together():
    for four in itertools.combinations(range(len(OPTIONS)), 4):
        asked, tried = ({tuple(each[n] for n in four) for each in rows} for rows in (EVERY, GRID))
        assert asked == tried, four


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lengths", [(1, 1, 1), (2, 1, 1), (2, 2, 2)])
def test_the_shortest_sequences_agree(form, lengths):
    agree(Case(form, "tuple", False, 2, True, True, True, 0.0, (2, 3, 5, 1, 4), lengths))
    short = Case(form, "tuple", True, 2, True, True, False, 0.0, (1, 3, 5, 2, 4), (1, 1, 1))
    agree(short)


def test_a_slightly_wrong_layer_is_seen(monkeypatch):
    """The comparison can fail: a bias that is off by a millionth does it."""
    case = Case("batched", "tuple", False, 2, True, True, True, 0.0, (3, 2, 5, 1, 4), (3, 3))
    agree(case)
    right = ManualLSTM._weights

    def wrong(self, suffix):
        weights = right(self, suffix)
        return replace(weights, bias_hh=weights.bias_hh * (1 + 1e-6))

    monkeypatch.setattr(ManualLSTM, "_weights", wrong)
    with pytest.raises(AssertionError, match="results output: "):
        agree(case)


def worst(count, dtype=torch.float64):
    """Return the largest differences over so many draws, and the tensors they are in."""
    found = {RESULT: (0.0, ""), GRADIENT: (0.0, "")}

    @settings(max_examples=count, **QUIET)
    @given(cases())
    def look(case):
        for (kind, name), gap in agree(case, dtype).items():
            found[kind] = max(found[kind], (gap, name))

    look()
    return found


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message="LSTM with projections")
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    for dtype in TOLERANCES:
        for kind, (gap, name) in worst(number, dtype).items():
            print(f"{number} configurations, {dtype}, {kind}: at most {gap:.2g} ({name})")
