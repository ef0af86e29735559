"""Other usual ways to run an LSTM over time, to hold the ladder against.

Each takes a torch.nn.LSTM of one layer and direction and shares its weights, or copies them where
its own have another form; the result is called as ``way(x, h, c)`` and returns ``(output, h_n,
c_n)``. Shapes: x (T, B, I); h and c (B, H), before and after; output (T, B, H).
"""

import warnings

import torch
from torch import Tensor, nn

from lstm_lessons.lstm.unroll import OutputAndStates


class Torch(nn.Module):
    """torch.nn.LSTM itself, or its twin, called in the way of the others."""

    def __init__(self, lstm: nn.Module) -> None:
        super().__init__()
        self.lstm = lstm

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> OutputAndStates:
        """Run all steps in torch's own code."""
        output, (h, c) = self.lstm(x, (h.unsqueeze(0), c.unsqueeze(0)))
        return output, h.squeeze(0), c.squeeze(0)


class CellLoop(nn.Module):
    """A loop over torch.nn.LSTMCell."""

    def __init__(self, lstm: nn.LSTM) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(lstm.input_size, lstm.hidden_size)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            setattr(self.cell, name, getattr(lstm, name + "_l0"))

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> OutputAndStates:
        """Call the cell once a step."""
        outputs = []
        for x_t in x.unbind(0):
            h, c = self.cell(x_t, (h, c))
            outputs.append(h)
        return torch.stack(outputs), h, c


class Script(nn.Module):
    """The loop under TorchScript, compiled as a whole: two products a step.

    Source of the form: the custom LSTM of PyTorch's benchmarks/fastrnns, from its description.
    """

    def __init__(self, lstm: nn.LSTM) -> None:
        super().__init__()
        self.weights = nn.ParameterList(lstm.all_weights[0])
        with warnings.catch_warnings():
            # TorchScript is deprecated; it is measured here because it is still in use.
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            self.loop = torch.jit.script(_script_loop)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> OutputAndStates:
        """Run the scripted loop; it is optimised in its first few calls."""
        return self.loop(x, h, c, *self.weights)


def _script_loop(
    x: Tensor, h: Tensor, c: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    outputs: list[Tensor] = []
    for x_t in x.unbind(0):
        z = torch.mm(x_t, w_ih.t()) + b_ih + torch.mm(h, w_hh.t()) + b_hh
        z_i, z_f, z_g, z_o = z.chunk(4, 1)
        c = torch.sigmoid(z_f) * c + torch.sigmoid(z_i) * torch.tanh(z_g)
        h = torch.sigmoid(z_o) * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), h, c


class Textbook(nn.Module):
    """The from-scratch way of the textbooks: a pair of weights and a bias for each gate.

    Source of the form: the description in Dive into Deep Learning, section 10.1 (weights (I, H)
    and (H, H), multiplied from the right).
    """

    w_xi: nn.Parameter
    w_hi: nn.Parameter
    b_i: nn.Parameter
    w_xf: nn.Parameter
    w_hf: nn.Parameter
    b_f: nn.Parameter
    w_xg: nn.Parameter
    w_hg: nn.Parameter
    b_g: nn.Parameter
    w_xo: nn.Parameter
    w_ho: nn.Parameter
    b_o: nn.Parameter

    def __init__(self, lstm: nn.LSTM) -> None:
        super().__init__()
        w_ih, w_hh, b_ih, b_hh = (p.detach() for p in lstm.all_weights[0])
        gates = zip(w_ih.chunk(4), w_hh.chunk(4), (b_ih + b_hh).chunk(4), strict=True)
        for name, (w_x, w_h, b) in zip("ifgo", gates, strict=True):
            self.register_parameter("w_x" + name, nn.Parameter(w_x.T.contiguous()))
            self.register_parameter("w_h" + name, nn.Parameter(w_h.T.contiguous()))
            self.register_parameter("b_" + name, nn.Parameter(b.clone()))

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> OutputAndStates:
        """Write out each gate at each step."""
        outputs = []
        for x_t in x:
            i = torch.sigmoid(torch.matmul(x_t, self.w_xi) + torch.matmul(h, self.w_hi) + self.b_i)
            f = torch.sigmoid(torch.matmul(x_t, self.w_xf) + torch.matmul(h, self.w_hf) + self.b_f)
            o = torch.sigmoid(torch.matmul(x_t, self.w_xo) + torch.matmul(h, self.w_ho) + self.b_o)
            g = torch.tanh(torch.matmul(x_t, self.w_xg) + torch.matmul(h, self.w_hg) + self.b_g)
            c = f * c + i * g
            h = o * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs), h, c
