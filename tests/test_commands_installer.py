"""Set-up: which build of PyTorch, the steps and their order, and failures told in one line."""

import importlib.metadata
import io
import json
import os
import subprocess
import sys

import pytest
from clone_copies import CLONE, bare_python, clean_environ, copy_clone, one_line, run
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from stand_in_wheels import write_wheels

from lstm_lessons.environment import installer, torch_build
from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.environment import Environment, State
from lstm_lessons.environment.failure import Failure
from lstm_lessons.environment.progress import Steps
from lstm_lessons.environment.requirements import versions_of
from lstm_lessons.environment.runner import Runner, Telling, diagnose
from lstm_lessons.environment.torch_build import Route, choose, has_nvidia_gpu, offers_cpu_build

CLONE_HERE = Clone.here()
CUDA_ONLY = "torch (2.15.0)\nAvailable versions: 2.15.0, 2.14.1, 2.13.0, 2.12.1\n"
WITH_CPU = "torch (2.15.0)\nAvailable versions: 2.15.0, 2.13.0+cpu, 2.13.0, 2.12.1\n"

# Which build


@pytest.mark.parametrize(
    ("listing", "version", "offered"),
    [
        (CUDA_ONLY, "2.13.0", False),
        (WITH_CPU, "2.13.0", True),
        (WITH_CPU, "2.12.1", False),
        (WITH_CPU, None, True),
        (CUDA_ONLY.replace("2.13.0", "12.13.0+cpu"), "2.13.0", False),
        ("", "2.13.0", False),
    ],
)
def test_pips_list_is_read(listing, version, offered):
    assert offers_cpu_build(listing, version) is offered


@pytest.mark.parametrize(
    ("platform", "gpu", "listing", "route"),
    [
        ("linux", False, WITH_CPU, Route.PIP_CPU),
        ("linux", False, CUDA_ONLY, Route.UV_CPU),
        ("linux", True, CUDA_ONLY, Route.PIP),
        ("darwin", False, CUDA_ONLY, Route.PIP),
        ("win32", True, CUDA_ONLY, Route.PIP),
    ],
)
def test_linux_without_a_gpu_never_gets_cuda(platform, gpu, listing, route):
    assert choose("2.13.0", lambda: listing, platform, gpu) is route


def test_pip_is_asked_only_where_it_matters():
    def never():
        raise AssertionError("asked")

    assert choose("2.13.0", never, "darwin") is Route.PIP
    assert choose("2.13.0", never, "linux", gpu=True) is Route.PIP


@pytest.mark.parametrize("sign", ["proc/driver/nvidia", "dev/nvidia0"])
def test_a_gpu_is_seen_by_its_driver(sign, tmp_path, monkeypatch):
    monkeypatch.setattr(torch_build.shutil, "which", lambda name: None)
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "nvram").touch()
    assert not has_nvidia_gpu(tmp_path)
    (tmp_path / sign).mkdir(parents=True)
    assert has_nvidia_gpu(tmp_path)


def test_a_gpu_is_seen_by_its_tool(tmp_path, monkeypatch):
    monkeypatch.setattr(torch_build.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert has_nvidia_gpu(tmp_path)


# The steps, with an installer that only notes what it is asked


class NotingRunner:
    """Stands in for the real runner; ``stop_at`` is a word whose command is interrupted."""

    def __init__(self, environment, listing, stop_at=None):
        self.environment, self.listing, self.stop_at = environment, listing, stop_at
        self.commands = []

    def run(self, command, environ, packages=0, folder=None):
        assert self.environment.state() is State.HALF_MADE, "marked as ready too early"
        assert not {"PYTHONPATH", "PIP_TARGET"} & set(environ) or "pip" not in command
        self.commands.append((list(command), folder))
        if self.stop_at in command:
            raise KeyboardInterrupt
        if "venv" in command:
            bare_python(self.environment.folder)
        return self.listing if "index" in command else ""

    def spoken(self):
        """Return each command without the Python and its options."""
        return [" ".join(command[command.index("-m") + 1 :]) for command, _ in self.commands[:-1]]


@pytest.fixture
def environment(tmp_path, monkeypatch):
    clone = Clone(copy_clone(tmp_path))
    has = {need.name: need.version for need in clone.requirements("test")} | {"pip": "23.2.1"}
    monkeypatch.setattr(installer, "versions_of", lambda python, names: has)
    monkeypatch.setattr(torch_build, "has_nvidia_gpu", lambda: False)
    monkeypatch.setattr(torch_build.choose, "__defaults__", ("linux", None))
    return Environment(clone)


def make(environment, runner, *extras):
    installer._make(environment, set(extras), runner, Steps(4, io.StringIO()))


def test_the_cpu_build_that_pip_offers_is_taken(environment):
    runner = NotingRunner(environment, WITH_CPU)
    make(environment, runner)
    pins = environment.clone.constraints
    assert runner.spoken() == [
        f"venv {environment.folder}",
        "pip index versions torch",
        f"pip install --no-compile --progress-bar off -c {pins} torch",
        f"pip install --no-compile --progress-bar off -c {pins} -e .",
        "ipykernel install --sys-prefix --display-name LSTM lessons",
    ]
    assert runner.commands[3][1] == environment.clone.root
    assert environment.state() is State.READY


def test_else_uv_gets_it(environment):
    runner = NotingRunner(environment, CUDA_ONLY)
    make(environment, runner)
    spoken = runner.spoken()
    assert spoken[2] == "pip install uv"
    assert spoken[3] == (
        f"uv pip install --python {environment.python} --torch-backend cpu"
        f" --constraints {environment.clone.constraints} torch"
    )
    assert spoken[4].endswith("-e .") and len(spoken) == 6
    assert not any(line.startswith("pip install") and line.endswith("torch") for line in spoken)


@pytest.mark.parametrize("stop_at", ["venv", "index", "torch", "-e", "ipykernel"])
def test_an_interruption_anywhere_is_remade(environment, stop_at):
    with pytest.raises(KeyboardInterrupt):
        make(environment, NotingRunner(environment, WITH_CPU, stop_at))
    assert environment.state() is State.HALF_MADE
    (environment.folder / "half").touch()
    make(environment, NotingRunner(environment, WITH_CPU))
    assert environment.state() is State.READY
    assert not (environment.folder / "half").exists()


def test_new_dependencies_are_brought_into_the_same_folder(environment):
    make(environment, NotingRunner(environment, WITH_CPU))
    (environment.folder / "kept").touch()
    constraints = environment.clone.constraints
    constraints.write_text(constraints.read_text(encoding="utf-8") + "extra==1.0\n")
    assert environment.state() is State.OUTDATED
    runner = NotingRunner(environment, WITH_CPU)
    make(environment, runner)
    assert environment.state() is State.READY and (environment.folder / "kept").exists()
    assert not any(line.startswith("venv") for line in runner.spoken())


def test_the_tools_of_tests_come_when_they_are_asked_for(environment):
    make(environment, NotingRunner(environment, WITH_CPU))
    assert environment.has([]) and not environment.has(["test"])
    (environment.folder / "kept").touch()
    runner = NotingRunner(environment, WITH_CPU)
    make(environment, runner, "test")
    assert environment.has(["test"]) and (environment.folder / "kept").exists()
    assert runner.spoken()[-2].endswith("-e .[test]")
    assert not any(line.startswith("venv") for line in runner.spoken())
    again = NotingRunner(environment, WITH_CPU)
    make(environment, again)
    assert again.commands == [] and environment.has(["test"])


def test_what_still_lacks_something_is_not_called_ready(environment, monkeypatch):
    monkeypatch.setattr(installer, "versions_of", lambda python, names: {"pip": "24.1"})
    with pytest.raises(Failure, match="still lacks jupyterlab>="):
        make(environment, NotingRunner(environment, WITH_CPU))
    assert environment.state() is State.HALF_MADE


def test_a_python_without_ensurepip(monkeypatch):
    find = installer.importlib.util.find_spec
    monkeypatch.setattr(
        installer.importlib.util,
        "find_spec",
        lambda name: name != "ensurepip" and find(name) or None,
    )
    with pytest.raises(Failure, match="ensurepip.*sudo apt install python3-venv"):
        installer._check_python()


def test_a_disk_that_is_too_small(tmp_path, monkeypatch):
    monkeypatch.setattr(installer, "needed_bytes", lambda root: 10**18)
    with pytest.raises(Failure, match="GB free, and the environment needs 1000000000 GB"):
        installer._check_space(tmp_path)


def test_packages_go_into_the_environment_whatever_pip_is_told_elsewhere(tmp_path):
    told = {"PIP_TARGET": "/x", "PYTHONPATH": "/y", "PIP_USER": "1", "PIP_INDEX_URL": "z"}
    assert installer.pip_environ(told, tmp_path) == {
        "PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_INDEX_URL": "z"
    }  # fmt: skip


# Failures of the installer, in its own words

NO_NETWORK = """\
WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError(
"<HTTPSConnection>: Failed to establish a new connection: [Errno -3] Temporary failure in name
resolution")': /simple/torch/
ERROR: Could not find a version that satisfies the requirement torch (from versions: none)
ERROR: No matching distribution found for torch
"""
NO_BUILD = """\
ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: 9.9)
ERROR: No matching distribution found for torch==2.13.0
"""


@pytest.mark.parametrize(
    ("printed", "status", "says"),
    [
        (NO_NETWORK, 1, "package index did not answer"),
        ("error: Failed to fetch: `x`\n  Caused by: dns error", 2, "package index did not answer"),
        ("ReadTimeoutError: Read timed out.", 2, "package index did not answer"),
        ("SSLError(CERTIFICATE_VERIFY_FAILED)", 1, "certificate was refused"),
        ("OSError: [Errno 28] No space left on device", 1, "disk is full"),
        ("ERROR: [Errno 13] Permission denied: '/x'", 1, "not allowed to write"),
        ("OSError: [Errno 30] Read-only file system: '/x'", 1, "not allowed to write"),
        (NO_BUILD, 1, "No build of torch==2.13.0 was found for this Python and machine. Run"),
        (
            NO_NETWORK.splitlines()[-1],
            1,
            "No build of torch was found for this Python and machine, or",
        ),
        ("ERROR: ResolutionImpossible: for help visit", 1, "exclude each other"),
        ("Killed", -9, "memory ran out"),
        ("Traceback\nERROR: it is Tuesday\n", 3, "failed (exit status 3): ERROR: it is Tuesday"),
        ("", 7, "failed (exit status 7)."),
    ],
)
def test_a_failure_is_named(printed, status, says, tmp_path):
    line = str(diagnose(printed, status, tmp_path / "setup.log"))
    assert says in line and "setup.log" in line and "\n" not in line


def test_the_real_runner_keeps_a_log_and_tells(tmp_path):
    told = io.StringIO()
    steps = Steps(2, told)
    steps.begin("first")
    runner = Runner(tmp_path / "log", steps)
    code = "print('Collecting torch'); print('schön', flush=True)"
    environ = {**os.environ, "PYTHONUTF8": "1"}
    assert "schön" in runner.run([sys.executable, "-c", code], environ)
    steps.end()
    with pytest.raises(Failure, match="disk is full"):
        code = "raise SystemExit('No space left on device')"
        runner.run([sys.executable, "-c", code], environ)
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert "schön" in log and "exit status 0" in log and "exit status 1" in log
    assert told.getvalue().startswith("[1/2] first\n")


def test_the_real_runner_stops_its_child(tmp_path, monkeypatch):
    code = "import time; print('here', flush=True); time.sleep(600)"
    runner = Runner(tmp_path / "log", Steps(1, io.StringIO()))
    children = []
    start = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda *a, **k: children.append(start(*a, **k)) or children[-1]
    )

    def interrupt(self, line):
        raise KeyboardInterrupt

    monkeypatch.setattr(Telling, "hear", interrupt)
    with pytest.raises(KeyboardInterrupt):
        runner.run([sys.executable, "-c", code], os.environ)
    assert children[0].poll() is not None


def test_what_pip_does_is_told_in_a_persons_words():
    telling = Telling(3)
    heard = [
        telling.hear(line)
        for line in (
            "Collecting torch==2.13.0 (from x)",
            "  Downloading torch-2.13.0%2Bcpu-cp311-cp311-linux_x86_64.whl (183.0 MB)",
            "Progress 5 of 20",
            "Collecting jupyter_core",
            "Requirement already satisfied: numpy>=2 in ./lib",
            "Installing collected packages: a, b, c",
            "nothing of interest",
        )
    ]
    assert heard == [
        "package 1 of 3: torch",
        "package 1 of 3: downloading torch 2.13.0%2Bcpu (183.0 MB)",
        "package 1 of 3: downloading torch 2.13.0%2Bcpu (183.0 MB), 25 %",
        "package 2 of 3: jupyter_core",
        "package 3 of 3: numpy",
        "writing 3 packages to disk",
        None,
    ]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def test_a_terminal_gets_one_line_that_is_rewritten():
    told = Terminal()
    steps = Steps(1, told)
    steps.begin("step")
    steps.doing("one")
    steps.doing("two")
    steps.end()
    assert told.getvalue().count("\n") == 2
    assert "\r" in told.getvalue() and "two" in told.getvalue()


# For real


@pytest.mark.slow
def test_setup_from_nothing_once_more_and_without_a_network(tmp_path):
    """Everything is real but the packages, which are empty and lie in a folder."""
    clone = Clone(copy_clone(tmp_path))
    environment = Environment(clone)
    bare = bare_python(tmp_path / "bare")
    write_wheels(tmp_path / "wheels", clone)
    told = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    with_packages = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": (tmp_path / "wheels").as_uri()}
    environ = clean_environ(tmp_path / "home", **told, **with_packages)

    first = run(clone.root, "setup", python=bare, environ=environ)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "[4/4]" in first.stdout
    assert environment.state() is State.READY
    needs = {need.name for need in clone.requirements()}
    has = versions_of(environment.python, sorted(needs | {"ipykernel", "playwright"}))
    pinned = {name: clone.pinned(name) for name in needs | {"ipykernel"}}
    assert {name: version.removesuffix("+cpu") for name, version in has.items()} == pinned
    spec = environment.folder / "share/jupyter/kernels/python3/kernel.json"
    assert json.loads(spec.read_text())["display_name"] == installer.KERNEL_NAME

    log = environment.log.read_text(encoding="utf-8")
    again = run(clone.root, "setup", python=bare, environ=environ)
    assert again.returncode == 0 and "is ready" in again.stdout
    assert environment.log.read_text(encoding="utf-8") == log  # pip was not called

    with clone.constraints.open("a", encoding="utf-8") as constraints:
        constraints.write("more==1.0\n")
    assert environment.state() is State.OUTDATED
    nobody = "http://127.0.0.1:9/simple"  # The discard port: nobody listens.
    alone = clean_environ(tmp_path / "home", **told, PIP_RETRIES="1", PIP_INDEX_URL=nobody)
    line = one_line(run(clone.root, "setup", python=bare, environ=alone))
    assert "package index did not answer" in line and str(environment.log) in line
    assert environment.state() is State.HALF_MADE


def test_this_environment_holds_what_constraints_txt_says():
    """A fresh clone's test run begins with a set-up: this says that it installed what it should."""
    environment = Environment(Clone(CLONE))
    if not environment.is_this_python() or environment.state() is not State.READY:
        pytest.skip("this Python is not the environment that `setup` makes")
    needs = {need.name for need in environment.clone.requirements("test", "shipping", "site")}
    here = {name: importlib.metadata.version(name) for name in with_what_they_need(needs)}
    lines = environment.clone.constraints.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    pinned = {canonicalize_name(name): version for name, version in pairs}
    assert {name: version.partition("+")[0] for name, version in here.items()} == {
        name: pinned.get(name) for name in here
    }


def with_what_they_need(names):
    """Return these packages and all that they need on this machine; not Python's own tools."""
    found, ahead = set(), {canonicalize_name(name) for name in names}
    while ahead:
        name = ahead.pop()
        found.add(name)
        for line in importlib.metadata.requires(name) or ():
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                ahead |= {canonicalize_name(need.name)} - found
    return found - {"pip", "setuptools"}


def test_needs_of_needs_are_found():
    found = with_what_they_need(["nbval"])
    assert {"nbval", "pytest", "ipykernel", "tornado", "pluggy"} <= found
    assert "setuptools" not in found and "torch" not in found


def test_the_python_outside_finds_the_package_from_any_folder(tmp_path, monkeypatch):
    """A command that began in another folder, in an old ``.venv``, goes on outside of it."""
    seen = {}
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(
        installer, "hand_over", lambda python, words, environ: seen.update(environ) or 0
    )
    with pytest.raises(SystemExit):
        installer._leave(Environment(CLONE_HERE))
    code = "import lstm_lessons; print(lstm_lessons.__file__)"
    found = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path[:0] = {[seen['PYTHONPATH']]}; {code}"],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert str(CLONE_HERE.root) in found.stdout, found.stderr
