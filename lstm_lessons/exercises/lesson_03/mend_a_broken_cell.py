"""03.2: two lines of a cell are wrong; the check tells when the first of them is mended."""

from collections.abc import Iterable, Iterator
from itertools import product

from lstm_lessons.exercises.engine.returns import SeveralTensors
from lstm_lessons.exercises.engine.slips import Place, Slip, together
from lstm_lessons.exercises.engine.text import text
from lstm_lessons.exercises.engine.words import listed
from lstm_lessons.exercises.lesson_03 import calls, cell

_TERMS = ("F.linear(x, weight_ih, bias_ih)", "F.linear(h, weight_hh, bias_hh)")
_GIVEN, _RIGHT = "ifog", "ifgo"
_LINES = (("f", "i"), *cell.C_LINES)
_USUAL = (_RIGHT, _GIVEN, "figo", "fiog")
_IN_THE_CUT = "One of the two mistakes is mended: the gates are cut in torch's order now."
_IN_THE_LINE = "One of the two mistakes is mended: f acts on the old memory, and i on the news."


def _stages() -> Iterator[Slip]:
    """Give what the two lines can be on the way: every cut, with every line for c that goes on.

    Where the numbers are the same (i and f have changed places in both lines, or in none), all
    ways to get them are here.
    """
    right = [(_RIGHT, ("f", "i")), ("figo", ("i", "f"))]
    for order, line in product(dict.fromkeys((*_USUAL, *cell.ORDERS)), _LINES):
        whole = line in (("f", "i"), ("i", "f"))
        if (order in _USUAL or whole) and (order, line) not in right:
            edits = {} if order == _RIGHT else dict(cell.cut(order))
            edits |= {} if line == ("f", "i") else {cell.C_LINE: "{} * c + {} * g".format(*line)}
            yield together(*_said(order, line), edits, paired=order in _USUAL and whole)


def _said(order: str, line: tuple[str, ...]) -> tuple[str, str]:
    """Return the name and the sentence of a cut and a line for c."""
    cut = f"your gates are {cell.cut_as(order)}"
    if order == _GIVEN and line == ("i", "f"):
        return "nothing mended", "Both mistakes of the broken cell are still there."
    if line == ("f", "i"):
        name = "memory mended, one to go" if order == _GIVEN else f"memory mended, cut as {order}"
        return name, f"{_IN_THE_LINE} The other one comes earlier: {cut}"
    if order == _RIGHT and line == ("i", "f"):
        said = f"{_IN_THE_CUT} The other one comes later: what does each gate act on?"
        return "gate order mended, one to go", said
    name = "{} * c + {} * g, cut as {}".format(*line, order)
    said = "in the line for c, {} multiplies the old c, and {} multiplies g.".format(*line)
    if order == _RIGHT:
        return name, f"{_IN_THE_CUT} The other one is not: {said}"
    return name, f"Both lines are still to be mended: {cut[:-1]}; and {said}"


def _other_lines_for_c() -> Iterator[Slip]:
    for slip in cell.of_c().slips:
        (way,) = slip.ways
        yield together(slip.name, f"{_IN_THE_CUT} {slip.says}", way, paired=False)
        cut = f"Your gates are {cell.cut_as(_GIVEN)}"
        both = {**cell.cut(_GIVEN), **way}
        yield together(f"{slip.name}, cut as given", f"{cut} {slip.says}", both, paired=False)


def _mended_behind_the_cut() -> Iterator[Slip]:
    """Give what mends one gate behind a cut that is as it was, and leaves another wrong."""
    for gate, block, squeeze in (("o", "g", "sigmoid"), ("g", "o", "tanh")):
        yield together(
            f"{gate} from z_{block}, cut as given",
            f"Your gates are {cell.cut_as(_GIVEN)} Of g and o, {gate} alone is made from what it "
            "should be.",
            {**cell.cut(_GIVEN), f"torch.{squeeze}(z_{gate})": f"torch.{squeeze}(z_{block})"},
            paired=False,
        )


def _were_right(slips: Iterable[Place | Slip]) -> Iterator[Slip]:
    """Give slips in lines that were right, alone and beside a mistake that is still there."""
    lines = text("03.2").solution.split("\n")
    for each in slips:
        for slip in each.slips if isinstance(each, Place) else (each,):
            edited = [key for key in slip.ways[0] if not key.endswith(" = ")]
            changed = [f"`{line.strip()}`" for line in lines if any(key in line for key in edited)]
            said = f"ou have changed what was right: {listed(changed)}. {slip.says}"
            if slip.paired:
                yield together(slip.name, f"Y{said}", *slip.ways)
            only = f"Both mistakes are mended. But y{said} Put it back: then the cell is right."
            yield together(slip.name, only, *slip.ways, paired=False)


EXERCISE = cell.CellExercise(
    "03.2",
    cases=calls.cases,
    returns=SeveralTensors(("h", "c"), axes=("sentence", "unit")),
    slips=(
        *_stages(),
        *_other_lines_for_c(),
        *_mended_behind_the_cut(),
        *_were_right(cell.slips(*_TERMS, "new_h", "new_c")),
        *cell.exchanged_behind_the_cut("new_c"),
        cell.errors(*_TERMS),
    ),
    axes=cell.AXES,
    words=cell.WORDS,
    made_in_order=("c", "h"),
    advice=cell.ADVICE,
    praise="Both mistakes are mended: the order in which the gates are cut, and which of them acts "
    "on the old memory and which on the news. Neither would ever have raised an error.",
)
