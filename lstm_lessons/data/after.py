"""What lessons 19 and 20 measured with several seeds: tiny tasks for a state, and for a look back.

`parity`: after each bit of a row, are the ones so far odd in number?
`recall`: after pairs of a key and a value, which value stood beside this key?
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_lessons.lstm.matrix import attention, matrix_at_once
from lstm_lessons.lstm.minimal import MinimalLSTM, scan

SHORT, LONG = 20, 200
"""How many bits a row has in training, and in the longer test."""

KEYS, VALUES = 16, 8


def bits(length: int, count: int) -> tuple[Tensor, Tensor]:
    """Return random bits as vectors (T, B, 2), and after each whether the ones are odd, (T, B)."""
    drawn = torch.randint(0, 2, (length, count))
    return F.one_hot(drawn, 2).double(), (drawn.cumsum(dim=0) % 2).double()


def layer(name: str, input_size: int, hidden_size: int) -> nn.Module:
    """Return a new layer, drawn in float32 whatever the default is, and then float64."""
    kinds = {"LSTM": nn.LSTM, "minimal LSTM": MinimalLSTM, "f by tanh": TanhForget}
    kind = kinds.get(name)
    if kind is None:
        return LookBack(name, input_size, hidden_size).double()
    return kind(input_size, hidden_size, dtype=torch.float32).double()


class TanhForget(MinimalLSTM):
    """A minimal LSTM but for its gates: f is the tanh of z_f, from -1 to 1, and i a sigmoid."""

    squashed = staticmethod(torch.tanh)

    def forward(
        self, x: Tensor, states: tuple[Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor]]:
        """Return output (T, B, H) and the last (c,), (B, H), from zeros.

        Raises:
            ValueError: there are ``states``.
        """
        if states is not None:
            raise ValueError("expected no states: this layer begins with zeros")
        z_i, z_f, g = F.linear(x, self.weight, self.bias).chunk(3, dim=-1)
        output = scan(self.squashed(z_f), torch.sigmoid(z_i) * g)
        return output, (output[-1],)


class LookBack(nn.Module):
    """One layer of attention, or of a matrix memory; a step has a query, a key and a value."""

    def __init__(self, name: str, input_size: int, size: int) -> None:
        super().__init__()
        self.name = name
        self.qkv = nn.Linear(input_size, 3 * size, dtype=torch.float32)
        self.gates = nn.Linear(input_size, 2, dtype=torch.float32)

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        """Return what each step finds, (T, B, D), and None in the place of states."""
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        if self.name == "attention":
            return torch.func.vmap(attention, in_dims=1, out_dims=1)(q, k, v), None
        z_i, z_f = self.gates(x).unbind(dim=-1)
        found = torch.func.vmap(matrix_at_once, in_dims=1, out_dims=1)
        return found(q, k, v, z_i.exp(), z_f.sigmoid()), None


def parity(
    name: str, hidden_size: int, seed: int, updates: int = 500, rate: float = 0.02
) -> list[float]:
    """Train on rows of 20 bits, asked after each; return the shares right after the last bit.

    They are those of 1,000 new rows of 20 bits, and of 200 bits.
    """
    torch.manual_seed(seed)
    network = layer(name, 2, hidden_size)
    head = nn.Linear(hidden_size, 1, dtype=torch.float32).double()
    for loss in _trained([*network.parameters(), *head.parameters()], rate, updates):
        x, odd = bits(SHORT, 32)
        loss(F.binary_cross_entropy_with_logits(head(network(x)[0])[..., 0], odd))
    found = []
    for length in (SHORT, LONG):
        x, odd = bits(length, 1000)
        with torch.no_grad():
            says = head(network(x)[0][-1])[:, 0] > 0
        found.append((says == (odd[-1] > 0)).double().mean().item())
    return found


def pairs(count: int, rows: int) -> tuple[Tensor, Tensor]:
    """Return rows of pairs with a question behind them, (T, B, 24), and the values asked, (B,).

    A step is one of 16 keys beside one of 8 values. No key comes twice in a row, but that the last
    step is a key that was there, with no value.
    """
    drawn = torch.rand(rows, KEYS, dtype=torch.float32)  # the same whatever the default is
    keys = drawn.argsort(dim=1)[:, :count]
    values = torch.randint(0, VALUES, (rows, count))
    asked, row = torch.randint(0, count, (rows,)), torch.arange(rows)
    both = torch.cat([F.one_hot(keys, KEYS), F.one_hot(values, VALUES)], dim=2)
    question = F.one_hot(keys[row, asked], KEYS + VALUES)
    x = torch.cat([both, question[:, None]], dim=1)
    return x.transpose(0, 1).double(), values[row, asked]


def spelled(row: Tensor) -> str:
    """Return a row of `pairs`, (T, 24), as letters and digits, with ? for the value asked."""
    keys = ["abcdefghijklmnop"[key] for key in row[:, :KEYS].argmax(dim=1).tolist()]
    values = [*map(str, row[:-1, KEYS:].argmax(dim=1).tolist()), "?"]
    return "   ".join(f"{key} {value}" for key, value in zip(keys, values, strict=True))


def recall(
    name: str, hidden_size: int, seed: int, updates: int = 600, rate: float = 0.01
) -> list[float]:
    """Train on 8 pairs and a question; return the shares right of 1,000 rows of 4, 8 and 16."""
    torch.manual_seed(seed)
    network = layer(name, KEYS + VALUES, hidden_size)
    head = nn.Linear(hidden_size, VALUES, dtype=torch.float32).double()
    for loss in _trained([*network.parameters(), *head.parameters()], rate, updates):
        x, wanted = pairs(8, 64)
        loss(F.cross_entropy(head(network(x)[0][-1]), wanted))
    found = []
    for count in (4, 8, 16):
        x, wanted = pairs(count, 1000)
        with torch.no_grad():
            says = head(network(x)[0][-1]).argmax(dim=1)
        found.append((says == wanted).double().mean().item())
    return found


def _trained(parameters: list[nn.Parameter], rate: float, updates: int) -> Iterator:
    """Yield, for each update, the function that takes its loss and makes the step."""
    optimiser = torch.optim.Adam(parameters, lr=rate)

    def step(loss: Tensor) -> None:
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    for _ in range(updates):
        yield step
