"""The hoisted loop, turned into machine code by torch.compile.

The compiler sees a block of steps as one straight line of code and fuses what stands between two
products, forward and backward, into few loops over memory. It needs a C++ compiler (gcc or clang;
on Windows, MSVC), and tens of seconds for each new size of a block.
"""

import sys
from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_lessons.lstm.cell import apply_gates
from lstm_lessons.lstm.unroll import OutputAndStates

STEPS = 25
"""The steps of a block. To compile all of a long sequence would take minutes and gain little."""

_announced: set[tuple] = set()


def compiled(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
) -> OutputAndStates:
    """Run compiled blocks of steps; says on stderr when a size has to be compiled first.

    Torch compiles at most eight variants (a size, with gradients or without) and then runs the
    plain code, with a warning; ``torch.compiler.reset()`` makes room.

    Raises:
        torch._inductor.exc.InductorError: there is no C++ compiler; the message names it.
    """
    outputs = []
    for z in F.linear(x, weight_ih, bias_ih + bias_hh).split(STEPS):
        _announce(z)
        output, h, c = _compiled_block()(z, h, c, weight_hh)
        outputs.append(output)
    return torch.cat(outputs), h, c


def _block(z: Tensor, h: Tensor, c: Tensor, weight_hh: Tensor) -> OutputAndStates:
    """Run the steps of one block; z (n, B, 4H) holds what x adds to the gates."""
    outputs = []
    for z_t in z:
        h, c = apply_gates(torch.addmm(z_t, h, weight_hh.T), c)
        outputs.append(h)
    return torch.stack(outputs), h, c


@cache
def _compiled_block() -> Callable[..., OutputAndStates]:
    """Return the block, to be compiled: when first asked for, since torch's compiler loads long."""
    return torch.compile(_block, dynamic=False, fullgraph=True)


def _announce(z: Tensor) -> None:
    """Say that a size is about to be compiled, the first time that it comes."""
    steps, batch, width = z.shape
    variant = (steps, batch, width, z.dtype, z.device, torch.is_grad_enabled())
    if variant not in _announced:
        _announced.add(variant)
        size = f"{steps} steps of B = {batch}, H = {width // 4}"
        what = "forward and backward" if torch.is_grad_enabled() else "forward alone"
        line = f"Compiling {size}, {what}, once: takes tens of seconds."
        print(line, file=sys.stderr, flush=True)
