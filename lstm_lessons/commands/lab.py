"""``lab``: open the lessons in JupyterLab, with the course's own kernel."""

from __future__ import annotations

import argparse
import os
import socket
import sys

from lstm_lessons.commands.arguments import split
from lstm_lessons.environment import kernel
from lstm_lessons.environment.clone import FIRST_NOTEBOOK, Clone
from lstm_lessons.environment.environment import replace_process
from lstm_lessons.environment.failure import Failure
from lstm_lessons.publishing.trust import sign


def main(arguments: list[str]) -> int:
    """Sign the course's notebooks, then become JupyterLab; return its exit status."""
    options, rest = _parse(arguments)
    clone = Clone.here()
    if options.port is not None:
        check_port(options.port)
    os.environ.update(kernel.environ(clone))
    check_kernel()
    told = sign(clone)
    if told:
        print(told, flush=True)
    return replace_process(command(clone, options, rest), dict(os.environ))


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    arguments, rest = split(arguments)
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons lab",
        description="Open the lessons in JupyterLab. Anything after -- goes to JupyterLab.",
    )
    parser.add_argument("--no-browser", action="store_true", help="start it, and open no browser")
    parser.add_argument("--port", type=int, metavar="N", help="the port to listen on")
    return parser.parse_args(arguments), rest


def check_port(port: int) -> None:
    """Make sure that a server can listen on ``port``.

    Raises:
        Failure: it is no port, it is taken, or it is kept for the system.
    """
    if not 1 <= port <= 65535:
        raise Failure(f"{port} is no port.", "Ports go from 1 to 65535; 8888 is usual.")
    mend = "Choose another with --port, or leave --port out and a free one is found."
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":  # As the server does: a port that was just given back will do.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Failure(f"Port {port} is kept for the system.", mend) from None
        except OSError:
            raise Failure(f"Port {port} is in use.", mend) from None


def command(clone: Clone, options: argparse.Namespace, rest: list[str]) -> list[str]:
    """Return the command line of JupyterLab; a setting that the user gave takes ours away."""
    settings = {
        "--ServerApp.root_dir": str(clone.root),
        "--LabApp.default_url": f"/lab/tree/{FIRST_NOTEBOOK}",
        # Nothing is asked of other machines when the page opens: no news, no update check.
        "--LabApp.news_url": "None",
        "--LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    if options.port is not None:
        settings["--ServerApp.port"] = str(options.port)
        settings["--ServerApp.port_retries"] = "0"
    given = {word.partition("=")[0] for word in rest}
    line = [sys.executable, "-m", "jupyterlab"]
    line += [f"{name}={value}" for name, value in settings.items() if name not in given]
    if options.no_browser:
        line.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        line.append("--allow-root")
    return line + rest


def check_kernel() -> None:
    """Make sure that the notebooks get the kernel of this Python.

    Raises:
        Failure: they would get another one, or none.
    """
    from jupyter_client.kernelspec import NoSuchKernel

    mend = f"Run: {sys.executable} -m ipykernel install --sys-prefix"
    try:
        found = kernel.find()
    except NoSuchKernel:
        raise Failure("This Python has no kernel for notebooks.", mend) from None
    if not found.is_own():
        raise Failure(f"The notebooks would run on another Python, {found.program}.", mend)
