"""18.2: the heart of the probe for causality: how far each step moves when one step is changed."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import random_layer, randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import other, place


def _cases() -> tuple[Case, ...]:
    def case(
        B: int,
        T: int,
        I: int,  # noqa: E741
        H: int,
        step: int,
        special: str = "",
        both: bool = False,
    ) -> Case:
        random = randoms(10 * B + T)
        lstm = random_layer(random, I, H, batch_first=True, bidirectional=both)
        inputs = {"lstm": lstm, "x": random(B, T, I), "step": step}
        return Case(inputs, {"B": B, "T": T, "I": I, "H": H}, special=special)

    return (
        case(4, 5, 2, 3, 2),
        case(3, 6, 4, 2, 3, "Here the layer reads both ways, so that earlier steps move as well.",
             both=True),
        case(2, 4, 3, 5, 0, "Here the first step is changed."),
        case(5, 3, 2, 4, 2, "Here the last step is changed."),
        case(1, 4, 2, 3, 1, "Here there is one sample only: B is 1."),
        case(3, 1, 2, 4, 0, "Here there is one step only: T is 1."),
        case(4, 3, 1, 2, 1, "Here each step is one number: I is 1."),
        case(3, 4, 2, 1, 1, "Here there is one unit only: H is 1."),
    )  # fmt: skip


_CHANGE, _GAP, _MOST = "other[:, step] += 1", "(after - before).abs()", "amax(dim=(0, 2))"

_SLIPS = (
    place(
        _CHANGE,
        ("the step on the axis of samples", "You change what stands at `[step]`, a sample. With "
         "`batch_first=True`, steps are counted on axis 1.", "other[step % len(other)] += 1",
         "other[step] += 1"),
        ("the first sample alone", "You change the step in sample 0 alone. It is to be changed in "
         "every sample.", "other[0, step] += 1"),
        ("all later steps as well", "You change the step and all that come after it. One step is "
         "to be changed.", "other[:, step:] += 1"),
        ("all steps up to it", "You change the step and all before it. One step is to be changed.",
         "other[:, : step + 1] += 1"),
        ("the first number alone", "You change only the first of the I numbers of the step. All of "
         "them grow by 1.", "other[:, step, 0] += 1"),
        ("set and not added", "You put 1 in the place of the numbers. 1 is to be added to them.",
         "other[:, step] = 1"),
        ("taken away", "You take 1 away. It is to be added.", "other[:, step] -= 1"),
        also_right=("other[:, step] = x[:, step] + 1", "other[:, step, :] += 1"),
    ),
    place(
        _GAP,
        ("with its sign", "Your changes have their signs, so that a large fall counts as nothing. "
         "Take the signs away before you look for the largest.", "(after - before)",
         "(before - after)"),
        ("squares", "You take the square of each change. Asked for is the change itself, without "
         "its sign.", "(after - before).square()"),
        also_right=("(before - after).abs()",),
    ),
    place(
        _MOST,
        ("a mean", "You take the mean over samples and units. Asked for is the largest change.",
         "mean(dim=(0, 2))"),
        ("a sum", "You take the sum over samples and units. Asked for is the largest change.",
         "sum(dim=(0, 2))"),
        ("the smallest", "You take the smallest change. Asked for is the largest.",
         "amin(dim=(0, 2))"),
        ("a number for each unit", "You have one number for each unit. One for each step is asked "
         "for: which axis of `output` counts steps?", "amax(dim=(0, 1))"),
        ("a number for each sample", "You have one number for each sample. One for each step is "
         "asked for: with `batch_first=True`, steps are axis 1.", "amax(dim=(1, 2))"),
        ("one number for all", "You take the largest change of all steps. One for each step is "
         "asked for: name the axes over which the largest is taken.", "amax()", "max()"),
        also_right=("amax(dim=2).amax(dim=0)", "amax(dim=0).amax(dim=1)"),
    ),
)  # fmt: skip

_OTHERS = (
    other(
        "x changed as well",
        "You change `x` itself and then compare the layer with itself: nothing moves. Make a copy "
        "with `x.clone()` and change that.",
        lambda lstm, x, step: 0 * lstm(x)[0].detach().abs().amax(dim=(0, 2)),
    ),
)

EXERCISE = FunctionExercise(
    "18.2",
    cases=_cases,
    returns=OneTensor(("moved",), axes=("time step",)),
    slips=_SLIPS,
    others=_OTHERS,
    axes={"x": ("sample", "time step", "number")},
    constants=("x",),
    praise="Zeros in front of the step say that the layer is causal. Where they are not zero, it "
    "has looked ahead.",
)
