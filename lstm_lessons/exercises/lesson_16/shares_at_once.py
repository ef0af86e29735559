"""16.5: the gradient of weight_hh, all shares in one product."""

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import other, place


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, H: int, special: str = "") -> Case:
        random = randoms(10 * T + B)
        inputs = {"dz": random(T, B, 4 * H), "h_0": random(B, H), "output": random(T, B, H)}
        return Case(inputs, {"T": T, "B": B, "H": H}, special=special)

    return (
        case(5, 2, 3),
        case(4, 6, 5),
        case(1, 3, 2, "There is one step only: T = 1. It has read `h_0`."),
        case(4, 1, 3, "There is one line only: B = 1."),
        case(3, 2, 1, "There is one unit only: H = 1. Its axis stays, 1 long."),
    )


def _last_share(dz, h_0, output):  # noqa: ANN001, ANN202 - as a learner writes it
    before = torch.cat([h_0[None], output[:-1]])
    return dz[-1].T @ before[-1]


def _first_share(dz, h_0, output):  # noqa: ANN001, ANN202
    return dz[0].T @ h_0


def _sums_first(dz, h_0, output):  # noqa: ANN001, ANN202
    before = torch.cat([h_0[None], output[:-1]])
    return dz.sum(0).T @ before.sum(0)


_SLIPS = (
    place(
        "torch.cat([h_0[None], output[:-1]])",
        ("what each step has shown", "You take the h that each step has *shown*. The gradient of "
         "the weight needs the one that it has *read*, which comes from the step before.",
         "output"),
        ("the step behind", "You take the h of the step behind. Step t has read what step t - 1 "
         "has shown.", "torch.cat([output[1:], h_0[None]])"),
        ("h_0 at the wrong end", "`h_0` stands at the end in yours. It was read by step 0.",
         "torch.cat([output[:-1], h_0[None]])"),
        ("the first output left out", "You leave out the first output in place of the last one. "
         "The last output is read by no step.", "torch.cat([h_0[None], output[1:]])"),
        ("h_0 at every step", "Every step has read `h_0` in yours. Only step 0 has.",
         "torch.cat([h_0[None]] * len(dz))"),
        ("zeros for h_0", "In yours step 0 has read zeros. It has read `h_0`.",
         "torch.cat([torch.zeros_like(h_0)[None], output[:-1]])"),
    ),
    place(
        "return dz.flatten(0, 1).T @ before.flatten(0, 1)",
        ("turned", "Yours is the gradient turned. `weight_hh` has 4H rows and H columns.",
         "return before.flatten(0, 1).T @ dz.flatten(0, 1)"),
        ("the mean of the shares", "Yours is a mean over the steps. The shares are added.",
         "return dz.flatten(0, 1).T @ before.flatten(0, 1) / len(dz)"),
        ("the mean of all rows", "Yours is a mean over the steps and the lines. All shares are "
         "added.", "return dz.flatten(0, 1).T @ before.flatten(0, 1) / (len(dz) * len(h_0))"),
        ("a share for each step", "Yours has a gradient for each step. They are to be added.",
         "return dz.transpose(1, 2) @ before"),
        ("a sign", "The sign is turned round. Nothing is taken away here.",
         "return -dz.flatten(0, 1).T @ before.flatten(0, 1)"),
        also_right=("return torch.einsum('tbz,tbh->zh', dz, before)",),
    ),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "16.5",
    cases=_cases,
    returns=OneTensor(("gradient",), axes=("sum", "unit")),
    slips=_SLIPS,
    others=(
        other("the last share alone", "Yours is the share of the last step alone. The gradient is "
              "the sum over all steps.", _last_share),
        other("the first share alone", "Yours is the share of step 0 alone. The gradient is the "
              "sum over all steps.", _first_share),
        other("added before they are multiplied", "You add over the steps first, and multiply "
              "then. So dz of one step meets the h of another. Rows that are placed below each "
              "other keep to their own.", _sums_first),
    ),
    axes={"dz": ("step", "line", "sum"), "h_0": ("line", "unit"), "output": ("step", "line",
                                                                             "unit")},
    praise="All T shares are in it. As `dz.flatten(0, 1).T @ before.flatten(0, 1)` they are one "
    "product.",
)  # fmt: skip
