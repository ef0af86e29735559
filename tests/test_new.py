"""``new``: seven files, whole as they are laid out; nothing that was there is lost."""

import shutil
import subprocess
import sys

import pytest
from clone_copies import CLONE, clean_environ, one_line, run

from lstm_lessons.course import LESSONS, Lesson
from lstm_lessons.publishing import blank
from lstm_lessons.publishing.blank import Blank, CannotLayOut

NEXT = Lesson(f"{len(LESSONS):02}_something_new", "Something new", "What is new?", "all of it")

FILES = [
    "lstm_lessons/course.py",
    f"notebooks/source/{NEXT.name}.py",
    f"exercises/source/{NEXT.name}.py",
    f"notebooks/guide/{NEXT.name}.md",
    f"lstm_lessons/exercises/lesson_{NEXT.number}/step_back_anew.py",
    "lstm_lessons/explorers/flow_anew.py",
    f"tests/exercises/test_lesson_{NEXT.number}.py",
]
NEW = (
    "new",
    NEXT.name,
    "--explorer",
    "flow_anew",
    "--exercise",
    "step_back_anew",
)


@pytest.fixture
def course(tmp_path):
    """A copy of the whole course, without what git ignores, but with what Python has compiled."""
    listed = ["git", "-C", str(CLONE), "ls-files", "-co", "--exclude-standard"]
    names = subprocess.run(listed, capture_output=True, text=True).stdout.splitlines()
    for room in ("tests", "lstm_lessons"):
        names += [path.relative_to(CLONE) for path in (CLONE / room).rglob("__pycache__/*.pyc")]
    for name in names:
        if (CLONE / name).is_file():
            target = tmp_path / "course" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CLONE / name, target)
    return tmp_path / "course"


@pytest.mark.parametrize(
    "name", ["10", "backpropagation", "10-back", "1_back", "10_Back", "10_", ""]
)
def test_a_name_that_no_lesson_can_have_is_refused(name):
    with pytest.raises(CannotLayOut, match="two digits and a name in small letters"):
        Blank(name, "explorer", "exercise")


@pytest.mark.parametrize("word", ["two words", "2nd", "", "a-b"])
def test_a_name_that_python_cannot_have_is_refused(word):
    with pytest.raises(CannotLayOut, match="a name that Python can have"):
        Blank("99_back", word, "exercise")


def test_a_lesson_that_is_there_is_left_alone():
    with pytest.raises(CannotLayOut, match="lesson 03 is planned as 03_the_cell_by_hand"):
        Blank("03_another", "explorer", "exercise").texts(CLONE)


def test_an_explorer_that_is_there_is_left_alone():
    with pytest.raises(CannotLayOut, match="explorers/cell_gates.py is there already"):
        Blank("99_back", "cell_gates", "exercise").texts(CLONE)


PLAN = f"""
    Lesson("{NEXT.name}", "{NEXT.title}", "{NEXT.question}", "{NEXT.shows}"),
    Lesson("99_the_last", "The last", "What comes last?", "the end"),
)
"""


def test_a_lesson_of_the_plan_takes_its_place_and_a_new_one_comes_last(tmp_path, monkeypatch):
    """The last lesson of the plan stays the last, behind one that is filled in before it."""
    monkeypatch.setattr(blank, "LESSONS", (*LESSONS, NEXT))
    course = tmp_path / "lstm_lessons/course.py"
    course.parent.mkdir()
    text = (CLONE / "lstm_lessons/course.py").read_text("utf-8")
    planned = text.replace("\n)\n\n\nROUTES = (", f"{PLAN}\n\nROUTES = (", 1)
    assert planned != text
    for name, source in ((NEXT.name, planned), (NEXT.name, text), ("98_another", text)):
        course.write_text(source, "utf-8")
        texts = Blank(name, "flow_anew", "step_back_anew").texts(tmp_path)
        space = {"__name__": "course"}
        source = next(text for path, text in texts.items() if path.name == "course.py")
        exec(
            compile(source.replace("@dataclass(frozen=True)", "@dataclass"), "course", "exec"),
            space,
        )
        lessons = space["LESSONS"]
        numbers = [each.number for each in lessons]
        assert numbers == sorted(set(numbers))
        (new,) = [each for each in lessons if each.name == name]
        assert new.ready and new.prerequisites == (f"{int(name[:2]) - 1:02}",)


@pytest.mark.slow
def test_what_is_laid_out_can_be_built_and_passes_its_tests(course, tmp_path):
    environ = {**clean_environ(tmp_path / "home"), "OMP_NUM_THREADS": "1"}
    laid = run(course, *NEW, environ=environ)
    assert laid.returncode == 0, laid.stderr
    assert laid.stdout.splitlines()[: len(FILES)] == FILES
    again = run(course, *NEW, environ=environ)
    assert again.returncode == 1
    assert "is there already" in one_line(again)
    for name in FILES:
        path = course / name
        path.write_text(path.read_text("utf-8").replace("TODO", "Filled in"), "utf-8")
    built = run(course, "build", NEXT.number, environ=environ)
    assert built.returncode == 0, built.stdout + built.stderr
    tests = [
        "tests/exercises/test_checks.py",
        "tests/exercises/test_degenerate.py",
        f"tests/exercises/test_lesson_{NEXT.number}.py",
        "tests/test_explorers.py",
        "tests/test_notebooks_lint.py",
        f"notebooks/{NEXT.name}.ipynb",
    ]
    only = ["-k", f"{NEXT.number}.1 or lesson_{NEXT.number} or flow_anew or {NEXT.name}"]
    ruff = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        *(name for name in FILES if name.endswith(".py")),
    ]
    checked = subprocess.run(ruff, cwd=course, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    done = run(course, "test", "--", *tests, *only, "-q", "-n", "0", environ=environ)
    assert done.returncode == 0, done.stdout[-4000:]
    assert " 0 failed" in done.stdout
