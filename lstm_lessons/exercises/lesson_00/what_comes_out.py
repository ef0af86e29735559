"""00.1: the shapes that come out of a first layer; a first check, to see how checking feels."""

from collections.abc import Collection
from typing import Any

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import ShapeOf
from lstm_lessons.exercises.engine.question import row
from lstm_lessons.exercises.engine.words import listed
from lstm_lessons.shapes import Configuration

LAYER = Configuration(input_size=100, hidden_size=16, seq_len=5, batch=7)
OF_THE_CALL_ABOVE = {
    24: "24 words were in the call above; here there are 5.",
    10: "10 sentences were in the call above; here there are 7.",
}


class Shape(ShapeOf):
    """A shape; of a wrong size it is said where it comes from."""

    def about(
        self, value: tuple[int, ...], right: tuple[int, ...], asked: Collection[Any] = ()
    ) -> tuple[str, str] | None:
        """Return what a wrong shape says; sizes that the call does not have are named first."""
        if old := [OF_THE_CALL_ABOVE[n] for n in dict.fromkeys(value) if n in OF_THE_CALL_ABOVE]:
            return "sizes of the lesson's call", " ".join(old)
        if seen := super().about(value, right, asked):
            return seen
        known = {1, *LAYER.numbers.values()}
        strange = [f"{n}" for n in dict.fromkeys(value) if n not in known]
        if not strange:
            return None
        return "a size of nothing", f"Nothing is counted here of which there are {listed(strange)}."


_LOOK = "There are 16 numbers for each sentence, however long, behind an axis for layers."
_FIRST = "Three axes, as in `output`: the first one counts layers, and there is 1."
_STATES = (
    row("one state for each word", "{keys}: there is one for each sentence, and there are 7 "
        "sentences. Yours has a number of words there.", (1, 5, 16), (1, 24, 16)),
    row("as long as the output", "{keys}: it is what is left after the last word only, so it does "
        "not grow with the number of words. Only `output` has an entry for every word.",
        (5, 7, 16), (24, 10, 16), (24, 7, 16), (5, 10, 16)),
    row("no layer axis", f"{{keys}}: an axis is missing. {_FIRST}", (7, 16)),
    row("two layers", "{keys}: the first axis counts layers, and this LSTM has one. (h and c are "
        "two tensors, each with an axis of its own for layers.)", (2, 7, 16)),
    row("the size of a word in place of the state's", "{keys}: 16 numbers are left of each "
        "sentence. 100 is what goes in, the numbers of a word.", (1, 7, 100), (5, 7, 100)),
)  # fmt: skip

EXERCISE = DictExercise(
    "00.1",
    questions=(
        Shape(
            "output", "It holds 16 numbers for every word of every sentence.",
            (
                row("words and sentences exchanged", "`output`: words and sentences have changed "
                    "places. The first axis counts the words, T; the second the sentences, B.",
                    (7, 5, 16)),
                row("the size of a word in place of the state's", "`output`: 16 numbers come out "
                    "for each word. 100 is what goes in, the numbers of a word.", (5, 7, 100)),
                row("the last word only", "`output`: that is h after the last word only. `output` "
                    "has h after every word, and there are 5 words.", (1, 7, 16), (7, 16)),
            ),
            of=LAYER,
        ),
        Shape("h_n", _LOOK, _STATES, of=LAYER),
        Shape("c_n", _LOOK, _STATES, of=LAYER),
    ),
    praise="In front stand the words, in `output`, or the layers, in `h_n` and `c_n`. Then come "
    "the sentences, and last the 16 numbers of a state.",
)  # fmt: skip
