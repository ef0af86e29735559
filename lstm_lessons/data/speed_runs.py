"""Measures what ``speed.json`` keeps: ``python -m lstm_lessons.data.speed_runs > speed.json``.

Takes some minutes; the name of a part behind it, such as "growth", measures that alone. What is
compared runs in turn, on one thread, and a ratio is that of the shortest times, those that other
work disturbed least. The clock is the processor's time for this thread, which stands still while
other programs run.
"""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from time import thread_time
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_lessons.ladder import hoisted
from lstm_lessons.ladder.plain import apply_gates
from lstm_lessons.lstm.minimal import MinimalLSTM, minimal_gates, scan

BASES = {"small": (32, 4, 16, 16), "large": (32, 32, 256, 256)}
LETTERS = "TBIH"
ROUNDS = {"small": 1000, "large": 25}

WORDS = 256
LAYERS = {"1 sentence, 16 units": (1, 16, 150), "32 sentences, 256 units": (32, 256, 40)}
"""B, H, and in how many rounds they are measured."""

Size = tuple[int, ...]
"""(T, B, I, H)."""


def inputs(size: Size) -> list[Tensor]:
    """Return what a rung is given at a size, random, in float32."""
    T, B, I, H = size  # noqa: E741
    torch.manual_seed(0)
    weights = [parameter.detach() for parameter in nn.LSTM(I, H).parameters()]
    return [torch.randn(T, B, I), torch.randn(B, H), torch.randn(B, H), *weights]


def seconds(run: Callable[[], Any]) -> float:
    """Return how long one run takes."""
    start = thread_time()
    run()
    return thread_time() - start


def growth(base: str) -> dict[str, float]:
    """Return how many times as long ``hoisted`` takes when a letter is doubled."""
    size, found = BASES[base], {}
    for letter in LETTERS:
        doubled = tuple(2 * n if at == letter else n for at, n in zip(LETTERS, size, strict=True))
        before, after = inputs(size), inputs(doubled)
        with torch.no_grad():
            ratio = in_turn(partial(hoisted, *after), partial(hoisted, *before), ROUNDS[base])
        found[letter] = round(ratio, 2)
    return found


def in_turn(one: Callable[[], Any], other: Callable[[], Any], rounds: int) -> float:
    """Return the shortest time of ``one`` over that of ``other``, after a run without a clock."""
    one(), other()
    pairs = [(seconds(one), seconds(other)) for _ in range(rounds)]
    first, second = (min(times) for times in zip(*pairs, strict=True))
    return first / second


def one_by_one(f: Tensor, let_in: Tensor) -> Tensor:
    """Return c after every step, from zeros, by a loop in Python: what a scan stands beside."""
    c, seen = torch.zeros_like(let_in[0]), []
    for f_t, let_in_t in zip(f, let_in, strict=True):
        c = f_t * c + let_in_t
        seen.append(c)
    return torch.stack(seen)


def layers(sentences: int, units: int) -> Iterator[tuple[str, nn.LSTM, MinimalLSTM, Tensor]]:
    """Yield for float32 and float64: the name, an LSTM, a minimal one, and x of 256 words."""
    for dtype in (torch.float32, torch.float64):
        torch.manual_seed(0)
        lstm = nn.LSTM(units, units, dtype=dtype)
        minimal = MinimalLSTM(units, units, dtype=dtype)
        x = torch.randn(WORDS, sentences, units, dtype=dtype)
        yield str(dtype).removeprefix("torch."), lstm, minimal, x


def scans(sentences: int, units: int, rounds: int) -> dict[str, dict[str, float]]:
    """Return how many times as long as ``nn.LSTM`` three programs take to read 256 words.

    Each runs in turn with ``nn.LSTM`` alone, in float32 and in float64, without gradients.
    """
    found: dict[str, dict[str, float]] = {}
    for dtype, lstm, minimal, x in layers(sentences, units):
        for name, run in programs(lstm, minimal, x).items():
            with torch.no_grad():
                ratio = in_turn(run, partial(lstm, x), rounds)
            found.setdefault(name, {})[dtype] = round(ratio, 2)
    return found


def without_product(x: Tensor, c: Tensor, lstm: nn.LSTM) -> Tensor:
    """Return what ``hoisted`` does with a ``weight_hh`` of zeros: its loop without the product."""
    weight_ih, _, bias_ih, bias_hh = lstm.parameters()
    outputs = []
    for z in F.linear(x, weight_ih, bias_ih + bias_hh):
        h, c = apply_gates(z, c)
        outputs.append(h)
    return torch.stack(outputs)


def product(sentences: int, units: int, rounds: int) -> dict[str, float]:
    """Return the part of the minimal LSTM's saving that is the product with h, by dtype.

    The saving is what its loop takes less than that of the LSTM. Three programs run in turn.
    """
    found: dict[str, float] = {}
    for dtype, lstm, minimal, x in layers(sentences, units):
        whole, loop, _ = programs(lstm, minimal, x).values()
        runs = whole, partial(without_product, x, torch.zeros_like(x[0]), lstm), loop
        with torch.no_grad():
            times = [[seconds(run) for run in runs] for _ in range(rounds)]
        whole_s, without_s, loop_s = (min(column) for column in zip(*times, strict=True))
        found[dtype] = round((whole_s - without_s) / (whole_s - loop_s), 2)
    return found


def programs(lstm: nn.LSTM, minimal: MinimalLSTM, x: Tensor) -> dict[str, Callable[[], Tensor]]:
    """Return the three programs: each reads x and returns what its layer shows at each step."""
    h = torch.zeros_like(x[0])
    given = x, minimal.weight, minimal.bias
    return {
        "LSTM, a loop in Python": lambda: hoisted(x, h, h, *lstm.parameters())[0],
        "minimal LSTM, a loop in Python": lambda: one_by_one(*minimal_gates(*given)),
        "minimal LSTM, our scan": lambda: scan(*minimal_gates(*given)),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    parts = {
        "growth": lambda: {base: growth(base) for base in BASES},
        "scans": lambda: {name: scans(*layer) for name, layer in LAYERS.items()},
        "product": lambda: {name: product(*layer) for name, layer in LAYERS.items()},
    }
    wanted = sys.argv[1:] or list(parts)
    json.dump({name: parts[name]() for name in wanted}, sys.stdout, indent=1)
    print()
