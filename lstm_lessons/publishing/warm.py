"""Kernels that are forked from one process, which has imported the big packages once.

Half of the time of a small notebook's run goes into importing PyTorch. `test` runs dozens of
them: each gets a process of its own, with a namespace of its own, as ever; but what it imports
first is already there. On a hub all kernels of a learner come from one such process: they share
its memory as long as they do not change it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from threading import Lock
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

BIG = ("torch", "torch.optim", "matplotlib.figure", "ipywidgets", "ipykernel.kernelapp")
LATER = "torch._dynamo"
"""What the first optimiser of a process imports, for two seconds: for a run of many notebooks."""
_ONE_AT_A_TIME = Lock()  # a question and its answer belong together
SERVE = "from lstm_lessons.publishing.warm import serve; serve()"


class WarmProvisioner(LocalProvisioner):
    """Starts a kernel by asking the warm process for one; all else as for any process here."""

    serve = SERVE
    """What the warm process runs."""

    @classmethod
    def warm_command(cls, before: Iterable[str] = ()) -> tuple[str, ...]:
        """Return what starts the warm process, after the words that stand before Python."""
        return (*before, sys.executable, "-c", cls.serve)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel; what stands before Python in its command starts the warm process."""
        command = self.warm_command(cmd[: cmd.index(self.kernel_spec.argv[0])])
        asked = {
            "file": cmd[cmd.index("-f") + 1],
            "folder": str(kwargs.get("cwd") or os.getcwd()),
            "environ": kwargs.get("env") or dict(os.environ),
        }
        self.process = Forked(await asyncio.to_thread(_fork, command, asked))
        return self.connection_info


class Forked:
    """A process that is nobody's child here, with what `subprocess.Popen` says of one.

    How it ended is not known: its return code is 0.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """Return None while it runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int:
        """Wait for its end."""
        while self.poll() is None:
            time.sleep(0.01)
        return 0

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def _fork(command: tuple[str, ...], asked: dict[str, Any]) -> int:
    """Return the process that became the kernel; a warm process that died is started anew."""
    with _ONE_AT_A_TIME:
        return _asked(command, asked)


def _asked(command: tuple[str, ...], asked: dict[str, Any]) -> int:
    warm = start(command)
    if warm.poll() is not None:
        with warm:  # which closes its pipes
            start.cache_clear()
        warm = start(command)
    assert warm.stdin is not None and warm.stdout is not None
    print(json.dumps(asked), file=warm.stdin, flush=True)
    if not (answer := warm.stdout.readline()):
        raise RuntimeError(f"the process that forks kernels ended: exit {warm.wait()}")
    return int(answer)


@cache
def start(command: tuple[str, ...]) -> subprocess.Popen[str]:
    """Return the warm process, which ends with this one: nobody writes to it any more."""
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # an interruption is for the tests
    )


def serve(names: Iterable[str] = BIG, later: str | None = LATER) -> None:
    """Fork a kernel for each line that comes in; what goes out is its process.

    ``names`` are imported before the first, and ``later``, if any, before the fourth.
    """
    for name in names:
        import_module(name)
    _leave_alone()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # a kernel that ended is gone at once
    for number, line in enumerate(sys.stdin):
        if number == 3 and later:
            import_module(later)
            _leave_alone()
        if (pid := os.fork()) == 0:
            _become_a_kernel(json.loads(line))
        print(pid, flush=True)


def _leave_alone() -> None:
    """Let no kernel's collector write to what is here: a page that is written to is copied."""
    gc.collect()
    gc.freeze()


def _become_a_kernel(asked: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    sys.path[:] = [each for each in sys.path if each]  # the kernel puts its folder there itself
    app = import_module("ipykernel.kernelapp")
    parent = f"--IPKernelApp.parent_handle={os.getppid()}"  # it ends when that does
    app.launch_new_instance(argv=["-f", asked["file"], parent])
    os._exit(0)
