"""Find the browser that the browser tests drive. Standard library only: ``doctor`` asks too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lstm_lessons.environment.failure import Failure

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
)

# Where installers put Chrome, Chromium and Edge without adding them to the PATH.
MAC_PLACES = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
WINDOWS_PLACES = (
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)
LINUX_PLACES = ("/opt/google/chrome/chrome", "/opt/microsoft/msedge/msedge", "/snap/bin/chromium")

MEND = (
    "Install Chromium, Chrome or Edge (on Debian and Ubuntu: sudo apt install chromium), "
    "or set CHROMIUM to the path of one."
)


@dataclass(frozen=True)
class Browser:
    """A browser of the Chromium family on this machine; ``found_by`` says how it was found."""

    path: Path
    found_by: str

    def version(self) -> str:
        """Return what the browser says of itself, or why it does not; one line."""
        if sys.platform == "win32":  # there --version opens a window
            return "version not asked"
        try:
            answer = subprocess.run(
                [os.fspath(self.path), "--version"], capture_output=True, text=True, timeout=30
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"does not start ({error})"
        return answer.stdout.strip() or f"does not start (exit status {answer.returncode})"


def find_browser(environ: Mapping[str, str] | None = None) -> Browser | None:
    """Return the first browser of the Chromium family that is installed, or ``None``.

    ``$CHROMIUM`` comes first, then the PATH, then the folders that installers use.

    Raises:
        Failure: ``$CHROMIUM`` is set, and is not a program.
    """
    environ = os.environ if environ is None else environ
    chosen = environ.get("CHROMIUM")
    if chosen:
        program = shutil.which(chosen, path=environ.get("PATH"))
        if program is None:
            raise Failure(
                f"CHROMIUM is set to {chosen!r}, which is not a program that can be run.",
                "Set it to the path of a Chromium, Chrome or Edge, or unset it.",
            )
        return Browser(Path(program), "$CHROMIUM")
    for name in NAMES:
        program = shutil.which(name, path=environ.get("PATH"))
        if program is not None:
            return Browser(Path(program), "the PATH")
    for place in _usual_places(environ):
        if os.access(place, os.X_OK) and place.is_file():
            return Browser(place, "its usual folder")
    return None


def browser_is_required(environ: Mapping[str, str] | None = None) -> bool:
    """Say whether a missing browser is a failure here, rather than a reason to skip.

    It is where ``LSTM_LESSONS_BROWSER`` is ``required``, and on a machine that sets ``CI``.
    """
    environ = os.environ if environ is None else environ
    on_ci = environ.get("CI", "").lower() not in ("", "0", "false", "no")
    return environ.get("LSTM_LESSONS_BROWSER", "").lower() == "required" or on_ci


def start_options() -> list[str]:
    """Return the options that a browser under test is started with.

    It must not call home: on a machine without a network those calls fail and fill the log. Its
    sandbox does not work for root, who runs the tests in most containers.
    """
    options = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*options, "--no-sandbox"] if is_root else options


def _usual_places(environ: Mapping[str, str]) -> Iterator[Path]:
    if sys.platform == "darwin":
        for folder in (Path("/Applications"), Path(environ.get("HOME", "/")) / "Applications"):
            yield from (folder / place for place in MAC_PLACES)
    elif sys.platform == "win32":
        for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
            if environ.get(variable):
                yield from (Path(environ[variable]) / place for place in WINDOWS_PLACES)
    else:
        yield from (Path(place) for place in LINUX_PLACES)
