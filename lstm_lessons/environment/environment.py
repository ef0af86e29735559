"""Which Python runs the course: the one in use, or the ``.venv`` that set-up makes."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.failure import Failure, from_os_error
from lstm_lessons.environment.requirements import unmet, versions_here, versions_of


class State(Enum):
    """What stands in the place of ``.venv``."""

    MISSING = "not made yet"
    READY = "ready"
    HALF_MADE = "half-made: a set-up was interrupted"
    OUTDATED = "made for an earlier version of the course"
    MOVED = "made for another folder"
    BROKEN = "its Python is gone or has changed"
    FOREIGN = "not made by this course"


@dataclass(frozen=True)
class Environment:
    """The ``.venv`` of a clone, there or not.

    A marker inside says who made it and how far they came. It is written first, as "making", and
    last, as "ready"; only "ready" is trusted.
    """

    clone: Clone

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.clone.root / ".venv"

    @property
    def python(self) -> Path:
        """Its Python."""
        parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
        return self.folder.joinpath(*parts)

    @property
    def marker(self) -> Path:
        """The file that says how far set-up came."""
        return self.folder / "lstm-lessons.json"

    @property
    def log(self) -> Path:
        """The full log of the last set-up."""
        return self.folder / "setup.log"

    @property
    def lock(self) -> Path:
        """The file that keeps two set-ups apart; beside ``.venv``, which may be deleted."""
        return self.clone.root / ".venv.lock"

    def is_this_python(self) -> bool:
        """Say whether this very process runs inside it."""
        return self.folder.is_dir() and os.path.samefile(sys.prefix, self.folder)

    def state(self) -> State:
        """Look at what is there, without starting anything."""
        if not os.path.lexists(self.folder):
            return State.MISSING
        if self.folder.is_symlink() or not self.folder.is_dir():
            return State.FOREIGN
        told = self._told()
        if told is None:
            return State.FOREIGN if any(self.folder.iterdir()) else State.HALF_MADE
        if told.get("state") != "ready":
            return State.HALF_MADE
        if not self._is_here(told):
            return State.MOVED
        if not self.python.exists():
            return State.BROKEN
        if self.is_this_python() and told.get("python") != _series(sys.version):
            return State.BROKEN
        if told.get("fingerprint") != self.clone.fingerprint():
            return State.OUTDATED
        return State.READY

    def extras(self) -> set[str]:
        """Return the extras of pyproject.toml that it was made with; none where it is not ours."""
        told = self._told() or {}
        return set(told.get("extras", ()))

    def has(self, extras: Iterable[str]) -> bool:
        """Say whether it is ready, with all of these extras."""
        return self.state() is State.READY and self.extras() >= set(extras)

    def mark(self, state: str, extras: Iterable[str] | None = None) -> None:
        """Write the marker, whole or not at all; without ``extras``, those that it has stay."""
        told = {
            "state": state,
            "folder": str(self.folder),
            "folder_bytes": os.fsencode(self.folder).hex(),
            "extras": sorted(self.extras() if extras is None else extras),
            "python": self._python_series(),
            "fingerprint": self.clone.fingerprint(),
        }
        draft = self.marker.with_suffix(".draft")
        draft.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        os.replace(draft, self.marker)

    def remove(self) -> None:
        """Delete it, the marker last, so that an interruption still leaves it known as ours.

        Raises:
            Failure: it is somebody else's, or a file in it cannot be deleted.
        """
        if self.state() is State.FOREIGN:
            raise self.foreign()
        try:
            for entry in self.folder.iterdir():
                if entry == self.marker:
                    continue
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()
            self.marker.unlink(missing_ok=True)
            self.folder.rmdir()
        except OSError as error:
            raise from_os_error(error, "deleting the old .venv") from error

    def foreign(self) -> Failure:
        """Return what to say when ``.venv`` is the user's own and lacks something."""
        if not self.folder.is_dir():
            return Failure(
                f"{self.folder} is not a folder, so the environment cannot be made there.",
                "Move it away, and run the command again.",
            )
        return Failure(
            f"{self.folder} was not made by this course and lacks what the course needs;"
            " it is left as it is.",
            "Move it away, or install into it with"
            ' `pip install -e ".[test]" -c constraints.txt`, and run the command again.',
        )

    def _is_here(self, told: dict[str, Any]) -> bool:
        """Say whether it was made in this very folder.

        Bytes are compared, or the file: under another locale the same name is decoded otherwise.
        """
        try:
            made_in = bytes.fromhex(told.get("folder_bytes", ""))
        except (TypeError, ValueError):
            return False
        if not made_in:
            return told.get("folder") == str(self.folder)
        here = os.fsencode(self.folder)
        return made_in == here or (os.path.exists(made_in) and os.path.samefile(made_in, here))

    def _python_series(self) -> str:
        """Return the Python that it is made with, for example 3.11; ``""`` before that is known."""
        try:
            lines = (self.folder / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return ""
        pairs = (line.replace(" ", "").partition("=") for line in lines)
        told = {name: value for name, _, value in pairs}
        return _series(told.get("version", ""))

    def _told(self) -> dict[str, Any] | None:
        """Return what the marker says; ``{}`` where it is damaged, ``None`` where there is none."""
        try:
            told = json.loads(self.marker.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}


def usable_python(clone: Clone, *extras: str) -> Path | None:
    """Return a Python that already has what is needed, or ``None`` when set-up has to make one.

    The Python in use comes first (conda, Binder, a hub), then a ready ``.venv``, then a ``.venv``
    of the user's own that has everything.
    """
    needs = clone.requirements(*extras)
    names = [need.name for need in needs]
    environment = Environment(clone)
    here_will_do = not unmet(needs, versions_here(names))
    state = environment.state()
    if environment.is_this_python() and state is not State.FOREIGN:
        if state is State.READY and here_will_do:
            return Path(sys.executable)
        if environment.has(extras):
            environment.mark("making")  # Something was taken out of it: no longer to be trusted.
        return None
    if here_will_do:
        return Path(sys.executable)
    if environment.has(extras):
        return environment.python
    if state is State.FOREIGN and environment.folder.is_dir():
        if not unmet(needs, versions_of(environment.python, names)):
            return environment.python
    return None


def is_current(python: Path) -> bool:
    """Say whether ``python`` is the one that runs this process."""
    return os.path.abspath(python) == os.path.abspath(sys.executable)


def hand_over(python: Path, arguments: Sequence[str], environ: dict[str, str]) -> int:
    """Go on as ``python -m lstm_lessons ARGUMENTS``; return its exit status, if at all."""
    return replace_process([str(python), "-m", "lstm_lessons", *arguments], environ)


def replace_process(command: list[str], environ: dict[str, str]) -> int:
    """Become ``command``; where a process cannot, run it to its end and return its exit status."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execve(command[0], command, environ)
    import subprocess

    with subprocess.Popen(command, env=environ) as child:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:  # The child has it too, and decides.
                continue


def _series(version: str) -> str:
    return ".".join(version.split()[0].split(".")[:2]) if version else ""
