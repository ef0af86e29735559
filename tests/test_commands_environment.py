"""Which Python runs the course, when what is there is trusted, and two set-ups at once."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from clone_copies import bare_python, clean_environ, copy_clone, one_line, run, without_privilege

from lstm_lessons.commands import inside
from lstm_lessons.environment import environment as environments
from lstm_lessons.environment import requirements
from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.environment import Environment, State, usable_python
from lstm_lessons.environment.failure import Failure
from lstm_lessons.environment.lock import held
from lstm_lessons.environment.requirements import Requirement, parse


@pytest.fixture
def clone(tmp_path):
    return Clone(copy_clone(tmp_path))


@pytest.fixture
def made(clone):
    """An environment that looks as set-up leaves it, without its packages."""
    environment = Environment(clone)
    bare_python(environment.folder)
    environment.mark("ready", ["test"])
    return environment


@pytest.fixture
def lacking(monkeypatch):
    """Let the Python in use lack everything, as on a fresh machine."""
    monkeypatch.setattr(environments, "versions_here", lambda names: {})


# Requirements


@pytest.mark.parametrize(
    ("line", "version", "met"),
    [
        ("torch>=2.13.0", "2.13.0+cpu", True),
        ("torch>=2.13.0", "2.13", True),
        ("torch>=2.13.0", "2.9.1", False),
        ("numpy>=2.0", "2.0.0", True),
        ("numpy>=2.0", "1.26.4", False),
        ("numpy>=2.0", "10.0", True),
        ("nbval==0.11.0", "0.11", True),
        ("nbval==0.11.0", "0.11.1", False),
        ("nbval==0.11.0", None, False),
    ],
)
def test_versions_are_compared_as_numbers(line, version, met):
    assert parse(line).met_by(version) is met


@pytest.mark.parametrize("line", ["torch", "torch~=2.0", "torch>=2,<3", "torch[cuda]>=2"])
def test_a_requirement_in_another_form_is_refused(line):
    with pytest.raises(Failure, match="cannot read"):
        parse(line)


def test_versions_agree_with_packaging():
    from packaging.version import Version

    versions = ["0.9", "1.0", "1.0.1", "2.9.1", "2.10", "2.13.0", "10.0"]
    for has in versions:
        for asked in versions:
            ours = Requirement("x", ">=", asked).met_by(has)
            assert ours == (Version(has) >= Version(asked)), (has, asked)


def test_another_python_is_asked_what_it_has(tmp_path):
    python = bare_python(tmp_path / "bare")
    assert requirements.versions_of(python, ["pytest"]) == {}
    assert (
        requirements.versions_of(Path(sys.executable), ["pytest"])["pytest"] == pytest.__version__
    )
    assert requirements.versions_of(tmp_path / "no-python", ["pytest"]) == {}


# The state of .venv


def test_nothing_there(clone):
    assert Environment(clone).state() is State.MISSING


def test_ready(made):
    assert made.state() is State.READY


@pytest.mark.parametrize("marker", ["", "{", "[]", '{"state": "making"}'])
def test_an_unfinished_or_damaged_marker_is_half_made(made, marker):
    made.marker.write_text(marker, encoding="utf-8")
    assert made.state() is State.HALF_MADE


def test_an_empty_folder_is_half_made(clone):
    Environment(clone).folder.mkdir()
    assert Environment(clone).state() is State.HALF_MADE


def test_a_moved_clone_is_noticed(made, tmp_path):
    moved = tmp_path / "elsewhere"
    shutil.move(made.clone.root, moved)
    assert Environment(Clone(moved)).state() is State.MOVED


def test_a_python_that_is_gone_is_noticed(made):
    made.python.unlink()
    assert made.state() is State.BROKEN


@pytest.mark.parametrize("name", ["constraints.txt", "pyproject.toml"])
def test_new_dependencies_are_noticed(made, name):
    path = made.clone.root / name
    path.write_text(path.read_text(encoding="utf-8").replace("0.11.0", "0.12.0"), encoding="utf-8")
    assert made.state() is State.OUTDATED


def test_settings_of_tools_are_no_reason_to_install_again(made):
    path = made.clone.root / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("line-length = 100", "line-length = 99"), encoding="utf-8")
    assert text != path.read_text(encoding="utf-8") and made.state() is State.READY


def test_somebody_elses_folder_file_or_link_is_foreign(clone, tmp_path):
    environment = Environment(clone)
    environment.folder.write_text("project")
    assert environment.state() is State.FOREIGN
    environment.folder.unlink()
    bare_python(environment.folder)
    assert environment.state() is State.FOREIGN
    shutil.rmtree(environment.folder)
    (tmp_path / "real").mkdir()
    environment.folder.symlink_to(tmp_path / "real")
    assert environment.state() is State.FOREIGN
    with pytest.raises(Failure, match="left as it is"):
        environment.remove()
    assert (tmp_path / "real").is_dir()


STATE = """
import sys
from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.environment import Environment
print(sys.getfilesystemencoding(), Environment(Clone.here()).state().name)
"""


def test_a_locale_that_decodes_the_path_otherwise_finds_the_same_environment(tmp_path):
    folder = tmp_path / "Übungen"
    folder.mkdir()
    environment = Environment(Clone(copy_clone(folder)))
    bare_python(environment.folder)
    environment.mark("ready")
    other = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    environ = {**clean_environ(tmp_path / "home"), **other}
    done = subprocess.run(
        [sys.executable, "-c", STATE], cwd=environment.clone.root, env=environ, capture_output=True
    )
    assert done.stdout.split() == [b"ascii", b"READY"], done.stderr


def test_an_environment_that_is_reached_by_another_path_is_the_same(made, tmp_path):
    link = tmp_path / "linked"
    link.symlink_to(made.clone.root)
    assert Environment(Clone(link)).state() is State.READY


def test_a_copied_environment_is_another_folders(made, tmp_path):
    shutil.copytree(made.clone.root, tmp_path / "copy", symlinks=True)
    assert Environment(Clone(tmp_path / "copy")).state() is State.MOVED


def test_removing_deletes_the_marker_last(made, monkeypatch):
    deleted = []
    unlink = Path.unlink
    monkeypatch.setattr(Path, "unlink", lambda p, **k: (deleted.append(p.name), unlink(p, **k)))
    made.remove()
    assert deleted[-1] == made.marker.name and made.state() is State.MISSING


def test_an_interrupted_removal_is_still_known_as_ours(made, monkeypatch):
    def stop(path):
        raise KeyboardInterrupt

    made.mark("making")
    monkeypatch.setattr(shutil, "rmtree", stop)
    with pytest.raises(KeyboardInterrupt):
        made.remove()
    assert made.state() is State.HALF_MADE


# Which Python


def test_a_python_that_has_everything_is_used_as_it_is(clone):
    assert usable_python(clone, "test") == Path(sys.executable)
    assert not Environment(clone).folder.exists()


def test_a_ready_environment_is_used(made, lacking):
    assert usable_python(made.clone, "test") == made.python


def test_an_environment_without_the_tests_tools_opens_the_lessons_alone(made, lacking):
    made.mark("ready", [])
    assert usable_python(made.clone) == made.python
    assert usable_python(made.clone, "test") is None
    assert made.state() is State.READY


def test_a_half_made_environment_is_not_used(made, lacking):
    made.mark("making")
    assert usable_python(made.clone) is None


def test_a_users_own_environment_is_used_only_if_it_has_everything(clone, lacking, monkeypatch):
    environment = Environment(clone)
    bare_python(environment.folder)
    assert usable_python(clone, "test") is None
    has = {need.name: need.version for need in clone.requirements("test")}
    monkeypatch.setattr(environments, "versions_of", lambda python, names: has)
    assert usable_python(clone, "test") == environment.python


def test_missing_test_packages_do_not_keep_the_lessons_shut(clone, monkeypatch):
    has = {need.name: need.version for need in clone.requirements()}
    monkeypatch.setattr(environments, "versions_here", lambda names: has)
    assert usable_python(clone) == Path(sys.executable)
    assert usable_python(clone, "test") is None


def test_an_environment_that_lost_a_package_is_no_longer_trusted(made, lacking, monkeypatch):
    monkeypatch.setattr(Environment, "is_this_python", lambda self: True)
    monkeypatch.setattr(environments, "_series", lambda version: "3.11")
    made.mark("ready")
    assert usable_python(made.clone) is None
    assert made.state() is State.HALF_MADE


# Through the command line, on a Python that has nothing


def test_a_users_own_environment_is_left_alone(clone, tmp_path):
    bare = bare_python(tmp_path / "bare")
    own = Environment(clone).folder
    own.mkdir()
    (own / "precious.txt").write_text("mine")
    for words in (("setup",), ("lab", "--no-browser"), ("test",)):
        answer = run(clone.root, *words, python=bare, environ=clean_environ(tmp_path / "home"))
        assert "not made by this course" in one_line(answer)
    assert [entry.name for entry in own.iterdir()] == ["precious.txt"]


def test_two_setups_at_once(clone, tmp_path):
    bare = bare_python(tmp_path / "bare")
    environ = clean_environ(tmp_path / "home")
    with held(Environment(clone).lock):
        line = one_line(run(clone.root, "setup", python=bare, environ=environ))
    assert "Another set-up is at work" in line and f"process {os.getpid()}" in line
    assert not Environment(clone).folder.exists()


def test_a_lock_left_by_a_killed_setup_is_taken_over(clone):
    lock = Environment(clone).lock
    lock.write_text("99999\n")
    with held(lock):
        assert lock.read_text() == f"{os.getpid()}\n"
    assert not lock.exists() or os.name == "nt"


def test_a_lock_is_free_once_its_holder_is_killed(clone):
    lock = Environment(clone).lock
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from lstm_lessons.environment.lock import held\n"
        "with held(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, lock]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=clone.root) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Failure, match="Another set-up"), held(lock):
            pass
        holder.kill()
    with held(lock):
        pass


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rules for folders")
def test_a_read_only_folder(clone, tmp_path):
    bare = bare_python(tmp_path / "bare")
    clone.root.chmod(0o555)
    try:
        answer = run(
            clone.root, "setup", python=bare, environ=clean_environ(tmp_path / "home"),
            prefix=without_privilege(),
        )  # fmt: skip
    finally:
        clone.root.chmod(0o755)
    assert "cannot be written to" in one_line(answer)
    assert "folder of your own" in answer.stderr


def heed_interrupts():
    """A shell's background jobs, and so this run perhaps, start with SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(os.name == "nt", reason="Windows has another way to interrupt")
def test_an_interrupted_setup_ends_cleanly_and_is_not_trusted(clone, tmp_path):
    bare = bare_python(tmp_path / "bare")
    environment = Environment(clone)
    with subprocess.Popen(
        [bare, "-m", "lstm_lessons", "setup"], cwd=clone.root, start_new_session=True,
        env=clean_environ(tmp_path / "home"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, preexec_fn=heed_interrupts,
    ) as setup:  # fmt: skip
        deadline = time.monotonic() + 60
        while not environment.marker.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(setup.pid, signal.SIGINT)  # As Ctrl-C does: to the whole group.
        printed, complained = setup.communicate(timeout=60)
    assert setup.returncode == 130, complained
    assert complained.strip().splitlines() == [
        "lstm_lessons: stopped. What is half-made is made anew next time."
    ]
    assert environment.state() is State.HALF_MADE
    assert json.loads(environment.marker.read_text(encoding="utf-8"))["state"] == "making"
    with held(environment.lock):
        pass  # It is free again.
    answer = run(clone.root, "doctor", python=bare, environ=clean_environ(tmp_path / "home"))
    assert answer.returncode == 1
    assert "half-made" in answer.stdout and "run: python3 -m lstm_lessons setup" in answer.stdout


def test_the_doctor_works_with_no_environment_at_all(clone, tmp_path):
    bare = bare_python(tmp_path / "bare")
    answer = run(clone.root, "doctor", python=bare, environ=clean_environ(tmp_path / "home"))
    assert answer.returncode == 1 and not answer.stderr
    lines = answer.stdout.splitlines()
    about = {line[7:23].strip() for line in lines}
    needs = {need.name for need in clone.requirements("test")}
    asked = {"Python in use", "clone", "disk", "environment", "GPU", "browser"}
    assert needs | asked <= about
    wrong = [line for line in lines if line.startswith("WRONG")]
    assert len(wrong) == 1 and "not made yet; run: python3 -m lstm_lessons setup" in wrong[0]
    assert lines[-1].startswith("Wrong: 1.")


@pytest.mark.parametrize("module", ["torch", "ipywidgets"])
def test_the_doctor_tells_of_a_module_that_pythonpath_puts_first(module, clone, tmp_path):
    old = tmp_path / "old packages"
    (old / module).mkdir(parents=True)
    (old / module / "__init__.py").write_text("raise ImportError('an old one')\n")
    (old / f"{module}-1.0.dist-info").mkdir()
    (old / f"{module}-1.0.dist-info" / "METADATA").write_text(f"Name: {module}\nVersion: 1.0\n")
    environ = {**clean_environ(tmp_path / "home"), "PYTHONPATH": str(old)}
    answer = run(clone.root, "doctor", environ=environ)
    assert answer.returncode == 1
    (line,) = [line for line in answer.stdout.splitlines() if line.startswith("WRONG")]
    assert line.split()[1] == module
    assert f"would be imported from {old}" in line
    assert line.endswith(f"take {old} out of the variable PYTHONPATH")
    assert "delete .venv" not in answer.stdout


def test_an_old_package_on_pythonpath_does_not_spoil_the_environment(tmp_path, monkeypatch):
    folder = tmp_path / "torch-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Name: torch\nVersion: 1.0\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    assert requirements.versions_here(["torch"])["torch"] != "1.0"


@pytest.mark.slow
def test_an_environment_without_jupyter_is_told_and_does_not_stop_the_doctor(monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyter_client.kernelspec", None)  # as if it were not there
    assert "jupyter_client" in inside.facts(Clone.here())["kernel"]["error"]


@pytest.mark.slow
def test_the_doctor_of_a_python_that_has_everything(clone, tmp_path):
    answer = run(clone.root, "doctor", environ=clean_environ(tmp_path / "home"))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.splitlines()[-1] == "Nothing is wrong."
    lines = {line[7:23].strip(): line for line in answer.stdout.splitlines()}
    assert "the Python in use has what the lessons need" in lines["environment"]
    assert "trusted" in lines["notebooks"] and lines["kernel"].startswith("ok")
