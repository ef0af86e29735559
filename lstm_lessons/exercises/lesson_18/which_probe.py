"""18.1: six symptoms, and the probe that changes what has been changed there."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf
from lstm_lessons.exercises.engine.question import row, story

_LETTERS = ("A", "B", "C", "D", "E", "F")
_QUESTIONS = (
    OneOf("neighbour", "What was changed: a line, or the company of a line?", (
        row("independence taken for composition", "In `neighbour` the batch keeps its size, and "
            "the new line is as long. What has changed are the numbers of another sample. That is "
            "what sample independence changes.", "B"),
        row("samples taken for steps", "In `neighbour` another line was changed, and not another "
            "step. Causality changes a step.", "C"),
    ), options=_LETTERS),
    OneOf("longer", "What does a longer line do to the shorter ones of its batch?", (
        row("composition taken for independence", "In `longer` it is not what the other line says "
            "that counts, but how long it is: the shorter line gets padding. Sample independence "
            "leaves all lengths as they are.", "A"),
        row("padding taken for time", "In `longer` no step of the line itself was changed. What "
            "has changed is what stands behind its end.", "C"),
        row("padding taken for chunks", "In `longer` nothing is cut, and no state is handed on. "
            "What has changed is what stands behind the end of the line.", "D"),
    ), options=_LETTERS),
    OneOf("forecast", "What would a forecast have to know to be perfect?", (
        row("a leak taken for samples", "In `forecast` what leaks is a later step of the same "
            "series. Sample independence asks about other samples.", "A"),
        row("a leak taken for the batch", "In `forecast` what leaks is a later step of the same "
            "series. Batch composition asks which other samples are beside it.", "B"),
        row("a leak taken for chance", "In `forecast` the two numbers belong to two uses, the test "
            "and real life. In eval determinism one and the same call is made twice.", "E"),
        row("a leak taken for chunks", "In `forecast` nothing is cut. What must not be known is "
            "the step that comes next: which probe changes a step, and looks at those before it?",
            "D"),
        row("a leak taken for no learning", "The network in `forecast` has learnt: it copies what "
            "it should not see.", "F"),
    ), options=_LETTERS),
    OneOf("cut", "The pieces are one text.", (
        row("chunks taken for time", "In `cut` no number of the text was changed. It was cut in "
            "pieces.", "C", "A"),
        row("chunks taken for batches", "In `cut` the text is one sample all the time. It is cut "
            "along time, and not taken out of a batch.", "B"),
        row("chunks taken for chance", "In `cut` the two calls are not the same: one reads the "
            "whole text, the others read its pieces.", "E"),
    ), options=_LETTERS),
    OneOf("again", "What was changed between the two calls?", (
        row("chance taken for samples", "In `again` no sample was changed. It is the same line, "
            "asked twice.", "A", "B"),
        row("chance taken for chunks", "In `again` the line is read whole both times.", "D"),
        row("chance taken for time", "In `again` no step was changed. Causality changes one.", "C"),
        row("chance taken for no learning", "In `again` nothing is trained: there is no update "
            "between the two calls. Parameter gradients goes back through one call.", "F"),
    ), options=_LETTERS),
    OneOf("still", "What changes a weight at an update?", (
        row("no gradient taken for determinism", "In `still` it is a weight that stays the same, "
            "over updates. Eval determinism looks at results, and there it is good if they stay.",
            "E"),
        row("no gradient taken for a changed input", "In `still` no input was changed. There were "
            "1,000 updates, and one weight did not follow.", "A", "B", "C", "D"),
    ), options=_LETTERS),
)  # fmt: skip

EXERCISE = DictExercise(
    "18.1",
    questions=_QUESTIONS,
    stories=(
        story("independence and composition exchanged", "You have exchanged A and B. Sample "
              "independence changes the numbers of another sample; batch composition changes which "
              "samples there are, and with them the padding.", {"neighbour": "B", "longer": "A"}),
    ),
    praise="Where a symptom says what was changed, take the probe that changes the same thing.",
)  # fmt: skip
