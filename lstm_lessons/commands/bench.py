"""``python3 -m lstm_lessons bench``: how fast each way to run an LSTM is, beside torch.nn.LSTM."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.failure import Failure
from lstm_lessons.environment.progress import Steps

if TYPE_CHECKING:
    from lstm_lessons.commands.measure import Contest, Size

SIZES = ((24, 10, 100, 16), (35, 20, 200, 200), (128, 32, 128, 256), (200, 1, 32, 64))
"""(T, B, I, H): a small layer, two large ones, and one sequence alone."""
COMPILED = "rung: compiled"
ROUNDS = (161, 41, 31, 81)
"""Rounds counted at each size: more where a round is short."""
QUICK_ROUNDS = (15, 7, 5, 15)
_MARKERS = "osD^"

Ratios = dict[str, dict["Size", tuple[float, float]]]


def main(arguments: list[str]) -> int:
    """Measure, print the tables, and save the plot; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons bench",
        description="Measure ways to run an LSTM beside torch.nn.LSTM: float32, one CPU thread, "
        "or a GPU. "
        "Takes about ten minutes; close what else is at work on the machine.",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a minute or two: few rounds, and nothing that has to compile first",
    )
    parser.add_argument(
        "--device", default="cpu", help="where to run: cpu (the default), cuda, mps ..."
    )
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="where to save (default build/bench.svg)"
    )
    asked = parser.parse_args(arguments)
    plot = asked.plot or Clone.here().root / "build" / "bench.svg"
    if plot.suffix != ".svg":
        parser.error(f"--plot: expected a name that ends in .svg, got {str(plot)!r}")
    import torch

    device = _usable(asked.device)
    torch.set_num_threads(1)
    torch.backends.cudnn.allow_tf32 = False  # its ten bits would be no float32
    rounds = QUICK_ROUNDS if asked.quick else ROUNDS
    without = frozenset({COMPILED}) if asked.quick else frozenset()
    steps = Steps(len(SIZES) + 1)
    contests = {
        size: run(size, count, without, steps, device)
        for size, count in zip(SIZES, rounds, strict=True)
    }
    ratios = collect(contests)
    print("\n" + table(contests, ratios), end="\n\n", flush=True)
    print(memory_table(measure_memory(list(ratios), steps, device)))
    save_plot(plot, ratios)
    print(f"\nThe plot is {plot}")
    return 0


def _usable(name: str) -> str:
    """Return the device of this name.

    Raises:
        Failure: torch does not know it, or cannot compute on it here.
    """
    import torch

    try:
        device = torch.device(name)
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise Failure(
            f"--device {name} cannot be used here: {reason.rstrip('.')}.",
            "Leave it out to run on the CPU.",
        ) from None
    return str(device)


def run(
    size: Size, rounds: int, without: frozenset[str], steps: Steps, device: str = "cpu"
) -> Contest:
    """Measure all ways at one size, in turns, showing a bar."""
    import torch

    from lstm_lessons.commands.measure import WARM_UP, Contest

    steps.begin(f"{name_of(size)}: {rounds} rounds")
    torch.compiler.reset()  # it keeps a few compiled sizes only
    contest = Contest(size, without, device)
    for number, name in enumerate(names := list(contest.ways)):
        steps.doing(f"{bar(number, len(names))} checking {name}")
        _check(contest, name, steps)
    for number in range(WARM_UP + rounds):
        steps.doing(f"{bar(number, WARM_UP + rounds)} round {number + 1} of {WARM_UP + rounds}")
        contest.round(keep=number >= WARM_UP)
    steps.end()
    return contest


def _check(contest: Contest, name: str, steps: Steps) -> None:
    """See that a way agrees; leave the compiled rung out, with a word, where it cannot compile."""
    try:
        contest.check(name)
    except RuntimeError as error:
        if name != COMPILED:
            raise
        del contest.ways[name]
        steps.clear()
        print(f"{name} is left out: {str(error).splitlines()[0]}", flush=True)


def bar(done: int, total: int, width: int = 20) -> str:
    """Return a bar of text that is full when ``done`` is ``total``."""
    full = width * done // total
    return f"[{'#' * full}{'.' * (width - full)}]"


def name_of(size: Size) -> str:
    """Return a size as it is printed."""
    return "T={} B={} I={} H={}".format(*size)


def collect(contests: dict[Size, Contest]) -> Ratios:
    """Return the ratios to nn.LSTM, by way and size, in the order of the ways."""
    # Only the small sizes have every way: the one with most gives the order.
    names = max((list(contest.ways) for contest in contests.values()), key=len)
    return {
        name: {
            size: contest.ratios(name) for size, contest in contests.items() if name in contest.ways
        }
        for name in names
    }


def table(contests: dict[Size, Contest], ratios: Ratios) -> str:
    """Return the ratios as text: for each size the forward pass alone, and a training step."""
    from statistics import median

    from lstm_lessons.commands.measure import REFERENCE

    lines = [
        "Time over nn.LSTM's: forward alone / forward and backward (medians of paired rounds).",
        "",
        f"{'':<22}" + "".join(f"{name_of(size):>24}" for size in contests),
    ]
    times = [contest.times[REFERENCE] for contest in contests.values()]
    entries = [f"{median(t.forward) * 1e3:.2f} / {median(t.step) * 1e3:.2f} ms" for t in times]
    lines.append(f"{REFERENCE:<22}" + "".join(f"{entry:>24}" for entry in entries))
    for name, by_size in ratios.items():
        if name != REFERENCE:
            found = (by_size.get(size) for size in contests)
            entries = ["{:.2f} / {:.2f}".format(*pair) if pair else "-" for pair in found]
            lines.append(f"{name:<22}" + "".join(f"{entry:>24}" for entry in entries))
    return "\n".join(lines)


def measure_memory(
    names: list[str], steps: Steps, device: str = "cpu"
) -> dict[str, tuple[int, int | None]]:
    """Return for each way the bytes that autograd keeps, and the peak of a training step.

    The peak is measured in a fresh process. Of a CPU's memory, Linux alone tells it: elsewhere it
    is None.

    Raises:
        Failure: the process that measures failed.
    """
    from lstm_lessons.commands import measure

    steps.begin(f"memory of a training step at {name_of(measure.MEMORY_SIZE)}")
    names = [name for name in names if name not in (COMPILED, "rung: per sample")]
    found: dict[str, tuple[int, int | None]] = {}
    for number, name in enumerate(names):
        steps.doing(f"{bar(number, len(names))} {name}")
        kept = measure.saved_by(name, measure.MEMORY_SIZE, device)
        found[name] = (kept, _median_peak(name, device))
    steps.end()
    return found


def _median_peak(name: str, device: str) -> int | None:
    """Return the middle one of three: how memory is handed out differs from run to run."""
    if device == "cpu" and sys.platform != "linux":
        return None
    return sorted(_peak(name, device) for _ in range(3))[1]


def _peak(name: str, device: str = "cpu") -> int:
    command = [sys.executable, "-m", "lstm_lessons.commands.measure", name, device]
    answer = subprocess.run(command, env=Clone.here().environ(), capture_output=True, text=True)
    if answer.returncode:
        last = (answer.stderr.strip().splitlines() or [f"exit status {answer.returncode}"])[-1]
        raise Failure(f"The memory of {name} could not be measured: {last}", "Run it again.")
    return int(answer.stdout.split()[-1])


def memory_table(found: dict[str, tuple[int, int | None]]) -> str:
    """Return the memory as text, with the ratios to nn.LSTM's, which comes first."""
    from lstm_lessons.commands.measure import MEMORY_SIZE

    lines = [
        f"Memory of a training step at {name_of(MEMORY_SIZE)}, in MB (and over nn.LSTM's).",
        "",
        f"{'':<22}{'kept for backward':>20}{'peak':>20}",
    ]
    first = next(iter(found.values()))
    for name, values in found.items():
        entries = (
            "-"
            if value is None or reference is None
            else f"{value / 1e6:.1f} ({value / reference:.2f})"
            for value, reference in zip(values, first, strict=True)
        )
        lines.append(f"{name:<22}" + "".join(f"{entry:>20}" for entry in entries))
    return "\n".join(lines)


def save_plot(path: Path, ratios: Ratios) -> None:
    """Save a plot of the training steps: a row for each way, a mark for each size."""
    from lstm_lessons.drawing import Picture, figure
    from lstm_lessons.drawing.plots import to_svg

    made, axes = figure(720, 420)
    rows = list(reversed(ratios))
    for marker, size in zip(_MARKERS, next(iter(ratios.values())), strict=True):
        here = [
            (ratios[name][size][1], row) for row, name in enumerate(rows) if size in ratios[name]
        ]
        axes.plot(*zip(*here, strict=True), marker, linestyle="none", label=name_of(size))
    axes.set_xscale("log")
    ticks = [0.5, 1, 2, 5, 10, 20, 50, 100, 200]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xlabel("time of a training step over nn.LSTM's")
    axes.legend(loc="lower right", fontsize="small")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(Picture(to_svg(made), alt(ratios)).inline + "\n", encoding="utf-8")


def alt(ratios: Ratios) -> str:
    """Return in words what the plot shows, numbers included."""
    rows = (
        f"{name}: " + ", ".join(f"{step:.2g} at {name_of(size)}" for size, (_, step) in row.items())
        for name, row in ratios.items()
    )
    return "Time of a training step over that of nn.LSTM. " + "; ".join(rows) + "."
