"""14.1: what each seed's run reports, chosen by the validation part, and what all of them say."""

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import place


def _cases() -> tuple[Case, ...]:
    def case(S: int, E: int, baseline: float, special: str = "") -> Case:
        random = randoms(10 * S + E)
        inputs = {"validation": 15 + 3 * random(S, E), "test": 20 + 3 * random(S, E)}
        label = f"S={S}, E={E}, baseline={baseline:g}"
        return Case(inputs | {"baseline": baseline}, {"S": S, "E": E}, label, special)

    tied = torch.tensor([[2.0, 3.0], [4.0, 1.0]], dtype=torch.float64)
    return (
        # Shares of 4, 8 and 2 seeds are the same in float32, so `.float().mean()` is as good.
        case(4, 7, 20.0),
        case(8, 9, 18.5),
        case(2, 3, 21.0),
        case(1, 5, 20.0, "There is one seed only: S = 1. Its axis stays, 1 long."),
        case(4, 1, 20.0, "There is one epoch only: E = 1."),
        Case(
            {"validation": tied, "test": 10 + tied, "baseline": 12.0},
            {"S": 2, "E": 2},
            special="Here a seed is as good as the baseline. That is not below it.",
        ),
        case(4, 5, 5.0, "Here no seed is below the baseline."),
    )


_BEST, _PICKED = "validation.argmin(dim=1)", "test[torch.arange(len(test)), best]"

_SLIPS = (
    place(
        _BEST,
        ("chosen on the test part", "You choose the epoch by the test part. Then the report has "
         "seen what it reports on. The validation part chooses.", "test.argmin(dim=1)"),
        ("the worst epoch", "You choose the epoch with the *largest* validation error.",
         "validation.argmax(dim=1)"),
        ("the last epoch", "You take the last epoch of each seed. Take the one with the smallest "
         "validation error.", "torch.full((len(test),), test.shape[1] - 1)"),
        ("one epoch for all", "You choose one epoch for all seeds together. Each seed stops at its "
         "own.", "validation.mean(dim=0).argmin().expand(len(test))",
         "(validation.argmin() % validation.shape[1]).expand(len(test))"),
        ("the test part had a say", "Both tables have a say in which epoch you choose. The test "
         "part must have none: the validation part alone chooses.",
         "(validation + test).argmin(dim=1)"),
        ("the first rise", "You stop where the validation error rises for the first time. The "
         "best epoch of the whole run may come later.",
         "((validation.diff(dim=1) > 0).long().cumsum(dim=1) == 0).sum(dim=1)"),
        alone=(("a seed for each epoch", "You look for the best *seed* at each epoch. Look for the "
                "best epoch of each seed, along axis 1.", "validation.argmin(dim=0)"),),
    ),
    place(
        _PICKED,
        ("the validation error reported", "You report the validation error. It was used to "
         "choose, so it is too good. Report the test error of that epoch.",
         "validation[torch.arange(len(test)), best]"),
        alone=(("a table", "`[:, best]` takes the epochs of *all* seeds from each seed, which is a "
                "table (S, S). Give the seeds as well: `torch.arange(S)`.", "test[:, best]"),),
    ),
    place(
        "tests.mean()",
        ("the best seed alone", "For the mean you give the best seed's error. That is luck, and no "
         "report.", "tests.min()", "tests[validation.min(dim=1).values.argmin()]"),
        ("the median", "You give the median of the seeds. Asked for is the mean.",
         "tests.median()"),
        ("a mean over epochs", "Your mean goes over all epochs. It is that of the reported errors.",
         "test.mean()"),
        ("the sum", "You give the sum over the seeds. Asked for is the mean.", "tests.sum()"),
    ),
    place(
        "tests < baseline",
        ("the share above", "You count the seeds *above* the baseline. They are errors: below is "
         "better.", "tests > baseline"),
        ("as good counted as below", "You count a seed that is as good as the baseline. It is not "
         "below it.", "tests <= baseline"),
        ("the mean against the baseline", "You ask whether the *mean* is below the baseline. Count "
         "the seeds that are.", "tests.mean() < baseline"),
    ),
    place(
        ".double().mean()",
        ("the number of seeds", "You give how many seeds are below the baseline. Asked for is "
         "their share, from 0 to 1.", ".double().sum()", ".sum()"),
    ),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "14.1",
    cases=_cases,
    returns=SeveralTensors(
        ("tests", "mean", "share"), axes={"tests": ("seed",)}, single=("mean", "share")
    ),
    slips=_SLIPS,
    axes={"validation": ("seed", "epoch"), "test": ("seed", "epoch")},
    constants=("validation", "test"),  # a report is not trained
    praise="Every seed is in it, and the test part has chosen nothing.",
)
