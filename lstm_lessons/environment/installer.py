"""Make the ``.venv`` of a clone: the folder, PyTorch's right build, the packages, the kernel."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from lstm_lessons.environment import wheels
from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.environment import Environment, State, hand_over
from lstm_lessons.environment.failure import Failure, from_os_error
from lstm_lessons.environment.lock import held
from lstm_lessons.environment.progress import Steps
from lstm_lessons.environment.requirements import release, unmet, versions_of
from lstm_lessons.environment.runner import Runner
from lstm_lessons.environment.torch_build import Route, choose, has_nvidia_gpu, uv_command

KERNEL_NAME = "LSTM lessons"
# Measured: 1.5 GB installed; the rest is room for what pip unpacks and caches.
_NEEDED_BYTES = 3 * 10**9
_NEEDED_BYTES_WITH_CUDA = 12 * 10**9
_STEPS = 4
_RAW_PROGRESS_SINCE = (24, 1)  # pip 24.1 learnt --progress-bar raw, which tells how far it is.
_TRY = "import ipywidgets, jupyterlab, matplotlib.pyplot, numpy, torch"


def ensure(clone: Clone, extras: Iterable[str] = (), steps: Steps | None = None) -> None:
    """Make the environment, or finish or remake the one that is there, with these extras.

    The extras that it has already are kept.

    Raises:
        Failure: something foreseen stood in the way; what is there is then not marked as ready.
    """
    environment = Environment(clone)
    state = environment.state()
    if state is State.FOREIGN:
        raise environment.foreign()
    if environment.is_this_python():
        if state is not State.READY or environment.has(extras):
            environment.mark("making")
        _leave(environment)
    _check_python()
    if wheels.folder(clone.root):
        wheels.check(clone.root)
    _check_space(clone.root)
    try:
        with held(environment.lock) as lock:
            steps = steps or Steps(_STEPS)
            runner = Runner(environment.log, steps, keep_open=lock)
            _make(environment, {*extras, *environment.extras()}, runner, steps)
    except OSError as error:
        raise from_os_error(error, "setting up the environment") from error
    except KeyboardInterrupt:
        if steps is not None:
            steps.clear()
        raise


def _leave(environment: Environment) -> None:
    """Go on with the Python that made ``.venv``: one cannot be remade from the inside."""
    base = Path(getattr(sys, "_base_executable", None) or sys.executable)
    if not base.exists() or base.is_relative_to(environment.folder):
        raise Failure(
            f"The environment in {environment.folder} has to be made anew.",
            "Leave it (`deactivate`), and run the command again.",
        )
    status = hand_over(base, sys.argv[1:], environment.clone.environ())
    raise SystemExit(status)


def _check_python() -> None:
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        series = "{}.{}".format(*sys.version_info)
        raise Failure(
            f"This Python ({series}, {sys.executable}) comes without its {missing[0]} module.",
            "On Debian or Ubuntu: sudo apt install python3-venv"
            f" (for a Python that is not the system's own: python{series}-venv);"
            " then run the command again.",
        )


def needed_bytes(root: Path) -> int:
    """Return the free disk space that set-up asks for."""
    with_cuda = sys.platform == "linux" and has_nvidia_gpu() and not wheels.folder(root)
    return _NEEDED_BYTES_WITH_CUDA if with_cuda else _NEEDED_BYTES


def _check_space(root: Path) -> None:
    free, needed = shutil.disk_usage(root).free, needed_bytes(root)
    if free < needed:
        raise Failure(
            f"The disk has {free / 1e9:.1f} GB free, and the environment needs"
            f" {needed / 1e9:.0f} GB.",
            "Free some space, and run the command again.",
        )


def _make(environment: Environment, extras: set[str], runner: Runner, steps: Steps) -> None:
    if environment.has(extras):  # Another set-up ended while this one was starting.
        return
    _make_folder(environment, runner, steps)
    _install_torch(environment, runner, steps)
    _install_rest(environment, extras, runner, steps)
    _finish(environment, extras, runner, steps)
    environment.mark("ready", extras)


def _make_folder(environment: Environment, runner: Runner, steps: Steps) -> None:
    state = environment.state()
    steps.begin(f"A Python environment in {environment.folder}")
    if state in (State.OUTDATED, State.READY):
        environment.mark("making")
        lacks = "to be brought up to date" if state is State.OUTDATED else "to be completed"
        steps.end(f"kept, {lacks}")
        return
    if state is not State.MISSING:
        steps.doing(f"what is there is {state.value}: making it anew")
        environment.remove()
    environment.folder.mkdir()
    environment.mark("making")
    runner.run([sys.executable, "-I", "-m", "venv", str(environment.folder)], os.environ)
    steps.end()


def _install_torch(environment: Environment, runner: Runner, steps: Steps) -> None:
    pip, environ = _pip(environment), pip_environ(os.environ, environment.clone.root)
    steps.begin("PyTorch")
    steps.doing("asking which builds are offered")
    if wheels.folder(environment.clone.root):
        route = Route.WHEELS
    else:
        route = choose(
            environment.clone.pinned("torch"),
            ask_pip=lambda: runner.run([*pip, "index", "versions", "torch"], environ),
        )
    steps.doing(route.value)
    if route is Route.UV_CPU:
        runner.run([*pip, "install", "uv"], environ)
        runner.run(uv_command(str(environment.python), str(environment.clone.constraints)), environ)
    else:
        runner.run([*_pip_install(environment), "torch"], environ)
    steps.end(f"done: {route.value}")


def _install_rest(environment: Environment, extras: set[str], runner: Runner, steps: Steps) -> None:
    count = environment.clone.count_pinned()
    steps.begin(f"JupyterLab and the other packages, up to {count}")
    itself = f".[{','.join(sorted(extras))}]" if extras else "."
    command = [*_pip_install(environment), "-e", itself]
    root = environment.clone.root
    runner.run(command, pip_environ(os.environ, root), packages=count + 1, folder=root)
    steps.end()


def _finish(environment: Environment, extras: set[str], runner: Runner, steps: Steps) -> None:
    python = str(environment.python)
    steps.begin("The kernel, and a first try")
    steps.doing("naming the kernel")
    kernel = ["ipykernel", "install", "--sys-prefix", "--display-name", KERNEL_NAME]
    runner.run([python, "-I", "-m", *kernel], os.environ)
    steps.doing("importing what was installed")
    runner.run([python, "-I", "-c", _TRY], os.environ)
    needs = environment.clone.requirements(*extras)
    open_needs = unmet(needs, versions_of(environment.python, [need.name for need in needs]))
    if open_needs:
        raise Failure(
            f"The environment still lacks {', '.join(map(str, open_needs))}.",
            f"Run the command again; if that does not help, the full log is {environment.log}.",
        )
    steps.end()


def pip_environ(environ: Mapping[str, str], root: Path) -> dict[str, str]:
    """Return the variables for pip: the user's own, less those that send packages elsewhere.

    Where the packages came with the course, pip takes those.
    """
    elsewhere = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONPATH", "PYTHONHOME"}
    kept = {name: value for name, value in environ.items() if name not in elsewhere}
    return {**kept, "PIP_USER": "0", "PIP_NO_INPUT": "1", **wheels.variables(root)}


def _pip(environment: Environment) -> list[str]:
    return [str(environment.python), "-I", "-u", "-m", "pip"]


def _pip_install(environment: Environment) -> list[str]:
    version = versions_of(environment.python, ["pip"]).get("pip", "")
    bar = "raw" if release(version) >= _RAW_PROGRESS_SINCE else "off"
    constraints = str(environment.clone.constraints)
    # Python compiles what is imported, when it is; pip would compile all of it, most of it unused.
    options = ["--no-compile", "--progress-bar", bar, "-c", constraints]
    return [*_pip(environment), "install", *options]
