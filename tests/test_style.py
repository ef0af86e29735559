"""Ruff finds nothing in the package, the tests, the sources and the notebooks."""

import subprocess
import sys

import pytest

from lstm_lessons.environment.clone import Clone


@pytest.mark.parametrize("arguments", [["check"], ["format", "--check"]], ids=["lint", "format"])
def test_ruff_finds_nothing(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache", "."]
    run = subprocess.run(command, cwd=Clone.here().root, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_ruff_reads_the_notebooks_and_their_sources() -> None:
    command = [sys.executable, "-m", "ruff", "check", "--show-files", "."]
    run = subprocess.run(command, cwd=Clone.here().root, capture_output=True, text=True)
    for name in ("notebooks/01_why_gates.ipynb", "notebooks/source/01_why_gates.py"):
        assert name in run.stdout
