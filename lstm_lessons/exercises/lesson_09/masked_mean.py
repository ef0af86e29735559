"""09.2: the mean of each sentence's states over its own words, and no padding in it."""

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.readers import Seen, Told
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import AnotherWay, place, together
from lstm_lessons.exercises.lesson_09 import blocks


def _cases() -> tuple[Case, ...]:
    def case(H: int, T: int, *lengths: int, special: str = "") -> Case:
        sizes = {"B": len(lengths), "T": T, "H": H}
        output = blocks.part_zero(randoms(len(lengths))(*sizes.values()), lengths)
        inputs = {"output": output, "lengths": torch.tensor(lengths)}
        return Case(inputs, sizes, blocks.labelled(sizes, lengths), special)

    return (
        case(4, 7, 5, 2, 6),
        case(3, 8, 2, 4, 3, 6, 5),
        case(2, 5, 4, 1, 3, special="Here sentence 1 has one word only."),
        case(4, 5, 3, 3, special="Here both sentences have three words, and both have padding."),
        case(2, 4, 4, 4, 4, special="Here no sentence has padding."),
        case(3, 6, 4, special=blocks.ONE_SENTENCE),
        case(1, 5, 2, 4, 3, special="Here each state is one number: H is 1, and the axis stays."),
        case(3, 1, 1, 1, special="Here each sentence is one word long: T is 1."),
    )


def _which_steps(seen: Seen) -> Told | None:
    """Say of which steps the first wrong row is the sum, and by what it is divided."""
    if seen.ours.shape != seen.right.shape or seen.ours.shape[1] == 1:
        return None
    b = blocks.first_wrong_row(seen.ours, seen.right) or 0
    states, n = seen.case.inputs["output"][b], int(seen.case.inputs["lengths"][b])
    spans = [(i, j) for i in range(len(states)) for j in range(i + 1, len(states) + 1)]
    for i, j in [(0, n), *spans]:
        divisors = (states[i:j].sum(dim=0) / seen.ours[b]).detach()
        by = float(divisors[0])
        if not bool(((divisors - by).abs() < 1e-9 * abs(by)).all()):
            continue
        if (i, j) == (0, n):
            said = f"the sum of the right steps, 0 to {n - 1}{_divided(by, seen) or ', as it is'}"
            return "another divisor", f"Row {b} is {said}. The number of these steps is {n}."
        mean = abs(by - (j - i)) < 1e-6
        steps = f"the {'mean' if mean else 'sum'} of the steps {i} to {j - 1}"
        steps = (
            f"step {i}, one state and not a mean"
            if j == i + 1
            else steps + _divided(by, seen) * (not mean)
        )
        words = f"The words of sentence {b} are at the steps 0 to {n - 1}."
        return "other steps", f"Row {b} is {steps}. {words}"
    return None


def _divided(by: float, seen: Seen) -> str:
    """Say by what a sum is divided, and what else is so many; nothing where it is 1."""
    lengths = seen.case.inputs["lengths"]
    counts = {each: seen.case.sizes[each] for each in "TB"}
    counts |= {"the longest": int(lengths.max()), "all words": int(lengths.sum())}
    such = [f" ({name})" for name, count in counts.items() if abs(count - by) < 1e-6]
    return "" if abs(by - 1) < 1e-6 else f", divided by {by:.4g}{''.join(such[:1])}"


_MASK = "torch.arange(output.shape[1]) < lengths[:, None]"
_MASKED = "output * mask[:, :, None]"
_SUM = ".sum(dim=1)"
_BY, _COUNTED = " / lengths[:, None]", " / mask.sum(dim=1)[:, None]"
_ONES = "torch.ones(output.shape[:2])"
_PADDING = "What you add up has padding in it. It need not be zero: after a step with no word, " \
    "an LSTM still shows a state."  # fmt: skip
_OF_STEPS = " / mask.sum(dim=0)[:, None]"

_SLIPS = (
    place(
        _MASK,
        ("the mask turned round", "Your mask is the wrong way round: you add up the padding, and "
         "leave out the words.", "torch.arange(output.shape[1]) >= lengths[:, None]"),
        alone=(
            ("a mask as long as the longest", "Your mask has as many steps as the longest sentence "
             "has words. T may be larger: some of output is padding for all. `output.shape[1]` "
             "says how many steps there are.",
             "torch.arange(int(lengths.max())) < lengths[:, None]"),
        ),
    ),
    place(
        _MASKED,
        alone=(("mask without its last axis", "In the line named below, T numbers lie over the H "
                "units: PyTorch lays the last axes over each other. If they are the mask: it has T "
                "last, and output, (B, T, H), has H last. The mask needs an axis for the units, 1 "
                "long, *last*, behind T.", "output * mask", "mask * output",
                "output * mask[:, None]", "mask[:, None] * output"),),
        also_right=("mask[:, :, None] * output",),
    ),
    place(
        _SUM,
        ("over the sentences too", "You add up over the sentences too. Each one has its own sum, a "
         "row of the result.", ".sum(dim=(0, 1))"),
        alone=(("divided twice", "You divide twice: `mean` divides by T, and then you divide by "
                "the lengths.", ".mean(dim=1)"),),
    ),
    place(
        _BY,
        ("rounded down", "Your means are rounded down to whole numbers, as `//` does. `/` divides.",
         " // lengths[:, None]"),
        alone=(
            ("lengths without the column", "You divide by (B). PyTorch lays the last axes over "
             "each other: B over H. The lengths have to be a column, and the sums that they divide "
             "(B, H): here time is axis 1.", " / lengths", " / mask.sum(dim=1)"),
        ),
        also_right=(_COUNTED,),
    ),
    together("padding in the sum", f"{_PADDING} What you divide by is right.",
             {_MASK: _ONES, _BY: _BY}, paired=False),
    together("a mean over all steps", "You take the mean over all T steps, and so you average the "
             "padding, too. It should be the mean over each sentence's own words.",
             {_MASK: _ONES, _BY: _COUNTED}),
    together("padding told by zeros", "You tell the padding by its zeros. Here it is not zero, or "
             "not all of it: an LSTM that has read the padding shows a state there too. Only the "
             "lengths say where a sentence ends.",
             {_MASK: "(output != 0).any(dim=-1)", _BY: _COUNTED}),
    together("over the sentences", "You take the mean over the sentences, axis 0 here, and get a "
             "row for each step. It should be over the steps.",
             {_SUM: ".sum(dim=0)", _BY: " / len(lengths)"}, {_SUM: ".sum(dim=0)", _BY: _OF_STEPS}),
    together("over the units", "You take the mean over the units. It should be over the steps, "
             "with a number for each unit.", {_SUM: ".mean(dim=2)", _BY: ""}),
)  # fmt: skip

_ONE_BY_ONE = AnotherWay(
    """
def masked_mean(output, lengths):
    rows = [output[b, :n].mean(dim=0) for b, n in enumerate(lengths)]
    return torch.stack(rows)
""",
    (
        place(
            "output[b, :n].mean(dim=0)",
            ("time first", "You take the first n sentences at step b, as `output[:n, b]` does. "
             "Here the batch comes first: output is (B, T, H).", "output[:n, b].mean(dim=0)",
             "output[:n, b].sum(dim=0) / n"),
        ),
    ),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "09.2",
    cases=_cases,
    returns=OneTensor(("mean",), axes=("sentence", "unit")),
    slips=_SLIPS,
    another_way=(_ONE_BY_ONE,),
    axes={"output": ("sentence", "step", "unit")},
    looks=(_which_steps,),
    praise="Each sentence has the mean that it would have alone, and the padding gets no gradient.",
)
