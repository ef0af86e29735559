"""What lessons 16 and 19 measured once: the ladder, how a rung's time grows, a scan beside loops.

Needs no torch. The ladder's table stands in ``ladder/figures.md``, as ``bench`` printed it;
`speed_runs` is the script that measured the growth and the scan.
"""

import json
from functools import cache
from pathlib import Path

__all__ = ["FILE", "growth", "ladder", "product", "scans"]

FILE = Path(__file__).with_name("speed.json")
FIGURES = Path(__file__).parents[1] / "ladder" / "figures.md"

Size = tuple[int, int, int, int]
"""(T, B, I, H)."""


@cache
def ladder() -> dict[Size, dict[str, tuple[float, float] | None]]:
    """Return for each size and rung the time over nn.LSTM's: forward alone, and a training step.

    None stands where a rung was not measured, because it would take too long.
    """
    table = FIGURES.read_text(encoding="utf-8").split("```")[1]
    rows = table.split("\n\n")[1].split("\n")
    sizes = [_size(part) for part in rows[0].split("T=")[1:]]
    found: dict[Size, dict[str, tuple[float, float] | None]] = {size: {} for size in sizes}
    for row in rows[2:]:
        name = row[:22].strip()
        if name.startswith("rung: "):
            entries = [part.strip() for part in row[22:].replace(" / ", "/").split()]
            for size, entry in zip(sizes, entries, strict=True):
                found[size][name.removeprefix("rung: ")] = _pair(entry)
    return found


def _size(text: str) -> Size:
    """Return the numbers of "24 B=10 I=100 H=16"."""
    T, B, I, H = (int(part.split("=")[-1]) for part in text.split())  # noqa: E741
    return T, B, I, H


def _pair(text: str) -> tuple[float, float] | None:
    if text == "-":
        return None
    forward, step = text.split("/")
    return float(forward), float(step)


@cache
def growth() -> dict[str, dict[str, float]]:
    """Return for a small and a large layer how the time of ``hoisted`` grows.

    Its keys are the letters T, B, I and H, its values how many times as long it takes when that
    letter is doubled and the others stay. `speed_runs.BASES` has the sizes.
    """
    return json.loads(FILE.read_text(encoding="utf-8"))["growth"]


@cache
def scans() -> dict[str, dict[str, dict[str, float]]]:
    """Return for two sizes how many times as long as ``nn.LSTM`` three programs of lesson 19 take.

    By size, program and "float32" or "float64"; `speed_runs.scans` says how. Measured in November
    2026 with PyTorch 2.13.0 (CPU build), on one core of an Intel Xeon on which other programs ran.
    Six runs differed by a third at most, but for two entries in float32: the loop of the LSTM at
    the small size, 13.5 to 22.0, and that of the minimal LSTM at the large one, 0.67 to 1.03. Where
    ``hoisted`` runs before each, nn.LSTM needs twice its time at the small size in float32, and the
    scan is quicker.
    """
    return json.loads(FILE.read_text(encoding="utf-8"))["scans"]


@cache
def product() -> dict[str, dict[str, float]]:
    """Return which part of what the minimal LSTM saves in a loop is the product with h.

    By size and "float32" or "float64"; `speed_runs.product` says how. Measured as `scans` was.
    """
    return json.loads(FILE.read_text(encoding="utf-8"))["product"]
