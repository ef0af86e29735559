"""What learners hand in is judged behind walls: hostile kinds cost nobody anything.

Here are the quick kinds of the table; `python tests/collect_hostile.py` judges them all.
"""

import csv
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from clone_copies import CLONE
from hostile import HOSTILE, Hostile, answers, notebook

from lstm_lessons.environment.failure import Failure
from lstm_lessons.workshop.collect import fence, limits, page, pages, results, run, table, walls
from lstm_lessons.workshop.collect.people import Learner, others, people

QUICK = (
    *("os._exit in a cell", "patches check", "pre-made outputs", "writes to every descriptor"),
    *("reads a checker", "kills"),
)


def lines_of(folder: Path) -> dict[str, tuple[str, ...]]:
    return {each.name: each.lines for each in people(folder)}


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> dict[str, run.Earned]:
    if reason := walls.missing():
        pytest.skip(f"no walls here: {reason}")
    folder = tmp_path_factory.mktemp("class")
    kinds = [each for each in HOSTILE if each.name in QUICK]
    for each in (*kinds, Hostile("honest", {"a/03.ipynb": answers()})):
        each.lay(folder)
    found = run.judged(people(folder), limits.Limits(seconds=5, minutes=1), True, [folder], 2)
    return {each.learner.name: each for each in found}


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", [each for each in HOSTILE if each.name in QUICK], ids=lambda k: k.name
)
def test_a_hostile_kind_earns_what_its_code_earns(judged, kind):
    found = {each["exercise"]: each["outcome"] for each in judged[kind.name].verdicts}
    assert found == kind.earns


@pytest.mark.slow
def test_the_honest_neighbour_is_judged_as_ever(judged):
    assert [each["outcome"] for each in judged["honest"].verdicts] == ["correct"]


@pytest.mark.slow
def test_nothing_of_it_is_left(judged):
    assert not Path("/tmp/lstm-hostile-was-here").exists()
    mine = [path for path in Path("/proc").glob("[0-9]*/cmdline") if b"collect.warm" in _read(path)]
    assert not [each for each in mine if _parent(each.parent) == os.getpid()]


def test_the_fence_and_the_filter_hold_without_walls(tmp_path):
    """In a process of its own: nothing can be changed, nobody reached, no secret read."""
    if not fence.version() or not limits.can_refuse_calls():
        pytest.skip("this kernel has no Landlock, or this machine's calls are not known")
    tried = subprocess.run(
        [sys.executable, "-c", _BEHIND_THE_FENCE, str(tmp_path)], capture_output=True, text=True
    )
    assert tried.returncode == 0, tried.stderr
    assert tried.stdout.split() == ["read"]
    assert (tmp_path / "file").read_text() == "as it was"


_BEHIND_THE_FENCE = """
import os, signal, socket, sys
from pathlib import Path
from lstm_lessons.workshop.collect import fence, limits, walls
place = Path(sys.argv[1])
file = place / "file"
file.write_text("as it was")
exercises = walls.PACKAGE / "exercises"
checker = next(exercises.glob("lesson_03/w*.py"))
solution = next(walls.PACKAGE.parent.glob("exercises/source/03*"))
fence.read_within(walls.readable(), walls.secrets())
limits.set_limits(limits.Limits(), 2**40)
for name, tried in {
    "read": (exercises / "progress.py").read_text,
    "read-a-checker": checker.read_text,
    "read-a-solution": solution.read_text,
    "read-another": file.read_text,
    "write": lambda: file.write_text("other"),
    "cut": lambda: os.truncate(file, 0),
    "delete": file.unlink,
    "make": lambda: (place / "new").mkdir(),
    "move": lambda: file.rename(place / "moved"),
    "chmod": lambda: file.chmod(0),
    "signal": lambda: os.kill(os.getppid(), 0),
    "socket": socket.socket,
    "fork": os.fork,
    "memory": lambda: open(f"/proc/{os.getppid()}/mem"),
}.items():
    try:
        tried()
        print(name)
    except OSError:
        pass
"""


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _parent(process: Path) -> int:
    return int(_read(process / "stat").decode().rpartition(")")[2].split()[1])


def test_both_layouts_are_read(tmp_path):
    Hostile("anna", {"exercises/03.ipynb": answers(), "exercises/.x/a.ipynb": ""}).lay(tmp_path)
    Hostile("ben", {"ps1/03.ipynb": answers(), "ps2/04.ipynb": answers()}).lay(tmp_path)
    (tmp_path / "carla.ipynb").write_text(answers())
    (tmp_path / "read me.txt").write_text("hello")
    found = {each.name: [path.name for path in each.notebooks] for each in people(tmp_path)}
    assert found == {
        "anna": ["03.ipynb"],
        "ben": ["03.ipynb", "04.ipynb"],
        "carla": ["carla.ipynb"],
    }


def test_a_packed_folder_is_named(tmp_path):
    Hostile("anna", {"mine.zip": b"PK"}).lay(tmp_path)
    (tmp_path / "ben.zip").write_bytes(b"PK")
    assert lines_of(tmp_path) == {"anna": ("there is no notebook, but mine.zip: unpack it",)}
    assert others(tmp_path) == ["ben.zip"]


def test_a_lesson_is_no_exercise_set(tmp_path):
    """Lesson 08 has a function with the name that exercise 08.1 asks for."""
    path = tmp_path / "08_state_across_chunks.ipynb"
    path.write_text(notebook("import torch", "def train(lstm, x, k): ..."))
    assert not pages.read(path).defined()
    path.write_text(notebook("from lstm_lessons import exercise", "def train(lstm, x, k): ..."))
    assert pages.read(path).defined() == {"train"}


def test_where_an_exercise_is_answered(tmp_path):
    path = tmp_path / "03.ipynb"
    checks = ('exercise("03.1").check(cell)', 'x = 1\nexercise("03.1").check(my_cell)')
    path.write_text(notebook(*checks, "exercise(number).check(x)", 'exercise("03.2").check('))
    assert pages.read(path).checks() == {"03.1": (2, "my_cell"), "03.2": (4, "")}


def test_two_people_with_one_name_stay_two(tmp_path):
    for name in ("anna", "Anna"):
        Hostile(name, {"03.ipynb": answers()}).lay(tmp_path)
    (tmp_path / "anna.ipynb").write_text(answers())
    assert [each.name for each in people(tmp_path)] == ["Anna", "anna", "anna.ipynb"]


def test_one_letter_written_in_two_ways_is_two_people(tmp_path):
    for name in ("Zo\u00eb", "Zoe\u0308"):
        Hostile(name, {"03.ipynb": answers()}).lay(tmp_path)
    assert len({each.name for each in people(tmp_path)}) == 2


@pytest.mark.parametrize(
    ("name", "told"),
    [("two\nlines", "two\\nlines"), ("a\u202eb", "a\\u202eb"), ("..more", "..more"), ("王", "王")],
)
def test_a_name_is_one_visible_line(tmp_path, name, told):
    Hostile(name, {"03.ipynb": answers()}).lay(tmp_path)
    assert [each.name for each in people(tmp_path)] == [told]


def test_a_name_that_is_no_text_is_shown(tmp_path):
    os.mkdir(os.path.join(os.fsencode(tmp_path), b"caf\xe9"))
    assert [each.name for each in people(tmp_path)] == ["caf\\udce9"]


NO_PAGES = [each for each in HOSTILE if each.line and set(each.holds) == {"03.ipynb"}]


@pytest.mark.parametrize("kind", NO_PAGES, ids=lambda kind: kind.name)
def test_what_is_no_notebook_gets_a_line(tmp_path, kind):
    kind.lay(tmp_path)
    (learner,) = people(tmp_path)
    lines = list(learner.lines)
    for path in learner.notebooks:
        try:
            found = pages.read(path)
            lines += [] if found.checks() else [f"no exercise of the course in {path.name}"]
        except pages.NoPage as problem:
            lines.append(f"{path.name} {problem}")
    assert len(lines) == 1
    assert kind.line in lines[0]


def test_an_empty_folder_says_what_was_expected(tmp_path):
    with pytest.raises(Failure, match="a folder, or a notebook"):
        people(tmp_path)


def test_the_folder_of_one_learner_is_known_as_such(tmp_path):
    for name in ("03_the_cell_by_hand", "04_unrolling_in_time"):
        (tmp_path / f"{name}.ipynb").write_text(answers())
    with pytest.raises(Failure, match="one learner's own folder"):
        people(tmp_path)


def test_results_never_replace_what_is_not_ours(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    first = results.place(folder, None)
    results.make(first)
    assert results.place(folder, None) == first
    results.write(first, {"index.html": "one"})
    assert results.place(folder, None) != first
    assert results.place(folder, first) == first
    (first / "index.html").write_text("my own words")
    with pytest.raises(Failure, match="index.html"):
        results.place(folder, first)
    with pytest.raises(Failure, match="among the learners"):
        results.place(folder, folder / "results")


def test_a_place_that_cannot_be_written_is_told_before_all_is_judged(tmp_path):
    (tmp_path / "a file").write_text("")
    with pytest.raises(Failure, match="cannot be written"):
        results.make(tmp_path / "a file" / "results")


def earned(name: str, message: str = "No.", slip: str = "a slip") -> run.Earned:
    verdict = {"exercise": "03.1", "outcome": "incorrect", "slip": slip, "message": message}
    more = {"notebook": "03.ipynb", "seconds": 0.1}
    return run.Earned(Learner(name, ()), ({**verdict, **more},), ("a line",))


EVIL = "<script>alert('1')</script><img src=x onerror=alert(1)>"


def test_the_page_runs_nothing_of_a_learners():
    text = page.page([earned(EVIL, EVIL, EVIL)], "class", "so")
    assert "<script" not in text
    assert "<img" not in text
    assert "default-src 'none'" in text


def test_the_page_for_the_class_names_nobody():
    text = page.page([earned("Berta Benz")], "class", "so", names=False)
    assert "Berta" not in text
    assert "1 of 1" in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "\r"])
def test_no_spreadsheet_finds_a_formula(start):
    text = table.answers_csv([earned(f"{start}HYPERLINK(1)", f"{start}1", f"{start}2")])
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 3
    for row in rows[1:]:
        assert not [each for each in row if each.strip()[:1] in tuple("=+-@")]


def test_slips_are_counted_by_people():
    found = table.slips([earned("a"), earned("b"), earned("c", slip="rare"), earned("d", slip="")])
    assert [(each.name, len(each.people)) for each in found] == [
        ("a slip", 2),
        ("rare", 1),
        ("", 1),
    ]


def test_the_image_for_strangers_takes_what_is_there_and_no_environment():
    from lstm_lessons.commands.collect import CONTAINER

    (named,) = re.findall(r"-f (\S+)", CONTAINER)
    lines = (CLONE / named).read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert {"pyproject.toml", "constraints.txt", "lstm_lessons", "exercises"} <= set(copied)
    for each in copied:
        assert (CLONE / each).exists(), each
        assert not each.startswith("."), each
