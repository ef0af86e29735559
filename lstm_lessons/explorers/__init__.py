"""Explorers: sliders over pictures. Each is a pure view, which needs no torch, plus sliders."""

from lstm_lessons.explorers.cell_gates import cell_gates
from lstm_lessons.explorers.chunks import chunks
from lstm_lessons.explorers.forget_gate import forget_gate
from lstm_lessons.explorers.gates_and_shapes import gates_and_shapes
from lstm_lessons.explorers.in_and_out import in_and_out
from lstm_lessons.explorers.lstm_map import lstm_map
from lstm_lessons.explorers.ragged import ragged
from lstm_lessons.explorers.slots import slots
from lstm_lessons.explorers.stack_and_dropout import stack_and_dropout
from lstm_lessons.explorers.three_axes import three_axes
from lstm_lessons.explorers.unrolled import unrolled

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
