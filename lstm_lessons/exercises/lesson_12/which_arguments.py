"""12.3: the arguments of a layer, read from the shapes of its weights."""

from typing import Any

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf, Quantity, TrueOrFalse
from lstm_lessons.exercises.engine.question import row

_TRACE = ("True", "False", "no trace")
_NO_TRACE = "{keys}: no weight depends on that. Which of the names and shapes above would be " \
    "others in a layer that is made with another value?"  # fmt: skip


class _Told(OneOf):
    """One of the options; True and False are read as their words."""

    def read(self, value: Any) -> str:
        """Return the value as text; raise Misformed where it is of another kind."""
        return super().read(str(value) if isinstance(value, bool) else value)


EXERCISE = DictExercise(
    "12.3",
    questions=(
        Quantity("input_size", "Which tensor of layer 0 reads the words, and how many columns has "
                 "it?", (
            row("rows for input_size", "{keys}: 48 is the rows. They are what comes out.", 48),
            row("layer 1 for input_size", "{keys}: 10 is what layer 1 reads. Words are read by "
                "layer 0.", 10),
        )),
        Quantity("hidden_size", "The rows of `weight_ih` are four gates.", (
            row("all rows for hidden_size", "{keys}: 48 is the rows of all four gates.", 48),
            row("P for hidden_size", "{keys}: 5 is the columns of `weight_hh`, the width of h. "
                "With a projection that is not the width of the memory.", 5),
            row("three gates", "{keys}: an LSTM has four gates, not three.", 16),
        )),
        Quantity("num_layers", "Count the layers, not the directions.", (
            row("directions counted as layers", "{keys}: you count the directions as well. "
                "`_reverse` is the other direction of the same layer.", 4),
            row("the last number for num_layers", "{keys}: 1 is the number of the last layer. "
                "They are counted from 0.", 1),
            row("tensors counted", "{keys}: that is the number of tensors.", 12),
        )),
        TrueOrFalse("bias", "Which names would stand there?", (
            row("biases that are not there", "{keys}: with biases there would be names such as "
                "`bias_ih_l0`.", True),
        )),
        TrueOrFalse("bidirectional", "What does `_reverse` mean?", (
            row("directions not seen", "{keys}: the names with `_reverse` are a second direction.",
                False),
        )),
        Quantity("proj_size", "Which tensor is there with a projection alone?", (
            row("no projection seen", "{keys}: without a projection there is no `weight_hr`.", 0),
            row("H for proj_size", "{keys}: 12 is what goes into `weight_hr`.", 12),
            row("both directions for proj_size", "{keys}: 10 is what layer 1 reads, which is both "
                "directions side by side.", 10),
        )),
        _Told("batch_first", "Does it change a shape of a weight?", (
            row("batch_first seen", _NO_TRACE, "True", "False"),
        ), options=_TRACE),
        OneOf("dropout", "Does it change a shape of a weight?", (
            row("dropout seen", _NO_TRACE, "0", "above 0"),
        ), options=("0", "above 0", "no trace")),
    ),
    praise="Names and shapes tell six arguments. Two leave no trace: write them down beside the "
    "weights.",
)  # fmt: skip
