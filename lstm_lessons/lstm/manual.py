"""Twins of torch's recurrent modules, written from the gate equations."""

from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from lstm_lessons import shapes
from lstm_lessons.lstm.arguments import (
    check_arguments,
    check_cell_arguments,
    check_cell_call,
    check_dtype,
    check_input,
    check_states,
)
from lstm_lessons.lstm.cell import ManualLSTMCell as DerivedCell
from lstm_lessons.lstm.layouts import Layout, layout_of
from lstm_lessons.lstm.ragged import Weights, run_stack

States = tuple[Tensor, Tensor]


class _Twin(nn.Module):
    """What torch's modules can do besides computing: start anew, and say what they are."""

    hidden_size: int

    def reset_parameters(self) -> None:
        """Draw every parameter anew, in order, from U(-1/sqrt(H), 1/sqrt(H))."""
        bound = 1 / sqrt(self.hidden_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def extra_repr(self) -> str:
        """Return the arguments that are not at their defaults, as torch writes them."""
        defaults = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0.0,
            "bidirectional": False,
        }
        given = {name: getattr(self, name) for name in defaults if hasattr(self, name)}
        changed = [f"{name}={value}" for name, value in given.items() if value != defaults[name]]
        return ", ".join([f"{self.input_size}, {self.hidden_size}", *changed])


class ManualLSTMCell(_Twin, DerivedCell):
    """A twin of torch.nn.LSTMCell: same names, shapes, order and initial values for a seed.

    It is the class that lesson 03 derives, with torch's other arguments, and with torch's checks
    and names before it.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        """Make the parameters.

        Raises:
            TypeError, ValueError: an argument is of the wrong type or out of its range.
            RuntimeError: dtype is one of whole numbers, or there is no such device.
        """
        check_cell_arguments(input_size, hidden_size, bias, dtype)
        nn.Module.__init__(self)  # the lesson's knows neither bias nor device nor dtype
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        for entry in shapes.lstm_parameters(input_size, hidden_size):
            name = entry.name.removesuffix("_l0")
            values = torch.empty(entry.shape, device=device, dtype=dtype)
            wanted = bias or name.startswith("weight")
            self.register_parameter(name, nn.Parameter(values) if wanted else None)
        self.reset_parameters()

    def forward(  # pyrefly: ignore[bad-override-param-name] - torch's name; the lesson's is x
        self,
        input: Tensor,
        hx: States | None = None,
    ) -> States:
        """Return the new ``(h, c)``.

        Shapes: the input (B, I) or (I,), which the equations call x; h and c, given and returned,
        (B, H) or (H,). Without ``hx`` both states are zero.

        Raises:
            TypeError, ValueError, RuntimeError: an input or a state does not fit; see `arguments`.
        """
        check_cell_call(input, hx, self.input_size, self.hidden_size, self.weight_ih)
        if hx is None:
            zeros = input.new_zeros(*input.shape[:-1], self.hidden_size)
            hx = (zeros, zeros)
        return super().forward(input, hx)


class ManualLSTM(_Twin):
    """A twin of torch.nn.LSTM: same arguments, parameters, results and initial values for a seed.

    Its parameters, their order and their shapes are those of `shapes.lstm_parameters`, drawn from
    U(-1/sqrt(H), 1/sqrt(H)).

    Other than torch's: torch.jit.script, torch.fx and nested tensors are not supported, and under
    autocast the results stay float32, where torch gives bfloat16. vmap works here.

    Source: the documentation of torch.nn.LSTM.
    """

    weight_ih_l0: nn.Parameter

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        """Make the parameters.

        Raises:
            TypeError: an argument is of the wrong type.
            ValueError: an argument is out of its range; see `arguments.check_arguments`.
            RuntimeError: dtype is one of whole numbers, or there is no such device.
        """
        super().__init__()
        check_arguments(
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            proj_size,
            bidirectional,
        )
        check_dtype(dtype)
        self.mode = "LSTM"
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, float(dropout)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        for entry in self._ledger():
            values = torch.empty(entry.shape, device=device, dtype=dtype)
            self.register_parameter(entry.name, nn.Parameter(values))
        self.reset_parameters()

    def forward(
        self,
        input: Tensor | PackedSequence,  # torch's own name
        hx: States | None = None,
    ) -> tuple[Tensor | PackedSequence, States]:
        """Return ``output, (h_n, c_n)`` in the layout in which the input came.

        Shapes: input (T, I), (T, B, I), (B, T, I) with ``batch_first``, or packed; h_0 and h_n
        (L*D, B, R), c_0 and c_n (L*D, B, H), without the axis B for an input without it; output as
        the input, with D*R for I. Without ``hx`` both states are zero.

        Raises:
            TypeError, ValueError, RuntimeError: an input or a state does not fit; see `arguments`.
        """
        check_input(input, self.input_size, self.weight_ih_l0, self.batch_first)
        layout = layout_of(input, self.batch_first)
        x, sizes = layout.flat(), layout.sizes
        h_0, c_0 = self._starting_states(layout, x, sizes[0], hx)
        layers = self._layers()
        dropout = self.dropout if self.training else 0.0
        output, h_n, c_n = run_stack(x, sizes, h_0, c_0, layers, dropout)
        return layout.output(output), (layout.states_out(h_n), layout.states_out(c_n))

    def flatten_parameters(self) -> None:
        """Do nothing: there is no fused kernel here whose memory would want one block."""

    @property
    def all_weights(self) -> list[list[nn.Parameter]]:
        """The parameters, a list for each direction of each layer."""
        names = [[entry.name for entry in group] for group in self._groups()]
        return [[getattr(self, name) for name in group] for group in names]

    def _ledger(self) -> shapes.Ledger:
        return shapes.lstm_parameters(
            self.input_size,
            self.hidden_size,
            self.num_layers,
            self.bias,
            self.bidirectional,
            self.proj_size,
        )

    def _groups(self) -> list[shapes.Ledger]:
        """Return the ledger in equal parts, one for each direction of each layer."""
        ledger = self._ledger()
        length = len(ledger) // (self.num_layers * (2 if self.bidirectional else 1))
        return [ledger[start : start + length] for start in range(0, len(ledger), length)]

    def _layers(self) -> list[list[Weights]]:
        """Return the parameters by layer and direction."""
        directions = 2 if self.bidirectional else 1
        suffixes = ["", "_reverse"][:directions]
        return [
            [self._weights(f"_l{layer}{suffix}") for suffix in suffixes]
            for layer in range(self.num_layers)
        ]

    def _weights(self, suffix: str) -> Weights:
        weight_ih, weight_hh = (getattr(self, name + suffix) for name in ("weight_ih", "weight_hh"))
        others = ("bias_ih", "bias_hh", "weight_hr")
        return Weights(
            weight_ih, weight_hh, *(getattr(self, name + suffix, None) for name in others)
        )

    def _starting_states(self, layout: Layout, x: Tensor, batch: int, hx: States | None) -> States:
        """Return h_0 (L*D, B, R) and c_0 (L*D, B, H): those given, or zeros."""
        slots = self.num_layers * (2 if self.bidirectional else 1)
        h_size = self.proj_size or self.hidden_size
        if hx is None:
            return x.new_zeros(slots, batch, h_size), x.new_zeros(slots, batch, self.hidden_size)
        front = (slots, batch) if layout.batched else (slots,)
        check_states(hx, (*front, h_size), (*front, self.hidden_size), self.weight_ih_l0)
        h_0, c_0 = hx
        return layout.states_in(h_0), layout.states_in(c_0)
