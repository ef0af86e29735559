"""10.4: foretell gradients with a pocket calculator: along c, into a sum, two ways, clipped."""

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
        row("half a slope", "The slope of the sigmoid is i (1 − i), and you have one of the two "
            "factors.", 0.9, 0.1),
        row("tanh's slope", "You take the slope of tanh, 1 − i². i was squeezed by the sigmoid.",
            0.19),
        row("d_c left out", "That is the product of the slopes. It has to be multiplied by what "
            "has arrived at c, 2.", 0.045),
    )),
    OneOf("saturated", "What is 0.999 · 0.001, beside 0.9 · 0.1?", (
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
    Quantity("long", "The length of (6, 8) is 10. By which factor does it become 5?", (
        row("cut off", "That is 6 cut off at 5. Clipping by norm multiplies both numbers by one "
            "factor.", 5),
        row("left as it is", "The length of (6, 8) is 10, and that is above the limit.", 6),
        row("to the length 1", "That is the length 1. The limit is 5.", 0.6),
        row("the second number", "That is the second number. Asked for is the first.", 4),
        row("by the limit", "You divide by the limit. The factor is limit / length.", 1.2),
    )),
    Quantity("short", "Is the length of (0.3, 0.4) above the limit?", (
        row("made longer", "A gradient that is shorter than the limit stays as it is. Yours is "
            "made longer.", 3, 5),
        row("shortened", "The length of (0.3, 0.4) is 0.5, far below the limit. It stays as it is.",
            0.15, 0.06, 0.03),
        row("the second number", "That is the second number. Asked for is the first.", 0.4),
    )),
    OneOf("line", "When is the gradient there, and when is it used?", (
        row("before there is a gradient", "Before `backward()` the new gradient is not there yet: "
            "what would be shortened is an old one, or none.", "A"),
        row("after it was used", "`step()` uses the gradient. What comes after it shortens what "
            "has been used already.", "C"),
    ), options=("A", "B", "C")),
)  # fmt: skip

EXERCISE = DictExercise(
    "10.4",
    questions=_QUESTIONS,
    praise="Along c the forget gates decide how much arrives, and a gate at its end lets next to "
    "nothing back to its sum.",
)
