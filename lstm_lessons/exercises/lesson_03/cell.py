"""One step of an LSTM as an exercise, wherever it is written: for 03.1 and 03.2."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Sequence
from itertools import product

from lstm_lessons.exercises.engine.attempts import Attempt
from lstm_lessons.exercises.engine.elsewhere import Elsewhere
from lstm_lessons.exercises.engine.function_exercise import FunctionExercise
from lstm_lessons.exercises.engine.known import Named, told
from lstm_lessons.exercises.engine.result import Result
from lstm_lessons.exercises.engine.slips import Place, Slip, edited
from lstm_lessons.exercises.lesson_03 import equations, gates

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


def slips(x: str, h: str, new_h: str, new_c: str) -> tuple[Place | Slip, ...]:
    """Return the slips but those in the order of the gates and in the line for c.

    ``x`` and ``h`` are the two terms of the sum as the code has them, the others its results.
    """
    return (
        *gates.of_the_sum(x, h),
        *gates.of_the_squeezing(),
        equations.of_h(new_c),
        *equations.of_the_results(new_h, new_c),
    )


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
    if isinstance(answer, Elsewhere):
        return textwrap.dedent(answer.source)
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
