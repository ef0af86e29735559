"""04.4: the memory found again from h and the output gate."""

import torch

from lstm_lessons.exercises.engine.case import Case
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.readers import Seen, Told
from lstm_lessons.exercises.engine.returns import OneTensor
from lstm_lessons.exercises.engine.slips import other, place
from lstm_lessons.exercises.engine.values import MATCH


def _cases() -> tuple[Case, ...]:
    """Return h and o of some steps, with memories up to 3 and gates that are never shut."""

    def case(*shape: int, special: str = "") -> Case:
        generator = torch.Generator().manual_seed(len(shape))
        drawn = torch.rand((2, *shape), generator=generator, dtype=torch.float64, device="cpu")
        c, o = 6 * drawn[0] - 3, 0.2 + 0.4 * drawn[1]
        inputs = {"h": o * torch.tanh(c), "o": o}
        return Case(inputs, label=f"tensors of shape {shape}", special=special)

    sizes = "Is there a number in your code, a size or a bound, that fits the first call only?"
    return (
        case(3, 5),
        case(2, 7, 4, special=sizes),
        case(6, 1, special="Here there is one unit only. The shape stays."),
        case(1, 1, 1, special="Here there is one step of one sentence, and one unit."),
        case(5, special="Here there is one axis only."),
    )


def _clamped(seen: Seen) -> Told | None:
    """Say where nan comes from, or that all is right but cut off at some distance from zero."""
    found, right = seen.ours.detach(), seen.right
    if bool(found.isnan().any()):
        return "nan", (
            "Some of your numbers are nan. What tanh makes lies between -1 and 1, so the number "
            "that its inverse takes must lie there too; of any other it makes nan. (The check "
            "hands over h first, then o.)"
        )
    if found.shape != right.shape:
        return None
    wrong, bound = (found - right).abs() > MATCH, found.abs().max()
    cut_off = (bound - found[wrong].abs() < MATCH).all() and (right[wrong].abs() > bound).all()
    if wrong.all() or not (cut_off and (found.sign() == right.sign()).all()):
        return None
    return "clamped", (
        f"Your c is right up to a point, and never farther than {float(bound):.4g} from zero. Is "
        "something clamped? Nothing has to be: h / o always lies between -1 and 1 here."
    )


_BY_DIVISION = "Multiplying is undone by dividing."

_SLIPS = (
    place(
        "torch.atanh(",
        ("the tanh left in", "tanh is not undone: one step more.", "("),
        ("tanh a second time", "You put tanh on top of tanh. Asked for is the c that gives h / o "
         "when tanh is taken.", "torch.tanh("),
        ("the tangent", "`torch.tan` is the tangent, of the circle. It undoes nothing here: c went "
         "through tanh, and its inverse is asked for.", "torch.tan("),
        ("one over tanh", "1 / tanh(x) is not what undoes tanh. Asked for is the inverse function, "
         "as a square root undoes a square.", "1 / torch.tanh("),
        ("the ordinary tangent", "`torch.atan` undoes tan, of the circle. tanh is another "
         "function: its inverse ends in an h as well.", "torch.atan("),
        ("the inverse of sigmoid", "That undoes sigmoid. c went through tanh.",
         "(lambda x: torch.log(x.abs() / (1 - x.abs())))("),
        ("twice too large", "Twice too large. By hand, the inverse of tanh is one half of a "
         "logarithm.", "2 * torch.atanh("),
        also_right=("torch.arctanh(",),
    ),
    place(
        "h / o",
        ("the gate left in", "The gate is not undone: `o` is not used.", "h"),
        ("the gate used a second time", f"You multiply by the gate once more. {_BY_DIVISION}",
         "h * o"),
        ("the tanh of the gate", "You divide by tanh(o). It is c that went through tanh, not the "
         "gate: take o as it is.", "h / torch.tanh(o)"),
        ("the sigmoid of the gate", "You take sigmoid of `o`. But o is the gate itself, between 0 "
         "and 1: the sigmoid has been done already.", "h / torch.sigmoid(o)"),
        ("the gate taken away", "You subtract the gate. It was a factor, so what undoes it is a "
         "division.", "h - o"),
        ("the division turned round", "You divide o by h. h is o times tanh(c): what is left of h "
         "when o is taken out?", "o / h"),
        alone=(
            ("a small number added to the gate", "You add a small number to the gate. Nothing has "
             "to be added: it is never fully shut here, and c would be a little off.",
             *(f"h / (o + 1e-{n})" for n in (12, 10, 9, 8, 7, 6, 5))),
        ),
    ),
)  # fmt: skip

_OTHERS = (
    other("h taken for c", "You return h itself. h is what the output gate lets through of "
          "tanh(c): undo both.", lambda h, o: h.clone()),
    other("undone in the wrong order", "You undo tanh first and the gate second. h was made with "
          "tanh first and the gate last; what was done last is undone first.",
          lambda h, o: torch.atanh(h) / o),
    other("the gate as a factor behind", "c is found already with `atanh(h / o)`, and then the "
          "gate comes in again. The gate lets c *out*: it is no part of c.",
          lambda h, o: torch.atanh(h / o) * o, lambda h, o: torch.atanh(h / o) / o),
    other("the gate as a factor of the inverse", "The gate is a factor once more. It was a factor "
          "of tanh(c), so first of all divide by it.", lambda h, o: o * torch.atanh(h)),
    other("tanh of h", "You take tanh once more, where its inverse is asked for; and it is done "
          "last, not first.", lambda h, o: torch.tanh(h) / o),
    other("each undone for itself", "You undo tanh in h and in o, each for itself. The gate never "
          "went through tanh: it was the factor of tanh(c).",
          lambda h, o: torch.atanh(h) / torch.atanh(o)),
    other("the step done forward", "That is the way from c to h, with h in the place of c. Asked "
          "for is the way back.", lambda h, o: o * torch.tanh(h)),
)  # fmt: skip

EXERCISE = FunctionExercise(
    "04.4",
    cases=_cases,
    returns=OneTensor(("c",), axes=("step", "sentence", "unit")),
    slips=_SLIPS,
    others=_OTHERS,
    looks=(_clamped,),
    praise="With h and the gate, c can be found again, as long as the gate is not shut and tanh(c) "
    "is not rounded to 1. `output` alone gives only h: without o, c stays hidden. "
    "If you have x and the weights as well, you can make o again, from x and the h before.",
)
