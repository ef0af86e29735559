"""A stick: packages for the right Python, whole or not at all, and a set-up from them alone."""

import errno
import io
import shutil
import subprocess
import sys
from collections import namedtuple

import pytest
from clone_copies import CLONE, clean_environ, copy_clone
from stand_in_wheels import write_wheels

from lstm_lessons.commands import dispatch
from lstm_lessons.environment import installer, wheels
from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.environment import Environment
from lstm_lessons.environment.failure import Failure
from lstm_lessons.environment.progress import Steps
from lstm_lessons.environment.wheels import Kind
from lstm_lessons.workshop import stick

pytestmark = pytest.mark.slow  # few edits can break it

HERE = Kind.here()
OTHER = Kind("3.99", "windows", "x86_64")


@pytest.fixture
def source(tmp_path):
    """A folder of fetched packages."""
    folder = tmp_path / "fetched"
    folder.mkdir()
    for name, size in (("a-1.whl", 10), ("b-1.whl", 2000)):
        (folder / name).write_bytes(b"x" * size)
    stick.write(folder, {HERE: {"a-1.whl": 10, "b-1.whl": 2000}})
    return folder


@pytest.fixture
def target(tmp_path):
    """A stick, empty."""
    folder = tmp_path / "my stick"
    folder.mkdir()
    return folder


def test_what_is_put_there_is_found(source, target):
    assert stick.put({HERE: source}, target, "v1") == []
    assert wheels.check(target) == {"a-1.whl": 10, "b-1.whl": 2000}
    told = wheels.variables(target)
    assert told["PIP_NO_INDEX"] == "1"
    assert told["PIP_FIND_LINKS"].endswith("/my%20stick/wheels")
    assert wheels.variables(source) == {}


def test_more_kinds_come_beside_and_another_version_goes(source, target, tmp_path):
    stick.put({HERE: source}, target, "v1")
    other = tmp_path / "other"
    other.mkdir()
    (other / "a-2.whl").write_bytes(b"y")
    (other / "b-1.whl").write_bytes(b"x" * 2000)
    stick.write(other, {OTHER: {"a-2.whl": 1, "b-1.whl": 2000}})
    assert stick.put({OTHER: other}, target, "v1") == []
    assert set(wheels.read(target / "wheels")) == {HERE, OTHER}
    told = stick.put({OTHER: other}, target, "v2")
    assert told == [f"Packages for {HERE} were of another version, and went."]
    names = sorted(path.name for path in (target / "wheels").iterdir())
    assert names == ["a-2.whl", "b-1.whl", "wheels.json"]


def test_a_stick_that_is_full_gets_one_line_and_stays_as_it_is(source, target, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 2 * 10**6))
    with pytest.raises(Failure, match="has 2 MB free, and the packages need 0 MB more"):
        stick.put({HERE: source}, target, "v1")
    assert list(target.iterdir()) == []


def test_an_interrupted_copy_is_not_trusted_and_ends_the_next_time(source, target, monkeypatch):
    usual = shutil.copyfile

    def stops(one, other):
        usual(one, other)
        if one.name == "b-1.whl":
            raise OSError(errno.ENOSPC, "No space left on device", str(other))

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", stops)
        with pytest.raises(OSError, match="No space"):
            stick.put({HERE: source}, target, "v1")
    assert sorted(path.name for path in (target / "wheels").iterdir()) == ["a-1.whl"]
    with pytest.raises(Failure, match="are not complete"):
        wheels.check(target)
    stick.put({HERE: source}, target, "v1")
    assert wheels.check(target)


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"kinds": {"x": {}}}', '{"kinds": []}'])
def test_a_list_that_is_damaged(damage, target):
    (target / "wheels").mkdir()
    (target / "wheels" / wheels.LIST).write_text(damage)
    with pytest.raises(Failure, match="not complete"):
        wheels.check(target)


def test_packages_that_are_cut_off_or_for_another_python(source, target):
    stick.put({HERE: source}, target, "v1")
    (target / "wheels" / "b-1.whl").write_bytes(b"x")
    with pytest.raises(Failure, match=r"1 of 2 are missing or cut off, such as b-1\.whl"):
        wheels.check(target)
    stick.write(target / "wheels", {OTHER: {"a-1.whl": 10}})
    with pytest.raises(Failure) as caught:
        wheels.check(target)
    assert f"are for Python 3.99 on windows (x86_64), and this is {HERE}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_cannot_be_fetched_from_here_is_said(capsys):
    assert stick.kinds([], []) == [HERE]
    assert stick.kinds(["windows"], ["3.12", "3.13"]) == [
        Kind("3.12", "windows", "x86_64"), Kind("3.13", "windows", "x86_64")
    ]  # fmt: skip
    with pytest.raises(Failure, match=r"Python 3\.99 on linux cannot be fetched"):
        stick.kinds(["linux"], ["3.99"])
    for wrong in ("3.8", "2.7", "python3"):
        assert dispatch.dispatch(["stick", "x", "--python", wrong]) == 1
        assert "Expected a Python from 3.11 on" in capsys.readouterr().err
    assert dispatch.dispatch(["stick", str(CLONE / "tests"), "--route", "half-a-day"]) == 1
    assert "neither empty nor a release" in capsys.readouterr().err


def test_a_python_without_packages_gets_one_line(tmp_path, monkeypatch):
    def none(clone, kind, folder, runner):
        raise Failure("No build of torch was found for this Python and machine.", "Mend it.")

    monkeypatch.setattr(stick, "_fetch_for_another", none)
    clone = Clone(copy_clone(tmp_path))
    with pytest.raises(Failure, match=r"^For Python 3\.99 on windows .* not all packages"):
        stick.fetched(clone, OTHER)
    assert not list((clone.root / "build").rglob(wheels.LIST))


def test_pip_takes_packages_from_there_and_asks_no_network(tmp_path):
    """With stand-ins for the packages, in a folder whose name has a space and foreign letters."""
    root = tmp_path / "d'été à 12"
    root.mkdir()
    write_wheels(root / "wheels", Clone(CLONE))
    told = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
        "PIP_FIND_LINKS": "/nowhere",
        "PIP_RETRIES": "0",
    }
    environ = installer.pip_environ(clean_environ(tmp_path / "home", **told), root)
    install = [sys.executable, "-m", "pip", "install", "--no-compile", "--target", tmp_path / "in"]
    done = subprocess.run([*install, "torch"], env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "in" / "torch").is_dir()


def test_setup_takes_the_wheels_and_refuses_those_of_others(tmp_path, monkeypatch):
    root = copy_clone(tmp_path)
    (root / "wheels").mkdir()
    environment = Environment(Clone(root))
    environment.folder.mkdir()
    runner = Noting()
    steps = Steps(4, io.StringIO())
    monkeypatch.setattr(installer, "versions_of", lambda python, names: {"pip": "23.2.1"})
    installer._install_torch(environment, runner, steps)
    installer._install_rest(environment, set(), runner, steps)
    assert [words[-1] for words, _ in runner.told] == ["torch", "."]
    for _, environ in runner.told:
        assert environ["PIP_NO_INDEX"] == "1" and environ["PIP_FIND_LINKS"].endswith("/wheels")
    with pytest.raises(Failure, match="are not complete"):
        installer.ensure(Clone(root))


class Noting:
    """Stands in for what runs an installer."""

    def __init__(self):
        self.told = []

    def run(self, command, environ, packages=0, folder=None):
        self.told.append((command, environ))
        return ""
