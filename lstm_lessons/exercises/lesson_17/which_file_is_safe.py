"""17.3: what torch.load does with five files, and what a safe file does not promise."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf, TrueOrFalse
from lstm_lessons.exercises.engine.question import row

_DOES = ("loads", "refuses")


def _file(key: str, wrong: str, says: str) -> OneOf:
    return OneOf(
        key,
        "Is there anything in it beside tensors, texts, numbers, lists and dictionaries?",
        (row(f"{key} taken wrongly", "{keys}: " + says, wrong),),
        options=_DOES,
        same_as={"load": "loads", "refuse": "refuses", "refused": "refuses", "loaded": "loads"},
    )


EXERCISE = DictExercise(
    "17.3",
    questions=(
        _file("weights.pt", "refuses", "a `state_dict` is a dictionary of tensors. Nothing else is "
              "in it."),
        _file("model.pt", "loads", "a whole model is an object of the class `Reader`. To make it "
              "again, a function has to be called that is not on the list."),
        _file("parcel.pt", "refuses", "texts, numbers and lists need no function. Those that "
              "make tensors are on the list."),
        _file("greeting.pt", "loads", "one entry asks for `print` to be called. The other entry "
              "being harmless does not help."),
        _file("steps.pt", "loads", "a function is not a number or a text. The file asks for it by "
              "its name."),
        OneOf("when", "The lesson loaded a file and did nothing with it.", (
            row("it runs when saved", "{keys}: saving writes the instruction down. It does not "
                "follow it.", "saving"),
            row("it runs when used", "{keys}: nobody has to use what was loaded. To load is to "
                "run.", "using"),
        ), options=("saving", "loading", "using")),
        OneOf("model.pt from a stranger", "Which way leads to the weights, and runs nothing?", (
            row("the way that the error offers", "{keys}: then the file may run whatever it "
                "wants.", "A"),
            row("the class allowed", "{keys}: you allow what the file asks for, before you know "
                "what that is. And its class does not tell what else stands in it.", "B"),
            row("looked at first", "{keys}: to see what is in it, you have to load it: "
                "`weights_only=False` has run it before you look.", "D"),
        ), options=("A", "B", "C", "D")),
        TrueOrFalse("right", "What does `weights_only` look at?", (
            row("safe taken for right", "{keys}: `weights_only` looks at what a file asks for. It "
                "does not know which numbers are the right ones.", True),
        )),
    ),
    praise="Numbers and texts have nothing that runs. Right is what gives the known output.",
)  # fmt: skip
