"""17.4: lines typed side by side; where one of them begins anew, it alone starts from zeros."""

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import other, place, together
from lstm_lessons.lstm.cell import lstm_step


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, I: int, H: int, begins: tuple[tuple[int, int], ...],  # noqa: E741
             special: str = "") -> Case:  # fmt: skip
        random = randoms(10 * T + B)
        new = 0 * random(T, B)
        for t, b in begins:
            new[t, b] = 1
        inputs = {"x": random(T, B, I), "new": new, "h": random(B, H), "c": random(B, H)}
        inputs |= {"weight_ih": random(4 * H, I), "weight_hh": random(4 * H, H)}
        inputs |= {"bias": random(4 * H)}
        return Case(inputs, {"T": T, "B": B, "I": I, "H": H}, special=special)

    return (
        case(6, 4, 3, 5, ((2, 1), (4, 3))),
        case(5, 3, 2, 4, ((0, 0), (3, 2), (3, 0)), "A line may begin at the first step."),
        case(4, 3, 5, 2, (), "No line begins anew here: all go on with their states."),
        case(4, 2, 3, 5, ((1, 0), (1, 1)), "Here all lines begin anew at one step."),
        case(5, 1, 3, 4, ((2, 0),), "There is one line only: B = 1. Its axis stays, 1 long."),
        case(1, 3, 2, 4, ((0, 1),), "There is one step only: T = 1."),
        case(4, 3, 1, 2, ((2, 2),), "A character is one number: I = 1."),
        case(4, 3, 2, 1, ((1, 1), (2, 1)), "There is one unit only: H = 1."),
    )


_KEEP, _H, _C, _PUT = "(1 - new_t)[:, None]", "keep * h", "keep * c", "outputs.append(h)"
_CALL = "lstm_step(x_t, keep * h, keep * c, weight_ih, weight_hh, bias)"
_IN_PLACE = "lstm_step(x_t, h.mul_(keep), c.mul_(keep), weight_ih, weight_hh, bias)"

_SLIPS = (
    place(
        _H,
        ("h goes on", "A line that begins anew still reads the h of the line before. Both of its "
         "states are to be zeros.", "h"),
    ),
    place(
        _C,
        ("c goes on", "A line that begins anew still has the memory of the line before. Both of "
         "its states are to be zeros.", "c"),
    ),
    place(
        _KEEP,
        ("all lines lose it", "Where one line begins anew, all lines start from zeros. The "
         "others are in the middle of theirs: they go on.", "(1 - new_t.max())"),
        ("turned round", "You keep the states of the lines that begin anew, and wipe out those "
         "that go on.", "new_t[:, None]"),
        ("a share for all", "You multiply the states of all lines by one number, the share of "
         "lines that go on.", "(1 - new_t.mean())"),
        also_right=("(1 - new_t).unsqueeze(1)", "(new_t == 0)[:, None]", "1 - new_t[:, None]"),
    ),
    place(
        "in zip(x, new, strict=True):",
        alone=(
            ("the mark of another step", "Each step looks at the mark of another step: `new[t]` "
             "belongs to the character `x[t]`.", "in zip(x, new.roll(1, 0), strict=True):",
             "in zip(x, new.roll(-1, 0), strict=True):"),
        ),
    ),
    together("wiped behind the step", "A line that begins anew is wiped out *after* its first "
             "character. That character still met the old states.",
             {_CALL: "lstm_step(x_t, h, c, weight_ih, weight_hh, bias)",
              _PUT: "outputs.append(h)\n        h, c = keep * h, keep * c"}, paired=False),
    together("both faults left", "Both faults are still there: where one line begins anew, all "
             "lines lose their h, and the memory c of the line before stays.",
             {_KEEP: "(1 - new_t.max())", _C: "c"}, paired=False),
    together("never wiped", "No line ever starts from zeros. Where `new` is 1, the states of that "
             "line are to be zeros.", {_H: "h", _C: "c"}, paired=False),
    together("never carried", "Every step starts from zeros, for all lines. A line that goes on "
             "needs its h and c of the step before.",
             {_H: "torch.zeros_like(h)", _C: "torch.zeros_like(c)"}, paired=False),
    together("zeros written in place", "You write the zeros into h itself. That tensor is also "
             "what you have put away for the step before, so its row of the output becomes zero, "
             "too. Make a new tensor.", {_CALL: _IN_PLACE}, paired=False),
    place(_PUT, ("c put away", "Your output holds the memory c. Asked for is h, which is what a "
                 "layer shows.", "outputs.append(c)")),
)  # fmt: skip


def _marks_for_places(x: Tensor, new: Tensor, h: Tensor, c: Tensor, *weights: Tensor) -> Tensor:
    outputs = []
    for x_t, new_t in zip(x, new.long(), strict=True):
        h, c = h.clone(), c.clone()
        h[new_t], c[new_t] = 0, 0
        h, c = lstm_step(x_t, h, c, *weights)
        outputs.append(h)
    return torch.stack(outputs)


EXERCISE = FunctionExercise(
    "17.4",
    cases=_cases,
    returns=OneTensor(("output",), axes=("step", "line", "unit")),
    slips=_SLIPS,
    others=(
        other(
            "marks for places",
            "You take the marks for places: whole numbers in square brackets "
            "are places, so 0 is line 0 and 1 is line 1. `new_t == 1` chooses the lines that "
            "begin anew.",
            _marks_for_places,
        ),
    ),
    axes={"x": ("step", "line", "number"), "h": ("line", "unit"), "c": ("line", "unit")},
    constants=("new",),
    praise="Each line has its own states, and begins anew alone.",
)
