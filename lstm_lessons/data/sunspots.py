"""Yearly sunspot numbers, 1700 to 2008, and the trainings on them that lesson 14 kept.

Needs no torch. `training_runs` is the script that trained.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["measured", "sunspots"]

FILE = Path(__file__).with_name("sunspots.csv")
RUNS = Path(__file__).with_name("training_runs.json")


def sunspots() -> dict[int, float]:
    """Return the mean of Wolf's sunspot number (version 1.0) of each year, 1700 to 2008, in order.

    Source: the yearly Zurich numbers, as the National Geophysical Data Center gave them out; public
    domain. The README beside the table says more.
    """
    rows = FILE.read_text(encoding="utf-8").splitlines()[1:]
    return {int(year): float(number) for year, number in (row.split(",") for row in rows)}


@cache
def _file() -> dict[str, Any]:
    return json.loads(RUNS.read_text(encoding="utf-8"))


def measured(name: str) -> dict[str, Any]:
    """Return what was measured: for each setting a list with an entry for each seed.

    Raises:
        KeyError: there is no such measurement; the message lists those there are.
    """
    if name not in _file():
        raise KeyError(f"expected one of {', '.join(_file())}, got {name!r}")
    return _file()[name]
