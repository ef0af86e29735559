"""12.2: the shapes of a layer with a projection, two layers and two directions."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import Quantity, ShapeOf
from lstm_lessons.exercises.engine.question import row, story
from lstm_lessons.shapes import Configuration

LAYER = Configuration(
    input_size=7, hidden_size=5, num_layers=2, bidirectional=True, proj_size=3, seq_len=9, batch=8
)

_STATE_ROWS = "{keys}: a state has a row for each direction of each layer."
_FIRST = "{keys}: you put the sentences first. The axis for layers and directions comes first."
_ONE = "{keys}: that is one direction. Both directions stand side by side."
_WIDE = "{keys}: that is the h of a layer without a projection."
_ROWS = "{keys}: the rows are the four gates, and these keep H units. A projection changes the " \
    "columns."  # fmt: skip

EXERCISE = DictExercise(
    "12.2",
    questions=(
        ShapeOf("output", "What does one step show, in each direction?", (
            row("one direction in output", _ONE, (9, 8, 3)),
            row("output as wide as the memory", _WIDE, (9, 8, 10), (9, 8, 5)),
            row("the batch first in output", "{keys}: the sentences stand first only with "
                "`batch_first=True`.", (8, 9, 6)),
        ), of=LAYER),
        ShapeOf("h_n", "How many rows are there? And how wide is an h?", (
            row("h_n as wide as the memory", _WIDE, (4, 8, 5)),
            row("a row a layer in h_n", _STATE_ROWS, (2, 8, 3), (2, 8, 6)),
            row("both directions in a row of h_n", "{keys}: output has both directions side by "
                "side. In a state each direction has a row of its own.", (4, 8, 6)),
            row("the batch first in h_n", _FIRST, (8, 4, 3)),
        ), of=LAYER),
        ShapeOf("c_n", "How wide is the memory?", (
            row("the memory projected", "{keys}: the memory is not projected. c keeps H numbers.",
                (4, 8, 3)),
            row("a row a layer in c_n", _STATE_ROWS, (2, 8, 5), (2, 8, 10)),
            row("the batch first in c_n", _FIRST, (8, 4, 5)),
        ), of=LAYER),
        ShapeOf("weight_hh_l0", "Rows are what comes out, columns what goes in.", (
            row("weight_hh as without a projection", "{keys}: those are the columns without a "
                "projection. How many numbers has the h that the gates read?", (20, 5)),
            row("P rows a gate", _ROWS, (12, 3), (12, 5)),
            row("the gates read both directions", "{keys}: each direction reads its own h alone, "
                "within a layer.", (20, 6)),
        ), of=LAYER),
        ShapeOf("weight_ih_l1", "What does layer 1 read?", (
            row("layer 1 reads words", "{keys}: words are read by layer 0.", (20, 7)),
            row("layer 1 reads one direction", "{keys}: layer 1 reads both directions of layer 0, "
                "side by side.", (20, 3)),
            row("layer 1 reads memories", "{keys}: what goes up is the projected h of layer 0.",
                (20, 10), (20, 5)),
            row("P rows a gate for words", _ROWS, (12, 6), (12, 7)),
        ), of=LAYER),
        ShapeOf("weight_hr_l1_reverse", "What goes into the projection, and what comes out?", (
            row("the projection turned", "{keys}: rows are what comes out, and that is the short "
                "vector.", (5, 3)),
            row("both directions projected", "{keys}: each direction projects its own numbers, "
                "with a matrix of its own.", (3, 10), (6, 10), (6, 5)),
            row("a projection for each gate", "{keys}: the projection stands behind the cell, "
                "where there are no gates any more.", (12, 5)),
        ), of=LAYER),
        Quantity("tensors", "How many are there in each direction of each layer?", (
            row("no weight_hr", "16 is 4 in each direction of each layer. With a projection there "
                "is one more.", 16),
            row("the directions forgotten", "10 is 5 for each layer. The reverse direction has "
                "weights of its own.", 10),
            row("one layer counted", "That is one direction of one layer. There are four.", 5),
            row("a bias for weight_hr", "24 is 6 in each direction of each layer. `weight_hr` has "
                "no bias.", 24),
        )),
    ),
    stories=(
        story("nothing projected", "These are the shapes without a projection. h has P numbers "
              "now, in `output`, in `h_n`, and wherever it is read.",
              {"output": (9, 8, 10), "h_n": (4, 8, 5), "weight_hh_l0": (20, 5)}),
    ),
    praise="h is short wherever it is shown or read, c is long, and the gates keep their rows.",
)  # fmt: skip
