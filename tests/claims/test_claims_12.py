"""Claims about projections and the GRU that no page of lessons 12 and 13 makes any more.

And what lesson 12 says of its layer, and of the package's, without running it; and that its proofs
see what is wrong in its code.
"""

import ast
import inspect
import io
import re
import textwrap
import warnings
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence
from torch.utils.flop_counter import FlopCounterMode

from lstm_lessons import ManualLSTM
from lstm_lessons.data.trials import measured
from lstm_lessons.lstm.backprop import layers_of
from lstm_lessons.lstm.compare import compare
from lstm_lessons.lstm.layouts import layout_of
from lstm_lessons.lstm.ragged import (
    Weights,
    first_rows,
    replace_first_rows,
    run_direction,
    run_stack,
)
from lstm_lessons.lstm.relatives import Relative

LESSON = Path(__file__).parents[2] / "notebooks/source/12_projections.py"


def parameters(layer):
    return {name: each.numel() for name, each in layer.named_parameters()}


def test_a_very_wide_memory_with_a_narrow_h_has_less_than_a_tenth_of_the_parameters():
    """With H = 1,024, P = 64 and I = 8 it is 368,640 in place of 4,235,264."""
    wide = sum(parameters(nn.LSTM(8, 1024, device="meta")).values())
    narrow = sum(parameters(nn.LSTM(8, 1024, proj_size=64, device="meta")).values())
    assert (wide, narrow) == (4_235_264, 368_640) and narrow < wide / 10


def test_a_projection_to_a_quarter_leaves_a_quarter_of_weight_hh():
    """At H = 1,024 it shrinks from 4,194,304 to 1,048,576, and weight_hr is new, with 262,144."""
    plain = parameters(nn.LSTM(8, 1024, device="meta"))
    projected = parameters(nn.LSTM(8, 1024, proj_size=256, device="meta"))
    assert plain["weight_hh_l0"] == 4_194_304
    assert (projected["weight_hh_l0"], projected["weight_hr_l0"]) == (1_048_576, 262_144)


def test_a_layer_above_saves_where_the_first_one_does_not():
    """With H = 100 and I = 8, P = 84 is too wide for one layer, but two together have fewer."""

    def size(layers, P):
        layer = nn.LSTM(8, 100, num_layers=layers, proj_size=P, device="meta")
        return sum(parameters(layer).values())

    assert size(1, 84) > size(1, 0)
    assert (size(2, 84), size(2, 0)) == (122_400, 124_800)


def of_layer(layer, number):
    return sum(size for name, size in parameters(layer).items() if f"_l{number}" in name)


@pytest.mark.parametrize(
    ("directions", "number", "saves", "costs"),
    [(1, 0, 79, 81), (2, 0, 79, 81), (1, 1, 88, 89), (2, 1, 92, 93)],
)
def test_in_layer_0_a_projection_saves_below_80_of_100_and_above_it_up_to_88_or_92(
    directions, number, saves, costs
):
    def size(P):
        given = {"num_layers": 2, "bidirectional": directions == 2, "device": "meta"}
        return of_layer(nn.LSTM(8, 100, proj_size=P, **given), number)

    assert size(saves) < size(0) < size(costs)
    assert (size(80) == size(0)) is (number == 0)


def test_a_projection_saves_products_with_x_above_layer_0_only():
    """H = 256, P = 64, I = 8, 35 words, two layers: 9,461,760 multiplications become 2,580,480."""

    def with_x(P):
        named = nn.LSTM(8, 256, num_layers=2, proj_size=P, device="meta").named_parameters()
        return [35 * each.numel() for name, each in named if name.startswith("weight_ih")]

    (first, second), (projected, above) = with_x(0), with_x(64)
    assert first == projected and above < second
    assert (first + second, projected + above) == (9_461_760, 2_580_480)


def test_with_a_projection_all_seeds_learn_the_brackets_by_round_5_and_the_plain_ones_by_6():
    by = {}
    for name in ("projection", "LSTM"):
        wrong = [
            n
            for run in measured("relatives")[name]
            for n, share in enumerate(run, 1)
            if share < 0.95
        ]
        by[name] = max(wrong) + 1
    assert by == {"projection": 5, "LSTM": 6}


def test_without_biases_a_projection_has_to_be_given_by_its_name():
    torch.manual_seed(0)
    lstm = nn.LSTM(3, 4, bias=False, proj_size=2, dtype=torch.float64)
    weight_ih, weight_hh, weight_hr = lstm.all_weights[0]
    x, h, c = (torch.randn(*shape).double() for shape in ((5, 2, 3), (1, 2, 2), (1, 2, 4)))
    output, _ = lstm(x, (h, c))
    named = Weights(weight_ih, weight_hh, weight_hr=weight_hr)
    ours = run_stack(x.flatten(0, 1), (2,) * 5, h, c, [[named]])[0]
    assert torch.allclose(ours.view_as(output), output, rtol=0, atol=1e-12)
    third = Weights(weight_ih, weight_hh, weight_hr)
    assert third.bias_ih is weight_hr and third.weight_hr is None
    with pytest.raises(RuntimeError):
        run_stack(x.flatten(0, 1), (2,) * 5, h, c, [[third]])


def test_the_papers_order_costs_more_products_with_h_at_a_step():
    """Torch's order needs one product with h at a step, the paper's two, one after the other.

    Our step of the paper makes the whole first product, and W_hn (r · h) again.
    """
    counts = {}
    for name in ("GRU, torch", "GRU, paper"):
        layer = Relative(name, 5, 6)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            layer(torch.randn(1, 1, 5))
        counts[name] = counter.get_total_flops()
    assert counts["GRU, paper"] - counts["GRU, torch"] == 2 * 6 * 6


def test_a_gru_whose_z_and_one_minus_z_change_places_has_the_other_sign_before_z():
    """What lesson 13 says: weights are carried over by the sign of all that makes z."""
    torch.manual_seed(0)
    gru, x = nn.GRUCell(3, 4, dtype=torch.float64), torch.randn(5, 3, dtype=torch.float64)
    h = torch.randn(5, 4, dtype=torch.float64)
    turned = nn.GRUCell(3, 4, dtype=torch.float64)
    turned.load_state_dict(gru.state_dict())
    with torch.no_grad():
        for each in turned.parameters():
            each[4:8] *= -1
    weights = list(gru.parameters())
    from_x, from_h = x @ weights[0].T + weights[2], h @ weights[1].T + weights[3]
    r, z = (torch.sigmoid(from_x + from_h)[:, rows] for rows in (slice(4), slice(4, 8)))
    n = torch.tanh(from_x[:, 8:] + r * from_h[:, 8:])
    assert torch.allclose(turned(x, h), z * n + (1 - z) * h, rtol=0, atol=1e-12)
    zeros = torch.zeros_like(h)
    assert (turned(x, zeros) - gru(x, zeros)).abs().max() > 0.01


def test_device_and_dtype_act_where_lesson_12_says():
    """The lesson leaves out whose shape it is."""
    text, made = LESSON.read_text(encoding="utf-8"), inspect.getsource(ManualLSTM.__init__)
    assert "torch.empty(shape, device=device, dtype=dtype)" in text
    assert "torch.empty(entry.shape, device=device, dtype=dtype)" in made


def test_the_stack_that_lesson_12_reads_has_torchs_gradients_too_on_a_packed_batch():
    """All of it at once, with dropout; compare draws the same masks."""
    torch.manual_seed(0)
    arguments = {"num_layers": 3, "bidirectional": True, "proj_size": 4, "dropout": 0.5}
    lstm, lengths = nn.LSTM(100, 16, **arguments, dtype=torch.float64), [24, 20, 9, 9, 3, 1]
    weights = [Weights(*each) for each in lstm.all_weights]
    layers = [weights[k : k + 2] for k in (0, 2, 4)]

    class Packed(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = lstm

        def forward(self, x, hx):
            output, states = self.lstm(pack_padded_sequence(x, lengths), hx)
            return output.data, states

    def by_hand(x, hx):
        packed = pack_padded_sequence(x, lengths)
        return run_stack(packed.data, tuple(packed.batch_sizes.tolist()), *hx, layers, 0.5)

    x, h, c = (torch.randn(*shape).double() for shape in ((24, 6, 100), (6, 6, 4), (6, 6, 16)))
    report = compare(by_hand, Packed(), x, (h, c))
    assert report and len(report.differences) == 3 + 3 + 30


def test_a_packed_batch_runs_forward_and_in_reverse_as_in_torch():
    """Lines of 24, 7 and 1 words, through two directions whose outputs are laid side by side."""
    torch.manual_seed(0)
    words = pack_padded_sequence(torch.randn(24, 3, 100, dtype=torch.float64), [24, 7, 1])
    both_ways = nn.LSTM(100, 16, bidirectional=True, dtype=torch.float64)
    sizes, zeros = tuple(words.batch_sizes.tolist()), torch.zeros(3, 16, dtype=torch.float64)
    [[one, other]] = layers_of(both_ways)
    forward, _, _ = run_direction(words.data, sizes, zeros, zeros, one)
    backward, h, _ = run_direction(words.data, sizes, zeros, zeros, other, reverse=True)
    packed, (h_n, _) = both_ways(words)
    side_by_side = torch.cat((forward, backward), dim=1)
    assert torch.allclose(side_by_side, packed.data, rtol=0, atol=1e-12)
    assert torch.allclose(h, h_n[1], rtol=0, atol=1e-12)


def statements(text):
    """Return the arguments of a function and its statements, without docstring and annotations."""
    node = ast.parse(textwrap.dedent(text)).body[0]
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return [each.arg for each in node.args.args], [ast.unparse(each) for each in body]


def test_the_forward_that_lesson_12_writes_is_the_packages_but_for_its_check():
    [ours] = ast.parse(cell_with("class OurLSTM")).body[1:]
    [written] = ours.body
    arguments, lines = statements(ast.unparse(written))
    wanted, (check, *whole) = statements(inspect.getsource(ManualLSTM.forward))
    assert check.startswith("check_input(") and (arguments, lines) == (wanted, whole)


@cache
def cell_with(text):
    """Return the code of the one cell of the lesson in which a text stands."""
    cells = re.split(r"^# %%(?: \[markdown\])?\n", LESSON.read_text("utf-8"), flags=re.MULTILINE)
    [found] = [each for each in cells if text in each and not each.startswith("#")]
    return found


WRITTEN = ("def input_sums", "def run_direction", "def run_stack", "class OurLSTM")
# Each proof, behind the cells that it needs.
PROOFS = (
    ("class PackedLSTM", "run_stack(packed.data"),
    ("compare(ours, lstm",),
)


def made(*fault):
    """Return what the lesson's cells define, with one text replaced by another if there is one."""
    names = {"torch": torch, "nn": nn, "F": F, "layout_of": layout_of, "compare": compare}
    code = "\n".join(map(cell_with, WRITTEN))
    if fault:
        assert code.count(fault[0]) == 1, fault
        code = code.replace(*fault)
    exec(code, names)
    return names


def said(proof, names):
    """Return the lines that a proof of the lesson prints, or that it cannot be computed."""
    before, printed, [*setting, last] = torch.get_default_dtype(), io.StringIO(), proof
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    try:
        for cell in setting:
            with redirect_stdout(io.StringIO()):
                exec(cell_with(cell), names)
        with redirect_stdout(printed):
            exec(cell_with(last), names)
    except (RuntimeError, IndexError):
        return ["cannot be computed"]
    finally:
        torch.set_default_dtype(before)
    return printed.getvalue().splitlines()


def holds(line):
    return "Equal: all " in line


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof[-1])
def test_the_proofs_of_lesson_12_run_the_code_of_the_page(proof):
    lines = said(proof, made())
    assert len(lines) in (1, 2) and all(map(holds, lines))


FAULTS_OF_THE_STACK = (
    ("weights, direction == 1)", "weights, False)"),
    ("return x, torch.stack(h_n)", "return x, 0 * torch.stack(h_n)"),
    ("outputs[::-1] if reverse else outputs", "outputs"),
    ("reversed(steps) if reverse else steps", "steps"),
    ("sums = sums + weights.bias_hh", "pass"),
    ("weights.weight_ih, weights.bias_ih)", "weights.weight_ih)"),
    (
        "new_h = F.linear(new_h, weights.weight_hr)",
        "new_h = torch.tanh(F.linear(new_h, weights.weight_hr))",
    ),
    ("replace_first_rows(c, new_c)", "torch.cat([new_c, 0 * c[running:]])"),
    ("h, c = replace_first_rows(h, new_h),", "h, c = torch.cat([new_h, 0 * h[running:]]),"),
    ("first_rows(h, running)", "h[-running:]"),
    ("row = depth * len(directions) + direction", "row = depth + direction"),
    ("row = depth * len(directions) + direction", "row = direction * len(layers) + depth"),
    ("x = torch.cat(outputs, dim=-1)", "x = torch.cat(outputs[::-1], dim=-1)"),
    ("torch.stack(c_n)", "torch.stack(c_n[::-1])"),
    ("first_rows(c, running))", "first_rows(c, running).detach())"),
)
FAULTS_ROUND_IT = (
    ("self.dropout if self.training else 0.0", "0.0"),
    ("depth > 0 and dropout > 0", "dropout > 0"),
    ("return layout.output(output),", "return output,"),
    ("if weights.bias_hh is not None:", "if True:"),
)


@pytest.mark.parametrize("fault", FAULTS_OF_THE_STACK, ids=lambda fault: fault[1])
def test_the_first_proof_of_lesson_12_sees_a_fault_of_the_page(fault):
    assert not all(map(holds, said(PROOFS[0], made(*fault))))


@pytest.mark.parametrize("fault", FAULTS_ROUND_IT, ids=lambda fault: fault[1])
def test_the_second_proof_of_lesson_12_sees_a_fault_of_the_page(fault):
    try:
        lines = said(PROOFS[1], made(*fault))
    except TypeError:  # a tensor and None are not added
        return
    assert not all(map(holds, lines))


def test_the_layer_of_lesson_12_takes_every_layout_and_sorts_states_there_and_back():
    """A packed batch whose lines are given from short to long, a block, and a single line."""
    torch.manual_seed(0)
    given = {"num_layers": 2, "bidirectional": True, "proj_size": 2, "dtype": torch.float64}
    lstm, ours = nn.LSTM(8, 5, **given), made()["OurLSTM"](8, 5, **given)
    ours.load_state_dict(lstm.state_dict())
    lines = [torch.randn(length, 8).double() for length in (1, 6, 4)]
    hx = torch.randn(4, 3, 2).double(), torch.randn(4, 3, 5).double()
    alone = tuple(each[:, 0] for each in hx)
    packed = pack_sequence(lines, enforce_sorted=False)
    for x, states in ((packed, hx), (torch.randn(6, 3, 8).double(), hx), (lines[1], alone)):
        for start in (states, None):
            (output, found), (wanted, last) = ours(x, start), lstm(x, start)
            if x is packed:
                output, wanted = output.data, wanted.data
            for one, other in zip((output, *found), (wanted, *last), strict=True):
                torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


def test_proj_size_is_0_by_default_and_has_to_be_below_h():
    assert nn.LSTM(3, 4).proj_size == 0
    with pytest.raises(ValueError, match="proj_size"):
        nn.LSTM(3, 4, proj_size=4)


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="without oneDNN")
def test_a_projected_layer_warns_in_float32_and_not_in_float64():
    for dtype, count in ((torch.float64, 0), (torch.float32, 1)):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            torch.set_warn_always(True)
            try:
                nn.LSTM(3, 4, proj_size=2, dtype=dtype)(torch.randn(5, 2, 3, dtype=dtype))
            finally:
                torch.set_warn_always(False)
        found = [each for each in seen if "not supported with oneDNN" in str(each.message)]
        assert len(found) == count, dtype


@pytest.mark.parametrize("directions", [1, 2])
def test_an_old_head_raises_on_output_and_fits_c_n(directions):
    given = {"bidirectional": directions == 2, "proj_size": 2, "dtype": torch.float64}
    lstm, head = nn.LSTM(3, 4, **given), nn.Linear(4, 1, dtype=torch.float64)
    output, (_, c_n) = lstm(torch.randn(5, 2, 3, dtype=torch.float64))
    wide = head if directions == 1 else nn.Linear(8, 1, dtype=torch.float64)
    with pytest.raises(RuntimeError, match=rf"shapes cannot be multiplied \(10x{2 * directions} "):
        wide(output)
    assert head(c_n).shape == (directions, 2, 1)
    if directions == 2:
        with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
            wide(c_n)


def test_first_rows_and_their_renewal_are_the_two_lines_of_lesson_09_but_for_copies():
    old = torch.randn(4, 3)
    for count in (1, 2, 4):
        new = torch.randn(count, 3)
        assert torch.equal(first_rows(old, count), old[:count])
        assert torch.equal(replace_first_rows(old, new), torch.cat([new, old[count:]]))
    assert first_rows(old, 4) is old and replace_first_rows(old, new) is new


def test_the_stack_drops_out_whatever_eval_says_and_forward_switches_it_off():
    torch.manual_seed(0)
    given = {"num_layers": 2, "dropout": 0.5, "dtype": torch.float64}
    lstm, manual = nn.LSTM(5, 4, **given), ManualLSTM(5, 4, **given)
    manual.load_state_dict(lstm.state_dict())
    x, states = torch.randn(3, 2, 5).double(), torch.zeros(2, 2, 4).double()
    lstm.eval(), manual.eval()
    output, _ = lstm(x)
    assert torch.allclose(manual(x)[0], output, rtol=0, atol=1e-12)
    stack = run_stack(x.flatten(0, 1), (2,) * 3, states, states, manual._layers(), 0.5)[0]
    assert (stack - output.flatten(0, 1)).abs().max() > 0.01
    assert "dropout" not in inspect.getsource(run_direction)


def test_a_test_from_zeros_sees_an_exchange_in_h_n_and_none_in_h_0():
    """What the lesson said once, too widely: it does not see in which order the states stand."""
    torch.manual_seed(0)
    lstm = nn.LSTM(5, 4, num_layers=3, bidirectional=True, proj_size=2, dtype=torch.float64)
    weights = [Weights(*each) for each in lstm.all_weights]
    layers = [weights[k : k + 2] for k in (0, 2, 4)]
    x, exchanged = torch.randn(7, 3, 5).double(), [1, 0, 3, 2, 5, 4]
    random = torch.randn(6, 3, 2).double(), torch.randn(6, 3, 4).double()
    for states, seen in ((random, True), ([0 * each for each in random], False)):
        output, (h_n, _) = lstm(x, tuple(states))
        wrong = [each[exchanged] for each in states]
        ours, h, _ = run_stack(x.flatten(0, 1), (3,) * 7, *wrong, layers)
        assert torch.allclose(ours.view_as(output), output, rtol=0, atol=1e-12) is not seen
        if not seen:
            assert torch.allclose(h, h_n, rtol=0, atol=1e-12)
            assert (h[exchanged] - h_n).abs().max() > 0.01
