"""A correction reaches learners on a hub: what becomes of what they wrote, tried with nbgitpuller.

    python tests/try_updates.py GITPULLER [FOLDER]

``GITPULLER`` is nbgitpuller's own command, ``gitpuller``, from an environment of its own. A release
is put into a git repository, learners pull it, write, and pull a correction. Two ways are compared:
working in the pulled notebooks, and working in the copies that `lab` lays out of them. A line each:
is the notebook whole, is what the learner wrote there, is the correction there.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lstm_lessons.environment.clone import Clone
from lstm_lessons.exercises.engine.sources import Facts
from lstm_lessons.publishing import copies
from lstm_lessons.workshop.handout import contents, laying

NAME = "notebooks/01_why_gates.ipynb"
MINE, THEIRS = "what the learner wrote", "what was corrected"
SMALL = 24  # megabytes of the disk that gets full


def git(folder: Path, *words: str) -> None:
    """Run git as a teacher does."""
    told = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", folder, *told, *words], check=True, capture_output=True)


def edit(path: Path, change: Callable[[list[dict]], None], opened: bool = False) -> None:
    """Change a notebook's cells, and write it as Jupyter does."""
    notebook = json.loads(path.read_bytes())
    change(notebook["cells"])
    if opened:  # JupyterLab notes which Python ran it
        notebook["metadata"]["language_info"] = {"name": "python", "version": "3.11.7"}
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path.write_text(text, encoding="utf-8")


def code(cells: list[dict]) -> list[dict]:
    """Return the cells of code."""
    return [cell for cell in cells if cell["cell_type"] == "code"]


def corrected(cells: list[dict]) -> None:
    """Correct the second cell of code: a line is put before it."""
    code(cells)[1]["source"].insert(0, f"# {THEIRS}\n")


def in_the_same_cell(cells: list[dict]) -> None:
    """A learner's own line at the end of that cell."""
    code(cells)[1]["source"][-1] += f"\n# {MINE}"


def in_the_same_line(cells: list[dict]) -> None:
    """A learner's own line at the very place of the correction."""
    code(cells)[1]["source"].insert(0, f"# {MINE}\n")


def in_another_cell(cells: list[dict]) -> None:
    """A learner's own line elsewhere."""
    code(cells)[4]["source"][-1] += f"\n# {MINE}"


def run_all(cells: list[dict]) -> None:
    """All cells run, so that each has a number and a result; and a line elsewhere."""
    for number, cell in enumerate(code(cells), 1):
        cell["execution_count"] = number
        text = [f"result {number}\n"]
        cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": text}]
    in_another_cell(cells)


EDITS = {
    "a line in the corrected cell": in_the_same_cell,
    "a line at the corrected place": in_the_same_line,
    "a line in another cell": in_another_cell,
    "all cells run, and a line": run_all,
}


class Hub:
    """A repository with a release, and a learner's home."""

    def __init__(self, folder: Path, gitpuller: str, home: Path | None = None) -> None:
        self.gitpuller = gitpuller
        self.origin = folder / "origin"
        self.home = (home or folder / "home") / "lessons"
        git(folder, "init", "-q", "-b", "main", str(self.origin))
        root = Clone.here().root
        facts = Facts(("00", "01"), None, False)
        self.files = contents.made(root, facts, None)
        laying.lay(self.origin, self.files)
        self.publish()
        self.pull()

    def publish(self) -> None:
        """Commit the release as it is."""
        git(self.origin, "add", "-A")
        git(self.origin, "commit", "-qm", "A release")

    def correct(self) -> None:
        """Publish a correction, as `release` does: a changed notebook, a new one, and a file."""
        path = self.origin / NAME
        edit(path, corrected)
        files = {**self.files, NAME: path.read_bytes(), "notebooks/02_new.ipynb": b"{}\n"}
        path.write_bytes(self.files[NAME])
        laying.lay(self.origin, files)
        self.publish()

    def command(self) -> list[str]:
        """Return the command that a hub's link runs."""
        return [self.gitpuller, f"file://{self.origin}", "main", str(self.home)]

    def environ(self) -> dict[str, str]:
        """Return the variables of a learner who has told git nothing."""
        return {**os.environ, "HOME": str(self.home.parent), "PYTHONPATH": ""}

    def pull(self) -> subprocess.CompletedProcess[str]:
        """Pull as a hub's link does."""
        return subprocess.run(
            self.command(), env=self.environ(), capture_output=True, text=True, timeout=120
        )

    def own(self) -> Path:
        """Lay out a learner's copies of what was pulled; return their folder."""
        copies.lay_out(self.home, self.home / copies.FOLDER)
        return self.home / copies.FOLDER


def told(folder: Path, name: str = NAME) -> str:
    """Say what became of a notebook, and of what was written in it."""
    there = sorted((folder / "notebooks").glob("*"))
    texts = {path.name: path.read_text("utf-8", "replace") for path in there if path.is_file()}
    own = texts.get(Path(name).name, "")
    parts = [
        "whole" if _is_whole(own) else "BROKEN" if own else "gone",
        f"learner's {_where(texts, name, MINE)}",
        f"correction {_where(texts, name, THEIRS)}",
    ]
    return "; ".join(parts)


def _is_whole(text: str) -> bool:
    try:
        return "cells" in json.loads(text)
    except ValueError:
        return False


def _where(texts: dict[str, str], name: str, words: str) -> str:
    places = [each for each, text in texts.items() if words in text]
    if Path(name).name in places:
        return "there"
    return f"in {places[0]}" if places else "not there"


def each_edit(gitpuller: str) -> None:
    """Try every edit in both ways."""
    for way, in_copies in (("in the pulled notebooks", False), ("in lab's copies", True)):
        print(f"\n{way}")
        for what, change in EDITS.items():
            with tempfile.TemporaryDirectory() as folder:
                hub = Hub(Path(folder), gitpuller)
                place = hub.own() if in_copies else hub.home
                edit(place / NAME, change, opened=True)
                hub.correct()
                answer = hub.pull()
                if in_copies:
                    hub.own()
                print(f"  {what:32} {told(place)}{_status(answer)}")
        for what, deed in (("they delete it", Path.unlink), ("they rename it", _rename)):
            with tempfile.TemporaryDirectory() as folder:
                hub = Hub(Path(folder), gitpuller)
                place = hub.own() if in_copies else hub.home
                if deed is _rename:
                    edit(place / NAME, in_another_cell, opened=True)
                deed(place / NAME)
                hub.correct()
                answer = hub.pull()
                if in_copies:
                    hub.own()
                print(f"  {what:32} {told(place)}{_status(answer)}")
        with tempfile.TemporaryDirectory() as folder:
            hub = Hub(Path(folder), gitpuller)
            place = hub.own() if in_copies else hub.home
            for name in ("mine.ipynb", "02_new.ipynb"):
                (place / "notebooks" / name).write_text(MINE, encoding="utf-8")
            hub.correct()
            answer = hub.pull()
            if in_copies:
                hub.own()
            there = (place / "notebooks").iterdir()
            kept = [path.name for path in there if path.is_file() and MINE in path.read_text()]
            print(
                f"  own files, one of a new one's name: {', '.join(sorted(kept))}{_status(answer)}"
            )


def _rename(path: Path) -> None:
    path.rename(path.with_name("mine.ipynb"))


def _status(answer: subprocess.CompletedProcess[str]) -> str:
    if answer.returncode == 0:
        return ""
    lines = [line for line in (answer.stdout + answer.stderr).splitlines() if line.strip()]
    return f"; PULL FAILED: {lines[-1][:120]}"


def interrupted(gitpuller: str) -> None:
    """Kill a pull at ten moments; pull again."""
    print("\nkilled, then pulled again")
    for tenth in range(1, 11):
        with tempfile.TemporaryDirectory() as folder:
            hub = Hub(Path(folder), gitpuller)
            place = hub.own()
            edit(place / NAME, in_another_cell, opened=True)
            hub.correct()
            child = subprocess.Popen(
                hub.command(), env=hub.environ(), start_new_session=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            time.sleep(0.1 * tenth)
            os.killpg(child.pid, signal.SIGKILL) if child.poll() is None else None
            child.wait()
            hub.own()
            first = told(place)
            for lock in (hub.home / ".git").glob(
                "*.lock"
            ):  # nbgitpuller takes it after ten minutes
                os.utime(lock, (0, 0))
            answer = hub.pull()
            hub.own()
            print(f"  after {0.1 * tenth:.1f} s: {first} → {told(place)}{_status(answer)}")


def full(gitpuller: str) -> None:
    """Pull a correction to a disk that is full; free some space, and pull again."""
    print("\na full disk")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "small"
        home.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}m", "tmpfs", str(home)]
        if subprocess.run(mount, capture_output=True).returncode != 0:
            print("  not tried: nothing can be mounted here")
            return
        try:
            hub = Hub(Path(folder), gitpuller, home)
            place = hub.own()
            edit(place / NAME, in_another_cell, opened=True)
            hub.correct()
            filler = home / "filler"
            with filler.open("wb", buffering=0) as file:
                try:
                    while True:
                        file.write(b"0" * 4096)
                except OSError:
                    pass
            answer = hub.pull()
            for line in copies.lay_out(hub.home, place).lines:
                print(f"  lab says: {line}")
            print(f"  full: {told(place)}{_status(answer)}")
            filler.unlink()
            answer = hub.pull()
            hub.own()
            print(f"  freed, pulled again: {told(place)}{_status(answer)}")
        finally:
            subprocess.run(["umount", str(home)], check=True)


if __name__ == "__main__":
    puller = shutil.which(sys.argv[1]) or sys.exit(f"there is no {sys.argv[1]}")
    each_edit(puller)
    interrupted(puller)
    full(puller)
