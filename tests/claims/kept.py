"""Numbers of trainings that claims rest on: kept in kept.json, and a part of them made anew.

A claim about many starts trains one or two of them each time, and holds them to what is kept; what
is said of all is asked of what is kept. Where LSTM_LESSONS_KEEP is set, all are trained, and kept:
`LSTM_LESSONS_KEEP=1 python -m pytest tests/claims`.
"""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

FILE = Path(__file__).with_name("kept.json")
KEEP = "LSTM_LESSONS_KEEP" in os.environ


def kept(
    name: str, run: Callable[[int], Sequence[float]], seeds: int, anew: Sequence[int]
) -> list[list[float]]:
    """Return what ``run`` gives for each seed; of those in ``anew`` it is made, and held to it.

    What is made anew may be the first numbers of a run alone.
    """
    if KEEP:
        _keep(name, [[float(f"{each:.5g}") for each in run(seed)] for seed in range(seeds)])
    found = json.loads(FILE.read_text(encoding="utf-8"))[name]
    assert len(found) == seeds, f"{name}: keep it anew"
    for seed in anew:
        made = list(run(seed))
        assert made == pytest.approx(found[seed][: len(made)], rel=2e-3, abs=2e-3), (name, seed)
    return found


def _keep(name: str, numbers: list[list[float]]) -> None:
    found = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    rows = {each: json.dumps(kept) for each, kept in sorted((found | {name: numbers}).items())}
    lines = ",\n".join(f'"{each}": {kept}' for each, kept in rows.items())
    FILE.write_text("{\n" + lines + "\n}\n", encoding="utf-8")
