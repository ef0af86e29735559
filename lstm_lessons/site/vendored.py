"""What pages and slides carry of others: fetched with npm, held to a checksum, kept in a cache.

Nothing of it is committed. To renew one, put its new version here, and what
``npm view NAME@VERSION dist.integrity`` says of it.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from lstm_lessons.environment.failure import Failure


@dataclass(frozen=True)
class Vendored:
    """A package of npm's: ``files`` are those that the site needs, ``sha512`` is its archive's."""

    name: str
    version: str
    licence: str
    sha512: str
    files: tuple[str, ...]

    @property
    def spec(self) -> str:
        """What npm calls it."""
        return f"{self.name}@{self.version}"


PYODIDE = Vendored(
    "pyodide",  # Python for a web page: it draws the explorers
    "314.0.7",
    "MPL-2.0",
    "0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==",
    (
        "pyodide.mjs",
        "pyodide.asm.mjs",
        "pyodide.asm.wasm",
        "pyodide-lock.json",
        "python_stdlib.zip",
    ),
)
MATHJAX = Vendored(
    "mathjax",  # draws the equations; Sphinx would load it from a network
    "3.2.2",
    "Apache-2.0",
    "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
    ("es5/tex-svg-full.js",),
)
REVEAL = Vendored(
    "reveal.js",  # shows the slides
    "6.0.2",
    "MIT",
    "JYIg5D9aoxoaLeb84O+OvAwsKWdIavVgEDScxtYEXFCT6t6TQrhNtSgogcjdCpdLsWglhJn3zyE3fUOwiH5KEg==",
    ("LICENSE", "dist/reveal.js", "dist/reveal.css", "dist/plugin/notes.js"),
)


def bring(package: Vendored, cache: Path) -> Path:
    """Return the folder of a package's files, fetched now if the cache has none.

    Raises:
        Failure: there is no npm, it cannot fetch the package, or the archive is another one.
    """
    folder = cache / f"{package.name}-{package.version}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as place:
        archive = _packed(package, Path(place))
        found = b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != package.sha512:
            raise Failure(
                f"{package.spec} is not the one that was tried: its sha512 is {found}.",
                "Look at what changed, and put the new sum into lstm_lessons/site/vendored.py.",
            )
        ready = Path(place) / "ready"
        with tarfile.open(archive) as packed:
            for name in package.files:
                packed.extract(f"package/{name}", ready, filter="data")
        shutil.move(ready / "package", folder)
    return folder


def _packed(package: Vendored, place: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise Failure(
            f"What is made here carries {package.spec}, and there is no npm to fetch it with.",
            "Install Node.js, which brings npm.",
        )
    command = [npm, "pack", package.spec, "--silent", "--pack-destination", str(place)]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True)
    archives = list(place.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Failure(
            f"npm could not fetch {package.spec}: {said}.", "Is the registry within reach?"
        )
    return archives[0]
