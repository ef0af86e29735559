"""The command line itself: old Pythons, misuse, and failures that end in one line."""

import ast
import errno
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from clone_copies import CLONE, clean_environ, one_line, run

from lstm_lessons import __main__ as entry
from lstm_lessons.commands import dispatch
from lstm_lessons.environment.failure import Failure, from_os_error

OLD_PYTHONS = ["2.7.18", "3.6.15", "3.7.16", "3.8.18", "3.9.18", "3.10.13"]


@pytest.mark.parametrize("version", OLD_PYTHONS)
@pytest.mark.parametrize("command", ["lab", "test", "setup", "doctor", "build"])
def test_an_old_python_says_what_is_missing(version, command):
    beside = (Path(sys.base_prefix).parent, Path.home() / ".pyenv/versions")
    places = (folder / version / "bin" / "python" for folder in beside)
    python = next((place for place in places if place.exists()), None)
    if python is None:
        pytest.skip(f"Python {version} is not installed here (its grammar is checked below)")
    answer = subprocess.run(
        [python, "-B", "-m", "lstm_lessons", command], cwd=CLONE, capture_output=True, text=True
    )
    line = one_line(answer)
    assert f"this is Python {version} " in line and "needs 3.11 or newer" in line
    assert f"python3.11 -m lstm_lessons {command}" in line


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_what_old_pythons_read_has_their_grammar(name):
    source = (CLONE / "lstm_lessons" / name).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 4))
    assert not any(isinstance(node, ast.JoinedStr | ast.AnnAssign) for node in ast.walk(tree))


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 2), (4, 0, 0)])
def test_a_new_enough_python_is_not_complained_about(version):
    assert entry.complaint(version, "python", ["lab"]) is None


def test_the_python_needed_is_the_one_that_pyproject_asks_for():
    asked = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))
    assert asked["project"]["requires-python"] == ">={}.{}".format(*entry.NEEDED)


def test_every_command_has_a_module_with_main():
    for name in dispatch.COMMANDS:
        source = (CLONE / "lstm_lessons/commands" / f"{name}.py").read_text(encoding="utf-8")
        functions = [n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)]
        assert "main" in functions, name
        assert f"\n  {name} " in dispatch.USAGE


def test_until_the_environment_exists_only_the_standard_library_is_imported():
    files = (CLONE / "lstm_lessons/environment").glob("*.py")
    modules = [f"lstm_lessons.environment.{path.stem}" for path in files]
    verbs = [
        f"lstm_lessons.commands.{name}" for name in ("dispatch", "doctor", "setup", "lab", "test")
    ]
    code = (
        f"import sys, {', '.join([*modules, *verbs])}\n"
        "print(*{name.partition('.')[0] for name in sys.modules if sys.modules[name]})"
    )
    answer = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=CLONE, capture_output=True, text=True, check=True
    )
    foreign = set(answer.stdout.split()) - set(sys.stdlib_module_names)
    assert foreign <= {"lstm_lessons", "__main__"}, foreign


def test_misuse_is_told_with_the_usage(tmp_path):
    environ = clean_environ(tmp_path / "home")
    for words in ((), ("opne",), ("lab", "--prot", "1"), ("test", "--quick")):
        answer = run(CLONE, *words, environ=environ)
        assert answer.returncode == 2
        assert "usage: python3 -m lstm_lessons" in answer.stdout + answer.stderr
    assert run(CLONE, "--help", environ=environ).returncode == 0


@pytest.mark.parametrize("command", ["lab", "test", "setup", "doctor"])
def test_help_is_given_without_an_environment(command, tmp_path):
    answer = subprocess.run(
        [sys.executable, "-S", "-m", "lstm_lessons", command, "--help"],
        cwd=CLONE, env=clean_environ(tmp_path / "home"), capture_output=True, text=True,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith(f"usage: python3 -m lstm_lessons {command}")


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EACCES, "cannot be written to"),
        (errno.EROFS, "cannot be written to"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_refusal_of_the_system_becomes_one_line(number, says):
    error = OSError(number, "Input/output error", "/there")
    line = str(from_os_error(error, "setting up"))
    assert says in line and "setting up" in line.lower() and "/there" in line and "\n" not in line


@pytest.mark.parametrize(
    ("raised", "status", "says"),
    [
        (Failure("It broke.", "Mend it."), 1, "lstm_lessons: It broke. Mend it.\n"),
        (OSError(errno.ENOSPC, "No space left", "/there"), 1, "lstm_lessons: The disk is full"),
        (KeyboardInterrupt(), 130, "lstm_lessons: stopped"),
    ],
)
def test_whatever_a_command_meets_ends_in_one_line(raised, status, says, monkeypatch, capsys):
    def fail(*_):
        raise raised

    monkeypatch.setattr(dispatch, "_run", fail)
    assert dispatch.dispatch(["setup"]) == status
    printed = capsys.readouterr().err.lstrip("\n")
    assert printed.startswith(says) and printed.count("\n") == 1


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("words", [["routes"], ["--help"]], ids=" ".join)
def test_where_nobody_reads_on_a_command_ends_quietly(words, buffered, tmp_path):
    """As behind `| head -1`; Python has not begun to print when the other end is closed."""
    environ = clean_environ(tmp_path / "home", PYTHONUNBUFFERED="" if buffered else "1")
    with subprocess.Popen(
        [sys.executable, "-m", "lstm_lessons", *words],
        cwd=CLONE, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as command:  # fmt: skip
        command.stdout.close()
        assert command.stderr.read() == b""
    assert command.returncode == dispatch.NOBODY_READS


def test_another_pipe_that_breaks_is_told(monkeypatch, capsys):
    def fail(*_):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(dispatch, "_run", fail)
    assert dispatch.dispatch(["setup"]) == 1
    assert "Broken pipe" in capsys.readouterr().err


def test_a_package_without_its_clone_says_so(tmp_path):
    shutil.copytree(CLONE / "lstm_lessons", tmp_path / "site" / "lstm_lessons")
    answer = run(tmp_path / "site", "lab", environ=clean_environ(tmp_path / "home"))
    assert "The lessons are not beside the package" in one_line(answer)
