"""Exercises of lesson 02: fill in shapes, count parameters, spot the impossible shape."""

# ruff: noqa: E741, N803 - I is the input size, as everywhere in the course.

from collections.abc import Callable

import torch
from torch import nn

from first_edition.answers import Choice, DictExercise, FirstAndLast, ShapeOf
from first_edition.base import Wrong, several
from first_edition.forms import Number
from first_edition.functions import Case, FunctionExercise

# --- 02.1 -----------------------------------------------------------------------------------------

_RULE = "Rows are what comes out, columns are what goes in."
_ROWS = "rows of W_io"


def _rows(name: str, first: int, last: int, message: str) -> Wrong:
    """Return a misconception about where the rows of W_io are in the stack."""
    return Wrong(name, {_ROWS: (first, last)}, message)


def _too_few_gates(gates: int, word: str, hint: str) -> tuple[Wrong, ...]:
    """Return stacks of one, two or three gates: in each of the three tensors, and in several."""
    rows = 5 * gates
    shapes = {"weight_ih": (rows, 6), "weight_hh": (rows, 5), "bias_ih": (rows,)}
    single = (
        Wrong(
            f"{word} only in {key}",
            {key: shape},
            f"`{key}` holds {word} in your answer. {hint}",
        )
        for key, shape in shapes.items()
    )
    weights = {key: shapes[key] for key in ("weight_ih", "weight_hh")}
    return (
        *single,
        Wrong(
            f"{word} only in both weights",
            weights,
            f"`weight_ih` and `weight_hh` hold {word} in your answer. {hint}",
        ),
        Wrong(
            f"{word} only",
            shapes,
            f"`weight_ih`, `weight_hh` and `bias_ih` hold {word} in your answer. {hint}",
        ),
    )


def _for_sizes(name: str, message: str, I: int, H: int) -> tuple[Wrong, ...]:
    """Return the answer for other sizes, without the rows of W_io and with them."""
    shapes = {"W_ig": (H, I), "x_t": (I,), "W_hg": (H, H), "h": (H,), "b_ig": (H,)}
    shapes |= {"weight_ih": (4 * H, I), "weight_hh": (4 * H, H), "bias_ih": (4 * H,)}
    return several(name, message, shapes, shapes | {_ROWS: (3 * H, 4 * H - 1)})


def _one_axis(key: str, size: int, what: str) -> tuple[Wrong, ...]:
    """Return the two ways to write a vector with two axes."""
    return several(
        f"two axes for {key}",
        f"Your `{key}` has two axes. On paper {what} is often a column; in PyTorch it has one "
        "axis. Its shape holds one number, with a comma behind it, since it is a tuple: `(9,)`.",
        {key: (size, 1)},
        {key: (1, size)},
    )


FILL_IN_SHAPES = DictExercise(
    number="02.1",
    title="Fill in the shapes",
    parts=(
        ShapeOf("W_ig", (5, 6), f"It takes the word to gate g. {_RULE}"),
        ShapeOf(
            "x_t",
            (6,),
            "One word of one sentence: how many numbers, along one axis?",
            also=("x", "x_0"),
        ),
        ShapeOf("W_hg", (5, 5), f"It takes the state to gate g. {_RULE}"),
        ShapeOf(
            "h",
            (5,),
            "The state for one sentence: one number for each unit, along one axis.",
            also=("h_t", "h_t-1", "h_{t-1}", "h_0", "h_prev", "h_n"),
        ),
        ShapeOf("b_ig", (5,), "A bias has one number for each unit of its gate, along one axis."),
        ShapeOf("weight_ih", (20, 6), "Four matrices like W_ig on top of each other."),
        ShapeOf("weight_hh", (20, 5), "Four matrices like W_hg on top of each other."),
        ShapeOf("bias_ih", (20,), "Four biases like b_ig, one after the other."),
        FirstAndLast(
            _ROWS, (15, 19), "In which order are the four blocks, and how many rows has each?"
        ),
    ),
    wrongs=(
        Wrong(
            "W_ig turned round",
            {"W_ig": (6, 5)},
            f"`W_ig` is turned round. It takes 6 numbers to 5. {_RULE}",
        ),
        Wrong(
            "weight_ih turned round",
            {"weight_ih": (6, 20)},
            f"`weight_ih` is turned round. The gates are stacked in the rows. {_RULE}",
        ),
        Wrong(
            "weight_hh turned round",
            {"weight_hh": (5, 20)},
            f"`weight_hh` is turned round. The gates are stacked in the rows. {_RULE}",
        ),
        Wrong(
            "all matrices turned round",
            {"W_ig": (6, 5), "weight_ih": (6, 20), "weight_hh": (5, 20)},
            f"All your matrices are turned round: you wrote (in, out). {_RULE} (`W_hg` is square, "
            "so its shape cannot tell.)",
        ),
        Wrong(
            "stacked side by side",
            {"weight_ih": (5, 24)},
            "`weight_ih` has the four gates side by side in your answer. PyTorch stacks them on "
            "top of each other: four times the rows.",
        ),
        Wrong(
            "W_hg reads the word",
            {"W_hg": (5, 6)},
            "`W_hg` has a column for each number of the word. It is multiplied with h, the state.",
        ),
        Wrong(
            "weight_hh reads the word",
            {"weight_hh": (20, 6)},
            "`weight_hh` has a column for each number of the word. It is multiplied with h, the "
            "state.",
        ),
        *_too_few_gates(1, "one gate", "PyTorch stacks all four."),
        *_too_few_gates(2, "two gates", "PyTorch stacks all four."),
        *_too_few_gates(
            3, "three gates", "i, f and o are three; the candidate g has weights and biases too."
        ),
        Wrong(
            "four gates in W_ig",
            {"W_ig": (20, 6)},
            "`W_ig` holds four gates in your answer. The name has a g: it is gate g's alone.",
        ),
        Wrong(
            "four gates in b_ig",
            {"b_ig": (20,)},
            "`b_ig` holds four gates in your answer. The name has a g: it is gate g's alone.",
        ),
        Wrong(
            "both biases in one",
            {"bias_ih": (40,)},
            "You count both biases. `bias_ih` is one of them; `bias_hh` has the same shape.",
        ),
        *_for_sizes(
            "I and H exchanged throughout",
            "I and H have changed places throughout. Here a word has 6 numbers, I = 6, and the "
            "state has 5, H = 5.",
            5,
            6,
        ),
        *_for_sizes(
            "the sizes of the lesson",
            "These are the shapes for the lesson's sizes, I = 100 and H = 16. Here I = 6 and "
            "H = 5.",
            100,
            16,
        ),
        *_one_axis("x_t", 6, "a word"),
        *_one_axis("h", 5, "a state"),
        *_one_axis("b_ig", 5, "a bias"),
        *_one_axis("bias_ih", 20, "a bias"),
        Wrong(
            "the whole batch",
            {"x_t": (3, 6)},
            "That is the word of 3 sentences read side by side. The equation is for one word of "
            "one sentence.",
        ),
        Wrong(
            "the whole sentence",
            {"x_t": (7, 6)},
            "That is a whole sentence of 7 words. x_t is one of them, the word at step t.",
        ),
        Wrong(
            "all sentences",
            {"x_t": (7, 3, 6)},
            "These are all words of all sentences. x_t is one of them, the word at step t of one "
            "sentence.",
        ),
        Wrong(
            "the states of the batch",
            {"h": (3, 5)},
            "These are the states of 3 sentences. The equation is for one sentence.",
        ),
        Wrong(
            "a state like a word",
            {"h": (6,)},
            "h has 6 numbers in your answer, as many as the word. The state has as many as there "
            "are units.",
        ),
        Wrong(
            "a bias like a word",
            {"b_ig": (6,)},
            "`b_ig` has 6 numbers in your answer. It is added to W_ig x_t: how many numbers come "
            "out of that?",
        ),
        _rows(
            "rows counted from 1",
            16,
            20,
            "The rows of `W_io`: the right block, but you count from 1. Python counts from 0.",
        ),
        _rows(
            "the row behind the last",
            15,
            20,
            "The rows of `W_io`: a slice 15:20 stops before 20. Asked for is the last row itself.",
        ),
        _rows(
            "the rows of g",
            10,
            14,
            "The rows of `W_io`: you give the third block. PyTorch stacks i, f, g, o: it is g's.",
        ),
        _rows(
            "the rows of f", 5, 9, "The rows of `W_io`: you give the second block, which is f's."
        ),
        _rows("the rows of i", 0, 4, "The rows of `W_io`: you give the first block, which is i's."),
        _rows(
            "rows of W_io alone",
            0,
            5,
            "The rows of `W_io`: you count in a matrix by itself. Where does it lie in the stack?",
        ),
        _rows(
            "every fourth row",
            3,
            19,
            "The rows of `W_io` lie together, a block of H; they are not dealt out like cards.",
        ),
        _rows(
            "blocks of I rows",
            18,
            23,
            "The rows of `W_io`: you take 6 for a gate, as many as the word has "
            "numbers. Rows are what comes out.",
        ),
        _rows(
            "blocks, not rows", 3, 3, "The rows of `W_io`: block 3 it is, but which rows are these?"
        ),
    ),
    praise="Every shape of one gate and of PyTorch's stack, and where a gate lies in it.",
    hints=(
        "Begin with x_t and h: how many numbers has a word, how many the state? Two of the "
        "four sizes have nothing to do with one word of one sentence.",
        "A matrix has a row for each number that comes out, and a column for each that goes in. "
        "Gate g has one number for each unit.",
        "PyTorch stacks the four gates in the order i, f, g, o, each with as many rows as there "
        "are units. A gate's block begins where those before it end. Counting starts at 0.",
    ),
    solution_code="""
answer = {
    "W_ig": (5, 6),
    "x_t": (6,),
    "W_hg": (5, 5),
    "h": (5,),
    "b_ig": (5,),
    "weight_ih": (20, 6),
    "weight_hh": (20, 5),
    "bias_ih": (20,),
    "rows of W_io": (15, 19),
}
""",
)

# --- 02.2 -----------------------------------------------------------------------------------------


def _count_cases() -> tuple[Case, ...]:
    def case(input_size: int, hidden_size: int, special: str = "", **keywords: bool) -> Case:
        rest = "".join(f", {name}={value}" for name, value in keywords.items())
        return Case(
            {"input_size": input_size, "hidden_size": hidden_size},
            f"count_parameters({input_size}, {hidden_size}{rest})",
            keywords,
            special,
        )

    without = "With `bias=False` only the two weights are there, and all of them are counted."
    return (
        case(7, 3),
        case(100, 16),
        case(7, 3, special=without, bias=False),
        case(1, 5, bias=True),
    )


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
    advice=dict.fromkeys(
        ("I", "H"), "I is called `input_size` here, and H is called `hidden_size`."
    ),
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
            "nothing without biases",
            lambda input_size, hidden_size, bias=True: (
                _torch_count(input_size, hidden_size) if bias else 0
            ),
            "Right as long as there are biases. With `bias=False` you return 0, but the weights "
            "are still there. If you wrote `a + b if bias else 0`: Python reads that as "
            "`(a + b) if bias else 0`. Put brackets round the second part.",
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
            "one bias vector, counted always",
            lambda input_size, hidden_size, bias=True: (
                _weights(input_size, hidden_size) + 4 * hidden_size
            ),
            "Two things: you count one bias vector of 4H, and there are two; and you count it with "
            "`bias=False` as well. The weights are right.",
        ),
        Wrong(
            "one vector of H",
            _count(_weights, lambda H: H),
            "The weights are right. Your biases are one vector of H numbers: there are two, and "
            "each is for four gates.",
        ),
        *(
            Wrong(
                f"{name} for one gate",
                _count(formula),
                f"`{name}` is counted for one gate; it holds four. The rest is right.",
            )
            for name, formula in (
                ("weight_ih", lambda I, H: H * I + 4 * H * H),
                ("weight_hh", lambda I, H: 4 * H * I + H * H),
            )
        ),
        Wrong(
            "eight, not 8H",
            _count(_weights, lambda H: 8),
            "You add 8 for the biases. There are 8 vectors, and each holds H numbers.",
        ),
        Wrong(
            "a factor without *",
            lambda input_size, hidden_size, bias=True: hidden_size(input_size),
            "A number stands directly before a bracket. On paper 4(I + H) is a product; in Python "
            "that calls a function. Write `*` between them.",
        ),
        *several(
            "^ for a power",
            "On paper the square is H^2. In Python `^` is something else, which mixes the bits of "
            "two whole numbers; a power is `**`.",
            _count(lambda I, H: 4 * (H * I + (H ^ 2))),
            _count(lambda I, H: 4 * (H * I + H ^ 2)),
            _count(lambda I, H: 4 * H * I + 4 * H ^ 2),
            lambda input_size, hidden_size, bias=True: (
                4 * hidden_size * input_size + 4 * hidden_size ^ 2 + 8 * hidden_size * bool(bias)
            ),
        ),
        Wrong(
            "eight matrices for each input",
            _count(lambda I, H: 8 * H * (I + H)),
            "The weights are counted twice. There are eight matrices in all: four read the word, "
            "H * I numbers each, and four the state, H * H each.",
        ),
        Wrong(
            "a bias as long as the word",
            lambda input_size, hidden_size, bias=True: (
                _weights(input_size, hidden_size) + 4 * (input_size + hidden_size) * bool(bias)
            ),
            "The weights are right. Your biases are 4I and 4H: a bias is added to what comes out, "
            "so `bias_ih` has 4H numbers, as `bias_hh` has.",
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
            ending="_l0",
        ),
        ShapeOf("shape", (32, 8), "It has 4H rows. What goes in, and how many numbers is that?"),
    ),
    in_order=True,
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
        *several(
            "one axis",
            "Your shape has one axis, as a bias has. `weight_hh` is a matrix: it needs rows and "
            "columns.",
            {"shape": (8,)},
            {"shape": (32,)},
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
            "That is the shape it has now, and it cannot stay. What would it have to be?",
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
    praise="32 rows are four gates of 8 units. So the state has 8 numbers, one for each column.",
    hints=(
        "For each layer, find H first: the number of rows is 4H.",
        "A word may hold any number of numbers, even 1 or 4H. So the columns of `weight_ih` tell "
        "you nothing about H.",
        "Write H beside each layer. Then write down what the lesson says of all four tensors, "
        "(4H, I), (4H, H), (4H,) and (4H,), with that H put in, and compare.",
    ),
    solution_code="""
answer = {"layer": "C", "tensor": "weight_hh", "shape": (32, 8)}
""",
)

EXERCISES = (FILL_IN_SHAPES, COUNT_PARAMETERS, SPOT_THE_IMPOSSIBLE)
