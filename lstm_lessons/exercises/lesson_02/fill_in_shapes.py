"""02.1: the shapes of one gate's equation, of PyTorch's stack, and where a gate lies in it."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import FirstAndLast, ShapeOf
from lstm_lessons.exercises.engine.question import Story, row, story
from lstm_lessons.shapes import Configuration

LAYER = Configuration(input_size=6, hidden_size=5, seq_len=7, batch=3)
ROWS, _W_IO = "rows of W_io", "The rows of `W_io`: "
RULE = "Rows are what comes out, columns are what goes in."
_SIDE_BY_SIDE = "PyTorch stacks them on top of each other: four times the rows."


def _for_sizes(I: int, H: int, name: str, says: str) -> tuple[Story, ...]:  # noqa: E741
    """Return the answer for other sizes, without the rows of W_io and with them."""
    shapes = {"W_ig": (H, I), "x_t": (I,), "W_hg": (H, H), "h": (H,), "b_ig": (H,)}
    shapes |= {"weight_ih": (4 * H, I), "weight_hh": (4 * H, H), "bias_ih": (4 * H,)}
    return story(name, says, shapes), story(name, says, {**shapes, ROWS: (3 * H, 4 * H - 1)})


EXERCISE = DictExercise(
    "02.1",
    questions=(
        ShapeOf("W_ig", f"`W_ig` takes the word to gate g. {RULE}", of=LAYER),
        ShapeOf("x_t", "One word of one sentence: how many numbers, along one axis?",
                (row("all of x", "{keys}: that is all of x, every word of every sentence. Asked "
                     "for is one word of one sentence.", (7, 3, 6)),),
                also=("x", "x_0"), of=LAYER),
        ShapeOf("W_hg", f"`W_hg` takes h to gate g. {RULE}", of=LAYER),
        ShapeOf("h", "h of one sentence: one number for each unit, along one axis.",
                also=("h_t", "h_t-1", "h_{t-1}", "h_0", "h_prev", "h_n"), of=LAYER),
        ShapeOf("b_ig", "A bias has one number for each unit of its gate, along one axis.",
                of=LAYER),
        ShapeOf("weight_ih", f"Four matrices like W_ig. {_SIDE_BY_SIDE}",
                (row("I taken for H", "In your `weight_ih`, I and H have changed places: (24, 5) "
                     f"is (4I, H). {RULE} A gate has H = 5 rows.", (24, 5)),), of=LAYER),
        ShapeOf("weight_hh", f"Four matrices like W_hg. {_SIDE_BY_SIDE}",
                (row("rows counted with I", "Your `weight_hh` has 4I rows. What comes out of a "
                     "gate is one number for each unit, so a gate has H = 5 rows.", (24, 5),
                     (24, 6)),), of=LAYER),
        ShapeOf("bias_ih", "Four biases like b_ig, one after the other, along one axis.",
                (row("one gate's bias", "{keys}: that is the bias of one gate. `bias_ih` holds "
                     "those of all four.", (5,)),
                 row("both biases in one", "You count both biases. `bias_ih` is one of them; "
                 "`bias_hh` has the same shape.", (40,), (2, 20)),), of=LAYER),
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
                row("the rows of the lesson", f"{_W_IO}those for the lesson's H = 16. Here H is 5.",
                    (48, 63)),
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
