"""The clone that these commands belong to: where it is, and what it says it needs."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from pathlib import Path
from typing import Any

from lstm_lessons.environment.failure import Failure
from lstm_lessons.environment.requirements import Requirement, parse

FIRST_NOTEBOOK = "notebooks/00_start_here.ipynb"
NOTEBOOK_FOLDERS = ("notebooks", "exercises", "exercises/solutions")


class Clone:
    """The folder that holds ``pyproject.toml``, the package, the lessons and the tests."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.constraints = root / "constraints.txt"

    @classmethod
    def here(cls) -> Clone:
        """Return the clone that this package was loaded from.

        Raises:
            Failure: the package was installed away from its repository, so there are no lessons.
        """
        root = Path(__file__).resolve().parents[2]
        if not (root / "pyproject.toml").is_file():
            raise Failure(
                f"The lessons are not beside the package ({root}).",
                "Run this command in a clone of the course's repository.",
            )
        return cls(root)

    def requirements(self, *extras: str) -> list[Requirement]:
        """Return what ``pyproject.toml`` asks for: the runtime's, and that of each extra named."""
        project = self._pyproject()["project"]
        lines = list(project["dependencies"])
        for extra in extras:
            lines += project["optional-dependencies"][extra]
        return [parse(line) for line in lines]

    def build_needs(self) -> list[str]:
        """Return what the package itself is built with, as ``pyproject.toml`` says it."""
        return list(self._pyproject()["build-system"]["requires"])

    def pinned(self, name: str) -> str | None:
        """Return the exact version that ``constraints.txt`` holds for a package, if it has one."""
        for line in self.constraints.read_text(encoding="utf-8").splitlines():
            package, _, version = line.partition("#")[0].strip().partition("==")
            if package.lower() == name.lower() and version:
                return version
        return None

    def count_pinned(self) -> int:
        """Return how many packages ``constraints.txt`` holds."""
        lines = self.constraints.read_text(encoding="utf-8").splitlines()
        return sum("==" in line.partition("#")[0] for line in lines)

    def fingerprint(self) -> str:
        """Return a digest of everything that decides what an environment must hold."""
        told = self._pyproject()
        project = told["project"]
        decisive = {
            "build": told["build-system"],
            "dependencies": project["dependencies"],
            "extras": project["optional-dependencies"],
            "constraints": self.constraints.read_text(encoding="utf-8").split(),
        }
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()

    def notebooks(self) -> list[Path]:
        """Return every notebook in the course's three folders, in reading order."""
        folders = (self.root / folder for folder in NOTEBOOK_FOLDERS)
        return sorted(path for folder in folders for path in folder.glob("*.ipynb"))

    def environ(self) -> dict[str, str]:
        """Return this process's variables, with the clone first on ``PYTHONPATH``.

        Kernels that are started with it import this clone's package, and no other copy.
        """
        there = os.environ.get("PYTHONPATH")
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(self.root), there] if there else [str(self.root)]),
        }

    def _pyproject(self) -> dict[str, Any]:
        return tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))
