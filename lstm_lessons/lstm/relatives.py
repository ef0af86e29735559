"""The relatives of the LSTM, a step each (lessons 12 and 13), and a layer of any of them.

A step takes x, the states, and then the weights. It returns the new states, with h first: two of
them, (h, c), for an LSTM, and one, (h,), for a GRU. So one loop serves all.

Shapes: x (B, I) or (I,); h (B, R) or (R,), with R = P under projection, else H; c (B, H) or (H,).
The rows of weight_ih (nH, I), weight_hh (nH, R), bias_ih and bias_hh (nH,) are n blocks of H rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod, sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_lessons.lstm.cell import lstm_step

States = tuple[Tensor, ...]
Step = Callable[..., States]


def unroll_step(
    step: Step, x: Tensor, states: States, weights: Sequence[Tensor | None]
) -> tuple[Tensor, States]:
    """Run a step over time; return output and the last states.

    Shapes: x (T, B, I) or (T, I); output (T, B, R) or (T, R); states as the step has them.

    Raises:
        RuntimeError: shapes do not fit, or T is 0; the message is torch's.
    """
    outputs = []
    for x_t in x:
        states = step(x_t, *states, *weights)
        outputs.append(states[0])
    return torch.stack(outputs), states


def projected_step(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None,
    bias_hh: Tensor | None,
    weight_hr: Tensor,
) -> States:
    """Return the new ``(h, c)`` of an LSTM with a projection: h is ``weight_hr`` (P, H) times it.

    Source: the documentation of torch.nn.LSTM; Sak, Senior and Beaufays, arXiv 1402.1128 (2014).
    """
    shown, c = lstm_step(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh)
    return F.linear(shown, weight_hr), c


def step_of_1997(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
) -> States:
    """Return the new ``(h, c)`` without a forget gate; the blocks are i, g, o.

    Source: Hochreiter and Schmidhuber, Long Short-Term Memory (1997), with tanh as torch has it.
    """
    z = F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)
    z_i, z_g, z_o = z.chunk(3, dim=-1)
    i, o = torch.sigmoid(z_i), torch.sigmoid(z_o)
    g = torch.tanh(z_g)
    c = c + i * g
    h = o * torch.tanh(c)
    return h, c


def coupled_step(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
) -> States:
    """Return the new ``(h, c)`` with 1 - i for the forget gate; the blocks are i, g, o.

    Source: Greff et al., LSTM: A Search Space Odyssey (2015), variant CIFG.
    """
    z = F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)
    z_i, z_g, z_o = z.chunk(3, dim=-1)
    i, o = torch.sigmoid(z_i), torch.sigmoid(z_o)
    g = torch.tanh(z_g)
    c = (1 - i) * c + i * g
    h = o * torch.tanh(c)
    return h, c


def peephole_step(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None,
    bias_hh: Tensor | None,
    peepholes: Tensor,
) -> States:
    """Return the new ``(h, c)`` where i and f also look at the old c, and o at the new one.

    The blocks are i, f, g, o. ``peepholes`` is (3, H): a weight a unit for i, f and o.

    Source: Gers and Schmidhuber, Recurrent Nets that Time and Count (2000).
    """
    z = F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    p_i, p_f, p_o = peepholes
    i, f = torch.sigmoid(z_i + p_i * c), torch.sigmoid(z_f + p_f * c)
    g = torch.tanh(z_g)
    c = f * c + i * g
    o = torch.sigmoid(z_o + p_o * c)
    h = o * torch.tanh(c)
    return h, c


def gru_step(
    x: Tensor,
    h: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
) -> States:
    """Return the new ``(h,)`` of torch's GRU; the blocks are r, z, n.

    r acts on what the product with h has made.

    Source: the documentation of torch.nn.GRUCell.
    """
    from_x = F.linear(x, weight_ih, bias_ih).chunk(3, dim=-1)
    from_h = F.linear(h, weight_hh, bias_hh).chunk(3, dim=-1)
    r = torch.sigmoid(from_x[0] + from_h[0])
    z = torch.sigmoid(from_x[1] + from_h[1])
    n = torch.tanh(from_x[2] + r * from_h[2])
    return ((1 - z) * n + z * h,)


def papers_gru_step(
    x: Tensor,
    h: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
) -> States:
    """Return the new ``(h,)`` of the GRU as it was published; the blocks are r, z, n.

    r acts on h before the product.

    Source: Cho et al., Learning Phrase Representations using RNN Encoder-Decoder for Statistical
    Machine Translation (2014), arXiv 1406.1078, third version. Its first one is torch's.
    """
    from_x = F.linear(x, weight_ih, bias_ih).chunk(3, dim=-1)
    from_h = F.linear(h, weight_hh, bias_hh).chunk(3, dim=-1)
    r = torch.sigmoid(from_x[0] + from_h[0])
    z = torch.sigmoid(from_x[1] + from_h[1])
    b_hn = None if bias_hh is None else bias_hh.chunk(3)[2]
    n = torch.tanh(from_x[2] + F.linear(r * h, weight_hh.chunk(3)[2], b_hn))
    return ((1 - z) * n + z * h,)


@dataclass(frozen=True)
class Kind:
    """What makes a relative: its step, its blocks of H rows, and whether it has a c."""

    step: Step
    blocks: str
    has_c: bool = True
    peepholes: bool = False


RELATIVES = {
    "LSTM": Kind(lstm_step, "ifgo"),
    "no forget gate": Kind(step_of_1997, "igo"),
    "coupled gates": Kind(coupled_step, "igo"),
    "peepholes": Kind(peephole_step, "ifgo", peepholes=True),
    "projection": Kind(projected_step, "ifgo"),
    "GRU, torch": Kind(gru_step, "rzn", has_c=False),
    "GRU, paper": Kind(papers_gru_step, "rzn", has_c=False),
}
"""Every relative of lessons 12 and 13, by its name."""


def parameter_shapes(
    name: str, input_size: int, hidden_size: int, proj_size: int = 0
) -> dict[str, tuple[int, ...]]:
    """Return the shape of each parameter of a relative, in the order in which its step takes them.

    Raises:
        KeyError: there is no such relative.
        ValueError: proj_size is given where there is no projection, or is missing where there is.
    """
    kind = RELATIVES[name]
    if (name == "projection") != bool(proj_size):
        raise ValueError(f"proj_size belongs to the projection, got {proj_size} for {name!r}")
    rows = len(kind.blocks) * hidden_size
    shapes: dict[str, tuple[int, ...]] = {
        "weight_ih": (rows, input_size),
        "weight_hh": (rows, proj_size or hidden_size),
        "bias_ih": (rows,),
        "bias_hh": (rows,),
    }
    if kind.peepholes:
        shapes["peepholes"] = (3, hidden_size)
    if proj_size:
        shapes["weight_hr"] = (proj_size, hidden_size)
    return shapes


def count_parameters(name: str, input_size: int, hidden_size: int, proj_size: int = 0) -> int:
    """Return how many parameters a layer of a relative has."""
    return sum(map(prod, parameter_shapes(name, input_size, hidden_size, proj_size).values()))


class Relative(nn.Module):
    """One layer of any of the RELATIVES, over time; its parameters are drawn as torch's are."""

    def __init__(
        self,
        name: str,
        input_size: int,
        hidden_size: int,
        proj_size: int = 0,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.kind, self.hidden_size, self.proj_size = RELATIVES[name], hidden_size, proj_size
        shapes = parameter_shapes(name, input_size, hidden_size, proj_size)
        bound = 1 / sqrt(hidden_size)
        for each, shape in shapes.items():
            values = nn.init.uniform_(torch.empty(shape, dtype=dtype), -bound, bound)
            self.register_parameter(each, nn.Parameter(values))

    def forward(self, x: Tensor, states: States | None = None) -> tuple[Tensor, States]:
        """Return output and the last states; without ``states`` they are zeros.

        Shapes: x (T, B, I); output (T, B, R); h (B, R) and c (B, H), without an axis for layers.
        """
        if states is None:
            h = x.new_zeros(x.shape[1], self.proj_size or self.hidden_size)
            states = (h, x.new_zeros(x.shape[1], self.hidden_size)) if self.kind.has_c else (h,)
        return unroll_step(self.kind.step, x, states, list(self.parameters()))
