"""14.3: the loss of classes from scores, with one softmax."""

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import place, together


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
_SMALL = ("1e-6", "1e-7", "1e-8", "1e-9", "1e-10", "1e-12")

_SLIPS = (
    place(
        _LOG,
        ("softmax twice", "The scores go through softmax twice: `log_softmax` has one inside. "
         "Scores between 0 and 1 cannot be far apart, so the loss never comes near 0.",
         "F.log_softmax(F.softmax(scores, dim=1), dim=1)"),
        ("a logarithm of 0", "You take the logarithm of the shares. With scores far apart a share "
         "is rounded to 0, and its logarithm is minus infinity. `F.log_softmax` does both in "
         "one, and stays finite.", "F.softmax(scores, dim=1).log()"),
        ("a small number against 0", "You keep the shares away from 0 by a small number. So the "
         "loss of a very wrong line stops growing. `F.log_softmax` needs no such number.",
         "F.softmax(scores, dim=1).clamp(min=1e-12).log()",
         *(f"(F.softmax(scores, dim=1) + {small}).log()" for small in _SMALL)),
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
    together("no classes", "You do not use `classes`: the loss is the same whichever class is "
             "right. Each line gives one number, that of its right class.",
             {"-own.mean()": "-log_p.mean()"}, {"-own.mean()": "-log_p.sum(dim=1).mean()"},
             {"-own.mean()": "-log_p.sum()"}, paired=False),
    together("the logarithm of the mean", "You take the mean of the shares, and then its "
             "logarithm. Asked for is the mean of the logarithms.",
             {_LOG: "F.softmax(scores, dim=1)", "-own.mean()": "-own.mean().log()"}, paired=False),
    place(
        "-own.mean()",
        ("the sign", "The sign is missing: logarithms of shares are negative, and a loss is to be "
         "made small.", "own.mean()"),
        ("the mean over all places", "You divide by the number of lines times that of classes. "
         "Each line gives one number: divide by the number of lines.",
         "-own.sum() / scores.numel()"),
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
