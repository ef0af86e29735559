"""Exercises in the page: judged by the course's own checker, where neither torch nor numpy is."""

import importlib.util
import io
import json
import re
import subprocess
import sys
import zipfile

import pytest
from clone_copies import CLONE

from lstm_lessons import exercise
from lstm_lessons.exercises import numbers
from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.site import archive, judged, pages

DICTS = {number: exercise(number) for number in numbers()}
DICTS = {number: each for number, each in DICTS.items() if isinstance(each, DictExercise)}

IN_THE_PAGE = """
import json, sys
sys.path.insert(0, ".")
from judge import hint, solution, mark
asked = json.load(sys.stdin)
asks = {"mark": mark, "hint": hint, "solution": solution}
said = [asks[what](*rest) for what, *rest in asked]
assert not {"torch", "numpy"} & set(sys.modules)
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def here():
    """The page's judge, with the engine as a notebook has it."""
    path = archive.IN_PAGE / "judge.py"
    spec = importlib.util.spec_from_file_location("mark", path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """The page's judge as the page has it: what the archive holds, and Python alone."""
    folder = tmp_path_factory.mktemp("page")
    zipfile.ZipFile(io.BytesIO(archive.course_zip())).extractall(folder)

    def ask(asked):
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", IN_THE_PAGE],
            input=json.dumps(asked), capture_output=True, text=True, cwd=folder,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


def answers(asked: DictExercise):
    """Give the right answer, one with nothing, and one for every mistake that is known."""
    right = asked.text.made_alone()
    yield right
    yield dict.fromkeys(right, ...)
    yield dict(list(right.items())[:1])
    for question in asked.questions:
        for row in question.rows:
            for value in row.values:
                yield right | {question.key: value}
        yield right | {question.key: [7, "?"]}
    for story in asked.stories:
        yield right | dict(story.entries)


def test_the_page_judges_the_exercises_that_ask_for_a_dict_and_no_others():
    assert set(judged.files()) == set(DICTS)
    assert len(DICTS) > 25


@pytest.mark.slow
def test_the_page_says_what_the_notebook_says_of_every_mistake(here, there):
    asked = [
        ("mark", number, f"answer = {answer!r}".replace("Ellipsis", "..."))
        for number, each in DICTS.items()
        for answer in answers(each)
    ]
    said = there(asked)
    outcomes = [json.loads(each)["outcome"] for each in said]
    assert outcomes.count("correct") >= len(DICTS) and outcomes.count("incorrect") > 5 * len(DICTS)
    for (_, number, code), each in zip(asked, said, strict=True):
        assert each == here.mark(number, code), (number, code)


def test_messages_speak_of_buttons_and_not_of_cells(there):
    asked = [("mark", number, "answer = {}") for number in DICTS]
    asked += [("solution", number) for number in DICTS]
    asked += [("hint", number) for number in DICTS]
    for each in there(asked):
        said = json.loads(each)["html"]
        assert "exercise(" not in said and "run this one" not in said


CODES = {
    "an open bracket": ("answer = {", "error", "was never closed (your answer, line 1)"),
    "an error": ("x = 1\ny = x / 0", "error", "Line 2 of your code: <code>y = x / 0</code>"),
    "an exit": ("raise SystemExit(3)", "error", "SystemExit: 3"),
    "another name": ("answers = {}", "error", "Your cell makes no <code>answer</code>"),
    "no dict": ("answer = 3", "incorrect", "Expected: a dict"),
    "a null byte": ("answer = '\0'", "error", "null bytes"),
}


@pytest.mark.parametrize("kind", CODES)
def test_what_is_no_answer_gets_a_line(kind, there):
    code, outcome, words = CODES[kind]
    (said,) = map(json.loads, there([("mark", "02.1", code)]))
    assert said["outcome"] == outcome
    assert words in said["html"]
    assert "judge.py" not in said["html"] and "compile(" not in said["html"]


def test_what_an_answer_prints_is_shown_and_cut(there):
    (said,) = map(json.loads, there([("mark", "02.1", "print('x' * 10**6)\nanswer = {}")]))
    assert said["printed"] == "x" * 2000


def test_every_exercise_of_a_page_is_judged_or_says_where_it_is():
    found, elsewhere = {}, 0
    for folder in ("notebooks", "exercises"):
        for path in sorted((CLONE / folder).glob("[0-9]*.ipynb")):
            cells = pages.page(json.loads(path.read_text("utf-8")), path.stem)["cells"]
            for before, cell in zip(cells, cells[1:], strict=False):
                html = "".join(
                    "".join(each.get("data", {}).get("text/html", ""))
                    for each in cell.get("outputs", ())
                )
                elsewhere += "ll-elsewhere" in html
                if "ll-exercise" in html:
                    (told,) = re.findall(r'<script type="application/json">(.*?)</script>', html)
                    told = json.loads(told)
                    found[told["number"]] = told["given"]
                    assert told["given"] == "".join(before["source"])
    assert sorted(found) == sorted(DICTS)
    assert all(given.lstrip("# ").startswith("answer = ") for given in found.values())
    assert len(found) + elsewhere == len(numbers())
