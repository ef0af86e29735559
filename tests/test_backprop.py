"""The backward pass by hand held against autograd, against differences, and against itself spoiled.

Sizes are all distinct, and everything is random: weights, biases, states, and the gradients of
all three results.
"""

import itertools
import types
from math import inf, isnan, nan
from pathlib import Path

import pytest
import torch
from torch import nn

from lstm_lessons import ManualLSTM
from lstm_lessons.lstm import backprop
from lstm_lessons.lstm.cell import lstm_step
from lstm_lessons.lstm.ragged import Weights, run_stack

T, B, I, H, P = 7, 5, 9, 11, 8  # noqa: E741 - the field's own symbols
EVERY_LAYER = [
    {"num_layers": layers, "bias": bias, "bidirectional": both, "proj_size": proj}
    for layers, bias, both, proj in itertools.product(
        (1, 2, 3), (True, False), (False, True), (0, P)
    )
]
HARDEST = {"num_layers": 3, "bias": True, "bidirectional": True, "proj_size": P}


def identify(options):
    words = [f"{options['num_layers']}-layers"]
    words += ["bias"] if options["bias"] else []
    words += ["both-ways"] if options["bidirectional"] else []
    words += ["projected"] if options["proj_size"] else []
    return "-".join(words)


def random(*shape, dtype=torch.float64):
    return torch.randn(*shape, dtype=dtype)


class Case:
    """A layer with random parameters, its random inputs, and random gradients of its results."""

    def __init__(self, options, steps=T, batch=B, dtype=torch.float64, sizes=(I, H), spread=0.6):
        self.lstm = nn.LSTM(*sizes, **options, dtype=dtype)
        with torch.no_grad():
            for parameter in self.lstm.parameters():
                parameter.normal_(std=spread)
        slots = options["num_layers"] * (1 + options["bidirectional"])
        r = options["proj_size"] or sizes[1]
        wide = r * (1 + options["bidirectional"])
        self.inputs = {
            "x": random(steps, batch, sizes[0], dtype=dtype),
            "h_0": random(slots, batch, r, dtype=dtype),
            "c_0": random(slots, batch, sizes[1], dtype=dtype),
        }
        self.d_results = {
            "output": random(steps, batch, wide, dtype=dtype),
            "h_n": random(slots, batch, r, dtype=dtype),
            "c_n": random(slots, batch, sizes[1], dtype=dtype),
        }

    def by_torch(self):
        """Return results and gradients by name: nn.LSTM's and autograd's."""
        x, h_0, c_0 = leaves = [value.clone().requires_grad_() for value in self.inputs.values()]
        output, (h_n, c_n) = self.lstm(x, (h_0, c_0))
        named = dict(self.lstm.named_parameters())
        gradients = torch.autograd.grad(
            (output, h_n, c_n), [*leaves, *named.values()], list(self.d_results.values())
        )
        names = [*self.inputs, *named]
        results = {"output": output, "h_n": h_n, "c_n": c_n}
        found = {f"d_{name}": each for name, each in zip(names, gradients, strict=True)}
        return {name: value.detach() for name, value in results.items()} | found

    def by_hand(self, module=backprop):
        """Return results and gradients by name, from a backprop module."""
        layers = module.layers_of(self.lstm)
        output, h_n, c_n, kept = module.layers_forward(*self.inputs.values(), layers)
        d_x, d_h_0, d_c_0, d_layers = module.layers_backward(*self.d_results.values(), kept, layers)
        found = {"output": output, "h_n": h_n, "c_n": c_n}
        found |= {"d_x": d_x, "d_h_0": d_h_0, "d_c_0": d_c_0}
        return found | {f"d_{name}": each for name, each in module.by_name(d_layers).items()}


def worst(one, other):
    """Return the largest difference of results and of gradients.

    It is infinite where a tensor is missing or has another shape or dtype, and NaN where a number
    is: both are within no tolerance.
    """
    found = {"results": [0.0], "gradients": [0.0]}
    for name in {**one, **other}:
        kind = "gradients" if name.startswith("d_") else "results"
        found[kind].append(largest_difference(one.get(name), other.get(name)))
    return {kind: nan if any(map(isnan, gaps)) else max(gaps) for kind, gaps in found.items()}


def largest_difference(one, other):
    if one is None or other is None or one.shape != other.shape or one.dtype != other.dtype:
        return inf
    return float((one - other).detach().abs().max())


def assert_equal(one, other, results=1e-12, gradients=1e-10):
    found = worst(one, other)
    assert found["results"] <= results and found["gradients"] <= gradients, found


# --- Against autograd ----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("options", EVERY_LAYER, ids=identify)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_gradient_equals_autograds(options, seed):
    torch.manual_seed(seed)
    case = Case(options)
    ours, theirs = case.by_hand(), case.by_torch()
    assert list(ours) == list(theirs)
    assert len(ours) == 6 + len(list(case.lstm.parameters()))
    assert min(float(value.abs().max()) for value in theirs.values()) > 1e-3  # none is nothing
    assert_equal(ours, theirs)


@pytest.mark.slow
@pytest.mark.parametrize("options", EVERY_LAYER, ids=identify)
@pytest.mark.parametrize(("steps", "batch"), [(1, B), (T, 1), (1, 1), (2, 6)])
def test_short_sequences_and_small_batches(options, steps, batch):
    torch.manual_seed(3)
    case = Case(options, steps, batch)
    assert_equal(case.by_hand(), case.by_torch())


@pytest.mark.parametrize("alone", ["output", "h_n", "c_n"])
@pytest.mark.parametrize("options", EVERY_LAYER[:8] + [HARDEST], ids=identify)
def test_a_loss_of_one_result_alone(options, alone):
    torch.manual_seed(4)
    case = Case(options)
    for name, value in case.d_results.items():
        if name != alone:
            value.zero_()
    assert_equal(case.by_hand(), case.by_torch())


@pytest.mark.parametrize("options", EVERY_LAYER, ids=identify)
def test_single_precision(options):
    torch.manual_seed(5)
    case = Case(options, dtype=torch.float32, spread=0.2)
    ours, theirs = case.by_hand(), case.by_torch()
    scale = max(float(value.abs().max()) for value in theirs.values())
    assert_equal(ours, theirs, 1e-5, 1e-5 * max(1.0, scale))


@pytest.mark.parametrize("projected", [False, True])
@pytest.mark.parametrize("biases", [(), ("bias_ih",), ("bias_hh",), ("bias_ih", "bias_hh")])
def test_one_step(biases, projected):
    torch.manual_seed(6)
    r = P if projected else H
    shapes = {"weight_ih": (4 * H, I), "weight_hh": (4 * H, r)}
    shapes |= {name: (4 * H,) for name in biases}
    shapes |= {"weight_hr": (P, H)} if projected else {}
    weights = {name: random(*shape).requires_grad_() for name, shape in shapes.items()}
    x, h, c = (random(B, size).requires_grad_() for size in (I, r, H))
    inputs = {name: weights.get(name) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    new_h, new_c = lstm_step(x, h, c, **inputs)
    if projected:
        new_h = new_h @ weights["weight_hr"].T
    d_h, from_next = random(B, r), random(B, H)
    wanted = torch.autograd.grad((new_h, new_c), (x, h, c, *weights.values()), (d_h, from_next))

    held = Weights(**weights)
    ours_h, ours_c, step = backprop.step_forward(x, h, c, held)
    d_x, d_h, d_c, d_weights = backprop.step_backward(d_h, from_next, step, held)
    found = [d_x, d_h, d_c, *(getattr(d_weights, name) for name in weights)]
    assert_equal({"h": ours_h, "c": ours_c}, {"h": new_h, "c": new_c})
    names = [f"d_{number}" for number in range(len(found))]
    assert_equal(dict(zip(names, found, strict=True)), dict(zip(names, wanted, strict=True)))
    absent = set(vars(held)) - set(weights)
    assert all(getattr(d_weights, name) is None for name in absent)


def test_the_manual_lstm_is_read_as_torchs_is():
    torch.manual_seed(7)
    case = Case(HARDEST)
    theirs = case.by_torch()
    manual = ManualLSTM(I, H, **HARDEST, dtype=torch.float64)
    manual.load_state_dict(case.lstm.state_dict())
    case.lstm = manual
    assert_equal(case.by_hand(), theirs)


def test_no_result_has_a_graph_and_none_is_needed():
    torch.manual_seed(8)
    case = Case(HARDEST)
    wanted = case.by_hand()
    live = [value.requires_grad_() for value in case.inputs.values()]
    layers = [
        [Weights(*(w if w is None else w.requires_grad_() for w in vars(each).values()))
         for each in directions]
        for directions in backprop.layers_of(case.lstm)
    ]  # fmt: skip
    *results, kept = backprop.layers_forward(*live, layers)
    *gradients, d_layers = backprop.layers_backward(*case.d_results.values(), kept, layers)
    for value in (*results, *gradients, *backprop.by_name(d_layers).values()):
        assert not value.requires_grad and value.grad_fn is None
    with torch.inference_mode():  # where autograd cannot record
        assert_equal(case.by_hand(), wanted)


def test_nothing_that_is_given_changes():
    torch.manual_seed(9)
    case = Case(HARDEST)
    given = [*case.inputs.values(), *case.d_results.values(), *case.lstm.state_dict().values()]
    before = [value.clone() for value in given]
    first, second = case.by_hand(), case.by_hand()
    for value, old in zip(given, before, strict=True):
        torch.testing.assert_close(value, old, rtol=0, atol=0)
    assert_equal(first, second)


# --- Against differences -------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("proj_size", [0, 3])
def test_every_gradient_equals_a_finite_difference(proj_size):
    """Each number of each tensor nudged by 1e-5 up and down, through code without autograd."""
    torch.manual_seed(10)
    options = {"num_layers": 2, "bias": True, "bidirectional": True, "proj_size": proj_size}
    case = Case(options, steps=3, batch=2, sizes=(5, 4))
    layers = backprop.layers_of(case.lstm)  # these share memory with the layer
    x, h_0, c_0 = case.inputs.values()
    flat = x.flatten(0, 1)  # shares memory with x

    def loss():
        results = run_stack(flat, (2, 2, 2), h_0, c_0, layers)
        pairs = zip(results, case.d_results.values(), strict=True)
        return sum(float((result * d_result.reshape(result.shape)).sum())
                   for result, d_result in pairs)  # fmt: skip

    gradients = case.by_hand()
    nudge, count = 1e-5, 0
    for name, tensor in {**case.inputs, **backprop.by_name(layers)}.items():
        numbers, gradient = tensor.view(-1), gradients[f"d_{name}"].view(-1)
        for place in range(len(numbers)):
            old = float(numbers[place])
            numbers[place] = old + nudge
            above = loss()
            numbers[place] = old - nudge
            below = loss()
            numbers[place] = old
            assert abs((above - below) / (2 * nudge) - float(gradient[place])) < 1e-7, (name, place)
            count += 1
    assert count == sum(value.numel() for value in case.lstm.parameters()) + sum(
        value.numel() for value in case.inputs.values()
    )


# --- Wrong shapes --------------------------------------------------------------------------------


def first_layer():
    torch.manual_seed(11)
    case = Case(EVERY_LAYER[0])
    return case, backprop.layers_of(case.lstm)


WRONG_FORWARD = [
    ("x", (B, I), r"x should have the shape \(T, B, 9\), got \(5, 9\)"),
    ("x", (T, B, I + 1), r"x should have the shape \(T, B, 9\), got \(7, 5, 10\)"),
    ("x", (0, B, I), r"x should have at least one time step, got the shape \(0, 5, 9\)"),
    ("h_0", (B, H), r"h_0 should have the shape \(1, B, 11\), got \(5, 11\)"),
    ("h_0", (1, 1, H), r"h should have the shape \(5, 11\), got \(1, 11\)"),
    ("c_0", (2, B, H), r"c_0 should have the shape \(1, B, 11\), got \(2, 5, 11\)"),
    ("c_0", (1, 1, H), r"c should have the shape \(5, 11\), got \(1, 11\)"),
]
WRONG_BACKWARD = [
    ("output", (B, H), r"d_output should have the shape \(7, 5, 11\), got \(5, 11\)"),
    ("output", (1, B, H), r"d_output should have the shape \(7, 5, 11\), got \(1, 5, 11\)"),
    ("output", (T, 1, H), r"d_output should have the shape \(7, 5, 11\), got \(7, 1, 11\)"),
    ("h_n", (B, H), r"d_h_n should have the shape \(1, B, 11\), got \(5, 11\)"),
    ("h_n", (1, 1, H), r"d_h_n should have the shape \(5, 11\), got \(1, 11\)"),
    ("c_n", (1, 1, H), r"d_c_n should have the shape \(5, 11\), got \(1, 11\)"),
    ("c_n", (1, B, 1), r"d_c_n should have the shape \(1, B, 11\), got \(1, 5, 1\)"),
]


@pytest.mark.parametrize(("name", "shape", "said"), WRONG_FORWARD)
def test_an_input_of_a_wrong_shape_gets_a_clear_line(name, shape, said):
    case, layers = first_layer()
    case.inputs[name] = random(*shape)
    with pytest.raises(ValueError, match=said):
        backprop.layers_forward(*case.inputs.values(), layers)


@pytest.mark.parametrize(("name", "shape", "said"), WRONG_BACKWARD)
def test_a_gradient_of_a_wrong_shape_gets_a_clear_line(name, shape, said):
    case, layers = first_layer()
    *_, kept = backprop.layers_forward(*case.inputs.values(), layers)
    case.d_results[name] = random(*shape)
    with pytest.raises(ValueError, match=said):
        backprop.layers_backward(*case.d_results.values(), kept, layers)


# --- Planted wrong lines -------------------------------------------------------------------------

SOURCE = Path(backprop.__file__).read_text(encoding="utf-8")

# What is wrong, the line as it stands (once in the file), and the wrong one.
WRONG_LINES = [
    # gates
    ("dz_i without its sigmoid'", "dz_i = d_i * i * (1 - i)", "dz_i = d_i"),
    ("dz_i with tanh'", "dz_i = d_i * i * (1 - i)", "dz_i = d_i * (1 - i**2)"),
    ("dz_i with the sign turned", "dz_i = d_i * i * (1 - i)", "dz_i = d_i * i * (i - 1)"),
    ("dz_f with the derivative of i", "dz_f = d_f * f * (1 - f)", "dz_f = d_f * i * (1 - i)"),
    ("dz_f without 1 - f", "dz_f = d_f * f * (1 - f)", "dz_f = d_f * f"),
    ("dz_g with sigmoid'", "dz_g = d_g * (1 - g**2)", "dz_g = d_g * g * (1 - g)"),
    ("dz_g with 1 - g", "dz_g = d_g * (1 - g**2)", "dz_g = d_g * (1 - g)"),
    ("dz_g with 1 + g²", "dz_g = d_g * (1 - g**2)", "dz_g = d_g * (1 + g**2)"),
    ("dz_o from the loss alone", "dz_o = d_o * o * (1 - o)", "dz_o = d_h * o * (1 - o)"),
    ("dz_o without o", "dz_o = d_o * o * (1 - o)", "dz_o = d_o * (1 - o)"),
    ("d_o with c for tanh(c)", "d_o = d_h * step.tanh_c", "d_o = d_h * step.c_before"),
    ("d_i with c", "d_i = d_c * g", "d_i = d_c * step.c_before"),
    ("d_g with f", "d_g = d_c * i", "d_g = d_c * f"),
    ("d_f with the new tanh(c)", "d_f = d_c * step.c_before", "d_f = d_c * step.tanh_c"),
    ("d_f with g", "d_f = d_c * step.c_before", "d_f = d_c * g"),
    ("gates in another order", "(dz_i, dz_f, dz_g, dz_o)", "(dz_i, dz_f, dz_o, dz_g)"),
    ("i and f swapped", "(dz_i, dz_f, dz_g, dz_o)", "(dz_f, dz_i, dz_g, dz_o)"),
    # c
    ("c forgets the later steps", "d_c = from_next + d_h * o *", "d_c = d_h * o *"),
    ("c forgets its way through h", "from_next + d_h * o * (1 - step.tanh_c**2)", "from_next"),
    ("c's way without o", "d_c = from_next + d_h * o *", "d_c = from_next + d_h *"),
    ("c's way without tanh'", "* o * (1 - step.tanh_c**2)", "* o"),
    ("c's way with c for tanh(c)", "* o * (1 - step.tanh_c**2)", "* o * (1 - step.c_before**2)"),
    ("c before without f", "d_c_before = d_c * f", "d_c_before = d_c"),
    ("c before with i", "d_c_before = d_c * f", "d_c_before = d_c * i"),
    ("d_c of the results for the c before", "dim=1), d_c_before", "dim=1), d_c"),
    # weights of a step
    ("x of another sample", "d_weight_ih = dz.T @ step.x",
     "d_weight_ih = dz.T @ step.x.roll(1, 0)"),
    ("h of another sample", "d_weight_hh = dz.T @ step.h_before",
     "d_weight_hh = dz.T @ step.h_before.roll(1, 0)"),
    ("a mean over the batch", "d_bias = dz.sum(0)", "d_bias = dz.mean(0)"),
    ("half the bias each", "weights.bias_hh is None else d_bias",
     "weights.bias_hh is None else d_bias / 2"),
    ("no gradient of the second bias", "d_bias_ih, d_bias_hh, d_weight_hr)",
     "d_bias_ih, None, d_weight_hr)"),
    # projection
    ("projection of h for m", "m = step.o * step.tanh_c", "m = step.o"),
    ("projection forgotten", "return d_h @ weights.weight_hr, d_h.T @ m",
     "return d_h @ weights.weight_hr * 0, d_h.T @ m"),
    ("weight_hr with m after its gate", "d_h.T @ m", "d_h.T @ (m * step.o)"),
    # time
    ("the first step first", "for t in reversed(_times(len(steps), reverse)):",
     "for t in _times(len(steps), reverse):"),
    ("the reverse direction as the forward one", "reversed(_times(len(steps), reverse))",
     "reversed(_times(len(steps), False))"),
    ("only what later steps say of h", "d_h = d_h_before + d_output[t]", "d_h = d_h_before"),
    ("only what the output says of h", "d_h = d_h_before + d_output[t]", "d_h = d_output[t]"),
    ("the output's gradient of another step", "d_h = d_h_before + d_output[t]",
     "d_h = d_h_before + d_output[t - 1]"),
    ("h's gradient stops at each step", "d_x, d_h_before, d_c_before, d_step =",
     "d_x, _, d_c_before, d_step ="),
    ("c's gradient stops at each step", "d_x, d_h_before, d_c_before, d_step =",
     "d_x, d_h_before, _, d_step ="),
    ("d_x turned round in time", "    if not reverse:", "    if reverse:"),
    ("the weights of one step only", "= sum(d_steps[1:], d_steps[0])", "= d_steps[-1]"),
    ("the weights without one step", "= sum(d_steps[1:], d_steps[0])",
     "= sum(d_steps[2:], d_steps[1] if len(d_steps) > 1 else d_steps[0])"),
    # layers and directions
    ("the lowest layer first", "for layer in reversed(range(len(layers))):",
     "for layer in range(len(layers)):"),
    ("every layer gets the top's gradient", "        d_output, d_h[layer], d_c[layer], d_layers",
     "        d_below, d_h[layer], d_c[layer], d_layers"),
    ("directions swapped", "d_outputs = d_output.chunk(len(directions), dim=2)",
     "d_outputs = d_output.chunk(len(directions), dim=2)[::-1]"),
    ("only the forward direction read x", "return torch.stack(d_x).sum(0), torch.stack(d_h_0)",
     "return d_x[0], torch.stack(d_h_0)"),
    ("d_x a mean of the directions", "return torch.stack(d_x).sum(0), torch.stack(d_h_0)",
     "return torch.stack(d_x).mean(0), torch.stack(d_h_0)"),
    ("states of the first layer for all", "d_h[layer], d_c[layer], kept[layer], layers[layer]",
     "d_h[0], d_c[layer], kept[layer], layers[layer]"),
    ("states of the layers upside down", "return d_output, torch.cat(d_h)",
     "return d_output, torch.cat(d_h[::-1])"),
    ("states of the directions swapped", "torch.stack(d_h_0), torch.stack(d_c_0)",
     "torch.stack(d_h_0), torch.stack(d_c_0[::-1])"),
]  # fmt: skip
MUTANT_CASES = (HARDEST, EVERY_LAYER[0])


def spoiled(old, new):
    """Return backprop as a module of its own, with one line replaced."""
    assert SOURCE.count(old) == 1, f"the file says {old!r} {SOURCE.count(old)} times"
    module = types.ModuleType(backprop.__name__)
    exec(compile(SOURCE.replace(old, new), backprop.__file__, "exec"), module.__dict__)
    return module


def caught(module):
    """Return how a wrong line shows on the cases: in numbers, by a wrong shape, or not at all.

    A wrong name or the like would be no proof, and is let through as the error that it is.
    """
    found = []
    for number, options in enumerate(MUTANT_CASES):
        torch.manual_seed(12 + number)
        case = Case(options)
        try:
            found.append(worst(case.by_hand(module), case.by_torch()))
        except ValueError as error:
            assert "should have the shape" in str(error)
            return "shape"
    assert all(each["results"] <= 1e-12 for each in found), "the way forward is not what is spoiled"
    gaps = [each["gradients"] for each in found]
    if inf in gaps:
        return "shape"
    return "numbers" if any(not gap <= 1e-6 for gap in gaps) else None


def test_a_line_that_is_only_written_otherwise_is_not_caught():
    assert caught(spoiled("d_g = d_c * i", "d_g = i * d_c")) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"), [pytest.param(*line[1:], id=line[0]) for line in WRONG_LINES]
)
def test_a_wrong_line_is_caught(old, new):
    assert caught(spoiled(old, new))
