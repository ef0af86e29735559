"""06.3: four places for masks in a stack; which of them is nn.LSTM's, and the top layer's state."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf
from lstm_lessons.exercises.engine.question import row, story

_PICTURES = ("A", "B", "C", "D")

_QUESTIONS = (
    OneOf("nn.LSTM", "On which arrows may masks sit?", (
        row("mask from step to step", "In A the masks sit on the arrows to the right: h and c "
            "would lose units on the way. nn.LSTM leaves that way alone.", "A"),
        row("mask on the top layer's output", "In B the masks sit on what the top layer shows. You "
            "saw that nn.LSTM's output has no zeros.", "B"),
        row("mask on the words", "In D the masks sit on the words, before layer 0. nn.LSTM reads x "
            "as it is.", "D"),
    ), options=_PICTURES),
    OneOf("nn.Dropout behind", "It acts on `output`.", (
        row("behind means between", "A module behind the LSTM gets `output` alone. What goes from "
            "layer 0 to layer 1 never leaves the LSTM.", "C"),
        row("behind means below", "In D the masks sit on the words. A module behind the LSTM never "
            "meets them: it gets `output`.", "D"),
        row("behind reaches the steps", "A module behind the LSTM gets `output` when all steps are "
            "done. It cannot reach h on its way from step to step.", "A"),
    ), options=_PICTURES),
    OneOf("nn.Dropout before", "It acts on x.", (
        row("before reaches the steps", "In A the masks sit on the arrows to the right, inside the "
            "LSTM. A module before the LSTM gets x alone.", "A"),
        row("before means between", "In C the masks sit between the two layers, inside the LSTM. A "
            "module before the LSTM gets x alone.", "C"),
        row("before means above", "In B the masks sit above the top layer, on `output`. A module "
            "before the LSTM gets x alone.", "B"),
    ), options=_PICTURES),
    OneOf("top state", "Which layer, and which letter?", (
        row("the lower layer's state", "h_n[0] is what layer 0 showed last. Layers are counted "
            "from the bottom.", "h_n[0]"),
        row("all layers' states", "h_n holds both layers' states, (2, B, H). One of its two rows "
            "is asked for.", "h_n"),
        row("the first step", "output[0] is what the top layer showed at the *first* step: its "
            "first axis is time.", "output[0]"),
        row("memory of layer 0", "c_n[0] is the memory of layer 0, which is not shown. What a "
            "layer shows is h.", "c_n[0]"),
        row("memory of layer 1", "c_n[-1] is the memory of layer 1, which is not shown. What a "
            "layer shows is h.", "c_n[-1]"),
    ), options=("h_n[0]", "h_n[-1]", "c_n[0]", "c_n[-1]", "output[0]", "h_n"),
       same_as={"h_n[1]": "h_n[-1]", "c_n[1]": "c_n[-1]", "output[-1]": "h_n[-1]"}),
)  # fmt: skip

EXERCISE = DictExercise(
    "06.3",
    questions=_QUESTIONS,
    stories=(
        story(
            "behind and before exchanged",
            "You have exchanged before and behind: x comes from below, output leaves at the top.",
            {"nn.Dropout behind": "D", "nn.Dropout before": "B"},
        ),
    ),
    praise="In picture A each step would forget units at random; nn.LSTM has no argument for that.",
)
