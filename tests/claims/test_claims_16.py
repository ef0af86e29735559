"""What lesson 16 says in prose of calls, clocks, the way back, and a move that fails."""

from copy import deepcopy
from inspect import signature
from pathlib import Path
from time import process_time, sleep, thread_time

import pytest
import torch
from torch import nn

from lstm_lessons.data.speed import ladder
from lstm_lessons.explorers.speed_ladder import SIZES
from lstm_lessons.ladder import backward, eight_products, hoisted, own_backward
from lstm_lessons.ladder.counting import calls_inside, count
from lstm_lessons.lstm.unroll import unroll

SOURCE = Path(__file__).parents[2] / "notebooks/source/16_speed.py"


def test_a_step_of_unroll_has_13_calls_where_eight_products_have_21():
    def calls(run, steps, *batch):
        x, h, c = torch.randn(steps, *batch, 8), torch.randn(*batch, 16), torch.randn(*batch, 16)
        return count(run, x, h, c, *weights).calls

    weights = [weight.detach() for weight in nn.LSTM(8, 16).parameters()]
    one_line = lambda x, h, c, *weights: unroll(x, h, c, weights)  # noqa: E731
    assert calls(one_line, 33) - calls(one_line, 32) == 13
    assert calls(eight_products, 33, 20) - calls(eight_products, 32, 20) == 21


def test_the_move_saves_two_of_the_14_calls_that_own_backward_saves_in_a_step():
    """Forward 10 and 8, back 17 and 5; without a gradient of weight_hh autograd makes 15."""

    def per_step(run, without=()):
        def step(steps, back):
            x, h, c = torch.randn(steps, 20, 8), torch.randn(20, 16), torch.randn(20, 16)
            given = [x, h, c, *(weight.detach().clone() for weight in weights)]
            leaves = [a.requires_grad_(at not in without) for at, a in enumerate(given)]
            output = run(*leaves)[0]
            if back:
                output.square().sum().backward()

        totals = [
            calls_inside(step, 17, back) - calls_inside(step, 16, back) for back in (False, True)
        ]
        return totals[0], totals[1] - totals[0]

    weights = list(nn.LSTM(8, 16).parameters())
    assert per_step(hoisted) == (10, 17)
    assert per_step(hoisted, without=(4,)) == (10, 15)
    assert per_step(own_backward) == (8, 5)


def test_what_the_text_reads_off_the_explorer_for_a_training_step():
    """Of the time of hoisted."""

    def shares(rung):
        return [round(at[rung][1] / at["hoisted"][1], 2) for at in ladder().values()]

    assert list(ladder()) == [
        SIZES[name] for name in ("small", "wide", "long and wide", "one line")
    ]
    assert shares("compiled") == [0.51, 0.85, 1.06, 0.39]
    assert min(shares("own backward")) == 0.35 and max(shares("own backward")) == 0.72


def test_the_class_of_own_backward_is_what_the_page_says():
    kind = backward._AllSteps
    assert issubclass(kind, torch.autograd.Function)
    for name in ("forward", "backward"):
        assert next(iter(signature(getattr(kind, name)).parameters)) == "ctx"


def test_the_plain_way_back_of_the_page_gives_dz_and_the_states_gradients():
    """Its code is run as it stands in the source; dz by autograd is that of each step's sums."""
    text = SOURCE.read_text(encoding="utf-8").replace("\n# ", "\n")
    code = text.split("```python\n")[1].split("```")[0]
    assert "to_i" in code
    torch.manual_seed(0)
    T, B, H = 5, 3, 4
    z_x, d_output = torch.randn(T, B, 4 * H).double(), torch.randn(T, B, H).double()
    weight_hh = torch.randn(4 * H, H).double()
    h_0, c_0, d_h, d_c = torch.randn(4, B, H).double()
    sums = [z_t.clone().requires_grad_() for z_t in z_x]
    first = [h_0.clone().requires_grad_(), c_0.clone().requires_grad_()]
    h, c = first
    kept, outputs = [], []
    for z_t in sums:
        i, f, g, o = (z_t + h @ weight_hh.T).chunk(4, dim=1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        new_c = f * c + i * g
        kept.append((i, f, g, o, c, new_c.tanh()))
        h, c = o * new_c.tanh(), new_c
        outputs.append(h)
    loss = (torch.stack(outputs) * d_output).sum() + (h * d_h).sum() + (c * d_c).sum()
    loss.backward()
    i, f, g, o, c_before, tanh_c = (torch.stack(each).detach() for each in zip(*kept, strict=True))
    names = {
        "torch": torch, "T": T, "i": i, "f": f, "g": g, "o": o, "c_before": c_before,
        "tanh_c": tanh_c, "d_output": d_output, "d_h": d_h, "d_c": d_c, "weight_hh": weight_hh,
        "dz": torch.empty_like(z_x),
    }  # fmt: skip
    calls = [calls_inside(exec, code, names | {"T": steps}) for steps in (T - 1, T)]
    assert calls[1] - calls[0] == 11
    exec(code, names)
    torch.testing.assert_close(names["dz"], torch.stack([z_t.grad for z_t in sums]))
    torch.testing.assert_close(names["d_h"], first[0].grad)
    torch.testing.assert_close(names["d_c"], first[1].grad)


def test_thread_time_stands_still_in_a_pause_and_does_not_see_the_work_of_a_second_core():
    began = thread_time()
    sleep(0.2)
    assert thread_time() - began < 0.1
    a = torch.randn(1000, 1000)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        a @ a
        ours, of_all = thread_time(), process_time()
        for _ in range(10):
            a @ a
        ours, of_all = thread_time() - ours, process_time() - of_all
    finally:
        torch.set_num_threads(before)
    assert of_all > 1.2 * ours


@pytest.mark.skipif(torch.cuda.device_count() > 99, reason="there is a hundredth GPU")
def test_a_move_that_fails_may_leave_a_layer_that_cannot_be_called():
    layer, x = nn.LSTM(2, 3), torch.randn(4, 5, 2)
    copy = deepcopy(layer)
    with pytest.raises((AssertionError, RuntimeError)):
        copy.to("cuda:99")
    with pytest.raises(ValueError):
        copy(x)
    layer(x)
