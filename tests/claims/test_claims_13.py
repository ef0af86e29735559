"""What lesson 13 says, or said, and no cell of it prints."""

import pytest
import torch

from lstm_lessons.lstm.relatives import peephole_step


@pytest.mark.parametrize(("peephole", "wanted"), [(0, [*range(1, 13)]), (-10, [1, 2, 3, 4] * 3)])
def test_a_whole_unit_with_a_peephole_counts_to_four_and_shows_nothing(peephole, wanted):
    """The lesson sets i and g to 1; here they are made from the word, and o is shut by it."""
    word, h, c, seen = torch.ones(1), torch.zeros(1), torch.zeros(1), []
    weight_ih = torch.tensor([[10.0], [35.0], [10.0], [-50.0]])  # i, f, g, o
    peepholes = torch.tensor([[0.0], [peephole], [0.0]])
    for _ in range(12):
        h, c = peephole_step(word, h, c, weight_ih, torch.zeros(4, 1), None, None, peepholes)
        assert h.abs() < 1e-12
        seen.append(c.item())
    assert seen == pytest.approx(wanted, abs=0.06)
