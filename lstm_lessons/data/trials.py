"""What lessons 01, 06, 07, 09, 13, 15, 19, 20 measured with several seeds, and how.

The code that measured it stands here and in after.py.

``python -m lstm_lessons.data.trials`` trains everything again and prints trials.json, which takes
some minutes. Each function below is one training, so that a lesson can show one live.

All is float64, so that machines agree to the digits that are kept.
"""

import json
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_lessons.data import code_or_prose
from lstm_lessons.data import train_reader as readers
from lstm_lessons.data.after import parity, recall
from lstm_lessons.data.brackets import bracket_text, is_open
from lstm_lessons.data.train_reader import TRAINED_ON
from lstm_lessons.lstm.minimal import MinimalLSTM
from lstm_lessons.lstm.reader import Reader
from lstm_lessons.lstm.relatives import RELATIVES, Relative

WINDOW = 25
"""How many characters a piece of the text has, where lines are joined and cut into pieces."""

LETTERS = "abcdefgh"

FILE = Path(__file__).with_name("trials.json")


class Guesser(nn.Module):
    """Embedding, LSTM and head: ``outputs`` scores at each step. Time is axis 0.

    ``dropout`` is the share zeroed between layers, and ``elsewhere`` that of what the LSTM and
    the head read.
    """

    def __init__(
        self,
        characters: int,
        outputs: int,
        hidden_size: int,
        num_layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.0,
        elsewhere: float = 0.0,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(characters, 8)
        self.lstm = nn.LSTM(
            8, hidden_size, num_layers, dropout=dropout, bidirectional=bidirectional
        )
        self.dropout = nn.Dropout(elsewhere)
        self.head = nn.Linear(hidden_size * (1 + bidirectional), outputs)
        self.double()

    def forward(self, numbers: Tensor) -> Tensor:
        """Return the scores (T, B, outputs) of numbers (T, B)."""
        output, _ = self.lstm(self.dropout(self.embedding(numbers)))
        return self.head(self.dropout(output))


def train(
    model: nn.Module, loss: Callable[[Tensor], Tensor], count: int, size: int, lr: float
) -> Iterator[None]:
    """Train forever, ``size`` of ``count`` examples at a time; yield after each time through all.

    ``loss`` takes the numbers of the chosen examples.
    """
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    while True:
        model.train()
        for chosen in torch.randperm(count).split(size):
            optimiser.zero_grad()
            loss(chosen).backward()
            optimiser.step()
        model.eval()
        yield


# --- Lesson 01 ---------------------------------------------------------------------------------

BIASES = {"forget bias 1": 1.0, "forget bias 2": 2.0, "forget bias 4": 4.0}
STARTS = 45


def signs(count: int) -> tuple[Tensor, Tensor]:
    """Return sequences (30, B, 1) of noise behind a first number, +1 or -1, and that number, (B,).

    What the networks of lesson 01 read.
    """
    sign = torch.randint(0, 2, (count,)).double() * 2 - 1
    x = 0.1 * torch.randn(30, count, 1, dtype=torch.float64)
    x[0, :, 0] = sign
    return x, sign


def reach(network: nn.Module) -> float:
    """Return the power of ten of the gradient at lag 29 of one sequence, as a share of lag 0."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        words = signs(1)[0][:, 0].requires_grad_()
    network(words)[0][-1].sum().backward()
    assert words.grad is not None
    network.zero_grad()
    return (words.grad[0, 0] / words.grad[29, 0]).abs().log10().item()


def new_network(name: str, seed: int) -> tuple[nn.Module, nn.Module]:
    """Return a new network of 16 units, and the head that makes one score of its last state.

    ``name`` is "plain RNN", "new LSTM" or one of `BIASES`, an LSTM whose forget bias is set.
    """
    torch.manual_seed(seed)
    kind = nn.RNN if name == "plain RNN" else nn.LSTM
    network, head = kind(1, 16, dtype=torch.float64), nn.Linear(16, 1, dtype=torch.float64)
    if name in BIASES:
        with torch.no_grad():
            network.get_parameter("bias_ih_l0")[16:32] = BIASES[name]
            network.get_parameter("bias_hh_l0")[16:32] = 0
    return network, head


def forget_gates(lstm: nn.LSTM, x: Tensor) -> Tensor:
    """Return the forget gate at every step of x (T, I) after the first: (T - 1, H)."""
    H = lstm.hidden_size
    rows = slice(H, 2 * H)  # the second quarter
    weight_ih, weight_hh, bias_ih, bias_hh = lstm.parameters()
    W_if, W_hf, b_f = weight_ih[rows], weight_hh[rows], (bias_ih + bias_hh)[rows]
    output, _ = lstm(x)  # h after every word
    gates = [torch.sigmoid(W_if @ x[t] + W_hf @ output[t - 1] + b_f) for t in range(1, len(x))]
    return torch.stack(gates)


@torch.no_grad()
def share_right(network: nn.Module, head: nn.Module) -> float:
    """Return the share of 200 new signs that is said right."""
    x, sign = signs(200)
    score = head(network(x)[0][-1])[:, 0]
    return (score.sign() == sign).double().mean().item()


def first_sign(name: str, seed: int, updates: int = 60, rate: float = 0.01) -> list[float]:
    """Train to say at the end of a sequence the sign that it began with; return three numbers.

    They are `reach` before training, `share_right` after it, and `reach` after it. The updates are
    by Adam, at a learning ``rate``.
    """
    network, head = new_network(name, seed)
    before = reach(network)
    optimiser = torch.optim.Adam([*network.parameters(), *head.parameters()], lr=rate)
    for _ in range(updates):
        x, sign = signs(32)
        score = head(network(x)[0][-1])[:, 0]
        loss = F.softplus(-sign * score).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return [before, share_right(network, head), reach(network)]


def line_brackets(gated: bool, seed: int, rounds: int = 40) -> list[float]:
    """Train to say at each character of a line whether a bracket is open; return two numbers.

    They are the share right of all characters of the other lines, and of those in brackets. It is
    the bracket question of the reader, alone; ``gated`` takes an LSTM, else it is a plain RNN.
    """
    torch.manual_seed(seed)
    texts = [line.text for line in code_or_prose()]
    number = _numbers("".join(texts))
    x = nn.utils.rnn.pad_sequence([_row(text, number) + 1 for text in texts])  # 0 is padding
    answers = [torch.tensor(readers.open_brackets(text)).double() for text in texts]
    is_open = nn.utils.rnn.pad_sequence(answers)
    embedding, head = nn.Embedding(len(number) + 1, 8).double(), nn.Linear(16, 1).double()
    network = (nn.LSTM if gated else nn.RNN)(8, 16, dtype=torch.float64)
    model = nn.ModuleList([embedding, network, head])

    def scores(chosen: Tensor) -> Tensor:
        return head(network(embedding(x[:, chosen]))[0])[..., 0][x[:, chosen] > 0]

    def loss(chosen: Tensor) -> Tensor:
        wanted = is_open[:, chosen][x[:, chosen] > 0]
        return F.binary_cross_entropy_with_logits(scores(chosen), wanted)

    for _, _ in zip(range(rounds), train(model, loss, TRAINED_ON, 44, 0.01), strict=False):
        pass
    others = torch.arange(TRAINED_ON, len(texts))
    wanted = is_open[:, others][x[:, others] > 0] > 0
    with torch.no_grad():
        right = ((scores(others) > 0) == wanted).double()
    return [right.mean().item(), right[wanted].mean().item()]


# --- Lesson 06 ---------------------------------------------------------------------------------


def line_verdicts(
    num_layers: int,
    hidden_size: int,
    seed: int,
    rounds: int = 20,
    dropout: float = 0.0,
    elsewhere: float = 0.0,
) -> list[tuple[float, float, float]]:
    """Train to tell code from prose at a line's end; return for each round three numbers.

    They are the loss on the lines trained on, the loss on the others, and the share of the others
    that is told right.
    """
    torch.manual_seed(seed)
    lines = code_or_prose()
    number = _numbers("".join(line.text for line in lines))
    x = nn.utils.rnn.pad_sequence([_row(line.text, number) for line in lines])
    ends = torch.tensor([len(line.text) - 1 for line in lines])
    is_code = torch.tensor([float(line.code) for line in lines]).double()
    model = Guesser(len(number), 1, hidden_size, num_layers, False, dropout, elsewhere)

    def score(chosen: Tensor) -> Tensor:
        # What stands behind a line's end is read after it, and is not asked.
        return model(x[:, chosen])[ends[chosen], torch.arange(len(chosen)), 0]

    def loss(chosen: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(score(chosen), is_code[chosen])

    trained, others = torch.arange(TRAINED_ON), torch.arange(TRAINED_ON, len(lines))
    found = []
    for _, _ in zip(range(rounds), train(model, loss, TRAINED_ON, 44, 0.01), strict=False):
        with torch.no_grad():
            right = (score(others) > 0) == (is_code[others] > 0)
            found.append((loss(trained).item(), loss(others).item(), right.double().mean().item()))
    return found


def shares(num_layers: int, hidden_size: int, seed: int) -> list[float]:
    """Return the third number of `line_verdicts` alone."""
    return [right for _, _, right in line_verdicts(num_layers, hidden_size, seed)]


def doubled(text: str) -> list[bool]:
    """Return for each letter whether the doubled letters so far are an odd number."""
    odd, answers = False, []
    for before, letter in zip(" " + text, text, strict=False):
        if letter == before:
            odd = not odd
        answers.append(odd)
    return answers


def letters(count: int, seed: int) -> list[str]:
    """Return random texts of 20 letters, in which a letter comes twice in a row now and then."""
    draw = random.Random(seed)
    texts = []
    for _ in range(count):
        text = draw.choice(LETTERS)
        while len(text) < 20:
            text += text[-1] if draw.random() < 0.25 else draw.choice(LETTERS)
        texts.append(text)
    return texts


def doubled_letters(
    num_layers: int, hidden_size: int, seed: int, rounds: int = 40, later: int = 0
) -> list[float]:
    """Train to say at each letter whether the doubled ones so far are odd in number.

    Return for each round of ten batches the share of right answers, on 500 texts not trained on.
    The answer about a letter is given at the one that stands ``later`` letters behind it.
    """
    texts = letters(1000, seed)
    torch.manual_seed(seed)
    number = {letter: n for n, letter in enumerate(LETTERS)}
    x = torch.stack([_row(text, number) for text in texts], dim=1)
    odd = torch.tensor([doubled(text) for text in texts]).T.double()[: len(x) - later]
    model = Guesser(len(number), 1, hidden_size, num_layers)

    def loss(chosen: Tensor) -> Tensor:
        scores = model(x[:, chosen])[later:, :, 0]
        return F.binary_cross_entropy_with_logits(scores, odd[:, chosen])

    found = []
    for _, _ in zip(range(rounds), train(model, loss, 500, 50, 0.01), strict=False):
        with torch.no_grad():
            right = (model(x[:, 500:])[later:, :, 0] > 0) == (odd[:, 500:] > 0)
        found.append(right.double().mean().item())
    return found


# --- Lesson 07 ---------------------------------------------------------------------------------


def windows() -> tuple[Tensor, Tensor, str]:
    """Return pieces of the lines trained on and of the others, (25, B) each, and the alphabet.

    Lines are joined by line ends and cut into pieces of 25 characters, so that all are equally
    long. The numbers of ``alphabet`` are its places.
    """
    texts = [line.text for line in code_or_prose()]
    number = _numbers("\n".join(texts))
    pieces = []
    for part in (texts[:TRAINED_ON], texts[TRAINED_ON:]):
        row = _row("\n".join(part), number)
        count = len(row) // WINDOW
        pieces.append(row[: count * WINDOW].view(count, WINDOW).T.contiguous())
    return pieces[0], pieces[1], "".join(number)


class GapGuesser(Guesser):
    """Score each character but the first and the last from those before it, or on both sides."""

    def forward(self, numbers: Tensor) -> Tensor:
        """Return the scores (T - 2, B, outputs) of characters 1 to T - 2."""
        output, _ = self.lstm(self.embedding(numbers))
        H = self.lstm.hidden_size
        before = output[:-2, :, :H]
        if not self.lstm.bidirectional:
            return self.head(before)
        after = output[2:, :, H:]
        return self.head(torch.cat([before, after], dim=-1))


def _guessing(
    model: Guesser, asked: Callable[[Tensor], tuple[Tensor, Tensor]], rounds: int
) -> Iterator[None]:
    """Train to guess characters of the pieces trained on; yield after each round.

    ``asked`` returns, for pieces (25, B), the scores and the characters that are right.
    """
    trained, _, _ = windows()

    def loss(chosen: Tensor) -> Tensor:
        scores, right = asked(trained[:, chosen])
        return F.cross_entropy(scores.flatten(0, 1), right.flatten())

    for _, _ in zip(range(rounds), train(model, loss, trained.shape[1], 30, 0.02), strict=False):
        yield


def gaps(bidirectional: bool, hidden_size: int, seed: int, rounds: int = 20) -> list[float]:
    """Train to guess missing characters; return the share that is right, by round.

    The share is that of all characters 1 to 23 of the pieces that were not trained on.
    """
    torch.manual_seed(seed)
    _, others, alphabet = windows()
    size = len(alphabet)
    model = GapGuesser(size, size, hidden_size, bidirectional=bidirectional)
    found = []
    for _ in _guessing(model, lambda x: (model(x), x[1:-1]), rounds):
        with torch.no_grad():
            found.append((model(others).argmax(-1) == others[1:-1]).double().mean().item())
    return found


def next_characters(bidirectional: bool, hidden_size: int, seed: int, rounds: int = 10) -> Guesser:
    """Train to say at each character which one comes next, on whole pieces; return the model."""
    *_, model = next_characters_by_round(bidirectional, hidden_size, seed, rounds)
    return model


def next_characters_by_round(
    bidirectional: bool, hidden_size: int, seed: int, rounds: int
) -> Iterator[Guesser]:
    """Train as `next_characters` does; yield the model after each round."""
    torch.manual_seed(seed)
    size = len(windows()[2])
    model = Guesser(size, size, hidden_size, bidirectional=bidirectional)
    for _ in _guessing(model, lambda x: (model(x)[:-1], x[1:]), rounds):
        yield model


def next_shares(bidirectional: bool, hidden_size: int, seed: int, rounds: int = 10) -> list[float]:
    """Return the shares of next characters told right: on whole pieces, and from the past alone."""
    with _drawn_in_double(), torch.no_grad():
        with torch.enable_grad():
            model = next_characters(bidirectional, hidden_size, seed, rounds)
        _, others, _ = windows()
        whole = (model(others)[:-1].argmax(-1) == others[1:]).double().mean().item()
        known = [model(others[: t + 1])[-1].argmax(-1) == others[t + 1] for t in range(WINDOW - 1)]
        return [whole, torch.stack(known).double().mean().item()]


@contextmanager
def _drawn_in_double() -> Iterator[None]:
    """Draw weights in float64, as the lesson does: a seed gives other ones than in float32."""
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(usual)


# --- Lesson 09 ---------------------------------------------------------------------------------


def padding(packed: bool, seed: int, rounds: int = 5, forget_bias: float | None = None) -> int:
    """Train the reader with a line's own length or always with 40; return how many are right.

    ``forget_bias`` opens the forget gate before training, as in lesson 01.
    """
    lines = code_or_prose()
    number = _numbers("".join(line.text for line in lines))
    rows = [_row(line.text, number) + 1 for line in lines]  # 0 is padding
    numbers = nn.utils.rnn.pad_sequence(rows, batch_first=True)
    lengths = torch.tensor([len(row) if packed else numbers.shape[1] for row in rows])
    with _drawn_in_double():
        is_code = torch.tensor([float(line.code) for line in lines])
        torch.manual_seed(seed)
        model = Reader(len(number))
        if forget_bias is not None:
            with torch.no_grad():
                model.lstm.get_parameter("bias_ih_l0")[16:32] = forget_bias
                model.lstm.get_parameter("bias_hh_l0")[16:32] = 0

        def scores(chosen: Tensor) -> Tensor:
            return model(numbers[chosen], lengths[chosen])[:, 0]

        def loss(chosen: Tensor) -> Tensor:
            return F.binary_cross_entropy_with_logits(scores(chosen), is_code[chosen])

        for _, _ in zip(range(rounds), train(model, loss, TRAINED_ON, 121, 0.05), strict=False):
            pass
        others = torch.arange(TRAINED_ON, len(lines))
        with torch.no_grad():
            return int(((scores(others) > 0) == (is_code[others] > 0)).sum())


# --- Lesson 13 ---------------------------------------------------------------------------------

SEEDS, CHUNK = 10, 10


def bracket_steps(text: str) -> tuple[Tensor, Tensor]:
    """Return a text of dots and brackets as vectors (T, 3), and the answers: open or not, (T,)."""
    kinds = torch.tensor([".()".index(character) for character in text])
    return F.one_hot(kinds, 3).double(), torch.tensor(is_open(text)).double()


def streams(values: Tensor) -> Tensor:
    """Return values cut into 16 streams of equal length, side by side: (T, 16, ...)."""
    return values.view(16, -1, *values.shape[1:]).transpose(0, 1)


class OpenOrNot(nn.Module):
    """A relative of 8 units (its h has 4 numbers under projection), and a head on its h."""

    def __init__(self, name: str) -> None:
        super().__init__()
        P = 4 if name == "projection" else 0
        # Drawn in float32 whatever the default is, so that a seed gives the same everywhere.
        kind = MinimalLSTM if name == "minimal LSTM" else partial(Relative, name)
        size = (3, 8, P) if P else (3, 8)
        self.layer = kind(*size, dtype=torch.float32)
        self.head = nn.Linear(P or 8, 1, dtype=torch.float32)
        self.double()

    def forward(
        self, x: Tensor, states: tuple[Tensor, ...] | None = None
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return the scores (T, B) of x (T, B, 3), and the last states."""
        output, states = self.layer(x, states)
        return self.head(output)[..., 0], states


def bracket_models(
    name: str, seed: int, forget_bias: float | None = None, rate: float = 0.01
) -> Iterator[OpenOrNot]:
    """Train a relative to say at each character of a stream whether a bracket is open.

    Yield it after each round through the 8,000 characters, and go on forever.
    """
    torch.manual_seed(seed)
    model = OpenOrNot(name)
    if forget_bias is not None:
        with torch.no_grad():
            model.layer.get_parameter("bias_ih")[8:16] = forget_bias
            model.layer.get_parameter("bias_hh")[8:16] = 0
    x, wanted = map(streams, bracket_steps(bracket_text(8000, seed=7)))
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    while True:
        states = None
        for chunk, answer in zip(x.split(CHUNK), wanted.split(CHUNK), strict=True):
            scores, states = model(chunk, states)
            states = tuple(state.detach() for state in states)
            optimiser.zero_grad()
            F.binary_cross_entropy_with_logits(scores, answer).backward()
            optimiser.step()
        yield model


@torch.no_grad()
def answers_right(model: OpenOrNot, x: Tensor, wanted: Tensor) -> float:
    """Return the share of answers that is right on x (T, B, 3), from states of zeros."""
    right = (model(x)[0] > 0) == (wanted > 0)
    return right.double().mean().item()


def open_brackets(
    name: str,
    seed: int,
    rounds: int = 8,
    forget_bias: float | None = None,
    rate: float = 0.01,
) -> list[float]:
    """Return for each round of `bracket_models` the share right on 2,000 other characters."""
    x, wanted = (each[:, None] for each in bracket_steps(bracket_text(2000, seed=3)))
    models = bracket_models(name, seed, forget_bias, rate)
    rows = zip(range(rounds), models, strict=False)
    return [answers_right(model, x, wanted) for _, model in rows]


def bracket_memory(name: str, seed: int, rounds: int = 16) -> list[list[float]]:
    """Return for each round of `bracket_models` four numbers of a relative that has a c.

    They are the share right on the 2,000 other characters; the same where the states are zeros
    again after every 500, as in training; the share right on the text that was trained on; and the
    largest number, without its sign, that stands in c along the 2,000.
    """
    other, trained = bracket_steps(bracket_text(2000, seed=3)), bracket_steps(bracket_text(8000, 7))
    x, wanted = (each[:, None] for each in other)
    pieces = [each.view(4, 500, *each.shape[1:]).transpose(0, 1) for each in other]
    found = []
    for _, model in zip(range(rounds), bracket_models(name, seed), strict=False):
        shares = [
            answers_right(model, x, wanted),
            answers_right(model, *pieces),
            answers_right(model, *map(streams, trained)),
        ]
        states, largest = None, 0.0
        with torch.no_grad():
            for x_t in x:
                _, states = model(x_t[None], states)
                largest = max(largest, states[1].abs().max().item())
        found.append([*shares, largest])
    return found


# --- Lesson 15 ---------------------------------------------------------------------------------


def told_apart(scores: Tensor, is_open: Tensor) -> float:
    """Return the share of pairs, one in brackets and one not, of which the first scores higher."""
    return (scores[is_open][:, None] > scores[~is_open]).float().mean().item()


def told_right(scores: Tensor, is_open: Tensor) -> float:
    """Return the share of characters whose score is above 0 just where a bracket is open."""
    return ((scores > 0) == is_open).double().mean().item()


def bracket_units(
    seed: int,
    rounds: int,
    share: Callable[[Tensor, Tensor], float] = told_apart,
    at_mean: bool = True,
) -> list[float]:
    """Train a reader of the course; return 18 numbers about its answers to "is a bracket open?".

    They are the unit whose h is tied most closely to an open bracket on the lines trained on; how
    good the answers are on the other lines, a ``share`` in per cent; and the same when unit 0, 1,
    ... 15 shows one number at every step, its mean or 0.
    """
    reader = readers.train(seed, rounds)
    lines = code_or_prose()
    number = {character: n for n, character in enumerate(readers.alphabet(lines), start=1)}
    numbers = readers.numbered((line.text for line in lines), number)
    wanted = readers.padded([readers.open_brackets(line.text) for line in lines]) > 0
    trained, others = slice(0, TRAINED_ON), slice(TRAINED_ON, None)
    read = numbers != 0

    def measure(model: Reader) -> float:
        with torch.no_grad():
            scores = model(numbers[others], read[others].sum(dim=1), each_step=True)[..., 1]
        scores, is_open = scores[read[others]], wanted[others][read[others]]
        return round(100 * share(scores, is_open), 2)

    with torch.no_grad():
        states = reader.lstm(reader.embedding(numbers[trained]))[0][read[trained]]
    shown = states.mean(dim=0) if at_mean else torch.zeros(16)
    without = [measure(muted(reader, unit, shown[unit])) for unit in range(16)]
    return [int(readers.scores(reader)["unit"]), measure(reader), *without]


def muted(model: Reader, unit: int, value: Tensor) -> Reader:
    """Return a copy in which h of one unit always reads ``value``, for the gates and the head."""
    copy = deepcopy(model)
    lstm, head = copy.lstm, copy.head
    of_h = (lstm.get_parameter("weight_hh_l0"), lstm.get_parameter("bias_hh_l0"))
    pairs = (of_h, (head.weight, head.bias))
    with torch.no_grad():
        for weight, bias in pairs:
            bias += weight[:, unit] * value
            weight[:, unit] = 0
    return copy


# --- The file ----------------------------------------------------------------------------------

Trial = tuple[str, str, int, Callable[[int], Any]]
"""A name, a setting, how many seeds, and what is measured with a seed."""


def trials() -> list[Trial]:
    """Return all trainings that trials.json holds."""
    three = dict(rounds=40, dropout=0.5, elsewhere=0.5)
    longer = partial(doubled_letters, 1, 26, rounds=120)
    later = partial(doubled_letters, 1, 26, later=1)
    five = ("plain RNN", "new LSTM", *BIASES)
    return [
        *(("first sign", name, STARTS, partial(first_sign, name)) for name in five),
        *(
            ("first sign, longer", name, STARTS, partial(first_sign, name, updates=180))
            for name in five[:2]
        ),
        ("brackets in lines", "plain RNN", 5, partial(line_brackets, False)),
        ("brackets in lines", "new LSTM", 5, partial(line_brackets, True)),
        ("code or prose", "1 layer of 16", 5, lambda seed: shares(1, 16, seed)),
        ("code or prose", "1 layer of 26", 5, lambda seed: shares(1, 26, seed)),
        ("code or prose", "2 layers of 16", 5, lambda seed: shares(2, 16, seed)),
        ("doubled letters", "1 layer of 16", 5, lambda seed: doubled_letters(1, 16, seed)),
        ("doubled letters", "1 layer of 26", 5, lambda seed: doubled_letters(1, 26, seed)),
        ("doubled letters", "2 layers of 16", 5, lambda seed: doubled_letters(2, 16, seed)),
        ("doubled letters, longer", "1 layer of 26", 5, longer),
        ("doubled letters, one later", "1 layer of 26", 5, later),
        ("dropout", "none", 5, lambda seed: line_verdicts(2, 16, seed, 40)),
        ("dropout", "between layers", 5, lambda seed: line_verdicts(2, 16, seed, 40, 0.5)),
        ("dropout", "in three places", 5, lambda seed: line_verdicts(2, 16, seed, **three)),
        ("gaps", "one direction", 5, lambda seed: gaps(False, 32, seed)),
        ("gaps", "both directions", 5, lambda seed: gaps(True, 16, seed)),
        ("next characters", "one direction", 5, lambda seed: next_shares(False, 32, seed)),
        ("next characters", "two directions", 5, lambda seed: next_shares(True, 16, seed)),
        ("next characters", "two, 40 rounds", 5, lambda seed: next_shares(True, 16, seed, 40)),
        ("padding", "packed", SEEDS, partial(padding, True)),
        ("padding", "padded", SEEDS, partial(padding, False)),
        ("padding", "padded, 15 rounds", SEEDS, partial(padding, False, rounds=15)),
        (
            "padding",
            "the same, bias 4",
            SEEDS,
            partial(padding, False, rounds=15, forget_bias=4.0),
        ),
        *(
            (
                f"relatives, rate {rate}",
                name,
                SEEDS,
                partial(open_brackets, name, rounds=4, rate=rate),
            )
            for rate in (0.03, 0.1)
            for name in ("LSTM", "coupled gates", "GRU, torch")
        ),
        *(("relatives", name, SEEDS, partial(open_brackets, name)) for name in RELATIVES),
        (
            "relatives",
            "LSTM, forget bias 1",
            SEEDS,
            partial(open_brackets, "LSTM", forget_bias=1.0),
        ),
        *(
            ("relatives, longer", name, SEEDS, partial(open_brackets, name, rounds=16))
            for name in ("LSTM", "no forget gate")
        ),
        *(
            ("relatives, memory", name, SEEDS, partial(bracket_memory, name))
            for name in ("LSTM", "no forget gate")
        ),
        *(
            ("bracket units", f"{rounds} rounds", SEEDS, partial(bracket_units, rounds=rounds))
            for rounds in (10, 40)
        ),
        *(
            (
                "bracket answers",
                setting,
                SEEDS,
                partial(bracket_units, rounds=40, share=told_right, at_mean=at_mean),
            )
            for setting, at_mean in (("muted at the mean", True), ("muted at 0", False))
        ),
        ("minimal LSTM", "brackets", SEEDS, partial(open_brackets, "minimal LSTM")),
        *(
            ("parity", f"{name}, {units} units", SEEDS, partial(parity, name, units))
            for name, units in (("LSTM", 8), ("minimal LSTM", 8), ("minimal LSTM", 64))
        ),
        ("parity, f by tanh", "8 units", SEEDS, partial(parity, "f by tanh", 8)),
        *(
            (f"parity, rate {rate}", setting, 5, partial(parity, name, size, rate=rate))
            for rate in (0.005, 0.02, 0.05)
            for setting, name, size in (
                ("LSTM, 8 units", "LSTM", 8),
                ("matrix memory", "matrix memory", 16),
                ("attention", "attention", 16),
            )
        ),
        *(
            (f"recall, rate {rate}", setting, 5, partial(recall, name, size, rate=rate))
            for rate in (0.003, 0.01, 0.03, 0.1)
            for setting, name, size in (
                ("LSTM, 32 units", "LSTM", 32),
                ("LSTM, 128 units", "LSTM", 128),
                ("matrix memory", "matrix memory", 16),
                ("attention", "attention", 16),
            )
        ),
        (
            "recall, thirty seeds",
            "matrix memory",
            30,
            partial(recall, "matrix memory", 16, rate=0.01),
        ),
    ]


class Start(NamedTuple):
    """A start of lesson 01: its gradient at lag 29 when new and after training, the share right."""

    gradient: float
    right: float
    after: float


def first_signs(updates: int = 60) -> dict[str, list[Start]]:
    """Return the starts of "first sign" by network; with 180 ``updates`` in place of 60 of two."""
    name = {60: "first sign", 180: "first sign, longer"}[updates]
    return {
        network: [Start(10**before, right, 10**after) for before, right, after in rows]
        for network, rows in measured(name).items()
    }


def measured(name: str) -> dict[str, Any]:
    """Return what was measured: for each setting a list with an entry for each seed.

    "first sign" and "first sign, longer": the numbers of `first_sign`, after 60 and 180 updates;
    "brackets in lines": those of `line_brackets`;
    "code or prose": the shares of `line_verdicts` by round; "dropout": all that it returns;
    all of "doubled letters", "gaps" and of "relatives": shares by round;
    but "relatives, memory": the numbers of `bracket_memory`;
    "minimal LSTM": the shares of `open_brackets`; "parity", "parity, f by tanh", "parity, rate
    0.02" and with two other rates: those of `parity`; "recall, rate 0.01" and with three others,
    and "recall, thirty seeds": those of `recall`;
    "bracket units" and "bracket answers": the numbers of `bracket_units`, as shares of pairs told
    apart and of characters told right; "next characters": the two shares of
    `next_shares`, with two directions also after 40 rounds; "padding": the counts of `padding`.

    Raises:
        KeyError: there is no such measurement; the message lists those there are.
    """
    if name not in _file():
        raise KeyError(f"expected one of {', '.join(_file())}, got {name!r}")
    return _file()[name]


@cache
def _file() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def _numbers(text: str) -> dict[str, int]:
    return {character: n for n, character in enumerate(sorted(set(text)))}


def _row(text: str, number: dict[str, int]) -> Tensor:
    return torch.tensor([number.get(character, 0) for character in text])


def rounded(values: Any) -> Any:
    """Return lists and tuples of numbers as lists, to three decimals."""
    if isinstance(values, (list, tuple)):
        return [rounded(each) for each in values]
    return round(values, 3)


def as_text() -> str:
    """Return the file: train everything, and write one line a setting and seed."""
    made: dict[str, dict[str, list]] = {}
    for name, setting, seeds, run in trials():
        made.setdefault(name, {})[setting] = [rounded(run(seed)) for seed in range(seeds)]
        print(name, setting, file=sys.stderr, flush=True)
    blocks = [f'"{name}": {_block(settings)}' for name, settings in made.items()]
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def _block(settings: dict[str, list]) -> str:
    rows = []
    for setting, seeds in settings.items():
        rows.append(f'"{setting}": [\n' + ",\n".join(json.dumps(each) for each in seeds) + "\n]")
    return "{\n" + ",\n".join(rows) + "\n}"


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(as_text(), end="")
