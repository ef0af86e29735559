"""Kernels that reach nothing beyond this machine: so `test` runs every notebook.

The lessons work on a train. A notebook that fetches something fails under nbval, because its
kernel starts with no network: on Linux in a network namespace of its own, where it is spoken to
through files; elsewhere, Python itself refuses to connect to anything but this machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import weakref
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

from lstm_lessons.publishing.warm import WarmProvisioner

NAMESPACE = ("unshare", "--map-root-user", "--net")

# Read by every Python at its start, where there are no namespaces.
_REFUSAL = """
import socket

_connect, _resolve = socket.socket.connect, socket.getaddrinfo


def _is_near(host):
    return host in (None, "", "localhost", "::1") or str(host).startswith("127.")


def connect(self, address):
    if isinstance(address, tuple) and not _is_near(address[0]):
        raise OSError("the network is blocked: " + str(address[0]))
    return _connect(self, address)


def getaddrinfo(host, *rest, **more):
    if not _is_near(host):
        raise OSError("the network is blocked: " + str(host))
    return _resolve(host, *rest, **more)


socket.socket.connect, socket.getaddrinfo = connect, getaddrinfo
"""


@cache
def has_namespaces() -> bool:
    """Say whether this system gives a process a network of its own, with nobody else in it."""
    try:
        return subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode == 0
    except OSError:  # no such program: not Linux
        return False


class OfflineKernelManager(KernelManager):
    """Starts kernels with no network, and else as its class does."""

    def start_kernel(self, **options: Any) -> Any:
        """Start the kernel; ``options`` are those of KernelManager."""
        folder = Path(tempfile.mkdtemp(prefix="lstm-"))  # short: a socket's path must be
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        if has_namespaces():
            # Of its network, nothing leads here; the files of sockets do.
            self.transport = "ipc"
            self.connection_file = str(folder / "kernel.json")
            self.ip = str(folder / "socket")
            self.provisioner = WarmProvisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
        else:
            environ = options.setdefault("env", dict(os.environ))
            there = [str(folder), *filter(None, [environ.get("PYTHONPATH")])]
            environ["PYTHONPATH"] = os.pathsep.join(there)
            (folder / "sitecustomize.py").write_text(_REFUSAL, encoding="utf-8")
        return super().start_kernel(**options)

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """Return the command line that starts the kernel."""
        command = super().format_kernel_cmd(extra_arguments)
        return [*NAMESPACE, *command] if has_namespaces() else command
