"""13.4: peepholes that look at the wrong thing, at the wrong time."""

import torch
from torch.nn import functional as F

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import other, place, together


def _cases() -> tuple[Case, ...]:
    def case(B: int, I: int, H: int, special: str = "") -> Case:  # noqa: E741
        random = randoms(10 * B + H)
        inputs = {"x": random(B, I), "h": random(B, H), "c": random(B, H)}
        inputs |= {"weight_ih": random(4 * H, I), "weight_hh": random(4 * H, H)}
        inputs |= {"peepholes": random(3, H)}
        return Case(inputs, {"B": B, "I": I, "H": H}, special=special)

    return (
        case(5, 3, 2),
        case(2, 4, 6),
        case(1, 3, 2, "There is one sentence only: B = 1. Its axis stays, 1 long."),
        case(4, 1, 3, "A word is one number: I = 1."),
        case(2, 3, 1, "There is one unit: H = 1."),
    )


def _gates_too_late(x, h, c, weight_ih, weight_hh, peepholes):  # noqa: ANN001, ANN202
    z_i, z_f, z_g, z_o = (F.linear(x, weight_ih) + F.linear(h, weight_hh)).chunk(4, dim=-1)
    p_i, p_f, p_o = peepholes
    g = torch.tanh(z_g)
    new_c = torch.sigmoid(z_f) * c + torch.sigmoid(z_i) * g
    c = torch.sigmoid(z_f + p_f * new_c) * c + torch.sigmoid(z_i + p_i * new_c) * g
    return torch.sigmoid(z_o + p_o * c) * torch.tanh(c), c


def _gates_twice(x, h, c, weight_ih, weight_hh, peepholes):  # noqa: ANN001, ANN202
    z_i, z_f, z_g, z_o = (F.linear(x, weight_ih) + F.linear(h, weight_hh)).chunk(4, dim=-1)
    p_i, p_f, p_o = peepholes
    g = torch.tanh(z_g)
    new_c = torch.sigmoid(z_f + p_f * c) * c + torch.sigmoid(z_i + p_i * c) * g
    c = torch.sigmoid(z_f + p_f * new_c) * c + torch.sigmoid(z_i + p_i * new_c) * g
    return torch.sigmoid(z_o + p_o * c) * torch.tanh(c), c


_OLD, _LATE = "o = torch.sigmoid(z_o + p_o * c)", "c = f * c + i * g"
_LOOKS = {gate: f"z_{gate} + p_{gate} * c" for gate in "ifo"}
_WHAT = "A peephole looks at the memory c. h is what o lets through, and the gates read it already."

_SLIPS = (
    place(
        _LOOKS["i"],
        ("i looks at h", f"The peephole of i looks at h. {_WHAT}", "z_i + p_i * h"),
        ("i without a peephole", "i has lost its peephole. i, f and o have one.", "z_i"),
        ("i looks through tanh", "The peephole of i looks at tanh(c). It looks at c as it is.",
         "z_i + p_i * torch.tanh(c)"),
        ("i with f's peephole", "i looks through the peephole of f.", "z_i + p_f * c"),
        ("i: times in place of plus", "For i, the peephole's part multiplies the sum. It is added.",
         "z_i * p_i * c"),
        ("i: plus in place of times", "For i, you add the peephole and c. A peephole is a weight: "
         "it multiplies c.", "z_i + p_i + c"),
        ("i: outside of the sigmoid", "For i, the peephole's part is added outside of the sigmoid. "
         "It belongs to the sum that goes through it.", "z_i) + (p_i * c"),
    ),
    place(
        _LOOKS["f"],
        ("f looks at h", f"The peephole of f looks at h. {_WHAT}", "z_f + p_f * h"),
        ("f without a peephole", "f has lost its peephole. i, f and o have one.", "z_f"),
        ("f looks through tanh", "The peephole of f looks at tanh(c). It looks at c as it is.",
         "z_f + p_f * torch.tanh(c)"),
        ("f with i's peephole", "f looks through the peephole of i.", "z_f + p_i * c"),
        ("f: plus in place of times", "For f, you add the peephole and c. A peephole is a weight: "
         "it multiplies c.", "z_f + p_f + c"),
        ("f: outside of the sigmoid", "For f, the peephole's part is added outside of the sigmoid. "
         "It belongs to the sum that goes through it.", "z_f) + (p_f * c"),
    ),
    place(
        _LOOKS["o"],
        ("o without a peephole", "o has lost its peephole. i, f and o have one.", "z_o"),
        ("o looks at h", f"The peephole of o looks at h. {_WHAT}", "z_o + p_o * h"),
        ("o looks through tanh", "The peephole of o looks at tanh(c). It looks at c as it is.",
         "z_o + p_o * torch.tanh(c)"),
        ("o with f's peephole", "o looks through the peephole of f.", "z_o + p_f * c"),
        ("o: plus in place of times", "For o, you add the peephole and c. A peephole is a weight: "
         "it multiplies c.", "z_o + p_o + c"),
        ("o: outside of the sigmoid", "For o, the peephole's part is added outside of the sigmoid. "
         "It belongs to the sum that goes through it.", "z_o) + (p_o * c"),
    ),
    place(
        "torch.tanh(z_g)",
        ("g squeezed by sigmoid", "g goes through sigmoid. It goes through tanh.",
         "torch.sigmoid(z_g)"),
        alone=(("a peephole for g", "g has got a peephole. g is the news, and no tap: i, f and o "
                "look.", "torch.tanh(z_g + p_i * c)", "torch.tanh(z_g + p_o * c)"),),
    ),
    together("i and f look at h", f"The peepholes of i and f look at h. {_WHAT}",
             {_LOOKS["i"]: "z_i + p_i * h", _LOOKS["f"]: "z_f + p_f * h"}, paired=False),
    together("o looks too early", "o looks at the old c. It acts when the new c is there, and "
             "looks at that: its line comes below the one for c.",
             {_LATE: f"{_OLD}\n    {_LATE}", f"    {_OLD}\n": ""}, paired=False),
    together("i and f look too late", "i and f look at a memory that is already new. They make it, "
             "so they can look at the old one only.",
             {_LATE: f"{_LATE}\n    i, f = torch.sigmoid(z_i + p_i * c), torch.sigmoid(z_f + p_f * "
              "c)\n    c = f * c + i * g"}, paired=False),
    together("both faults left", "Both faults are still there: i and f look at h, and o looks at "
             "the old c. " + _WHAT + " And o acts when the new c is there.",
             {_LOOKS["i"]: "z_i + p_i * h", _LOOKS["f"]: "z_f + p_f * h",
              _LATE: f"old_c = c\n    {_LATE}", _OLD: "o = torch.sigmoid(z_o + p_o * old_c)"},
             paired=False),
    place("o * torch.tanh(c), c",
          ("returned c, h", "You return c, h. The order is h, c.", "c, o * torch.tanh(c)"),
          ("c shown without tanh", "Your h is o times c. It is o times *tanh* of c.", "o * c, c")),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "13.4",
    cases=_cases,
    returns=SeveralTensors(("h", "c"), axes=("sentence", "unit")),
    slips=_SLIPS,
    axes={
        "x": ("sentence", "number"),
        "h": ("sentence", "unit"),
        "c": ("sentence", "unit"),
    },
    made_in_order=("c", "h"),
    others=(
        other(
            "i and f look at the memory that they make",
            "i and f look at a memory that is "
            "already new. They make it, so they can look at the old one only.",
            _gates_too_late,
            _gates_twice,
        ),
    ),
    words={
        ("h",): "c is right, h is not. h is made of o and of tanh(c): look at both, and at what "
        "o looks at, and when."
    },
    praise="i and f look at the memory that they are about to change, o at the one that it shows.",
)
