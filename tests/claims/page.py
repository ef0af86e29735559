"""What a lesson defines on its page, for tests that hold it to something else."""

import ast
from functools import cache
from typing import Any

from lstm_lessons.environment.clone import Clone


@cache
def _definitions(lesson: str) -> dict[str, str]:
    [path] = (Clone.here().root / "notebooks" / "source").glob(f"{lesson}_*.py")
    text = path.read_text(encoding="utf-8")
    return {
        node.name: ast.unparse(node)
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


def defined(lesson: str, name: str, *change: str, **known: Any) -> Any:
    """Return a function or class of a lesson, such as "19"; ``known`` is what its code reads.

    ``change`` is a text in it, which stands there once, and what takes its place.
    """
    code = _definitions(lesson)[name]
    if change:
        assert code.count(change[0]) == 1, change
        code = code.replace(*change)
    exec(code, known)
    return known[name]
