"""Run a command with no network but this machine's own loopback.

    python blocked_network.py COMMAND ...

is to be started inside a network namespace of its own (``unshare -rn``), where even loopback is
down at first. Kernels talk over loopback, so it is brought up before the command runs.
"""

import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

OUTSIDE = ("192.0.2.1", 80)  # an address that is kept free for documentation
_GET, _SET, _UP = 0x8913, 0x8914, 1

# Where the system gives no namespaces: every Python refuses to reach beyond loopback.
SITECUSTOMIZE = """
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


def blocked(folder: Path, environ: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """Return the start of a command line, and the variables, that cut a command off."""
    start = ["unshare", "-rn", sys.executable, __file__]
    try:
        if subprocess.run([*start, "true"], capture_output=True).returncode == 0:
            return start, environ
    except OSError:  # no unshare: not Linux
        pass
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE, encoding="utf-8")
    path = os.pathsep.join([str(folder), environ["PYTHONPATH"]])
    return [], {**environ, "PYTHONPATH": path}


def main(command: list[str]) -> None:
    """Bring loopback up, and become the command."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug:
        answer = fcntl.ioctl(plug, _GET, struct.pack("16sh14x", b"lo", 0))
        flags = struct.unpack("16sh14x", answer)[1] | _UP
        fcntl.ioctl(plug, _SET, struct.pack("16sh14x", b"lo", flags))
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
