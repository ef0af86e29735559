"""03.2: two lines of a cell are wrong; the check tells when the first of them is mended.

No half-mended cell has the numbers of another one, so what is told needs no text of the answer.
"""

from collections.abc import Iterable, Iterator
from itertools import product

from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import Edits, Place, Slip, together
from lstm_lessons.exercises.engine.text import text
from lstm_lessons.exercises.engine.words import listed
from lstm_lessons.exercises.lesson_03 import calls, cell, equations, gates

_TERMS = ("F.linear(x, weight_ih, bias_ih)", "F.linear(h, weight_hh, bias_hh)")
_GIVEN, _RIGHT = "ifog", "ifgo"
_H_LINE = "o * torch.tanh(new_c)"
_OLD: Edits = {_H_LINE: "o * torch.tanh(c)"}
_SWAPPED: Edits = {equations.C_LINE: "i * c + f * g"}
_IN_THE_CUT = "One of the two mistakes is mended: the gates are cut in PyTorch's order now."
_IN_THE_LINE = "One of the two mistakes is mended: h is made from the new memory now."


def _cut(order: str) -> dict[str, str]:
    return {} if order == _RIGHT else dict(gates.cut(order))


def _stages() -> Iterator[Slip]:
    """Give what the two lines can be on the way: every cut, with h from either memory."""
    for order, old in product((_RIGHT, *gates.ORDERS), (True, False)):
        if order != _RIGHT or old:
            edits = {**_cut(order), **(_OLD if old else {})}
            yield together(*_said(order, old), edits, paired=order in (_RIGHT, _GIVEN))


def _said(order: str, old: bool) -> tuple[str, str]:
    """Return the name and the sentence of a cut, with h from the old memory or the new one."""
    cut = f"your gates are {gates.cut_as(order)}"
    if order == _GIVEN and old:
        return "nothing mended", "Both mistakes of the broken cell are still there."
    if order == _RIGHT:
        said = f"{_IN_THE_CUT} The other one comes later, behind the four gates."
        return "gate order mended, one to go", said
    if not old:
        name = "h mended, one to go" if order == _GIVEN else f"h mended, cut as {order}"
        return name, f"{_IN_THE_LINE} The other one comes earlier: {cut}"
    said = f"Both lines are still to be mended: {cut[:-1]}; and h is made from the old memory."
    return f"both to go, cut as {order}", said


def _other_lines_for_h() -> Iterator[Slip]:
    for slip in equations.of_h("new_c").slips:
        (way,) = slip.ways
        yield together(slip.name, f"{_IN_THE_CUT} {slip.says}", way, paired=False)
        cut = f"Your gates are {gates.cut_as(_GIVEN)}"
        both = {**_cut(_GIVEN), **way}
        yield together(f"{slip.name}, cut as given", f"{cut} {slip.says}", both, paired=False)


def _mended_behind_the_cut() -> Iterator[Slip]:
    """Give what mends one gate behind a cut that is as it was, and leaves another wrong."""
    for (gate, block, squeeze), old in product(
        (("o", "g", "sigmoid"), ("g", "o", "tanh")), (False, True)
    ):
        edits = {f"torch.{squeeze}(z_{gate})": f"torch.{squeeze}(z_{block})"}
        yield together(
            f"{gate} from z_{block}, cut as given" + ", h from the old c" * old,
            f"Your gates are {gates.cut_as(_GIVEN)} Of g and o, {gate} alone is made from what it "
            "should be." + " And h is made from the old memory." * old,
            {**_cut(_GIVEN), **edits, **(_OLD if old else {})},
            paired=False,
        )


def _were_right(slips: Iterable[Place | Slip]) -> Iterator[Slip]:
    """Give slips in lines that were right, alone and beside a mistake that is still there."""
    lines = text("03.2").solution.split("\n")
    for each in slips:
        for slip in each.slips if isinstance(each, Place) else (each,):
            edited = [key for key in slip.ways[0] if not key.endswith(" = ")]
            if _H_LINE in edited:
                continue
            changed = [f"`{line.strip()}`" for line in lines if any(key in line for key in edited)]
            said = f"ou have changed what was right: {listed(changed)}. {slip.says}"
            if slip.paired:
                yield together(slip.name, f"Y{said}", *slip.ways)
            only = f"Both mistakes are mended. But y{said} Put it back: then the cell is right."
            yield together(slip.name, only, *slip.ways, paired=False)


def _swapped_beside_a_mistake() -> Iterator[Slip]:
    """Give i and f exchanged in the line for c: the numbers are those of another cut."""
    line = "you have changed what was right: `new_c = f * c + i * g`."
    for order, old in ((_RIGHT, True), (_GIVEN, False), (_GIVEN, True)):
        name, said = _said(order, old)
        edits = {**_cut(order), **(_OLD if old else {}), **_SWAPPED}
        yield together(f"{name}, i and f exchanged", f"{said} And {line}", edits, paired=False)


EXERCISE = cell.CellExercise(
    "03.2",
    cases=calls.cases,
    returns=SeveralTensors(("h", "c"), axes=("sentence", "unit")),
    slips=(
        *_stages(),
        *_other_lines_for_h(),
        *_mended_behind_the_cut(),
        *_swapped_beside_a_mistake(),
        *_were_right(
            (*cell.slips(*_TERMS, "new_h", "new_c"), equations.of_c(), *equations.lines_for_c())
        ),
        *equations.exchanged_behind_the_cut("new_c"),
        gates.errors(*_TERMS),
    ),
    axes=cell.AXES,
    words=cell.WORDS,
    made_in_order=("c", "h"),
    advice=cell.ADVICE,
    praise="Every gate gets the block that is its own again, and h shows the new memory. Neither "
    "mistake would ever have raised an error.",
)
