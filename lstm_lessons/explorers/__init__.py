"""Explorers: sliders over pictures. Each is a pure view, which needs no torch, plus sliders."""

from .cell_gates import cell_gates
from .chunks import chunks
from .forget_gate import forget_gate
from .gates_and_shapes import gates_and_shapes
from .in_and_out import in_and_out
from .lstm_map import lstm_map
from .ragged import ragged
from .slots import slots
from .stack_and_dropout import stack_and_dropout
from .three_axes import three_axes
from .unrolled import unrolled

__all__ = [
    "cell_gates",
    "chunks",
    "forget_gate",
    "gates_and_shapes",
    "in_and_out",
    "lstm_map",
    "ragged",
    "slots",
    "stack_and_dropout",
    "three_axes",
    "unrolled",
]
