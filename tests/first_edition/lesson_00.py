"""The exercise of lesson 00: a first check, to see how checking feels."""

from first_edition.answers import DictExercise, ShapeOf
from first_edition.base import Wrong, listed

_LAYERS_FIRST = "Three axes, as in `output`: the first one counts layers, and there is 1."


def _state_slip(name: str, message: str, *shapes: tuple[int, ...]) -> tuple[Wrong, ...]:
    """Return a mistake in the shape of a state: in ``h_n``, in ``c_n``, and the same in both."""
    return tuple(
        Wrong(
            f"{name}: {listed(keys)}",
            dict.fromkeys(keys, shape),
            f"{listed([f'`{key}`' for key in keys])}: {message}",
        )
        for keys in (("h_n",), ("c_n",), ("h_n", "c_n"))
        for shape in shapes
    )


_STATE_SLIPS = (
    *_state_slip(
        "one state for each word",
        "there is one for each sentence, and there are 7 sentences; 5 is the number of words.",
        (1, 5, 16),
    ),
    *_state_slip(
        "as long as the output",
        "it is what is left after the last word only, so it does not grow with the number of "
        "words. Only `output` has an entry for every word.",
        (5, 7, 16),
    ),
    *_state_slip("no layer axis", f"an axis is missing. {_LAYERS_FIRST}", (7, 16)),
    *_state_slip(
        "layer axis in another place",
        "the right numbers in another order. The first axis counts layers, the second "
        "sentences, the last the numbers of the state.",
        (7, 1, 16),
        (7, 16, 1),
        (1, 16, 7),
        (16, 7, 1),
        (16, 1, 7),
    ),
    *_state_slip(
        "one sentence",
        "the 1 in front counts layers; it does not stand for the last word. Behind it come "
        "the sentences, and there are still 7 of them.",
        (1, 1, 16),
    ),
    *_state_slip(
        "two layers",
        "the first axis counts layers, and this LSTM has one. (State and memory are two "
        "tensors, each with an axis of its own for layers.)",
        (2, 7, 16),
    ),
    *_state_slip(
        "words for sentences, and no layer axis",
        f"there is one for each sentence, and 5 is the number of words. {_LAYERS_FIRST}",
        (5, 16),
    ),
    *_state_slip(
        "one sentence's state alone",
        f"16 numbers are those of a single sentence; there are 7 sentences. {_LAYERS_FIRST}",
        (16,),
    ),
    *_state_slip(
        "the sentences of the lesson's call",
        "10 sentences were in the call above. Here there are 7.",
        (1, 10, 16),
    ),
)

WHAT_COMES_OUT = DictExercise(
    number="00.1",
    title="What comes out",
    parts=(
        ShapeOf("output", (5, 7, 16), "It holds 16 numbers for every word of every sentence."),
        ShapeOf("h_n", (1, 7, 16), "It holds 16 numbers for every sentence, however long."),
        ShapeOf("c_n", (1, 7, 16), "It has the same shape as `h_n`."),
    ),
    wrongs=(
        Wrong(
            "words and sentences exchanged",
            {"output": (7, 5, 16)},
            "In `output`, words and sentences have changed places. The first axis counts the "
            "words, T; the second the sentences, B.",
        ),
        *_STATE_SLIPS,
        Wrong(
            "the size of a word in place of the state's",
            {"output": (5, 7, 100)},
            "`output` has numbers of the state, 16 of them. 100 numbers went in for each word.",
        ),
        Wrong(
            "the shapes of the lesson's call",
            {"output": (24, 10, 16)},
            "That is the `output` of the call above, with 24 words and 10 sentences. Here there "
            "are 5 words and 7 sentences.",
        ),
    ),
    praise="Words first, then sentences, then the numbers of the state.",
    hints=(
        "Look at the three shapes that the call above printed. Which of their numbers were the "
        "words, and which the sentences?",
        "There are 5 words now in place of 24, and 7 sentences in place of 10. The layer is the "
        "same, and so is its hidden size, 16.",
        "`output` is (words, sentences, hidden size). `h_n` and `c_n` have no axis for words; "
        "their first number counts layers, and is 1.",
    ),
    solution_code="""
answer = {"output": (5, 7, 16), "h_n": (1, 7, 16), "c_n": (1, 7, 16)}
""",
)

EXERCISES = (WHAT_COMES_OUT,)
