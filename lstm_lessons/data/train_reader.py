"""How reader.json was made: a small LSTM is trained to tell code from prose at every character.

``python -m lstm_lessons.data.train_reader`` trains it again and prints the file, which takes some
seconds. Training asks a second question at every character, whether a bracket is open, so that
the memory has a use that one can see; the file keeps the head's first row alone.

The seed is, of 0 to 9, the one with which a single unit follows the brackets of the lines trained
on most closely; the other lines had no say in that. ``--seeds`` prints all ten.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_lessons.data import Line, code_or_prose, plain_reader
from lstm_lessons.lstm.reader import Reader

SEED = 8
TRAINED_ON = 484
"""How many lines, from the first on, are trained on; the others are from other pages."""

DECIMALS = 4


def alphabet(lines: list[Line]) -> str:
    """Return all characters of the lines, in order; the first has number 1."""
    return "".join(sorted({character for line in lines for character in line.text}))


def open_brackets(text: str) -> list[bool]:
    """Return for each character whether a bracket is open behind it; in strings none counts."""
    depth, quote, found = 0, "", []
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character == '"':
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth = max(0, depth - 1)
        found.append(depth > 0)
    return found


def trained_reader() -> tuple[Reader, dict[str, int]]:
    """Return the reader that goes through the course, trained, and each character's number.

    It has vectors of 8 numbers, 16 units, and one score, which is positive for code; it is float32,
    in eval mode. Numbers of characters begin with 1; 0 is the padding.
    """
    number = {character: n for n, character in enumerate(plain_reader.alphabet(), start=1)}
    with torch.random.fork_rng(devices=[]), torch.device("cpu"):
        reader = Reader(len(number)).float()
    weights = plain_reader.weights().items()
    reader.load_state_dict({name: torch.tensor(values).float() for name, values in weights})
    return reader.eval(), number


def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Return the rows as one block (B, T), with zeros behind each."""
    return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)


def numbered(texts: Iterable[str], number: Mapping[str, int]) -> Tensor:
    """Return the number of each character of B texts, as one block (B, T) with zeros behind."""
    return padded([[number[character] for character in text] for text in texts])


def batch_of(lines: Iterable[str], number: Mapping[str, int]) -> tuple[Tensor, Tensor]:
    """Return numbers (B, T), zeros behind shorter lines, and lengths (B,), as lesson 09 does.

    A character that has no number is 0, too, so the lengths are not counted from the zeros.
    """
    rows = [[number.get(character, 0) for character in line] for line in lines]
    return padded(rows), torch.tensor([len(row) for row in rows])


def train(seed: int, rounds: int = 40) -> Reader:
    """Return the reader with its two outputs: the score for code, and that for an open bracket."""
    torch.manual_seed(seed)
    lines = code_or_prose()
    number = {character: n for n, character in enumerate(alphabet(lines), start=1)}
    numbers = numbered((line.text for line in lines[:TRAINED_ON]), number)
    lengths = (numbers != 0).sum(dim=1)
    brackets = padded([open_brackets(line.text) for line in lines[:TRAINED_ON]])
    is_code = torch.tensor([line.code for line in lines[:TRAINED_ON]])
    answers = torch.stack([is_code[:, None].expand_as(brackets), brackets], dim=2).double()

    reader = Reader(len(number), outputs=2, dropout=0.3).double()  # so that machines agree
    forget = slice(reader.lstm.hidden_size, 2 * reader.lstm.hidden_size)
    nn.init.constant_(reader.lstm.get_parameter("bias_ih_l0")[forget], 1.0)  # lesson 01
    nn.init.constant_(reader.lstm.get_parameter("bias_hh_l0")[forget], 0.0)
    optimiser = torch.optim.Adam(reader.parameters(), lr=0.02)
    for _ in range(rounds):
        for chosen in torch.randperm(TRAINED_ON).split(44):
            scores = reader(numbers[chosen], lengths[chosen], each_step=True)
            mask = numbers[chosen] != 0
            loss = F.binary_cross_entropy_with_logits(scores[mask], answers[chosen][mask])
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 5.0)
            optimiser.step()
    return reader.eval()


def as_text(reader: Reader) -> str:
    """Return the file: the alphabet, and every weight by torch's name, rounded."""
    weights = reader.state_dict()
    weights |= {name: weights[name][:1] for name in ("head.weight", "head.bias")}
    rows = [f'"alphabet": {json.dumps(alphabet(code_or_prose()))}']
    for name, weight in weights.items():
        values = [round(value, DECIMALS) for value in weight.flatten().tolist()]
        rows.append(f'"{name}": {{"shape": {list(weight.shape)}, "values": {values}}}')
    return "{\n" + ",\n".join(rows) + "\n}\n"


def scores(reader: Reader) -> dict[str, float]:
    """Return the shares that the reader gets right, and how closely one unit follows brackets.

    ``trained`` and ``held out``: lines told right at their end. ``unit``: the one whose state h
    correlates most with an open bracket, over the lines trained on that have one; ``tie``: how
    much; ``tie, held out``: the same unit over the other lines.
    """
    lines = code_or_prose()
    number = {character: n for n, character in enumerate(alphabet(lines), start=1)}
    numbers = numbered((line.text for line in lines), number)
    brackets = padded([open_brackets(line.text) for line in lines])
    is_code = torch.tensor([line.code for line in lines])
    valid = (numbers != 0) & brackets.any(dim=1, keepdim=True)
    with torch.no_grad():
        states, _ = reader.lstm(reader.embedding(numbers))
        right = (reader(numbers, (numbers != 0).sum(dim=1))[:, 0] > 0) == is_code
    parts = slice(0, TRAINED_ON), slice(TRAINED_ON, None)
    shares = [right[part].double().mean().item() for part in parts]
    ties = [_ties(states[part][valid[part]], brackets[part][valid[part]]) for part in parts]
    unit = int(ties[0].argmax())
    tie, held_out = (float(each[unit]) for each in ties)
    return {
        "trained": shares[0],
        "held out": shares[1],
        "unit": unit,
        "tie": tie,
        "tie, held out": held_out,
    }


def _ties(states: Tensor, brackets: Tensor) -> Tensor:
    """Return the size of each unit's correlation (H,) with what is true or false at each step."""
    rows = torch.cat([states, brackets[:, None]], dim=1).double()
    return torch.corrcoef(rows.T)[-1, :-1].abs()


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:] == ["--seeds"]:
        for seed in range(10):
            rounded = {name: round(each, 3) for name, each in scores(train(seed)).items()}
            print(seed, rounded)
    else:
        print(as_text(train(SEED)), end="")
