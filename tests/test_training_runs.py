"""The sunspots of lesson 14 and the trainings it kept: source, script, and what the lesson says."""

import json
from statistics import mean

import pytest
import torch

from lstm_lessons.data import training_runs
from lstm_lessons.data.sunspots import measured, sunspots

YEARS = sunspots()
SERIES = torch.tensor(list(YEARS.values()), dtype=torch.float64)


def stopped(run):
    return min(run, key=lambda row: row[1])


def test_the_table_is_the_one_that_its_source_describes():
    """What statsmodels says of it: 309 years, 1700 to 2008; and numbers that are well known."""
    assert list(YEARS) == list(range(1700, 2009))
    assert (YEARS[1700], YEARS[1957], YEARS[2008]) == (5.0, 190.2, 2.9)
    assert max(YEARS.values()) == 190.2
    assert [year for year, number in YEARS.items() if number == 0] == [1711, 1712, 1810]
    assert mean(YEARS.values()) == pytest.approx(49.752104, abs=1e-6)


@pytest.mark.parametrize(
    "first, last, wanted", [(1749, 1924, (1.34, -0.655)), (1700, 2008, (1.39, -0.689))]
)
def test_two_numbers_of_an_autoregression_are_those_published(first, last, wanted):
    """Yule, 1927; and the documentation of statsmodels, which fits all years another way."""
    part = SERIES[first - 1700 : last + 1 - 1700]
    x = torch.stack([part[1:-1], part[:-2], torch.ones(len(part) - 2)], dim=1)
    found = torch.linalg.lstsq(x, part[2:, None]).solution[:2, 0]
    assert found.tolist() == pytest.approx(wanted, abs=0.006)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 3])
def test_the_file_is_what_the_script_makes(seed):
    """The first rows of some trainings, which do not depend on how many follow."""
    made = {
        ("sunspots", "16 units"): training_runs.errors(16, 0.03, seed, epochs=15),
        ("sunspots", "64 units"): training_runs.errors(64, 0.03, seed, epochs=6),
        ("sunspots", "scaled by all"): training_runs.errors(
            16, 0.03, seed, epochs=9, scaled_by_all=True
        ),
        ("sunspots", "shuffled"): training_runs.errors(16, 0.03, seed, epochs=9, shuffled=True),
        ("sunspots", "64 units, roots"): training_runs.errors(64, 0.03, seed, epochs=6, roots=True),
        ("grid", "0.001 4"): training_runs.errors(4, 0.001, seed, epochs=9),
        ("grid", "1.0 16"): training_runs.errors(16, 1.0, seed, epochs=6),
        ("lines", "at the end"): training_runs.lines(False, seed, epochs=1),
        ("lines", "at every character"): training_runs.lines(True, seed, epochs=1),
    }
    for (name, setting), run in made.items():
        stored = torch.tensor(measured(name)[setting][seed][: len(run)])
        torch.testing.assert_close(torch.tensor(run), stored, atol=6e-3, rtol=0, msg=setting)


def test_the_file_has_every_trial_and_no_other():
    wanted = {(name, setting): seeds for name, setting, seeds, _, _ in training_runs.trials()}
    stored = json.loads(training_runs.FILE.read_text(encoding="utf-8"))
    found = {(name, each): len(runs) for name in stored for each, runs in stored[name].items()}
    assert found == wanted
    assert training_runs.as_text(stored) == training_runs.FILE.read_text(encoding="utf-8")
    with pytest.raises(KeyError, match="expected one of sunspots, .*got 'dropout'"):
        measured("dropout")


def test_the_forecasts_are_those_of_the_runs_beside_them():
    wanted = SERIES[training_runs.TEST - training_runs.FIRST :]
    runs = zip(measured("forecasts")["64 units"], measured("sunspots")["64 units"], strict=True)
    for forecasts, run in runs:
        error = (torch.tensor(forecasts) - wanted).square().mean().sqrt().item()
        assert error == pytest.approx(stopped(run)[2], abs=0.03)


def test_the_first_seeds_of_the_settings_are_those_of_the_table():
    for setting, runs in (("0.03 16", "16 units"), ("0.03 64", "64 units")):
        assert measured("grid")[setting] == measured("sunspots")[runs][:5]


def test_the_validation_part_chooses_the_setting_with_64_units():
    means = {
        setting: mean(stopped(run)[1] for run in runs) for setting, runs in measured("grid").items()
    }
    assert min(means, key=means.__getitem__) == "0.03 64"


def test_parts_are_cut_in_time_or_shuffled_and_share_no_window():
    by_time = training_runs.parts()
    assert [len(part) for part in by_time] == [205, 35, 53]
    assert torch.cat(by_time).tolist() == list(range(293))
    shuffled = training_runs.parts(3)
    assert [len(part) for part in shuffled] == [205, 35, 53]
    assert sorted(torch.cat(shuffled).tolist()) == list(range(293))
    assert shuffled[2].tolist() != by_time[2].tolist()


def test_nearly_every_shuffled_test_year_is_read_in_the_training():
    """A window for the year n reads the 16 years before it; cut in time, no test year is read."""
    shares = []
    for seed in (None, *range(10)):
        trained, _, tested = (part.tolist() for part in training_runs.parts(seed))
        shares.append(mean(any(0 < n - year <= 16 for n in trained) for year in tested))
    assert shares[0] == 0
    assert mean(shares[1:]) == pytest.approx(0.99, abs=5e-3)


def test_a_window_ends_before_the_year_that_is_asked_for():
    x, y = training_runs.windows(torch.arange(309.0))
    assert x.shape == (16, 293, 1)
    assert (x[-1, :, 0] + 1).tolist() == y.tolist()
    assert y[205] + 1700 == training_runs.VALIDATION and y[240] + 1700 == training_runs.TEST


def test_scaling_by_the_past_does_not_hear_of_the_future(monkeypatch):
    """The leak of the lesson, planted: with another 2008, only the training that leaks moves."""
    before = {leak: training_runs.errors(4, 0.03, 0, epochs=3, scaled_by_all=leak)[0][0]
              for leak in (True, False)}  # fmt: skip
    monkeypatch.setattr(training_runs, "sunspots", lambda: YEARS | {2008: 1000.0})
    for leak, error in before.items():
        after = training_runs.errors(4, 0.03, 0, epochs=3, scaled_by_all=leak)[0][0]
        assert (after == error) is not leak
