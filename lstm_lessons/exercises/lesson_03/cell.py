"""What people get wrong in one step of an LSTM, wherever it is written: for 03.1 and 03.2."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, permutations, product

from lstm_lessons.exercises.engine.attempts import Attempt
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.known import Named, told
from lstm_lessons.exercises.engine.result import Result
from lstm_lessons.exercises.engine.slips import Edits, Place, Slip, edited, place, together
from lstm_lessons.exercises.engine.words import listed

AXES = {"x": ("sentence", "number"), "h": ("sentence", "unit"), "c": ("sentence", "unit")}
WORDS: dict[tuple[str, ...], str] = {
    ("h",): "The new c is right, the new h is not: look at gate o and at the last equation, h.",
    ("c",): "The new h is right, so the c inside it is too. The c that you return is another one.",
    ("h", "c"): "Neither the new h nor the new c is right. h is made from c, so begin with c.",
}
ADVICE = dict.fromkeys(
    ("h_0", "c_0", "h_t", "c_t", "h_prev", "c_prev"),
    "That is the lesson's name. Here the state that comes in is `h`, and the memory is `c`.",
)
C_LINE = "f * c + i * g"
C_LINES = tuple(each for each in product("ifo", repeat=2) if each != ("f", "i"))
"""What may multiply the old c, and what g, in a wrong line for c."""

GATES = ("i", "f", "g", "o")
ORDERS = tuple("".join(each) for each in permutations(GATES) if each != GATES)
"""The 23 orders in which torch's gates are not stacked."""


class CellExercise(FunctionExercise):
    """One step of an LSTM: of the slips that give the same numbers, the answer's text decides.

    Those are told whose lines are most like the answer's. Without a text, all are, in their order.
    """

    def _judge_numbers(self, answer: Callable, ours: list[Attempt]) -> Result:
        found = self.known.doing(ours)
        lines = _lines(_text_of(answer))
        alike = [self._alike(each, lines) for each in found]
        nearest = [s for s, count in zip(found, alike, strict=True) if count == max(alike)]
        if len(nearest) < len(found) and (said := told(nearest)):
            return self._incorrect(said[1], said[0])
        return super()._judge_numbers(answer, ours)

    def _judge_the_rest(self, answer: Callable, ours: list[Attempt], call: Callable) -> Result:
        """Name the cause where a layer of torch's got copies of the weights."""
        result = super()._judge_the_rest(answer, ours, call)
        layer = re.search(r"\b(LSTMCell|LSTM)\(", _text_of(answer))
        if result.misconception != "detached graph" or layer is None:
            return result
        return self._incorrect(_OF_TORCH.format(layer[1]), "torch's own cell")

    def _alike(self, slips: Sequence[Named], lines: set[str]) -> int:
        """Return how many lines an answer has in common with one that has these slips."""
        ways = product(*(each.ways for each in slips if isinstance(each, Slip)))
        edits = ({key: new for way in each for key, new in way.items()} for each in ways)
        return max(len(lines & _lines(edited(self.text.solution, each))) for each in edits)


_OF_TORCH = (
    "The numbers are right: they are made by PyTorch's own `nn.{}`. It works with copies of the "
    "four tensors, and so no gradient reaches those that came in. Write the step yourself, from "
    "`weight_ih`, `weight_hh` and the two biases as they come: one sum, four blocks, two equations."
)


def _text_of(answer: Callable) -> str:
    try:
        return textwrap.dedent(inspect.getsource(answer))
    except (OSError, TypeError):
        return ""


def _lines(code: str) -> set[str]:
    """Return the statements of a function, with the terms of a sum or a product in one order."""
    try:
        tree = _InOrder().visit(ast.parse(code))
    except SyntaxError:  # such as a lambda in the middle of a call
        return set()
    simple = (ast.Assign, ast.Return)
    return {ast.unparse(each) for each in ast.walk(tree) if isinstance(each, simple)}


class _InOrder(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.BinOp:
        self.generic_visit(node)
        if isinstance(node.op, ast.Add | ast.Mult) and ast.dump(node.left) > ast.dump(node.right):
            node.left, node.right = node.right, node.left
        return node


def cut(order: str) -> Edits:
    """Return the edit that names the four blocks in another order."""
    return {"z_i, z_f, z_g, z_o": ", ".join(f"z_{gate}" for gate in order)}


def cut_as(order: str) -> str:
    """Return what there is to say of it."""
    return f"cut as {', '.join(order)}; torch stacks i, f, g, o."


def exchanged_behind_the_cut(new_c: str) -> Iterator[Slip]:
    """Give the slips behind the cut that make the numbers of a wrong order."""
    h_line = f"o * torch.tanh({new_c})"
    for order in (each for each in ORDERS if each[2] == "g" and each != "figo"):
        i, f, o = now = [GATES[order.index(gate)] for gate in "ifo"]
        moved = listed([a for a, b in zip("ifo", now, strict=True) if a != b])
        said = f"In the equations for c and h, {moved} have changed places."
        edits = {C_LINE: f"{f} * c + {i} * g", h_line: h_line.replace("o *", f"{o} *")}
        yield together(f"{moved} exchanged", said, edits, paired=False)
    said = "i and g have changed their squeezing: sigmoid belongs to i, tanh to g."
    edits = {**_squeezed("i", "torch.tanh(z_{})"), **_squeezed("g", "torch.sigmoid(z_{})")}
    yield together("squeezing of i and g exchanged", said, edits, paired=False)


def slips(x: str, h: str, new_h: str, new_c: str) -> tuple[Place | Slip, ...]:
    """Return the slips but those in the order of the gates and in the line for c.

    ``x`` and ``h`` are the two terms of the sum as the code has them, the others its results.
    """
    return (*_sum(x, h), *_squeezing(), of_h(new_c), *_results(new_h, new_c))


def errors(x: str, h: str) -> Place:
    """Return what ends in an error: the same one wherever it stands, so it stands in the sum."""
    z = "(h @ weight_hh.T)"
    return place(
        f"{x} + {h}",
        alone=(
            ("W @ x.T in the sum", "A row of 4H numbers meets a row of B. If you write `W @ x.T`: "
             "that is (4H, B), with a column for each sentence. Write `x @ W.T`, which is (B, "
             "4H). (For h likewise.)", "weight_ih @ x.T + bias_ih", "bias_ih + weight_ih @ x.T"),
            ("blocks of 16", "If you cut blocks of 16: that is the lesson's H, and here H is "
             "another. `chunk(4, dim=-1)` finds it by itself, and `h.shape[-1]` is H.",
             f"{z}[:, 16:] * c", f"c * {z}[:, 16:]"),
            ("slices along the sentences", "If you cut the gates with `z[:H]`: that takes rows, "
             "and a row is a sentence. They lie side by side in the last axis: `z[:, :H]`. (A "
             "gate that is not cut at all has 4H numbers in a row, not H.)", f"{z} * c",
             f"c * {z}", f"{z} * {z}[2:]", f"{z}[2:] * {z}"),
            ("B for H", "B numbers meet H numbers. Did you read H from `h.shape[0]`? That is B, "
             "the number of sentences; H is `h.shape[-1]`. Or did you multiply one gate's weights "
             "the other way round? `W_ii @ x.T` is (H, B); `x @ W_ii.T` is (B, H).",
             f"{z}[:, :2] * c", f"c * {z}[:, :2]"),
            ("a gate that the dict does not have", "A gate is missing in your dict. If you cut z "
             "with `chunk(4)`: that cuts the sentences apart, and there are fewer than four. The "
             "gates lie side by side in the last axis: `z.chunk(4, dim=-1)`.", '{}["g"]',
             '{}["o"]', '{}["f"]', "{}[2]", "{}[3]", "{}[1]"),
            ("the lesson's names", "That line is the lesson's, with the lesson's names. There "
             "`cell` was a module that held the weights; here `cell` is a function of yours. Use "
             "the arguments: `weight_ih` for `cell.weight_ih`.", "cell.weight_ih",
             "cell.weight_hh", "cell.bias_ih", "cell.bias_hh"),
        ),
    )  # fmt: skip


def _sum(x: str, h: str) -> Iterator[Place | Slip]:
    xw, hw, both = "x @ weight_ih.T", "h @ weight_hh.T", f"{x} + {h}"
    tears = (
        "brought to shape {} with reshape or view. These read the numbers row by row and tear the "
        "rows apart; `.T` turns the matrix."
    )
    biases = "bias_ih", "bias_hh"
    half = "Half of the sum is missing: {}. A gate reads the word and the state."
    yield place(
        x,
        ("bias_ih dropped", "`bias_ih` is missing. PyTorch keeps two biases and adds both.", xw),
        ("x left out", "The word x is left out: the product of `x` and `weight_ih` is missing.",
         "bias_ih"),
        ("weight_ih reshaped", f"`weight_ih` was {tears.format('(I, 4H)')}",
         "x @ weight_ih.reshape(weight_ih.shape[::-1]) + bias_ih"),
    )  # fmt: skip
    yield place(
        h,
        ("bias_hh dropped", "`bias_hh` is missing. PyTorch keeps two biases and adds both.", hw),
        ("h left out", "The state h is left out: the product of `h` and `weight_hh` is missing.",
         "bias_hh"),
        ("gates read c", "Your gates read c: `weight_hh` is multiplied with `c`. In this LSTM the "
         "gates see x and h only; c is what they act on.", "c @ weight_hh.T + bias_hh"),
        ("weight_hh reshaped", f"`weight_hh` was {tears.format('(H, 4H)')}",
         "h @ weight_hh.reshape(weight_hh.shape[::-1]) + bias_hh"),
        ("W_h of each gate not transposed", "The blocks of `weight_hh` are used without turning "
         "them. As W_hi, W_hf, W_hg and W_ho are square (H, H), torch cannot notice. A row holds "
         "the weights of one unit: `h @ W_hi.T`.",
         "h @ torch.cat([W.T for W in weight_hh.chunk(4)]).T + bias_hh"),
    )  # fmt: skip
    yield place(
        both,
        ("both biases dropped", "Both biases are missing: `bias_ih` and `bias_hh` are added to "
         "the two products.", f"{xw} + {hw}"),
        ("all that comes from h left out", half.format("`h` with `weight_hh`, and `bias_hh`"), x),
        ("all that comes from x left out", half.format("`x` with `weight_ih`, and `bias_ih`"), h),
        alone=(
            *((f"{bias} used twice", f"`{bias}` is added twice and `{other}` not at all.",
               f"{both} + {bias} - {other}") for bias, other in permutations(biases)),
            *((f"{bias} doubled", f"`{bias}` is added twice. Each bias is added once.",
               f"{both} + {bias}") for bias in biases),
            ("both biases doubled", "Both biases are added twice. Each is added once; does a "
             "function that adds them already do so for you?", f"{both} + bias_ih + bias_hh"),
            ("biases subtracted", "The biases are subtracted; they are added.",
             f"{xw} + {hw} - bias_ih - bias_hh"),
            ("biases averaged", "You take the mean of the two biases. torch takes their sum.",
             f"{xw} + {hw} + (bias_ih + bias_hh) / 2"),
            ("products multiplied", "What comes from x and what comes from h are multiplied; they "
             "are added.", f"({x}) * ({h})"),
            ("products subtracted", "What comes from h is subtracted from what comes from x; the "
             "two are added.", f"{x} - ({h})"),
        ),
    )  # fmt: skip


def _squeezed(gates: Iterable[str], now: str) -> Edits:
    squeezes = {"i": "sigmoid", "f": "sigmoid", "g": "tanh", "o": "sigmoid"}
    return {f"torch.{squeezes[gate]}(z_{gate})": now.format(gate) for gate in gates}


def _squeezing() -> Iterator[Slip]:
    bare = (
        "In the equations, {names} {are} used as {sums}, not squeezed. (If you have squeezed: "
        "write {names} there, not {sums}.)"
    )
    subsets = [each for count in (1, 2, 3, 4) for each in combinations(GATES, count)]
    for gates, name, says, now in (
        *((gates, "{names} not squeezed", bare, "z_{}") for gates in subsets),
        *((gates, "tanh on {names}", "{names} {are} put through tanh. What says how much passes "
           "lies between 0 and 1: sigmoid.", "torch.tanh(z_{})") for gates in (*"ifo", "ifo")),
        ("g", "sigmoid on g", "g goes through sigmoid. g is what may be written into c, below or "
         "above zero: it goes through tanh. Only i, f and o are taps between 0 and 1.",
         "torch.sigmoid(z_{})"),
        ("g", "relu on g", "g goes through relu. In torch's LSTM it goes through tanh, so that c "
         "can also go down.", "torch.relu(z_{})"),
    ):  # fmt: skip
        words = {"names": listed([*gates]), "are": "is" if len(gates) == 1 else "are"}
        words["sums"] = listed([f"z_{gate}" for gate in gates])
        edits, paired = _squeezed(gates, now), len(gates) == 1
        yield together(name.format(**words), says.format(**words), edits, paired=paired)
    swapped = {**_squeezed("ifo", "torch.tanh(z_{})"), **_squeezed("g", "torch.sigmoid(z_{})")}
    said = "sigmoid and tanh have changed places: i, f and o go through sigmoid, g through tanh."
    yield together("sigmoid and tanh exchanged", said, swapped, paired=False)
    for gate, wrong in permutations(GATES, 2):
        (right,) = _squeezed(gate, "")
        edits = {right: right.replace(f"z_{gate}", f"z_{wrong}")}
        said = f"{gate} is made from z_{wrong}."
        yield together(f"{gate} from z_{wrong}", said, edits, paired=False)


def lines_for_c() -> Iterator[Slip]:
    """Give the lines for c in which other gates stand."""
    for keeps, writes in C_LINES:
        yield together(
            "i and f exchanged" if (keeps, writes) == ("i", "f") else f"{keeps} * c + {writes} * g",
            f"In the equation for c, {keeps} multiplies the old c, and {writes} multiplies g.",
            {C_LINE: f"{keeps} * c + {writes} * g"},
            paired=False,
        )


def of_c() -> Place:
    """Return the slips in the line for c but those that take another gate."""
    two = "c is made of two terms: what is kept of the old c, and what is newly written."
    return place(
        C_LINE,
        ("i left out", f"i is left out. {two} g is let in by i.", "f * c + g"),
        ("f left out", f"f is left out: all of the old c stays. {two}", "c + i * g"),
        ("old c left out", f"The old c is left out. {two}", "i * g"),
        ("nothing written", f"Nothing new is written: i and g are missing. {two}", "f * c"),
        ("g subtracted", "The new part of c is subtracted; it is added. g itself may be below "
         "zero.", "f * c - i * g"),
        ("tanh on the new c", "The new c goes through tanh before it is kept. c itself is not "
         "squeezed; tanh is taken only for h.", "torch.tanh(f * c + i * g)"),
        ("h in place of the old c", "The new c is made from the old h; f multiplies the old c.",
         "f * h + i * g"),
        alone=(
            ("f without c", f"f stands alone; it says how much of the old c is kept. {two}",
             "f + i * g"),
            ("terms multiplied", "The two terms of c are multiplied; they are added.",
             "f * c * i * g"),
            ("i and g added", "i and g are added to c; i has to multiply g: it says how much of g "
             "is let in.", "f * c + i + g"),
            ("f over the whole sum", "f multiplies the whole sum. It belongs to the old c alone: "
             "mind the parentheses.", "f * (c + i * g)"),
            ("i over the whole sum", "i multiplies the whole sum. It belongs to g alone: mind the "
             "parentheses.", "i * (f * c + g)"),
            ("coupled gates", "You use 1 - f in place of i. There are LSTMs like this (coupled "
             "gates); torch's has an i of its own.", "f * c + (1 - f) * g"),
            ("1 - f kept", "You keep 1 - f of the old c. f is named after forgetting, but it is "
             "the share that is kept.", "(1 - f) * c + i * g"),
            ("o applied to c", "o multiplies c. The output gate acts on h alone; c goes on "
             "untouched.", "o * (f * c + i * g)"),
        ),
    )  # fmt: skip


def of_h(new_c: str) -> Place:
    """Return the slips in the line for h."""
    return place(
        f"o * torch.tanh({new_c})",
        ("no tanh on c in h", "A tanh is missing in h: c goes through tanh before o lets it out.",
         f"o * {new_c}"),
        ("sigmoid on c in h", "On the way to h, c goes through sigmoid; it should be tanh.",
         f"o * torch.sigmoid({new_c})"),
        ("o left out", "o is left out: it says how much of tanh(c) is let out as h.",
         f"torch.tanh({new_c})"),
        alone=(
            *((f"{gate} in place of o", f"In the equation for h, {gate} stands in place of o.",
               f"{gate} * torch.tanh({new_c})") for gate in "if"),
            ("c left out of h", "Your h is o alone; o says how much of tanh(c) is let out.", "o"),
            ("o added", "o is added to tanh(c); it has to multiply it.",
             f"o + torch.tanh({new_c})"),
            ("o inside tanh", "o sits inside tanh. First tanh of c, then times o: mind the "
             "parentheses.", f"torch.tanh(o * {new_c})"),
            ("tanh of o", "tanh is taken of o; it belongs to c.", f"torch.tanh(o) * {new_c}"),
        ),
    )  # fmt: skip


def _results(h: str, c: str) -> Iterator[Place | Slip]:
    """Give the slips in what is returned, and those that go back to the states that came in."""
    right, came = f"return {h}, {c}", {"    z = ": "    old_h, old_c = h, c\n    z = "}
    yield place(
        right,
        ("returned c, h", "You return c, h; torch's order is h, c.", f"return {c}, {h}"),
        alone=(("o applied to the c returned", "h is right, but the c that you return was "
                "multiplied by o. c goes on untouched.", f"return {h}, o * {c}"),),
    )  # fmt: skip
    for name, says, *edit in (
        ("h from the old c", "h is made from the old c. First renew c, then make h from the new "
         "one.", f"o * torch.tanh({c})", "o * torch.tanh(old_c)"),
        ("old c returned", "h is right, but the c that you return is the old one, as it came in.",
         right, f"return {h}, old_c"),
        ("old h returned", "c is right, but the h that you return is the old one, as it came in.",
         right, f"return old_h, {c}"),
        ("both h and c old", "You return h and c as they came in: nothing is renewed.", right,
         "return old_h, old_c"),
    ):  # fmt: skip
        yield together(name, says, {**came, edit[0]: edit[1]}, paired=name == "h from the old c")
    said = (
        "h and c have changed roles: the gates read h, and f multiplies c. Did their names change "
        "places where they come in?"
    )
    yield together("h and c swapped as inputs", said, {"(x, h, c, ": "(x, c, h, "}, paired=False)
