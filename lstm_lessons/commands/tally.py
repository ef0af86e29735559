"""Count what pytest ran, and say it in one line that tells the truth."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

FIRST = 5
"""How many failures are named at the end, where a log that is cut keeps them."""


class Tally:
    """A pytest plugin: ``N passed, N failed, N skipped``, and why tests were skipped."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0
        self.skipped = 0
        self._reasons: Counter[str] = Counter()
        self._first: list[str] = []
        self._left_out = 0

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Read the counts at the end of the run. With workers, only their master has them."""
        stats = terminalreporter.stats

        def count(*kinds: str) -> int:
            return sum(len(stats.get(kind, ())) for kind in kinds)

        self.passed = count("passed", "xpassed")
        self.failed = count("failed", "error")
        self.skipped = count("skipped", "xfailed")
        self._left_out = count("deselected")
        wrong = [*stats.get("failed", ()), *stats.get("error", ())]
        self._first = [f"{each.nodeid}: {_brief(each)}" for each in wrong[:FIRST]]
        for report in stats.get("skipped", ()):
            self._reasons[_reason(report)] += 1

    def notes(self) -> list[str]:
        """Return a line for each reason for which tests did not run, and the first that failed."""
        lines = [f"Skipped {count}: {reason}" for reason, count in self._reasons.most_common()]
        if self._left_out:
            lines.append(f"Left out {self._left_out}: not asked for (--fast, -m or -k)")
        lines += [f"Failed: {each}" for each in self._first]
        if (more := self.failed - len(self._first)) > 0:
            lines.append(f"... and {more} more, most of them perhaps for the same reason.")
        if not self.passed + self.failed:
            lines.append("No test ran: that counts as a failure.")
        return lines

    def verdict(self) -> str:
        """Return the closing line."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    def exit_status(self, status: int) -> int:
        """Return pytest's own status, made a failure where it says 0 and nothing good happened."""
        if status == pytest.ExitCode.OK and (self.failed or not self.passed):
            return 1
        return status


def _brief(report: Any) -> str:
    """Return the first line of what went wrong."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else str(report.longrepr)
    return text.strip().split("\n")[0][:200]


def _reason(report: Any) -> str:
    where = report.longrepr
    text = where[2] if isinstance(where, tuple) else str(where)
    return text.removeprefix("Skipped: ")
