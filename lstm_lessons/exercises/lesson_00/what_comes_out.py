"""00.1: the shapes that come out of a first layer; a first check, to see how checking feels."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import ShapeOf
from lstm_lessons.exercises.engine.question import row
from lstm_lessons.shapes import Configuration

LAYER = Configuration(input_size=100, hidden_size=16, seq_len=5, batch=7)
_LOOK = "There are 16 numbers for each sentence, however long, behind an axis for layers."
_FIRST = "Three axes, as in `output`: the first one counts layers, and there is 1."
_STATES = (
    row("one state for each word", "{keys}: there is one for each sentence, and there are 7 "
        "sentences; 5 is the number of words.", (1, 5, 16)),
    row("as long as the output", "{keys}: it is what is left after the last word only, so it does "
        "not grow with the number of words. Only `output` has an entry for every word.",
        (5, 7, 16)),
    row("no layer axis", f"{{keys}}: an axis is missing. {_FIRST}", (7, 16)),
    row("two layers", "{keys}: the first axis counts layers, and this LSTM has one. (State and "
        "memory are two tensors, each with an axis of its own for layers.)", (2, 7, 16)),
    row("the sentences of the lesson's call", "{keys}: 10 sentences were in the call above. Here "
        "there are 7.", (1, 10, 16)),
)  # fmt: skip

EXERCISE = DictExercise(
    "00.1",
    questions=(
        ShapeOf(
            "output", "It holds 16 numbers for every word of every sentence.",
            (
                row("words and sentences exchanged", "In `output`, words and sentences have "
                    "changed places. The first axis counts the words, T; the second the sentences, "
                    "B.", (7, 5, 16)),
                row("the size of a word in place of the state's", "`output` has numbers of the "
                    "state, 16 of them. 100 numbers went in for each word.", (5, 7, 100)),
                row("the shapes of the lesson's call", "That is the `output` of the call above, "
                    "with 24 words and 10 sentences. Here there are 5 words and 7 sentences.",
                    (24, 10, 16)),
            ),
            of=LAYER,
        ),
        ShapeOf("h_n", _LOOK, _STATES, of=LAYER),
        ShapeOf("c_n", _LOOK, _STATES, of=LAYER),
    ),
    praise="Words first, then sentences, then the numbers of the state.",
)  # fmt: skip
