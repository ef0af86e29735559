"""07.1: the vector of a sentence, made of the two slots of output in which each pass ends."""

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.readers import Seen, Told
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import place, together
from lstm_lessons.exercises.engine.values import alike
from lstm_lessons.exercises.lesson_07.parts import parts, slot_of


def _cases() -> tuple[Case, ...]:
    def case(B: int, T: int, H: int, special: str = "") -> Case:
        output = randoms(B + T)(B, T, 2 * H)
        return Case({"output": output}, {"B": B, "T": T, "H": H}, special=special)

    return (
        case(3, 6, 4),
        case(4, 3, 5),
        case(3, 4, 20),
        case(1, 6, 4, "Here there is one sentence only. The axis of the batch stays, 1 long."),
        case(3, 1, 4, "Here each sentence has one word only: T = 1."),
        case(3, 6, 1, "Here each half is one number: H = 1."),
        case(3, 3, 4, "Here there are as many words as sentences: no shape tells them apart."),
    )


def _which_halves(seen: Seen) -> Told | None:
    """Say what each part of the vector is."""
    output, H = seen.case.inputs["output"], seen.case.sizes["H"]
    ours = parts(seen.ours, H)
    found = [slot_of(part, output) for part in ours]
    if not any(found) or len(found) > 2:
        return None
    if len(found) == 1:
        said = f"Your numbers are {found[0]}. The vector has two parts, 2H numbers."
        return "one part", said
    said = [
        f"Your {which} H numbers are {'right' if alike(*both) else known or 'not right'}."
        for which, both, known in zip(
            ("first", "other"), zip(ours, parts(seen.right, H), strict=True), found, strict=True
        )
    ]
    return "other parts", " ".join(said)


_H, _F, _R = "output.shape[-1] // 2", "output[:, -1, :H]", "output[:, 0, H:]"
_BATCH_FIRST = "This output comes from a layer with `batch_first=True`: axis 0 is sentences, so"

_SLIPS = (
    place(
        _H,
        alone=(
            ("half of another axis", "You cut at half the number of words or sentences. H is half "
             "of the *last* axis.", "output.shape[1] // 2", "output.shape[0] // 2"),
            ("the last word", "Your vector is the slot of the last word. Its forward half is "
             "right: that pass ends there. Its reverse half has made one step, since that pass "
             "begins there.", "output.shape[-1]"),
            ("cut at a fixed number", "Do you cut the last axis at a fixed number, such as 16? H "
             "is another one in other calls. It can be had from `output` itself.",
             "4", "5", "16", "20", "32"),
        ),
    ),
    place(
        "torch.cat([forward, reverse], dim=-1)",
        ("mixed by reshape", "The right shape, and sentences are mixed: you stacked the directions "
         "first and then broke the lines elsewhere. A row must hold two states of one sentence.",
         "torch.stack([forward, reverse]).reshape(len(output), -1)"),
        alone=(
            ("all words in one", "You put all words together, as a mean, a sum or the largest. "
             "That can serve as a summary, too; asked for are the two states at the end of their "
             "passes.", "output.mean(dim=1)", "output.amax(dim=1)", "output.sum(dim=1)"),
            ("halves exchanged", "Both halves are right, only exchanged: the forward pass comes "
             "first.", "torch.cat([reverse, forward], dim=-1)"),
            ("two slots added", "You add the slots of the first word and the last one. In each, "
             "one pass is at its end and the other one at its beginning: take one half of each "
             "slot, and put them side by side.", "output[:, 0] + output[:, -1]",
             "(output[:, 0] + output[:, -1]) / 2"),
        ),
    ),
    together("time on the first axis", "You look for time on the first axis. "
             f"{_BATCH_FIRST} your vector mixes two of them.",
             {_F: "output[-1, :, :H]", _R: "output[0, :, H:]"}, {_F: "output[-1, :, :H]"},
             {_R: "output[0, :, H:]"}),
    together("every second number", "You take every second number. The halves are not dealt out "
             "like cards: the first H numbers are the forward half.",
             {_F: "output[:, -1, ::2]", _R: "output[:, 0, 1::2]"}),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "07.1",
    cases=_cases,
    returns=OneTensor(("vector",), axes=("sentence", "number")),
    slips=_SLIPS,
    axes={"output": ("sentence",)},
    looks=(_which_halves,),
    praise="Each half stands where its pass has read the whole sentence.",
)
