"""16.1: what may be lifted out of a GRU's loop, and which bias may not."""

import torch
from torch.nn import functional as F

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import other, place


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, I: int, H: int, special: str = "") -> Case:  # noqa: E741
        random = randoms(10 * T + B)
        inputs = {"x": random(T, B, I), "weight_ih": random(3 * H, I)}
        inputs |= {"bias_ih": random(3 * H), "bias_hh": random(3 * H)}
        return Case(inputs, {"T": T, "B": B, "I": I, "H": H}, special=special)

    return (
        case(5, 2, 3, 4),
        case(4, 6, 7, 5),
        case(1, 3, 2, 5, "There is one step only: T = 1. Its axis stays, 1 long."),
        case(4, 1, 3, 5, "There is one line only: B = 1. Its axis stays, 1 long."),
        case(3, 2, 1, 5, "A character is one number: I = 1."),
        case(3, 4, 5, 1, "There is one unit only: H = 1. Its axis stays, 1 long."),
    )


def _nothing_of_h(x, weight_ih, bias_ih, bias_hh):  # noqa: ANN001, ANN202 - as a learner writes it
    return F.linear(x, weight_ih, bias_ih), bias_hh


def _all_lifted_and_all_handed_on(x, weight_ih, bias_ih, bias_hh):  # noqa: ANN001, ANN202
    return F.linear(x, weight_ih, bias_ih + bias_hh), bias_hh


def _both_for_n_behind(x, weight_ih, bias_ih, bias_hh):  # noqa: ANN001, ANN202
    H = len(bias_hh) // 3
    both = bias_ih + bias_hh
    lifted = torch.cat([both[: 2 * H], torch.zeros_like(both[2 * H :])])
    return F.linear(x, weight_ih, lifted), both[2 * H :]


def _first_block(x, weight_ih, bias_ih, bias_hh):  # noqa: ANN001, ANN202
    bias_n, hh_z, hh_n = bias_hh.chunk(3)
    lifted = torch.cat([torch.zeros_like(bias_n), hh_z, hh_n])
    return F.linear(x, weight_ih, bias_ih + lifted), bias_n


_SLIPS = (
    place(
        "torch.zeros_like(bias_n)",
        ("the bias for n lifted as well", "Your sums hold the part of `bias_hh` for n. In "
         "`plain_gru` that part is multiplied by r, which is not known before the loop: it has to "
         "stay behind, as `bias_n`.", "bias_n"),
        ("the bias for n taken away", "You take the part of `bias_hh` for n away from the sums. It "
         "was never in them.", "-bias_n"),
    ),
    place(
        "[hh_r, hh_z,",
        ("no bias of h lifted", "The parts of `bias_hh` for r and z are in no sum of yours. The "
         "loop does not add them: they are only added, so they may be lifted.",
         "[torch.zeros_like(hh_r), torch.zeros_like(hh_z),"),
        ("r left out", "The part of `bias_hh` for r is in no sum of yours.",
         "[torch.zeros_like(hh_r), hh_z,"),
        ("z left out", "The part of `bias_hh` for z is in no sum of yours.",
         "[hh_r, torch.zeros_like(hh_z),"),
        ("r and z exchanged", "The parts of `bias_hh` for r and z have changed places. The blocks "
         "are r, z, n.", "[hh_z, hh_r,"),
    ),
    place(
        "bias_ih + lifted",
        ("no bias of x", "`bias_ih` is in no sum of yours. All three parts of it are only added.",
         "lifted"),
        ("the bias of x taken twice", "You add `bias_ih` twice.", "2 * bias_ih + lifted"),
        also_right=("lifted + bias_ih",),
        alone=(("the two biases multiplied", "You multiply the two biases. They are added.",
                "bias_ih * lifted"),),
    ),
    place(
        "return sums, bias_n",
        ("no bias for n handed on", "Your second result holds zeros. The loop needs the part of "
         "`bias_hh` for n there.", "return sums, torch.zeros_like(bias_n)"),
        ("the wrong part for n", "Your second result is the part of `bias_hh` for r. The blocks "
         "are r, z, n.", "return sums, hh_r"),
        ("the part for z", "Your second result is the part of `bias_hh` for z. The blocks are r, "
         "z, n.", "return sums, hh_z"),
        ("the bias of x for n", "Your second result is the part of `bias_ih` for n. That one is in "
         "the sums already: the loop needs the part of `bias_hh`.",
         "return sums, bias_ih.chunk(3)[2]"),
    ),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "16.1",
    cases=_cases,
    returns=SeveralTensors(
        ("sums", "bias_n"), axes={"sums": ("step", "line", "sum"), "bias_n": ("unit",)}
    ),
    axes={"x": ("step", "line", "number")},
    slips=_SLIPS,
    others=(
        other("the whole bias handed on", "You lift nothing of `bias_hh`, and hand on all of it. "
              "`bias_n` is its part for n, H numbers; the parts for r and z may be lifted.",
              _nothing_of_h),
        other("all lifted, and all handed on", "You lift all of `bias_hh`, and hand on all of it "
              "as well. Its parts for r and z are lifted; the one for n, H numbers, is handed on.",
              _all_lifted_and_all_handed_on),
        other("both biases for n kept behind", "You keep the part of `bias_ih` for n behind, too. "
              "In the loop it would be multiplied by r. In `plain_gru` it is only added, so it may "
              "be lifted.", _both_for_n_behind),
        other("the first block taken for n", "You keep the first block of `bias_hh` behind. The "
              "blocks are r, z, n: the one for n is the last.", _first_block),
    ),
    praise="Five of the six parts are only added, and leave the loop. The sixth has to wait for r.",
)  # fmt: skip
