"""04.2: the shapes of three calls, and what is equal to what."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import ShapeOf, TrueOrFalse
from lstm_lessons.exercises.engine.question import row
from lstm_lessons.shapes import Configuration

I_, H_ = 7, 5
ONE, THREE, SHORT = (9, 7), (9, 3, 7), (4, 3, 7)
"""The layer's sizes and the shapes that go into its three calls; the tests run them."""

_THREE = Configuration(input_size=I_, hidden_size=H_, seq_len=9, batch=3)
_SHORT = Configuration(input_size=I_, hidden_size=H_, seq_len=4, batch=3)

_ONE = Configuration(input_size=I_, hidden_size=H_, seq_len=9, batch=None)
_LAST_STEP = "{keys}: the steps are missing. `output` holds h after *every* step, not only the " \
    "last."  # fmt: skip
_WORD = "{keys}: the last axis. What comes out of a step is h, not a word: how long is h?"
_STATE = "`h_n` holds h after the last step of each sentence: one axis for layers, one for the " \
    "sentences, one for the numbers of h."  # fmt: skip
_TWO_ROWS = "{keys}: two rows in front. There is one layer; and c is not in `h_n`, but in `c_n`."

_OF_STATES = (
    row("two rows in h_n", _TWO_ROWS, (2, 3, 5)),
    row("the batch first in h_n", "{keys}: you put the sentences first. In `h_n` the axis for "
        "layers comes first.", (3, 1, 5)),
)  # fmt: skip

EXERCISE = DictExercise(
    "04.2",
    questions=(
        ShapeOf("one: output", "One axis counts the steps, one the numbers of h.", (
            row("the last step in output", _LAST_STEP, (5,), (1, 5)),
            row("words in output", _WORD, (9, 7)),
            row("a batch in output", "{keys}: one axis too many. x has no axis for the batch here, "
                "and output gets none.", (9, 1, 5), (1, 9, 5))), of=_ONE),
        ShapeOf("one: h_n", "With two axes, (9, 7) is one sentence of nine words, and `h_n` holds "
                "h after its last one. One axis counts layers, one the numbers of h.",
                (row("two rows in h_n", _TWO_ROWS, (2, 5)),), of=_ONE),
        ShapeOf("three: output", "One axis counts the steps, one the sentences, one the numbers of "
                "h.", (
            row("the last step in output", _LAST_STEP, (3, 5), (1, 3, 5)),
            row("the batch first in output", "{keys}: you put the sentences first. `output` lies "
                "as x does, and x is (T, B, I), (9, 3, 7).", (3, 9, 5)),
            row("words in output", _WORD, (9, 3, 7))), of=_THREE),
        ShapeOf("three: h_n", _STATE, _OF_STATES, of=_THREE),
        ShapeOf("short: h_n", _STATE, _OF_STATES, of=_SHORT),
        TrueOrFalse("output[-1] equals h_n", "`torch.equal` asks for the same shape, too: which "
                    "are they?", (
            row("equal in spite of the shapes", "The two hold the same numbers, but "
                "`torch.equal` asks for the same shape as well. Look at your own two shapes.",
                True),)),
        TrueOrFalse("output[-1] equals h_n[0]", "Which step and which state is each of them?", (
            row("h_n[0] taken for something else", "Both hold h after "
                "the last word, and `[0]` takes away the axis for layers. With one layer, is "
                "there any difference left?", False),)),
        TrueOrFalse("output[0] equals h_n[0]", "Which step is `output[0]`? And `h_n`?", (
            row("h_n[0] taken for step 0", "You read `h_n[0]` as step 0. The first axis of `h_n` "
                "counts layers, not steps: `h_n[0]` is the state of layer 0, after the last word.",
                True),)),
        TrueOrFalse("c_n equals output[-1:]", "Which state is in each of them?", (
            row("c_n taken for a piece of output", "The shapes are equal, "
                "the numbers are not. `output` holds h only, and c is in none of its rows.",
                True),)),
    ),
    praise="You know the shapes of a call before it is made, and what is the same and what is not.",
)  # fmt: skip
