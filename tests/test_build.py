"""`build` makes notebooks from small made-up sources: what it writes, keeps, refuses and says."""

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import nbformat
import pytest

from lstm_lessons import pictures
from lstm_lessons.commands import build as command
from lstm_lessons.course import lesson
from lstm_lessons.drawing.picture import KEPT
from lstm_lessons.environment.clone import Clone
from lstm_lessons.publishing import notebooks, png
from lstm_lessons.publishing.execute import clean
from lstm_lessons.publishing.notebooks import SourceError, Target, without_solutions

pytestmark = pytest.mark.slow

LESSON = """
# %% [markdown]
# <!-- opening -->

# %%
for number in range(3):
    print(number)

# %%
from pathlib import Path
from ipywidgets import HTML, IntSlider, VBox

class Knob(VBox):
    def _repr_mimebundle_(self, **options):
        return {**super()._repr_mimebundle_(**options), "text/plain": "a knob"}

Knob([IntSlider(), HTML()])

# %%
print(Path.cwd().name)
"a result"

# %% [markdown]
# The end.

# %% [markdown]
# The end.
"""

EXERCISES = """
# %% [markdown]
# <!-- opening -->

# %% [markdown]
# From [the lesson](../notebooks/03_the_cell_by_hand.ipynb).

# %%
def double(x):
    ### BEGIN SOLUTION
    twice = 2 * x
    return twice
    ### END SOLUTION

# %%
answer = ...
### BEGIN SOLUTION
answer = 42
### END SOLUTION
print(answer is ...)
"""

NAME = "03_the_cell_by_hand"


@pytest.fixture
def clone(tmp_path):
    """Return a clone that holds nothing but two small sources."""
    return laid(tmp_path)


def laid(root):
    for folder, text in (("notebooks", LESSON), ("exercises", EXERCISES)):
        (root / folder / "source").mkdir(parents=True)
        (root / folder / "source" / f"{NAME}.py").write_text(text, encoding="utf-8")
    return Clone(root)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a clone in which both sources were built, and what was said: not to be changed."""
    clone = laid(tmp_path_factory.mktemp("built"))
    with contextlib.redirect_stdout(io.StringIO()) as said:
        assert command.build(clone, []) == 0
    return clone, said.getvalue()


@pytest.fixture
def no_kernel(monkeypatch):
    """Let cells be run here, and what they print be kept: for tests of what `build` keeps."""

    def execute(notebook, cwd, environ):
        space = {}
        for count, cell in enumerate(notebook.cells, 1):
            if cell.cell_type == "code":
                with contextlib.redirect_stdout(io.StringIO()) as said:
                    exec(cell.source, space)
                printed = nbformat.v4.new_output("stream", name="stdout", text=said.getvalue())
                cell.update(execution_count=count, outputs=[printed] if said.getvalue() else [])

    monkeypatch.setattr(command, "execute", execute)


def only_lesson(clone, text):
    (clone.root / "exercises/source" / f"{NAME}.py").unlink()
    (clone.root / "notebooks/source" / f"{NAME}.py").write_text(text, encoding="utf-8")


def read(clone, folder="notebooks"):
    return nbformat.read(clone.root / folder / f"{NAME}.ipynb", as_version=4)


def every_byte(clone):
    return {
        path.relative_to(clone.root).as_posix(): path.read_bytes()
        for path in clone.root.rglob("*")
        if path.is_file()
    }


def test_a_grammar_that_takes_seconds_to_build_is_not_built():
    code = "import sys, lstm_lessons.commands.build\nprint('lark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


def test_everything_is_built_and_building_twice_changes_nothing(built, tmp_path, capsys):
    made, said = built
    clone = Clone(shutil.copytree(made.root, tmp_path / "clone"))
    first = every_byte(clone)
    assert {name for name in first if name.endswith(".ipynb")} == {
        f"{folder}/{NAME}.ipynb" for folder in notebooks.FOLDERS.values()
    }
    assert "[3/3]" in said
    assert command.build(clone, ["03"]) == 0
    assert every_byte(clone) == first
    assert capsys.readouterr().out.count("unchanged") == 3
    assert notebooks.disagreements(clone.root) == []
    for path in notebooks.committed(clone.root):
        nbformat.validate(nbformat.read(path, as_version=4))


def test_what_a_built_notebook_holds(built):
    built = read(built[0])
    assert [cell.cell_type for cell in built.cells] == [
        "markdown", "code", "code", "code", "markdown", "markdown",
    ]  # fmt: skip
    assert built.cells[0].source == notebooks.opening(lesson("03"))
    code = [cell for cell in built.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3]
    assert [output.text for output in code[0].outputs] == ["0\n1\n2\n"]
    assert code[1].outputs[0].data == {"text/plain": "a knob"}
    assert code[2].outputs[0].text == "notebooks\n"
    assert code[2].outputs[1].data == {"text/plain": "'a result'"}
    assert len({cell.id for cell in built.cells}) == len(built.cells)
    assert set(built.metadata) == {"kernelspec", "language_info", "lstm_lessons"}
    assert "version" not in built.metadata.language_info
    assert built.metadata.kernelspec.name == "python3"
    assert not any("execution" in cell.metadata for cell in built.cells)


def test_a_picture_is_kept_with_its_png_and_its_words(clone):
    only_lesson(clone, "# %%\nfrom lstm_lessons import pictures\n\npictures.loop('ab')\n")
    assert command.build(clone, []) == 0
    first = every_byte(clone)
    picture = pictures.loop("ab")
    shown, words = read(clone).cells[0].outputs
    assert shown.output_type == "execute_result" and shown.execution_count == 1
    assert shown.data == {
        "text/plain": picture.alt,
        KEPT: picture.svg,
        "image/png": b64encode(png.draw(picture)).decode(),
    }
    width, height = png.size(picture)
    assert shown.metadata["image/png"] == {"width": width, "height": height, "alt": picture.alt}
    assert words.data == {"text/html": picture.words}
    assert command.build(clone, ["03"]) == 0
    assert every_byte(clone) == first


def test_a_cells_id_stays_when_others_change(clone):
    target = notebooks.targets(clone.root)[0]
    before = notebooks.make(target)
    target.source.write_text(LESSON.replace("range(3)", "range(4)"), encoding="utf-8")
    after = notebooks.make(target)
    same = [a.id == b.id for a, b in zip(before.cells, after.cells, strict=True)]
    assert same == [True, False, True, True, True, True]


def test_the_learners_notebook_and_its_solved_twin(built):
    clone, _ = built
    learner, twin = read(clone, "exercises"), read(clone, "exercises/solutions")
    assert learner.cells[2].source == (
        "def double(x):\n    raise NotImplementedError  # your code here"
    )
    assert learner.cells[3].source == "answer = ...\n# your answer here\nprint(answer is ...)"
    assert learner.cells[3].outputs[0].text == "True\n"
    assert "### BEGIN SOLUTION\n    twice = 2 * x" in twin.cells[2].source
    assert twin.cells[3].outputs[0].text == "False\n"
    assert "(../notebooks/03" in learner.cells[1].source
    assert "(../../notebooks/03" in twin.cells[1].source
    assert "(../notebooks/03" in learner.cells[0].source
    assert "(../../notebooks/03" in twin.cells[0].source
    assert "SOLUTION" not in json.dumps(learner) and "twice" not in json.dumps(learner)


@pytest.mark.parametrize(
    "source",
    [
        "### BEGIN SOLUTION\n1",
        "1\n### END SOLUTION",
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION\n### END SOLUTION",
        "### END SOLUTION\n### BEGIN SOLUTION",
    ],
)
def test_markers_that_do_not_pair_up_are_refused(clone, source):
    with pytest.raises(SourceError, match="do not pair up"):
        without_solutions(source)
    path = clone.root / "exercises/source" / f"{NAME}.py"
    path.write_text(f"# %%\n{source}\n", encoding="utf-8")
    with pytest.raises(SourceError, match=f"{NAME}.*pair up"):
        notebooks.make(Target("solutions", path, clone.root))


def test_several_solutions_in_a_cell():
    text = "a = ...\n### BEGIN SOLUTION\na = 1\n### END SOLUTION\nif a:\n\t### BEGIN SOLUTION\n"
    text += "\tb = 2\n\t### END SOLUTION\nc = 3"
    assert without_solutions(text) == (
        "a = ...\n# your answer here\nif a:\n\traise NotImplementedError  # your code here\nc = 3"
    )


def test_solution_markers_in_prose_are_refused(clone):
    path = clone.root / "exercises/source" / f"{NAME}.py"
    path.write_text("# %% [markdown]\n# ### BEGIN SOLUTION\n", encoding="utf-8")
    with pytest.raises(SourceError, match="markdown"):
        notebooks.make(Target("exercises", path, clone.root))


def test_a_failing_cell_stops_its_notebook_with_one_line(built, tmp_path, capsys):
    clone = Clone(shutil.copytree(built[0].root, tmp_path / "clone"))
    before = every_byte(clone)
    source = clone.root / "notebooks/source" / f"{NAME}.py"
    source.write_text(LESSON + '\n# %%\n1 / 0  # the "wrong" one\n', encoding="utf-8")
    capsys.readouterr()
    assert command.build(clone, ["03"]) == 1
    said = capsys.readouterr()
    lines = said.err.strip().split("\n")
    assert len(lines) == 1
    assert f"notebooks/{NAME}.ipynb: code cell 4 (1 / 0" in lines[0]
    assert lines[0].endswith("ZeroDivisionError: division by zero")
    assert "Built 2 of 3" in said.out
    after = every_byte(clone)
    assert {name for name in after if after[name] != before.get(name)} == {
        f"notebooks/source/{NAME}.py"
    }
    assert set(after) == set(before)


def test_a_kernel_that_dies_is_one_line(clone, capsys):
    only_lesson(clone, "# %%\n1\n# %%\nimport os\nos._exit(3)\n")
    assert command.build(clone, []) == 1
    assert re.search(r"code cell 2 \(import os\): the kernel died", capsys.readouterr().err)


def test_an_unknown_lesson_is_answered_with_those_there_are(clone, capsys):
    assert command.build(clone, ["03", "7"]) == 1
    assert "a source (03), got '7'" in capsys.readouterr().err
    assert not list(clone.root.rglob("*.ipynb"))


def test_an_edited_notebook_is_kept_beside_the_new_one(clone, no_kernel, capsys):
    only_lesson(clone, "# %%\n1\n\n# %% [markdown]\n# The end.\n")
    assert command.build(clone, ["03"]) == 0
    path = clone.root / "notebooks" / f"{NAME}.ipynb"
    fresh = path.read_bytes()
    for number, text in ((1, "my first notes"), (2, "my second notes")):
        edited = nbformat.read(path, as_version=4)
        edited.cells[-1].source = text
        nbformat.write(edited, path)
        mine = path.read_bytes()
        capsys.readouterr()
        assert command.build(clone, ["03"]) == 0
        assert f"{NAME}.edited-{number}.ipynb" in capsys.readouterr().out
        assert path.with_name(f"{NAME}.edited-{number}.ipynb").read_bytes() == mine
        assert path.read_bytes() == fresh
    assert len(list(path.parent.glob("*.ipynb"))) == 3
    assert path.with_name(f"{NAME}.edited-1.ipynb") not in notebooks.committed(clone.root)
    assert notebooks.disagreements(clone.root) == []


@pytest.mark.parametrize("text", ["", "not a notebook", '{"cells": 3}', "{}"])
def test_a_file_that_is_no_notebook_is_kept_too(clone, no_kernel, text):
    path = clone.root / "notebooks" / f"{NAME}.ipynb"
    path.write_text(text, encoding="utf-8")
    only_lesson(clone, "# %%\n1\n")
    assert command.build(clone, []) == 0
    assert path.with_name(f"{NAME}.edited-1.ipynb").read_text(encoding="utf-8") == text


def test_a_run_again_notebook_is_no_edit(clone, no_kernel):
    only_lesson(clone, "# %%\nprint(1)\n")
    assert command.build(clone, []) == 0
    path = clone.root / "notebooks" / f"{NAME}.ipynb"
    fresh = path.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].execution_count = 12
    notebook.cells[0].outputs[0].text = "1\n2\n"
    notebook.metadata.language_info["version"] = "3.13.1"
    nbformat.write(notebook, path)
    assert command.build(clone, []) == 0
    assert path.read_bytes() == fresh
    assert len(list(path.parent.glob("*.ipynb"))) == 1


def test_what_git_ignores_is_what_build_keeps():
    rules = (Clone.here().root / ".gitignore").read_text(encoding="utf-8").split("\n")
    assert "*.edited-*.ipynb" in rules
    assert notebooks.EDITED_COPY.search(f"{NAME}.edited-12.ipynb")
    assert not notebooks.EDITED_COPY.search(f"{NAME}.ipynb")


def change_source(path):
    path.write_text(path.read_text(encoding="utf-8").replace("The end.", "The End."), "utf-8")


def change_stored(**changes):
    def change(path):
        stored = path.parents[1] / f"{NAME}.ipynb"
        notebook = nbformat.read(stored, as_version=4)
        notebook.cells[1].update(changes)
        nbformat.write(notebook, stored)

    return change


def reorder(path):
    stored = path.parents[1] / f"{NAME}.ipynb"
    notebook = nbformat.read(stored, as_version=4)
    notebook.cells[-1], notebook.cells[1] = notebook.cells[1], notebook.cells[-1]
    nbformat.write(notebook, stored)


def drop_cell(path):
    stored = path.parents[1] / f"{NAME}.ipynb"
    notebook = nbformat.read(stored, as_version=4)
    del notebook.cells[-1]
    nbformat.write(notebook, stored)


def new_kernel(path):
    stored = path.parents[1] / f"{NAME}.ipynb"
    stored.write_text(stored.read_text("utf-8").replace('"name": "python3"', '"name": "mine"'))


DRIFTS = [
    (change_source, "source of cell 5 differs"),
    (change_stored(source="print(1)"), "source of cell 2 differs"),
    (change_stored(id="another-id"), "id of cell 2 differs"),
    (change_stored(metadata={"tags": ["nbval-skip"]}), "metadata of cell 2 differs"),
    (reorder, "cell_type of cell 2 differs"),
    (drop_cell, "5 cells, its source gives 6"),
    (new_kernel, "metadata is not what the build writes"),
    (lambda path: path.unlink(), "has no source"),
    (lambda path: (path.parents[1] / f"{NAME}.ipynb").unlink(), "was never built"),
    (lambda path: path.rename(path.with_name("03_other.py")), "03_other.py is no lesson"),
]


def test_every_drift_from_the_source_is_seen(built, tmp_path, capsys):
    clone = Clone(shutil.copytree(built[0].root, tmp_path / "clone"))
    only_lesson(clone, LESSON)
    for folder in ("exercises", "exercises/solutions"):
        (clone.root / folder / f"{NAME}.ipynb").unlink()
    path = clone.root / "notebooks/source" / f"{NAME}.py"
    good = every_byte(clone)
    assert command.check(clone.root) == 0
    assert "1 notebooks agree" in capsys.readouterr().out
    for drift, expected in DRIFTS:
        drift(path)
        said = " | ".join(notebooks.disagreements(clone.root))
        assert expected in said
        assert command.check(clone.root) == 1
        (path.parent / "03_other.py").unlink(missing_ok=True)
        for name, content in good.items():
            (clone.root / name).write_bytes(content)
    assert notebooks.disagreements(clone.root) == []


def test_a_check_of_one_lesson_says_nothing_of_another(monkeypatch, capsys):
    mine = ["notebooks/03_a.ipynb is missing", "exercises/solutions/03_a.ipynb: 5 cells / 6"]
    others = ["notebooks/04_b.ipynb: the source of cell 3 differs", "04_b.py is no lesson"]
    monkeypatch.setattr(notebooks, "disagreements", lambda root: mine + others)
    root = Clone.here().root
    assert command.check(root, ["03"]) == 1
    assert capsys.readouterr().err.splitlines() == mine
    assert command.check(root, ["02"]) == 0
    assert command.check(root, ["02", "99"]) == 1
    assert "got '99'" in capsys.readouterr().err
    assert command.check(root) == 1
    assert capsys.readouterr().err.splitlines() == mine + others


def test_the_opening_changes_with_the_course(clone, monkeypatch):
    target = notebooks.targets(clone.root)[0]
    text = notebooks.make(target).cells[0].source
    known = lesson("03")
    assert text.startswith(f"# Lesson 03: {known.title}\n")
    assert known.question in text
    assert f"about {known.minutes}, and {known.exercise_minutes} for the exercises" in text
    assert "[Lesson 02: Gates and shapes](02_gates_and_shapes.ipynb)" in text
    assert all(f"\n* {objective}" in text for objective in known.objectives)


def test_users_own_kernels_and_start_up_files_are_not_used(clone, tmp_path, monkeypatch, capsys):
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    broken = {"argv": ["/nowhere/python", "{connection_file}"], "display_name": "x",
              "language": "python"}  # fmt: skip
    (kernel / "kernel.json").write_text(json.dumps(broken), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "mine.py").write_text("print('good morning'); mine = 1", encoding="utf-8")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    only_lesson(clone, "# %%\nimport sys\nprint(sys.executable)\nprint('mine' in dir())\n")
    assert command.build(clone, []) == 0, capsys.readouterr().err
    assert read(clone).cells[0].outputs[0].text == f"{sys.executable}\nFalse\n"


def test_one_thread_and_this_clone_first(clone):
    (clone.root / "lstm_lessons_marker.py").write_text("here = True", encoding="utf-8")
    only_lesson(clone, "# %%\nimport lstm_lessons_marker, torch\ntorch.get_num_threads()\n")
    assert command.build(clone, []) == 0
    assert read(clone).cells[0].outputs[0].data["text/plain"] == "1"


def test_an_expected_error_keeps_no_path_of_this_machine(clone):
    only_lesson(clone, '# %% tags=["raises-exception"]\n{}["key"]\n# %%\nprint("after")\n')
    assert command.build(clone, []) == 0
    built = read(clone)
    assert built.cells[0].outputs[0].traceback == ["KeyError: 'key'"]
    assert built.cells[1].outputs[0].text == "after\n"


def test_clean_joins_text_but_keeps_its_order():
    make = nbformat.v4.new_output
    outputs = [
        make("stream", name="stdout", text="a\n"),
        make("stream", name="stdout", text="b\n"),
        make("display_data", data={"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}),
        make("stream", name="stdout", text="c\n"),
        make("stream", name="stderr", text="d\n"),
        make("display_data", data={"text/plain": "e"}),
        make("stream", name="stdout", text="f\n"),
    ]
    kept = clean(outputs)
    assert [each.get("text") or each.data["text/plain"] for each in kept] == [
        "a\nb\nc\n", "d\n", "e", "f\n",
    ]  # fmt: skip


def test_cells_are_counted_as_nbval_treats_them():
    cell = nbformat.v4.new_code_cell
    printed = [nbformat.v4.new_output("stream", name="stdout", text="1")]
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("text"),
            cell("print(1)", execution_count=1, outputs=printed),
            cell("x = 1", execution_count=2),
            cell("# NBVAL_IGNORE_OUTPUT\nprint(1)", execution_count=3, outputs=printed),
            cell("1", execution_count=4, metadata={"tags": ["nbval-skip"]}),
            cell("2", execution_count=5, metadata={"tags": ["raises-exception"]}),
            cell("never run"),
        ]
    )
    count = notebooks.count_cells(notebook)
    assert (count.with_outputs, count.without_outputs, count.excused) == (1, 2, 3)
    assert str(count + count).startswith("6 code cells compared strictly (2 with outputs")


def run_in(folder, *arguments):
    environ = {**os.environ, "PYTHONPATH": str(Clone.here().root)}
    return subprocess.run(
        [sys.executable, "-m", "lstm_lessons", "build", *arguments],
        cwd=folder, env=environ, capture_output=True, text=True,
    )  # fmt: skip


def test_the_command_line(tmp_path):
    wrong = run_in(tmp_path, "no-such-lesson")
    assert wrong.returncode != 0
    assert wrong.stderr.count("\n") == 1 and "no-such-lesson" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    helped = run_in(tmp_path, "--help")
    assert helped.returncode == 0 and "--check" in helped.stdout
    assert not list(Path(tmp_path).iterdir())
