"""16.3: what is wrong with a measurement."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf
from lstm_lessons.exercises.engine.question import Question, row

_FAULTS = ("cold", "one run", "does not wait", "unequal work", "none")
_SAME = {"the first call is measured": "cold"}


def _asked(key: str, where: str, *rows: tuple[str, str]) -> Question:
    made = tuple(row(f"{key}: {value}", "{keys}: " + says, value) for value, says in rows)
    return OneOf(key, where, made, options=_FAULTS, same_as=_SAME)


EXERCISE = DictExercise(
    "16.3",
    questions=(
        _asked("A", "What does the first call of `fast` do?",
               ("one run", "one run each is little, too. But something else is in `ours`, which "
                "may take a thousand times as long as a step."),
               ("does not wait", "nothing says that this is a GPU. What happens in the first call "
                "of `fast`?"),
               ("unequal work", "both make the same step. But the first call of one of them does "
                "something more, once."),
               ("none", "what does `torch.compile` do, and when?")),
        _asked("B", "When does a call on a GPU return?",
               ("cold", "both have been run once before."),
               ("one run", "there are a hundred runs between the two times."),
               ("unequal work", "both layers are measured in the same way."),
               ("none", "what has been done when the second `clock()` is read?")),
        _asked("C", "How much do two runs of the *same* program differ?",
               ("cold", "both have been run once before."),
               ("does not wait", "nothing says that this is a GPU."),
               ("unequal work", "both are called in the same way."),
               ("none", "would it print 0.98 again?")),
        _asked("D", "What is different between the two sides?",
               ("cold", "both have been run ten times before."),
               ("one run", "it is the median of 50 rounds."),
               ("does not wait", "nothing says that this is a GPU."),
               ("none", "look at what stands round the second call alone.")),
        _asked("E", "What has been done here against each fault?",
               ("cold", "both have been run ten times before."),
               ("one run", "it is the median of 50 rounds."),
               ("does not wait", "nothing says that this is a GPU."),
               ("unequal work", "both are called in the same way, and the order was tried both "
                "ways round.")),
    ),
    praise="Warm up, repeat, wait, and give both sides the same work.",
)  # fmt: skip
