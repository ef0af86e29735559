"""The shape ledger: every tensor of nn.LSTM, its symbols, its size, and why it has them.

Symbols: I input_size, H hidden_size, L num_layers, D directions (1 or 2), P proj_size,
B batch, T time. In the rules below R is the size of h; nobody sees it: it is written out as P
under projection, else as H. A `Configuration` lists all tensors in these symbols. The short pages,
such as `lstm_parameters`, also leave D out where it is 1.

Source of the shapes: the documentation of torch.nn.LSTM and torch.nn.LSTMCell; the tests hold
them against real modules.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from math import prod
from typing import SupportsIndex, overload

GATES = ("i", "f", "g", "o")
"""The four gates, in the order in which torch stacks them."""

GATE_NAMES = {"i": "input gate", "f": "forget gate", "g": "news", "o": "output gate"}


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

    @property
    def product(self) -> str:
        """The shape in symbols as one writes it down: ``4H × D·R``."""
        return " × ".join(self.symbols)


class Ledger(tuple[Entry, ...]):
    """The entries of one configuration, in torch's order; reads well in a notebook."""

    @overload
    def __getitem__(self, key: SupportsIndex | str) -> Entry: ...

    @overload
    def __getitem__(self, key: slice) -> "Ledger": ...

    def __getitem__(self, key: SupportsIndex | str | slice) -> "Entry | Ledger":
        """Return an entry by position or by name.

        Raises:
            KeyError: no tensor has this name; the message lists those there are.
        """
        if isinstance(key, slice):
            return Ledger(super().__getitem__(key))
        if not isinstance(key, str):
            return super().__getitem__(key)
        for entry in self:
            if entry.name == key:
                return entry
        known = ", ".join(entry.name for entry in self)
        raise KeyError(f"expected the name of a tensor ({known}), got {key!r}")

    def __repr__(self) -> str:
        """Return the ledger as lines of plain text."""
        width = max((len(entry.name) for entry in self), default=0)
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


@dataclass(frozen=True, repr=False)
class Configuration:
    """One configuration of nn.LSTM and of a call of it: all its tensors; a table in a notebook.

    The arguments are torch's own; dropout is not among them, as no shape hangs on it. ``seq_len``
    and ``batch`` are those of the call, at first those of the lessons. ``batch=None`` stands for
    one sequence without an axis for the batch, (T, I); ``batch_first`` does not touch it.

    Raises:
        ValueError: a size is no whole number above 0, a switch is neither True nor False, or
            proj_size is not from 0 to hidden_size - 1.
    """

    input_size: int
    hidden_size: int
    num_layers: int = 1
    bias: bool = True
    batch_first: bool = False
    bidirectional: bool = False
    proj_size: int = 0
    seq_len: int = 24
    batch: int | None = 10

    def __post_init__(self) -> None:
        """Let arguments pass that nn.LSTM can be made with."""
        _check_sizes(
            input_size=self.input_size, hidden_size=self.hidden_size, num_layers=self.num_layers
        )
        for name in ("bias", "batch_first", "bidirectional"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} must be True or False, got {getattr(self, name)!r}")
        whole = isinstance(self.proj_size, int) and not isinstance(self.proj_size, bool)
        if not whole or not 0 <= self.proj_size < self.hidden_size:
            raise ValueError(
                "proj_size must be a whole number from 0 (no projection) to hidden_size - 1 = "
                f"{self.hidden_size - 1}, got {self.proj_size!r}"
            )
        _check_sizes(seq_len=self.seq_len, batch=1 if self.batch is None else self.batch)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """What each symbol stands for here; B and P only where there are any."""
        found = {
            "T": self.seq_len,
            "B": self.batch,
            "I": self.input_size,
            "H": self.hidden_size,
            "L": self.num_layers,
            "D": 1 + self.bidirectional,
            "P": self.proj_size or None,
            "R": self.proj_size or self.hidden_size,
        }
        return {symbol: number for symbol, number in found.items() if number is not None}

    @cached_property
    def parameters(self) -> Ledger:
        """The parameters, in the order of ``named_parameters()``."""
        return Ledger(
            entry
            for layer in range(self.num_layers)
            for suffix in (("", "_reverse") if self.bidirectional else ("",))
            for entry in self._one_direction(layer, f"_l{layer}{suffix}")
        )

    @cached_property
    def tensors(self) -> Ledger:
        """What goes into a call and comes out: input, h_0, c_0, output, h_n, c_n."""
        words = "each word" if self.batch is None else "each word of each sentence"
        sides, whose, end = "", "every layer's", "after its last step"
        if self.bidirectional:
            sides, whose = "; both directions side by side", "every layer's and direction's"
            end += ", which in reverse is step 0"
        start = "before the first step; zero if not given"
        rows = (
            ("input", (*self._front, "I"), f"a vector of I numbers for {words}"),
            ("h_0", self._states("R"), f"h {start}"),
            ("c_0", self._states("H"), f"c {start}"),
            ("output", (*self._front, "D·R"), "the top layer's h after every step" + sides),
            ("h_n", self._states("R"), f"{whose} h {end}"),
            ("c_n", self._states("H"), f"{whose} c {end}"),
        )
        return Ledger(self._entry(*row) for row in rows)

    def __getitem__(self, name: str) -> Entry:
        """Return a parameter, input, state or result by its name in torch.

        Raises:
            KeyError: no tensor has this name; the message lists those there are.
        """
        return Ledger((*self.parameters, *self.tensors))[name]

    @property
    def total(self) -> int:
        """The number of parameters, in closed form.

        A direction of a layer that reads n numbers has 4H(n + R) weights, 8H biases, and PH more
        under projection. n is I in the first layer, D·R above.
        """
        D, H, R = (self.numbers[symbol] for symbol in "DHR")
        rest = 8 * H * self.bias + self.proj_size * H
        first = 4 * H * (self.input_size + R) + rest
        above = 4 * H * (D * R + R) + rest
        return D * (first + (self.num_layers - 1) * above)

    @property
    def formula(self) -> str:
        """The closed form in symbols, with the terms that this configuration has."""
        rest = (" + 8·H" if self.bias else "") + (" + P·H" if self.proj_size else "")
        first, above = (self.written(f"D·(4·H·({reads} + R){rest})") for reads in ("I", "D·R"))
        return first + (f" + (L − 1)·{above}" if self.num_layers > 1 else "")

    @property
    def key(self) -> str:
        """What each symbol stands for, in a line."""
        return ", ".join(f"{name} = {size}" for name, size in self.numbers.items() if name != "R")

    def written(self, symbols: str) -> str:
        """Return symbols as they are shown: P for R under projection, else H."""
        return symbols.replace("R", "P" if self.proj_size else "H")

    @property
    def count(self) -> str:
        """The number of parameters in a line: in symbols, in numbers, and what it comes to."""
        numbers = re.sub(r"[A-Z]", lambda symbol: str(self.numbers[symbol[0]]), self.formula)
        return f"{self.formula} = {numbers} = {self.total}"

    def __repr__(self) -> str:
        """Return the ledger as lines of plain text."""
        entries = (*self.parameters, *self.tensors)
        table = [(e.name, e.product, str(e.shape), str(e.size), e.why) for e in entries]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = (
            "  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip()
            for line in table
        )
        return "\n".join((self.key, *lines, f"parameters: {self.count}"))

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{text}</th>" for text in ("tensor", "shape", "here", "size", "why"))
        body = _group("parameters", self.parameters) + _group("a call", self.tensors)
        return (
            f"<p>{escape(self.key)}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"<p>Parameters: {escape(self.count)}</p>"
        )

    def _entry(self, name: str, symbols: tuple[str, ...], why: str) -> Entry:
        written = tuple(map(self.written, symbols))
        return Entry(name, written, tuple(map(self._number, written)), why)

    def _number(self, symbol: str) -> int:
        """Return what a symbol or a product of symbols stands for: 4H, D·R."""
        factors = re.findall(r"\d+|[A-Z]", symbol)
        return prod(int(each) if each.isdigit() else self.numbers[each] for each in factors)

    @property
    def _front(self) -> tuple[str, ...]:
        """The axes of a sequence before the last."""
        if self.batch is None:
            return ("T",)
        return ("B", "T") if self.batch_first else ("T", "B")

    def _states(self, size: str) -> tuple[str, ...]:
        """Return the axes of a state: batch_first does not touch them."""
        return ("L·D", size) if self.batch is None else ("L·D", "B", size)

    def _one_direction(self, layer: int, suffix: str) -> Iterator[Entry]:
        stacked = "gates stacked i, f, g, o; "
        reads, columns = "I", "a column for each number of x_t"
        if layer > 0:
            reads, columns = "D·R", "a column for each number that the layer below hands up"
        yield self._entry(f"weight_ih{suffix}", ("4H", reads), stacked + columns)
        yield self._entry(
            f"weight_hh{suffix}", ("4H", "R"), stacked + "a column for each number of h"
        )
        if self.bias:
            yield self._entry(f"bias_ih{suffix}", ("4H",), "a number for each unit of each gate")
            yield self._entry(f"bias_hh{suffix}", ("4H",), "a second bias, added to the first")
        if self.proj_size:
            yield self._entry(
                f"weight_hr{suffix}", ("P", "H"), "makes the P numbers of h from H numbers"
            )


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
    """Return the ledger of the parameters of nn.LSTM, in the order of ``named_parameters()``.

    Raises:
        ValueError: an argument is out of its range; see `Configuration`.
    """
    configuration = Configuration(
        input_size,
        hidden_size,
        num_layers,
        bias=bias,
        bidirectional=bidirectional,
        proj_size=proj_size,
    )
    return _written_out(configuration.parameters, configuration)


def cell_parameters(input_size: int, hidden_size: int, bias: bool = True) -> Ledger:
    """Return the ledger of the parameters of nn.LSTMCell, in the order of torch."""
    ledger = lstm_parameters(input_size, hidden_size, bias=bias)
    return Ledger(
        Entry(entry.name.removesuffix("_l0"), entry.symbols, entry.shape, entry.why)
        for entry in ledger
    )


def lstm_tensors(
    seq_len: int,
    batch: int | None,
    input_size: int,
    hidden_size: int,
    num_layers: int = 1,
    batch_first: bool = False,
    bidirectional: bool = False,
    proj_size: int = 0,
) -> Ledger:
    """Return the ledger of what goes into a call of nn.LSTM and what comes out.

    In order: input, h_0, c_0, output, h_n, c_n. Without an axis for the batch, batch is None.

    Raises:
        ValueError: an argument is out of its range; see `Configuration`.
    """
    configuration = Configuration(
        input_size,
        hidden_size,
        num_layers,
        batch_first=batch_first,
        bidirectional=bidirectional,
        proj_size=proj_size,
        seq_len=seq_len,
        batch=batch,
    )
    return _written_out(configuration.tensors, configuration)


def gate_entries(input_size: int, hidden_size: int, gate: str) -> Ledger:
    """Return what takes part in one gate's equation: its weights, biases, x_t and h_{t-1}."""
    _check_sizes(input_size=input_size, hidden_size=hidden_size)
    gate_rows(gate, hidden_size)
    I, H = input_size, hidden_size  # noqa: E741 - the field's own symbols
    return Ledger(
        (
            Entry(
                f"W_i{gate}",
                ("H", "I"),
                (H, I),
                "a row for each unit, a column for each number of x_t",
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
    """Return the number of parameters of nn.LSTM, in closed form; see `Configuration.total`.

    Raises:
        ValueError: an argument is out of its range; see `Configuration`.
    """
    return Configuration(
        input_size,
        hidden_size,
        num_layers,
        bias=bias,
        bidirectional=bidirectional,
        proj_size=proj_size,
    ).total


def _written_out(entries: Iterable[Entry], configuration: Configuration) -> Ledger:
    """Return entries in the symbols of one configuration: no D where it is 1."""

    def write(symbol: str) -> str:
        return symbol if configuration.bidirectional else re.sub("·D|D·", "", symbol)

    return Ledger(replace(entry, symbols=tuple(map(write, entry.symbols))) for entry in entries)


def _group(title: str, entries: Iterable[Entry]) -> str:
    """Return the rows of a group of tensors under its title."""
    rows = "".join(
        f"<tr><td style='text-align:left'><code>{escape(entry.name)}</code></td>"
        f"<td>{escape(entry.product)}</td><td>{entry.shape}</td><td>{entry.size}</td>"
        f"<td style='text-align:left'>{escape(entry.why)}</td></tr>"
        for entry in entries
    )
    return f"<tr><th colspan='5' style='text-align:left'>{escape(title)}</th></tr>{rows}"


def _symbols(entry: Entry) -> str:
    return "(" + ", ".join(entry.symbols) + ("," if len(entry.symbols) == 1 else "") + ")"


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise ValueError(f"{name} must be a whole number above 0, got {size!r}")
