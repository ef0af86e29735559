"""What lesson 19 says and does not compute on its page."""

from copy import deepcopy
from math import log2

import pytest
import torch

from lstm_lessons import trained_reader
from lstm_lessons.data import code_or_prose
from lstm_lessons.data.trials import measured
from lstm_lessons.lstm.minimal import minimal_gates, scan


def pairs_and_back(count):
    """Return joins and rounds of a scan that joins pairs, scans those, and fills in the others."""
    if count == 1:
        return 0, 0
    joins, rounds = pairs_and_back(count // 2)
    filled = (count - 1) // 2  # the even places but the first, each from the place before
    return joins + count // 2 + filled, rounds + 1 + (filled > 0)


@pytest.mark.parametrize("steps", [8, 64, 512, 4096])
def test_there_are_scans_with_at_most_2_t_joins_in_about_twice_as_many_rounds(steps):
    joins, rounds = pairs_and_back(steps)
    assert joins <= 2 * steps
    assert rounds == 2 * log2(steps) - 1


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
    """c begins at 1 and nothing is let in; so the first step lets in its own f."""
    torch.manual_seed(0)
    bits = torch.randint(2, (count, 30))
    f = 1.0 - 2.0 * bits
    let_in = torch.cat([f[:1], torch.zeros_like(f[1:])])
    assert torch.equal(scan(f, let_in) < 0, bits.cumsum(0) % 2 == 1)


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
    assert head.abs().max() > 1e12
    bits = torch.randint(2, (20, 5000)).double()
    c = scan(*minimal_gates(bits[..., None], weight, bias))[-1]
    says = torch.cat([c, torch.ones(5000, 1)], dim=1) @ head
    assert torch.equal(says[:, 0] < 0, bits.sum(dim=0) % 2 == 1)
