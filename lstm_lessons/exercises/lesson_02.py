"""Exercises of lesson 02: fill in shapes, count parameters, spot the impossible shape."""

# ruff: noqa: E741, N803 - I is the input size, as everywhere in the course.

from collections.abc import Callable

import torch
from torch import nn

from lstm_lessons.exercises.answers import Choice, DictExercise, ShapeOf
from lstm_lessons.exercises.base import Wrong
from lstm_lessons.exercises.forms import Number
from lstm_lessons.exercises.functions import Case, FunctionExercise

# --- 02.1 -----------------------------------------------------------------------------------------

_RULE = "Rows are what comes out, columns are what goes in."

FILL_IN_SHAPES = DictExercise(
    number="02.1",
    title="Fill in the shapes",
    parts=(
        ShapeOf("W_ig", (16, 100), f"It takes the word to gate g. {_RULE}"),
        ShapeOf("x_t", (100,), "One word of one sentence: how many numbers, along one axis?"),
        ShapeOf("W_hg", (16, 16), f"It takes the state to gate g. {_RULE}"),
        ShapeOf("h", (16,), "The state for one sentence: one number a unit, along one axis."),
        ShapeOf("b_ig", (16,), "A bias has one number for each unit of its gate."),
        ShapeOf("weight_ih", (64, 100), "Four matrices like W_ig on top of each other."),
        ShapeOf("weight_hh", (64, 16), "Four matrices like W_hg on top of each other."),
        ShapeOf("bias_ih", (64,), "Four biases like b_ig, one after the other."),
    ),
    wrongs=(
        Wrong(
            "W_ig turned round",
            {"W_ig": (100, 16)},
            "`W_ig` is turned round. It takes 100 numbers to 16: rows are what comes out, columns "
            "are what goes in.",
        ),
        Wrong(
            "weight_ih turned round",
            {"weight_ih": (100, 64)},
            "`weight_ih` is turned round. The gates are stacked in the rows: rows are what comes "
            "out, columns are what goes in.",
        ),
        Wrong(
            "weight_hh turned round",
            {"weight_hh": (16, 64)},
            "`weight_hh` is turned round. The gates are stacked in the rows: rows are what comes "
            "out, columns are what goes in.",
        ),
        Wrong(
            "all matrices turned round",
            {"W_ig": (100, 16), "weight_ih": (100, 64), "weight_hh": (16, 64)},
            "All your matrices are turned round: you wrote (in, out). In PyTorch rows are what "
            "comes out, columns are what goes in.",
        ),
        Wrong(
            "W_hg reads the word",
            {"W_hg": (16, 100)},
            "`W_hg` has a column for each number of the word. It is multiplied with h, the state, "
            "which has 16.",
        ),
        Wrong(
            "weight_hh reads the word",
            {"weight_hh": (64, 100)},
            "`weight_hh` has a column for each number of the word. It is multiplied with h, the "
            "state, which has 16.",
        ),
        Wrong(
            "one gate only",
            {"weight_ih": (16, 100), "weight_hh": (16, 16)},
            "`weight_ih` and `weight_hh` hold one gate in your answer. PyTorch stacks all four.",
        ),
        Wrong(
            "one gate only in the bias",
            {"bias_ih": (16,)},
            "`bias_ih` holds one gate in your answer. PyTorch stacks all four.",
        ),
        Wrong(
            "four gates in W_ig",
            {"W_ig": (64, 100)},
            "`W_ig` holds four gates in your answer. The name has a g: it is gate g's alone.",
        ),
        Wrong(
            "both biases in one",
            {"bias_ih": (128,)},
            "You count both biases. `bias_ih` is one of them; `bias_hh` has the same shape.",
        ),
        Wrong(
            "a column for x_t",
            {"x_t": (100, 1)},
            "On paper x_t is often a column, (100, 1). In PyTorch one word has one axis: 100 "
            "numbers, with a comma behind, since it is a tuple.",
        ),
        Wrong(
            "a column for h",
            {"h": (16, 1)},
            "On paper h is often a column, (16, 1). In PyTorch one state has one axis: 16 "
            "numbers, with a comma behind, since it is a tuple.",
        ),
        Wrong(
            "the whole batch",
            {"x_t": (10, 100)},
            "That is the word of 10 sentences read side by side. The equation is for one word of "
            "one sentence.",
        ),
        Wrong(
            "the whole sentence",
            {"x_t": (24, 100)},
            "That is a whole sentence of 24 words. x_t is one of them, the word at step t.",
        ),
        Wrong(
            "a state like a word",
            {"h": (100,)},
            "h has 100 numbers in your answer, as many as the word. The state has as many as there "
            "are units.",
        ),
        Wrong(
            "a bias like a word",
            {"b_ig": (100,)},
            "`b_ig` has 100 numbers in your answer. It is added to W_ig x_t: how many numbers come "
            "out of that?",
        ),
    ),
    praise="Every shape of gate g, and of the stack that PyTorch keeps.",
    hints=(
        "Begin with x_t and h: how many numbers has a word, how many the state?",
        "A matrix has a row for each number that comes out, and a column for each that goes in. "
        "Gate g has 16 numbers.",
        "PyTorch stacks four gates, so the number of rows is 4 times 16; the columns stay as they "
        "are. A shape with one number is written with a comma: `(7,)`.",
    ),
    solution_code="""
answer = {
    "W_ig": (16, 100),
    "x_t": (100,),
    "W_hg": (16, 16),
    "h": (16,),
    "b_ig": (16,),
    "weight_ih": (64, 100),
    "weight_hh": (64, 16),
    "bias_ih": (64,),
}
""",
)

# --- 02.2 -----------------------------------------------------------------------------------------


def _count_cases() -> tuple[Case, ...]:
    def case(input_size: int, hidden_size: int, **keywords: bool) -> Case:
        rest = "".join(f", {name}={value}" for name, value in keywords.items())
        return Case(
            {"input_size": input_size, "hidden_size": hidden_size},
            f"count_parameters({input_size}, {hidden_size}{rest})",
            keywords,
        )

    return case(7, 3), case(100, 16), case(7, 3, bias=False), case(1, 5, bias=True)


def _torch_count(input_size: int, hidden_size: int, bias: bool = True) -> int:
    layer = nn.LSTM(input_size, hidden_size, bias=bias, device=torch.device("meta"))
    return sum(parameter.numel() for parameter in layer.parameters())


def _count(formula: Callable[[int, int], int], biases: Callable = lambda H: 8 * H) -> Callable:
    """Return a count made of weights, I and H to a number, and of biases, H to a number."""

    def count(input_size: int, hidden_size: int, bias: bool = True) -> int:
        return formula(input_size, hidden_size) + (biases(hidden_size) if bias else 0)

    return count


def _weights(I: int, H: int) -> int:
    return 4 * H * (I + H)


COUNT_PARAMETERS = FunctionExercise(
    number="02.2",
    title="Count before PyTorch does",
    function="count_parameters",
    make_cases=_count_cases,
    reference=_torch_count,
    form=Number(tolerance=1e-9),
    wrongs=(
        Wrong(
            "one gate",
            _count(lambda I, H: H * (I + H), lambda H: 2 * H),
            "You count one gate. There are four, each with matrices and biases of its own.",
        ),
        Wrong(
            "one gate's biases",
            _count(_weights, lambda H: 2 * H),
            "The weights are right. The biases are those of one gate: every gate has two.",
        ),
        Wrong(
            "one gate's weights",
            _count(lambda I, H: H * (I + H)),
            "The biases are right. The weights are those of one gate; there are four.",
        ),
        Wrong(
            "one bias",
            _count(_weights, lambda H: 4 * H),
            "The weights are right, but you count one bias vector. PyTorch keeps two, `bias_ih` "
            "and `bias_hh`.",
        ),
        Wrong(
            "biases left out",
            _count(_weights, lambda H: 0),
            "The weights are right; the biases are not counted. With `bias=True` there are two "
            "vectors of 4H.",
        ),
        Wrong(
            "biases counted always",
            lambda input_size, hidden_size, bias=True: _torch_count(input_size, hidden_size),
            "Right as long as there are biases. With `bias=False` there are none, and your "
            "function counts them still.",
        ),
        Wrong(
            "bias turned round",
            lambda input_size, hidden_size, bias=True: _torch_count(
                input_size, hidden_size, not bias
            ),
            "`bias` is turned round: biases are there when it is True.",
        ),
        Wrong(
            "weight_hh left out",
            _count(lambda I, H: 4 * H * I),
            "`weight_hh` is not counted: the state has weights too, (4H, H).",
        ),
        Wrong(
            "weight_ih left out",
            _count(lambda I, H: 4 * H * H),
            "`weight_ih` is not counted: the word has weights, (4H, I).",
        ),
        Wrong(
            "I and H exchanged",
            _count(lambda I, H: 4 * I * (I + H), lambda H: 8 * H),
            "I and H have changed places in the weights: the number of rows is 4H.",
        ),
        Wrong(
            "I and H exchanged throughout",
            lambda input_size, hidden_size, bias=True: _torch_count(hidden_size, input_size, bias),
            "I and H have changed places: `input_size` comes first, and the number of rows is "
            "4 times `hidden_size`.",
        ),
        Wrong(
            "sizes multiplied",
            _count(lambda I, H: 4 * H * (I * H)),
            "You multiply I and H for the columns. The two matrices stand side by side: H * I "
            "numbers and H * H numbers, which are added.",
        ),
        Wrong(
            "eight, not 8H",
            _count(_weights, lambda H: 8),
            "You add 8 for the biases. There are 8 vectors, and each holds H numbers.",
        ),
        Wrong(
            "three gates",
            _count(lambda I, H: 3 * H * (I + H), lambda H: 6 * H),
            "You count three gates. i, f and o are three; the candidate g has weights too.",
        ),
        Wrong(
            "shapes added",
            _count(lambda I, H: (4 * H + I) + (4 * H + H)),
            "You add rows and columns of the weights. A matrix of r rows and c columns holds "
            "r times c numbers.",
        ),
    ),
    praise="`count_parameters(100, 16)` is 7552, as in the lesson.",
    hints=(
        "Write down the shapes of the four tensors: `weight_ih`, `weight_hh`, `bias_ih`, "
        "`bias_hh`. How many numbers does each hold?",
        "The weights hold 4H * I and 4H * H numbers.",
        "Each bias holds 4H numbers, and there are two, but only if `bias` is true.",
    ),
    solution_code="""
def count_parameters(input_size, hidden_size, bias=True):
    rows = 4 * hidden_size
    weights = rows * input_size + rows * hidden_size
    biases = 2 * rows if bias else 0
    return weights + biases
""",
)

# --- 02.3 -----------------------------------------------------------------------------------------

_LAYERS = """
layers = {
    "A": {"weight_ih": (20, 1), "weight_hh": (20, 5), "bias_ih": (20,), "bias_hh": (20,)},
    "B": {"weight_ih": (12, 12), "weight_hh": (12, 3)},
    "C": {"weight_ih": (32, 6), "weight_hh": (32, 32), "bias_ih": (32,), "bias_hh": (32,)},
    "D": {"weight_ih": (4, 7), "weight_hh": (4, 1), "bias_ih": (4,), "bias_hh": (4,)},
}
"""

_POSSIBLE = "Layer {} is possible: {}"

SPOT_THE_IMPOSSIBLE = DictExercise(
    number="02.3",
    title="Spot the impossible shape",
    given=_LAYERS,
    parts=(
        Choice(
            "layer",
            "C",
            "Find H from the rows of each layer, then see whether its other shapes agree.",
            options=("A", "B", "C", "D"),
        ),
        Choice(
            "tensor",
            "weight_hh",
            "Which one tensor has to change so that all four agree?",
            options=("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
        ),
        ShapeOf("shape", (32, 8), "It has 4H rows. What goes in, and how many numbers is that?"),
    ),
    wrongs=(
        Wrong(
            "a word of one number",
            {"layer": "A"},
            _POSSIBLE.format("A", "20 rows are 4 times 5, so H = 5; a word may hold one number."),
        ),
        Wrong(
            "no biases",
            {"layer": "B"},
            _POSSIBLE.format(
                "B",
                "12 rows are 4 times 3, so H = 3, and I = 12 happens to equal 4H. It has no "
                "biases: that is `bias=False`.",
            ),
        ),
        Wrong(
            "one unit",
            {"layer": "D"},
            _POSSIBLE.format("D", "4 rows are 4 times 1: a state of one number, H = 1."),
        ),
        Wrong(
            "32 taken for H",
            {"shape": (128, 32)},
            "You take H to be 32. Then `weight_hh` would be (128, 32), but the three other tensors "
            "would have to change as well. One change is enough: 32 rows are 4H.",
        ),
        Wrong(
            "one gate",
            {"shape": (8, 8)},
            "(8, 8) is one gate's matrix. PyTorch stacks four of them.",
        ),
        Wrong(
            "turned round",
            {"shape": (8, 32)},
            "That is turned round: the rows are what comes out, four gates of H numbers.",
        ),
        Wrong(
            "reads the word",
            {"shape": (32, 6)},
            "That is the shape of `weight_ih`, with a column for each number of the word. "
            "`weight_hh` reads the state.",
        ),
        Wrong(
            "left as it is",
            {"shape": (32, 32)},
            "That is the shape it has now. What would it have to be?",
        ),
        Wrong(
            "the wrong tensor",
            {"tensor": "weight_ih"},
            "`weight_ih` is fine: a word may hold any number of numbers, also 6.",
        ),
        Wrong(
            "the biases",
            {"tensor": "bias_ih"},
            "`bias_ih` is fine: 4H numbers, as many as the weights have rows.",
        ),
        Wrong(
            "the other bias",
            {"tensor": "bias_hh"},
            "`bias_hh` is fine: 4H numbers, as many as the weights have rows.",
        ),
    ),
    praise="32 rows are four gates of 8 units. So the state has 8 numbers, one a column.",
    hints=(
        "For each layer, find H first: the number of rows is 4H.",
        "`weight_ih` may have any number of columns, one for each number of a word. What about the "
        "columns of `weight_hh`?",
        "`weight_hh` reads the state, so it has H columns: a quarter of its rows. In which layer "
        "is that not so?",
    ),
    solution_code="""
answer = {"layer": "C", "tensor": "weight_hh", "shape": (32, 8)}
""",
)

EXERCISES = (FILL_IN_SHAPES, COUNT_PARAMETERS, SPOT_THE_IMPOSSIBLE)
