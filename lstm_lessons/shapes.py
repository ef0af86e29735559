"""The shape ledger: every tensor of nn.LSTM, its symbols, its size, and why it has them.

Symbols: I input_size, H hidden_size, L num_layers, D directions (1 or 2), P proj_size,
R the size of h (P under projection, else H), B batch, T time. Source of the shapes: the
documentation of torch.nn.LSTM and torch.nn.LSTMCell; the tests hold them against real modules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from math import prod

GATES = ("i", "f", "g", "o")
"""The four gates, in the order in which torch stacks them."""

GATE_NAMES = {"i": "input gate", "f": "forget gate", "g": "candidate", "o": "output gate"}


@dataclass(frozen=True)
class Entry:
    """One tensor: its name in torch, its shape in symbols and in numbers, and the reason."""

    name: str
    symbols: tuple[str, ...]
    shape: tuple[int, ...]
    why: str

    @property
    def size(self) -> int:
        """How many numbers the tensor holds."""
        return prod(self.shape)


class Ledger(tuple[Entry, ...]):
    """The entries of one configuration, in torch's order; reads well in a notebook."""

    def __getitem__(self, key):  # noqa: ANN001, ANN204 - tuple's own signature, plus names
        """Return an entry by position or by name.

        Raises:
            KeyError: no tensor has this name; the message lists those there are.
        """
        if not isinstance(key, str):
            return super().__getitem__(key)
        for entry in self:
            if entry.name == key:
                return entry
        known = ", ".join(entry.name for entry in self)
        raise KeyError(f"expected the name of a tensor ({known}), got {key!r}")

    def __repr__(self) -> str:
        """Return the ledger as lines of plain text."""
        width = max(len(entry.name) for entry in self)
        return "\n".join(
            f"{entry.name:<{width}}  {_symbols(entry)} = {entry.shape}" for entry in self
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align:left'><code>{escape(entry.name)}</code></td>"
            f"<td>{escape(_symbols(entry))}</td><td>{entry.shape}</td>"
            f"<td style='text-align:left'>{escape(entry.why)}</td></tr>"
            for entry in self
        )
        head = "<tr><th>tensor</th><th>shape</th><th>here</th><th>why</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def gate_rows(gate: str, hidden_size: int) -> slice:
    """Return the rows of one gate in a stacked weight or bias of 4H rows.

    Raises:
        ValueError: the gate is not one of i, f, g, o.
    """
    if gate not in GATES:
        raise ValueError(f"expected one of the gates i, f, g, o, got {gate!r}")
    start = GATES.index(gate) * hidden_size
    return slice(start, start + hidden_size)


def lstm_parameters(
    input_size: int,
    hidden_size: int,
    num_layers: int = 1,
    bias: bool = True,
    bidirectional: bool = False,
    proj_size: int = 0,
) -> Ledger:
    """Return the ledger of the parameters of nn.LSTM, in the order of ``named_parameters()``."""
    _check_sizes(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
    return Ledger(
        entry
        for layer in range(num_layers)
        for reverse in range(1 + bidirectional)
        for entry in _one_direction(
            layer, reverse, input_size, hidden_size, bias, 1 + bidirectional, proj_size
        )
    )


def cell_parameters(input_size: int, hidden_size: int, bias: bool = True) -> Ledger:
    """Return the ledger of the parameters of nn.LSTMCell, in the order of torch."""
    ledger = lstm_parameters(input_size, hidden_size, bias=bias)
    return Ledger(
        Entry(entry.name.removesuffix("_l0"), entry.symbols, entry.shape, entry.why)
        for entry in ledger
    )


def lstm_tensors(
    seq_len: int,
    batch: int,
    input_size: int,
    hidden_size: int,
    num_layers: int = 1,
    batch_first: bool = False,
    bidirectional: bool = False,
    proj_size: int = 0,
) -> Ledger:
    """Return the ledger of what goes into a call of nn.LSTM and what comes out.

    In order: input, h_0, c_0, output, h_n, c_n, for an input with a batch axis.
    """
    _check_sizes(
        seq_len=seq_len,
        batch=batch,
        input_size=input_size,
        hidden_size=hidden_size,
        num_layers=num_layers,
    )
    directions = 1 + bidirectional
    state, r = (proj_size, "P") if proj_size else (hidden_size, "H")
    slots, slots_symbol = directions * num_layers, "D·L" if bidirectional else "L"
    front = (("B", "T"), (batch, seq_len)) if batch_first else (("T", "B"), (seq_len, batch))
    wide = f"2{r}" if bidirectional else r

    def sequence(name: str, symbol: str, size: int, why: str) -> Entry:
        return Entry(name, (*front[0], symbol), (*front[1], size), why)

    def states(name: str, symbol: str, size: int, why: str) -> Entry:
        return Entry(name, (slots_symbol, "B", symbol), (slots, batch, size), why)

    return Ledger(
        (
            sequence(
                "input", "I", input_size, "a vector of I numbers for each word of each sentence"
            ),
            states("h_0", r, state, "h before the first step; zero if not given"),
            states("c_0", "H", hidden_size, "c before the first step; zero if not given"),
            sequence("output", wide, directions * state, "the top layer's h after every step"),
            states("h_n", r, state, "every layer's h after its last step"),
            states("c_n", "H", hidden_size, "every layer's c after its last step"),
        )
    )


def gate_entries(input_size: int, hidden_size: int, gate: str) -> Ledger:
    """Return what takes part in one gate's equation: its weights, biases, x_t and h_{t-1}."""
    _check_sizes(input_size=input_size, hidden_size=hidden_size)
    gate_rows(gate, hidden_size)
    I, H = input_size, hidden_size  # noqa: E741, N806 - the field's own symbols
    return Ledger(
        (
            Entry(
                f"W_i{gate}",
                ("H", "I"),
                (H, I),
                "a row for each unit, a column for each feature of x_t",
            ),
            Entry("x_t", ("I",), (I,), "one word: I numbers"),
            Entry(f"b_i{gate}", ("H",), (H,), "a number for each unit"),
            Entry(
                f"W_h{gate}",
                ("H", "H"),
                (H, H),
                "a row for each unit, a column for each number of h",
            ),
            Entry("h_{t-1}", ("H",), (H,), "the state of the step before"),
            Entry(f"b_h{gate}", ("H",), (H,), "torch keeps a second bias, added to the first"),
            Entry(f"{gate}_t", ("H",), (H,), "the gate: a number for each unit"),
        )
    )


def count_parameters(
    input_size: int,
    hidden_size: int,
    num_layers: int = 1,
    bias: bool = True,
    bidirectional: bool = False,
    proj_size: int = 0,
) -> int:
    """Return the number of parameters of nn.LSTM, in closed form.

    A direction of a layer that reads ``n`` numbers and hands on R has 4H(n + R) weights,
    8H biases, and P*H more under projection.
    """
    directions = 1 + bidirectional
    state = proj_size or hidden_size
    rest = 8 * hidden_size * bias + proj_size * hidden_size
    first = 4 * hidden_size * (input_size + state) + rest
    above = 4 * hidden_size * (directions * state + state) + rest
    return directions * (first + (num_layers - 1) * above)


def _one_direction(
    layer: int,
    reverse: int,
    input_size: int,
    hidden_size: int,
    bias: bool,
    directions: int,
    proj_size: int,
) -> Iterator[Entry]:
    suffix = f"_l{layer}" + ("_reverse" if reverse else "")
    H = hidden_size  # noqa: N806
    R, r = (proj_size, "P") if proj_size else (H, "H")  # noqa: N806
    if layer == 0:
        reads, symbol, what = input_size, "I", "a column for each feature of x_t"
    else:
        reads = directions * R
        symbol = f"2{r}" if directions == 2 else r
        what = "a column for each number that the layer below hands up"
    stacked = "gates stacked i, f, g, o; "
    yield Entry(f"weight_ih{suffix}", ("4H", symbol), (4 * H, reads), stacked + what)
    yield Entry(
        f"weight_hh{suffix}", ("4H", r), (4 * H, R), stacked + "a column for each number of h"
    )
    if bias:
        yield Entry(f"bias_ih{suffix}", ("4H",), (4 * H,), "a number for each unit of each gate")
        yield Entry(f"bias_hh{suffix}", ("4H",), (4 * H,), "a second bias, added to the first")
    if proj_size:
        yield Entry(f"weight_hr{suffix}", ("P", "H"), (R, H), "projects h from H numbers to P")


def _symbols(entry: Entry) -> str:
    return "(" + ", ".join(entry.symbols) + ("," if len(entry.symbols) == 1 else "") + ")"


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise ValueError(f"{name} must be a whole number above 0, got {size!r}")
