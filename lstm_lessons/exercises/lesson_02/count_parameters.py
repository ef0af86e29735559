"""02.2: how many parameters a layer has."""

from collections.abc import Callable

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.readers.dependence import moved_by_inputs
from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.returns import ANumber
from lstm_lessons.exercises.engine.slips import other, place


def _case(input_size: int, hidden_size: int, special: str = "", **keywords: bool) -> Case:
    rest = "".join(f", {name}={value}" for name, value in keywords.items())
    return Case(
        {"input_size": input_size, "hidden_size": hidden_size},
        label=f"count_parameters({input_size}, {hidden_size}{rest})",
        special=special,
        keywords=keywords,
    )


def _cases() -> tuple[Case, ...]:
    without = "With `bias=False` only the two weights are there, and all of them are counted."
    return (
        _case(7, 3),
        _case(100, 16),
        _case(7, 3, without, bias=False),
        _case(1, 5, "A word may hold one number.", bias=True),
        _case(6, 1, "h may hold one number."),
        _case(4, 4, "I and H may be equal."),
        _case(1, 1, without, bias=False),
    )


def _right_in_the_lesson(seen: Seen) -> Told | None:
    """Say that the count is right for the lesson's sizes, the second case, and not for others."""
    if seen.number or len(seen.attempts) < 2 or seen.attempts[1].problem is not None:
        return None
    if seen.returns.distance(seen.attempts[1].results["number"], seen.wanted[1]["number"]):
        return None
    return "the lesson's 16 for H", (
        "With the lesson's sizes, I = 100 and H = 16, your count is right, with others it is not. "
        "Does a 16 stand where `hidden_size` should, or a 100 for `input_size`?"
    )


def _formula(seen: Seen) -> Told | None:
    """Say the count as a formula, found from other calls, where it is one of I and H."""
    found = [_of_calls(seen, bias) for bias in (False, True)]
    if None in found:
        return None
    weights, both = (each or {} for each in found)
    biases = {term: both[term] - weights[term] for term in both}
    # What is not counted at all comes first: 8·H·I may be 4·H·I twice, with W_hh forgotten.
    order = sorted(_LOOK, key=lambda term: weights[term] != 0)
    wrong = [_LOOK[term] for term in order if weights[term] != 4] or [_BIASES]
    if any(weights[term] for term in weights.keys() - _LOOK.keys()):
        wrong = [
            "what is there without biases: two weights. A matrix holds rows times columns numbers."
        ]
    return "another formula", (
        f"Multiplied out, your count is {_written(weights)} with `bias=False`, and with "
        f"`bias=True` {_written(biases)} more. Look again at {wrong[0]}"
    )


_LOOK = {
    term: f"`{name}`: how many gates are in its rows, and what goes in by its columns?"
    for term, name in (("H·I", "weight_ih"), ("H·H", "weight_hh"))
}
_BIASES = "the biases: how many are there for each gate, and how many numbers are in one?"


def _of_calls(seen: Seen, bias: bool) -> dict[str, int] | None:
    """Return how often each term is counted, if the count is made of these terms alone."""
    terms = {"H·I": lambda i, h: h * i, "H·H": lambda i, h: h * h, "H": lambda i, h: h}
    terms |= {"I": lambda i, h: i, "I·I": lambda i, h: i * i, "H·H·I": lambda i, h: h * h * i}
    terms[""] = lambda i, h: 1
    sizes = [(2, 3), (3, 2), (5, 7), (7, 4), (4, 9), (11, 6), (6, 13), (1, 8), (9, 1)]
    calls = [seen.of_answer(_case(*each, bias=bias)) for each in sizes]
    if any(each.problem for each in calls):
        return None
    counts = torch.stack([each.results["number"] for each in calls])
    table = torch.tensor([[term(*each) for term in terms.values()] for each in sizes]).double()
    often = torch.linalg.lstsq(table, counts[:, None]).solution.round()
    if not bool((table @ often - counts[:, None]).abs().max() < 1e-6):
        return None
    return dict(zip(terms, map(int, often.flatten().tolist()), strict=True))


def _written(often: dict[str, int]) -> str:
    terms = ((n, term) for term, n in often.items() if n)
    parts = [term if n == 1 and term else f"{n}·{term}".strip("·") for n, term in terms]
    return " + ".join(parts).replace("+ -", "− ") or "nothing"


_SLIPS = (
    place(
        "4 * hidden_size",
        ("one gate", "You count one gate. There are four, each with matrices and biases of its "
         "own.", "hidden_size"),
    ),
    place(
        "rows * input_size + rows * hidden_size",
        ("sizes multiplied", "You multiply I and H for the columns. The two matrices stand side by "
         "side: H * I numbers and H * H numbers, which are added.",
         "rows * input_size * hidden_size"),
        ("rows counted with I", "You count 4I rows in the weights. Rows are what comes out of "
         "the four gates: one number for each unit, 4H.",
         "4 * input_size * input_size + 4 * input_size * hidden_size"),
        ("shapes added", "You add rows and columns of the weights. A matrix of r rows and c "
         "columns holds r times c numbers.", "(rows + input_size) + (rows + hidden_size)"),
    ),
    place(
        "2 * rows",
        ("one bias", "You count one bias vector. PyTorch keeps two, `bias_ih` and `bias_hh`.",
         "rows"),
    ),
    place(
        " if bias else 0",
        ("biases counted always", "With `bias=False` there are no biases, and your function counts "
         "them still.", ""),
        ("bias turned round", "`bias` is turned round: biases are there when it is True.",
         " if not bias else 0"),
    ),
    place(
        "weights + biases",
        alone=(
            ("nothing without biases", "Right as long as there are biases. With `bias=False` you "
             "return 0, but the weights are still there. If you wrote `a + b if bias else 0`: "
             "Python reads that as `(a + b) if bias else 0`. Put brackets round the second part.",
             "weights + biases if bias else 0"),
            ("weight_hh only with biases", "Right as long as there are biases. With `bias=False` "
             "you count `weight_ih` alone, but `weight_hh` is still there.",
             "weights + biases if bias else rows * input_size"),
        ),
    ),
)  # fmt: skip


def _with_biases(formula: Callable) -> Callable:
    return lambda input_size, hidden_size, bias=True: formula(
        input_size, hidden_size, 8 * hidden_size * bool(bias)
    )


_OTHERS = (
    other("^ for a power", "On paper the square is H^2. In Python `^` is something else, which "
          "mixes the bits of two whole numbers; a power is `**`.",
          _with_biases(lambda i, h, b: 4 * (h * i + (h ^ 2)) + b),
          _with_biases(lambda i, h, b: 4 * (h * i + h ^ 2) + b),
          _with_biases(lambda i, h, b: (4 * h * i + 4 * h ^ 2) + b),
          _with_biases(lambda i, h, b: 4 * h * i + 4 * h ^ 2 + b)),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "02.2",
    cases=_cases,
    returns=ANumber(tolerance=1e-9),
    slips=_SLIPS,
    others=_OTHERS,
    looks=(_right_in_the_lesson, _formula, moved_by_inputs),
    advice=dict.fromkeys(
        ("I", "H"), "I is called `input_size` here, and H is called `hidden_size`."
    ),
    praise="`count_parameters(100, 16)` is 7552, as in the lesson.",
)
