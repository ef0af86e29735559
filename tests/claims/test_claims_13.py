"""What lesson 13 says, or said, and no cell of it prints."""

import pytest
import torch

from lstm_lessons.data.trials import measured
from lstm_lessons.lstm.relatives import peephole_step


def learnt_in(shares):
    """Return the first round from which on 95 % are right."""
    wrong = [n for n, share in enumerate(shares, 1) if share < 0.95]
    return max(wrong, default=0) + 1


def test_without_a_forget_gate_one_of_seven_is_wrong_again_in_round_9_and_all_have_it_in_the_end():
    seven = [n for n, run in enumerate(measured("relatives")["no forget gate"]) if run[-1] >= 0.95]
    longer = measured("relatives, longer")["no forget gate"]
    assert len(seven) == 7
    assert [n for n in seven if longer[n][8] < 0.95] == [6]
    assert max(learnt_in(run) for run in longer) == 15
    assert all(learnt_in(run) <= 8 for n, run in enumerate(longer) if n in seven and n != 6)
    lost = [n for n, run in enumerate(longer) if learnt_in(run) > learnt_in_at_first(run)]
    assert lost == [6, 8, 9]


def learnt_in_at_first(shares):
    return next(n for n, share in enumerate(shares, 1) if share >= 0.95)


def test_at_three_times_the_rate_the_order_of_lstm_coupled_gates_and_gru_is_the_same():
    found = {
        name: {learnt_in(run) for run in runs}
        for name, runs in measured("relatives, rate 0.03").items()
    }
    assert found == {"LSTM": {2, 3, 4}, "coupled gates": {1, 2}, "GRU, torch": {1, 2}}


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
