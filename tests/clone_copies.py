"""Copies of the clone for the tests of the commands, and a Python that has nothing installed."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

CLONE = Path(__file__).resolve().parents[1]


def copy_clone(folder: Path) -> Path:
    """Copy what the commands need into ``folder``, whose name has a space and foreign letters."""
    root = folder / "Leçons d'été"
    root.mkdir(parents=True)
    for name in ("pyproject.toml", "constraints.txt", "README.md"):
        shutil.copy(CLONE / name, root)
    ignore = shutil.ignore_patterns("__pycache__")
    (root / "lstm_lessons").mkdir()
    for name in ("__init__.py", "__main__.py", "course.py", "own_folder.py"):
        shutil.copy(CLONE / "lstm_lessons" / name, root / "lstm_lessons")
    for room in ("commands", "drawing", "environment", "publishing"):
        here = CLONE / "lstm_lessons" / room
        shutil.copytree(here, root / "lstm_lessons" / room, ignore=ignore)
    return root


def bare_python(folder: Path) -> Path:
    """Make a Python with no packages at all, as on a fresh machine."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    return folder.joinpath(*(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))


def clean_environ(home: Path, **more: str) -> dict[str, str]:
    """Return the variables of a user who has set none, with a home of their own."""
    home.mkdir(exist_ok=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "PYTEST", "JUPYTER", "VIRTUAL_ENV", "CI", "IPYTHON"))
    }
    return {**kept, "HOME": str(home), "USERPROFILE": str(home), "PYTHONUTF8": "1", **more}


def run(
    root: Path,
    *words: str,
    python: Path | str = sys.executable,
    environ: dict[str, str],
    prefix: tuple[str, ...] = (),
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m lstm_lessons WORDS`` in a clone, as a user does; ``prefix`` comes first."""
    command = [*prefix, str(python), "-m", "lstm_lessons", *words]
    return subprocess.run(
        command, cwd=root, env=environ, capture_output=True, text=True, timeout=300
    )


def without_privilege() -> tuple[str, ...]:
    """Return what to start a command with that is to be refused what others are refused.

    Root may write anywhere, unless it gives that right up first.
    """
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root needs setpriv (util-linux) to be refused anything")
    return ("setpriv", "--bounding-set", "-dac_override")


def one_line(answer: subprocess.CompletedProcess[str]) -> str:
    """Return the one line of a foreseen failure, having made sure that it is one."""
    assert answer.returncode == 1, answer
    assert "Traceback" not in answer.stdout + answer.stderr
    lines = answer.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("lstm_lessons: ")
    return lines[0]
