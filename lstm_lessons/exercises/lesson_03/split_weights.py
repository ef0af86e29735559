"""03.3: a stacked tensor and the order of its gates; each gate gets its block."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import DictOfTensors
from lstm_lessons.exercises.engine.slips import AnotherWay, place, together
from lstm_lessons.exercises.lesson_03.gates import ORDERS

_ANOTHER_ORDER = (
    "Only the order is another one. Right for some orders: does your code name an order, instead "
    "of reading `order`? Its first letter is the gate of the first block, whichever that is."
)


def _cases() -> tuple[Case, ...]:
    """Return calls of which first the order changes, then the shape, then both to their ends."""

    def case(order: str, *shape: int, special: str = "") -> Case:
        label = f'a tensor of shape {shape} and order "{order}"'
        return Case({"weight": randoms(shape[0])(*shape), "order": order}, {}, label, special)

    return (
        case("ifgo", 32, 12),
        case("iofg", 32, 12, special=_ANOTHER_ORDER),
        case("ogif", 32, 12, special=_ANOTHER_ORDER),
        case("iofg", 32, 8),
        case("ifgo", 32, special="A bias has one axis, (4H,); its parts are of shape (H,)."),
        case("ogif", 12, 16),
        case("gfoi", 8, 1, special="There is one column: I = 1."),
        case("figo", 4, 3, special="There is one unit: H = 1. Each part has one row, (1, I)."),
        case("ogif", 4, special="A bias of one unit: H = 1. Each part is of shape (1,)."),
    )


def _rows(start: str, stop: str, columns: str = "") -> str:
    return f"[weight[{start} : {stop}{columns}] for k in range(4)]"


_CUT = place(
    "weight.chunk(4)",
    ("every fourth row", "You take every fourth row. The rows are not dealt out like cards: those "
     "of one gate lie together, a block of H rows.", "[weight[k::4] for k in range(4)]"),
    ("columns for rows", "You cut along the columns. The gates are stacked on top of each other: "
     "cut the rows, axis 0. (The last axis is for z, the result.) A bias has no other axis.",
     "weight.chunk(4, dim=-1)", "weight.chunk(4, dim=1)",
     "[weight[:, k * weight.shape[1] // 4 : (k + 1) * weight.shape[1] // 4] for k in range(4)]"),
    ("pieces of 4", "`split(4)` makes pieces *of* 4 rows. `chunk(n)` makes n pieces, so "
     "`chunk(H)` makes H pieces of 4 rows. Four pieces are wanted, of H rows each.",
     "weight.split(4)"),
    ("H read from the columns", "You take H from the number of columns. That is H for `weight_hh` "
     "only; `weight_ih` has I columns, and a bias has none. The number of rows is 4H for all of "
     "them.", _rows("k * weight.shape[1]", "(k + 1) * weight.shape[1]"), _rows(
     "k * weight.shape[-1]", "(k + 1) * weight.shape[-1]")),
    ("16 for H", "You cut blocks of 16 rows: the lesson's H. Here H is another; the number of "
     "rows is 4H.", _rows("16 * k", "16 * (k + 1)")),
    ("last row missing", "Each block lacks its last row. A slice a:b stops before b, so the next "
     "one starts at b.", _rows("k * len(weight) // 4", "(k + 1) * len(weight) // 4 - 1")),
    alone=(
        ("matrices only", "Right for the two matrices, but not for a bias: it has one axis, "
         "(4H,), and should give four tensors of shape (H,).", _rows("k * len(weight) // 4",
         "(k + 1) * len(weight) // 4", ", :"), "weight.view(4, len(weight) // 4, -1)",
         "weight.view(4, -1, weight.shape[1])",
         "[rows for rows, columns in [weight.shape]] and weight.chunk(4)"),
    ),
)  # fmt: skip
_ZIPPED = """def split_gates(weight, order):
    return dict(zip(order, weight.chunk(4)))"""

_FIXED = [
    together(
        f"gate order {', '.join(order)}",
        f"You read the blocks as {', '.join(order)}, whatever `order` says. The first letter of "
        "`order` is the gate of the first block.",
        {"order[k]": f'"{order}"[k]'},
        paired=False,
    )
    for order in ORDERS
]
_SLIPS = (
    *_FIXED,
    place(
        "order[k]",
        ("order from the back", "You go through `order` or the blocks from the back. The first "
         "letter goes with the first block.", "order[3 - k]"),
        alone=(
            ("order not used", "Right as long as the order is \"ifgo\", PyTorch's. Your function "
             "does not look at `order`: another program may have put the gates in another one.",
             '"ifgo"[k]'),
        ),
    ),
    together(
        "order the wrong way round",
        'Right for "ifgo", but for other orders it goes the wrong way: as if the blocks lay i, f, '
        "g, o and were wanted in `order`. They lie in `order`.",
        {"order[k]": '"ifgo"[k]', "blocks[k]": 'blocks["ifgo".index(order[k])]'},
        paired=False,
    ),
    place(
        "blocks[k]",
        ("weights squeezed", "You squeeze the weights. sigmoid and tanh act on the sum of "
         "products and biases, later; here the numbers stay as they are.",
         '(torch.tanh if order[k] == "g" else torch.sigmoid)(blocks[k])'),
        ("same block four times", "All four gates get the first block.", "blocks[0]"),
    ),
    _CUT,
)  # fmt: skip

EXERCISE = FunctionExercise(
    "03.3",
    cases=_cases,
    returns=DictOfTensors(("i", "f", "g", "o"), axes=("row", "column")),
    slips=_SLIPS,
    another_way=(AnotherWay(_ZIPPED, (_CUT,)),),
    axes={"weight": ("row", "column")},
    constants=("weight",),
    praise="Your function finds the four gates in a matrix and in a bias, for any H, in any order. "
    "With it you can bring weights from another library to PyTorch.",
)
