"""The notebooks also run from elsewhere, and with each cell run twice.

nbval runs each notebook as it stands, in its own folder, with the network blocked.
"""

import nbformat
import pytest
from run_twice import run_twice

from lstm_lessons.environment.clone import Clone
from lstm_lessons.publishing import notebooks

CLONE = Clone.here()
PATHS = notebooks.committed(CLONE.root)
NAMES = [path.relative_to(CLONE.root).as_posix() for path in PATHS]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_it_runs_from_another_folder_with_each_cell_run_twice(path, tmp_path):
    """A learner runs a cell again to look once more: it must show the same, and so the next."""
    stored = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    for wanted, (first, second) in zip(stored, run_twice(path, tmp_path), strict=True):
        if notebooks.is_excused(wanted):
            continue
        if ".hint()" in wanted.source:  # asked again, it gives the next hint
            continue
        assert shown(first) == shown(wanted.outputs), wanted.source
        assert shown(second) == shown(wanted.outputs), f"run twice, it changes:\n{wanted.source}"


def shown(outputs):
    """Return what a cell shows; how often cells were run is not what it shows."""
    return [
        {name: value for name, value in output.items() if name != "execution_count"}
        for output in outputs
    ]


# Notebooks that break it


def written(path, *sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_a_cell_that_depends_on_being_run_once_shows_something_else(tmp_path):
    path = written(tmp_path / "a.ipynb", "numbers = []", "numbers.append(0)\nprint(len(numbers))")
    start, counting = run_twice(path, tmp_path)
    assert start == ([], [])
    assert [shown(each)[0]["text"] for each in counting] == ["1\n", "2\n"]


def test_every_kind_of_output_is_what_a_kernel_shows(tmp_path):
    path = written(
        tmp_path / "a.ipynb",
        "import os\nprint(os.getcwd())\nprint(2)",
        "from IPython.display import HTML, display\ndisplay(HTML('<b>3</b>'))\n4",
        "1 / 0",
        "import ipywidgets\nipywidgets.IntSlider()",
    )
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    printed, displayed, failed, widget = (first for first, _ in run_twice(path, folder))
    assert [each.text for each in printed] == [f"{folder}\n2\n"]
    assert displayed[0].data["text/html"] == "<b>3</b>" and displayed[1].data["text/plain"] == "4"
    assert failed[0].traceback == ["ZeroDivisionError: division by zero"]
    assert set(widget[0].data) == {"text/plain"}


def test_a_cell_that_ends_its_process_is_a_failure(tmp_path):
    path = written(tmp_path / "a.ipynb", "1", "import os\nos._exit(3)")
    with pytest.raises(RuntimeError, match=r"a\.ipynb did not come to its end: exit 3"):
        run_twice(path, tmp_path)
