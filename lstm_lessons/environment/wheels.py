"""Packages that came with the course, as on a stick: set-up then asks no network.

A folder ``wheels`` beside ``pyproject.toml`` holds them, and ``wheels.json`` in it says for which
Python and system they are, with the size of each. Standard library only.
"""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from lstm_lessons.environment.failure import Failure

FOLDER = "wheels"
LIST = "wheels.json"

_SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
_MACHINES = {"amd64": "x86_64", "aarch64": "arm64"}


@dataclass(frozen=True, order=True)
class Kind:
    """A Python and a system that packages are made for: 3.12, ``windows``, ``x86_64``."""

    python: str
    system: str
    machine: str

    @classmethod
    def here(cls) -> Kind:
        """Return the one that runs this."""
        series = "{}.{}".format(*sys.version_info)
        machine = platform.machine().lower()
        system = _SYSTEMS.get(sys.platform, sys.platform)
        return cls(series, system, _MACHINES.get(machine, machine))

    @classmethod
    def of(cls, key: str) -> Kind:
        """Return the kind with this key.

        Raises:
            ValueError: it is no key.
        """
        python, system, machine = key.split("-")
        return cls(python, system, machine)

    @property
    def key(self) -> str:
        """How it is called in the list: 3.12-windows-x86_64."""
        return f"{self.python}-{self.system}-{self.machine}"

    def __str__(self) -> str:
        """Return it in words."""
        return f"Python {self.python} on {self.system} ({self.machine})"


def folder(root: Path) -> Path | None:
    """Return the folder of packages, where there is one."""
    there = root / FOLDER
    return there if there.is_dir() else None


def read(place: Path) -> dict[Kind, dict[str, int]]:
    """Return for each kind its packages' file names, each with its size in bytes.

    Raises:
        ValueError: the list is missing or damaged.
        OSError: it cannot be read.
    """
    told = json.loads((place / LIST).read_bytes())
    try:
        return {Kind.of(key): dict(files) for key, files in told["kinds"].items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{LIST} is damaged") from error


def check(root: Path) -> dict[str, int]:
    """Return the packages for this Python, having made sure that all are there.

    Raises:
        Failure: they are not all there, or are for another Python or system.
    """
    place = root / FOLDER
    again = "Copy the whole folder from the stick again, or delete it to set up through a network."
    try:
        kinds = read(place)
    except (ValueError, OSError) as error:
        raise Failure(f"The packages in {place} are not complete ({error}).", again) from None
    here = Kind.here()
    if here not in kinds:
        made_for = ", ".join(str(each) for each in sorted(kinds)) or "nothing"
        raise Failure(
            f"The packages in {place} are for {made_for}, and this is {here}.",
            "Start the command with such a Python, or delete that folder to set up through a"
            " network.",
        )
    files = kinds[here]
    missing = [name for name, size in files.items() if not is_whole(place / name, size)]
    if missing:
        raise Failure(
            f"Of the packages in {place}, {len(missing)} of {len(files)} are missing or cut off,"
            f" such as {missing[0]}.",
            again,
        )
    return files


def variables(root: Path) -> dict[str, str]:
    """Return what tells pip to take its packages from there alone; nothing where there are none."""
    place = folder(root)
    if place is None:
        return {}
    # As an address: pip cuts what the variable holds at each space.
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": place.resolve().as_uri()}


def is_whole(path: Path, size: int) -> bool:
    """Return whether a package is there, with this many bytes."""
    return path.is_file() and path.stat().st_size == size
