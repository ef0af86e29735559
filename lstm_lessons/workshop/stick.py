"""The packages that set-up installs, on a stick: fetched once, copied to each stick.

For the Python and system that run this, pip says what is needed. For others uv does: pip would ask
this machine which of the packages for one system alone are wanted. On Linux PyTorch's CPU build is
taken, whatever this machine has.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from lstm_lessons.environment import wheels
from lstm_lessons.environment.clone import Clone
from lstm_lessons.environment.failure import Failure
from lstm_lessons.environment.installer import pip_environ
from lstm_lessons.environment.progress import Steps
from lstm_lessons.environment.runner import Runner
from lstm_lessons.environment.torch_build import Route, choose
from lstm_lessons.environment.wheels import Kind
from lstm_lessons.publishing import safe_files

# What pip calls a system that is not this one, and what uv does.
_FOREIGN = {
    "windows": ("x86_64", "win_amd64", "x86_64-pc-windows-msvc"),
    "macos": ("arm64", "macosx_14_0_arm64", "aarch64-apple-darwin"),
}
SYSTEMS = ("linux", *_FOREIGN)
LOG = "fetch.log"
_SPARE_BYTES = 2 * 10**6


def kinds(systems: Sequence[str], pythons: Sequence[str]) -> list[Kind]:
    """Return what packages are wanted for; the one that runs this where nothing is asked.

    Raises:
        Failure: they cannot be fetched from here.
    """
    here = Kind.here()
    chosen = []
    for system in systems or (here.system,):
        for python in pythons or (here.python,):
            machine = here.machine if system == here.system else _FOREIGN.get(system, ("",))[0]
            each = Kind(python, system, machine)
            if each != here and system not in _FOREIGN:
                raise Failure(
                    f"Packages for Python {python} on {system} cannot be fetched with {here}.",
                    f"Run the command again on {system} with such a Python, for the same folder:"
                    " what is there stays.",
                )
            chosen.append(each)
    return chosen


def fetched(clone: Clone, kind: Kind) -> Path:
    """Return a folder with all packages for a kind, fetched unless they are there already.

    Raises:
        Failure: there is none for this Python and system, or no network, or no space.
    """
    folder = clone.root / "build" / "wheels" / f"{kind.key}-{clone.fingerprint()[:12]}"
    done = folder / wheels.LIST
    if done.is_file():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    steps = Steps(1)
    steps.begin(f"Packages for {kind}")
    runner = Runner(folder.parent / LOG, steps)
    try:
        if kind == Kind.here():
            _fetch_for_here(clone, folder, runner)
        else:
            _fetch_for_another(clone, kind, folder, runner)
    except Failure as failure:
        if not failure.problem.startswith("No build of"):
            raise
        raise Failure(
            f"For {kind} not all packages are offered, or no index answered.",
            f"Choose another --python or --system. The full log is {folder.parent / LOG}.",
        ) from failure
    write(folder, {kind: {path.name: path.stat().st_size for path in folder.glob("*.whl")}})
    steps.end()
    return folder


def put(sources: dict[Kind, Path], stick: Path, fresh: str) -> list[str]:
    """Copy packages to a stick; return lines to tell.

    Those of another version of the course, ``fresh`` says which, go. Each file is there whole or
    not at all, and the list is written last.

    Raises:
        Failure: there is not enough space; nothing is written then.
        OSError: a file cannot be written.
    """
    place = stick / wheels.FOLDER
    before, same = _known(place, fresh)
    wanted = {kind: wheels.read(source)[kind] for kind, source in sources.items()}
    kept = {kind: files for kind, files in before.items() if same and kind not in wanted}
    old = () if same else before.keys() - wanted.keys()
    told = [f"Packages for {kind} were of another version, and went." for kind in sorted(old)]
    missing = {
        name: (sources[kind] / name, size)
        for kind, files in wanted.items()
        for name, size in files.items()
        if not wheels.is_whole(place / name, size)
    }
    _check_space(stick, sum(size for _, size in missing.values()))
    place.mkdir(exist_ok=True)
    (place / wheels.LIST).unlink(missing_ok=True)
    gone = {name for files in before.values() for name in files}
    for name in gone - {name for files in (*kept.values(), *wanted.values()) for name in files}:
        (place / name).unlink(missing_ok=True)
    for name, (source, _) in sorted(missing.items()):
        _copy(source, place / name)
    write(place, {**kept, **wanted}, fresh)
    return told


def write(place: Path, held: dict[Kind, dict[str, int]], version: str = "") -> None:
    """Write the list of what a folder of packages holds, whole or not at all."""
    told = {"version": version, "kinds": {kind.key: files for kind, files in held.items()}}
    safe_files.write_over(place / wheels.LIST, f"{json.dumps(told, indent=1)}\n".encode())


def _known(place: Path, fresh: str) -> tuple[dict[Kind, dict[str, int]], bool]:
    """Return what is on a stick, and whether it is of this version of the course."""
    try:
        version = json.loads((place / wheels.LIST).read_bytes()).get("version")
        return wheels.read(place), version == fresh
    except (OSError, ValueError, AttributeError):
        return {}, True


def _check_space(stick: Path, needed: int) -> None:
    free = shutil.disk_usage(stick).free
    if free < needed + _SPARE_BYTES:
        raise Failure(
            f"{stick} has {free / 1e6:.0f} MB free, and the packages need {needed / 1e6:.0f} MB"
            " more.",
            "Free some space there, or take a larger stick, and run the command again.",
        )


def _copy(source: Path, target: Path) -> None:
    draft = target.with_name(f".{target.name}.draft")
    try:
        shutil.copyfile(source, draft)
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _pip() -> list[str]:
    return [sys.executable, "-I", "-u", "-m", "pip"]


def _download(folder: Path) -> list[str]:
    options = ["--only-binary=:all:", "--no-cache-dir", "--progress-bar", "off"]
    return [*_pip(), "download", *options, "--dest", str(folder)]


def _environ(clone: Clone) -> dict[str, str]:
    """Return the variables for pip; packages beside this very course are no source for others."""
    told = pip_environ(os.environ, clone.root)
    if wheels.folder(clone.root):
        del told["PIP_NO_INDEX"], told["PIP_FIND_LINKS"]
    return told


def _needs(clone: Clone) -> list[str]:
    return [*map(str, clone.requirements()), *clone.build_needs()]


def _fetch_for_here(clone: Clone, folder: Path, runner: Runner) -> None:
    environ = _environ(clone)
    download = [*_download(folder), "-c", str(clone.constraints)]
    route = choose(
        clone.pinned("torch"),
        ask_pip=lambda: runner.run([*_pip(), "index", "versions", "torch"], environ),
        gpu=False,
    )
    if route is Route.UV_CPU:
        runner.run([*_download(folder), "--no-deps", _cpu_build(clone, runner)], environ)
        environ = environ | {"PIP_FIND_LINKS": folder.resolve().as_uri()}
    runner.run([*download, *_needs(clone)], environ, packages=clone.count_pinned())


def _fetch_for_another(clone: Clone, kind: Kind, folder: Path, runner: Runner) -> None:
    _, pips, uvs = _FOREIGN[kind.system]
    options = ["--python-platform", uvs, "--python-version", kind.python]
    pins = _resolved(clone, runner, _needs(clone), "--no-header", "--no-annotate", *options)
    with tempfile.TemporaryDirectory() as there:
        listed = Path(there) / "pins.txt"
        listed.write_text(pins, encoding="utf-8")
        target = ["--platform", pips, "--python-version", kind.python, "--implementation", "cp"]
        command = [*_download(folder), "--no-deps", *target, "-r", str(listed)]
        runner.run(command, _environ(clone), packages=pins.count("=="))


def _cpu_build(clone: Clone, runner: Runner) -> str:
    """Return where PyTorch keeps its CPU build for this Python: uv knows."""
    options = ["--format", "pylock.toml", "--torch-backend", "cpu", "--python", sys.executable]
    told = tomllib.loads(_resolved(clone, runner, ["torch"], *options))
    torch = next(each for each in told["packages"] if each["name"] == "torch")
    return torch["wheels"][0]["url"]


def _resolved(clone: Clone, runner: Runner, needs: Sequence[str], *options: str) -> str:
    """Let uv find the versions of needs and of what they need, under the course's constraints."""
    environ = _environ(clone)
    with tempfile.TemporaryDirectory() as there:
        place = Path(there)
        runner.run([*_pip(), "install", "--quiet", "--target", str(place / "uv"), "uv"], environ)
        asked = place / "needs.in"
        asked.write_text("\n".join(needs) + "\n", encoding="utf-8")
        uv = next(path for path in (place / "uv" / "bin").iterdir() if path.stem == "uv")
        command = [str(uv), "pip", "compile", "--quiet", "-c", str(clone.constraints), *options]
        made = place / "made.txt"
        runner.run([*command, "--output-file", str(made), str(asked)], environ)
        return made.read_text(encoding="utf-8")
