"""What lesson 19 says and does not compute on its page."""

from copy import deepcopy

import pytest
import torch
from kept import kept
from page import defined

from lstm_lessons import trained_reader
from lstm_lessons.data import after, code_or_prose, speed_runs
from lstm_lessons.data.speed import product, scans
from lstm_lessons.data.trials import measured
from lstm_lessons.ladder import hoisted
from lstm_lessons.ladder.counting import count
from lstm_lessons.lstm.cell import lstm_step
from lstm_lessons.lstm.minimal import MinimalLSTM, minimal_gates, minimal_step, scan


def test_for_4096_steps_the_scan_of_the_lesson_makes_eleven_times_the_joins_of_the_loop():
    joins = sum(4096 - 2**power for power in range(12))
    assert joins == 45057 and round(joins / 4095) == 11
    assert sum(256 - 2**power for power in range(8)) == 1793  # of the words that are timed


def thrifty(steps, join):
    """Return all joined steps, the joins and the rounds of a scan that does less than ours."""
    if len(steps) == 1:
        return steps, 0, 0
    pairs = [join(*steps[at : at + 2]) for at in range(0, len(steps), 2)]
    ends, joins, rounds = thrifty(pairs, join)
    between = [join(end, step) for end, step in zip(ends[:-1], steps[2::2], strict=True)]
    found = [steps[0], ends[0]]
    for middle, end in zip(between, ends[1:], strict=True):
        found += [middle, end]
    return found, joins + len(pairs) + len(between), rounds + 1 + bool(between)


def test_another_scan_makes_about_two_joins_a_step_in_about_twice_as_many_rounds():
    found, _, _ = thrifty(["a", "b", "c", "d", "e", "f", "g", "h"], lambda a, b: a + b)
    assert found == ["abcdefgh"[: at + 1] for at in range(8)]
    _, joins, rounds = thrifty(list(range(4096)), lambda a, b: b)
    assert joins == 2 * 4096 - 2 - 12 and rounds == 2 * 12 - 1


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


def test_without_h_unit_5_leaks_at_most_characters_behind_a_bracket():
    """From 0.91 c falls to a median of 0.78; with h it is kept."""
    reader, number = trained_reader()
    reader = reader.double()
    without_h = deepcopy(reader)
    without_h.lstm.weight_hh_l0.data.zero_()
    others = sorted(set(number) - set("()[]{} "))
    assert len(others) == 80

    def memories(model):
        rows = torch.tensor([[number[each] for each in f"print({last}"] for last in others])
        h = c = torch.zeros(len(rows), 16).double()
        seen = []
        with torch.no_grad():
            for vectors in model.embedding(rows.T):
                h, c = lstm_step(vectors, h, c, *model.lstm.all_weights[0])
                seen.append(c[:, 5])
        return seen[-2:]

    opened, after_it = memories(without_h)
    assert opened.tolist() == pytest.approx([0.912] * 80, abs=1e-3)
    assert after_it.median() == pytest.approx(0.78, abs=0.005)
    assert (after_it < opened).double().mean() > 0.8
    assert after_it[others.index("x")] < 0.2 * opened[0]
    opened, after_it = memories(reader)
    assert after_it.median() > opened.median()


def test_with_the_average_of_h_unit_5_leaks_less():
    """The average over all characters of all lines, in place of h at each step."""
    reader, number = trained_reader()
    reader = reader.double()
    read = [[number[each] for each in line.text] for line in code_or_prose()]
    others = sorted(set(number) - set("()[]{} "))
    with torch.no_grad():
        every = [reader.lstm(reader.embedding(torch.tensor(row)))[0] for row in read]
        h = torch.cat(every).mean(dim=0).expand(80, 16)
        rows = torch.tensor([[number[each] for each in f"print({last}"] for last in others])
        c, seen = torch.zeros(80, 16).double(), []
        for vectors in reader.embedding(rows.T):
            _, c = lstm_step(vectors, h, c, *reader.lstm.all_weights[0])
            seen.append(c[:, 5])
    opened, after_it = seen[-2:]
    assert opened.tolist() == pytest.approx([0.976] * 80, abs=2e-3)
    assert after_it.median() == pytest.approx(0.89, abs=0.005)


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


@pytest.mark.slow
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
    terms = (seen * head[:, 0]).abs().max(dim=1).values[1:]  # without ones, all c are 0
    assert (terms > 1e9 * (seen @ head)[1:, 0].abs()).all()
    bits = torch.randint(2, (20, 5000)).double()
    odd = bits.sum(dim=0) % 2 == 1

    def right(dtype):
        given = (each.to(dtype) for each in (bits[..., None], weight, bias))
        c = scan(*minimal_gates(*given))[-1]
        says = torch.cat([c, torch.ones(5000, 1, dtype=dtype)], dim=1) @ head.to(dtype)
        return ((says[:, 0] < 0) == odd).double().mean().item()

    assert right(torch.float64) == 1
    assert right(torch.float32) < 0.9


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.003, 0.1])
def test_at_other_rates_8_units_do_not_learn_parity_of_20_bits_either(rate):
    """Trained as for the table, but for the rate; the share of rows of 20 bits that is right."""
    runs = kept(
        f"parity at the rate {rate}",
        lambda seed: after.parity("minimal LSTM", 8, seed, rate=rate)[:1],
        seeds=5,
        anew=[0],
    )
    assert all(0.4 < share < 0.6 for (share,) in runs)


@pytest.mark.slow
def test_with_a_sigmoid_for_the_tanh_of_f_parity_of_20_bits_is_not_learnt(monkeypatch):
    """Trained as the ten layers that learn it: it is the sign of f, not that i is undivided."""
    monkeypatch.setattr(after.TanhForget, "squashed", staticmethod(torch.sigmoid))
    runs = kept(
        "parity, f by a sigmoid and i undivided",
        lambda seed: after.parity("f by tanh", 8, seed)[:1],
        seeds=5,
        anew=[0],
    )
    assert all(0.4 < share < 0.6 for (share,) in runs)


def test_by_dividing_by_the_product_of_all_f_c_is_right_on_paper_and_nan_after_2000_steps():
    """What the guide says: f is 0.5 and 1 is let in, so that c comes close to 2."""

    def divided(f, let_in):
        P = f.cumprod(dim=0)
        return P * (let_in / P).cumsum(dim=0)

    halves, ones = torch.full((2000,), 0.5).double(), torch.ones(2000).double()
    torch.testing.assert_close(divided(halves[:40], ones[:40]), scan(halves[:40], ones[:40]))
    assert scan(halves, ones)[-1] == pytest.approx(2) and divided(halves, ones)[-1].isnan()


def on_the_page(name):
    """Return a function as the lesson defines it."""
    return defined("19", name, torch=torch, minimal_gates=minimal_gates, scan=scan)


def test_loop_and_scan_on_the_page_are_those_that_were_timed():
    """The same numbers from as many calls: 2 a step, 12 a round, and 8 for the gates."""
    torch.manual_seed(0)
    layer = MinimalLSTM(16, 16, dtype=torch.float64)
    x, given = torch.randn(256, 1, 16).double(), (layer.weight, layer.bias)
    _, loop, by_scan = speed_runs.programs(torch.nn.LSTM(16, 16).double(), layer, x).values()
    for name, timed, calls in (("by_loop", loop, 525), ("by_scan", by_scan, 104)):
        shown = on_the_page(name)
        assert torch.equal(shown(x, *given), timed())
        assert count(shown, x, *given).calls == count(timed).calls == calls
    by_loop = on_the_page("by_loop")
    assert calls_of(by_loop, x, given) - calls_of(by_loop, x[1:], given) == 2
    assert calls_of(minimal_gates, x, given) == 8 and 104 == 8 * 12 + 8


def test_at_the_large_size_both_multiply_alike_and_the_scan_makes_a_fifth_of_the_calls():
    given = torch.randn(256, 32, 256), torch.randn(768, 256), torch.randn(768)
    loop, by_scan = (count(on_the_page(name), *given) for name in ("by_loop", "by_scan"))
    assert (loop.calls, by_scan.calls) == (525, 104)
    assert loop.multiplications == by_scan.multiplications == 256 * 32 * 256 * 768
    assert 256 * 32 * 256 * 4 == 8 * 2**20 and 32 * 256 * 4 == 32 * 2**10  # bytes in float32


def calls_of(run, x, given):
    return count(run, x, *given).calls


def test_what_the_recorded_times_show_of_the_cell_and_of_the_scan():
    """One core of an Intel Xeon; nothing is timed here."""
    found = scans()
    small, large = (found[size].values() for size in speed_runs.LAYERS)
    for lstm, loop, by_scan in (small, large):
        assert all(loop[kind] < 0.7 * lstm[kind] for kind in lstm)  # the cell
        assert by_scan["float32"] > 1.25  # nn.LSTM is quicker
    lstm, loop, by_scan = small
    assert all(by_scan[kind] < 0.36 * loop[kind] for kind in loop)
    assert by_scan["float64"] == pytest.approx(0.1, abs=0.02)
    lstm, loop, by_scan = large
    for kind in loop:
        saved, lost = lstm[kind] - loop[kind], by_scan[kind] - loop[kind]
        assert by_scan[kind] > 1.25 * loop[kind] and saved > lost > 0.5 * saved


def test_the_product_with_h_is_a_fifth_of_what_the_small_cell_saves_and_most_of_the_large_one():
    small, large = (product()[size].values() for size in speed_runs.LAYERS)
    assert all(0.15 < share < 0.25 for share in small) and min(large) > 0.75


def test_without_its_product_hoisted_is_an_lstm_with_no_weights_for_h():
    torch.manual_seed(0)
    lstm, x = torch.nn.LSTM(3, 5, dtype=torch.float64), torch.randn(9, 2, 3).double()
    start = torch.zeros(2, 5).double()
    with torch.no_grad():
        whole = calls_of(hoisted, x, (start, start, *lstm.parameters()))
        less = calls_of(hoisted, x[1:], (start, start, *lstm.parameters()))
        lstm.weight_hh_l0.zero_()
        without = speed_runs.without_product(x, start, lstm)
    torch.testing.assert_close(without, lstm(x)[0], rtol=0, atol=1e-12)
    assert whole - less == 11  # calls a step
    assert whole - calls_of(speed_runs.without_product, x, (start, lstm)) == 9


def test_the_programs_that_were_timed_read_alike():
    """Two of the same minimal LSTM, and hoisted beside the nn.LSTM that it is measured by."""
    torch.manual_seed(0)
    lstm, x = torch.nn.LSTM(3, 3, dtype=torch.float64), torch.randn(9, 2, 3).double()
    minimal = MinimalLSTM(3, 3, dtype=torch.float64)
    own, loop, by_scan = (run() for run in speed_runs.programs(lstm, minimal, x).values())
    torch.testing.assert_close(own, lstm(x)[0], rtol=0, atol=1e-12)
    torch.testing.assert_close(by_scan, loop, rtol=0, atol=1e-12)


def test_from_zeros_c_stays_between_0_and_the_g_that_were_read():
    torch.manual_seed(0)
    f, g = torch.rand(50, 40).double(), 100 * torch.randn(50, 40).double()
    g[:, :10] = g[:, :10].abs()
    c = scan(f, (1 - f) * g)
    least, most = g.cummin(dim=0).values.clamp(max=0), g.cummax(dim=0).values.clamp(min=0)
    assert (least <= c).all() and (c <= most).all()
    assert c.abs().max() > 10


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_after_enough_ones_neither_layer_of_two_moves(dtype):
    torch.manual_seed(0)
    first, second = MinimalLSTM(2, 30, dtype=dtype), MinimalLSTM(30, 30, dtype=dtype)
    ones = torch.tensor([0.0, 1.0], dtype=dtype).expand(400, 1, 2)
    with torch.no_grad():
        lower = one_layer(first, ones)
        upper = one_layer(second, lower)
    for c in (lower, upper):
        assert c[0].ne(c[-1]).any() and c[-100:].eq(c[-1]).all()


def one_layer(layer, x):
    """Return c of all steps, by the loop: one step rounds as the next."""
    c, seen = torch.zeros(1, 30, dtype=x.dtype), []
    for x_t in x:
        (c,) = minimal_step(x_t, c, layer.weight, layer.bias)
        seen.append(c)
    return torch.stack(seen)


@pytest.mark.parametrize(("f", "ones"), [(0.6, 71), (0.99, 3255)])
def test_after_so_many_ones_c_stands_still(f, ones):
    """Python's floats are float64; by so many steps c has changed, and by no other."""
    c, seen = 0.0, []
    for _ in range(ones + 50):
        c = f * c + (0.4 if f == 0.6 else 0.01)
        seen.append(c)
    assert seen[ones - 2] != seen[ones - 1] and set(seen[ones - 1 :]) == {seen[-1]}
