"""Lesson 08's two tasks, cut into streams, and the share of right answers, read in chunks."""

import torch
from torch import Tensor, nn

from lstm_lessons.data.brackets import bracket_text, is_open

STREAMS = 16
LAG = 3
"""How many steps behind its sign an echo comes."""


def brackets(seed: int) -> tuple[Tensor, Tensor]:
    """Return 8,000 dots and brackets as vectors, and whether one is open behind each.

    Shapes: (500, 16, 3), with a 1 for what the character is; (500, 16), 1 for open.
    """
    text = bracket_text(8000, seed)
    kinds = torch.tensor([".()".index(character) for character in text])
    vectors = nn.functional.one_hot(kinds, num_classes=3).double()
    return _side_by_side(vectors), _side_by_side(torch.tensor(is_open(text)).double())


def echo(seed: int) -> tuple[Tensor, Tensor]:
    """Return 400 signs in each stream, and which of three steps before were +1.

    The first three answers mean nothing: they are the last signs of their stream.

    Shapes: (400, 16, 1), +1 or -1; (400, 16), 1 for +1.
    """
    random = torch.Generator().manual_seed(seed)
    signs = torch.randint(0, 2, (400, STREAMS), generator=random).double()
    return (2 * signs - 1)[:, :, None], signs.roll(LAG, dims=0)


def share_right(
    model: tuple[nn.LSTM, nn.Linear], x: Tensor, answers: Tensor, k: int, hand_on: bool
) -> float:
    """Return the share of right answers of an LSTM and its head, read in chunks of k steps.

    At each cut the state is handed on, or it begins anew with zeros. A score above 0 answers 1.

    Shapes: x (T, B, I), answers (T, B).
    """
    lstm, head = model
    hx, right = None, []
    with torch.no_grad():
        for chunk, answer in zip(x.split(k), answers.split(k), strict=True):
            output, states = lstm(chunk, hx)
            hx = states if hand_on else None
            right.append((head(output)[..., 0] > 0) == (answer == 1))
    return torch.cat(right).double().mean().item()


def _side_by_side(values: Tensor) -> Tensor:
    """Return one long row of values as streams, (T, B, ...)."""
    return values.unflatten(0, (STREAMS, -1)).transpose(0, 1)
