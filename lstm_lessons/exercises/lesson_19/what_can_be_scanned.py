"""19.2: in which layers is a step linear in the memory?"""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import OneOf
from lstm_lessons.exercises.engine.question import row, story

_OPTIONS = ("yes", "no")
_LOOK = "Write the step as something times the old memory, plus something."

EXERCISE = DictExercise(
    "19.2",
    questions=(
        OneOf("SRU", _LOOK, (
            row("SRU not scanned", "{keys}: f and g read the word alone, so the step is linear in "
                "c. tanh comes after that, and nothing reads h again.", "no"),
        ), options=_OPTIONS),
        OneOf("GRU", _LOOK, (
            row("GRU scanned", "{keys}: its last line looks linear in h. But z and n read h as "
                "well, so what h is multiplied by is not known before h is.", "yes"),
        ), options=_OPTIONS),
        OneOf("plain RNN", _LOOK, (
            row("RNN scanned", "{keys}: h goes through tanh at every step. Two such steps are no "
                "step of the same form: there is a tanh inside a tanh.", "yes"),
        ), options=_OPTIONS),
        OneOf("without tanh", _LOOK, (
            row("matrix not scanned", "{keys}: U h is linear, also with a matrix. Two steps joined "
                "multiply h by U U, and that is a matrix again.", "no"),
        ), options=_OPTIONS),
        OneOf("peephole", _LOOK, (
            row("peephole scanned", "{keys}: here f reads c. So what c is multiplied by is not "
                "known before c is.", "yes"),
        ), options=_OPTIONS),
        OneOf("o looks", _LOOK, (
            row("o that looks not scanned", "{keys}: o looks at c, but c does not read o, nor h. "
                "The scan makes c of all steps, and then o and h of all steps follow.", "no"),
        ), options=_OPTIONS),
    ),
    stories=(
        story("anything with a sigmoid or tanh", "You say no wherever there is a tanh or a "
              "sigmoid. It matters only where it stands: on the way from the old memory to the "
              "new one, or beside it.", {"SRU": "no", "o looks": "no"}),
        story("anything with plus", "You say yes wherever something is multiplied and something "
              "added. What the memory is multiplied by must not depend on the memory.",
              {"GRU": "yes", "peephole": "yes"}),
    ),
    praise="Linear in the memory is what counts. What is made from it afterwards may be crooked.",
)  # fmt: skip
