"""What an answer leaves behind is put back, and what it replaces of torch's is told."""

import io
import math
import os
import random
import sys
import warnings

import numpy as np
import pytest
import torch
from torch import nn
from toys import RIGHT_DICT, dict_toy, function_toy, scaled


def disturb(x, scale):
    """Disturb all that can be reached, and be right."""
    torch.rand(3)
    np.random.seed(5)
    random.seed(5)
    torch.manual_seed(5)
    torch.set_default_dtype(torch.float16)
    torch.set_default_device("meta")
    torch.set_grad_enabled(False)
    torch.set_num_threads(1 + torch.get_num_threads())
    torch.use_deterministic_algorithms(True)
    torch.autograd.set_detect_anomaly(True)
    torch.set_printoptions(precision=1)
    warnings.simplefilter("error")
    os.chdir("/")
    os.environ["LEFT_BEHIND"] = "1"
    os.environ.pop("PATH", None)
    sys.setrecursionlimit(sys.getrecursionlimit() + 7)
    sys.stdout.close()
    sys.stdout = sys.stderr = None
    torch.set_grad_enabled(True)
    return scale * x[-1]


def state():
    return {
        "random": random.getstate(),
        "numpy": str(np.random.get_state()),
        "torch": torch.get_rng_state().tolist(),
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "gradients": torch.is_grad_enabled(),
        "inference": torch.is_inference_mode_enabled(),
        "threads": torch.get_num_threads(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "anomaly": torch.is_anomaly_enabled(),
        "printing": torch._tensor_str.PRINT_OPTS.precision,
        "warnings": list(warnings.filters),
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "depth": sys.getrecursionlimit(),
        "streams": (sys.stdin, sys.stdout, sys.stderr),
    }


@pytest.mark.parametrize(
    "answer", [disturb, scaled, "junk", ...], ids=["disturbs", "right", "junk", "none"]
)
def test_all_is_left_as_it_was(answer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # Not pytest's own stdout: were that closed, each later test of the run would fail.
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    before = state()
    function_toy().check(answer)
    dict_toy().check(answer)
    assert state() == before
    assert not sys.stdout.closed
    assert function_toy().check(scaled).outcome == "correct"


def test_a_working_folder_that_is_gone_harms_nothing(tmp_path, monkeypatch):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def removing(x, scale):
        os.chdir("/")
        if folder.exists():
            folder.rmdir()
        return scaled(x, scale)

    assert function_toy().check(removing).outcome == "correct"


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode, torch.enable_grad])
def test_the_callers_modes_do_not_change_the_verdict(mode):
    with mode():
        on = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
        assert function_toy().check(scaled).outcome == "correct"
        assert (torch.is_grad_enabled(), torch.is_inference_mode_enabled()) == on


# --- Replaced functions -------------------------------------------------------------------------


def replaces_a_method(x, scale):
    nn.LSTM.forward = lambda *inputs: "mine"
    return scaled(x, scale)


def replaces_a_function(x, scale):
    torch.stack = lambda *inputs: "mine"
    return scaled(x, scale)


def adds_a_method(x, scale):
    torch.Tensor.last_of_mine = lambda self: self[-1]
    return scale * x.last_of_mine()


def replaces_a_builtin(x, scale):
    import builtins

    builtins.len = lambda value: 3
    math.log = math.exp
    return scaled(x, scale)


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        (replaces_a_method, ["nn.LSTM.forward"]),
        (replaces_a_function, ["torch.stack"]),
        (replaces_a_builtin, ["builtins.len", "math.log"]),
    ],
)
def test_a_replaced_function_is_put_back_and_told(answer, names):
    before = nn.LSTM.forward, torch.stack, len, math.log
    result = function_toy().check(answer)
    assert (nn.LSTM.forward, torch.stack, len, math.log) == before
    assert (result.outcome, result.misconception) == ("incorrect", "replaces what is torch's")
    assert all(f"`{name}`" in result.message for name in names)


def test_what_is_added_to_torch_is_taken_away():
    assert function_toy().check(adds_a_method).outcome == "correct"
    assert not hasattr(torch.Tensor, "last_of_mine")


def test_what_torch_does_to_itself_is_no_replacement():
    """The first optimiser imports torch._dynamo, which wraps torch.manual_seed."""

    def with_an_optimiser(x, scale):
        torch.optim.SGD([torch.ones(2, requires_grad=True)], lr=0.1)
        return scaled(x, scale)

    assert function_toy().check(with_an_optimiser).outcome == "correct"


# --- Inputs -------------------------------------------------------------------------------------


def test_every_call_gets_its_inputs_fresh():
    toy = function_toy()

    def destructive(x, scale):
        result = scaled(x, scale).clone()
        x.zero_()
        return result

    for _ in range(2):
        result = toy.check(destructive)
        assert (result.outcome, result.misconception) == ("incorrect", "changes its inputs")
        assert "changes x" in result.message
    assert toy.check(scaled).outcome == "correct"


# --- What is printed ----------------------------------------------------------------------------


def test_what_an_answer_prints_is_shown_once(capsys):
    def printing(x, scale):
        print("shape", tuple(x.shape))
        return scaled(x, scale)

    function_toy().check(printing)
    assert capsys.readouterr().out.startswith("shape (5, 3)\n")


def test_of_much_that_is_printed_the_first_lines_are_shown(capsys):
    def printing(x, scale):
        for number in range(10_000):
            print("line", number)
        return scaled(x, scale)

    assert function_toy().check(printing).outcome == "correct"
    out = capsys.readouterr().out
    assert out.startswith("line 0\nline 1\n")
    assert len(out) < 3000
    assert "characters more, which are left out" in out


def test_the_dict_of_an_answer_is_left_as_it_was():
    answer = {**RIGHT_DICT, "shape": [7, 3, 5]}
    dict_toy().check(answer)
    assert answer == {**RIGHT_DICT, "shape": [7, 3, 5]}
