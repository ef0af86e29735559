"""Every notebook is made from its source, is executed by the test command, and says what the
package says."""

import ast
import os
import subprocess
import sys

import nbformat
import pytest

from lstm_lessons.environment.clone import Clone
from lstm_lessons.publishing import notebooks
from lstm_lessons.publishing.notebooks import EDITED_COPY

CLONE = Clone.here()
ROOT = CLONE.root


def test_notebooks_and_sources_agree():
    assert notebooks.disagreements(ROOT) == []


def collected(*arguments):
    """Return the code cells that the test command would run, by notebook."""
    command = [sys.executable, "-m", "lstm_lessons", "test", *arguments]
    done = subprocess.run(
        [*command, "--", "--collect-only", "-q", "-p", "no:cacheprovider"],
        cwd=ROOT, env=CLONE.environ(), capture_output=True, text=True,
    )  # fmt: skip
    cells = {}
    for line in done.stdout.split("\n"):
        name, _, cell = line.strip().partition("::Cell ")
        if cell.isdigit():
            cells.setdefault(name, set()).add(int(cell))
    assert cells, done.stdout + done.stderr
    return cells


def code_cells(path):
    cells = nbformat.read(path, as_version=4).cells
    return set(range(sum(cell.cell_type == "code" for cell in cells)))


def every_notebook():
    """Return the notebooks in the three folders, found without the build's own help."""
    found = {}
    for folder in ("notebooks", "exercises"):
        for directory, folders, files in os.walk(ROOT / folder):
            folders[:] = [each for each in folders if each != ".ipynb_checkpoints"]
            for name in files:
                if name.endswith(".ipynb") and not EDITED_COPY.search(name):
                    path = os.path.join(directory, name)
                    found[os.path.relpath(path, ROOT).replace(os.sep, "/")] = code_cells(path)
    return found


@pytest.mark.parametrize("options", [[], ["--fast"]], ids=["all", "fast"])
def test_the_test_command_executes_every_notebook(options):
    assert collected(*options) == every_notebook()


def test_every_notebook_is_compared():
    """A cell that was never run, or notebooks with few outputs, would pass nbval unseen."""
    for path in notebooks.committed(ROOT):
        count = notebooks.count_cells(nbformat.read(path, as_version=4))
        assert count.with_outputs, f"{path.name} has no output that nbval could compare"
        assert count.excused <= 2, f"{path.name}: {count}"


# --- What lesson 03 derives is what the package says ---------------------------------------------


class Bare(ast.NodeTransformer):
    """Takes from a tree what a lesson leaves out: docstrings and annotations."""

    def visit_FunctionDef(self, node):  # noqa: N802 - ast's name
        self.generic_visit(node)
        node.returns = None
        return self._without_docstring(node)

    def visit_ClassDef(self, node):  # noqa: N802 - ast's name
        self.generic_visit(node)
        return self._without_docstring(node)

    def visit_arg(self, node):
        node.annotation = None
        return node

    @staticmethod
    def _without_docstring(node):
        if ast.get_docstring(node) is not None:
            del node.body[0]
        return node


def definition(text, name):
    """Return the one definition of this name in a text, bare, as a string."""
    found = [node for node in ast.walk(ast.parse(text)) if getattr(node, "name", None) == name]
    assert len(found) == 1, f"expected one definition of {name}, found {len(found)}"
    return ast.dump(Bare().visit(found[0]), indent=1)


DERIVED = (
    ("03_the_cell_by_hand", "apply_gates", "lstm/cell.py"),
    ("03_the_cell_by_hand", "lstm_step", "lstm/cell.py"),
    ("03_the_cell_by_hand", "ManualLSTMCell", "lstm/manual.py"),
    ("09_ragged_sequences", "first_rows", "lstm/ragged.py"),
    ("09_ragged_sequences", "replace_first_rows", "lstm/ragged.py"),
)


@pytest.mark.parametrize(
    ("lesson", "name", "file"), DERIVED, ids=[f"{name}-{file}" for _, name, file in DERIVED]
)
def test_the_lesson_derives_what_the_package_says(lesson, name, file):
    derived = (ROOT / "notebooks/source" / f"{lesson}.py").read_text(encoding="utf-8")
    package = (ROOT / "lstm_lessons" / file).read_text(encoding="utf-8")
    assert definition(derived, name) == definition(package, name)


def test_the_loop_over_time_is_the_same_in_every_lesson():
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "notebooks/source").glob("*.py")]
    loops = [definition(text, "unroll") for text in texts if "\ndef unroll(" in text]
    assert len(set(loops)) <= 1


def test_trees_differ_where_code_does_and_only_there():
    one = 'def f(x: int, y=1) -> int:\n    """Say."""\n    # a remark\n    return x + y\n'
    same = "def f(x, y=1):\n    return (x\n        + y)\n"
    assert definition(one, "f") == definition(same, "f")
    for other in ("return x - y", "return y + x", "x = x\n    return x + y"):
        assert definition(same.replace("return (x\n        + y)", other), "f") != definition(
            one, "f"
        )
    assert definition(same.replace("y=1", "y=2"), "f") != definition(one, "f")
