"""04.2: the shapes of three calls, and what is equal to what."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import ShapeOf, TrueOrFalse
from lstm_lessons.exercises.engine.question import Row, row
from lstm_lessons.shapes import Configuration

I_, H_ = 7, 5
ONE, THREE, SHORT = (9, 7), (9, 3, 7), (4, 3, 7)
"""The layer's sizes and the shapes that go into its three calls; the tests run them."""

_THREE = Configuration(input_size=I_, hidden_size=H_, seq_len=9, batch=3)
_SHORT = Configuration(input_size=I_, hidden_size=H_, seq_len=4, batch=3)

_EVERY_STEP = "`output` holds h after *every* step"
_STATE = "It holds h after the last step, for each sentence: one axis for layers, one for the " \
    "sentences, one for the numbers of h."  # fmt: skip


def _in_output(*sentences: int) -> tuple[Row, ...]:
    """Return what people write for an output (9, ..., 5)."""
    return (
        row("one step in output", f"{{keys}}: the shape of one step. {_EVERY_STEP}, not only the "
            "last.", (*sentences, 5)),
        row("output like h_n", f"{{keys}}: the shape of `h_n`. {_EVERY_STEP}: nine of them.",
            (1, *sentences, 5)),
        row("as long as the words", "{keys}: the last axis has 7 places, as a word has numbers. "
            "`output` holds h: H numbers.", (9, *sentences, 7)),
        row("four gates", "{keys}: the last axis has 4H places. The gates are used up inside the "
            "step.", (9, *sentences, 20)),
        row("steps in place of units", "{keys}: the last axis is as long as the sentence. It is to "
            "be the numbers of h.", (9, *sentences, 9)),
        row("no numbers", "{keys}: the axis for the numbers of h is missing.", (9, *sentences)),
    )  # fmt: skip


def _in_state(steps: int) -> tuple[Row, ...]:
    """Return what people write for an h_n (1, 3, 5) after so many steps."""
    return (
        row("no axis for layers", "{keys}: the axis in front is missing. It counts layers, and is "
            "there even if there is only one, with and without a batch.", (3, 5)),
        row("every step in h_n", "{keys}: there is a place for each step, as in `output`. The n "
            "stands for the last step: the states after it have the same shape for any length.",
            (steps, 3, 5), (steps, 1, 3, 5), (1, steps, 3, 5)),
        row("every step in h_n, and no sentences", "{keys}: there is a row for each step, and no "
            "axis for the sentences. The n stands for the last step; each of the three sentences "
            "has an h of its own after it.", (steps, 5)),
        row("two rows in h_n", "{keys}: two rows in front. There is one layer; and c is not in "
            "`h_n`, but in `c_n`.", (2, 3, 5)),
        row("words for sentences", "{keys}: the middle axis is as long as the sentence. It counts "
            "sentences, and there are three.", (1, steps, 5)),
        row("layers behind sentences", "{keys}: the sentences come first. The first axis of `h_n` "
            "counts layers.", (3, 1, 5)),
        row("no axis for sentences", "{keys}: the axis for the sentences is missing. Each of the "
            "three has an h of its own after its last word.", (1, 5)),
        row("neither layers nor sentences", "{keys}: one axis only, for the numbers of h. In front "
            "of it, one counts layers and one the sentences.", (5,)),
        *_in_any_state(steps, 3),
    )  # fmt: skip


def _in_any_state(steps: int, *sentences: int) -> tuple[Row, ...]:
    return (
        row("as long as the words in h_n", "{keys}: the last axis has 7 places, as a word has "
            "numbers. `h_n` holds h: H numbers.", (1, *sentences, 7)),
        row("four gates in h_n", "{keys}: the last axis has 4H places. The gates are used up "
            "inside the step.", (1, *sentences, 20)),
        row("steps in place of units in h_n", "{keys}: the last axis is as long as the sentence. "
            "`h_n` holds h there: H numbers.", (1, *sentences, steps)),
        row("no numbers in h_n", "{keys}: the axis for the numbers of h is missing.",
            (1, *sentences)),
    )  # fmt: skip


EXERCISE = DictExercise(
    "04.2",
    questions=(
        ShapeOf("one: output", f"{_EVERY_STEP}. One axis counts the steps, one the numbers of h.", (
            *_in_output(),
            row("an axis of one in front of output", "{keys}: an axis of one place in front. "
                "`output` has none for layers, and x has none for the batch.", (1, 9, 5)),
            row("a batch of one", "{keys}: an axis for the batch. x had none there: (T, I) goes "
                "in, (T, H) comes out.", (9, 1, 5)),
            row("units first", "{keys}: the numbers of h come first. The first axis of x is time, "
                "and so is that of `output`.", (5, 9)))),
        ShapeOf("one: h_n", "It holds h after the last step. One axis counts layers, one the "
                "numbers of h.", (
            row("no axis for layers", "{keys}: the axis in front is missing. It counts layers, and "
                "is there even if there is only one, with and without a batch.", (5,)),
            row("every step in h_n", "{keys}: there is a place for each step, as in `output`. The "
                "n stands for the last step: the states after it have the same shape for any "
                "length.", (9, 5), (9, 1, 5)),
            row("two rows in h_n", "{keys}: two rows in front. There is one layer; and c is not in "
                "`h_n`, but in `c_n`.", (2, 5)),
            row("a batch of one in h_n", "{keys}: an axis for the batch. x had none there; what is "
                "left in front counts layers.", (1, 1, 5)),
            row("nine sentences", "{keys}: an axis of 9. With two axes, (9, 7) is one sentence of "
                "nine words, not nine sentences; and `h_n` is of its last word alone.", (1, 9, 5)),
            *_in_any_state(9))),
        ShapeOf("three: output", f"{_EVERY_STEP}, for each sentence: one axis for the steps, one "
                "for the sentences, one for the numbers of h.", (
            *_in_output(3),
            row("an axis of one in output", "{keys}: an axis of one place. An axis for layers is "
                "in `h_n` and `c_n` only.", (1, 9, 3, 5), (9, 1, 3, 5)),
            row("sentences first", "{keys}: the sentences come first. The first axis of x is time, "
                "and so is that of `output`.", (3, 9, 5)),
            row("no axis for sentences in output", "{keys}: the axis for the sentences is missing. "
                "Each of the three has an h of its own after every step.", (9, 5)),
            row("steps and sentences in one axis", "{keys}: the words of all three sentences stand "
                "in one axis. Steps and sentences have an axis each, as in x.", (27, 5)),
            row("words for sentences in output", "{keys}: the middle axis is as long as the "
                "sentence. It counts sentences, and there are three.", (9, 9, 5))), of=_THREE),
        ShapeOf("three: h_n", _STATE, _in_state(9), of=_THREE),
        ShapeOf("short: h_n", _STATE, _in_state(4), of=_SHORT),
        TrueOrFalse("output[-1] equals h_n", "`torch.equal` asks for the same shape, too: which "
                    "are they?", (
            row("equal in spite of the shapes", "`output[-1]` and `h_n` hold the same numbers, but "
                "`torch.equal` asks for the same shape as well. Look at your own two shapes.",
                True),)),
        TrueOrFalse("output[-1] equals h_n[0]", "Which step and which state is each of them?", (
            row("h_n[0] taken for something else", "`h_n[0]` and `output[-1]`: both hold h after "
                "the last word, and `[0]` takes away the axis for layers. With one layer and one "
                "direction, is there any difference left?", False),)),
        TrueOrFalse("output[0] equals h_n[0]", "Which step is `output[0]`? And `h_n`?", (
            row("h_n[0] taken for step 0", "You read `h_n[0]` as step 0. The first axis of `h_n` "
                "counts layers, not steps: `h_n[0]` is the state of layer 0, after the last word.",
                True),)),
        TrueOrFalse("c_n equals output[-1:]", "Which state is in each of them?", (
            row("c_n taken for a piece of output", "`c_n` and `output[-1:]`: the shapes are equal, "
                "the numbers are not. `output` holds h only, and c is in none of its rows.",
                True),)),
    ),
    praise="You know the shapes of a call before it is made, and what is the same and what is not.",
)  # fmt: skip
