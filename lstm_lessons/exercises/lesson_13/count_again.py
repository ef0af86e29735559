"""13.2: how many parameters the relatives have."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import Quantity
from lstm_lessons.exercises.engine.question import row, story

EXERCISE = DictExercise(
    "13.2",
    questions=(
        Quantity("LSTM", "Four blocks, each with a matrix for the word, a matrix for h, and two "
                 "biases.", (
            row("one bias", "You count one bias. PyTorch has two, with the same shape.", 240),
            row("LSTM without biases", "You leave out the biases. There are two of (4H).", 220),
            row("one gate alone", "That is one block. There are four.", 65),
        )),
        Quantity("bias=False", "Which two tensors are left?", (
            row("one bias left", "`bias=False` leaves out *both* biases.", 240),
            row("nothing changed", "That is the layer with its biases.", 260),
        )),
        Quantity("no forget gate", "Which blocks are left?", (
            row("only the matrix for the word", "A gate that goes takes all of its block with it: "
                "the rows of both matrices, and those of both biases.", 230, 235, 220, 210, 205),
            row("no forget gate: no biases", "Three blocks, yes, but without biases. There are "
                "two.", 165),
            row("no forget gate: one bias", "Three blocks, yes, but with one bias. There are two.",
                180),
            row("gate counted as before", "That is the LSTM with its forget gate.", 260),
        )),
        Quantity("peepholes", "One gate of one unit looks at how many numbers of c?", (
            row("peepholes as matrices", "You give each peephole a matrix (H, H). A gate of a unit "
                "looks at the memory of its own unit alone, so it is H numbers per gate.", 335),
            row("a peephole for g", "Four gates with a peephole: g has none. i, f and o look.",
                280),
            row("one peephole in all", "That is one peephole per unit. i, f and o have one each.",
                265),
            row("peepholes for two gates", "That is two peepholes per unit. i, f and o have one "
                "each.", 270),
        )),
        Quantity("GRU", "How many blocks has it?", (
            row("the GRU with four blocks", "You count four blocks. A GRU has r, z and n.", 260),
            row("the GRU with two blocks", "You count two blocks. n is one as well.", 130),
            row("the GRU: no biases", "Three blocks, yes, but without biases. PyTorch has two.",
                165),
            row("the GRU: one bias", "Three blocks, yes, but with one bias. PyTorch has two.", 180),
        )),
        Quantity("projection", "`weight_hh` gets the columns of the new h, and one tensor is new.",
                 (
            row("weight_hr forgotten", "`weight_hr` is missing: P rows, H columns.", 200),
            row("weight_hh as before", "You add `weight_hr`, but leave `weight_hh` as it was. The "
                "gates read the projected h now, so it has P columns.", 270),
            row("the memory narrowed as well", "You have made the memory narrower, too. The gates "
                "and c keep H units; only h has P numbers.", 80, 90, 84),
            row("weight_hr and a bias", "You give `weight_hr` a bias. It has none.", 212),
        )),
        Quantity("layer 1", "What does layer 1 read, and how many numbers is it?", (
            row("layer 1 reads words", "That is layer 0. Layer 1 reads what layer 0 shows.", 210),
            row("layer 1 reads H numbers", "You let layer 1 read H numbers. What layer 0 shows is "
                "its projected h.", 190),
            row("layer 1 without weight_hr", "Layer 1 has a `weight_hr` of its own.", 120),
            row("both layers", "That is both layers together. Asked for is layer 1 alone.", 340),
        )),
    ),
    stories=(
        story("one bias throughout", "You count one bias throughout. PyTorch has two for each "
              "block, except with `bias=False`.",
              {"LSTM": 240, "no forget gate": 180, "peepholes": 255, "GRU": 180,
               "projection": 190, "layer 1": 110}),
        story("the sizes of the lesson", "These are the counts for the lesson's sizes, I = 100, "
              "H = 16 and P = 4. Here I = 6, H = 5 and P = 2.",
              {"LSTM": 7552, "no forget gate": 5664, "peepholes": 7600, "GRU": 5664,
               "projection": 6848}),
    ),
    praise="A block less is a quarter less, a peephole is next to nothing, and a projection saves "
    "where h was wide.",
)  # fmt: skip
