"""Faults planted in the course: each is seen, and for the right reason.

Four go end to end: planted together in one copy of the course, where the real test command then
fails on each of them and on nothing else. Beside them stands one small notebook with every kind of
fault that nbval compares. The others are planted in process, beside the function that sees
them: a file of the package is run with one text changed, and its test is called.

What else was once planted in copies is now broken where its rule is tested:

| fault | seen by |
|---|---|
| stripped outputs, saved widgets, an excuse without a reason, an error that no tag announces | `test_notebooks_lint.py`, `BREAKS` |
| a wrong solution in a source | `exercises/test_lesson_NN.py`, which tries it against the truth |
| a source, a cell's metadata, a notebook or a source file changed without a build | `test_build.py`, `DRIFTS` |
| gates in another order, and 200 more wrong lines of ManualLSTM | `test_manual_lstm_mutations.py` |
| another verdict than "Correct" | `exercises/test_front.py` |
| a cell that depends on being run once, or where it is run | `test_strict.py` |
| a notebook that reaches the network | `test_offline.py`, `test_commands_test.py` |
| controls without names, keys, mouse, focus or theme | `browser/test_lab.py` |
"""  # noqa: E501

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
import test_explorers
import test_explorers_gates_and_shapes as shapes_drawn
import test_package_core
from notebook_rules import RULES

from lstm_lessons.course import lesson
from lstm_lessons.environment.clone import Clone
from lstm_lessons.explorers import gates_and_shapes
from lstm_lessons.publishing import notebooks

ROOT = Clone.here().root
LESSON_02, LESSON_03 = (
    f"notebooks/{name}.ipynb" for name in ("02_gates_and_shapes", "03_the_cell_by_hand")
)


# --- In process ----------------------------------------------------------------------------------


def changed(path: str, old: str, new: str) -> ModuleType:
    """Return a module of the package in which the one text ``old`` says ``new``."""
    text = (ROOT / "lstm_lessons" / path).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path} says {old!r} {text.count(old)} times"
    name = "lstm_lessons." + path.removesuffix(".py").replace("/", ".")
    module = ModuleType(name)
    module.__file__ = str(ROOT / "lstm_lessons" / path)
    module.__package__ = name.rpartition(".")[0]
    exec(compile(text.replace(old, new), path, "exec"), module.__dict__)
    return module


def test_a_wrong_count_of_parameters(monkeypatch):
    wrong = changed("shapes.py", "rest = 8 * H", "rest = 4 * H")
    monkeypatch.setattr(test_package_core, "count_parameters", wrong.count_parameters)
    test_package_core.test_the_ledger_lists_the_parameters_of_a_real_layer(1, False, False, 0)
    with pytest.raises(AssertionError):
        test_package_core.test_the_ledger_lists_the_parameters_of_a_real_layer(1, True, False, 0)


def test_a_wrong_shape_in_a_drawing(monkeypatch):
    shapes_drawn.test_shapes_rows_and_count_are_those_of_torch("g", [(100, 16)])
    wrong = changed(
        "explorers/gates_and_shapes.py", "str(entry.shape), 15", "str(entry.shape[::-1]), 15"
    )
    monkeypatch.setattr(shapes_drawn, "view", wrong.view)
    with pytest.raises(AssertionError):
        shapes_drawn.test_shapes_rows_and_count_are_those_of_torch("g", [(100, 16)])


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ('observe(self._redraw, names="value")', 'observe(self._redraw, names="values")',
         AssertionError),
        ("def _redraw(self, change: object = None)", "def _redraw(self)", TypeError),
    ],
    ids=["sliders that redraw nothing", "a callback that raises"],
)  # fmt: skip
def test_sliders(old, new, error, monkeypatch):
    test_explorers.test_every_move_of_a_slider_shows_the_picture_of_its_values("gates_and_shapes")
    module = sys.modules[gates_and_shapes.__module__]
    monkeypatch.setattr(module, "Explorer", changed("explorers/base.py", old, new).Explorer)
    with pytest.raises(error):
        test_explorers.test_every_move_of_a_slider_shows_the_picture_of_its_values(
            "gates_and_shapes"
        )


@pytest.mark.slow
def test_an_objective_changed_without_a_build(monkeypatch):
    other = replace(lesson("03"), objectives=("write one step of an LSTM",))
    monkeypatch.setattr(notebooks, "lesson", lambda n: other if n == "03" else lesson(n))
    assert [line.partition(":")[0] for line in notebooks.disagreements(ROOT)] == [LESSON_03]


# --- End to end ----------------------------------------------------------------------------------

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "build", ".*_cache", ".ipynb_checkpoints", "artefacts",
    "*.egg-info", "*.edited-*.ipynb", "my_lessons",
)  # fmt: skip


def failures(root: Path, *paths: str) -> tuple[int, set[str], str]:
    """Run the test command in a folder; return its status, what failed, and all that was said."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environ["PYTHONPATH"] = str(root)
    options = ["-n", "0", "-p", "no:cacheprovider", "-rfE"]
    done = subprocess.run(
        [sys.executable, "-m", "lstm_lessons", "test", "--", *options, *paths],
        cwd=root, env=environ, capture_output=True, text=True,
    )  # fmt: skip
    failed = re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout, flags=re.MULTILINE)
    return done.returncode, set(failed), done.stdout + done.stderr


@pytest.fixture(scope="module")
def copied(tmp_path_factory) -> Path:
    """Return a copy of the course, without environment and history."""
    return Path(shutil.copytree(ROOT, tmp_path_factory.mktemp("planted") / "copy", ignore=LEFT_OUT))


def stored(root: Path, path: str, change: Callable[[nbformat.NotebookNode], object]) -> None:
    """Change a stored notebook."""
    notebook = nbformat.read(root / path, as_version=4)
    before = json.dumps(notebook)
    change(notebook)
    assert json.dumps(notebook) != before, "the fault changed nothing"
    nbformat.write(notebook, root / path)


def change_a_number(notebook):
    """Change the first digit that a cell prints."""
    said = next(
        output
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and re.search(r"\d", output.text)
    )
    said.text = re.sub(r"\d", lambda digit: str(9 - int(digit[0])), said.text, count=1)


def strip(notebook):
    """Strip what a tool that keeps notebooks small would strip: nbval alone lets this pass."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []


def text(root: Path, path: str, old: str, new: str) -> None:
    """Change a text: the one place that says ``old`` says ``new``."""
    content = (root / path).read_text(encoding="utf-8")
    assert content.count(old) == 1, f"{path} says {old!r} {content.count(old)} times"
    (root / path).write_text(content.replace(old, new), encoding="utf-8")


LINT = "tests/test_notebooks_lint.py::test_notebook"
LEFT_BY_STRIPPING = {
    "every_cell_was_run_in_order",
    "cells_that_print_have_outputs",
    "a_prompt_asks_one_thing_and_the_next_cell_answers",
    "pictures_come_early_and_often",
}
"""The rules that a notebook without outputs breaks."""
STRIPPED, WHOLE = f"{LINT}[{LESSON_03}]", f"{LINT}[{LESSON_02}]"
EXECUTED = "tests/test_notebooks_proof.py::test_the_test_command_executes_every_notebook"
STEP = "tests/test_package_core.py::test_one_step_equals_torch"
PATHS = (LESSON_02, STRIPPED, WHOLE, EXECUTED, STEP)


# What stands in a cell, what its output is said to be, and whether that passes.
Output = nbformat.NotebookNode | None


def printed(text: str) -> Output:
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def displayed(text: str) -> Output:
    return nbformat.v4.new_output("display_data", data={"text/plain": "p", "text/html": text})


SHOW = (
    "from IPython.display import display\ndisplay({'text/plain': 'p', 'text/html': 'AB'}, raw=True)"
)
CELLS = [
    ("print(1 + 1)", printed("2\n"), True),
    ("print(1 + 1)", printed("3\n"), False),
    ("print(1 + 1)", None, False),
    ("1 + 1", printed("2\n"), False),
    (SHOW, displayed("AB"), True),
    (SHOW, displayed("AC"), False),
    ("assert 1 + 1 == 2", None, True),
    ("assert 1 + 1 == 3", None, False),
    ("from lstm_lessons import no_such_name", None, False),
    ("x = undefined", None, False),
    ("x = 1", None, True),
]


PLANTED = "notebooks/99_planted.ipynb"


def plant(root: Path) -> None:
    """Write one notebook of all CELLS, so that one kernel will do."""
    cells = []
    for count, (source, output, _) in enumerate(CELLS, 1):
        cell = nbformat.v4.new_code_cell(source, execution_count=count)
        cell.outputs = [] if output is None else [output]
        cells.append(cell)
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    nbformat.write(notebook, root / PLANTED)


@pytest.mark.slow
def test_faults_end_to_end(copied):
    """Each fails what it should, and nothing else fails; a cell that fails stops no other."""
    plant(copied)
    stored(copied, LESSON_02, change_a_number)
    stored(copied, LESSON_03, strip)
    text(copied, "lstm_lessons/lstm/cell.py", "z_i, z_f, z_g, z_o =", "z_i, z_f, z_o, z_g =")
    text(copied, "pyproject.toml", '"tests", "notebooks", "exercises"]', '"tests", "notebooks"]')
    status, failed, said = failures(copied, PLANTED, *PATHS)
    assert status != 0, said[-3000:]
    cells = {name for name in failed if name.startswith(f"{LESSON_02}::Cell ")}
    steps = {name for name in failed if name.startswith(f"{STEP}[")}
    planted = {f"{PLANTED}::Cell {n}" for n, (_, _, passes) in enumerate(CELLS) if not passes}
    assert len(cells) == 1 and len(steps) == 4, said[-3000:]
    assert failed == {*cells, *steps, *planted, STRIPPED, EXECUTED}, said[-3000:]
    broken = {rule.__name__ for rule, _ in RULES if f"{rule.__name__}: " in said}
    assert broken == LEFT_BY_STRIPPING, said[-3000:]
