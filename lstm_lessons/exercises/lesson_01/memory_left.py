"""01.1: what is left after some steps of a gate that stays as it is."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.readers.dependence import moved_by_inputs
from lstm_lessons.exercises.engine.readers.numbers import related_numbers
from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.returns import ANumber
from lstm_lessons.exercises.engine.slips import AnotherWay, place, together
from lstm_lessons.exercises.engine.words import counted


def _case(f: float, steps: int, special: str = "") -> Case:
    return Case({"f": f, "steps": steps}, label=f"memory_left({f}, {steps})", special=special)


def _cases() -> tuple[Case, ...]:
    return (
        _case(0.5, 3),
        _case(0.9, 50),
        _case(0.97, 12),
        _case(0.8, 1, "After one step, f is left."),
        _case(0.8, 0, "Before the first step nothing is lost: all is left, and all is 1."),
        _case(1.0, 7, "f = 1 keeps all, however many steps there are."),
        _case(0.0, 2, "f = 0 keeps nothing: after one step or more, 0 is left."),
        _case(0.0, 0, "Before the first step nothing is lost, not even with f = 0."),
        _case(1, 4, "f = 1 may be a whole number as well."),
    )


def _first_wrong_step(seen: Seen) -> Told | None:
    """Say from how many steps on the share is wrong."""
    f, steps = seen.case.inputs["f"], seen.case.inputs["steps"]
    for count in range(steps + 1):
        ours = seen.of_answer(_case(f, count))
        right = seen.of_solution(_case(f, count)).results["number"]
        if ours.problem is not None:
            return None
        if seen.returns.distance(ours.results["number"], right) > seen.returns.tolerance:
            yours = float(ours.results["number"])
            before = f"it is right up to {counted(count - 1, 'step')}. " if count > 1 else ""
            return "wrong from a step on", (
                f"With f = {f} {before}{'With' if before else 'and'} {counted(count, 'step')}, "
                f"{float(right):.4g} should be left, and you return {yours:.4g}."
                + " No share is above 1."
                * (yours > 1)
            )
    return None


_LOOP = """
def memory_left(f, steps):
    left = 1
    for _ in range(steps):
        left = left * f
    return left
"""

_FEW = "That is one step too few: after one step f is left, after none all of it, 1."
_MANY = "That is one step too many: after one step f is left, after none all of it, 1."
_SAME_LOSS = (
    "a fixed loss a step",
    "You take away the same amount at every step, 1 - f. A gate takes the same share each time: a "
    "share of what is still there.",
)
_FORGOTTEN = (
    "f taken as what is forgotten",
    "You multiply by 1 - f. In spite of its name, the forget gate's f is the share that is kept: "
    "f = 1 keeps all.",
)
_ONE_STEP = ("one step only", "That is what one step leaves, however many there are.")
_SQUARED = (
    "f squared at each step",
    "Your f itself changes in the loop (`f = f * f`), so each step squares what the one before "
    "made. f stays as it is; what is left is multiplied by it.",
)

_SLIPS = (
    place(
        "f**steps",
        ("f times steps", "You multiply f by the number of steps. Each step multiplies what the "
         "step before left, so f comes in once a step: f times f times f ...", "f * steps"),
        ("f divided by steps", "You divide f by the number of steps. Each step multiplies by f "
         "once more.", "f / steps", "f / max(steps, 1)"),
        (*_SAME_LOSS, "1 - (1 - f) * steps", "max(0.0, 1 - (1 - f) * steps)"),
        ("the share forgotten", "That is the share that is lost. Asked for is the share that is "
         "left.", "1 - f**steps"),
        (*_FORGOTTEN, "(1 - f) ** steps"),
        ("one step too few", _FEW, "f ** (steps - 1)", "f ** max(steps - 1, 0)"),
        ("one step too many", _MANY, "f ** (steps + 1)"),
        ("steps to the power f", "Base and exponent have changed places: `steps ** f`. f is what "
         "is multiplied, steps says how often.", "steps**f"),
        ("e to the minus f steps", "You use exp(-f * steps), in which a larger f forgets faster. f "
         "is the share that one step keeps.", "math.exp(-f * steps)"),
        ("f taken as a bias", "You put f through sigmoid first. f is the gate itself already, "
         "between 0 and 1.", "(1 / (1 + math.exp(-f))) ** steps"),
        ("half-life in place of the share", "That is the half-life of the gate, a number of steps. "
         "Asked for is the share that is left after `steps` steps.",
         "math.log(1 / 2) / math.log(f)"),
        ("nothing left after no step", "For 0 steps you return 0. Before the first step nothing is "
         "lost: all is left, 1.", "f**steps if steps else 0.0"),
        ("f = 0 left out", "Right as long as f is above 0. A gate may be shut, f = 0, and 0 has no "
         "logarithm, nor can one divide by it. The steps only multiply; that goes for 0 as well.",
         "math.exp(steps * math.log(f))", "f ** (steps + 1) / f"),
        ("f = 1 left out", "Right as long as f is below 1. A gate that is fully open, f = 1, has "
         "no half-life: ln 1 is 0, and so is 1 - f, and one cannot divide by 0. The steps only "
         "multiply; that goes for 1 as well.", "0.5 ** (steps / (math.log(0.5) / math.log(f)))"),
        ("^ for a power", "On paper the power is f^k. In Python `^` is something else, and a power "
         "is `**`.", "f ^ steps"),
        (*_ONE_STEP, "f", "f if steps else 1"),
        ("in per cent", "Right, but in per cent. A share lies between 0 and 1.", "100 * f**steps"),
    ),
)  # fmt: skip

_LOOP_SLIPS = (
    place(
        "range(steps)",
        ("one step too few", _FEW, "range(steps - 1)"),
        ("one step too many", _MANY, "range(steps + 1)"),
    ),
    place(
        "left = left * f",
        (*_SAME_LOSS, "left = left - (1 - f)", "left = max(0, left - (1 - f))"),
        (*_FORGOTTEN, "left = left * (1 - f)", "left = left - left * f"),
        (*_SQUARED, "left = left * f\n        f = f * f", "f = f * f\n        left = left * f"),
    ),
    together(*_SQUARED, {"left = left * f": "f = f * f", "return left": "return f"}),
    together("return inside the loop", "Only one step is done. Does your `return` stand inside the "
             "loop? Then it ends the loop in its first round. Put it behind the loop, as far left "
             "as `for`.", {"    return left": "        return left"}),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "01.1",
    cases=_cases,
    returns=ANumber(smallest=1e-300),
    slips=_SLIPS,
    another_way=(AnotherWay(_LOOP, _LOOP_SLIPS),),
    looks=(moved_by_inputs, related_numbers, _first_wrong_step),
    praise="A gate of 0.9 sounds as if it kept nearly all. After 50 steps, `memory_left(0.9, 50)`, "
    "about 1 in 200 is left: 0.005. Was that your guess?",
)
