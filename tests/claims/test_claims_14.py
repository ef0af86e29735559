"""What lesson 14 says, or said, and no cell of it prints."""

from statistics import mean

import pytest
import torch

from lstm_lessons.data import code_or_prose
from lstm_lessons.data.sunspots import measured, sunspots
from lstm_lessons.data.training_runs import FIRST, TEST, parts

SERIES = torch.tensor(list(sunspots().values()), dtype=torch.float64)


def stopped(run):
    return min(run, key=lambda row: row[1])


def spread(numbers):
    return torch.tensor(numbers).std().item() / len(numbers) ** 0.5


def test_a_patience_of_30_would_have_kept_epoch_18():
    """Ten looks in a row that are not better than the one before them end the run, at the hump."""
    validation = [row[1] for row in measured("sunspots")["16 units"][0]]
    best = 0
    for place, error in enumerate(validation):
        if error < validation[best]:
            best = place
        elif place - best == 10:
            break
    assert (3 * (best + 1), 3 * (place + 1)) == (18, 48)


def test_the_validation_curve_of_seed_0_goes_up_and_down_before_its_lowest_point():
    """As its alternative text says: three lows and two humps, of which the second is the higher."""
    validation = [row[1] for row in measured("sunspots")["16 units"][0]]
    at = {3 * (place + 1): error for place, error in enumerate(validation)}
    assert min(at, key=at.__getitem__) == 57
    assert [at[epoch] for epoch in (18, 30, 42, 48, 57, 150)] == pytest.approx(
        [12.5, 13.4, 12.6, 15.7, 12.4, 14.8], abs=0.06
    )
    assert max(range(18, 151, 3), key=at.__getitem__) == 48


def test_stopping_has_helped_eight_of_ten_seeds():
    runs = measured("sunspots")["16 units"]
    assert sum(stopped(run)[2] < run[-1][2] for run in runs) == 8
    validation = [mean(stopped(run)[1] for run in runs), mean(run[-1][1] for run in runs)]
    assert validation == pytest.approx([11.5, 13.9], abs=0.06)


def test_four_of_ten_seeds_end_below_ar9_on_the_validation_part():
    ends = [run[-1][1] for run in measured("sunspots")["16 units"]]
    assert sum(end < rmse(ar9(), slice(205, 240)) for end in ends) == 4


def test_both_leads_are_more_than_luck_of_the_seeds_and_less_than_luck_of_the_years():
    found = [stopped(run)[2] for run in measured("sunspots")["64 units"]]
    networks = torch.tensor(measured("forecasts")["64 units"], dtype=torch.float64)
    truth = SERIES[TEST - FIRST :]
    for roots in (False, True):
        ahead = rmse(ar9(roots), slice(240, 293)) - mean(found)
        assert abs(ahead) > 5 * spread(found)
        years = (ar9(roots)[240:] - truth).square() - (networks - truth).square().mean(dim=0)
        assert abs(years.mean().item()) < spread(years.tolist())


def ar(order, roots=False, read=None):
    """Return the forecasts of an AR fitted to the training part, for all windows or for others."""
    past, wanted = SERIES.unfold(0, 16, 1)[:-1], SERIES[16:]
    read = past if read is None else read
    if roots:
        past, wanted, read = past.sqrt(), wanted.sqrt(), read.sqrt()
    ones = torch.ones(len(past), 1)
    x = torch.cat([past[:, -order:], ones], dim=1)
    numbers = torch.linalg.lstsq(x[:205], wanted[:205, None]).solution
    found = (torch.cat([read[:, -order:], ones], dim=1) @ numbers)[:, 0]
    return found.square() if roots else found


def ar9(roots=False):
    return ar(9, roots)


def rmse(guesses, part=slice(0, 293)):
    return (guesses - SERIES[16:])[part].square().mean().sqrt().item()


@pytest.mark.parametrize(
    ("roots", "year", "of_formula", "of_networks", "better"),
    [(False, 1956, 17.1, 17.2, 5), (True, 1958, 16.8, 16.5, 7)],
)
def test_without_one_year_a_lead_is_gone(roots, year, of_formula, of_networks, better):
    networks = torch.tensor(measured("forecasts")["64 units"], dtype=torch.float64)
    both = torch.cat([ar9(roots)[240:][None], networks])
    squares = (both - SERIES[TEST - FIRST :]).square()
    errors = squares[:, torch.arange(TEST, 2009) != year].mean(dim=1).sqrt()
    assert errors[0].item() == pytest.approx(of_formula, abs=0.05)
    assert errors[1:].mean().item() == pytest.approx(of_networks, abs=0.05)
    assert (errors[1:] < errors[0]).sum() == better


def test_two_years_of_53_turn_a_lead_round_and_no_other_does():
    networks = torch.tensor(measured("forecasts")["64 units"], dtype=torch.float64)
    both = torch.cat([ar9()[240:][None], ar9(roots=True)[240:][None], networks])
    squares = (both - SERIES[TEST - FIRST :]).square()
    turned = {"AR(9)": [], "roots": []}
    for year in range(TEST, 2009):
        errors = squares[:, torch.arange(TEST, 2009) != year].mean(dim=1).sqrt()
        of_networks = errors[2:].mean()
        if errors[0] < of_networks:
            turned["AR(9)"].append(year)
        if errors[1] > of_networks:
            turned["roots"].append(year)
    assert turned == {"AR(9)": [1956], "roots": [1958]}


def test_the_two_years_count_most_and_1956_rose_most_of_all():
    networks = torch.tensor(measured("forecasts")["64 units"], dtype=torch.float64)
    truth = SERIES[TEST - FIRST :]
    for roots in (False, True):
        lead = (ar9(roots)[240:] - truth).square() - (networks - truth).square().mean(dim=0)
        assert set(lead.abs().topk(2).indices.tolist()) == {0, 2}
    assert SERIES.diff().argmax() + 1 == 1956 - FIRST


def test_all_networks_saw_more_of_1956_coming_and_were_far_too_low_in_1958():
    networks = torch.tensor(measured("forecasts")["64 units"])
    assert [round(SERIES[year - FIRST].item()) for year in (1956, 1958)] == [142, 185]
    assert [round(ar9()[year - FIRST - 16].item()) for year in (1956, 1958)] == [69, 184]
    assert [round(ar9(roots=True)[year - FIRST - 16].item()) for year in (1956, 1958)] == [83, 183]
    assert [round(each.item()) for each in networks[:, 0].aminmax()] == [96, 110]
    too_low = SERIES[1958 - FIRST] - networks[:, 2]
    assert [round(each.item()) for each in too_low.aminmax()] == [40, 63]


def test_on_the_validation_part_the_networks_are_ahead_of_roots():
    assert rmse(ar9(roots=True), slice(205, 240)) == pytest.approx(13.4, abs=0.05)
    runs = measured("grid")["0.03 64"]
    assert mean(stopped(run)[1] for run in runs) == pytest.approx(10.8, abs=0.05)


def test_of_all_orders_nine_has_the_smallest_test_error_plain_and_of_roots():
    """The rule that chose it was lucky: the smallest validation error, order 15, has 20.4."""
    found = {}
    for roots in (False, True):
        errors = {order: rmse(ar(order, roots), slice(240, 293)) for order in range(1, 17)}
        assert min(errors, key=errors.__getitem__) == 9
        found[roots] = errors
    assert [found[False][9], found[False][15]] == pytest.approx([19.6, 20.4], abs=0.05)
    assert [found[True][9], found[True][15]] == pytest.approx([16.7, 17.4], abs=0.05)


def test_a_formula_of_roots_is_bent_and_ar9_is_straight():
    """Ten more last year add the same to AR(9) wherever the wave stands; of roots they do not."""
    past = SERIES.unfold(0, 16, 1)[:-1]
    more = past.clone()
    more[:, -1] += 10
    for roots in (False, True):
        added = ar(9, roots, read=more) - ar(9, roots)
        assert (added.std() < 1e-9) is not roots
        # And it fits better, on the training part already.
    fits = [rmse(ar(9, roots), slice(0, 205)) for roots in (False, True)]
    assert fits == pytest.approx([14.2, 13.2], abs=0.05)
    assert [(root + 2) ** 2 for root in (2, 7, 10)] == [16, 81, 144]
    assert [(49 - 4, 81 - 16), (100 - 49, 144 - 81)] == [(45, 65), (51, 63)]


@pytest.mark.parametrize("order", [10, 11, 12, 13, 14, 15, 16])
def test_an_order_above_nine_gains_nothing(order):
    """On the validation part AR(9) has 13.72, and the best of all orders, 15, has 13.67."""
    x = torch.cat([SERIES.unfold(0, 16, 1)[:-1, -order:], torch.ones(293, 1)], dim=1)
    forecasts = (x @ torch.linalg.lstsq(x[:205], SERIES[16:221, None]).solution)[:, 0]
    assert rmse(forecasts, slice(205, 240)) > rmse(ar9(), slice(205, 240)) - 0.06
    # On the test part AR(9) is the luckiest of all.
    assert rmse(forecasts, slice(240, 293)) > rmse(ar9(), slice(240, 293))


@pytest.mark.parametrize("order", range(1, 9))
def test_an_order_below_nine_is_worse_by_more_than_a_tenth(order):
    """The smallest error on the validation part is the 13.67 of AR(15)."""
    x = torch.cat([SERIES.unfold(0, 16, 1)[:-1, -order:], torch.ones(293, 1)], dim=1)
    forecasts = (x @ torch.linalg.lstsq(x[:205], SERIES[16:221, None]).solution)[:, 0]
    assert rmse(forecasts, slice(205, 240)) > 13.67 + 0.1
    assert rmse(forecasts, slice(240, 293)) > rmse(ar9(), slice(240, 293))


def test_on_the_validation_part_by_time_16_units_lead_as_they_do_shuffled():
    led = rmse(ar9(), slice(205, 240)) - mean(
        stopped(run)[1] for run in measured("sunspots")["16 units"]
    )
    assert led == pytest.approx(2.27, abs=0.01)


def test_on_the_validation_part_networks_on_roots_are_not_ahead_of_those_without():
    runs = measured("sunspots")
    means = [
        mean(stopped(run)[1] for run in runs[name]) for name in ("64 units, roots", "64 units")
    ]
    assert means == pytest.approx([10.9, 10.7], abs=0.05)


def test_on_the_test_part_networks_on_roots_do_not_beat_the_formula_on_roots():
    """Nor are they worse, by the rule of twice the standard error."""
    found = [stopped(run)[2] for run in measured("sunspots")["64 units, roots"]]
    formula = rmse(ar9(roots=True), slice(240, 293))
    assert [formula, mean(found)] == pytest.approx([16.7, 17.3], abs=0.05)
    assert spread(found) == pytest.approx(0.35, abs=0.005)
    assert formula < mean(found) < formula + 2 * spread(found)


def test_all_networks_of_16_units_beat_ar2_on_the_test_part():
    """AR(2) has 22.4 there."""
    assert max(stopped(run)[2] for run in measured("sunspots")["16 units"]) < 22.3


@pytest.mark.parametrize(("roots", "low", "high"), [(False, -3.2, 6.4), (True, -5.8, 2.5)])
def test_years_drawn_anew_do_not_tell_networks_from_a_formula(roots, low, high):
    """Of 4,000 draws of 53 test years, with repetition, 95 % lie between the two."""
    networks = torch.tensor(measured("forecasts")["64 units"], dtype=torch.float64)
    squares = (torch.cat([ar9(roots)[240:][None], networks]) - SERIES[TEST - FIRST :]).square()
    drawn = torch.randint(0, 53, (4000, 53), generator=torch.Generator().manual_seed(0))
    errors = squares[:, drawn].mean(dim=-1).sqrt()
    leads = errors[0] - errors[1:].mean(dim=0)
    ends = leads.quantile(torch.tensor([0.025, 0.975], dtype=torch.float64))
    assert ends.tolist() == pytest.approx([low, high], abs=0.2)


def test_on_shuffled_years_the_lstm_leads_a_formula_that_learns_no_year_by_heart():
    """By 2.3 with a standard error of 0.5; AR(2), with three numbers, falls from 22.4 to 16.8."""
    x = torch.cat([SERIES.unfold(0, 16, 1)[:-1], torch.ones(293, 1)], dim=1)
    found = {2: [], 9: []}
    for order, errors in found.items():
        some = x[:, -order - 1 :]
        for seed in range(10):
            training, _, test = parts(seed)
            numbers = torch.linalg.lstsq(some[training], SERIES[16:][training, None]).solution
            errors.append(rmse((some @ numbers)[:, 0], test))
    assert [mean(each) for each in found.values()] == pytest.approx([16.8, 15.5], abs=0.05)
    of_lstm = [stopped(run)[2] for run in measured("sunspots")["shuffled"]]
    leads = [nine - ours for nine, ours in zip(found[9], of_lstm, strict=True)]
    assert mean(leads) == pytest.approx(2.28, abs=0.01)
    assert [mean(found[9]), rmse(ar9(), slice(240, 293))] == pytest.approx([15.5, 19.6], abs=0.05)
    assert spread(leads) == pytest.approx(0.49, abs=0.01)
    assert sum(lead > 0 for lead in leads) == 9 and mean(leads) > 4 * spread(leads)
    # Of the 6.7 by which the LSTM falls, AR(9) has more than half.
    by_time = [
        rmse(ar9(), slice(240, 293)),
        mean(stopped(r)[2] for r in measured("sunspots")["16 units"]),
    ]
    falls = [by_time[0] - mean(found[9]), by_time[1] - mean(of_lstm)]
    assert falls == pytest.approx([4.17, 6.74], abs=0.01)


def test_what_is_left_of_the_fall_may_be_the_leak_or_the_years():
    """By time the LSTM is 0.3 behind in the test years, and on the validation part far ahead."""
    runs = measured("sunspots")["16 units"]
    behind = mean(stopped(run)[2] for run in runs) - rmse(ar9(), slice(240, 293))
    assert behind == pytest.approx(0.29, abs=0.01)
    of_grid = mean(stopped(run)[1] for run in measured("grid")["0.03 16"])
    ahead = [rmse(ar9(), slice(205, 240)), of_grid]
    assert ahead == pytest.approx([13.7, 11.4], abs=0.05)


def test_the_shuffled_exam_is_easier():
    """AR(2) as it was, fitted by time, is much better on all years than on the last 53."""
    x = torch.stack([SERIES[15:-1], SERIES[14:-2], torch.ones(293)], dim=1)
    forecasts = (x @ torch.linalg.lstsq(x[:205], SERIES[16:221, None]).solution)[:, 0]
    assert rmse(forecasts) == pytest.approx(16.8, abs=0.05)
    assert rmse(forecasts, slice(240, 293)) == pytest.approx(22.4, abs=0.05)
    assert rmse(ar9()) == pytest.approx(15.3, abs=0.05)
    # So is AR(9), fitted by time and asked about the shuffled test years.
    asked = [rmse(ar9(), parts(seed)[2]) for seed in range(10)]
    assert mean(asked) == pytest.approx(15.1, abs=0.05)


def test_four_settings_cannot_be_told_from_the_best_one():
    grid = {name: [stopped(run)[1] for run in runs] for name, runs in measured("grid").items()}
    best = grid.pop("0.03 64")
    close = {
        name
        for name, other in grid.items()
        if mean(other) - mean(best) < 2 * (spread(best) ** 2 + spread(other) ** 2) ** 0.5
    }
    assert close == {"0.003 64", "0.01 16", "0.01 64", "0.03 16"}


def test_with_more_units_training_and_validation_are_further_apart_at_the_end():
    """More units learn more of the training years by heart."""
    ends = [measured("grid")[f"0.03 {units}"][0][-1][:2] for units in (16, 64)]
    assert ends == [pytest.approx(end, abs=0.06) for end in ([9.5, 14.8], [4.4, 14.2])]


def test_no_setting_is_a_clear_winner():
    """0.003 and 0.03 with 64 units differ by less than chance moves each of the two means."""
    grid = measured("grid")
    one, other = ([stopped(run)[1] for run in grid[f"{rate} 64"]] for rate in ("0.03", "0.003"))
    assert abs(mean(one) - mean(other)) < min(spread(one), spread(other))
    for setting in ("0.001 4", "0.001 16", "0.003 4", "0.003 16"):
        assert all(stopped(run) == run[-1] for run in grid[setting])


def test_two_settings_lie_on_both_sides_of_the_border_for_a_star():
    """Both have 11.4 in the table: 97 and 103 % of what the rule of twice allows."""
    best = [stopped(run)[1] for run in measured("grid")["0.03 64"]]
    shares = []
    for setting in ("0.03 16", "0.1 64"):
        other = [stopped(run)[1] for run in measured("grid")[setting]]
        assert round(mean(other), 1) == 11.4
        allowed = 2 * (spread(best) ** 2 + spread(other) ** 2) ** 0.5
        shares.append(round((mean(other) - mean(best)) / allowed, 2))
    assert shares == [0.97, 1.03]


@pytest.mark.parametrize(("seeds", "wrong"), [(3, 0.18), (5, 0.12), (10, 0.08)])
def test_the_rule_of_two_standard_errors_is_wrong_where_there_is_only_luck(seeds, wrong):
    """So often a mean of as many numbers is two standard errors away from what it should be."""
    drawn = torch.randn(200_000, seeds, generator=torch.Generator().manual_seed(0))
    errors = drawn.std(dim=1) / seeds**0.5
    far = drawn.mean(dim=1).abs() >= 2 * errors
    assert far.double().mean() == pytest.approx(wrong, abs=0.005)


def test_the_rule_for_two_means_is_wrong_in_6_of_100_cases():
    one, other = torch.randn(2, 200_000, 10, generator=torch.Generator().manual_seed(0))
    chance = ((one.var(dim=1) + other.var(dim=1)) / 10).sqrt()
    far = (one.mean(dim=1) - other.mean(dim=1)).abs() >= 2 * chance
    assert far.double().mean() == pytest.approx(0.06, abs=0.005)


def test_the_leak_by_scaling_brings_less_than_twice_what_chance_does():
    runs = measured("sunspots")
    one, other = ([stopped(run)[2] for run in runs[name]] for name in ("16 units", "scaled by all"))
    chance = (spread(one) ** 2 + spread(other) ** 2) ** 0.5
    assert chance == pytest.approx(0.43, abs=0.01)
    assert mean(one) - mean(other) < 2 * chance
    assert [mean(one), mean(other)] == pytest.approx([19.9, 19.4], abs=0.05)
    # Nor do the differences of seed and seed tell more.
    differences = [ours - leaking for ours, leaking in zip(one, other, strict=True)]
    assert spread(differences) == pytest.approx(0.48, abs=0.01)


def test_no_smaller_network_is_within_a_tenth_of_the_best_setting():
    """So the rule that chooses the order of AR chooses 64 units as well."""
    grid = {name: mean(stopped(run)[1] for run in runs) for name, runs in measured("grid").items()}
    best = min(grid.values())
    assert grid["0.03 64"] == best == pytest.approx(10.78, abs=0.01)
    smaller = [error for name, error in grid.items() if not name.endswith(" 64")]
    assert min(smaller) == pytest.approx(11.30, abs=0.01)
    assert min(smaller) > best + 0.1


def test_ar9_is_five_hundredths_above_the_best_order():
    errors = {}
    for order in range(1, 17):
        x = torch.cat([SERIES.unfold(0, 16, 1)[:-1, -order:], torch.ones(293, 1)], dim=1)
        numbers = torch.linalg.lstsq(x[:205], SERIES[16:221, None]).solution
        errors[order] = rmse((x @ numbers)[:, 0], slice(205, 240))
    best = min(errors, key=errors.__getitem__)
    assert best == 15
    assert errors[9] - errors[best] == pytest.approx(0.05, abs=0.005)
    assert min(order for order in errors if errors[order] <= errors[best] + 0.1) == 9


def test_shuffled_the_training_reads_and_forecasts_years_after_1956():
    """Each of ten shufflings has 35 to 41 of these 53 years to forecast in its training part."""
    after = [(parts(seed)[0] >= TEST - FIRST - 16).sum().item() for seed in range(10)]
    assert (min(after), max(after)) == (35, 41)


def test_each_stopped_run_is_nearer_than_ar9_in_about_half_of_the_years():
    """27 to 32 of the 53 years: that could be a coin."""
    truth = SERIES[TEST - FIRST :]
    ours = torch.tensor(measured("forecasts")["64 units"], dtype=torch.float64)
    nearer = ((ours - truth).abs() < (ar9()[240:] - truth).abs()).sum(dim=1)
    assert (nearer.min(), nearer.max()) == (27, 32)


def test_of_shuffled_test_years_few_have_no_neighbour_in_the_training_part():
    shares = []
    for seed in range(10):
        training, _, test = parts(seed)
        both = torch.isin(test - 1, training) & torch.isin(test + 1, training)
        one = torch.isin(test - 1, training) | torch.isin(test + 1, training)
        shares.append([both.double().mean().item(), one.double().mean().item()])
    assert torch.tensor(shares).mean(dim=0).tolist() == pytest.approx([0.45, 0.89], abs=0.005)


def test_asked_at_the_end_the_reader_is_ahead_of_the_rule_of_13_signs():
    """By 0.024, more than chance of the seeds; three seeds are equal to it, and pages are few."""
    signs = set("()=[]{}<>:_'#")
    lines = code_or_prose()[484:]
    rule = round(mean(bool(signs & set(line.text)) == line.code for line in lines), 3)
    equal = [min(run)[2] == rule for run in measured("lines")["at the end"]]
    assert sum(equal) == 3
    shares = [min(run)[2] for run in measured("lines")["at the end"]]
    assert mean(shares) - rule == pytest.approx(0.024, abs=5e-4)
    assert mean(shares) - rule > 2 * spread(shares)
    assert len({line.topic for line in lines}) == 8
