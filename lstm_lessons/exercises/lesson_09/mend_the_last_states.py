"""09.3: the state after each sentence's last word, in the caller's order."""

from typing import Any

import torch
from torch import Tensor

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.inputs import random_layer, randoms
from lstm_lessons.exercises.engine.readers import Seen, Told
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import AnotherWay, place, together
from lstm_lessons.exercises.engine.words import Misformed
from lstm_lessons.exercises.lesson_09 import blocks


def _cases() -> tuple[Case, ...]:
    def case(I: int, H: int, *lengths: int, special: str = "") -> Case:  # noqa: E741
        T, B = max(lengths), len(lengths)
        random = randoms(B)
        x, lstm = random(T, B, I), random_layer(random, I, H)
        inputs = {"x": x, "lengths": torch.tensor(lengths), "lstm": lstm}
        sizes = {"T": T, "B": B, "I": I, "H": H}
        return Case(inputs, sizes, blocks.labelled(sizes, lengths), special)

    return (
        case(2, 4, 5, 2, 6),
        case(3, 2, 4, 1, 2, 6, 3),
        case(2, 5, 4, special=blocks.ONE_SENTENCE),
        case(3, 4, 5, 5, special="Here both sentences are equally long, and nothing is padding."),
        case(1, 2, 3, 5, 4, special="Here each word is one number: I is 1."),
        case(3, 1, 4, 2, special="Here each state is one number: H is 1, and the axis stays."),
        case(3, 4, 1, 1, special="Here each sentence is one word long: T is 1."),
    )


class _States(OneTensor):
    def read(self, value: Any) -> dict[str, Tensor]:
        """Return the named tensor; say of None that it may be a part of the packed output."""
        if value is None:
            raise Misformed(
                "Your function gives back nothing (None). Is the `return` missing? (The last part "
                "of a packed output, `unsorted_indices`, is None where you sort yourself.)",
                "nothing returned",
            )
        return super().read(value)


def _which_state(seen: Seen) -> Told | None:
    """Say which sentence's state the first wrong row is, and after which step."""
    row = blocks.first_wrong_row(seen.ours, seen.right)
    if seen.ours.shape != seen.right.shape or row is None:
        return None
    x, lengths, lstm = seen.case.inputs.values()
    output, ours = lstm(x)[0].detach(), seen.ours[row].detach()
    last = f"sentence {row} at step {int(lengths[row]) - 1}, its last word"
    found = ""
    if not bool(ours.any()):
        found = "zero, as `pad_packed_sequence` leaves `output` behind the end of a sentence"
    elif there := blocks.place_of(ours, output):
        t, b = there
        padding = ", where it has padding" if t >= int(lengths[b]) else ""
        found = f"the state of sentence {b} at step {t}{padding}"
    for b, n in enumerate(lengths.tolist()):
        for end in {n, len(output)}:
            total = output[:end, b].sum(dim=0)
            for what, made in (("sum", total), ("mean", total / end)):
                if not found and float((made - ours).abs().max()) < 1e-6:
                    found = f"the {what} of the states of sentence {b} at the steps 0 to {end - 1}"
    said = f"Row {row} is {found}. Asked for is the state of {last}."
    return ("another state", said) if found else None


_SLIPS = (
    place(
        "h_n[0]",
        ("c for h", "You return the cell state c. The state that the layer shows is h.", "c_n[0]",
         "c_n.squeeze()"),
        ("a tuple indexed", "If you index the packed output in the line named below: it is a tuple "
         "of four tensors, no block. Unpack it first, with `pad_packed_sequence`.",
         "packed_output[lengths - 1]", "packed_output[lengths - 1, torch.arange(len(lengths))]"),
        ("not unpacked", "That is `data` of the packed output, a row for each word, step by step. "
         "Unpack it with `pad_packed_sequence`, or take h_n, which has a row for each sentence.",
         "packed_output.data"),
    ),
)  # fmt: skip

_SORT, _UNSORTED = "lengths.sort(descending=True)", "lengths, torch.arange(len(lengths))"
_PACK, _READ = "x[:, order], n, enforce_sorted=False", "pad_packed_sequence(packed_output)"
_PICK, _BACK = "output[n - 1, torch.arange(len(n))]", "states[order.argsort()]"
_IS_SORTED, _IS_PACKED = {_SORT: _SORT}, {_READ: _READ}
_OLD = "output[lengths - 1, torch.arange(len(n))]"
_TWO_ORDERS = [
    _IS_SORTED | {_PACK: packed, _PICK: "h_n[0]", _BACK: back}
    for packed in ("x[:, order], lengths, enforce_sorted=False", "x, n")
    for back in (_BACK, "states", "states[order]")
]
_OUTPUT = AnotherWay(
    f"""
def last_states(x, lengths, lstm):
    n, order = {_SORT}
    packed_output, (h_n, c_n) = lstm(pack_padded_sequence({_PACK}))
    output, rest = {_READ}
    states = {_PICK}
    return {_BACK}
""",
    (
        place(_SORT, also_right=(_UNSORTED,)),
        place(
            _PACK,
            alone=(("steps for sentences", "On the way into `pack_padded_sequence`, steps are "
                    "taken for sentences, so the lengths do not fit. x is (T, B, I), time first: "
                    "`x[:, order]` takes sentences, `x[order]` takes steps. `batch_first=True` is "
                    "for a block whose sentences are axis 0. Without it, they have to be axis 1.",
                    "x[order], n, enforce_sorted=False",
                    "x.transpose(0, 1), n, enforce_sorted=False", "x[:, order], n, True"),),
        ),
        place(_READ, also_right=("lstm(x[:, order])",)),
        place(
            _PICK,
            ("squeezed", "With one sentence, your result has one axis; (B, H) has two. Did "
             "`squeeze()` take it? It takes every axis of length 1, that of the batch too. "
             "`h_n[0]` takes the layers' alone.", "h_n.squeeze()"),
        ),
        together("order left", "Your rows are sorted by length: row 0 should belong to the "
                 "caller's sentence 0.", _IS_SORTED | {_BACK: "states"}),
        together("sorted twice", "You use the order once more instead of undoing it. `order` says "
                 "which sentence stands in each row. You need in which row each sentence stands.",
                 _IS_SORTED | {_BACK: "states[order]"}),
        together("put back twice", "The rows are put back once too often: they stand as the caller "
                 "counts already. (With `enforce_sorted=False`, nn.LSTM and `pad_packed_sequence` "
                 "put them back by themselves.)",
                 {_SORT: _UNSORTED, _BACK: "states[lengths.argsort(descending=True).argsort()]"}),
        together("as it was", "Both mistakes are still in it. `output` is the block that "
                 "`pad_packed_sequence` fills up with zeros: what stands in its last step, for a "
                 "sentence that ended before? And in which order are the rows?",
                 _IS_SORTED | _IS_PACKED | {_PICK: "output[-1]", _BACK: "states"}, paired=False),
        together("lengths alone as the index", "`output[lengths - 1]` takes whole steps, each with "
                 "all sentences: (B, B, H). Each step needs its sentence beside it.",
                 {_PICK: "output[n - 1]"},
                 {_PICK: "output[n - 1]", _BACK: "states[:, order.argsort()]"}),
        together("sentences and lengths in two orders", "Your sentences and the lengths that go "
                 "with them stand in two different orders. Sort both, or neither. "
                 "(`enforce_sorted=False` sorts both by itself. nn.LSTM and `pad_packed_sequence` "
                 "then put the rows back: they are as the caller counts.)", *_TWO_ORDERS,
                 _IS_SORTED | {_PICK: _OLD}, _IS_SORTED | {_PICK: _OLD, _BACK: "states"},
                 _IS_SORTED | {_PICK: "output[n - 1, order.argsort()]", _BACK: "states"},
                 paired=False),
    ),
)  # fmt: skip


EXERCISE = FunctionExercise(
    "09.3",
    cases=_cases,
    returns=_States(("states",), axes=("sentence", "unit")),
    slips=_SLIPS,
    another_way=(_OUTPUT,),
    axes={"x": ("step", "sentence", "number")},
    looks=(_which_state,),
    praise="Row b is the state after the last word of sentence b, whatever the lengths are.",
)
