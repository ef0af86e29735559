"""The exercise of lesson 00: a first check, to see how checking feels."""

from lstm_lessons.exercises.answers import DictExercise, ShapeOf
from lstm_lessons.exercises.base import Wrong

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
        Wrong(
            "one state for each word",
            {"h_n": (1, 5, 16)},
            "`h_n` holds one state for each sentence, and there are 7 of these; 5 is the number "
            "of words.",
        ),
        Wrong(
            "one memory for each word",
            {"c_n": (1, 5, 16)},
            "`c_n` holds one memory for each sentence, and there are 7 of these; 5 is the number "
            "of words.",
        ),
        Wrong(
            "state and memory for each word",
            {"h_n": (1, 5, 16), "c_n": (1, 5, 16)},
            "`h_n` and `c_n` hold one state and one memory for each sentence, and there are 7 of "
            "these; 5 is the number of words.",
        ),
        Wrong(
            "a state as long as the output",
            {"h_n": (5, 7, 16)},
            "`h_n` is the state after the last word only, so it does not grow with the number of "
            "words. Only `output` has an entry for every word.",
        ),
        Wrong(
            "no layer axis",
            {"h_n": (7, 16)},
            "`h_n` has three axes, as `output` has: the first one is 1 here, for one layer.",
        ),
        Wrong(
            "no layer axis in both",
            {"h_n": (7, 16), "c_n": (7, 16)},
            "`h_n` and `c_n` have three axes, as `output` has: the first one is 1 here, for one "
            "layer.",
        ),
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
