"""02.2: how many parameters a layer has."""

from collections.abc import Callable

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.readers.dependence import moved_by_inputs
from lstm_lessons.exercises.engine.readers.seen import Seen, Told
from lstm_lessons.exercises.engine.returns import ANumber
from lstm_lessons.exercises.engine.slips import other, place, together
from lstm_lessons.exercises.engine.words import listed


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


def _parts(seen: Seen) -> Told | None:
    """Say which parts of the count are right: each is found from other calls."""
    I, H = seen.case.inputs.values()  # noqa: E741
    calls = [_case(I, H), _case(I, H, bias=False), _case(I + 1, H, bias=False)]
    ours, right = ([of(each) for each in calls] for of in (seen.of_answer, seen.of_solution))
    if any(each.problem for each in ours) or "bias" in seen.case.keywords:
        return None
    counts = [[float(each.results["number"]) for each in of] for of in (ours, right)]
    parts = zip(_NAMES, *(_parts_of(I, *each) for each in counts), strict=True)
    fit = [name for name, a, b in parts if abs(a - b) < 1e-9]
    if not fit:
        return "every part wrong", (
            f"In your count, words with one number more take {counts[0][2] - counts[0][1]:g} more "
            "parameters. `weight_ih` has one more column then: how many numbers are in it?"
        )
    rest = next(name for name in _NAMES if name not in fit) if len(fit) == 2 else "the rest"
    are = "is" if fit in (["`weight_ih`"], ["`weight_hh`"]) else "are"
    return "a part right", f"In your count, {listed(fit)} {are} right. Look again at {rest}."


_NAMES = ("the biases", "`weight_ih`", "`weight_hh`")


def _parts_of(I: int, full: float, weights: float, longer: float) -> tuple[float, ...]:  # noqa: E741
    """Return what biases, weight_ih and weight_hh add to the count, seen from three calls."""
    return full - weights, I * (longer - weights), weights - I * (longer - weights)


_SLIPS = (
    place(
        "4 * hidden_size",
        ("one gate", "You count one gate. There are four, each with matrices and biases of its "
         "own.", "hidden_size"),
        ("three gates", "You count three gates. i, f and o are three; the candidate g has weights "
         "too.", "3 * hidden_size"),
        ("I and H exchanged throughout", "I and H have changed places: `input_size` comes first, "
         "and the number of rows is 4 times `hidden_size`.", "4 * input_size"),
    ),
    place(
        "rows * input_size",
        ("weight_ih left out", "`weight_ih` is not counted: the word has weights, (4H, I).", "0"),
        ("weight_ih for one gate", "`weight_ih` is counted for one gate; it holds four.",
         "hidden_size * input_size"),
    ),
    place(
        "rows * hidden_size",
        ("weight_hh left out", "`weight_hh` is not counted: h has weights too, (4H, H).",
         "0"),
        ("weight_hh for one gate", "`weight_hh` is counted for one gate; it holds four.",
         "hidden_size * hidden_size"),
    ),
    place(
        "rows * input_size + rows * hidden_size",
        ("sizes multiplied", "You multiply I and H for the columns. The two matrices stand side by "
         "side: H * I numbers and H * H numbers, which are added.",
         "rows * input_size * hidden_size"),
        ("shapes added", "You add rows and columns of the weights. A matrix of r rows and c "
         "columns holds r times c numbers.", "(rows + input_size) + (rows + hidden_size)"),
        ("eight matrices for each input", "The weights are counted twice. There are eight matrices "
         "in all: four read the word, H * I numbers each, and four read h, H * H each.",
         "2 * (rows * input_size + rows * hidden_size)"),
    ),
    place(
        "2 * rows",
        ("one bias", "You count one bias vector. PyTorch keeps two, `bias_ih` and `bias_hh`.",
         "rows"),
        ("one gate's biases", "Your biases are those of one gate: every gate has two.",
         "2 * hidden_size"),
        ("eight, not 8H", "You add 8 for the biases. There are 8 vectors, and each holds H "
         "numbers.", "8"),
        ("a bias as long as the word", "Your biases are 4I and 4H: a bias is added to what comes "
         "out, so `bias_ih` has 4H numbers, as `bias_hh` has.", "rows + 4 * input_size"),
        ("biases left out", "The biases are not counted. With `bias=True` there are two vectors of "
         "4H.", "0"),
        alone=(
            ("one vector of H", "Your biases are one vector of H numbers: there are two, and each "
             "is for four gates.", "hidden_size"),
        ),
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
        ),
    ),
    together("I and H exchanged", "I and H have changed places in the weights: the number of rows "
             "is 4H.", {"rows * input_size": "4 * input_size * input_size",
                        "rows * hidden_size": "4 * input_size * hidden_size"}, paired=False),
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
    looks=(_right_in_the_lesson, moved_by_inputs, _parts),
    advice=dict.fromkeys(
        ("I", "H"), "I is called `input_size` here, and H is called `hidden_size`."
    ),
    praise="`count_parameters(100, 16)` is 7552, as in the lesson.",
)
