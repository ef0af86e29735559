"""What the course needs, held against what a Python has. Standard library only."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lstm_lessons.environment.failure import Failure
from lstm_lessons.environment.origins import own_path

_FORM = re.compile(r"^([A-Za-z0-9._-]+)\s*(>=|==)\s*([0-9][0-9.]*)$")

# Asked of another Python, one too old for this package included.
_ASK = """
import json, sys
try:
    from importlib.metadata import PackageNotFoundError, version
except ImportError:
    print("{}"); sys.exit(0)
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        pass
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Requirement:
    """One line of ``pyproject.toml``: a package, ``>=`` or ``==``, and a version."""

    name: str
    relation: str
    version: str

    def __str__(self) -> str:
        return f"{self.name}{self.relation}{self.version}"

    def met_by(self, version: str | None) -> bool:
        """Say whether an installed version will do; ``None`` means not installed."""
        if version is None:
            return False
        has, asked = release(version), release(self.version)
        return has == asked if self.relation == "==" else has >= asked


def parse(line: str) -> Requirement:
    """Read one requirement.

    Raises:
        Failure: it is neither ``name>=version`` nor ``name==version``, the two forms used here.
    """
    match = _FORM.match(line.strip())
    if match is None:
        raise Failure(
            f"pyproject.toml asks for {line!r}, which this command cannot read.",
            "Write it as name>=version or name==version.",
        )
    return Requirement(*match.groups())


def release(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, without trailing zeros: ``2.13.0+cpu`` gives (2, 13)."""
    numbers = re.match(r"(?:\d+!)?(\d+(?:\.\d+)*)", version)
    if numbers is None:
        return ()
    parts = [int(part) for part in numbers.group(1).split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def versions_here(names: Iterable[str]) -> dict[str, str]:
    """Return the installed version of each package that this Python has.

    What PYTHONPATH names counts only where nothing else is there: an old package in front of the
    right one makes the environment no worse, and `doctor` tells of it.
    """
    found: dict[str, str] = {}
    for name in names:
        for path in (own_path(), sys.path):
            for each in importlib.metadata.distributions(name=name, path=path):
                found.setdefault(name, each.version)
    return found


def versions_of(python: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the same for another Python; nothing where that Python does not run."""
    command = [os.fspath(python), "-I", "-c", _ASK, *names]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return {}
    return json.loads(answer.stdout)


def unmet(requirements: Iterable[Requirement], versions: dict[str, str]) -> list[Requirement]:
    """Return the requirements that these versions leave open."""
    return [need for need in requirements if not need.met_by(versions.get(need.name))]
