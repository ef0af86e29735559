"""Claims about projections and the GRU that no page of lessons 12 and 13 makes any more."""

import inspect
import re
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils.flop_counter import FlopCounterMode

from lstm_lessons import ManualLSTM
from lstm_lessons.lstm.backprop import layers_of
from lstm_lessons.lstm.ragged import run_direction
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


def test_the_lines_of_the_layer_that_lesson_12_shows_are_the_packages():
    """The main lines of forward, and the one in which device and dtype act."""
    text = LESSON.read_text(encoding="utf-8").replace("\n# ", "\n")
    shown = re.search(r"```python\n(.*?)\n```", text, re.DOTALL)[1].split("\n")
    forward = inspect.getsource(ManualLSTM.forward)
    places = [forward.index(line) for line in shown]
    assert len(places) == 5 and places == sorted(places)
    made = "torch.empty(entry.shape, device=device, dtype=dtype)"
    assert made in text and made in inspect.getsource(ManualLSTM.__init__)


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
