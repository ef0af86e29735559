"""Claims about lesson 01 that no page carries, or that its words rest on."""

from functools import partial
from math import exp, log
from statistics import median

import pytest
import torch
from kept import kept
from torch import nn

from lstm_lessons import same
from lstm_lessons.data import plain_reader, trials
from lstm_lessons.data.by_lag_runs import lstm_gradient_by_lag, setting
from lstm_lessons.data.trials import new_network, signs
from lstm_lessons.explorers.forget_gate import MEMORY, STATE, curves, memory

LAGS, INPUT, H = 60, 8, 16


@pytest.fixture(autouse=True)
def double():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(4)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def x():
    return torch.randn(LAGS + 1, INPUT)


def factor(layer, x, first=10, last=60):
    """Return the mean factor a step of the gradient of the last state, from lag to lag."""
    words = x.clone().requires_grad_()
    layer(words)[0][-1].sum().backward()
    by_lag = words.grad.norm(dim=1).flip(0)
    return (by_lag[last] / by_lag[first]).item() ** (1 / (last - first))


def with_forget_bias(bias):
    torch.manual_seed(4)
    lstm = nn.LSTM(INPUT, H)
    with torch.no_grad():
        lstm.bias_ih_l0[H : 2 * H] = bias
        lstm.bias_hh_l0[H : 2 * H] = 0
    return lstm


def test_a_new_lstm_forgets_more_slowly_than_an_rnn_but_far_from_1(x):
    rnn, lstm = factor(nn.RNN(INPUT, H), x), factor(nn.LSTM(INPUT, H), x)
    assert 0.35 < rnn < 0.5 < lstm < 0.75


def test_the_factor_grows_with_the_forget_bias(x):
    factors = [factor(with_forget_bias(bias), x) for bias in (-2.0, 0.0, 1.0, 3.0)]
    assert factors == sorted(factors)
    assert factors[0] < 0.45
    assert factors[-1] > 0.9


def test_within_a_factor_of_twenty_over_sixty_steps_at_a_half_life_of_fifty(x):
    words = x.clone().requires_grad_()
    with_forget_bias(4.27)(words)[0][-1].sum().backward()
    by_lag = words.grad.norm(dim=1)
    assert by_lag.max() < 20 * by_lag.min()


def test_the_factor_is_the_largest_eigenvalue_times_the_mean_slope(x):
    rnn = nn.RNN(INPUT, H)
    largest = torch.linalg.eigvals(rnn.weight_hh_l0).abs().max().item()
    slope = (1 - rnn(x)[0] ** 2).mean().item()
    assert round(largest, 2) == 0.55
    assert round(slope, 2) == 0.80
    assert factor(rnn, x) == pytest.approx(largest * slope, abs=0.02)


def test_a_plain_rnn_can_hold_a_fact_and_its_gradient_vanishes_because_it_does():
    """One unit with tanh(3x + 2h) is a latch: it holds, flips, and passes 0.17 a step."""
    h = torch.tensor(0.0)
    for word, wanted in ((1, 0.957), (0, 0.957), (0, 0.957), (-1, -0.957), (0, -0.957)):
        for _ in range(5):
            h = torch.tanh(3.0 * word + 2 * h)
            word = 0
        assert h.item() == pytest.approx(wanted, abs=0.01)
    assert 2 * (1 - h.item() ** 2) == pytest.approx(0.17, abs=0.01)


def read_with_ways_cut(bias, through_h=True, through_o=True):
    """Let the explorer's LSTM read its words; return them and the last h and c."""
    fixed = setting()
    network = fixed.lstm.with_forget_bias(bias)
    weight_ih, weight_hh = torch.from_numpy(network.weight_ih), torch.from_numpy(network.weight_hh)
    biases = torch.from_numpy(network.bias_ih + network.bias_hh)
    x = torch.from_numpy(fixed.x).requires_grad_()
    h = c = torch.zeros(H)
    for x_t in x:
        sums = weight_ih @ x_t + weight_hh @ (h if through_h else h.detach()) + biases
        i, f, g, o = sums.chunk(4)
        o = torch.sigmoid(o if through_o else o.detach())
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = o * torch.tanh(c)
    return x, h, c


def gradient_cut(bias, **ways):
    """Return the explorer's LSTM gradient by lag, with ways back cut; 1 at lag 0 with none cut."""
    fixed = setting()
    x, h, _ = read_with_ways_cut(bias, **ways)
    (h @ torch.from_numpy(fixed.weighting)).backward()
    whole = lstm_gradient_by_lag(fixed.lstm.with_forget_bias(bias), fixed.x, fixed.weighting)
    return x.grad.norm(dim=1).flip(0) / whole[0]


def test_where_the_solid_curve_of_the_explorer_falls():
    """At a bias of 2 after the first step; at 6, by as much in it as in the 49 after it."""
    two, six = gradient_cut(2.0), gradient_cut(6.0)
    assert [round(two[lag].item(), 3) for lag in (0, 1, 50)] == [1, 0.494, 0.019]
    assert [round(six[lag].item(), 3) for lag in (0, 1, 50)] == [1, 0.163, 0.028]
    assert six[0] / six[1] > six[1] / six[50]


def test_the_curve_of_an_open_gate_begins_high_because_the_last_word_acts_on_what_is_shown():
    """Without the way through o, at a forget bias of 6, lag 0 has 0.12 of what it has."""
    assert round(gradient_cut(6.0, through_o=False)[0].item(), 2) == 0.12


def test_at_a_bias_of_2_most_of_the_gradient_at_lag_50_has_come_through_h():
    """0.019 is left, 0.003 without the way through h; the gate alone leaves 0.002."""
    without = gradient_cut(2.0, through_h=False)[50].item()
    assert round(without, 3) == 0.003
    assert round(torch.sigmoid(torch.tensor(2.0)).item() ** 50, 3) == 0.002


def memory_without_the_way_through_h(bias):
    """Return the gradient of the explorer's last c by lag, 1 at lag 0, with h detached."""
    x, _, c = read_with_ways_cut(bias, through_h=False)
    (c @ torch.from_numpy(setting().weighting)).backward()
    by_lag = x.grad.norm(dim=1).flip(0)
    return by_lag / by_lag[0]


@pytest.mark.parametrize("bias", [-2.0, -1.0, 0.0, 1.0])
def test_with_small_biases_the_solid_curve_lies_above_the_gate_because_of_h(bias):
    """Without the way through h, what is left at lag 20 is up to twice what the gate leaves.

    With it, 10 times as much and more: 10 at a bias of 1, 40 at 0, a million at -2.
    """
    drawn = curves(bias, 100, MEMORY)
    pairs = list(zip(drawn["chosen"], drawn["power"], strict=True))
    assert all(ours > power for ours, power in pairs[1:])
    ours, power = pairs[20]
    without = memory_without_the_way_through_h(bias)[20].item()
    assert ours > 9 * power
    assert power < without < 2 * power


def test_at_a_bias_of_4_the_solid_curve_and_the_gate_nearly_coincide():
    """They differ by a factor of 1.5 at most over 50 lags; a line of the axis is 10,000."""
    drawn = curves(4.0, 50, MEMORY)
    ratios = [ours / power for ours, power in zip(drawn["chosen"], drawn["power"], strict=True)]
    assert 1 / 1.5 < min(ratios) and max(ratios) < 1.5


def test_inside_brackets_the_memory_of_unit_5_grows_because_i_is_not_quite_0():
    """It rises from 0.98 to 1.25, i is 0.005 to 0.09; f is at most 1 and keeps no more than c."""
    steps = plain_reader.read("we print the sum (see below) here")
    c, f, i = ([getattr(step, name)[5] for step in steps[17:27]] for name in "cfi")
    assert [round(each, 2) for each in (c[0], c[-1], max(c))] == [0.98, 1.25, 1.25]
    assert 0.98 < min(f) and max(f) <= 1 < 1.25
    assert [round(each, 3) for each in (i[0], min(i[1:]), max(i[1:]))] == [1, 0.005, 0.088]
    assert max(abs(step.c[5]) for step in steps[:17]) < 0.05


def test_with_a_larger_matrix_the_gradient_of_the_pages_rnn_lasts_or_explodes(x):
    """At lag 60 there is 0.8 of what there is at lag 0 with three times W_hh, 70,000 with six."""
    left = []
    for larger in (3, 6):
        torch.manual_seed(4)
        torch.randn(LAGS + 1, INPUT)
        rnn = nn.RNN(INPUT, H)
        with torch.no_grad():
            rnn.weight_hh_l0 *= larger
        lengths = by_lag(rnn, x)
        left.append((lengths[60] / lengths[0]).item())
    assert round(left[0], 1) == 0.8 and round(left[1], -4) == 70_000


def test_at_a_bias_of_4_the_word_at_lag_50_moves_c_a_third_more_than_the_last_word():
    """What each does at once; of the 0.60 at lag 50, 0.58 is left without the way through h."""
    fixed = setting()
    network = fixed.lstm.with_forget_bias(4.0)
    x = torch.from_numpy(fixed.x)
    h = c = torch.zeros(H)
    at_once = []
    for word in x:
        x_t = word.clone().requires_grad_()
        sums = torch.from_numpy(network.weight_ih) @ x_t + torch.from_numpy(network.weight_hh) @ h
        i, f, g, o = (sums + torch.from_numpy(network.bias_ih + network.bias_hh)).chunk(4)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        (c @ torch.from_numpy(fixed.weighting)).backward()
        at_once.append(x_t.grad.norm().item())
        h, c = (torch.sigmoid(o) * torch.tanh(c)).detach(), c.detach()
    assert round(at_once[-51] / at_once[-1], 2) == 1.33
    assert round(memory_without_the_way_through_h(4.0)[50].item(), 2) == 0.58
    drawn = curves(4.0, 50, MEMORY)
    assert [round(drawn[name][50], 2) for name in ("chosen", "power")] == [0.6, 0.4]


def by_lag_cut(lstm, x, cut, of="h"):
    """Return the gradient of the last h or c by lag, with the way through h or o cut, or none."""
    words, h, c = x.clone().requires_grad_(), torch.zeros(H), torch.zeros(H)
    for x_t in words:
        back = h.detach() if cut == "h" else h
        sums = lstm.weight_ih_l0 @ x_t + lstm.bias_ih_l0 + lstm.weight_hh_l0 @ back
        i, f, g, o = (sums + lstm.bias_hh_l0).chunk(4)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o.detach() if cut == "o" else o) * torch.tanh(c)
    (c if of == "c" else h).sum().backward()
    return words.grad.norm(dim=1).flip(0)


def test_cutting_o_or_h_in_the_lessons_own_lstm(x):
    """At a bias of 4.27: lag 0 falls from 0.28 to 0.10 without o; without h, lag 60 falls."""
    found = {}
    for cut in ("none", "o", "h"):
        by_lag = by_lag_cut(with_forget_bias(4.27), x, cut)
        found[cut] = [round(by_lag[lag].item(), 3) for lag in (0, 10, 60)]
    assert found["none"] == [0.279, 0.055, 0.055]
    assert found["o"][0] == 0.100
    assert found["h"] == [0.279, 0.086, 0.033]


def test_why_the_opened_curve_of_the_page_does_not_halve(x):
    """Lag 0 falls without the way through o; without the way through h, lag 60 falls, too."""
    found = {}
    for cut in ("none", "o", "h"):
        by_lag = by_lag_cut(with_forget_bias(3.7565), x, cut)
        found[cut] = [by_lag[lag].item() for lag in (0, 60)]
    assert found["o"][0] < found["none"][0] / 2
    assert found["h"][1] < found["none"][1] / 4


def test_the_opened_curve_falls_at_once_because_the_last_word_acts_on_what_is_shown(x):
    """Left at lags 1, 2 and 30; the fall to a third is there without the way through h, too."""
    found = {}
    for cut in ("none", "h", "o"):
        by_lag = by_lag_cut(with_forget_bias(3.7565), x, cut)
        found[cut] = [round((by_lag[lag] / by_lag[0]).item(), 2) for lag in (1, 2, 30)]
    assert found == {"none": [0.42, 0.30, 0.32], "h": [0.32, 0.35, 0.18], "o": [0.72, 0.76, 0.78]}


def test_the_memory_itself_halves_as_its_gate_says():
    """With no way through o or h, c keeps 0.45 at lag 30 and 0.21 at lag 60, over 20 starts."""
    total = torch.zeros(LAGS + 1)
    for seed in range(20):
        torch.manual_seed(seed)
        lstm = nn.LSTM(INPUT, H)
        with torch.no_grad():
            lstm.bias_ih_l0[H : 2 * H], lstm.bias_hh_l0[H : 2 * H] = 3.7565, 0
            lstm.weight_hh_l0[:] = 0
        words = torch.randn(LAGS + 1, INPUT, requires_grad=True)
        lstm(words)[1][1].sum().backward()
        total += words.grad.norm(dim=1).flip(0)
    left = total / total[0]
    assert [round(left[lag].item(), 2) for lag in (30, 60)] == [0.45, 0.21]


def test_a_wide_gate_keeps_more_in_c_and_shows_less_of_it_in_h():
    """Explorer, lag 50: from bias 4 to 6 c gains a factor of 1.9, the slope of tanh loses 2.5."""
    fixed, kept, shown, slope = setting(), [], [], []
    for bias in (4.0, 6.0):
        network = fixed.lstm.with_forget_bias(bias)
        by_lag = lstm_gradient_by_lag(network, fixed.x, fixed.weighting, of_memory=True)
        kept.append(by_lag[50] / by_lag[0])
        by_lag = lstm_gradient_by_lag(network, fixed.x, fixed.weighting)
        shown.append(by_lag[50] / by_lag[0])
        lstm = nn.LSTM(INPUT, H)
        with torch.no_grad():
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                getattr(lstm, f"{name}_l0").copy_(torch.from_numpy(getattr(network, name)))
            _, (_, c_n) = lstm(torch.from_numpy(fixed.x))
        slope.append((1 - torch.tanh(c_n) ** 2).mean().item())
    assert 14 < c_n.abs().mean() < 16  # at the bias of 6
    assert [round(each, 2) for each in kept] == [0.60, 1.14]
    assert [round(each, 3) for each in shown] == [0.041, 0.028]
    assert [round(each, 2) for each in slope] == [0.14, 0.06]


def test_the_slopes_for_the_weights_explode_with_those_for_the_words(x):
    """Their length is 12 in the page's RNN, and 749,688 with W_hh times 6; clipping shortens it."""
    torch.manual_seed(4)
    torch.randn(LAGS + 1, INPUT)
    rnn, lengths = nn.RNN(INPUT, H), []
    for factor in (1, 6):
        rnn.zero_grad()
        with torch.no_grad():
            rnn.weight_hh_l0 *= factor
        rnn(x)[0][-1].sum().backward()
        lengths.append(nn.utils.clip_grad_norm_(rnn.parameters(), max_norm=1.0).item())
        clipped = torch.cat([each.grad.flatten() for each in rnn.parameters()]).norm()
        assert clipped.item() == pytest.approx(1, abs=1e-4)
    assert [round(each, -3) for each in lengths] == [0, 750_000]


def test_what_29_steps_leave():
    """They are five half-lives with a forget bias of 2, and thirteen with 1."""
    f = torch.sigmoid(torch.tensor([2.0, 1.0]))
    half_lives = 29 * f.log() / torch.tensor(0.5).log()
    assert half_lives.round().tolist() == [5, 13]
    assert [f"{each:.0e}" for each in (f**29).tolist()] == ["3e-02", "1e-04"]


def test_a_large_matrix_pushes_the_states_to_where_tanh_is_flat(x):
    """Beyond 0.9 lie 1 % of the numbers of the page's RNN, and 62 % with W_hh times 6."""
    torch.manual_seed(4)
    torch.randn(LAGS + 1, INPUT)
    rnn = nn.RNN(INPUT, H)
    as_it_is = (rnn(x)[0].abs() > 0.9).double().mean().item()
    with torch.no_grad():
        rnn.weight_hh_l0 *= 6
    at_each_step = (rnn(x)[0].abs() > 0.9).double().mean(dim=1)
    assert round(as_it_is, 2) == 0.01
    assert round(at_each_step.mean().item(), 2) == 0.62
    assert at_each_step[1:].max() > 1.5 * at_each_step[1:].min()


def first_slope(network, head, examples):
    x, _ = examples(32)
    x.requires_grad_()
    head(network(x)[0][-1]).sum().backward()
    return x.grad[0].abs().mean().item()


@pytest.mark.slow
def test_the_gradient_at_the_start_does_not_tell_which_network_learns():
    """The new LSTM's slope for the first number is larger; training changes it, up or down."""

    def examples(count):
        sign = torch.randint(0, 2, (count,)) * 2.0 - 1
        x = 0.1 * torch.randn(30, count, 1)
        x[0, :, 0] = sign
        return x.float(), sign.float()

    found = {nn.RNN: [], nn.LSTM: []}
    for kind, slopes in found.items():
        for seed in range(5):
            torch.manual_seed(seed)
            network, head = kind(1, H).float(), nn.Linear(H, 1).float()
            start = first_slope(network, head, examples)
            optimiser = torch.optim.Adam([*network.parameters(), *head.parameters()], lr=0.01)
            for _ in range(60):
                x, sign = examples(32)
                guess = head(network(x)[0][-1])[:, 0]
                optimiser.zero_grad()
                nn.functional.softplus(-sign * guess).mean().backward()
                optimiser.step()
            slopes.append((start, first_slope(network, head, examples)))
    mean = {kind: sum(start for start, _ in each) / 5 for kind, each in found.items()}
    assert mean[nn.LSTM] > 5 * mean[nn.RNN]
    assert any(end > 100 * start for start, end in found[nn.RNN])
    assert any(end < start / 2 for start, end in found[nn.LSTM])


def test_training_opens_the_gates_of_some_units_further():
    """At a forget bias of 2, the unit that keeps the first sign best keeps far more of it after."""
    torch.manual_seed(0)
    lstm, head = nn.LSTM(1, H), nn.Linear(H, 1)
    with torch.no_grad():
        lstm.bias_ih_l0[H : 2 * H], lstm.bias_hh_l0[H : 2 * H] = 2.0, 0.0

    def examples(count):
        sign = torch.randint(0, 2, (count,)) * 2.0 - 1
        x = 0.1 * torch.randn(30, count, 1)
        x[0, :, 0] = sign
        return x, sign

    seen, _ = examples(100)

    @torch.no_grad()
    def best_kept():
        rows = slice(H, 2 * H)
        from_x = seen[1:] @ lstm.weight_ih_l0[rows].T + lstm.bias_ih_l0[rows]
        from_h = lstm(seen)[0][:-1] @ lstm.weight_hh_l0[rows].T + lstm.bias_hh_l0[rows]
        return torch.sigmoid(from_x + from_h).prod(dim=0).mean(dim=0).max().item()

    before = best_kept()
    optimiser = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.01)
    for _ in range(60):
        x, sign = examples(32)
        loss = nn.functional.softplus(-sign * head(lstm(x)[0][-1])[:, 0]).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert best_kept() > 3 * before


def before_and_after(name, seed, updates, lines):
    """Train on first signs; return twice W_hh's largest eigenvalue, or f's mean over `lines`."""
    network, head = new_network(name, seed=seed)
    optimiser = torch.optim.Adam([*network.parameters(), *head.parameters()], lr=0.01)
    found = []
    for update in range(updates + 1):
        x, sign = signs(32)
        if update in (0, updates) and name == "plain RNN":
            found.append(torch.linalg.eigvals(network.weight_hh_l0.detach()).abs().max().item())
        elif update in (0, updates):
            gates = [forget_gates(network, x[:, line]) for line in range(lines)]
            found.append(torch.stack(gates).mean().item())
        score = head(network(x)[0][-1])[:, 0]
        optimiser.zero_grad()
        nn.functional.softplus(-sign * score).mean().backward()
        optimiser.step()
    return found


@pytest.mark.slow
def test_training_moves_the_matrix_of_an_rnn_and_leaves_the_gates_of_a_new_lstm_half_shut():
    """Start 3, 60 updates: the largest eigenvalue from 0.56 to 1.31; f on average 0.51 to 0.47."""
    names = ("plain RNN", "new LSTM")
    found = [value for name in names for value in before_and_after(name, 3, 60, lines=32)]
    assert [round(each, 2) for each in found] == [0.56, 1.31, 0.51, 0.47]


@pytest.mark.slow
def test_180_updates_enlarge_the_matrix_of_an_rnn_and_shut_the_gates_of_a_new_lstm_further():
    """Ten starts: the largest eigenvalue exceeds 1.4 in eight; f goes from 0.50 to 0.44."""
    sizes, gates = (
        list(zip(*kept(f"180 updates, {name}", run, seeds=10, anew=[at]), strict=True))
        for at, name in enumerate(("plain RNN", "new LSTM"))
        for run in (lambda seed, name=name: before_and_after(name, seed, 180, lines=8),)
    )
    assert sum(after > 1.4 for after in sizes[1]) == 8 and max(sizes[0]) < 0.7
    assert [round(sum(each) / 10, 2) for each in gates] == [0.5, 0.44]


def test_a_forget_bias_lengthens_the_reach_of_a_new_lstm():
    """Medians at lag 29 of 45 starts; the plain RNN has the least, and does not learn worst."""
    found = {
        name: f"{median(each.gradient for each in starts):.0e}"
        for name, starts in trials.first_signs().items()
    }
    assert found == {
        "plain RNN": "6e-08",
        "new LSTM": "9e-07",
        "forget bias 1": "3e-03",
        "forget bias 2": "9e-02",
        "forget bias 4": "6e-01",
    }


def test_180_updates_lengthen_the_reach_of_the_middle_rnn_and_shorten_that_of_the_new_lstm():
    """Medians at lag 29: from 6e-08 to 3e-04, from 9e-07 to 3e-08; learnt in 30 and 0."""
    found = {}
    for name, starts in trials.first_signs(updates=180).items():
        medians = (median(each.gradient for each in starts), median(each.after for each in starts))
        learnt = sum(each.right > 0.9 for each in starts)
        found[name] = (*(f"{each:.0e}" for each in medians), learnt)
    assert found == {"plain RNN": ("6e-08", "3e-04", 30), "new LSTM": ("9e-07", "3e-08", 0)}


FIVE = ("plain RNN", "new LSTM", "forget bias 1", "forget bias 2", "forget bias 4")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rate", "wanted"), [(0.02, [37, 0, 0, 33, 40]), (0.03, [38, 0, 0, 16, 37])]
)
def test_the_place_of_the_plain_rnn_moves_with_the_learning_rate(rate, wanted):
    """Starts of 45 that have learnt the first sign in 60 updates; at 0.01: 6, 0, 7, 43, 43."""
    found = []
    for name in FIVE:
        run = partial(share_right_at, name, rate)
        rows = kept(f"first sign, rate {rate}, {name}", run, seeds=45, anew=[0])
        found.append(sum(right > 0.9 for [right] in rows))
    assert found == wanted
    at_the_pages_rate = trials.first_signs()
    learnt = [sum(start.right > 0.9 for start in at_the_pages_rate[name]) for name in FIVE]
    assert learnt == [6, 0, 7, 43, 43]


def share_right_at(name, rate, seed):
    return trials.first_sign(name, seed, rate=rate)[1:2]


def test_what_the_networks_of_the_test_read():
    """A sign, then 29 numbers: 95 in 100 of them lie between -0.2 and 0.2."""
    x, sign = signs(2000)
    assert len(x) == 30 and same(x[0, :, 0], sign) and set(sign.tolist()) == {-1, 1}
    assert 0.95 < (x[1:].abs() < 0.2).double().mean().item() < 0.96


def kept_by_the_gate_alone(bias, lag, of):
    """Return the middle share of 20 LSTMs' gradient at a lag that is there with h detached."""
    shares = []
    for seed in range(20):
        words, _, lstm = pages_networks(seed)
        if bias is not None:
            with torch.no_grad():
                lstm.bias_ih_l0[H : 2 * H], lstm.bias_hh_l0[H : 2 * H] = bias, 0
        cut, whole = (by_lag_cut(lstm, words, way, of)[lag] for way in ("h", "none"))
        shares.append((cut / whole).item())
    return median(shares)


@pytest.mark.slow
def test_the_second_way_back_is_thin_over_one_step_and_not_over_many():
    """Of the gradient of c, the gate alone makes 0.98 at lag 1, 0.21 at lag 20, 0.02 at lag 50.

    That is in a new LSTM; at a forget bias of 4 it is 0.79 at lag 20 and 0.33 at lag 50. With the
    last h as the result it is much the same.
    """
    new = [round(kept_by_the_gate_alone(None, lag, "c"), 2) for lag in (1, 20, 50)]
    opened = [round(kept_by_the_gate_alone(4.0, lag, "c"), 2) for lag in (20, 50)]
    assert new == [0.98, 0.21, 0.02] and opened == [0.79, 0.33]
    assert kept_by_the_gate_alone(None, 20, "h") < 0.25
    assert kept_by_the_gate_alone(4.0, 50, "h") < 0.35


def test_what_the_explorer_shows_of_h_at_a_bias_of_4():
    """Of the gradient of h, 0.10 at lag 1 and 0.04 at lag 50; of that of c, 0.97 and 0.60."""
    of_h, of_c = (curves(4.0, 50, of)["chosen"] for of in (STATE, MEMORY))
    assert [round(each, 2) for each in (of_h[1], of_h[50])] == [0.10, 0.04]
    assert [round(each, 2) for each in (of_c[1], of_c[50])] == [0.97, 0.60]


def by_lag(layer, words):
    """Return the lengths of the gradient of the last state, lag 0 first."""
    words = words.clone().requires_grad_()
    layer(words)[0][-1].sum().backward()
    return words.grad.norm(dim=1).flip(0)


def pages_networks(seed):
    """Return words, a new RNN and a new LSTM as the lesson draws them."""
    torch.manual_seed(seed)
    words = torch.randn(LAGS + 1, INPUT)
    rnn = nn.RNN(INPUT, H)
    torch.manual_seed(seed)
    return words, rnn, nn.LSTM(INPUT, H)


def test_a_latch_holds_after_sixty_steps_and_has_no_gradient():
    """tanh(2x + 2h) still says 0.96 or -0.96; the slope for its first word is 1e-47 or so."""
    for first in (1.0, -1.0):
        word = torch.tensor(first, requires_grad=True)
        h = torch.tanh(2 * word)
        for _ in range(60):
            h = torch.tanh(2 * h)
        h.backward()
        assert h.item() == pytest.approx(0.96 * first, abs=0.003)
        assert 0 < word.grad < 1e-45


def test_single_steps_differ_and_their_average_hardly_does():
    """In the page's RNN 0.23 to 0.92; on average over 60 steps 0.43 to 0.68 in 40 networks."""
    words, rnn, _ = pages_networks(4)
    gradient = by_lag(rnn, words)
    steps = gradient[1:] / gradient[:-1]
    assert (round(steps.min().item(), 2), round(steps.max().item(), 2)) == (0.23, 0.92)
    means = []
    for seed in range(40):
        words, rnn, _ = pages_networks(seed)
        gradient = by_lag(rnn, words)
        means.append((gradient[60] / gradient[0]).item() ** (1 / 60))
    assert [round(each, 2) for each in (min(means), max(means))] == [0.43, 0.68]


def test_larger_weights_make_the_gradient_explode():
    """With W_hh times 6 the page's RNN has 73,224 times the gradient at lag 60, 1.21 a step."""
    words, rnn, _ = pages_networks(4)
    with torch.no_grad():
        rnn.weight_hh_l0 *= 6
    gradient = by_lag(rnn, words)
    factor = (gradient[60] / gradient[0]).item()
    assert round(factor) == 73_224 and round(factor ** (1 / 60), 2) == 1.21
    steps = gradient[1:] / gradient[:-1]
    assert steps.min() < 0.2 and steps.max() > 4


def test_what_a_new_lstm_keeps_in_forty_networks():
    """The unit that keeps most keeps about a millionth or less of c after 30 steps."""
    most = []
    for seed in range(40):
        words, _, lstm = pages_networks(seed)
        with torch.no_grad():
            h = lstm(words)[0]
            z = words[1:] @ lstm.weight_ih_l0[H : 2 * H].T + h[:-1] @ lstm.weight_hh_l0[H : 2 * H].T
            biases = lstm.bias_ih_l0 + lstm.bias_hh_l0
            f = torch.sigmoid(z + biases[H : 2 * H])
        most.append(f[-30:].prod(dim=0).max().item())
    assert 5e-9 < min(most) and max(most) < 2e-6


def test_how_far_the_opened_gradient_falls_at_once_differs():
    """At lag 1 it is 0.11 to 1.01 of that at lag 0, in 40 networks of the page's forget bias."""
    found = []
    for seed in range(40):
        words, _, lstm = pages_networks(seed)
        with torch.no_grad():
            lstm.bias_ih_l0[H : 2 * H], lstm.bias_hh_l0[H : 2 * H] = 3.7565, 0
        gradient = by_lag(lstm, words)
        found.append((gradient[1] / gradient[0]).item())
    assert [round(each, 2) for each in (min(found), max(found))] == [0.11, 1.01]


def test_a_plain_rnn_that_has_learnt_a_sign_may_be_a_latch():
    """Start 3: right at the end of 30, 60 and 300 steps; it turns the sign over at every step."""
    torch.manual_seed(3)
    rnn, head = nn.RNN(1, H), nn.Linear(H, 1)
    optimiser = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.01)
    for _ in range(180):
        x, sign = signs(32)
        guess = head(rnn(x)[0][-1])[:, 0]
        optimiser.zero_grad()
        nn.functional.softplus(-sign * guess).mean().backward()
        optimiser.step()
    sign = torch.randint(0, 2, (100,)) * 2.0 - 1
    x = 0.1 * torch.randn(300, 100, 1)
    x[0, :, 0] = sign
    with torch.no_grad():
        guess = head(rnn(x)[0])[..., 0].sign()
    right = (guess == sign).double().mean(dim=1)
    assert [right[steps - 1].item() for steps in (30, 31, 60, 300)] == [1, 0, 1, 1]


def test_the_loop_of_the_equation_is_nn_rnn(x):
    """h = tanh(W_ih x + W_hh h + b), with b the sum of both biases, over 61 words."""
    rnn, h = nn.RNN(INPUT, H), torch.zeros(H)
    b = rnn.bias_ih_l0 + rnn.bias_hh_l0
    states = []
    for x_t in x:
        h = torch.tanh(rnn.weight_ih_l0 @ x_t + rnn.weight_hh_l0 @ h + b)
        states.append(h)
    output, h_n = rnn(x)
    assert same(torch.stack(states), output)
    assert same(h, h_n[0])


def test_the_gradient_of_a_plain_rnn_at_lags_0_to_60(x):
    """It is 1 at lag 0, 9e-08 at lag 20, 2e-22 at lag 60; any ten steps multiply by about 0.0002.

    That is a factor of 0.42 to 0.45 a step.
    """
    gradient = by_lag(nn.RNN(INPUT, H), x)
    assert [f"{gradient[lag]:.0e}" for lag in (0, 20, 60)] == ["1e+00", "9e-08", "2e-22"]
    shrinks = [(gradient[lag + 10] / gradient[lag]).item() for lag in (10, 20, 30, 40, 50)]
    assert all(0.00015 < each < 0.00035 for each in shrinks)
    assert all(0.41 < each ** (1 / 10) < 0.45 for each in shrinks)


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM])
def test_new_weights_and_biases_lie_within_one_over_the_root_of_h(kind):
    """With 16 units, every number of a new layer lies between -0.25 and 0.25."""
    numbers = torch.cat([each.detach().flatten() for each in kind(INPUT, H).parameters()])
    assert 0.24 < numbers.abs().max() <= 0.25


def test_one_step_back_along_c_the_gradient_is_multiplied_by_f():
    """The slopes of c_t for c_{t-1} are f_t for each unit with itself, and 0 for any other."""
    cell, word = nn.LSTMCell(INPUT, H), torch.randn(INPUT)
    h, c = torch.randn(H), torch.randn(H)
    slopes = torch.autograd.functional.jacobian(lambda c: cell(word, (h, c))[1], c)
    z = cell.weight_ih @ word + cell.bias_ih + cell.weight_hh @ h + cell.bias_hh
    assert same(slopes, torch.diag(torch.sigmoid(z.chunk(4)[1])))


def test_the_half_life_of_a_gate_that_stays():
    """ln(1/2) / ln f is 1.0, 6.6, 69.0 and 692.8 steps for f = 0.5, 0.9, 0.99 and 0.999."""
    half_lives = [log(1 / 2) / log(f) for f in (0.5, 0.9, 0.99, 0.999)]
    assert [round(each, 1) for each in half_lives] == [1.0, 6.6, 69.0, 692.8]
    assert 0.999**49 > 0.9 > 0.5 > 0.9**7


def test_the_table_of_forget_biases():
    """Where the gate rests for biases from -2 to 6, and its half-life; 2 is 1 written twice."""
    table = {}
    for bias in (-2, 0, 1, 2, 4, 6):
        f = 1 / (1 + exp(-bias))
        table[bias] = (round(f, 3), round(log(1 / 2) / log(f), 1))
    assert table == {
        -2: (0.119, 0.3),
        0: (0.5, 1.0),
        1: (0.731, 2.2),
        2: (0.881, 5.5),
        4: (0.982, 38.2),
        6: (0.998, 280.0),
    }
    assert f"{0.731**49:.0e}" == "2e-07"


def forget_gates(lstm, x):
    """Return f at every step after the first, (60, H)."""
    with torch.no_grad():
        biases = lstm.bias_ih_l0 + lstm.bias_hh_l0
        z = x[1:] @ lstm.weight_ih_l0.T + lstm(x)[0][:-1] @ lstm.weight_hh_l0.T + biases
        return torch.sigmoid(z.chunk(4, dim=1)[1])


def test_the_gates_that_the_page_prints_are_those_of_this_file(x):
    lstm = nn.LSTM(INPUT, H)
    assert same(trials.forget_gates(lstm, x), forget_gates(lstm, x))


def test_the_gates_of_a_new_lstm_and_of_one_that_was_opened(x):
    """New: f is 0.20 to 0.80, 0.49 on average, and 5e-13 at most is left of c after 50 steps.

    At the bias of 4.27, whose half-life is 50 steps, 0.28 to 0.69 is left, 0.46 on average.
    """
    torch.manual_seed(4)
    gates = forget_gates(nn.LSTM(INPUT, H), x)
    found = [round(each.item(), 2) for each in (gates.min(), gates.mean(), gates.max())]
    assert found == [0.20, 0.49, 0.80]
    assert f"{gates[-50:].prod(dim=0).max():.0e}" == "5e-13"
    left = forget_gates(with_forget_bias(4.2716), x)[-50:].prod(dim=0)
    found = [round(each.item(), 2) for each in (left.min(), left.mean(), left.max())]
    assert found == [0.28, 0.46, 0.69]


def test_what_the_units_of_the_opened_lstm_keep(x):
    """At the page's bias of 3.7565, 0.26 to 0.66 of c is left after 30 steps, 0.46 on average."""
    left = forget_gates(with_forget_bias(3.7565), x)[-30:].prod(dim=0)
    found = [round(each.item(), 2) for each in (left.min(), left.mean(), left.max())]
    assert found == [0.26, 0.46, 0.66]


def test_from_start_0_two_of_five_networks_learn_the_first_sign():
    """After 60 updates they are those with forget biases of 2 and 4."""
    learnt = [name for name, starts in trials.first_signs().items() if starts[0].right > 0.9]
    assert learnt == ["forget bias 2", "forget bias 4"]


def test_three_networks_at_lag_60(x):
    """Of the gradient at lag 0, the RNN has below 1e-21, a new LSTM 3e-14, an opened one 0.2."""
    rnn = by_lag(nn.RNN(INPUT, H), x)
    torch.manual_seed(4)
    new, opened = by_lag(nn.LSTM(INPUT, H), x), by_lag(with_forget_bias(4.2716), x)
    assert rnn[60] / rnn[0] < 1e-21
    assert f"{new[60] / new[0]:.0e}" == "3e-14"
    assert f"{opened[60] / opened[0]:.1f}" == "0.2"


def test_what_the_sliders_of_the_explorer_show():
    """At a bias of -2 the LSTM is worse than the RNN; 5 is the first to keep half for 100 steps.

    At 0 the gradient of h lies above f to the power of k; at 6 it drops, and stays below.
    """
    drawn = {bias: curves(bias, 100, STATE) for bias in (-2.0, 0.0, 6.0)}
    assert drawn[-2.0]["chosen"][100] < drawn[-2.0]["rnn"][100]
    left = {bias: memory(float(bias), 100).left for bias in range(-2, 7)}
    assert [bias for bias, share in left.items() if share > 0.5] == [5, 6]
    for bias, above in ((0.0, True), (6.0, False)):
        pairs = list(zip(drawn[bias]["chosen"], drawn[bias]["power"], strict=True))[1:]
        assert all((ours > power) is above and ours != power for ours, power in pairs)


@pytest.mark.slow
def test_a_sign_50_numbers_back_is_learnt_with_a_forget_bias_of_5_alone():
    """After 100 steps of training: 0 of 3 as PyTorch makes it, 0 of 3 with 1, 3 of 3 with 5."""

    def examples(count):
        sign = torch.randint(0, 2, (count,)) * 2.0 - 1
        x = 0.1 * torch.randn(50, count, 1)
        x[0, :, 0] = sign
        return x, sign

    def share_right(bias, seed):
        torch.manual_seed(seed)
        lstm, head = nn.LSTM(1, H), nn.Linear(H, 1)
        if bias is not None:
            with torch.no_grad():
                lstm.bias_ih_l0[H : 2 * H], lstm.bias_hh_l0[H : 2 * H] = bias, 0
        optimiser = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.005)
        for _ in range(100):
            x, sign = examples(16)
            guess = head(lstm(x)[0][-1])[:, 0]
            optimiser.zero_grad()
            nn.functional.softplus(-sign * guess).mean().backward()
            optimiser.step()
        x, sign = examples(200)
        return [(head(lstm(x)[0][-1])[:, 0].sign() == sign).double().mean().item()]

    learnt = {}
    for at, bias in enumerate((None, 1.0, 5.0)):
        run = partial(share_right, bias)
        runs = kept(f"a sign 50 numbers back, {bias}", run, seeds=3, anew=[at])
        learnt[bias] = sum(right > 0.9 for (right,) in runs)
    assert learnt == {None: 0, 1.0: 0, 5.0: 3}
