"""11.1: the one factor per step that leaves as much as the forget gates of all steps."""

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import other, place


def _cases() -> tuple[Case, ...]:
    def case(T: int, H: int, special: str = "") -> Case:
        z_f = 2 * randoms(10 * T + H)(T, H)
        return Case({"z_f": z_f}, {"T": T, "H": H}, special=special)

    return (
        case(5, 3),
        case(3, 4),
        case(2, 6),
        case(1, 4, "There is one step only: T = 1. Its gate is the factor."),
        case(4, 1, "There is one unit only: H = 1. Its axis stays, 1 long."),
    )


def _mean(z_f):  # noqa: ANN001, ANN202 - as a learner writes it
    return torch.sigmoid(z_f).mean(dim=0)


def _last(z_f):  # noqa: ANN001, ANN202
    return torch.sigmoid(z_f)[-1]


def _first(z_f):  # noqa: ANN001, ANN202
    return torch.sigmoid(z_f)[0]


def _middle(z_f):  # noqa: ANN001, ANN202
    return torch.sigmoid(z_f).median(dim=0).values


def _least(z_f):  # noqa: ANN001, ANN202
    return torch.sigmoid(z_f).min(dim=0).values


def _most(z_f):  # noqa: ANN001, ANN202
    return torch.sigmoid(z_f).max(dim=0).values


def _of_the_mean_sum(z_f):  # noqa: ANN001, ANN202
    return torch.sigmoid(z_f.mean(dim=0))


def _left_through_T(z_f):  # noqa: ANN001, ANN202
    return torch.sigmoid(z_f).prod(dim=0) / len(z_f)


def _logarithm(z_f):  # noqa: ANN001, ANN202
    return torch.sigmoid(z_f).log().mean(dim=0)


def _what_is_lost(z_f):  # noqa: ANN001, ANN202
    return 1 - torch.sigmoid(z_f).prod(dim=0) ** (1 / len(z_f))


_SLIPS = (
    place(
        "torch.sigmoid(z_f)",
        ("tanh for the sigmoid", "You squeeze with tanh. The forget gate is the sigmoid of its "
         "sum.", "torch.tanh(z_f)"),
        ("1 − f", "You take 1 − f, what is lost at each step. What is handed back is multiplied "
         "by f.", "torch.sigmoid(-z_f)", "(1 - torch.sigmoid(z_f))"),
        ("the slope of the gate", "You multiply the slopes f (1 − f). Along c the gradient is "
         "multiplied by f itself.", "torch.sigmoid(z_f) * torch.sigmoid(-z_f)"),
        alone=(("no sigmoid", "You take the sums themselves, as if they were the gates. The gate "
                "is the sigmoid of its sum: `torch.sigmoid(z_f)`.", "z_f"),),
    ),
    place(
        "f.prod(dim=0)",
        ("gates added", "You add the gates up. Each step back multiplies by its own.",
         "f.sum(dim=0)"),
        ("without the last gate", "The gate of the last step is left out. The factor is about all "
         "T steps.", "f[:-1].prod(dim=0)"),
        ("without the first gate", "The gate of step 0 is left out. The factor is about all T "
         "steps.", "f[1:].prod(dim=0)"),
        alone=(
            ("over the units", "You multiply over the units, and get a number for each step. Each "
             "unit has gates of its own: multiply over time.", "f.prod(dim=1)"),
            ("over everything", "You multiply the gates of all units. Each unit has a factor of "
             "its own, so the result has the shape (H,).", "f.prod()"),
        ),
    ),
    place(
        "1 / len(f)",
        ("no root", "That is what all T gates leave together. Asked for is the factor of *one* "
         "step: take the T-th root.", "1"),
        ("a root of H", "You take the H-th root, as many as there are units. There are T factors: "
         "the T-th root undoes them.", "1 / f.shape[1]"),
        ("a square root", "You take the square root. There are T factors: the T-th root undoes "
         "them.", "1 / 2"),
        ("a power for a root", "You take the T-th *power*. What undoes T factors is the T-th root, "
         "1 / T in the exponent.", "len(f)"),
        ("one root too many", "Your root is the (T + 1)-th. There are T gates in the product.",
         "1 / (len(f) + 1)"),
        alone=(("a root too few", "Your root is the (T − 1)-th. There are T gates in the product.",
                "1 / (len(f) - 1)", "1 / max(len(f) - 1, 1)"),),
    ),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "11.1",
    cases=_cases,
    returns=OneTensor(("factor",), axes=("unit",)),
    slips=_SLIPS,
    others=(
        other("the mean", "You take the mean of the gates. 0.9 and 0.4 have the mean 0.65, and "
              "0.65 · 0.65 is 0.42: that is more than the 0.36 that they leave.", _mean),
        other("the last gate", "That is the gate of one step alone. The factor is about all T "
              "steps.", _last, _first),
        other("the median", "You take the gate in the middle, by size. What the gates leave is "
              "their product.", _middle),
        other("the smallest", "You take one gate alone, the smallest or the largest. What the "
              "gates leave is their product.", _least, _most),
        other("the gate of the mean", "You take the mean of the sums, and squeeze that. Squeeze "
              "first: each step multiplies by its own gate.", _of_the_mean_sum),
        other("divided by T", "You divide by T. What undoes T *factors* is a root, not a division.",
              _left_through_T),
        other("a logarithm", "That is the mean of the logarithms. From there it is one step back: "
              "`exp`.", _logarithm),
        other("what is lost", "That is what a step loses. Asked for is what it leaves, the factor.",
              _what_is_lost),
    ),
    axes={"z_f": ("step", "unit")},
    constants=("z_f",),
    praise="One gate near 0 makes the factor of its unit small, whatever the others are.",
)  # fmt: skip
