"""What lesson 19 says and does not compute on its page."""

from copy import deepcopy

import pytest
import torch

from lstm_lessons import trained_reader
from lstm_lessons.data import code_or_prose
from lstm_lessons.data.trials import measured
from lstm_lessons.lstm.minimal import minimal_gates, scan


def test_for_4096_steps_the_scan_of_the_lesson_makes_eleven_times_the_joins_of_the_loop():
    joins = sum(4096 - 2**power for power in range(12))
    assert joins == 45057 and round(joins / 4095) == 11


def test_without_h_the_reader_gets_five_lines_fewer_right_and_changes_35_verdicts():
    reader, number = trained_reader()
    without_h = deepcopy(reader)
    without_h.lstm.weight_hh_l0.data.zero_()
    lines = code_or_prose()[484:]

    def verdicts(model):
        for line in lines:
            numbers = torch.tensor([number[character] for character in line.text])
            with torch.no_grad():
                yield model.head(model.lstm(model.embedding(numbers))[0][-1]).item() > 0

    before, after = list(verdicts(reader)), list(verdicts(without_h))
    is_code = [line.code for line in lines]
    right = [sum(a == b for a, b in zip(each, is_code, strict=True)) for each in (before, after)]
    assert right == [217, 212] and len(lines) == 242
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 35


@pytest.mark.parametrize("count", [20, 200])
def test_with_f_minus_1_at_a_1_a_scan_follows_parity(count):
    """At a 1, f is -1 and 1 is let in; at a 0, c is kept."""
    torch.manual_seed(0)
    bits = torch.randint(2, (count, 30))
    assert torch.equal(scan(1 - 2 * bits, bits), bits.cumsum(0) % 2)
    assert scan(torch.full((4,), -1), torch.ones(4)).tolist() == [1, 0, 1, 0]


def test_one_unit_with_peepholes_and_without_h_follows_parity():
    """f and i read the word and the old c; a row of ones alone is among the rows."""
    torch.manual_seed(0)
    bits = torch.randint(2, (2000, 100)).double()
    bits[:, 0] = 1
    c = torch.zeros(100)
    for bit, odd in zip(bits, bits.cumsum(0) % 2 == 1, strict=True):
        f, i = torch.sigmoid(60 - 40 * bit - 40 * c), torch.sigmoid(-20 + 40 * bit - 40 * c)
        c = f * c + i
        assert torch.equal(c > 0.5, odd)


def test_coupled_gates_that_read_h_learn_brackets_as_soon_as_the_minimal_lstm():
    """The round from which on 99 % is right."""

    def soonest(runs):
        return sorted(max(n for n, share in enumerate(run) if share < 0.99) + 2 for run in runs)

    relatives = measured("relatives")
    assert soonest(relatives["LSTM"]) == [4] * 4 + [5] * 4 + [6] * 2
    assert soonest(relatives["coupled gates"]) == [2] * 4 + [3] * 6
    assert soonest(measured("minimal LSTM")["brackets"]) == [3] * 10


def by_hand(units):
    """Return weight and bias of a minimal LSTM: at a 1 each unit has its own f, at a 0 f is 1."""
    nodes = torch.cos(torch.pi * (torch.arange(units).double() + 0.5) / units)
    f = (nodes + 1) / 2 * 0.98 + 0.01
    of_f = torch.full_like(f, 0.005)  # i may then be 99 times as large
    z_i, shut = torch.logit(of_f * (1 - f) / f), -45.0
    ones, zeros = torch.ones_like(f), torch.zeros_like(f)
    weight = torch.cat([z_i - shut, zeros, ones])[:, None]
    return weight, torch.cat([shut * ones, torch.logit(of_f), zeros])


def test_with_64_units_set_by_hand_a_minimal_lstm_has_parity_of_20_bits():
    torch.manual_seed(1)
    weight, bias = by_hand(64)
    assert len(set(minimal_gates(torch.ones(1).double(), weight, bias)[0].tolist())) == 64
    counts = torch.arange(21)
    rows = (torch.arange(20)[:, None] < counts).double()[..., None]  # row n has n ones
    seen = torch.cat([scan(*minimal_gates(rows, weight, bias))[-1], torch.ones(21, 1)], dim=1)
    wanted = 1 - 2 * (counts % 2).double()
    head = torch.linalg.lstsq(seen, wanted[:, None], rcond=1e-17, driver="gelsd").solution
    assert ((seen @ head - wanted[:, None]).abs() < 0.5).all()
    assert (seen * head.T).abs().max() > 1e9  # what is added up, for scores of about 1
    bits = torch.randint(2, (20, 5000)).double()
    c = scan(*minimal_gates(bits[..., None], weight, bias))[-1]
    says = torch.cat([c, torch.ones(5000, 1)], dim=1) @ head
    assert torch.equal(says[:, 0] < 0, bits.sum(dim=0) % 2 == 1)
