"""What the processes of a hub hold of the memory, in megabytes of 10^6 bytes (Linux)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Memory:
    """What some processes hold.

    ``shared`` divides each page among those that have it (PSS); ``own`` is what would be free
    without them (USS).
    """

    shared: float = 0.0
    own: float = 0.0
    processes: int = 0

    def add(self, pid: int) -> None:
        """Add a process; one that has just ended adds nothing."""
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        except OSError:
            return
        told = {line.split()[0]: float(line.split()[1]) * 1024 / 1e6 for line in lines}
        if told:
            self.shared += told["Pss:"]
            self.own += told["Private_Clean:"] + told["Private_Dirty:"]
            self.processes += 1

    def of_each(self, count: int) -> str:
        """Say what each of so many learners holds."""
        return f"{self.shared / count:.0f} ({self.own / count:.0f})"


def of_learners(names: list[str]) -> dict[str, Memory]:
    """Return what learners' servers hold, and their kernels with what these are forked from."""
    found = {"server": Memory(), "kernels": Memory()}
    wanted = {f"JUPYTERHUB_USER={name}".encode() for name in names}
    for pid, line in _processes():
        try:
            told = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted.intersection(told):
            is_kernel = b"ipykernel_launcher" in line or b"import serve" in line
            found["kernels" if is_kernel else "server"].add(pid)
    return found


def of_hub(hub: int) -> dict[str, Memory]:
    """Return what a hub and its proxy hold, without the learners' servers."""
    found = {"hub": Memory(), "proxy": Memory()}
    found["hub"].add(hub)
    for pid, line in _processes():
        if b"configurable-http-proxy" in line and _parent(pid) == hub:
            found["proxy"].add(pid)
    return found


def _processes() -> Iterator[tuple[int, bytes]]:
    for path in Path("/proc").glob("[0-9]*"):
        try:
            yield int(path.name), (path / "cmdline").read_bytes()
        except OSError:
            continue


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0
