"""10.4: predict gradients with a pocket calculator: along c, into a sum, two ways, a weight."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf, Quantity
from lstm_lessons.exercises.engine.question import row

_QUESTIONS = (
    Quantity("d_c_0", "From c after step 4 to c after step 0 there are four steps back. Which gate "
             "does each of them multiply by?", (
        row("one gate too many", "That has all five gates in it. f of step 0 stands between the c "
            "before step 0 and the c after it: the way ends before.", 0.36),
        row("the gates of steps 0 to 3", "That has the gates of the steps 0 to 3 in it. c after "
            "step 4 was made with the gate of step 4, so that is the first factor; the one of step "
            "0 is not on the way.", 0.72),
        row("one step too few", "That is the gradient of c after step 1 or 2. One step more.", 0.8),
        row("gates alone", "That is what the gates leave of 1. The gradient begins with 2.", 0.2),
        row("gates added", "You add the gates. Each step back multiplies by its own.", 2.8, 5.6),
    )),
    Quantity("dz_i", "Two arrows: from c to i, where the slope is g, and from i to its sum, where "
             "it is i (1 − i).", (
        row("the gate itself", "That is the gradient of i itself. Its sum lies one arrow further "
            "back: times i (1 − i).", 1),
        row("g left out", "From c to i the slope is g, and it is left out.", 0.18),
        row("half a slope, i alone", "The slope of the sigmoid is i (1 − i). You have i, and 1 − i "
            "is missing.", 0.9),
        row("half a slope, 1 − i alone", "The slope of the sigmoid is i (1 − i). You have 1 − i, "
            "and i is missing.", 0.1),
        row("tanh's slope", "You take the slope of tanh, 1 − i². i was squeezed by the sigmoid.",
            0.19),
        row("d_c left out", "That is the product of the slopes. It has to be multiplied by what "
            "has arrived at c, 2.", 0.045),
    )),
    OneOf("at its end", "What is 0.999 · 0.001, beside 0.9 · 0.1?", (
        row("an open gate lets more back", "A gate that is open lets much *through*. But what "
            "comes back to its sum is multiplied by the slope of the sigmoid, and that is flat "
            "near 1.", "A"),
        row("as much as before", "The gate has hardly changed, from 0.9 to 0.999. Its slope has: "
            "compare i (1 − i) for both.", "B"),
    ), options=("A", "B", "C")),
    Quantity("two_ways", "What comes through h is 1 · o · (1 − tanh(c)²). And what else comes back "
             "to c?", (
        row("the next step forgotten", "That is what comes through h alone. 0.2 comes from the "
            "next step, and both add up.", 0.32),
        row("no slope of tanh", "On the way from h to c, the slope of tanh is left out: "
            "1 − tanh(c)².", 0.7),
        row("tanh(c) for its slope", "On the way from h to c you take tanh(c) itself. The slope of "
            "tanh is 1 − tanh(c)².", 0.5),
        row("o forgotten", "On the way from h to c, o is missing.", 0.84),
        row("not squared", "The slope of tanh is 1 − tanh(c)², and yours is not squared.", 0.4),
        row("a plus in the slope", "The slope of tanh has a minus: 1 − tanh(c)².", 0.88),
        row("all of d_h", "On the way from h to c nothing is multiplied. The slope is "
            "o · (1 − tanh(c)²).", 1.2),
        row("multiplied", "You multiply what comes on the two ways. It adds up.", 0.064),
        row("the next step alone", "That is what the next step hands back. Through h comes more, "
            "and both add up.", 0.2),
    )),
    Quantity("d_w", "Each of the two steps hands the weight dz times its number. "
             "What becomes of the two?", (
        row("added first", "You have added the two dz first. Each is multiplied by the number of "
            "its own step, and then they add up.", 0.4),
        row("one step alone", "That is the first of the two steps alone. Both used the same "
            "weight.", 0.6),
        row("a mean", "That is the mean over the two steps. What comes back adds up.", 0.25),
        row("a sign lost", "The second number is −1, so that its part has a minus.", 0.7),
        row("the numbers turned round", "You have multiplied each dz by the number of the other "
            "step.", 0.1),
    )),
)  # fmt: skip

EXERCISE = DictExercise(
    "10.4",
    questions=_QUESTIONS,
    praise="Along c the forget gates decide how much arrives, and a gate at its end lets next to "
    "nothing back to its sum.",
)
