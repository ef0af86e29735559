"""06.2: four LSTMs with dropout; which numbers it zeroes, when, and what of it one sees."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf, Quantity
from lstm_lessons.exercises.engine.question import row, story

_PER_CENT = row("per cent", "A share lies between 0 and 1; yours is in per cent.", 25, 75)
_CALLS, _YES_NO = {"options": ("same", "differ")}, {"options": ("yes", "no")}

_QUESTIONS = (
    Quantity("A read", "What share does dropout zero of what layer 1 reads, on average?", (
        row("survivors kept, not zeroed", "0.75 is the share that survives. `dropout` is the "
            "probability of being *zeroed*.", 0.75),
        _PER_CENT,
        row("measured in a call", "Near it. Have you measured? Then that is what one call gave, "
            "and the next gives another share. Give the share on average.", 0.24, 0.26,
            within=1.0417),
        row("the p of the lesson", "0.2 was the lesson's p. A has `dropout=0.25`.", 0.2),
        row("half of the places", "You halve p. Every number that layer 1 reads goes through a "
            "mask, which zeroes a share p of them.", 0.125),
    )),
    Quantity("A factor", "Survivors grow, so that the mean stays. (Give two decimals, or write a "
             "fraction.)", (
        row("multiplied by p", "You multiply by p. Survivors make up for the others, so they grow: "
            "the share that survives is 1 − p, and by that one divides.", 0.25),
        row("survivors as they are", "Survivors do not stay as they are. With a part gone, the "
            "sums would be smaller in training than in use; so survivors are multiplied.", 1),
        row("divided by p", "4 is 1/p. The share that survives is not p, but 1 − p.", 4),
        row("multiplied by 1 − p", "You multiply by 1 − p, which makes survivors smaller. They "
            "make up for the others, so they grow.", 0.75),
        row("the factor of p = 0.5", "2 is the factor for p = 0.5. Here p = 0.25: what share "
            "survives?", 2),
        row("the factor of p = 0.2", "1.25 is the factor of the lesson, for p = 0.2. (It is 1 + p, "
            "too, which is no rule.) Here p = 0.25, so three quarters survive. What number makes "
            "the mean of them and of the zeros 1 again?", 1.25),
    ), factor=1.004),
    Quantity("A output", "Is there a layer above the top one?", (
        row("dropout on the top layer", "You expect zeros in `output`. Dropout falls on what a "
            "layer hands up to another layer; above the top one there is none.", 0.25, 0.75),
        _PER_CENT,
    )),
    OneOf("A two calls", "A is in training.", (
        row("the mask is drawn once", "In training the masks are drawn anew at every call, so "
            "layer 1 reads something else.", "same"),
    ), **_CALLS),
    OneOf("B two calls", "What does eval() change?", (
        row("eval() does not matter", "After `eval()` there is no dropout; nothing is left to "
            "chance.", "differ"),
    ), **_CALLS),
    OneOf("C two calls", "Between which layers is C's dropout?", (
        row("dropout in one layer", "C has one layer, so it has nothing *between* layers: its "
            "dropout does nothing.", "differ"),
    ), **_CALLS),
    OneOf("C warning", "Does PyTorch say so, when it is made?", (
        row("no warning", "PyTorch warns when C is made. The line is easily lost among others.",
            "no"),
    ), **_YES_NO),
    OneOf("D h_n[0]", "Which layer's state is it?", (
        row("dropout 1 reaches h_n[0]", "h_n[0] is layer 0's own state. Layer 0 reads the words, "
            "without dropout, and its h is kept for h_n before it is handed up.", "no"),
    ), **_YES_NO),
    OneOf("D h_n[1]", "What does layer 1 read in D?", (
        row("dropout 1 lets x through", "h_n[1] is what layer 1 shows last. With `dropout=1.0` it "
            "reads zeros at every step, and there is no other way for x to get past layer 0.",
            "yes"),
    ), **_YES_NO),
)  # fmt: skip

EXERCISE = DictExercise(
    "06.2",
    questions=_QUESTIONS,
    stories=(
        story(
            "layers counted from the top",
            "These two are the other way round. Rows of h_n are layers, from the bottom up. Which "
            "of D's layers reads the words, and which reads zeros?",
            {"D h_n[0]": "no", "D h_n[1]": "yes"},
        ),
    ),
    praise="Where it sits, when it acts, what survives: that is all there is to nn.LSTM's dropout.",
)
