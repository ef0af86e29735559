"""How `test` runs nbval: each cell twice, from an empty folder, with no network."""

import subprocess
import sys

import nbformat
import nbval.kernel
import pytest
from jupyter_client.manager import KernelManager

from lstm_lessons.commands.test import NBVAL
from lstm_lessons.publishing import strict

COUNT = "count = globals().get('count', 0) + 1\nprint(count)"
WHERE = "from pathlib import Path\nprint(sorted(path.name for path in Path().iterdir()))"
HINT = "class Exercise:\n    asked = 0\n    def hint(self):\n        self.asked += 1\n"
HINT += "        return self.asked\nexercise = Exercise()"
CELLS = [
    ("print(1)", "1\n", True),
    (COUNT, "1\n", False),
    (WHERE, "[]\n", True),
    (HINT, None, True),
    ("print(exercise.hint())", "1\n", True),
    ("print(exercise.hint())", "3\n", False),
]


@pytest.mark.slow
def test_a_cell_that_depends_on_being_run_once_or_on_where_is_seen(tmp_path):
    cells = []
    for count, (source, text, _) in enumerate(CELLS, 1):
        cell = nbformat.v4.new_code_cell(source, execution_count=count)
        if text is not None:
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
        cells.append(cell)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    options = ["-q", "-rf", "-p", "no:cacheprovider", "-c", "/dev/null", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *NBVAL, *options], capture_output=True, text=True
    )
    wanted = [f"::Cell {n}" for n, (_, _, passes) in enumerate(CELLS) if not passes]
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert len(failed) == len(wanted), done.stdout[-3000:]
    assert all(end in line for line, end in zip(failed, wanted, strict=True)), failed


def test_nbval_starts_its_kernels_so(monkeypatch):
    monkeypatch.setattr(nbval.kernel, "KernelManager", KernelManager)
    strict.pytest_configure()
    assert nbval.kernel.KernelManager is strict.ElsewhereKernelManager
