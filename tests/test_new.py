"""``new``: six files, which are whole as they are laid out, and nothing that was there is lost."""

import shutil
import subprocess
import sys

import pytest
from clone_copies import CLONE, clean_environ, one_line, run

from lstm_lessons.publishing.blank import Blank, CannotLayOut

FILES = [
    "lstm_lessons/course.py",
    "notebooks/source/10_backpropagation_by_hand.py",
    "exercises/source/10_backpropagation_by_hand.py",
    "lstm_lessons/exercises/lesson_10/step_back.py",
    "lstm_lessons/explorers/gradient_flow.py",
    "tests/exercises/test_lesson_10.py",
]
NEW = (
    "new",
    "10_backpropagation_by_hand",
    "--explorer",
    "gradient_flow",
    "--exercise",
    "step_back",
)


@pytest.fixture
def course(tmp_path):
    """A copy of the whole course, without what git ignores."""
    listed = ["git", "-C", str(CLONE), "ls-files", "-co", "--exclude-standard"]
    for name in subprocess.run(listed, capture_output=True, text=True).stdout.splitlines():
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
        Blank("10_back", word, "exercise")


def test_a_lesson_that_is_there_is_left_alone():
    with pytest.raises(CannotLayOut, match="lesson 03 is there already; nothing was written"):
        Blank("03_another", "explorer", "exercise").texts(CLONE)


def test_an_explorer_that_is_there_is_left_alone():
    with pytest.raises(CannotLayOut, match="explorers/cell_gates.py is there already"):
        Blank("10_back", "cell_gates", "exercise").texts(CLONE)


def test_a_lesson_of_the_plan_takes_its_place_and_a_new_one_comes_last():
    for name in ("10_backpropagation_by_hand", "99_something_new"):
        texts = Blank(name, "gradient_flow", "step_back").texts(CLONE)
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
    assert laid.stdout.splitlines()[:-1] == FILES
    again = run(course, *NEW, environ=environ)
    assert again.returncode == 1
    assert "nothing was written" in one_line(again)
    for name in FILES:
        path = course / name
        path.write_text(path.read_text("utf-8").replace("TODO", "Filled in"), "utf-8")
    built = run(course, "build", "10", environ=environ)
    assert built.returncode == 0, built.stdout + built.stderr
    tests = [
        "tests/exercises",
        "tests/test_explorers.py",
        "tests/test_notebooks_lint.py",
        "notebooks",
    ]
    only = ["-k", "10.1 or lesson_10 or gradient_flow or 10_backpropagation"]
    ruff = [sys.executable, "-m", "ruff", "check", *FILES]
    checked = subprocess.run(ruff, cwd=course, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    done = run(course, "test", "--", *tests, *only, "-q", "-n", "0", environ=environ)
    assert done.returncode == 0, done.stdout[-4000:]
    assert " 0 failed" in done.stdout
