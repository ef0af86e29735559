"""``lab``: open a learner's own copies in JupyterLab, with the course's own kernel."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path

from lstm_lessons.commands import lab_on_a_hub
from lstm_lessons.commands.arguments import split
from lstm_lessons.drawing.picture import ON_PAGES, WANTED
from lstm_lessons.environment import kernel
from lstm_lessons.environment.clone import FIRST_NOTEBOOK, Clone
from lstm_lessons.environment.environment import replace_process
from lstm_lessons.environment.failure import Failure
from lstm_lessons.publishing import copies
from lstm_lessons.publishing.trust import as_shipped, sign

_FILES = "jupyter_server.services.contents.largefilemanager.AsyncLargeFileManager"
"""What JupyterLab keeps files with where nothing else is asked for."""

# The page asks once whether to fetch news, whatever the server is told; only a default of its own
# settings keeps it from asking. What a user has chosen there stays.
_DEFAULTS = Path(__file__).with_name("jupyter")


def main(arguments: list[str]) -> int:
    """Lay out the learner's copies, then become JupyterLab; return its exit status."""
    options, rest = _parse(arguments)
    clone = Clone.here()
    if options.lay_out and options.course:
        raise Failure("--course opens no copies, and --lay-out brings copies in step.", "Take one.")
    if options.hub:
        lab_on_a_hub.check()
    if options.port is not None:
        check_port(options.port)
    os.environ.update(kernel.environ(clone))
    os.environ[WANTED] = ON_PAGES
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        filter(None, [str(_DEFAULTS), os.environ.get("JUPYTER_CONFIG_PATH")])
    )
    if not options.lay_out:
        check_kernel()
    root, told, shipped = clone.root, [], as_shipped(clone)
    if not options.course:
        root = copies_folder(clone, options.folder)
        laid = copies.lay_out(clone.root, root)
        told = [*laid.lines, f"Your copies of the lessons and exercises are in {root}"]
        shipped += [copy for path in shipped for copy in laid.unchanged.get(path, ())]
    told += filter(None, [sign(shipped)])
    for line in told:
        print(line, flush=True)
    if options.lay_out:
        return 0
    variables = dict(os.environ)
    if options.hub:
        variables = lab_on_a_hub.environ(variables)
    return replace_process(command(root, options, rest), variables)


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    arguments, rest = split(arguments)
    parser = argparse.ArgumentParser(
        prog="python3 -m lstm_lessons lab",
        description="Open your own copies of the lessons and exercises in JupyterLab. Those that"
        " you have not touched follow the course; what you have changed is never overwritten."
        " Anything after -- goes to JupyterLab.",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--folder",
        type=Path,
        metavar="PATH",
        help=f"where your copies are, or are to be (default: {copies.FOLDER} in the course)",
    )
    where.add_argument(
        "--course", action="store_true", help="open the course's own notebooks (for authors)"
    )
    parser.add_argument(
        "--lay-out",
        action="store_true",
        help="bring your copies in step with the course, and stop",
    )
    parser.add_argument(
        "--hub", action="store_true", help="be the server of a JupyterHub, which starts this"
    )
    parser.add_argument("--no-browser", action="store_true", help="start it, and open no browser")
    parser.add_argument("--port", type=int, metavar="N", help="the port to listen on")
    return parser.parse_args(arguments), rest


def copies_folder(clone: Clone, chosen: Path | None) -> Path:
    """Return the folder of the learner's copies: the one that was chosen, or the usual one."""
    return (chosen.expanduser() if chosen else clone.root / copies.FOLDER).absolute()


def check_port(port: int) -> None:
    """Make sure that a server can listen on ``port``.

    Raises:
        Failure: it is no port, it is taken, or it is kept for the system.
    """
    if not 1 <= port <= 65535:
        raise Failure(f"{port} is no port.", "Ports go from 1 to 65535; 8888 is usual.")
    mend = "Choose another with --port, or leave --port out and a free one is found."
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        if os.name == "posix":  # As the server does: a port that was just given back will do.
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", port))
        except PermissionError:
            raise Failure(f"Port {port} is kept for the system.", mend) from None
        except OSError:
            raise Failure(f"Port {port} is in use.", mend) from None


def command(root: Path, options: argparse.Namespace, rest: list[str]) -> list[str]:
    """Return JupyterLab's command line for ``root``; a setting of the user's takes ours away."""
    settings = {
        "--ServerApp.root_dir": str(root),
        "--LabApp.default_url": f"/lab/tree/{FIRST_NOTEBOOK}",
        # Nothing is asked of other machines when the page opens: no news, no update check.
        "--LabApp.news_url": "None",
        "--LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        # What the user's own Jupyter configuration may say otherwise: then another folder would
        # open, or a page without a kernel, or nothing at all.
        "--ServerApp.contents_manager_class": _FILES,
        "--AsyncLargeFileManager.root_dir": str(root),
        "--ServerApp.kernel_spec_manager_class": "jupyter_client.kernelspec.KernelSpecManager",
        "--KernelSpecManager.allowed_kernelspecs": kernel.NAME,
        "--LabApp.collaborative": "False",
    }
    if options.hub:
        settings |= lab_on_a_hub.SETTINGS
    if options.port is not None:
        settings["--ServerApp.port"] = str(options.port)
        settings["--ServerApp.port_retries"] = "0"
    given = {word.partition("=")[0] for word in rest}
    module = lab_on_a_hub.MODULE if options.hub else "lstm_lessons.commands.jupyterlab"
    line = [sys.executable, "-m", module]
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
