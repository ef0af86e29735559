"""A JupyterLab of its own for the browser tests: on loopback, in temporary folders."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat.sign import NotebookNotary

from lstm_lessons.publishing.copies import FOLDER

Settings = Mapping[str, Mapping[str, Any]]

CLONE = Path(__file__).resolve().parents[2]
START_SECONDS = 90

# Without windowing every cell is in the page, so that a test can look at all of them.
LAB_SETTINGS = {"notebook-extension/tracker": {"windowingMode": "none"}}
# News and updates would be asked for on the internet. `lab` sees to that by itself.
QUIET = {"apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False}}


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(folder: Path, clone: Path = CLONE, settings: Settings = QUIET) -> dict[str, str]:
    """Return the variables for a Jupyter whose every setting and state lives under ``folder``."""
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "JPY_"))
    }
    for name in ("CONFIG", "DATA", "RUNTIME"):
        path = folder / f"jupyter-{name.lower()}"
        path.mkdir(parents=True, exist_ok=True)
        variables[f"JUPYTER_{name}_DIR"] = str(path)
    own = folder / "jupyter-config/lab/user-settings/@jupyterlab"
    for name, values in (LAB_SETTINGS | settings).items():
        path = own / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    variables.update(IPYTHONDIR=str(folder / "ipython"), PYTHONPATH=str(clone), OMP_NUM_THREADS="1")
    return variables


def copy_clone(to: Path) -> None:
    """Copy what `lab` needs of this clone, without its environment and its history."""
    ignore = shutil.ignore_patterns(".ipynb_checkpoints", "*.edited-*", "__pycache__")
    for name in ("lstm_lessons", "notebooks", "exercises"):
        shutil.copytree(CLONE / name, to / name, ignore=ignore)
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(CLONE / name, to)


class LabServer:
    """A running JupyterLab. Use as a context manager; it stops with all its kernels."""

    def __init__(self, folder: Path, root: Path, environ: Mapping[str, str] | None = None) -> None:
        """Take the folder for settings, state and log, and the folder to serve."""
        self.root = root
        self.log = folder / "jupyterlab.log"
        self.environ = dict(environ or environment(folder))
        self._data = folder / "jupyter-data"
        self._token = secrets.token_hex(16)
        self._port = free_port()

    def __enter__(self) -> "LabServer":
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._command(), *self._options()],
                cwd=self.root if self.root.exists() else self.root.parent,
                env=self.environ,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until_it_answers(self.address("api/status"), self._process, self.log)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error) -> None:
        stop(self._process)

    def _command(self) -> list[str]:
        return [
            *("lstm_lessons.commands.jupyterlab", "--allow-root", "--no-browser"),
            *(f"--port={self._port}", "--ServerApp.port_retries=0"),
            *(f"--ServerApp.root_dir={self.root}", "--LabApp.news_url=None"),
        ]

    def _options(self) -> list[str]:
        return [
            *("--ip=127.0.0.1", f"--IdentityProvider.token={self._token}"),
            "--KernelManager.shutdown_wait_time=0.2",  # nothing of a test's kernel is to be kept
            "--LabApp.expose_app_in_browser=True",
        ]

    def address(self, path: str) -> str:
        """Return the address of a path on this server, with the token that it asks for."""
        return f"http://127.0.0.1:{self._port}/{path}?token={self._token}"

    def write(self, path: str, cells: list[nbformat.NotebookNode], trusted: bool = False) -> None:
        """Lay a notebook of these cells into the folder that is served; sign it, if wanted."""
        notebook = nbformat.v4.new_notebook(cells=cells)
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(notebook, self.root / path)
        if trusted:
            NotebookNotary(data_dir=str(self._data)).sign(notebook)

    def cells(self, path: str) -> list[dict[str, Any]]:
        """Return the cells of a notebook as the server gives them to the page."""
        with urllib.request.urlopen(self.address(f"api/contents/{path}"), timeout=30) as answer:
            return json.load(answer)["content"]["cells"]


class LearnersLab(LabServer):
    """JupyterLab as `python3 -m lstm_lessons lab` starts it, in a copy of this clone."""

    def __init__(self, folder: Path, clone: Path) -> None:
        """Take the folder for settings, state and log, and the folder to copy this clone to."""
        copy_clone(clone)
        super().__init__(folder, clone / FOLDER, environment(folder, clone, {}))
        self.clone = clone

    def _command(self) -> list[str]:
        return ["lstm_lessons", "lab", "--no-browser", f"--port={self._port}", "--"]


def wait_until_it_answers(address: str, process: subprocess.Popen, log: Path) -> None:
    """Wait for a server to answer at an address; raise with its log when it does not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended by itself:\n{log.read_text()[-3000:]}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"No answer within {START_SECONDS} s:\n{log.read_text()[-3000:]}")


def stop(process: subprocess.Popen) -> None:
    """Ask a server to end, and end it where it does not."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
