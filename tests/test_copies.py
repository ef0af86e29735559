"""A learner's copies at every start: they follow the course, and nothing of the learner's is lost.

Each test lays copies out in folders of its own, changes the course or the copies, or breaks a
start in the middle, and looks at what is there after the next start.
"""

import errno
import json
import os
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from lstm_lessons.environment.clone import FIRST_NOTEBOOK as FIRST
from lstm_lessons.environment.failure import Failure
from lstm_lessons.environment.lock import held
from lstm_lessons.publishing import copies, safe_files

CELL = "notebooks/03_the_cell.ipynb"
SHAPES = "exercises/02_shapes.ipynb"
NAMES = [FIRST, CELL, SHAPES]
CODE = Path(__file__).resolve().parents[1]


def write_lesson(course, name, version):
    """Write a notebook of the course."""
    path = course / name
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": [f"Version {version}."]},
        {"cell_type": "code", "id": "b", "metadata": {}, "source": [f"# {name}"], "outputs": [],
         "execution_count": 1},
    ]  # fmt: skip
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook))


def make_course(root):
    """Make a course of two lessons and an exercise set, all of version 1."""
    for name in NAMES:
        write_lesson(root, name, 1)
    return root


def start_once(course):
    """Return the folder of a learner who has started once."""
    copies.lay_out(course, course / copies.FOLDER)
    return course / copies.FOLDER


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "The course")


@pytest.fixture
def mine(course):
    return start_once(course)


def version(path):
    """Return which version of the course's notebook a copy says it is."""
    return json.loads(path.read_text())["cells"][0]["source"][0]


def edit(path, cell=1, text="x = 1  # mine"):
    """Write in a cell of a copy, as JupyterLab would; return what the file then holds."""
    notebook = json.loads(path.read_bytes())
    notebook["cells"][cell]["source"] = [text]
    path.write_text(json.dumps(notebook, indent=1, sort_keys=True) + "\n")
    return path.read_bytes()


def shown(folder):
    """Return the files that a learner sees, as paths from the folder."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )


def hidden(folder):
    """Return the names of the hidden files, but for the record and a lock of Windows."""
    return sorted(
        path.name
        for path in folder.rglob(".*")
        if path.is_file() and path.name not in (".laid_out.json", ".lock")
    )


# The usual way


def test_the_first_start_lays_everything_out(course):
    laid = copies.lay_out(course, course / "my_lessons")
    assert shown(course / "my_lessons") == sorted(NAMES)
    assert laid.lines == ["Laid out: 3 notebooks."]
    assert laid.unchanged == {course / name: [course / "my_lessons" / name] for name in NAMES}
    assert hidden(course / "my_lessons") == []


def test_the_next_start_changes_and_says_nothing(course, mine):
    before = {path: path.stat().st_mtime_ns for path in mine.rglob("*") if path.is_file()}
    assert copies.lay_out(course, mine).lines == []
    after = {path: path.stat().st_mtime_ns for path in mine.rglob("*") if path.is_file()}
    assert after == before


def test_a_copy_that_nobody_touched_is_renewed(course, mine):
    write_lesson(course, CELL, 2)
    assert copies.lay_out(course, mine).lines == [f"Renewed, as you had not changed them: {CELL}."]
    assert version(mine / CELL) == "Version 2." and version(mine / FIRST) == "Version 1."
    assert shown(mine) == sorted(NAMES)
    write_lesson(course, CELL, 3)
    copies.lay_out(course, mine)
    assert version(mine / CELL) == "Version 3." and shown(mine) == sorted(NAMES)


def test_a_copy_that_was_only_opened_is_renewed(course, mine):
    notebook = json.loads((mine / CELL).read_bytes())
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.11.7"}
    (mine / CELL).write_text(json.dumps(notebook))
    write_lesson(course, CELL, 2)
    copies.lay_out(course, mine)
    assert version(mine / CELL) == "Version 2." and shown(mine) == sorted(NAMES)


def test_many_names_are_counted(course, mine):
    for number in range(4, 10):
        write_lesson(course, f"notebooks/0{number}_more.ipynb", 1)
    (line,) = copies.lay_out(course, mine).lines
    assert line.startswith("New: notebooks/04_more.ipynb, notebooks/05_more.ipynb, ")
    assert line.endswith(", notebooks/07_more.ipynb and 2 more.")


def test_a_new_lesson_comes_too(course, mine):
    write_lesson(course, "notebooks/04_next.ipynb", 1)
    assert copies.lay_out(course, mine).lines == ["New: notebooks/04_next.ipynb."]
    assert version(mine / "notebooks/04_next.ipynb") == "Version 1."


def test_solutions_sources_and_strangers_get_no_copy(course, mine):
    write_lesson(course, "exercises/solutions/02_shapes.ipynb", 1)
    for name in ("Untitled", "03_the_cell.edited-1", "03_the_cell-Copy1"):
        (course / f"notebooks/{name}.ipynb").write_text("{}")
    copies.lay_out(course, mine)
    assert shown(mine) == sorted(NAMES)


# The learner's edits


@pytest.mark.parametrize("cell", [0, 1], ids=["the cell that changes", "another cell"])
def test_an_edited_copy_is_left_and_the_new_one_laid_beside_it(course, mine, cell):
    edited = edit(mine / CELL, cell)
    write_lesson(course, CELL, 2)
    lines = copies.lay_out(course, mine).lines
    assert (mine / CELL).read_bytes() == edited
    beside = mine / "notebooks/03_new_version_the_cell.ipynb"
    assert version(beside) == "Version 2."
    assert lines == [
        f"{CELL} has a new version. Yours has your changes and stays as it is;"
        f" the new one lies beside it: {beside.name}"
    ]
    assert copies.lay_out(course, mine).lines == []


def test_a_copy_that_was_run_is_left(course, mine):
    notebook = json.loads((mine / CELL).read_bytes())
    notebook["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    (mine / CELL).write_text(json.dumps(notebook))
    write_lesson(course, CELL, 2)
    before = (mine / CELL).read_bytes()
    copies.lay_out(course, mine)
    assert (mine / CELL).read_bytes() == before


@pytest.mark.parametrize("data", [b"", b"\x00\xff", b'{"cells": []}', b"[]"])
def test_a_copy_that_is_no_notebook_any_more_is_left(course, mine, data):
    (mine / CELL).write_bytes(data)
    write_lesson(course, CELL, 2)
    copies.lay_out(course, mine)
    assert (mine / CELL).read_bytes() == data
    assert version(mine / "notebooks/03_new_version_the_cell.ipynb") == "Version 2."


def test_an_edited_copy_is_left_in_peace_while_the_course_stays(course, mine):
    edited = edit(mine / CELL)
    assert copies.lay_out(course, mine).lines == []
    assert (mine / CELL).read_bytes() == edited and shown(mine) == sorted(NAMES)


def test_a_new_version_that_nobody_touched_is_renewed_too(course, mine):
    edited = edit(mine / CELL)
    for number in (2, 3):
        write_lesson(course, CELL, number)
        copies.lay_out(course, mine)
    beside = "notebooks/03_new_version_the_cell.ipynb"
    assert shown(mine) == sorted([*NAMES, beside])
    assert version(mine / beside) == "Version 3." and (mine / CELL).read_bytes() == edited


def test_a_new_version_that_was_edited_is_left_as_well(course, mine):
    beside = mine / "notebooks/03_new_version_the_cell.ipynb"
    edits = {mine / CELL: edit(mine / CELL)}
    write_lesson(course, CELL, 2)
    copies.lay_out(course, mine)
    edits[beside] = edit(beside)
    write_lesson(course, CELL, 3)
    line = copies.lay_out(course, mine).lines[0]
    second = mine / "notebooks/03_new_version_2_the_cell.ipynb"
    assert line.endswith(second.name) and version(second) == "Version 3."
    assert {path: path.read_bytes() for path in edits} == edits


def test_a_new_version_that_was_thrown_away_stays_away(course, mine):
    edit(mine / CELL)
    write_lesson(course, CELL, 2)
    copies.lay_out(course, mine)
    (mine / "notebooks/03_new_version_the_cell.ipynb").unlink()
    assert copies.lay_out(course, mine).lines == []
    assert shown(mine) == sorted(NAMES)


def test_a_new_version_that_was_taken_for_ones_own_follows_the_course(course, mine):
    edit(mine / CELL)
    write_lesson(course, CELL, 2)
    copies.lay_out(course, mine)
    os.replace(mine / "notebooks/03_new_version_the_cell.ipynb", mine / CELL)
    write_lesson(course, CELL, 3)
    copies.lay_out(course, mine)
    assert version(mine / CELL) == "Version 3." and shown(mine) == sorted(NAMES)


def test_a_change_that_is_taken_back_in_the_course_reaches_an_edited_copy(course, mine):
    write_lesson(course, CELL, 2)
    copies.lay_out(course, mine)
    edited = edit(mine / CELL)
    write_lesson(course, CELL, 1)
    copies.lay_out(course, mine)
    assert version(mine / "notebooks/03_new_version_the_cell.ipynb") == "Version 1."
    assert (mine / CELL).read_bytes() == edited


def test_a_deleted_copy_is_laid_out_again(course, mine):
    (mine / CELL).unlink()
    assert copies.lay_out(course, mine).lines == [
        f"{CELL} was gone (deleted or renamed): it is laid out again."
    ]
    assert version(mine / CELL) == "Version 1."


def test_a_renamed_copy_stays_and_the_original_is_laid_out_again(course, mine):
    edited = edit(mine / CELL)
    renamed = mine / "notebooks/my cell.ipynb"
    os.rename(mine / CELL, renamed)
    write_lesson(course, CELL, 2)
    copies.lay_out(course, mine)
    copies.lay_out(course, mine)
    assert renamed.read_bytes() == edited and version(mine / CELL) == "Version 2."
    assert shown(mine) == sorted([*NAMES, "notebooks/my cell.ipynb"])


def test_a_folder_deleted_as_a_whole_is_laid_out_anew(course, mine):
    shutil.rmtree(mine)
    assert copies.lay_out(course, mine).lines[0].startswith("Laid out: ")


def test_what_else_a_learner_keeps_there_is_left(course, mine):
    for name in ("notebooks/mine.ipynb", "notes.md", "exercises/.hidden"):
        (mine / name).write_text("mine")
    write_lesson(course, CELL, 2)
    copies.lay_out(course, mine)
    for name in ("notebooks/mine.ipynb", "notes.md", "exercises/.hidden"):
        assert (mine / name).read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="Windows asks for a right to make links")
@pytest.mark.parametrize("there", ["a file of mine", "nothing"])
def test_a_link_to_a_file_elsewhere_is_left(course, mine, tmp_path, there):
    (mine / CELL).unlink()
    (mine / CELL).symlink_to(tmp_path / "elsewhere.ipynb")
    if there != "nothing":
        (tmp_path / "elsewhere.ipynb").write_text(there)
    copies.lay_out(course, mine)
    write_lesson(course, CELL, 2)
    copies.lay_out(course, mine)
    assert (mine / CELL).is_symlink()
    assert (tmp_path / "elsewhere.ipynb").exists() == (there != "nothing")


# The record


RECORD = ".laid_out.json"


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", "{}", '{"ours": 1, "last": {}}', '{"ours": [1], "last": {}}',
             '{"ours": [], "last": {"a": 1}}', '{"ours": [], "last": 1}']
)  # fmt: skip
def test_without_its_record_every_copy_counts_as_edited(course, mine, text):
    if text is None:
        (mine / RECORD).unlink()
    else:
        (mine / RECORD).write_text(text)
    before = (mine / CELL).read_bytes()
    write_lesson(course, CELL, 2)
    lines = copies.lay_out(course, mine).lines
    assert "no record of what was laid out" in lines[0] and "03_new_version_the_cell" in lines[1]
    assert (mine / CELL).read_bytes() == before
    assert version(mine / "notebooks/03_new_version_the_cell.ipynb") == "Version 2."
    assert copies.lay_out(course, mine).lines == []


def test_without_its_record_a_copy_of_this_version_is_known(course, mine):
    (mine / RECORD).unlink()
    copies.lay_out(course, mine)
    write_lesson(course, CELL, 2)
    copies.lay_out(course, mine)
    assert version(mine / CELL) == "Version 2." and shown(mine) == sorted(NAMES)


def test_a_lesson_that_is_no_notebook_is_left_out(course, mine):
    (course / CELL).write_text("<<<<<<< HEAD\n")
    lines = copies.lay_out(course, mine).lines
    assert len(lines) == 1 and f"The course's {CELL} cannot be read" in lines[0]
    assert version(mine / CELL) == "Version 1."


# A start that is cut off


def start_and_kill(course, mine, step, number):
    """Start in a process that dies at the given call of a step; say whether it came so far."""
    if (process := os.fork()) == 0:
        status = 1
        try:
            _slay_at(step, number)
            copies.lay_out(course, mine)
            status = 0
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert status in (0, 9)
    return status == 9


def _slay_at(step, number):
    """Let this process end, with nothing put right, at the given call of a step."""
    real, seen = getattr(os, step), count(1)

    def slain(*arguments, **more):
        if next(seen) == number:
            os._exit(9)
        return real(*arguments, **more)

    setattr(os, step, slain)


@pytest.mark.slow
@pytest.mark.parametrize("again", [False, True], ids=["once", "twice"])
@pytest.mark.parametrize("step", ["fsync", "replace", "link", "rename", "unlink"])
@pytest.mark.skipif(os.name == "nt", reason="these are the steps elsewhere")
def test_a_start_that_is_killed_at_any_step_loses_nothing(tmp_path, step, again):
    """An edited copy, two that are to be renewed, a lesson that is new."""
    for number in count(1):
        course = make_course(tmp_path / str(number))
        mine = start_once(course)
        edited = edit(mine / CELL)
        for name in (*NAMES, "notebooks/04_next.ipynb"):
            write_lesson(course, name, 2)
        if not start_and_kill(course, mine, step, number):
            break
        if again:
            start_and_kill(course, mine, step, number)
        assert (mine / CELL).read_bytes() == edited
        copies.lay_out(course, mine)
        check_all_of_version(2, mine, edited)
        copies.lay_out(course, mine)
        check_all_of_version(2, mine, edited)
        assert hidden(mine) == []
    assert number > 2, f"no start came to {step}"


def check_all_of_version(number, mine, edited):
    assert (mine / CELL).read_bytes() == edited
    beside = "notebooks/03_new_version_the_cell.ipynb"
    assert shown(mine) == sorted([*NAMES, "notebooks/04_next.ipynb", beside])
    for name in (FIRST, SHAPES, "notebooks/04_next.ipynb", beside):
        assert version(mine / name) == f"Version {number}.", name


def test_a_draft_that_a_killed_start_left_is_cleared_away(course, mine):
    draft = mine / "notebooks" / f".03_the_cell.ipynb{safe_files._DRAFT}"
    draft.write_bytes(b'{"cells": [')
    copies.lay_out(course, mine)
    assert not draft.exists()


@pytest.mark.parametrize("write", [safe_files.write_new, safe_files.write_over])
def test_a_draft_that_has_a_second_name_is_not_written_into(tmp_path, write):
    """So it is after a start that died when the copy was linked, and its draft not yet deleted."""
    (tmp_path / "mine").write_text("mine")
    os.link(tmp_path / "mine", tmp_path / f".copy{safe_files._DRAFT}")
    write(tmp_path / "copy", b"new")
    assert (tmp_path / "mine").read_text() == "mine"
    assert (tmp_path / "copy").read_bytes() == b"new"


# An edit that is saved while a start is at work


def at(monkeypatch, step, deed, before=True):
    """Do something just before or after the first call of a step that concerns lesson 03."""
    real, done = getattr(os, step), []

    def stepping(source, target, **more):
        concerned = "03_the_cell" in str(source) and not done
        if concerned:
            done.append(True)
            if before:
                deed()
        answer = real(source, target, **more)
        if concerned and not before:
            deed()
        return answer

    monkeypatch.setattr(os, step, stepping)
    return done


def check_saved_edit(course, mine, edited):
    """Require that the edit is there, under any name that a learner sees, and the new version."""
    held = {path: path.read_bytes() for path in (mine / "notebooks").glob("03*.ipynb")}
    assert edited in held.values()
    assert "Version 2." in [version(path) for path, data in held.items() if data != edited]


needs_links = pytest.mark.skipif(os.name == "nt", reason="Windows moves files another way")


@needs_links
@pytest.mark.parametrize(
    ("step", "before"),
    [("rename", True), ("rename", False), ("link", True), ("link", False)],
    ids=["before it goes aside", "gone aside", "before the new one", "after the new one"],
)
def test_an_edit_saved_in_the_middle_is_kept(course, mine, monkeypatch, step, before):
    """JupyterLab opens the file by its name, and writes it."""
    write_lesson(course, CELL, 2)
    original, edits = (mine / CELL).read_bytes(), []

    def save():
        (mine / CELL).write_bytes(original)
        edits.append(edit(mine / CELL))

    done = at(monkeypatch, step, save, before)
    copies.lay_out(course, mine)
    assert done
    if (step, before) == ("link", False):  # over the new version, as the learner wished
        assert (mine / CELL).read_bytes() == edits[0]
    else:
        check_saved_edit(course, mine, edits[0])
    monkeypatch.undo()
    copies.lay_out(course, mine)
    assert edits[0] in [path.read_bytes() for path in (mine / "notebooks").glob("03*.ipynb")]


@needs_links
@pytest.mark.parametrize(
    ("step", "before"),
    [("rename", False), ("link", False), (None, None)],
    ids=["gone aside", "after the new one", "after the start"],
)
def test_an_edit_that_was_already_on_its_way_is_kept(course, mine, monkeypatch, step, before):
    """JupyterLab has the file open, and its bytes come when another file has that name."""
    write_lesson(course, CELL, 2)
    mine_too = edit(mine.parent / CELL)
    with (mine / CELL).open("r+b") as open_file:

        def save():
            open_file.truncate()
            open_file.write(mine_too)
            open_file.flush()

        if step:
            at(monkeypatch, step, save, before)
            copies.lay_out(course, mine)
            monkeypatch.undo()
        else:
            copies.lay_out(course, mine)
            save()
    lines = copies.lay_out(course, mine).lines
    held = [path.read_bytes() for path in (mine / "notebooks").glob("03*.ipynb")]
    assert mine_too in held
    if (step, before) != ("rename", False):  # there it is seen at once
        saved = "03_saved_edit_the_cell.ipynb"
        assert lines == [f"notebooks/{saved} holds an edit that was saved during the last start."]
    copies.lay_out(course, mine)
    assert hidden(mine) == []


@needs_links
def test_a_file_that_appears_where_a_copy_was_gone_is_left(course, mine, monkeypatch):
    edited = edit(mine / CELL)
    (mine / CELL).unlink()
    at(monkeypatch, "link", lambda: (mine / CELL).write_bytes(edited))
    copies.lay_out(course, mine)
    assert (mine / CELL).read_bytes() == edited


@needs_links
def test_a_copy_whose_new_version_cannot_take_its_place_is_put_back(course, mine, monkeypatch):
    write_lesson(course, CELL, 2)

    def refuse(step):
        real = getattr(os, step)

        def refusing(source, target, **more):
            if str(source).endswith(safe_files._DRAFT) and "03_the_cell" in str(source):
                raise OSError(errno.EIO, "Input/output error")
            return real(source, target, **more)

        monkeypatch.setattr(os, step, refusing)

    refuse("link")
    refuse("rename")
    with pytest.raises(Failure):
        copies.lay_out(course, mine)
    assert version(mine / CELL) == "Version 1." and hidden(mine) == []


def test_a_file_system_without_links_will_do(course, mine, monkeypatch):
    def refuse(*arguments, **more):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    edited = edit(mine / CELL)
    for name in NAMES:
        write_lesson(course, name, 2)
    copies.lay_out(course, mine)
    assert (mine / CELL).read_bytes() == edited
    assert version(mine / FIRST) == version(mine / SHAPES) == "Version 2."
    assert version(mine / "notebooks/03_new_version_the_cell.ipynb") == "Version 2."


def test_a_file_that_the_system_keeps_in_place_is_left(course, mine, monkeypatch):
    """On Windows one that is open elsewhere cannot be moved."""
    write_lesson(course, CELL, 2)
    before = (mine / CELL).read_bytes()

    def refuse(source, target, **more):
        raise PermissionError(errno.EACCES, "It is being used by another process")

    monkeypatch.setattr(os, "rename", refuse)
    copies.lay_out(course, mine)
    assert (mine / CELL).read_bytes() == before
    assert version(mine / "notebooks/03_new_version_the_cell.ipynb") == "Version 2."


# A full disk


def fill_disk(monkeypatch, writes):
    """Let the disk be full after so many writes."""
    real, left = os.fsync, [writes]

    def fsync(number):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(number)

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.parametrize("writes", range(6))
def test_a_full_disk_loses_nothing_and_what_is_there_is_opened(course, mine, monkeypatch, writes):
    edited = edit(mine / CELL)
    for name in NAMES:
        write_lesson(course, name, 2)
    fill_disk(monkeypatch, writes)
    lines = copies.lay_out(course, mine).lines
    if writes < 5:  # the record, two renewals, one version beside, the record
        assert len(lines) == 1 and lines[0].startswith("The disk is full: laying out your copies")
        assert lines[0].endswith("Your copies are opened as they are; free some space.")
    assert (mine / CELL).read_bytes() == edited
    for name in (FIRST, SHAPES):
        assert version(mine / name) in ("Version 1.", "Version 2.")
    monkeypatch.undo()
    write_lesson(course, "notebooks/04_next.ipynb", 2)
    copies.lay_out(course, mine)
    check_all_of_version(2, mine, edited)


@pytest.mark.parametrize("writes", [0, 1])
def test_a_full_disk_with_nothing_to_open_is_one_line(course, tmp_path, monkeypatch, writes):
    fill_disk(monkeypatch, writes)
    with pytest.raises(Failure, match="^The disk is full: laying out .* Free some space, and run"):
        copies.lay_out(course, tmp_path / "mine")
    assert shown(tmp_path / "mine") == [] == hidden(tmp_path / "mine")


# Two starts at once


def test_two_starts_at_once(course, mine):
    edited = edit(mine / CELL)
    for name in NAMES:
        write_lesson(course, name, 2)
    start = (
        "import sys; from pathlib import Path; from lstm_lessons.publishing import copies\n"
        "print(*copies.lay_out(Path(sys.argv[1]), Path(sys.argv[2])).lines, sep='\\n')"
    )
    command = [sys.executable, "-c", start, course, mine]
    environ = {**os.environ, "PYTHONPATH": str(CODE)}
    starts = [
        subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    lines = [line for each in starts for line in each.communicate()[0].splitlines() if line]
    assert [each.returncode for each in starts] == [0, 0, 0, 0]
    assert sorted(line.split(" ")[0] for line in lines) == ["Renewed,", CELL]
    assert shown(mine) == sorted([*NAMES, "notebooks/03_new_version_the_cell.ipynb"])
    assert (mine / CELL).read_bytes() == edited


def test_a_start_that_does_not_end_is_not_waited_for(course, mine, monkeypatch):
    monkeypatch.setattr(copies, "PATIENCE_S", 0.2)
    with held(mine / ".lock"), pytest.raises(Failure, match="^Another start of lab is at work"):
        copies.lay_out(course, mine)


def test_a_drive_without_locks_will_do(course, mine, monkeypatch):
    def refuse(*arguments):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(copies, "held", refuse)
    write_lesson(course, CELL, 2)
    copies.lay_out(course, mine)
    assert version(mine / CELL) == "Version 2."


# A folder that will not do


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.EIO])
def test_a_folder_that_cannot_be_written_to(course, mine, monkeypatch, code):
    def refuse(*arguments, **more):
        raise OSError(code, os.strerror(code), "a/file")

    monkeypatch.setattr(safe_files, "_write", refuse)
    write_lesson(course, CELL, 2)
    with pytest.raises(Failure) as failure:
        copies.lay_out(course, mine)
    assert str(failure.value) == (
        f"Your copies of the lessons cannot be laid out in {mine} ({os.strerror(code)}: a/file)."
        " Choose another folder: python3 -m lstm_lessons lab --folder PATH"
    )


def test_a_file_in_the_place_of_the_folder(course, tmp_path):
    (tmp_path / "mine").write_text("mine")
    for folder in (tmp_path / "mine", tmp_path / "mine" / "deeper"):
        with pytest.raises(Failure, match="cannot be laid out in .* Choose another folder"):
            copies.lay_out(course, folder)
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "notebooks", "exercises/deeper", "my_lessons/.."])
def test_copies_are_not_laid_among_the_courses_own(course, name):
    with pytest.raises(Failure, match="where the course keeps its own notebooks"):
        copies.lay_out(course, course / name)
    assert not (course / "notebooks" / "notebooks").exists()


@pytest.mark.parametrize("name", ["deep/er", "Leçons d'été à moi"])
def test_any_other_folder_will_do(course, tmp_path, name):
    copies.lay_out(course, tmp_path / name)
    assert shown(tmp_path / name) == sorted(NAMES)
