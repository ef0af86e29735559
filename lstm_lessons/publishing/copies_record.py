"""The record of what was laid out for a learner: it tells a copy from a copy with edits."""

from __future__ import annotations

import json
from pathlib import Path

from lstm_lessons.publishing import safe_files


class Record:
    """Fingerprints of notebooks, kept in a small JSON file.

    ``ours`` are those of all versions of all notebooks that were ever laid out, or were about to
    be. ``last`` has for each notebook the one of the version that the learner was given last.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ours: set[str] = set()
        self.last: dict[str, str] = {}
        self._written: bytes | None = None

    def read(self) -> bool:
        """Read the file; ``False`` where it is missing or damaged, and nothing is known."""
        data = safe_files.read(self.path)
        try:
            told = json.loads(data or b"")
            ours, last = set(told["ours"]), dict(told["last"])
        except (ValueError, TypeError, KeyError):
            return False
        if not all(isinstance(each, str) for each in (*ours, *last, *last.values())):
            return False
        self.ours, self.last, self._written = ours, last, data
        return True

    def write(self) -> None:
        """Write the file, whole or not at all, where it would change."""
        told = {"ours": sorted(self.ours), "last": self.last}
        data = (json.dumps(told, indent=1, sort_keys=True) + "\n").encode()
        if data != self._written:
            safe_files.write_over(self.path, data)
            self._written = data
