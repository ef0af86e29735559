"""02.3: which of four layers cannot be, and which tensor of it has to change."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf, ShapeOf
from lstm_lessons.exercises.engine.question import row
from lstm_lessons.shapes import Configuration

EXERCISE = DictExercise(
    "02.3",
    questions=(
        OneOf(
            "layer", "Find H from the rows of each layer, then see whether its other shapes agree.",
            (
                row("a word of one number", "Layer A is possible: 20 rows are 4 times 5, so H = 5; "
                    "a word may hold one number.", "A"),
                row("no biases", "Layer B is possible: 12 rows are 4 times 3, so H = 3, and I = 12 "
                    "happens to equal 4H. It has no biases: that is `bias=False`.", "B"),
                row("one unit", "Layer D is possible: 4 rows are 4 times 1: h is one number, "
                    "H = 1.", "D"),
            ),
            options=("A", "B", "C", "D"),
        ),
        OneOf(
            "tensor", "Which one tensor has to change so that all four agree?",
            (
                row("the wrong tensor", "`weight_ih` can stay as it is. Its columns may be any "
                    "number, also 6: they are the numbers in a word. And if you took H to be 32 "
                    "and gave it 128 rows, then both biases would have to change as well.",
                    "weight_ih"),
                row("the biases", "`bias_ih` is fine: 4H numbers, as many as the weights have "
                    "rows.", "bias_ih"),
                row("the other bias", "`bias_hh` is fine: 4H numbers, as many as the weights have "
                    "rows.", "bias_hh"),
            ),
            options=("weight_ih", "weight_hh", "bias_ih", "bias_hh"), ending="_l0",
        ),
        ShapeOf(
            "shape", "It has 4H rows. What goes in, and how many numbers is that?",
            (
                row("32 taken for H", "You take H to be 32. Then `weight_hh` would be (128, 32), "
                    "but the three other tensors would have to change as well. One change is "
                    "enough: 32 rows are 4H.", (128, 32)),
                row("left as it is", "That is the shape it has now, and it cannot stay. What would "
                    "it have to be?", (32, 32)),
            ),
            of=Configuration(input_size=6, hidden_size=8),
        ),
    ),
    in_order=True,
    praise="32 rows are four gates of 8 units. So h has 8 numbers, one for each column.",
)  # fmt: skip
