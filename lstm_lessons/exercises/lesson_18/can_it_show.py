"""18.5: which bugs a probe can see at all, and with which example."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import TrueOrFalse
from lstm_lessons.exercises.engine.question import row

_QUESTIONS = (
    TrueOrFalse("padding", "What would the probe take away?", (
        row("padding without padding", "Where no line has padding, there is none to be read, and "
            "none to be taken away. The report says so.", True),
    )),
    TrueOrFalse("swap", "Does the probe look at shapes?", (
        row("a square hides it", "With as many lines as steps no shape shows the swap. But the "
            "probe does not look at shapes: it looks which samples move, and it was told where the "
            "batch is.", False),
    )),
    TrueOrFalse("dropout", "How many lines do two calls need?", (
        row("more lines wanted", "The same line in two calls is enough: the two results differ.",
            False),
    )),
    TrueOrFalse("loss", "Does a probe know the loss?", (
        row("the loss seen", "The tool gets the model and its input. It sees no target and no "
            "loss.", True),
    )),
    TrueOrFalse("squeeze", "When is the axis of the batch 1 long?", (
        row("one line wanted", "The example has four lines. But batch composition calls the model "
            "with one of them alone, and there the axis is lost.", False),
    )),
    TrueOrFalse("leak", "Does a probe know the data?", (
        row("the data seen", "Which lines were used for training does not stand in the model, nor "
            "in the example.", True),
    )),
)  # fmt: skip

EXERCISE = DictExercise(
    "18.5",
    questions=_QUESTIONS,
    praise="An example without padding, without neighbours or with one step passes many a bug.",
)
