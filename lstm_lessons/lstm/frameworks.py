"""The weights of one LSTM layer in the forms of other frameworks, and a step of each by hand.

Lesson 17 derives `reorder` and `to_keras`; the others are made alike. torch's form is four
tensors: weight_ih (4H, I), weight_hh (4H, H), bias_ih and bias_hh (4H,), four blocks of H rows in
the order i, f, g, o. What torch calls g, the news, is c in ONNX and in Keras, and j in the old
TensorFlow cell.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from lstm_lessons.lstm.cell import apply_gates

Weights = tuple[Tensor, Tensor, Tensor, Tensor]

ORDERS = {"PyTorch": "ifgo", "ONNX": "iofg", "Keras": "ifgo", "TensorFlow 1": "igfo"}
"""In which order a framework stacks its gates, in torch's letters.

Sources: torch.nn.LSTM, "W_ii|W_if|W_ig|W_io"; the operator LSTM of ONNX, "W[iofc]"; keras 3,
LSTMCell.call, "i, f, c, o"; TensorFlow, BasicLSTMCell, "i = input_gate, j = new_input, f =
forget_gate, o = output_gate". flax.linen stacks nothing: it names a matrix ii, if, ...
"""

FORGET_BIAS = 1.0
"""What the old TensorFlow cell adds to the sum of the forget gate, if it is not told otherwise."""


def reorder(stacked: Tensor, old: str, new: str) -> Tensor:
    """Return the four blocks of rows in another order; ``old`` and ``new`` as "ifgo".

    Shapes: stacked (4H, anything) or (4H,), and so is what is returned.

    Raises:
        KeyError: ``new`` has a letter that ``old`` has not.
    """
    blocks = dict(zip(old, stacked.chunk(4), strict=True))
    return torch.cat([blocks[gate] for gate in new])


def to_onnx(
    weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return W (1, 4H, I), R (1, 4H, H), B (1, 8H): blocks i, o, f, g; axis 0 counts directions.

    Source: the operator LSTM in the documentation of ONNX, inputs W, R and B.
    """
    W = reorder(weight_ih, "ifgo", "iofg")
    R = reorder(weight_hh, "ifgo", "iofg")
    biases = [reorder(bias, "ifgo", "iofg") for bias in (bias_ih, bias_hh)]
    return W[None], R[None], torch.cat(biases)[None]


def from_onnx(W: Tensor, R: Tensor, B: Tensor) -> Weights:
    """Return torch's four tensors from those of one direction of ONNX's operator LSTM.

    Source: the operator LSTM in the documentation of ONNX, inputs W, R and B.
    """
    bias_ih, bias_hh = B[0].chunk(2)
    tensors = W[0], R[0], bias_ih, bias_hh
    weight_ih, weight_hh, bias_ih, bias_hh = (reorder(each, "iofg", "ifgo") for each in tensors)
    return weight_ih, weight_hh, bias_ih, bias_hh


def to_keras(
    weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return kernel (I, 4H), recurrent_kernel (H, 4H), bias (4H,); the order is torch's.

    Source: keras 3, LSTMCell.build and LSTMCell.call (keras/src/layers/rnn/lstm.py).
    """
    return weight_ih.T, weight_hh.T, bias_ih + bias_hh


def from_keras(kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor) -> Weights:
    """Return torch's four tensors; all of Keras's bias is in bias_ih, and bias_hh is zero.

    Source: keras 3, LSTMCell.build and LSTMCell.call (keras/src/layers/rnn/lstm.py).
    """
    return kernel.T, recurrent_kernel.T, bias, torch.zeros_like(bias)


def to_flax(
    weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor
) -> dict[str, dict[str, Tensor]]:
    """Return the parameters of Flax's LSTMCell: a small layer for each matrix.

    ``ii``, ``if``, ``ig``, ``io`` have a kernel (I, H); ``hi``, ... have a kernel (H, H) and a
    bias (H,). The bias stands on the side of h alone, so it is the sum of torch's two.

    Source: flax.linen.LSTMCell, its docstring and __call__ (flax/linen/recurrent.py).
    """
    found = {}
    bias = bias_ih + bias_hh
    for gate, from_x, from_h, b in zip(
        "ifgo", weight_ih.chunk(4), weight_hh.chunk(4), bias.chunk(4), strict=True
    ):
        found["i" + gate] = {"kernel": from_x.T}
        found["h" + gate] = {"kernel": from_h.T, "bias": b}
    return found


def from_flax(parameters: Mapping[str, Mapping[str, Tensor]]) -> Weights:
    """Return torch's four tensors from Flax's small layers; bias_ih is zero.

    Source: flax.linen.LSTMCell, its docstring and __call__ (flax/linen/recurrent.py).
    """
    weight_ih = torch.cat([parameters["i" + gate]["kernel"].T for gate in "ifgo"])
    weight_hh = torch.cat([parameters["h" + gate]["kernel"].T for gate in "ifgo"])
    bias = torch.cat([parameters["h" + gate]["bias"] for gate in "ifgo"])
    return weight_ih, weight_hh, torch.zeros_like(bias), bias


def to_tensorflow_1(
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
    forget_bias: float = FORGET_BIAS,
) -> tuple[Tensor, Tensor]:
    """Return kernel (I + H, 4H) and bias (4H,) of the old cell: blocks i, g, f, o.

    The rows for x stand above those for h. The cell adds ``forget_bias`` to the sum of f itself,
    so it is taken out of the bias here.

    Source: BasicLSTMCell of TensorFlow 1 (tf_keras/src/layers/rnn/legacy_cells.py).
    """
    both = torch.cat([weight_ih, weight_hh], dim=1)
    bias = reorder(bias_ih + bias_hh, "ifgo", "igfo")
    H = len(bias) // 4
    taken = torch.zeros_like(bias)
    taken[2 * H : 3 * H] = forget_bias
    return reorder(both, "ifgo", "igfo").T, bias - taken


def from_tensorflow_1(kernel: Tensor, bias: Tensor, forget_bias: float = FORGET_BIAS) -> Weights:
    """Return torch's four tensors from those of the old cell; bias_hh is zero.

    Source: BasicLSTMCell of TensorFlow 1 (tf_keras/src/layers/rnn/legacy_cells.py).
    """
    H = len(bias) // 4
    both = reorder(kernel.T, "igfo", "ifgo")
    bias = reorder(bias, "igfo", "ifgo")
    added = torch.zeros_like(bias)
    added[H : 2 * H] = forget_bias
    I = both.shape[1] - H  # noqa: E741
    return both[:, :I], both[:, I:], bias + added, torch.zeros_like(bias)


def onnx_step(
    x: Tensor, h: Tensor, c: Tensor, W: Tensor, R: Tensor, B: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the new ``(h, c)`` of one direction of ONNX's operator LSTM, with its weights.

    Shapes: x (B, I) or (I,); h and c (B, H) or (H,); the weights as `to_onnx` has them.

    Source: the equations of the operator LSTM in the documentation of ONNX.
    """
    bias_ih, bias_hh = B[0].chunk(2)
    z = x @ W[0].T + h @ R[0].T + bias_ih + bias_hh
    z_i, z_o, z_f, z_c = z.chunk(4, dim=-1)
    return apply_gates(torch.cat([z_i, z_f, z_c, z_o], dim=-1), c)


def keras_step(
    x: Tensor, h: Tensor, c: Tensor, kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the new ``(h, c)`` of Keras's LSTMCell, with its weights.

    Shapes: x (B, I) or (I,); h and c (B, H) or (H,); the weights as `to_keras` has them.

    Source: keras 3, LSTMCell.call (keras/src/layers/rnn/lstm.py).
    """
    z = x @ kernel + h @ recurrent_kernel + bias
    z_i, z_f, z_c, z_o = z.chunk(4, dim=-1)
    c = torch.sigmoid(z_f) * c + torch.sigmoid(z_i) * torch.tanh(z_c)
    h = torch.sigmoid(z_o) * torch.tanh(c)
    return h, c


def flax_step(
    x: Tensor, h: Tensor, c: Tensor, parameters: Mapping[str, Mapping[str, Tensor]]
) -> tuple[Tensor, Tensor]:
    """Return the new ``(h, c)`` of Flax's LSTMCell; Flax itself hands its state on as (c, h).

    Shapes: x (B, I) or (I,); h and c (B, H) or (H,); the parameters as `to_flax` has them.

    Source: flax.linen.LSTMCell, its docstring and __call__ (flax/linen/recurrent.py).
    """
    sums = []
    for gate in "ifgo":
        from_x, from_h = parameters["i" + gate], parameters["h" + gate]
        sums.append(x @ from_x["kernel"] + h @ from_h["kernel"] + from_h["bias"])
    return apply_gates(torch.cat(sums, dim=-1), c)


def tensorflow_1_step(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    kernel: Tensor,
    bias: Tensor,
    forget_bias: float = FORGET_BIAS,
) -> tuple[Tensor, Tensor]:
    """Return the new ``(h, c)`` of the old TensorFlow cell, BasicLSTMCell, with its weights.

    Shapes: x (B, I) or (I,); h and c (B, H) or (H,); the weights as `to_tensorflow_1` has them.

    Source: BasicLSTMCell of TensorFlow 1 (tf_keras/src/layers/rnn/legacy_cells.py).
    """
    z = torch.cat([x, h], dim=-1) @ kernel + bias
    z_i, z_j, z_f, z_o = z.chunk(4, dim=-1)
    c = torch.sigmoid(z_f + forget_bias) * c + torch.sigmoid(z_i) * torch.tanh(z_j)
    h = torch.sigmoid(z_o) * torch.tanh(c)
    return h, c
