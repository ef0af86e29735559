"""11.3: four runs that went wrong, told by their losses, gradients and factors."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf
from lstm_lessons.exercises.engine.question import row

_LETTERS = ("A", "B", "C", "D")
_QUESTIONS = (
    OneOf("first", "How long is the gradient before the first update, and whose is most of it?", (
        row("an explosion taken for a vanishing", "In the first run the factor per step is above "
            "1, and the gradient is long. What vanishes has a factor below 1.", "A"),
        row("an explosion taken for the head's", "In the first run the head has 17 of a length of "
            "485: nearly all of the gradient is that of the RNN. And the factor per step is above "
            "1 before the first update.", "C"),
        row("an explosion taken for broken data", "In the first run the loss of update 1 is huge, "
            "and not `nan` yet. A `nan` in the data makes `nan` at once.", "D"),
    ), options=_LETTERS),
    OneOf("second", "What is left after 59 steps, with this factor per step?", (
        row("a vanishing taken for an explosion", "In the second run no gradient is long, and the "
            "factor per step is below 1.", "B"),
        row("a vanishing taken for the head's", "In the second run the loss does not grow, so that "
            "nothing overshoots. The whole gradient is the head's because nothing of it gets back "
            "to the first step.", "C"),
        row("a vanishing taken for broken data", "In the second run there is no `nan`.", "D"),
    ), options=_LETTERS),
    OneOf("third", "How long was the gradient right before the `nan`?", (
        row("broken data taken for a vanishing", "The third run has learnt: its loss is 0.005 at "
            "update 40. What ended it came at once.", "A"),
        row("broken data taken for an explosion", "In the third run the gradient of update 40 is "
            "shorter than that of update 20, which did no harm. And at update 41 the factor is "
            "still 1.04: no weight is `nan`, and yet the loss is. A factor a little above 1 does "
            "not break a run by itself: this one has learnt with it.", "B"),
        row("broken data taken for the head's", "In the third run the loss has fallen until update "
            "40, and its gradient has become shorter. The `nan` comes at once.", "C"),
    ), options=_LETTERS),
    OneOf("fourth", "What grows from update to update, while the factor per step stays small?", (
        row("the head's taken for a vanishing", "In the fourth run the factor is small, but that "
            "is not what is wrong with it: its loss and its gradient grow from update to update.",
            "A"),
        row("the head's taken for an explosion", "In the fourth run the gradient grows from update "
            "to update, but not over time: the factor per step is far below 1.", "B"),
        row("the head's taken for broken data", "In the fourth run there is no `nan`.", "D"),
    ), options=_LETTERS),
)  # fmt: skip

EXERCISE = DictExercise(
    "11.3",
    questions=_QUESTIONS,
    praise="No column tells it alone. The factor is above 1 in the third run too, which has learnt "
    "with it. It is factor, length and loss together that point to the sickness.",
)
