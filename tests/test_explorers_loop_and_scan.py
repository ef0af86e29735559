"""The explorer of loop and scan: the tree drawn is the scan's, and the counts are a run's."""

import pytest
import torch
from drawn import marked

from lstm_lessons.drawing.scan_tree import covered, joins
from lstm_lessons.explorers.loop_and_scan import costs, view


@pytest.mark.parametrize("steps", [2, 3, 8, 9, 31, 32])
def test_the_joins_drawn_are_those_that_a_scan_makes(steps):
    """Run the scan on sets of steps: joined sets must be neighbours, and end whole."""
    sets = [{step} for step in range(steps)]
    drawn = [tuple(map(int, mark.split(","))) for mark in marked(view(steps=steps).svg, "join")]
    for row in range(1, len(joins(steps)) + 1):
        pairs = [(first, last) for r, first, last in drawn if r == row]
        assert len(pairs) == joins(steps)[row - 1]
        before = [set(each) for each in sets]
        for first, last in pairs:
            assert not before[first] & before[last]
            sets[last] = before[first] | before[last]
        for step, each in enumerate(sets):
            first, last = covered(step, row)
            assert each == set(range(first, last + 1))
    assert all(each == set(range(step + 1)) for step, each in enumerate(sets))


def test_the_costs_are_counted_by_hand():
    assert joins(8) == [7, 6, 4]
    assert (costs(32, 1)["scan"].turns, costs(32, 1)["loop"].turns) == (129, 31)
    assert costs(32, 4)["scan"].turns == 33 and costs(32, 5)["scan"].turns == 28
    assert costs(32, 32)["scan"].turns == 5


def test_the_rounds_are_those_of_the_packages_scan(monkeypatch):
    from lstm_lessons.lstm import minimal

    made = []
    cat = torch.cat
    monkeypatch.setattr(
        minimal.torch, "cat", lambda parts: made.append(len(parts[1])) or cat(parts)
    )
    minimal.scan(torch.rand(32, 1), torch.rand(32, 1))
    assert made[::2] == joins(32)


def test_a_round_that_the_scan_does_not_have_is_its_last():
    assert view(steps=4, round_lit=5).svg == view(steps=4, round_lit=2).svg
