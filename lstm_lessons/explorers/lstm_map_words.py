"""What the map of nn.LSTM says of one setting: the code, the parameters in groups, the remarks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lstm_lessons.shapes import Configuration, Entry

DEFAULTS = {
    "num_layers": 1,
    "bias": True,
    "batch_first": False,
    "dropout": 0,
    "bidirectional": False,
    "proj_size": 0,
}
"""torch's own, in torch's order; an argument that has its default is not written."""

# The parameters that share a shape: how their names begin, the symbols, and what is said where
# there are none. Of those that nobody has asked for, nothing is said.
_ROWS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("weight_ih", ("4H", "I"), ""),
    ("weight_ih", ("4H", "D·R"), ""),
    ("weight_hh", ("4H", "R"), ""),
    ("bias_ih", ("4H",), "none with bias=False"),
    ("bias_hh", ("4H",), "none with bias=False"),
    ("weight_hr", ("P", "H"), ""),
)


@dataclass(frozen=True)
class Group:
    """Parameters of one shape. Where there are none, ``absent`` says why."""

    name: str
    members: tuple[Entry, ...]
    absent: str

    @property
    def numbers(self) -> str:
        """How many numbers the group holds: ``3 × 1024 = 3072``."""
        each, count = self.members[0].size, len(self.members)
        return str(each) if count == 1 else f"{count} × {each} = {count * each}"


@dataclass(frozen=True)
class Setting:
    """One setting of the controls: an nn.LSTM and a call of it.

    ``dropout`` and ``refused`` change no shape. ``refused`` is the proj_size that was asked for
    where nn.LSTM does not take it, and None where it does.
    """

    configuration: Configuration
    dropout: float
    refused: int | None

    @property
    def constructor(self) -> str:
        """The line that makes the layer, with the arguments that differ from torch's defaults."""
        made = self.configuration
        given = {name: getattr(made, name, self.dropout) for name in DEFAULTS}
        named = "".join(
            f", {name}={value}" for name, value in given.items() if value != DEFAULTS[name]
        )
        return f"lstm = nn.LSTM({made.input_size}, {made.hidden_size}{named})"

    @property
    def code(self) -> list[tuple[str, str]]:
        """The lines that make the layer and call it, each with its comment."""
        tensors = self.configuration.tensors
        results = ", ".join(f"{name} {tensors[name].shape}" for name in ("output", "h_n", "c_n"))
        return [
            (self.constructor, ""),
            (f"x = torch.randn{_arguments(tensors['input'])}", symbols(tensors["input"])),
            (f"h_0 = torch.zeros{_arguments(tensors['h_0'])}", symbols(tensors["h_0"])),
            (f"c_0 = torch.zeros{_arguments(tensors['c_0'])}", symbols(tensors["c_0"])),
            ("output, (h_n, c_n) = lstm(x, (h_0, c_0))", results),
            self._last,
        ]

    @property
    def _last(self) -> tuple[str, str]:
        """The line that fetches the top layer's last h, and where in output it stands, too."""
        made = self.configuration
        shape = made["h_n"].shape[1:]
        if not made.bidirectional:
            return "last = h_n[-1]", f"{shape}, the top layer's; also {self.step(-1)}"
        size = made.numbers["R"]
        places = f"{self.step(-1, f':{size}')}, {self.step(0, f'{size}:')}"
        return "forward, reverse = h_n[-2], h_n[-1]", f"{shape} each; also {places}"

    def step(self, t: int, columns: str = "") -> str:
        """Return the code for one step of output: ``output[:, -1, :16]``."""
        made = self.configuration
        axes = [str(t)]
        if made.batch is not None and made.batch_first:
            axes = [":", str(t)]
        elif made.batch is not None and columns:
            axes = [str(t), ":"]
        return f"output[{', '.join([*axes, columns] if columns else axes)}]"

    @property
    def groups(self) -> list[Group]:
        """The parameters, those of one shape together."""
        made = self.configuration
        parameters = made.parameters
        found = []
        for stem, axes, absent in _ROWS:
            members = tuple(
                entry
                for entry in parameters
                if entry.name.startswith(f"{stem}_l")
                and entry.symbols == tuple(map(made.written, axes))
            )
            if not members and not absent:
                continue
            first = int(stem == "weight_ih" and axes[1] != "I")
            last = 0 if axes[-1] == "I" else made.num_layers - 1
            layers = f"{stem}_l{first}"
            if last > first:
                layers += f"{',' if last == first + 1 else ' …'} _l{last}"
            if made.bidirectional:
                layers += " (_reverse)"
            found.append(Group(layers, members, "" if members else absent))
        return found

    @property
    def directions(self) -> tuple[str, ...]:
        """The directions by name."""
        return ("forward", "reverse") if self.configuration.bidirectional else ("forward",)

    @property
    def cells(self) -> list[tuple[int, str]]:
        """Layer and direction of each place along the first axis of the states."""
        layers = range(self.configuration.num_layers)
        return [(layer, direction) for layer in layers for direction in self.directions]

    def cell_name(self, layer: int, direction: str) -> str:
        """Return what a cell is called; the direction only where there are two."""
        return f"layer {layer}" + (f", {direction}" if len(self.directions) == 2 else "")

    @property
    def remarks(self) -> list[str]:
        """What one should know of this very configuration, a line each."""
        return [
            *self._on_mistakes(),
            *self._on_the_call(),
            *self._on_directions(),
            *self._on_layers(),
            *self._on_sizes(),
            "lstm(x) without states starts from zeros. No parameter has an axis T or B: "
            "the same weights read any length, any batch.",
        ]

    def _on_mistakes(self) -> Iterator[str]:
        made = self.configuration
        if self.refused is not None:
            shown = f"proj_size={made.proj_size}" if made.proj_size else "no projection"
            yield (
                f"proj_size={self.refused} raises an error: it must be smaller than "
                f"hidden_size={made.hidden_size}. Shown here: {shown}."
            )
        if self.dropout and made.num_layers == 1:
            yield (
                f"dropout={self.dropout} does nothing with one layer: it acts between layers. "
                "PyTorch warns when the layer is made."
            )

    def _on_the_call(self) -> Iterator[str]:
        made = self.configuration
        if made.batch is None:
            yield (
                "2-D input is one sequence, (T, I): batch_first does not touch it, "
                "and no tensor has an axis B."
            )
        elif made.batch_first:
            yield (
                "batch_first moves B to the front of input and output, never of the states: "
                f"h_0 stays {symbols(made['h_0'])} = {made['h_0'].shape}."
            )
        else:
            yield (
                "Time comes first: x[0] is word 0 of all sentences, "
                "x[:, 0] is all words of sentence 0."
            )

    def _on_directions(self) -> Iterator[str]:
        made = self.configuration
        if not made.bidirectional:
            return
        size = made.numbers["R"]
        yield (
            f"Of the {2 * size} numbers of a word in output, the first {size} are forward's, "
            f"the last {size} reverse's."
        )
        # From layer 1 on, a single step reads the layer below, and through it every word.
        seen = "read one word only" if made.num_layers == 1 else "made one step only"
        yield (
            f"Reverse ends at word 0: its last h is h_n[-1]. In {self.step(-1, f'{size}:')} "
            f"it has {seen}."
        )

    def _on_layers(self) -> Iterator[str]:
        made = self.configuration
        layers, size = made.num_layers, made.numbers["R"]
        if layers > 1 and made.bidirectional:
            yield (
                "bidirectional doubles the columns of weight_ih from layer 1 on: "
                f"{made.written('D·R')} = {2 * size}, both directions of the layer below."
            )
        if made.bidirectional:
            # Two axes, layer and direction, for the first one.
            view = ", ".join(map(str, (layers, 2, *made["h_n"].shape[1:])))
            yield (
                f"h_n.view({view})[k, d] is layer k, direction d; output shows the top layer alone."
            )
        elif layers > 1:
            yield "h_n[k] is layer k's last h; output shows the top layer alone."
        if self.dropout and layers > 1:
            yield (
                f"dropout={self.dropout} acts on what a layer hands up, in training only. "
                "The top layer's output and all of h_n are never dropped."
            )

    def _on_sizes(self) -> Iterator[str]:
        made = self.configuration
        if made.proj_size:
            yield (
                f"proj_size makes h smaller than c: h has P = {made.proj_size} numbers, "
                f"c keeps H = {made.hidden_size}. At each step weight_hr makes P out of H."
            )
        if not made.bias:
            yield "bias=False removes both biases of every layer: lstm.bias_ih_l0 does not exist."


def symbols(entry: Entry) -> str:
    """Return a shape in symbols: ``(T, B, I)``."""
    return f"({', '.join(entry.symbols)})"


def _arguments(entry: Entry) -> str:
    return f"({', '.join(map(str, entry.shape))})"
