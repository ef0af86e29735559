"""Every notebook is made from its source, is executed by the test command, and says what the
package says."""

import ast
import os
import subprocess
import sys
from copy import deepcopy
from functools import cache

import nbformat
import pytest
import torch
from torch import nn

from lstm_lessons.environment.clone import Clone
from lstm_lessons.lstm.cell import lstm_step
from lstm_lessons.lstm.ragged import Weights, run_direction
from lstm_lessons.publishing import notebooks
from lstm_lessons.publishing.notebooks import EDITED_COPY

CLONE = Clone.here()
ROOT = CLONE.root


def test_notebooks_and_sources_agree():
    assert notebooks.disagreements(ROOT) == []


def collected():
    """Return the code cells that the test command would run, by notebook."""
    command = [sys.executable, "-m", "lstm_lessons", "test"]
    done = subprocess.run(
        # Test files are left out: their imports take long, and notebooks are what is asked for.
        [*command, "--", "--collect-only", "-q", "--ignore-glob=*/test_*.py", "-n", "0"],
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


@pytest.mark.slow
def test_the_test_command_executes_every_notebook():
    assert collected() == every_notebook()


def test_every_notebook_is_compared():
    """A cell that was never run, or notebooks with few outputs, would pass nbval unseen."""
    for path in notebooks.committed(ROOT):
        count = notebooks.count_cells(nbformat.read(path, as_version=4))
        assert count.with_outputs, f"{path.name} has no output that nbval could compare"
        assert count.excused <= 2, f"{path.name}: {count}"


# --- What a lesson derives is what the package says, and no later lesson says it again ------------


class Bare(ast.NodeTransformer):
    """Takes from a tree what a lesson leaves out: docstrings and annotations."""

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.returns = None
        return self._without_docstring(node)

    def visit_ClassDef(self, node):
        self.generic_visit(node)
        return self._without_docstring(node)

    def visit_AnnAssign(self, node):
        return ast.Assign([node.target], node.value)

    def visit_arg(self, node):
        node.annotation = None
        return node

    @staticmethod
    def _without_docstring(node):
        if ast.get_docstring(node) is not None:
            del node.body[0]
        return node


def definitions(path):
    """Return the functions and classes of a file's top level, by name."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name: node for node in body if isinstance(node, kinds)}


def bare(node):
    return ast.dump(Bare().visit(deepcopy(node)), indent=1)


@cache
def lessons():
    """Return what each lesson defines, by the lesson's name."""
    return {path.stem: definitions(path) for path in (ROOT / "notebooks/source").glob("*.py")}


@cache
def package():
    """Return what each file of the package defines, but of those rooms that derive nothing."""
    return {
        path.relative_to(ROOT / "lstm_lessons").as_posix(): definitions(path)
        for path in (ROOT / "lstm_lessons").rglob("*.py")
        if not {"exercises", "data", "workshop"}.intersection(path.parts)
    }


DERIVED = (
    ("01_why_gates", "sigmoid", "lstm/plain.py"),
    ("03_the_cell_by_hand", "apply_gates", "lstm/cell.py"),
    ("03_the_cell_by_hand", "lstm_step", "lstm/cell.py"),
    ("03_the_cell_by_hand", "ManualLSTMCell", "lstm/cell.py"),
    ("04_unrolling_in_time", "unroll", "lstm/unroll.py"),
    ("09_ragged_sequences", "run_packed", "lstm/reader.py"),
    ("09_ragged_sequences", "Reader", "lstm/reader.py"),
    ("10_backpropagation_by_hand", "gates_backward", "lstm/backprop.py"),
    ("12_projections", "projected_step", "lstm/relatives.py"),
    ("12_projections", "unroll_step", "lstm/relatives.py"),
    *(
        ("12_projections", name, "lstm/ragged.py")
        for name in ("input_sums", "run_direction", "run_stack")
    ),
    *(
        ("13_relatives", name, "lstm/relatives.py")
        for name in (
            "step_of_1997",
            "peephole_step",
            "gru_step",
            "papers_gru_step",
        )
    ),
    *(("16_speed", name, "ladder/plain.py") for name in ("per_sample", "one_product", "hoisted")),
    ("17_shipping_and_other_frameworks", "OneStep", "lstm/reader.py"),
    *(
        ("17_shipping_and_other_frameworks", name, "lstm/frameworks.py")
        for name in ("reorder", "to_keras")
    ),
    *(("19_gates_without_a_loop", name, "lstm/minimal.py") for name in ("minimal_gates", "scan")),
    *(
        ("20_a_matrix_for_a_memory", name, "lstm/matrix.py")
        for name in ("matrix_step", "matrix_loop", "left_of", "matrix_at_once", "attention")
    ),
)
# Of one direction, with both biases and without projection: the package adds what is more general.
SIMPLER = tuple(
    ("10_backpropagation_by_hand", name, "lstm/backprop.py")
    for name in ("step_backward", "direction_backward")
)
ONLY_THE_SIMPLER = {
    "d_weights = Weights(d_weight_ih, d_weight_hh, d_bias, d_bias)",
    "for t in reversed(range(len(steps))):",
}
# The public class is the derived one with torch's checks before it: it says so by its base.
CHECKED = ("03_the_cell_by_hand", "ManualLSTMCell", "lstm/manual.py")


def test_what_lessons_and_package_both_define_is_listed():
    """A lesson that defines again what an earlier one derived makes a row too many here."""
    both = {
        (lesson, name, file)
        for lesson, derived in lessons().items()
        for file, kept in package().items()
        for name in derived.keys() & kept.keys()
    }
    assert both == {*DERIVED, *SIMPLER, CHECKED}


@pytest.mark.parametrize(
    ("lesson", "name", "file"), DERIVED, ids=[f"{name}-{file}" for _, name, file in DERIVED]
)
def test_the_lesson_derives_what_the_package_says(lesson, name, file):
    assert bare(lessons()[lesson][name]) == bare(package()[file][name])


def lines_of(path, name):
    """Return the arguments of a function of a file, and its statements, line by line."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    (node,) = (each for each in body if getattr(each, "name", "") == name)
    text = ast.unparse(ast.fix_missing_locations(Bare().visit(node)).body)
    return [each.arg for each in node.args.args], [line.strip() for line in text.split("\n")]


@pytest.mark.parametrize(("lesson", "name", "file"), SIMPLER, ids=[each[1] for each in SIMPLER])
def test_the_simpler_function_of_the_lesson_is_in_the_package_line_by_line(lesson, name, file):
    arguments, simpler = lines_of(ROOT / "notebooks/source" / f"{lesson}.py", name)
    more, whole = lines_of(ROOT / "lstm_lessons" / file, name)
    assert more[: len(arguments)] == arguments
    places = [whole.index(line) for line in simpler if line not in ONLY_THE_SIMPLER]
    assert len(places) >= 2 and places == sorted(places)


def test_the_public_cell_is_the_derived_one_with_checks():
    from lstm_lessons import ManualLSTMCell, cell

    assert issubclass(ManualLSTMCell, cell.ManualLSTMCell)


def made_in_a_lesson(lesson, name, **known):
    """Return a function or class as the lesson defines it."""
    path = ROOT / "notebooks/source" / f"{lesson}.py"
    found = [
        node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name
    ]
    exec(compile(ast.Module(found, []), str(path), "exec"), known)
    return known[name]


def test_the_lessons_loop_over_a_staircase_is_the_packages():
    unroll_packed = made_in_a_lesson(
        "09_ragged_sequences", "unroll_packed", torch=torch, lstm_step=lstm_step
    )
    lstm = nn.LSTM(4, 3).double()
    sizes = torch.tensor([5, 3, 3, 1])
    data, (h, c) = torch.randn(12, 4).double(), torch.randn(2, 5, 3).double()
    found = unroll_packed(data, sizes, h, c, lstm.all_weights[0])
    wanted = run_direction(data, tuple(sizes.tolist()), h, c, Weights(*lstm.all_weights[0]))
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


def test_no_exercise_defines_what_a_lesson_derived():
    for path in (ROOT / "exercises/source").glob("*.py"):
        assert not definitions(path).keys() & {name for _, name, _ in DERIVED}, path.name


def test_trees_differ_where_code_does_and_only_there():
    def tree(text):
        return bare(ast.parse(text).body[0])

    one = 'def f(x: int, y=1) -> int:\n    """Say."""\n    z: int = x  # why\n    return z + y\n'
    same = "def f(x, y=1):\n    z = x\n    return (z\n        + y)\n"
    assert tree(one) == tree(same)
    for other in ("return z - y", "return y + z", "x = z\n    return z + y"):
        assert tree(same.replace("return (z\n        + y)", other)) != tree(one)
    assert tree(same.replace("y=1", "y=2")) != tree(one)
