"""01.3: why a new LSTM cannot recall what it read fifty steps ago."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf, Quantity
from lstm_lessons.exercises.engine.question import row

EXERCISE = DictExercise(
    "01.3",
    questions=(
        OneOf(
            "reason", "Ask of each sentence: is it true, and does it explain what was lost?",
            (
                row("a gate at 0 by default", "Answer a: with weights and biases near 0, what goes "
                    "into sigmoid is near 0. That does not say that what comes out is near 0, too.",
                    "a"),
                row("news wipes out the old", "Answer c: news is added to what is there. It may "
                    "cover the old number, but whatever the news is, the same share of the old is "
                    "left in the sum. Look for what multiplies the old.", "c"),
                row("too few units", "Answer d: more units would not help. Each number of the "
                    "memory fades on its own, and all of them begin with about the same f.", "d"),
            ),
            options=("a", "b", "c", "d"),
        ),
        Quantity(
            "share", "What does one step keep, and how often is that multiplied?",
            (
                row("the gradient in the explorer", "The share: that looks like the gradient in "
                    "the explorer, at lag 50. Some of it goes round the gate. Asked for is "
                    "what the gate leaves of the memory c.", 1e-12, 2.9e-12, 5.9e-12, 8.1e-12,
                    within=1.1),
                row("the gradient, not the memory", "The share: that is about 0.6 a step, as the "
                    "gradient of a new LSTM falls. Some of it goes round the gate. Asked for is "
                    "what the gate leaves of the memory c.", 0.61**50, within=3),
                row("the gradient at lag 30", "The share: that looks like the gradient of a new "
                    "LSTM at lag 30. Asked for is the memory c, after 50 steps.", 1e-7, within=1.4),
                row("the largest of one network", "The share: that looks like the number that the "
                    "lesson prints, the largest of 16 units after 30 steps. Asked for is a gate "
                    "with a new LSTM's average value, and 50 steps.", 4e-8, within=1.2),
                row("the lesson's thirty steps", "The share: that is about what 30 steps leave, as "
                    "many as the lesson takes. There are 50.", 0.5**30, within=2.2),
                row("one step for fifty", "The share: about one half is what one step keeps. There "
                    "are 50 steps.", 0.5, within=1.12),
                row("one half divided by fifty", "The share: a hundredth is far too much. If you "
                    "divided by 50: a division does the work of one step. Each of the 50 steps "
                    "multiplies what the step before it left.", 0.5 / 50),
                row("the gate of exercise 01.1", "The share: that is what a gate of 0.9 leaves "
                    "after 50 steps, as in exercise 01.1. A new LSTM's gate has another average; "
                    "the lesson prints it.", 0.9**50, within=1.05),
                row("a forget bias of 1", "The share: that is what a forget bias of 1 would leave. "
                    "In a new LSTM the biases are small random numbers round 0.",
                    0.731**50, within=1.2),
                row("one fiftieth", "The share: 1 / 50 is one of fifty equal parts. But each step "
                    "multiplies what the step before it left.", 1 / 50),
                row("one half times fifty", "The share: a share of something is never above 1. "
                    "It looks as if the gate was multiplied by 50. Each of the 50 steps multiplies "
                    "what the step before it left, and so makes less of it.", 25, within=1.1),
                row("turned round", "The share: 2 ** 50 is how many times smaller it gets. What is "
                    "left is 1 divided by that.", 2.0**50),
                row("in per cent", "The share: right, but in per cent. A share of all is 1, not "
                    "100.", 100 * 2.0**-50),
                row("the share forgotten", "The share: that is what is lost, or all of it. What is "
                    "left of the first word?", 1),
                row("nothing at all", "The share: little, but not 0. Multiply it out: what is it?",
                    0),
            ),
            factor=10,
        ),
    ),
    praise="A gate of one half, fifty times, leaves 2 ** -50, about 1e-15. The gradient of c falls "
    "more slowly, since some of it goes round the gate: in the lesson's explorer, about 1e-12 is "
    "left of it after 50 steps. That is a thousand times as much, and still next to nothing. A "
    "larger forget bias from the start helps, as the lesson's table of five networks shows.",
)  # fmt: skip
