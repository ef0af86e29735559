"""What lesson 14 measured with many seeds, and the code that measured it.

``python -m lstm_lessons.data.training_runs`` trains everything again and prints training_runs.json,
which takes some minutes. All is float64, so that machines agree to the digits that are kept.
"""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from lstm_lessons.data import code_or_prose
from lstm_lessons.data.sunspots import sunspots
from lstm_lessons.lstm.reader import Reader

FILE = Path(__file__).with_name("training_runs.json")

WINDOW = 16
"""How many years a forecast is made from."""

FIRST, VALIDATION, TEST = 1700, 1921, 1956
"""The first year of all, of the part that decides when to stop, and of the part reported on."""

EVERY, EPOCHS = 3, 150

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 1.0)
SIZES = (4, 16, 64)


class Forecaster(nn.Module):
    """An LSTM that reads years (T, B, 1), and a head that says the next number, (B,)."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        # Drawn in float64 whatever the default is, so that a seed gives the same everywhere.
        self.lstm = nn.LSTM(1, hidden_size, dtype=torch.float64)
        self.head = nn.Linear(hidden_size, 1, dtype=torch.float64)

    def forward(self, x: Tensor) -> Tensor:
        """Return one forecast for each window."""
        output, _ = self.lstm(x)
        return self.head(output[-1])[:, 0]


def windows(series: Tensor) -> tuple[Tensor, Tensor]:
    """Return the windows (16, B, 1) of a series, and the number that follows each, (B,)."""
    x = series.unfold(0, WINDOW, 1)[:-1]  # (B, 16)
    return x.T[..., None], series[WINDOW:]


def parts(shuffled: int | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Return which windows are trained on, which decide when to stop, which are reported on.

    They are in the order of time, or, with a seed, shuffled; the sizes are the same.
    """
    count = len(sunspots()) - WINDOW
    order = torch.arange(count)
    if shuffled is not None:
        order = torch.randperm(count, generator=torch.Generator().manual_seed(shuffled))
    first, second = VALIDATION - FIRST - WINDOW, TEST - FIRST - WINDOW
    return order[:first], order[first:second], order[second:]


Errors = tuple[float, float, float]
"""The root of the mean squared error on training, validation and test part, in sunspots."""


def training(
    hidden_size: int,
    lr: float,
    seed: int,
    epochs: int = EPOCHS,
    scaled_by_all: bool = False,
    shuffled: bool = False,
    roots: bool = False,
) -> Iterator[tuple[Errors, Tensor]]:
    """Train to forecast the next year; yield, after every third epoch, errors and all forecasts.

    With ``roots`` the network reads and says square roots, and its forecasts are squared.
    """
    series = torch.tensor(list(sunspots().values()), dtype=torch.float64)
    read = series.sqrt() if roots else series
    known = read if scaled_by_all else read[: VALIDATION - FIRST]
    mean, std = known.mean(), known.std()
    x, y = windows((read - mean) / std)
    wanted = series[WINDOW:]
    three = parts(seed if shuffled else None)
    torch.manual_seed(seed)
    model = Forecaster(hidden_size)
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(1, epochs + 1):
        loss = F.mse_loss(model(x[:, three[0]]), y[three[0]])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if epoch % EVERY == 0:
            with torch.no_grad():
                forecasts = model(x) * std + mean
            if roots:
                forecasts = forecasts.square()
            first, second, third = (
                (forecasts - wanted)[part].square().mean().sqrt().item() for part in three
            )
            yield (first, second, third), forecasts


def errors(hidden_size: int, lr: float, seed: int, **how: Any) -> list[Errors]:
    """Return the errors of a training after every third epoch; arguments are `training`'s."""
    return [found for found, _ in training(hidden_size, lr, seed, **how)]


def forecasts(hidden_size: int, lr: float, seed: int) -> list[float]:
    """Return the forecasts for the test years, at the epoch that is best on the validation part."""
    _, best = min(training(hidden_size, lr, seed), key=lambda found: found[0][1])
    return best[TEST - FIRST - WINDOW :].tolist()


TRAINED_LINES, KNOWN_LINES = 400, 484


def lines(each_step: bool, seed: int, epochs: int = 15) -> list[tuple[float, float, float]]:
    """Train the reader on 400 lines, asked at their end or at every character.

    Return for each epoch the loss at the end of 84 lines that decide when to stop, the share of
    those told right, and the share of 242 others told right.
    """
    data = code_or_prose()
    number = {each: n for n, each in enumerate(sorted(set("".join(d.text for d in data))), 1)}
    rows = [torch.tensor([number[each] for each in line.text]) for line in data]
    x, lengths = pad_sequence(rows, batch_first=True), torch.tensor([len(row) for row in rows])
    is_code = torch.tensor([float(line.code) for line in data], dtype=torch.float64)
    torch.manual_seed(seed)
    model = Reader(len(number)).double()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    found = []
    for _ in range(epochs):
        for chosen in torch.randperm(TRAINED_LINES).split(40):
            scores = model(x[chosen], lengths[chosen], each_step)[..., 0]
            wanted = is_code[chosen]
            if each_step:
                mask = torch.arange(scores.shape[1]) < lengths[chosen][:, None]
                wanted = wanted[:, None].expand_as(scores)[mask]
                scores = scores[mask]
            optimiser.zero_grad()
            F.binary_cross_entropy_with_logits(scores, wanted).backward()
            optimiser.step()
        with torch.no_grad():
            scores = model(x[TRAINED_LINES:], lengths[TRAINED_LINES:])[:, 0]
        wanted, count = is_code[TRAINED_LINES:], KNOWN_LINES - TRAINED_LINES
        loss = F.binary_cross_entropy_with_logits(scores[:count], wanted[:count])
        right = ((scores > 0) == (wanted > 0)).double()
        found.append((loss.item(), right[:count].mean().item(), right[count:].mean().item()))
    return found


Trial = tuple[str, str, int, int, Callable[[int], Any]]
"""A name, a setting, how many seeds, decimals kept, and what is measured with a seed."""


def trials() -> list[Trial]:
    """Return all trainings that training_runs.json holds."""
    made: list[Trial] = [
        ("sunspots", "16 units", 10, 2, partial(errors, 16, 0.03)),
        ("sunspots", "64 units", 10, 2, partial(errors, 64, 0.03)),
        ("sunspots", "scaled by all", 10, 2, partial(errors, 16, 0.03, scaled_by_all=True)),
        ("sunspots", "shuffled", 10, 2, partial(errors, 16, 0.03, shuffled=True)),
        ("sunspots", "64 units, roots", 10, 2, partial(errors, 64, 0.03, roots=True)),
        ("forecasts", "64 units", 10, 1, partial(forecasts, 64, 0.03)),
        ("lines", "at the end", 10, 3, partial(lines, False)),
        ("lines", "at every character", 10, 3, partial(lines, True)),
    ]
    for lr in RATES:
        for size in SIZES:
            made.append(("grid", f"{lr} {size}", 5, 2, partial(errors, size, lr)))
    return made


def rounded(values: Any, decimals: int) -> Any:
    """Return lists and tuples of numbers as lists, to so many decimals."""
    if isinstance(values, (list, tuple)):
        return [rounded(each, decimals) for each in values]
    return round(values, decimals)


def as_text(made: dict[str, dict[str, list]]) -> str:
    """Return the file's text: one line a setting and seed."""
    blocks = []
    for name, settings in made.items():
        rows = []
        for setting, seeds in settings.items():
            runs = ",\n".join(json.dumps(each, separators=(",", ":")) for each in seeds)
            rows.append(f'"{setting}": [\n{runs}\n]')
        blocks.append(f'"{name}": {{\n' + ",\n".join(rows) + "\n}")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def train_all() -> dict[str, dict[str, list]]:
    """Train everything; return the runs by name and setting."""
    made: dict[str, dict[str, list]] = {}
    for name, setting, seeds, decimals, run in trials():
        made.setdefault(name, {})[setting] = [rounded(run(n), decimals) for n in range(seeds)]
        print(name, setting, file=sys.stderr, flush=True)
    return made


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(as_text(train_all()), end="")
