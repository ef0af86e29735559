"""``lab``: whose notebooks, the port, JupyterLab's command line, the kernel, what is trusted."""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest
from clone_copies import (
    CLONE,
    clean_environ,
    copy_clone,
    one_line,
    run,
    without_privilege,
)
from nbformat.sign import NotebookNotary

from lstm_lessons.commands import doctor, lab
from lstm_lessons.environment import kernel
from lstm_lessons.environment.clone import FIRST_NOTEBOOK, Clone
from lstm_lessons.environment.failure import Failure
from lstm_lessons.publishing import trust


@pytest.fixture
def clone(tmp_path):
    """A clone with two small notebooks."""
    root = copy_clone(tmp_path)
    for name in ("notebooks/00_start_here", "exercises/solutions/01_why_gates"):
        path = root / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        cell = nbformat.v4.new_code_cell("1", id="one")
        cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": f"<b>{name}</b>"})]
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return Clone(root)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Let Jupyter keep its signatures in a home of the test's own."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path / "home"


def options(port=None, no_browser=False):
    return argparse.Namespace(port=port, no_browser=no_browser, hub=False)


# Whose notebooks


@pytest.fixture
def opened(clone, home, monkeypatch):
    """Return a function that runs ``lab`` up to where JupyterLab would start.

    It returns the folder that would be opened.
    """
    lines = []
    monkeypatch.setattr(Clone, "here", lambda: clone)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(lab, "replace_process", lambda line, environ: lines.append(line) or 0)

    def start(*arguments):
        assert lab.main(list(arguments)) == 0
        line = lines.pop()
        assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in line
        (root,) = (word for word in line if word.startswith("--ServerApp.root_dir="))
        return Path(root.partition("=")[2])

    return start


def test_a_learners_own_copies_are_opened(clone, opened, capsys):
    assert opened() == clone.root / "my_lessons"
    copy = clone.root / "my_lessons/notebooks/00_start_here.ipynb"
    assert nbformat.read(copy, as_version=4).cells[0].outputs == []
    assert capsys.readouterr().out.splitlines() == [
        "Laid out: 1 notebooks.",
        f"Your copies of the lessons and exercises are in {clone.root / 'my_lessons'}",
    ]


def test_copies_can_be_laid_out_without_a_start(clone, opened, capsys):
    assert lab.main(["--lay-out", "--folder", str(clone.root / "mine")]) == 0
    assert (clone.root / "mine/notebooks/00_start_here.ipynb").exists()
    assert "Laid out: 1 notebooks." in capsys.readouterr().out
    with pytest.raises(Failure, match="brings copies in step"):
        lab.main(["--lay-out", "--course"])


def test_authors_open_the_courses_own(clone, opened):
    assert opened("--course") == clone.root
    assert not (clone.root / "my_lessons").exists()


@pytest.mark.parametrize("folder", ["{}/elsewhere", "~/elsewhere", "elsewhere"])
def test_another_folder_can_be_chosen(clone, opened, home, tmp_path, monkeypatch, folder):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert opened("--folder", folder.format(tmp_path)) == tmp_path / "elsewhere"
    assert (tmp_path / "elsewhere/notebooks/00_start_here.ipynb").exists()
    assert not (clone.root / "my_lessons").exists()


def test_a_folder_is_chosen_for_copies_alone(opened, capsys):
    with pytest.raises(SystemExit):
        opened("--course", "--folder", "elsewhere")
    assert "not allowed with argument" in capsys.readouterr().err


def test_nothing_is_laid_out_where_lab_cannot_start(clone, opened, taken_port):
    with pytest.raises(Failure, match="is in use"):
        opened("--port", str(taken_port))
    assert not (clone.root / "my_lessons").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rules for folders")
def test_a_clone_that_cannot_be_written_to(clone, home):
    clone.root.chmod(0o555)
    try:
        answer = run(
            clone.root,
            "lab",
            "--no-browser",
            environ=clean_environ(home),
            prefix=without_privilege(),
        )
    finally:
        clone.root.chmod(0o755)
    line = one_line(answer)
    assert f"cannot be laid out in {clone.root / 'my_lessons'} (Permission denied" in line
    assert line.endswith("Choose another folder: python3 -m lstm_lessons lab --folder PATH")


def test_the_doctor_says_where_the_copies_are(clone, opened):
    assert "none yet in" in str(doctor._copies(clone))
    opened()
    assert str(doctor._copies(clone)).endswith(f"1 of 1 in {clone.root / 'my_lessons'}")


# The port


@pytest.fixture
def taken_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_in_use(clone, home, taken_port):
    answer = run(
        clone.root, "lab", "--no-browser", "--port", str(taken_port), environ=clean_environ(home)
    )
    assert f"Port {taken_port} is in use. Choose another with --port" in one_line(answer)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port(port):
    with pytest.raises(Failure, match=f"{port} is no port"):
        lab.check_port(port)


def test_a_free_port_will_do(taken_port):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    lab.check_port(free)


# The command line of JupyterLab


def test_the_first_lesson_is_opened(clone):
    line = lab.command(clone.root, options(), [])
    assert line[:3] == [sys.executable, "-m", "lstm_lessons.commands.jupyterlab"]
    assert f"--ServerApp.root_dir={clone.root}" in line
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in line
    assert "--no-browser" not in line and not any("port" in word for word in line)
    assert (CLONE / "notebooks" / "source" / "00_start_here.py").is_file()


def test_the_options_are_passed_on(clone):
    line = lab.command(clone.root, options(port=9999, no_browser=True), ["--ip", "0.0.0.0"])
    assert "--ServerApp.port=9999" in line and "--ServerApp.port_retries=0" in line
    assert "--no-browser" in line and line[-2:] == ["--ip", "0.0.0.0"]


def test_a_setting_of_the_users_takes_ours_away(clone):
    line = lab.command(
        clone.root, options(port=1), ["--ServerApp.root_dir=/x", "--ServerApp.port=2"]
    )
    assert [word for word in line if word.startswith("--ServerApp.root_dir")] == [
        "--ServerApp.root_dir=/x"
    ]
    assert [word for word in line if word.startswith("--ServerApp.port=")] == ["--ServerApp.port=2"]


@pytest.mark.parametrize(("uid", "allowed"), [(0, True), (1000, False)])
def test_root_is_allowed_only_to_root(uid, allowed, clone, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: uid, raising=False)
    assert ("--allow-root" in lab.command(clone.root, options(), [])) is allowed


# The kernel


def kernel_in(folder, program):
    """Write a kernel of the usual name that starts another Python."""
    spec = {"argv": [program, "-m", "x"], "display_name": "Somebody else's", "language": "python"}
    (folder / "kernels" / "python3").mkdir(parents=True)
    (folder / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec))


def test_a_kernel_in_the_users_home_is_not_taken(clone, tmp_path):
    for name in ("data", "path"):
        kernel_in(tmp_path / name, "/usr/bin/some-python")
    environ = clean_environ(
        tmp_path / "home", JUPYTER_DATA_DIR=str(tmp_path / "data"),
        JUPYTER_PATH=str(tmp_path / "path"),
    )  # fmt: skip
    code = (
        "import os\nfrom lstm_lessons.environment import kernel\n"
        "from lstm_lessons.environment.clone import Clone\n"
        "print(kernel.find().is_own())\n"
        "os.environ.update(kernel.environ(Clone.here()))\n"
        "print(kernel.find().is_own())"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=clone.root, env=environ, capture_output=True, text=True
    )
    assert answer.stdout.split() == ["False", "True"], answer.stderr


def test_another_pythons_kernel_is_refused(monkeypatch):
    monkeypatch.setattr(kernel, "find", lambda: kernel.Kernel("/elsewhere/bin/python", "x"))
    with pytest.raises(Failure, match="would run on another Python, /elsewhere/bin/python. Run: "):
        lab.check_kernel()


def test_this_pythons_kernel_is_known():
    assert kernel.Kernel("python", "x").is_own()
    assert kernel.Kernel(sys.executable, "x").is_own()


def test_kernels_import_this_clone(clone, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/mine")
    assert kernel.environ(clone)["PYTHONPATH"] == os.pathsep.join([str(clone.root), "/mine"])
    monkeypatch.delenv("PYTHONPATH")
    assert kernel.environ(clone)["PYTHONPATH"] == str(clone.root)


# Trust


def git(clone, *words):
    who = ["-c", "user.name=A Learner", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *who, *words], cwd=clone.root, check=True, capture_output=True)


def is_trusted(path):
    return NotebookNotary().check_signature(nbformat.read(path, as_version=4))


def change(path):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].outputs[0].data["text/html"] = "<script>something else</script>"
    nbformat.write(notebook, path)


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@needs_git
def test_only_notebooks_as_shipped_are_trusted(clone, home):
    git(clone, "init", "-q")
    git(clone, "add", ".")
    git(clone, "commit", "-qm", "The course")
    shipped, changed = clone.notebooks()
    change(changed)
    copy = clone.root / "notebooks" / "mine.ipynb"
    shutil.copy(changed, copy)
    assert trust.signed(clone) == (0, 1)
    assert trust.sign(trust.as_shipped(clone)) is None
    assert [is_trusted(path) for path in (shipped, changed, copy)] == [True, False, False]
    assert trust.signed(clone) == (1, 1)


def test_a_downloaded_archive_is_trusted_as_a_whole(clone, home):
    assert trust.sign(trust.as_shipped(clone)) is None
    assert all(is_trusted(path) for path in clone.notebooks()) and len(clone.notebooks()) == 2


def test_signing_changes_no_notebook(clone, home):
    before = [path.read_bytes() for path in clone.notebooks()]
    trust.sign(clone.notebooks())
    assert [path.read_bytes() for path in clone.notebooks()] == before


def test_a_home_that_cannot_be_written_to_is_told_and_is_no_reason_to_stop(clone, home, tmp_path):
    (tmp_path / "data").write_text("a file where Jupyter wants a folder")
    assert "not marked as trusted" in trust.sign(clone.notebooks())


def picture_in(path, html='<img alt="A" src="data:image/svg+xml;base64,AAAA">'):
    """Give a notebook one output, which its copies keep, and return the path."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].outputs[0].data["text/html"] = html
    nbformat.write(notebook, path)
    return path


@needs_git
def test_copies_are_trusted_as_laid_out_from_what_is_shipped(clone, opened):
    course = picture_in(clone.root / FIRST_NOTEBOOK)
    git(clone, "init", "-q")
    git(clone, "add", ".")
    git(clone, "commit", "-qm", "The course")
    copy = opened() / FIRST_NOTEBOOK
    assert is_trusted(copy)
    picture_in(copy, "<script>mine</script>")
    opened()
    assert not is_trusted(copy)
    copy.unlink()
    picture_in(course, '<img onerror="mine">')
    opened()
    assert not is_trusted(copy)


# For real


OWN_SETTINGS = """
c.FileContentsManager.root_dir = "/"
c.AsyncLargeFileManager.root_dir = "/"
c.ServerApp.contents_manager_class = "no_such_module.Manager"
c.ServerApp.kernel_spec_manager_class = "no_such_module.Kernels"
c.KernelSpecManager.allowed_kernelspecs = {"another"}
c.KernelSpecManager.ensure_native_kernel = False
c.LabApp.collaborative = True
c.ServerApp.jpserver_extensions = {"no_such_extension": True}
c.ServerApp.default_url = "/tree"
"""
"""A user's Jupyter configuration, each line of which once kept the lessons shut."""


@pytest.mark.slow
def test_lab_serves_the_first_lesson_whatever_the_users_settings_are(clone, home, tmp_path):
    picture_in(clone.root / FIRST_NOTEBOOK)
    (home / ".jupyter").mkdir(parents=True)
    (home / ".jupyter" / "jupyter_server_config.py").write_text(OWN_SETTINGS)
    command = [sys.executable, "-m", "lstm_lessons", "lab", "--no-browser"]
    log = tmp_path / "lab.log"
    with log.open("w") as printed:
        server = subprocess.Popen(
            command, cwd=clone.root, env=clean_environ(home), stdout=printed, stderr=printed
        )
    try:
        address = soon(lambda: re.search(r"http://127\.0\.0\.1\S+", log.read_text()))[0]
        assert "/lab/tree/notebooks/00_start_here.ipynb?token=" in address
        # It prints its address a moment before it listens.
        assert soon(lambda: fetch(address)), log.read_text()
        notebook = json.loads(fetch(address.replace("/lab/tree/", "/api/contents/")))["content"]
        assert notebook["cells"][0]["metadata"]["trusted"] is True
        assert notebook["cells"][0]["execution_count"] is None
        news = "/lab/api/settings/@jupyterlab/apputils-extension:notification"
        schema = json.loads(fetch(re.sub(r"/lab/tree/[^?]+", news, address)))["schema"]
        assert schema["properties"]["fetchNews"]["default"] == "false"  # or the page asks
        kernels = json.loads(fetch(re.sub(r"/lab/tree/[^?]+", "/api/kernelspecs", address)))
        assert list(kernels["kernelspecs"]) == ["python3"]
        assert (clone.root / "my_lessons" / FIRST_NOTEBOOK).exists()
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def soon(ask, seconds=90):
    """Return the first answer of ``ask`` that is one, or the last."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer


def fetch(address):
    try:
        with urllib.request.urlopen(address, timeout=30) as page:
            return page.read()
    except urllib.error.URLError:
        return None
