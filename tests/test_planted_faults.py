"""Faults planted in copies of the course: the test command fails on each, for the right reason.

A fault is what is done to a copy, the tests that are then run there, and a pattern for the tests
that must fail. No other test of the run may fail, and the copy without a fault passes them all.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from lstm_lessons.environment.clone import Clone

pytestmark = pytest.mark.slow

ROOT = Clone.here().root
LESSON_00, LESSON_02, LESSON_03 = (
    f"notebooks/{name}.ipynb"
    for name in ("00_start_here", "02_gates_and_shapes", "03_the_cell_by_hand")
)
SOLVED_02, SOLVED_03 = (
    f"exercises/solutions/{name}.ipynb" for name in ("02_gates_and_shapes", "03_the_cell_by_hand")
)
LINT = "tests/test_notebooks_lint.py::test_notebook"
AGREE = "tests/test_notebooks_proof.py::test_notebooks_and_sources_agree"
EXECUTED = "tests/test_notebooks_proof.py::test_the_test_command_executes_every_notebook[fast]"
DERIVED = "tests/test_notebooks_proof.py::test_the_lesson_derives_what_the_package_says"
SPLIT = "tests/exercises/test_lesson_03.py::test_every_case_of_the_split_can_be_put_together_again"
STEP = "tests/test_package_core.py::test_one_step_equals_torch"
COUNTS = "tests/test_package_core.py::test_the_ledger_lists_the_parameters_of_a_real_layer"
SHAPES_DRAWN = (
    "tests/test_explorers_gates_and_shapes.py::test_shapes_rows_and_count_are_those_of_torch"
)


# --- What can be done to a copy ------------------------------------------------------------------


def text(path: str, old: str, new: str) -> Callable[[Path], None]:
    """Return a change of a text: the one place that says ``old`` says ``new``."""

    def plant(root: Path) -> None:
        file = root / path
        content = file.read_text(encoding="utf-8")
        assert content.count(old) == 1, f"{path} says {old!r} {content.count(old)} times"
        file.write_text(content.replace(old, new), encoding="utf-8")

    return plant


def stored(path: str, change: Callable[[nbformat.NotebookNode], object]) -> Callable[[Path], None]:
    """Return a change of a stored notebook."""

    def plant(root: Path) -> None:
        notebook = nbformat.read(root / path, as_version=4)
        before = json.dumps(notebook)
        change(notebook)
        assert json.dumps(notebook) != before, "the fault changed nothing"
        nbformat.write(notebook, root / path)

    return plant


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printing(notebook):
    """Return the code cells that print."""
    return [c for c in code(notebook) if any(o.output_type == "stream" for o in c.outputs)]


def change_a_number(notebook):
    for cell in printing(notebook):
        said = cell.outputs[0].text
        if digit := re.search(r"\d", said):
            other = str(9 - int(digit[0]))
            cell.outputs[0].text = said[: digit.start()] + other + said[digit.end() :]
            return


def change_a_picture(notebook):
    """Change one letter of the first picture's data, as a redrawn picture would."""
    for cell in code(notebook):
        for output in cell.outputs:
            html = output.get("data", {}).get("text/html", "")
            if "base64," in html:
                at = html.index("base64,") + 200
                other = "A" if html[at] != "A" else "B"
                output.data["text/html"] = html[:at] + other + html[at + 1 :]
                return


def delete_an_output(notebook):
    printing(notebook)[0].outputs.clear()


def strip(notebook):
    """Strip what a tool that keeps notebooks small would strip: nbval alone lets this pass."""
    for cell in code(notebook):
        cell.execution_count = None
        cell.outputs = []


def save_widgets(notebook):
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


def excuse(notebook):
    printing(notebook)[0].metadata["tags"] = ["nbval-ignore-output"]


def raise_untagged(notebook):
    error = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=["no"])
    count = len(code(notebook)) + 1
    cell = nbformat.v4.new_code_cell('raise ValueError("no")', execution_count=count)
    cell.outputs = [error]
    notebook.cells.append(cell)


def fail_an_assertion(notebook):
    """Ask of the first comparison that the numbers differ."""
    cell = next(cell for cell in code(notebook) if "assert torch.allclose(" in cell.source)
    cell.source = cell.source.replace("assert torch.allclose(", "assert not torch.allclose(", 1)


def add_a_notebook(folder: str) -> Callable[[Path], None]:
    """Return a change that adds a notebook in a folder that pytest does not walk into."""

    def plant(root: Path) -> None:
        (root / folder).mkdir(parents=True)
        shutil.copy(root / LESSON_03, root / folder)

    return plant


def spoil_a_solution(root: Path) -> None:
    """Write a wrong solution, as an author might, and build it."""
    text(
        "exercises/source/03_the_cell_by_hand.py",
        "    return {order[k]: blocks[k] for k in range(4)}",
        "    return {order[k]: blocks[3 - k] for k in range(4)}",
    )(root)
    done = command(root, "build", "03")
    assert done.returncode == 0, done.stderr


# --- The faults ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """What is planted, which tests are run, and which of them fail: all match ``fails``."""

    name: str
    plant: Callable[[Path], object]
    run: tuple[str, ...]
    fails: tuple[str, ...]


IN_NOTEBOOKS = [
    Fault("a changed number in an output", stored(LESSON_02, change_a_number),
          run=(LESSON_02,), fails=(rf"{LESSON_02}::Cell \d+",)),
    Fault("a changed picture", stored(LESSON_00, change_a_picture),
          run=(LESSON_00,), fails=(rf"{LESSON_00}::Cell \d+",)),
    Fault("a deleted output", stored(LESSON_03, delete_an_output),
          run=(LESSON_03,), fails=(rf"{LESSON_03}::Cell \d+",)),
    Fault("stripped execution counts and outputs", stored(LESSON_03, strip),
          run=(LESSON_03, LINT),
          fails=(rf"{LINT}\[{LESSON_03}-every_cell_was_run_in_order\]",
                 rf"{LINT}\[{LESSON_03}-cells_that_print_have_outputs\]")),
    Fault("an assertion that fails", stored(LESSON_03, fail_an_assertion),
          run=(LESSON_03,), fails=(rf"{LESSON_03}::Cell \d+",)),
    Fault("an exception that no tag announces", stored(SOLVED_02, raise_untagged),
          run=(SOLVED_02,), fails=(rf"{SOLVED_02}::Cell \d+",)),
    Fault("saved widgets", stored(LESSON_03, save_widgets),
          run=(LINT, AGREE), fails=(rf"{LINT}\[{LESSON_03}-holds_nothing_of_the_session\]", AGREE)),
    Fault("an excuse without a reason", stored(LESSON_03, excuse),
          run=(LINT, AGREE),
          fails=(rf"{LINT}\[{LESSON_03}-excuses_are_few_and_have_reasons\]", AGREE)),
    Fault("a notebook where pytest does not look", add_a_notebook("notebooks/build"),
          run=(EXECUTED,), fails=(re.escape(EXECUTED),)),
    Fault("a folder that the test command forgets",
          text("pyproject.toml", 'testpaths = ["tests", "notebooks", "exercises"]',
               'testpaths = ["tests", "notebooks"]'),
          run=(EXECUTED,), fails=(re.escape(EXECUTED),)),
]  # fmt: skip

IN_TEXTS = [
    Fault("a source edited without a build",
          text("notebooks/source/03_the_cell_by_hand.py", "## Six equations", "## 6 equations"),
          run=(AGREE,), fails=(AGREE,)),
    Fault("an objective changed without a build",
          text("lstm_lessons/course.py", "write one step of an LSTM from its six equations",
               "write one step of an LSTM"),
          run=(AGREE,), fails=(AGREE,)),
    Fault("an exercise whose solution is wrong", spoil_a_solution,
          run=(SPLIT,), fails=(SPLIT,)),
    Fault("another gate order in the cell",
          text("lstm_lessons/lstm/cell.py", "z_i, z_f, z_g, z_o =", "z_i, z_f, z_o, z_g ="),
          run=(STEP, DERIVED), fails=(rf"{STEP}\[.*\]", rf"{DERIVED}\[apply_gates.*\]")),
    Fault("a wrong count of parameters",
          text("lstm_lessons/shapes.py", "rest = 8 * H", "rest = 4 * H"),
          run=(COUNTS,), fails=(rf"{COUNTS}\[.*True.*\]",)),
    Fault("a wrong shape in a drawing",
          text("lstm_lessons/explorers/gates_and_shapes.py", "str(entry.shape), 13",
               "str(entry.shape[::-1]), 13"),
          run=(LESSON_02, SHAPES_DRAWN),
          fails=(rf"{LESSON_02}::Cell \d+", rf"{SHAPES_DRAWN}\[.*\]")),
    Fault("sliders that redraw nothing",
          text("lstm_lessons/explorers/base.py", 'observe(self._redraw, names="value")',
               'observe(self._redraw, names="values")'),
          run=(LESSON_03,), fails=(rf"{LESSON_03}::Cell \d+",)),
    Fault("a callback that raises",
          text("lstm_lessons/explorers/base.py", "def _redraw(self, change: object = None)",
               "def _redraw(self)"),
          run=(LESSON_03,), fails=(rf"{LESSON_03}::Cell \d+",)),
    Fault("a renamed function",
          text("lstm_lessons/lstm/compare.py", "\ndef compare(", "\ndef hold_against("),
          run=(LESSON_03,), fails=(rf"{LESSON_03}::Cell \d+",)),
    Fault("a check that says something else",
          text("lstm_lessons/exercises/engine/result.py", '"Correct"', '"Right"'),
          run=(SOLVED_03,), fails=(rf"{SOLVED_03}::Cell \d+",)),
]  # fmt: skip


# --- The proof -----------------------------------------------------------------------------------

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "build", "__pycache__", ".*_cache", ".ipynb_checkpoints", "artefacts",
    "*.egg-info", "*.edited-*.ipynb",
)  # fmt: skip


def command(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one of the course's commands in a copy, with the copy's own package."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environ["PYTHONPATH"] = str(root)
    return subprocess.run(
        [sys.executable, "-m", "lstm_lessons", *words],
        cwd=root, env=environ, capture_output=True, text=True,
    )  # fmt: skip


def test_command(root: Path, paths: list[str]) -> tuple[int, set[str], str]:
    """Return the exit status, the tests that failed, and all that was said."""
    done = command(root, "test", "--", "-n", "0", "-p", "no:cacheprovider", "-rfE", *paths)
    failed = re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout, flags=re.MULTILINE)
    return done.returncode, set(failed), done.stdout + done.stderr


test_command.__test__ = False  # a name of the course's, not a test


@pytest.fixture
def copied(tmp_path):
    """Return a copy of the course, without environment and history."""
    return Path(shutil.copytree(ROOT, tmp_path / "copy", ignore=LEFT_OUT))


def the_fault_is_seen(root: Path, fault: Fault) -> None:
    fault.plant(root)
    status, failed, said = test_command(root, list(fault.run))
    assert status != 0, said[-3000:]
    assert failed, said[-3000:]
    for name in failed:
        assert any(re.fullmatch(pattern, name) for pattern in fault.fails), (name, said[-3000:])
    for pattern in fault.fails:
        assert any(re.fullmatch(pattern, name) for name in failed), (pattern, said[-3000:])


def identify(fault: Fault) -> str:
    return fault.name.replace(" ", "-")


# Two classes, so that two workers can share the faults.


class TestFaultsInNotebooks:
    """What may go wrong with a stored notebook, or with running it."""

    @pytest.mark.parametrize("fault", IN_NOTEBOOKS, ids=identify)
    def test_it_is_seen(self, copied, fault):
        the_fault_is_seen(copied, fault)


class TestFaultsInTexts:
    """What may go wrong with the package, a source or an exercise."""

    @pytest.mark.parametrize("fault", IN_TEXTS, ids=identify)
    def test_it_is_seen(self, copied, fault):
        the_fault_is_seen(copied, fault)


def test_the_copy_without_a_fault_passes(copied):
    paths = list(dict.fromkeys(path for fault in IN_NOTEBOOKS + IN_TEXTS for path in fault.run))
    status, failed, said = test_command(copied, paths)
    assert (status, failed) == (0, set()), said[-5000:]
