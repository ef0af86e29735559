"""The benchmark measures what it says: ways that agree, paired ratios, memory, table and plot."""

import subprocess
import sys
from xml.etree import ElementTree

import pytest
import torch
from clone_copies import CLONE, clean_environ
from torch import nn

from lstm_lessons.commands import bench, measure
from lstm_lessons.commands.measure import Contest, Times
from lstm_lessons.environment.failure import Failure

TINY = (3, 2, 5, 4)
WITHOUT = frozenset({bench.COMPILED})


def test_every_way_gives_the_results_and_gradients_of_torch():
    torch.manual_seed(42)
    lstm = nn.LSTM(5, 4).double()
    steps, batch = 7, 3
    inputs = [
        torch.randn(shape, dtype=torch.float64).requires_grad_()
        for shape in ((steps, batch, 5), (batch, 4), (batch, 4))
    ]
    upstream = [
        torch.randn(shape).double() for shape in ((steps, batch, 4), (batch, 4), (batch, 4))
    ]
    made = measure.ways(lstm, steps, batch)
    expected = made[measure.REFERENCE](*inputs)
    gradients = torch.autograd.grad(expected, inputs, upstream)
    for name, way in made.items():
        if name != bench.COMPILED:  # tests/test_fast.py compiles it
            ours = way(*inputs)
            torch.testing.assert_close(ours, expected, rtol=0, atol=1e-12)
            ours = torch.autograd.grad(ours, inputs, upstream)
            torch.testing.assert_close(ours, gradients, rtol=0, atol=1e-10)


def test_all_that_is_promised_is_measured():
    names = {
        "nn.LSTM", "ManualLSTM", "textbook", "LSTMCell loop", "TorchScript",
        "rung: per sample", "rung: eight products", "rung: one product", "rung: hoisted",
        "rung: own backward", "rung: compiled",
    }  # fmt: skip
    lstm = nn.LSTM(5, 4)
    assert set(measure.ways(lstm, 24, 10)) == names
    assert set(measure.ways(lstm, 35, 20)) == names - {"rung: per sample"}
    assert len(bench.SIZES) == len(bench.ROUNDS) == len(bench.QUICK_ROUNDS)


def test_a_way_with_other_results_stops_the_benchmark():
    contest = Contest(TINY, WITHOUT)
    right = contest.ways["textbook"]
    contest.check("textbook")
    contest.ways["textbook"] = lambda x, h, c: right(x, h + 0.01, c)
    with pytest.raises(AssertionError):
        contest.check("textbook")


def test_each_round_times_every_way_once_unless_it_warms_up():
    contest = Contest(TINY, WITHOUT)
    contest.round(keep=False)
    assert all(not times.forward and not times.step for times in contest.times.values())
    contest.round(keep=True)
    contest.round(keep=True)
    for times in contest.times.values():
        assert len(times.forward) == len(times.step) == 2 and min(times.forward + times.step) > 0
    assert contest.ratios("nn.LSTM") == (1, 1)


def test_a_step_starts_without_gradients_and_makes_the_right_ones():
    contest = Contest(TINY, WITHOUT)
    weight = contest.ways["nn.LSTM"].lstm.weight_hh_l0
    contest._step("nn.LSTM")
    first = weight.grad.clone()
    for name in ("LSTMCell loop", "TorchScript", "rung: own backward", "nn.LSTM"):
        contest._step(name)
        torch.testing.assert_close(weight.grad, first, rtol=0, atol=1e-5)


def test_ratios_are_medians_of_pairs():
    ours, theirs = Times([2, 9, 8], [3, 30, 6]), Times([1, 3, 8], [1, 15, 1])
    assert ours.ratios(theirs) == (2, 3)


def test_the_memory_kept_counts_each_storage_once_and_not_what_is_given():
    x = torch.randn(10, requires_grad=True)

    def way(x, h, c):
        y = x.exp()  # keeps y
        return y * x, y[:5] * h, c  # keeps y and x, a part of y and h

    h = torch.randn(5, requires_grad=True)
    address = {t.untyped_storage().data_ptr() for t in (x, h)}
    assert measure.saved_bytes(way, (x, h, x), address) == 10 * 4
    assert measure.saved_bytes(way, (x, h, x), set()) == (10 + 10 + 5) * 4


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak")
def test_the_peak_holds_at_least_what_is_kept():
    name = "rung: own backward"
    assert bench._peak(name) >= measure.saved_by(name, measure.MEMORY_SIZE)


def test_the_bar_grows_from_empty_to_full():
    assert [bench.bar(done, 4, 8) for done in (0, 1, 4)] == [
        "[........]",
        "[##......]",
        "[########]",
    ]


@pytest.mark.slow
def test_the_command_prints_the_tables_and_saves_the_plot(tmp_path, monkeypatch, capsys):
    sizes = (TINY, (200, 3, 2, 4), (2, 3, 4, 5), (5, 1, 2, 3))
    monkeypatch.setattr(bench, "SIZES", sizes)
    monkeypatch.setattr(bench, "QUICK_ROUNDS", (2, 2, 2, 2))
    monkeypatch.setattr(bench, "_median_peak", lambda name, device: 7_000_000)
    monkeypatch.setattr(measure, "MEMORY_SIZE", TINY)
    threads = torch.get_num_threads()
    try:
        assert bench.main(["--quick", "--plot", str(tmp_path / "new" / "plot.svg")]) == 0
    finally:
        torch.set_num_threads(threads)
    printed = capsys.readouterr().out
    assert "[1/5] T=3 B=2 I=5 H=4: 2 rounds" in printed and "[5/5] memory" in printed
    rows = {line[:22].strip(): line[22:].split() for line in printed.splitlines()}
    assert rows["rung: per sample"][3] == "-"  # left out at the second size
    assert rows["nn.LSTM"][0] and "7.0 (1.00)" in printed
    plot = (tmp_path / "new" / "plot.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(plot)
    assert root.get("role") == "img" and "TorchScript" in root.get("aria-label")
    for name in ("ManualLSTM", "rung: own backward", "T=200 B=3 I=2 H=4"):
        assert name in plot.split("<style", 1)[1]


def test_without_a_compiler_the_rest_is_measured(monkeypatch, capsys):
    def fail(*_):
        raise RuntimeError("No working C++ compiler found\nand more")

    monkeypatch.setitem(measure.RUNGS, "compiled", fail)
    contest = bench.run(TINY, 1, frozenset(), bench.Steps(1))
    told = capsys.readouterr().out
    assert "rung: compiled is left out: No working C++ compiler found\n" in told
    assert bench.COMPILED not in contest.ways and len(contest.ways) == 10
    assert set(bench.collect({TINY: contest})) == set(contest.ways)
    monkeypatch.setitem(measure.RUNGS, "hoisted", fail)
    with pytest.raises(RuntimeError):
        bench.run(TINY, 1, frozenset(), bench.Steps(1))


@pytest.mark.parametrize("name", ["meta", "nonsense", "xpu"])
def test_a_device_that_cannot_compute_here_is_told_in_one_line(name):
    with pytest.raises(Failure, match=f"--device {name} cannot be used here: ") as caught:
        bench.main(["--quick", "--device", name])
    assert "\n" not in str(caught.value) and "Leave it out" in str(caught.value)


def test_a_clock_waits_for_the_device_before_and_after(monkeypatch):
    contest = Contest(TINY, WITHOUT)
    waited = []
    monkeypatch.setattr(torch.accelerator, "synchronize", waited.append)
    contest._step("nn.LSTM"), contest._forward("nn.LSTM")
    assert waited == []  # nothing runs behind a CPU's back
    contest.device = "cuda"
    contest._step("nn.LSTM"), contest._forward("nn.LSTM")
    assert waited == ["cuda"] * 4


def test_a_plot_must_be_an_svg(capsys):
    with pytest.raises(SystemExit) as stop:
        bench.main(["--plot", "plot.png"])
    assert stop.value.code == 2 and ".svg" in capsys.readouterr().err


def test_help_is_given_without_an_environment(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-S", "-m", "lstm_lessons", "bench", "--help"],
        cwd=CLONE, env=clean_environ(tmp_path / "home"), capture_output=True, text=True,
    )  # fmt: skip
    assert answer.returncode == 0 and answer.stdout.startswith("usage: python3 -m lstm_lessons ben")
