"""07.3: shapes, rows and slots of three layers in both directions, and what each has seen."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import Index, OneOf, Quantity, ShapeOf
from lstm_lessons.exercises.engine.question import row, story
from lstm_lessons.shapes import Configuration

_LSTM = Configuration(8, 5, num_layers=3, bidirectional=True, seq_len=7, batch=4)
_ROWS = "Layer by layer, forward before reverse."

_QUESTIONS = (
    ShapeOf("h_n", "It has three axes: the passes, each direction of each layer; the sentences; "
            "and the numbers that one pass shows.", (
        row("a row for each layer", "Its first axis counts more than layers.", (3, 4, 5)),),
            of=_LSTM),
    ShapeOf("weight_ih_l1_reverse", "Rows: four gates. Columns: what does layer 1 read at each "
            "step?", (
        row("layer 1 reads one direction", "Layer 1's reverse pass does not read layer 0's reverse "
            "half alone: both passes of layer 1 read the whole slot, both halves.", (20, 5)),
        row("eight gates", "40 rows are both directions' gates. Each direction has weights of its "
            "own.", (40, 10)),), of=_LSTM),
    Index("top forward", _ROWS, (
        row("the last row", "Row 5 is the top layer, but its reverse pass. Forward comes before "
            "reverse, and rows count from 0.", 5),
        row("all forward rows first, the top one", "Row 2 would be the top layer's if all forward "
            "passes came first. Row 2 is layer 1's.", 2)), length=6),
    Index("middle reverse", _ROWS, (
        row("reverse before forward", "Row 2 is layer 1, but its forward pass, which comes first.",
            2),
        row("the row above", "Row 4 is the top layer's. The rows go layer by layer, and count from "
            "0.", 4),
        row("layers from 1", "Row 1 is layer 0's. The middle one of three layers is layer 1.", 1)),
          length=6),
    OneOf("h_n[5] in output", "Where does that pass end?", (
        row("the last word of the reverse pass", "The right half, at the wrong end: at the last "
            "word, the reverse pass *begins*.", "output[-1, :, 5:]"),
        row("the forward half", "`h_n[5]` is a reverse pass: its half of output is the second, "
            "`5:`.", "output[0, :, :5]", "output[-1, :, :5]")),
          options=("output[0, :, :5]", "output[0, :, 5:]", "output[-1, :, :5]",
                   "output[-1, :, 5:]")),
    Quantity("steps", "At which word does the reverse pass begin?", (
        row("all steps made", "7 steps it has made at word 0, where it ends. At the last word it "
            "begins.", 7),
        row("steps counted from 0", "It has read a word there already, the one at which it begins.",
            0))),
    Quantity("words, one layer", "What has that pass read by the steps that it has made?", (
        row("all words with one layer", "With one layer, that half has read one word for each step "
            "that its pass has made.", 7),)),
    Quantity("words, three layers", "And what do the layers below hand up at that step?", (
        row("the step of the top layer alone", "So many words that pass has read by itself. But at "
            "the last word it reads the layer below, both halves: what has the forward half read "
            "there?", 1),
        row("a word a layer", "Words do not add up by layers. The layer below hands up a forward "
            "half as well: what has that read at the last word?", 3))),
    OneOf("causal", "What does layer 1 read?", (
        row("a forward half is causal", "With one layer it is. Here layer 1 reads layer 0's "
            "reverse half, and its forward pass does so too: the future comes in from below.",
            "yes"),), options=("yes", "no")),
)  # fmt: skip

_STORIES = (
    story("all forward rows first", "You count all forward passes first, then all reverse ones. "
          "The rows go layer by layer: both directions of layer 0, then both of layer 1.",
          {"top forward": 2, "middle reverse": 4}),
    story("rows counted from 1", "Both rows are one too high. Do you count from 1? The first row "
          "is `h_n[0]`.", {"top forward": 5, "middle reverse": 4}),
    story("all forward rows first, counted from 1", "Do you count all forward passes first, and "
          "from 1? The rows go layer by layer: both directions of layer 0, then both of layer 1. "
          "The first row is `h_n[0]`.", {"top forward": 3, "middle reverse": 5}),
    story("reverse before forward in both", "Both layers are right, but each time it is the other "
          "direction. In a layer, forward comes before reverse.",
          {"top forward": 5, "middle reverse": 2}),
)  # fmt: skip

EXERCISE = DictExercise(
    "07.3",
    questions=_QUESTIONS,
    stories=_STORIES,
    praise="Shapes, rows and what each has seen: no slot of a bidirectional LSTM can fool you now.",
)
