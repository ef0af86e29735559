"""13.1: TODO, what is asked, in a line."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import place


def _cases() -> tuple[Case, ...]:
    def case(T: int, B: int, special: str = "") -> Case:
        return Case({"x": randoms(T)(T, B)}, {"T": T, "B": B}, special=special)

    return (
        case(5, 3),
        case(1, 4, "There is one step only."),
        case(6, 1, "There is one sentence only. Its axis stays, 1 long."),
    )


EXERCISE = FunctionExercise(
    "13.1",
    cases=_cases,
    returns=OneTensor(("last",), axes=("sentence",)),
    axes={"x": ("step", "sentence")},
    slips=(
        place(
            "x[-1]",
            ("the first step", "TODO: you take the first step.", "x[0]"),
            ("the last sentence", "TODO: you take the last sentence.", "x[:, -1]"),
        ),
    ),
    praise="TODO: what is true of the answer.",
)
