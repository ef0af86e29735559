"""Run an installer, keep its full log, and tell what it is doing and why it failed."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from lstm_lessons.environment.failure import Failure
from lstm_lessons.environment.progress import Steps

_TICK_SECONDS = 0.5
_PATIENCE_SECONDS = 10  # For a child that was asked to stop.


class Runner:
    """Runs one command after another, all into one log."""

    def __init__(self, log: Path, steps: Steps, keep_open: IO[str] | None = None) -> None:
        """Take the log's path; ``keep_open`` is a lock that the children hold too.

        So a set-up that is killed stays locked until the installer that it started has ended.
        """
        self._log = log
        self._steps = steps
        self._kept = (keep_open.fileno(),) if keep_open and os.name == "posix" else ()

    def run(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        packages: int = 0,
        folder: Path | None = None,
    ) -> str:
        """Run ``command`` (in ``folder``) and return what it printed.

        ``packages`` is how many packages to expect, for the "n of m" of the progress line.

        Raises:
            Failure: it ended with another status than 0.
        """
        telling = Telling(packages)
        printed: list[str] = []
        with open(self._log, "a", encoding="utf-8", errors="replace") as log:
            log.write(f"$ {' '.join(command)}\n")
            for line in self._lines(command, environ, folder):
                if line is None:
                    self._steps.tick()
                    continue
                printed.append(line)
                log.write(line)
                log.flush()
                doing = telling.hear(line)
                if doing:
                    self._steps.doing(doing)
            log.write(f"exit status {self.status}\n\n")
        if self.status != 0:
            raise diagnose("".join(printed), self.status, self._log)
        return "".join(printed)

    def _lines(
        self, command: Sequence[str], environ: Mapping[str, str], folder: Path | None
    ) -> Iterator[str | None]:
        """Yield each line that the command prints, and ``None`` whenever it is silent."""
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            pass_fds=self._kept,
        )
        lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=_read, args=(child.stdout, lines), daemon=True).start()
        try:
            while True:
                try:
                    line = lines.get(timeout=_TICK_SECONDS)
                except queue.Empty:
                    yield None
                    continue
                if line is None:
                    break
                yield line
            self.status = child.wait()
        finally:
            _stop(child)


def _read(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    with stream:
        for line in stream:
            lines.put(line)
    lines.put(None)


def _stop(child: subprocess.Popen[str]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


_PACKAGE = re.compile(r"(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9._-]+)")


class Telling:
    """Turns pip's and uv's lines into what a person wants to know."""

    def __init__(self, packages: int) -> None:
        self._packages = packages
        self._seen: set[str] = set()
        self._name = ""
        self._file = ""

    def hear(self, line: str) -> str | None:
        """Return what the installer is doing now, or ``None`` where the line does not say."""
        line = line.strip()
        if match := _PACKAGE.match(line):
            self._name = match[1]
            self._seen.add(match[1].lower().replace("_", "-"))
            return f"{self._count()}{self._name}"
        if match := re.match(r"Downloading (\S+?)(?:\.metadata)? \((.+?)\)", line):
            self._file = f"{self._count()}downloading {_short(match[1])} ({match[2]})"
            return self._file
        if match := re.match(r"Progress (\d+) of (\d+)", line):
            return f"{self._file}, {100 * int(match[1]) // max(1, int(match[2]))} %"
        if match := re.match(r"Installing collected packages: (.+)", line):
            return f"writing {match[1].count(',') + 1} packages to disk"
        if line.startswith("WARNING: Retrying"):
            return "no answer from the package index, trying again"
        if line.startswith(("Installing build dependencies", "Building ", "Preparing ")):
            return line.split("...")[0].rstrip(" :").lower()
        return None

    def _count(self) -> str:
        if not self._packages:
            return ""
        return f"package {min(len(self._seen), self._packages)} of {self._packages}: "


def _short(file: str) -> str:
    """Return name and version of a wheel's or archive's file name."""
    return " ".join(file.rpartition("/")[2].split("-")[:2]).removesuffix(".tar.gz")


_DISK = ("no space left on device", "disk quota exceeded", "not enough space on the disk")
_REFUSED = ("permission denied", "read-only file system", "access is denied", "[errno 13]")
_CERTIFICATE = ("certificate_verify_failed", "certificate verify failed", "peer certificate")
_NETWORK = (
    "name resolution", "name or service not known", "nodename nor servname", "getaddrinfo failed",
    "failed to establish a new connection", "newconnectionerror", "connection refused",
    "connection reset", "connection aborted", "timed out", "max retries exceeded",
    "network is unreachable", "proxyerror", "dns error", "error sending request",
    "failed to fetch", "incompleteread", "protocolerror",
)  # fmt: skip
_NO_MATCH = re.compile(r"no matching distribution found for ([^\s(]+)", re.IGNORECASE)
_UV_NO_MATCH = re.compile(r"(\S+) (?:has no wheels|was not found|cannot be used)", re.IGNORECASE)


def diagnose(printed: str, status: int, log: Path) -> Failure:
    """Name the reason that an installer's output gives for its failure, and the way to mend it.

    The order matters: without a network pip also says that it found no matching version.
    """
    lower = printed.lower()
    seen = f"The full log is {log}."

    def says(marks: Sequence[str]) -> bool:
        return any(mark in lower for mark in marks)

    if says(_DISK):
        return Failure(
            "The disk is full (here, or where temporary files go).",
            f"Free some space, and run the command again. {seen}",
        )
    if says(_CERTIFICATE):
        return Failure(
            "The package index could not be trusted: its certificate was refused.",
            "Check this machine's clock, and pip's settings for your proxy or certificate;"
            f" then run the command again. {seen}",
        )
    if says(_NETWORK):
        return Failure(
            "The package index did not answer: there is no network, or a proxy is needed.",
            f"Connect, or set pip's proxy, and run the command again. {seen}",
        )
    if says(_REFUSED):
        return Failure(
            "The installer was not allowed to write.",
            f"Clone the course into a folder of your own, and run the command there. {seen}",
        )
    if match := _NO_MATCH.search(printed) or _UV_NO_MATCH.search(printed):
        # Without retries, pip keeps to itself whether an index answered at all.
        or_not = "" if re.search(r"from versions: \d", printed) else ", or no index answered"
        return Failure(
            f"No build of {match[1]} was found for this Python and machine{or_not}.",
            "Run the command with another Python from 3.11 on (a brand-new one may have no builds"
            f" yet), for example python3.12 -m lstm_lessons setup. {seen}",
        )
    if "resolutionimpossible" in lower or "conflicting dependencies" in lower:
        return Failure(
            "The packages asked for exclude each other.",
            f"Undo changes to pyproject.toml or constraints.txt, and run the command again. {seen}",
        )
    if status in (-9, 137):
        return Failure(
            "The installer was killed, most likely because memory ran out.",
            f"Close other programs, and run the command again. {seen}",
        )
    last = next((line for line in reversed(printed.splitlines()) if "error" in line.lower()), "")
    return Failure(
        f"The installer failed (exit status {status}){': ' + last.strip() if last else '.'}",
        seen,
    )
