"""14.3: the loss of classes from scores, with one softmax."""

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import place


def _cases() -> tuple[Case, ...]:
    def case(B: int, K: int, size: float = 1.0, special: str = "") -> Case:
        classes = torch.tensor([(2 * b + 1) % K for b in range(B)])
        inputs = {"scores": size * randoms(10 * B + K)(B, K), "classes": classes}
        return Case(inputs, {"B": B, "K": K}, special=special)

    return (
        case(5, 3),
        case(2, 4),
        case(4, 2, special="There are two classes: K = 2."),
        case(1, 3, special="There is one line only: B = 1."),
        case(3, 5, 900.0, "These scores are far apart. The loss is large, and not infinite."),
    )


_LOG, _OWN = "F.log_softmax(scores, dim=1)", "log_p[torch.arange(len(scores)), classes]"

_SLIPS = (
    place(
        _LOG,
        ("softmax twice", "The scores go through softmax twice: `log_softmax` has one inside. "
         "Scores between 0 and 1 cannot be far apart, so the loss never comes near 0.",
         "F.log_softmax(F.softmax(scores, dim=1), dim=1)"),
        ("no logarithm", "You take the share itself. The loss takes its logarithm.",
         "F.softmax(scores, dim=1)"),
        ("softmax over the lines", "Your softmax goes over the lines. The shares of the *classes* "
         "of a line add up to 1: axis 1.", "F.log_softmax(scores, dim=0)"),
        ("a sigmoid for each class", "You use a sigmoid for each class by itself. Of several "
         "classes one is right: their shares add up to 1, as softmax makes them.",
         "F.logsigmoid(scores)"),
        ("the scores as they are", "You take the raw scores. They are no logarithms of shares yet.",
         "scores"),
    ),
    place(
        _OWN,
        ("the first class", "You take class 0 of every line. Take the class that is right for it.",
         "log_p[:, 0]"),
        ("the surest class", "You take the class that the scores like best. Take the one that is "
         "right, whether they like it or not.", "log_p.max(dim=1).values"),
        alone=(("a table", "`[:, classes]` takes the classes of *all* lines from each line, which "
                "is a table (B, B). Give the lines as well: `torch.arange(B)`.",
                "log_p[:, classes]"),),
    ),
    place(
        "-own.mean()",
        ("the sign", "The sign is missing: logarithms of shares are negative, and a loss is to be "
         "made small.", "own.mean()"),
        ("the sum", "You give the sum over the lines. Asked for is the mean.", "-own.sum()"),
    ),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "14.3",
    cases=_cases,
    returns=OneTensor(("loss",)),
    slips=_SLIPS,
    axes={"scores": ("line", "class")},
    praise="That is F.cross_entropy, which takes scores, and no shares.",
)
