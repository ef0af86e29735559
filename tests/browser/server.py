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
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbformat.sign import NotebookNotary

CLONE = Path(__file__).resolve().parents[2]
START_SECONDS = 90

# Without windowing every cell is in the page, so that a test can look at all of them. News and
# updates would be asked for on the internet.
LAB_SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(folder: Path, clone: Path = CLONE) -> dict[str, str]:
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
    settings = folder / "jupyter-config/lab/user-settings/@jupyterlab"
    for name, values in LAB_SETTINGS.items():
        path = settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    variables.update(IPYTHONDIR=str(folder / "ipython"), PYTHONPATH=str(clone), OMP_NUM_THREADS="1")
    return variables


def copy_notebooks(clone: Path, root: Path) -> None:
    """Copy the lessons and exercises, as a fresh clone has them: nobody has trusted them."""
    ignore = shutil.ignore_patterns("source", ".ipynb_checkpoints", "*.edited-*")
    for name in ("notebooks", "exercises"):
        shutil.copytree(clone / name, root / name, ignore=ignore)


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
        command = [
            *(sys.executable, "-m", "lstm_lessons.commands.jupyterlab"),
            *("--allow-root", "--no-browser"),
            *("--ip=127.0.0.1", f"--port={self._port}", "--ServerApp.port_retries=0"),
            f"--IdentityProvider.token={self._token}",
            f"--ServerApp.root_dir={self.root}",
            "--LabApp.news_url=None",
            "--KernelManager.shutdown_wait_time=0.2",  # nothing of a test's kernel is to be kept
            "--LabApp.expose_app_in_browser=True",
        ]
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                command, env=self.environ, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            wait_until_it_answers(self.address("api/status"), self._process, self.log)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error) -> None:
        stop(self._process)

    def address(self, path: str) -> str:
        """Return the address of a path on this server, with the token that it asks for."""
        return f"http://127.0.0.1:{self._port}/{path}?token={self._token}"

    def trust(self, path: str, as_path: str) -> None:
        """Copy a notebook and sign the copy.

        A signature holds for a notebook's content, wherever it lies. The copy is therefore made
        to differ by one word of metadata, so that the first one stays untrusted.
        """
        notebook = nbformat.read(self.root / path, as_version=4)
        notebook.metadata["copy"] = "signed"
        (self.root / as_path).parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, self.root / as_path)
        NotebookNotary(data_dir=str(self._data)).sign(notebook)

    @cached_property
    def kernel(self) -> dict[str, Any]:
        """A kernel for all notebooks, one after the other: to start one takes seconds."""
        made = json.loads(self._ask("POST", "api/kernels", b"{}"))
        return {"id": made["id"], "name": made["name"]}

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(
            self.address(path),
            data=body,
            method=method,
            headers={"Authorization": f"token {self._token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()


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
