"""Ruff and the type checker find nothing to mend."""

import subprocess
import sys
import tomllib

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


def check_types(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pyrefly", "check", "--python-interpreter-path"]
    command += [sys.executable, "--output-format", "min-text", *arguments]
    return subprocess.run(command, cwd=Clone.here().root, capture_output=True, text=True)


@pytest.mark.slow
def test_the_types_of_the_package_agree() -> None:
    run = check_types()
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_wrong_call_of_a_public_name_is_told(tmp_path) -> None:
    """The names that are loaded when first used have their types, for a reader's editor too."""
    wrong = tmp_path / "wrong.py"
    wrong.write_text("from lstm_lessons import ManualLSTM\n\nManualLSTM('3', 4)\n")
    root = Clone.here().root
    run = check_types("--config", str(root / "pyproject.toml"), str(wrong))
    assert run.returncode == 1
    assert "parameter `input_size` with type `int`" in run.stdout, run.stdout + run.stderr


def test_the_types_are_shipped_with_the_package() -> None:
    root = Clone.here().root
    told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert "py.typed" in told["tool"]["setuptools"]["package-data"]["*"]
    assert (root / "lstm_lessons" / "py.typed").is_file()
