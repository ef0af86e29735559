"""What a learner's own copy holds: of every notebook of the course, and of odd ones."""

import copy
import json
import re

import nbformat
import pytest

from lstm_lessons.drawing import Picture, svg
from lstm_lessons.environment.clone import Clone
from lstm_lessons.publishing import copies, learner_copy, notebooks

ROOT = Clone.here().root
NAMES = copies.names(ROOT)


@pytest.fixture(scope="module", params=NAMES)
def pair(request):
    """A notebook of the course, and the learner's copy of it."""
    made = learner_copy.make(ROOT, request.param, frozenset(NAMES))
    return nbformat.read(ROOT / request.param, 4), nbformat.reads(made.decode(), 4), made


def test_learners_get_every_lesson_page_and_exercise_set_and_no_solutions():
    made = notebooks.targets(ROOT)
    assert NAMES == [target.name for target in made if target.kind != "solutions"]


def test_only_outputs_and_the_digest_of_the_build_are_taken_away(pair):
    course, mine, _ = pair
    assert len(mine.cells) == len(course.cells)
    for ours, theirs in zip(mine.cells, course.cells, strict=True):
        for part in ("cell_type", "source", "id", "metadata"):
            assert ours[part] == theirs[part]
    del course.metadata["lstm_lessons"]
    assert mine.metadata == course.metadata


def test_no_cell_looks_as_if_it_had_been_run(pair):
    _, mine, _ = pair
    for cell in mine.cells:
        if cell.cell_type == "code":
            assert cell.execution_count is None
            assert all(output.get("execution_count") is None for output in cell.outputs)


def test_what_is_kept_are_pictures_and_nothing_else(pair):
    _, mine, _ = pair
    for cell in mine.cells:
        for output in cell.get("outputs", ()):
            assert output.output_type in ("display_data", "execute_result")
            assert re.fullmatch(r'<img alt="[^"]+" src="data:[^"]+">', output.data["text/html"])


def test_jupyter_would_write_the_same_bytes(pair):
    _, mine, made = pair
    nbformat.validate(mine)
    assert (nbformat.writes(mine) + "\n").encode() == made


def kept():
    """Return the first line of each cell whose picture the copies keep, by notebook."""
    found = {}
    for name in NAMES:
        for cell in json.loads(learner_copy.make(ROOT, name, frozenset(NAMES)))["cells"]:
            if cell.get("outputs"):
                found.setdefault(name, []).append(cell["source"][-1])
    return found


def test_the_pictures_that_need_no_prediction_stay():
    """Every explorer, and the map; of the curves those that no question stands before."""
    pictures = kept()
    explorers = [line for lines in pictures.values() for line in lines if "explorer" in line]
    lessons = [name for name in NAMES if name.startswith("notebooks/")]
    assert len(explorers) >= len(lessons)
    assert "pictures.course_map()" in pictures["notebooks/00_start_here.ipynb"]
    assert "pictures.wirings()" in pictures["exercises/04_unrolling_in_time.ipynb"]
    # The curves that open lesson 08 stand before any question.
    assert any("along(" in line for line in pictures["notebooks/08_state_across_chunks.ipynb"])


# Of notebooks made for it


@pytest.fixture
def course(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "README.md").write_text("Read me.")
    return tmp_path


IMAGE = '<img alt="A curve." src="data:image/svg+xml;base64,AAAA">'


def code(*outputs):
    return nbformat.v4.new_code_cell("show()", execution_count=3, outputs=list(outputs))


def picture(kind="execute_result", html=IMAGE):
    count = {"execution_count": 3} if kind == "execute_result" else {}
    data = {"text/html": html, "text/plain": "A curve."}
    return nbformat.v4.new_output(kind, data, **count)


CURVE = Picture(svg.write(svg.panel(40, 30)), "A curve.")


def kept_picture():
    """Return a picture as the build stores it: it with its PNG, and its words."""
    data = CURVE.in_file | {"image/png": "AAAA"}
    words = {"text/html": data.pop("text/html")}
    told = {"image/png": {"alt": "A curve."}}
    return [
        nbformat.v4.new_output("execute_result", data, metadata=told, execution_count=3),
        nbformat.v4.new_output("display_data", words),
    ]


def printed():
    return nbformat.v4.new_output("stream", name="stdout", text="0.5\n")


def prose(text):
    return nbformat.v4.new_markdown_cell(text)


def made(course, *cells, siblings=()):
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    nbformat.write(notebook, course / "notebooks/00_a.ipynb")
    names = frozenset(["notebooks/00_a.ipynb", *siblings])
    return json.loads(learner_copy.make(course, "notebooks/00_a.ipynb", names))["cells"]


@pytest.mark.parametrize("kind", ["execute_result", "display_data"])
def test_a_picture_that_no_question_asks_for_stays(course, kind):
    cells = made(course, prose("**Try it.**\n\n1. **Predict**, then move."), code(picture(kind)))
    assert cells[1]["outputs"][0]["data"]["text/html"] == [IMAGE]
    assert cells[1]["outputs"][0].get("execution_count") is None


def test_a_picture_is_laid_out_as_jupyterlab_shows_it_best(course):
    (cell,) = made(course, code(*kept_picture()))
    assert cell["outputs"] == [
        {
            "data": {"text/html": [CURVE.image], "text/plain": ["A curve."]},
            "execution_count": None,
            "metadata": {},
            "output_type": "execute_result",
        }
    ]


@pytest.mark.parametrize(
    "outputs",
    [
        [picture(html="<b>1</b>")],
        [printed()],
        [picture(), printed()],
        [*kept_picture(), printed()],
        [*kept_picture(), picture(html=CURVE.words.replace("A curve", "More"))],
        [],
    ],
)
def test_what_is_no_picture_goes(course, outputs):
    assert made(course, code(*outputs))[0]["outputs"] == []


def test_a_picture_that_answers_a_question_goes(course):
    question = prose("A word.\n\n**Predict.** Does it rise?")
    assert made(course, question, code(picture()))[1]["outputs"] == []
    assert made(course, question, prose("A remark."), code(picture()))[2]["outputs"] == []


def test_a_question_is_answered_by_the_next_cell_alone(course):
    question = prose("**Predict.** How many?")
    assert made(course, question, code(printed()), code(picture()))[2]["outputs"] != []


def test_cells_without_a_picture_that_was_asked_for_are_cleared_too(course):
    cell = code(printed())
    assert made(course, prose("**Predict.**"), cell)[1] == {
        **cell, "execution_count": None, "outputs": [], "source": ["show()"]
    }  # fmt: skip


@pytest.mark.parametrize(
    "link",
    [
        "[Lesson 01](01_b.ipynb)",
        "[01.1](../exercises/01_b.ipynb)",
        "[a part of it](01_b.ipynb#A-part)",
        "[above](#Above)",
        "[docs](https://example.org/a.html)",
        "[mail](mailto:a@example.org)",
        "`layers[0](x)` and $W[0](x)$",
        "![a picture](data:image/png;base64,AAAA)",
    ],
)
def test_links_that_work_from_a_copy_stay(course, link):
    siblings = ("notebooks/01_b.ipynb", "exercises/01_b.ipynb")
    for name in siblings:
        (course / name).parent.mkdir(exist_ok=True)
        (course / name).write_text("{}")
    text = f"See {link}.\n\nMore."
    assert "".join(made(course, prose(text), siblings=siblings)[0]["source"]) == text


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("[the readme](../README.md)", "the readme (`README.md` in the folder of the course)"),
        (
            "[what it holds](../notebooks/source/00_a.py#L3)",
            "what it holds (`notebooks/source/00_a.py` in the folder of the course)",
        ),
        ("[solved](solutions/01_b.ipynb)", "solved (`notebooks/solutions/01_b.ipynb`"),
    ],
)
def test_a_link_to_what_has_no_copy_names_the_file(course, link, words):
    for name in ("source/00_a.py", "solutions/01_b.ipynb"):
        (course / "notebooks" / name).parent.mkdir(exist_ok=True)
        (course / "notebooks" / name).write_text("")
    text = "".join(made(course, prose(f"See {link}, too.\n\nMore."))[0]["source"])
    assert words in text and "](" not in text
    assert text.startswith("See ") and text.endswith(", too.\n\nMore.")


@pytest.mark.parametrize(
    "text", ["", "<<<<<<< HEAD\n{}", "[]", "{}", '{"cells": [1]}', '{"cells": [], "metadata": 1}']
)
def test_a_file_that_is_no_notebook_is_told(course, text):
    (course / "notebooks/00_a.ipynb").write_text(text)
    with pytest.raises(learner_copy.NoNotebook):
        learner_copy.make(course, "notebooks/00_a.ipynb", frozenset())


# What counts as an edit


@pytest.fixture
def laid_out():
    return json.loads(learner_copy.make(ROOT, NAMES[0], frozenset(NAMES)))


def fingerprint(notebook, **style):
    return learner_copy.fingerprint(json.dumps(notebook, **style).encode())


def test_what_jupyterlab_writes_by_itself_is_no_edit(laid_out):
    opened = copy.deepcopy(laid_out)
    opened["metadata"]["kernelspec"]["display_name"] = "LSTM lessons"
    opened["metadata"]["language_info"] |= {"version": "3.11.7", "nbconvert_exporter": "python"}
    assert fingerprint(opened) == fingerprint(laid_out)
    assert fingerprint(laid_out, indent=4) == fingerprint(laid_out)


def edit(*path, value):
    def change(notebook):
        for step in path[:-1]:
            notebook = notebook[step]
        notebook[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        edit("cells", 1, "source", value=["Mine.\n"]),
        edit("cells", 3, "outputs", value=[{"output_type": "stream", "name": "stdout"}]),
        edit("cells", 3, "execution_count", value=1),
        edit("cells", 3, "metadata", "tags", value=["mine"]),
        edit("cells", 3, "id", value="mine"),
        edit("metadata", "widgets", value={}),
        edit("metadata", "kernelspec", "name", value="mine"),
        edit("metadata", "kernelspec", value=None),
        lambda notebook: notebook["cells"].pop(),
        lambda notebook: notebook["cells"].reverse(),
    ],
)
def test_all_else_is(laid_out, change):
    changed = copy.deepcopy(laid_out)
    change(changed)
    assert fingerprint(changed) != fingerprint(laid_out)


def test_files_that_are_no_notebooks_have_fingerprints_too():
    assert learner_copy.fingerprint(b"{") != learner_copy.fingerprint(b"{ ")
    assert learner_copy.fingerprint(b"[]") == learner_copy.fingerprint(b"[]")
