"""Every rung of the ladder gives what nn.LSTM and the plain version give."""

import pytest
import torch
from torch import nn

from lstm_lessons import ManualLSTM
from lstm_lessons.ladder import RUNGS, backward, compiling
from lstm_lessons.ladder.counting import Count, count

SIZES = [(7, 3, 5, 4), (1, 2, 3, 5), (2, 1, 4, 3), (5, 2, 3, 1), (30, 2, 3, 4)]
QUICK = [name for name in RUNGS if name != "compiled"]


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(41)


def inputs(steps, batch, features, width, dtype=torch.float64):
    """Return x, h, c, the four parameters, all random, and gradients for the three results."""
    shapes = [(steps, batch, features), (batch, width), (batch, width)]
    shapes += [(4 * width, features), (4 * width, width), (4 * width,), (4 * width,)]
    arguments = [torch.randn(shape, dtype=dtype).requires_grad_() for shape in shapes]
    shapes = [(steps, batch, width), (batch, width), (batch, width)]
    return arguments, [torch.randn(shape, dtype=dtype) for shape in shapes]


def through(module):
    """Return a module with the signature of a rung."""

    def rung(x, h, c, *parameters):
        names = (name for name, _ in module.named_parameters())
        state = dict(zip(names, parameters, strict=True))
        output, (h_n, c_n) = torch.func.functional_call(module, state, (x, (h[None], c[None])))
        return output, h_n[0], c_n[0]

    return rung


def worst(ours, theirs):
    assert [a.shape for a in ours] == [b.shape for b in theirs]
    return max((a - b).abs().max().item() for a, b in zip(ours, theirs, strict=True))


def check(rung, size, dtype=torch.float64, results_at=1e-12, gradients_at=1e-10):
    arguments, upstream = inputs(*size, dtype)
    ours = rung(*arguments)
    gradients = torch.autograd.grad(ours, arguments, upstream)
    for reference in (nn.LSTM, ManualLSTM):
        theirs = through(reference(*size[2:], dtype=dtype))(*arguments)
        assert worst(ours, theirs) <= results_at
        assert worst(gradients, torch.autograd.grad(theirs, arguments, upstream)) <= gradients_at


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", QUICK)
def test_a_rung_equals_torch_and_the_plain_version(name, size):
    check(RUNGS[name], size)


@pytest.mark.parametrize("name", QUICK)
def test_a_rung_equals_torch_in_single_precision(name):
    check(RUNGS[name], SIZES[0], torch.float32, 1e-5, 1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(2, 3, 5, 4), (3, 2, 3, 4)])  # one block, and one and a part
def test_the_compiled_rung_equals_torch_and_says_that_it_compiles(size, capsys, monkeypatch):
    monkeypatch.setattr(compiling, "STEPS", 2)
    torch.compiler.reset()
    compiling._announced.clear()
    check(RUNGS["compiled"], size)
    steps = min(size[0], compiling.STEPS)
    told = capsys.readouterr().err
    assert f"Compiling {steps} steps of B = {size[1]}, H = {size[3]}" in told
    check(RUNGS["compiled"], size)
    assert "Compiling" not in capsys.readouterr().err


@pytest.mark.slow
def test_a_compiled_step_has_two_calls_left():
    """A product, and one function in C++ for all that follows; forward alone: so says lesson 16."""
    from torch._inductor.utils import run_and_get_code  # takes seconds, so not for every test

    torch.compiler.reset()
    block = torch.compile(compiling._block, dynamic=False, fullgraph=True)
    given = [torch.randn(3, 2, 16), torch.randn(2, 4), torch.randn(2, 4), torch.randn(16, 4)]
    with torch.no_grad():
        _, (code,) = run_and_get_code(block, *given)
    lines = [line.strip() for line in code[code.index("def call") :].splitlines()]
    calls = [line for line in lines if line.startswith(("extern_kernels.", "cpp_fused"))]
    assert [line.startswith("extern_kernels.addmm") for line in calls] == [True, False] * 3


@pytest.mark.parametrize("block", [1, 12, 13, 36, 84, 1000])  # B*H = 12, seven steps
def test_the_own_backward_gives_the_same_in_any_blocks(block, monkeypatch):
    monkeypatch.setattr(backward, "_BLOCK", block)
    check(RUNGS["own backward"], SIZES[0])


def test_the_own_backward_is_the_gradient_of_its_forward():
    arguments, _ = inputs(3, 2, 3, 2)
    assert torch.autograd.gradcheck(RUNGS["own backward"], arguments)


@pytest.mark.parametrize("used", [0, 1, 2])
def test_the_own_backward_takes_a_loss_of_one_result_alone(used):
    arguments, upstream = inputs(7, 3, 5, 4)
    ours, theirs = (
        torch.autograd.grad(rung(*arguments)[used], arguments, upstream[used], allow_unused=True)
        for rung in (RUNGS["own backward"], RUNGS["one product"])
    )
    assert worst(ours, theirs) <= 1e-10


def test_the_own_backward_takes_a_gradient_that_is_one_number_spread_out():
    arguments, _ = inputs(7, 3, 5, 4)
    ours, theirs = (
        torch.autograd.grad(RUNGS[name](*arguments)[0].sum(), arguments)
        for name in ("own backward", "hoisted")
    )
    assert worst(ours, theirs) <= 1e-10


def test_the_own_backward_runs_twice_on_one_graph():
    arguments, upstream = inputs(7, 3, 5, 4)
    results = RUNGS["own backward"](*arguments)
    first = torch.autograd.grad(results, arguments, upstream, retain_graph=True)
    assert worst(first, torch.autograd.grad(results, arguments, upstream)) == 0


def test_the_own_backward_leaves_its_inputs_as_they_were():
    arguments, upstream = inputs(7, 3, 5, 4)
    tensors = [*(a.detach() for a in arguments), *upstream]
    before = [t.clone() for t in tensors]
    torch.autograd.grad(RUNGS["own backward"](*arguments), arguments, upstream)
    assert worst(tensors, before) == 0


def test_the_own_backward_skips_a_gradient_that_nobody_wants():
    arguments, upstream = inputs(7, 3, 5, 4)
    arguments[0] = arguments[0].detach()
    results = RUNGS["own backward"](*arguments)
    torch.autograd.backward(results, upstream)
    assert arguments[0].grad is None
    theirs = torch.autograd.grad(RUNGS["hoisted"](*arguments), arguments[1:], upstream)
    assert worst([a.grad for a in arguments[1:]], theirs) <= 1e-10


def test_the_own_backward_says_that_it_has_no_second_derivative():
    arguments, _ = inputs(7, 3, 5, 4)
    output = RUNGS["own backward"](*arguments)[0]
    with pytest.raises(RuntimeError, match="no second derivative.*create_graph=False"):
        torch.autograd.grad(output.sum(), arguments, create_graph=True)


def test_to_write_into_the_output_of_the_own_backward_is_refused():
    arguments, upstream = inputs(7, 3, 5, 4)
    with pytest.raises(RuntimeError, match="modified"):
        output = RUNGS["own backward"](*arguments)[0].mul_(2)
        torch.autograd.grad(output, arguments, upstream[0])


def test_calls_are_counted_as_one_counts_them_on_the_page():
    """Each rung's calls, by hand: those before the loop, and those of a step."""
    T, B, I, H = 7, 3, 5, 4  # noqa: E741
    (x, *given), _ = inputs(T, B, I, H)
    gates = 1 + 3 + 2 + 3 + 1  # chunk, sigmoid, tanh, times, plus
    steps_and_result = 2  # for z in x, torch.stack
    assert count(RUNGS["hoisted"], x, *given).calls == T * (1 + gates) + 2 + steps_and_result
    assert count(RUNGS["one product"], x, *given).calls == T * (2 + gates) + 2 + steps_and_result
    eight = T * (8 + 4 + 3 + 2 + 3 + 1) + 4 + steps_and_result
    assert count(RUNGS["eight products"], x, *given).calls == eight
    for name in ("per sample", "eight products", "one product", "hoisted"):
        assert count(RUNGS[name], x, *given).multiplications == T * B * 4 * H * (I + H)


@pytest.mark.parametrize("onednn", (True, False))
@pytest.mark.parametrize("dtype", (torch.float32, torch.float64))
def test_the_products_inside_nn_lstm_are_counted(dtype, onednn, monkeypatch):
    """In float32 oneDNN runs a layer at once, and torch's own table of operations lacks that."""
    T, B, I, H = 7, 3, 5, 4  # noqa: E741
    x, state = torch.randn(T, B, I, dtype=dtype), torch.randn(1, B, H, dtype=dtype)
    layer, of_one = nn.LSTM(I, H, dtype=dtype), T * B * 4 * H * (I + H)
    both = nn.LSTM(I, H, num_layers=2, bidirectional=True, dtype=dtype)
    monkeypatch.setattr(torch.backends.mkldnn, "enabled", onednn)
    assert count(layer, x, (state, state)) == Count(calls=1, multiplications=of_one)
    second = T * B * 4 * H * (2 * H + H)
    assert count(both, x).multiplications == 2 * of_one + 2 * second


def test_a_look_at_a_tensor_is_no_call():
    x = torch.randn(2, 3)
    assert count(lambda: (x.shape, len(x), x.T, x.dim(), x.dtype)).calls == 0
    assert count(lambda: x * x + x).calls == 2
