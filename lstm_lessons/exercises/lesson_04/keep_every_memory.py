"""04.1: the loop over the words, which keeps h and c of every step."""

from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import Edits, place, together
from lstm_lessons.exercises.lesson_04 import calls


def _call(left: str = "h, c", x: str = "x_t", h: str = "h", c: str = "c", to: int = 4) -> str:
    weights = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[:to]
    return f"{left} = lstm_step({x}, {h}, {c}, {', '.join(weights)})"


_H_0, _C_0 = "zeros if h_0 is None else h_0", "zeros if c_0 is None else c_0"
_H, _C = "zeros if h_0 is None else h", "zeros if c_0 is None else c"
_ZEROS = "torch.zeros(x.shape[1], weight_hh.shape[1])"
_STACKED = "torch.stack(shown), torch.stack(kept)"
_LEFT_OUT = "Right as long as states are given. Where they are not, "
_WORD_0 = ("word 0 at every turn", "Every turn reads word 0. Step t reads word t: `x[t]`.")
_ON_THE_WAY = (
    "h and c exchanged on the way",
    "h and c change places from step to step. The step returns h first, and takes h first.",
)


_ALONE: tuple[tuple[str, str, *tuple[Edits, ...]], ...] = (
    ("ones for nothing", _LEFT_OUT + "yours start at 1; nn.LSTM's start at 0.",
     {"torch.zeros(": "torch.ones("}),
    *((f"ones for no {name}_0", f"{_LEFT_OUT}your {name} starts at 1; nn.LSTM's starts at 0.",
       {now: now.replace("zeros", "torch.ones_like(zeros)")})
      for name, now in (("h", _H_0), ("c", _C_0))),
    ("zeros of the try-out", _LEFT_OUT + "you make zeros of a fixed size, with the 2 or the 5 of "
     "the try-out. B and H are others in other calls: read them from what comes in.",
     *({_ZEROS: f"torch.zeros({size})"} for size in ("2, 5", "2, weight_hh.shape[1]",
       "x.shape[1], 5"))),
    ("states always expected", "Right as long as states are given. They may also be None, as `hx` "
     "of nn.LSTM may: then they start at zero, a row of H for each sentence.",
     {_H_0: "h_0", _C_0: "c_0"}, {_H_0: "h_0.clone()"}),
    ("an axis for layers expected", "You take `h_0[0]` and `c_0[0]`. Here they are (B, H), "
     "without an axis for layers, so that is the state of sentence 0, and all sentences start "
     "from it.", *({_H_0: f"{_H_0}[{at}]", _C_0: f"{_C_0}[{at}]"} for at in ("0", ":1"))),
    ("h_0 and c_0 exchanged", "h starts from `c_0`, and c from `h_0`: they have changed places.",
     {_H_0: _C_0, _C_0: _H_0}),
    ("put away before the step", "Row t of `output` and of `memory` holds the h and c that word t "
     "starts from, not those that it leaves: you put them away before the step. Do the step first.",
     {_call(): f"shown.append(h)\n        kept.append(c)\n        {_call()}",
      "    shown.append(h)": "", "    kept.append(c)": ""}),
    *((f"{name} put away before the step", f"Row t of `{result}` holds the {name} that word t "
       f"starts from, not the one that it leaves: you put {name} away before the step.",
       {_call(): f"{append}\n        {_call()}", f"    {append}": ""})
      for name, result, append in (("h", "output", "shown.append(h)"),
                                   ("c", "memory", "kept.append(c)"))),
    (*_WORD_0, {_call(): _call(x="x[0]", h=_H_0, c=_C_0)}),
    (*_ON_THE_WAY, {_call(): _call("c, h"), "shown.append(h)": "shown.append(c)",
                    "kept.append(c)": "kept.append(h)"}),
)  # fmt: skip

_SLIPS = (
    together("states not used", "Both states start from zeros always: `h_0` and `c_0` are not "
             "looked at.", {_H_0: "zeros", _C_0: "zeros"}),
    place(_H_0, ("h_0 not used", "h starts from zeros always: `h_0` is not looked at.", "zeros")),
    place(
        _C_0,
        ("c_0 not used", "c starts from zeros always: `c_0` is not looked at.", "zeros"),
        ("c begins as h", "c begins as h does: it gets h_0. It has a start of its own, `c_0`, or "
         "zeros.", "h"),
    ),
    place(
        "in x:",
        ("read from the end", "You read the sentence from its last word to its first. Step 0 "
         "reads word 0.", "in x.flip(0):"),
        ("first word left out", "The first word is not read. Word 0 is read too, at step 0: there "
         "the old states are h_0 and c_0.", "in x[1:]:"),
        ("last word left out", "The last word is not read. `range(T)` goes from 0 to T - 1, and "
         "so reads all T words.", "in x[:-1]:"),
        (*_WORD_0, "in [x[0]] * len(x):"),
        alone=(
            ("loop over the sentences", "The step gets all words of one sentence: a place on axis "
             "1 of x. Step t needs word t of every sentence: `x[t]`, along axis 0.",
             "in x.transpose(0, 1):"),
        ),
    ),
    place(
        _call(),
        ("zeros at every turn", "Every step starts from zeros, so no word knows of those before "
         "it. The states are made once, before the loop; from then on a step reads what the step "
         "before it made.", _call(h="zeros", c="zeros")),
        (*_ON_THE_WAY, _call("c, h")),
        ("h and c exchanged in the call", "The step gets c where it takes h, and h where it takes "
         "c: its arguments are x, h, c, and then the weights.", _call(h="c", c="h")),
        ("biases left out", "The two biases are left out. The step takes four weights, in this "
         "order: `weight_ih`, `weight_hh`, `bias_ih`, `bias_hh`.", _call(to=2)),
        ("bias_hh left out", "`bias_hh` is left out. The step takes four weights, in this order: "
         "`weight_ih`, `weight_hh`, `bias_ih`, `bias_hh`.", _call(to=3)),
        alone=(
            ("states not carried", "Every step starts from h_0 and c_0 again, so no word knows of "
             "those before it. A step reads what the step before it made.", _call(h=_H_0, c=_C_0),
             _call(h="h_0", c="c_0")),
            ("h not carried", "c is handed on, h is not: every step reads h_0. The step needs "
             "both of the step before.", _call(h=_H_0), _call("_, c")),
            ("c not carried", "h is handed on, c is not: every step reads c_0. The step needs "
             "both of the step before.", _call(c=_C_0), _call("h, _")),
            ("zeros at every turn, where no states are given", _LEFT_OUT + "every step starts "
             "from zeros, so no word knows of those before it. Zeros are for step 0 alone: put "
             "them in before the loop.", _call(h=_H, c=_C)),
            ("h from zeros at every turn, where no states are given", _LEFT_OUT + "c is handed "
             "on, but h is zero again at every step. Zeros are for step 0 alone: put them in "
             "before the loop.", _call(h=_H)),
            ("c from zeros at every turn, where no states are given", _LEFT_OUT + "h is handed "
             "on, but c is zero again at every step. Zeros are for step 0 alone: put them in "
             "before the loop.", _call(c=_C)),
            ("all words at every turn", "Every turn reads all words: the step gets `x`. It should "
             "get the words of its own turn, (B, I): `x[t]`.", _call(x="x"),
             _call(x="x", h=_H_0, c=_C_0)),
        ),
    ),
    place(
        "kept.append(c)",
        alone=(
            ("detached at every step", "The numbers are right, the gradients are not: the states "
             "are detached from step to step, so no step learns what it did for later ones.",
             "kept.append(c)\n        h, c = h.detach(), c.detach()"),
            ("h detached on the way", "The numbers are right, the gradients are not: h is "
             "detached on its way to the next step.", "kept.append(c)\n        h = h.detach()"),
            ("c detached on the way", "The numbers are right, the gradients are not: c is "
             "detached on its way to the next step, and with it the long memory of the gradient.",
             "kept.append(c)\n        c = c.detach()"),
        ),
    ),
    place(
        _STACKED,
        ("return inside the loop", "You return the states of step 0 alone, T = 1. Does `return` "
         "stand inside the loop? Then it ends the first turn.",
         "torch.stack(shown[:1]), torch.stack(kept[:1])"),
        ("memory first", "You return the memory first. The order is `output, memory`: h, then c.",
         "torch.stack(kept), torch.stack(shown)"),
        ("last step repeated", "Every row holds the states of the last step. They have to be put "
         "away inside the loop, while they are still there.",
         "torch.stack([h] * len(x)), torch.stack([c] * len(x))"),
    ),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "04.1",
    cases=calls.cases,
    returns=SeveralTensors(
        ("output", "memory"),
        axes=("step", "sentence", "unit"),
        not_nested="Here both are sequences, and stand side by side:",
    ),
    slips=(*_SLIPS, *(together(*row, paired=False) for row in _ALONE)),
    axes={"x": ("step", "sentence", "number"), "h_0": ("sentence", "unit")},
    made_in_order=("memory", "output"),
    words={
        (one,): f"`{other}` is right, `{one}` is not: {state} is right on its way, so look at what "
        "you put away."
        for one, other, state in (("output", "memory", "h"), ("memory", "output", "c"))
    },
    advice={
        "H": "H is the number of units: `weight_hh` has H columns.",
        "weights": "The four weights have names of their own here. `*weights` in the first line of "
        "the function would collect them.",
    },
    praise="All memories are there, and the gradients are torch's too. `nn.LSTM` would have given "
    "you the last one only.",
)
