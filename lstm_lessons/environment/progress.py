"""Long steps, told as they go: which step of how many, what it does, how long it has taken."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TextIO

_QUIET_SECONDS = 10.0  # Where lines cannot be rewritten (a log, CI), how often to print one.


class Steps:
    """Print numbered steps; on a terminal, the line of the running step is rewritten in place."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._total = total
        self._stream = stream or sys.stdout
        self._live = self._stream.isatty()
        self._number = 0
        self._started = self._told = time.monotonic()
        self._doing = ""

    def begin(self, title: str) -> None:
        """Start the next step."""
        self._number += 1
        self._started = self._told = time.monotonic()
        self._doing = ""
        self._print(f"[{self._number}/{self._total}] {title}")

    def doing(self, what: str) -> None:
        """Say what the step is at."""
        self._doing = what
        self.tick()

    def tick(self) -> None:
        """Show that the step still runs; call at least every second."""
        if not self._doing:
            return
        now = time.monotonic()
        line = f"      {self._elapsed():>5}  {self._doing}"
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            self._stream.write("\r" + line[:width].ljust(width))
            self._stream.flush()
        elif now - self._told >= _QUIET_SECONDS:
            self._told = now
            self._print(line)

    def end(self, what: str = "done") -> None:
        """Close the step."""
        self.clear()
        self._print(f"      {self._elapsed():>5}  {what}")

    def clear(self) -> None:
        """Take the rewritten line away, before something else is printed."""
        if self._live and self._doing:
            self._stream.write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")
            self._stream.flush()
        self._doing = ""

    def _elapsed(self) -> str:
        seconds = int(time.monotonic() - self._started)
        return f"{seconds // 60}:{seconds % 60:02d}"

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)
