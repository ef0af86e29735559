"""08.3: a text of N words as B streams side by side, each of which reads on as the text does."""

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import randoms
from lstm_lessons.exercises.engine.readers import Seen, Told
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import other, place, together
from lstm_lessons.exercises.engine.values import alike


def _cases() -> tuple[Case, ...]:
    def case(N: int, I: int, B: int, special: str = "") -> Case:  # noqa: E741
        sizes = {"N": N, "I": I, "B": B, "T": N // B}
        return Case({"text": randoms(N)(N, I), "B": B}, sizes, special=special)

    return (
        case(17, 11, 5),  # so that T + 1 is not taken for a multiple of I
        case(22, 3, 4),
        case(12, 5, 3, "Here B divides N, and no word is left over: all of them should be there."),
        case(5, 3, 1, "There is one stream only: B = 1. Its axis stays, 1 long."),
        case(7, 3, 5, "Each stream is one word: T = 1. The axis of the steps stays, 1 long."),
        case(11, 1, 3, "Each word is one number: I = 1. Its axis stays, 1 long."),
    )


def _which_word(seen: Seen) -> Told | None:
    """Say where a stream first holds another word of the text than it should."""
    text, found, right = seen.case.inputs["text"], seen.ours.detach(), seen.right.detach()
    if found.numel() == 0:
        return "nothing left", (
            "Nothing is left of the text. (`text[:-n]` drops the last n words. But with n = 0, it "
            "is `text[:0]`, which is empty.)"
        )
    if found.shape != right.shape:
        return None
    T, B = right.shape[:2]
    places = ((t, b) for b in range(B) for t in range(T))
    t, b = next((t, b) for t, b in places if not alike(found[t, b], right[t, b]))
    here = next((n for n, word in enumerate(text) if alike(found[t, b], word)), None)
    if here is None:
        return None
    if t == 0:
        said = f"Stream {b} begins with word {here} of the text. It should begin with word {b * T}."
        return "a stream begins elsewhere", said
    return "a stream does not read on", (
        f"In stream {b}, word {b * T + t - 1} of the text is followed by word {here}. It should be "
        f"followed by word {b * T + t}."
    )


_KEPT, _VIEW, _MOVED = "text[: T * B]", "view(B, T, -1)", "pieces.transpose(0, 1)"
_CARDS = (
    "Your words are dealt out like cards: word 0 to stream 0, word 1 to stream 1. So no stream "
    "reads on as the text does."
)
_LEFT_OVER = (
    "Where B does not divide N, some words are left over, and the pieces do not fit together. Drop "
    "those at the end first."
)

_SLIPS = (
    place(_KEPT, alone=(("words left over", _LEFT_OVER, "text"),)),
    together("dealt out like cards", _CARDS, {_VIEW: "view(T, B, -1)", _MOVED: "pieces"}),
)  # fmt: skip


def _whole(text: Tensor, B: int) -> Tensor:
    return text[: len(text) // B * B]


_OTHERS = (
    other("words left over", _LEFT_OVER,
          lambda text, B: text.view(B, -1, text.shape[1]).transpose(0, 1),
          lambda text, B: text.view(B, len(text) // B, text.shape[1]).transpose(0, 1),
          lambda text, B: text.view(-1, B, text.shape[1]),
          lambda text, B: text.view(len(text) // B, B, text.shape[1]),
          lambda text, B: torch.stack(text.split(len(text) // B), dim=1),
          lambda text, B: torch.stack(text.chunk(B), dim=1),
          lambda text, B: torch.stack(text.tensor_split(B), dim=1)),
    other("I written as 2", "Your shape has a 2 for the numbers of a word. In the sample I is 2, "
          "but it is not always 2. Let the shape take I from `text`, or write -1 there.",
          lambda text, B: _whole(text, B).view(B, len(text) // B, 2).transpose(0, 1),
          lambda text, B: _whole(text, B).view(B, -1, 2).transpose(0, 1),
          lambda text, B: _whole(text, B).view(len(text) // B, B, 2)),
    other("streams of B words", "You make pieces *of* B words. B is the number of streams: each "
          "has N // B words. (`split(n)` makes pieces of n words.)",
          lambda text, B: torch.stack(_whole(text, B).split(B), dim=1),
          lambda text, B: torch.stack(text.split(B), dim=1)),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "08.3",
    cases=_cases,
    returns=OneTensor(("streams",), axes=("step", "stream", "number")),
    slips=_SLIPS,
    others=_OTHERS,
    looks=(_which_word,),
    praise="Each stream reads on as the text does. Cut along axis 0, its chunks can hand on their "
    "states row by row.",
)
