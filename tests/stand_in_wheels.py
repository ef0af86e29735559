"""A folder of packages for pip to install: the course's needs by name and version, empty inside.

With them a set-up is real in every step, from the first call of pip to the import of what was
installed, and takes seconds. That the true packages come together is what a fresh clone shows,
where `test` begins with a set-up of its own.
"""

import base64
import hashlib
import importlib.metadata
import os
import zipfile
from pathlib import Path

from lstm_lessons.environment.clone import Clone

KERNEL = """
import json, pathlib, sys

if __name__ == "__main__":
    assert sys.argv[1:3] == ["install", "--sys-prefix"], sys.argv
    folder = pathlib.Path(sys.prefix, "share/jupyter/kernels/python3")
    folder.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": sys.argv[4], "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
"""


def write_wheels(folder: Path, clone: Clone) -> None:
    """Write a package for each need of the lessons, and the build tool, into a folder."""
    folder.mkdir()
    for need in clone.requirements():
        version = clone.pinned(need.name)
        # An index that offers the build without CUDA lists it with this suffix.
        version += "+cpu" if need.name == "torch" else ""
        texts = {f"{need.name}/__init__.py": "", f"{need.name}/pyplot.py": ""}
        _write(folder, need.name, version, texts, "ipykernel" if need.name == "jupyterlab" else "")
    kernel = {"ipykernel/__init__.py": "", "ipykernel/__main__.py": KERNEL}
    _write(folder, "ipykernel", clone.pinned("ipykernel"), kernel)
    _copy_installed(folder, "setuptools")


def _write(folder: Path, name: str, version: str, texts: dict[str, str], needs: str = "") -> None:
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    about += f"Requires-Dist: {needs}\n" if needs else ""
    kind = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    inside = f"{name}-{version}.dist-info"
    texts = {**texts, f"{inside}/METADATA": about, f"{inside}/WHEEL": kind}
    _pack(folder, name, version, {path: text.encode() for path, text in texts.items()})


def _copy_installed(folder: Path, name: str) -> None:
    """Pack a package of this Python's as it is installed."""
    there = importlib.metadata.distribution(name)
    wanted = [path for path in there.files or () if ".." not in path.parts]
    kept = [path for path in wanted if path.suffix != ".pyc" and path.name != "RECORD"]
    _pack(folder, name, there.version, {str(path): path.read_binary() for path in kept})


def _pack(folder: Path, name: str, version: str, files: dict[str, bytes]) -> None:
    record = f"{name}-{version}.dist-info/RECORD"
    lines = [f"{path},sha256={_digest(data)},{len(data)}" for path, data in files.items()]
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, data in files.items():
            wheel.writestr(path.replace(os.sep, "/"), data)
        wheel.writestr(record, "\n".join([*lines, f"{record},,"]) + "\n")


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
