"""The gradients by lag that the explorer of the forget gate draws.

Needs no numpy. `by_lag_runs` is the script that worked them out.
"""

import json
from functools import cache
from pathlib import Path

__all__ = ["FILE", "lstm", "rnn"]

FILE = Path(__file__).with_name("by_lag.json")


@cache
def _file() -> dict[str, dict[str, list[float]]]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def rnn() -> list[float]:
    """Return the gradient of a plain RNN's h at lags 0 to 100, as shares of that at lag 0."""
    return _file()["h"]["rnn"]


def lstm(state: str, forget_bias: float | None = None) -> list[float]:
    """Return the same of an LSTM's ``"h"`` or ``"c"``; without a forget bias, as torch starts it.

    Raises:
        ValueError: the forget bias is not one of those that are kept.
    """
    curves = _file()[state]
    name = "new" if forget_bias is None else str(float(forget_bias))
    if name not in curves:
        raise ValueError(f"forget_bias must be a multiple of 0.25 from -2 to 6, got {forget_bias}")
    return curves[name]
