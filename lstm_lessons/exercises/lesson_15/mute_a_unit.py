"""15.3: some units are muted in the weights of what reads them."""

from typing import Any

from torch import Tensor

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import other, place, together


def _cases() -> tuple[Case, ...]:
    def case(K: int, H: int, units: list[int], special: str = "") -> Case:
        random = randoms(10 * K + H)
        inputs = {"weight": random(K, H), "bias": random(K), "units": units, "values": random(H)}
        label = f"K={K}, H={H}, units={units}"
        return Case(inputs, {"K": K, "H": H, "units": len(units)}, label, special)

    return (
        case(5, 4, [3, 1]),
        case(8, 6, [2]),
        case(1, 5, [0, 4], "There is one sum only: K = 1, as in the reader's head."),
        case(4, 3, [2, 0, 1], "All units are muted: the sums are the same whatever h is."),
        case(3, 1, [0], "There is one unit only: H = 1."),
        case(4, 3, [], "No unit is to be muted: weight and bias keep their numbers."),
    )


_ADDED, _ZEROED = "weight[:, units] @ values[units]", "weight[:, units] = 0"

_SLIPS = (
    place(
        f"bias + {_ADDED}",
        ("bias as it was", "Your bias is as it was: the units are silent, as if they read 0. Is "
         "nothing added, or is it added after the columns have become zero?", "bias + 0"),
        ("values added as they are", "You add the values themselves to the bias. What a unit adds "
         "to a sum is its value times the weight of that sum.", "bias + values[units].sum()"),
        ("all units in the bias", "You put *all* units into the bias. Those that are not muted are "
         "still read from h, and would count twice.", "bias + weight @ values"),
        ("taken off", "You take it off the bias. A unit that always reads a value adds to each "
         "sum.", f"bias - {_ADDED}"),
        ("bias thrown away", "The old bias is gone. What the units give comes on top of it.",
         _ADDED),
        ("columns without values", "You add the columns as they are. Each is multiplied by the "
         "value that its unit reads.", "bias + weight[:, units].sum(dim=1)"),
        also_right=("bias + (weight[:, units] * values[units]).sum(dim=1)",),
    ),
    place(
        _ZEROED,
        ("columns left", "The columns are still there, so that h of these units is read as "
         "before, on top of the constant.", "weight[:, units] *= 1"),
        ("columns set to the values", "You write the values into the columns. Then h is multiplied "
         "by them. The values belong into the bias, and the columns become zero.",
         "weight[:, units] = values[units]"),
        alone=(
            ("rows set to zero", "You set *rows* to zero. A row belongs to a sum, a column to a "
             "unit that it reads.", "weight[units] = 0", "weight[units[:1]] = 0", "weight[:1] = 0"),
            ("one unit alone", "Only the first of the units gets its column set to zero.",
             "weight[:, units[:1]] = 0"),
            ("the other units", "You set to zero all the units that are *not* to be muted.",
             "weight[:, [u for u in range(weight.shape[1]) if u not in units]] = 0"),
        ),
    ),
    place("return weight, bias", ("order of the results", "You return bias, weight. Asked for is "
                                  "`weight, bias`.", "return bias, weight")),
    together("rows set to zero, bias as it was", "You set *rows* to zero, and the bias is as it "
             "was. A row belongs to a sum, a column to a unit that it reads. What the unit reads "
             "from now on goes into the bias.",
             {f"bias + {_ADDED}": "bias + 0", _ZEROED: "weight[units] = 0"}, paired=False),
    together("values in the columns", "You write the values into the columns. Then h is multiplied "
             "by them. A value times its column goes into the bias, and the column becomes zero.",
             {f"bias + {_ADDED}": "bias + 0", _ZEROED: "weight[:, units] = values[units]"},
             paired=False),
    together("the first unit alone", "Only the first of the units is muted. All of them are to be.",
             *({f"bias + {_ADDED}": f"bias + weight[:, units[0]] * values[units[0]]{rest}",
                _ZEROED: "weight[:, units[:1]] = 0"} for rest in ("", " if units else bias")),
             paired=False),
    together("rows in place of columns", "You take *rows* of the weights for the units. A row "
             "belongs to a sum, and a column to a unit that it reads: `weight[:, units]`.",
             {f"bias + {_ADDED}": "bias + weight[units] @ values", _ZEROED: "weight[units] = 0"},
             {f"bias + {_ADDED}": "bias + weight[units] @ values"},
             {f"bias + {_ADDED}": "bias + values[units] @ weight[units]",
              _ZEROED: "weight[units] = 0"},
             {f"bias + {_ADDED}": "bias + values[units] @ weight[units]"},
             {f"bias + {_ADDED}": "bias + (weight[units] * values).sum(dim=1)",
              _ZEROED: "weight[units] = 0"}, paired=False),
    together("values of all units as they are", "You add `values` to the bias. It has a number for "
             "each unit, and the bias one for each sum. What a unit adds to a sum is its value "
             "times the weight of that sum.",
             {f"bias + {_ADDED}": "bias + values", _ZEROED: "weight[:, units] = 0"},
             {f"bias + {_ADDED}": "bias + values[units]", _ZEROED: "weight[:, units] = 0"},
             paired=False),
    together("one product", "You multiply the columns, all together, by the values, all together. "
             "Each column is multiplied by its own value, and then they are added up.",
             *({f"bias + {_ADDED}": f"bias + weight[:, units].{one} * values[units].{two}()"}
               for one in ("sum(dim=1)", "mean(dim=1)", "sum()", "mean()")
               for two in ("mean", "sum")), paired=False),
    together("means of the units", "You divide by the number of units. Each unit adds its own "
             "part, whole.",
             {f"bias + {_ADDED}": "bias + (weight[:, units] * values[units]).mean(dim=1)"},
             paired=False),
)  # fmt: skip


def _rows_in_a_loop(weight: Tensor, bias: Tensor, units: list[int], values: Tensor) -> Any:
    weight = weight.clone()
    for unit in units:
        bias = bias + weight[:, unit] * values[unit]
        weight[unit] = 0
    return weight, bias


EXERCISE = FunctionExercise(
    "15.3",
    cases=_cases,
    returns=SeveralTensors(("weight", "bias"), axes={"weight": ("sum", "unit"), "bias": ("sum",)}),
    slips=_SLIPS,
    others=(
        other(
            "rows set to zero",
            "You set *rows* to zero. A row belongs to a sum, a column to a unit that it reads.",
            _rows_in_a_loop,
        ),
    ),
    axes={"weight": ("sum", "unit"), "bias": ("sum",), "values": ("unit",)},
    constants=("weight", "bias", "values"),  # muted for a measurement, and not to be trained
    praise="Used on `weight_hh` with one bias, and on the head, that takes units out of an LSTM.",
)
