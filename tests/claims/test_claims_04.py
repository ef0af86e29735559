"""What lesson 04 has said of nn.LSTM, and no page says any more: each claim is an assertion."""

import pytest
import torch
from torch import nn

from lstm_lessons import same
from lstm_lessons.explorers.unrolled import numbers
from lstm_lessons.lstm.cell import lstm_step
from lstm_lessons.lstm.unroll import unroll

T, B, I, H = 24, 10, 100, 16  # noqa: E741


@pytest.fixture
def lstm():
    torch.manual_seed(0)
    return nn.LSTM(I, H, dtype=torch.float64)


@pytest.fixture
def x(lstm):
    return torch.randn(T, B, I, dtype=torch.float64)


@pytest.fixture
def states(x):
    return torch.randn(1, B, H, dtype=x.dtype), torch.randn(1, B, H, dtype=x.dtype)


def close(a, b):
    return a.shape == b.shape and torch.allclose(a, b, rtol=0, atol=1e-12)


def test_every_sentence_alone(lstm, x, states):
    """Each of ten sentences read alone gives the numbers that it has among the others."""
    output, _, _ = unroll(x, states[0][0], states[1][0], lstm.all_weights[0])
    for b in range(B):
        begin = (each[0, b] for each in states)
        alone, _, _ = unroll(x[:, b], *begin, lstm.all_weights[0])
        assert close(alone, output[:, b])


def test_states_without_their_axis(lstm, x, states):
    """States without the axis for layers are refused, and the error says what is missing."""
    with pytest.raises(RuntimeError, match="hx and cx should also be 3-D but got .2-D, 2-D."):
        lstm(x, (states[0][0], states[1][0]))


def test_equal_and_allclose(lstm, x):
    """output[-1] is h_n to allclose, which stretches; to equal only as output[-1:] or h_n[0]."""
    output, (h_n, _) = lstm(x)
    assert torch.allclose(output[-1], h_n) and not torch.equal(output[-1], h_n)
    assert torch.equal(output[-1:], h_n) and torch.equal(output[-1], h_n[0])


def test_two_layers(x):
    """With two layers, h_n[0] is the lower one, so output[-1] differs from it."""
    output, (h_n, _) = nn.LSTM(I, H, num_layers=2, dtype=x.dtype)(x)
    assert not torch.allclose(output[-1], h_n[0]) and torch.equal(output[-1], h_n[1])


def test_both_directions(x):
    """With two directions, output[-1] is twice as wide as h_n[0]."""
    output, (h_n, _) = nn.LSTM(I, H, bidirectional=True, dtype=x.dtype)(x)
    assert output[-1].shape == (B, 2 * H) and h_n[0].shape == (B, H)


def test_one_sentence_with_the_batch_first(x):
    """One sentence without a batch: output[-1] has the numbers of h_n, batch_first or not."""
    output, (h_n, _) = nn.LSTM(I, H, batch_first=True, dtype=x.dtype)(x[:, 0])
    assert torch.equal(output[-1], h_n[0])


def test_the_length_and_h_n(lstm, x, states):
    """h_n and c_n have the same shape for any length, not the same numbers; output[6] is on it."""
    output, (h_24, c_24) = lstm(x, states)
    _, (h_7, c_7) = lstm(x[:7], states)
    assert h_24.shape == h_7.shape and c_24.shape == c_7.shape
    assert not torch.allclose(h_24, h_7) and not torch.allclose(c_24, c_7)
    assert close(output[6], h_7[0])


def test_how_far_from_zero(lstm):
    """From zeros, |c| is at most the number of words, |h| at most tanh(1), then at most 1."""
    many = torch.randn(T, 1000, I, dtype=torch.float64)
    _, (h_n, c_n) = lstm(many[:1])
    assert c_n.abs().max() < 1 and h_n.abs().max() < torch.tanh(torch.tensor(1.0))
    _, (h_n, c_n) = lstm(many)
    assert h_n.abs().max() < 1 < c_n.abs().max() < T


def test_stop_and_go_on(lstm, x, states):
    """Read in two parts with the pair handed on is read at once; from zeros it is not."""
    output, _ = lstm(x, states)
    first, pair = lstm(x[:10], states)
    second, _ = lstm(x[10:], pair)
    assert close(torch.cat([first, second]), output)
    assert not torch.allclose(lstm(x[10:])[0], second)


def test_word_by_word(lstm, x, states):
    """Word by word, with the pair handed on, nn.LSTM gives every memory of the loop."""
    pair, beginnings = states, [lstm(x[: t + 1], states)[1][1] for t in range(T)]
    for t in range(T):
        _, pair = lstm(x[t : t + 1], pair)
        assert close(pair[1], beginnings[t])


def test_the_post_on_length_and_last_row(lstm, x):
    """Post 1: h_n and c_n do not depend on the length (their shapes), output[-1] equals h_n."""
    for words in (1, 7, T):
        output, (h_n, c_n) = lstm(x[:words])
        assert h_n.shape == c_n.shape == (1, B, H)
        assert torch.equal(output[-1], h_n[0])


def test_the_post_on_what_output_holds(lstm, x):
    """Post 1: output is said to be the last step's; it has a row for each step."""
    for words in (1, 7, T):
        assert lstm(x[:words])[0].shape == (words, B, H)


def test_in_float32_two_right_ways_agree_within_1e_5():
    """`same` compares float32 with 1e-5, within which the loop and nn.LSTM agree."""
    torch.manual_seed(0)
    lstm = nn.LSTM(I, H, dtype=torch.float32)
    x, zeros = torch.randn(T, B, I, dtype=torch.float32), torch.zeros(B, H)
    ours, _, _ = unroll(x, zeros, zeros, lstm.all_weights[0])
    theirs, _ = lstm(x)
    assert same(ours, theirs) and not same(ours, theirs + 2e-5)


def test_a_memory_that_h_does_not_show():
    """A unit that adds 1 to c at each word has the same h, to the last digit, after 24 and 40."""
    counter = nn.LSTM(3, 1, dtype=torch.float64).requires_grad_(False)
    for parameter in counter.parameters():
        parameter.zero_()
    counter.bias_ih_l0[:] = torch.tensor([50.0, 50.0, 50.0, 0.0])
    ends = [counter(torch.randn(words, 3, dtype=torch.float64))[1] for words in (24, 40)]
    assert [c.item() for _, c in ends] == pytest.approx([24, 40])
    assert torch.equal(ends[0][0], ends[1][0])


def test_states_that_are_not_given_are_zeros(lstm, x):
    """One sentence: the loop from zeros ends where nn.LSTM without states does, h_n is (1, H)."""
    zeros = torch.zeros(H, dtype=x.dtype)
    output, h, c = unroll(x[:, 0], zeros, zeros, lstm.all_weights[0])
    output_torch, (h_n, c_n) = lstm(x[:, 0])
    assert h_n.shape == c_n.shape == (1, H)
    assert close(output, output_torch) and close(h, h_n[0]) and close(c, c_n[0])


def test_every_step_is_in_output_and_every_memory_is_a_c_n(lstm, x, states):
    """output[t] is h after step t, in 24 of 24; c after it is c_n of the words up to there."""
    output, _ = lstm(x, states)
    h, c = states[0][0], states[1][0]
    for t in range(T):
        h, c = lstm_step(x[t], h, c, *lstm.all_weights[0])
        assert close(output[t], h)
        assert close(lstm(x[: t + 1], states)[1][1][0], c)


def test_what_hides_a_large_memory_in_the_explorer():
    """After 4 steps units 0 and 1 have c -1.96 and 1.99; the output gates are 0.97 and 0.18."""
    made = numbers(seq_len=5, hidden_size=3, hx="None")
    h, c = (torch.tensor(made[name][4], dtype=torch.float64) for name in "hc")
    o = h / torch.tanh(c)
    assert [round(each, 2) for each in c[:2].tolist()] == [-1.96, 1.99]
    assert [round(each, 2) for each in o[:2].tolist()] == [0.97, 0.18]


def test_states_to_start_from_change_every_step(lstm, x, states):
    """Each step reads the states of the one before, so all 24 rows of output differ."""
    given, not_given = lstm(x, states)[0], lstm(x)[0]
    assert not any(same(given[t], not_given[t]) for t in range(T))


def test_a_counter_after_one_word():
    """All weights 0 and biases 50, 50, 50, 0: each word adds 1; after one word h is 0.3808."""
    counter = nn.LSTM(3, 1, dtype=torch.float64).requires_grad_(False)
    for parameter in counter.parameters():
        parameter.zero_()
    counter.bias_ih_l0[:] = torch.tensor([50.0, 50.0, 50.0, 0.0])
    _, (h_n, c_n) = counter(torch.randn(1, 3, dtype=torch.float64))
    assert (round(c_n.item(), 12), round(h_n.item(), 4)) == (1.0, 0.3808)
