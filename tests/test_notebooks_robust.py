"""The notebooks also pass with the network blocked, from elsewhere, and with cells run twice."""

import copy
import subprocess
import sys

import nbformat
import pytest
from blocked_network import OUTSIDE, blocked

from lstm_lessons.environment.clone import Clone
from lstm_lessons.publishing import notebooks
from lstm_lessons.publishing.execute import execute

CLONE = Clone.here()
PATHS = notebooks.committed(CLONE.root)
NAMES = [path.relative_to(CLONE.root).as_posix() for path in PATHS]

pytestmark = pytest.mark.slow


def test_the_network_is_blocked_when_it_is_said_to_be(tmp_path):
    start, environ = blocked(tmp_path, CLONE.environ())
    reach = f"import socket; socket.create_connection({OUTSIDE}, timeout=5)"
    done = subprocess.run(
        [*start, sys.executable, "-c", reach], env=environ, capture_output=True, text=True
    )
    assert "Network is unreachable" in done.stderr or "network is blocked" in done.stderr
    near = "import socket; s = socket.create_server(('127.0.0.1', 0))"
    near += "; socket.create_connection(s.getsockname(), timeout=5); print('reached')"
    done = subprocess.run(
        [*start, sys.executable, "-c", near], env=environ, capture_output=True, text=True
    )
    assert done.stdout == "reached\n", done.stderr


def test_every_notebook_passes_with_the_network_blocked(tmp_path):
    start, environ = blocked(tmp_path, CLONE.environ())
    command = [sys.executable, "-m", "lstm_lessons", "test", "--"]
    done = subprocess.run(
        [*start, *command, "-q", "-p", "no:cacheprovider", *NAMES],
        cwd=CLONE.root, env=environ, capture_output=True, text=True,
    )  # fmt: skip
    cells = sum(
        cell.cell_type == "code"
        for path in PATHS
        for cell in nbformat.read(path, as_version=4).cells
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert f"{cells} passed, 0 failed, 0 skipped" in done.stdout


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_it_runs_from_another_folder_with_each_cell_run_twice(path, tmp_path):
    """A learner runs a cell again to look once more: it must show the same, and so the next."""
    stored = nbformat.read(path, as_version=4)
    doubled = copy.deepcopy(stored)
    doubled.cells = [copy.deepcopy(cell) for cell in stored.cells for _ in range(2)]
    execute(doubled, cwd=tmp_path, environ=CLONE.environ())
    again = zip(doubled.cells[::2], doubled.cells[1::2], stored.cells, strict=True)
    for first, second, wanted in again:
        if wanted.cell_type != "code" or notebooks.is_excused(wanted):
            continue
        if ".hint()" in wanted.source:  # asked again, it gives the next hint
            continue
        assert shown(first) == shown(wanted), wanted.source
        assert shown(second) == shown(wanted), f"run twice, it changes:\n{wanted.source}"


def shown(cell):
    """Return what a cell shows; how often cells were run is not what it shows."""
    return [
        {name: value for name, value in output.items() if name != "execution_count"}
        for output in cell.outputs
    ]
