"""What lesson 19 says and does not compute on its page."""

from copy import deepcopy
from math import log2

import pytest
import torch

from lstm_lessons import trained_reader
from lstm_lessons.data import code_or_prose
from lstm_lessons.lstm.minimal import scan


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
