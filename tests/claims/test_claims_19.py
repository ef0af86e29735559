"""What lesson 19 says and does not compute on its page."""

from math import log2

import pytest


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
