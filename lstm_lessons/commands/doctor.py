"""``doctor``: what is installed, and what is wrong with the way to mend it, a line each."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstm_lessons.commands.browser import MEND as BROWSER_MEND
from lstm_lessons.commands.browser import find_browser
from lstm_lessons.commands.dispatch import is_here
from lstm_lessons.environment import wheels
from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.environment import Environment, State, is_current, usable_python
from lstm_lessons.environment.failure import Failure
from lstm_lessons.environment.installer import needed_bytes
from lstm_lessons.environment.requirements import versions_here, versions_of
from lstm_lessons.environment.torch_build import has_nvidia_gpu
from lstm_lessons.publishing import copies

SETUP = "run: python3 -m lstm_lessons setup"


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, what was found, and the mend where something is wrong."""

    about: str
    found: str
    mend: str | None = None
    there: bool = True

    def __str__(self) -> str:
        mark = "WRONG" if self.mend else "ok" if self.there else "--"
        line = f"{mark:5}  {self.about:16}  {self.found}"
        return f"{line}; {self.mend}" if self.mend else line


def main(arguments: list[str]) -> int:
    """Print the findings; return 1 if something is wrong."""
    argparse.ArgumentParser(
        prog="python3 -m lstm_lessons doctor",
        description="Say what is installed, and what is wrong with the way to mend it.",
    ).parse_args(arguments)
    wrong = 0
    for finding in examine(Clone.here()):
        print(finding, flush=True)
        wrong += finding.mend is not None
    print("Nothing is wrong." if not wrong else f"Wrong: {wrong}. Mend the first of them first.")
    return 1 if wrong else 0


def examine(clone: Clone) -> Iterator[Finding]:
    """Look at everything, the ground first."""
    python = usable_python(clone)
    yield Finding("Python in use", f"{sys.version.split()[0]} ({sys.executable})")
    yield _writable(clone.root)
    yield _disk(clone.root, python is not None)
    if wheels.folder(clone.root) and python is None:
        yield _wheels(clone.root)
    yield _environment(clone, python)
    yield from _packages(clone, python)
    yield from _inside(clone, python)
    yield _copies(clone)
    if is_here("test"):
        yield _browser()


def _writable(root: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=root):
            return Finding("clone", f"{root} can be written to")
    except OSError as error:
        return Finding(
            "clone",
            f"{root} cannot be written to ({error.strerror})",
            "clone the course into a folder of your own",
        )


def _disk(root: Path, made: bool) -> Finding:
    free, needed = shutil.disk_usage(root).free, needed_bytes(root)
    found = f"{free / 1e9:.1f} GB free"
    if made or free >= needed:
        return Finding("disk", found)
    return Finding("disk", found, f"set-up needs {needed / 1e9:.0f} GB: free some space")


def _wheels(root: Path) -> Finding:
    try:
        return Finding("wheels", f"{len(wheels.check(root))} are here: setup needs no network")
    except Failure as failure:
        return Finding("wheels", failure.problem.rstrip("."), failure.mend.rstrip("."))


def _environment(clone: Clone, python: Path | None) -> Finding:
    environment = Environment(clone)
    state = environment.state()
    if python is not None and state is not State.READY:
        who = "the Python in use" if is_current(python) else f"your own {environment.folder}"
        return Finding("environment", f"{who} has what the lessons need")
    if state is State.READY:
        return Finding("environment", f"{environment.folder}, {state.value}")
    if state is State.FOREIGN:
        return Finding("environment", f"{environment.folder}, {state.value}", _foreign(environment))
    return Finding("environment", f"{environment.folder}, {state.value}", SETUP)


def _foreign(environment: Environment) -> str:
    return environment.foreign().mend.rstrip(".")


def _packages(clone: Clone, python: Path | None) -> Iterator[Finding]:
    """Compare each dependency with its range; what only the tests need is asked for as well."""
    extras = ("test", "shipping", "site") if is_here("test") else ()
    runtime, everything = clone.requirements(), clone.requirements(*extras)
    names = [need.name for need in everything]
    here = python is None or is_current(python)
    versions = versions_here(names) if here else versions_of(python, names)
    for need in everything:
        version = versions.get(need.name)
        asked = f"asked for: {need.relation}{need.version}"
        if need.met_by(version):
            yield Finding(need.name, f"{version} ({asked})")
        elif python is None:
            yield Finding(
                need.name, f"{version or 'missing'} ({asked}), setup brings it", there=False
            )
        elif need in runtime:
            yield Finding(need.name, f"{version or 'missing'} ({asked})", SETUP)
        else:  # Enough for the lessons: `test` makes an environment of its own.
            found = f"{version or 'missing'} ({asked}), only test and build need it"
            yield Finding(need.name, found, there=False)


def _inside(clone: Clone, python: Path | None) -> Iterator[Finding]:
    """Ask the environment for what only it can tell."""
    if python is None:
        found = "an NVIDIA GPU is there" if has_nvidia_gpu() else "none seen"
        yield Finding("GPU", f"{found}; no lesson needs one")
        return
    modules = [need.name for need in clone.requirements()]
    if there := _shadowed(clone, python, modules):
        for module, folder in there.items():
            yield Finding(
                module,
                f"would be imported from {folder}, not from {python}'s own packages",
                f"take {folder} out of the variable PYTHONPATH",
            )
        return  # Whatever else is looked at would meet the wrong module too.
    try:
        told = _told_inside(clone, python)
    except Failure as failure:
        yield Finding("inside", failure.problem, failure.mend)
        return
    yield _kernel(told["kernel"], python)
    yield _gpu(told["gpu"])
    yield _trust(told["trust"])


def _shadowed(clone: Clone, python: Path, modules: list[str]) -> dict[str, str]:
    """Return the modules that a folder of PYTHONPATH puts in the place of the installed ones."""
    command = [os.fspath(python), "-m", "lstm_lessons.environment.origins", *modules]
    answer = subprocess.run(command, env=clone.environ(), capture_output=True, text=True)
    return json.loads(answer.stdout) if answer.returncode == 0 else {}


def _told_inside(clone: Clone, python: Path) -> dict[str, Any]:
    command = [os.fspath(python), "-m", "lstm_lessons.commands.inside"]
    try:
        answer = subprocess.run(
            command, env=clone.environ(), capture_output=True, text=True, timeout=180, check=True
        )
        return json.loads(answer.stdout.splitlines()[-1])
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or [f"exit status {error.returncode}"])[-1]
    except subprocess.TimeoutExpired:
        last = "no answer in 3 minutes"
    raise Failure(
        f"the environment does not work: {last}", "delete .venv, and run setup again"
    ) from None


def _kernel(told: dict[str, Any], python: Path) -> Finding:
    install = f"run: {python} -m ipykernel install --sys-prefix"
    if "error" in told:
        return Finding("kernel", f"none: {told['error']}", install)
    found = f"{told['title']} ({told['program']})"
    return Finding("kernel", found) if told["own"] else Finding("kernel", found, install)


def _gpu(told: dict[str, Any]) -> Finding:
    if "error" in told:
        return Finding(
            "GPU", f"PyTorch does not load: {told['error']}", "delete .venv, and " + SETUP
        )
    if told["name"]:
        return Finding("GPU", f"{told['name']}; no lesson needs one")
    there = "one is there, and this build of PyTorch does not use it" if has_nvidia_gpu() else ""
    return Finding("GPU", f"{there or 'none seen'}; no lesson needs one")


def _trust(told: dict[str, Any]) -> Finding:
    if "error" in told:
        return Finding(
            "notebooks",
            f"trust cannot be told: {told['error']}",
            "make sure that Jupyter's data folder in your home can be written to",
        )
    found = f"{told['signed']} of {told['count']} are trusted"
    return Finding("notebooks", f"{found} (lab marks those that are as shipped)")


def _copies(clone: Clone) -> Finding:
    folder, wanted = clone.root / copies.FOLDER, copies.names(clone.root)
    there = sum((folder / name).exists() for name in wanted)
    if not there:
        return Finding("your copies", f"none yet in {folder}; lab lays them out", there=False)
    return Finding("your copies", f"{there} of {len(wanted)} in {folder}")


def _browser() -> Finding:
    try:
        browser = find_browser()
    except Failure as failure:
        return Finding("browser", failure.problem.rstrip("."), failure.mend)
    if browser is None:
        found = f"none found, so the browser tests are skipped. {BROWSER_MEND}"
        return Finding("browser", found, there=False)
    return Finding("browser", f"{browser.version()} ({browser.path}), for the browser tests")
