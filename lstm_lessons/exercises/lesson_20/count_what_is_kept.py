"""20.3: how many numbers an LSTM, a matrix memory and attention keep."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import Quantity
from lstm_lessons.exercises.engine.question import row

EXERCISE = DictExercise(
    "20.3",
    questions=(
        Quantity("LSTM", "Which vectors does an LSTM hand on, and how long are they?", (
            row("one state alone", "{keys}: an LSTM hands on h *and* c.", 64),
            row("words counted", "{keys}: 32 is the length of a word. What is handed on has the "
                "length of h and c.", 32, 32 + 64, 32 + 128),
            row("weights counted", "{keys}: you have counted weights. These stay what they are, "
                "and are not handed on.", 4 * 64 * (32 + 64) + 8 * 64),
        )),
        Quantity("mLSTM", "C is a matrix, and n a vector.", (
            row("n forgotten", "{keys}: that is C alone. n is handed on as well.", 1024),
            row("a matrix for n", "{keys}: n is a vector of 32 numbers, not a matrix.", 2048),
            row("no matrix", "{keys}: C has a row *and* a column for each of the 32 numbers.", 64,
                32),
        )),
        Quantity("attention", "A key and a value for each step.", (
            row("one of the two", "{keys}: that is keys alone, or values alone.", 3200),
            row("queries kept", "{keys}: you keep queries as well. A query asks once, and is not "
                "needed again.", 9600),
            row("one step of attention", "{keys}: that is one step. All 100 are kept.", 64),
            row("scores counted", "{keys}: you have counted scores. Asked for is what is kept of "
                "keys and values.", 10000),
        )),
        Quantity("crossing", "Attention keeps 64 numbers more with each step.", (
            row("one step too few", "{keys}: after 16 steps it keeps 1,024, which is not yet more "
                "than C and n.", 16),
            row("values alone at the crossing", "{keys}: each step adds a key and a value, 64 "
                "numbers and not 32.", 33, 34),
            row("the broken number", "{keys}: there is no half of a step.", 16.5, within=1.001),
        )),
        Quantity("scores", "Each step meets each step.", (
            row("only those in use", "{keys}: that is without the pairs that are still to come. "
                "`q @ k.T` makes them as well, so the table is square.", 500500),
            row("one row of scores", "{keys}: that is one row. There is one for each step.", 1000),
        )),
    ),
    praise="A state keeps the same amount at each length, and attention more with every step.",
)  # fmt: skip
