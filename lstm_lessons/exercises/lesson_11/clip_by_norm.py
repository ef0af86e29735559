"""11.2: two gradients shortened by one factor, where together they are too long."""

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import other, place


def _cases() -> tuple[Case, ...]:
    def case(H: int, I: int, limit: float, size: float, special: str = "") -> Case:  # noqa: E741
        random = randoms(10 * H + I)
        inputs = {"d_weight": size * random(H, I), "d_bias": size * random(H), "limit": limit}
        sizes = {"H": H, "I": I}
        label = f"H={H}, I={I}, limit={limit:g}"
        return Case(inputs, sizes, label, special)

    return (
        case(3, 2, 0.5, 1.0),
        case(4, 5, 2.0, 30.0),
        case(2, 4, 50.0, 1.0, "This gradient is shorter than the limit: it stays as it is."),
        case(
            3, 2, 2.5, 1.0, "Here each of the two is within the limit, and both together are not."
        ),
        case(2, 3, 1.0, 0.0, "Here all gradients are zero: the length is 0, and they stay zero."),
        case(1, 4, 1.5, 4.0, "There is one unit only: H = 1. Its axis stays, 1 long."),
        case(3, 1, 1.5, 4.0, "The layer reads one number: I = 1. Its axis stays, 1 long."),
    )


def _each_alone(small):  # noqa: ANN001, ANN202 - torch adds 1e-6 to the length, people 1e-8
    def clip(d_weight, d_bias, limit):  # noqa: ANN001, ANN202 - as a learner writes it
        def shortened(gradient):  # noqa: ANN001, ANN202
            return gradient * min(1, limit / (gradient.norm() + small))

        return shortened(d_weight), shortened(d_bias)

    return clip


def _each_through_its_length(d_weight, d_bias, limit):  # noqa: ANN001, ANN202 - 0 / 0 if all are 0
    def shortened(gradient):  # noqa: ANN001, ANN202
        return gradient / gradient.norm() * min(gradient.norm(), limit)

    return shortened(d_weight), shortened(d_bias)


def _each_where_all_are_long(d_weight, d_bias, limit):  # noqa: ANN001, ANN202
    if (d_weight.square().sum() + d_bias.square().sum()).sqrt() <= limit:
        return 1 * d_weight, 1 * d_bias
    return limit * d_weight / d_weight.norm(), limit * d_bias / d_bias.norm()


def _each_to_the_limit(d_weight, d_bias, limit):  # noqa: ANN001, ANN202
    return limit * d_weight / d_weight.norm(), limit * d_bias / d_bias.norm()


def _cut_off(d_weight, d_bias, limit):  # noqa: ANN001, ANN202
    return d_weight.clamp(-limit, limit), d_bias.clamp(-limit, limit)


def _cut_off_above(d_weight, d_bias, limit):  # noqa: ANN001, ANN202
    return torch.clamp(d_weight, max=limit), torch.clamp(d_bias, max=limit)


def _unchanged(d_weight, d_bias, limit):  # noqa: ANN001, ANN202
    return 1 * d_weight, 1 * d_bias


def _limit_taken_off(d_weight, d_bias, limit):  # noqa: ANN001, ANN202
    return d_weight - limit, d_bias - limit


def _turned(d_weight, d_bias, limit):  # noqa: ANN001, ANN202
    length = (d_weight.square().sum() + d_bias.square().sum()).sqrt()
    factor = -min(1, limit / length)
    return factor * d_weight, factor * d_bias


def _zero_if_long(d_weight, d_bias, limit):  # noqa: ANN001, ANN202
    keep = (d_weight.square().sum() + d_bias.square().sum()).sqrt() <= limit
    return d_weight * keep, d_bias * keep


_LENGTH = "(d_weight.square().sum() + d_bias.square().sum()).sqrt()"
_SLIPS = (
    place(
        _LENGTH,
        ("no root", "Your length is the sum of the squares. The length is its root: that of (3, 4) "
         "is 5.", "(d_weight.square().sum() + d_bias.square().sum())"),
        ("two lengths added", "You add the lengths of the two tensors. Both are one list of "
         "numbers: add the *squares* of all, and take the root.",
         "d_weight.norm() + d_bias.norm()"),
        ("the largest number", "You take the largest number for the length. That of (3, 4) is 5.",
         "torch.maximum(d_weight.abs().max(), d_bias.abs().max())"),
        ("without the bias", "Your length is that of `d_weight` alone. `d_bias` belongs to the "
         "list too.", "d_weight.norm()"),
        ("without the weight", "Your length is that of `d_bias` alone. `d_weight` belongs to the "
         "list too.", "d_bias.norm()"),
        ("a mean for the sum", "Your length is made with a mean. It is the root of the *sum* of "
         "the squares.", "torch.cat((d_weight.flatten(), d_bias)).square().mean().sqrt()"),
        ("two means", "Your length is made from two means, one a tensor. It is the root of the "
         "*sum* of all squares.", "(d_weight.square().mean() + d_bias.square().mean()).sqrt()"),
        ("numbers without squares", "You add up the numbers without their signs. The length is the "
         "root of the sum of their *squares*: that of (3, 4) is 5, not 7.",
         "(d_weight.abs().sum() + d_bias.abs().sum())"),
        ("numbers with their signs", "You add up the numbers as they are. The length is the root "
         "of the sum of their *squares*.", "(d_weight.sum() + d_bias.sum())"),
        ("sums squared", "You add up the numbers of each tensor, and square the two sums. The "
         "length is the root of the sum of all *squares*: square each number first.",
         "(d_weight.sum().square() + d_bias.sum().square()).sqrt()"),
        ("the longer of two", "You take the longer of two lengths. Both tensors are one list of "
         "numbers: add the *squares* of all, and take the root.",
         "torch.maximum(d_weight.norm(), d_bias.norm())"),
        ("the matrix as a map", "You take `torch.linalg.norm` of a matrix with 2, or "
         "`matrix_norm`: that says how far the matrix can stretch a vector. The length of a list "
         "of numbers is the root of the sum of their squares, for a matrix as well.",
         "(torch.linalg.norm(d_weight, 2).square() + d_bias.square().sum()).sqrt()"),
        also_right=("torch.cat((d_weight.flatten(), d_bias)).norm()",),
    ),
    place(
        "min(1, limit / length)",
        ("short ones made longer", "You bring *every* gradient to the limit, a short one too: that "
         "makes it longer. A factor above 1 must not be.", "limit / length"),
        ("short ones alone", "Your factor is never *below* 1, so that short gradients are made "
         "longer, and long ones stay. It is to be the other way round.", "max(1, limit / length)"),
        ("turned round", "Your factor is length / limit. A length times limit / length is the "
         "limit.", "min(1, length / limit)", "length / limit", "max(1, length / limit)"),
        ("the limit as the factor", "You multiply by the limit itself. Then the length becomes "
         "limit times as long, and not the limit.", "min(1, limit)"),
        ("to the length 1", "You shorten to the length 1, whatever the limit is.",
         "min(1, 1 / length)", "(1 / length if length > limit else 1)"),
        ("a factor of its square", "Your factor is too small: limit / length once is enough.",
         "min(1, limit / length**2)"),
        ("a root of the factor", "Your factor is the root of limit / length. The root belongs to "
         "the length, and only there.", "min(1, (limit / length) ** 0.5)"),
        ("twice the limit", "You shorten to twice the limit.", "min(1, 2 * limit / length)"),
        ("half the limit", "You shorten to half the limit.", "min(1, limit / (2 * length))"),
        ("always to the length 1", "You bring *every* gradient to the length 1. Only one that is "
         "above the limit is shortened, and to the limit.", "1 / length"),
    ),
    place(
        "factor * d_weight",
        ("the weight left long", "`d_weight` comes back as it was. One factor is for all.",
         "1 * d_weight"),
        alone=(("the weight by its own length", "You shorten `d_weight` by its own length. The "
                "length of both together is for all.",
                "min(1, limit / d_weight.norm()) * d_weight"),),
    ),
    place(
        "factor * d_bias",
        ("the bias left long", "`d_bias` comes back as it was. One factor is for all.",
         "1 * d_bias"),
        alone=(("the bias by its own length", "You shorten `d_bias` by its own length. The length "
                "of both together is for all.", "min(1, limit / d_bias.norm()) * d_bias"),),
    ),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "11.2",
    cases=_cases,
    returns=SeveralTensors(
        ("d_weight", "d_bias"),
        axes={"d_weight": ("unit", "number"), "d_bias": ("unit",)},
        tolerance=1e-5,  # torch adds 1e-6 to the length
    ),
    slips=_SLIPS,
    others=(
        other("nothing shortened", "Both come back as they were, even where they are too long. "
              "`clip_grad_norm_` would do that here: it shortens the `.grad` of parameters, and "
              "these two tensors have none.", _unchanged),
        other("each alone", "You clip each tensor by its own length. Then both may be within the "
              "limit while the whole is not, and the direction changes: one length for all.",
              *map(_each_alone, (0, 1e-8, 1e-7, 1e-6, 1e-5)), _each_through_its_length),
        other("each where all are long", "Where both together are too long, you bring each tensor "
              "to the limit by its own length. Then both together are still longer than the limit, "
              "and the direction changes: one length, and one factor, for all.",
              _each_where_all_are_long),
        other("each to the limit", "You bring each tensor to the limit by its own length, a short "
              "one too. Both are one list of numbers, which has one length. And a list that is "
              "shorter than the limit stays as it is.", _each_to_the_limit),
        other("numbers cut off", "You cut off single numbers at the limit. That turns the gradient "
              "to another direction, and does not bring its length to the limit.", _cut_off,
              _cut_off_above),
        other("the limit taken off", "You take the limit off each number. All of them have to be "
              "multiplied by one factor, so that the direction stays.", _limit_taken_off),
        other("turned to the other side", "All signs are turned round. Clipping keeps the "
              "direction; `step()` is what goes against the gradient.", _turned),
        other("thrown away", "You throw a long gradient away. Its direction may be good: shorten "
              "it.", _zero_if_long),
    ),
    axes={"d_weight": ("unit", "number"), "d_bias": ("unit",)},
    constants=("d_weight", "d_bias", "limit"),
    praise="One length, one factor: the direction stays. `torch.nn.utils.clip_grad_norm_` does the "
    "same, in place.",
)  # fmt: skip
