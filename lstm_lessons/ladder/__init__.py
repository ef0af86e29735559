"""The ladder of speed: one layer in one direction, computed ever faster, always the same numbers.

Every rung is a function of the same arguments, and `RUNGS` lists them from the ground up:

    rung(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh) -> (output, h_n, c_n)

Shapes: x (T, B, I), T at least 1; h and c (B, H), before and after; weight_ih (4H, I); weight_hh
(4H, H); bias_ih and bias_hh (4H,); output (T, B, H). nn.LSTM itself, in float32 on a CPU, runs all
steps in one call of the library oneDNN; the top rungs come near to it, or past it, with torch
alone.
"""

from lstm_lessons.ladder.backward import own_backward
from lstm_lessons.ladder.compiling import compiled
from lstm_lessons.ladder.plain import eight_products, hoisted, one_product, per_sample

RUNGS = {
    "per sample": per_sample,
    "eight products": eight_products,
    "one product": one_product,
    "hoisted": hoisted,
    "own backward": own_backward,
    "compiled": compiled,
}
"""The rungs by name; ``compiled`` has to compile before its first result."""

__all__ = [
    "RUNGS",
    "compiled",
    "eight_products",
    "hoisted",
    "one_product",
    "own_backward",
    "per_sample",
]
