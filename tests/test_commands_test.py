"""``test``: what it gives to pytest, and that its last line and its exit status tell the truth."""

import os
import re
import sys

import conftest
import nbformat
import pytest
from clone_copies import clean_environ, copy_clone, one_line, run

from lstm_lessons.commands import test as test_command
from lstm_lessons.commands.tally import Tally


@pytest.fixture
def root(tmp_path):
    """A clone with no tests and no notebooks yet."""
    root = copy_clone(tmp_path)
    for name in ("tests", "notebooks", "exercises"):
        (root / name).mkdir()
    return root


@pytest.fixture
def environ(tmp_path):
    return clean_environ(tmp_path / "home", JUPYTER_DATA_DIR=str(tmp_path / "data"))


def notebook(path, source, output):
    cell = nbformat.v4.new_code_cell(source, id="one", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=output)]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    written = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": spec})
    nbformat.write(written, path)


def last_line(answer):
    return answer.stdout.strip().splitlines()[-1]


def test_everything_is_run_strictly_and_side_by_side(monkeypatch):
    monkeypatch.setattr(test_command, "workers", lambda: 2)
    words = test_command.pytest_arguments(False, [])
    assert words == [
        "--nbval", "--nbval-current-env", "--nbval-cell-timeout=120",
        "-p", "lstm_lessons.publishing.strict", "-n", "2",
        "--dist", "loadscope", "--no-loadscope-reorder", "--max-worker-restart=1",
    ]  # fmt: skip
    assert "--nbval-lax" not in words


def test_the_users_words_come_last_and_win():
    words = test_command.pytest_arguments(True, ["-k", "gates", "-n", "0"])
    assert words[-6:] == ["-m", test_command.FAST[1], "-k", "gates", "-n", "0"]


def test_files_with_long_tests_are_dealt_out_first():
    class Item:
        def __init__(self, nodeid, *marks):
            self.nodeid, self.marks = nodeid, [getattr(pytest.mark, mark).mark for mark in marks]

        def iter_markers(self):
            return self.marks

    marked = {"one.py::slow": ["slow"], "page.py::a": ["browser"]}
    names = ["few.py::a", "one.py::b", "one.py::slow", "many.py::a", "many.py::b", "page.py::a"]
    items = [Item(name, *marked.get(name, ())) for name in names]
    conftest.pytest_collection_modifyitems(items)
    assert [item.nodeid for item in items] == [
        "page.py::a", "one.py::b", "one.py::slow", "many.py::a", "many.py::b", "few.py::a"
    ]  # fmt: skip


@pytest.mark.parametrize(("cores", "workers"), [(1, 0), (2, 2), (3, 3), (4, 4), (64, 4)])
def test_the_cores_are_used_within_reason(cores, workers, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda who: set(range(cores)), raising=False)
    assert test_command.workers() == workers


@pytest.mark.slow
def test_all_good(root, environ):
    (root / "tests" / "test_a.py").write_text(
        "import os, pytest\n"
        "def test_passes(): assert os.environ['OMP_NUM_THREADS'] == '1'\n"
        "@pytest.mark.skip(reason='no such thing here')\n"
        "def test_skipped(): pass\n"
        "@pytest.mark.slow\n"
        "def test_slow(): pass\n"
        "@pytest.mark.browser\n"
        "def test_browser(): pass\n"
    )
    # The kernel imports this copy of the clone, and no other; it reaches no network.
    source = (
        "import socket\n"
        "import lstm_lessons\n"
        "print(lstm_lessons.__path__[0].split('/')[-2])\n"
        "try:\n"
        "    socket.create_connection(('192.0.2.1', 80), timeout=5)\n"
        "except OSError as error:\n"
        "    print('unreachable' in str(error) or 'blocked' in str(error))\n"
    )
    notebook(root / "notebooks" / "00.ipynb", source, f"{root.name}\nTrue\n")
    answer = run(root, "test", environ=environ)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert last_line(answer) == "4 passed, 0 failed, 1 skipped"
    assert "Skipped 1: no such thing here" in answer.stdout


@pytest.mark.slow
def test_every_kind_of_failure_counts(root, environ):
    (root / "tests" / "test_a.py").write_text(
        "import pytest\n"
        "@pytest.fixture\n"
        "def broken(): raise ValueError\n"
        "def test_passes(): pass\n"
        "def test_fails(): assert 1 == 2\n"
        "def test_errs(broken): pass\n"
    )
    (root / "tests" / "test_b.py").write_text("import no_such_module\n")
    (root / "exercises" / "solutions").mkdir()
    notebook(root / "exercises" / "solutions" / "01.ipynb", "print(1 + 1)", "3\n")
    words = ("-n", "0", "--continue-on-collection-errors")
    answer = run(root, "test", "--", *words, environ=environ)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert last_line(answer) == "1 passed, 4 failed, 0 skipped"
    assert "Failed: tests/test_a.py::test_fails: assert 1 == 2" in answer.stdout
    assert "Failed: tests/test_a.py::test_errs: ValueError" in answer.stdout


@pytest.mark.slow
def test_a_worker_that_dies_is_a_failure(root, environ):
    (root / "tests" / "test_a.py").write_text("import os\ndef test_dies(): os._exit(0)\n")
    answer = run(root, "test", "--", "-n", "2", environ=environ)
    assert answer.returncode != 0
    assert re.fullmatch("0 passed, [1-9] failed, 0 skipped", last_line(answer))


@pytest.mark.slow
def test_what_fast_leaves_out_and_that_no_test_at_all_is_a_failure(root, environ):
    (root / "tests" / "test_a.py").write_text(
        "import pytest\n"
        "@pytest.mark.slow\n"
        "def test_slow(): pass\n"
        "@pytest.mark.browser\n"
        "def test_browser(): pass\n"
    )
    notebook(root / "notebooks" / "00.ipynb", "print(1)", "1\n")
    answer = run(root, "test", "--fast", "--", "-n", "0", environ=environ)
    assert answer.returncode != 0
    assert last_line(answer) == "0 passed, 0 failed, 0 skipped"
    assert "Left out 3:" in answer.stdout
    assert "No test ran" in answer.stdout


def test_ci_does_not_skip_the_browser(root, environ, tmp_path):
    empty = tmp_path / "no-programs"
    empty.mkdir()
    environ = {name: value for name, value in environ.items() if name != "CHROMIUM"}
    environ.update(CI="true", PATH=str(empty))
    if any(os.path.exists(place) for place in _usual_places()):
        pytest.skip("a browser sits in its usual folder here, where no PATH hides it")
    answer = run(root, "test", python=sys.executable, environ=environ)
    assert "No browser was found, and CI must not skip" in one_line(answer)


def _usual_places():
    from lstm_lessons.commands.browser import LINUX_PLACES, MAC_PLACES

    return [*LINUX_PLACES, *(f"/Applications/{place}" for place in MAC_PLACES)]


def test_a_status_of_0_is_not_believed_without_a_passed_test():
    tally = Tally()
    assert tally.exit_status(0) == 1
    tally.passed = 1
    assert tally.exit_status(0) == 0 and tally.exit_status(2) == 2
    tally.failed = 1
    assert tally.exit_status(0) == 1
