"""Claims about projections and the GRU that no page of lessons 12 and 13 makes any more.

And what lesson 12 says of the package's layer without running it.
"""

import ast
import inspect
import re
import textwrap
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils.flop_counter import FlopCounterMode

from lstm_lessons import ManualLSTM
from lstm_lessons.lstm.backprop import layers_of
from lstm_lessons.lstm.compare import compare
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


def test_the_forward_that_lesson_12_shows_is_the_packages_but_for_its_check():
    text = LESSON.read_text(encoding="utf-8")
    [shown] = re.findall(r"^# ```python\n(.*?)^# ```", text, re.MULTILINE | re.DOTALL)
    arguments, lines = statements(re.sub("^# ?", "", shown, flags=re.MULTILINE))
    wanted, (check, *whole) = statements(inspect.getsource(ManualLSTM.forward))
    assert check.startswith("check_input(") and (arguments, lines) == (wanted, whole)


def test_first_rows_and_their_renewal_are_the_two_lines_of_lesson_09():
    old = torch.randn(4, 3)
    for count in (1, 2, 4):
        new = torch.randn(count, 3)
        assert torch.equal(first_rows(old, count), old[:count])
        assert torch.equal(replace_first_rows(old, new), torch.cat([new, old[count:]]))


def test_without_biases_a_projection_given_in_the_row_is_taken_for_a_bias():
    lstm = nn.LSTM(5, 4, bias=False, proj_size=2)
    assert Weights(*lstm.all_weights[0]).bias_ih is lstm.weight_hr_l0


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
