"""01.2: the bias at which a gate leaves a share after some steps."""

import math

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.readers.dependence import moved_by_inputs
from lstm_lessons.exercises.engine.readers.numbers import related_numbers
from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.returns import ANumber
from lstm_lessons.exercises.engine.slips import place


def _cases() -> tuple[Case, ...]:
    low = "So little is to be left that f is below one half. Then its bias is below 0."
    calls = (
        (0.1, 20, ""),
        (0.5, 50, ""),
        (0.75, 3, ""),
        (0.9, 200, ""),
        (0.04, 2, low),
        (0.7, 1, "After one step, what is left is f itself."),
        (0.3, 1, low),
        (0.5, 1, "A gate of one half has a bias of 0."),
    )
    return tuple(
        Case({"share": share, "steps": steps}, label=f"bias_for({share}, {steps})", special=special)
        for share, steps, special in calls
    )


def _what_it_leaves(seen: Seen) -> Told | None:
    """Say what is left with the bias that is returned."""
    b, steps = float(seen.ours), seen.case.inputs["steps"]
    if not -700 < b < math.inf:
        return None
    f = 1 / (1 + math.exp(-b))
    return "another share is left", (
        f"With your bias, {b:.4g}, the gate rests at sigmoid({b:.4g}) = {f:.6g}. After {steps} "
        f"step{'s' * (steps != 1)}, {f:.6g} ** {steps} = {f**steps:.6g} is left; "
        f"{seen.case.inputs['share']} is to be left."
    )


_SLIPS = (
    place(
        "share ** (1 / steps)",
        ("half-life for every share", "Your f leaves one half after so many steps; `share` is not "
         "used. It is to leave `share`.", "0.5 ** (1 / steps)"),
        ("one step only", "Your f is `share`, which is left after one step already; `steps` is not "
         "used.", "share"),
        ("the share that is lost", "Your f loses `share` in so many steps. `share` is to be what "
         "is left.", "(1 - share) ** (1 / steps)"),
        ("divided, not rooted", "Your f is share / steps. If you wrote `share ** 1 / steps`: "
         "Python takes the power before it divides, so the exponent needs brackets round it.",
         "share**1 / steps"),
        ("to the power steps", "Your f is share ** steps: what a gate f = share leaves after so "
         "many steps. Asked for is the f whose power f ** steps is the share.", "share**steps"),
        ("the loss shared out evenly", "You spread the loss evenly over the steps. A gate takes a "
         "share of what is left each time: f ** steps has to be `share`.",
         "1 - (1 - share) / steps"),
        ("f = 1 - 1/steps", "You use f = 1 - 1/steps. That leaves about a third after many steps, "
         "whatever `share` is.", "1 - 1 / steps"),
        ("^ for a power", "On paper the root is share^(1/k). In Python `^` is something else, and "
         "a power is `**`.", "share ^ (1 / steps)"),
        alone=(
            ("a whole division", "You divide by 0: is your f 1? If you wrote `1 // steps`: two "
             "strokes give a whole number, which is 0 for two steps and more, and share ** 0 is 1. "
             "A fraction has one stroke: `1 / steps`.", "share ** (1 // steps)"),
            ("what a step takes", "Your f is the share that a step takes away; f is the share that "
             "it keeps.", "1 - share ** (1 / steps)"),
        ),
    ),
    place(
        "math.log(f / (1 - f))",
        ("the gate, not its bias", "You return f, the gate itself. Asked for is the bias b with "
         "sigmoid(b) = f: one step more.", "f"),
        ("one of two biases", "You return half of b, as if for one of PyTorch's two biases. Asked "
         "for is the whole b, their sum.", "math.log(f / (1 - f)) / 2"),
        ("twice the bias", "You return twice b. There are two biases in PyTorch, but what you are "
         "asked for is their sum.", "2 * math.log(f / (1 - f))"),
        ("sign turned round", "The sign of your b is turned round: sigmoid(b) above one half needs "
         "b above 0. Have f and 1 - f changed places, or is there a minus sign too many?",
         "-math.log(f / (1 - f))"),
        ("sigmoid in place of its inverse", "You put f through sigmoid. f is what comes out of "
         "sigmoid; you need the b that goes in.", "1 / (1 + math.exp(-f))"),
        ("log of f", "You return ln f. That is the b with exp(b) = f. But the gate is made with "
         "sigmoid: asked for is the b with 1 / (1 + exp(-b)) = f. Solve that for b.",
         "math.log(f)"),
        ("minus the log of f", "You return -ln f. That is the b with exp(-b) = f. But the gate is "
         "made with sigmoid: asked for is the b with 1 / (1 + exp(-b)) = f. Solve that for b.",
         "-math.log(f)"),
        ("log of 1 - f", "You take the logarithm of 1 - f alone. Solve 1 / (1 + exp(-b)) = f for "
         "b, and both 1 - f and f come in.",
         "math.log(1 - f)", "-math.log(1 - f)"),
        ("log f divided by 1 - f", "You divide the logarithm of f by 1 - f. The fraction comes "
         "first, then the logarithm of all of it.", "math.log(f) / (1 - f)"),
        ("logarithm left out", "You return f / (1 - f). In sigmoid, b stands in an exponent: a "
         "logarithm is missing.", "f / (1 - f)"),
        ("another base", "The logarithm has another base than e. sigmoid is made with e, so its "
         "inverse takes the natural logarithm: `math.log`.", "math.log10(f / (1 - f))",
         "math.log2(f / (1 - f))"),
        alone=(
            ("a logarithm of 0 or less", "You ask for the logarithm of 0 or less, and there is "
             "none. If you wrote `f / 1 - f`: Python divides before it subtracts, so that is f - "
             "f. Put 1 - f into brackets. (Or is your f not between 0 and 1? Then look at the line "
             "that makes it.)", "math.log(f / 1 - f)"),
        ),
    ),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "01.2",
    cases=_cases,
    returns=ANumber(),
    slips=_SLIPS,
    looks=(moved_by_inputs, related_numbers, _what_it_leaves),
    advice={
        "half_life": "`half_life` is a function of the lesson, and it is not here. You do not need "
        "it: start from f ** steps = share.",
        "sigmoid": "There is no `sigmoid` here, nor do you need it: you want to go back from f to "
        "b, as the lesson does with `math.log`.",
    },
    praise="`bias_for(0.5, 30)` is 3.76, the lesson's bias for a half-life of 30 steps. To keep "
    "nine tenths over 200 steps takes about 7.55. PyTorch adds two biases, so this is what both "
    "have to make together.",
)
