"""Measures what ``speed.json`` keeps: ``python -m lstm_lessons.data.speed_runs > speed.json``.

Takes a minute or two. What is compared runs in turn, on one thread, and a ratio is that of the
shortest times, those that other work disturbed least. The clock is the processor's time for this
thread, which stands still while other programs run.
"""

import json
import sys
from time import thread_time

import torch
from torch import Tensor, nn

from lstm_lessons.ladder import hoisted

BASES = {"small": (32, 4, 16, 16), "large": (32, 32, 256, 256)}
LETTERS = "TBIH"
ROUNDS = {"small": 1000, "large": 25}

Size = tuple[int, ...]
"""(T, B, I, H)."""


def inputs(size: Size) -> list[Tensor]:
    """Return what a rung is given at a size, random, in float32."""
    T, B, I, H = size  # noqa: E741
    torch.manual_seed(0)
    weights = [parameter.detach() for parameter in nn.LSTM(I, H).parameters()]
    return [torch.randn(T, B, I), torch.randn(B, H), torch.randn(B, H), *weights]


def seconds(given: list[Tensor]) -> float:
    """Return how long one run of ``hoisted`` takes."""
    start = thread_time()
    hoisted(*given)
    return thread_time() - start


def growth(base: str) -> dict[str, float]:
    """Return how many times as long ``hoisted`` takes when a letter is doubled."""
    size, found = BASES[base], {}
    for letter in LETTERS:
        doubled = tuple(2 * n if at == letter else n for at, n in zip(LETTERS, size, strict=True))
        before, after = inputs(size), inputs(doubled)
        seconds(before), seconds(after)
        pairs = [(seconds(before), seconds(after)) for _ in range(ROUNDS[base])]
        first, second = (min(times) for times in zip(*pairs, strict=True))
        found[letter] = round(second / first, 2)
    return found


if __name__ == "__main__":
    torch.set_num_threads(1)
    with torch.no_grad():
        json.dump({"growth": {base: growth(base) for base in BASES}}, sys.stdout, indent=1)
    print()
