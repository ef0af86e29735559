"""14.4: a scaling that reads the test part, to be mended."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import place, together


def _cases() -> tuple[Case, ...]:
    def case(T: int, I: int, count: int, special: str = "") -> Case:  # noqa: E741
        series = 50 + 20 * randoms(10 * T + I)(T, I)
        label = f"T={T}, I={I}, count={count}"
        return Case({"series": series, "count": count}, {"T": T, "I": I}, label, special)

    return (
        case(7, 3, 4),
        case(9, 2, 5),
        case(8, 1, 5, "There is one column only: I = 1. Its axis stays, 1 long."),
        # With one year to test on, wrong answers would make torch warn of its deviation.
        case(6, 2, 4, "There are two years to test on."),
        case(6, 3, 2, "There are two years to train on."),
    )


_KNOWN, _MEAN, _STD = "known = series[:count]", "known.mean(dim=0)", "known.std(dim=0)"
_SMALL = ("1e-5", "1e-6", "1e-7", "1e-8", "1e-9")

_SLIPS = (
    place(
        _KNOWN,
        ("scaled by all years", "The mean and the standard deviation are still those of all years, "
         "the test years as well. That is the leak.", "known = series"),
        ("scaled by the test years", "You scale by the years from `count` on. Those are the test "
         "years. Take the ones before.", "known = series[count:]"),
        ("one year more", "One year of the test part is among those you scale by. "
         "`[:count]` are the first count years.", "known = series[: count + 1]"),
    ),
    place(
        _MEAN,
        ("one mean for all columns", "You take one mean for all columns. Each column has its own.",
         "known.mean()"),
        ("a mean for each year", "You take the mean of each year over its columns. Take that of "
         "each column over the years.", "known.mean(dim=1)[:1]"),
        ("the first year", "You subtract the first year, and not the mean.", "known[0]"),
        alone=(("the mean of all years", "Your mean is that of all years, the test years as well. "
                "Your standard deviation is right.", "series.mean(dim=0)"),),
    ),
    place(
        _STD,
        ("one deviation for all columns", "You take one standard deviation for all columns. Each "
         "column has its own.", "known.std()"),
        ("divided by n", "Your standard deviation divides by the number of years. `std` as it "
         "comes divides by one less.", "known.std(dim=0, unbiased=False)"),
        ("the variance", "You divide by the variance, and not by its root.", "known.var(dim=0)"),
        ("the range", "You divide by the largest number less the smallest. Asked for is the "
         "standard deviation.", "known.max(dim=0).values - known.min(dim=0).values"),
        alone=(("the deviation of all years", "Your standard deviation is that of all years, the "
                "test years as well. Your mean is right.", "series.std(dim=0)"),),
    ),
    place(
        "(series - mean) / std",
        ("nothing subtracted", "You divide, but subtract no mean.", "series / std"),
        ("not divided", "You subtract the mean, but do not divide.", "series - mean"),
        ("a small number added", "You add a small number to the standard deviation, against a "
         "division by 0. Here no column is the same everywhere: divide by the deviation as it is.",
         *(f"(series - mean) / (std + {small})" for small in _SMALL)),
        ("divided too early", "You divide first, and then subtract the mean of the numbers as they "
         "were.", "series / std - mean"),
    ),
    together("each part by itself", "You scale the test years by their own mean and standard "
             "deviation. Nothing leaks into training, but a forecaster would need the whole "
             "future to scale its first year. Both parts are scaled by the training years.",
             {"scaled[count:]": "(series[count:] - series[count:].mean(dim=0)) / "
              "series[count:].std(dim=0)"}, paired=False),
    together("test years not scaled", "You have not scaled the test years. They are scaled by the "
             "same mean and standard deviation as the training years.",
             {"scaled[count:]": "series[count:]"}, paired=False),
    place("scaled[:count], scaled[count:]",
          ("exchanged", "You return the test years first.", "scaled[count:], scaled[:count]")),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "14.4",
    cases=_cases,
    returns=SeveralTensors(("training", "test"), axes=("year", "column")),
    slips=_SLIPS,
    axes={"series": ("year", "column")},
    praise="The training part would be the same if the future were another one.",
)
