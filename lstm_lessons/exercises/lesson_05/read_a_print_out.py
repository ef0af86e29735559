"""05.1: a report on a layer that was fed with the axes in a wrong place; one line cannot be."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf, Quantity, ShapeOf
from lstm_lessons.exercises.engine.question import row, story

_AS_MEANT = (
    "as it was meant",
    "30 steps is what was meant. But the layer has the batch first, and what goes into it is "
    "(30, 7, 12): which axis does it walk along?",
)
_BOTH_AS_MEANT = (
    "7 melodies of 30 steps are what was meant. But the layer looks at positions, and what goes "
    "into it is (30, 7, 12). With the batch first, which axis is which?"
)

_QUESTIONS = (
    Quantity("steps", "What shape goes into `lstm`? Along which axis does its loop walk?", (
        row(*_AS_MEANT, 30),
        row("features for steps", "12 is the last axis, the features. No loop walks along it.", 12),
        row("units for steps", "5 is `hidden_size`. The steps are an axis of the data.", 5),
        row("all notes in one row", "210 is 7 times 30. The axes stay apart: one is walked along, "
            "the other is read side by side.", 210),
    )),
    Quantity("samples", "Of the two axes that are left, one is the features.", (
        row("melodies for samples", "7 melodies there are, but the layer looks at positions, not "
            "at what you mean. At which position are its samples?", 7),
        row("features for samples", "12 is the last axis, the features of one note.", 12),
    )),
    Quantity("note", "`view` keeps the notes in their old order and breaks the line elsewhere. How "
             "long are the new lines, and which note begins the second one?", (
        row("view read as transpose", "Note 1 is what stands there after `x.transpose(0, 1)`. "
            "`view` moves no axis: it counts on through melody 0.", 1),
        row("view read as x itself", "Note 0 begins melody 0, and that is at [0, 0]. How many "
            "notes come before [1, 0]?", 0),
        row("a line of x", "A line of 30 notes is what x has. After the view it is another.", 30),
    )),
    OneOf("line", "Write the shape that PyTorch must print beside each line, from your two "
          "numbers.", (
        row("the weights", "Line A is possible: a weight is (4H, I), whatever T and B.", "A"),
        row("the output", "Line B is possible: with `batch_first`, output lies as the input does, "
            "(30, 7, ...).", "B"),
        row("the last step", "Line D is possible: `[:, -1]` takes one step of output, and leaves "
            "samples and units.", "D"),
    ), options=("A", "B", "C", "D")),
    ShapeOf("shape", "A state is (L, B, H): how many layers, samples and units are there?", (
        row("left as it is", "That is what stands in line C. How many samples does the layer see?",
            (1, 7, 5)),
        row("batch first", "A state has the layers in front, whatever `batch_first` says.",
            (30, 1, 5)),
        row("no layers", "Two axes are too few: a state has one for the layers as well, in front.",
            (30, 5), (7, 5)),
        row("as output", "A state has no axis for the steps: it belongs to one moment.",
            (30, 7, 5), (7, 30, 5)),
    ), after="line"),
    OneOf("repair", "After it, the layer must see 30 steps and 7 samples, with the right notes in "
          "them.", (
        row("transpose instead", "The transposed x has the shape of the viewed one, and this layer "
            "takes axis 0 for the batch. So it would see as many samples and steps as before.",
            "1"),
        row("a result turned", "Turning a result round changes how it lies, not how it was "
            "computed: the melodies have already been cut into pieces.", "3", "4"),
    ), options=("1", "2", "3", "4")),
)  # fmt: skip

EXERCISE = DictExercise(
    "05.1",
    questions=_QUESTIONS,
    stories=(story(_AS_MEANT[0], _BOTH_AS_MEANT, {"steps": 30, "samples": 7}),),
    praise="The layer read 30 samples of 7 steps, without an error: pieces of melodies, and some "
    "of them begin in one melody and end in the next.",
)
