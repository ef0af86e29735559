"""What learners get: it works by itself, shows no solution where it must not, and loses nothing."""

import errno
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from clone_copies import CLONE, clean_environ, one_line, run
from shown import IN_THE_PACKAGE, bare, distinctive, in_cells, shown
from toys import function_toy

from lstm_lessons.commands import dispatch
from lstm_lessons.course import ROUTES, route
from lstm_lessons.environment.failure import Failure
from lstm_lessons.exercises import numbers
from lstm_lessons.exercises.engine import sources
from lstm_lessons.exercises.engine.sources import Facts
from lstm_lessons.exercises.engine.text import BEGIN, END, text
from lstm_lessons.publishing import copies, learner_copy, safe_files
from lstm_lessons.workshop.handout import contents, laying

pytestmark = pytest.mark.slow  # few edits can break it

ALL = contents.lessons(None)
HALF = route("half-a-day")


def write(folder, files):
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def files():
    """All lessons, without solutions."""
    return contents.made(CLONE, Facts(ALL, None, False), None)


@pytest.fixture(scope="module")
def release(files, tmp_path_factory):
    return write(tmp_path_factory.mktemp("ä release"), files)


@pytest.fixture(scope="module")
def of_route(tmp_path_factory):
    """Half a day, with solutions."""
    facts = Facts(contents.lessons(HALF), HALF.name, True)
    return write(tmp_path_factory.mktemp("route"), contents.made(CLONE, facts, HALF))


# --- No solution --------------------------------------------------------------------------------


def test_no_file_shows_a_solution(release):
    assert shown(release) == {}


def test_what_looks_for_solutions_finds_them(release, tmp_path):
    """In a plain text, and in a notebook's result."""
    for path in sorted(CLONE.glob("*/source/[0-9]*.py")):
        lines = path.read_text("utf-8").split("\n")
        kept = "\n".join(line for line in lines if line.strip() not in (BEGIN, END))
        (tmp_path / f"{path.parts[-3]}_{path.name}").write_text(kept, encoding="utf-8")
    assert set(shown(tmp_path)) == set(numbers())
    known = in_cells(release)
    assert sum(len(distinctive(number, known)) > 1 for number in numbers()) > 60
    output = {"text": [line + "\n" for line in text("04.1").solution.split("\n")]}
    notebook = {"cells": [{"source": [], "outputs": [output]}]}
    place = tmp_path / "one"
    place.mkdir()
    (place / "x.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    assert set(shown(place)) == {"04.1"}


def test_each_exception_is_one(release):
    """An exception whose reason is gone is to be taken out."""
    package = bare(
        "".join(p.read_text("utf-8") for p in (release / "lstm_lessons" / "lstm").glob("*.py"))
    )
    known = in_cells(release)
    for number in IN_THE_PACKAGE:
        assert any(line in package for line in distinctive(number, known))


# --- It works by itself -------------------------------------------------------------------------

TRY = """
import importlib, json, sys, time
import lstm_lessons
for name in json.loads(sys.argv.pop(1)):
    importlib.import_module(name)
from lstm_lessons import exercise, progress
from lstm_lessons.exercises import numbers
told = {"where": lstm_lessons.__file__, "numbers": numbers(), "of": {}}
for number in sys.argv[1:]:
    each = exercise(number)
    began = time.perf_counter()
    right = each.check(each.text.made())
    seconds = time.perf_counter() - began
    if hasattr(each, "known"):
        suspect = each.known.levels[0][0]
        wrong, name = suspect.function, suspect.slips[0].name
    else:
        wrong, name = dict.fromkeys(each.text.made(), "junk"), None
    wrong = each.check(wrong)
    solution = [each.solution() for _ in range(3)]
    told["of"][number] = {
        "right": right.outcome, "wrong": wrong.outcome, "told": wrong.misconception, "name": name,
        "seconds": seconds, "hint": each.hint().message, "solution": [
            note.message + note.code for note in solution],
    }
told["progress"] = repr(progress())
print(json.dumps(told))
"""


def tried(folder: Path, *chosen: str, cwd: Path | None = None, home: Path | None = None) -> dict:
    """Import every module of a release, and check exercises there; with ``home``, check alone."""
    environ = {**clean_environ(home or folder / "home"), "PYTHONPATH": str(folder)}
    paths = () if home else (folder / "lstm_lessons").rglob("*.py")
    names = {".".join(path.relative_to(folder).with_suffix("").parts) for path in paths}
    names = {each.removesuffix(".__init__") for each in names} - {"lstm_lessons.__main__"}
    modules = json.dumps(sorted(names))
    answer = subprocess.run(
        [sys.executable, "-c", TRY, modules, *chosen],
        cwd=cwd or folder, env=environ, capture_output=True, text=True,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_checks_and_hints_work_and_the_solution_is_the_instructors(release):
    own = release / "my_lessons"
    copies.lay_out(release, own)
    told = tried(release, "00.1", "04.4", "04.1", cwd=own / "exercises")
    assert Path(told["where"]).is_relative_to(release)
    assert tuple(told["numbers"]) == numbers()
    for number, each in told["of"].items():
        assert (each["right"], each["wrong"]) == ("correct", "incorrect"), number
        assert each["name"] in (None, each["told"])
        assert each["hint"]
        assert all("Your instructor has it" in note for note in each["solution"])
        assert not any(bare(text(number).solution) in bare(note) for note in each["solution"])
    assert told["of"]["04.1"]["name"]
    assert "04 Unrolling in time: 2 of" in told["progress"]
    assert "solved 04.1" in (own / "progress.txt").read_text("utf-8")


def test_with_solutions_the_solution_asks_and_is_shown(monkeypatch):
    for solutions in (True, False):
        told = Facts(("98",), None, solutions)
        monkeypatch.setattr(sources, "facts", lambda told=told: told)
        toy = function_toy()
        asked, shows = toy.solution(), toy.solution()
        assert ("Are you sure?" in asked.message) == solutions
        assert bool(shows.code) == solutions


def test_the_archive_of_a_route_has_its_lessons_alone(of_route):
    with zipfile.ZipFile(of_route / "lstm_lessons/exercises/archive.zip") as archive:
        names = archive.namelist()
    folders = {name.partition("/")[0] for name in names if name.startswith("lesson_")}
    assert folders == {f"lesson_{number}" for number in HALF.lessons}
    assert {name.split("/")[2][:2] for name in names if "texts" in name} == set(HALF.lessons)
    assert sources.facts(of_route / "lstm_lessons/exercises/archive.zip") == Facts(
        HALF.lessons, "half-a-day", True
    )


def test_lab_lays_out_the_same_copies(release, tmp_path):
    assert copies.names(release) == copies.names(CLONE)
    known = frozenset(copies.names(CLONE))
    for name in copies.names(CLONE):
        assert learner_copy.make(release, name, known) == learner_copy.make(CLONE, name, known)


def test_its_own_commands_are_told_and_those_for_teachers_are_said_to_be(release, tmp_path):
    environ = clean_environ(tmp_path / "home")
    usage = run(release, "--help", environ=environ).stdout
    offered = {line.split()[0] for line in usage.splitlines() if line.startswith("  ")}
    assert offered == {"lab", "setup", "doctor", "diagnose", "bench"}
    said = one_line(run(release, "collect", "x", environ=environ))
    assert "'collect' is for teachers and authors" in said
    assert run(release, "setup", environ=environ).returncode == 0


def test_nothing_of_the_teachers_is_in_it(files):
    top = {name.partition("/")[0] for name in files}
    assert top == {
        *("README.md", "LICENSE", "LICENSE-text", ".gitignore", "environment.yml"),
        *("pyproject.toml", "constraints.txt", "lstm_lessons", "notebooks", "exercises"),
    }
    for part in ("/source/", "guide", "solutions", "/site/", "workshop", "routes/", "lesson_"):
        assert not [name for name in files if part in name], part
    assert b"pytest" not in files["environment.yml"]
    assert b"jupyterlab" in files["environment.yml"]


# --- A route ------------------------------------------------------------------------------------


@pytest.mark.parametrize("each", ROUTES, ids=lambda each: each.name)
def test_a_route_has_its_lessons_and_no_dead_link(each):
    numbers_ = contents.lessons(each)
    assert set(numbers_) == {"00", *each.lessons}
    names = contents.notebooks(CLONE, numbers_)
    for name in names:
        made = json.loads(learner_copy.make(CLONE, name, frozenset(names)))
        for cell in made["cells"]:
            for link in learner_copy.links("".join(cell["source"])):
                target = os.path.normpath(os.path.join(os.path.dirname(name), link))
                assert cell["cell_type"] != "markdown" or target in names, (name, link)


def test_a_link_to_what_is_left_out_is_its_name(of_route):
    said = (of_route / "notebooks/05_batches_and_batch_first.ipynb").read_text("utf-8")
    assert "Lesson 06 (*Stacking and dropout*) puts one on top." in said
    readme = (of_route / "README.md").read_text("utf-8")
    assert "| 05 Batches and batch_first |" in readme and "| 06 " not in readme
    assert "**Lesson 03: The cell by hand**" in readme and "Tell in place" not in readme


# --- Laying it, again and again -----------------------------------------------------------------

SMALL = {
    "README.md": b"one",
    "lstm_lessons/cell.py": b"c = 1",
    "notebooks/03_x.ipynb": b"{}",
}
NEWER = {name: data + b" " + data for name, data in SMALL.items()}


def held(folder):
    paths = (path for path in folder.rglob("*") if path.is_file())
    hidden = (laying.RECORD, ".lock")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in paths
        if path.name not in hidden and not path.name.endswith("-replaced")
    }


def test_what_nobody_touched_is_renewed_and_what_is_gone_goes(tmp_path):
    laying.lay(tmp_path, {**SMALL, "lstm_lessons/old.py": b"old"})
    assert laying.lay(tmp_path, NEWER).gone == 1
    assert held(tmp_path) == NEWER
    again = laying.lay(tmp_path, NEWER)
    assert (again.new, again.renewed, again.gone, again.lines) == (0, 0, 0, [])
    assert not [path for path in tmp_path.rglob("*replaced")], "nothing lies aside for ever"


def test_what_somebody_wrote_is_kept(tmp_path):
    laying.lay(tmp_path, {**SMALL, "lstm_lessons/old.py": b"old"})
    mine = {name: b"mine" for name in (*SMALL, "lstm_lessons/old.py", "notes.txt")}
    write(tmp_path, mine)
    lines = laying.lay(tmp_path, NEWER).lines
    assert len(lines) == 4
    there = held(tmp_path)
    assert there == {
        **{name: NEWER[name] for name in ("README.md", "lstm_lessons/cell.py")},
        **{"README.md.yours": b"mine", "lstm_lessons/cell.py.yours": b"mine"},
        **{"notebooks/03_x.ipynb": b"mine", "lstm_lessons/old.py": b"mine", "notes.txt": b"mine"},
        "notebooks/03_x.new_version.ipynb": NEWER["notebooks/03_x.ipynb"],
    }
    assert laying.lay(tmp_path, NEWER).lines == []
    write(tmp_path, {"README.md": b"mine again"})
    assert laying.lay(tmp_path, NEWER).lines == [], "a change of this version stays"
    laying.lay(tmp_path, SMALL)
    assert held(tmp_path)["README.md.yours_2"] == b"mine again"


def test_a_new_version_beside_is_no_lesson(tmp_path):
    write(tmp_path, {"notebooks/03_x.new_version.ipynb": b"{}", "notebooks/03_x.ipynb": b"{}"})
    assert copies.names(tmp_path) == ["notebooks/03_x.ipynb"]


@pytest.mark.parametrize("after", range(5))
def test_a_full_disk_or_an_interruption_leaves_whole_files(tmp_path, monkeypatch, after):
    laying.lay(tmp_path, SMALL)
    write(tmp_path, {"notebooks/03_x.ipynb": b"mine"})
    writes = iter(range(100))
    usual = safe_files._write

    def full(path, data):
        if next(writes) >= after:
            path.write_bytes(data[:2])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        usual(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(safe_files, "_write", full)
        if after < 4:
            with pytest.raises(OSError):
                laying.lay(tmp_path, NEWER)
    there = held(tmp_path)
    assert there["notebooks/03_x.ipynb"] == b"mine"
    for name in ("README.md", "lstm_lessons/cell.py"):
        assert there[name] in (SMALL[name], NEWER[name])
    laying.lay(tmp_path, NEWER)
    there = held(tmp_path)
    new = there.pop("notebooks/03_x.new_version.ipynb")
    assert {**there, "notebooks/03_x.ipynb": new} == NEWER


def test_folders_that_will_not_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    file, other = tmp_path / "file", tmp_path / "other"
    file.write_text("x")
    other.mkdir()
    (other / "thesis.tex").write_text("x")
    for folder, says in (
        (file, "is not a folder"),
        (other, "neither empty nor a release"),
        (CLONE, "a folder of the course's own"),
        (CLONE / "notebooks" / "mine", "a folder of the course's own"),
        (CLONE / "notebooks", "neither empty nor a release"),
        (CLONE / "my_lessons", "a folder of the course's own"),
        (CLONE.parent, "neither empty nor a release"),
    ):
        with pytest.raises(Failure, match=says):
            laying.check(CLONE, folder)
    (tmp_path / "git" / ".git").mkdir(parents=True)
    assert laying.check(CLONE, tmp_path / "git") is None
    for name in ("build/not-there-yet", "handed_out_and_not_there_yet"):
        assert laying.check(CLONE, CLONE / name) is None
    assert dispatch.dispatch(["release", "x", "--route", "quarter"]) == 1
    assert "half-a-day" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_options_are_kept_when_it_is_renewed(tmp_path, capsys):
    folder = tmp_path / "Klasse 4ä"
    assert dispatch.dispatch(
        ["release", str(folder), "--route", "ninety-minutes", "--without-solutions"]
    ) == 0  # fmt: skip
    assert "a checker holds what it checks" in capsys.readouterr().out
    assert dispatch.dispatch(["release", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "0 new, 0 renewed, 0 gone" in said and "lessons 00, 01, 02, 04, 05." in said
    assert "a checker holds what it checks" in said
    assert dispatch.dispatch(["release", str(folder), "--route", "one-day"]) == 1
    assert "was made for the route ninety-minutes and without" in capsys.readouterr().err
    (folder / "lstm_lessons/exercises/archive.zip").write_bytes(b"PK")
    assert dispatch.dispatch(["release", str(folder)]) == 1
    said = capsys.readouterr().err
    assert "is damaged" in said and "Traceback" not in said and said.count("\n") == 1
