"""02.1: the shapes of one gate's equation, of PyTorch's stack, and where a gate lies in it."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import FirstAndLast, ShapeOf
from lstm_lessons.exercises.engine.question import Row, Story, row, story
from lstm_lessons.shapes import Configuration

LAYER = Configuration(input_size=6, hidden_size=5, seq_len=7, batch=3)
ROWS, _W_IO = "rows of W_io", "The rows of `W_io`: "
RULE = "Rows are what comes out, columns are what goes in."
_TURNED = ("turned round", f"{{keys}}: turned round, you wrote (in, out). {RULE}")
_COLUMN = (
    "two axes for one",
    "{keys}: two axes. On paper a vector is often a column; in PyTorch it has one axis. Its shape "
    "holds one number, with a comma behind it, since it is a tuple: `(9,)`.",
)
_OF_ONE = (
    "four gates for one",
    "{keys}: four gates in your answer. The name has a g: it is gate g's alone.",
)
_SIDE_BY_SIDE = "PyTorch stacks them on top of each other: four times the rows."


def _stack(*columns: int) -> tuple[Row, ...]:
    """Return what people write for four gates of 5 rows on top of each other."""
    few = (
        (1, "one gate", "PyTorch stacks all four."),
        (2, "two gates", "PyTorch stacks all four."),
        (3, "three gates", "i, f and o are three; the candidate g has weights and biases too."),
    )
    return (
        *(
            row(f"{word} only", f"{{keys}}: {word} in your answer. {hint}", (5 * n, *columns))
            for n, word, hint in few
        ),
        row("an axis for the gates", "{keys}: the four gates have an axis of their own in your "
            "answer. PyTorch keeps none for them: their rows follow one another, gate after gate.",
            (4, 5, *columns), (5, *columns, 4)),
    )  # fmt: skip


def _for_sizes(I: int, H: int, name: str, says: str) -> tuple[Story, ...]:  # noqa: E741
    """Return the answer for other sizes, without the rows of W_io and with them."""
    shapes = {"W_ig": (H, I), "x_t": (I,), "W_hg": (H, H), "h": (H,), "b_ig": (H,)}
    shapes |= {"weight_ih": (4 * H, I), "weight_hh": (4 * H, H), "bias_ih": (4 * H,)}
    return story(name, says, shapes), story(name, says, {**shapes, ROWS: (3 * H, 4 * H - 1)})


EXERCISE = DictExercise(
    "02.1",
    questions=(
        ShapeOf("W_ig", f"It takes the word to gate g. {RULE}",
                (row(*_TURNED, (6, 5)), row(*_OF_ONE, (20, 6))), of=LAYER),
        ShapeOf("x_t", "One word of one sentence: how many numbers, along one axis?",
                (row(*_COLUMN, (6, 1), (1, 6)),), also=("x", "x_0"), of=LAYER),
        ShapeOf("W_hg", f"It takes h to gate g. {RULE}", (row(*_OF_ONE, (20, 5)),),
                of=LAYER),
        ShapeOf("h", "h of one sentence: one number for each unit, along one axis.",
                (row(*_COLUMN, (5, 1), (1, 5)),),
                also=("h_t", "h_t-1", "h_{t-1}", "h_0", "h_prev", "h_n"), of=LAYER),
        ShapeOf("b_ig", "A bias has one number for each unit of its gate, along one axis.",
                (row(*_COLUMN, (5, 1), (1, 5)), row(*_OF_ONE, (20,))), of=LAYER),
        ShapeOf("weight_ih", "Four matrices like W_ig on top of each other.",
                (*_stack(6), row(*_TURNED, (6, 20)), row("stacked side by side", "`weight_ih` has "
                 f"the four gates side by side. {_SIDE_BY_SIDE}", (5, 24))), of=LAYER),
        ShapeOf("weight_hh", "Four matrices like W_hg on top of each other.",
                (*_stack(5), row("turned round or side by side", "`weight_hh` is turned round, or "
                 f"has the four gates side by side. {_SIDE_BY_SIDE}", (5, 20))), of=LAYER),
        ShapeOf("bias_ih", "Four biases like b_ig, one after the other.",
                (*_stack(), row(*_COLUMN, (20, 1), (1, 20)), row("both biases in one", "You count "
                 "both biases. `bias_ih` is one of them; `bias_hh` has the same shape.",
                 (40,), (2, 20))), of=LAYER),
        FirstAndLast(
            ROWS, "In which order are the four blocks, and how many rows has each?",
            (
                row("rows counted from 1", f"{_W_IO}the right block, but you count from 1. Python "
                    "counts from 0.", (16, 20)),
                row("the row behind the last", f"{_W_IO}a slice 15:20 stops before 20. Asked for "
                    "is the last row itself.", (15, 20)),
                row("the rows of g", f"{_W_IO}you give the third block. PyTorch stacks i, f, g, o: "
                    "it is g's.", (10, 14)),
                row("the rows of f", f"{_W_IO}you give the second block, which is f's.", (5, 9)),
                row("the rows of i", f"{_W_IO}you give the first block, which is i's.", (0, 4)),
                row("rows of W_io alone", f"{_W_IO}you count in a matrix by itself. Where does it "
                    "lie in the stack?", (0, 5), (1, 5)),
                row("every fourth row", f"{_W_IO}they lie together, a block of H; they are not "
                    "dealt out like cards.", (3, 19)),
                row("blocks of I rows", f"{_W_IO}you take 6 for a gate, as many as the word has "
                    "numbers. Rows are what comes out.", (18, 23)),
                row("blocks, not rows", f"{_W_IO}block 3 it is, but which rows are these?", (3, 3),
                    (3, 4)),
                row("the last row first", f"{_W_IO}the right ones, the last before the first.",
                    (19, 15)),
            ),
        ),
    ),
    stories=(
        story("all matrices turned round", "All your matrices are turned round: you wrote (in, "
              f"out). {RULE} (`W_hg` is square, so its shape cannot tell.)",
              {"W_ig": (6, 5), "weight_ih": (6, 20), "weight_hh": (5, 20)}),
        story("both stacks side by side", "`weight_ih` and `weight_hh` have the four gates side "
              f"by side in your answer. {_SIDE_BY_SIDE}",
              {"weight_ih": (5, 24), "weight_hh": (5, 20)}),
        *_for_sizes(5, 6, "I and H exchanged throughout", "I and H have changed places throughout. "
                    "Here a word has 6 numbers, I = 6, and h has 5, H = 5."),
        *_for_sizes(100, 16, "the sizes of the lesson", "These are the shapes for the lesson's "
                    "sizes, I = 100 and H = 16. Here I = 6 and H = 5."),
    ),
    praise="Every shape of one gate and of PyTorch's stack, and where a gate lies in it.",
)  # fmt: skip
