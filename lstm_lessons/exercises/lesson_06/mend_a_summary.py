"""06.4: the top layer's last h and c, for any number of layers, however x lies."""

from typing import Any

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import SameMasks, random_layer, randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, I: int, H: int, L: int, special: str = "", **how: Any) -> Case:  # noqa: E741
        random = randoms(T + L)
        lstm = random_layer(random, I, H, L, scale=0.5, **how)
        if "dropout" in how:
            lstm.__class__ = SameMasks
        sizes = {"T": T, "B": B, "I": I, "H": H, "L": L}
        said = ", ".join(f"{name}={value}" for name, value in {**sizes, **how}.items())
        x = random(B, T, I) if lstm.batch_first else random(T, B, I)
        return Case({"lstm": lstm, "x": x}, sizes, said, special, remember="dropout" in how)

    first = (
        "This layer has `batch_first=True`: x is (B, T, I) and output (B, T, H). h_n and c_n are "
        "(L, B, H), as without it."
    )
    square = (
        "With as many words as sentences, no shape and no error tells how x lies. "
        "`lstm.batch_first` does, and h_n and c_n do not need it."
    )
    training = (
        "This layer has dropout and is in training, so each call of it draws masks, others every "
        "time. Asked for are h and c of one call, the first, as the layer is."
    )
    return (
        case(7, 4, 6, 5, 3),
        case(5, 3, 7, 4, 2, first, batch_first=True),
        case(4, 3, 2, 6, 1, "There is one layer only: L = 1."),
        case(6, 6, 2, 5, 4, square, batch_first=True),
        case(8, 8, 3, 5, 2, square),
        case(5, 4, 3, 6, 2, training, dropout=0.5),
        case(5, 1, 3, 4, 2, "There is one sentence only. Its axis stays, 1 long."),
        case(1, 4, 3, 5, 2, "There is one word in each sentence."),
        case(5, 4, 1, 3, 2, "A word is one number here: I = 1."),
        case(5, 4, 3, 1, 2, "h and c are one number each here: H = 1. Their axis stays."),
    )


_H, _C = "h_n[-1]", "c_n[-1]"
_READ, _IF = "lstm(x)", "lstm.batch_first"
_TURNED, _MIXED = "x.transpose(0, 1)", "x.reshape(x.shape[1], x.shape[0], -1)"
_FIRST_TURNED = f"lstm({_TURNED} if {_IF} else x)"
_OUTPUT_MIXED = "output.reshape(output.shape[1], output.shape[0], -1)"
_H_ALONG, _C_ALONG = (f"({s}[:, -1] if {_IF} else {s}[-1])" for s in ("h_n", "c_n"))
_LAST = f"(output[:, -1] if {_IF} else output[-1])"

_FIRST_STEP = (
    "the first step of output",
    "With time first, your first half is the top layer's after the *first* step.",
)

_SLIPS = (
    place(
        _H,
        ("the last row of output", "`output[-1]` is the last step only if time comes first. With "
         "`batch_first=True` it is the last sentence.", "output[-1]"),
        ("h of layer 0", "The first half is what layer 0 showed, the lowest. The first axis of h_n "
         "is layers.", "h_n[0]"),
        (*_FIRST_STEP, "output[0]"),
        ("the last sentence of output", "With time first, `output[:, -1]` is the last *sentence*, "
         "at every step: T rows, and B are asked for. It is the last step only with "
         "`batch_first=True`.", "output[:, -1]"),
        alone=(
            (*_FIRST_STEP, f"(output[:, 0] if {_IF} else output[0])"),
            ("view for transpose", "`view` and `reshape` move no axis (lesson 05): sentences and "
             "steps get mixed. `transpose` moves axes. Or leave output as it lies, and take the "
             "step there.", f"({_OUTPUT_MIXED} if {_IF} else output)[-1]",
             f"(output if {_IF} else {_OUTPUT_MIXED})[:, -1]", f"{_OUTPUT_MIXED}[:, -1]"),
        ),
    ),
    place(
        _C,
        ("c of layer 0", "The second half is the memory of layer 0, the lowest. The first axis of "
         "c_n is layers.", "c_n[0]"),
        ("h for c", "The second half is the top layer's h. The memory of that layer is asked for, "
         "which is its c.", "h_n[-1]"),
    ),
    together("dropout switched off", "You switch the layer to `eval()`, so it reads without "
             "dropout. It belongs to the caller, who has it in training here: leave the switch as "
             "it is.", {_READ: "lstm.eval()(x)"}, paired=False),
    together("h and c of two calls", "h and c come from two calls of the layer. In training, with "
             "dropout, each call draws masks of its own: the two halves do not belong together.",
             {_C: "lstm(x)[1][1][-1]"}, {_H: "lstm(x)[1][0][-1]"}, paired=False),
    together("layer 1 for the top layer", "You take row 1, layer 1. With two layers it is the "
             "top one, with three it is the middle one, and with one there is none.",
             {_H: "h_n[1]", _C: "c_n[1]"}, {_H: "h_n[1]"}, {_C: "c_n[1]"}, paired=False),
    together("states moved along", "You read h_n or c_n as if `batch_first` moved them. It moves x "
             "and output only: the states stay (L, B, H), and their first axis is layers.",
             {_H: _H_ALONG, _C: _C_ALONG}, {_H: _H_ALONG}, {_C: _C_ALONG},
             {_H: _LAST, _C: _C_ALONG}, paired=False),
    together("the last sentence", "You take away the second axis of h_n or c_n: that is the "
             "sentences, and a row for each layer is left. (`[:, -1]` is the last *sentence*, for "
             "every layer.) The first axis is layers.",
             {_H: "h_n[:, -1]", _C: "c_n[:, -1]"}, {_H: "h_n[:, -1]"}, {_C: "c_n[:, -1]"},
             paired=False),
    together("all layers in one", "You take all layers together, as a mean or a sum. The top layer "
             "alone is asked for.",
             {_H: "h_n.mean(dim=0)", _C: "c_n.mean(dim=0)"},
             {_H: "h_n.sum(dim=0)", _C: "c_n.sum(dim=0)"}, paired=False),
    together("x turned round", "Does x go in turned round or reshaped, or does a layer read it "
             "with another `batch_first`? Then steps are taken for sentences. x lies as the layer "
             "wants it, whatever `batch_first` is.",
             {_READ: f"lstm({_TURNED})"}, {_READ: f"lstm({_TURNED})", _H: "output[-1]"},
             {_READ: f"lstm({_TURNED})", _H: "output[:, -1]"}, {_READ: _FIRST_TURNED},
             {_READ: _FIRST_TURNED, _H: "output[-1]"}, {_READ: f"lstm(x if {_IF} else {_TURNED})"},
             {_READ: f"lstm({_MIXED} if {_IF} else x)"}, paired=False),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "06.4",
    cases=_cases,
    returns=OneTensor(("summary",), axes=("sentence", "number")),
    slips=_SLIPS,
    praise="h_n[-1] and c_n[-1] are the top layer's, for any number of layers, however x lies.",
)
