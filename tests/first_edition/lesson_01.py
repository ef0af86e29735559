"""Exercises of lesson 01: what a gate leaves, the bias for a share, the default start."""

import math

from first_edition.answers import Choice, DictExercise, Quantity
from first_edition.base import Wrong, several
from first_edition.forms import Number
from first_edition.functions import Case, FunctionExercise

# --- 01.1 -----------------------------------------------------------------------------------------


def _memory_cases() -> tuple[Case, ...]:
    calls = {
        (0.5, 3): "",
        (0.9, 50): "",
        (0.97, 12): "",
        (0.8, 0): "Before the first step nothing is lost: all is left, and all is 1.",
        (1.0, 7): "f = 1 keeps all, however many steps there are.",
        (0.0, 2): "f = 0 keeps nothing: after one step or more, 0 is left.",
    }
    return tuple(
        Case({"f": f, "steps": steps}, f"memory_left({f}, {steps})", special=special)
        for (f, steps), special in calls.items()
    )


MEMORY_LEFT = FunctionExercise(
    number="01.1",
    title="Predict, then measure",
    function="memory_left",
    make_cases=_memory_cases,
    reference=lambda f, steps: f**steps,
    form=Number(smallest=1e-300),
    praise=(
        "A gate of 0.9 sounds as if it kept nearly all. After 50 steps, `memory_left(0.9, 50)`, "
        "about half a hundredth is left: 0.005. Was that your guess?"
    ),
    wrongs=(
        Wrong(
            "f times steps",
            lambda f, steps: f * steps,
            "You multiply f by the number of steps. Each step multiplies what the step before "
            "left, so f comes in once a step: f times f times f ...",
        ),
        Wrong(
            "f divided by steps",
            lambda f, steps: f / steps,
            "You divide f by the number of steps. Each step multiplies by f once more.",
        ),
        Wrong(
            "a fixed loss a step",
            lambda f, steps: 1 - (1 - f) * steps,
            "You take away the same amount at every step, 1 - f. A gate takes the same share "
            "each time: a share of what is still there.",
        ),
        Wrong(
            "a fixed loss a step, never below 0",
            lambda f, steps: max(0.0, 1 - (1 - f) * steps),
            "You take away the same amount at every step, 1 - f, until nothing is left. A gate "
            "takes the same share each time: a share of what is still there.",
        ),
        Wrong(
            "the share forgotten",
            lambda f, steps: 1 - f**steps,
            "That is the share that is lost. Asked for is the share that is left.",
        ),
        Wrong(
            "f taken as what is forgotten",
            lambda f, steps: (1 - f) ** steps,
            "You multiply by 1 - f. In spite of its name, the forget gate's f is the share that "
            "is kept: f = 1 keeps all.",
        ),
        Wrong(
            "one step too few",
            lambda f, steps: f ** (steps - 1),
            "That is one step too few: after one step f is left, after none all of it, 1.",
        ),
        Wrong(
            "one step too many",
            lambda f, steps: f ** (steps + 1),
            "That is one step too many: after one step f is left, after none all of it, 1.",
        ),
        Wrong(
            "steps to the power f",
            lambda f, steps: steps**f,
            "Base and exponent have changed places: `steps ** f`. f is what is multiplied, steps "
            "says how often.",
        ),
        Wrong(
            "always one half",
            lambda f, steps: 0.5**steps,
            "That is right for f = 0.5 only: you use 0.5 in place of f.",
        ),
        Wrong(
            "e to the minus f steps",
            lambda f, steps: math.exp(-f * steps),
            "You use exp(-f * steps), in which a larger f forgets faster. f is the share that one "
            "step keeps.",
        ),
        Wrong(
            "f taken as a bias",
            lambda f, steps: (1 / (1 + math.exp(-f))) ** steps,
            "You put f through sigmoid first. f is the gate itself already, between 0 and 1.",
        ),
        Wrong(
            "half-life in place of the share",
            lambda f, steps: math.log(1 / 2) / math.log(f),
            "That is the half-life of the gate, a number of steps. Asked for is the share that is "
            "left after `steps` steps.",
        ),
        Wrong(
            "nothing left after no step",
            lambda f, steps: f**steps if steps else 0.0,
            "For 0 steps you return 0. Before the first step nothing is lost: all is left, 1.",
        ),
        *several(
            "f = 0 left out",
            "Right as long as f is above 0. A gate may be shut, f = 0, and 0 has no logarithm, nor "
            "can one divide by it. The steps only multiply; that goes for 0 as well.",
            lambda f, steps: math.exp(steps * math.log(f)),
            lambda f, steps: f ** (steps + 1) / f,
        ),
        Wrong(
            "f = 1 left out",
            lambda f, steps: 0.5 ** (steps / (math.log(0.5) / math.log(f))),
            "Right as long as f is below 1. A gate that is fully open, f = 1, has no half-life: "
            "you divide by ln 1, which is 0. The steps only multiply; that goes for 1 as well.",
        ),
        Wrong(
            "^ for a power",
            lambda f, steps: f ^ steps,
            "On paper the power is f^k. In Python `^` is something else, and a power is `**`.",
        ),
        *several(
            "f squared at each step",
            "Your f itself changes in the loop (`f = f * f`), so each step squares what the one "
            "before made. f stays as it is; what is left is multiplied by it.",
            lambda f, steps: f ** (2**steps),
            lambda f, steps: f ** (2**steps - 1),
        ),
        Wrong(
            "return inside the loop",
            lambda f, steps: f if steps else None,
            "Only one step is done. Does your `return` stand inside the loop? Then it ends the "
            "loop in its first round. Put it behind the loop, as far left as `for`.",
        ),
        Wrong(
            "one step only",
            lambda f, steps: f,
            "That is what one step leaves; `steps` is not used.",
        ),
        Wrong(
            "in per cent",
            lambda f, steps: 100 * f**steps,
            "Right, but in per cent. A share lies between 0 and 1.",
        ),
    ),
    hints=(
        "Start with a c of 1. What is left after one step with f = 0.9? And after the second, of "
        "what the first one left?",
        "Each step multiplies by f. After two steps: f times f.",
        "In Python `a ** b` is a to the power b. A loop that starts with 1 and multiplies `steps` "
        "times will do too.",
    ),
    solution_code="""
def memory_left(f, steps):
    return f**steps
""",
)

# --- 01.2 -----------------------------------------------------------------------------------------


def _bias_cases() -> tuple[Case, ...]:
    calls = ((0.1, 20), (0.5, 50), (0.75, 3), (0.9, 200))
    return tuple(
        Case({"share": share, "steps": steps}, f"bias_for({share}, {steps})")
        for share, steps in calls
    )


def _logit(f: float) -> float:
    return math.log(f / (1 - f))


def _bias(share: float, steps: float) -> float:
    return _logit(share ** (1 / steps))


_LOGARITHM = "The natural logarithm is `math.log` here."

BIAS_FOR = FunctionExercise(
    number="01.2",
    title="The bias for a share",
    function="bias_for",
    make_cases=_bias_cases,
    reference=_bias,
    form=Number(),
    advice={
        "log": _LOGARITHM,
        "ln": _LOGARITHM,
        "half_life": "That is a function of the lesson, and it is not here. You do not need it: "
        "start from f ** steps = share.",
        "sigmoid": "There is no `sigmoid` here, nor do you need it: you want to go back from f to "
        "b, as the lesson does with `math.log`.",
    },
    praise=(
        "`bias_for(0.5, 50)` is 4.27, the lesson's bias for a half-life of 50 steps. To keep nine "
        "tenths over 200 steps takes about 7.55. PyTorch adds two biases, so this is what both "
        "have to make together."
    ),
    wrongs=(
        Wrong(
            "the gate, not its bias",
            lambda share, steps: share ** (1 / steps),
            "That is the gate f itself, and it is right. Asked for is the bias b with "
            "sigmoid(b) = f: one step more.",
        ),
        Wrong(
            "the gate of a half-life",
            lambda share, steps: 0.5 ** (1 / steps),
            "That is the gate f for a half-life. Asked for is its bias, and for the share that is "
            "given: one half is left only where `share` is 0.5.",
        ),
        Wrong(
            "half-life for every share",
            lambda share, steps: _bias(0.5, steps),
            "Right for a share of one half. `share` is not used: the gate has to leave `share` "
            "after so many steps, not always one half.",
        ),
        Wrong(
            "one step only",
            lambda share, steps: _logit(share),
            "With this bias `share` is left after one step already; `steps` is not used.",
        ),
        Wrong(
            "the share that is lost",
            lambda share, steps: _bias(1 - share, steps),
            "With this bias `share` is what is lost after so many steps. It is to be what is left.",
        ),
        Wrong(
            "divided, not rooted",
            lambda share, steps: _logit(share / steps),
            "Your f is share / steps. If you wrote `share ** 1 / steps`: Python takes the power "
            "before it divides, so the exponent needs brackets round it.",
        ),
        Wrong(
            "divided, and no bias",
            lambda share, steps: share / steps,
            "You return share / steps. If you wrote `share ** 1 / steps`: Python takes the power "
            "before it divides, so the exponent needs brackets round it. And that would be the "
            "gate f; asked for is its bias.",
        ),
        Wrong(
            "one of two biases",
            lambda share, steps: _bias(share, steps) / 2,
            "You return half of what is needed, as if for one of PyTorch's two biases. Asked for "
            "is the whole b, their sum.",
        ),
        Wrong(
            "twice the bias",
            lambda share, steps: 2 * _bias(share, steps),
            "That is twice what is needed. There are two biases, but what you are asked for is "
            "their sum.",
        ),
        Wrong(
            "sign turned round",
            lambda share, steps: -_bias(share, steps),
            "The sign is turned round: this gate would lose what it should keep. sigmoid(b) above "
            "one half needs b above 0: is it f / (1 - f), or (1 - f) / f?",
        ),
        Wrong(
            "to the power steps",
            lambda share, steps: _logit(share**steps),
            "You use share ** steps: what a gate f = share leaves after so many steps. Asked for "
            "is the f whose power f ** steps is the share.",
        ),
        Wrong(
            "sigmoid in place of its inverse",
            lambda share, steps: 1 / (1 + math.exp(-(share ** (1 / steps)))),
            "You put f through sigmoid. f is what comes out of sigmoid; you need the b that goes "
            "in.",
        ),
        Wrong(
            "log of f",
            lambda share, steps: math.log(share) / steps,
            "That is the logarithm of f, ln(share) / steps. Two steps are missing: f from its "
            "logarithm, then b from f.",
        ),
        Wrong(
            "a logarithm of 0 or less",
            lambda share, steps: math.log(share ** (1 / steps) / 1 - share ** (1 / steps)),
            "You ask for the logarithm of 0 or less, and there is none. If you wrote `f / 1 - f`: "
            "Python divides before it subtracts, so that is f - f. Put 1 - f into brackets. (Or is "
            "your f not between 0 and 1? Then look at the line that makes it.)",
        ),
        Wrong(
            "log f divided by 1 - f",
            lambda share, steps: math.log(share ** (1 / steps)) / (1 - share ** (1 / steps)),
            "You divide the logarithm of f by 1 - f. The fraction comes first, then the logarithm "
            "of all of it.",
        ),
        Wrong(
            "the loss shared out evenly",
            lambda share, steps: _logit(1 - (1 - share) / steps),
            "You spread the loss evenly over the steps. A gate takes a share of what is left each "
            "time: f ** steps has to be `share`.",
        ),
        Wrong(
            "f = 1 - 1/steps",
            lambda share, steps: _logit(1 - 1 / steps),
            "You use f = 1 - 1/steps. That leaves about a third after so many steps, whatever "
            "`share` is.",
        ),
        Wrong(
            "^ for a power",
            lambda share, steps: share ^ (1 / steps),
            "On paper the root is share^(1/k). In Python `^` is something else, and a power is "
            "`**`.",
        ),
        Wrong(
            "logarithm to base 10",
            lambda share, steps: _bias(share, steps) / math.log(10),
            "The logarithm has base 10. sigmoid is made with e, so its inverse takes the natural "
            "logarithm: `math.log`.",
        ),
        Wrong(
            "logarithm to base 2",
            lambda share, steps: _bias(share, steps) / math.log(2),
            "The logarithm has base 2. sigmoid is made with e, so its inverse takes the natural "
            "logarithm: `math.log`.",
        ),
    ),
    hints=(
        "Go in two steps, as the lesson does for a half-life: first the gate f, then its bias.",
        "After `steps` steps f ** steps is left. The lesson solves f ** n = 1/2 for f. What "
        "changes when `share` stands in place of 1/2?",
        "The second step is the lesson's own: turn f = sigmoid(b) round. Mind the brackets: "
        "Python takes a power before it divides, and divides before it subtracts.",
    ),
    solution_code="""
def bias_for(share, steps):
    f = share ** (1 / steps)
    return math.log(f / (1 - f))
""",
)

# --- 01.3 -----------------------------------------------------------------------------------------

WHY_RECALL_FAILS = DictExercise(
    number="01.3",
    title="Why a new LSTM cannot recall",
    parts=(
        Choice(
            "reason",
            "b",
            "Ask of each sentence: is it true, and does it explain what was lost?",
            options=("a", "b", "c", "d"),
        ),
        Quantity(
            "share",
            2.0**-50,
            "What does one step keep, and how often is that multiplied?",
            factor=10,
        ),
    ),
    wrongs=(
        Wrong(
            "a gate at 0 by default",
            {"reason": "a"},
            "Answer a: with weights and biases near 0, what goes into sigmoid is near 0. That does "
            "not say that what comes out is near 0, too.",
        ),
        Wrong(
            "news wipes out the old",
            {"reason": "c"},
            "Answer c: what is written is added to the memory, and adding takes nothing of the old "
            "away. Look for the factor that makes the old smaller.",
        ),
        Wrong(
            "too few units",
            {"reason": "d"},
            "Answer d: more units would not help. Each number of the memory fades on its own, and "
            "all of them begin with about the same f.",
        ),
        Wrong(
            "the gradient, not the memory",
            {"share": 0.61**50},
            "The share: 0.61 a step is what the lesson measured for the gradient. Some of it goes "
            "round the gate. Asked for is what the gate leaves of the memory c.",
            within=3,
        ),
        Wrong(
            "the gradient in the explorer",
            {"share": 2.9e-12},
            "The share: that looks like the gradient in the explorer, for a new LSTM at lag 50. "
            "Some of it goes round the gate. Asked for is what the gate leaves of the memory c.",
            within=1.1,
        ),
        Wrong(
            "the gradient at lag 60",
            {"share": 3e-14},
            "The share: that looks like the gradient of the new LSTM at lag 60, where the "
            "lesson's curve ends. Asked for is the memory c, after 50 steps.",
            within=1.4,
        ),
        Wrong(
            "the largest of one network",
            {"share": 5e-13},
            "The share: that looks like the number that the lesson prints, the largest of 16 in "
            "one network: the most open gate's. Asked for is a gate with a new LSTM's average "
            "value.",
            within=1.2,
        ),
        Wrong(
            "one step for fifty",
            {"share": 0.5},
            "The share: about one half is what one step keeps. There are 50 steps.",
            within=1.12,
        ),
        Wrong(
            "one half divided by fifty",
            {"share": 0.5 / 50},
            "The share: 0.5 / 50 divides once. Each of the 50 steps multiplies what is left.",
        ),
        Wrong(
            "one fiftieth",
            {"share": 1 / 50},
            "The share: 1 / 50 is one of fifty equal parts. But each step multiplies what the step "
            "before it left.",
        ),
        Wrong(
            "one half times fifty",
            {"share": 0.5 * 50},
            "The share: 0.5 * 50 is more than all. Each of the 50 steps makes less of what is "
            "left.",
        ),
        Wrong(
            "turned round",
            {"share": 2.0**50},
            "The share: 2 ** 50 is how many times smaller it gets. What is left is 1 divided by "
            "that.",
        ),
        Wrong(
            "in per cent",
            {"share": 100 * 2.0**-50},
            "The share: right, but in per cent. A share of all is 1, not 100.",
        ),
        Wrong(
            "the share forgotten",
            {"share": 1 - 2.0**-50},
            "The share: that is what is lost, or all of it. What is left of the first word?",
        ),
        Wrong(
            "nothing at all",
            {"share": 0.0},
            "The share: little, but not 0. Multiply it out: what is it?",
        ),
    ),
    praise=(
        "A gate of one half, fifty times, leaves 2 ** -50, about 1e-15. The gradient fares "
        "somewhat better, as some of it goes round the gate, but not nearly well enough to learn "
        "from. A larger forget bias from the start is the cure."
    ),
    hints=(
        "What does nn.LSTM put into sigmoid for the forget gate when it has just been made? Large "
        "numbers, or small ones?",
        "Weights and biases start near 0, so f starts near sigmoid(0). And nothing is taken from "
        "a memory but by f.",
        "What is left after one step of such a gate? After two? Exercise 01.1 has the function.",
    ),
    solution_code="""
answer = {"reason": "b", "share": 0.5**50}
""",
)

EXERCISES = (MEMORY_LEFT, BIAS_FOR, WHY_RECALL_FAILS)
