"""03.1: one step of an LSTM, held to torch's: results and gradients."""

from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import together
from lstm_lessons.exercises.lesson_03 import calls, cell, equations, gates

_TERMS = ("x @ weight_ih.T + bias_ih", "h @ weight_hh.T + bias_hh")
_ORDERS = tuple(
    together(
        f"gate order {', '.join(order)}",
        f"Your gates are {gates.cut_as(order)}",
        gates.cut(order),
        paired=order in ("ifog", "figo"),
    )
    for order in gates.ORDERS
)

_DEALT_OUT = together(
    "gates dealt out like cards",
    "You take every fourth number of a row for a gate, as cards are dealt out. In torch's stack "
    "the H numbers of a gate lie together, one block behind the other.",
    {"z.chunk(4, dim=-1)": "z.unflatten(-1, (-1, 4)).unbind(-1)"},
    paired=False,
)

EXERCISE = cell.CellExercise(
    "03.1",
    cases=calls.cases,
    returns=SeveralTensors(("h", "c"), axes=("sentence", "unit")),
    slips=(
        *cell.slips(*_TERMS, "h", "c"),
        gates.errors(*_TERMS),
        equations.of_c(),
        *_ORDERS,
        _DEALT_OUT,
        *equations.lines_for_c(),
        *equations.exchanged_behind_the_cut("c"),
    ),
    axes=cell.AXES,
    words=cell.WORDS,
    made_in_order=("c", "h"),
    advice=cell.ADVICE,
    praise="Your cell gives the same h and c as torch's, and the same gradients for every input, "
    "weight and bias.",
)
