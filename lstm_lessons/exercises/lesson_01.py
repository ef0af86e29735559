"""Exercises of lesson 01: what a gate leaves, the bias for a half-life, the default start."""

import math

from lstm_lessons.exercises.answers import Choice, DictExercise, Quantity
from lstm_lessons.exercises.base import Wrong
from lstm_lessons.exercises.forms import Number
from lstm_lessons.exercises.functions import Case, FunctionExercise

# --- 01.1 -----------------------------------------------------------------------------------------


def _memory_cases() -> tuple[Case, ...]:
    calls = ((0.5, 3), (0.9, 50), (0.97, 12), (0.8, 0))
    return tuple(Case({"f": f, "steps": steps}, f"memory_left({f}, {steps})") for f, steps in calls)


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
        "In Python `a ** b` is a to the power b. A loop that multiplies `steps` times will do too.",
    ),
    solution_code="""
def memory_left(f, steps):
    return f**steps
""",
)

# --- 01.2 -----------------------------------------------------------------------------------------


def _half_life_cases() -> tuple[Case, ...]:
    return tuple(Case({"steps": steps}, f"bias_for_half_life({steps})") for steps in (10, 3, 20))


def _logit(f: float) -> float:
    return math.log(f / (1 - f))


def _bias(steps: float) -> float:
    return _logit(0.5 ** (1 / steps))


BIAS_FOR_HALF_LIFE = FunctionExercise(
    number="01.2",
    title="The bias for a half-life",
    function="bias_for_half_life",
    make_cases=_half_life_cases,
    reference=_bias,
    form=Number(),
    praise=(
        "A half-life of 10 steps takes a bias of about 2.6; 200 steps take about 5.7. torch adds "
        "two biases, so this is what `bias_ih` and `bias_hh` have to make together."
    ),
    wrongs=(
        Wrong(
            "the gate, not its bias",
            lambda steps: 0.5 ** (1 / steps),
            "That is the gate f itself, and it is right. Asked for is the bias b with "
            "sigmoid(b) = f: one step more.",
        ),
        Wrong(
            "one of two biases",
            lambda steps: _bias(steps) / 2,
            "You return half of what is needed, as if for one of torch's two biases. Asked for is "
            "the whole b, their sum.",
        ),
        Wrong(
            "twice the bias",
            lambda steps: 2 * _bias(steps),
            "That is twice what is needed. There are two biases, but what you are asked for is "
            "their sum.",
        ),
        Wrong(
            "sign turned round",
            lambda steps: -_bias(steps),
            "The sign is turned round: this gate would lose what it should keep. sigmoid(b) above "
            "one half needs b above 0: is it f / (1 - f), or (1 - f) / f?",
        ),
        Wrong(
            "half after one step, to the power",
            lambda steps: _logit(0.5**steps),
            "You use f = 0.5 ** steps: what a gate of one half leaves after so many steps. Asked "
            "for is the f whose power f ** steps is one half.",
        ),
        Wrong(
            "sigmoid in place of its inverse",
            lambda steps: 1 / (1 + math.exp(-(0.5 ** (1 / steps)))),
            "You put f through sigmoid. f is what comes out of sigmoid; you need the b that goes "
            "in.",
        ),
        Wrong(
            "log of f",
            lambda steps: math.log(0.5) / steps,
            "That is the logarithm of f, ln(1/2) / steps. Two steps are missing: f from its "
            "logarithm, then b from f.",
        ),
        Wrong(
            "1/e, not one half",
            lambda steps: _logit(math.exp(-1 / steps)),
            "With this bias 1/e = 0.37 is left after so many steps. A half-life leaves one half.",
        ),
        Wrong(
            "f = 1 - 1/steps",
            lambda steps: _logit(1 - 1 / steps),
            "You use f = 1 - 1/steps. That is near, but leaves about a third after so many steps, "
            "not one half.",
        ),
        Wrong(
            "f = 1 - 0.5/steps",
            lambda steps: _logit(1 - 0.5 / steps),
            "You spread the loss of one half evenly over the steps. A gate takes a share of what "
            "is left each time: f ** steps has to be one half.",
        ),
        Wrong(
            "logarithm to base 10",
            lambda steps: _bias(steps) / math.log(10),
            "The logarithm has base 10. sigmoid is made with e, so its inverse takes the natural "
            "logarithm: `math.log`.",
        ),
        Wrong(
            "logarithm to base 2",
            lambda steps: _bias(steps) / math.log(2),
            "The logarithm has base 2. sigmoid is made with e, so its inverse takes the natural "
            "logarithm: `math.log`.",
        ),
        Wrong(
            "half-life from the bias",
            lambda steps: math.log(0.5) / math.log(1 / (1 + math.exp(-steps))),
            "You take `steps` as a bias and return the half-life it gives. Asked for is the other "
            "way: from the half-life to the bias.",
        ),
    ),
    hints=(
        "Go in two steps: from the half-life to the gate f, then from f to its bias b.",
        "A half-life of n steps means f ** n = 1/2, so f = 0.5 ** (1 / n).",
        "f = sigmoid(b) turned round is b = ln(f / (1 - f)). `math.log` is the natural logarithm.",
    ),
    solution_code="""
def bias_for_half_life(steps):
    f = 0.5 ** (1 / steps)
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
            "Answer a: with weights and biases near 0, what goes into sigmoid is near 0, but what "
            "comes out is not: sigmoid(0) = 0.5.",
        ),
        Wrong(
            "an LSTM cannot forget",
            {"reason": "c"},
            "Answer c: an LSTM has the means to remember, which is not the same as remembering. "
            "What it keeps depends on f, and training has to start from somewhere.",
        ),
        Wrong(
            "too few units",
            {"reason": "d"},
            "Answer d: more units would not help. Each unit fades on its own, and all of them "
            "begin with about the same f.",
        ),
        Wrong(
            "one step for fifty",
            {"share": 0.5},
            "The share: one half is what one step keeps. There are 50 steps.",
        ),
        Wrong(
            "one half divided by fifty",
            {"share": 0.5 / 50},
            "The share: 0.5 / 50 divides once. Each of the 50 steps halves what is left.",
        ),
        Wrong(
            "one half times fifty",
            {"share": 0.5 * 50},
            "The share: 0.5 * 50 is more than all. Each of the 50 steps halves what is left.",
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
            "The share: little, but not 0. Halve 1 fifty times: what is it?",
        ),
    ),
    praise=(
        "A gate of about one half, fifty times, leaves 2 ** -50 or about 1e-15: nothing that "
        "training could find. A larger forget bias from the start is the cure."
    ),
    hints=(
        "What does nn.LSTM put into sigmoid for the forget gate when it has just been made? Large "
        "numbers, or small ones?",
        "Weights and biases start near 0, so f starts near sigmoid(0).",
        "f is about 0.5, and it acts 50 times: 0.5 ** 50. Which answer says that?",
    ),
    solution_code="""
answer = {"reason": "b", "share": 0.5**50}
""",
)

EXERCISES = (MEMORY_LEFT, BIAS_FOR_HALF_LIFE, WHY_RECALL_FAILS)
