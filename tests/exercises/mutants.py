"""Small random edits of a solution: what a hand that slips might write, and nobody thought of.

A name becomes another of the same function, a number goes up or down by one, an operator becomes
another one, a bound of a slice is taken away. The same seed gives the same mutants.
"""

import ast
import copy
import random
from collections.abc import Iterator

OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.MatMult, ast.Pow)
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


def mutants(code: str, count: int, seed: int) -> list[tuple[str, str]]:
    """Return up to ``count`` different edits of a function: what was changed, and the new code."""
    tree = ast.parse(code)
    same = ast.unparse(tree)
    found = {text: change for change, text in _all(tree) if text != same}
    texts = sorted(found)
    random.Random(seed).shuffle(texts)
    return [(found[text], text) for text in texts[:count]]


def _all(tree: ast.Module) -> Iterator[tuple[str, str]]:
    nodes = list(ast.walk(tree))
    names = sorted({n.id for n in nodes if isinstance(n, ast.Name)} | _arguments(nodes))
    local = [n for n in names if n in _arguments(nodes) | _assigned(nodes)]
    for node in nodes:
        as_it_was = dict(vars(node))
        for change, edit in _edits(copy.copy(node), local):
            edit(node)
            text = ast.unparse(tree)
            vars(node).update(as_it_was)
            yield f"line {getattr(node, 'lineno', 0)}: {change}", text


def _arguments(nodes: list[ast.AST]) -> set[str]:
    return {n.arg for n in nodes if isinstance(n, ast.arg)}


def _assigned(nodes: list[ast.AST]) -> set[str]:
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _edits(node, local):
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in local:
        for other in local:
            if other != node.id:
                yield f"{node.id} -> {other}", lambda n, other=other: setattr(n, "id", other)
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for step in (-1, 1):
            new = node.value + step
            yield f"{node.value} -> {new}", lambda n, new=new: setattr(n, "value", new)
    if isinstance(node, ast.BinOp):
        for kind in OPERATORS:
            if not isinstance(node.op, kind):
                change = f"{type(node.op).__name__} -> {kind.__name__}"
                yield change, lambda n, kind=kind: setattr(n, "op", kind())
    if isinstance(node, ast.Compare):
        for kind in COMPARISONS:
            if not isinstance(node.ops[0], kind):
                change = f"{type(node.ops[0]).__name__} -> {kind.__name__}"
                yield change, lambda n, kind=kind: setattr(n, "ops", [kind()])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "minus gone", lambda n: setattr(n, "op", ast.UAdd())
    if isinstance(node, ast.Slice):
        for bound in ("lower", "upper"):
            if getattr(node, bound) is not None:
                yield f"no {bound} bound", lambda n, bound=bound: setattr(n, bound, None)
